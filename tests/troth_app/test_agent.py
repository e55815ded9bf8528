"""The agent hands every conversation to whom it belongs, having read one sentence of it; a lock leaves no keeper."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.client_world import WAIT_S
from tests.troth_app.house import Played, home_at, say_to
from troth_app import agent as agent_module
from troth_app.agent import Agent, Route, route
from troth_app.commands import BY_NAME, COMMANDS, Command, Where
from troth_app.conversation import HEAD_BYTES, Answer, Begin, Done, frame
from troth_app.home import Home
from troth_app.outcome import Code
from troth_app.sockets import connect, listen, pair


class FakeKeeper:
    """A keeper that answers every conversation at once, and opens when it is told to."""

    def __init__(self) -> None:
        """Begin, closed."""
        self.handed: list[Begin] = []
        self.gone = False
        self.killed = False
        self._opened: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._ended = asyncio.Event()
        self.received = asyncio.Event()

    def hand(self, connection: socket.socket, begin: Begin) -> None:
        """Take a conversation, and end it with its own name."""
        if self.gone:
            raise BrokenPipeError
        self.handed.append(begin)
        with connection.dup() as mine:
            mine.setblocking(True)
            mine.sendall(frame(Done(Code.OK, {"by": "keeper"})))
        self.received.set()

    async def opened(self) -> bool:
        """Wait until it is told to open, or ended."""
        return await self._opened

    async def ended(self) -> None:
        """Wait until it is killed."""
        await self._ended.wait()

    def kill(self) -> None:
        """End."""
        self.killed = True
        self.end()

    def open(self) -> None:
        """Say that the vault is open."""
        self._opened.set_result(True)

    def end(self) -> None:
        """Be gone."""
        if not self._opened.done():
            self._opened.set_result(False)
        self._ended.set()


class FakePages:
    """Pages that note what is done with them."""

    def __init__(self) -> None:
        """Begin, served."""
        self.running = True
        self.done: list[str] = []
        self.renewed = asyncio.Event()

    async def invite(self) -> str:
        """Let somebody in."""
        return "http://127.0.0.1:1/in/00"

    async def renew(self) -> None:
        """Begin anew."""
        self.done.append("renewed")
        self.renewed.set()

    async def end(self) -> None:
        """Serve none any more."""
        self.running = False
        self.done.append("ended")


class House:
    """An agent that listens, and the keepers that it started."""

    def __init__(
        self, home: Home, *, lasting: bool = True, linger_s: float = 600, pages: FakePages | None = None
    ) -> None:
        """Begin without a keeper."""
        self.home = home
        self.keepers: list[FakeKeeper] = []
        self.agent = Agent(home, self._start, lasting=lasting, linger_s=linger_s, pages=pages)

    async def _start(self) -> FakeKeeper:
        self.keepers.append(FakeKeeper())
        return self.keepers[-1]

    async def ask(self, command: str, *said: bytes) -> Played:
        """Begin a conversation; return what came of it."""
        connection = connect(self.home.socket)
        assert connection is not None, "nobody listens"
        with connection:
            connection.setblocking(False)
            connection.sendall(frame(Begin(command)) + b"".join(said))
            return await say_to(connection)

    async def opens(self) -> FakeKeeper:
        """Let a keeper open, and wait until the agent knows."""
        await self.ask("unlock")
        keeper = self.keepers[-1]
        keeper.open()
        while not self.agent.is_open:
            await asyncio.sleep(0)
        return keeper


@asynccontextmanager
async def serving(folder: Path, **options: Any) -> AsyncIterator[House]:
    """Have an agent that serves for as long as the block runs."""
    house = House(home_at(folder), **options)
    house.home.prepare()
    with listen(house.home.socket) as listener:
        serving = asyncio.ensure_future(house.agent.serve(listener, None))
        try:
            async with asyncio.timeout(WAIT_S):
                yield house
        finally:
            serving.cancel()
            await asyncio.wait({serving})


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_an_open_keeper_carries_everything_but_the_lock(command: Command) -> None:
    """While a vault is open, the agent answers what it must and nothing else."""
    found = route(command, opened=True, lasting=True)
    assert found is (Route.HERE if command.where is Where.AGENT else Route.KEEPER)


def test_who_carries_what_while_it_is_locked() -> None:
    """What begins starts a keeper; what has an answer gets it; the rest is refused, or asks for the passphrase."""
    routes = {
        name: route(BY_NAME[name], opened=False, lasting=True) for name in ("lock", "unlock", "status", "passphrase")
    }
    assert routes == {"lock": Route.HERE, "unlock": Route.START, "status": Route.HERE, "passphrase": Route.REFUSE}
    assert route(BY_NAME["passphrase"], opened=False, lasting=False) is Route.START


async def test_locked_it_says_so(tmp_path: Path) -> None:
    """What needs the vault is refused with the code for locked, and no keeper is started for it."""
    async with serving(tmp_path) as house:
        house.home.vault.touch()
        assert (await house.ask("passphrase")).code == Code.LOCKED
        assert (await house.ask("status")).result["state"] == "locked"
        assert house.keepers == []


async def test_without_a_vault_it_says_so(tmp_path: Path) -> None:
    """What needs a vault says how to make one."""
    async with serving(tmp_path) as house:
        played = await house.ask("passphrase")
        assert played.code == Code.HERE
        assert played.done is not None
        assert "troth init" in played.done.text


async def test_a_conversation_is_handed_over_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent receives exactly the first sentence: what was sent right behind it is left for the keeper."""
    received: list[bytes] = []
    loop = asyncio.get_running_loop()
    read = loop.sock_recv

    async def spy(connection: socket.socket, size: int) -> bytes:
        received.append(await read(connection, size))
        return received[-1]

    async with serving(tmp_path) as house:
        monkeypatch.setattr(loop, "sock_recv", spy)
        near, far = pair()
        with near:
            near.sendall(frame(Begin("unlock")) + frame(Answer("correct horse")))
            house.agent._begin(far)
            while not house.keepers:
                await asyncio.sleep(0)
            await house.keepers[0].received.wait()
        assert house.keepers[0].handed == [Begin("unlock")]
    assert b"".join(received) == frame(Begin("unlock"))
    assert len(received[0]) == HEAD_BYTES


