"""Who may use a mailbox: whoever proves its key for this link and this host, and creates it if there is none.

A proof is verified before the mailbox is looked up, so a bad one learns nothing.
A log that is born into a line, and a meeting, need no pass, only a log that this link has proven.
In a rendezvous or an invitation there is room for two at a time: a third is refused, and the two hear nothing of it.
"""

from collections.abc import Sequence
from typing import Final

from troth_relay import admission, limits
from troth_relay.admission import Bucket, Policy
from troth_relay.common import CommonRate
from troth_relay.desk import Desk
from troth_relay.fanout import Fanout
from troth_relay.link import KnownLog, Link
from troth_relay.requests import DropReason, Look, Open
from troth_relay.store import Denial, LineId, Log
from troth_wire import proof
from troth_wire.errors import ForgedError, StoreError
from troth_wire.ids import MailboxId
from troth_wire.limits import LINK_MAILBOXES_MAX, RENDEZVOUS_PARTICIPANTS_MAX
from troth_wire.messages import Create, Head, MailboxKind, Prove, Reason, Refuse
from troth_wire.session import State

__all__ = ["Door"]

FAULTS: Final = {Reason.BAD_PASS, Reason.UNSPONSORED}
ANSWERS: Final[dict[Denial | None, tuple[Reason, int]]] = {
    None: (Reason.UNKNOWN_MAILBOX, 0),
    Denial.TAKEN: (Reason.TAKEN, 0),
    Denial.FULL: (Reason.BUSY, limits.BRIEF_RETRY_S),
    Denial.SPENT: (Reason.QUOTA, 0),
    Denial.UNSPONSORED: (Reason.UNSPONSORED, 0),
}
"""What the store says other than a log → the reason to refuse, and how many seconds to wait."""


