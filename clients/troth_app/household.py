"""Everything behind the passphrase: an open vault, a space for each of its rooms, and what this device remembers.

Only a keeper has one, and ends with it.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from troth import Row
from troth_app.chapter import Chapter, kept_up
from troth_app.claims import claim
from troth_app.settings import Relay, Settings, relay_row
from troth_client import Machine, Space
from troth_client.faraway import note_of
from troth_client.letterbox import Letter
from troth_client.machine import MACHINE
from troth_client.opening import OpenVault, open_vault
from troth_client.room import SETTINGS, SHARED, SOLO, RoomId
from troth_client.vault import Vault

__all__ = ["Household", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """One open space, and what its person calls it.

    Attributes:
        room: Where the vault keeps it.
        kind: `solo` or `shared`.
        label: A name, on this device alone; may be empty.
        space: To read and write in.
    """

    room: RoomId
    kind: str
    label: str
    space: Space


class Household:
    """An open vault with all its spaces, in sync with the relay if there is one."""

    def __init__(self, vault: OpenVault, stack: AsyncExitStack) -> None:
        """Hold what `open` opened."""
        self.vault = vault
        self.settings = Settings()
        self.places: tuple[Place, ...] = ()
        self.inbox_trouble: str | None = None
        self.taken_in = 0
        self.waiting: RoomId | None = None
        """The room in which an invitation is under way, if one is."""
        self.chapter: Chapter | None = None
        """What the two of a space for two keep together, if there is one."""
        self._stack = stack
        self._spaces = AsyncExitStack()

    @classmethod
    async def open(cls, path: Path, *, passphrase: str, machine: Machine = MACHINE) -> "Household":
        """Open a vault and every space in it.

        Raises:
            StoreError: By its kind: PassphraseError, DamagedError, NewerError, BusyError, FullError.
        """
        stack = AsyncExitStack()
        try:
            vault = await stack.enter_async_context(open_vault(path, passphrase=passphrase, machine=machine))
            household = cls(vault, stack)
            household.settings = Settings.parse(await vault.run(lambda opened: list(opened.settings.load())))
            household.taken_in = await household.take_in()
            await household.connect()
        except BaseException:
            await stack.aclose()
            raise
        return household

    async def close(self) -> None:
        """Close every space and the vault."""
        await self._spaces.aclose()
        await self._stack.aclose()

    async def connect(self) -> None:
        """Open every space anew, towards the relay that is remembered now."""
        await self._spaces.aclose()
        self._spaces = AsyncExitStack()
        relay = self.settings.relay or Relay("")
        self.waiting, places = None, []
        for room in self.vault.rooms:
            about = self.vault.about(room)
            if about is None or not about.kind:
                self.waiting = self.waiting or await self.vault.run(partial(_under_way, room=room))
                continue
            opened = self.vault.space(room, relay=relay.address or None, admission=relay.admission)
            places.append(Place(room, about.kind, about.label, await self._spaces.enter_async_context(opened)))
        self.places, self.chapter = tuple(places), None
        if self.shared is not None:
            await claim(self.shared, self.solo)
            kept = kept_up(self.vault, self.shared.room, self.shared.space)
            self.chapter = await self._spaces.enter_async_context(kept)

    async def remember(self, *rows: Row) -> None:
        """Keep rows of the vault's own; what is remembered here follows.

        Raises:
            StoreError: If nothing was changed.
        """
        await self.vault.run(lambda opened: opened.commit({SETTINGS: rows}))
        for row in rows:
            self.settings = self.settings.with_(row)

    async def use(self, relay: Relay | None) -> None:
        """Sync with another relay from now on, or with none."""
        await self.remember(relay_row(relay))
        await self.connect()

    @property
    def solo(self) -> Place:
        """The space that is this person's alone."""
        return next(place for place in self.places if place.kind == SOLO)

    @property
    def shared(self) -> Place | None:
        """The space for two, if there is one."""
        return next((place for place in self.places if place.kind == SHARED), None)

    async def take_in(self) -> int:
        """Move what was written down while the vault was locked to where it stays; return how much that was."""
        letters, self.inbox_trouble = await self.vault.run(_letters)
        if letters:
            # The letter's id is the row's key: a crash before the inbox is cleared moves it again to the same place.
            for letter in letters:
                await self.remember(self.settings.mine_row(letter.id, letter.entry))
            await self.vault.run(lambda opened: opened.clear_inbox(letters))
        return len(letters)


def _letters(vault: Vault) -> tuple[list[Letter], str | None]:
    return vault.take_inbox(), vault.inbox_trouble


def _under_way(vault: Vault, *, room: RoomId) -> RoomId | None:
    """Return the room if a pairing is under way in it; one that was given up leaves an empty room."""
    return room if note_of(vault.room(room).load()) is not None else None
