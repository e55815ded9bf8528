"""What every store of the relay must keep, as one suite; a backend's own test module subclasses it.

A `Bench` holds a store under test and can do to it what the world does: end it, kill it, fill its disk.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import pytest

from tests.contracts.relay_client import envelope
from troth_relay.admission import cost
from troth_relay.limits import ENTRY_OVERHEAD_BYTES
from troth_relay.store import Appended, Batch, Brief, Closing, Denial, LineId, Log, Page, Pass, Store, Ticket
from troth_wire.errors import FullError
from troth_wire.ids import Lineage, MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MAX, ENVELOPE_BYTES_MIN, FORWARD_BYTES
from troth_wire.log import advance, envelope_id, origin
from troth_wire.messages import MailboxKind

__all__ = [
    "DAY",
    "FORWARD",
    "LINEAGE",
    "A",
    "B",
    "Bench",
    "RelayStoreContract",
    "batch",
    "brief",
    "close",
    "open_",
    "open_brief",
    "read_all",
]

A: Final = MailboxId(b"a" * 32)
B: Final = MailboxId(b"b" * 32)
NOBODY: Final = MailboxId(b"?" * 32)
LINEAGE: Final = Lineage(b"l" * 16)
PLENTY: Final = 2**40
FORWARD: Final = b"forward".ljust(FORWARD_BYTES, b"\xf0")
FORWARD_COST: Final = FORWARD_BYTES + ENTRY_OVERHEAD_BYTES
DAY: Final = 20_000
DAY_HOURS: Final = 24


class Bench(Protocol):
    """A store, and the world around it."""

    store: Store

    def reopen(self) -> None:
        """Close the store and open it again."""

    def killed_after(self, acknowledged: int) -> int:
        """Append envelopes 0, 1, 2, … to A one by one in a store that dies without warning.

        It dies at some moment after that many were acknowledged; the store is then open again.

        Returns:
            How many were acknowledged.
        """

    def fill(self) -> None:
        """Leave no room on the disk."""

    def make_room(self) -> None:
        """Make room on the disk again."""


def batch(mailbox: MailboxId, *envelopes: bytes, quota_bytes: int = PLENTY) -> Batch:
    """Return a batch with the right ids."""
    return Batch(mailbox, tuple((envelope_id(data), data) for data in envelopes), quota_bytes)


def read_all(store: Store, mailbox: MailboxId) -> list[bytes]:
    """Return all envelopes of a mailbox, and check positions and hashes on the way."""
    page = store.read(mailbox, after=0, entries_max=100_000, bytes_max=PLENTY)
    assert page is not None
    assert page.running == origin(mailbox, page.log.lineage)
    running = page.running
    for position, entry in enumerate(page.entries, start=1):
        assert entry.position == position
        assert entry.envelope_id == envelope_id(entry.envelope)
        running = advance(running, position, entry.envelope_id)
    assert (page.log.position, page.log.running) == (len(page.entries), running)
    assert page.log.stored_bytes == cost([entry.envelope for entry in page.entries])
    return [entry.envelope for entry in page.entries]


def open_(store: Store, mailbox: MailboxId, *, sponsor: MailboxId | None = None) -> Log:
    """Create a mailbox that stays, in a line of its own or of its sponsor."""
    log = store.create(mailbox, lineage=LINEAGE, day=DAY, sponsor=sponsor)
    assert isinstance(log, Log)
    return log


def close(
    store: Store, mailbox: MailboxId, *, successor: MailboxId | None = None, day: int = DAY
) -> Log | Denial | None:
    """Close a log."""
    return store.close_log(mailbox, successor=successor, forward=FORWARD, day=day)


def meet(store: Store, mailbox: MailboxId, *, sponsor: MailboxId = A, meetings_max: int = 100) -> Log | Denial:
    """Ask for a meeting of a line."""
    terms = brief(MailboxKind.MEETING, sponsor=sponsor, mailboxes_max=None, sponsored_max=meetings_max)
    return open_brief(store, mailbox, terms)


def brief(
    kind: MailboxKind = MailboxKind.RENDEZVOUS,
    *,
    ends_s: int = 600,
    sponsor: MailboxId | None = None,
    mailboxes_max: int | None = 100,
    sponsored_max: int = 100,
) -> Brief:
    """Return the terms of a mailbox that ends."""
    return Brief(kind, ends_s, sponsor, mailboxes_max, sponsored_max)


def open_brief(store: Store, mailbox: MailboxId, terms: Brief | None = None) -> Log | Denial:
    """Ask for a mailbox that ends."""
    return store.create(mailbox, lineage=LINEAGE, day=20_000, brief=terms or brief())


class RelayStoreContract:
    """The promises of `troth_relay.store.Store`; a subclass gives the fixture `bench`."""

    def test_new_mailbox_is_empty(self, bench: Bench) -> None:
        """A created mailbox is at position 0 with its origin's running hash, and found from then on."""
        log = open_(bench.store, A)
        assert log == Log(A, LINEAGE, 0, origin(A, LINEAGE), 0, line=LineId(1))
        assert bench.store.look(A) == log
        assert read_all(bench.store, A) == []

    def test_unknown_mailbox_is_none(self, bench: Bench) -> None:
        """Looking at or reading a mailbox that nobody created gives None."""
        assert bench.store.look(NOBODY) is None
        assert bench.store.read(NOBODY, after=0, entries_max=1, bytes_max=1) is None

    def test_create_keeps_the_first_lineage(self, bench: Bench) -> None:
        """Creating a mailbox twice changes nothing the second time."""
        first = open_(bench.store, A)
        bench.store.append([batch(A, envelope(1))])
        again = bench.store.create(A, lineage=Lineage(b"m" * 16), day=20_001)
        assert isinstance(again, Log)
        assert (again.lineage, again.position) == (first.lineage, 1)

    def test_append_assigns_positions_in_order(self, bench: Bench) -> None:
        """Positions of each mailbox follow the order of batches, in one commit and across commits."""
        open_(bench.store, A)
        open_(bench.store, B)
        one, other, two = bench.store.append(
            [batch(A, envelope(1), envelope(2)), batch(B, envelope(3)), batch(A, envelope(4))]
        )
        (three,) = bench.store.append([batch(A, envelope(5))])
        assert _positions(one, two, three) == [1, 2, 3, 4]
        assert _positions(other) == [1]
        assert read_all(bench.store, A) == [envelope(number) for number in (1, 2, 4, 5)]
        assert read_all(bench.store, B) == [envelope(3)]

    def test_append_is_idempotent(self, bench: Bench) -> None:
        """An envelope that the log holds gets no second position: not within a batch, a commit or later."""
        open_(bench.store, A)
        first, second = bench.store.append([batch(A, envelope(1), envelope(1)), batch(A, envelope(1), envelope(2))])
        (third,) = bench.store.append([batch(A, envelope(2), envelope(1))])
        assert _positions(first, second, third) == [1, 2]
        assert (first.refused, second.refused, third.refused) == ((), (), ())
        assert read_all(bench.store, A) == [envelope(1), envelope(2)]

    def test_same_envelope_in_two_mailboxes(self, bench: Bench) -> None:
        """Mailboxes know nothing of each other: one envelope may lie in both."""
        open_(bench.store, A)
        open_(bench.store, B)
        results = bench.store.append([batch(A, envelope(1)), batch(B, envelope(1))])
        assert [_positions(result) for result in results] == [[1], [1]]

    def test_unknown_mailbox_is_refused_alone(self, bench: Bench) -> None:
        """A batch for an unknown mailbox is refused whole, and the others of its commit are stored."""
        open_(bench.store, A)
        bad, good = bench.store.append([batch(NOBODY, envelope(1)), batch(A, envelope(2))])
        assert bad == Appended((), (envelope_id(envelope(1)),))
        assert _positions(good) == [1]

    def test_quota_counts_size_and_overhead(self, bench: Bench) -> None:
        """A batch fits if it fills the quota exactly; one byte less room, and nothing of it is stored."""
        open_(bench.store, A)
        data = [envelope(1), envelope(2)]
        (short,) = bench.store.append([batch(A, *data, quota_bytes=cost(data) - 1)])
        assert short == Appended((), tuple(map(envelope_id, data)))
        assert read_all(bench.store, A) == []
        (exact,) = bench.store.append([batch(A, *data, quota_bytes=cost(data))])
        assert _positions(exact) == [1, 2]

    def test_quota_is_judged_within_the_commit(self, bench: Bench) -> None:
        """What one batch of a commit uses up is missing to the next, and what is held already costs nothing."""
        open_(bench.store, A)
        room = cost([envelope(1)])
        first, second, repeat = bench.store.append(
            [
                batch(A, envelope(1), quota_bytes=room),
                batch(A, envelope(2), quota_bytes=room),
                batch(A, envelope(1), quota_bytes=room),
            ]
        )
        assert _positions(first) == [1]
        assert second.refused == (envelope_id(envelope(2)),)
        assert repeat == Appended((), ())

    def test_refusal_names_only_what_is_new(self, bench: Bench) -> None:
        """When a batch does not fit, what the log holds of it already is not called refused."""
        open_(bench.store, A)
        room = cost([envelope(1)])
        bench.store.append([batch(A, envelope(1), quota_bytes=room)])
        (result,) = bench.store.append([batch(A, envelope(1), envelope(2), quota_bytes=room)])
        assert result.refused == (envelope_id(envelope(2)),)

    @pytest.mark.parametrize("after", [0, 1, 3, 5, 6])
    def test_read_gives_what_comes_after(self, bench: Bench, after: int) -> None:
        """A page starts after the position, with that position's running hash; past the end there is none."""
        open_(bench.store, A)
        data = [envelope(number) for number in range(5)]
        bench.store.append([batch(A, *data)])
        page = bench.store.read(A, after=after, entries_max=10, bytes_max=PLENTY)
        assert page is not None
        assert [entry.envelope for entry in page.entries] == data[after:]
        assert page.running == (_running(data[:after]) if after <= 5 else None)
        assert page.log.position == 5

    def test_read_is_bounded(self, bench: Bench) -> None:
        """A page has at most so many entries and bytes, but one entry whatever its size."""
        open_(bench.store, A)
        data = [envelope(number, size=1_000) for number in range(5)]
        bench.store.append([batch(A, *data)])
        assert _read(bench.store, entries_max=2, bytes_max=PLENTY) == data[:2]
        assert _read(bench.store, entries_max=9, bytes_max=3_000) == data[:3]
        assert _read(bench.store, entries_max=9, bytes_max=2_999) == data[:2]
        assert _read(bench.store, entries_max=9, bytes_max=1) == data[:1]

    @pytest.mark.parametrize("size", [ENVELOPE_BYTES_MIN, ENVELOPE_BYTES_MAX])
    def test_every_size_comes_back_whole(self, bench: Bench, size: int) -> None:
        """The smallest and the largest envelope are read as they were appended."""
        open_(bench.store, A)
        bench.store.append([batch(A, envelope(1, size=size))])
        assert read_all(bench.store, A) == [envelope(1, size=size)]

    def test_stats_count_everything(self, bench: Bench) -> None:
        """Statistics are sums over all mailboxes."""
        open_(bench.store, A)
        open_(bench.store, B)
        bench.store.append([batch(A, envelope(1), envelope(2)), batch(B, envelope(3))])
        stats = bench.store.stats()
        assert (stats.mailboxes, stats.entries) == (2, 3)
        assert stats.stored_bytes == cost([envelope(1), envelope(2), envelope(3)])

    def test_reopened_store_is_the_same(self, bench: Bench) -> None:
        """Closing and opening changes nothing, and the log goes on where it was."""
        open_(bench.store, A)
        bench.store.append([batch(A, envelope(1))])
        before = bench.store.look(A)
        bench.reopen()
        assert bench.store.look(A) == before
        (more,) = bench.store.append([batch(A, envelope(1), envelope(2))])
        assert _positions(more) == [2]

    @pytest.mark.parametrize("acknowledged", [0, 1, 7])
    def test_acknowledged_survives_a_crash(self, bench: Bench, acknowledged: int) -> None:
        """Whatever was acknowledged before the process was killed is there, in order, and nothing half."""
        open_(bench.store, A)
        told = bench.killed_after(acknowledged)
        assert told >= acknowledged
        kept = read_all(bench.store, A)
        assert len(kept) >= told
        assert kept == [envelope(number) for number in range(len(kept))]

    def test_full_disk_stores_nothing(self, bench: Bench) -> None:
        """With no room an append raises, nothing of it is there, and what was stored can still be read."""
        open_(bench.store, A)
        open_(bench.store, B)
        bench.store.append([batch(A, envelope(1))])
        bench.fill()
        with pytest.raises(FullError, match=r"full|room"):
            bench.store.append([_much(A), _much(B)])
        assert read_all(bench.store, A) == [envelope(1)]
        assert read_all(bench.store, B) == []

    def test_full_disk_can_be_mended(self, bench: Bench) -> None:
        """Once there is room again the same append succeeds, at the position it would have had."""
        open_(bench.store, A)
        bench.fill()
        with pytest.raises(FullError):
            bench.store.append([_much(A)])
        bench.make_room()
        (result,) = bench.store.append([_much(A)])
        assert _positions(result)[0] == 1
        bench.reopen()
        assert len(read_all(bench.store, A)) == len(result.entries)

    def test_full_disk_creates_nothing(self, bench: Bench) -> None:
        """A mailbox that could not be created is unknown afterwards."""
        bench.fill()
        created = _create_until_full(bench.store)
        assert bench.store.look(_numbered(created)) is None
        assert bench.store.stats().mailboxes == created

    def test_kind_and_end_are_kept(self, bench: Bench) -> None:
        """A brief mailbox keeps its kind and its end, also when the store is opened again; a log has no end."""
        open_(bench.store, A)
        made = open_brief(bench.store, B, brief(MailboxKind.INVITATION, ends_s=7_200, sponsor=A))
        assert made == Log(B, LINEAGE, 0, origin(B, LINEAGE), 0, MailboxKind.INVITATION, 7_200)
        bench.reopen()
        assert bench.store.look(B) == made
        log = bench.store.look(A)
        assert log is not None
        assert (log.kind, log.ends_s) == (MailboxKind.LOG, None)

    def test_brief_mailbox_is_created_once(self, bench: Bench) -> None:
        """Whoever asks for a brief mailbox that there is, or for another brief kind in a place, is told it is taken."""
        open_(bench.store, A)
        first = open_brief(bench.store, B)
        assert open_brief(bench.store, B) is Denial.TAKEN
        assert open_brief(bench.store, A) is Denial.TAKEN
        assert meet(bench.store, A) is meet(bench.store, B) is Denial.TAKEN
        assert bench.store.look(B) == first

    @pytest.mark.parametrize("kind", [MailboxKind.RENDEZVOUS, MailboxKind.INVITATION, MailboxKind.MEETING])
    def test_nothing_brief_keeps_a_log_from_its_name(self, bench: Bench, kind: MailboxKind) -> None:
        """A log is opened where a brief mailbox of its name lies, and nothing of that is left; not without a pass."""
        open_(bench.store, A)
        open_brief(bench.store, B, brief(kind, sponsor=A))
        bench.store.append([batch(B, envelope(1))])
        before = bench.store.look(B)
        assert bench.store.create(B, lineage=LINEAGE, day=0, ticket=Ticket(b"h" * 32, 0)) is Denial.UNADMITTED
        assert bench.store.create(B, lineage=LINEAGE, day=0, sponsor=NOBODY) is Denial.UNSPONSORED
        assert bench.store.look(B) == before
        log = bench.store.create(B, lineage=Lineage(b"m" * 16), day=DAY)
        assert log == Log(B, Lineage(b"m" * 16), 0, origin(B, Lineage(b"m" * 16)), 0, line=LineId(2))
        assert read_all(bench.store, B) == []
        assert bench.store.sweep(now_s=10**9, mailboxes_max=9) == ()
        assert bench.store.recount() == 0

    def test_brief_mailbox_is_a_log_like_another(self, bench: Bench) -> None:
        """Records lie in a brief mailbox in the order of append, within its quota."""
        open_brief(bench.store, A)
        room = cost([envelope(1), envelope(2)])
        results = bench.store.append([batch(A, envelope(number), quota_bytes=room) for number in range(3)])
        assert _positions(*results) == [1, 2]
        assert results[2].refused == (envelope_id(envelope(2)),)
        assert read_all(bench.store, A) == [envelope(0), envelope(1)]

    def test_each_kind_has_its_bound(self, bench: Bench) -> None:
        """There are so many mailboxes of a kind and no more; another kind, and logs, have room still."""
        open_brief(bench.store, _numbered(1), brief(mailboxes_max=1))
        assert open_brief(bench.store, _numbered(2), brief(mailboxes_max=1)) is Denial.FULL
        assert bench.store.look(_numbered(2)) is None
        invited = open_brief(bench.store, _numbered(3), brief(MailboxKind.INVITATION, sponsor=A, mailboxes_max=1))
        assert isinstance(invited, Log)
        open_(bench.store, A)

    def test_each_line_has_its_invitations(self, bench: Bench) -> None:
        """The logs of a line sponsor so many together, the closed ones half of them; another line has its own."""
        later, other = _numbered(90), _numbered(91)
        open_(bench.store, A)
        open_(bench.store, other)
        open_(bench.store, B, sponsor=A)
        close(bench.store, A, successor=B)
        open_(bench.store, later, sponsor=B)
        sponsors = (A, A, B, later, A, B, other)
        terms = [brief(MailboxKind.INVITATION, sponsor=sponsor, sponsored_max=3) for sponsor in sponsors]
        made = [open_brief(bench.store, _numbered(number), each) for number, each in enumerate(terms)]
        assert [each is Denial.SPENT for each in made] == [False, True, False, False, True, True, False]

    def test_pass_is_used_in_the_commit_that_creates(self, bench: Bench) -> None:
        """A pass opens as many logs as it has uses; one that is there uses nothing, a refused one is not there."""
        bench.store.add_pass(Pass(b"h" * 32, uses=2, ends_s=100, quota_bytes=None), now_s=0)
        made = [_ticketed(bench.store, number) for number in (1, 1, 2, 3)]
        assert [isinstance(each, Log) for each in made] == [True, True, True, False]
        assert made[3] is Denial.UNADMITTED
        assert bench.store.look(_numbered(3)) is None
        bench.reopen()
        assert _ticketed(bench.store, 3) is Denial.UNADMITTED

    def test_pass_counts_until_its_end(self, bench: Bench) -> None:
        """A pass opens nothing from its end on, and one that nobody made opens nothing ever."""
        bench.store.add_pass(Pass(b"h" * 32, uses=9, ends_s=100, quota_bytes=None), now_s=0)
        assert isinstance(_ticketed(bench.store, 1, now_s=99), Log)
        assert _ticketed(bench.store, 2, now_s=100) is Denial.UNADMITTED
        assert _ticketed(bench.store, 2, pass_hash=b"x" * 32) is Denial.UNADMITTED

    def test_room_of_a_pass_is_the_logs_own(self, bench: Bench) -> None:
        """A log has the room that its pass gave it, more or less than everybody's, also after reopening."""
        data = [envelope(1), envelope(2)]
        for number, room in ((1, cost(data[:1])), (2, cost(data))):
            bench.store.add_pass(Pass(bytes([number]) * 32, uses=1, ends_s=100, quota_bytes=room), now_s=0)
            log = _ticketed(bench.store, number, pass_hash=bytes([number]) * 32)
            assert isinstance(log, Log)
            assert log.quota_bytes == room
        bench.reopen()
        assert bench.store.look(_numbered(1)) == Log(
            _numbered(1), LINEAGE, 0, origin(_numbered(1), LINEAGE), 0, quota_bytes=cost(data[:1]), line=LineId(1)
        )
        (less,) = bench.store.append([batch(_numbered(1), *data)])
        (more,) = bench.store.append([batch(_numbered(2), *data, quota_bytes=1)])
        assert (len(less.refused), len(more.entries)) == (2, 2)

    def test_full_disk_uses_no_pass(self, bench: Bench) -> None:
        """A log that could not be created has used nothing."""
        bench.store.add_pass(Pass(b"h" * 32, uses=1, ends_s=100, quota_bytes=None), now_s=0)
        bench.fill()
        created = _create_until_full(bench.store)
        with pytest.raises(FullError):
            _ticketed(bench.store, created + 1)
        bench.make_room()
        assert isinstance(_ticketed(bench.store, created + 1), Log)

    def test_sweeping_deletes_what_has_ended(self, bench: Bench) -> None:
        """At its end, and not before, a brief mailbox goes with all that lies in it; nothing else does."""
        open_(bench.store, A)
        open_brief(bench.store, B, brief(ends_s=600))
        bench.store.append([batch(A, envelope(1)), batch(B, envelope(2))])
        assert bench.store.sweep(now_s=599, mailboxes_max=9) == ()
        assert bench.store.sweep(now_s=600, mailboxes_max=9) == (B,)
        assert bench.store.sweep(now_s=10**9, mailboxes_max=9) == ()
        assert bench.store.look(B) is None
        assert bench.store.read(B, after=0, entries_max=9, bytes_max=PLENTY) is None
        assert read_all(bench.store, A) == [envelope(1)]
        stats = bench.store.stats()
        assert (stats.mailboxes, stats.entries) == (1, 1)

    def test_what_was_swept_makes_room(self, bench: Bench) -> None:
        """After its end a mailbox counts no more, and its name is free for a new log that is empty."""
        terms = brief(MailboxKind.INVITATION, sponsor=A, mailboxes_max=1, sponsored_max=1)
        open_brief(bench.store, B, terms)
        bench.store.append([batch(B, envelope(1))])
        bench.store.sweep(now_s=600, mailboxes_max=9)
        assert isinstance(open_brief(bench.store, B, terms), Log)
        assert read_all(bench.store, B) == []

    def test_sweeping_is_bounded(self, bench: Bench) -> None:
        """One sweep deletes so many, those first that ended first."""
        for number in (1, 2, 3):
            open_brief(bench.store, _numbered(number), brief(ends_s=1_000 - number))
        assert bench.store.sweep(now_s=1_000, mailboxes_max=2) == (_numbered(3), _numbered(2))
        assert bench.store.sweep(now_s=1_000, mailboxes_max=2) == (_numbered(1),)

    def test_sweep_survives_reopening(self, bench: Bench) -> None:
        """What was swept stays away."""
        open_brief(bench.store, A)
        bench.store.sweep(now_s=600, mailboxes_max=9)
        bench.reopen()
        assert bench.store.look(A) is None

    def test_successor_is_of_the_line(self, bench: Bench) -> None:
        """A log with a sponsor is of its line and has its room; a sponsor that is no log opens nothing."""
        bench.store.add_pass(Pass(b"h" * 32, uses=1, ends_s=100, quota_bytes=5_000), now_s=0)
        first = _ticketed(bench.store, 1)
        assert isinstance(first, Log)
        second, third = (open_(bench.store, _numbered(n), sponsor=_numbered(n - 1)) for n in (2, 3))
        other = open_(bench.store, A)
        assert first.line == second.line == third.line != other.line
        assert (second.quota_bytes, third.quota_bytes, other.quota_bytes) == (5_000, 5_000, None)
        open_brief(bench.store, B)
        for sponsor in (NOBODY, B):
            made = bench.store.create(_numbered(9), lineage=LINEAGE, day=DAY, sponsor=sponsor)
            assert made is Denial.UNSPONSORED
        assert bench.store.look(_numbered(9)) is None
        bench.reopen()
        assert bench.store.look(_numbered(3)) == third

    def test_closing_is_once_and_for_good(self, bench: Bench) -> None:
        """The first closing stands, with what was left behind; a second changes nothing and is told of the first."""
        open_(bench.store, A)
        open_(bench.store, B)
        bench.store.append([batch(A, envelope(1))])
        before = bench.store.look(A)
        assert before is not None
        log = close(bench.store, A, successor=B)
        assert log == replace(before, closed=True, stored_bytes=before.stored_bytes + FORWARD_COST)
        assert bench.store.close_log(A, successor=None, forward=bytes(FORWARD_BYTES), day=DAY + 1) == log
        bench.reopen()
        assert bench.store.look(A) == log
        assert _end(bench.store, A).closing == Closing(B, FORWARD)
        assert bench.store.recount() == 0

    def test_closing_comes_after_the_last_entry(self, bench: Bench) -> None:
        """How a log was closed is read where nothing else is left to read, and nowhere before."""
        open_(bench.store, A)
        bench.store.append([batch(A, envelope(1), envelope(2))])
        assert _end(bench.store, A).closing is None
        close(bench.store, A)
        pages = [bench.store.read(A, after=after, entries_max=9, bytes_max=PLENTY) for after in (0, 1, 2, 3)]
        assert [page and len(page.entries) for page in pages] == [2, 1, 0, 0]
        assert [page and page.closing for page in pages] == [None, None, Closing(None, FORWARD), None]
        assert all(page and page.log.closed for page in pages)

    def test_closed_log_takes_nothing(self, bench: Bench) -> None:
        """What is pushed to a closed log is refused by name, and what it holds already is not; nothing changes."""
        open_(bench.store, A)
        open_(bench.store, B)
        bench.store.append([batch(A, envelope(1))])
        log = close(bench.store, A)
        refused, stored = bench.store.append([batch(A, envelope(1), envelope(2)), batch(B, envelope(3))])
        assert refused == Appended((), (envelope_id(envelope(2)),), closed=True)
        assert _positions(stored) == [1]
        assert bench.store.look(A) == log
        assert bench.store.recount() == 0

    def test_only_an_open_log_succeeds(self, bench: Bench) -> None:
        """A log is closed towards an open log and no other mailbox, not towards itself; what can not be stays open."""
        open_(bench.store, A)
        open_(bench.store, B, sponsor=A)
        open_brief(bench.store, _numbered(1))
        meet(bench.store, _numbered(2))
        for successor in (NOBODY, A, _numbered(1), _numbered(2)):
            assert close(bench.store, A, successor=successor) is Denial.ASTRAY
        close(bench.store, B)
        assert close(bench.store, A, successor=B) is Denial.ASTRAY
        log = bench.store.look(A)
        assert log is not None
        assert not log.closed
        assert _positions(*bench.store.append([batch(A, envelope(1))])) == [1]

    def test_only_a_log_is_closed(self, bench: Bench) -> None:
        """What is no log, and what is not there, can not be closed."""
        open_(bench.store, A)
        open_brief(bench.store, _numbered(1))
        meet(bench.store, _numbered(2))
        assert [close(bench.store, mailbox) for mailbox in (NOBODY, _numbered(1), _numbered(2))] == [None] * 3

    def test_full_disk_closes_nothing(self, bench: Bench) -> None:
        """A log that could not be closed is open, and takes and gives as before; later it can be closed."""
        open_(bench.store, A)
        bench.store.append([batch(A, envelope(1))])
        before = bench.store.look(A)
        bench.fill()
        with pytest.raises(FullError):
            close(bench.store, A)
        assert bench.store.look(A) == before
        assert _end(bench.store, A).closing is None
        bench.make_room()
        assert bench.store.recount() == 0
        assert isinstance(close(bench.store, A), Log)

    def test_quota_is_of_the_line(self, bench: Bench) -> None:
        """All logs of a line share one room, forwards included; another line has its own."""
        open_(bench.store, A)
        open_(bench.store, B, sponsor=A)
        open_(bench.store, _numbered(1))
        data = [envelope(1), envelope(2)]
        room = cost(data) + FORWARD_COST
        bench.store.append([batch(A, envelope(1), quota_bytes=room)])
        close(bench.store, A, successor=B)
        results = bench.store.append(
            [
                batch(B, envelope(2), quota_bytes=room),
                batch(B, envelope(3), quota_bytes=room),
                batch(_numbered(1), envelope(3), quota_bytes=room),
            ]
        )
        assert [len(result.refused) for result in results] == [0, 1, 0]
        assert bench.store.recount() == 0

    def test_full_line_can_be_led_on(self, bench: Bench) -> None:
        """A line without room opens a successor, is closed, and has its meetings; only pushes to logs are refused."""
        open_(bench.store, A)
        full = cost([envelope(1)])
        bench.store.append([batch(A, envelope(1), quota_bytes=full)])
        open_(bench.store, B, sponsor=A)
        assert isinstance(close(bench.store, A, successor=B), Log)
        assert isinstance(meet(bench.store, _numbered(1)), Log)
        log, meeting = bench.store.append(
            [batch(B, envelope(2), quota_bytes=full), batch(_numbered(1), envelope(2), quota_bytes=full)]
        )
        assert (len(log.refused), len(meeting.entries)) == (1, 1)
        assert bench.store.recount() == 0

    def test_meetings_are_counted_by_line(self, bench: Bench) -> None:
        """A line has so many meetings at a time, whichever of its logs sponsors; one that there is is entered."""
        open_(bench.store, A)
        open_(bench.store, B, sponsor=A)
        close(bench.store, A, successor=B)
        first, second, third = (
            meet(bench.store, _numbered(number), sponsor=sponsor, meetings_max=2)
            for number, sponsor in ((1, A), (2, B), (3, B))
        )
        assert isinstance(first, Log)
        assert isinstance(second, Log)
        assert first.line == second.line
        assert third is Denial.SPENT
        bench.store.append([batch(_numbered(1), envelope(1))])
        assert meet(bench.store, _numbered(1), sponsor=B, meetings_max=2) == bench.store.look(_numbered(1))
        open_(bench.store, _numbered(9))
        assert isinstance(meet(bench.store, _numbered(3), sponsor=_numbered(9), meetings_max=2), Log)
        assert meet(bench.store, _numbered(4), sponsor=NOBODY) is Denial.UNSPONSORED
        assert meet(bench.store, _numbered(4), sponsor=_numbered(1)) is Denial.UNSPONSORED
        assert open_brief(bench.store, _numbered(4), brief(MailboxKind.MEETING)) is Denial.UNSPONSORED
        bench.store.sweep(now_s=600, mailboxes_max=9)
        assert isinstance(meet(bench.store, _numbered(4), sponsor=B, meetings_max=1), Log)

    def test_who_was_left_behind_leaves_room(self, bench: Bench) -> None:
        """With a closed log only half of the meetings of a line can be opened, so the others have room."""
        open_(bench.store, A)
        open_(bench.store, B, sponsor=A)
        close(bench.store, A, successor=B)
        made = [meet(bench.store, _numbered(number), sponsor=A, meetings_max=4) for number in (1, 2, 3)]
        assert [each is Denial.SPENT for each in made] == [False, False, True]
        made = [meet(bench.store, _numbered(number), sponsor=B, meetings_max=4) for number in (3, 4, 5)]
        assert [each is Denial.SPENT for each in made] == [False, False, True]

    def test_erasing_leaves_the_closing(self, bench: Bench) -> None:
        """Past its time a closed log has no entries and counts nothing; where it ended and led stays for ever."""
        open_(bench.store, A)
        open_(bench.store, B, sponsor=A)
        bench.store.append([batch(A, envelope(1), envelope(2)), batch(B, envelope(3))])
        closed = close(bench.store, A, successor=B)
        assert isinstance(closed, Log)
        assert bench.store.erase(closed_before=DAY, entries_max=9) == 0
        assert bench.store.look(A) == closed
        assert bench.store.erase(closed_before=DAY + 1, entries_max=9) == 3
        assert bench.store.erase(closed_before=DAY + 1, entries_max=9) == 0
        bench.reopen()
        assert bench.store.look(A) == replace(closed, erased=True, stored_bytes=0)
        page = bench.store.read(A, after=0, entries_max=9, bytes_max=PLENTY)
        assert page is not None
        assert (page.entries, page.running, page.closing) == ((), None, None)
        assert _end(bench.store, A).closing == Closing(B, FORWARD)
        assert close(bench.store, A) == bench.store.look(A)
        assert read_all(bench.store, B) == [envelope(3)]
        assert bench.store.recount() == 0
        stats = bench.store.stats()
        assert (stats.entries, stats.stored_bytes) == (1, cost([envelope(3)]))

    def test_erased_log_takes_nothing_and_sponsors(self, bench: Bench) -> None:
        """Of an erased log nothing is known that could be pushed again; its line goes on."""
        first = open_(bench.store, A)
        bench.store.append([batch(A, envelope(1))])
        close(bench.store, A)
        while bench.store.erase(closed_before=DAY + 1, entries_max=9):
            pass
        (result,) = bench.store.append([batch(A, envelope(1))])
        assert result == Appended((), (envelope_id(envelope(1)),), closed=True)
        assert open_(bench.store, B, sponsor=A).line == first.line
        assert open_(bench.store, A).erased

    def test_erasing_is_bounded(self, bench: Bench) -> None:
        """One commit deletes so many entries; the rest follows, and is not read meanwhile."""
        open_(bench.store, A)
        bench.store.append([batch(A, *(envelope(number) for number in range(5)))])
        close(bench.store, A)
        steps = [bench.store.erase(closed_before=DAY + 1, entries_max=2) for _ in range(2)]
        page = bench.store.read(A, after=4, entries_max=9, bytes_max=PLENTY)
        assert page is not None
        assert page.entries == ()
        bench.reopen()
        while step := bench.store.erase(closed_before=DAY + 1, entries_max=2):
            steps.append(step)
        assert sum(steps) == 6
        assert max(steps) <= 3

    def test_nothing_is_idle_unless_it_is_noted(self, bench: Bench) -> None:
        """Where use is not noted no line is dormant or idle, however long; what was noted is forgotten with it."""
        open_(bench.store, A)
        assert bench.store.delete_idle(days=0, mailboxes_max=9) == ()
        bench.store.note_use([], hours=400 * DAY_HOURS)
        assert bench.store.stats(dormant_days=90).dormant == 1
        assert bench.store.stats().dormant == 0
        bench.store.forget_use()
        bench.reopen()
        assert bench.store.stats(dormant_days=0).dormant == 0
        assert bench.store.delete_idle(days=0, mailboxes_max=9) == ()
        bench.store.note_use([], hours=0)
        assert bench.store.stats(dormant_days=90).dormant == 0

    def test_line_without_use_is_deleted_whole(self, bench: Bench) -> None:
        """All logs and meetings of a line go, with all that counts; a line that was used stays, and so does its use."""
        first, other = open_(bench.store, A), open_(bench.store, B)
        open_(bench.store, _numbered(1), sponsor=A)
        close(bench.store, A, successor=_numbered(1))
        assert isinstance(meet(bench.store, _numbered(2)), Log)
        bench.store.append([batch(_numbered(1), envelope(1)), batch(B, envelope(2))])
        assert other.line is not None
        bench.store.note_use([other.line], hours=150 * DAY_HOURS)
        bench.reopen()
        bench.store.note_use([other.line], hours=60 * DAY_HOURS)
        assert bench.store.stats(dormant_days=90).dormant == 1
        gone = bench.store.delete_idle(days=180, mailboxes_max=9)
        assert set(gone) == {A, _numbered(1), _numbered(2)}
        assert bench.store.delete_idle(days=180, mailboxes_max=9) == ()
        assert [bench.store.look(mailbox) for mailbox in gone] == [None] * 3
        while bench.store.erase(closed_before=0, entries_max=9):
            pass
        assert read_all(bench.store, B) == [envelope(2)]
        assert bench.store.recount() == 0
        stats = bench.store.stats(dormant_days=90)
        assert (stats.mailboxes, stats.entries, stats.dormant) == (1, 1, 0)
        # It is opened anew like one that never was, in a line that is not idle.
        again = open_(bench.store, A)
        assert (again.position, again.closed) == (0, False)
        assert bench.store.delete_idle(days=180, mailboxes_max=9) == ()
        assert first.line is not None

    @pytest.mark.parametrize("day", [0, 1, 29, 30, 31, 100])
    def test_idle_is_never_early_and_a_month_late_at_most(self, bench: Bench, day: int) -> None:
        """Whenever a line was last used, it is kept for so many days of service, and 30 more at most."""
        line = open_(bench.store, A).line
        assert line is not None
        bench.store.note_use([line], hours=day * DAY_HOURS)
        left = 0
        while not bench.store.stats(dormant_days=90).dormant:
            bench.store.note_use([], hours=DAY_HOURS)
            left += 1
            assert left <= 120
        assert left >= 90

    def test_line_that_is_used_in_time_is_awake(self, bench: Bench) -> None:
        """One use between the two steps is enough: the line is as if it had been used all the time."""
        log = open_(bench.store, A)
        bench.store.append([batch(A, envelope(1))])
        assert log.line is not None
        bench.store.note_use([], hours=209 * DAY_HOURS)
        assert bench.store.stats(dormant_days=90).dormant == 1
        assert bench.store.delete_idle(days=180, mailboxes_max=9) == ()
        bench.store.note_use([log.line], hours=DAY_HOURS)
        assert bench.store.stats(dormant_days=90).dormant == 0
        assert bench.store.delete_idle(days=180, mailboxes_max=9) == ()
        bench.store.note_use([], hours=179 * DAY_HOURS)
        assert bench.store.delete_idle(days=180, mailboxes_max=9) == ()
        assert read_all(bench.store, A) == [envelope(1)]

    def test_new_line_is_no_idle_one(self, bench: Bench) -> None:
        """A line that is begun after a long time of noting has all of its time before it."""
        bench.store.note_use([], hours=1_000 * DAY_HOURS)
        open_(bench.store, A)
        bench.store.note_use([], hours=180 * DAY_HOURS)
        assert bench.store.delete_idle(days=180, mailboxes_max=9) == ()

    def test_deleting_what_is_idle_is_bounded(self, bench: Bench) -> None:
        """One commit deletes so many mailboxes; the rest follows, and nothing is left over."""
        for number in range(3):
            open_(bench.store, _numbered(number))
            open_(bench.store, _numbered(10 + number), sponsor=_numbered(number))
        bench.store.note_use([], hours=300 * DAY_HOURS)
        steps = []
        while gone := bench.store.delete_idle(days=180, mailboxes_max=4):
            steps.append(len(gone))
        assert steps == [4, 2]
        assert bench.store.stats(dormant_days=90).dormant == 0

    def test_empty_log_is_closed_and_erased_like_another(self, bench: Bench) -> None:
        """A log without entries has its closing at position 0, and is erased to that."""
        open_(bench.store, A)
        close(bench.store, A)
        assert _end(bench.store, A).closing == Closing(None, FORWARD)
        assert bench.store.erase(closed_before=DAY + 1, entries_max=9) == 1
        assert _end(bench.store, A).closing == Closing(None, FORWARD)
        log = bench.store.look(A)
        assert log is not None
        assert log.erased

    def test_closing_twice_is_harmless(self, bench: Bench) -> None:
        """A store may be closed again."""
        bench.store.close()
        bench.store.close()


