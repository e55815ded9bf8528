"""Only its author changes what somebody said; thanks and answers stand beside it."""

import pytest

from tests.troth_couple.people import DAY, forge, person_of
from tests.troth_couple.plays import Stage
from troth_couple.days import Day
from troth_couple.derive import State, derive
from troth_couple.messages import ENGLISH, key_of
from troth_couple.things import Stage as Step
from troth_couple.things import Thing
from troth_couple.verdict import Reason


def played(script: str) -> tuple[Stage, State]:
    """A play and its state."""
    stage = Stage()
    stage.play(script)
    return stage, derive(stage.values(), stage.couple.roster, stage.today)


def only(script: str) -> Thing:
    """The one thing of a play."""
    (thing,) = played(script)[1].things.values()
    return thing


@pytest.mark.parametrize(
    ("script", "step"),
    [
        ("r says c", Step.SAID),
        ("r says c\nr amends c", Step.AMENDED),
        ("r says c\nr amends c\nr takes-back c", Step.TAKEN_BACK),
        ("r says c\nmeet\nr amends c\nr2 takes-back c", Step.TAKEN_BACK),
        ("r requests q\nmeet\ns answers q accept", Step.ACCEPTED),
        ("r requests q\nmeet\ns answers q accept\ns answers q later", Step.LATER),
        ("r requests q\nmeet\ns answers q accept\ns2 answers q decline", Step.DECLINED),
        ("r marks m 2026-11-01\nr shares m", Step.WAITING),
        ("r marks m 2026-11-01\nmeet\nr shares m\ns shares m", Step.OURS),
    ],
)
def test_steps(script: str, step: Step) -> None:
    """Short plays and where the thing stands; of two answers at once the more careful one counts."""
    assert only(script).stage is step


def test_an_amendment_shows_the_new_words_as_such() -> None:
    """What is amended says the new words, and two amendments at once are both there."""
    amended = only("r says c\nr amends c")
    assert amended.says("feelings") == "anew"
    assert [entry.said("feelings") for entry in amended.earlier] == ["as c"]
    assert len(only("r says c\nmeet\nr amends c\nr2 amends c").versions) == 2


def test_what_was_taken_back_says_nothing() -> None:
    """A stub stays, and thanks stay, without a word of what was said."""
    found = only("r says c\nmeet\ns thanks c\nr takes-back c")
    assert found.versions == ()
    assert found.says("feelings") is None
    assert found.thanks == {person_of("s")}


@pytest.mark.parametrize(
    ("kind", "body", "by", "reason"),
    [
        ("check_in", ["not yours", *[None] * 5], "s", Reason.NOT_YOURS),
        ("take_back", [], "s", Reason.NOT_YOURS),
        ("thanks", [], "r", Reason.NOT_YOURS),
        ("gratitude", ["another kind"], "r", Reason.NOT_SUCH),
        ("answer", [1, None], "s", Reason.NOT_SUCH),
        ("close", [], "s", Reason.NOT_SUCH),
        ("retire", [], "s", Reason.NOT_SUCH),
    ],
)
def test_nobody_changes_what_another_said(kind: str, body: list[object], by: str, reason: Reason) -> None:
    """Acts of the wrong person or of the wrong kind change nothing and are named."""
    stage, _ = played("r says c")
    subject = stage.acts["r says c"].subject
    act = forge(kind, body, by=by + "2", about=subject)
    state = derive({**stage.values(), act.id.hex(): act.value}, stage.couple.roster, DAY)
    assert state.held[act.id.hex()].reason is reason
    assert state.things[subject].stage is Step.SAID


def test_acts_wait_for_what_they_are_about() -> None:
    """Thanks for something that is not here wait, and count when it comes."""
    stage, _ = played("r says c\nmeet\ns thanks c")
    thanks = stage.acts["s thanks c"]
    state = derive({thanks.id.hex(): thanks.value}, stage.couple.roster, DAY)
    assert state.held[thanks.id.hex()].reason is Reason.WAITS
    assert not state.things


@pytest.mark.parametrize(("today", "past"), [("2026-11-22", False), ("2026-11-23", False), ("2026-11-24", True)])
def test_a_plan_note_passes(today: str, past: bool) -> None:
    """A plan note is past two days after it was written at the latest, whatever last day a client wrote."""
    stage = Stage()
    note = forge("plan_note", ["running late", "2030-01-01"], by="r")
    state = derive({note.id.hex(): note.value}, stage.couple.roster, Day(today))
    (thing,) = state.things.values()
    assert (thing.stage is Step.PAST) is past


def test_a_shared_milestone_needs_both_again_after_an_amendment() -> None:
    """Both assent to one version: what its author amends afterwards is not yet both persons'."""
    stage, _ = played("r marks m 2026-11-01\nmeet\nr shares m\ns shares m\nmeet")
    milestone = stage.acts["r marks m 2026-11-01"].subject
    stage.couple.pen("r").amend(milestone, {"what": "m", "on": "2026-11-02", "ours": True}, day=DAY)
    assert derive(stage.values(), stage.couple.roster, DAY).things[milestone].stage is Step.WAITING


def test_either_closes_a_note_and_only_its_owner_retires_a_boundary() -> None:
    """A shared note is both persons' to close; a boundary is its owner's alone."""
    stage = Stage()
    pen, other = stage.couple.pen("r"), stage.couple.pen("s")
    note = pen.write("note", {"title": "Weekends"}, day=DAY)
    boundary = pen.write("boundary", {"statement": "I will leave the room when voices rise."}, day=DAY)
    stage.couple.meet()
    other.write("close", day=DAY, about=note.subject)
    other.write("retire", day=DAY, about=boundary.subject)
    things = stage.couple.state().things
    assert things[note.subject].stage is Step.CLOSED
    assert things[boundary.subject].stage is Step.SAID
    pen.write("retire", day=DAY, about=boundary.subject)
    assert stage.couple.state().things[boundary.subject].stage is Step.CLOSED


def test_nobody_takes_back_where_the_others_words_stand() -> None:
    """Nobody hides a shared note or a blind question; an answer outlives the request that is taken back."""
    stage = Stage()
    pen = stage.couple.pen("r")
    note = pen.write("note", {"title": "Weekends"}, day=DAY)
    question = pen.write("blind", {"question": "What helps?"}, day=DAY)
    for thing in (note, question):
        act = pen.take_back(thing.subject, day=DAY)
        state = stage.couple.state()
        assert state.held[act.id.hex()].reason is Reason.NOT_SUCH
        assert state.things[thing.subject].versions == (thing,)
    answered = only("r requests q\nmeet\ns answers q accept\nr takes-back q")
    assert len(answered.answers) == 1


def test_what_a_removed_device_wrote_is_not_shown() -> None:
    """Beyond a cut nothing is said, and thanks for it wait; both are named."""
    _, state = played("cut r2\nr2 says c\nmeet\ns thanks c")
    assert not state.things
    assert sorted(held.reason.name for held in state.held.values()) == ["BEYOND_CUT", "WAITS"]


def test_every_step_has_words() -> None:
    """Each step has a sentence."""
    assert {key_of(step) for step in Step} <= ENGLISH.keys()
