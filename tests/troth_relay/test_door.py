"""Who proves a key gets in, who does not learns nothing, and guessing ends."""

import sys
from itertools import count
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.contracts.relay_client import Key, envelope
from tests.contracts.relay_world import KEY, KEYS, Peer, World, close, follow, joined, opened, push, reasons, said
from troth_relay import limits, workers
from troth_relay.admission import BRIEF_RATE, Policy, Rate, pass_hash
from troth_relay.requests import DropReason
from troth_relay.shares import Share
from troth_relay.store import Denial, Log, Pass
from troth_wire.ids import Lineage
from troth_wire.limits import (
    FRAME_BYTES_MAX,
    LINK_MAILBOXES_MAX,
    MEETING_LIFE_S,
    RENDEZVOUS_LIFE_S,
    RENDEZVOUS_PARTICIPANTS_MAX,
    RENDEZVOUS_RECORD_BYTES,
    RENDEZVOUS_RECORDS_MAX,
)
from troth_wire.messages import Create, Head, MailboxKind, Message, Reason, Refuse
from troth_wire.session import State


def test_bad_proof_learns_nothing() -> None:
    """A wrong proof is refused alike for known and unknown mailboxes, without asking the store."""
    world = World()
    joined(world)
    stranger = world.connect()
    for key in KEYS[:2]:
        world.forge(stranger, key)
    assert world.reads == []
    assert reasons(stranger) == [Reason.BAD_PROOF, Reason.BAD_PROOF]


def test_proof_for_another_host_is_bad() -> None:
    """What was signed for another relay's name does not count here."""
    world = World()
    peer = world.connect()
    world.send(peer, KEY.prove(peer.challenge, host="evil.test:443"))
    assert reasons(peer) == [Reason.BAD_PROOF]


def test_guessing_is_bounded() -> None:
    """After a few bad proofs the connection is dropped."""
    world = World()
    peer = world.connect()
    for _ in range(limits.LINK_FAULTS_MAX):
        world.forge(peer, KEY)
    assert peer.dropped is DropReason.MISUSE


def test_mailboxes_of_a_link_are_bounded() -> None:
    """A connection proves so many mailboxes and no more."""
    world = World()
    peer = world.connect()
    for number in range(LINK_MAILBOXES_MAX + 1):
        world.prove(peer, Key.numbered(100 + number))
        world.settle()
    assert reasons(peer) == [Reason.UNKNOWN_MAILBOX] * LINK_MAILBOXES_MAX + [Reason.RATE]


def test_pass_is_asked_for_where_there_are_passes() -> None:
    """A relay with passes creates for who holds one, and refuses everybody else."""
    world = World(Policy(passes=frozenset([pass_hash(b"open sesame")])))
    peer = world.connect()
    world.prove(peer, KEY)
    world.settle()
    world.send(peer, Create(KEY.mailbox, b"open barley"))
    world.settle()
    assert reasons(peer) == [Reason.UNKNOWN_MAILBOX, Reason.BAD_PASS]
    assert world.store.look(KEY.mailbox) is None
    joined(world, admission=b"open sesame")


def test_creation_has_a_rate() -> None:
    """Once too many mailboxes were opened, the next client is told how long to wait."""
    world = World(Policy(creation_rate=Rate(per_s=0.1, burst=1)))
    joined(world)
    peer = world.connect()
    world.prove(peer, KEYS[1])
    world.settle()
    world.send(peer, Create(KEYS[1].mailbox, b""))
    assert said(peer, Refuse)[-1] == Refuse(Reason.RATE, KEYS[1].mailbox, (), 10)


def test_unreadable_store_is_busy() -> None:
    """While the store can not be read, a good proof is answered with when to try again, and may be repeated."""
    world = World()
    peer = world.connect()
    world.disk.damaged = True
    world.prove(peer, KEY)
    world.settle()
    assert said(peer, Refuse) == [Refuse(Reason.BUSY, KEY.mailbox, (), limits.RETRY_S)]
    world.disk.damaged = False
    world.prove(peer, KEY)
    world.settle()
    assert reasons(peer)[-1] is Reason.UNKNOWN_MAILBOX


def _open(world: World, peer: Peer, key: Key, kind: MailboxKind, *, sponsor: Key | None = None) -> Refuse | Head:
    """Prove a mailbox that is unknown and ask for it; return the answer."""
    world.prove(peer, key)
    world.settle()
    assert peer.state(key.mailbox) is State.UNKNOWN
    world.send(peer, Create(key.mailbox, b"", kind, sponsor.mailbox if sponsor else None))
    world.settle()
    answer = peer.received[-1]
    assert isinstance(answer, Refuse | Head)
    return answer


