"""What was judged once need not be judged at every start: pasts are written down, and taken up again.

The records say what happened, and what is written down only spares the work: where they do not bear all of it out, or
the rules are others by now, it is thrown away and everything is judged again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from troth import guard
from troth.guard import Past, Portion
from troth.library import Library
from troth.record import Verified
from troth.step import Row
from troth_wire.errors import MalformedError, VersionError
from troth_wire.ids import DocumentId, RecordId

__all__ = ["JUDGED", "recall", "write_down"]

JUDGED: Final = "judged"
"""The table of what was judged: by document and how many changes a portion goes on from."""
DOCUMENT_BYTES: Final = 16
NUMBER_BYTES: Final = 4


def write_down(library: Library, changes_min: int) -> list[Row]:
    """Return the rows that spare the next start what was judged since they were asked for last.

    Args:
        library: The documents; what they hold must have come from saved records.
        changes_min: Of a document in which fewer are new, nothing is written.
    """
    return [
        Row(JUDGED, document + portion.since.changes.to_bytes(NUMBER_BYTES, "big"), portion.encode(guard.RULES))
        for document, portion in library.write_down(changes_min)
    ]


def recall(
    library: Library, rows: Mapping[bytes, bytes], carriers: Iterable[Verified]
) -> tuple[set[RecordId], list[Row]]:
    """Take up what was judged.

    Args:
        library: Holds nothing yet.
        rows: Those of `JUDGED`.
        carriers: Every record of changes that counts.

    Returns:
        The records of which nothing is left to judge, and rows that let go of what does not hold any more.
    """
    written: dict[DocumentId, dict[bytes, bytes]] = defaultdict(dict)
    for key, value in sorted(rows.items()):
        written[DocumentId(key[:DOCUMENT_BYTES])][key] = value
    settled: set[RecordId] = set()
    let_go: list[Row] = []
    for document, portions in written.items():
        past = _past_of(portions.values())
        mine = [record for record in carriers if record.header.document == document]
        found = library.recall(document, past, mine) if past is not None else None
        if found is None:
            let_go += [Row(JUDGED, key, None) for key in portions]
        else:
            settled |= found
    return settled, let_go


def _past_of(portions: Iterable[bytes]) -> Past | None:
    past = Past()
    try:
        for data in portions:
            past.extend(Portion.parse(data, guard.RULES))
    except (MalformedError, VersionError):
        # By other rules, or in a form of another version: it is only the work that it would have spared.
        return None
    return past
