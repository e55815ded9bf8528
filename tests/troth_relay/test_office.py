"""The operator's socket: for its owner alone, bounded, and a stranger at either end is told nothing."""

import asyncio
import os
import socket
import stat
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from troth_relay import limits, office
from troth_relay.office import Office, ask, beside
from troth_relay.orders import Answer, Order, Verb, pack
from troth_wire.errors import FullError, ListenError, LocalError, UsageError

WAIT_S = 20
STATS = Order(Verb.STATS)


async def _answer(order: Order) -> Answer:
    return {"verb": order.verb.value}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A file that belongs to this user."""
    path = tmp_path / "relay.db"
    path.touch()
    return path


@asynccontextmanager
async def _opened(
    database: Path, carry_out: Callable[[Order], Awaitable[Answer]] = _answer
) -> AsyncIterator[asyncio.Task[None]]:
    opened = await Office.open(beside(database), carry_out)
    yield asyncio.create_task(asyncio.sleep(0))
    await opened.close()


async def _ask(database: Path, order: Order = STATS) -> Answer | None:
    return await asyncio.wait_for(asyncio.to_thread(ask, database, order), WAIT_S)


def test_order_is_answered(database: Path) -> None:
    """Whoever owns the database has its relay act; the socket is for them alone, and goes with the relay."""

    async def scenario() -> None:
        async with _opened(database):
            mode = beside(database).stat().st_mode
            assert (stat.S_ISSOCK(mode), stat.S_IMODE(mode)) == (True, 0o600)
            assert await _ask(database) == {"verb": "stats"}
        assert not beside(database).exists()
        assert await _ask(database) is None

    asyncio.run(scenario())


@pytest.mark.parametrize("error", [UsageError("There is none."), FullError("The disk is full.")])
def test_refusal_comes_back_as_it_was(database: Path, error: UsageError | LocalError) -> None:
    """What can not be done is said in the same words, and by whose fault."""

    async def refuse(order: Order) -> Answer:
        raise error

    async def scenario() -> None:
        async with _opened(database, refuse):
            with pytest.raises(UsageError if isinstance(error, UsageError) else LocalError, match=str(error)):
                await _ask(database)

    asyncio.run(scenario())


def test_what_was_not_foreseen_is_said_to_be_so(database: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A bug is logged, answered as what it is without its words, and the next order is heard."""

    async def stumble(order: Order) -> Answer:
        if order.verb is Verb.GC:
            raise RuntimeError("canary")
        return {}

    async def scenario() -> None:
        async with _opened(database, stumble):
            with pytest.raises(LocalError, match="not foreseen") as caught:
                await _ask(database, Order(Verb.GC))
            assert "canary" not in str(caught.value)
            assert await _ask(database) == {}

    asyncio.run(scenario())
    assert "An order failed" in caplog.text


def test_long_path_is_no_trouble(tmp_path: Path) -> None:
    """A database deep in the folders has its socket beside it like any other."""
    folder = tmp_path / ("deep" * 40)
    folder.mkdir()
    database = folder / "relay.db"
    database.touch()

    async def scenario() -> None:
        async with _opened(database):
            assert beside(database).parent == folder
            assert await _ask(database) == {"verb": "stats"}

    asyncio.run(scenario())


def test_what_a_killed_relay_left_is_replaced(database: Path) -> None:
    """A socket that nobody listens at any more is made anew; a file that is no socket is left as it is."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(beside(database)))

    async def scenario() -> None:
        assert await _ask(database) is None
        async with _opened(database):
            assert await _ask(database) == {"verb": "stats"}
        beside(database).write_text("a letter")
        with pytest.raises(ListenError, match="something else is there"):
            await Office.open(beside(database), _answer)
        assert beside(database).read_text() == "a letter"

    asyncio.run(scenario())


def test_relay_that_hangs_is_named(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who only looks waits for a bounded time, and hears that no answer came."""
    monkeypatch.setattr(limits, "LOOK_WAIT_S", 0.05)

    async def scenario() -> None:
        go_on = asyncio.Event()

        async def hang(order: Order) -> Answer:
            await go_on.wait()
            return {}

        async with _opened(database, hang):
            with pytest.raises(LocalError, match=r"has not answered in 0\.05 s.*is safe"):
                await _ask(database)
            go_on.set()

    asyncio.run(scenario())


