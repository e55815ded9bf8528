"""Records as rows of a store: one by one as they come, many in a row once nothing of them changes any more.

A row costs much more to open than what is in it, and ten years of two people make tens of thousands of records.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from troth import record as records
from troth.record import Record
from troth.step import Row
from troth_wire import codec
from troth_wire.ids import RecordId
from troth_wire.limits import FILED_RECORD_BYTES_MAX, PAGE_RECORDS, RECORD_BYTES_MAX

__all__ = ["KEY_BYTES", "PAGES", "RECORDS", "Saved", "fold", "read_saved", "row_of"]

RECORDS: Final = "records"
"""The table of records that stand alone, by their keys, which count up in the order in which they came."""
PAGES: Final = "pages"
"""The table of records that stand together, by the first of their keys."""
KEY_BYTES: Final = 8

_RECORD: Final = codec.blob(RECORD_BYTES_MAX + 64)
_ROW: Final = codec.fields(codec.flag, codec.natural(), _RECORD)
_PAGE: Final = codec.many(codec.fields(codec.raw(KEY_BYTES), codec.flag, _RECORD), PAGE_RECORDS, minimum=1)


class Saved(NamedTuple):
    """A record as it is kept."""

    key: bytes
    own: bool
    """Whether this vault wrote it."""
    position: int
    """Where the log showed it; 0 where it did not, or where that is of no use any more."""
    record: Record


def row_of(saved: Saved) -> Row:
    """Return the row of a record that stands alone."""
    return Row(RECORDS, saved.key, codec.pack([saved.own, saved.position, saved.record.encode()]))


def read_saved(rows: Iterable[Row]) -> list[Saved]:
    """Return the records in some rows of a store, in the order in which they came.

    Args:
        rows: Of any tables; nothing but records is looked at.

    Raises:
        RemoteError: If a row holds no record.
    """
    alike: dict[bytes, bytes] = {}
    found = (saved for row in rows for saved in _in_row(row, alike))
    return sorted(found, key=lambda saved: saved.key)


def _in_row(row: Row, alike: dict[bytes, bytes]) -> Iterator[Saved]:
    if row.table == RECORDS and row.value is not None:
        own, position, data = codec.decode_again(row.value, _ROW)
        yield Saved(row.key, own, position, records.recall(data, alike))
    elif row.table == PAGES and row.value is not None:
        for key, own, data in codec.decode_again(row.value, _PAGE):
            yield Saved(key, own, 0, records.recall(data, alike))


def fold(settled: Iterable[Saved], records_min: int) -> tuple[list[Row], set[RecordId]]:
    """Put records together that stand alone.

    Args:
        settled: Records that are proven, and never taken back.
        records_min: If fewer of them are small, nothing is done.

    Returns:
        The rows that do it, and the records that stand together then.
    """
    small = sorted((saved for saved in settled if saved.record.size <= FILED_RECORD_BYTES_MAX), key=lambda one: one.key)
    page = small[:PAGE_RECORDS]
    if len(page) < records_min:
        return [], set()
    content = [[saved.key, saved.own, saved.record.encode()] for saved in page]
    rows = [Row(PAGES, page[0].key, codec.pack(content)), *(Row(RECORDS, saved.key, None) for saved in page)]
    return rows, {saved.record.id for saved in page}
