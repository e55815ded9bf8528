"""An agent is alone at its home, and a keeper is known by its pid and ends when it is told to."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.contracts.client_world import WAIT_S
from tests.contracts.relay_process import environment
from tests.troth_app.house import PASSPHRASE, Played, home_at, made, say_to
from troth_app.background import KeeperProcess, claim, main, run_agent, serve
from troth_app.calling import BUSY
from troth_app.conversation import Begin, Done, Frames, frame
from troth_app.outcome import Code
from troth_app.sockets import connect, pair


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a home of one's own, also for what is started."""
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TROTH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    """A second claim is refused until the first one's process lets go; a file that is left behind is no hindrance."""
    first = claim(tmp_path / "lock")
    assert first is not None
    assert claim(tmp_path / "lock") is None
    os.close(first)
    again = claim(tmp_path / "lock")
    assert again is not None
    os.close(again)


def test_a_second_agent_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On its connection if it has one, else where its starter can read it."""
    home = home_at(tmp_path)
    home.prepare()
    held = claim(home.lock)
    assert held is not None
    assert main(["agent"]) == Code.HERE
    assert capsys.readouterr().err.strip() == BUSY
    near, far = pair()
    with near:
        assert main(["agent", "--connection", str(far.detach()), "--once"]) == Code.HERE
        frames = Frames()
        frames.feed(near.recv(10_000))
        assert frames.next() == Done(Code.HERE, {"busy": True}, BUSY)
    os.close(held)


def test_an_agent_for_one_conversation(tmp_path: Path) -> None:
    """It answers and is over; it leaves no socket behind."""
    home = home_at(tmp_path)
    near, far = pair()
    with near:
        near.sendall(frame(Begin("status")))
        assert run_agent(number=far.detach(), lasting=False) == Code.OK
        assert b"empty" in near.recv(10_000)
    assert not home.socket.exists()


def test_a_home_that_others_may_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is refused in words, not in a traceback."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home").chmod(0o755)
    assert main(["agent"]) == Code.HERE
    assert "chmod 700" in capsys.readouterr().err


async def test_a_lasting_agent_ends_when_it_is_told(tmp_path: Path) -> None:
    """SIGTERM ends it; its socket goes with it."""
    home = home_at(tmp_path)
    home.prepare()
    async with asyncio.timeout(WAIT_S):
        serving = asyncio.ensure_future(serve(home, first=None, lasting=True))
        while not home.socket.exists():
            await asyncio.sleep(0)
        connection = connect(home.socket)
        assert connection is not None
        with connection:
            connection.setblocking(False)
            connection.sendall(frame(Begin("status")))
            assert (await say_to(connection)).result["state"] == "empty"
        signal.raise_signal(signal.SIGTERM)
        await serving
    assert not home.socket.exists()


async def test_a_keeper_is_for_one_conversation_until_it_opens(tmp_path: Path) -> None:
    """It asks for the passphrase; a wrong one ends it; it is gone, and killing it then is harmless."""
    home = made(tmp_path)
    async with asyncio.timeout(WAIT_S * 3):
        keeper = await KeeperProcess.start(home, once=False)
        # The vault was made with another stretching than a real keeper's, so no passphrase opens it there.
        assert (await _converse(keeper, "unlock", PASSPHRASE)).code == Code.LOCKED
        assert not await keeper.opened()
        await keeper.ended()
        keeper.kill()


async def test_a_keeper_that_is_gone_is_not_talked_to(tmp_path: Path) -> None:
    """Handing over to it is an error, and it never says that it is open."""
    async with asyncio.timeout(WAIT_S * 3):
        keeper = await KeeperProcess.start(made(tmp_path), once=True)
        keeper.kill()
        assert not await keeper.opened()
        near, far = pair()
        with near, far, pytest.raises(OSError, match=r"."):
            keeper.hand(far, Begin("status"))
        await keeper.ended()


async def _converse(keeper: KeeperProcess, command: str, *answers: str) -> Played:
    near, far = pair()
    near.setblocking(False)
    with near:
        with far:
            keeper.hand(far, Begin(command))
        return await say_to(near, *answers)


def test_what_is_started_is_named_by_its_role() -> None:
    """Anything else is refused."""
    with pytest.raises(SystemExit):
        main(["shout"])
