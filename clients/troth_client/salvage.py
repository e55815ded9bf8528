"""Reads what still opens of a damaged vault, and makes a new vault of it; the damaged one is only read.

What is found has its seal, so nothing is made up; what is missing is counted and said.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from troth import Row
from troth.crypto import NONCE_BYTES
from troth_client import files, trouble
from troth_client.carving import Cell, carve
from troth_client.database import WAL, Database, Numbered
from troth_client.header import Header, Secrets
from troth_client.ledger import ADMIN, PLACE
from troth_client.machine import MACHINE, Machine
from troth_client.reading import NOWHERE
from troth_client.room import OWN, ROOMS, SETTINGS, SHARED, SOLO, About, RoomId, open_seed, seal_seed
from troth_client.sealing import Content, Sealer
from troth_wire.errors import ForgedError, MalformedError
from troth_wire.said import Said, plural

__all__ = ["Salvaged", "rescue", "salvage"]

READ: Final = plural("{count} row was read.", "{count} rows were read.")
ALTERED: Final = plural(
    "{count} row was found and does not open: it was altered.",
    "{count} rows were found and do not open: they were altered.",
)
CUT: Final = plural("{count} row was found in part.", "{count} rows were found in part.")
NO_TRACE: Final = Said("Rows that left no trace can not be counted; what reached the relay comes back from there.")
LOST_KEYS: Final = Said("{name} has lost the keys of this device: its rows are kept, and it can not be opened.")
LOST_ADMIN: Final = Said("{name} opens again, but has lost its admin key: it can not add devices from here.")
OPENS: Final = Said("{name} opens again.")
NAMELESS: Final = Said("A space without a name")
UNLABELLED: Final = {SOLO: Said("The space of one"), SHARED: Said("The space for two")}
LABELLED: Final = {SOLO: Said("The space of one, “{label}”,"), SHARED: Said("The space for two, “{label}”,")}

IDENTITY: Final = "identity"
AnyPath = str | os.PathLike[str]


@dataclass(frozen=True, repr=False)
class Salvaged:
    """What still opens. Holds secrets, as the vault does."""

    header: Header
    rooms: Mapping[RoomId, Sequence[Row]]
    """Rows by room, the settings among them."""
    seeds: Mapping[RoomId, bytes]
    """The admin seeds that still open."""
    altered: int
    """Rows that are there and do not open."""
    cut: int
    """Rows of which a part is missing."""

    @property
    def whole(self) -> list[RoomId]:
        """The rooms that know who this device is, and so can be opened again."""
        return [room for room in self._spaces() if any(row.table == IDENTITY for row in self.rooms[room])]

    def sentences(self) -> list[str]:
        """Say what was found and what was not, for people."""
        said: list[str] = [READ.format(count=sum(map(len, self.rooms.values())))]
        said += [ALTERED.format(count=self.altered)] if self.altered else []
        said += [CUT.format(count=self.cut)] if self.cut else []
        said.append(NO_TRACE)
        for room in self._spaces():
            name = self._name(room)
            if room not in self.whole:
                said.append(LOST_KEYS.format(name=name))
            elif room not in self.seeds:
                said.append(LOST_ADMIN.format(name=name))
            else:
                said.append(OPENS.format(name=name))
        return said

    def _spaces(self) -> list[RoomId]:
        return [room for room in self.rooms if room not in (OWN, SETTINGS)]

    def _name(self, room: RoomId) -> str:
        for row in self.rooms.get(SETTINGS, ()):
            if (row.table, row.key) == (ROOMS, room) and row.value:
                about = About.parse(row.value)
                return (LABELLED if about.label else UNLABELLED).get(about.kind, NAMELESS).format(label=about.label)
        return NAMELESS


def salvage(path: AnyPath, *, passphrase: str, machine: Machine = MACHINE) -> Salvaged:
    """Read a damaged vault that nobody has open; nothing is written anywhere.

    Raises:
        PassphraseError: If its head is whole and this is not the passphrase.
        DamagedError: If its head is gone, without which nothing opens.
        StoreError: If it is not there, or can not be read.
    """
    file = Path(path)
    cells = list(carve(_bytes(file), _bytes(files.beside(file, WAL), optional=True)))
    header, secrets = _unlock(file, cells, passphrase, machine)
    rows, altered, cut = _open(cells, Sealer(secrets.key, header.vault, machine.entropy), header)
    rooms: dict[RoomId, list[Row]] = {}
    seeds: dict[RoomId, bytes] = {}
    for room, table, key, value in rows.values():
        if room != OWN:
            rooms.setdefault(RoomId(room), []).append(Row(table, key, value))
        else:
            rooms.setdefault(RoomId(key), [])
            seeds |= _seed(secrets, header, RoomId(key), value) if table == ADMIN else {}
    return Salvaged(header, rooms, seeds, altered, cut)


def rescue(path: AnyPath, new_path: AnyPath, *, passphrase: str, machine: Machine = MACHINE) -> list[str]:
    """Make a new vault of what still opens of a damaged one; every room in it begins another life.

    Args:
        path: The damaged vault; it is only read.
        new_path: The new one; there must be no file yet.
        passphrase: What opens both.
        machine: For tests.

    Returns:
        What was found and what was not, in sentences for people.

    Raises:
        UsageError: If there is a file at `new_path`.
        StoreError: As `salvage`, or if the new vault can not be written.
    """
    files.check_free(Path(new_path), any_size=True)
    found = salvage(path, passphrase=passphrase, machine=machine)
    header, secrets = Header.make(passphrase, cost=found.header.cost, machine=machine)
    rows = _numbered(found, header, secrets, machine)
    with closing(Database.create(Path(new_path), header.encode(), rows)):
        return found.sentences()


def _bytes(file: Path, *, optional: bool = False) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        if optional:
            return b""
        raise trouble.missing(file) from None
    except OSError as error:
        raise trouble.broken(file, error.strerror or type(error).__name__) from None


def _unlock(file: Path, cells: Sequence[Cell], passphrase: str, machine: Machine) -> tuple[Header, Secrets]:
    headers = list(_headers(cells))
    if not headers:
        raise trouble.damaged(file, Said("its head is gone, or of an earlier format, and without it nothing opens"))
    for header in headers:
        try:
            return header, header.secrets(passphrase, stretch=machine.stretch)
        except ForgedError:
            continue
    raise trouble.wrong_passphrase(file)


def _headers(cells: Sequence[Cell]) -> Iterator[Header]:
    for cell in cells:
        try:
            yield Header.parse(cell.content or b"")
        except MalformedError:
            continue


def _open(cells: Sequence[Cell], sealer: Sealer, header: Header) -> tuple[dict[int, Content], int, int]:
    """Return what opens, by number, and how many are altered and cut."""
    rows: dict[int, Content] = {}
    altered, cut = set[int](), set[int]()
    for cell in cells:
        if cell.content is None:
            cut.add(cell.number)
        elif cell.content != header.encode():
            try:
                rows[cell.number] = sealer.open_(cell.number, cell.content)
            except (ForgedError, MalformedError):
                altered.add(cell.number)
    return rows, len(altered - rows.keys()), len(cut - rows.keys())


def _seed(secrets: Secrets, header: Header, room: RoomId, sealed: bytes) -> dict[RoomId, bytes]:
    try:
        return {room: open_seed(secrets.admin, header.vault, room, sealed)}
    except ForgedError:
        return {}


def _numbered(found: Salvaged, header: Header, secrets: Secrets, machine: Machine) -> Iterator[Numbered]:
    sealer = Sealer(secrets.key, header.vault, machine.entropy)
    for number, content in enumerate(_contents(found, header, secrets, machine), 1):
        yield number, sealer.seal(number, content)


def _contents(found: Salvaged, header: Header, secrets: Secrets, machine: Machine) -> Iterator[Content]:
    for room, rows in found.rooms.items():
        if room != SETTINGS:
            seed = found.seeds.get(room)
            nonce = machine.entropy(NONCE_BYTES)
            yield OWN, PLACE, room, NOWHERE
            yield OWN, ADMIN, room, seal_seed(secrets.admin, header.vault, room, seed, nonce) if seed else b""
        for row in rows:
            yield room, row.table, row.key, row.value or b""
