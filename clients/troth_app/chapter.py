"""The record of two as this device reads and writes it: entries in the space for two, and a journal in the vault.

What was verified here once counts here for ever: the journal keeps it, whatever the other deletes. What the document
lacks of it is put back when something arrives, and never because somebody looked: looking leaves no trace.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from troth import Changed, Edit, Row
from troth.membership import Members
from troth_app.standing import is_plain, records_in, roster_from
from troth_client import Space, View
from troth_client.opening import OpenVault
from troth_client.room import SETTINGS, RoomId
from troth_couple import Book, Day, Pen, Roster, State, document_of, entries_in, entry_edits, roster_of
from troth_couple.entry import FIRST_CHAPTER, ChapterId, Entry
from troth_couple.roster import EntryId
from troth_wire.errors import LocalError, TrothError, UsageError
from troth_wire.ids import DocumentId, PersonId

__all__ = ["JOURNAL", "Chapter", "kept_up"]

JOURNAL: Final = "journal"
"""The table of the vault's own room: every entry that was verified here, by the room of its space and its id."""

Write = Callable[[Pen], Sequence[Entry]]
"""Writes with a pen, and returns what it wrote; must not wait."""

More = Callable[[Sequence[Entry]], Sequence[Edit]]


class Chapter:
    """One chapter of a couple, on this device; used from one event loop."""

    def __init__(
        self,
        vault: OpenVault,
        room: RoomId,
        space: Space,
        journal: Mapping[EntryId, bytes],
        stir: Callable[[], None] = lambda: None,
        chapter: ChapterId = FIRST_CHAPTER,
    ) -> None:
        """Hold an open space, and what the journal held when it was opened; `stir` is called when something is new."""
        self.space = space
        self._stir = stir
        self.id: Final[ChapterId] = chapter
        self.document: Final[DocumentId] = document_of(chapter)
        self._vault = vault
        self._room = room
        self._journal = dict(journal)
        self._book: Book | None = None
        self._roster: Roster | None = None
        self._members: Members | None = None
        self._stale = True
        # One after the other: nothing may build on an entry, or keep it, that is not saved in the end.
        self._busy = asyncio.Lock()

    @property
    def me(self) -> PersonId:
        """Whose device this is."""
        return self.space.members.person_of[self.space.device]

    @property
    def book(self) -> Book:
        """What is known, as of the last look."""
        assert self._book is not None, "looked at before it was read"
        return self._book

    async def look(self, today: Day) -> State:
        """Return what stands on a day.

        Raises:
            TrothError: If the space stopped, or the journal can not be written.
        """
        async with self._busy:
            await self._take_in()
            return self.book.state(today)

    async def write(self, make: Write, more: More = lambda _: ()) -> Sequence[Entry]:
        """Write entries, all or none; returns them when they are durable on this device.

        Args:
            make: Writes them, on what stands at that moment.
            more: Returns what else is edited in the document with them.

        Raises:
            UsageError: If they can not be written; nothing was.
            LocalError: If they could not be saved; nothing was.
        """
        made: list[Entry] = []

        def edits(_: View) -> Sequence[Edit]:
            pen = Pen(self.book, self.space.device, self.space.life, self.space.signer)
            made.extend(make(pen))
            return [*entry_edits(made), *more(made)]

        async with self._busy:
            await self._take_in()
            try:
                await self.space.revise(self.document, edits)
            except BaseException:
                self._book = None
                raise
            await self._keep()
        self._stir()
        return made

    async def tend(self) -> None:
        """Take in what arrived, and put back what was taken out of the document.

        Raises:
            TrothError: If the space stopped, or something can not be saved.
        """
        async with self._busy:
            self._stale = True
            found = await self._take_in()
            lacking = list(self.book.ledger.missing(found))
            if lacking:
                with suppress(UsageError):  # A device that was removed writes nothing, and need not.
                    await self.space.edit(self.document, *entry_edits(lacking))

    def turn(self) -> None:
        """Notice that something may have changed."""
        self._stale = True
        self._stir()

    async def _take_in(self) -> Mapping[str, object]:
        """Bring the book up to date; return what stands in the document, if that had to be read."""
        found: Mapping[str, object] = {}
        members = self.space.members
        if self._stale or self._book is None or members is not self._members:
            self._stale = False
            found = entries_in(self.space.view(self.document))
            roster = await self._read_roster(members, found)
            if self._book is None or roster != self._roster:
                self._book, self._roster = Book(roster, journal=self._journal, chapter=self.id), roster
            self.book.add(found)
            self._members = members
        await self._keep()
        return found

    async def _read_roster(self, members: Members, found: Mapping[str, object]) -> Roster:
        if is_plain(members):
            return roster_of(members)
        records = await self._vault.run(lambda vault: records_in(vault.room(self._room).load()))
        kept = {identity.hex(): value for identity, value in self._journal.items()}
        return roster_from(members, records, self.document, {**found, **kept})

    async def _keep(self) -> None:
        fresh = self.book.fresh()
        if not fresh:
            return
        rows = [Row(JOURNAL, self._room + identity, value) for identity, value in fresh.items()]
        try:
            await self._vault.run(lambda vault: vault.commit({SETTINGS: rows}))
        except BaseException:
            self.book.ledger.fresh |= fresh
            raise
        self._journal |= fresh


@asynccontextmanager
async def kept_up(
    vault: OpenVault,
    room: RoomId,
    space: Space,
    stir: Callable[[], None] = lambda: None,
    chapter: ChapterId = FIRST_CHAPTER,
) -> AsyncIterator[Chapter]:
    """Have the record of a space for as long as the block runs, and keep it whole meanwhile.

    Raises:
        StoreError: If the journal can not be read.
    """
    rows = await vault.run(lambda held: held.settings.load())
    kept = {
        EntryId(row.key.removeprefix(room)): row.value
        for row in rows
        if row.table == JOURNAL and row.key.startswith(room) and row.value is not None
    }
    opened = Chapter(vault, room, space, kept, stir, chapter)
    tending = asyncio.create_task(_tend(opened))
    try:
        yield opened
    finally:
        tending.cancel()
        await asyncio.wait({tending})


async def _tend(chapter: Chapter) -> None:
    with suppress(TrothError):  # Whoever asks next is told why the space stopped.
        notices = chapter.space.notices()
        await _try(chapter)
        own = Changed(chapter.document, local=True)
        async for notice in notices:
            if notice != own:  # What is written here is in the book before it is in the document.
                chapter.turn()
            if notice == Changed(chapter.document, local=False):
                await _try(chapter)


async def _try(chapter: Chapter) -> None:
    try:
        await chapter.tend()
    except LocalError:
        # A disk that takes nothing now: what arrives next, or a look, tries again.
        chapter.turn()