def test_stranger_is_told_nothing(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order of another user is not read; a relay of another user hears none."""
    told: list[Order] = []

    async def note(order: Order) -> Answer:
        told.append(order)
        return {}

    async def scenario() -> None:
        async with _opened(database, note):
            with monkeypatch.context() as patched:
                patched.setattr(office, "_owner", lambda _: os.getuid() + 4_711)
                with pytest.raises(LocalError, match="gave no answer"):
                    await _ask(database)
            with monkeypatch.context() as patched:
                patched.setattr(office, "_user", lambda _: os.getuid() + 4_711)
                with pytest.raises(LocalError, match="does not own the database"):
                    await _ask(database)
            assert told == []
            assert await _ask(database) == {}

    asyncio.run(scenario())
    assert told == [STATS]


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can become somebody else.")
def test_another_user_of_the_machine_gets_in_nowhere(database: Path, tmp_path: Path) -> None:
    """The system itself keeps others out, also where they may look into the folder."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)

    def may_speak() -> bool:
        command = ["/bin/sh", "-c", 'test -w "$0"', str(beside(database))]
        return subprocess.run(command, user=65_534, group=65_534, extra_groups=[], check=False).returncode == 0

    async def scenario() -> None:
        async with _opened(database):
            assert not await asyncio.to_thread(may_speak)
            # It is the mode that does it.
            beside(database).chmod(0o666)
            assert await asyncio.to_thread(may_speak)

    asyncio.run(scenario())


async def _say(database: Path, line: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(beside(database))
    writer.write(line)
    said = await asyncio.wait_for(reader.read(), WAIT_S)
    writer.close()
    return said


@pytest.mark.parametrize("line", [b"dance\n", b'["stats"]\n', b"\xff\n"])
def test_nonsense_is_refused_in_a_sentence(database: Path, line: bytes) -> None:
    """Whoever says what is no order is told so, and the next order is answered."""

    async def scenario() -> None:
        async with _opened(database):
            assert b"does not know that order" in await _say(database, line)
            assert await _ask(database) == {"verb": "stats"}

    asyncio.run(scenario())


def test_silence_and_floods_are_bounded(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is too long is not read to its end, and silence ends, however many are silent."""
    monkeypatch.setattr(limits, "ORDER_WAIT_S", 0.2)

    async def scenario() -> None:
        async with _opened(database):
            assert await _say(database, b"x" * (4 * limits.ORDER_BYTES_MAX)) == b""
            silent = [await asyncio.open_unix_connection(beside(database)) for _ in range(limits.ORDERS_MAX + 1)]
            ends = await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in silent)), WAIT_S)
            assert ends == [b""] * len(silent)
            for _, writer in silent:
                writer.close()
            assert await _ask(database) == {"verb": "stats"}

    asyncio.run(scenario())


def test_orders_at_a_time_are_bounded(database: Path) -> None:
    """As many orders are heard at a time as may be; one more is sent away unheard, and they are carried out."""
    begun, go_on = list[Order](), asyncio.Event()

    async def slow(order: Order) -> Answer:
        begun.append(order)
        await go_on.wait()
        return {"done": True}

    async def scenario() -> None:
        opened = await Office.open(beside(database), slow)
        asking = [asyncio.create_task(_say(database, pack(STATS))) for _ in range(limits.ORDERS_MAX)]
        async with asyncio.timeout(WAIT_S):
            while len(begun) < limits.ORDERS_MAX:
                await asyncio.sleep(0)
        with pytest.raises(LocalError, match="hears as many orders as it may"):
            await _ask(database)
        assert len(begun) == limits.ORDERS_MAX
        go_on.set()
        assert await asyncio.gather(*asking) == [b'{"done": true}\n'] * limits.ORDERS_MAX
        await opened.close()

    asyncio.run(scenario())


def test_order_under_way_is_finished(database: Path) -> None:
    """A relay that stops finishes the order that it has begun, and says so."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(order: Order) -> Answer:
        begun.set()
        await go_on.wait()
        return {"done": True}

    async def scenario() -> None:
        opened = await Office.open(beside(database), slow)
        asking = asyncio.create_task(_say(database, pack(STATS)))
        await begun.wait()
        closing = asyncio.create_task(opened.close())
        go_on.set()
        await closing
        assert await asking == b'{"done": true}\n'

    asyncio.run(scenario())
