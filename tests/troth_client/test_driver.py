"""The driver saves, then sends, then tells; it loses nothing, repeats nothing, and says when it can not go on."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.contracts.client_world import HandClock, HeldStore, MemoryRelay, driving, new_space
from troth import CaughtUp, Changed, Engine, Insert, Put, Rebuild, RefusedPush, Row, Splice, Status, Step, document_id
from troth.document import PoisonedError
from troth.testing import MemoryStore
from troth_client.driver import RELOADS_MAX, TICK_S, Driver, Load
from troth_wire.errors import DamagedError, FullError, LocalError, StoreError, UsageError
from troth_wire.messages import Push, Reason

LIST = document_id("list")


@pytest.fixture
def store() -> HeldStore:
    """A store that holds a new space."""
    store = HeldStore()
    new_space(store)
    return store


def stored(status: Status) -> bool:
    """Whether nothing waits for the relay."""
    return status.waiting == 0


def caught_up(status: Status) -> bool:
    """Whether the log was read to its end."""
    return status.caught_up


def items(driver: Driver) -> object:
    """Return what the list shows."""
    return driver.look(lambda engine: engine.view(LIST))


async def turns(number: int = 10) -> None:
    """Let everything run that can."""
    for _ in range(number):
        await asyncio.sleep(0)


class TestEdits:
    """Saving what callers write."""

    async def test_an_edit_is_durable_when_it_returns(self, store: HeldStore) -> None:
        """What was edited is in the store, and there when it is opened again."""
        async with driving(store) as driver:
            await driver.edit(LIST, [Put(("a",), 1)])
            assert store.records() == 1
        async with driving(store) as driver:
            assert items(driver) == {"a": 1}

    async def test_nothing_is_acknowledged_while_its_commit_is_under_way(self, store: HeldStore) -> None:
        """However long a disk takes: whoever wrote hears of it when it is there, and not before."""
        async with driving(store) as driver:
            store.hold()
            edited = asyncio.ensure_future(driver.edit(LIST, [Put(("a",), 1)]))
            await store.entered()
            await turns(5)
            assert not edited.done()
            store.release()
            await edited
            assert store.records() == 1

    async def test_edits_of_one_turn_share_a_record(self, store: HeldStore) -> None:
        """Callers who edit in the same turn of the event loop share one change, one record and one commit."""
        async with driving(store) as driver:
            before = store.commits
            await asyncio.gather(*(driver.edit(LIST, [Put((f"{number}",), number)]) for number in range(20)))
            assert (store.records(), store.commits) == (1, before + 1)

    async def test_edits_made_during_a_commit_share_a_record(self, store: HeldStore) -> None:
        """The first edit goes at once; what is written while it is being committed goes together after it."""
        async with driving(store) as driver:
            store.hold()
            first = asyncio.ensure_future(driver.edit(LIST, [Put(("first",), 0)]))
            await store.entered()
            later = []
            for number in range(20):
                later.append(asyncio.ensure_future(driver.edit(LIST, [Put((f"{number}",), number)])))
                await turns(1)
            store.release()
            await asyncio.gather(first, *later)
            assert store.records() == 2

    async def test_a_mistake_fails_its_caller_alone(self, store: HeldStore) -> None:
        """An edit that can not be applied, or that no document could take, is its caller's; others stand."""
        async with driving(store) as driver:
            outcomes = await asyncio.gather(
                driver.edit(LIST, [Put(("a",), 1)]),
                driver.edit(LIST, [Put(("b",), 1), Splice(("nothing",), 0, 0, "x")]),
                driver.edit(LIST, [Put((), 1)]),
                return_exceptions=True,
            )
            assert [type(outcome) for outcome in outcomes] == [type(None), UsageError, UsageError]
            assert items(driver) == {"a": 1}

    async def test_cancelling_takes_nothing_back(self, store: HeldStore) -> None:
        """An edit whose caller stops waiting, before or during its commit, is made exactly once."""
        async with driving(store) as driver:
            await driver.edit(LIST, [Put(("items",), [])])
            early = asyncio.ensure_future(driver.edit(LIST, [Insert(("items",), -1, "early")]))
            await turns(1)
            early.cancel()
            store.hold()
            late = asyncio.ensure_future(driver.edit(LIST, [Insert(("items",), -1, "late")]))
            await store.entered()
            late.cancel()
            store.release()
            await driver.edit(LIST, [Insert(("items",), -1, "last")])
            assert early.cancelled()
            assert late.cancelled()
            assert items(driver) == {"items": ["early", "late", "last"]}

    async def test_what_was_handed_over_is_not_changed_later(self, store: HeldStore) -> None:
        """A list that the caller goes on to change is saved as it was."""
        async with driving(store) as driver:
            mutable = ["bread"]
            edited = asyncio.ensure_future(driver.edit(LIST, [Put(("items",), mutable)]))
            await turns(1)
            mutable.append("milk")
            await edited
            assert items(driver) == {"items": ["bread"]}

    async def test_closing_finishes_what_was_asked(self, store: HeldStore) -> None:
        """Edits that wait when the driver is closed are saved and answered; later ones are refused."""
        async with driving(store) as driver:
            edits = [asyncio.ensure_future(driver.edit(LIST, [Put((f"{n}",), n)])) for n in range(5)]
            await turns(1)
            await driver.close()
            await asyncio.gather(*edits)
            for late in (driver.edit(LIST, [Put(("late",), 1)]), driver.until(stored)):
                with pytest.raises(UsageError, match="closed"):
                    await late
        assert store.records() == 1

    async def test_other_work_is_carried_out_and_answered(self, store: HeldStore) -> None:
        """Work that is not an edit is saved like one, and its answer comes after the commit."""
        async with driving(store) as driver:
            assert await driver.ask(lambda _: (Step(save=[Row("extra", b"k", b"v")]), "answer")) == "answer"
            assert store.rows["extra", b"k"] == b"v"


