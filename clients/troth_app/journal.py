"""The journal of verified entries as rows of the vault: one by one as they come, many together where there are many.

A row costs much more to open than what is in it, and ten years make tens of thousands of entries; so at a start what
came one by one is put together, in one commit with the removal of the single rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from troth import Row
from troth_client.room import RoomId
from troth_couple import EntryId
from troth_couple.limits import ENTRY_BYTES_MAX
from troth_wire import codec

__all__ = ["JOURNAL", "PAGES", "PAGE_ENTRIES", "Kept"]

JOURNAL: Final = "journal"
"""The table of the vault's own room with entries that were verified here, by the room of their space and their id."""
PAGES: Final = "pages"
"""The table with as many as `PAGE_ENTRIES` of them in one row, by the room and the smallest id among them."""

PAGE_ENTRIES: Final = 256
"""Entries in one row: few rows for ten years, and each still far from what a row may hold."""

_PAGE: Final = codec.many(codec.fields(codec.raw(32), codec.blob(ENTRY_BYTES_MAX)), PAGE_ENTRIES, minimum=1)


@dataclass
class Kept:
    """What the journal of one space holds."""

    room: RoomId
    entries: dict[EntryId, bytes] = field(default_factory=dict)
    single: set[EntryId] = field(default_factory=set)
    """Those that have a row of their own."""

    @classmethod
    def of(cls, rows: Iterable[Row], room: RoomId) -> "Kept":
        """Read the journal of a space from the vault's own rows."""
        kept = cls(room)
        for row in rows:
            if row.value is None or not row.key.startswith(room):
                continue
            if row.table == JOURNAL:
                kept.single.add(identity := EntryId(row.key.removeprefix(room)))
                kept.entries[identity] = row.value
            elif row.table == PAGES:
                kept.entries.update(codec.decode_again(row.value, _PAGE))
        return kept

    def add(self, entries: Mapping[EntryId, bytes]) -> list[Row]:
        """Return the rows that keep more entries; `note` them once they are committed."""
        paged = list(_pages(entries)) if len(entries) >= PAGE_ENTRIES else []
        left = entries.keys() - {identity for page in paged for identity, _ in page}
        return [*map(self._page, paged), *(Row(JOURNAL, self.room + identity, entries[identity]) for identity in left)]

    def note(self, entries: Mapping[EntryId, bytes], rows: Iterable[Row]) -> None:
        """Know what was committed."""
        self.entries |= entries
        self.single |= {EntryId(row.key.removeprefix(self.room)) for row in rows if row.table == JOURNAL}

    def fold(self) -> list[Row]:
        """Return the rows that put together what stands in rows of its own, if that is worth it."""
        pages = list(_pages({identity: self.entries[identity] for identity in self.single}))
        gone = {identity for page in pages for identity, _ in page}
        return [*map(self._page, pages), *(Row(JOURNAL, self.room + identity, None) for identity in gone)]

    def folded(self, rows: Iterable[Row]) -> None:
        """Know that what `fold` returned was committed."""
        self.single -= {EntryId(row.key.removeprefix(self.room)) for row in rows if row.table == JOURNAL}

    def _page(self, page: Sequence[tuple[EntryId, bytes]]) -> Row:
        return Row(PAGES, self.room + page[0][0], codec.pack(page))


def _pages(entries: Mapping[EntryId, bytes]) -> Iterator[list[tuple[EntryId, bytes]]]:
    """Yield full pages of entries; what is left over fills none."""
    ordered = iter(sorted(entries.items()))
    for _ in range(len(entries) // PAGE_ENTRIES):
        yield list(islice(ordered, PAGE_ENTRIES))
