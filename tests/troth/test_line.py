"""All mailboxes of a link: each hears what is about it, and nothing is pushed before all of them were read."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.cursor import Cursor
from troth.follower import Follower
from troth.keys import Epoch
from troth.line import OTHER_VERSION, Line
from troth.step import HangUp
from troth_wire import log
from troth_wire.errors import MalformedError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MAX, FORWARD_BYTES, WIRE_VERSION
from troth_wire.messages import (
    Closed,
    Deliver,
    Follow,
    Head,
    Hello,
    MailboxKind,
    Message,
    Prove,
    Reason,
    Refuse,
    Stored,
)

HOST = "relay.test:443"
HERE = Lineage(b"h" * 16)
HELLO = Hello(WIRE_VERSION, WIRE_VERSION, ENVELOPE_BYTES_MAX, b"c" * 32)
TARGET, OLD, MET, STRANGE = (Epoch(bytes([number]) * 32) for number in range(4))


def follower(epoch: Epoch, kind: MailboxKind = MailboxKind.LOG) -> Follower:
    """A follower of a mailbox of which nothing was read."""
    return Follower(epoch, Cursor(epoch.mailbox), kind=kind)


def others() -> list[Follower]:
    """A log that was written to before, and a meeting."""
    return [follower(OLD), follower(MET, MailboxKind.MEETING)]


def empty(epoch: Epoch) -> Head:
    """The relay's word on an empty log."""
    return Head(epoch.mailbox, HERE, 0, log.origin(epoch.mailbox, HERE))


def unknown(epoch: Epoch) -> Refuse:
    """The relay has no such mailbox."""
    return Refuse(Reason.UNKNOWN_MAILBOX, epoch.mailbox, (), 0)


def ended(epoch: Epoch) -> Closed:
    """The relay has nothing of it but what was left."""
    origin = log.origin(epoch.mailbox, HERE)
    return Closed(epoch.mailbox, HERE, 0, origin, None, bytes(FORWARD_BYTES))


def line() -> Line:
    """A link over which three mailboxes are followed."""
    made = Line(follower(TARGET))
    made.connect(HOST, others())
    return made


def hears(at: Line, *messages: Message) -> list[Message | HangUp]:
    """Take in messages; return all that is said."""
    return [said for message in messages for said in at.receive(message)[0]]


def test_every_mailbox_is_proven() -> None:
    """Once the relay greets, the right to each mailbox is proven, each with its own key."""
    said = hears(line(), HELLO)
    assert [message.mailbox for message in said if isinstance(message, Prove)] == [
        TARGET.mailbox,
        OLD.mailbox,
        MET.mailbox,
    ]
    assert len(said) == 3


ANSWERS: dict[str, tuple[Callable[[Epoch], Message], ...]] = {
    "open": (empty, empty),
    "unknown": (unknown,),
    "ended": (ended,),
}


@given(st.fixed_dictionaries({epoch: st.sampled_from(sorted(ANSWERS)) for epoch in (TARGET, OLD, MET)}), st.data())
def test_nothing_is_pushed_before_everything_was_read(how: dict[Epoch, str], data: st.DataObject) -> None:
    """It is caught up exactly once every mailbox was read to its end and the target takes entries, in any order."""
    at = line()
    waits = {epoch: [answer(epoch) for answer in ANSWERS[kind]] for epoch, kind in how.items()}
    assert (at.read, at.caught_up) == (False, False)
    hears(at, HELLO)
    while any(waits.values()):
        assert (at.read, at.caught_up) == (False, False)
        epoch = data.draw(st.sampled_from([epoch for epoch in waits if waits[epoch]]))
        at.receive(waits[epoch].pop(0))
    assert (at.read, at.caught_up) == (True, how[TARGET] == "open")


def test_what_is_said_of_a_mailbox_reaches_it_alone() -> None:
    """A message is heard by the follower of the mailbox that it names, which is told to whoever asked."""
    at = line()
    hears(at, HELLO)
    said, _, about = at.receive(empty(OLD))
    assert about is at[OLD.mailbox]
    assert [type(message) for message in said] == [Follow]
    assert not at[TARGET.mailbox].open_


