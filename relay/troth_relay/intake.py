"""What is pushed goes to the store if size and rate allow; what is not taken is named.

How much of one connection waits for the disk is bounded: past that, nothing more is read from it.
"""

from troth_relay import admission, limits
from troth_relay.admission import Bucket, Policy
from troth_relay.desk import Desk
from troth_relay.link import Link, Party
from troth_relay.requests import Append
from troth_relay.store import Appended
from troth_wire.errors import StoreError
from troth_wire.ids import EnvelopeId, MailboxId
from troth_wire.log import envelope_id
from troth_wire.messages import Push, Reason, Refuse
from troth_wire.session import State

__all__ = ["Intake"]


class Intake:
    """The part of the hub that takes envelopes in."""

    def __init__(self, desk: Desk, policy: Policy) -> None:
        """Take what this policy allows."""
        self._desk = desk
        self._policy = policy
        self._rates: dict[Party, Bucket] = {}

    def allow(self, policy: Policy) -> None:
        """From now on go by this policy; what was spent stays spent."""
        self._policy = policy

    def push(self, link: Link, message: Push, *, now: float) -> None:
        """Send a push to the store, or refuse it whole."""
        reason, wait_s = self._judge(link, message, now=now)
        named = tuple((envelope_id(envelope), envelope) for envelope in message.envelopes)
        if reason is not None:
            ids = tuple(identifier for identifier, _ in named)
            self._refuse(link, message.mailbox, reason, ids, retry_after_s=wait_s)
            return
        self._desk.hold(link, admission.cost(message.envelopes))
        quota_bytes = admission.room(link.kinds[message.mailbox], policy=self._policy)
        self._desk.ask(Append(link.connection, message.mailbox, named, quota_bytes))

    def _judge(self, link: Link, message: Push, *, now: float) -> tuple[Reason | None, int]:
        kind = link.kinds.get(message.mailbox)
        if link.states.get(message.mailbox) is State.ENDED:
            # It was on its way when the log was closed.
            return Reason.CLOSED, 0
        if kind is None:
            return Reason.EXPIRED, 0
        if not admission.fits(message.envelopes, kind=kind, policy=self._policy):
            return Reason.TOO_LARGE, 0
        if self._desk.unstored > limits.UNSTORED_SUM_BYTES_MAX:
            # Each link has a bound of its own, and thousands of links have thousands of those.
            return Reason.BUSY, limits.RETRY_S
        cost = admission.cost(message.envelopes)
        payer = link.party(message.mailbox)
        self._rates[payer], wait_s = admission.spend(self._rates.get(payer), cost, rate=self._policy.rate, now=now)
        return (Reason.RATE, wait_s) if wait_s else (None, 0)

    def appended(self, asked: Append, result: Appended | StoreError) -> None:
        """Take the store's answer to a push: tell its connection what was refused."""
        link = self._desk.release(asked.connection, admission.cost([envelope for _, envelope in asked.envelopes]))
        if link is None:
            return
        if isinstance(result, StoreError):
            ids = tuple(identifier for identifier, _ in asked.envelopes)
            self._refuse(link, asked.mailbox, Reason.BUSY, ids, retry_after_s=limits.RETRY_S)
        elif result.refused:
            reason = Reason.CLOSED if result.closed else Reason.QUOTA
            reason = reason if asked.mailbox in link.kinds else Reason.EXPIRED
            self._refuse(link, asked.mailbox, reason, result.refused, retry_after_s=0)

    def tick(self, *, now: float) -> None:
        """Forget the rates that have filled up again."""
        rate = self._policy.rate
        full = [payer for payer, bucket in self._rates.items() if admission.is_full(bucket, rate=rate, now=now)]
        for payer in full:
            del self._rates[payer]

    def _refuse(
        self,
        link: Link,
        mailbox: MailboxId,
        reason: Reason,
        ids: tuple[EnvelopeId, ...],
        *,
        retry_after_s: int,
    ) -> None:
        self._desk.tell(link, mailbox, Refuse(reason, mailbox, ids, min(retry_after_s, limits.RETRY_S_MAX)))
