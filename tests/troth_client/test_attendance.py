"""One side of a meeting, message by message: it reads everything, says everything once, and ends in words."""

import pytest

from troth import Signer
from troth_client.attendance import ENDS, Attendance, AwayError, Heard, Venue
from troth_wire import log, proof
from troth_wire.errors import (
    CrowdedError,
    ExpiredError,
    MalformedError,
    MeetingError,
    OtherVersionError,
    RefusedError,
    TakenError,
)
from troth_wire.ids import Lineage, MailboxId, RunningHash
from troth_wire.limits import RENDEZVOUS_RECORD_BYTES, RENDEZVOUS_RECORDS_MAX
from troth_wire.messages import (
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    MailboxKind,
    Message,
    Prove,
    Push,
    Reason,
    Refuse,
    Stored,
)
from troth_wire.session import State

SEED = b"s" * 32
BOX = MailboxId(Signer(SEED).public)
SPONSOR = Signer(b"p" * 32)
LINEAGE = Lineage(b"l" * 16)
HOST = "relay.test:443"
HELLO = Hello(1, 1, 67_626, b"c" * 32)
HEAD = Head(BOX, LINEAGE, 0, log.origin(BOX, LINEAGE))
ENTER, OPEN = Venue(SEED, opens=False), Venue(SEED, opens=True)


def record(number: int) -> bytes:
    """Return a record, different for each number."""
    return bytes([number]) * RENDEZVOUS_RECORD_BYTES


def refuse(reason: Reason, *, wait_s: int = 0) -> Refuse:
    """Return a refusal about the mailbox."""
    return Refuse(reason, BOX, (), wait_s)


def begun(venue: Venue = ENTER, *messages: Message) -> Attendance:
    """Return an attendance that was linked, and took in these."""
    attendance = Attendance(venue)
    linked(attendance, *messages)
    return attendance


def linked(attendance: Attendance, *messages: Message) -> list[Message]:
    """Let a link come up and these arrive; return what was said to the last."""
    attendance.connect(HOST)
    said: list[Message] = []
    for message in (HELLO, *messages):
        said = attendance.receive(message)
    return said


def test_a_guest_proves_and_follows() -> None:
    """A guest proves the mailbox's key for this host and challenge, and follows from the beginning."""
    attendance = Attendance(ENTER)
    (said,) = linked(attendance)
    assert isinstance(said, Prove)
    proof.verify(said.signature, host=HOST, challenge=HELLO.challenge, mailbox=BOX)
    assert attendance.receive(HEAD) == [Follow(BOX, LINEAGE, 0, HEAD.running)]
    assert not attendance.inside
    assert attendance.receive(HEAD) == []
    assert attendance.inside


def test_a_host_opens() -> None:
    """A host asks for a mailbox of its kind once it knows that there is none."""
    assert linked(Attendance(OPEN), refuse(Reason.UNKNOWN_MAILBOX)) == [Create(BOX, b"", MailboxKind.RENDEZVOUS, None)]
    assert linked(Attendance(OPEN), refuse(Reason.UNKNOWN_MAILBOX), HEAD) == [Follow(BOX, LINEAGE, 0, HEAD.running)]


def test_an_invitation_proves_its_sponsor_first() -> None:
    """Whoever opens an invitation proves the log that sponsors it over the same link, and names it."""
    sponsor = MailboxId(SPONSOR.public)
    attendance = Attendance(Venue(SEED, opens=True, kind=MailboxKind.INVITATION, sponsor=SPONSOR))
    (first,) = linked(attendance)
    assert isinstance(first, Prove)
    assert first.mailbox == sponsor
    (second,) = attendance.receive(Head(sponsor, LINEAGE, 3, RunningHash(b"r" * 32)))
    assert isinstance(second, Prove)
    assert second.mailbox == BOX
    assert attendance.receive(refuse(Reason.UNKNOWN_MAILBOX)) == [Create(BOX, b"", MailboxKind.INVITATION, sponsor)]


@pytest.mark.parametrize(
    ("reason", "words"), [(Reason.UNKNOWN_MAILBOX, "not at this relay"), (Reason.BUSY, "again in")]
)
def test_a_sponsor_may_be_missing(reason: Reason, words: str) -> None:
    """A sponsor that the relay does not know ends it, and so does one that it can not look up now, in other words."""
    attendance = begun(Venue(SEED, opens=True, kind=MailboxKind.INVITATION, sponsor=SPONSOR))
    with pytest.raises(RefusedError, match=words):
        attendance.receive(Refuse(reason, MailboxId(SPONSOR.public), (), 0))


def test_a_host_finds_its_number_taken() -> None:
    """A mailbox that is there before the host asked for it, or was made meanwhile, is somebody else's."""
    for messages in ([HEAD], [refuse(Reason.UNKNOWN_MAILBOX), refuse(Reason.TAKEN)]):
        with pytest.raises(TakenError):
            begun(OPEN, *messages)


def test_a_host_comes_back_to_what_it_opened() -> None:
    """After a cut the host enters the mailbox that it had opened, also where the answer was lost."""
    opened = begun(OPEN, refuse(Reason.UNKNOWN_MAILBOX), HEAD)
    assert linked(opened, HEAD) == [Follow(BOX, LINEAGE, 0, HEAD.running)]
    asked = begun(OPEN, refuse(Reason.UNKNOWN_MAILBOX))
    assert linked(asked, HEAD) == [Follow(BOX, LINEAGE, 0, HEAD.running)]


def test_what_was_opened_and_is_gone_is_over() -> None:
    """A host never opens a second mailbox in place of one that has ended."""
    opened = begun(OPEN, refuse(Reason.UNKNOWN_MAILBOX), HEAD, HEAD)
    with pytest.raises(ExpiredError):
        linked(opened, refuse(Reason.UNKNOWN_MAILBOX))


