"""A client walks the session table: it never pushes before it has read, and an odd relay costs the link alone."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.cursor import Cursor
from troth.follower import Follower, advice
from troth.keys import Epoch
from troth_wire import log, proof
from troth_wire.errors import ForgedError, MalformedError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MAX, FORWARD_BYTES, WIRE_VERSION
from troth_wire.messages import (
    Close,
    Closed,
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

EPOCH = Epoch(b"e" * 32)
MAILBOX, NEXT = EPOCH.mailbox, Epoch(b"n" * 32).mailbox
HOST = "relay.test:443"
HERE, THERE = Lineage(b"h" * 16), Lineage(b"t" * 16)
HELLO = Hello(WIRE_VERSION, WIRE_VERSION, ENVELOPE_BYTES_MAX, b"c" * 32)
ENTRIES = [EnvelopeId(bytes([number]) * 32) for number in range(5)]
FORWARD = bytes(FORWARD_BYTES)


def running(position: int, lineage: Lineage = HERE) -> RunningHash:
    """The running hash at a position."""
    at = log.origin(MAILBOX, lineage)
    for number, entry in enumerate(ENTRIES[:position], 1):
        at = log.advance(at, number, entry)
    return at


def head(position: int, lineage: Lineage = HERE) -> Head:
    """The relay's word on how far a log goes."""
    return Head(MAILBOX, lineage, position, running(position, lineage))


def closed(position: int, lineage: Lineage = HERE) -> Closed:
    """The relay's word that a log is closed."""
    return Closed(MAILBOX, lineage, position, running(position, lineage), NEXT, FORWARD)


def refuse(reason: Reason, retry_after_s: int = 0) -> Refuse:
    """A refusal that names no envelope."""
    return Refuse(reason, MAILBOX, (), retry_after_s)


def follower(read: int = 0, kind: MailboxKind = MailboxKind.LOG) -> Follower:
    """A client that has read so many entries and has proven nothing on its link."""
    cursor = Cursor(MAILBOX)
    if read:
        cursor.adopt(HERE)
        cursor.take(1, ENTRIES[:read])
    return Follower(EPOCH, cursor, kind=kind)


def hears(client: Follower, *messages: Message) -> list[Message]:
    """Greet, and then take in some messages; return what the client said to the last one."""
    said = [client.greet(HELLO, HOST)]
    for message in messages:
        said, _ = client.receive(message)
    return said


def says(message: Message) -> str:
    """A message in short."""
    if not isinstance(message, Follow):
        return type(message).__name__
    assert message.running == running(message.after, message.lineage), "what is stated fits what was read"
    return f"Follow {message.lineage[:1].decode()}{message.after}"


CONVERSATIONS: list[tuple[str, int, list[tuple[Message, str]], str, bool]] = [
    ("a known mailbox", 0, [(head(2), "Follow h0"), (head(2), "")], "", False),
    ("an empty mailbox", 0, [(head(0), "Follow h0"), (head(0), "")], "open read", False),
    ("nothing new", 2, [(head(2), "Follow h2"), (head(2), "")], "open read", False),
    ("something new", 2, [(head(4), "Follow h2"), (head(5), "")], "", False),
    ("an unknown mailbox", 0, [(refuse(Reason.UNKNOWN_MAILBOX), "")], "read unknown", False),
    ("a place that others have taken", 0, [(refuse(Reason.TAKEN), "")], "read unknown", False),
    ("a bad proof", 0, [(refuse(Reason.BAD_PROOF), "")], "read refused", False),
    ("a busy relay", 0, [(refuse(Reason.BUSY), "")], "read refused", False),
    ("busy when asked", 2, [(head(2), "Follow h2"), (refuse(Reason.BUSY), "")], "read refused", False),
    (
        "rolled back at the beginning",
        0,
        [(head(2), "Follow h0"), (refuse(Reason.ROLLED_BACK), "")],
        "read refused",
        False,
    ),
    (
        "another log of the same lineage",
        2,
        [(head(3), "Follow h2"), (refuse(Reason.ROLLED_BACK), "Follow h0"), (head(3), "")],
        "",
        True,
    ),
    ("a shorter log", 2, [(head(1), "Follow h0"), (head(1), "")], "", True),
    ("another lineage", 2, [(head(3, THERE), "Follow t0"), (head(3, THERE), "")], "", True),
    ("closed before", 0, [(closed(3), "")], "read closed", False),
    ("closed and aged", 2, [(closed(4), "")], "read closed", False),
    ("closed while it is read", 2, [(head(2), "Follow h2"), (head(2), ""), (closed(2), "")], "read closed", False),
]


@pytest.mark.parametrize(
    ("read", "lines", "state", "disputed"),
    [case[1:] for case in CONVERSATIONS],
    ids=[case[0] for case in CONVERSATIONS],
)
def test_a_conversation_goes_its_way(read: int, lines: list[tuple[Message, str]], state: str, disputed: bool) -> None:
    """Each conversation has the answers that the page gives, and ends where it should, with alarm or without."""
    client = follower(read)
    assert says(client.greet(HELLO, HOST)) == "Prove"
    for message, answer in lines:
        said, _ = client.receive(message)
        assert " ".join(map(says, said)) == answer
    found = {
        "open": client.open_,
        "read": client.read,
        "unknown": client.unknown,
        "refused": client.refused is not None,
        "closed": client.closed is not None,
    }
    assert {name for name, holds in found.items() if holds} == set(state.split())
    assert (client.disputed is not None) == disputed


