"""Whoever uses a line is noted, and an hour counts with everybody who was there in it, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.relay_client import envelope
from tests.contracts.relay_world import DAY_S, KEY, KEYS, World, closed, joined, opened, push
from troth_relay import limits
from troth_relay.admission import Idle, Policy
from troth_relay.requests import DropReason
from troth_relay.store import LineId
from troth_relay.uses import HOUR_S, Uses
from troth_wire.errors import FullError
from troth_wire.ids import MailboxId
from troth_wire.messages import Head
from troth_wire.session import State

ONE, TWO = LineId(1), LineId(2)


def test_use_is_due_at_once_and_noted_once() -> None:
    """What was seen is to be noted until it was, however often the store could not."""
    uses = Uses()
    uses.see(ONE)
    uses.see(ONE)
    assert uses.due((), now=0) == uses.due((), now=1) == (frozenset({ONE}), 0)
    uses.noted([], hours=0)
    uses.see(TWO)
    assert uses.due((), now=2) == (frozenset({ONE, TWO}), 0)
    uses.noted([ONE], hours=0)
    assert uses.due((), now=3) == (frozenset({TWO}), 0)


def test_hour_counts_if_somebody_was_served() -> None:
    """An hour without anybody is none, and does not become one when somebody comes later."""
    uses = Uses()
    assert [uses.due((), now=now)[1] for now in (0, HOUR_S - 1, HOUR_S, 2 * HOUR_S)] == [0, 0, 0, 0]
    uses.see(ONE)
    assert uses.due((), now=2 * HOUR_S + 1)[1] == 0
    uses.noted([ONE], hours=0)
    assert uses.due((), now=3 * HOUR_S) == (frozenset(), 1)
    uses.noted([], hours=1)
    assert uses.due((), now=4 * HOUR_S) == (frozenset(), 0)


def test_who_stays_is_noted_every_hour() -> None:
    """A link that never comes anew uses its line all the same."""
    uses = Uses()
    for hour in range(4):
        lines, hours = uses.due(iter([ONE, TWO, ONE]), now=hour * HOUR_S)
        assert (lines, hours) == ((frozenset({ONE, TWO}), 1) if hour else (frozenset(), 0))
        uses.noted(lines, hours=hours)


def test_clock_that_jumps_is_one_hour() -> None:
    """However far the clock goes at once, forward or back, one hour is the most that is over."""
    uses = Uses()
    counted = []
    for now in (0, 10**9, 10**9 + 1, 0, HOUR_S):
        lines, hours = uses.due([ONE], now=now)
        uses.noted(lines, hours=hours)
        counted.append(hours)
    assert counted == [0, 1, 0, 0, 0]


def test_many_lines_come_before_their_hour() -> None:
    """Where more lines are in use than one commit notes, the hour is counted with the last of them."""
    uses, everybody = Uses(), {LineId(number) for number in range(2 * limits.USES_MAX + 1)}
    uses.due((), now=0)
    noted, counted = set[LineId](), []
    for tick in range(4):
        lines, hours = uses.due(everybody, now=HOUR_S + tick)
        assert len(lines) <= limits.USES_MAX
        uses.noted(lines, hours=hours)
        noted |= lines
        counted.append(hours)
        assert not hours or noted == everybody
    assert counted == [0, 0, 1, 0]


def test_nothing_is_left_when_it_is_forgotten() -> None:
    """Who decides otherwise begins anew: no line and no hour of before."""
    uses = Uses()
    uses.see(ONE)
    uses.due((), now=HOUR_S)
    uses.forget()
    assert uses.due((), now=2 * HOUR_S) == (frozenset(), 0)


@given(st.lists(st.tuples(st.floats(0, 3 * HOUR_S), st.booleans(), st.booleans()), max_size=60))
def test_hours_never_outrun_the_clock(steps: list[tuple[float, bool, bool]]) -> None:
    """Whatever comes and fails, no more hours are counted than have passed."""
    uses, now, counted = Uses(), 0.0, 0
    uses.due((), now=now)
    for passed, seen, failed in steps:
        now += passed
        if seen:
            uses.see(ONE)
        lines, hours = uses.due((), now=now)
        counted += hours
        uses.noted(() if failed else lines, hours=hours)
        assert counted * HOUR_S <= now


YEAR_S = 365 * DAY_S
KEPT = Policy(idle=Idle(dormant_days=90, delete_days=180))


def _serve(world: World, days: int) -> None:
    """Let a relay serve whoever is there for so many days, hour by hour."""
    for _ in range(days * 24):
        world.tick(HOUR_S)
        world.settle()


def test_line_that_nobody_uses_is_deleted_and_its_neighbour_is_not() -> None:
    """One couple's link stays, another's goes for good: only what nobody used is deleted, and nobody is disturbed."""
    world = World(KEPT)
    here, gone = joined(world, KEYS[0]), joined(world, KEYS[1])
    push(world, gone, [1], key=KEYS[1])
    world.settle()
    world.disconnect(gone)
    _serve(world, 209)
    assert world.log(KEYS[1].mailbox) == [envelope(1)]
    assert world.store.stats(dormant_days=90).dormant == 1
    _serve(world, 2)
    assert world.store.look(KEYS[1].mailbox) is None
    assert here.dropped is None
    push(world, here, [2], key=KEYS[0])
    world.settle()
    assert world.log(KEYS[0].mailbox) == [envelope(2)]


def test_who_comes_back_in_time_loses_nothing() -> None:
    """A proof is use enough, of an old log too: from then on the line has all of its time again."""
    world = World(KEPT)
    joined(world, KEYS[0])
    world.disconnect(closed(world, KEYS[1], towards=KEYS[2], entries=[1]))
    _serve(world, 205)
    assert world.store.stats(dormant_days=90).dormant == 1
    visitor = world.connect()
    world.prove(visitor, KEYS[1])
    world.settle()
    world.disconnect(visitor)
    _serve(world, 150)
    assert None not in [world.store.look(key.mailbox) for key in KEYS]


def test_relay_that_nobody_reaches_forgets_nobody() -> None:
    """Years in which a proxy lets nobody through are no service, and after them everybody has all of their time."""
    world = World(KEPT)
    world.disconnect(joined(world))
    _serve(world, 2 * 365)
    assert world.disk.served_hours == 1
    assert world.store.look(KEY.mailbox) is not None


def test_clock_that_jumps_deletes_nothing() -> None:
    """Ten years ahead or back, for each clock that there is, no line is any older than before."""
    world = World(KEPT)
    joined(world, KEYS[0])
    world.disconnect(joined(world, KEYS[1]))
    for jump in (10 * YEAR_S, -10 * YEAR_S, 10 * YEAR_S):
        world.tick(jump)
        world.settle()
    assert (world.disk.served_hours or 0) <= 2
    assert world.store.stats(dormant_days=90).dormant == 0


def test_nothing_is_noted_unless_it_is_wanted() -> None:
    """Without the setting the store is told of no use; turned off again, it forgets what it was told."""
    world = World()
    joined(world)
    _serve(world, 2)
    assert (world.disk.served_hours, set(world.disk.used.values())) == (None, set())
    world.hub.allow(KEPT)
    _serve(world, 40)
    assert (world.disk.served_hours or 0) > 900
    assert set(world.disk.used.values()) == {1}
    world.hub.allow(Policy())
    world.tick(5)
    world.settle()
    assert (world.disk.served_hours, world.disk.used) == (None, {})


def test_disk_that_fails_ages_nobody() -> None:
    """While nothing can be written hours go by uncounted, and who came meanwhile is noted once it can."""
    world = World(KEPT)
    joined(world)
    world.tick(0)
    world.settle()
    world.disk.full = True
    _serve(world, 10)
    assert world.disk.served_hours == 0
    world.disk.full = False
    _serve(world, 1)
    assert world.disk.served_hours == 24
    assert not world.hub._desk.uses.due((), now=world.now)[0]


def test_hour_is_counted_once_whatever_fails_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an hour was noted and deleting fails then, it is not noted again with every turn."""
    world = World(KEPT)
    joined(world)
    world.tick(0)
    world.settle()

    def fails(*, days: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        raise FullError(f"Nothing of {days} days can be deleted, and so not {mailboxes_max}.")

    monkeypatch.setattr(world.store, "delete_idle", fails)
    world.tick(HOUR_S)
    for _ in range(10):
        world.settle()
        world.tick(5)
    assert world.disk.served_hours == 1


def test_who_comes_while_it_is_deleted_is_sent_away() -> None:
    """A link that proved a log in the moment of its deletion is ended, and told anew on the next one."""
    world = World(KEPT)
    joined(world, KEYS[0])
    world.disconnect(joined(world, KEYS[1]))
    _serve(world, 205)
    world.disk.served_hours = 211 * 24
    late = world.connect()
    world.tick(5)
    world.prove(late, KEYS[1])
    world.read()
    world.report(world.read_reports)
    assert late.state(KEYS[1].mailbox) is State.PROVEN
    world.settle()
    assert late.dropped is DropReason.OPERATOR
    assert isinstance(opened(world, world.connect(), KEYS[1]), Head)