def _reason(answer: Message) -> Reason | None:
    return answer.reason if isinstance(answer, Refuse) else None


def _closed() -> World:
    """A closed relay that knows one pass, for two logs with a room of their own."""
    world = World(Policy(closed=True, creation_rate=Rate(per_s=0.001, burst=3)))
    world.store.add_pass(Pass(pass_hash(b"open sesame"), uses=2, ends_s=100, quota_bytes=5_000), now_s=0)
    return world


def _create(world: World, key: Key, admission: bytes) -> Peer:
    peer = world.connect()
    world.prove(peer, key)
    world.settle()
    world.send(peer, Create(key.mailbox, admission))
    world.settle()
    return peer


def test_pass_of_the_store_is_used_up() -> None:
    """A pass that the store knows opens as many logs as it has uses, and then none."""
    world = _closed()
    assert [bool(said(_create(world, key, b"open sesame"), Head)) for key in KEYS] == [True, True, False]
    assert all(world.store.look(key.mailbox) for key in KEYS[:2])
    assert world.store.look(KEYS[2].mailbox) is None


def test_pass_does_not_outlive_its_end() -> None:
    """At its end, and not before, a pass opens nothing more."""
    world = _closed()
    world.entropy.time_s = 99
    assert said(_create(world, KEYS[0], b"open sesame"), Head)
    world.entropy.time_s = 100
    assert Reason.BAD_PASS in reasons(_create(world, KEYS[1], b"open sesame"))


@pytest.mark.parametrize("admission", [b"", b"open", b"open sesame ", pass_hash(b"open sesame")])
def test_wrong_pass_is_refused_and_spends_nobodys_rate(admission: bytes) -> None:
    """However many wrong passes are tried, who has the right one can create; and trying is a fault of the link."""
    world = _closed()
    for _ in range(10):
        peer = _create(world, KEY, admission)
        assert Reason.BAD_PASS in reasons(peer)
    assert world.store.look(KEY.mailbox) is None
    assert said(_create(world, KEY, b"open sesame"), Head)
    guesser = world.connect()
    world.prove(guesser, KEYS[1])
    world.settle()
    for _ in range(limits.LINK_FAULTS_MAX):
        world.send(guesser, Create(KEYS[1].mailbox, admission))
        world.settle()
    assert guesser.dropped is DropReason.MISUSE


def test_what_is_kept_out_gives_back_only_what_it_spent() -> None:
    """A mailbox that the operator keeps out is refused like a wrong pass, and asking for it wins nobody a creation."""
    world = World(Policy(creation_rate=Rate(per_s=0.001, burst=1)))
    peer = joined(world)
    for kind, sponsor in ((MailboxKind.LOG, KEY.mailbox), (MailboxKind.RENDEZVOUS, None)):
        world.prove(peer, KEYS[1])
        world.settle()
        world.send(peer, Create(KEYS[1].mailbox, b"", kind, sponsor))
        (asked,) = world.writes
        world.writes.clear()
        world.report([[(asked, Denial.UNADMITTED)]])
        assert reasons(peer)[-1] is Reason.BAD_PASS
    assert Reason.RATE in reasons(_create(world, KEYS[2], b""))


def test_mailbox_that_is_there_by_now_uses_no_pass() -> None:
    """Two devices that create one mailbox at the same time use the pass once."""
    world = _closed()
    first, second = world.connect(), world.connect()
    for peer in (first, second):
        world.prove(peer, KEY)
    world.settle()
    for peer in (first, second):
        world.send(peer, Create(KEY.mailbox, b"open sesame"))
    world.settle()
    assert said(first, Head)
    assert said(second, Head)
    assert [each.uses for each in world.disk.passes.values()] == [1]


def test_room_of_a_pass_counts() -> None:
    """A log has the room that its pass gave it, whatever everybody else has."""
    world = _closed()
    peer = joined(world, admission=b"open sesame")
    push(world, peer, [1, 2], size=4_000)
    world.settle()
    assert Reason.QUOTA in reasons(peer)


