"""One input in, addressed outputs out: no sockets, no disk, no clock, no entropy.

Nobody without a proof learns or changes anything.
An entry is announced only after the store reported it durable.
The world may answer requests in any order; it settles each exactly once.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from troth_relay import limits
from troth_relay.admission import Policy
from troth_relay.closing import Closer
from troth_relay.delivery import Run
from troth_relay.desk import Desk
from troth_relay.door import Door
from troth_relay.fanout import Fanout
from troth_relay.intake import Intake
from troth_relay.link import Link
from troth_relay.requests import Append, ConnectionId, DropReason, Look, Note, Open, Output, Read, Settled, Shut, Sweep
from troth_relay.shares import NOWHERE, Share
from troth_relay.store import Appended, Denial, Log, Page
from troth_wire import messages, session
from troth_wire.errors import MalformedError, StoreError
from troth_wire.ids import MailboxId
from troth_wire.limits import WIRE_VERSION
from troth_wire.messages import Close, Create, Follow, Hello, Prove, Push, Reason, Refuse
from troth_wire.session import State

__all__ = ["Hub"]

FROM_CLIENTS: Final = (Prove, Create, Follow, Push, Close)


class Hub:
    """The relay's mind; every input returns what is to be done, in order."""

    def __init__(self, policy: Policy, *, names: Sequence[str]) -> None:
        """Begin with nobody connected.

        Args:
            policy: What the operator allows.
            names: The hosts, each with its port, under which clients may have dialled.
        """
        self._policy = policy
        self._desk = Desk()
        self._fanout = Fanout(self._desk, policy)
        self._door = Door(self._desk, policy, self._fanout, names=names)
        self._intake = Intake(self._desk, policy)
        self._closer = Closer(self._desk, self._fanout)
        self._sweeping = self._noting = False

    def allow(self, policy: Policy) -> None:
        """From now on allow what this policy allows."""
        self._policy = policy
        self._door.allow(policy)
        self._fanout.allow(policy)
        self._intake.allow(policy)

    def connect(
        self, connection: ConnectionId, *, challenge: bytes, now: float, share: Share = NOWHERE
    ) -> list[Output]:
        """Greet a new connection with its own fresh challenge; where there is no place left, a stranger makes it."""
        if len(self._desk.links) >= limits.CONNECTIONS_MAX:
            stranger = self._desk.strangers.gives_way(share)
            if stranger is None:
                self._desk.turn_away(connection)
                return self._desk.flush()
            self._desk.drop(stranger, DropReason.CROWDED)
        link = Link(connection, challenge, moved_at_s=now, share=share)
        self._desk.join(link)
        self._desk.say(link, Hello(WIRE_VERSION, WIRE_VERSION, self._policy.envelope_bytes_max, challenge))
        return self._desk.flush()

    def disconnect(self, connection: ConnectionId) -> list[Output]:
        """Forget a connection that has ended; what it pushed goes its way."""
        link = self._desk.links.get(connection)
        if link is not None:
            self._desk.forget(link)
        return self._desk.flush()

    def receive(self, connection: ConnectionId, frame: bytes, *, now: float) -> list[Output]:
        """Take one frame."""
        link = self._desk.links.get(connection)
        if link is not None:
            self._take(link, frame, now=now)
        return self._desk.flush()

    def written(self, connections: Iterable[ConnectionId], weight: int) -> list[Output]:
        """Learn that of each of these a message of this weight (`delivery.weigh`) has left the relay's memory."""
        for connection in connections:
            link = self._desk.links.get(connection)
            if link is not None:
                link.unsent -= weight
                link.moved = True
                if link.lagging:
                    self._fanout.refill(link)
        return self._desk.flush()

    def settle(self, results: Sequence[Settled]) -> list[Output]:
        """Take the store's answers; those of one commit belong into one call, in its order."""
        runs: dict[MailboxId, list[Run]] = {}
        for asked, result in results:
            match asked, result:
                case Append(), Appended() | StoreError():
                    self._intake.appended(asked, result)
                    if isinstance(result, Appended) and result.entries:
                        runs.setdefault(asked.mailbox, []).append(Run(asked.connection, result.entries))
                case Look() | Open(), Log() | Denial() | StoreError() | None:
                    self._door.found(asked, result)
                case Read(), Page() | StoreError() | None:
                    self._fanout.page(asked, result)
                case Shut(), Log() | Denial() | StoreError() | None:
                    self._closer.settled(asked, result)
                case Sweep(), tuple() | StoreError():
                    self._swept(result)
                case Note(), tuple() | StoreError():
                    self._noted(asked, result)
                case _:
                    raise AssertionError("the store's answer does not fit the request")
        for mailbox, consecutive in runs.items():
            self._fanout.committed(mailbox, consecutive)
        return self._desk.flush()

    def tick(self, *, now: float) -> list[Output]:
        """Drop whoever takes or proves nothing, forget rates that have filled up again, and end what has ended."""
        for link in list(self._desk.links.values()):
            self._look_after(link, now=now)
        self._intake.tick(now=now)
        self._door.tick(now=now)
        if not self._sweeping:
            # One at a time: a disk that is slow or full must not gather them.
            self._sweeping = True
            self._desk.ask(Sweep(self._policy.closed_log_days))
        if not self._noting:
            self._noting = True
            self._desk.ask(self._note(now=now))
        return self._desk.flush()

    def end(self, mailboxes: Collection[MailboxId]) -> list[Output]:
        """Let nobody use these mailboxes any longer: the operator ended them."""
        for mailbox in mailboxes:
            self._fanout.end(mailbox)
        self._end(mailboxes)
        return self._desk.flush()

    def _end(self, mailboxes: Collection[MailboxId]) -> None:
        for link in list(self._desk.links.values()) if mailboxes else ():
            if not link.kinds.keys().isdisjoint(mailboxes):
                # What it may do on this link can not be told anew; on the next one it is.
                self._desk.drop(link, DropReason.OPERATOR)

    def shut(self) -> list[Output]:
        """Say goodbye to everybody."""
        for link in list(self._desk.links.values()):
            self._desk.drop(link, DropReason.LEAVING)
        return self._desk.flush()

    def _swept(self, gone: tuple[MailboxId, ...] | StoreError) -> None:
        ended = gone if isinstance(gone, tuple) else ()
        for mailbox in ended:
            self._fanout.end(mailbox)
        self._sweeping = bool(ended)
        if ended:
            # There may be more: one commit deletes so many, and what was pushed meanwhile comes between.
            self._desk.ask(Sweep(self._policy.closed_log_days))

    def _note(self, *, now: float) -> Note:
        if self._policy.idle is None:
            self._desk.uses.forget()
            return Note()
        used, hours = self._desk.uses.due((known.line for known in self._desk.logs.values()), now=now)
        return Note(self._policy.idle.delete_days, used, hours)

    def _noted(self, asked: Note, gone: tuple[MailboxId, ...] | StoreError) -> None:
        self._noting = False
        if isinstance(gone, StoreError):
            # The hour may be counted already, so it is not asked for again; who uses what is.
            self._desk.uses.noted((), hours=asked.hours)
            return
        self._desk.uses.noted(asked.used, hours=asked.hours)
        for mailbox in gone:
            self._fanout.end(mailbox)
        # Whoever came to a log in the very moment in which it was deleted.
        self._end([mailbox for mailbox in gone if mailbox in self._desk.logs])

    def _look_after(self, link: Link, *, now: float) -> None:
        waited_s = now - link.moved_at_s
        if not link.proven and now - link.since_s >= limits.PROOF_WAIT_S:
            # However much it said meanwhile.
            self._desk.drop(link, DropReason.SILENT)
        elif link.moved or (link.proven and not link.unsent):
            link.moved, link.moved_at_s = False, now
        elif link.unsent and waited_s >= limits.STALLED_S:
            self._desk.drop(link, DropReason.SLOW)

    def _take(self, link: Link, frame: bytes, *, now: float) -> None:
        try:
            message = messages.parse(frame)
        except MalformedError:
            self._expel(link, Reason.MALFORMED)
            return
        if not isinstance(message, FROM_CLIENTS):
            self._expel(link, Reason.UNEXPECTED)
            return
        try:
            after = session.step(link.states.get(message.mailbox, State.GREETED), message)
        except MalformedError:
            self._expel(link, Reason.UNEXPECTED)
            return
        link.states[message.mailbox] = after
        self._obey(link, message, now=now)

    def _expel(self, link: Link, reason: Reason) -> None:
        self._desk.say(link, Refuse(reason, None, (), 0))
        self._desk.drop(link, DropReason.MISUSE)

    def _obey(self, link: Link, message: Prove | Create | Follow | Push | Close, *, now: float) -> None:
        match message:
            case Prove():
                self._door.prove(link, message)
            case Create():
                self._door.create(link, message, now=now)
            case Follow():
                self._fanout.follow(link, message)
            case Push():
                self._intake.push(link, message, now=now)
            case Close():
                self._closer.close(link, message)
