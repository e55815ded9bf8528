"""A meeting without a network: two sides, one log, and two people who do what they are asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from troth.crypto import Signer
from troth.keys import DeviceKeys
from troth.pairing import (
    Affirm,
    Ask,
    Ended,
    Link,
    Need,
    Paired,
    Pairing,
    Purpose,
    Show,
    Ticket,
    Turn,
    introduce_joiner,
)
from troth.pairing.turn import Now
from troth.testing import entropy_of

__all__ = ["HOST", "KINDS", "Meeting", "Seat", "guest_says", "meeting", "pair", "ticket_of"]

HOST = "relay.example:443"
KINDS = [(Purpose.DEVICE, True), (Purpose.DEVICE, False), (Purpose.JOIN, True), (Purpose.FAR, False)]


def ticket_of(purpose: Purpose, *, coded: bool, seed: str = "ticket") -> Ticket:
    """A freshly drawn ticket."""
    draw = Ticket.draw_code if coded else Ticket.draw_secret
    return draw(HOST, purpose, entropy_of(seed))


def guest_says(ticket: Ticket, seed: str = "guest") -> bytes:
    """What an honest guest says of itself."""
    if ticket.purpose is not Purpose.FAR:
        return b"the guest's card"
    keys, admin = DeviceKeys.make(entropy_of(seed))
    return introduce_joiner(ticket.mailbox, keys, Signer(admin))


@dataclass
class Seat:
    """A side, how far it has read, and the person in front of it."""

    pairing: Pairing
    read: int = 0
    heard: list[Now] = field(default_factory=list)
    items: Callable[[Need], Sequence[bytes]] = lambda need: [need.step.encode()]

    posted: list[bytes] = field(default_factory=list)
    echoed: list[bytes] = field(default_factory=list)

    def saw(self, kind: type) -> bool:
        """Whether the side ever came to this."""
        return any(isinstance(now, kind) for now in self.heard)

    @property
    def shown(self) -> Sequence[int]:
        """The words that it shows."""
        return next(now.words for now in self.heard if isinstance(now, Show))

    @property
    def over(self) -> Paired | Ended | None:
        """How it went out, if it is over."""
        now = self.pairing.now
        return now if isinstance(now, Paired | Ended) else None


@dataclass
class Meeting:
    """One log, and the seats that read it."""

    host: Seat
    guest: Seat
    log: list[bytes] = field(default_factory=list)
    look: Callable[["Meeting"], Sequence[int]] = lambda meeting: meeting.guest.shown
    """The four words on the screen that the host's person looks at."""
    type_words: Callable[[Sequence[int]], Sequence[int]] = lambda words: words
    """What the host's person makes of the two that are asked for."""
    says_match: Callable[["Meeting"], bool] = lambda meeting: not isinstance(meeting.host.over, Ended)
    """What the guest's person says when asked; an honest one looks at the host's screen."""
    hand_over: Callable[[Seat, bytes], list[bytes]] = lambda _, record: [record]
    """What the relay delivers in a record's place."""

    def begin(self) -> "Meeting":
        """Start both sides."""
        for seat in (self.host, self.guest):
            self.act(seat, seat.pairing.start())
        return self

    def act(self, seat: Seat, turn: Turn) -> None:
        """Do what a turn asks for."""
        self.log += turn.post
        seat.posted += turn.post
        seat.heard.append(turn.now)
        match turn.now:
            case Ask(positions):
                shown = self.look(self)
                self.act(seat, seat.pairing.answer(self.type_words([shown[at] for at in positions])))
            case Affirm():
                self.act(seat, seat.pairing.affirm(self.says_match(self)))
            case Need():
                self.act(seat, seat.pairing.supply(seat.items(turn.now)))

    def step(self, seat: Seat) -> bool:
        """Let a side read one record; tell whether there was one."""
        if seat.read == len(self.log):
            return False
        seat.read += 1
        for record in self.hand_over(seat, self.log[seat.read - 1]):
            seat.echoed.append(record)
            turn = seat.pairing.receive(record, position=seat.read)
            if seat.over is None or not seat.saw(type(seat.over)):
                self.act(seat, turn)
        return True

    def run(self) -> "Meeting":
        """Let both read until nothing is left."""
        while any([self.step(self.host), self.step(self.guest)]):
            pass
        return self

    @property
    def outcome(self) -> tuple[type | None, type | None]:
        """How both went out."""
        return tuple(type(seat.over) if seat.over else None for seat in (self.host, self.guest))  # type: ignore[return-value]


def meeting(purpose: Purpose, *, coded: bool, typed: Ticket | None = None, said: bytes | None = None) -> Meeting:
    """Two honest sides that have not begun.

    Args:
        purpose: What for.
        coded: With a code, or with a link.
        typed: The ticket that the guest's person typed; the host's, if not said.
        said: What the guest says of itself.
    """
    ticket = ticket_of(purpose, coded=coded)
    host = Pairing.host(ticket, b"the host's card", entropy_of("host"))
    given: Ticket | Link = typed or (ticket if coded else Link.parse(Link.of(ticket, host.commitment).text))
    guest = Pairing.guest(given, guest_says(ticket) if said is None else said, entropy_of("guest"))
    return Meeting(Seat(host), Seat(guest))


def pair(purpose: Purpose, *, coded: bool) -> Meeting:
    """Two honest sides, to the end."""
    return meeting(purpose, coded=coded).begin().run()