def test_list_lets_in_what_is_on_it_and_what_follows() -> None:
    """Only what is on the list begins a line, whatever pass comes; what follows it, and meetings, need not be on it."""
    listed, other, later = KEYS
    world = World(Policy(allowed=frozenset({listed.mailbox}), passes=frozenset([pass_hash(b"open sesame")])))
    peer = world.connect()
    assert _reason(opened(world, peer, other, admission=b"open sesame")) is Reason.BAD_PASS
    assert isinstance(_open(world, peer, listed, MailboxKind.LOG), Head)
    assert isinstance(opened(world, peer, later, sponsor=listed), Head)
    assert isinstance(_open(world, world.connect(), other, MailboxKind.RENDEZVOUS), Head)
    # Who is taken off the list keeps what they opened, and it leads on.
    world.hub.allow(Policy(allowed=frozenset()))
    again = world.connect()
    world.prove(again, listed)
    world.settle()
    assert isinstance(again.received[-1], Head)
    assert isinstance(opened(world, again, Key.numbered(9), sponsor=listed), Head)
    assert _reason(_open(world, again, Key.numbered(10), MailboxKind.LOG)) is Reason.BAD_PASS


def test_rendezvous_needs_no_pass() -> None:
    """Where a log needs a pass, a rendezvous is opened by anybody."""
    world = World(Policy(passes=frozenset([pass_hash(b"open sesame")])))
    assert isinstance(_open(world, world.connect(), KEY, MailboxKind.RENDEZVOUS), Head)
    assert _reason(_open(world, world.connect(), KEYS[1], MailboxKind.LOG)) is Reason.BAD_PASS


def test_taken_number_is_drawn_again() -> None:
    """Creating a rendezvous that there is by now is refused as taken; entering it is proving again."""
    world = World()
    host, late = world.connect(), world.connect()
    world.prove(late, KEY)
    world.settle()
    _open(world, host, KEY, MailboxKind.RENDEZVOUS)
    world.send(late, Create(KEY.mailbox, b"", MailboxKind.RENDEZVOUS))
    world.settle()
    assert reasons(late)[-1] is Reason.TAKEN
    world.prove(late, KEY)
    world.settle()
    assert isinstance(late.received[-1], Head)


@pytest.mark.parametrize("kind", [MailboxKind.RENDEZVOUS, MailboxKind.MEETING])
def test_log_in_place_of_a_brief_mailbox_is_opened(kind: MailboxKind) -> None:
    """Whoever asked for a log too late for that gets it: the brief mailbox ends, and those who use it are told."""
    world = World()
    member, late = joined(world, KEYS[1]), world.connect()
    world.prove(late, KEY)
    world.settle()
    assert isinstance(opened(world, member, KEY, kind=kind, sponsor=KEYS[1]), Head)
    follow(world, member)
    world.settle()
    push(world, member, [1], size=RENDEZVOUS_RECORD_BYTES)
    world.settle()
    assert isinstance(opened(world, late, KEY), Head)
    assert said(member, Refuse)[-1] == Refuse(Reason.EXPIRED, KEY.mailbox, (), 0)
    assert world.log(KEY.mailbox) == []
    follow(world, late)
    world.settle()
    push(world, late, [2])
    push(world, member, [3], size=RENDEZVOUS_RECORD_BYTES)
    world.settle()
    assert world.log(KEY.mailbox) == [envelope(2)]
    assert reasons(member)[-1] is Reason.EXPIRED


@pytest.mark.parametrize("squatters", [1, 2])
def test_nobody_squats_on_the_place_of_a_log(squatters: int) -> None:
    """A brief mailbox that is there first, and full, keeps nobody who proves its key from opening a log instead."""
    world = World()
    peers = [joined(world, KEY, kind=MailboxKind.RENDEZVOUS) for _ in range(squatters)]
    honest = world.connect()
    world.prove(honest, KEY)
    world.settle()
    assert honest.state(KEY.mailbox) is (State.PROVEN if squatters == 1 else State.UNKNOWN)
    assert isinstance(opened(world, honest, KEY), Head)
    follow(world, honest)
    world.settle()
    assert honest.state(KEY.mailbox) is State.FOLLOWING
    assert [reasons(peer)[-1] for peer in peers] == [Reason.EXPIRED] * squatters
    log = world.store.look(KEY.mailbox)
    assert log is not None
    assert log.kind is MailboxKind.LOG


