"""The record of two in a vault: ten years are opened and looked at, one entry is added, and a batch arrives.

Opened twice: the first time what came one by one is put together, as it is at every start, and the second is measured.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final

from bench.couple import BATCH, NOTES, START, life
from bench.figures import Figures
from troth import Cost, DeviceKeys, Identity, Put, Row, Signer, Splice, Text, Welcome, begin, countersign, found
from troth.outbox import EDITS, OUTBOX
from troth.testing import entropy_of
from troth_app.chapter import Chapter
from troth_app.household import Household
from troth_client import create_space
from troth_client.room import SHARED
from troth_client.vault import Vault
from troth_couple import Book, Day, Pen, SubjectId, days_after, entry_edits, note_path, roster_of
from troth_wire.ids import Incarnation

__all__ = ["PASSPHRASE", "fill", "measure"]

PASSPHRASE: Final = "correct horse battery staple"
COST: Final = Cost(memory_mib=64, passes=1)
"""The least that is legal: what it costs is measured elsewhere."""
TOGETHER: Final = 100
"""Entries that share one change, as after a while without the relay."""
SEEN: Final = 1_000
"""After so many entries the log has shown them, and nothing of them waits any more."""
SENTENCES: Final = 100
PUBLISHED: Final = 20
"""How often each note was changed."""
TODAY: Final = days_after(START, 4_000)


def measure(together: int = TOGETHER) -> Figures:
    """Return how long a ten-year record takes to open and to look at, and then one entry more, and a batch.

    Args:
        together: How many of its entries share a change; of one each, the vault holds thirty thousand records.
    """
    with TemporaryDirectory(prefix="troth-bench-") as folder:
        return asyncio.run(_measure(Path(folder, "vault"), together))


async def _measure(path: Path, together: int) -> Figures:
    other = await fill(path, together)
    size = sum(file.stat().st_size for file in path.parent.iterdir() if file.is_file())
    begun, spent = perf_counter(), process_time()
    household = await Household.open(path, passphrase=PASSPHRASE)
    chapter = household.chapter
    assert chapter is not None, "the vault was filled with one"
    opened = perf_counter()
    await chapter.look(TODAY)
    figures = {
        "open_s": opened - begun,
        "first_look_s": perf_counter() - opened,
        "open_and_look_cpu_s": process_time() - spent,
        "rest_s": await _rest(chapter),
        "one_entry_ms": await _one(chapter) * 1e3,
        "batch_ms": await _batch(chapter, other) * 1e3,
        "vault_mb": size / 1e6,
    }
    await household.close()
    return figures


async def _write_notes(chapter: Chapter) -> None:
    """Write notes, and change a sentence of each now and then."""
    sentences = [f"This is sentence {number} of a note. " for number in range(SENTENCES)]
    for number in range(NOTES):
        note = note_path(SubjectId(number.to_bytes(32, "big")))
        await chapter.space.edit(chapter.document, Put(note, Text("".join(sentences))))
        for publication in range(PUBLISHED):
            await chapter.space.edit(chapter.document, Splice(note, 40 * publication, 20, "It is said anew. "))


async def _rest(chapter: Chapter) -> float:
    """Let the documents take in what was put off until now, for notes and for writing; return how long it takes."""
    begun = perf_counter()
    await chapter.space.whole()
    return perf_counter() - begun


async def _one(chapter: Chapter) -> float:
    """Add a few entries, each looked at; return the shortest of the times."""
    times = []
    for _ in range(5):
        begun = perf_counter()
        await chapter.write(lambda pen: [pen.write("check_in", {"feelings": "calm"}, day=TODAY)])
        await chapter.look(TODAY)
        times.append(perf_counter() - begun)
    return min(times)


async def _batch(chapter: Chapter, other: DeviceKeys) -> float:
    """Let a hundred entries of the other arrive; return how long the look after it takes."""
    pen = Pen(Book(roster_of(chapter.space.members)), other.device, Incarnation(b"2" * 16), other.signer)
    made = [pen.write("gratitude", {"text": "Thank you for the tea."}, day=Day(TODAY)) for _ in range(BATCH)]
    await chapter.space.edit(chapter.document, *entry_edits(made))
    chapter.turn()
    begun = perf_counter()
    await chapter.look(TODAY)
    return perf_counter() - begun


async def fill(path: Path, together: int = TOGETHER) -> DeviceKeys:
    """Make a vault with ten years of two people in it; return the other one's keys."""
    entropy = entropy_of("ten years")
    (mine, seed), (other, second) = DeviceKeys.make(entropy), DeviceKeys.make(entropy)
    genesis = found([mine.card, other.card], entropy)
    for keys, admin in ((mine, seed), (other, second)):
        genesis = countersign(genesis, keys, Signer(admin))
    create_space(path, passphrase=PASSPHRASE, cost=COST)
    household = await Household.open(path, passphrase=PASSPHRASE)
    rows = begin(Identity.welcomed(mine, Welcome(genesis, None)), entropy)
    await household.vault.add_room(rows, admin=seed, passphrase=PASSPHRASE, kind=SHARED)
    await household.connect()
    chapter = household.chapter
    assert chapter is not None, "there is a space for two"
    book = Book(roster_of(chapter.space.members))
    pens = [Pen(book, keys.device, Incarnation(bytes(16)), keys.signer) for keys in (mine, other)]
    life(pens, [Signer(seed), Signer(second)])
    made = list(book.ledger.known.values())
    for at in range(0, len(made), together):
        await chapter.space.edit(chapter.document, *entry_edits(made[at : at + together]))
        if at % SEEN < together:
            await household.vault.run(_let_go)
    await _write_notes(chapter)
    chapter.turn()
    await chapter.look(TODAY)
    await household.vault.run(_let_go)
    await household.close()
    await _start_once(path)
    return other


async def _start_once(path: Path) -> None:
    """Open a vault as at every start, which puts together what came one by one."""
    household = await Household.open(path, passphrase=PASSPHRASE)
    chapter = household.chapter
    assert chapter is not None, "the vault was filled with one"
    await chapter.look(TODAY)
    await chapter.space.whole()
    await chapter.fold()
    await household.close()


def _let_go(vault: Vault) -> None:
    """Let nothing wait for a relay any more, as if all of it had been seen in the log."""
    for room in vault.rooms:
        rows = vault.load(room)
        vault.commit({room: [Row(row.table, row.key, None) for row in rows if row.table in (OUTBOX, EDITS)]})
