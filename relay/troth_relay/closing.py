"""A log is closed once and for good, by whoever follows it; everybody who follows hears of it after its last entry.

Nobody has to have read the log to its end: what was appended before is delivered, what comes after is refused.
"""

from typing import Final

from troth_relay import admission, limits
from troth_relay.desk import Desk
from troth_relay.fanout import Fanout
from troth_relay.link import Link
from troth_relay.requests import Shut
from troth_relay.store import Denial, Log
from troth_wire.errors import StoreError
from troth_wire.ids import MailboxId
from troth_wire.messages import Close, MailboxKind, Reason, Refuse
from troth_wire.session import State

__all__ = ["Closer"]

USABLE: Final = frozenset({State.PROVEN, State.ASKING, State.FOLLOWING})


class Closer:
    """The part of the hub that closes logs."""

    def __init__(self, desk: Desk, fanout: Fanout) -> None:
        """Tell the followers through this fanout."""
        self._desk = desk
        self._fanout = fanout

    def close(self, link: Link, message: Close) -> None:
        """Ask for a log to be closed."""
        if link.states.get(message.mailbox) is State.ENDED:
            # It was on its way when the log was closed, and Closed has said all there is to say.
            return
        reason = self._judge(link, message)
        if reason is not None:
            self._refuse(link, message.mailbox, reason)
            return
        self._desk.hold(link, admission.cost([message.forward]))
        self._desk.ask(Shut(link.connection, message.mailbox, message.successor, message.forward))

    def _judge(self, link: Link, message: Close) -> Reason | None:
        kind = link.kinds.get(message.mailbox)
        if kind is None:
            return Reason.EXPIRED
        leads_on = message.successor is None or self._is_open(link, message.successor)
        return None if kind is MailboxKind.LOG and leads_on else Reason.BAD_SUCCESSOR

    def _is_open(self, link: Link, successor: MailboxId) -> bool:
        """Tell whether a log is proven, and open as far as is known here; the store knows for certain."""
        known = link.logs.get(successor)
        return known is not None and not known.closed and link.states.get(successor) in USABLE

    def settled(self, asked: Shut, result: Log | Denial | StoreError | None) -> None:
        """Take the store's answer: tell everybody, or whoever asked why it was not done."""
        link = self._desk.release(asked.connection, admission.cost([asked.forward]))
        if isinstance(result, Log):
            known = self._desk.logs.get(result.mailbox)
            if known is not None:
                known.closed = True
            self._fanout.closed(result)
        elif link is not None and isinstance(result, StoreError):
            self._refuse(link, asked.mailbox, Reason.BUSY, retry_after_s=limits.RETRY_S)
        elif link is not None:
            self._refuse(link, asked.mailbox, Reason.EXPIRED if result is None else Reason.BAD_SUCCESSOR)

    def _refuse(self, link: Link, mailbox: MailboxId, reason: Reason, *, retry_after_s: int = 0) -> None:
        self._desk.tell(link, mailbox, Refuse(reason, mailbox, (), retry_after_s))