def test_page_of_the_log_is_not_for_who_met_before_it() -> None:
    """What is read for a follower of a brief mailbox after a log has taken its place does not reach that follower."""
    world = World()
    squatter = joined(world, KEY, kind=MailboxKind.RENDEZVOUS)
    for number in range(RENDEZVOUS_RECORDS_MAX - 1):
        push(world, squatter, [number], size=RENDEZVOUS_RECORD_BYTES)
    world.settle_store()
    late = world.connect()
    world.prove(late, KEY)
    world.settle_store()
    follow(world, late)
    lineage = Lineage(b"n" * 16)
    assert isinstance(world.store.create(KEY.mailbox, lineage=lineage, day=0), Log)
    world.settle()
    assert reasons(late) == [Reason.ROLLED_BACK]


def test_asking_for_a_log_that_is_proven_costs_nothing() -> None:
    """Whoever proved a log may ask for it all the same, and is answered like before, without a pass or a rate."""
    world = World(Policy(passes=frozenset([pass_hash(b"open sesame")]), creation_rate=Rate(per_s=0.001, burst=1)))
    joined(world, admission=b"open sesame")
    peer = world.connect()
    world.prove(peer, KEY)
    world.settle()
    answers = [opened(world, peer, KEY), opened(world, peer, KEY, sponsor=KEY)]
    assert answers == [said(peer, Head)[0]] * 2


def test_log_that_was_taken_away_can_be_asked_for_anew() -> None:
    """Whoever asks for a log that they proved, and that is gone, is told to come again, and then opens it."""
    world = World()
    peer = world.connect()
    assert isinstance(opened(world, peer, KEY), Head)
    del world.disk.mailboxes[KEY.mailbox]
    assert opened(world, peer, KEY) == Refuse(Reason.BUSY, KEY.mailbox, (), limits.BRIEF_RETRY_S)
    assert isinstance(opened(world, peer, KEY), Head)


def test_who_is_refused_proves_again() -> None:
    """A link that was in a brief mailbox and is refused a log there has not lost it: it proves once more."""
    world = World(Policy(passes=frozenset([pass_hash(b"open sesame")])))
    peer = world.connect()
    assert isinstance(_open(world, peer, KEY, MailboxKind.RENDEZVOUS), Head)
    assert _reason(opened(world, peer, KEY)) is Reason.BAD_PASS
    assert world.hub._desk.participants == {}
    world.prove(peer, KEY)
    world.settle()
    assert isinstance(peer.received[-1], Head)
    assert set(world.hub._desk.participants) == {KEY.mailbox}


def test_third_participant_is_refused() -> None:
    """Two links use a rendezvous at a time; a third is refused until one of them is gone."""
    world = World()
    host, guest, third = (world.connect() for _ in range(3))
    _open(world, host, KEY, MailboxKind.RENDEZVOUS)
    for peer in (guest, third):
        world.prove(peer, KEY)
        world.settle()
    assert (reasons(guest), reasons(third)) == ([], [Reason.TAKEN])
    assert third.state(KEY.mailbox) is State.UNKNOWN
    world.disconnect(guest)
    world.prove(third, KEY)
    world.settle()
    assert isinstance(third.received[-1], Head)


def test_log_has_room_for_many() -> None:
    """As many links use a log as there are devices."""
    world = World()
    peers = [joined(world) for _ in range(5)]
    assert [peer.dropped for peer in peers] == [None] * 5


def test_invitation_needs_a_sponsor() -> None:
    """An invitation is opened only for a log that this very link has proven, with a pass or without."""
    world = World()
    member, stranger = joined(world, KEY), world.connect()
    for sponsor in (None, KEY, KEYS[2]):
        answer = _open(world, stranger, Key.numbered(50 + (sponsor is KEY)), MailboxKind.INVITATION, sponsor=sponsor)
        assert _reason(answer) is Reason.UNSPONSORED
        stranger = world.connect()
    assert isinstance(_open(world, member, KEYS[1], MailboxKind.INVITATION, sponsor=KEY), Head)


def test_a_sponsor_that_nobody_asked_for_is_not_kept() -> None:
    """A rendezvous that names a log which was not proven leaves no trace of it, and spends nothing of it."""
    world = World()
    assert isinstance(_open(world, world.connect(), KEYS[1], MailboxKind.RENDEZVOUS, sponsor=KEY), Head)
    assert world.disk.mailboxes[KEYS[1].mailbox].sponsor is None


def test_only_a_log_sponsors() -> None:
    """A rendezvous, which anybody may open, sponsors nothing."""
    world = World()
    peer = world.connect()
    _open(world, peer, KEY, MailboxKind.RENDEZVOUS)
    assert _reason(_open(world, peer, KEYS[1], MailboxKind.INVITATION, sponsor=KEY)) is Reason.UNSPONSORED


