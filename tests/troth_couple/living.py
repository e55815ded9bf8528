"""What hands do with words, people who help, practices, planned days and looks back; and the scenarios of these."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.troth_couple.scenarios import Scenario
from troth_couple import Came, Occasion, Thing, Trial
from troth_couple import living as acts
from troth_couple.entry import Entry
from troth_couple.kinds import BY_NAME

if TYPE_CHECKING:
    from tests.troth_couple.plays import Stage

__all__ = ["LIVING", "ROWS"]


def _mean(stage: "Stage", hand: str, word: str, *means: str) -> Entry:
    fields: dict[str, object] = {"word": word, "means": " ".join(means)}
    return stage.couple.pen(hand).write("glossary", fields, day=stage.today)


def _mean_anew(stage: "Stage", hand: str, word: str, *means: str) -> Entry:
    fields: dict[str, object] = {"word": word, "means": " ".join(means)}
    return stage.couple.pen(hand).write("glossary", fields, day=stage.today, about=stage.thing(word))


def _try(stage: "Stage", hand: str, name: str, *words: str) -> Entry:
    fields: dict[str, object] = {"what": name, "ours": "ours" in words}
    return stage.couple.pen(hand).write("practice", fields, day=stage.today)


def _plan(stage: "Stage", hand: str, name: str, on: str, *words: str) -> Entry:
    fields: dict[str, object] = {"title": name, "sort": Occasion.TOGETHER, "on": on, "ours": "ours" in words}
    return stage.couple.pen(hand).write("event", fields, day=stage.today)


def _here(stage: "Stage", hand: str, name: str) -> Thing:
    return stage.couple.book(hand).state(stage.today).things[stage.thing(name)]


def _keeps(stage: "Stage", hand: str, name: str) -> Entry:
    return acts.keep_or_drop(stage.couple.pen(hand), _here(stage, hand, name), Trial.KEEP, day=stage.today)


def _drops(stage: "Stage", hand: str, name: str) -> Entry:
    return acts.keep_or_drop(stage.couple.pen(hand), _here(stage, hand, name), Trial.DROP, day=stage.today)


def _came(stage: "Stage", hand: str, name: str, word: str) -> Entry:
    return acts.came(stage.couple.pen(hand), _here(stage, hand, name), Came[word.upper()], day=stage.today)


def _makes_ours(stage: "Stage", hand: str, name: str) -> Entry:
    """Say anew that an own thing is to be both persons', as a changed client might."""
    thing = _here(stage, hand, name)
    fields = {field: thing.says(field) for field in BY_NAME[thing.kind].places} | {"ours": True}
    return stage.couple.pen(hand).amend(thing.id, fields, day=stage.today)


LIVING: dict[str, Callable[..., Entry | None]] = {
    "means": _mean,
    "means-anew": _mean_anew,
    "tries": _try,
    "keeps-on": _keeps,
    "lets-go": _drops,
    "plans-a-day": _plan,
    "came": _came,
    "makes-ours": _makes_ours,
}

WALKS = "r tries walks ours\nmeet\nr shares walks\ns shares walks\nmeet\n"
SUPPER = "r plans-a-day supper 2026-11-28 ours\nmeet\nr shares supper\ns shares supper\nmeet\n"
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
    Scenario(
        number=103,
        name="one keeps a practice of both, the other lets it go",
        script=WALKS + "r keeps-on walks\ns lets-go walks",
        things=("robin practice dropped",),
        rests=("s lets-go walks",),
        beside=("r keeps-on walks", "s lets-go walks"),
    ),
    Scenario(
        number=113,
        name="one keeps a practice of both, the other says nothing",
        script=WALKS + "r keeps-on walks\nr2 keeps-on walks",
        things=("robin practice ours",),
        rests=("r shares walks", "s shares walks"),
        beside=("r keeps-on walks", "r2 keeps-on walks"),
    ),
    Scenario(
        number=104,
        name="both keep a practice of both",
        script=WALKS + "r keeps-on walks\ns keeps-on walks",
        things=("robin practice keeping",),
        rests=("r keeps-on walks", "s keeps-on walks", "r shares walks", "s shares walks"),
        beside=("r keeps-on walks", "s keeps-on walks"),
    ),
    Scenario(
        number=105,
        name="one keeps it while the other takes their yes back",
        script=WALKS + "r keeps-on walks\ns keeps-on walks\nmeet\ns2 withdraws-from walks",
        things=("robin practice waiting for both",),
        rests=("r tries walks ours", "r shares walks"),
        beside=("r keeps-on walks", "s keeps-on walks"),
    ),
    Scenario(
        number=106,
        name="one lets go of what the other tries for themselves",
        script="r tries walks\nmeet\ns lets-go walks",
        things=("robin practice tried",),
        held=("acts on what is another person's",),
        rests=("r tries walks",),
    ),
    Scenario(
        number=107,
        name="a practice of one's own is made both persons', and the other lets it go",
        script="r tries walks\nmeet\nr makes-ours walks\nmeet\ns lets-go walks",
        things=("robin practice waiting for both",),
        held=("acts on what is another person's",),
        rests=("r makes-ours walks",),
    ),
    Scenario(
        number=108,
        name="one says that a day of both was done, the other that it was dropped",
        script=SUPPER + "r came supper done\ns came supper dropped",
        things=("robin event dropped",),
        rests=("s came supper dropped",),
        beside=("r came supper done", "s came supper dropped"),
    ),
    Scenario(
        number=109,
        name="both move a day of both, each to another day",
        script=SUPPER
        + "r came supper moved\nr plans-a-day later 2026-11-29 ours\n"
        + "s came supper moved\ns plans-a-day sooner 2026-11-26 ours",
        things=("robin event moved to another day", "robin event waiting for both", "sasha event waiting for both"),
        rests=(
            "r came supper moved",
            "r plans-a-day later 2026-11-29 ours",
            "s plans-a-day sooner 2026-11-26 ours",
        ),
        beside=("r came supper moved", "s came supper moved"),
    ),
    Scenario(
        number=110,
        name="one says that a day was done to which the other never said yes",
        script="r plans-a-day supper 2026-11-28 ours\nmeet\nr shares supper\nmeet\nr came supper done",
        things=("robin event waiting for both",),
        rests=("r plans-a-day supper 2026-11-28 ours", "r shares supper"),
        beside=("r came supper done",),
    ),
    Scenario(
        number=111,
        name="a day of both passes, and nobody says anything",
        script=SUPPER + "day 2026-11-29",
        things=("robin event past",),
        rests=("r plans-a-day supper 2026-11-28 ours",),
    ),
    Scenario(
        number=112,
        name="one says on two devices that a day was done and that it was moved",
        script="r plans-a-day class 2026-11-28\nmeet\nr came class done\nr2 came class moved",
        things=("robin event moved to another day",),
        rests=("r2 came class moved",),
        beside=("r came class done", "r2 came class moved"),
    ),
)
"""The scenarios of these kinds, each as the sixty are: in every order, and over a real ring with either first."""
