"""A log is closed once; every follower gets Closed after every entry, and nothing that was under way is an error."""

from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tests.contracts.relay_client import Key, envelope
from tests.contracts.relay_machine import RelayMachine
from tests.contracts.relay_world import (
    DAY_S,
    FORWARD,
    KEY,
    KEYS,
    Peer,
    World,
    close,
    closed,
    follow,
    joined,
    opened,
    push,
    reasons,
    said,
)
from troth_relay import limits
from troth_relay.admission import Policy, Rate, cost
from troth_relay.hub import Hub
from troth_relay.requests import DropReason
from troth_wire.limits import ENVELOPE_BYTES_MAX, FORWARD_BYTES, LINK_MAILBOXES_MAX
from troth_wire.log import envelope_id
from troth_wire.messages import Closed, Deliver, Head, MailboxKind, Push, Reason, Refuse
from troth_wire.session import State

NEXT: Final = KEYS[1]
BAD: Final = Refuse(Reason.BAD_SUCCESSOR, KEY.mailbox, (), 0)


def _arrived(world: World, key: Key = KEY) -> Peer:
    """Connect somebody who proves a mailbox."""
    peer = world.connect()
    world.prove(peer, key)
    world.settle()
    return peer


def test_everybody_is_told_after_every_entry() -> None:
    """All who follow get Closed once, the closer too, after all that was pushed before, with what was left behind."""
    world = World()
    author, reader, closer = (joined(world) for _ in range(3))
    assert isinstance(opened(world, closer, NEXT, sponsor=KEY), Head)
    push(world, author, [1, 2])
    close(world, closer, towards=NEXT)
    world.settle()
    log = world.store.look(KEY.mailbox)
    assert log is not None
    expected = Closed(KEY.mailbox, log.lineage, 2, log.running, NEXT.mailbox, FORWARD)
    for peer in (author, reader, closer):
        assert said(peer, Closed) == [expected]
        assert peer.received[-1] == expected
        assert peer.state(KEY.mailbox) is State.ENDED
    assert closer.state(NEXT.mailbox) is State.PROVEN


def test_nobody_hears_of_it_before_it_is_durable() -> None:
    """Until the store says that a log is closed nobody is told, and if the process dies first it is open."""
    world = World()
    closer, reader = joined(world), joined(world)
    close(world, closer)
    assert said(closer, Closed) + said(reader, Closed) == []
    log = world.store.look(KEY.mailbox)
    assert log is not None
    assert not log.closed
    world.commit()
    assert said(closer, Closed) + said(reader, Closed) == []
    world.settle()
    assert len(said(closer, Closed)) == len(said(reader, Closed)) == 1


def test_closer_need_not_have_read() -> None:
    """Whoever follows may close, however much others append meanwhile, and reads all of it before Closed."""
    world = World()
    author, closer = joined(world), joined(world)
    for start in range(0, 60, 3):
        push(world, author, range(start, start + 3), size=ENVELOPE_BYTES_MAX)
        world.settle_store()
        world.write_out(author)
    assert closer.expected[KEY.mailbox] < 60
    close(world, closer)
    push(world, author, [100])
    world.settle()
    assert said(closer, Closed)[0].position == 61
    assert closer.expected[KEY.mailbox] == author.expected[KEY.mailbox] == 62


def test_push_behind_the_closing_is_refused_by_name() -> None:
    """What was pushed when the log was closed already is named in a refusal and not stored; the link stays."""
    world = World()
    closer, author = joined(world), joined(world)
    close(world, closer)
    world.settle_store()
    # The author has not heard of it yet.
    author.states[KEY.mailbox] = State.FOLLOWING
    world.send(author, Push(KEY.mailbox, (envelope(1),)))
    author.states[KEY.mailbox] = State.ENDED
    world.settle()
    assert said(author, Refuse)[-1] == Refuse(Reason.CLOSED, KEY.mailbox, (envelope_id(envelope(1)),), 0)
    assert author.dropped is None
    assert world.log(KEY.mailbox) == []


def test_push_that_meets_the_closing_in_the_store_is_refused_by_name() -> None:
    """A push that was taken in before anybody heard of the closing is refused when the store says so."""
    world = World()
    closer, author = joined(world), joined(world)
    close(world, closer)
    world.commit()
    push(world, author, [1])
    world.commit()
    world.report(world.write_reports)
    world.settle()
    assert said(author, Refuse)[-1] == Refuse(Reason.CLOSED, KEY.mailbox, (envelope_id(envelope(1)),), 0)
    assert author.state(KEY.mailbox) is State.ENDED
    assert world.log(KEY.mailbox) == []