def _numbered(number: int) -> MailboxId:
    return MailboxId(number.to_bytes(32, "big"))


def _end(store: Store, mailbox: MailboxId) -> Page:
    """Read where there is nothing more to read."""
    log = store.look(mailbox)
    assert log is not None
    page = store.read(mailbox, after=log.position, entries_max=9, bytes_max=PLENTY)
    assert page is not None
    return page


def _ticketed(store: Store, number: int, *, pass_hash: bytes = b"h" * 32, now_s: int = 0) -> Log | Denial:
    """Create a log with a pass."""
    return store.create(_numbered(number), lineage=LINEAGE, day=20_000, ticket=Ticket(pass_hash, now_s))


def _create_until_full(store: Store) -> int:
    """Return how many mailboxes fitted into what room the file has left inside."""
    for number in range(10_000):
        try:
            open_(store, _numbered(number))
        except FullError:
            return number
    raise AssertionError("the disk is not full")


def _much(mailbox: MailboxId) -> Batch:
    return batch(mailbox, *(envelope(number, size=ENVELOPE_BYTES_MAX) for number in range(100, 120)))


def _positions(*results: Appended) -> list[int]:
    return [entry.position for result in results for entry in result.entries]


def _running(data: Sequence[bytes]) -> bytes:
    running = origin(A, LINEAGE)
    for position, item in enumerate(data, start=1):
        running = advance(running, position, envelope_id(item))
    return running


def _read(store: Store, *, entries_max: int, bytes_max: int) -> list[bytes]:
    page = store.read(A, after=0, entries_max=entries_max, bytes_max=bytes_max)
    assert page is not None
    return [entry.envelope for entry in page.entries]
