"""The four words of a space that was made far apart, as long as nobody has compared them.

They stand in the space's own room, from its first row on: until they go, nothing is agreed there (specs/pairing.md).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from troth import Row
from troth_wire import codec

__all__ = ["row", "words_of"]

UNCOMPARED: Final = "uncompared"
WORDS: Final = 4
BYTES_MAX: Final = 64

_WORDS: Final = codec.many(codec.natural(2_047), WORDS, minimum=WORDS)


def row(words: Sequence[int] | None) -> Row:
    """Return the row that remembers words, or that they were compared."""
    return Row(UNCOMPARED, b"", None if words is None else codec.pack(words))


def words_of(rows: Iterable[Row]) -> tuple[int, ...]:
    """Return the four words of a space that nobody has compared yet; none of any other.

    Raises:
        MalformedError: If the row was not written by `row`.
    """
    kept = [found.value for found in rows if found.table == UNCOMPARED and found.value is not None]
    words: tuple[int, ...] = codec.decode(kept[0], _WORDS, bytes_max=BYTES_MAX) if kept else ()
    return words
