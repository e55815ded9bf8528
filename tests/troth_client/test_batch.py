"""What callers ask in one turn becomes one input, and each gets its own answer."""

import asyncio

import pytest

from tests.contracts.client_world import new_space
from troth import Engine, Put, Rebuild, Splice, Step, document_id, load
from troth.testing import MemoryStore, entropy_of, probe_here
from troth_client.batch import Asked, Batch
from troth_wire.errors import LocalError, StoreError, UsageError

LIST = document_id("list")


@pytest.fixture
def engine() -> Engine:
    """An engine of a new space."""
    store = MemoryStore()
    new_space(store)
    return load(store.load(), entropy=entropy_of("batch"), probe=probe_here)[0]


def edit(*edits: Put | Splice) -> Asked:
    """Ask for edits."""
    return Asked(asyncio.get_running_loop().create_future(), edits=(LIST, edits))


async def test_edits_of_one_turn_share_a_record(engine: Engine) -> None:
    """Ten callers make one record, and all are answered after the commit only."""
    asked = [edit(Put((f"key {number}",), number)) for number in range(10)]
    batch = Batch(asked)
    step = batch.apply(engine)
    assert sum(row.table == "records" for row in step.save) == 1
    assert not any(one.done.done() for one in asked)
    batch.settle()
    assert [one.done.result() for one in asked] == [None] * 10


async def test_a_mistake_is_its_own_callers(engine: Engine) -> None:
    """What can not be applied fails one caller; the others' edits stand."""
    good, bad = edit(Put(("a",), 1)), edit(Splice(("nothing",), 0, 0, "x"))
    batch = Batch([good, bad])
    batch.apply(engine)
    batch.settle()
    assert good.done.result() is None
    with pytest.raises(UsageError):
        bad.done.result()
    assert engine.view(LIST) == {"a": 1}


async def test_work_gets_its_answer(engine: Engine) -> None:
    """Other work is carried out and answered, and its mistake is its own."""

    def fail(_: Engine) -> tuple[Step, None]:
        raise UsageError("no")

    loop = asyncio.get_running_loop()
    asked = [Asked(loop.create_future(), work=work) for work in (lambda _: (Step(), "answer"), fail)]
    batch = Batch([*asked, edit(Put(("a",), 1))])
    assert batch.apply(engine).save
    batch.settle()
    assert asked[0].done.result() == "answer"
    with pytest.raises(UsageError):
        asked[1].done.result()


async def test_a_commit_that_fails_fails_everyone(engine: Engine) -> None:
    """All who wait get the store's error."""
    asked = [edit(Put(("a",), 1)), edit(Put(("b",), 1))]
    batch = Batch(asked)
    batch.apply(engine)
    batch.fail(StoreError("full"))
    for one in asked:
        with pytest.raises(StoreError):
            one.done.result()


async def test_who_stopped_waiting_is_passed_over(engine: Engine) -> None:
    """A cancelled caller's edit is made all the same."""
    gone = edit(Put(("a",), 1))
    gone.done.cancel()
    batch = Batch([gone])
    batch.apply(engine)
    batch.settle()
    batch.fail(StoreError("too late"))
    assert engine.view(LIST) == {"a": 1}


async def test_a_library_that_stops_fails_the_edits(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the document is spoiled nothing of the edits was saved, and their callers are told so."""
    monkeypatch.setattr(engine, "edit", lambda _: Step(tell=[Rebuild("stopped")]))
    asked = edit(Put(("a",), 1))
    batch = Batch([asked])
    assert batch.apply(engine).tell == [Rebuild("stopped")]
    batch.settle()
    with pytest.raises(LocalError, match="Nothing of it was saved"):
        asked.done.result()


async def test_nothing_asked_asks_nothing(engine: Engine) -> None:
    """An empty turn leaves the engine alone."""
    assert Batch([]).apply(engine) == Step()
