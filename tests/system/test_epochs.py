"""Changes of key over real vaults and a relay in a process of its own: who was removed is out, and nobody else is."""

import asyncio
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.relay_process import END_S, finished, serving
from troth import Engine, Put, Step, document_id, tail
from troth_client import Space, join, open_space, request_to_join
from troth_client.joining import card, countersign_genesis, draft_genesis
from troth_wire.ids import MailboxId

NOTES: Final = document_id("notes")
SECRET: Final = "correct horse"
WAIT_S: Final = 60
AHEAD: Final = """
import time
now = time.time
time.time = lambda: now() + 73 * 365 * 86400
from troth_relay.main import main
main()
"""
OF_2099: Final = (sys.executable, "-c", AHEAD)
"""A relay whose clock is seventy-three years ahead."""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in an empty folder."""
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def opened(name: str, relay: str | None) -> AsyncIterator[Space]:
    """Open a vault's space; everything in the block is bounded in time."""
    async with asyncio.timeout(WAIT_S), open_space(name, passphrase=SECRET, relay=relay, machine=CHEAP) as space:
        yield space


@asynccontextmanager
async def all_of(relay: str | None, *names: str) -> AsyncIterator[list[Space]]:
    """Open several vaults side by side."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(opened(name, relay)) for name in names]


def found_couple() -> None:
    """Let Ann and Bob found a space, each with one device."""
    cards = [card(name, passphrase=SECRET, machine=CHEAP) for name in ("ann", "bob")]
    draft = draft_genesis("ann", passphrase=SECRET, cards=cards, machine=CHEAP)
    welcome = countersign_genesis("bob", passphrase=SECRET, draft=draft, machine=CHEAP)
    for name in ("ann", "bob"):
        join(name, passphrase=SECRET, welcome=welcome, machine=CHEAP)


async def add_device(name: str, by: str, relay: str) -> None:
    """Let another device of the same person in."""
    async with opened(by, relay) as host:
        await host.caught_up()
        asked = request_to_join(name, passphrase=SECRET, invitation=host.invite(), machine=CHEAP)
        welcome = await host.admit(asked, passphrase=SECRET)
        await host.stored()
    join(name, passphrase=SECRET, welcome=welcome, machine=CHEAP)


async def family(relay: str) -> None:
    """Ann with a laptop (`ann`), a tablet and a phone, and Bob."""
    found_couple()
    async with opened("ann", relay) as ann:
        await write(ann, "first")
        await ann.stored()
    for name in ("tablet", "phone"):
        await add_device(name, "ann", relay)
    async with all_of(relay, "ann", "tablet", "phone", "bob") as spaces:
        for space in spaces:
            await shows(space, "first")


async def write(space: Space, word: str) -> None:
    """Write a word."""
    await space.edit(NOTES, Put((word,), word))


async def shows(space: Space, *words: str) -> None:
    """Wait until a space shows these words."""
    await space.until(lambda _: set(words) <= set(space.view(NOTES)))


def target(space: Space) -> MailboxId:
    """Where a device writes."""
    return space._driver.look(lambda engine: engine.crossing.mailbox)


def keys(space: Space) -> set[MailboxId]:
    """The mailboxes whose keys a device holds."""
    return space._driver.look(lambda engine: set(engine.passage.keyring))


async def together(*spaces: Space) -> None:
    """Wait until all write to one mailbox, and everything has arrived there."""
    first, *others = spaces
    for space in spaces:
        await space.until(lambda status: status.caught_up and not status.waiting)
    for space in others:
        await space.until(lambda _, space=space: target(space) == target(first))  # type: ignore[misc]


def rotating(engine: Engine) -> tuple[Step, None]:
    """Change the key."""
    return engine.rotate(), None


async def rotate(space: Space) -> None:
    """Change the key."""
    await space._driver.ask(rotating)


async def revoke(space: Space, victim: Space | bytes) -> None:
    """Remove a device."""
    device = victim.device if isinstance(victim, Space) else victim
    await space.revoke(device, passphrase=SECRET)  # type: ignore[arg-type]


async def test_who_was_removed_reads_nothing_more() -> None:
    """Of what is written by devices that know, the removed one shows nothing, and holds no key that opens it."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with all_of(relay, "ann", "bob", "tablet", "phone") as (ann, bob, tablet, phone):
            await revoke(ann, phone)
            await write(ann, "after")
            for space in (bob, tablet):
                await shows(space, "first", "after")
            await write(bob, "from bob")
            await shows(ann, "from bob")
            await together(ann, bob, tablet)
            await phone.until(lambda _: phone.device not in phone.members.active)
            assert target(ann) not in keys(phone)
            assert set(phone.view(NOTES)) == {"first"}
            assert "was removed" in phone.status().sentences()[0]
        async with opened("phone", relay) as phone:
            await phone.until(lambda status: status.connected)
            assert set(phone.view(NOTES)) == {"first"}