class TestOrder:
    """Save, then send, then tell."""

    async def test_nothing_is_sent_or_told_before_it_is_saved(self, store: HeldStore) -> None:
        """While a commit is held, the relay and the listeners hear nothing of it."""
        relay = MemoryRelay()
        async with driving(store, relay) as driver:
            await driver.until(caught_up)
            told = driver.board.listen()
            store.hold()
            edited = asyncio.ensure_future(driver.edit(LIST, [Put(("a",), 1)]))
            await store.entered()
            hearing = asyncio.ensure_future(anext(told))
            await turns()
            assert not edited.done()
            assert not hearing.done()
            assert not any(isinstance(message, Push) for message in relay.links[0].sent)
            store.release()
            await edited
            assert await hearing == Changed(LIST, local=True)
            await driver.until(stored)
            assert [type(message) for message in relay.links[0].sent].count(Push) == 1

    async def test_what_arrives_is_saved_before_it_shows(self, store: HeldStore) -> None:
        """A foreign record is in the store before the document shows it."""
        relay, other = MemoryRelay(), HeldStore()
        other.rows = dict(store.rows) | {("life", b""): b"another life...."}
        async with driving(other, relay) as writer:
            await writer.edit(LIST, [Put(("a",), 1)])
            await writer.until(stored)
        store.hold()
        async with driving(store, relay) as driver:
            await store.entered()
            await turns()
            assert items(driver) == {}
            store.release()
            await driver.until(caught_up)
            assert items(driver) == {"a": 1}

    async def test_what_may_wait_goes_with_the_next_commit(self, store: HeldStore) -> None:
        """The echo of an own edit is no commit of its own, and nothing of it is missing after the next one."""
        relay = MemoryRelay()
        async with driving(store, relay) as driver:
            await driver.until(caught_up)
            for number in range(3):
                commits = store.commits
                await driver.edit(LIST, [Put((f"k{number}",), number)])
                await driver.until(stored)
                assert store.commits == commits + 1
            read = driver.look(Engine.status).read
            assert read == 3
        async with driving(store) as again:
            assert again.look(Engine.status).read == read
            assert again.look(Engine.status).waiting == 0

    async def test_two_devices_see_each_others_words(self, store: HeldStore) -> None:
        """Over one relay, each shows what the other wrote, and both come to rest."""
        relay, other = MemoryRelay(), HeldStore()
        other.rows = dict(store.rows) | {("life", b""): b"another life...."}
        async with driving(store, relay) as one, driving(other, relay) as two:
            told = two.board.listen()
            await one.edit(LIST, [Put(("one",), 1)])
            while await anext(told) != Changed(LIST, local=False):
                pass
            await two.edit(LIST, [Put(("two",), 2)])
            await two.until(stored)
            await one.until(stored)
            assert items(two) == {"one": 1, "two": 2}


