"""The keeper carries what is handed to it, says once that it is open, and dies for every reason that there is."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP, WAIT_S, HandClock
from tests.troth_app.house import DAY, PASSPHRASE, HandClocks, Played, home_at, made, say_to
from troth_app.commands_for_pages import GLANCE, PAUSES
from troth_app.conversation import Begin, frame
from troth_app.home import Home
from troth_app.household import Household
from troth_app.keeper import ALONE, FINISHED, LOOKS_PER_SHOWING, OPENED, Keeper
from troth_app.limits import IDLE_S, LOOK_S, SUSPEND_S
from troth_app.outcome import Code
from troth_app.sockets import pair
from troth_app.watch import IDLE, SLEPT
from troth_client import Machine


class Kept:
    """A keeper that runs, and the agent's end of its channel."""

    def __init__(self, home: Home, *, once: bool) -> None:
        """Begin."""
        self.clock, self.clocks = HandClock(), HandClocks()
        self.agent, channel = pair()
        self.agent.setblocking(False)
        machine = Machine(stretch=CHEAP.stretch, clock=self.clock)
        self.keeper = Keeper(home, channel, once=once, machine=machine, clocks=self.clocks, today=lambda: DAY)
        self.channel = channel
        self.running = asyncio.ensure_future(self.keeper.run())

    async def begin(self, command: str, *, live: bool = False, option: str = "") -> socket.socket:
        """Hand a conversation over; return the terminal's end."""
        near, far = pair()
        near.setblocking(False)
        options = {option: True} if option else {}
        with far:
            socket.send_fds(self.agent, [frame(Begin(command, options, live))], [far.fileno()])
        return near

    async def ask(self, command: str, *answers: str, live: bool = False) -> Played:
        """Carry a whole conversation."""
        with await self.begin(command, live=live) as near:
            return await say_to(near, *answers)

    async def tick(self) -> None:
        """Let the keeper look at the clocks once."""
        await self.clock.asleep()
        self.clock.advance(LOOK_S)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@asynccontextmanager
async def keeping(home: Home, *, once: bool = False) -> AsyncIterator[Kept]:
    """Have a keeper for as long as the block runs."""
    kept = Kept(home, once=once)
    try:
        async with asyncio.timeout(WAIT_S):
            yield kept
    finally:
        kept.running.cancel()
        await asyncio.wait({kept.running})
        if kept.keeper.household is not None:
            await kept.keeper.household.close()
        kept.agent.close()
        kept.channel.close()


async def test_it_opens_and_says_so_once(tmp_path: Path) -> None:
    """The agent is told as soon as the vault is open, and the next conversation finds it open."""
    async with keeping(made(tmp_path)) as kept:
        assert (await kept.ask("unlock", PASSPHRASE)).code == Code.OK
        assert await asyncio.get_running_loop().sock_recv(kept.agent, 10) == OPENED
        assert (await kept.ask("status")).result["state"] == "open"
        assert not kept.running.done()


async def test_several_conversations_at_once(tmp_path: Path) -> None:
    """One that waits for an answer does not hold up another."""
    async with keeping(made(tmp_path)) as kept:
        await kept.ask("unlock", PASSPHRASE)
        with await kept.begin("passphrase"):
            assert (await kept.ask("status")).code == Code.OK


async def test_without_an_open_vault_it_is_for_one_conversation(tmp_path: Path) -> None:
    """A wrong passphrase ends it: nothing is left that could be asked."""
    async with keeping(made(tmp_path)) as kept:
        assert (await kept.ask("unlock", "another")).code == Code.LOCKED
        assert await kept.running == FINISHED


async def test_for_one_command_it_asks_and_ends(tmp_path: Path) -> None:
    """Started for one command, it asks for the passphrase, answers, and is over though a vault is open."""
    async with keeping(made(tmp_path), once=True) as kept:
        assert (await kept.ask("devices list", PASSPHRASE)).code == Code.OK
        assert await kept.running == FINISHED


async def test_it_dies_with_its_agent(tmp_path: Path) -> None:
    """The end of the channel is the end."""
    async with keeping(made(tmp_path)) as kept:
        await kept.ask("unlock", PASSPHRASE)
        kept.agent.close()
        assert await kept.running == ALONE


