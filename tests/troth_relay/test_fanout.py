"""Every follower gets every entry once and in order, however commits, pages and slow links interleave."""

import pytest

from tests.contracts.relay_client import Key, envelope
from tests.contracts.relay_world import KEY, KEYS, Peer, World, close, follow, joined, opened, push, reasons, said
from troth_relay import limits
from troth_relay.admission import Policy
from troth_relay.requests import DropReason, Read
from troth_relay.shares import NOWHERE, Share
from troth_relay.store import Log, Page
from troth_wire.ids import Lineage, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MAX, FRAME_BYTES_MAX, FRAME_ENVELOPES_MAX, RENDEZVOUS_LIFE_S
from troth_wire.log import envelope_id, origin
from troth_wire.messages import Create, Deliver, Follow, Head, MailboxKind, Reason, Refuse, Stored
from troth_wire.session import State


def test_author_gets_stored_and_others_the_entry() -> None:
    """A pushed envelope comes back to its connection as Stored, and to other followers as Deliver."""
    world = World()
    author, reader = joined(world), joined(world)
    push(world, author, [1, 2])
    world.settle()
    assert said(author, Stored) == [Stored(KEY.mailbox, 1, (envelope_id(envelope(1)), envelope_id(envelope(2))))]
    assert said(reader, Deliver) == [Deliver(KEY.mailbox, 1, (envelope(1), envelope(2)))]
    assert (said(author, Deliver), said(reader, Stored)) == ([], [])


def test_nothing_is_announced_before_the_commit_is_reported() -> None:
    """Until the store says that an entry is durable, nobody hears of it."""
    world = World()
    author, reader = joined(world), joined(world)
    push(world, author, [1])
    world.write_out(author)
    assert said(author, Stored) + said(reader, Deliver) == []


def test_one_commit_is_one_frame_for_each_follower() -> None:
    """Pushes that share a commit reach a reader together."""
    world = World()
    author, other, reader = joined(world), joined(world), joined(world)
    push(world, author, [1])
    push(world, author, [2])
    push(world, other, [3])
    world.settle()
    assert [len(message.envelopes) for message in said(reader, Deliver)] == [3]
    assert [len(message.envelope_ids) for message in said(author, Stored)] == [2]


def test_full_frames_are_cut() -> None:
    """A push that fills its frame is delivered in frames that are not too long."""
    world = World()
    author, reader = joined(world), joined(world)
    push(world, author, range(FRAME_ENVELOPES_MAX), size=1_010)
    push(world, author, range(1_000, 1_003), size=ENVELOPE_BYTES_MAX)
    world.settle()
    assert reader.expected[KEY.mailbox] == FRAME_ENVELOPES_MAX + 4


@pytest.mark.parametrize(
    ("lineage", "after", "running"),
    [(b"?" * 16, 0, None), (None, 0, b"?" * 32), (None, 1, b"?" * 32), (None, 2, b"?" * 32), (b"?" * 16, 9, b"?" * 32)],
)
def test_other_history_is_rolled_back(lineage: bytes | None, after: int, running: bytes | None) -> None:
    """Who has read another log than this one, or more of it, is told so, and may ask again."""
    world = World()
    author = joined(world)
    push(world, author, [1])
    world.settle()
    log = world.store.look(KEY.mailbox)
    assert log is not None
    peer = world.connect()
    world.prove(peer, KEY)
    world.settle()
    start = origin(KEY.mailbox, log.lineage)
    world.send(peer, Follow(KEY.mailbox, Lineage(lineage or log.lineage), after, RunningHash(running or start)))
    world.settle()
    assert reasons(peer) == [Reason.ROLLED_BACK]
    follow(world, peer, after=1)
    world.settle()
    assert peer.state(KEY.mailbox) is State.FOLLOWING


