"""What two do together comes to the same for both, in whatever order, and as a second reading of the page has it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple import oracle, oracle_together
from tests.troth_couple.histories import mirrored
from tests.troth_couple.people import DAY, Couple, admin_of, person_of
from tests.troth_couple.plays import Stage, through
from troth_couple import Book, Day, Response, State, derive
from troth_couple import together as acts
from troth_couple.agreements import Shown
from troth_couple.kinds import BY_NAME, Weight
from troth_couple.pace import of_both
from troth_couple.things import Stage as Step
from troth_couple.things import Thing
from troth_couple.turns import turn
from troth_wire.errors import UsageError

OPENING = """r plans money 2026-11-25
r asks-question where
s repairs trip
r discloses slip
s offers sorrow
r chapters spring
s chapters summer
meet"""
ACTS = (
    *("moves-to money 2026-11-26", "moves-to money 2026-11-27", "moves-to money 2026-11-28", "answers money accept"),
    *("holds money", "skips money", "replies where answered", "replies where no", "takes-back where"),
    *("closes trip", "closes trip", "closes trip", "reopens trip"),
    *("receives slip received", "receives slip not-now", "receives sorrow received", "receives sorrow not-taken"),
    *("closes slip", "closes slip", "reopens slip", "leads-to slip trip", "takes-back sorrow", "tells-anew slip"),
    *("paces p hands", "paces p hands walks", "paces p hands walks not-walks", "lapses"),
    *("shares spring", "shares spring", "shares summer", "withdraws-from spring", "disowns spring"),
)
HANDS = ("r", "r2", "s", "s2")
LINES = st.one_of(
    st.builds(lambda hand, act: f"{hand} {act}", st.sampled_from(HANDS), st.sampled_from(ACTS)),
    st.sampled_from(("meet", "meet r r2", "meet s s2")),
)
EVENINGS = st.lists(LINES, max_size=14)


RECEIVINGS = {
    None: (Step.SAID, Step.AMENDED, Step.OFFERED),
    1: (Step.NOT_TAKEN,),
    2: (Step.NOT_NOW,),
    3: (Step.RECEIVED,),
}
"""Where something stands that was told or offered, by what the other said of receiving it, while it is not over."""


def evening(lines: list[str], *, swapped: bool = False) -> Stage:
    """What comes of some lines, perhaps with all parts exchanged; what a pen refuses did not happen."""
    return through([*OPENING.splitlines(), *lines], swapped=swapped)


def one(state: State, kind: str) -> Thing:
    """The one thing of a kind."""
    (thing,) = (thing for thing in state.things.values() if thing.kind == kind)
    return thing


@given(EVENINGS)
def test_the_oracle_agrees(lines: list[str]) -> None:
    """When a window is, what is seen of a question, whether a repair is closed, what was received, what follows."""
    stage = evening(lines)
    values, roster = stage.values(), stage.couple.roster
    state, plain = derive(values, roster, DAY), oracle.read(values, roster)
    window, question, repair = (one(state, kind) for kind in ("window", "question", "repair"))
    times, waiting = oracle_together.when(plain, window.id)
    assert {(act.said("on"), act.said("at")) for act in window.at} == times
    assert {act.id for act in window.suggested} == waiting
    assert {act.id for act in question.beside.get("reply", ())} == oracle_together.replies(plain, question.id)
    assert (repair.stage is Step.CLOSED) is oracle_together.settled(plain, repair.id, roster.persons)
    for thing in (one(state, "disclosure"), one(state, "repair_letter")):
        said = oracle_together.received(plain, thing.id)
        assert min((act.said("receiving") for act in thing.beside.get("receive", ())), default=None) == said
        assert thing.stage in (Step.CLOSED, Step.TAKEN_BACK, *RECEIVINGS[said])
        assert {act.said("repair") for act in thing.beside.get("lead", ())} == oracle_together.leads(plain, thing.id)
    told = one(state, "disclosure")
    assert (told.stage is Step.CLOSED) is oracle_together.settled(plain, told.id, roster.persons)
    assert set(of_both(state).fine) == oracle_together.fine_for_both(plain, roster.persons, DAY)
    follows, closed = oracle_together.chapters(plain, roster.persons)
    assert turn(state).next == follows
    stage.play("s proposes r1")
    shown = derive(stage.values(), roster, DAY).agreements.values()
    assert {agreement.shown is Shown.ENDED for agreement in shown} == {closed}


@given(EVENINGS, st.randoms(use_true_random=False))
def test_order_and_repeats_mean_nothing(lines: list[str], order: random.Random) -> None:
    """One by one, twice, in any order, or at once: the same state."""
    stage = evening(lines)
    values = list(stage.values().items())
    whole = derive(dict(values), stage.couple.roster, DAY)
    order.shuffle(values)
    book = Book(stage.couple.roster)
    for key, value in values + values[:3]:
        book.add({key: value})
        book.state(DAY)
    assert book.state(DAY) == whole


def told(state: State) -> object:
    """What a state comes to, but for whose it is."""
    things = state.things.values()
    return (
        sorted((t.kind, t.stage.value, t.versions[0].body[0] if t.kind == "window" else "") for t in things),
        sorted(act.said("on") for thing in things for act in (*thing.at, *thing.suggested)),
        of_both(state).fine,
        turn(state).next,
    )


@given(EVENINGS)
def test_members_are_symmetric(lines: list[str]) -> None:
    """Invariant 16, R1: with all parts exchanged the same comes of it; no right is one person's."""
    here, there = (evening(lines, swapped=swapped) for swapped in (False, True))
    states = [derive(stage.values(), stage.couple.roster, DAY) for stage in (here, there)]
    assert told(states[0]) == told(states[1])
    authors = [{(t.kind, t.author) for t in state.things.values()} for state in states]
    assert authors[0] == {(kind, mirrored(person)) for kind, person in authors[1]}


