"""A client walks the session table: it never pushes before it has read, and an odd relay costs the link alone."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.cursor import Cursor
from troth.follower import Follower, advice
from troth.keys import Epoch
from troth.step import HangUp
from troth_wire import log, proof
from troth_wire.errors import ForgedError, MalformedError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MAX, WIRE_VERSION
from troth_wire.messages import Create, Deliver, Follow, Head, Hello, Message, Prove, Push, Reason, Refuse, Stored

EPOCH = Epoch(b"e" * 32)
MAILBOX = EPOCH.mailbox
HOST = "relay.test:443"
HERE, THERE = Lineage(b"h" * 16), Lineage(b"t" * 16)
HELLO = Hello(WIRE_VERSION, WIRE_VERSION, ENVELOPE_BYTES_MAX, b"c" * 32)
ENTRIES = [EnvelopeId(bytes([number]) * 32) for number in range(5)]


def running(position: int, lineage: Lineage = HERE) -> RunningHash:
    """The running hash at a position."""
    at = log.origin(MAILBOX, lineage)
    for number, entry in enumerate(ENTRIES[:position], 1):
        at = log.advance(at, number, entry)
    return at


def head(position: int, lineage: Lineage = HERE) -> Head:
    """The relay's word on how far a log goes."""
    return Head(MAILBOX, lineage, position, running(position, lineage))


def refuse(reason: Reason) -> Refuse:
    """A refusal that names no envelope."""
    return Refuse(reason, MAILBOX, (), 0)


def follower(read: int = 0) -> Follower:
    """A client that has read so many entries and has a link."""
    cursor = Cursor(MAILBOX)
    if read:
        cursor.adopt(HERE)
        cursor.take(1, ENTRIES[:read])
    made = Follower(EPOCH, cursor, admission=b"pass")
    made.connect(HOST)
    return made


def says(message: Message | HangUp) -> str:
    """A message in short."""
    match message:
        case Follow(_, lineage, after, at):
            assert at == running(after, lineage), "what is stated fits what was read"
            return f"Follow {lineage[:1].decode()}{after}"
        case HangUp():
            return "HangUp"
        case Create(_, admission):
            return f"Create {admission.decode()}"
        case _:
            return type(message).__name__


CONVERSATIONS: list[tuple[str, int, list[tuple[Message, str]], bool, bool]] = [
    ("a known mailbox", 0, [(HELLO, "Prove"), (head(2), "Follow h0"), (head(2), "")], False, False),
    ("an empty mailbox", 0, [(HELLO, "Prove"), (head(0), "Follow h0"), (head(0), "")], True, False),
    ("nothing new", 2, [(HELLO, "Prove"), (head(2), "Follow h2"), (head(2), "")], True, False),
    ("something new", 2, [(HELLO, "Prove"), (head(4), "Follow h2"), (head(5), "")], False, False),
    (
        "an unknown mailbox",
        0,
        [(HELLO, "Prove"), (refuse(Reason.UNKNOWN_MAILBOX), "Create pass"), (head(0), "Follow h0"), (head(0), "")],
        True,
        False,
    ),
    (
        "a mailbox that was forgotten",
        2,
        [
            (HELLO, "Prove"),
            (refuse(Reason.UNKNOWN_MAILBOX), "Create pass"),
            (head(0, THERE), "Follow t0"),
            (head(0, THERE), ""),
        ],
        True,
        True,
    ),
    (
        "a bad pass",
        0,
        [(HELLO, "Prove"), (refuse(Reason.UNKNOWN_MAILBOX), "Create pass"), (refuse(Reason.BAD_PASS), "HangUp")],
        False,
        False,
    ),
    ("a bad proof", 0, [(HELLO, "Prove"), (refuse(Reason.BAD_PROOF), "HangUp")], False, False),
    ("a busy relay", 0, [(HELLO, "Prove"), (refuse(Reason.BUSY), "HangUp")], False, False),
    (
        "busy when asked",
        2,
        [(HELLO, "Prove"), (head(2), "Follow h2"), (refuse(Reason.BUSY), "HangUp")],
        False,
        False,
    ),
    (
        "rolled back at the beginning",
        0,
        [(HELLO, "Prove"), (head(2), "Follow h0"), (refuse(Reason.ROLLED_BACK), "HangUp")],
        False,
        False,
    ),
    (
        "another log of the same lineage",
        2,
        [(HELLO, "Prove"), (head(3), "Follow h2"), (refuse(Reason.ROLLED_BACK), "Follow h0"), (head(3), "")],
        False,
        True,
    ),
    ("a shorter log", 2, [(HELLO, "Prove"), (head(1), "Follow h0"), (head(1), "")], False, True),
    (
        "another lineage",
        2,
        [(HELLO, "Prove"), (head(3, THERE), "Follow t0"), (head(3, THERE), "")],
        False,
        True,
    ),
    ("an older relay", 0, [(Hello(0, 0, ENVELOPE_BYTES_MAX, bytes(32)), "HangUp")], False, False),
    ("a newer relay", 0, [(Hello(2, 9, ENVELOPE_BYTES_MAX, bytes(32)), "HangUp")], False, False),
]


