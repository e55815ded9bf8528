"""A packing list for two people who travel: on each of their devices, offline too, and read by nobody else.

    packing.py laptop.trip share ws://127.0.0.1:8440          one of them; it shows a code
    packing.py theirs.trip join ws://127.0.0.1:8440 CODE      the other one
    packing.py laptop.trip let-in ws://127.0.0.1:8440         for another device of one's own,
    packing.py phone.trip join-own ws://127.0.0.1:8440 CODE   which joins
    packing.py laptop.trip add tent                           at any time, and so do `pack tent` and `note "At six."`
    packing.py laptop.trip watch ws://127.0.0.1:8440          shows everything as it comes, until Ctrl-C

Each thing is a key of its own, so that two who add and pack at once undo nothing of each other's; the note is a `Text`,
in which both may type at once, and is made by whoever shares the trip, for two that are made would not become one.
"""

import asyncio
import sys
from getpass import getpass

import troth_client as client
from troth import Put, Splice, Text, document_id
from troth.pairing import Purpose, Ticket
from troth_client import pairing
from troth_wire.errors import TrothError

PACKING, NOTES = document_id("packing"), document_id("notes")
MACHINE = client.Machine()


class Terminal:
    """Speaks with the person in front of it while two devices pair."""

    async def show_code(self, ticket: Ticket) -> None:
        """Show what is typed on the other device."""
        print("The code:", client.render_code(ticket.number or 0, ticket.words))

    async def show_link(self, text: str) -> None:
        """Show a link in place of a code."""
        print(text)

    async def show_words(self, words: tuple[int, ...]) -> None:
        """Show the words by which people know that nobody stands between their devices."""
        print("The words here:", *client.render_words(words))

    async def ask_words(self, positions: tuple[int, int]) -> tuple[int, int]:
        """Ask for two of the words that the other device shows, until they are two of the list."""
        while True:
            try:
                one, two = client.parse_words(await self._ask(f"Its words, counted from 0, at {positions}: "))
            except (TrothError, ValueError) as error:
                print(error)
            else:
                return one, two

    async def ask_match(self, words: tuple[int, ...]) -> bool:
        """Ask whether the other device says so."""
        return await self._ask("Does the other device say that they match? [y/n] ") == "y"

    async def confirm(self, ahead: pairing.Ahead) -> bool:
        """Ask whether to go on."""
        return await self._ask("Go on? [y/n] ") == "y"

    async def _ask(self, question: str) -> str:
        return await asyncio.to_thread(input, question)


async def share(path: str, passphrase: str, relay: str, talk: pairing.Talk) -> None:
    """Begin a trip with another person in the room."""
    client.Vault.create(path, passphrase=passphrase, machine=MACHINE).close()
    async with client.open_vault(path, passphrase=passphrase, machine=MACHINE) as vault:
        home = client.VaultHome(vault, {}, passphrase)
        room = await pairing.host_here(home, client.Address.parse(relay), talk, machine=MACHINE)
        async with vault.space(room) as space:
            await space.edit(NOTES, Put(("text",), Text()))


async def let_in(path: str, passphrase: str, relay: str, talk: pairing.Talk) -> None:
    """Let another device of this person into the trip."""
    opened = client.open_vault(path, passphrase=passphrase, machine=MACHINE)
    async with opened as vault, vault.space(vault.rooms[0], relay=relay) as space:
        await space.caught_up()
        home = client.VaultHome(vault, {vault.rooms[0]: space}, passphrase)
        await pairing.host_device(home, client.Address.parse(relay), talk, machine=MACHINE)
        await space.stored()


async def join(path: str, passphrase: str, relay: str, talk: pairing.Talk, code: str, purpose: Purpose) -> None:
    """Join a trip, as the other person or as another device."""
    address = client.Address.parse(relay)
    ticket = Ticket.of_code(address.host, purpose, *client.parse_code(code))
    client.Vault.create(path, passphrase=passphrase, machine=MACHINE).close()
    async with client.open_vault(path, passphrase=passphrase, machine=MACHINE) as vault:
        guest = pairing.guest_device if purpose is Purpose.DEVICE else pairing.guest_here
        await guest(client.VaultHome(vault, {}, passphrase), ticket, address, talk, machine=MACHINE)


async def write(space: client.Space, command: str, words: str) -> None:
    """Add a thing, pack it, or write at the end of the note."""
    if command == "note":
        await space.edit(NOTES, Splice(("text",), -1, insert=f"{words}\n"))
    else:
        await space.edit(PACKING, Put((words,), command == "pack"))


async def watch(space: client.Space) -> None:
    """Show everything whenever the list changes, and what is not synced yet."""
    async for things in space.watch(PACKING):
        print(*(f"[{'x' if packed else ' '}] {thing}" for thing, packed in sorted(things.items())), sep="\n")
        print(space.view(NOTES).get("text", ""), *space.status().sentences(), sep="\n")


async def run(*given: str, passphrase: str) -> None:
    """Carry out a command."""
    match given:
        case path, "share", relay:
            await share(path, passphrase, relay, Terminal())
        case path, "let-in", relay:
            await let_in(path, passphrase, relay, Terminal())
        case path, "join", relay, code:
            await join(path, passphrase, relay, Terminal(), code, Purpose.JOIN)
        case path, "join-own", relay, code:
            await join(path, passphrase, relay, Terminal(), code, Purpose.DEVICE)
        case path, "watch", relay:
            async with client.open_space(path, passphrase=passphrase, relay=relay, machine=MACHINE) as space:
                await watch(space)
        case path, "add" | "pack" | "note" as command, words:
            async with client.open_space(path, passphrase=passphrase, machine=MACHINE) as space:
                await write(space, command, words)
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) < len(("packing.py", "vault", "command", "words")):
        raise SystemExit(__doc__)
    try:
        asyncio.run(run(*sys.argv[1:], passphrase=getpass("Passphrase: ")))
    except (TrothError, KeyboardInterrupt) as error:
        raise SystemExit(str(error)) from None
