"""What an operator asks of a relay: each order is a value of one line, and so is its answer.

An answer has the same fields whoever carried the order out: the relay that runs, or the command by itself.
"""

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from troth_wire.errors import LocalError, MalformedError, UsageError
from troth_wire.ids import MailboxId

__all__ = [
    "READING",
    "Answer",
    "Order",
    "Value",
    "Verb",
    "mailbox_named",
    "pack",
    "pack_answer",
    "parse",
    "parse_answer",
]

Value = int | str | bool | None
Answer = dict[str, Value]
"""What came of an order, by name; the unit stands at the end of the name."""

MAILBOX_BYTES: Final = 32
REFUSED: Final = "refused"
WRONG: Final = "wrong"


class Verb(Enum):
    """What can be ordered."""

    STATS = "stats"
    GC = "gc"
    VACUUM = "vacuum"
    SHOW = "mailbox show"
    QUOTA = "mailbox quota"
    DELETE = "mailbox delete"
    BLOCK = "mailbox block"
    UNBLOCK = "mailbox unblock"


READING: Final = frozenset({Verb.STATS, Verb.SHOW})
"""Orders that change nothing, and are answered at once."""
ALONE: Final = frozenset({Verb.STATS, Verb.GC, Verb.VACUUM})
"""Orders that name no mailbox."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order; `quota_bytes` is for QUOTA alone, where None means as much as everybody."""

    verb: Verb
    mailbox: MailboxId = field(default=MailboxId(b""))
    quota_bytes: int | None = None


def mailbox_named(text: str) -> MailboxId:
    """Read the number of a mailbox as it is written: 64 hexadecimal digits.

    Raises:
        UsageError: If it is none.
    """
    try:
        mailbox = bytes.fromhex(text)
    except ValueError:
        mailbox = b""
    if len(mailbox) != MAILBOX_BYTES or len(text) != 2 * MAILBOX_BYTES:
        raise UsageError("A mailbox is named by 64 hexadecimal digits. Nothing was changed.")
    return MailboxId(mailbox)


def pack(order: Order) -> bytes:
    """Return the line of an order."""
    return _line([order.verb.value, order.mailbox.hex(), order.quota_bytes])


def parse(line: bytes) -> Order:
    """Read the line of an order.

    Raises:
        MalformedError: If it is none.
    """
    try:
        verb, mailbox, quota_bytes = json.loads(line)
        order = Order(Verb(verb), MailboxId(bytes.fromhex(mailbox)), quota_bytes)
    except (ValueError, TypeError, RecursionError):
        raise MalformedError("this is no order") from None
    room = quota_bytes is None or (type(quota_bytes) is int and quota_bytes > 0 and order.verb is Verb.QUOTA)
    named = MAILBOX_BYTES * (order.verb not in ALONE)
    if not room or len(order.mailbox) != named:
        raise MalformedError("this is no order")
    return order


def pack_answer(answer: Answer | UsageError | LocalError) -> bytes:
    """Return the line of an answer, or of the reason why there is none."""
    if isinstance(answer, UsageError):
        return _line({WRONG: str(answer)})
    if isinstance(answer, LocalError):
        return _line({REFUSED: str(answer)})
    return _line(answer)


def parse_answer(line: bytes) -> Answer:
    """Read the line of an answer.

    Raises:
        UsageError: If the order made no sense; in the relay's words.
        LocalError: If it could not be carried out; in the relay's words, or because the line is none.
    """
    try:
        answer: Answer = dict(json.loads(line))
    except (ValueError, TypeError, RecursionError):
        raise LocalError(
            "The relay gave no answer: it ended meanwhile, or hears as many orders as it may. "
            "What it has confirmed is safe. Look whether it runs, and ask again."
        ) from None
    if WRONG in answer:
        raise UsageError(str(answer[WRONG]))
    if REFUSED in answer:
        raise LocalError(str(answer[REFUSED]))
    return answer


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"
