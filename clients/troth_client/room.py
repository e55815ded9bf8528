"""A room of a vault: what one space keeps there, apart from every other; a `troth.Store`.

Which rooms there are, and which row is in which, stands inside the sealed rows (specs/vault.md, Rooms).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NewType, Protocol

from troth import Genesis, Row, Signer, aead_open, aead_seal, derive
from troth.crypto import KEY_BYTES, NONCE_BYTES, TAG_BYTES
from troth_client.sealing import ROOM_BYTES
from troth_wire import codec
from troth_wire.errors import ForgedError

__all__ = [
    "OWN",
    "ROOMS",
    "SETTINGS",
    "SHARED",
    "SOLO",
    "About",
    "Keeper",
    "NewRoom",
    "Room",
    "RoomId",
    "kind_of",
    "open_seed",
    "seal_seed",
]

RoomId = NewType("RoomId", bytes)
"""16 random bytes: a room of one vault, on this device alone."""

OWN: Final = RoomId(bytes(ROOM_BYTES))
"""Where the vault keeps the place and the admin seed of every room; nobody else reads or writes there."""
SETTINGS: Final = RoomId(b"\xff" * ROOM_BYTES)
"""The vault's own room, for rows of the app."""

ROOMS: Final = "rooms"
"""The table of the settings that says of every room which kind it is, and what its person calls it."""
SOLO: Final = "solo"
SHARED: Final = "shared"

LABEL_BYTES_MAX: Final = 256
ABOUT_BYTES_MAX: Final = 512
SEALED_SEED_BYTES: Final = NONCE_BYTES + KEY_BYTES + TAG_BYTES

_ABOUT: Final = codec.fields(codec.text(LABEL_BYTES_MAX), codec.text(LABEL_BYTES_MAX))


@dataclass(frozen=True, slots=True)
class About:
    """What the settings say about a room."""

    kind: str
    """`solo` or `shared`."""
    label: str = ""
    """What its person calls it, on this device alone."""

    def row(self, room: RoomId) -> Row:
        """Return the row that remembers it."""
        return Row(ROOMS, room, codec.pack([self.kind, self.label]))

    @classmethod
    def parse(cls, data: bytes) -> "About":
        """Read what `row` wrote.

        Raises:
            MalformedError: If it was not written by it.
        """
        return cls(*codec.decode(data, _ABOUT, bytes_max=ABOUT_BYTES_MAX))


@dataclass(frozen=True, slots=True, repr=False)
class NewRoom:
    """A room that is about to be made."""

    rows: Iterable[Row]
    """What it holds from the beginning."""
    admin: bytes
    """The device's admin seed in its space."""
    kind: str = ""
    label: str = ""


def kind_of(genesis: Genesis) -> str:
    """Return the kind of room in which such a space is kept."""
    return SOLO if len(genesis.founders) == 1 else SHARED


class Keeper(Protocol):
    """What a room needs of its vault."""

    def load(self, room: RoomId) -> list[Row]:
        """Return a room's rows, in order of table and key."""
        ...

    def commit(self, rows: dict[RoomId, Sequence[Row]]) -> None:
        """Put and remove rows of several rooms, durably, all or none."""
        ...

    def has_moved(self, room: RoomId) -> bool:
        """Whether a room was left elsewhere than it is."""
        ...

    def admin(self, room: RoomId, passphrase: str) -> Signer:
        """Return a room's admin key, for one use."""
        ...


class Room:
    """One room of an open vault: a `troth.Store`."""

    __slots__ = ("_vault", "id")

    def __init__(self, vault: Keeper, room: RoomId) -> None:
        """Hold a room that the vault has."""
        self.id = room
        self._vault = vault

    @property
    def moved(self) -> bool:
        """Whether it was found elsewhere than it was left; the first commit remembers the place with its rows."""
        return self._vault.has_moved(self.id)

    def load(self) -> list[Row]:
        """Return every row, in order of table and key.

        Raises:
            StoreError: If the file can not be read, or a row of it was altered.
        """
        return self._vault.load(self.id)

    def commit(self, rows: Sequence[Row]) -> None:
        """Put and remove rows, durably, all or none; of two rows with one key the later stands.

        Raises:
            StoreError: If nothing was changed.
        """
        self._vault.commit({self.id: rows})

    def admin(self, passphrase: str) -> Signer:
        """Return the device's admin key in this room's space, for one use.

        It takes the passphrase again, with all that it costs, and is not remembered; any thread may ask.

        Raises:
            PassphraseError: If this is not the passphrase.
        """
        return self._vault.admin(self.id, passphrase)


def seal_seed(secret: bytes, vault: bytes, room: RoomId, seed: bytes, nonce: bytes) -> bytes:
    """Return a room's admin seed, sealed under the admin secret."""
    return nonce + aead_seal(derive(secret, b"troth/seed", room), nonce, seed, _context(vault, room))


def open_seed(secret: bytes, vault: bytes, room: RoomId, sealed: bytes) -> bytes:
    """Return what `seal_seed` sealed.

    Raises:
        ForgedError: If it was sealed for another room, or is altered.
    """
    if len(sealed) != SEALED_SEED_BYTES:
        raise ForgedError("an admin seed of impossible length")
    key = derive(secret, b"troth/seed", room)
    return aead_open(key, sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _context(vault, room))


def _context(vault: bytes, room: RoomId) -> bytes:
    return b"troth/seed\x00" + vault + room