@given(EVENINGS)
def test_no_act_names_the_others(lines: list[str]) -> None:
    """Invariant 21: what an act replaces is its own person's."""
    known = {act.id: act for book in evening(lines).couple.books.values() for act in book.ledger.known.values()}
    assert all(known[named].person == act.person for act in known.values() for named in act.after)


@given(EVENINGS, st.sampled_from(HANDS))
def test_who_opens_a_repair_again_needs_nobody(lines: list[str], hand: str) -> None:
    """After a last word that opens it, a repair is open, whatever the other's devices say and have not seen."""
    stage = evening(
        [*lines, f"{hand} reopens trip", *(f"{other} closes trip" for other in HANDS if other[0] != hand[0])]
    )
    assert one(derive(stage.values(), stage.couple.roster, DAY), "repair").stage is not Step.CLOSED


@given(EVENINGS)
def test_taken_back_a_question_shows_nothing(lines: list[str]) -> None:
    """Once its author took it back, nothing that was said to it is seen, before or after."""
    stage = evening([*lines, "r takes-back where", "s replies where answered all"])
    question = one(derive(stage.values(), stage.couple.roster, DAY), "question")
    assert (question.stage, question.versions, question.beside) == (Step.TAKEN_BACK, (), {})


def test_what_was_taken_back_is_not_answered() -> None:
    """A pen that has read it says so, and writes nothing."""
    stage = Stage()
    stage.play("r asks-question where\nr takes-back where\nmeet")
    before = len(stage.couple.book("s").ledger.known)
    with pytest.raises(UsageError, match="taken back"):
        stage.play("s replies where answered")
    assert len(stage.couple.book("s").ledger.known) == before


@pytest.mark.parametrize(
    ("script", "step"),
    [
        ("s replies where answered", Step.ANSWERED),
        ("s replies where answered\ns replies where not-yet", Step.NOT_YET),
        ("s replies where answered\ns2 replies where no", Step.NO),
        ("s replies where with-help", Step.WITH_HELP),
        ("r2 replies where answered", Step.ASKED),
    ],
)
def test_what_is_said_to_a_question(script: str, step: Step) -> None:
    """The last word counts, of two devices the one that tells least, and nobody answers their own."""
    stage = Stage()
    stage.play("r asks-question where\nmeet\n" + script)
    assert one(derive(stage.values(), stage.couple.roster, DAY), "question").stage is step


def test_meeting_and_answering_commit_to_nothing() -> None:
    """No act of these takes a passphrase but the yes to a chapter."""
    names = (
        "window",
        "question",
        "repair",
        "intimacy_pace",
        "chapter",
        "disclosure",
        "repair_letter",
        "receive",
        "lead",
        "reply",
        "agenda",
        "move",
        "hold",
        "skip",
        "step",
    )
    assert {BY_NAME[name].weight for name in (*names, "reopen", "close")} == {Weight.PLAIN}


def test_a_pace_is_set_in_place_of_all_before() -> None:
    """Setting takes back whatever stands of one's own, on both devices, and never the other's."""
    stage = Stage()
    stage.play("r paces a hands\nr2 paces b walks\ns paces c talks\nmeet\nr paces d rest")
    state = derive(stage.values(), stage.couple.roster, DAY)
    left = [thing for thing in state.things.values() if thing.stage is Step.SAID]
    assert sorted((thing.author == person_of("r"), thing.says("fine")) for thing in left) == [
        (False, ("talks",)),
        (True, ("rest",)),
    ]


def test_a_pace_ends_within_its_days() -> None:
    """A last day beyond two weeks is brought forward, and an earlier one is kept."""
    couple = Couple()
    for until, last in ((None, "2026-12-05"), (Day("2027-01-01"), "2026-12-05"), (Day("2026-11-23"), "2026-11-23")):
        *_, act = acts.set_pace(couple.pen("r"), [], fine=["rest"], not_now=[], day=DAY, until=until)
        assert act.said("until") == last


def test_a_chapter_takes_the_admin_key() -> None:
    """Opening is a commitment, and waits for the other's."""
    couple = Couple()
    chapter = couple.pen("r").write("chapter", {"next": bytes(16), "words": "Spring."}, day=DAY)
    with pytest.raises(UsageError):
        couple.pen("r").write("assent", {"text": chapter.id, "drops": []}, day=DAY, about=chapter.subject)
    couple.pen("r").assent(chapter.subject, chapter.id, day=DAY, admin=admin_of("r"))
    assert couple.state().things[chapter.subject].stage is Step.WAITING
    assert Response.NO < Response.ANSWERED
