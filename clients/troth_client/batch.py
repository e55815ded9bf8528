"""What callers asked for in one turn: one input to the engine, and one answer to each of them after the commit.

A caller who stopped waiting changes nothing: what was asked is done once, and nobody hears of it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from troth import Edit, Engine, Group, Rebuild, RefusedEdit, Step
from troth_wire.errors import LocalError, TrothError
from troth_wire.ids import DocumentId
from troth_wire.said import Said

__all__ = ["STOPPED", "Asked", "Batch", "Work"]

STOPPED: Final = Said(
    "The document library stopped at this edit, or at one made at the same moment. Nothing of it was saved; "
    "what was saved before is safe. Try again."
)

Work = Callable[[Engine], tuple[Step, Any]]
"""Something else than edits: returns a step to carry out, and an answer for the caller; an error is raised to it."""


@dataclass(slots=True, eq=False)
class Asked:
    """Edits of a document, or some work, and the caller who waits for it."""

    done: asyncio.Future[Any]
    edits: tuple[DocumentId, tuple[Edit, ...]] | None = None
    work: Work | None = None

    def settle(self, answer: object) -> None:
        """Answer, unless that happened or nobody waits any more."""
        if not self.done.done():
            self.done.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Answer with an error, unless that happened or nobody waits any more."""
        if not self.done.done():
            self.done.set_exception(error)


class Batch:
    """The edits and other work of one turn."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        """Take what waits."""
        self._asked = asked
        self._answers: dict[Asked, object] = {}

    def apply(self, engine: Engine) -> Step:
        """Put everything into the engine, all edits at once; what it refuses fails its own caller alone."""
        step = Step()
        for asked in self._asked:
            if asked.work is not None:
                step += self._work(asked, asked.work, engine)
        writers = [asked for asked in self._asked if asked.edits is not None]
        groups = [Group(ticket, *asked.edits) for ticket, asked in enumerate(writers) if asked.edits is not None]
        if groups:
            made = engine.edit(groups)
            for event in made.tell:
                if isinstance(event, RefusedEdit):
                    writers[event.ticket].fail(event.error)
                elif isinstance(event, Rebuild):
                    _fail(writers, LocalError(STOPPED))
            step += made
        return step

    def settle(self) -> None:
        """Everything was committed: tell everyone who still waits."""
        for asked in self._asked:
            answer = self._answers.get(asked)
            if isinstance(answer, Exception):
                asked.fail(answer)
            else:
                asked.settle(answer)

    def fail(self, error: Exception) -> None:
        """Nothing was committed: tell everyone who still waits."""
        _fail(self._asked, error)

    def _work(self, asked: Asked, work: Work, engine: Engine) -> Step:
        try:
            step, self._answers[asked] = work(engine)
        except TrothError as error:
            asked.fail(error)
            return Step()
        return step


def _fail(asked: Sequence[Asked], error: Exception) -> None:
    for one in asked:
        one.fail(error)