def test_sponsoring_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that has sponsored as many invitations as it may is refused another."""
    monkeypatch.setattr(limits, "SPONSORED_MAX", 1)
    world = World()
    member = joined(world)
    _open(world, member, KEYS[1], MailboxKind.INVITATION, sponsor=KEY)
    assert _reason(_open(world, member, KEYS[2], MailboxKind.INVITATION, sponsor=KEY)) is Reason.QUOTA


def test_meeting_needs_a_sponsor_and_no_pass() -> None:
    """A meeting is opened only for a log that this very link has proven, and whoever comes later enters it."""
    world = World(Policy(passes=frozenset([pass_hash(b"open sesame")])))
    member = joined(world, admission=b"open sesame")
    strangers = [world.connect() for _ in range(2)]
    for stranger, sponsor in zip(strangers, (None, KEY), strict=True):
        answer = _open(world, stranger, KEYS[1], MailboxKind.MEETING, sponsor=sponsor)
        assert _reason(answer) is Reason.UNSPONSORED
    late = world.connect()
    for peer in (member, late):
        world.prove(peer, KEYS[1])
    world.prove(late, KEY)
    world.settle()
    heads = [opened(world, peer, KEYS[1], kind=MailboxKind.MEETING, sponsor=KEY) for peer in (member, late)]
    assert isinstance(heads[0], Head)
    assert heads[1] == heads[0]


def test_meeting_has_room_for_any_number_of_links() -> None:
    """However many links are in a meeting, another gets in, and all hear what is left there."""
    world = World()
    member = joined(world)
    opened(world, member, KEYS[1], kind=MailboxKind.MEETING, sponsor=KEY)
    peers = [joined(world, KEYS[1]) for _ in range(4)]
    push(world, peers[0], [1], key=KEYS[1])
    world.settle()
    assert [peer.expected[KEYS[1].mailbox] for peer in peers] == [2] * 4


def test_meeting_sponsors_nothing() -> None:
    """Only a log sponsors: a meeting begins no line, and leads to no other meeting."""
    world = World()
    member = joined(world)
    opened(world, member, KEYS[1], kind=MailboxKind.MEETING, sponsor=KEY)
    for kind in (MailboxKind.LOG, MailboxKind.MEETING, MailboxKind.INVITATION):
        assert _reason(opened(world, member, KEYS[2], kind=kind, sponsor=KEYS[1])) is Reason.UNSPONSORED


def test_meetings_of_a_line_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line has so many meetings; one that there is can be entered all the same."""
    monkeypatch.setattr(workers, "MEETINGS_MAX", 1)
    world = World()
    member = joined(world)
    assert isinstance(opened(world, member, KEYS[1], kind=MailboxKind.MEETING, sponsor=KEY), Head)
    assert _reason(opened(world, member, KEYS[2], kind=MailboxKind.MEETING, sponsor=KEY)) is Reason.QUOTA
    assert isinstance(opened(world, member, KEYS[1], kind=MailboxKind.MEETING, sponsor=KEY), Head)


def test_meeting_ends_after_half_a_year() -> None:
    """A meeting stays for its time, kept to the day, and then it ends for all who are there."""
    world = World()
    member = joined(world)
    world.tick(3_600)
    opened(world, member, KEYS[1], kind=MailboxKind.MEETING, sponsor=KEY)
    follow(world, member, KEYS[1])
    world.settle()
    log = world.store.look(KEYS[1].mailbox)
    assert log is not None
    assert log.ends_s == MEETING_LIFE_S + limits.MEETING_STEP_S
    world.tick(MEETING_LIFE_S + limits.MEETING_STEP_S - 3_601)
    world.settle()
    assert reasons(member)[-1] is not Reason.EXPIRED
    world.tick(1)
    world.settle()
    assert said(member, Refuse)[-1] == Refuse(Reason.EXPIRED, KEYS[1].mailbox, (), 0)