async def test_the_open_keeper_gets_the_next_conversation(tmp_path: Path) -> None:
    """A keeper that opened is the one; until then each beginning has a keeper of its own."""
    async with serving(tmp_path) as house:
        await house.ask("unlock")
        first = await house.opens()
        assert len(house.keepers) == 2
        assert (await house.ask("status")).result == {"by": "keeper"}
        assert first.handed[-1] == Begin("status")


async def test_a_lock_leaves_no_keeper(tmp_path: Path) -> None:
    """Every keeper is killed and waited for before the answer, those that are not open yet too."""
    async with serving(tmp_path) as house:
        await house.ask("unlock")
        await house.opens()
        said = (await house.ask("lock")).said
        assert all(keeper.killed for keeper in house.keepers)
        assert said.startswith("It is locked.")
        assert not house.agent.is_open
        assert (await house.ask("lock")).said.startswith("It was locked before.")


async def test_a_keeper_that_dies_leaves_it_locked(tmp_path: Path) -> None:
    """However it ended, the next command finds the vault locked."""
    async with serving(tmp_path) as house:
        house.home.vault.touch()
        keeper = await house.opens()
        keeper.end()
        while house.agent.is_open:
            await asyncio.sleep(0)
        assert (await house.ask("status")).result["state"] == "locked"


async def test_a_keeper_that_is_just_dying(tmp_path: Path) -> None:
    """A conversation that can not be handed over costs a sentence."""
    async with serving(tmp_path) as house:
        keeper = await house.opens()
        keeper.gone = True
        assert (await house.ask("status")).code == Code.HERE


async def test_help_is_there_though_the_keeper_is_just_dying(tmp_path: Path) -> None:
    """Where the keeper can not be asked any more, the agent says itself where help is."""
    async with serving(tmp_path) as house:
        assert (await house.ask("support")).result["cards"]
        (await house.opens()).gone = True
        assert (await house.ask("support")).result["cards"]


async def test_what_is_no_command(tmp_path: Path) -> None:
    """A name that is in no table is refused as a mistake of the caller's."""
    async with serving(tmp_path) as house:
        assert (await house.ask("shout")).code == Code.USAGE


@pytest.mark.parametrize("said", [frame(Answer("x")), b"\0\0\0\x02{}", b"\xff\xff\xff\xff", b""])
async def test_what_is_no_conversation_is_dropped(tmp_path: Path, said: bytes) -> None:
    """Who does not begin at the beginning gets no answer, and others go on."""
    async with serving(tmp_path) as house:
        connection = connect(house.home.socket)
        assert connection is not None
        with connection:
            connection.setblocking(False)
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            assert await asyncio.get_running_loop().sock_recv(connection, 1) == b""
        assert (await house.ask("status")).code == Code.OK


