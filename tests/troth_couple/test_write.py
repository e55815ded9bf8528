"""A pen writes as one device of one person: with its own keys, about its own things, one text at a time."""

import inspect
from collections.abc import Callable

import pytest

import troth_couple
from tests.troth_couple.people import AGREEMENT, DAY, LIFE, Couple, admin_of, keys_of, revision
from troth import Signer
from troth.testing import entropy_of
from troth_couple import Pen, Shown, new_agreement
from troth_couple.entry import SubjectId
from troth_couple.kinds import Level, Reply, Scope
from troth_couple.revision import AgreementId, revision_id
from troth_couple.roster import EntryId
from troth_wire.errors import UsageError

SUBJECT = SubjectId(AGREEMENT)
TEXT = revision("first")


def test_nobody_writes_with_anothers_key() -> None:
    """A pen with another's key, or of a device that does not belong here, writes nothing."""
    couple = Couple()
    for device, signer in [("r", "s"), ("x", "x")]:
        pen = Pen(couple.book("r"), keys_of(device).device, LIFE, keys_of(signer).signer)
        with pytest.raises(UsageError):
            pen.signal(Level.STOP, Scope.TALK, day=DAY)
    assert not couple.book("r").ledger.known


def test_an_assent_needs_the_own_admin_key() -> None:
    """Without it, with the everyday key or with the other's admin key there is no assent."""
    couple = Couple()
    pen = couple.pen("r")
    pen.propose(TEXT, day=DAY)
    for admin in (keys_of("r").signer, admin_of("s"), admin_of("r2")):
        with pytest.raises(UsageError):
            pen.assent(SUBJECT, TEXT.id, day=DAY, admin=admin)
    with pytest.raises(UsageError):
        pen.write("assent", {"text": TEXT.id, "drops": []}, day=DAY, about=SUBJECT)
    with pytest.raises(UsageError):
        pen.write("withdraw", day=DAY, about=SUBJECT, admin=admin_of("r"))
    assert couple.state().agreements[AGREEMENT].shown is Shown.PROPOSED


def test_nobody_assents_to_what_is_not_here() -> None:
    """A text that has not come can not have been read."""
    with pytest.raises(UsageError):
        Couple().pen("r").assent(SUBJECT, TEXT.id, day=DAY, admin=admin_of("r"))


def test_no_function_takes_two_keys_or_assents_twice() -> None:
    """Invariant 2: whatever signs takes the own key and, for one act, the own admin key; there is no bulk assent."""
    public = [getattr(troth_couple, name) for name in troth_couple.__all__]
    methods = [method for _, method in inspect.getmembers(Pen, inspect.isfunction)]
    for function in [*filter(inspect.isfunction, public), *methods]:
        signers = [p for p in inspect.signature(function).parameters.values() if "Signer" in str(p.annotation)]
        assert len(signers) <= 2
    assert [name for name in vars(Pen) if "all" in name.split("_") or name.endswith("s_all")] == []
    assert "text" in inspect.signature(Pen.assent).parameters


def test_an_assent_names_what_it_decides_anew() -> None:
    """Every own withdrawal that this device knows is named, so the assent counts; the other's are not."""
    couple = Couple()
    pen = couple.pen("r")
    pen.propose(TEXT, day=DAY)
    couple.meet()
    mine, theirs = pen.withdraw(SUBJECT, day=DAY), couple.pen("s").withdraw(SUBJECT, day=DAY)
    couple.meet()
    assent = couple.pen("r").assent(SUBJECT, TEXT.id, day=DAY, admin=admin_of("r"))
    assert assent.after == (mine.id,)
    assert theirs.id not in assent.after


def test_two_proposals_a_day_are_enough() -> None:
    """A third is told to wait, and the next day it goes; the other's do not count."""
    couple = Couple()
    for number in range(2):
        couple.pen("r").propose(revision(f"text {number}"), day=DAY)
    couple.meet()
    with pytest.raises(UsageError, match="tomorrow"):
        couple.pen("r2").propose(revision("third"), day=DAY)
    couple.pen("s").propose(revision("third"), day=DAY)
    couple.pen("r").propose(revision("third"), day=troth_couple.days_after(DAY, 1))