@pytest.mark.parametrize("reason", [Reason.QUOTA, Reason.BAD_PASS, Reason.BUSY, Reason.RATE, Reason.UNSPONSORED])
def test_a_mailbox_that_can_not_be_opened_is_left_alone(reason: Reason) -> None:
    """Where the relay opens none, it is not asked again on this link, and its reason is kept with the time to wait."""
    client = follower()
    hears(client, refuse(Reason.UNKNOWN_MAILBOX))
    assert client.unknown
    client.create(b"pass", None)
    client.receive(refuse(reason, 7))
    assert (client.unknown, client.open_, client.read) == (False, False, True)
    assert (client.refused, client.retry_after_s) == (advice(reason), 7)


@pytest.mark.parametrize(("kind", "sponsor"), [(MailboxKind.LOG, None), (MailboxKind.MEETING, NEXT)])
def test_it_asks_for_a_mailbox_of_its_kind(kind: MailboxKind, sponsor: MailboxId | None) -> None:
    """What it asks for names the kind, the pass and the log in whose name it is opened; then it is followed."""
    client = follower(kind=kind)
    hears(client, refuse(Reason.UNKNOWN_MAILBOX))
    assert client.create(b"pass", sponsor) == Create(MAILBOX, b"pass", kind, sponsor)
    assert [says(said) for said in client.receive(head(0))[0]] == ["Follow h0"]


def test_a_mailbox_that_was_forgotten_is_another_log() -> None:
    """Where a relay knows nothing of what was read, what it then opens is disputed, and read from its beginning."""
    client = follower(2)
    hears(client, refuse(Reason.UNKNOWN_MAILBOX))
    client.create(b"", None)
    assert [says(said) for said in client.receive(head(0, THERE))[0]] == ["Follow t0"]
    assert client.disputed is not None
    assert client.disputed.position == 2


def test_what_was_read_of_a_lost_log_is_remembered() -> None:
    """When the relay shows another log, how far the old one was read stays as evidence, and the rows start anew."""
    client = follower(2)
    client.greet(HELLO, HOST)
    _, rows = client.receive(head(3, THERE))
    assert client.disputed is not None
    assert (client.disputed.lineage, client.disputed.position, client.disputed.running) == (HERE, 2, running(2))
    assert [row.value for row in rows] == [None, THERE]


def test_the_proof_is_for_this_host_and_challenge() -> None:
    """What is signed holds for the host that was dialled and the challenge that was given, and for no other."""
    said = follower().greet(HELLO, HOST)
    assert isinstance(said, Prove)
    proof.verify(said.signature, host=HOST, challenge=HELLO.challenge, mailbox=MAILBOX)
    for host, challenge in (("other.test:443", HELLO.challenge), (HOST, bytes(32))):
        with pytest.raises(ForgedError):
            proof.verify(said.signature, host=host, challenge=challenge, mailbox=MAILBOX)


@pytest.mark.parametrize(
    "odd",
    [
        lambda: head(1),
        lambda: head(2, THERE),
        lambda: Head(MAILBOX, HERE, 0, running(1)),
    ],
    ids=["shorter", "another lineage", "empty"],
)
def test_a_relay_that_answers_for_another_log_is_malformed(odd: Callable[[], Head]) -> None:
    """The Head that answers Follow must be of the log that was asked for, and reach as far as was read."""
    client = follower(2)
    hears(client, head(2))
    with pytest.raises(MalformedError):
        client.receive(odd())


def test_an_empty_log_has_its_own_beginning() -> None:
    """An empty log whose running hash is not that of its mailbox and lineage is malformed."""
    client = follower()
    hears(client, head(0))
    with pytest.raises(MalformedError):
        client.receive(Head(MAILBOX, HERE, 0, running(1)))


@pytest.mark.parametrize("position", [1, 3, 4])
def test_nothing_is_closed_before_it_was_shown(position: int) -> None:
    """A relay that says of a log that is followed that it ended elsewhere than it was shown hides entries."""
    client = follower(2)
    hears(client, head(2), head(2))
    with pytest.raises(MalformedError):
        client.receive(closed(position))
    assert client.closed is None


def test_a_mailbox_is_closed_once() -> None:
    """Closing is asked for once on a link, with the successor and the forward, and again on the next one."""
    client = follower()
    hears(client, head(0), head(0))
    assert client.close(NEXT, FORWARD) == [Close(MAILBOX, NEXT, FORWARD)]
    assert client.close(NEXT, FORWARD) == []
    assert [client.closing] == [True]
    client.receive(Closed(MAILBOX, HERE, 0, running(0), NEXT, FORWARD))
    client.reset()
    assert [client.closing] == [False]
    hears(client, head(0), head(0))
    assert client.close(None, FORWARD) == [Close(MAILBOX, None, FORWARD)]


