"""Which row stands under which number, known only in memory, from opening all of them; and what the vault keeps itself.

A row keeps its number while it is replaced; numbers are given upwards.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from troth import Row
from troth_client.room import OWN, SETTINGS, RoomId
from troth_client.sealing import Content
from troth_wire.errors import MalformedError

__all__ = ["ADMIN", "PLACE", "SHORT_BYTES_MAX", "After", "Ledger"]

PLACE: Final = "place"
"""The vault's own table of where each room was left."""
ADMIN: Final = "admin"
"""The vault's own table of each room's admin seed, sealed under the admin secret."""

SHORT_BYTES_MAX: Final = 16_384
"""A row of the settings that is longer is read from the file when it is asked for, and not kept in memory."""

Key = tuple[bytes, str, bytes]
"""Room, table and key: a row's name."""
Name = TypeVar("Name")
After = Mapping[Key, bytes | None]
"""What is to stand afterwards, by name; None removes."""


class Ledger:
    """What is known of an open vault's rows."""

    def __init__(self) -> None:
        """Know of none."""
        self.places: dict[RoomId, bytes] = {}
        """Where each room was left, in the order in which the rooms were made."""
        self.seeds: dict[RoomId, bytes] = {}
        self.settings: dict[tuple[str, bytes], bytes] = {}
        """The short rows of the vault's own room."""
        self.long: dict[tuple[str, bytes], bytes | None] = {}
        """The long ones, until they are asked for; then that they are there."""
        self.fresh: dict[RoomId, list[Row]] = {}
        """What was read of a room, until it is asked for or changed."""
        self._numbers: dict[Key, int] = {}
        self._last = 0

    @classmethod
    def of(cls, contents: Iterable[tuple[int, Content]]) -> "Ledger":
        """Take stock of every row.

        Raises:
            MalformedError: If a row is missing that must be there.
        """
        ledger = cls()
        for number, (room, table, key, value) in contents:
            ledger._numbers[room, table, key] = number
            ledger._last = max(ledger._last, number)
            ledger._note((room, table, key), value)
            if room == SETTINGS and len(value) > SHORT_BYTES_MAX:
                ledger.long[table, key] = value
            elif room not in (OWN, SETTINGS):
                ledger.fresh.setdefault(RoomId(room), []).append(Row(table, key, value))
        if ledger.seeds.keys() != ledger.places.keys() or ledger.fresh.keys() - ledger.places.keys():
            raise MalformedError("a row is missing")
        return ledger

    def take(self, room: RoomId) -> list[Row] | None:
        """Return what was read of a room, in order of table and key, and let it go."""
        rows = self.fresh.pop(room, None)
        return rows and sorted(rows, key=lambda row: (row.table, row.key))

    def take_long(self, but: str) -> dict[tuple[str, bytes], bytes | int]:
        """Return the long rows of the settings, and let them go; of one that was let go before, its number.

        Args:
            but: A table that is passed over.
        """
        wanted = [name for name in self.long if name[0] != but]
        found = {name: self.long[name] or self._numbers[SETTINGS, *name] for name in wanted}
        self.long |= dict.fromkeys(wanted)
        return found

    def plan(self, after: After) -> tuple[dict[Key, int], list[int]]:
        """Return the numbers of what is put, and those of what goes."""
        gone = [self._numbers[key] for key, value in after.items() if value is None and key in self._numbers]
        put = {key: self._numbers.get(key) or self._draw() for key, value in after.items() if value is not None}
        return put, gone

    def keep(self, after: After, put: Mapping[Key, int]) -> None:
        """Know what was committed."""
        for key, value in after.items():
            self.fresh.pop(RoomId(key[0]), None)
            if value is None:
                self._numbers.pop(key, None)
            else:
                self._numbers[key] = put[key]
            self._note(key, value)

    def _note(self, name: Key, value: bytes | None) -> None:
        room, table, key = name
        if room == SETTINGS:
            is_long = value is not None and len(value) > SHORT_BYTES_MAX
            _set(self.settings, (table, key), None if is_long else value)
            self.long.pop((table, key), None)
            if is_long:
                self.long[table, key] = None
        elif room == OWN and table == PLACE:
            _set(self.places, RoomId(key), value)
        elif room == OWN and table == ADMIN:
            _set(self.seeds, RoomId(key), value)

    def _draw(self) -> int:
        self._last += 1
        return self._last


def _set(known: dict[Name, bytes], name: Name, value: bytes | None) -> None:
    if value is None:
        known.pop(name, None)
    else:
        known[name] = value
