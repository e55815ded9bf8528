"""How far the word of a device goes that is removed, as its person may choose it: stretches, each of one day.

Days are what the device wrote into its entries, and whoever held it may have written any. So a stretch is a place in
the chain of its records, in the order in which it wrote, and the day is the name of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from troth.record import Record, Tip
from troth_app.standing import carried
from troth_couple import Day
from troth_couple.entry import Entry
from troth_couple.kinds import Weight
from troth_couple.roster import EntryId
from troth_wire.ids import DeviceId, DocumentId, RecordId

__all__ = ["Stretch", "stretches"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a device wrote in a row and for one day."""

    day: Day
    things: int
    """Entries that a removal can end: of cautions only recovery words end any."""
    yeses: int
    """The commitments among them."""
    before: tuple[Tip, ...]
    """What a cut names that keeps all before this, and nothing of it."""


def stretches(
    device: DeviceId,
    ends: Iterable[Tip],
    records: Sequence[Record],
    document: DocumentId,
    known: Mapping[EntryId, Entry],
    *,
    by_words: bool = False,
) -> list[Stretch]:
    """Return the stretches of a device, the earliest first.

    Args:
        device: Which one.
        ends: How far its word goes at most.
        records: All records that are here, in the order in which they came.
        document: Where the entries stand.
        known: The entries that were verified here.
        by_words: Whether recovery words remove it, which end cautions too.
    """
    found: list[Stretch] = []
    passed: dict[bytes, Tip] = {}
    for record in _line(ends, records):
        mine = [known[entry] for entry in carried([record], document) if entry in known]
        mine = [entry for entry in mine if entry.device == device and (by_words or entry.weight != Weight.CAUTION)]
        if mine:
            day = max(entry.day for entry in mine)
            if not found or found[-1].day != day:
                found.append(Stretch(day, 0, 0, tuple(passed[life] for life in sorted(passed))))
            found[-1] = _with(found[-1], mine)
        header = record.header
        passed[header.incarnation] = Tip(header.incarnation, header.sequence, record.id)
    return found


def _with(stretch: Stretch, entries: Sequence[Entry]) -> Stretch:
    yeses = sum(entry.weight == Weight.COMMITMENT for entry in entries)
    return Stretch(stretch.day, stretch.things + len(entries), stretch.yeses + yeses, stretch.before)


def _line(ends: Iterable[Tip], records: Sequence[Record]) -> list[Record]:
    """Return the records that could be kept: one life after the other, as they became known, each in its own order."""
    by_id = {record.id: (place, record) for place, record in enumerate(records)}
    lives = [_life(tip, by_id) for tip in ends]
    lives.sort(key=lambda life: min((by_id[record.id][0] for record in life), default=0))
    return [record for life in lives for record in life]


def _life(tip: Tip, by_id: Mapping[RecordId, tuple[int, Record]]) -> list[Record]:
    found: list[Record] = []
    at: RecordId | None = tip.record
    while at is not None and at in by_id:
        record = by_id[at][1]
        found.append(record)
        at = record.header.prev
    return found[::-1]
