"""A space for two on one device, without a relay: Robin's vault is real, and Sasha's words are signed by Sasha's keys.

Whoever carries an entry does not matter, as whose it is its signature says; so Robin's document can bring them.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.troth_app.house import DAY, PASSPHRASE, open_keeper
from troth import DeviceKeys, Edit, Identity, Signer, Welcome, begin, countersign, found
from troth.testing import entropy_of
from troth_app.chapter import Chapter
from troth_app.keeper import Keeper
from troth_client import Space
from troth_client.room import SHARED
from troth_couple import Book, Day, Pen, Revision, State, entries_in, entry_edits, new_agreement, roster_of
from troth_couple.entry import Entry, SubjectId
from troth_couple.revision import Clause
from troth_wire.ids import Incarnation

__all__ = ["TODAY", "Two", "two"]

TODAY: Final = Day(DAY.isoformat())


@dataclass
class Two:
    """Robin's keeper, and Sasha's pen."""

    keeper: Keeper
    keys: DeviceKeys
    admin: Signer
    """Sasha's."""

    @property
    def chapter(self) -> Chapter:
        """Robin's end of the record of two."""
        assert self.keeper.household is not None
        assert self.keeper.household.chapter is not None
        return self.keeper.household.chapter

    @property
    def space(self) -> Space:
        """Robin's end of the space."""
        return self.chapter.space

    async def state(self, today: Day = TODAY) -> State:
        """What stands, as Robin sees it."""
        return await self.chapter.look(today)

    async def sasha(self, make: Callable[[Pen], Entry], *more: Edit) -> Entry:
        """Let Sasha write something, and let it arrive."""
        book = Book(roster_of(self.space.members), chapter=self.chapter.id)
        book.add(entries_in(self.space.view(self.chapter.document)))
        entry = make(Pen(book, self.keys.device, Incarnation(bytes(16)), self.keys.signer))
        await self.space.edit(self.chapter.document, *entry_edits([entry]), *more)
        self.chapter.turn()
        return entry

    async def sasha_proposes(self, title: str = "Evenings", *, day: Day = TODAY, **fields: object) -> Revision:
        """Let Sasha propose a text of one clause."""
        clause = Clause(behaviour="We put the phones away at nine.")
        made = {"agreement": new_agreement(entropy_of(title)), "sort": 6, "clauses": (clause,), **fields}
        revision = Revision(title=title, **made)  # type: ignore[arg-type]
        await self.sasha(lambda pen: pen.propose(revision, day=day))
        return revision

    async def sasha_assents(self, revision: Revision) -> Entry:
        """Let Sasha say yes to a text."""
        about = SubjectId(revision.agreement)
        return await self.sasha(lambda pen: pen.assent(about, revision.id, day=TODAY, admin=self.admin))

    async def robin(self, make: Callable[[Pen], Sequence[Entry]]) -> Sequence[Entry]:
        """Let Robin write something, past the commands."""
        return await self.chapter.write(make)

    async def robin_assents(self, revision: Revision) -> Entry:
        """Let Robin say yes to a text, past the commands."""
        admin = await self.space.admin(PASSPHRASE)
        about = SubjectId(revision.agreement)
        (entry,) = await self.robin(lambda pen: [pen.assent(about, revision.id, day=TODAY, admin=admin)])
        return entry


@asynccontextmanager
async def two(folder: Path) -> AsyncIterator[Two]:
    """Have Robin's vault open, with a space for two in it, for as long as the block runs."""
    entropy = entropy_of("two")
    (robin, seed), (sasha, other) = DeviceKeys.make(entropy), DeviceKeys.make(entropy)
    genesis = found([robin.card, sasha.card], entropy)
    for keys, admin in ((robin, seed), (sasha, other)):
        genesis = countersign(genesis, keys, Signer(admin))
    rows = begin(Identity.welcomed(robin, Welcome(genesis, None)), entropy)
    async with open_keeper(folder) as keeper:
        assert keeper.household is not None
        await keeper.household.vault.add_room(rows, admin=seed, passphrase=PASSPHRASE, kind=SHARED)
        await keeper.household.connect()
        # They met long ago.
        keeper.household._met.clear()
        yield Two(keeper, sasha, Signer(other))