def test_records_come_in_order_and_own_ones_are_marked() -> None:
    """What lies there is read from the beginning; what this side posted is marked, delivered or stored."""
    attendance = begun(ENTER, HEAD, HEAD)
    assert attendance.post(record(1)) == [Push(BOX, (record(1),))]
    attendance.receive(Deliver(BOX, 1, (record(9),)))
    assert not attendance.is_stored(record(1))
    attendance.receive(Stored(BOX, 2, (log.envelope_id(record(1)),)))
    assert attendance.is_stored(record(1))
    assert attendance.heard == [Heard(1, record(9), own=False), Heard(2, record(1), own=True)]


def test_nothing_is_said_before_the_end_was_read() -> None:
    """A record posted early goes out once the log was read to its end, and once only."""
    attendance = begun(ENTER, HEAD)
    assert attendance.post(record(1)) == []
    assert attendance.receive(Head(BOX, LINEAGE, 1, RunningHash(b"r" * 32))) == []
    assert attendance.receive(Deliver(BOX, 1, (record(9),))) == [Push(BOX, (record(1),))]
    assert attendance.receive(Deliver(BOX, 2, (record(8),))) == []
    assert attendance.post(record(1)) == []


def test_a_cut_costs_nothing() -> None:
    """Over the next link it reads on where it was, and says again only what the log has not shown."""
    attendance = begun(ENTER, HEAD, HEAD)
    attendance.post(record(1))
    attendance.post(record(2))
    attendance.receive(Stored(BOX, 1, (log.envelope_id(record(1)),)))
    running = log.advance(HEAD.running, 1, log.envelope_id(record(1)))
    head = Head(BOX, LINEAGE, 1, running)
    assert linked(attendance, head) == [Follow(BOX, LINEAGE, 1, running)]
    assert attendance.receive(head) == [Push(BOX, (record(2),))]


def test_a_record_that_lies_there_is_not_said_again() -> None:
    """A record that was posted in an earlier life is recognised where it lies."""
    attendance = begun(ENTER, HEAD, Head(BOX, LINEAGE, 1, HEAD.running), Deliver(BOX, 1, (record(1),)))
    assert attendance.post(record(1)) == []
    assert attendance.is_stored(record(1))


def test_a_third_is_told_so() -> None:
    """Whoever finds two others there is told; whoever was inside before waits for the relay to notice."""
    with pytest.raises(CrowdedError):
        begun(ENTER, refuse(Reason.TAKEN))
    with pytest.raises(AwayError):
        linked(begun(ENTER, HEAD, HEAD), refuse(Reason.TAKEN))


@pytest.mark.parametrize("reason", [Reason.BUSY, Reason.RATE])
def test_a_busy_relay_is_asked_again(reason: Reason) -> None:
    """A relay that can not now says when: whoever was inside comes back then, whoever was not is told."""
    with pytest.raises(AwayError) as caught:
        linked(begun(ENTER, HEAD, HEAD), refuse(reason, wait_s=7))
    assert caught.value.retry_after_s == 7
    for venue, messages in ((ENTER, []), (OPEN, [refuse(Reason.UNKNOWN_MAILBOX)])):
        with pytest.raises(RefusedError, match="again in 7 s"):
            begun(venue, *messages, refuse(reason, wait_s=7))


def test_other_versions_are_told() -> None:
    """A relay that does not speak this version ends it, and so does one that does not know these frames."""
    attendance = Attendance(ENTER)
    attendance.connect(HOST)
    with pytest.raises(OtherVersionError):
        attendance.receive(Hello(2, 3, 67_626, b"c" * 32))
    with pytest.raises(RefusedError, match="older"):
        begun(OPEN, refuse(Reason.UNKNOWN_MAILBOX), Refuse(Reason.MALFORMED, None, (), 0))


def test_another_log_is_refused() -> None:
    """A relay that lost the mailbox and shows another in its place ends the meeting."""
    with pytest.raises(RefusedError, match="lost"):
        linked(begun(ENTER, HEAD, HEAD), Head(BOX, Lineage(b"m" * 16), 0, HEAD.running))
    with pytest.raises(RefusedError, match="lost"):
        begun(ENTER, HEAD, refuse(Reason.ROLLED_BACK))


HOSTILE: dict[str, Message] = {
    "out of place": Deliver(BOX, 2, (record(1),)),
    "too many": Deliver(BOX, 1, tuple(record(number) for number in range(RENDEZVOUS_RECORDS_MAX + 1))),
    "not pushed": Stored(BOX, 1, (log.envelope_id(record(1)),)),
    "another mailbox": Deliver(MailboxId(b"x" * 32), 1, (record(1),)),
    "out of turn": HEAD,
    "what only clients say": Push(BOX, (record(1),)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_relay_that_breaks_the_protocol_costs_the_link(name: str) -> None:
    """What does not belong raises, and leaves what was read as it is."""
    attendance = begun(ENTER, HEAD, HEAD)
    with pytest.raises(MalformedError):
        attendance.receive(HOSTILE[name])
    assert attendance.heard == []


def test_every_end_is_in_words_for_people() -> None:
    """Each end says what happened, that nothing was joined, and what to do."""
    for kind, words in ENDS.values():
        assert issubclass(kind, MeetingError)
        assert "Nothing was joined." in words
        assert words.count(". ") >= 2
    assert {state for state, _ in ENDS} == {State.PROVING, State.CREATING, State.ASKING, State.FOLLOWING}


def test_a_venue_shows_no_secret() -> None:
    """What is printed of a venue is not its seed."""
    assert "s" * 8 not in repr(ENTER)
    assert SEED.hex()[:8] not in repr(ENTER)
