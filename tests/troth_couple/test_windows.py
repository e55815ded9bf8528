"""Either moves a window once alone; what two wish differently changes nothing until both wish for one time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple.people import DAY, forge, person_of
from tests.troth_couple.plays import Stage
from troth_couple.days import Day
from troth_couple.derive import derive
from troth_couple.things import Thing
from troth_wire.errors import UsageError

PLAN = "r plans money 2026-11-25 19:00\nmeet\n"


def only(script: str) -> Thing:
    """The one thing of a play."""
    stage = Stage()
    stage.play(PLAN + script)
    (thing,) = derive(stage.values(), stage.couple.roster, stage.today).things.values()
    return thing


@pytest.mark.parametrize(
    ("script", "days", "stage"),
    [
        ("", {"25"}, "suggested"),
        ("s answers money accept", {"25"}, "agreed"),
        ("s answers money accept\ns answers money later", {"25"}, "later"),
        ("s moves-to money 2026-11-26", {"26"}, "moved"),
        ("s answers money accept\nmeet\nr moves-to money 2026-11-26", {"26"}, "moved"),
        ("s answers money decline\nmeet\nr moves-to money 2026-11-26", {"26"}, "not agreed"),
        ("r moves-to money 2026-11-26\ns moves-to money 2026-11-27", {"25"}, "suggested"),
        ("r moves-to money 2026-11-26\ns moves-to money 2026-11-26", {"26"}, "moved"),
        ("r moves-to money 2026-11-26\nr2 moves-to money 2026-11-27", {"25"}, "suggested"),
        ("r moves-to money 2026-11-26\nmeet\nr moves-to money 2026-11-27", {"26"}, "moved"),
        ("r moves-to money 2026-11-26\nmeet\ns moves-to money 2026-11-27", {"27"}, "moved"),
        (
            "r moves-to money 2026-11-26\nmeet\nr moves-to money 2026-11-27\nmeet\ns moves-to money 2026-11-27",
            {"27"},
            "moved",
        ),
        (
            "r moves-to money 2026-11-26\ns moves-to money 2026-11-27\nmeet\nr moves-to money 2026-11-27",
            {"27"},
            "moved",
        ),
        (
            "r moves-to money 2026-11-26\ns moves-to money 2026-11-27\nmeet\nr moves-to money 2026-11-28",
            {"25"},
            "suggested",
        ),
        ("r holds money", {"25"}, "held"),
        ("r holds money\nmeet\ns skips money\nr2 moves-to money 2026-11-26", {"26"}, "skipped"),
    ],
)
def test_times(script: str, days: set[str], stage: str) -> None:
    """Short plays, when the window is, and where it stands; a first move needs nobody, and a second one does."""
    thing = only(script)
    assert {entry.said("on").removeprefix("2026-11-") for entry in thing.at} == days
    assert thing.stage.value == stage


def test_what_was_not_taken_up_is_listed() -> None:
    """A second move of one person waits and is shown, with whose it is; taken up, it waits no more."""
    waits = only("r moves-to money 2026-11-26\nmeet\nr moves-to money 2026-11-27")
    assert [(wish.person, wish.said("on")) for wish in waits.suggested] == [(person_of("r"), "2026-11-27")]
    assert not only("r moves-to money 2026-11-26\nmeet\ns moves-to money 2026-11-27").suggested


@pytest.mark.parametrize(("name", "body"), [("move", ["2026-11-27", None]), ("agenda", ["mine"])])
def test_nobody_replaces_the_others_words(name: str, body: list[object]) -> None:
    """An act that names the other's in `after`, as a changed client may write it, leaves the other's where it was."""
    stage = Stage()
    stage.play(PLAN + "r moves-to money 2026-11-26\nr notes money rent\nmeet")
    window = stage.acts["r plans money 2026-11-25 19:00"].subject
    theirs = tuple(sorted(act.id for act in stage.acts.values()))
    said = [window, *body] if name == "move" else body
    act = forge(name, said, by="s2", about=window, after=theirs)
    thing = derive({**stage.values(), act.id.hex(): act.value}, stage.couple.roster, DAY).things[window]
    assert [point.said("text") for point in thing.beside["agenda"] if point.person == person_of("r")] == ["rent"]
    assert "2026-11-26" in {wish.said("on") for wish in (*thing.suggested, *thing.at)}


def test_a_window_is_never_amended() -> None:
    """Its author moves it like anybody; an amendment past that counts for nothing."""
    stage = Stage()
    stage.play(PLAN)
    window = stage.acts["r plans money 2026-11-25 19:00"].subject
    fields: dict[str, object] = {"topics": "all", "on": "2026-12-24"}
    with pytest.raises(UsageError):
        stage.couple.pen("r").amend(window, fields, day=DAY)
    stage.couple.pen("r").write("window", fields, day=DAY, about=window)
    state = derive(stage.values(), stage.couple.roster, DAY)
    assert state.things[window].at[0].said("on") == "2026-11-25"
    assert [held.reason.name for held in state.held.values()] == ["NOT_SUCH"]


MOVES = st.lists(
    st.tuples(st.sampled_from(("r", "r2", "s", "s2")), st.sampled_from(("26", "27", "28")), st.booleans()), max_size=8
)


@given(MOVES)
def test_one_person_moves_it_once_and_no_more(moves: list[tuple[str, str, bool]]) -> None:
    """However often one person's devices move it, while the other says nothing it is moved at most once."""
    stage = Stage()
    lines = [
        f"{hand.replace('s', 'r')} moves-to money 2026-11-{day}\n{'meet' if met else ''}" for hand, day, met in moves
    ]
    stage.play(PLAN + "\n".join(lines))
    (thing,) = derive(stage.values(), stage.couple.roster, DAY).things.values()
    assert {act.person for act in thing.at} == {person_of("r")}
    assert {act.said("from") for act in thing.at if act.name == "move"} <= {thing.id}
    assert {act.said("on") for act in thing.at} <= {Day(f"2026-11-{day}") for day in ("25", "26", "27", "28")}