def test_meeting_of_before_makes_room_first() -> None:
    """While a meeting that has ended waits to be deleted, the next is told to come again, and then gets in."""
    world = World()
    member = joined(world)
    opened(world, member, KEYS[1], kind=MailboxKind.MEETING, sponsor=KEY)
    world.disconnect(member)
    world.entropy.time_s = MEETING_LIFE_S
    late = joined(world)
    answer = opened(world, late, KEYS[1], kind=MailboxKind.MEETING, sponsor=KEY)
    assert answer == Refuse(Reason.BUSY, KEYS[1].mailbox, (), limits.BRIEF_RETRY_S)
    world.tick(MEETING_LIFE_S)
    world.settle()
    assert isinstance(opened(world, late, KEYS[1], kind=MailboxKind.MEETING, sponsor=KEY), Head)


def test_successor_needs_a_proven_log_and_no_pass() -> None:
    """A log is opened in a line for whoever proved a log of it over this link, without a pass; nobody else's is."""
    world = World(Policy(passes=frozenset([pass_hash(b"open sesame")]), creation_rate=Rate(per_s=0.001, burst=1)))
    member, stranger = joined(world, admission=b"open sesame"), world.connect()
    assert _reason(opened(world, stranger, KEYS[1], sponsor=KEY)) is Reason.UNSPONSORED
    # With a pass too: what was asked for was another line.
    answer = opened(world, world.connect(), KEYS[1], sponsor=KEY, admission=b"open sesame")
    assert _reason(answer) is Reason.UNSPONSORED
    assert isinstance(opened(world, member, KEYS[1], sponsor=KEY), Head)
    logs = [world.store.look(key.mailbox) for key in KEYS[:2]]
    assert len({log.line for log in logs if log}) == 1


def test_openings_of_a_line_have_a_rate() -> None:
    """A line opens so many logs at once, over whichever link and log, and then one each time so long has passed."""
    world = World()
    peers = [joined(world), joined(world)]
    for number in range(limits.LINE_BURST):
        key = Key.numbered(300 + number)
        assert isinstance(opened(world, peers[number % 2], key, sponsor=KEY), Head)
    late = Key.numbered(400)
    for sponsor in (KEY, Key.numbered(300)):
        answer = opened(world, peers[0], late, sponsor=sponsor)
        assert answer == Refuse(Reason.RATE, late.mailbox, (), limits.LINE_OPENING_S)
    other = joined(world, KEYS[1])
    assert isinstance(opened(world, other, KEYS[2], sponsor=KEYS[1]), Head)
    world.tick(limits.LINE_OPENING_S)
    assert isinstance(opened(world, peers[0], late, sponsor=KEY), Head)
    assert _reason(opened(world, peers[0], Key.numbered(401), sponsor=KEY)) is Reason.RATE


def test_who_was_left_behind_spends_nothing_of_the_others() -> None:
    """However much is asked for with a closed log of a line, whoever has an open one opens what comes next."""
    world = World()
    member, thief = joined(world), world.connect()
    world.prove(thief, KEY)
    world.settle()
    opened(world, member, KEYS[1], sponsor=KEY)
    close(world, member, towards=KEYS[1])
    world.settle()
    answers = [opened(world, thief, Key.numbered(300 + number), sponsor=KEY) for number in range(limits.LINE_BURST + 1)]
    assert _reason(answers[-1]) is Reason.RATE
    assert isinstance(opened(world, member, KEYS[2], sponsor=KEYS[1]), Head)
    assert _reason(opened(world, member, Key.numbered(400), sponsor=KEY)) is Reason.RATE


def test_what_is_known_of_a_log_goes_with_the_last_link() -> None:
    """The hub knows a log as long as somebody here has proven it, and that it is closed once anybody was told."""
    world = World()
    first, late = joined(world), world.connect()
    world.prove(late, KEY)
    world.read()
    close(world, first)
    world.commit()
    world.report(world.write_reports)
    world.report(world.read_reports)
    world.settle()
    logs = world.hub._desk.logs
    assert [known.closed for known in logs.values()] == [True]
    for peer in (first, late):
        world.disconnect(peer)
    assert dict(logs) == {}


def test_rates_of_lines_are_forgotten() -> None:
    """When a line may open as much as ever, nothing is kept of its rate."""
    world = World()
    opened(world, joined(world), KEYS[1], sponsor=KEY)
    assert len(world.hub._door._lines) == 1
    world.tick(limits.LINE_OPENING_S)
    assert world.hub._door._lines == {}


