"""A chunk is a change in its one form, and nothing is read of what it does not say itself."""

from dataclasses import replace
from hashlib import sha256
from typing import Final

import pytest

from tests.troth.anatomy import ACTION, MAGIC, VALUE, Anatomy, sealed, uleb
from tests.troth.guard.plain import PLAIN
from tests.troth.histories import actor
from troth import guard
from troth.guard import Refused
from troth.guard.chunk import read_chunk
from troth.guard.reasons import UnfitError
from troth_wire.limits import CHANGE_ACTORS_MAX, CHANGE_BYTES_MAX, CHANGE_DEPENDENCIES_MAX

HEADS: Final = tuple(bytes([number]) * 32 for number in (1, 2, 3))
BODY: Final = PLAIN.body()
RAW: Final = PLAIN.raw()
PAST_THE_END: Final = b"\x01" + uleb(len(BODY) + 1) + BODY


def named(count: int, size: int) -> tuple[bytes, ...]:
    """So many different names in order."""
    return tuple(number.to_bytes(size, "big") for number in range(count))


REFUSED: Final[dict[str, tuple[bytes, Refused]]] = {
    "empty": (b"", Refused.FORM),
    "cut short": (RAW[:40], Refused.CHECKSUM),
    "a document chunk": (sealed(BODY, kind=0), Refused.FORM),
    "a deflated chunk, which may inflate to gigabytes": (sealed(BODY, kind=2), Refused.FORM),
    "another magic number": (b"\x85\x6f\x4a\x84" + RAW[4:], Refused.FORM),
    "a wrong checksum": (MAGIC + bytes(4) + RAW[8:], Refused.CHECKSUM),
    "a length in a longer form": (sealed(BODY, length_pad=1), Refused.FORM),
    "a length that leads past the end": (MAGIC + sha256(PAST_THE_END).digest()[:4] + PAST_THE_END, Refused.FORM),
    "bytes after the chunk": (RAW + b"\x00", Refused.CHECKSUM),
    "a count in a longer form": (sealed(uleb(0, pad=1) + BODY[1:]), Refused.FORM),
    "dependencies out of order": (replace(PLAIN, dependencies=HEADS[::-1]).raw(), Refused.FORM),
    "a dependency twice": (replace(PLAIN, dependencies=HEADS[:1] * 2).raw(), Refused.FORM),
    "too many dependencies": (
        replace(PLAIN, dependencies=named(CHANGE_DEPENDENCIES_MAX + 1, 32)).raw(),
        Refused.FORM,
    ),
    "more dependencies than bytes": (sealed(uleb(900) + BODY[1:]), Refused.FORM),
    "too many actors": (
        sealed(replace(PLAIN, columns=()).body()[:-2] + uleb(CHANGE_ACTORS_MAX + 1)),
        Refused.FORM,
    ),
    "a short actor": (replace(PLAIN, actor=bytes(15)).raw(), Refused.FORM),
    "a long actor": (replace(PLAIN, actor=bytes(17)).raw(), Refused.FORM),
    "another actor's name cut short": (replace(PLAIN, others=(bytes(15),)).raw(), Refused.FORM),
    "actors out of order": (replace(PLAIN, others=(actor(3), actor(2))).raw(), Refused.FORM),
    "a time": (replace(PLAIN, time=1).raw(), Refused.EXTRA),
    "a time before 1970": (replace(PLAIN, time=-1).raw(), Refused.EXTRA),
    "a message": (replace(PLAIN, message=b"hello").raw(), Refused.EXTRA),
    "extra bytes": (replace(PLAIN, extra=b"x").raw(), Refused.EXTRA),
    "an unknown column": (PLAIN.column(0x80, b"\x7f\x01").raw(), Refused.COLUMN),
    "a deflated column": (PLAIN.column(ACTION | 8, b"\x7f\x01").raw(), Refused.COLUMN),
    "a mark's column": (PLAIN.column(0xA5, b"\x7f\x01x").raw(), Refused.COLUMN),
    "more columns than there are": (
        replace(PLAIN, columns=tuple((number, b"x") for number in range(200))).raw(),
        Refused.COLUMN,
    ),
    "an empty column": (PLAIN.column(VALUE, b"").raw(), Refused.FORM),
    "a column twice": (replace(PLAIN, columns=(*PLAIN.columns, PLAIN.columns[-1])).raw(), Refused.FORM),
    "columns out of order": (replace(PLAIN, columns=PLAIN.columns[::-1]).raw(), Refused.FORM),
    "a column past the end": (sealed(BODY[:-1]), Refused.FORM),
    "too long": (RAW.ljust(CHANGE_BYTES_MAX + 1, b"\x00"), Refused.SIZE),
}


@pytest.mark.parametrize(("raw", "reason"), REFUSED.values(), ids=REFUSED)
def test_another_chunk_is_refused(raw: bytes, reason: Refused) -> None:
    """Each thing that no honest chunk is or holds is refused, and for its own reason."""
    with pytest.raises(UnfitError) as caught:
        read_chunk(raw)
    assert caught.value.reason is reason
    assert guard.read(raw) is reason


def test_a_chunk_is_read_as_it_was_written() -> None:
    """Header and columns come back as they are written."""
    anatomy = replace(PLAIN, dependencies=HEADS, others=(actor(2), actor(3)), sequence=300, start_op=70_000)
    chunk = read_chunk(anatomy.raw())
    assert (chunk.dependencies, chunk.others, chunk.actor) == (HEADS, anatomy.others, anatomy.actor)
    assert (chunk.sequence, chunk.start_op) == (300, 70_000)
    assert tuple(chunk.columns.items()) == anatomy.columns
    assert Anatomy.of(anatomy.raw()) == anatomy


def test_as_many_dependencies_as_are_allowed_are_read() -> None:
    """The bound refuses nothing that is within it."""
    anatomy = replace(PLAIN, dependencies=named(CHANGE_DEPENDENCIES_MAX, 32))
    assert len(read_chunk(anatomy.raw()).dependencies) == CHANGE_DEPENDENCIES_MAX