def test_first_closing_wins() -> None:
    """Of two that close at once the first stands; the second is told how it is, and hears no more."""
    world = World()
    first, second = joined(world), joined(world)
    for peer, key in ((first, NEXT), (second, KEYS[2])):
        opened(world, peer, key, sponsor=KEY)
    close(world, first, towards=NEXT)
    close(world, second, towards=KEYS[2], forward=bytes(FORWARD_BYTES))
    world.settle()
    assert [message.successor for peer in (first, second) for message in said(peer, Closed)] == [NEXT.mailbox] * 2
    assert reasons(second)[1:] == []
    second.states[KEY.mailbox] = State.ENDED
    before = list(second.received)
    close(world, second)
    world.settle()
    assert second.received == before


@pytest.mark.parametrize("closed_too", [False, True])
def test_successor_is_a_log_that_this_link_has_proven(closed_too: bool) -> None:
    """A log leads nowhere but to an open log of which the closer has the key; else it stays open."""
    world = World()
    peer = joined(world)
    joined(world, NEXT)
    close(world, peer, towards=NEXT)
    close(world, peer, towards=KEY)
    opened(world, peer, KEYS[2], kind=MailboxKind.RENDEZVOUS)
    close(world, peer, towards=KEYS[2])
    if closed_too:
        other = closed(world, NEXT)
        world.disconnect(other)
        world.prove(peer, NEXT)
        world.settle()
        close(world, peer, towards=NEXT)
    world.settle()
    refused = [refusal for refusal in said(peer, Refuse) if refusal.reason is not Reason.UNKNOWN_MAILBOX]
    assert refused == [BAD] * (4 if closed_too else 3)
    log = world.store.look(KEY.mailbox)
    assert log is not None
    assert not log.closed
    assert peer.state(KEY.mailbox) is State.FOLLOWING


def test_erased_log_succeeds_nothing() -> None:
    """A log that ended on this link is no successor, and that is known without asking the store."""
    world = World()
    member = closed(world, NEXT)
    world.prove(member, KEY)
    world.settle()
    opened(world, member, KEY)
    follow(world, member)
    world.settle()
    close(world, member, towards=NEXT)
    assert world.writes == []
    assert said(member, Refuse)[-1] == BAD


def test_space_that_was_left_leads_nowhere() -> None:
    """A log can be closed for good, without a successor."""
    world = World()
    assert said(closed(world), Closed)[0].successor is None


def test_what_is_no_log_is_not_closed() -> None:
    """A meeting and a rendezvous end by themselves; asking to close one is refused, or told that it has ended."""
    world = World()
    member = joined(world)
    opened(world, member, NEXT, kind=MailboxKind.MEETING, sponsor=KEY)
    follow(world, member, NEXT)
    other = joined(world, KEYS[2], kind=MailboxKind.RENDEZVOUS)
    world.settle()
    close(world, member, NEXT)
    close(world, other, KEYS[2])
    assert (reasons(member)[-1], reasons(other)[-1]) == (Reason.BAD_SUCCESSOR, Reason.BAD_SUCCESSOR)
    world.tick(DAY_S)
    world.settle()
    close(world, other, KEYS[2])
    assert reasons(other)[-1] is Reason.EXPIRED
    assert (member.dropped, other.dropped) == (None, None)


def test_closed_log_is_read_to_its_end() -> None:
    """Whoever comes later to a log that is kept reads it like another, and gets Closed after the last entry."""
    world = World()
    closed(world, entries=[1, 2, 3])
    peer = _arrived(world)
    assert isinstance(peer.received[-1], Head)
    follow(world, peer, after=1)
    world.settle()
    kinds = [type(message) for message in peer.received]
    assert kinds[-3:] == [Head, Deliver, Closed]
    assert peer.expected[KEY.mailbox] == 4
    again = _arrived(world)
    follow(world, again, after=3)
    world.settle()
    assert [type(message) for message in again.received][-2:] == [Head, Closed]


def test_closed_while_the_first_page_is_read() -> None:
    """Whoever asks to follow while the log is being closed gets every entry, and Closed once."""
    world = World()
    closer = joined(world)
    reader = _arrived(world)
    follow(world, reader)
    world.read()
    push(world, closer, [1])
    close(world, closer)
    world.commit()
    world.report(world.write_reports)
    world.report(world.read_reports)
    world.settle()
    assert reader.expected[KEY.mailbox] == 2
    assert len(said(reader, Closed)) == 1


