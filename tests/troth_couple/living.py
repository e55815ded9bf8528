"""What hands do with words, people who help, practices, planned days and looks back; and the scenarios of these."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.troth_couple.scenarios import Scenario
from troth_couple.entry import Entry

if TYPE_CHECKING:
    from tests.troth_couple.plays import Stage

__all__ = ["LIVING", "ROWS"]


def _mean(stage: "Stage", hand: str, word: str, *means: str) -> Entry:
    fields: dict[str, object] = {"word": word, "means": " ".join(means)}
    return stage.couple.pen(hand).write("glossary", fields, day=stage.today)


def _mean_anew(stage: "Stage", hand: str, word: str, *means: str) -> Entry:
    fields: dict[str, object] = {"word": word, "means": " ".join(means)}
    return stage.couple.pen(hand).write("glossary", fields, day=stage.today, about=stage.thing(word))


LIVING: dict[str, Callable[..., Entry | None]] = {
    "means": _mean,
    "means-anew": _mean_anew,
}

ROWS: tuple[Scenario, ...] = (
    Scenario(
        number=101,
        name="both say what one word means, apart",
        script="r means slow no questions\ns means slow one at a time",
        things=("robin glossary said", "sasha glossary said"),
        rests=("r means slow no questions", "s means slow one at a time"),
    ),
    Scenario(
        number=102,
        name="one says anew what the other's word means, as a changed client might",
        script="r means slow no questions\nmeet\ns means-anew slow nothing",
        things=("robin glossary said",),
        held=("acts on what is another person's",),
        rests=("r means slow no questions",),
    ),
)
"""The scenarios of these kinds, each as the sixty are: in every order, and over a real ring with either first."""