@pytest.mark.parametrize(
    ("read", "lines", "caught_up", "disputed"),
    [case[1:] for case in CONVERSATIONS],
    ids=[case[0] for case in CONVERSATIONS],
)
def test_a_conversation_goes_its_way(
    read: int, lines: list[tuple[Message, str]], caught_up: bool, disputed: bool
) -> None:
    """Each conversation has the answers that the page gives, and ends ready to push or not, with alarm or without."""
    client = follower(read)
    for message, answer in lines:
        said, _ = client.receive(message)
        assert " ".join(map(says, said)) == answer
    assert client.caught_up == caught_up
    assert (client.disputed is not None) == disputed


def test_what_was_read_of_a_lost_log_is_remembered() -> None:
    """When the relay shows another log, how far the old one was read stays as evidence, and the rows start anew."""
    client = follower(2)
    client.receive(HELLO)
    _, rows = client.receive(head(3, THERE))
    assert client.disputed is not None
    assert (client.disputed.lineage, client.disputed.position, client.disputed.running) == (HERE, 2, running(2))
    assert [row.value for row in rows] == [None, THERE]


def test_the_proof_is_for_this_host_and_challenge() -> None:
    """What is signed holds for the host that was dialled and the challenge that was given, and for no other."""
    client = follower()
    (said,), _ = client.receive(HELLO)
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
        lambda: Head(MailboxId(bytes(32)), HERE, 2, running(2)),
    ],
    ids=["shorter", "another lineage", "another mailbox"],
)
def test_a_relay_that_answers_for_another_log_is_malformed(odd: Callable[[], Head]) -> None:
    """The Head that answers Follow must be of the log that was asked for, and reach as far as was read."""
    client = follower(2)
    client.receive(HELLO)
    client.receive(head(2))
    with pytest.raises(MalformedError):
        client.receive(odd())


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
_BOXES = st.sampled_from((MAILBOX, MAILBOX, MailboxId(bytes(32))))
_MESSAGES = st.one_of(
    st.just(HELLO),
    st.builds(Hello, st.integers(0, 2), st.integers(0, 2), st.just(1), st.binary(min_size=32, max_size=32)),
    st.builds(head, _POSITIONS, _LINEAGES),
    st.builds(head, _POSITIONS, _LINEAGES),
    st.builds(Head, _BOXES, _LINEAGES, _POSITIONS, st.just(RunningHash(bytes(32)))),
    st.builds(Refuse, st.sampled_from(Reason), st.none() | _BOXES, st.just(()), st.integers(0, 9)),
    st.builds(Deliver, _BOXES, _POSITIONS, st.just((b"x",))),
    st.builds(Stored, _BOXES, _POSITIONS, st.just((ENTRIES[0],))),
    st.builds(Prove, _BOXES, st.just(bytes(64))),
    st.builds(Create, _BOXES, st.just(b"")),
    st.builds(Follow, _BOXES, _LINEAGES, _POSITIONS, st.just(RunningHash(bytes(32)))),
    st.builds(Push, _BOXES, st.just((b"x",))),
)


@given(st.integers(0, 3), st.lists(_MESSAGES, max_size=10))
def test_whatever_the_relay_says_costs_the_link_at_most(read: int, messages: list[Message]) -> None:
    """No sequence of messages raises anything but MalformedError, or makes the client ready before it has read."""
    client = follower(read)
    client.receive(HELLO)
    for message in messages:
        try:
            said, _ = client.receive(message)
        except MalformedError:
            break
        hangs_up = any(isinstance(item, HangUp) for item in said)
        assert not client.caught_up or client._cursor.position >= (client._end or 0)
        assert all(isinstance(item, (Prove, Create, Follow, HangUp)) for item in said), "it never pushes by itself"
        if client.caught_up:
            client.say(Push(MAILBOX, (b"x",)))
        if hangs_up:
            client.disconnect()
            assert not client.up
            assert not client.caught_up
            break


def test_an_empty_log_has_its_own_beginning() -> None:
    """An empty log whose running hash is not that of its mailbox and lineage is malformed."""
    client = follower()
    client.receive(HELLO)
    client.receive(head(0))
    with pytest.raises(MalformedError):
        client.receive(Head(MAILBOX, HERE, 0, running(1)))


def test_a_new_link_starts_from_the_beginning() -> None:
    """After the link was down nothing is taken for proven or read that was so on the old one."""
    client = follower()
    for message in (HELLO, head(0), head(0)):
        client.receive(message)
    assert client.caught_up
    client.disconnect()
    client.connect(HOST)
    with pytest.raises(MalformedError):
        client.receive(head(0))
