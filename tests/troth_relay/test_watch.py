"""Ready means: the database answers, the disk is above the floor, and nobody told the relay to stop."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.contracts.relay_world import CountingEntropy
from troth_relay import limits
from troth_relay.floor import Floor
from troth_relay.requests import Asked, Settled
from troth_relay.store.memory import Disk, MemoryStore
from troth_relay.watch import Fault, Readiness, ask
from troth_relay.workers import Worker, Writer
from troth_wire.errors import LocalError


class Place:
    """A readiness with everything around it under the test's hand."""

    def __init__(self) -> None:
        """Begin ready."""
        self.disk = Disk()
        self.free_bytes = 100
        self.now_s = 0.0
        self.reader = Worker("reader", _nothing, lambda _: None)
        self.writer = Worker("writer", _nothing, lambda _: None)
        floor = Floor(Path("relay.db"), least_bytes=100, free=lambda _: self.free_bytes)
        store = MemoryStore(self.disk)
        check = Writer(store, CountingEntropy(), floor=floor).check
        self.readiness = Readiness(store, reader=self.reader, writer=self.writer, check=check, clock=lambda: self.now_s)

    async def later(self) -> tuple[Fault, ...]:
        """Ask when the last answer is no longer fresh."""
        self.now_s += limits.READY_FRESH_S
        return await self.readiness.faults()


def _nothing(_: Sequence[Asked]) -> Sequence[Settled]:
    return []


def _in_place(scenario: Callable[[Place], Awaitable[None]]) -> None:
    async def run() -> None:
        place = Place()
        try:
            await scenario(place)
        finally:
            place.reader.close()
            place.writer.close()

    asyncio.run(run())


def test_each_fault_is_named_and_passes() -> None:
    """Damage is store, too little room is disk, both are both; what is mended is ready again."""

    async def scenario(place: Place) -> None:
        assert await place.later() == ()
        place.disk.damaged = True
        assert await place.later() == (Fault.STORE,)
        place.free_bytes = 99
        assert await place.later() == (Fault.STORE, Fault.DISK)
        place.disk.damaged = False
        assert await place.later() == (Fault.DISK,)
        place.free_bytes = 100
        assert await place.later() == ()

    _in_place(scenario)


def test_told_to_stop_is_not_ready() -> None:
    """A relay that drains says so at once, and asks nothing of the store."""

    async def scenario(place: Place) -> None:
        place.readiness.draining = True
        assert await place.readiness.faults() == (Fault.DRAINING,)

    _in_place(scenario)


@pytest.mark.parametrize("side", ["reader", "writer"])
def test_hanging_disk_is_not_ready(side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that hangs on the disk makes the relay not ready, however patient the disk is."""
    monkeypatch.setattr(limits, "READY_WAIT_S", 0.01)
    go_on = Event()

    async def scenario(place: Place) -> None:
        worker: Worker = getattr(place, side)
        worker.call(lambda: go_on.wait(20))
        try:
            assert await place.later() == (Fault.STORE,)
        finally:
            go_on.set()

    _in_place(scenario)


def test_answer_is_given_again_while_fresh() -> None:
    """However often somebody asks, the disk is asked once in a while."""

    async def scenario(place: Place) -> None:
        assert await place.later() == ()
        place.free_bytes = 0
        assert await place.readiness.faults() == ()
        assert await place.later() == (Fault.DISK,)

    _in_place(scenario)


def test_a_bug_is_no_answer() -> None:
    """An error that nobody foresaw is not taken for a disk."""

    async def scenario(place: Place) -> None:
        broken = Floor(Path("relay.db"), least_bytes=1, free=lambda _: 1 // 0)
        place.readiness._check = broken.check
        with pytest.raises(ZeroDivisionError):
            await place.later()

    _in_place(scenario)


@contextmanager
def _answering(answer: bytes) -> Iterator[int]:
    """Answer one request with these bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4_096)
            connection.sendall(answer)

    with listener:
        listener.settimeout(20)
        serving = Thread(target=serve)
        serving.start()
        yield listener.getsockname()[1]
        serving.join(20)


def test_asking_says_what_is_amiss() -> None:
    """A relay that is not ready, or none, is a sentence with what is safe and what to do."""
    with _answering(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nready\n") as port:
        ask("127.0.0.1", port)
    said = b"HTTP/1.1 503 No\r\nContent-Length: 16\r\n\r\nnot ready: disk\n"
    with _answering(said) as port, pytest.raises(LocalError, match=r"says: not ready: disk\. .*is safe"):
        ask("127.0.0.1", port)
    for status in (b"200 OK", b"404 No"):
        page = b"HTTP/1.1 " + status + b"\r\nContent-Length: 13\r\n\r\n<html>my page"
        with _answering(page) as port, pytest.raises(LocalError, match=r"is no relay\. Nothing was changed") as caught:
            ask("127.0.0.1", port)
        assert "html" not in str(caught.value)
    with _answering(b"SSH-2.0\r\n") as port, pytest.raises(LocalError, match="No relay answers"):
        ask("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(LocalError, match="No relay answers"):
        ask("127.0.0.1", port)