ODD: list[Message] = [
    empty(STRANGE),
    unknown(STRANGE),
    ended(STRANGE),
    Deliver(STRANGE.mailbox, 1, (b"x",)),
    Stored(STRANGE.mailbox, 1, (EnvelopeId(bytes(32)),)),
    HELLO,
]


@pytest.mark.parametrize("odd", ODD, ids=lambda message: type(message).__name__)
def test_what_was_not_asked_for_is_malformed(odd: Message) -> None:
    """A message about a mailbox that is not followed, and a second greeting, do not belong here."""
    at = line()
    hears(at, HELLO)
    with pytest.raises(MalformedError):
        at.receive(odd)


def test_a_refusal_of_no_mailbox_is_for_the_target() -> None:
    """What a relay refuses without naming a mailbox is taken for the one that is written to; without one it is odd."""
    at = line()
    hears(at, HELLO, empty(TARGET), empty(TARGET))
    assert at.receive(Refuse(Reason.RATE, None, (), 0))[2] is at.target
    at.aim(None)
    with pytest.raises(MalformedError):
        at.receive(Refuse(Reason.RATE, None, (), 0))


@pytest.mark.parametrize(("low", "high"), [(0, 0), (2, 9)])
def test_a_relay_of_another_version_is_left(low: int, high: int) -> None:
    """With a relay that does not speak this version nothing is said."""
    at = line()
    assert hears(at, Hello(low, high, ENVELOPE_BYTES_MAX, bytes(32))) == [HangUp(OTHER_VERSION)]


def test_one_more_is_proven_at_once() -> None:
    """What is followed later is proven over the same greeting, and holds up pushing until it was read."""
    at = Line(follower(TARGET))
    at.connect(HOST, [])
    assert at.follow(follower(OLD)) == [], "nothing can be said before the relay greets"
    hears(at, HELLO, empty(TARGET), empty(TARGET), unknown(OLD))
    assert (at.read, at.caught_up) == (True, True)
    (said,) = at.follow(follower(MET, MailboxKind.MEETING))
    assert isinstance(said, Prove)
    assert (at.read, at.caught_up) == (False, False)
    at.receive(unknown(MET))
    assert (at.read, at.caught_up) == (True, True)


def test_a_link_begins_with_what_is_wanted() -> None:
    """Over another link only the target and what is asked for then are followed, and nothing counts as read."""
    at = line()
    hears(at, HELLO, empty(TARGET), empty(TARGET), unknown(OLD), unknown(MET))
    assert at.caught_up
    at.disconnect()
    assert (at.up, at.read, at.caught_up) == (False, False, False)
    at.connect(HOST, [])
    assert at.up
    assert [one.mailbox for one in at] == [TARGET.mailbox]
    hears(at, HELLO, empty(TARGET), empty(TARGET))
    assert at.caught_up


def test_the_target_is_one_of_the_followed() -> None:
    """Writing goes to one mailbox, or to none; the logs beside it are the others, and a meeting is none of them."""
    at = line()
    assert at.target is at[TARGET.mailbox]
    assert [one.mailbox for one in at.others] == [OLD.mailbox]
    at.aim(OLD.mailbox)
    assert at.target is at[OLD.mailbox]
    assert [one.mailbox for one in at.others] == [TARGET.mailbox]
    at.aim(None)
    assert [at.target, at.caught_up] == [None, False]
    at.begin(follower(STRANGE))
    assert [one.mailbox for one in at] == [STRANGE.mailbox]


@pytest.mark.parametrize(
    ("proven", "sponsor"),
    [((), None), ((TARGET,), TARGET), ((OLD,), OLD), ((TARGET, OLD), OLD), ((MET,), None), ((MET, TARGET), TARGET)],
)
def test_others_are_opened_in_the_name_of_a_proven_log(proven: tuple[Epoch, ...], sponsor: Epoch | None) -> None:
    """The sponsor is a log that the relay has on this link, rather not the target, and never a meeting."""
    at = line()
    hears(at, HELLO, *(empty(epoch) if epoch in proven else unknown(epoch) for epoch in (TARGET, OLD, MET)))
    expected: MailboxId | None = sponsor.mailbox if sponsor is not None else None
    assert at.sponsor == expected