@pytest.mark.parametrize("said", [b"\0\0\0\x02{}", b"\xff\xff\xff\xff", frame(Begin("status"))])
async def test_an_agent_that_makes_no_sense_is_none(tmp_path: Path, said: bytes) -> None:
    """A sentence that is none, or comes without a connection, is the end."""
    async with keeping(home_at(tmp_path)) as kept:
        kept.agent.send(said)
        assert await kept.running == ALONE


async def test_it_dies_when_nobody_asks(tmp_path: Path) -> None:
    """After the idle time, counted from the end of the last conversation."""
    async with keeping(made(tmp_path)) as kept:
        await kept.ask("unlock", PASSPHRASE)
        kept.clocks.go(IDLE_S - 1)
        await kept.tick()
        assert not kept.running.done()
        kept.clocks.go(1)
        await kept.tick()
        assert await kept.running == IDLE


async def test_a_conversation_keeps_it_alive(tmp_path: Path) -> None:
    """Who is in the middle of something is not thrown out."""
    async with keeping(made(tmp_path)) as kept:
        await kept.ask("unlock", PASSPHRASE)
        with await kept.begin("passphrase") as near:
            await asyncio.get_running_loop().sock_recv(near, 1)
            kept.clocks.go(IDLE_S * 2)
            await kept.tick()
            assert not kept.running.done()


@pytest.mark.parametrize(("command", "option"), [("passphrase", PAUSES), ("passphrase", GLANCE), ("pages news", "")])
async def test_what_a_page_leaves_open_does_not(tmp_path: Path, command: str, option: str) -> None:
    """A question that waits on it, what it looks at by itself, and listening for news hold nothing open."""
    async with keeping(made(tmp_path)) as kept:
        await kept.ask("unlock", PASSPHRASE)
        with await kept.begin(command, option=option) as near:
            while not (kept.keeper._tasks or kept.keeper._listening):
                await asyncio.sleep(0)
            if option:
                await asyncio.get_running_loop().sock_recv(near, 4_096)
            kept.clocks.go(IDLE_S)
            await kept.tick()
            assert await kept.running == IDLE


async def test_it_dies_when_the_machine_slept(tmp_path: Path) -> None:
    """At the first look after it."""
    async with keeping(made(tmp_path)) as kept:
        await kept.ask("unlock", PASSPHRASE)
        kept.clocks.sleep(SUSPEND_S + 1)
        await kept.tick()
        assert await kept.running == SLEPT


async def test_nothing_is_answered_after_a_sleep(tmp_path: Path) -> None:
    """A command that comes before the first look finds it locked too."""
    async with keeping(made(tmp_path)) as kept:
        await kept.ask("unlock", PASSPHRASE)
        kept.clocks.sleep(SUSPEND_S + 1)
        played = await kept.ask("mine list")
        assert (played.code, played.done and played.done.result) == (Code.LOCKED, None)
        assert await kept.running == SLEPT


async def test_help_is_answered_after_a_sleep_and_names_nobody(tmp_path: Path) -> None:
    """Who looks for help first thing after a sleep gets it, without a word of what lies in the vault."""
    async with keeping(made(tmp_path)) as kept:
        await kept.ask("unlock", PASSPHRASE)
        await kept.ask("support add", "0", "canary", "", "")
        assert "canary" in str((await kept.ask("support")).result)
        kept.clocks.sleep(SUSPEND_S + 1)
        played = await kept.ask("support")
        assert played.result["cards"]
        assert "canary" not in str(played.result)
        assert await kept.running == SLEPT


async def test_without_keys_it_waits(tmp_path: Path) -> None:
    """Who takes long over the passphrase is not hurried: there is nothing to protect yet."""
    async with keeping(made(tmp_path)) as kept:
        with await kept.begin("unlock") as near:
            await asyncio.get_running_loop().sock_recv(near, 1)
            kept.clocks.sleep(1_000_000)
            await kept.tick()
            assert not kept.running.done()


async def test_the_spaces_are_shown_the_time_of_day_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once in so many looks, and never before the vault is open."""
    shown: list[int] = []

    async def show(_: Household, wall_s: int) -> None:
        shown.append(wall_s)

    monkeypatch.setattr(Household, "pass_time", show)
    async with keeping(made(tmp_path)) as kept:
        for _ in range(LOOKS_PER_SHOWING):
            await kept.tick()
        assert shown == []
        await kept.ask("unlock", PASSPHRASE)
        for _ in range(2 * LOOKS_PER_SHOWING):
            await kept.tick()
        assert len(shown) == 2