def test_reader_goes_on_from_its_cursor() -> None:
    """A client that comes back gets what it lacks and nothing else."""
    world = World()
    author = joined(world)
    push(world, author, range(10))
    world.settle()
    peer = world.connect()
    world.prove(peer, KEY)
    world.settle()
    follow(world, peer, after=7)
    world.settle()
    assert said(peer, Deliver) == [Deliver(KEY.mailbox, 8, tuple(map(envelope, (7, 8, 9))))]


def test_commit_while_the_first_page_is_read_is_not_missed() -> None:
    """An entry committed after the page was read and reported before it reaches the new follower."""
    world = World()
    author = joined(world)
    reader = world.connect()
    world.prove(reader, KEY)
    world.settle()
    follow(world, reader)
    world.read()
    push(world, author, [1])
    world.commit()
    world.report(world.write_reports)
    world.report(world.read_reports)
    world.settle()
    assert reader.expected[KEY.mailbox] == 2


def test_page_that_holds_what_is_reported_later_is_not_repeated() -> None:
    """An entry that a page brought already is not sent again when its commit is reported."""
    world = World()
    author = joined(world)
    reader = world.connect()
    world.prove(reader, KEY)
    world.settle()
    push(world, author, [1])
    world.commit()
    follow(world, reader)
    world.read()
    world.report(world.read_reports)
    world.report(world.write_reports)
    world.settle()
    assert len(said(reader, Deliver)) == 1


def test_slow_reader_holds_no_memory_and_misses_nothing() -> None:
    """However much is pushed, what waits for a reader is bounded; it gets all of it once it reads."""
    world = World()
    author, reader = joined(world), joined(world)
    for start in range(0, 90, 3):
        push(world, author, range(start, start + 3), size=ENVELOPE_BYTES_MAX)
        world.settle_store()
        world.write_out(author)
    assert sum(len(message.envelopes) for message in said(reader, Deliver)) < 20
    world.settle()
    assert reader.expected[KEY.mailbox] == 91


def test_small_entry_does_not_overtake() -> None:
    """An entry for which there would be room waits for the larger ones before it."""
    world = World()
    author, reader = joined(world), joined(world)
    for start in range(0, 18, 3):
        push(world, author, range(start, start + 3), size=ENVELOPE_BYTES_MAX)
        world.settle_store()
        push(world, author, [1_000 + start])
        world.settle_store()
        world.write_out(author)
    world.settle()
    assert reader.expected[KEY.mailbox] == 25


def test_unreadable_log_is_busy() -> None:
    """While the log can not be read, a follower is told to come later, and may ask again on the same link."""
    world = World()
    joined(world)
    peer = world.connect()
    world.prove(peer, KEY)
    world.settle()
    world.disk.damaged = True
    world.send(peer, Follow(KEY.mailbox, Lineage(b"l" * 16), 0, RunningHash(b"r" * 32)))
    world.settle()
    assert said(peer, Refuse) == [Refuse(Reason.BUSY, KEY.mailbox, (), limits.RETRY_S)]
    world.disk.damaged = False
    follow(world, peer)
    world.settle()
    assert peer.state(KEY.mailbox) is State.FOLLOWING


def test_follower_whose_log_breaks_is_sent_away() -> None:
    """When the log can not be read on, a follower is dropped with a reason rather than left without entries."""
    world = World()
    author, reader = joined(world), joined(world)
    for start in range(0, 18, 3):
        push(world, author, range(start, start + 3), size=ENVELOPE_BYTES_MAX)
        world.settle_store()
        world.write_out(author)
    world.disk.damaged = True
    world.settle()
    assert said(reader, Refuse) == [Refuse(Reason.BUSY, KEY.mailbox, (), limits.RETRY_S)]
    assert (author.dropped, reader.dropped) == (None, DropReason.TROUBLE)


def test_page_for_who_is_gone_is_dropped() -> None:
    """What was read for a connection that has ended goes nowhere."""
    world = World()
    author = joined(world)
    push(world, author, [1])
    world.settle()
    reader = world.connect()
    world.prove(reader, KEY)
    world.settle()
    follow(world, reader)
    world.disconnect(reader)
    world.settle()
    assert said(reader, Deliver) == []