def test_what_is_kept_of_a_proven_mailbox_is_little() -> None:
    """A link that follows as many mailboxes as it may costs the relay less memory than one frame."""
    world = World()
    member = joined(world)
    keys = [Key.numbered(600 + number) for number in range(LINK_MAILBOXES_MAX - 1)]
    for key in keys:
        assert isinstance(world.store.create(key.mailbox, lineage=Lineage(b"l" * 16), day=0), Log)
        world.prove(member, key)
        world.settle()
        follow(world, member, key)
        world.settle()
        member.received.clear()
    link = world.hub._desk.links[member.connection]
    parts = [link.states, link.kinds, link.logs, link.followers, *link.logs.values()]
    parts += [world.hub._desk.followers[key.mailbox] for key in keys]
    kept = sum(map(sys.getsizeof, [*parts, *link.followers.values(), *map(bytes, link.states)]))
    assert len(link.followers) == LINK_MAILBOXES_MAX
    assert kept < FRAME_BYTES_MAX


def test_openings_of_a_link_have_a_rate() -> None:
    """One link opens a few brief mailboxes at once and is then told how long to wait."""
    world = World()
    peer = world.connect()
    answers = [
        _open(world, peer, Key.numbered(70 + number), MailboxKind.RENDEZVOUS)
        for number in range(limits.LINK_BRIEF_BURST + 1)
    ]
    assert [_reason(answer) for answer in answers] == [None] * limits.LINK_BRIEF_BURST + [Reason.RATE]
    assert answers[-1] == Refuse(Reason.RATE, answers[-1].mailbox, (), limits.LINK_BRIEF_S)


def test_openings_have_a_rate_of_their_own() -> None:
    """Brief mailboxes have a rate at the relay, and what they spend of it logs still have."""
    world = World(Policy(brief_rate=Rate(per_s=0.1, burst=1)))
    assert isinstance(_open(world, world.connect(), KEY, MailboxKind.RENDEZVOUS), Head)
    late = world.connect(Share(b"elsewhere"))
    assert _open(world, late, KEYS[1], MailboxKind.RENDEZVOUS) == Refuse(Reason.RATE, KEYS[1].mailbox, (), 10)
    assert isinstance(_open(world, late, KEYS[2], MailboxKind.LOG), Head)


def test_nobody_opens_more_than_half_of_the_meetings() -> None:
    """Whoever opens brief mailboxes from one place over many links leaves half of the rate to all others."""
    world = World(Policy(brief_rate=Rate(per_s=1, burst=8)))
    numbers = count(300)
    for share, heads in ((b"flood", 4), (b"flood", 0), (b"elsewhere", 4)):
        answers = [
            _open(world, world.connect(Share(share)), Key.numbered(next(numbers)), MailboxKind.RENDEZVOUS)
            for _ in range(6)
        ]
        assert sum(isinstance(answer, Head) for answer in answers) == heads
        assert all(answer.reason is Reason.RATE for answer in answers if isinstance(answer, Refuse))
    world.tick(20)
    world.settle()
    assert isinstance(_open(world, world.connect(Share(b"flood")), Key.numbered(1), MailboxKind.RENDEZVOUS), Head)
    world.tick(20)
    assert world.hub._door._openings._shares == {}


def test_nobody_fills_the_meetings_from_one_place() -> None:
    """What one place may open for as long as a rendezvous lives is fewer than there may be, so some are left."""
    part = BRIEF_RATE.part(limits.SHARE_PERCENT)
    assert part.burst + part.per_s * (RENDEZVOUS_LIFE_S + limits.RENDEZVOUS_STEP_S) < limits.BRIEF_MAX
    world = World(Policy(brief_rate=Rate(per_s=1, burst=8)))
    opened = 0
    for number in range(40):
        world.tick(1)
        link = world.connect(Share(b"flood"))
        opened += isinstance(_open(world, link, Key.numbered(500 + number), MailboxKind.RENDEZVOUS), Head)
    assert opened <= 4 + 40 / 2


def test_nobody_takes_all_the_logs_that_everybody_may_open() -> None:
    """Where registration is open, who opens logs from one place leaves half of what there is at once to all others."""
    keys = [Key.numbered(number) for number in range(400, 414)]
    for allowed, heads in ((None, [4, 4]), (frozenset(key.mailbox for key in keys), [8, 0])):
        # Who is on a list was let in by name, and everybody else on it may be behind the same address.
        world = World(Policy(creation_rate=Rate(per_s=1, burst=8), allowed=allowed))
        flood, elsewhere = world.connect(Share(b"flood")), world.connect(Share(b"elsewhere"))
        answers = [[_open(world, flood, key, MailboxKind.LOG) for key in keys[:9]]]
        answers += [[_open(world, elsewhere, key, MailboxKind.LOG) for key in keys[9:]]]
        assert [sum(isinstance(answer, Head) for answer in some) for some in answers] == heads


