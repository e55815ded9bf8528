"""Two persons with real vaults and a relay in a process of its own: how they begin, write, and come together.

Every wait is for something that happens, and bounded.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from nacl.signing import SigningKey

from tests.contracts.client_world import CHEAP
from tests.contracts.relay_client import Key
from tests.contracts.relay_process import serving
from troth import Engine, Put, Status, Step, derive, document_id
from troth.keys import Epoch
from troth_client import Space, join, open_space, request_to_join
from troth_client.joining import card, countersign_genesis, draft_genesis
from troth_wire.ids import MailboxId

__all__ = [
    "NOTES",
    "SECRET",
    "add_device",
    "all_of",
    "at_rest",
    "copy_files",
    "couple",
    "epoch",
    "family",
    "forked",
    "key_of",
    "keys",
    "opened",
    "revoke",
    "rotate",
    "shown",
    "shows",
    "target",
    "together",
    "write",
]

NOTES: Final = document_id("notes")
SECRET: Final = "correct horse"
WAIT_S: Final = 60


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


# How they begin


async def couple(relay: str) -> None:
    """Ann and Bob, each with one device, and a word that both have."""
    cards = [card(name, passphrase=SECRET, machine=CHEAP) for name in ("ann", "bob")]
    draft = draft_genesis("ann", passphrase=SECRET, cards=cards, machine=CHEAP)
    welcome = countersign_genesis("bob", passphrase=SECRET, draft=draft, machine=CHEAP)
    for name in ("ann", "bob"):
        join(name, passphrase=SECRET, welcome=welcome, machine=CHEAP)
    async with all_of(relay, "ann", "bob") as (ann, bob):
        await write(ann, "first")
        await ann.stored()
        await shows(bob, "first")


async def family(relay: str) -> None:
    """Ann with a laptop (`ann`), a tablet and a phone, and Bob."""
    await couple(relay)
    for name in ("tablet", "phone"):
        await add_device(name, "ann", relay)
    async with all_of(relay, "ann", "tablet", "phone", "bob") as spaces:
        for space in spaces:
            await shows(space, "first")


async def add_device(name: str, by: str, relay: str | None) -> None:
    """Let another device of the same person in; without a relay nobody hears of it yet."""
    async with opened(by, relay) as host:
        if relay is not None:
            await host.caught_up()
        asked = request_to_join(name, passphrase=SECRET, invitation=host.invite(), machine=CHEAP)
        welcome = await host.admit(asked, passphrase=SECRET)
        if relay is not None:
            await host.stored()
    join(name, passphrase=SECRET, welcome=welcome, machine=CHEAP)


def copy_files(name: str, copy: str) -> None:
    """Copy the files of a vault, or of a relay."""
    for part in Path().glob(f"{name}*"):
        (shutil.copytree if part.is_dir() else shutil.copy)(part, part.name.replace(name, copy))


@contextmanager
def forked(*options: str) -> Iterator[tuple[str, str]]:
    """Serve the database of a relay that was ended twice: what comes into one of them is not in the other."""
    copy_files("relay.db", "fork.db")
    with serving(Path("relay.db"), *options) as (_, one), serving(Path("fork.db"), *options) as (_, other):
        yield one, other


# What they do


async def write(space: Space, word: str) -> None:
    """Write a word."""
    await space.edit(NOTES, Put((word,), word))


async def rotate(space: Space) -> None:
    """Change the key."""
    await space._driver.ask(_rotating)


def _rotating(engine: Engine) -> tuple[Step, None]:
    return engine.rotate(), None


async def revoke(space: Space, victim: Space | bytes) -> None:
    """Remove a device."""
    device = victim.device if isinstance(victim, Space) else victim
    await space.revoke(device, passphrase=SECRET)  # type: ignore[arg-type]


# What stands


async def shows(space: Space, *words: str) -> None:
    """Wait until a space shows these words."""
    await space.until(lambda _: set(words) <= shown(space))


async def at_rest(space: Space) -> None:
    """Wait until a device has read all there is for it and sent all it has, and its log is whole for who comes new."""
    driver = space._driver

    def rests(status: Status) -> bool:
        whole = driver.look(lambda engine: engine.passage.is_whole)
        return status.caught_up and not status.waiting and whole and not driver._errands

    await space.until(rests)


def shown(space: Space) -> set[str]:
    """The words that a space shows."""
    return set(space.view(NOTES))


def target(space: Space) -> MailboxId:
    """Where a device writes."""
    return space._driver.look(lambda engine: engine.crossing.mailbox)


def epoch(space: Space) -> Epoch:
    """The key under which a device writes."""
    return space._driver.look(lambda engine: engine.passage.keyring[engine.crossing.mailbox])


def key_of(log: Epoch) -> Key:
    """What opens the log of an epoch at a relay, for whoever talks to that without a vault."""
    return Key(SigningKey(derive(log.key, b"troth/mailbox")))


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
