"""The one place that saves, sends and tells, in that order; it has no choices.

One task takes in everything that waits: all edits are one input, all frames another.
Nothing is sent or told before its commit returned. A commit that fails changed nothing: the engine is discarded,
and made again from what the store holds.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from copy import deepcopy
from functools import partial
from typing import Any, Final, TypeVar

from troth import (
    CaughtUp,
    Edit,
    Engine,
    Errand,
    Event,
    Insert,
    Offline,
    Put,
    Rebuild,
    RefusedEdit,
    RefusedPush,
    Status,
    Step,
    Store,
)
from troth.document import PoisonedError
from troth.edits import check, check_document
from troth_client.batch import Asked, Batch, Work
from troth_client.hearing import Hearing
from troth_client.machine import Clock
from troth_client.notices import Board
from troth_wire.errors import DamagedError, FullError, LocalError, StoreError, UsageError
from troth_wire.ids import DocumentId
from troth_wire.said import Said

__all__ = ["Driver", "Load"]

LOG: Final = logging.getLogger("troth_client")

TICK_S: Final = 1.0
"""While the relay refuses: between looks at whether it may be asked again."""
RELOADS_MAX: Final = 4
"""Engines made in one turn, each of which asks at once for another."""

REBUILDING: Final = Said("The document is being built again from what was saved, which is safe. Try again in a moment.")
UNSHOWABLE: Final = Said(
    "What the vault holds can not be shown. Nothing was changed. Keep the file, and restore a backup beside it."
)

Load = Callable[[], tuple[Engine, Step]]
"""Makes an engine from what the store holds now; runs in the worker thread."""
Result = TypeVar("Result")


class Driver:
    """Drives one engine; used from one event loop."""

    def __init__(self, store: Store, load: Load, *, worker: Executor, clock: Clock) -> None:
        """Take an open store and how to make an engine of it; `start` begins.

        Args:
            store: Where to save.
            load: How to make the engine.
            worker: One thread, in which the store is used.
            clock: For waiting when the relay asks for it.
        """
        self.board = Board()
        """Where notices are put up."""
        self._wake = asyncio.Event()
        self.hearing = Hearing(self._wake)
        """Whom a link tells what it brings."""
        self._store = store
        self._load = load
        self._worker = worker
        self._clock = clock
        self._engine: Engine
        self._task: asyncio.Task[None] | None = None
        self._asked: list[Asked] = []
        self._hopes: list[tuple[Callable[[Status], bool], asyncio.Future[None]]] = []
        self._owed = Step()
        """What must be saved before anything else is: a step whose commit has not returned."""
        self._reloads = 0
        self._errands: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self._tick_due = False
        self._closing = False
        self._error: Exception | None = None

    # What callers use

    async def start(self) -> None:
        """Make the engine and begin.

        Raises:
            StoreError: If the store can not be read, or what must be saved first can not be.
        """
        await self._reload()
        self._task = asyncio.create_task(self._run())

    async def edit(self, document: DocumentId, edits: Sequence[Edit]) -> None:
        """Apply edits to a document, all or none; returns when they are durable.

        Raises:
            UsageError: If they can not be applied.
            LocalError: If they could not be saved.
        """
        check_document(document)
        for edit in edits:
            check(edit)
        await self._ask(Asked(_future(), edits=(document, tuple(map(_own, edits)))))

    async def ask(self, work: Work) -> Any:
        """Do something else with the engine and carry out its step; returns its answer when that is durable.

        Raises:
            TrothError: What the work raised, or why it could not be saved.
        """
        return await self._ask(Asked(_future(), work=work))

    async def until(self, holds: Callable[[Status], bool]) -> None:
        """Wait until something holds of the status, between inputs.

        Raises:
            TrothError: If the driver stopped.
            Exception: What `holds` raised.
        """
        self._check_running()
        hope = _future()
        self._hopes.append((holds, hope))
        self._wake.set()
        await hope

    async def until_read(self) -> None:
        """Wait until everything was read that the relay has of this space, checkpoints included.

        Raises:
            TrothError: If the driver stopped.
        """
        await self.until(lambda _: self._engine.line.read and not self._errands)

    @property
    def open(self) -> bool:
        """Whether it can be asked."""
        return not self._closing

    def look(self, read: Callable[[Engine], Result]) -> Result:
        """Return what the engine shows, without changing it.

        Raises:
            TrothError: What reading raised, or why the driver stopped.
            LocalError: If the document is just being built again.
        """
        self._check_running()
        try:
            return read(self._engine)
        except PoisonedError:
            raise LocalError(REBUILDING) from None

    async def close(self) -> None:
        """Finish what was asked, and stop; what the relay lacks goes out next time."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            try:
                await asyncio.wait({self._task})
            finally:
                self._task.cancel()

    # The task

    async def _run(self) -> None:
        error: Exception = _closed()
        try:
            while not self._closing or self._asked:
                await self._wake.wait()
                self._wake.clear()
                await self._turn()
            await self._finish()
        except Exception as failure:
            LOG.error("stopped: %s", failure if isinstance(failure, LocalError) else type(failure).__name__)
            self._error = error = failure
        finally:
            self._stop(error)

    async def _turn(self) -> None:
        """Take in everything that waits."""
        batch, self._asked, self._reloads = Batch(self._asked), [], 0
        try:
            await self._carry_out(self.hearing.relink(self._engine))
            step = await self._save(self._apply(batch))
            batch.settle()
            await self._show(step)
            await self._carry_out(self._engine.merge())
        except StoreError as error:
            try:
                await self._reload(recovering=True)
            finally:
                # Now that nothing shows any more what was not saved.
                batch.fail(error)
        except BaseException as error:
            batch.fail(error if isinstance(error, Exception) else _closed())
            raise
        self._look_around()

    def _apply(self, batch: Batch) -> Step:
        step = batch.apply(self._engine)
        if self._tick_due:
            self._tick_due = False
            step += self._engine.tick(self._clock.now())
        if not any(isinstance(event, Rebuild) for event in step.tell):
            step += self._engine.receive(self.hearing.frames())
        return step

    async def _carry_out(self, step: Step) -> None:
        await self._show(await self._save(step))

    async def _save(self, step: Step) -> Step:
        """Commit a step, and what is owed before it; return both, to be shown."""
        self._owed += step
        if self._owed.save:
            await self._in_worker(partial(self._store.commit, [*self._owed.note, *self._owed.save]))
            self._owed.note = []
        saved, self._owed = self._owed, Step(note=self._owed.note)
        return saved

    async def _show(self, step: Step) -> None:
        """Send and tell what was committed."""
        asked_to_hang_up = self.hearing.send(step.send)
        for event in step.tell:
            self._tell(event)
        if any(isinstance(event, Rebuild) for event in step.tell):
            await self._reload()
        elif asked_to_hang_up:
            self.hearing.hang_up()
            await self._carry_out(self._engine.disconnect())

    def _tell(self, event: Event) -> None:
        if isinstance(event, Rebuild | RefusedEdit):
            return
        if isinstance(event, Errand):
            running = asyncio.create_task(self._run_errand(event))
            self._errands.add(running)
            running.add_done_callback(self._errand_done)
            return
        if isinstance(event, CaughtUp) and self.hearing.link is not None:
            self.hearing.link.good = True
        if isinstance(event, RefusedPush) and self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())
        self.board.put(event)

    async def _run_errand(self, errand: Errand) -> None:
        """Do what takes long where nobody waits for it, and hand back what it gave."""
        found = await asyncio.to_thread(errand.work)
        if not self._closing:
            await self._ask(Asked(_future(), work=lambda engine: (errand.back(engine, found), None)))

    def _errand_done(self, errand: "asyncio.Task[None]") -> None:
        self._errands.discard(errand)
        self._wake.set()

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(TICK_S)
            self._tick_due = True
            self._wake.set()

    def _look_around(self) -> None:
        """Between inputs: see what may stop, who waited for this, and what is left to do."""
        if self._ticker is not None and self._engine.status().refused is None:
            self._ticker.cancel()
            self._ticker = None
        self._hopes = [(holds, hope) for holds, hope in self._hopes if not hope.done()]
        if self._hopes:
            status = self._engine.status()
            for holds, hope in self._hopes:
                _try(holds, hope, status)
        if self.hearing:
            self._wake.set()

    async def _reload(self, *, recovering: bool = False) -> None:
        """Discard the engine and make it again from the store."""
        self._reloads += 1
        if self._reloads > RELOADS_MAX:
            raise DamagedError(UNSHOWABLE)
        if self.hearing.hang_up():
            self.board.put(Offline())
        self._engine, self._owed = await self._in_worker(self._load)
        try:
            await self._carry_out(Step())
        except FullError as error:
            if not recovering:
                raise
            # Still owed: nothing else is saved, and so nothing is sent, before it is.
            LOG.warning("%s", error)

    async def _finish(self) -> None:
        try:
            await self._save(self._engine.close())
        except FullError as error:
            # Only the fuse stays: what was being merged is looked at again next time.
            LOG.warning("%s", error)

    def _stop(self, error: Exception) -> None:
        """Nothing goes on from here: everyone who waits is told."""
        self._closing = True
        self.hearing.hang_up()
        if self._ticker is not None:
            self._ticker.cancel()
        for errand in self._errands:
            errand.cancel()
        for asked in self._asked:
            asked.fail(error)
        for _, hope in self._hopes:
            if not hope.done():
                hope.set_exception(error)
        self.board.close(self._error)

    async def _ask(self, asked: Asked) -> Any:
        self._check_running()
        self._asked.append(asked)
        self._wake.set()
        # Who is cancelled here takes nothing back: the edit is made once, whether its caller waits or not.
        return await asyncio.shield(asked.done)

    def _check_running(self) -> None:
        self.board.check()
        if self._closing:
            raise _closed()

    async def _in_worker(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)


def _own(edit: Edit) -> Edit:
    """Return an edit that its caller can not change any more; most hold nothing that could be, and a copy is dear."""
    value = edit.value if isinstance(edit, Put | Insert) else None
    return deepcopy(edit) if isinstance(value, Mapping | list | tuple) else edit


def _try(holds: Callable[[Status], bool], hope: "asyncio.Future[None]", status: Status) -> None:
    try:
        if holds(status):
            hope.set_result(None)
    except Exception as error:
        # It is the caller's code, and the caller's mistake.
        hope.set_exception(error)


def _closed() -> UsageError:
    return UsageError(Said("this space is closed"))


def _future() -> "asyncio.Future[Any]":
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    # Nobody may be left to hear of an error; that is no mistake.
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return future
