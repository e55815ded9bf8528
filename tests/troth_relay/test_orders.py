"""An order and its answer survive the way over a line; whatever else stands on the line is refused."""

import pytest

from troth_relay.orders import Answer, Order, Verb, mailbox_named, pack, pack_answer, parse, parse_answer
from troth_wire.errors import LocalError, MalformedError, UsageError
from troth_wire.ids import MailboxId

MAILBOX = MailboxId(bytes(range(32)))
ORDERS = [
    Order(Verb.STATS),
    Order(Verb.GC),
    Order(Verb.VACUUM),
    *(Order(verb, MAILBOX) for verb in (Verb.SHOW, Verb.QUOTA, Verb.DELETE, Verb.BLOCK, Verb.UNBLOCK)),
    Order(Verb.QUOTA, MAILBOX, 2**40),
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.verb.value} {order.quota_bytes}")
def test_order_survives_the_way(order: Order) -> None:
    """What is read is what was packed, on one line."""
    line = pack(order)
    assert (line.count(b"\n"), line[-1:], parse(line)) == (1, b"\n", order)


def test_every_verb_is_ordered_here() -> None:
    """The orders of this test are all there are."""
    assert {order.verb for order in ORDERS} == set(Verb)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"[]\n",
        b"{}\n",
        b"[" * 100_000,
        b"\xff\n",
        b'["dance", "", null]\n',
        b'["stats", "", null, 1]\n',
        b'["stats", "00", null]\n',
        b'["mailbox show", "", null]\n',
        b'["mailbox show", 5, null]\n',
        pack(Order(Verb.SHOW, MailboxId(bytes(31)))),
        pack(Order(Verb.SHOW, MAILBOX, 1)),
        pack(Order(Verb.QUOTA, MAILBOX, 0)),
        pack(Order(Verb.QUOTA, MAILBOX, True)),
        pack(Order(Verb.GC, MAILBOX)),
    ],
)
def test_nonsense_is_no_order(line: bytes) -> None:
    """What is no order is malformed, whatever it is."""
    with pytest.raises(MalformedError):
        parse(line)


@pytest.mark.parametrize("text", ["", "00", "x" * 64, "0" * 63, "0" * 65, "00 " * 32, bytes(31).hex() + " 0"])
def test_nonsense_names_no_mailbox(text: str) -> None:
    """A mailbox is named by its 64 digits, and a wrong name is not repeated."""
    with pytest.raises(UsageError, match="64 hexadecimal digits") as caught:
        mailbox_named(text)
    assert len(text) < 60 or text not in str(caught.value)
    assert mailbox_named(MAILBOX.hex()) == MAILBOX


def test_answer_survives_the_way() -> None:
    """An answer arrives with its fields, a refusal with its words and whose fault it is."""
    answer: Answer = {"entries": 3, "kind": "log", "quota_bytes": None, "blocked": False}
    assert parse_answer(pack_answer(answer)) == answer
    with pytest.raises(UsageError, match="no such mailbox"):
        parse_answer(pack_answer(UsageError("There is no such mailbox.")))
    with pytest.raises(LocalError, match="disk is full"):
        parse_answer(pack_answer(LocalError("The disk is full.")))


@pytest.mark.parametrize("line", [b"", b"{", b"7\n", b"[1]\n", b"[" * 100_000])
def test_answer_that_was_cut_off_is_none(line: bytes) -> None:
    """A relay that ended in the middle has not answered."""
    with pytest.raises(LocalError, match="ask again"):
        parse_answer(line)
