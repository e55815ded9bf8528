"""The demo's processes start, answer, die and leave nothing behind."""

import asyncio
import os
from pathlib import Path

import pytest

from troth_app.demo.processes import DeviceDiedError, DeviceProcess, RelayProcess, end

WAIT_S = 60


def runs(pid: int | None) -> bool:
    """Whether a process of this id is there."""
    assert pid is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def device(folder: Path) -> DeviceProcess:
    """Give a device that has not started."""
    return DeviceProcess("Robin's device 1", folder / "device-1.vault", folder / "device-1.log", "correct horse")


async def test_a_relay_comes_back_at_its_port(tmp_path: Path) -> None:
    """Killed and started again, it has the same port and the same files; in the end it is gone."""
    async with asyncio.timeout(WAIT_S):
        relay = RelayProcess(tmp_path)
        assert relay.files == []
        try:
            await relay.start(["127.0.0.1:1"])
            first, port = relay.pid, relay.port
            await relay.kill()
            assert not runs(first)
            await relay.start(["127.0.0.1:1"])
            second = relay.pid
            assert (relay.port, relay.pid != first) == (port, True)
            assert relay.database in relay.files
        finally:
            await end([relay])
        assert relay.pid is None
        assert not runs(second)


async def test_a_relay_that_can_not_start_says_why(tmp_path: Path) -> None:
    """The end of its log is in the error."""
    (tmp_path / "relay.db").mkdir()
    relay = RelayProcess(tmp_path)
    async with asyncio.timeout(WAIT_S):
        with pytest.raises(DeviceDiedError, match=r"The relay did not start\.\n  \S"):
            await relay.start([])
        await end([relay])


async def test_a_device_answers_and_dies(tmp_path: Path) -> None:
    """It answers in order, says what it can not do, and one that is killed answers no more; none is left."""
    async with asyncio.timeout(WAIT_S):
        robin = device(tmp_path)
        try:
            await robin.start(None)
            assert await robin.ask("alone") == {}
            with pytest.raises(DeviceDiedError, match=r"^Robin's device 1: \S"):
                await robin.ask("alone")
            first = robin.pid
            robin.strike()
            with pytest.raises(DeviceDiedError, match=r"^Robin's device 1 ended before it answered\."):
                await robin.ask("view")
            await robin.kill()
            await robin.give("view")
            assert not runs(first)
            await robin.start(None)
            second = robin.pid
        finally:
            await end([robin])
        assert not runs(second)
        assert (tmp_path / "device-1.vault").exists()


async def test_the_last_words_of_a_device_are_told(tmp_path: Path) -> None:
    """A device that ends by a mistake in the program tells the end of its log, and no more than that."""
    async with asyncio.timeout(WAIT_S):
        robin = device(tmp_path)
        try:
            await robin.start("no such sabotage")
            with pytest.raises(DeviceDiedError, match="KeyError: 'no such sabotage'") as died:
                await robin.ask("alone")
            assert str(died.value).count("\n") <= 3
        finally:
            await end([robin])


async def test_what_never_started_can_be_ended(tmp_path: Path) -> None:
    """Ending is safe at any time, and twice."""
    robin = device(tmp_path)
    await end([robin, RelayProcess(tmp_path)])
    await robin.kill()
    assert robin.pid is None
