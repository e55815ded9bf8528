"""Every follower gets every entry after its cursor, once and in order; what waits for it is bounded.

What was just committed goes out from memory if it continues a follower's cursor and there is room.
Everything else is read from the log, a page at a time, whenever there is room; so is how a log was closed, after all.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from troth_relay.admission import Policy
from troth_relay.delivery import Run, announce, deliver, weigh
from troth_relay.desk import Desk
from troth_relay.limits import CROWD_SPARED_PERCENT, READS_MAX, RETRY_S
from troth_relay.link import Follower, Link, Party
from troth_relay.requests import DropReason, Read
from troth_relay.store import Closing, Log, Page
from troth_wire.errors import StoreError
from troth_wire.ids import MailboxId
from troth_wire.limits import FRAME_BYTES_MAX
from troth_wire.messages import Closed, Follow, Head, MailboxKind, Message, Reason, Refuse
from troth_wire.session import State

__all__ = ["Fanout"]


class Fanout:
    """The followers' side of the hub."""

    def __init__(self, desk: Desk, policy: Policy) -> None:
        """Speak through this desk, and let as many follow as this policy allows."""
        self._desk = desk
        self._followers_max = policy.followers_max
        self._reads = 0
        """How many pages are being read."""
        self._to_read: deque[Read] = deque()

    def allow(self, policy: Policy) -> None:
        """From now on go by this policy; who follows already stays until another comes."""
        self._followers_max = policy.followers_max

    def follow(self, link: Link, message: Follow) -> None:
        """Begin to follow; the first page answers whether that is possible."""
        if message.mailbox not in link.kinds:
            self._desk.tell(link, message.mailbox, Refuse(Reason.EXPIRED, message.mailbox, (), 0))
            return
        party = link.party(message.mailbox)
        self._make_room(link, party)
        follower = Follower(link, message.mailbox, message.lineage, cursor=message.after, asked=message, party=party)
        # Before the first page is read: what is committed in between must not be missed.
        self._desk.follow(follower)
        self._refill(follower)

    def _make_room(self, link: Link, party: Party) -> None:
        """Where as many follow as may, let one of those of whom there are most make room."""
        crowd = self._desk.parties.get(party)
        if crowd is None or link in crowd or len(crowd) < self._followers_max:
            return
        # Never the one who comes: whoever holds all places would keep everybody out for good.
        one_of_most = crowd.gives_way(link.share, spared_percent=CROWD_SPARED_PERCENT)
        if one_of_most is not None:
            self._send_away(one_of_most, party)

    def _send_away(self, link: Link, party: Party) -> None:
        for follower in list(link.followers.values()):
            if follower.party == party and link.states[follower.mailbox] is State.FOLLOWING:
                self._desk.tell(link, follower.mailbox, Refuse(Reason.RATE, follower.mailbox, (), RETRY_S))
        self._desk.drop(link, DropReason.CROWDED)

    def committed(self, mailbox: MailboxId, runs: Sequence[Run]) -> None:
        """Announce consecutive entries that are durable."""
        others = dict(self._desk.followers.get(mailbox, {}))
        authors = {run.origin: others.pop(run.origin) for run in runs if run.origin in others}
        first, last = runs[0].entries[0].position, runs[-1].entries[-1].position
        for origin, author in authors.items():
            self._pass_on([author], announce(mailbox, runs, reader=origin), first=first, last=last)
        if others:
            self._pass_on(others.values(), announce(mailbox, runs, reader=None), first=first, last=last)

    def _pass_on(self, followers: Iterable[Follower], frames: Sequence[Message], *, first: int, last: int) -> None:
        """Send frames from memory to those whom they continue and who have room; the others read on from the log."""
        weight, links = sum(map(weigh, frames)), []
        for follower in followers:
            follower.end = max(follower.end, last)
            continues = follower.cursor == first - 1 and follower.asked is None and not follower.reading
            if continues and follower.link.has_room(weight):
                follower.cursor = last
                links.append(follower.link)
            else:
                self._refill(follower)
        self._desk.spread(links, frames)

    def page(self, request: Read, page: Page | StoreError | None) -> None:
        """Take what was read for a follower."""
        self._reads -= 1
        self._read_on()
        link = self._desk.links.get(request.connection)
        if link is None:
            return
        link.reads -= 1
        follower = link.followers.get(request.mailbox)
        if follower is None:
            # The mailbox came to its end meanwhile.
            return
        follower.reading = False
        if follower.asked is None:
            self._continue(follower, page)
        else:
            self._answer(follower, follower.asked, page)
        self.refill(link)

    def end(self, mailbox: MailboxId) -> None:
        """Tell everybody who uses a mailbox that it has come to its end."""
        for connection in list(self._desk.participants.get(mailbox, ())):
            link = self._desk.links[connection]
            self._desk.leave(link, mailbox)
            follower = link.followers.get(mailbox)
            if follower is not None:
                self._reject(follower, Reason.EXPIRED, retry_after_s=0)

    def closed(self, log: Log) -> None:
        """Let everybody who follows a log hear, after its last entry, that it is closed."""
        for follower in list(self._desk.followers.get(log.mailbox, {}).values()):
            follower.end, follower.closed = max(follower.end, log.position), True
            self._refill(follower)

    def show_closed(self, link: Link, log: Log) -> None:
        """Tell a connection how a log was closed of which nothing else is left."""
        party = link.party(log.mailbox)
        follower = Follower(link, log.mailbox, log.lineage, cursor=log.position, asked=None, party=party, closed=True)
        self._desk.follow(follower)
        self._refill(follower)

    def _answer(self, follower: Follower, asked: Follow, page: Page | StoreError | None) -> None:
        if isinstance(page, StoreError):
            self._reject(follower, Reason.BUSY, retry_after_s=RETRY_S)
        elif (page is None and self._is_brief(follower)) or (page is not None and page.log.erased):
            # Of a log that was closed long ago the entries may go at any time; whoever proves it anew is told.
            self._reject(follower, Reason.EXPIRED, retry_after_s=0)
        elif page is None or page.log.lineage != asked.lineage or page.running != asked.running:
            self._reject(follower, Reason.ROLLED_BACK, retry_after_s=0)
        else:
            log = page.log
            head = Head(follower.mailbox, log.lineage, log.position, log.running)
            self._desk.tell(follower.link, follower.mailbox, head)
            follower.asked = None
            self._advance(follower, page)

    def _is_brief(self, follower: Follower) -> bool:
        return follower.link.kinds.get(follower.mailbox) is not MailboxKind.LOG

    def _reject(self, follower: Follower, reason: Reason, *, retry_after_s: int) -> None:
        self._desk.unfollow(follower)
        self._desk.tell(follower.link, follower.mailbox, Refuse(reason, follower.mailbox, (), retry_after_s))

    def _continue(self, follower: Follower, page: Page | StoreError | None) -> None:
        if isinstance(page, Page) and _goes_on(follower, page):
            self._advance(follower, page)
            return
        if not isinstance(page, StoreError) and self._is_brief(follower):
            # It came to its end, or a log took its place.
            self._reject(follower, Reason.EXPIRED, retry_after_s=0)
            return
        self._desk.tell(follower.link, follower.mailbox, Refuse(Reason.BUSY, follower.mailbox, (), RETRY_S))
        self._desk.drop(follower.link, DropReason.TROUBLE)

    def _advance(self, follower: Follower, page: Page) -> None:
        follower.end, follower.closed = max(follower.end, page.log.position), page.log.closed or follower.closed
        if page.closing is not None:
            self._take_leave(follower, page.log, page.closing)
            return
        if page.entries:
            frames = list(deliver(follower.mailbox, page.entries))
            self._send(follower, frames, cursor=page.entries[-1].position)
        self._refill(follower)

    def _take_leave(self, follower: Follower, log: Log, closing: Closing) -> None:
        self._desk.unfollow(follower)
        last = (log.lineage, log.position, log.running)
        closed = Closed(log.mailbox, *last, closing.successor, closing.forward)
        self._desk.tell(follower.link, follower.mailbox, closed)

    def _send(self, follower: Follower, frames: Sequence[Message], *, cursor: int) -> None:
        follower.cursor = cursor
        for frame in frames:
            self._desk.tell(follower.link, follower.mailbox, frame)

    def refill(self, link: Link) -> None:
        """Read on for the followers of a connection that were waiting for room, in turn."""
        for mailbox in list(link.lagging):
            self._refill(link.followers[mailbox])

    def _refill(self, follower: Follower) -> None:
        link = follower.link
        link.lagging.pop(follower.mailbox, None)
        done = follower.asked is None and follower.cursor >= follower.end and not follower.closed
        if follower.reading or done:
            return
        if not link.has_room(FRAME_BYTES_MAX):
            link.lagging[follower.mailbox] = None
            return
        follower.reading = True
        link.reads += 1
        self._to_read.append(Read(link.connection, follower.mailbox, follower.cursor))
        self._read_on()

    def _read_on(self) -> None:
        """Have pages read in the order in which they are wanted, so many at a time: each is a frame in memory."""
        while self._to_read and self._reads < READS_MAX:
            wanted = self._to_read.popleft()
            if wanted.connection in self._desk.links:
                self._reads += 1
                self._desk.ask(wanted)


def _goes_on(follower: Follower, page: Page) -> bool:
    """Tell whether a page is of the log that is followed, and of one that gives what comes next."""
    same = page.log.lineage == follower.lineage
    return same and (not page.log.erased or page.closing is not None)
