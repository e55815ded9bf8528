"""What pairing needs of this device: its spaces to share with a new one, and a vault to keep new ones in.

`Home` is the port; `VaultHome` keeps its promises with an open vault.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from troth import Row, Signer
from troth_client.opening import OpenVault
from troth_client.room import SETTINGS, About, RoomId
from troth_client.space import Space
from troth_wire.ids import SpaceId

__all__ = ["Home", "VaultHome"]


class Home(Protocol):
    """This device's vault and open spaces; whoever implements it asks for the passphrase where one is needed."""

    @property
    def rooms(self) -> Sequence[RoomId]:
        """The rooms of the spaces that a new device of this person is to join."""
        ...

    @property
    def known(self) -> Set[SpaceId]:
        """The spaces that this device is in."""
        ...

    async def invite(self, room: RoomId) -> bytes:
        """Return a space's invitation for another device of this person."""
        ...

    async def admit(self, room: RoomId, request: bytes) -> bytes:
        """Add a device to a space; return its welcome."""
        ...

    async def add(self, rows: Sequence[Row], *, admin: bytes, kind: str) -> RoomId:
        """Make a room with its first rows, or not at all; `kind` is empty while it holds no space."""
        ...

    async def load(self, room: RoomId) -> Sequence[Row]:
        """Return a room's rows."""
        ...

    async def commit(self, room: RoomId, rows: Sequence[Row], *, kind: str = "") -> None:
        """Put and remove rows of a room, all or none; from then on it holds a space of this kind, if one is named."""
        ...

    async def admin(self, room: RoomId) -> Signer:
        """Return this device's admin key in a room, for one use."""
        ...


@dataclass(frozen=True)
class VaultHome:
    """A home in an open vault.

    Args:
        vault: Where everything is kept.
        spaces: The open spaces that a new device is to join, by their rooms.
        passphrase: What the person typed again for this one pairing.
    """

    vault: OpenVault
    spaces: Mapping[RoomId, Space]
    passphrase: str

    def __repr__(self) -> str:
        """Say nothing of the passphrase."""
        return f"VaultHome({len(self.spaces)} spaces)"

    @property
    def rooms(self) -> Sequence[RoomId]:
        """The rooms of the spaces that a new device of this person is to join."""
        return tuple(self.spaces)

    @property
    def known(self) -> Set[SpaceId]:
        """The spaces that this device is in."""
        return {space.id for space in self.spaces.values()}

    async def invite(self, room: RoomId) -> bytes:
        """Return a space's invitation for another device of this person."""
        return self.spaces[room].invite()

    async def admit(self, room: RoomId, request: bytes) -> bytes:
        """Add a device to a space; return its welcome."""
        return await self.spaces[room].admit(request, passphrase=self.passphrase)

    async def add(self, rows: Sequence[Row], *, admin: bytes, kind: str) -> RoomId:
        """Make a room with its first rows, or not at all; `kind` is empty while it holds no space."""
        return await self.vault.add_room(rows, admin=admin, passphrase=self.passphrase, kind=kind)

    async def load(self, room: RoomId) -> Sequence[Row]:
        """Return a room's rows."""
        return await self.vault.run(lambda vault: vault.room(room).load())

    async def commit(self, room: RoomId, rows: Sequence[Row], *, kind: str = "") -> None:
        """Put and remove rows of a room, all or none; from then on it holds a space of this kind, if one is named."""
        changed = {room: rows, SETTINGS: [About(kind).row(room)]} if kind else {room: rows}
        await self.vault.run(lambda vault: vault.commit(changed))

    async def admin(self, room: RoomId) -> Signer:
        """Return this device's admin key in a room, for one use."""
        return await self.vault.admin(room, self.passphrase)