def test_what_was_given_up_stays_so_on_this_link() -> None:
    """What is given up is neither open nor unknown, holds up nothing, and is tried again over the next link."""
    client = follower()
    hears(client, head(0), head(0))
    client.give_up(Reason.QUOTA, 5)
    assert (client.open_, client.unknown, client.read) == (False, False, True)
    assert (client.refused, client.retry_after_s) == ("the mailbox is full", 5)
    client.reset()
    hears(client, head(0), head(0))
    assert client.open_
    assert client.refused is None


@pytest.mark.parametrize("kind", MailboxKind)
def test_a_proven_log_sponsors_and_nothing_else(kind: MailboxKind) -> None:
    """Others may be opened in the name of a log, from its proof on and also where it is closed; of nothing else."""
    client = follower(kind=kind)
    client.greet(HELLO, HOST)
    assert not client.sponsors
    client.receive(refuse(Reason.UNKNOWN_MAILBOX))
    assert not client.sponsors
    client.create(b"", None)
    client.receive(head(0))
    assert client.sponsors == (kind is MailboxKind.LOG)
    client.reset()
    hears(client, closed(0))
    assert client.sponsors == (kind is MailboxKind.LOG)


@given(st.sampled_from(Reason))
def test_every_reason_is_said_in_words(reason: Reason) -> None:
    """Each refusal has words that fit into a sentence: no code, no capitals, no full stop."""
    words = advice(reason)
    assert words
    assert words == words.lower()
    assert "_" not in words
    assert not words.endswith(".")


_LINEAGES = st.sampled_from((HERE, THERE))
_POSITIONS = st.integers(0, 5)
_MESSAGES = st.one_of(
    st.just(HELLO),
    st.builds(head, _POSITIONS, _LINEAGES),
    st.builds(head, _POSITIONS, _LINEAGES),
    st.builds(closed, _POSITIONS, _LINEAGES),
    st.builds(Head, st.just(MAILBOX), _LINEAGES, _POSITIONS, st.just(RunningHash(bytes(32)))),
    st.builds(refuse, st.sampled_from(Reason), st.integers(0, 9)),
    st.builds(Deliver, st.just(MAILBOX), _POSITIONS, st.just((b"x",))),
    st.builds(Stored, st.just(MAILBOX), _POSITIONS, st.just((ENTRIES[0],))),
    st.builds(Prove, st.just(MAILBOX), st.just(bytes(64))),
    st.builds(Create, st.just(MAILBOX), st.just(b"")),
    st.builds(Follow, st.just(MAILBOX), _LINEAGES, _POSITIONS, st.just(RunningHash(bytes(32)))),
    st.builds(Push, st.just(MAILBOX), st.just((b"x",))),
)


@given(st.integers(0, 3), st.lists(_MESSAGES, max_size=10))
def test_whatever_the_relay_says_costs_the_link_at_most(read: int, messages: list[Message]) -> None:
    """No sequence of messages raises anything but MalformedError, or makes the client ready before it has read."""
    client = follower(read)
    client.greet(HELLO, HOST)
    for message in messages:
        try:
            said, _ = client.receive(message)
        except MalformedError:
            break
        assert not client.open_ or client.cursor.position >= (client._end or 0)
        assert not (client.open_ and client.closed is not None), "what is closed takes nothing"
        assert all(isinstance(item, Follow) for item in said), "it neither creates, pushes nor closes by itself"
        if client.open_:
            client.say(Push(MAILBOX, (b"x",)))
        if client.unknown:
            client.create(b"", None)


def test_a_new_link_starts_from_the_beginning() -> None:
    """After the link was down nothing is taken for proven or read that was so on the old one."""
    client = follower()
    hears(client, head(0), head(0))
    assert (client.open_, client.read) == (True, True)
    client.reset()
    assert (client.open_, client.read) == (False, False)
    with pytest.raises(MalformedError):
        client.receive(head(0))


@pytest.mark.parametrize("wary", [False, True])
def test_a_place_whose_key_was_drawn_here_is_opened_though_somebody_is_there(wary: bool) -> None:
    """What lies under a key that this device drew is a squatter's until a log was opened in its place."""
    client = Follower(EPOCH, Cursor(MAILBOX), wary=wary)
    said = hears(client, head(0))
    assert [says(one) for one in said] == ([] if wary else ["Follow h0"])
    assert client.unknown == wary
    if wary:
        assert isinstance(client.create(b"", NEXT), Create)
        said, _ = client.receive(head(0, THERE))
        assert [says(one) for one in said] == ["Follow t0"]
        assert not client.unknown


def test_a_log_that_was_read_already_is_nobody_elses() -> None:
    """Over a later link the log is followed as it is, also where its key was drawn here."""
    cursor = Cursor(MAILBOX)
    cursor.adopt(HERE)
    assert [says(one) for one in hears(Follower(EPOCH, cursor, wary=True), head(2))] == ["Follow h0"]
