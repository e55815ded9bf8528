"""Devices of one person on one machine, admitted before any clock starts.

The server leaves a note where its folder is; the writer takes the note, makes its own vault there and a few more, and
names the folder as the document's id. Whoever reads takes one of those vaults: a device that was admitted and has
read nothing yet.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from troth import Cost
from troth_client import Space, create_space, join, open_space, request_to_join

__all__ = ["WRITER", "admit", "claim", "create", "leave_note", "opened", "take_note"]

PASSPHRASE: Final = "not a secret"
COST: Final = Cost(memory_mib=64, passes=1)
"""The least that a vault may cost; it is paid before any clock starts."""
WRITER: Final = "writer.vault"


def leave_note(port: int, folder: Path) -> None:
    """Say where the folder of the server at this port is."""
    _note(port).write_text(str(folder.absolute()))


def take_note(port: int) -> Path:
    """Return the folder of the server at this port; the note is gone then."""
    note = _note(port)
    folder = Path(note.read_text())
    note.unlink()
    return folder


def create(vault: Path) -> None:
    """Make a space of one person."""
    create_space(vault, passphrase=PASSPHRASE, cost=COST)


async def admit(space: Space, folder: Path, count: int) -> None:
    """Add devices to an open space, each with a vault in the folder that has read nothing yet."""
    for number in range(count):
        vault = folder / f"device-{number}.vault"
        asked = await asyncio.to_thread(
            request_to_join, vault, passphrase=PASSPHRASE, invitation=space.invite(), cost=COST
        )
        welcome = await space.admit(asked, passphrase=PASSPHRASE)
        await asyncio.to_thread(join, vault, passphrase=PASSPHRASE, welcome=welcome)
    await space.stored()


def claim(folder: Path) -> Path:
    """Return a vault that nobody else has claimed."""
    for vault in sorted(folder.glob("device-*.vault")):
        try:
            os.close(os.open(vault.with_suffix(".taken"), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        return vault
    raise LookupError("every device that was admitted is in use")


@asynccontextmanager
async def opened(vault: Path, port: int) -> AsyncIterator[Space]:
    """Open a vault, for as long as the block runs, and link it to the relay at this port."""
    async with open_space(vault, passphrase=PASSPHRASE, relay=f"ws://127.0.0.1:{port}") as space:
        yield space


def _note(port: int) -> Path:
    return Path(tempfile.gettempdir()) / f"troth-bench-{port}"
