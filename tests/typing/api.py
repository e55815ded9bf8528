"""The public API as an embedder uses it: type-checked, never run."""

from pathlib import Path

from troth import (
    CaughtUp,
    Changed,
    Cost,
    Delete,
    Edit,
    Elsewhere,
    Held,
    Insert,
    Notice,
    Put,
    Splice,
    Status,
    Text,
    Touched,
    document_id,
)
from troth_client import (
    SHARED,
    Letter,
    Machine,
    RoomId,
    Space,
    SystemClock,
    View,
    card,
    countersign_genesis,
    create_space,
    draft_genesis,
    drop,
    join,
    open_space,
    open_vault,
    request_to_join,
    restore,
)
from troth_wire.errors import FullError, LocalError, PassphraseError, StoreError, UsageError

NOTES = document_id("notes")


def alone(path: Path) -> None:
    """Make a space for one person."""
    create_space(path, passphrase="correct horse", cost=Cost(memory_mib=128, passes=3))


def together(ours: Path, theirs: str) -> None:
    """Found a space for two persons."""
    cards: list[bytes] = [card(ours, passphrase="a"), card(theirs, passphrase="b")]
    draft: bytes = draft_genesis(ours, passphrase="a", cards=cards)
    welcome: bytes = countersign_genesis(theirs, passphrase="b", draft=draft)
    join(ours, passphrase="a", welcome=welcome)
    join(theirs, passphrase="b", welcome=welcome)


async def another_device(space: Space, path: Path) -> None:
    """Add a device."""
    request: bytes = request_to_join(path, passphrase="b", invitation=space.invite())
    join(path, passphrase="b", welcome=await space.admit(request, passphrase="a"))


async def write(space: Space) -> None:
    """Edit a document in every way."""
    await space.edit(
        NOTES,
        Put(("title",), Text("Notes")),
        Put(("tags",), ["one", 2, 3.0, None, True, b"bytes", {"deep": []}]),
        Splice(("title",), 0, delete=2, insert="Vo"),
        Insert(("tags",), -1, "last"),
        Delete(("tags", 0)),
    )
    await space.stored()


async def read(space: Space) -> list[str]:
    """Look at a document and at why something is not synced."""
    await space.caught_up()
    title: str = space.view(NOTES, ("title",))
    words: tuple[tuple[bytes, str], ...] = space.said(NOTES, ("title",))
    seen: Touched = space.touched(NOTES)
    print(words, space.touched(NOTES, seen.heads).keys)
    status: Status = space.status()
    return [title, *status.sentences()]


async def count_up(space: Space) -> str:
    """Edit by what stands, and wait for anything that the status shows."""

    def make(view: View) -> list[Edit]:
        return [Put(("count",), view(("count",)) + 1)]

    await space.revise(NOTES, make)
    await space.until(lambda status: status.read > 7)
    return space.device.hex()


async def listen(space: Space) -> None:
    """Hear what happens."""
    async for notice in space.notices():
        heard: Notice = notice
        match heard:
            case Changed(document, local):
                print(document.hex(), local)
            case CaughtUp():
                return
            case Held(why):
                print(why)
            case Elsewhere(record):
                print(record.hex())


async def watch(space: Space) -> None:
    """See a document whenever it shows something else."""
    async for shown in space.watch(NOTES):
        print(shown["title"])


async def run(path: Path) -> None:
    """Open a space, and tell errors apart."""
    machine = Machine(entropy=bytes, clock=SystemClock())
    try:
        async with open_space(
            path, passphrase="a", relay="wss://relay.example", admission=b"pass", machine=machine
        ) as space:
            await write(space)
    except PassphraseError:
        print("try again")
    except FullError as error:
        print(error)
    except (StoreError, LocalError, UsageError) as error:
        print(error)


async def several(path: Path) -> list[Letter]:
    """Keep several spaces in one vault, and do with it what else there is to do."""
    drop(path, b"kept while it is locked")
    async with open_vault(path, passphrase="a") as vault:
        rooms: tuple[RoomId, ...] = vault.rooms
        added: RoomId = await vault.add_room([], admin=bytes(32), passphrase="a", kind=SHARED, label="ours")
        async with vault.space(rooms[0], relay="wss://relay.example") as mine, vault.space(added) as ours:
            await write(mine)
            await read(ours)
        await vault.run(lambda opened: opened.change_passphrase("a", "b"))
        await vault.run(lambda opened: opened.copy_to("backup"))
        letters: list[Letter] = await vault.run(lambda opened: opened.take_inbox())
        await vault.run(lambda opened: opened.clear_inbox(letters))
    restore("backup", "restored", passphrase="b")
    return letters
