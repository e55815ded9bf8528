"""Changes of key over real vaults and a relay in a process of its own: who was removed is out, and nobody else is."""

import asyncio
import shutil
import signal
import subprocess
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
from troth_wire.limits import FORWARD_BYTES

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


def copy_files(name: str, copy: str) -> None:
    """Copy the files of a vault, or of a relay."""
    for part in Path().glob(f"{name}*"):
        (shutil.copytree if part.is_dir() else shutil.copy)(part, part.name.replace(name, copy))


def port_of(relay: str) -> str:
    """The port in a relay's address."""
    return relay.rpartition(":")[2].partition("/")[0]


def end(process: subprocess.Popen[str]) -> None:
    """Ask a relay to end, as its operator would, and wait until it has."""
    process.send_signal(signal.SIGTERM)
    process.wait(END_S)


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


def closing_falsely(engine: Engine) -> tuple[Step, None]:
    """Close the log that is written to, with nothing that leads on."""
    target = engine.passage.line.target
    assert target is not None
    return Step(send=[*target.close(None, bytes(FORWARD_BYTES))]), None


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


async def test_two_who_change_the_key_at_once() -> None:
    """Neither knew of the other's change: one of them stands, and the words of both, and of one who was away, show."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        for name in ("ann", "bob"):
            async with opened(name, None) as space:
                await rotate(space)
                await write(space, f"of {name}")
        async with opened("tablet", None) as tablet:
            await write(tablet, "under the old key")
        async with all_of(relay, "ann", "bob", "tablet", "phone") as spaces:
            for space in spaces:
                await shows(space, "first", "of ann", "of bob", "under the old key")
            await together(*spaces)
            assert not [space for space in spaces if space.status().disputed]


async def test_added_while_another_changes_the_key() -> None:
    """The new key was made for the devices that its maker knew; the newcomer comes to hold it too."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with opened("bob", None) as bob:
            await rotate(bob)
            await write(bob, "under the new key")
        await add_device("desk", "ann", relay)
        async with all_of(relay, "bob", "ann", "desk") as (bob, ann, desk):
            for space in (ann, desk):
                await shows(space, "first", "under the new key")
            await together(bob, ann, desk)
            await write(desk, "of the newcomer")
            await shows(bob, "of the newcomer")


async def test_both_remove_a_device_at_once() -> None:
    """Each of two keys was made with one of the removed still in it: neither of them holds the one that stands."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        await add_device("watch", "bob", relay)
        async with all_of(relay, "ann", "bob", "phone", "watch") as spaces:
            await together(*spaces)
        async with all_of(None, "ann", "bob", "phone", "watch") as (ann, bob, phone, watch):
            await revoke(ann, phone)
            await revoke(bob, watch)
        async with all_of(relay, "ann", "bob", "phone", "watch") as (ann, bob, phone, watch):
            for space in (ann, bob):
                await space.until(lambda _, space=space: not {phone.device, watch.device} & space.members.active)  # type: ignore[misc]
            await together(ann, bob)
            await write(ann, "among us")
            await shows(bob, "among us")
            for removed in (phone, watch):
                assert target(ann) not in keys(removed)
                assert "among us" not in removed.view(NOTES)


async def test_a_removed_laptop_that_writes_on() -> None:
    """What it wrote before and others had read stays; what it writes afterwards shows nowhere, and stops nobody."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with all_of(relay, "phone", "ann") as (phone, ann):
            await write(phone, "before")
            await shows(ann, "before")
            removed = phone.device
        async with opened("ann", relay) as ann:
            await revoke(ann, removed)
            await ann.stored()
        async with opened("phone", None) as phone:
            await write(phone, "afterwards")
        async with all_of(relay, "phone", "ann", "bob", "tablet") as (_, *honest):
            await write(honest[0], "among us")
            for space in honest:
                await shows(space, "first", "before", "among us")
            await together(*honest)
            assert not [space for space in honest if "afterwards" in space.view(NOTES)]


async def test_a_thief_adds_a_device_while_the_owner_removes_his() -> None:
    """What the stolen device let in goes with it, and neither of the two reads what comes after."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with opened("phone", None) as phone:
            asked = request_to_join("second", passphrase=SECRET, invitation=phone.invite(), machine=CHEAP)
            welcome = await phone.admit(asked, passphrase=SECRET)
            stolen = phone.device
        join("second", passphrase=SECRET, welcome=welcome, machine=CHEAP)
        async with opened("ann", None) as ann:
            await revoke(ann, stolen)
        async with all_of(relay, "phone", "second", "ann", "bob", "tablet") as (phone, second, *honest):
            await together(*honest)
            await write(honest[0], "among us")
            for space in honest:
                await shows(space, "first", "among us")
                assert not {stolen, second.device} & space.members.active
            for thief in (phone, second):
                assert target(honest[0]) not in keys(thief)
                assert "among us" not in thief.view(NOTES)


async def test_a_backup_that_is_put_back_and_written_to() -> None:
    """A vault of yesterday writes without a connection: nothing that it forgot is lost, and nothing that it wrote."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        copy_files("tablet", "yesterday")
        async with all_of(relay, "tablet", "ann") as (tablet, ann):
            await write(tablet, "of today")
            await rotate(tablet)
            await shows(ann, "of today")
            await together(tablet, ann)
        async with opened("yesterday", None) as yesterday:
            await write(yesterday, "of the backup")
        async with all_of(relay, "yesterday", "ann", "bob") as spaces:
            for space in spaces:
                await shows(space, "first", "of today", "of the backup")
            await together(*spaces)


async def test_a_relay_that_goes_back_to_yesterday() -> None:
    """Its files are swapped for older ones: who has seen more says so, and what is lacking is brought again."""
    with serving(Path("relay.db")) as (process, relay):
        await family(relay)
        end(process)
    copy_files("relay.db", "yesterday.db")
    port = port_of(relay)
    with serving(Path("relay.db"), "--port", port) as (process, _):
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await write(ann, "of today")
            await shows(bob, "of today")
            await together(ann, bob)
        end(process)
    with serving(Path("yesterday.db"), "--port", port) as (_, again):
        assert again == relay
        async with all_of(relay, "tablet", "bob") as (tablet, bob):
            await write(tablet, "on the older log")
            await shows(bob, "of today", "on the older log")
            await together(tablet, bob)
            assert "shows another history" in bob.status().sentences()[0]
        # Its author had a turn; now whoever has it brings it.
        async with all_of(relay, "bob", "tablet") as (_, tablet):
            await shows(tablet, "first", "of today", "on the older log")


async def test_a_log_that_is_closed_to_garbage_again_and_again() -> None:
    """Whoever holds the key can close a log; the others meet again each time, and nothing that was written is lost."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with all_of(relay, "ann", "bob", "phone") as (ann, bob, phone):
            words = ["first"]
            for word in ("one", "two", "three"):
                await together(ann, bob, phone)
                await phone._driver.ask(closing_falsely)
                await write(ann, word)
                words.append(word)
                for space in (ann, bob, phone):
                    await shows(space, *words)
            await revoke(ann, phone)
            await write(bob, "at rest")
            await shows(ann, "at rest")
            await together(ann, bob)
            assert target(ann) not in keys(phone)
        async with opened("tablet", relay) as tablet:
            await shows(tablet, *words, "at rest")


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
        end(process)
    assert finished("restore", "copy.db", "--database", "restored.db")[0] == 0
    port = port_of(relay)
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
        copy_files("tablet", "clone")
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
        end(process)
    port = port_of(relay)
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
