"""Who is connected, who follows what, and the one way out for all that the hub says, where it is weighed."""

from collections.abc import Sequence
from weakref import WeakValueDictionary

from troth_relay.crowd import Crowd
from troth_relay.delivery import weigh
from troth_relay.limits import UNSENT_BYTES_MAX, UNSTORED_BYTES_MAX
from troth_relay.link import Follower, KnownLog, Link, Party
from troth_relay.requests import Asked, ConnectionId, Drop, DropReason, Output, Pause, Resume, Send
from troth_relay.uses import Uses
from troth_wire import session
from troth_wire.ids import MailboxId
from troth_wire.messages import Message
from troth_wire.session import State

__all__ = ["Desk"]


class Desk:
    """Connections and followers; what is said gathers until `flush`."""

    def __init__(self) -> None:
        """Begin with nobody connected."""
        self.links: dict[ConnectionId, Link] = {}
        self.followers: dict[MailboxId, dict[ConnectionId, Follower]] = {}
        self.participants: dict[MailboxId, set[ConnectionId]] = {}
        """Who takes part in a brief mailbox."""
        self.logs: WeakValueDictionary[MailboxId, KnownLog] = WeakValueDictionary()
        """The logs that anybody here has proven."""
        self.uses = Uses()
        self.strangers = Crowd()
        """Links that follow nothing but a rendezvous, if anything."""
        self.parties: dict[Party, Crowd] = {}
        """Links that follow something, by what that belongs to."""
        self.unstored = 0
        """Bytes of all connections that wait for the disk, those included that are gone."""
        self._outputs: list[Output] = []

    def flush(self) -> list[Output]:
        """Return what was said since the last time, in order."""
        outputs, self._outputs = self._outputs, []
        return outputs

    def ask(self, request: Asked | Pause | Resume) -> None:
        """Ask the store, or the one who reads the sockets."""
        self._outputs.append(request)

    def say(self, link: Link, message: Message) -> None:
        """Send a message; a connection that would then have too much waiting is dropped instead."""
        if self.links.get(link.connection) is not link:
            return
        weight = weigh(message)
        if link.unsent + weight > UNSENT_BYTES_MAX:
            self.drop(link, DropReason.SLOW)
            return
        link.unsent += weight
        self._outputs.append(Send((link.connection,), message))

    def spread(self, links: Sequence[Link], messages: Sequence[Message]) -> None:
        """Send the same entries to links that follow a mailbox and have room for them."""
        # Without a look at each one's table: entries leave whoever follows where it is.
        weight = sum(map(weigh, messages))
        for link in links:
            link.unsent += weight
        if links:
            connections = tuple([link.connection for link in links])
            self._outputs.extend([Send(connections, message) for message in messages])

    def tell(self, link: Link, mailbox: MailboxId, message: Message) -> None:
        """Send a message of one mailbox's session, and walk its table."""
        after = session.step(link.states[mailbox], message)
        if after is State.GREETED:
            # Nothing proven is nothing to remember: hostile proofs cost no memory.
            del link.states[mailbox]
        else:
            link.states[mailbox] = after
        self.say(link, message)

    def hold(self, link: Link, cost: int) -> None:
        """Count what of a connection waits for the disk; past the bound nothing more is read from it."""
        self.unstored += cost
        link.unstored += cost
        if link.unstored > UNSTORED_BYTES_MAX and not link.paused:
            link.paused = True
            self.ask(Pause(link.connection))

    def release(self, connection: ConnectionId, cost: int) -> Link | None:
        """Count what of a connection waits no more, and return its link if it is there still."""
        self.unstored -= cost
        link = self.links.get(connection)
        if link is None:
            return None
        link.unstored -= cost
        if link.unstored <= UNSTORED_BYTES_MAX and link.paused:
            link.paused = False
            self.ask(Resume(link.connection))
        return link

    def join(self, link: Link) -> None:
        """Take a connection in."""
        self.links[link.connection] = link
        self.strangers.enter(link)

    def follow(self, follower: Follower) -> None:
        """Let a follower hear of what is committed from now on."""
        link = follower.link
        link.followers[follower.mailbox] = follower
        self.parties.setdefault(follower.party, Crowd()).enter(link)
        if link.settled:
            self.strangers.leave(link)
        self.followers.setdefault(follower.mailbox, {})[link.connection] = follower

    def unfollow(self, follower: Follower) -> None:
        """Let a follower hear of nothing more."""
        link, mailbox = follower.link, follower.mailbox
        link.followers.pop(mailbox, None)
        link.lagging.pop(mailbox, None)
        others = self.followers.get(mailbox, {})
        others.pop(link.connection, None)
        if not others:
            self.followers.pop(mailbox, None)
        self._leave_party(link, follower.party)

    def _leave_party(self, link: Link, party: Party) -> None:
        crowd = self.parties.get(party)
        if crowd is not None and all(other.party != party for other in link.followers.values()):
            crowd.leave(link)
            if not crowd:
                del self.parties[party]
        if self.links.get(link.connection) is link and not link.settled:
            self.strangers.enter(link)

    def drop(self, link: Link, reason: DropReason) -> None:
        """End a connection, once."""
        if self.links.get(link.connection) is link:
            self.forget(link)
            self._outputs.append(Drop(link.connection, reason))

    def turn_away(self, connection: ConnectionId) -> None:
        """End a connection that was never taken in."""
        self._outputs.append(Drop(connection, DropReason.CROWDED))

    def forget(self, link: Link) -> None:
        """Keep nothing of a connection that has ended."""
        self.links.pop(link.connection, None)
        self.strangers.leave(link)
        for follower in list(link.followers.values()):
            self.unfollow(follower)
        for mailbox in list(link.kinds):
            self.leave(link, mailbox)

    def leave(self, link: Link, mailbox: MailboxId) -> None:
        """Let a connection use a mailbox no more."""
        link.kinds.pop(mailbox, None)
        link.logs.pop(mailbox, None)
        others = self.participants.get(mailbox, set())
        others.discard(link.connection)
        if not others:
            self.participants.pop(mailbox, None)
