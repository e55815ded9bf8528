"""The conversations that one browser has open, each under a number: a page shows one, and a form answers it.

Where nobody looks any more it is ended, as if the person had gone away from a terminal.
"""

from dataclasses import dataclass, field

from troth_app.limits import PAGE_STEP_IDLE_S, PAGE_STEPS_MAX
from troth_app.outcome import Code
from troth_app.web.replies import Context
from troth_app.web.visit import Visit

__all__ = ["Step", "Steps"]


@dataclass
class Step:
    """One conversation on a page.

    Attributes:
        visit: What is said.
        back: The page from which it began.
        title: What it is called there.
        seen_s: When somebody looked at it last.
        file: What it writes, to be saved by the browser afterwards.
        typed: What was answered so far, but for what is hidden: it is shown again if nothing comes of it.
        cards: What was found, as cards with what can be done about each.
        draft: Under which name it was kept while it was typed, until something comes of it.
    """

    visit: Visit
    back: str
    title: str
    seen_s: float = 0
    file: str = ""
    typed: list[str] = field(default_factory=list)
    draft: str = ""
    cards: list[Context] = field(default_factory=list)

    @property
    def lost(self) -> str:
        """What was typed and nothing came of, if anything was."""
        done = self.visit.done
        return "" if done is not None and done.code == Code.OK else "\n".join(filter(str.strip, self.typed))


@dataclass
class Steps:
    """Those of one browser."""

    open: dict[int, Step] = field(default_factory=dict)
    last: int = 0

    def add(self, step: Step, *, now_s: float) -> tuple[int, list[Step]]:
        """Take a conversation in; return its number, and those that are too old or too many, to be ended."""
        self.last += 1
        step.seen_s = now_s
        old = [number for number, one in self.open.items() if now_s - one.seen_s > PAGE_STEP_IDLE_S]
        many = list(self.open)[: max(0, len(self.open) - len(old) + 1 - PAGE_STEPS_MAX)]
        ended = [self.open.pop(number) for number in dict.fromkeys([*old, *many])]
        self.open[self.last] = step
        return self.last, ended

    def look(self, number: int, *, now_s: float) -> Step | None:
        """Return a conversation, if it is there."""
        step = self.open.get(number)
        if step is not None:
            step.seen_s = now_s
        return step

    def drop(self, number: int) -> None:
        """Let one go."""
        self.open.pop(number, None)