async def test_who_says_nothing_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection without a sentence ends after its time."""
    monkeypatch.setattr(agent_module, "BEGIN_WAIT_S", 0)
    async with serving(tmp_path) as house:
        connection = connect(house.home.socket)
        assert connection is not None
        with connection:
            connection.setblocking(False)
            assert await asyncio.get_running_loop().sock_recv(connection, 1) == b""


async def test_another_version_is_told_what_to_do(tmp_path: Path) -> None:
    """A command of another version learns how to end the agent."""
    async with serving(tmp_path) as house:
        connection = connect(house.home.socket)
        assert connection is not None
        with connection:
            connection.setblocking(False)
            body = b'{"kind":"begin","command":"status","options":{},"live":true,"version":99}'
            connection.sendall(len(body).to_bytes(HEAD_BYTES) + body)
            played = await say_to(connection)
        assert played.done is not None
        assert "another version" in played.done.text


async def test_a_stranger_is_not_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection of another user is hung up on."""
    async with serving(tmp_path) as house:
        connection = connect(house.home.socket)
        assert connection is not None
        monkeypatch.setattr(agent_module, "is_ours", lambda _: False)
        with connection:
            connection.setblocking(False)
            assert await asyncio.get_running_loop().sock_recv(connection, 1) == b""


async def test_too_many_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound a conversation is refused in words, and those before it are not touched."""
    async with serving(tmp_path) as house:
        monkeypatch.setattr(agent_module, "CONVERSATIONS_MAX", 2)
        waiting = [connect(house.home.socket) for _ in range(2)]
        while house.agent.conversations < len(waiting):
            await asyncio.sleep(0)
        played = await house.ask("status")
        assert played.code == Code.HERE
        for connection in waiting:
            assert connection is not None
            connection.close()
        while house.agent.conversations:
            await asyncio.sleep(0)
        assert (await house.ask("status")).code == Code.OK


async def test_an_agent_for_one_command_ends_with_it(tmp_path: Path) -> None:
    """It carries the conversation it was started for, and returns when that is over and its keeper gone."""
    house = House(home_at(tmp_path), lasting=False)
    near, far = pair()
    with near:
        near.setblocking(False)
        near.sendall(frame(Begin("passphrase")))
        async with asyncio.timeout(WAIT_S):
            serving = asyncio.ensure_future(house.agent.serve(None, far))
            assert (await say_to(near)).result == {"by": "keeper"}
            assert not serving.done()
            house.keepers[0].end()
            await serving


async def test_an_agent_that_nobody_needs_ends(tmp_path: Path) -> None:
    """Without a keeper, and without being asked, it does not stay for ever."""
    house = House(home_at(tmp_path), linger_s=0)
    house.home.prepare()
    with listen(house.home.socket) as listener:
        async with asyncio.timeout(WAIT_S):
            await house.agent.serve(listener, None)


async def test_an_agent_that_is_told_to_end_leaves_no_keeper(tmp_path: Path) -> None:
    """Whatever ends it, its keepers end first."""
    async with serving(tmp_path) as house:
        keeper = await house.opens()
    assert keeper.killed


async def test_pages_begin_anew_with_every_lock(tmp_path: Path) -> None:
    """Also where a keeper ended by itself; once each; and they end with the agent."""
    pages = FakePages()
    async with serving(tmp_path, pages=pages) as house:
        assert (await house.ask("web")).result == {"address": "http://127.0.0.1:1/in/00"}
        await house.opens()
        assert (await house.ask("lock")).code == Code.OK
        await pages.renewed.wait()
        pages.renewed.clear()
        keeper = await house.opens()
        keeper.end()
        await pages.renewed.wait()
        assert pages.done == ["renewed", "renewed"]
    assert pages.done == ["renewed", "renewed", "ended"]


async def test_an_agent_stays_for_its_pages(tmp_path: Path) -> None:
    """Without a keeper and without being asked, for as long as they are served."""
    pages = FakePages()
    house = House(home_at(tmp_path), linger_s=0, pages=pages)
    house.home.prepare()
    with listen(house.home.socket) as listener:
        async with asyncio.timeout(WAIT_S):
            serving = asyncio.ensure_future(house.agent.serve(listener, None))
            for _ in range(10):
                await asyncio.sleep(0)
            assert not serving.done()
            pages.running = False
            await serving


async def test_an_agent_for_one_command_has_no_pages(tmp_path: Path) -> None:
    """Whoever asks for them is told so, and nothing is changed."""
    async with serving(tmp_path) as house:
        assert (await house.ask("web")).code == Code.HERE