def test_commit_without_followers_is_quiet() -> None:
    """What is committed when nobody follows any more is told to nobody, and there for the next."""
    world = World()
    author = joined(world)
    push(world, author, [1])
    world.disconnect(author)
    world.settle()
    again = joined(world)
    assert said(again, Deliver) == [Deliver(KEY.mailbox, 1, (envelope(1),))]


def test_commit_reported_while_its_page_is_read_is_not_repeated() -> None:
    """An entry that is being read already is not sent from memory too."""
    world = World()
    author = joined(world)
    push(world, author, range(FRAME_ENVELOPES_MAX))
    world.settle()
    reader = world.connect()
    world.prove(reader, KEY)
    world.settle()
    push(world, author, [1_000])
    world.commit()
    follow(world, reader)
    world.read()
    world.report(world.read_reports)
    world.report(world.write_reports)
    world.settle()
    assert reader.expected[KEY.mailbox] == FRAME_ENVELOPES_MAX + 2


def test_pages_under_way_are_bounded() -> None:
    """However many mailboxes a connection follows, only so many pages are read for it at a time."""
    world = World()
    keys = [Key.numbered(number) for number in range(10, 20)]
    for key in keys:
        joined(world, key)
    reader = world.connect()
    for key in keys:
        world.prove(reader, key)
    world.settle()
    for key in keys:
        follow(world, reader, key)
    assert len(world.reads) == limits.UNSENT_ENTRY_BYTES_MAX // FRAME_BYTES_MAX
    world.settle()
    assert all(reader.state(key.mailbox) is State.FOLLOWING for key in keys)


def test_pages_for_all_are_bounded() -> None:
    """However many connections want pages, so many are read at a time; all come in turn, but for who is gone."""
    world = World(Policy(followers_max=1_000))
    author = joined(world)
    push(world, author, [1])
    world.settle()
    readers = [world.connect() for _ in range(limits.READS_MAX + 9)]
    for reader in readers:
        world.prove(reader, KEY)
    world.settle()
    for reader in readers:
        follow(world, reader)
    assert len(world.reads) == limits.READS_MAX
    for gone in (readers.pop(0), readers.pop()):
        world.disconnect(gone)
    world.settle()
    assert [len(said(reader, Deliver)) for reader in readers] == [1] * len(readers)


def test_followers_are_told_of_the_end() -> None:
    """At the end of a brief mailbox everybody who follows it is told so once; who reads a log hears nothing."""
    world = World()
    peers = [joined(world, KEYS[1], kind=MailboxKind.RENDEZVOUS) for _ in range(2)]
    member = joined(world)
    world.tick(RENDEZVOUS_LIFE_S - 1)
    world.settle()
    assert [reasons(peer)[-1:] for peer in peers] == [[Reason.UNKNOWN_MAILBOX], []]
    world.tick(1)
    world.settle()
    assert [said(peer, Refuse)[-1] for peer in peers] == [Refuse(Reason.EXPIRED, KEYS[1].mailbox, (), 0)] * 2
    assert reasons(member) == [Reason.UNKNOWN_MAILBOX]
    assert world.store.look(KEYS[1].mailbox) is None
    world.tick(1)
    world.settle()
    assert [reasons(peer).count(Reason.EXPIRED) for peer in peers] == [1, 1]


def test_what_has_ended_is_unknown_before_it_is_deleted() -> None:
    """From its end on a brief mailbox is as if it were not there, whenever the relay gets to deleting it."""
    world = World()
    follower = joined(world, kind=MailboxKind.RENDEZVOUS)
    world.entropy.time_s = RENDEZVOUS_LIFE_S
    late = world.connect()
    world.prove(late, KEY)
    world.settle()
    assert reasons(late) == [Reason.UNKNOWN_MAILBOX]
    assert world.store.look(KEY.mailbox) is not None
    assert reasons(follower) == [Reason.UNKNOWN_MAILBOX]