def test_closing_is_never_refused_for_quota() -> None:
    """A line without room opens its successor and is closed; what is pushed to the successor is refused."""
    world = World(Policy(quota_bytes=cost([envelope(1)])))
    peer = joined(world)
    push(world, peer, [1])
    push(world, peer, [2])
    world.settle()
    assert reasons(peer)[-1] is Reason.QUOTA
    assert isinstance(opened(world, peer, NEXT, sponsor=KEY), Head)
    close(world, peer, towards=NEXT)
    follow(world, peer, NEXT)
    world.settle()
    assert peer.state(KEY.mailbox) is State.ENDED
    push(world, peer, [3], key=NEXT)
    world.settle()
    assert (reasons(peer)[-1], world.log(NEXT.mailbox)) == (Reason.QUOTA, [])


def test_closing_is_never_refused_for_rate() -> None:
    """A log that has taken as much as it may for now is closed all the same."""
    world = World(Policy(rate=Rate(per_s=0.001, burst=cost([envelope(1)]))))
    peer = joined(world)
    push(world, peer, [1])
    push(world, peer, [2])
    close(world, peer)
    world.settle()
    assert (reasons(peer)[-1], said(peer, Closed)[0].position) == (Reason.RATE, 1)


def test_full_line_still_meets() -> None:
    """Where a line has no room left, what is left in its meetings arrives; a full meeting is refused."""
    world = World(Policy(quota_bytes=cost([envelope(1)])))
    peer = joined(world)
    push(world, peer, [1])
    opened(world, peer, NEXT, kind=MailboxKind.MEETING, sponsor=KEY)
    follow(world, peer, NEXT)
    world.settle()
    for number in range(3):
        push(world, peer, [number], size=ENVELOPE_BYTES_MAX, key=NEXT)
    world.settle()
    assert len(world.log(NEXT.mailbox)) == 3
    push(world, peer, [4], size=ENVELOPE_BYTES_MAX, key=NEXT)
    world.settle()
    assert reasons(peer)[-1] is Reason.QUOTA


def test_full_disk_is_busy_and_the_log_open() -> None:
    """While nothing can be stored a log is not closed, and whoever asked is told when to ask again."""
    world = World()
    peer, reader = joined(world), joined(world)
    world.disk.full = True
    close(world, peer)
    world.settle()
    assert said(peer, Refuse)[-1] == Refuse(Reason.BUSY, KEY.mailbox, (), limits.RETRY_S)
    assert said(reader, Closed) == []
    world.disk.full = False
    push(world, reader, [1])
    close(world, peer)
    world.settle()
    assert (len(said(peer, Closed)), reader.expected[KEY.mailbox]) == (1, 2)


