"""The record of two as this device reads and writes it: entries in the space for two, and a journal in the vault.

What was verified here once counts here for ever: the journal keeps it, whatever the other deletes. What the document
lacks of it is put back when something arrives, and never because somebody looked: looking leaves no trace.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

from troth import Changed, Edit, Row
from troth.membership import Members
from troth_app.journal import Kept
from troth_app.private_memory import give_back
from troth_app.standing import is_plain, roster_from, written_by
from troth_app.uncollected import uncollected
from troth_client import Space, View
from troth_client.opening import OpenVault
from troth_client.room import SETTINGS, RoomId
from troth_couple import (
    Abreast,
    Book,
    Day,
    Found,
    Mark,
    Pen,
    Roster,
    Runs,
    State,
    SubjectId,
    document_of,
    entry_edits,
    note_path,
    read,
    roster_of,
)
from troth_couple.entry import FIRST_CHAPTER, ChapterId, Entry
from troth_wire.errors import LocalError, StoreError, TrothError, UsageError
from troth_wire.ids import DocumentId, PersonId

__all__ = ["READ", "Chapter", "chapter_from", "kept_up"]

READ: Final = "read"
"""The table of the vault's own room that says how far a document was read into the journal, by room and chapter."""

Write = Callable[[Pen], Sequence[Entry]]
"""Writes with a pen, and returns what it wrote; must not wait."""

More = Callable[[Sequence[Entry]], Sequence[Edit]]


class Chapter:
    """One chapter of a couple, on this device; used from one event loop."""

    def __init__(
        self,
        vault: OpenVault,
        space: Space,
        journal: Kept,
        mark: Mark | None,
        stir: Callable[[], None] = lambda: None,
        chapter: ChapterId = FIRST_CHAPTER,
    ) -> None:
        """Hold an open space, what the journal held when it was opened, and how far that was read.

        Args:
            vault: Where the journal stands.
            space: Where the document is.
            journal: What was verified here.
            mark: How far the document was read into it.
            stir: Called when something is new.
            chapter: Which one it is.
        """
        self.space = space
        self._stir = stir
        self.id: Final[ChapterId] = chapter
        self.document: Final[DocumentId] = document_of(chapter)
        self._vault = vault
        self._room = journal.room
        self.journal: Final[Kept] = journal
        self._mark = mark
        """How far the document is read into the journal."""
        self._ahead = mark
        """How far it is read into the book, from which the journal is still to be written."""
        self._abreast: Abreast | None = None
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
        assert self._abreast is not None, "looked at before it was read"
        return self._abreast.book

    async def look(self, today: Day) -> State:
        """Return what stands on a day.

        Raises:
            TrothError: If the space stopped, or the journal can not be written.
        """
        async with self._busy:
            with uncollected():
                await self._take_in()
                return self.book.state(today)

    def said(self, note: SubjectId) -> Runs:
        """Return the text of a shared note, and whose words it holds; none where it is no text any more.

        Raises:
            TrothError: If the space stopped.
        """
        try:
            return self.space.said(self.document, note_path(note))
        except UsageError:
            return ()

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
                if self.book.ledger.fresh:
                    self._abreast = None
                raise
            # Read back, so that the mark of the journal takes in what the journal does.
            self._stale = True
            await self._take_in()
        self._stir()
        return made

    async def tend(self) -> None:
        """Take in what arrived, and put back what was taken out of the document.

        Raises:
            TrothError: If the space stopped, or something can not be saved.
        """
        async with self._busy:
            self._stale = True
            with uncollected():
                abreast = await self._take_in()
            lacking = [abreast.book.ledger.known[identity] for identity in sorted(abreast.lacking)]
            if lacking:
                with suppress(UsageError):  # A device that was removed writes nothing, and need not.
                    await self.space.edit(self.document, *entry_edits(lacking))

    async def fold(self) -> None:
        """Put together what stands in many rows of the journal, so that the next start has fewer to open.

        Raises:
            StoreError: If nothing was changed.
        """
        async with self._busy:
            rows = self.journal.fold()
            if rows:
                await self._vault.run(lambda vault: vault.commit({SETTINGS: rows}))
                self.journal.folded(rows)

    def turn(self) -> None:
        """Notice that something may have changed."""
        self._stale = True
        self._stir()

    async def _take_in(self) -> Abreast:
        """Bring the book up to date, and the journal."""
        members, abreast = self.space.members, self._abreast
        if self._stale or abreast is None or members is not self._members:
            self._stale = False
            found = self._read(self._mark, again=abreast is None or members is not self._members)
            roster = self._read_roster(members, found)
            if abreast is None or roster != abreast.roster:
                abreast = Abreast(roster, journal=self.journal.entries, chapter=self.id)
                if not found.whole:
                    found = self._read(self._mark_for(roster), again=True)
            abreast.take(found)
            self._abreast, self._members, self._ahead = abreast, members, abreast.mark(found)
        await self._keep()
        return abreast

    def _mark_for(self, roster: Roster) -> Mark | None:
        """Return how far the document is read; not at all, where somebody may be known by now who was not."""
        return self._mark if self._mark is not None and self._mark.writers == roster.writers else None

    def _read(self, mark: Mark | None, *, again: bool = False) -> Found:
        document = self.document
        return read(partial(self.space.touched, document), partial(self.space.view, document), mark, again=again)

    def _read_roster(self, members: Members, found: Found) -> Roster:
        if is_plain(members):
            return roster_of(members)
        if self._abreast is not None and members is self._members and not self._moves(members, found):
            return self._abreast.roster
        kept = {identity.hex(): value for identity, value in self.journal.entries.items()}
        return roster_from(members, self.space.records, self.document, {**found.values, **kept})

    def _moves(self, members: Members, found: Found) -> bool:
        """Tell whether it may be another part of a removed device's entries now that its removal takes in."""
        return found.whole or self.space.status().lost > 0 or written_by(members.cuts, found.values)

    async def _keep(self) -> None:
        fresh = self.book.fresh()
        if fresh:
            rows = self.journal.add(fresh)
            mark = Row(READ, _mark_key(self._room, self.id), self._ahead.encode() if self._ahead else None)
            try:
                await self._vault.run(lambda vault: vault.commit({SETTINGS: [*rows, mark]}))
            except BaseException:
                # What is fresh is found again: the mark stays where it was.
                self._abreast = None
                raise
            self.journal.note(fresh, rows)
        self._mark = self._ahead


