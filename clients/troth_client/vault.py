"""The encrypted store on a device: rooms for the spaces, one for settings, each row sealed by itself, in one file.

When a commit returns, its rows are on the disk. A vault serves one thread at a time; admin keys may be asked for
from any.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from troth import Cost, Row, Signer
from troth_client import files, migrations, trouble
from troth_client.database import Database, Numbered
from troth_client.header import Header, Secrets
from troth_client.ledger import ADMIN, PLACE, After, Ledger
from troth_client.letterbox import Letter, Letterbox
from troth_client.machine import COST, MACHINE, Machine
from troth_client.place import place_of
from troth_client.reading import read_header, read_rows, read_value, unsettle
from troth_client.room import OWN, ROOMS, SETTINGS, About, NewRoom, Room, RoomId, open_seed, seal_seed
from troth_client.sealing import ROOM_BYTES, Content, Sealer
from troth_wire.errors import DamagedError, ForgedError, FullError, StoreError, UsageError
from troth_wire.said import Said

__all__ = ["Vault"]

AnyPath = str | os.PathLike[str]
Found = TypeVar("Found")


class Vault:
    """An open vault, locked against every other program until `close`."""

    def __init__(self, database: Database, header: Header, key: bytes, machine: Machine) -> None:
        """Hold what `create` or `open` made; `key` is the vault key."""
        self.path = database.path
        self._database = database
        self._header = header
        self._machine = machine
        self._sealer = Sealer(key, header.vault, machine.entropy)
        self._place = place_of(self.path)
        self._doubtful = False
        self._ledger = self._twice(self._read)
        # Only now: beside a file that is not whole nothing is put.
        self._letterbox = Letterbox(self.path, header.vault, key, machine.entropy)

    @classmethod
    def create(
        cls,
        path: AnyPath,
        *,
        passphrase: str,
        admin: bytes | None = None,
        rows: Iterable[Row] = (),
        kind: str = "",
        label: str = "",
        settings: Iterable[Row] = (),
        cost: Cost = COST,
        machine: Machine = MACHINE,
    ) -> "Vault":
        """Make a vault where there is none: with its first room, if one is given, or not at all.

        Args:
            path: Where; the folder must exist.
            passphrase: What will open it.
            admin: The device's admin seed in the first room; without it there is no first room.
            rows: What the first room holds from the beginning.
            kind: Which kind of room it is, if that is known.
            label: What its person calls it.
            settings: What the vault's own room holds from the beginning, where there is a first room.
            cost: How hard the passphrase is to guess.
            machine: For entropy, and the stretching.

        Raises:
            UsageError: If there is a file, or the passphrase is empty.
            StoreError: If it can not be written.
        """
        file = Path(path)
        files.check_free(file)
        header, secrets = Header.make(passphrase, cost=cost, machine=machine)

        def first() -> Iterator[Numbered]:
            # Only now, because a place is that of a file that is there.
            if admin is not None:
                room, place = RoomId(machine.entropy(ROOM_BYTES)), place_of(file)
                first_room = _new_room(room, rows, _seed(header, secrets, room, admin, machine), place, kind, label)
                after: After = {**first_room, **{(SETTINGS, row.table, row.key): row.value for row in settings}}
                sealer = Sealer(secrets.key, header.vault, machine.entropy)
                for number, content in enumerate(_contents(after), 1):
                    yield number, sealer.seal(number, content)

        return cls(Database.create(file, header.encode(), first()), header, secrets.key, machine)

    @classmethod
    def open(cls, path: AnyPath, *, passphrase: str, machine: Machine = MACHINE) -> "Vault":
        """Open a vault; one of an earlier format is brought up to this one.

        Raises:
            StoreError: By its kind: PassphraseError, DamagedError, NewerError, BusyError, FullError.
        """
        database = Database.open(Path(path))
        try:
            migrations.migrate(database, passphrase, machine=machine)
            header = read_header(database)
            vault = cls(database, header, header.key(passphrase, stretch=machine.stretch), machine)
            # Of what was replaced before a kill, too, nothing stays; a disk that takes nothing more is no reason not
            # to open: what can be read can be copied.
            with suppress(StoreError):
                database.wipe()
        except ForgedError:
            database.close()
            raise trouble.wrong_passphrase(database.path) from None
        except BaseException:
            database.close()
            raise
        return vault

    # Rooms

    @property
    def rooms(self) -> tuple[RoomId, ...]:
        """The rooms of spaces, in the order in which they were made."""
        return tuple(self._ledger.places)

    @property
    def settings(self) -> Room:
        """The vault's own room, for rows of the app; it has no place and no admin key."""
        return Room(self, SETTINGS)

    def room(self, room: RoomId) -> Room:
        """Return a room.

        Raises:
            UsageError: If there is none of this id.
        """
        self._check(room)
        return Room(self, room)

    def about(self, room: RoomId) -> About | None:
        """Return what the settings say about a room, if they do."""
        value = self._ledger.settings.get((ROOMS, room))
        return None if value is None else About.parse(value)

    def add_room(
        self, rows: Iterable[Row], *, admin: bytes, passphrase: str, kind: str = "", label: str = ""
    ) -> RoomId:
        """Make a room, with its first rows or not at all.

        Args:
            rows: What it holds from the beginning.
            admin: The device's admin seed in its space.
            passphrase: Asked for again, because it seals the seed.
            kind: Which kind of room it is, if that is known.
            label: What its person calls it.

        Raises:
            PassphraseError: If this is not the passphrase.
            StoreError: If it can not be written.
        """
        (room,) = self.add_rooms([NewRoom(rows, admin, kind, label)], passphrase=passphrase)
        return room

    def add_rooms(self, rooms: Iterable[NewRoom], *, passphrase: str) -> tuple[RoomId, ...]:
        """Make several rooms, each with its first rows, or none at all.

        Raises:
            PassphraseError: If this is not the passphrase.
            StoreError: If they can not be written.
        """
        secrets = self._secrets(passphrase)
        made: list[RoomId] = []
        after: After = {}
        for new in rooms:
            room = RoomId(self._machine.entropy(ROOM_BYTES))
            seed = _seed(self._header, secrets, room, new.admin, self._machine)
            after = {**after, **_new_room(room, new.rows, seed, self._place, new.kind, new.label)}
            made.append(room)
        self._write(after)
        return tuple(made)

    # What rooms ask for

    def settings_but(self, table: str) -> list[Row]:
        """Return the settings' rows of every table but one, in order of table and key.

        Args:
            table: One that holds much, and that is read elsewhere.

        Raises:
            StoreError: If the file can not be read, or a row of it was altered.
        """
        self._settle()
        return self._twice(lambda: self._own(table))

    def load(self, room: RoomId) -> list[Row]:
        """Return a room's rows, in order of table and key.

        Raises:
            StoreError: If the file can not be read, or a row of it was altered.
        """
        self._settle()
        if room == SETTINGS:
            return self._twice(self._own)
        rows = self._ledger.take(room)
        if rows is None:
            self._ledger = self._twice(self._read)
            rows = self._ledger.take(room)
            self._ledger.fresh.clear()
        return rows or []

    def commit(self, rows: Mapping[RoomId, Sequence[Row]]) -> None:
        """Put and remove rows of several rooms, durably, all or none; of two rows with one key the later stands.

        Raises:
            StoreError: If nothing was changed.
            UsageError: If there is no such room.
        """
        after: dict[tuple[bytes, str, bytes], bytes | None] = {}
        for room in rows:
            self._check(room)
            if rows[room] and self.has_moved(room):
                after[OWN, PLACE, room] = self._place
            after |= {(room, row.table, row.key): row.value for row in rows[room]}
        if after:
            self._write(after)

    def has_moved(self, room: RoomId) -> bool:
        """Whether a room was left elsewhere than it is."""
        return self._ledger.places.get(room, self._place) != self._place

    def admin(self, room: RoomId, passphrase: str) -> Signer:
        """Return the device's admin key in a room's space, for one use; from any thread.

        Raises:
            PassphraseError: If this is not the passphrase.
            UsageError: If there is no such room.
        """
        if room not in self._ledger.seeds:
            raise UsageError("there is no such room in this vault")
        try:
            secret = self._header.admin(passphrase, stretch=self._machine.stretch)
        except ForgedError:
            raise trouble.wrong_passphrase(self.path) from None
        try:
            return Signer(open_seed(secret, self._header.vault, room, self._ledger.seeds[room]))
        except ForgedError:
            raise trouble.damaged(self.path, Said("an admin key was altered")) from None

    # The whole vault

    def change_passphrase(self, old: str, new: str, cost: Cost | None = None) -> None:
        """Let another passphrase open the vault; whenever this is cut off, the old one does or the new one.

        Copies that were made before, backups among them, still open with the old one.

        Args:
            old: What opens it now.
            new: What opens it from now on.
            cost: How hard the new one is to guess; as hard as the old one unless told otherwise.

        Raises:
            PassphraseError: If this is not the old one.
            UsageError: If the new one is empty.
            StoreError: If it can not be written.
        """
        self._settle()
        secrets = self._secrets(old)
        cost = cost or self._header.cost
        header = Header.wrap(self._header.vault, secrets, new, cost=cost, machine=self._machine)
        self._doubted(header=header.encode())
        self._header = header
        try:
            self._database.wipe()
        except StoreError:
            raise trouble.half_wiped(self.path) from None

    def copy_to(self, path: AnyPath) -> None:
        """Make a backup of this open vault: a vault by itself, with the same passphrase.

        Opened elsewhere, each of its rooms begins another life.

        Raises:
            UsageError: If there is a file.
            StoreError: If it can not be written, or is not whole when it is read again.
        """
        self._settle()

        def check(copy: Database) -> None:
            if read_header(copy) != self._header:
                raise trouble.damaged(copy.path, Said("its head is another"))
            unsettle(copy, self._sealer, read_rows(copy, self._sealer))

        self._database.copy_to(Path(path), check)

    def bound(self, bytes_max: int) -> None:
        """Let the file grow to so many bytes and no further; what does not fit raises FullError."""
        self._database.bound(bytes_max)

    def close(self) -> None:
        """Let the file go; closing twice is harmless."""
        self._database.close()

    # The letterbox

    @property
    def inbox_trouble(self) -> str | None:
        """What was wrong with the letterbox when the vault was opened, in a sentence for people."""
        return self._letterbox.trouble

    @property
    def inbox_unread(self) -> int:
        """How many letters did not open when they were last taken; they stay where they are."""
        return self._letterbox.unread

    def take_inbox(self) -> list[Letter]:
        """Return what was dropped into the letterbox, oldest first; all of it stays there until `clear_inbox`.

        Nobody signed it: show it as a draft until its person confirms it.

        Raises:
            StoreError: If the folder can not be read.
        """
        return self._letterbox.take()

    def clear_inbox(self, letters: Iterable[Letter]) -> None:
        """Remove letters, once what they said is committed.

        Raises:
            StoreError: If they can not be removed.
        """
        self._letterbox.remove(letters)

    # Reading and writing

    def _check(self, room: RoomId) -> None:
        if room != SETTINGS and room not in self._ledger.places:
            raise UsageError("there is no such room in this vault")

    def _secrets(self, passphrase: str) -> Secrets:
        try:
            return self._header.secrets(passphrase, stretch=self._machine.stretch)
        except ForgedError:
            raise trouble.wrong_passphrase(self.path) from None

    def _read(self) -> Ledger:
        return read_rows(self._database, self._sealer)

    def _own(self, but: str = "") -> list[Row]:
        """Return the settings' rows; of long ones, memory holds only those that nobody asked for yet."""
        found = dict(self._ledger.settings)
        for name, value in self._ledger.take_long(but).items():
            found[name] = read_value(self._database, self._sealer, value) if isinstance(value, int) else value
        return [Row(*name, value) for name, value in sorted(found.items()) if name[0] != but]

    def _twice(self, read: Callable[[], Found]) -> Found:
        try:
            return read()
        except DamagedError:
            # SQLite calls some failures of the disk damage.
            self._reopen()
            return read()

    def _write(self, after: After) -> None:
        self._settle()
        put, gone = self._ledger.plan(after)
        sealed = [(number, self._sealer.seal(number, (*key, after[key] or b""))) for key, number in put.items()]
        self._doubted(put=sealed, gone=gone)
        self._ledger.keep(after, put)

    def _doubted(self, *, put: Sequence[Numbered] = (), gone: Sequence[int] = (), header: bytes | None = None) -> None:
        try:
            self._database.write(put=put, gone=gone, header=header)
        except FullError:
            raise
        except StoreError:
            # The disk failed us in the middle: only reading the file again tells what stands in it.
            self._doubtful = True
            raise

    def _settle(self) -> None:
        if self._doubtful:
            self._reopen()
            self._ledger = self._read()
            self._doubtful = False

    def _reopen(self) -> None:
        self._database.reopen()
        header = read_header(self._database)
        if header.vault != self._header.vault:
            raise trouble.damaged(self.path, Said("another vault lies there now"))
        self._header = header


def _seed(header: Header, secrets: Secrets, room: RoomId, admin: bytes, machine: Machine) -> bytes:
    return seal_seed(secrets.admin, header.vault, room, admin, machine.entropy(24))


def _new_room(room: RoomId, rows: Iterable[Row], seed: bytes, place: bytes, kind: str, label: str) -> After:
    own: dict[tuple[bytes, str, bytes], bytes | None] = {(OWN, PLACE, room): place, (OWN, ADMIN, room): seed}
    about = [About(kind, label).row(room)] if kind else []
    own |= {(SETTINGS, row.table, row.key): row.value for row in about}
    return own | {(room, row.table, row.key): row.value for row in rows}


def _contents(after: After) -> Iterator[Content]:
    return ((*key, value) for key, value in after.items() if value is not None)
