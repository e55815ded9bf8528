"""One device of the demo, as a process of its own: JSON lines in, JSON lines out, a real vault and a real link.

Run as `python -m troth_app.demo.device VAULT`; the passphrase comes with the first line, never as an argument.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

import troth_client
from troth import Cost, Insert, Put, Splice, Text, document_id
from troth.edits import Edit, Path
from troth_app.chapter import kept_up
from troth_app.demo import record, sabotage
from troth_app.demo.acting import Made
from troth_app.demo.line import Act, parse_line
from troth_app.demo.record import Add, Set, Write
from troth_app.demo.writing import WritingDesk
from troth_client import SHARED, Machine, OpenVault, RoomId, Space, SystemClock, View, open_vault
from troth_couple import Day
from troth_couple.roster import EntryId
from troth_wire.errors import TrothError, UsageError

__all__ = ["main"]

DOCUMENT: Final = document_id("demo")
WAIT_S_MAX: Final = 0.5
COST: Final = Cost(memory_mib=64, passes=1)
"""The least that a vault may cost: the demo opens nine of them on one machine."""


class Brisk(SystemClock):
    """A clock by which nobody waits long: whoever finds no line dials again soon."""

    async def sleep(self, seconds: float) -> None:
        """Wait, a moment at most."""
        await super().sleep(min(seconds, WAIT_S_MAX))


MACHINE: Final = Machine(clock=Brisk())
Reply = dict[str, Any]


class Device:
    """Answers the feeder's commands, one after the other."""

    def __init__(self, vault: str, passphrase: str) -> None:
        self._vault = vault
        self._passphrase = passphrase
        self._stack = AsyncExitStack()
        self._space: Space | None = None
        self._desk: WritingDesk | None = None

    @property
    def space(self) -> Space:
        """The open space."""
        assert self._space is not None, "the feeder opens it before it asks for anything else"
        return self._space

    @property
    def desk(self) -> WritingDesk:
        """Where it writes in the partners' document."""
        assert self._desk is not None, "the feeder opens the space before it asks for anything else"
        return self._desk

    async def answer(self, command: dict[str, Any]) -> Reply:
        """Carry out a command: the method of its name, with its other fields as arguments."""
        do: Callable[..., Awaitable[Reply]] = getattr(self, f"do_{command.pop('do')}")
        return await do(**command)

    # Coming into a space

    async def do_card(self) -> Reply:
        """Make the vault; return the card."""
        made = await self._carry(troth_client.card, cost=COST)
        return {"card": made.hex()}

    async def do_draft(self, cards: list[str]) -> Reply:
        """Draft and sign the genesis."""
        draft = await self._carry(troth_client.draft_genesis, cards=[bytes.fromhex(card) for card in cards])
        return {"draft": draft.hex()}

    async def do_countersign(self, draft: str) -> Reply:
        """Sign the genesis too."""
        welcome = await self._carry(troth_client.countersign_genesis, draft=bytes.fromhex(draft))
        return {"welcome": welcome.hex()}

    async def do_alone(self) -> Reply:
        """Make a space for one person."""
        await self._carry(troth_client.create_space, cost=COST)
        return {}

    async def do_ask(self, invitation: str) -> Reply:
        """Make the vault of a further device; ask to join."""
        asked = await self._carry(troth_client.request_to_join, invitation=bytes.fromhex(invitation), cost=COST)
        return {"request": asked.hex()}

    async def do_join(self, welcome: str) -> Reply:
        """Take up the place in the space."""
        await self._carry(troth_client.join, welcome=bytes.fromhex(welcome))
        return {}

    async def do_open(self, relay: str) -> Reply:
        """Open the space, for two if there is one; return the device id."""
        vault = await self._stack.enter_async_context(
            open_vault(self._vault, passphrase=self._passphrase, machine=MACHINE)
        )
        room = next((room for room in vault.rooms if _kind(vault, room) == SHARED), vault.rooms[0])
        self._space = await self._stack.enter_async_context(vault.space(room, relay=relay))
        chapter = await self._stack.enter_async_context(kept_up(vault, room, self._space))
        self._desk = WritingDesk(vault, chapter, self._passphrase)
        return {"device": self._space.device.hex()}

    async def do_person(self) -> Reply:
        """Return whose device this is."""
        return {"person": self.space.members.person(self.space.device).hex()}

    async def do_invite(self) -> Reply:
        """Invite a further device of this person."""
        return {"invitation": self.space.invite().hex()}

    async def do_admit(self, request: str) -> Reply:
        """Add it."""
        welcome = await self.space.admit(bytes.fromhex(request), passphrase=self._passphrase)
        return {"welcome": welcome.hex()}

    # Writing and reading

    async def do_layout(self, containers: list[tuple[str, list[str]]]) -> Reply:
        """Lay out the maps, lists and texts that the record needs."""
        empty: dict[str, Any] = {"map": {}, "list": [], "text": Text("")}
        await self.space.edit(DOCUMENT, *(Put(tuple(path), empty[kind]) for kind, path in containers))
        return {}

    async def do_edit(self, line: str) -> Reply:
        """Make the edit of one line; return, once it is durable, the value that it replaced, if there was one."""
        edit = parse_line(line)
        assert edit is not None, "the feeder sends no blank lines"
        seen: list[Any] = []

        def make(view: View) -> Sequence[Edit]:
            if isinstance(edit, Set):
                seen.extend(_standing(view, edit.path))
            return list(_edits(edit, view))

        await self.space.revise(DOCUMENT, make)
        return {"seen": seen}

    async def do_act(self, line: str, known: dict[str, list[str]]) -> Reply:
        """Write what one line says in the partners' document; return what came of it, once it is durable.

        Args:
            line: The act.
            known: By line: the entry that came of it, and its subject.
        """
        act = parse_line(line)
        assert isinstance(act, Act), "the feeder sends acts here"
        made = {int(n): Made.of(*names) for n, names in known.items()}
        return await self.desk.write(act, made)

    async def do_forge(self, denied: str) -> Reply:
        """Do what a changed program may try with the keys that it has."""
        await self.desk.forge(EntryId(bytes.fromhex(denied)))
        return {}

    async def do_tend(self) -> Reply:
        """Take in what arrived, and put back what was taken out."""
        await self.desk.chapter.tend()
        return {}

    async def do_view(self, day: str) -> Reply:
        """Return everything that the device shows on a day."""
        return {"view": {"demo": self.space.view(DOCUMENT), **await self.desk.shown(Day(day))}}

    async def do_stored(self) -> Reply:
        """Wait until the relay's log has shown everything that was written here; return how far it was read."""
        await self.space.stored()
        return {"read": self.space.status().read}

    async def do_read(self, position: int) -> Reply:
        """Wait until the log was read up to a position."""
        await self.space.until(lambda status: status.read >= position)
        return {}

    async def do_status(self) -> Reply:
        """Return what the device says about its syncing."""
        status = self.space.status()
        return {"sentences": status.sentences(), "disputed": status.disputed, "waiting": status.waiting}

    async def do_close(self) -> Reply:
        """Close the space."""
        await self._stack.aclose()
        return {}

    async def _carry(self, act: Callable[..., Any], **arguments: Any) -> Any:
        return await asyncio.to_thread(act, self._vault, passphrase=self._passphrase, **arguments)


def _kind(vault: OpenVault, room: RoomId) -> str:
    about = vault.about(room)
    return about.kind if about is not None else ""


def _standing(view: View, path: Path) -> list[Any]:
    try:
        return [view(path)]
    except UsageError:
        return []


def _edits(edit: record.Edit, view: View) -> Sequence[Edit]:
    match edit:
        case Set(path=path, value=value):
            return [Put(path, value)]
        case Add(path=path, value=value):
            return [Insert(path, -1, value)]
        case Write(path=path, replace=replace, insert=insert):
            start, length = record.place(view(path), replace)
            return [Splice(path, start, length, insert)]
    raise AssertionError(f"no such edit: {type(edit).__name__}")


async def _serve(vault: str) -> None:
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    hello = json.loads(await lines.readline())
    sabotage.commit(hello["sabotage"])
    device = Device(vault, hello["passphrase"])
    while line := await lines.readline():
        try:
            reply = await device.answer(json.loads(line))
        except TrothError as error:
            reply = {"error": str(error)}
        print(json.dumps(reply), flush=True)


def main() -> None:
    """Serve until stdin closes."""
    asyncio.run(_serve(sys.argv[1]))


if __name__ == "__main__":
    main()
