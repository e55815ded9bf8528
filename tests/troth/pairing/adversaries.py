"""Those whom a pairing has to do with, one of whom is not honest; each knows everything but what it is said not to."""

from collections.abc import Callable, Sequence

from tests.troth.pairing.meeting import HOST, Meeting, Seat, ticket_of
from troth.pairing import Ended, Pairing, Purpose, Side, Ticket, Turn
from troth.pairing.agreement import Agreement
from troth.pairing.messages import Message, Open
from troth.pairing.messages import parse as parse_message
from troth.pairing.posts import Confirm, Frame, Post, Reply, Share, parse
from troth.pairing.words import Introduction
from troth.testing import entropy_of

__all__ = ["Between", "GuestWithKey", "another_code", "lying_host"]


def another_code(ticket: Ticket) -> Ticket:
    """A guess at the same number."""
    assert ticket.number is not None
    return Ticket.of_code(HOST, ticket.purpose, ticket.number, [1, 2, 3])


class Between:
    """A relay that shows each side a log of its own, and answers in the other's name with the ticket that it has."""

    def __init__(self, purpose: Purpose, *, known: Callable[[Ticket], Ticket]) -> None:
        honest = ticket_of(purpose, coded=True)
        mallory = known(honest)
        self.host = Seat(Pairing.host(honest, b"the host's card", entropy_of("host")))
        self.guest = Seat(Pairing.guest(honest, b"the guest's card", entropy_of("guest")))
        fake_host = Seat(Pairing.host(mallory, b"mallory's card", entropy_of("fake host")))
        fake_guest = Seat(Pairing.guest(mallory, b"mallory's card", entropy_of("fake guest")))
        # The host's person reads the honest guest's screen; whoever is between reads everything that its own sides say.
        self.near = Meeting(self.host, fake_guest, look=lambda _: self.guest.shown)
        self.far = Meeting(fake_host, self.guest, says_match=self._says_match)

    def run(self) -> "Between":
        """The guest's half first: its words are known before anything is chosen towards the host."""
        self.far.begin().run()
        if not self.near.log:
            self.near.begin().run()
        return self

    def _says_match(self, _: Meeting) -> bool:
        self.near.begin().run()
        return not isinstance(self.host.over, Ended)


def lying_host(ticket: Ticket, *, opens: Introduction) -> tuple[Share, Callable[[bytes], list[bytes]]]:
    """A host that knows the code and is bound by one introduction, and opens another."""
    bound = Introduction(Side.HOST, b"bound by this", bytes(32))
    agreement = Agreement(ticket, Side.HOST, b"\x07" * 32)
    share = Share(agreement.share(bound.commitment), bound.commitment)

    def answer(record: bytes) -> list[bytes]:
        reply = parse(record)
        assert isinstance(reply, Reply)
        channel = agreement.agree(host=share, guest=Share(reply.share, reply.commitment)).channel
        channel.check(reply.tag)
        opening = channel.seal(Open(opens.said, opens.nonce).encode())
        return [post.encode() for post in (Confirm(channel.tag()), *opening)]

    return share, answer


class GuestWithKey:
    """A guest that knows the code, follows the protocol up to its proof, and then says what it likes."""

    def __init__(self, ticket: Ticket, host: Pairing) -> None:
        self.bound = Introduction(Side.GUEST, b"mallory's card", bytes(32))
        self._host, self._place = host, 0
        agreement = Agreement(ticket, Side.GUEST, b"\x08" * 32)
        (record,) = host.start().post
        share = parse(record)
        assert isinstance(share, Share)
        mine = Share(agreement.share(share.commitment), self.bound.commitment)
        self.agreed = agreement.agree(host=share, guest=mine)
        self._tell(record)
        turn = self._tell(Reply(mine.share, mine.commitment, self.agreed.channel.tag()).encode())
        opened = self._hear(turn)
        assert isinstance(opened, Open)
        self.host_said = Introduction(Side.HOST, opened.said, opened.nonce)

    def says(self, message: Message) -> Turn:
        """Seal a message, and return the host's last turn."""
        return self.posts(self.agreed.channel.seal(message.encode()))

    def posts(self, posts: Sequence[Post]) -> Turn:
        """Post records, and return the host's last turn."""
        return [self._tell(post.encode()) for post in posts][-1]

    def echo(self, turn: Turn) -> None:
        """Let the host see its own records in the log."""
        for record in turn.post:
            self._tell(record)

    def _tell(self, record: bytes) -> Turn:
        self._place += 1
        return self._host.receive(record, position=self._place)

    def _hear(self, turn: Turn) -> Message:
        self.echo(turn)
        frames = [post for post in map(parse, turn.post) if isinstance(post, Frame)]
        (message,) = filter(None, map(self.agreed.channel.open_, frames))
        return parse_message(message)