def test_closings_wait_within_a_bound() -> None:
    """What a connection asks to close while the disk is slow is counted like what it pushes."""
    world = World()
    peer = joined(world)
    for _ in range(limits.UNSTORED_BYTES_MAX // FORWARD_BYTES + 1):
        close(world, peer)
    assert peer.paused
    world.settle()
    assert len(said(peer, Closed)) == 1
    assert not peer.paused


def test_closing_outlives_its_connection() -> None:
    """What was asked before the connection ended is done, and the others hear of it."""
    world = World()
    closer, reader = joined(world), joined(world)
    close(world, closer)
    world.disconnect(closer)
    world.settle()
    assert len(said(reader, Closed)) == 1
    alone = joined(world, NEXT)
    close(world, alone, NEXT)
    world.disconnect(alone)
    world.settle()
    log = world.store.look(NEXT.mailbox)
    assert log is not None
    assert log.closed


def test_closing_that_fails_for_who_is_gone_is_quiet() -> None:
    """When a log could not be closed and who asked has left, nobody hears of it, and the log is open."""
    world = World()
    closer, reader = joined(world), joined(world)
    world.disk.full = True
    close(world, closer)
    world.disconnect(closer)
    world.settle()
    world.disk.full = False
    push(world, reader, [1])
    world.settle()
    assert (said(reader, Closed), reader.expected[KEY.mailbox]) == ([], 2)


def test_log_that_is_gone_from_the_store_is_told() -> None:
    """Asking to close what the store does not have any more is no error of the client's."""
    world = World()
    peer = joined(world)
    close(world, peer)
    del world.disk.mailboxes[KEY.mailbox]
    world.settle()
    assert reasons(peer)[-1] is Reason.EXPIRED


def test_closed_survives_a_restart() -> None:
    """After a restart of the relay a closed log is closed, in its line, and leads where it led."""
    world = World()
    world.disconnect(closed(world, towards=NEXT, entries=[1]))
    world.hub = Hub(Policy(), names=["relay.test:443"])
    peer = _arrived(world)
    follow(world, peer)
    world.settle()
    assert said(peer, Closed)[0].successor == NEXT.mailbox
    assert isinstance(opened(world, peer, KEYS[2], sponsor=KEY), Head)
    logs = [world.store.look(key.mailbox) for key in KEYS]
    assert len({log.line for log in logs if log}) == 1


def _erased(world: World, *, entries: int = 3) -> None:
    """Close a log towards the next, and let its time pass."""
    world.disconnect(closed(world, towards=NEXT, entries=range(entries)))
    for _ in range(2):
        world.tick((limits.CLOSED_LOG_DAYS + 1) * DAY_S)
        world.settle()


def test_entries_go_when_their_time_is_over() -> None:
    """The entries stay for so many days after the day of closing, and not a day longer."""
    world = World(Policy(closed_log_days=3))
    world.tick(DAY_S - 10)
    world.disconnect(closed(world, entries=[1]))
    for days, kept in ((3, 1), (1, 0)):
        world.tick(days * DAY_S)
        world.settle()
        assert len(world.log(KEY.mailbox)) == kept


def test_time_to_keep_entries_can_be_changed() -> None:
    """Limits that are taken over hold for logs that are closed already."""
    world = World()
    world.disconnect(closed(world, entries=[1]))
    world.tick(4 * DAY_S)
    world.settle()
    assert world.log(KEY.mailbox) == [envelope(1)]
    world.hub.allow(Policy(closed_log_days=3))
    world.tick(1)
    world.settle()
    assert world.log(KEY.mailbox) == []


def test_tombstone_answers_its_proof() -> None:
    """Of a log whose entries are gone, whoever proves it is told at once how it was closed, also who asks for it."""
    world = World()
    _erased(world)
    peer = _arrived(world)
    (message,) = said(peer, Closed)
    assert (message.position, message.successor, message.forward) == (3, NEXT.mailbox, FORWARD)
    assert peer.state(KEY.mailbox) is State.ENDED
    world.send(peer, Push(KEY.mailbox, (envelope(1),)))
    close(world, peer)
    assert said(peer, Refuse) == [Refuse(Reason.CLOSED, KEY.mailbox, (envelope_id(envelope(1)),), 0)]
    assert isinstance(opened(world, peer, KEYS[2], sponsor=KEY), Head)
    assert isinstance(opened(world, peer, Key.numbered(9), kind=MailboxKind.MEETING, sponsor=KEY), Head)


def test_tombstone_answers_who_is_late_to_create_it() -> None:
    """Whoever asked for a log that others have opened, closed and left meanwhile is told so."""
    world = World()
    late = joined(world, KEYS[2])
    world.prove(late, KEY)
    world.settle()
    _erased(world)
    assert isinstance(opened(world, late, KEY), Closed)
    assert late.state(KEY.mailbox) is State.ENDED


def test_many_tombstones_wait_for_room() -> None:
    """However many closed logs are proven at once, what waits for the link is bounded, and all are answered."""
    world = World()
    keys = [Key.numbered(700 + number) for number in range(LINK_MAILBOXES_MAX)]
    for key in keys:
        world.store.create(key.mailbox, lineage=world.entropy.lineage(), day=0)
        world.store.close_log(key.mailbox, successor=None, forward=FORWARD, day=0)
    world.store.erase(closed_before=1, entries_max=1)
    peer = world.connect()
    for key in keys:
        world.prove(peer, key)
    world.settle_store()
    assert len(said(peer, Closed)) < limits.UNSENT_BYTES_MAX // FORWARD_BYTES
    world.settle()
    assert len(said(peer, Closed)) == len(keys)
    assert peer.dropped is None
    assert world.hub._desk.followers == {}


def test_asking_to_follow_what_was_erased_meanwhile() -> None:
    """Whoever proved a closed log and finds its entries gone proves it once more, and is told how it was closed."""
    world = World()
    world.disconnect(closed(world, entries=[1]))
    peer = _arrived(world)
    follow(world, peer)
    world.store.erase(closed_before=1, entries_max=9)
    world.settle()
    assert reasons(peer) == [Reason.EXPIRED]
    world.prove(peer, KEY)
    world.settle()
    assert len(said(peer, Closed)) == 1


def test_slow_reader_of_what_is_erased_comes_again() -> None:
    """A reader who is in the middle of a closed log when its entries go is sent away, and told at its next proof."""
    world = World()
    author, reader = joined(world), joined(world)
    for start in range(0, 60, 3):
        push(world, author, range(start, start + 3), size=ENVELOPE_BYTES_MAX)
        world.settle_store()
        world.write_out(author)
    close(world, author)
    world.settle_store()
    world.store.erase(closed_before=1, entries_max=99)
    world.settle()
    assert said(reader, Closed) == []
    assert reader.dropped is DropReason.TROUBLE
    assert len(said(_arrived(world), Closed)) == 1


SUCCESSORS: Final = st.sampled_from([None, *KEYS])


class Closings(RelayMachine):
    """Devices of one line read, write, close and come back at any time, over a store that answers when it likes."""

    @initialize()
    def begin(self) -> None:
        """Begin with three logs of one line, each with a follower."""
        self.world, self.numbers = World(Policy(quota_bytes=2_000_000)), 10
        self.first = joined(self.world)
        for key in KEYS[1:]:
            opened(self.world, self.first, key, sponsor=KEY)
            joined(self.world, key)

    @rule()
    def connect(self) -> None:
        """Somebody connects."""
        if len(self.world.peers) < 10:
            self.world.connect()

    @rule(pick=st.integers(0, 9), key=st.sampled_from(KEYS))
    def advance(self, pick: int, key: Key) -> None:
        """Somebody does what comes next."""
        peer = self.pick(pick)
        if peer is None:
            return
        match peer.state(key.mailbox):
            case State.GREETED:
                self.world.prove(peer, key)
            case State.PROVEN:
                log = self.world.store.look(key.mailbox)
                assert log is not None
                if not log.erased:
                    follow(self.world, peer, key, after=pick % (log.position + 1))

    @rule(pick=st.integers(0, 9), key=st.sampled_from(KEYS), size=st.sampled_from([600, ENVELOPE_BYTES_MAX]))
    def push(self, pick: int, key: Key, size: int) -> None:
        """Somebody writes, also where the log is closed and the news is on its way."""
        peer = self.pick(pick)
        if peer is not None and peer.state(key.mailbox) in (State.FOLLOWING, State.ENDED) and not peer.paused:
            self.numbers += 3
            push(self.world, peer, range(self.numbers, self.numbers + 3), size=size, key=key)

    @rule(pick=st.integers(0, 9), key=st.sampled_from(KEYS), towards=SUCCESSORS)
    def close(self, pick: int, key: Key, towards: Key | None) -> None:
        """Somebody closes a log, towards whatever comes to mind."""
        peer = self.pick(pick)
        if peer is not None and peer.state(key.mailbox) in (State.FOLLOWING, State.ENDED) and not peer.paused:
            close(self.world, peer, key, towards=towards)

    @rule(days=st.sampled_from([0, 1, limits.CLOSED_LOG_DAYS]))
    def tick(self, days: int) -> None:
        """Time passes, for some a long time."""
        self.world.entropy.time_s += days * DAY_S
        self.world._take(self.world.hub.tick(now=self.world.now))

    @rule()
    def sync_everything(self) -> None:
        """Every follower of an open log gets to its end; nobody follows a closed one."""
        self.world.settle()
        for peer in self.live():
            for mailbox, position in peer.expected.items():
                log = self.world.store.look(mailbox)
                assert log is not None
                assert peer.state(mailbox) is not State.FOLLOWING or (position, log.closed) == (log.position + 1, False)

    @invariant()
    def nothing_leads_in_a_ring(self) -> None:
        """Whoever goes from each log to its successor comes to an open log, or to an end."""
        boxes = self.world.disk.mailboxes
        for start in boxes:
            at, seen = start, set()
            while (closing := boxes[at].closing) is not None and closing.successor is not None:
                assert at not in seen
                seen.add(at)
                at = closing.successor

    @invariant()
    def sums_are_right(self) -> None:
        """What counts in the quota is what is there."""
        if not self.world.disk.full:
            assert self.world.store.recount() == 0

    def teardown(self) -> None:
        """In the end all can be told."""
        self.world.disk.full = False
        self.sync_everything()


TestClosings = Closings.TestCase
TestClosings.settings = settings(stateful_step_count=60)