@pytest.mark.parametrize("asked_before", [True, False])
def test_asking_past_the_end_is_refused(asked_before: bool) -> None:
    """Whoever asks to follow a mailbox that ends meanwhile, or has ended, is told so, and may prove anew."""
    world = World()
    peer = world.connect()
    world.prove(peer, KEY)
    world.settle()
    world.send(peer, Create(KEY.mailbox, b"", MailboxKind.RENDEZVOUS))
    world.settle()
    log = world.store.look(KEY.mailbox)
    assert log is not None
    question = Follow(KEY.mailbox, log.lineage, 0, log.running)
    peer.asked_after[KEY.mailbox] = 0
    if asked_before:
        world.send(peer, question)
    world.tick(RENDEZVOUS_LIFE_S)
    world.settle()
    if not asked_before:
        world.send(peer, question)
        world.settle()
    assert reasons(peer)[-1] is Reason.EXPIRED
    assert peer.state(KEY.mailbox) is State.GREETED


def test_page_under_way_when_the_mailbox_ends_is_forgotten() -> None:
    """A page that comes after the end is not sent, and the room that it would have taken is free again."""
    world = World()
    peer = joined(world, kind=MailboxKind.RENDEZVOUS)
    reader = world.connect()
    world.prove(reader, KEY)
    world.settle()
    follow(world, reader, KEY)
    world.read()
    world.tick(RENDEZVOUS_LIFE_S)
    world.commit()
    world.report(world.write_reports)
    assert reasons(peer)[-1] is reasons(reader)[-1] is Reason.EXPIRED
    world.settle()
    assert said(reader, Deliver) == []
    assert world.hub._desk.links[reader.connection].reads == 0


def test_end_of_all_that_was_proven_is_silence() -> None:
    """A connection that is left with no mailbox is dropped like one that never proved any."""
    world = World()
    peer = joined(world, kind=MailboxKind.RENDEZVOUS)
    for _ in range(2):
        world.tick(RENDEZVOUS_LIFE_S)
        world.settle()
    assert peer.dropped is DropReason.SILENT
    assert world.hub._desk.participants == {}


def test_page_of_another_life_ends_who_met_there() -> None:
    """A page that shows a log in the place of the brief mailbox that is followed is not sent on."""
    world = World()
    peer = joined(world, kind=MailboxKind.RENDEZVOUS)
    link = world.hub._desk.links[peer.connection]
    log = Log(KEY.mailbox, Lineage(b"n" * 16), 0, origin(KEY.mailbox, Lineage(b"n" * 16)), 0)
    link.reads = 1
    world.hub._fanout.page(Read(peer.connection, KEY.mailbox, 0), Page(log, log.running, ()))
    world.settle()
    world._take(world.hub._desk.flush())
    assert reasons(peer)[-1] is Reason.EXPIRED


def test_end_waits_for_room_on_the_disk() -> None:
    """While nothing can be written what has ended is not deleted, yet nobody new gets in; later all are told."""
    world = World()
    peer = joined(world, kind=MailboxKind.RENDEZVOUS)
    world.disk.full = True
    world.tick(RENDEZVOUS_LIFE_S)
    world.settle()
    assert world.store.look(KEY.mailbox) is not None
    assert reasons(peer) == [Reason.UNKNOWN_MAILBOX]
    world.disk.full = False
    world.tick(1)
    world.settle()
    assert world.store.look(KEY.mailbox) is None
    assert reasons(peer) == [Reason.UNKNOWN_MAILBOX, Reason.EXPIRED]


def _crowd(world: World, count: int, *, key: Key = KEY, share: Share = NOWHERE) -> list[Peer]:
    """Let so many more follow a log, one after the other."""
    return [joined(world, key, share=share) for _ in range(count)]


