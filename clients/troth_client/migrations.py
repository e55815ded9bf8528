"""Brings a vault of an earlier format up to this one: forward only, each step one transaction.

A process that dies in a step leaves the vault as it was before it, and the next opening takes the step again.
A step needs the passphrase, which whoever opens the vault has typed.
"""

from collections.abc import Callable, Collection
from typing import Final

from troth import Cost, Identity, aead_open, derive
from troth.crypto import NONCE_BYTES
from troth_client import trouble
from troth_client.database import Database, Numbered
from troth_client.header import ADMIN, HEADER_BYTES_MAX, ID_BYTES, SALT_BYTES, VAULT, WRAPPED_BYTES, Header, Secrets
from troth_client.header import FORMAT as NEWEST
from troth_client.header import checksum as checksum_of
from troth_client.ledger import ADMIN as SEEDS
from troth_client.ledger import PLACE
from troth_client.machine import Machine
from troth_client.room import OWN, SETTINGS, About, RoomId, kind_of, seal_seed
from troth_client.sealing import KEY_BYTES_MAX, ROOM_BYTES, ROW_BYTES_MAX, TABLE_BYTES_MAX, Content, Sealer, unpad
from troth_wire import codec
from troth_wire.errors import MalformedError, RemoteError, UsageError
from troth_wire.said import Said

__all__ = ["migrate"]

IDENTITY: Final = "identity"

_OLD_HEADER: Final = codec.fields(
    codec.either(1),
    codec.raw(ID_BYTES),
    codec.raw(SALT_BYTES),
    codec.natural(),
    codec.natural(),
    codec.raw(WRAPPED_BYTES),
    codec.raw(WRAPPED_BYTES),
    codec.raw(32),
)
_OLD_ROW: Final = codec.fields(codec.text(TABLE_BYTES_MAX), codec.blob(KEY_BYTES_MAX), codec.blob(ROW_BYTES_MAX))


def migrate(database: Database, passphrase: str, *, machine: Machine) -> None:
    """Take every step from a vault's format to this release's.

    Raises:
        ForgedError: If this is not the passphrase; nothing was changed.
        StoreError: If the vault is not whole, or there is no room; nothing was changed.
    """
    while database.format != NEWEST:
        step = STEPS.get(database.format)
        if step is None:
            raise trouble.damaged(database.path, Said("its tables are not those of a vault"))
        step(database, passphrase, machine)


def give_rooms(database: Database, passphrase: str, machine: Machine) -> None:
    """From 1 to 2: every row is said to be in a room; the admin seed moves from the head into that room.

    The place is kept as it was left, so that a vault that was moved before it was migrated still knows.
    """
    header, secrets, seed = _unlock(database, passphrase, machine)
    room, old = RoomId(machine.entropy(ROOM_BYTES)), _OldSealer(secrets.key, header.vault)
    sealer = Sealer(secrets.key, header.vault, machine.entropy)
    numbered = dict(_moved_in(database, old, room))
    if 1 not in numbered:
        raise trouble.damaged(database.path, Said("a row is missing"))
    sealed_seed = seal_seed(secrets.admin, header.vault, room, seed, machine.entropy(NONCE_BYTES))
    last = max(numbered)
    numbered[last + 1] = (OWN, SEEDS, room, sealed_seed)
    for number, about in enumerate(_about(list(numbered.values()), room), last + 2):
        numbered[number] = about
    put: list[Numbered] = [(number, sealer.seal(number, content)) for number, content in numbered.items()]
    database.write(put=put, header=header.encode(), version=2)


STEPS: Final[dict[int, Callable[[Database, str, Machine], None]]] = {1: give_rooms}


class _OldSealer:
    """Opens the rows of format 1, which knew of no rooms."""

    def __init__(self, vault_key: bytes, vault: bytes) -> None:
        self._key, self._vault = derive(vault_key, b"troth/row"), vault

    def open_(self, number: int, sealed: bytes) -> tuple[str, bytes, bytes]:
        context = b"troth/row\x00" + self._vault + number.to_bytes(8, "big")
        framed = aead_open(self._key, sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
        table, key, value = codec.decode(unpad(framed), _OLD_ROW, bytes_max=ROW_BYTES_MAX)
        return table, key, value


def _unlock(database: Database, passphrase: str, machine: Machine) -> tuple[Header, Secrets, bytes]:
    """Return a new head under the same passphrase, its secrets, and the one admin seed that there was."""
    try:
        _, vault, salt, memory_mib, passes, key, admin, checksum = parts = codec.decode(
            database.header(), _OLD_HEADER, bytes_max=HEADER_BYTES_MAX
        )
        old = Header(vault, salt, Cost(memory_mib, passes))
    except (MalformedError, UsageError) as error:
        raise trouble.damaged(database.path, str(error)) from None
    if checksum != checksum_of(list(parts[:-1])):
        raise trouble.damaged(database.path, Said("its head was altered"))
    stretched = old.guess(passphrase, machine.stretch)
    vault_key, seed = (
        aead_open(
            derive(stretched, label),
            wrapped[:NONCE_BYTES],
            wrapped[NONCE_BYTES:],
            label + b"\x00" + codec.pack(list(parts[:5])),
        )
        for label, wrapped in ((VAULT, key), (ADMIN, admin))
    )
    secrets = Secrets(vault_key, machine.entropy(len(vault_key)))
    return Header.wrap(vault, secrets, passphrase, cost=old.cost, machine=machine), secrets, seed


def _moved_in(database: Database, old: _OldSealer, room: RoomId) -> list[tuple[int, Content]]:
    def move_in(number: int, sealed: bytes) -> tuple[int, Content]:
        table, key, value = old.open_(number, sealed)
        # Row 1 was the place, and no row of the engine's.
        return number, ((OWN, PLACE, room, value) if number == 1 else (room, table, key, value))

    try:
        return database.read(move_in)
    except RemoteError:
        raise trouble.damaged(database.path, Said("a row was altered")) from None


def _about(contents: Collection[Content], room: RoomId) -> list[Content]:
    """Say which kind of room it is, where a device is in a space already and its engine can still be asked."""
    identities = [value for _, table, _, value in contents if table == IDENTITY]
    try:
        kinds = [kind_of(Identity.parse(value).genesis) for value in identities]
    except RemoteError:
        kinds = []
    rows = [About(kind).row(room) for kind in kinds]
    return [(SETTINGS, row.table, row.key, row.value or b"") for row in rows]