class TestStores:
    """A store that fails."""

    async def test_a_full_store_fails_the_edit_and_nothing_else(self, store: HeldStore) -> None:
        """The caller gets the store's error, the edit is gone from the view, and with room it works again."""
        relay = MemoryRelay()
        async with driving(store, relay) as driver:
            await driver.edit(LIST, [Put(("a",), 1)])
            store.full = True
            with pytest.raises(StoreError):
                await driver.edit(LIST, [Put(("b",), 2)])
            assert items(driver) == {"a": 1}
            store.full = False
            await driver.edit(LIST, [Put(("c",), 3)])
            assert items(driver) == {"a": 1, "c": 3}

    async def test_a_failed_commit_drops_the_link(self, store: HeldStore) -> None:
        """What the link brought and could not be saved comes again over the next."""
        relay = MemoryRelay()
        clock = HandClock()
        async with driving(store, relay, clock=clock) as driver:
            await driver.until(caught_up)
            store.full = True
            with pytest.raises(StoreError):
                await driver.edit(LIST, [Put(("b",), 2)])
            store.full = False
            await clock.asleep()
            assert not driver.look(lambda engine: engine.status()).connected
            clock.advance(100)
            await driver.until(caught_up)
            assert relay.dials == 2

    async def test_a_store_without_room_can_still_be_looked_at(self, store: HeldStore) -> None:
        """What loading would have to save is owed: nothing is sent before it is saved, and views work meanwhile."""
        relay = MemoryRelay()
        clock = HandClock()
        full = FullStore(store)
        async with driving(full, relay, clock=clock) as driver:
            await driver.edit(LIST, [Put(("a",), 1)])
            await driver.until(stored)
            full.rows["fuse", b""] = b"\x90"
            full.full = True
            for number in range(3):
                with pytest.raises(FullError):
                    await driver.edit(LIST, [Put(("b",), number)])
                assert items(driver) == {"a": 1}
            await clock.asleep()
            clock.advance(100)
            await turns(50)
            assert [len(link.sent) for link in relay.links] in ([], [0])
            full.full = False
            await driver.edit(LIST, [Put(("c",), 3)])
            assert ("fuse", b"") not in full.rows

    async def test_a_store_that_can_not_be_read_stops_everything(self, store: HeldStore) -> None:
        """After a failed commit the store is read again; if that fails too, every call says why."""
        async with driving(store) as driver:
            told = driver.board.listen()
            hoping = asyncio.ensure_future(driver.until(lambda status: status.connected))
            await turns()
            store.full = True
            store.rows.clear()
            with pytest.raises(StoreError):
                await driver.edit(LIST, [Put(("b",), 2)])
            for call in (driver.edit(LIST, [Put(("c",), 1)]), anext(told), hoping, driver.until(stored)):
                with pytest.raises(DamagedError):
                    await call
            with pytest.raises(DamagedError):
                items(driver)

    async def test_a_mistake_of_ours_stops_everything(self, store: HeldStore) -> None:
        """An error that nobody planned for fails its callers, and every later call, rather than going on."""

        def fail(_: object) -> tuple[Step, None]:
            raise AssertionError("broken")

        async with driving(store) as driver:
            with pytest.raises(AssertionError, match="broken"):
                await driver.ask(fail)
            with pytest.raises(AssertionError, match="broken"):
                await driver.edit(LIST, [Put(("a",), 1)])

    async def test_no_room_at_the_start_is_told_at_once(self, store: HeldStore) -> None:
        """What must be saved before anything else, and can not be, keeps the driver from starting."""
        full = FullStore(store)
        full.full = True
        with pytest.raises(FullError):
            async with driving(full, moved=True):
                raise AssertionError("it must not start")

    async def test_no_room_at_the_end_costs_nothing(self, store: HeldStore) -> None:
        """Closing without room ends well: what was acknowledged is saved already."""
        full = FullStore(store)
        async with driving(full) as driver:
            await driver.edit(LIST, [Put(("a",), 1)])
            full.full = True
        full.full = False
        async with driving(full) as driver:
            assert items(driver) == {"a": 1}

    async def test_what_waits_behind_a_failure_fails_with_it(self, store: HeldStore) -> None:
        """Edits that were not taken in yet when everything stopped get the error that stopped it."""
        async with driving(store) as driver:
            store.hold()
            first = asyncio.ensure_future(driver.edit(LIST, [Put(("first",), 1)]))
            await store.entered()
            second = asyncio.ensure_future(driver.edit(LIST, [Put(("second",), 1)]))
            await turns()
            store.full = True
            store.rows.clear()
            store.release()
            with pytest.raises(StoreError):
                await first
            with pytest.raises(DamagedError):
                await second