def test_brief_mailboxes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """When there are as many as there may be, the next client is told when to come again; an end makes room."""
    monkeypatch.setattr(limits, "BRIEF_MAX", 1)
    world = World()
    _open(world, world.connect(), KEY, MailboxKind.RENDEZVOUS)
    late = world.connect()
    answer = _open(world, late, KEYS[1], MailboxKind.RENDEZVOUS)
    assert answer == Refuse(Reason.BUSY, KEYS[1].mailbox, (), limits.BRIEF_RETRY_S)
    world.tick(RENDEZVOUS_LIFE_S)
    world.settle()
    assert isinstance(_open(world, world.connect(), KEYS[1], MailboxKind.RENDEZVOUS), Head)


RECORD: Final = RENDEZVOUS_RECORD_BYTES
ROOM: Final = [Key.numbered(number) for number in (201, 202)]


class Meetings(RuleBasedStateMachine):
    """People come to two rendezvous, speak and go, at any time and in any order."""

    @initialize()
    def begin(self) -> None:
        """Begin with nobody there."""
        self.world = World(Policy(brief_rate=Rate(per_s=10, burst=10**6)))
        self.numbers = 0

    def _peer(self, pick: int) -> Peer | None:
        live = [peer for peer in self.world.peers if not peer.gone and peer.dropped is None]
        return live[pick % len(live)] if live else None

    @rule()
    def connect(self) -> None:
        """Somebody connects."""
        if sum(not peer.gone for peer in self.world.peers) < 6:
            self.world.connect()

    @rule(pick=st.integers(0, 5), key=st.sampled_from(ROOM))
    def advance(self, pick: int, key: Key) -> None:
        """Somebody does what comes next."""
        peer = self._peer(pick)
        if peer is None:
            return
        match peer.state(key.mailbox):
            case State.GREETED:
                self.world.prove(peer, key)
            case State.UNKNOWN:
                self.world.send(peer, Create(key.mailbox, b"", MailboxKind.RENDEZVOUS))
            case State.PROVEN if (log := self.world.store.look(key.mailbox)) is not None:
                follow(self.world, peer, key, after=pick % (log.position + 1))
        self.world.settle()

    @rule(pick=st.integers(0, 5), key=st.sampled_from(ROOM), size=st.sampled_from([RECORD, RECORD, RECORD + 1]))
    def push(self, pick: int, key: Key, size: int) -> None:
        """Somebody says something."""
        peer = self._peer(pick)
        if peer is not None and peer.state(key.mailbox) is State.FOLLOWING:
            self.numbers += 1
            push(self.world, peer, [self.numbers], size=size, key=key)
            self.world.settle()

    @rule(pick=st.integers(0, 5))
    def disconnect(self, pick: int) -> None:
        """Somebody goes."""
        peer = self._peer(pick)
        if peer is not None:
            self.world.disconnect(peer)

    @rule(seconds=st.sampled_from([1, 5, 29, 300]))
    def tick(self, seconds: float) -> None:
        """Time passes."""
        self.world.tick(seconds)
        self.world.settle()

    @invariant()
    def bounds_hold(self) -> None:
        """There are two at a time, records of one size and so many of them, and nobody is in what has ended."""
        desk, now_s = self.world.hub._desk, self.world.entropy.time_s
        for mailbox, links in desk.participants.items():
            assert 0 < len(links) <= RENDEZVOUS_PARTICIPANTS_MAX
            assert all(mailbox in desk.links[connection].kinds for connection in links)
        for mailbox, stored in self.world.disk.mailboxes.items():
            assert stored.log.ends_s is not None
            assert stored.log.ends_s <= now_s + RENDEZVOUS_LIFE_S + limits.RENDEZVOUS_STEP_S
            log = self.world.log(mailbox)
            assert len(log) <= RENDEZVOUS_RECORDS_MAX
            assert {len(record) for record in log} <= {RECORD}

    def teardown(self) -> None:
        """After its time nothing is left of any of them."""
        self.world.tick(RENDEZVOUS_LIFE_S + limits.RENDEZVOUS_STEP_S)
        self.world.settle()
        assert self.world.disk.mailboxes == {}
        assert self.world.hub._desk.participants == {}


TestMeetings = Meetings.TestCase
TestMeetings.settings = settings(stateful_step_count=60)
