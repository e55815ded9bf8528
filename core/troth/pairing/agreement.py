"""From a ticket and two shares to a channel that is bound to everything said in the open (specs/pairing.md, Key)."""

from dataclasses import dataclass

from troth import cpace, crypto
from troth.pairing.channel import Channel
from troth.pairing.posts import Share
from troth.pairing.ticket import Ticket
from troth.pairing.words import Side
from troth_wire import codec

__all__ = ["Agreed", "Agreement"]


@dataclass(frozen=True, repr=False)
class Agreed:
    """A channel that nobody has proven yet."""

    channel: Channel
    openly: bytes
    """The hash of what was said in the open."""
    bound: bytes
    """What the other side is bound by."""


@dataclass(frozen=True, repr=False)
class Agreement:
    """One side's part of the key agreement."""

    ticket: Ticket
    side: Side
    scalar: bytes

    def share(self, session: bytes) -> bytes:
        """Return this side's share; the session is the host's commitment."""
        point = cpace.generator(self.ticket.secret, channel=self.ticket.channel, session=session)
        return cpace.share(point, self.scalar)

    def agree(self, *, host: Share, guest: Share) -> Agreed:
        """Return what both sides have if both hold the ticket.

        Raises:
            ForgedError: If the other share is one that no honest side sends.
        """
        own, other = (host, guest) if self.side is Side.HOST else (guest, host)
        key = cpace.session_key(
            self.scalar,
            session=host.commitment,
            initiator=(host.share, codec.pack([Side.HOST, host.commitment])),
            responder=(guest.share, codec.pack([Side.GUEST, guest.commitment])),
            mine=own.share,
        )
        said = [self.ticket.channel, host.share, host.commitment, guest.share, guest.commitment]
        openly = crypto.digest(b"troth/channel", codec.pack(said))
        return Agreed(Channel.of(key, openly, self.side), openly, other.commitment)