class TestRebuilding:
    """An engine that asks to be made again."""

    async def test_a_rebuild_saves_first_and_reconnects(self, store: HeldStore) -> None:
        """The step's rows are saved, the link is dropped, and with the new engine everything goes on."""
        relay, clock = MemoryRelay(), HandClock()
        async with driving(store, relay, clock=clock) as driver:
            await driver.edit(LIST, [Put(("a",), 1)])
            await driver.until(caught_up)
            before = driver.look(lambda engine: engine)
            step = Step(save=[Row("extra", b"k", b"v")], tell=[Rebuild("why")])
            await driver.ask(lambda _: (step, None))
            await driver.edit(LIST, [Put(("b",), 2)])
            assert store.rows["extra", b"k"] == b"v"
            assert driver.look(lambda engine: engine) is not before
            await clock.asleep()
            clock.advance(100)
            await driver.until(lambda status: caught_up(status) and stored(status))
            assert items(driver) == {"a": 1, "b": 2}
            assert relay.dials == 2

    async def test_a_relay_that_lost_its_log_gets_it_again(self, store: HeldStore) -> None:
        """What a new log lacks of this device is offered to it."""
        clock = HandClock()
        relay = MemoryRelay()
        async with driving(store, relay, clock=clock) as driver:
            await driver.edit(LIST, [Put(("a",), 1)])
            await driver.until(stored)
            relay.relay = MemoryRelay().relay
            relay.relay.entropy = lambda length: b"\x77" * length
            relay.links[0].hang_up()
            for _ in range(2):
                await clock.asleep()
                clock.advance(100)
            await driver.until(lambda status: caught_up(status) and stored(status) and status.read == 1)
            assert [len(log) for log in relay.relay.logs.values()] == [1]

    async def test_a_spoiled_document_is_built_again(self, store: HeldStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """An edit at which the library stops is refused; the next one works on documents that are whole."""

        def stop(_: object) -> Step:
            return Step(tell=[Rebuild("stopped")])

        async with driving(store) as driver:
            await driver.edit(LIST, [Put(("a",), 1)])
            monkeypatch.setattr(driver.look(lambda engine: engine), "edit", stop)
            with pytest.raises(LocalError, match="Nothing of it was saved"):
                await driver.edit(LIST, [Put(("b",), 2)])
            await driver.edit(LIST, [Put(("c",), 3)])
            assert items(driver) == {"a": 1, "c": 3}

    async def test_a_document_that_is_spoiled_says_so(self, store: HeldStore) -> None:
        """Looking at a document that the library spoiled is an error for people, not one of the library's."""

        def spoiled(_: object) -> None:
            raise PoisonedError("stopped")

        async with driving(store) as driver:
            with pytest.raises(LocalError, match="being built again"):
                driver.look(spoiled)

    async def test_rebuilding_for_ever_is_damage(self, store: HeldStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """Engines that ask again and again to be made again are an error, not a loop."""
        async with driving(store) as driver:
            made = []
            load: Load = driver._load

            def load_again() -> tuple[Engine, Step]:
                made.append(1)
                engine, step = load()
                step.tell.append(Rebuild("again"))
                return engine, step

            monkeypatch.setattr(driver, "_load", load_again)
            await driver.ask(lambda _: (Step(tell=[Rebuild("first")]), None))
            with pytest.raises(DamagedError, match="can not be shown"):
                await driver.until(lambda _: False)
            assert len(made) == RELOADS_MAX


class TestLinks:
    """Links that come and go."""

    async def test_a_relay_that_is_down_is_dialled_until_it_is_back(self, store: HeldStore) -> None:
        """What was written meanwhile goes out then."""
        relay, clock = MemoryRelay(), HandClock()
        relay.down = True
        async with driving(store, relay, clock=clock) as driver:
            await driver.edit(LIST, [Put(("a",), 1)])
            for _ in range(3):
                await clock.asleep()
                clock.advance(100)
                await turns()
            assert driver.look(lambda engine: engine.status()).waiting == 1
            relay.down = False
            await clock.asleep()
            clock.advance(100)
            await driver.until(stored)
            assert relay.dials == 5

    async def test_nonsense_costs_the_link(self, store: HeldStore) -> None:
        """A frame that nobody can read hangs up, and the next link works."""
        relay, clock = MemoryRelay(), HandClock()
        async with driving(store, relay, clock=clock) as driver:
            await driver.until(caught_up)
            relay.links[0].arriving.put_nowait(b"")
            await clock.asleep()
            assert not driver.look(lambda engine: engine.status()).connected
            clock.advance(100)
            await driver.until(caught_up)
            assert relay.dials == 2

    async def test_a_good_session_is_marked(self, store: HeldStore) -> None:
        """The link learns that the log was read to its end, so that the next dial need not wait long."""
        relay = MemoryRelay()
        async with driving(store, relay) as driver:
            told = driver.board.listen()
            while not isinstance(await anext(told), CaughtUp):
                pass
            assert relay.links[0].good

    async def test_what_is_refused_is_offered_again_in_time(self, store: HeldStore) -> None:
        """While the relay refuses, time passes by the clock; as soon as it takes what waits, that ends."""
        relay, clock = MemoryRelay(), HandClock()
        async with driving(store, relay, clock=clock) as driver:
            await driver.until(caught_up)
            told = driver.board.listen()
            relay.relay.refuse_pushes = Reason.RATE
            await driver.edit(LIST, [Put(("a",), 1)])
            while not isinstance(await anext(told), RefusedPush):
                pass
            assert driver.look(lambda engine: engine.status()).refused is not None
            relay.relay.refuse_pushes = None
            await clock.asleep()
            await until_stored(driver, clock)
            assert driver._ticker is None
            assert set(clock.waits) == {TICK_S}

    async def test_closing_ends_the_waiting(self, store: HeldStore) -> None:
        """A driver that is closed while the relay refuses leaves nobody waiting."""
        relay, clock = MemoryRelay(), HandClock()
        async with driving(store, relay, clock=clock) as driver:
            await driver.until(caught_up)
            relay.relay.refuse_pushes = Reason.QUOTA
            await driver.edit(LIST, [Put(("a",), 1)])
            await clock.asleep()
            ticker = driver._ticker
            await driver.close()
            assert ticker is not None
            await asyncio.wait({ticker})
            assert ticker.cancelled()


async def until_stored(driver: Driver, clock: HandClock) -> None:
    """Let time pass until nothing waits for the relay."""
    storing = asyncio.ensure_future(driver.until(stored))
    while not storing.done():
        await asyncio.wait({storing, asyncio.ensure_future(clock.asleep())}, return_when=asyncio.FIRST_COMPLETED)
        clock.advance(TICK_S)
        await turns()


class FullStore(MemoryStore):
    """A store that says by its own kind of error that it is full."""

    def __init__(self, other: MemoryStore) -> None:
        """Begin with another's rows."""
        super().__init__()
        self.rows = dict(other.rows)

    def commit(self, rows: Sequence[Row]) -> None:
        """Put and remove rows, unless it is full."""
        if self.full:
            raise FullError("There is no room. What was saved before is safe. Make room.")
        super().commit(rows)