def test_followers_of_a_line_are_bounded() -> None:
    """One more than may is let in, and one who came late makes room and is told when to come again."""
    world = World(Policy(followers_max=4))
    first, second, third, fourth = _crowd(world, 4)
    newcomer = joined(world)
    assert [peer.dropped for peer in (first, second, fourth)] == [None] * 3
    assert third.dropped is DropReason.CROWDED
    assert said(third, Refuse)[-1] == Refuse(Reason.RATE, KEY.mailbox, (), limits.RETRY_S)
    push(world, first, [1])
    world.settle()
    assert len(said(newcomer, Deliver)) == 1
    # Another line has places of its own.
    assert [peer.dropped for peer in _crowd(world, 4, key=KEYS[1])] == [None] * 4


def test_one_place_can_not_take_a_line_from_another() -> None:
    """A thief with the key follows over as many links as it likes: honest devices elsewhere stay, and come anew."""
    world = World(Policy(followers_max=8))
    honest = [joined(world, share=Share(b"home")), joined(world, share=Share(b"away"))]
    thief = _crowd(world, 50, share=Share(b"thief"))
    honest.append(joined(world, share=Share(b"home")))
    thief += _crowd(world, 50, share=Share(b"thief"))
    push(world, honest[0], [1])
    world.settle()
    assert [peer.dropped for peer in honest] == [None] * 3
    assert sum(peer.dropped is None for peer in thief) == 5


def test_who_was_there_before_a_flood_is_spared() -> None:
    """Also where nobody can tell one place from another: who was there stays, and who comes is let in each time."""
    world = World(Policy(followers_max=8))
    honest = _crowd(world, 3)
    _crowd(world, 100)
    late = joined(world)
    assert late.state(KEY.mailbox) is State.FOLLOWING
    push(world, late, [1])
    world.settle()
    assert [peer.dropped for peer in (*honest, late)] == [None] * 4
    assert all(len(said(peer, Deliver)) == 1 for peer in honest)


def test_who_was_left_behind_takes_no_place() -> None:
    """With the key of a closed log one finds its end, over however many links; at the open one nobody makes room."""
    world = World(Policy(followers_max=4))
    members = _crowd(world, 4, key=KEYS[0])
    assert isinstance(opened(world, members[0], KEYS[1], sponsor=KEYS[0]), Head)
    close(world, members[0], KEYS[0], towards=KEYS[1])
    world.settle()
    for peer in members:
        if peer is not members[0]:
            world.prove(peer, KEYS[1])
            world.settle()
        follow(world, peer, KEYS[1])
    world.settle()
    behind = [world.connect() for _ in range(9)]
    for peer in behind:
        world.prove(peer, KEYS[0])
        world.settle()
        follow(world, peer, KEYS[0])
        # It takes nothing of what comes, so its end does not come either.
        world.settle_store()
    assert [peer.dropped for peer in members] == [None] * 4
    assert [peer.state(KEYS[1].mailbox) for peer in members] == [State.FOLLOWING] * 4


def test_link_takes_one_place_for_all_logs_of_a_line() -> None:
    """A device that follows old logs beside the last one is one of the followers, until it follows none of them."""
    world = World(Policy(followers_max=4))
    device, other = joined(world, KEYS[0]), joined(world, KEYS[0])
    for key in KEYS[1:]:
        opened(world, device, key, sponsor=KEYS[0])
        follow(world, device, key)
        world.settle()
    assert [peer.dropped for peer in _crowd(world, 2)] == [None] * 2
    (crowd,) = world.hub._desk.parties.values()
    assert len(crowd) == 4
    world.disconnect(device)
    assert (len(crowd), other.dropped) == (3, None)
    for peer in world.peers:
        world.disconnect(peer)
    assert world.hub._desk.parties == {}
    assert len(world.hub._desk.strangers) == 0


def test_bound_that_is_lowered_sends_nobody_away() -> None:
    """Whoever follows when the bound is lowered stays; who comes after that takes a place."""
    world = World(Policy(followers_max=8))
    there = _crowd(world, 6)
    world.hub.allow(Policy(followers_max=4))
    assert [peer.dropped for peer in there] == [None] * 6
    joined(world)
    assert [peer.dropped is None for peer in there].count(False) == 1