def test_only_its_author_changes_a_thing() -> None:
    """The other can neither amend nor take back, nor release or disown what is not theirs."""
    couple = Couple()
    pen, other = couple.pen("r"), couple.pen("s")
    said = pen.write("check_in", {"feelings": "calm"}, day=DAY)
    signal = pen.signal(Level.PAUSE, Scope.TOUCH, day=DAY)
    couple.meet()
    attempts: list[Callable[[], object]] = [
        lambda: other.amend(said.subject, {"feelings": "angry"}, day=DAY),
        lambda: other.take_back(said.subject, day=DAY),
        lambda: other.release([signal.id], day=DAY, admin=admin_of("s")),
        lambda: other.repudiate(signal.id, day=DAY),
        lambda: pen.repudiate(signal.id, day=DAY),
        lambda: pen.take_back(SubjectId(bytes(32)), day=DAY),
        lambda: pen.release([], day=DAY, admin=admin_of("r")),
        lambda: pen.write("check_in", {"score": 7}, day=DAY),
    ]
    for attempt in attempts:
        with pytest.raises(UsageError):
            attempt()


def test_only_an_own_assent_is_let_go_of() -> None:
    """What an assent lets go of is named, and is the own person's."""
    couple = Couple()
    couple.pen("r").propose(TEXT, day=DAY)
    with pytest.raises(UsageError):
        couple.pen("r").assent(SUBJECT, TEXT.id, day=DAY, admin=admin_of("r"), drops=[EntryId(bytes(32))])


def test_an_answer_replaces_own_earlier_ones() -> None:
    """Who answers again is heard with the last answer."""
    couple = Couple()
    ask = couple.pen("r").write("request", {"ask": "Tell me when plans change."}, day=DAY)
    couple.meet()
    for reply in (Reply.DECLINE, Reply.ACCEPT):
        couple.pen("s").answer(ask.subject, reply, day=DAY)
    thing = couple.state().things[ask.subject]
    assert [answer.said("reply") for answer in thing.answers] == [Reply.ACCEPT]


def test_a_plan_note_does_not_stay() -> None:
    """Its last day is never later than two days on."""
    note = Couple().pen("r").plan_note("running late", day=DAY, until=troth_couple.Day("2030-01-01"))
    assert note.said("until") == "2026-11-23"


def test_a_new_agreement_has_a_random_name() -> None:
    """Nothing of time or person is in the name of an agreement."""
    entropy = entropy_of("names")
    assert len({new_agreement(entropy) for _ in range(5)}) == 5
    assert isinstance(admin_of("r"), Signer)


def test_who_took_back_too_often_starts_anew() -> None:
    """An assent that could not name every own reduction is not written."""
    couple = Couple()
    pen = couple.pen("r")
    pen.propose(TEXT, day=DAY)
    for _ in range(65):
        pen.withdraw(SUBJECT, day=DAY)
    with pytest.raises(UsageError, match="new agreement"):
        pen.assent(SUBJECT, TEXT.id, day=DAY, admin=admin_of("r"))


def test_a_broken_proposal_of_the_other_stops_nobody() -> None:
    """What a changed client proposes is in nobody's way, and can not be assented to."""
    couple = Couple()
    couple.pen("r").propose(TEXT, day=DAY)
    couple.pen("s").write("propose", {"revision": b"junk"}, day=DAY, about=SUBJECT)
    elsewhere = revision("first", agreement=AgreementId(bytes(16)))
    couple.pen("s").write("propose", {"revision": elsewhere.encode()}, day=DAY, about=SUBJECT)
    couple.meet()
    couple.pen("r").assent(SUBJECT, TEXT.id, day=DAY, admin=admin_of("r"))
    for text in (revision_id(b"junk"), elsewhere.id):
        with pytest.raises(UsageError):
            couple.pen("r").assent(SUBJECT, text, day=DAY, admin=admin_of("r"))


def test_what_is_no_kind_is_not_written() -> None:
    """A kind that is not in the table can not be written."""
    with pytest.raises(UsageError):
        Couple().pen("r").write("location", day=DAY)