class Door:
    """The part of the hub that lets clients in."""

    def __init__(self, desk: Desk, policy: Policy, fanout: Fanout, *, names: Sequence[str]) -> None:
        """Let in whoever dialled one of these names and proves a key for it."""
        self._desk = desk
        self._policy = policy
        self._fanout = fanout
        self._names = tuple(names)
        self._creations = CommonRate(lends=True)
        self._openings = CommonRate(lends=False)
        self._lines: dict[tuple[LineId, bool], Bucket] = {}

    def allow(self, policy: Policy) -> None:
        """From now on go by this policy; what was spent stays spent."""
        self._policy = policy

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
        """Ask for a new mailbox, if its kind and the rates allow."""
        if message.kind is MailboxKind.LOG and message.mailbox in link.logs:
            # It is there, as this link knows: that costs nobody anything.
            self._desk.ask(Look(link.connection, message.mailbox))
            return
        # What this link had proven was no log; whether it is let in again is open.
        self._desk.leave(link, message.mailbox)
        reason, wait_s = self._judge(link, message, now=now)
        if reason is None:
            # Where no sponsor is asked for, what is named as one was not proven either, and is not kept.
            sponsor = message.sponsor if message.kind is not MailboxKind.RENDEZVOUS else None
            pass_hash = self._to_be_found(message)
            self._desk.ask(Open(link.connection, message.mailbox, message.kind, sponsor, pass_hash))
        elif reason in FAULTS:
            self._fault(link, message.mailbox, reason)
        else:
            self._desk.tell(link, message.mailbox, Refuse(reason, message.mailbox, (), wait_s))

    def _to_be_found(self, message: Create) -> bytes | None:
        """Return the hash of the pass that the store must know, where one is needed."""
        needed = _is_alone(message) and not self._admits(message)
        return admission.pass_hash(message.admission) if needed else None

    def _admits(self, message: Create) -> bool:
        """Tell whether the relay lets this log begin a line, as far as can be told without the store."""
        if self._policy.allowed is not None:
            return message.mailbox in self._policy.allowed
        return admission.admits(self._policy, message.admission)

    def _judge(self, link: Link, message: Create, *, now: float) -> tuple[Reason | None, int]:
        if message.kind is not MailboxKind.RENDEZVOUS and not self._is_sponsored(link, message):
            return Reason.UNSPONSORED, 0
        match message.kind:
            case MailboxKind.LOG if message.sponsor is not None:
                return self._spend_line(link.logs[message.sponsor], now=now)
            case MailboxKind.LOG:
                # A pass that only the store knows is judged there; none at all is refused here.
                known = self._policy.closed and message.admission != b""
                admitted = known or self._admits(message)
                return self._spend_creation(link, now=now) if admitted else (Reason.BAD_PASS, 0)
            case MailboxKind.RENDEZVOUS | MailboxKind.INVITATION:
                return self._spend_opening(link, now=now)
            case MailboxKind.MEETING:
                # How many there are of a line bounds them, for months.
                return None, 0

    def _is_sponsored(self, link: Link, message: Create) -> bool:
        """Tell whether the sponsor is a log that this link has proven; a log may do without."""
        if message.sponsor is None:
            return message.kind is MailboxKind.LOG
        return message.sponsor in link.logs

    def _spend_line(self, sponsor: KnownLog, *, now: float) -> tuple[Reason | None, int]:
        # Not the relay's own rate: strangers who spend that must not hold up who needs another key.
        # Nor may who was left behind with an old log spend what those in the open one may open.
        line = (sponsor.line, sponsor.closed)
        self._lines[line], wait_s = admission.spend(self._lines.get(line), 1, rate=admission.LINE_RATE, now=now)
        return (Reason.RATE, wait_s) if wait_s else (None, 0)

    def tick(self, *, now: float) -> None:
        """Forget the lines, and the addresses, that may open as much as ever."""
        rate = admission.LINE_RATE
        full = [line for line, bucket in self._lines.items() if admission.is_full(bucket, rate=rate, now=now)]
        for line in full:
            del self._lines[line]
        self._creations.tick(rate=self._policy.creation_rate, now=now)
        self._openings.tick(rate=self._policy.brief_rate, now=now)

    def _spend_creation(self, link: Link, *, now: float) -> tuple[Reason | None, int]:
        # Where only those may who were let in, one address may be all of them.
        share = link.share if self._policy.is_open else None
        wait_s = self._creations.spend(rate=self._policy.creation_rate, now=now, share=share)
        return (Reason.RATE, wait_s) if wait_s else (None, 0)

    def _spend_opening(self, link: Link, *, now: float) -> tuple[Reason | None, int]:
        # The connection's own first: what it is refused costs nobody else anything.
        link.openings, wait_s = admission.spend(link.openings, 1, rate=admission.LINK_BRIEF_RATE, now=now)
        if not wait_s:
            wait_s = self._openings.spend(rate=self._policy.brief_rate, now=now, share=link.share)
        return (Reason.RATE, wait_s) if wait_s else (None, 0)

    def found(self, asked: Look | Open, result: Log | Denial | StoreError | None) -> None:
        """Answer with what the store found or created."""
        if result is Denial.UNADMITTED and isinstance(asked, Open) and _is_alone(asked):
            # Whoever guesses passes must not spend what those who have one may create; nothing else spends of it.
            self._creations.give_back(rate=self._policy.creation_rate)
        if isinstance(result, Log) and result.kind is MailboxKind.LOG:
            # Whoever met where a log is now has met for the last time.
            self._fanout.end(asked.mailbox)
        link = self._desk.links.get(asked.connection)
        if link is None:
            return
        if result is Denial.UNADMITTED:
            self._fault(link, asked.mailbox, Reason.BAD_PASS)
            return
        if result is None and isinstance(asked, Look) and link.states.get(asked.mailbox) is State.CREATING:
            # The operator took it away meanwhile; whoever proves it anew is told that there is none.
            self._desk.leave(link, asked.mailbox)
            result = Denial.FULL
        if isinstance(result, Log) and not self._enter(link, result):
            result = Denial.TAKEN
        if isinstance(result, Log) and result.erased:
            self._fanout.show_closed(link, result)
            return
        self._desk.tell(link, asked.mailbox, _answer(asked.mailbox, result))

    def _enter(self, link: Link, log: Log) -> bool:
        if log.kind is not MailboxKind.LOG:
            others = self._desk.participants.setdefault(log.mailbox, set())
            if log.kind in admission.PAIRS and len(others) >= RENDEZVOUS_PARTICIPANTS_MAX:
                return False
            others.add(link.connection)
        if log.line is not None and log.kind is MailboxKind.LOG:
            known = self._desk.logs.setdefault(log.mailbox, KnownLog(log.line, log.closed))
            # Closed is for good, and this may have been read before.
            known.closed = known.closed or log.closed
            link.logs[log.mailbox] = known
            self._desk.uses.see(log.line)
        link.kinds[log.mailbox] = log.kind
        return True

    def _fault(self, link: Link, mailbox: MailboxId, reason: Reason) -> None:
        link.faults += 1
        self._desk.tell(link, mailbox, Refuse(reason, mailbox, (), 0))
        if link.faults >= limits.LINK_FAULTS_MAX:
            self._desk.drop(link, DropReason.MISUSE)


def _is_alone(wanted: Create | Open) -> bool:
    """Tell whether a mailbox would begin a line: that is what passes and the relay's rate are for."""
    return wanted.kind is MailboxKind.LOG and wanted.sponsor is None


def _answer(mailbox: MailboxId, result: Log | Denial | StoreError | None) -> Head | Refuse:
    if isinstance(result, Log):
        return Head(mailbox, result.lineage, result.position, result.running)
    reason, wait_s = (Reason.BUSY, limits.RETRY_S) if isinstance(result, StoreError) else ANSWERS[result]
    return Refuse(reason, mailbox, (), wait_s)