def chapter_from(
    rows: Iterable[Row],
    vault: OpenVault,
    room: RoomId,
    space: Space,
    stir: Callable[[], None] = lambda: None,
    *,
    chapter: ChapterId = FIRST_CHAPTER,
    journal: Kept | None = None,
) -> Chapter:
    """Return a chapter of an open space, with what the vault's own rows say of it; all share one journal."""
    own, key = list(rows), _mark_key(room, chapter)
    marks = [row.value for row in own if (row.table, row.key) == (READ, key) and row.value is not None]
    return Chapter(vault, space, journal or Kept.of(own, room), Mark.parse(marks[0]) if marks else None, stir, chapter)


def _mark_key(room: RoomId, chapter: ChapterId) -> bytes:
    """Return the key of the row that says how far a chapter's document was read."""
    return room if chapter == FIRST_CHAPTER else room + chapter


@asynccontextmanager
async def kept_up(
    vault: OpenVault,
    room: RoomId,
    space: Space,
    stir: Callable[[], None] = lambda: None,
    *,
    chapter: ChapterId = FIRST_CHAPTER,
    journal: Kept | None = None,
) -> AsyncIterator[Chapter]:
    """Have a chapter of a space for as long as the block runs, and keep it whole meanwhile.

    Raises:
        StoreError: If the journal can not be read.
    """
    # The rows by no name of their own, which would keep them for as long as the block runs.
    opened = chapter_from(
        await vault.run(lambda held: held.settings.load()), vault, room, space, stir, chapter=chapter, journal=journal
    )
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
        give_back()  # Before the documents take what opening let go of for more of it.
        with suppress(LocalError):  # A disk that takes nothing now: whoever looks at a document has it brought in.
            await chapter.space.whole()
        if chapter.id == FIRST_CHAPTER:  # The journal is one for all chapters, and one puts it together.
            with suppress(StoreError):  # Nothing was changed, and the next start tries again.
                await chapter.fold()
            give_back()
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
