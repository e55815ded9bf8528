"""Who may use a mailbox: whoever proves its key for this link and this host, and creates it if there is none.

A proof is verified before the mailbox is looked up, so a bad one learns nothing.
"""

from collections.abc import Sequence

from troth_relay import admission, limits
from troth_relay.admission import Bucket, Policy
from troth_relay.desk import Desk
from troth_relay.link import Link
from troth_relay.requests import DropReason, Look, Open
from troth_relay.store import Log
from troth_wire import proof
from troth_wire.errors import ForgedError, StoreError
from troth_wire.ids import MailboxId
from troth_wire.limits import LINK_MAILBOXES_MAX
from troth_wire.messages import Create, Head, Prove, Reason, Refuse

__all__ = ["Door"]


class Door:
    """The part of the hub that lets clients in."""

    def __init__(self, desk: Desk, policy: Policy, *, names: Sequence[str]) -> None:
        """Let in whoever dialled one of these names and proves a key for it."""
        self._desk = desk
        self._policy = policy
        self._names = tuple(names)
        self._creations: Bucket | None = None

    def prove(self, link: Link, message: Prove) -> None:
        """Check a proof, then ask for the mailbox."""
        if len(link.states) > LINK_MAILBOXES_MAX:
            self._fault(link, message.mailbox, Reason.RATE)
            return
        try:
            self._verify(link, message)
        except ForgedError:
            self._fault(link, message.mailbox, Reason.BAD_PROOF)
            return
        self._desk.ask(Look(link.connection, message.mailbox))

    def _verify(self, link: Link, message: Prove) -> None:
        for name in self._names:
            try:
                proof.verify(message.signature, host=name, challenge=link.challenge, mailbox=message.mailbox)
            except ForgedError:
                continue
            return
        raise ForgedError("the proof fits no name of this relay")

    def create(self, link: Link, message: Create, *, now: float) -> None:
        """Ask for a new mailbox, if the pass and the rate allow."""
        if not admission.admits(self._policy, message.admission):
            self._fault(link, message.mailbox, Reason.BAD_PASS)
            return
        rate = self._policy.creation_rate
        self._creations, wait_s = admission.spend(self._creations, 1, rate=rate, now=now)
        if wait_s:
            self._desk.tell(link, message.mailbox, Refuse(Reason.RATE, message.mailbox, (), wait_s))
        else:
            self._desk.ask(Open(link.connection, message.mailbox))

    def found(self, asked: Look | Open, result: Log | StoreError | None) -> None:
        """Answer with what the store found or created."""
        link = self._desk.links.get(asked.connection)
        if link is not None:
            # Anybody can make a key; only a mailbox that there is tells a member from a passer-by.
            link.proven = link.proven or isinstance(result, Log)
            self._desk.tell(link, asked.mailbox, _answer(asked.mailbox, result))

    def _fault(self, link: Link, mailbox: MailboxId, reason: Reason) -> None:
        link.faults += 1
        self._desk.tell(link, mailbox, Refuse(reason, mailbox, (), 0))
        if link.faults >= limits.LINK_FAULTS_MAX:
            self._desk.drop(link, DropReason.MISUSE)


def _answer(mailbox: MailboxId, result: Log | StoreError | None) -> Head | Refuse:
    match result:
        case Log():
            return Head(mailbox, result.lineage, result.position, result.running)
        case None:
            return Refuse(Reason.UNKNOWN_MAILBOX, mailbox, (), 0)
        case StoreError():
            return Refuse(Reason.BUSY, mailbox, (), limits.RETRY_S)
