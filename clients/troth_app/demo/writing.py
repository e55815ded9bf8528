"""Where a device of the demo writes in the partners' document, shows what stands in it, and is told to forge.

The writing is the app's own: `Chapter.write` with a pen, and the key of commitments for the passphrase. The forging is
what a changed program could do with the keys that it has; everybody's devices have to see through it.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from secrets import token_bytes
from typing import Any, Final

from troth import Delete, Edit, Row
from troth_app.chapter import Chapter
from troth_app.demo.acting import COMMITMENTS, Known, beginning, entry_of, made_of, published
from troth_app.demo.line import Act
from troth_app.settings import Settings, sealed_row
from troth_client import SETTINGS, OpenVault
from troth_couple import Agreement, Day, Pen, entries_in, entry_edits, texts_in
from troth_couple import entry as entries
from troth_couple.consent import reduces
from troth_couple.entry import Entry
from troth_couple.kinds import BY_NAME
from troth_couple.roster import EntryId

__all__ = ["WritingDesk"]

SALT_BYTES: Final = 16
NO_DAY: Final = Day("2026-01-01")
ARRIVE_S: Final = 20.0
"""Time for what an act leans on to arrive. Nothing waits for a timer on the way; once something has not come by
then, nothing is waited for any more."""


class WritingDesk:
    """One device's end of the record of two."""

    def __init__(self, vault: OpenVault, chapter: Chapter, passphrase: str) -> None:
        self.chapter = chapter
        self._vault = vault
        self._passphrase = passphrase
        self._patience_s = ARRIVE_S

    async def write(self, act: Act, known: Known) -> dict[str, Any]:
        """Write an act; return what came of it, or nothing where what it leans on did not arrive."""
        if not await self._arrived([known[n].entry for n in act.leans_on]):
            return {"made": None}
        if act.act == "write":
            await self.chapter.space.revise(self.chapter.document, partial(published, act, known))
            return {"made": []}
        fresh = await self._fresh(act, known)
        admin = await self.chapter.space.admin(self._passphrase) if act.act in COMMITMENTS else None
        written: list[Entry] = []

        def make(pen: Pen) -> Sequence[Entry]:
            written[:] = [entry_of(pen, act, known, admin=admin, fresh=fresh)]
            return written

        def more(made: Sequence[Entry]) -> Sequence[Edit]:
            return beginning(act, made[0])

        await self.chapter.write(make, more)
        made = made_of(written[0])
        return {"made": [made.entry.hex(), made.subject.hex()]}

    async def shown(self, day: Day) -> dict[str, Any]:
        """Return what stands on a day, in plain values: entries by whom, words of notes, what is agreed."""
        state = await self.chapter.look(day)
        view = self.chapter.space.view(self.chapter.document)
        standing = entries_in(view)
        known = {entry.id.hex(): entry for entry in self.chapter.book.ledger.known.values()}
        return {
            "entries": {key: _entry(known[key], counts=key not in state.held) for key in standing if key in known},
            "strange": sorted(standing.keys() - known.keys()),
            "notes": texts_in(view),
            "agreed": {key.hex(): _agreed(found) for key, found in state.agreements.items()},
        }

    async def forge(self, denied: EntryId) -> None:
        """Say yes in the name of somebody who said no, and take that no out of the document."""
        space, ledger = self.chapter.space, self.chapter.book.ledger
        no = ledger.known[denied]
        noes = [act.id for act in ledger.about(no.subject) if act.person == no.person and reduces(act)]
        tail = ledger.tail(no.device, no.incarnation)
        assert tail is not None, "whoever said no has written something"
        forged = entries.sign(
            kind=BY_NAME["assent"],
            body=[no.said("text"), []],
            chapter=ledger.chapter,
            person=no.person,
            device=no.device,
            incarnation=no.incarnation,
            sequence=tail.sequence + 1,
            prev=tail.entry,
            about=no.about,
            after=sorted(noes),
            day=no.day,
            space=space.id,
            signer=await space.admin(self._passphrase),
        )
        (taken,) = entry_edits([no])
        await space.edit(self.chapter.document, *entry_edits([forged]), Delete(taken.path))

    async def _arrived(self, needed: Sequence[EntryId]) -> bool:
        """Wait until some entries are here; tell whether they came."""
        if await self._here(needed):
            return True
        notices = self.chapter.space.notices()
        try:
            async with asyncio.timeout(self._patience_s):
                while not await self._here(needed):
                    await anext(notices)
        except TimeoutError:
            self._patience_s = 0.0
        return await self._here(needed)

    async def _here(self, needed: Sequence[EntryId]) -> bool:
        """Tell whether some entries are here; looks into the document where they are not known yet."""
        if needed and not self._knows(needed):
            self.chapter.turn()
            await self.chapter.look(NO_DAY)
        return self._knows(needed)

    def _knows(self, needed: Sequence[EntryId]) -> bool:
        return self.chapter.book.ledger.known.keys() >= set(needed) if needed else True

    async def _fresh(self, act: Act, known: Known) -> bytes:
        """Return the salt with which an answer was sealed, or another one; it is kept before anybody learns of it."""
        if act.act not in ("seal", "reveal") or act.about is None:
            return token_bytes(SALT_BYTES)
        question = known[act.about].subject
        kept = Settings.parse(await self._vault.run(lambda vault: list(vault.settings.load()))).sealed
        salt, _ = kept.get(question, (token_bytes(SALT_BYTES), ""))
        if act.act == "seal":
            await self._keep(sealed_row(question, salt, str(act.says["text"])))
        return salt

    async def _keep(self, row: Row) -> None:
        await self._vault.run(lambda vault: vault.commit({SETTINGS: [row]}))


def _agreed(found: Agreement) -> dict[str, Any]:
    yes = found.assents.get(found.in_force, {}) if found.in_force else {}
    return {
        "shown": found.shown.value,
        "holds": found.in_force.hex() if found.in_force else None,
        "yes": {person.hex(): act.id.hex() for person, act in sorted(yes.items())},
    }


def _entry(entry: Entry, *, counts: bool) -> dict[str, Any]:
    return {"by": entry.person.hex(), "device": entry.device.hex(), "act": entry.name, "counts": counts}
