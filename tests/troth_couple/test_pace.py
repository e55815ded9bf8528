"""What is fine for both is what both chose, for now; nobody is shown what the other chose alone, and nothing stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple.people import DAY, NAMES, forge, person_of
from tests.troth_couple.plays import Stage
from troth_couple import Day, State, cards, derive
from troth_couple.kinds import BY_NAME
from troth_couple.pace import of_both, own

PERSONS = tuple(NAMES)


def state(script: str, *, today: str = DAY) -> State:
    """The state after a play."""
    stage = Stage()
    stage.play(script)
    return derive(stage.values(), stage.couple.roster, Day(today))


def fine(script: str, *, today: str = DAY) -> tuple[str, ...]:
    """What is fine for both after a play."""
    found = state(script, today=today)
    return of_both(found).fine


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("r paces a hands", ()),
        ("r paces a hands walks\ns paces b walks talks", ("walks",)),
        ("r paces a hands walks\ns paces b walks not-hands", ("walks",)),
        ("r paces a hands not-walks\ns paces b walks hands", ("hands",)),
        ("r paces a hands walks\ns paces b hands walks not-hands", ("walks",)),
        ("r paces a hands walks\nr2 paces c walks\ns paces b hands walks", ("walks",)),
        ("r paces a hands\nmeet\nr2 paces c walks\ns paces b hands walks", ("walks",)),
        ("r paces a hands\ns paces b hands\nmeet\ns2 lapses", ()),
        ("r paces a hands\ns paces b hands\nr2 signals slow one", ()),
        ("r paces a hands\ns paces b hands\nr2 signals stop one\nr2 releases r2 signals stop one", ("hands",)),
        ("r paces a hands\ns paces b hands\nmeet\nr lapses\nr says c1\nmeet\nremoved r lapses", ()),
        ("r paces a hands\ns paces b hands\nmeet\ns lapses\nmeet\ns2 paces c hands", ("hands",)),
    ],
)
def test_only_what_both_chose(script: str, words: tuple[str, ...]) -> None:
    """Short plays: one alone shows nothing, either puts off, the narrower word counts, and doubt shows nothing."""
    assert fine(script) == words


@pytest.mark.parametrize(("today", "words"), [("2026-12-05", ("hands",)), ("2026-12-06", ())])
def test_it_lapses_by_itself(today: str, words: tuple[str, ...]) -> None:
    """After fourteen days nothing stands, whatever last day a client wrote, and nobody is told."""
    assert fine("r paces a hands\ns paces b hands", today=today) == words
    mine, theirs = (forge("intimacy_pace", [["hands"], [], "2030-01-01"], by=hand) for hand in "rs")
    stage = Stage()
    found = derive({act.id.hex(): act.value for act in (mine, theirs)}, stage.couple.roster, Day(today))
    assert of_both(found).fine == words


def test_no_view_shows_what_one_chose_alone() -> None:
    """No list of cards holds a pace, of either; what has passed or lapsed is nobody's history."""
    found = state("r paces a hands\ns paces b hands\nmeet\nr lapses")
    views = {view for kind in BY_NAME.values() for view in kind.views}
    assert not [card for view in views for card in cards(found, view) if card.kind == "intimacy_pace"]
    assert not own(found.things.values(), person_of("r"))
    assert all(not thing.earlier for thing in found.things.values())


def test_there_is_no_yes_to_anything() -> None:
    """N13: the one act about a pace takes it back: nobody agrees to one, and nothing logs what was done."""
    assert {kind.name for kind in BY_NAME.values() if "intimacy_pace" in kind.about} == {"take_back"}


WORDS = st.lists(st.sampled_from(("hands", "walks", "talks", "not-hands", "not-walks")), min_size=1, max_size=4)


@given(st.lists(st.tuples(st.sampled_from(("r", "r2", "s", "s2")), WORDS), max_size=6), st.sampled_from(("r", "s2")))
def test_lapsing_empties_it_whatever_the_other_does(said: list[tuple[str, list[str]]], who: str) -> None:
    """Who takes back every own pace is fine with nothing, in whatever order it comes and whatever the other sets."""
    lines = [f"{hand} paces p{number} {' '.join(words)}" for number, (hand, words) in enumerate(said)]
    before = [*lines, f"{who} paces last hands", "meet", f"{who} lapses"]
    other = "s" if who == "r" else "r"
    assert fine("\n".join([*before, f"{other} paces more hands walks talks"])) == ()