async def test_a_log_that_has_become_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next who writes changes the key, and a device that was away meanwhile shows everything."""
    monkeypatch.setattr(tail, "TAIL_ENTRIES_MAX", 8)
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await together(ann, bob)
            before = target(ann)
            words = [f"word {number}" for number in range(24)]
            for word in words:
                await write(ann, word)
                await ann.stored()
            await shows(bob, *words)
            assert target(ann) != before
        async with opened("tablet", relay) as tablet:
            await shows(tablet, "first", *words)


async def test_away_while_the_key_changed_fifty_times() -> None:
    """Who comes back is in the last mailbox, with all words, and brings its own along."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with opened("tablet", None) as tablet:
            await write(tablet, "written away")
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await together(ann, bob)
            for number in range(50):
                await rotate((ann, bob)[number % 2])
                await together(ann, bob)
            await write(bob, "last")
            await shows(ann, "last")
        async with all_of(relay, "ann", "tablet") as (ann, tablet):
            await shows(tablet, "first", "written away", "last")
            await shows(ann, "written away")
            await together(ann, tablet)
            assert not tablet.status().disputed


async def test_a_full_relay_keeps_nobody_in() -> None:
    """Where nothing more is taken, a device is removed all the same, and the others learn of it."""
    with serving(Path("relay.db"), "--quota-mb", "1") as (_, relay):
        await family(relay)
        async with all_of(relay, "ann", "tablet", "phone") as (ann, tablet, phone):
            await together(ann, tablet)
            for number in range(30):
                await ann.edit(NOTES, Put((f"big {number}",), "x" * 40_000))
            await ann.until(lambda status: status.refused is not None)
            await revoke(ann, phone)
            await write(ann, "kept for later")
            await tablet.until(lambda _: phone.device not in tablet.members.active)
            await phone.until(lambda _: phone.device not in phone.members.active)
            assert target(ann) not in keys(phone)
            assert "kept for later" in ann.view(NOTES)


async def test_a_relay_that_is_restored_around_a_closing() -> None:
    """A backup from before the closing opens the old log again: the honest meet in one place."""
    with serving(Path("relay.db")) as (process, relay):
        await family(relay)
        assert finished("backup", "copy.db", "--database", "relay.db")[0] == 0
        async with all_of(relay, "ann", "bob") as (ann, bob):
            async with opened("phone", None) as phone:
                gone = phone.device
            await revoke(ann, gone)
            await write(ann, "after")
            await shows(bob, "after")
            await together(ann, bob)
        process.send_signal(signal.SIGTERM)
        process.wait(END_S)
    assert finished("restore", "copy.db", "--database", "restored.db")[0] == 0
    port = relay.rpartition(":")[2].partition("/")[0]
    with serving(Path("restored.db"), "--port", port) as (_, again):
        assert again == relay
        async with opened("phone", relay) as phone:
            await write(phone, "of the thief")
            await phone.until(lambda status: status.connected)
        async with all_of(relay, "bob", "tablet", "ann", "phone") as (bob, tablet, ann, phone):
            for space in (ann, bob, tablet):
                await shows(space, "first", "after")
            await together(ann, bob, tablet)
            await write(ann, "later")
            await shows(tablet, "later")
            assert target(ann) not in keys(phone)
            assert "later" not in phone.view(NOTES)


async def test_a_vault_that_was_cloned_and_runs_twice() -> None:
    """Both write at once; no word is lost, both know of it, and a key that changes meanwhile reaches both."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        for part in Path().glob("tablet*"):
            (shutil.copytree if part.is_dir() else shutil.copy)(part, part.name.replace("tablet", "clone"))
        async with all_of(relay, "ann", "tablet", "clone") as (ann, tablet, clone):
            await write(tablet, "of the first")
            await write(clone, "of the second")
            await rotate(ann)
            for space in (ann, tablet, clone):
                await shows(space, "first", "of the first", "of the second")
            await together(ann, tablet, clone)
            assert tablet.status().elsewhere or clone.status().elsewhere


async def test_clocks_of_2099(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay and a device far ahead change nothing: who belongs, which key, which order, what is taken."""
    with serving(Path("relay.db")) as (process, relay):
        await family(relay)
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await together(ann, bob)
            before = ann.members
        process.send_signal(signal.SIGTERM)
        process.wait(END_S)
    port = relay.rpartition(":")[2].partition("/")[0]
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 73 * 365 * 86_400)
    with serving(Path("relay.db"), "--port", port, command=OF_2099) as (_, again):
        assert again == relay
        async with all_of(relay, "ann", "bob", "tablet") as (ann, bob, tablet):
            await write(bob, "in 2099")
            for space in (ann, tablet):
                await shows(space, "first", "in 2099")
            await together(ann, bob, tablet)
            assert (ann.members.active, ann.members.current) == (before.active, before.current)
            monkeypatch.setattr(time, "time", real)
            await rotate(ann)
            await write(ann, "of today")
            await shows(bob, "of today")
            await together(ann, bob, tablet)
            assert not [space for space in (ann, bob, tablet) if space.status().disputed]
