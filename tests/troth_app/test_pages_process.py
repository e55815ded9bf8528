"""The process of the pages is begun when somebody asks, ended with every lock, and keeps its address."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.contracts.browser import Browser
from tests.contracts.client_world import WAIT_S
from tests.contracts.relay_process import environment
from tests.troth_app.house import home_at
from troth_app import pages_process
from troth_app.pages_process import PagesProcess


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a home of one's own, also for what is started."""
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TROTH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[PagesProcess]:
    """Have the pages of a home for as long as the block runs."""
    home = home_at(folder)
    home.prepare()
    pages = PagesProcess(home)
    try:
        async with asyncio.timeout(WAIT_S * 3):
            yield pages
    finally:
        await pages.end()


def pid_of(pages: PagesProcess) -> int:
    """Return which process serves."""
    assert pages._child is not None
    return pages._child.pid


async def enter(pages: PagesProcess) -> Browser:
    """Come in by a new address."""
    address = await pages.invite()
    return await asyncio.to_thread(Browser.enter, address)


async def test_it_is_begun_when_somebody_asks(tmp_path: Path) -> None:
    """Before that nobody listens; two who ask get one process and two addresses, each of which opens once."""
    async with serving(tmp_path) as pages:
        await pages.renew()
        assert pages._child is None
        first, second = await asyncio.gather(pages.invite(), pages.invite())
        assert pages.running
        assert first != second
        assert first.rpartition("/in/")[0] == second.rpartition("/in/")[0]
        for address in (first, second):
            assert (await asyncio.to_thread(Browser.enter, address)).cookie


async def test_another_process_takes_its_place(tmp_path: Path) -> None:
    """After a lock: another pid, the same address, whoever was let in stays so, and a key that was not used is none."""
    async with serving(tmp_path) as pages:
        browser = await enter(pages)
        unused, before = await pages.invite(), pid_of(pages)
        await pages.renew()
        assert pid_of(pages) != before
        assert not Path(f"/proc/{before}").exists()
        answered = await asyncio.to_thread(browser.get, "/calm")
        assert answered.status == 200
        path = unused.partition(f":{browser.port}")[2]
        assert (await asyncio.to_thread(Browser(browser.host).get, path)).status == 403


async def test_it_ends(tmp_path: Path) -> None:
    """Nobody listens any more, and ending twice is harmless; who is let in anew begins anew."""
    async with serving(tmp_path) as pages:
        browser = await enter(pages)
        await pages.end()
        await pages.end()
        assert not pages.running
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(browser.get, "/")
        assert (await enter(pages)).cookie


async def test_a_process_that_was_killed_leaves_nobody_waiting(tmp_path: Path) -> None:
    """Nobody listens behind it; the next one who asks gets another, at an address of its own."""
    async with serving(tmp_path) as pages:
        browser = await enter(pages)
        attending = pages._attending
        assert attending is not None
        os.kill(pid_of(pages), signal.SIGKILL)
        await attending
        assert not pages.running
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(browser.get, "/")
        again = await enter(pages)
        assert (await asyncio.to_thread(again.get, "/calm")).status == 200


async def test_who_asks_while_it_dies_gets_another(tmp_path: Path) -> None:
    """Whoever notices first that it is gone."""
    async with serving(tmp_path) as pages:
        await enter(pages)
        assert pages._child is not None
        os.kill(pid_of(pages), signal.SIGKILL)
        while pages.running:
            await asyncio.sleep(0)
        assert (await enter(pages)).cookie


async def test_one_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock does not wait for it."""
    async with serving(tmp_path) as pages:
        await enter(pages)
        before = pid_of(pages)
        os.kill(before, signal.SIGSTOP)
        monkeypatch.setattr(pages_process, "PAGES_END_S", 0)
        await pages.renew()
        assert not Path(f"/proc/{before}").exists()
        assert pid_of(pages) != before


async def test_an_agent_that_is_gone_takes_it_along(tmp_path: Path) -> None:
    """The end of their channel is its end."""
    async with serving(tmp_path) as pages:
        await enter(pages)
        assert pages._channel is not None
        pages._channel.close()
        assert pages._child is not None
        assert await pages._child.wait() == 0


async def test_nothing_of_a_key_or_the_secret_is_seen(tmp_path: Path) -> None:
    """Neither stands in the arguments or the environment of the process, or in the log."""
    async with serving(tmp_path) as pages:
        address = await pages.invite()
        shown = b"".join(Path(f"/proc/{pid_of(pages)}/{name}").read_bytes() for name in ("cmdline", "environ"))
        log = home_at(tmp_path).log.read_bytes()
        for secret in (address.rpartition("/")[2], pages._secret.hex()):
            assert secret.encode() not in shown + log
        assert pages._secret not in shown + log
