"""Ways to spoil an honest change: in its bytes, in its header, and in what its operations refer to.

Every result has a right checksum, so that it comes as far as the rule that it breaks.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Final

from tests.troth.anatomy import Anatomy, sealed
from tests.troth.guard.rows import FRONT, Id, Row, rows_of, with_rows
from tests.troth.histories import actor

__all__ = ["ids_in", "mutate"]

KEYS: Final = ("k", "t", "l", "m", "a", "c", "", "\x00")
VALUES: Final = ((0, b""), (3, b"\x01"), (4, b"\x7f"), (5, bytes(8)), (6, b"x"), (6, b"xy"), (6, b""), (7, b"\xff"))


def ids_in(changes: Sequence[bytes]) -> list[Id]:
    """Every operation of these changes."""
    found = []
    for anatomy in map(Anatomy.of, changes):
        found += [(anatomy.actor, anatomy.start_op + number) for number in range(len(rows_of(anatomy)))]
    return found


def mutate(raw: bytes, dice: Random, ids: Sequence[Id], hashes: Sequence[bytes]) -> bytes:
    """Spoil something in an honest change; `ids` and `hashes` are what it may be made to refer to."""
    anatomy = Anatomy.of(raw)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        match dice.randrange(10):
            case 0:
                return _spoil_bytes(anatomy, dice)
            case 1:
                return _spoil_column(anatomy, dice)
            case 2:
                anatomy = _spoil_header(anatomy, dice, hashes)
            case _:
                anatomy = with_rows(anatomy, _spoil_rows(rows_of(anatomy), dice, ids))
    return anatomy.raw()


def _spoil_bytes(anatomy: Anatomy, dice: Random) -> bytes:
    body = bytearray(anatomy.body())
    body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
    return sealed(bytes(body))


def _spoil_column(anatomy: Anatomy, dice: Random) -> bytes:
    column, data = dice.choice(anatomy.columns)
    spoilt = bytearray(data)
    at = dice.randint(0, len(spoilt))
    match dice.randrange(6):
        case 0:
            spoilt.insert(at, dice.randrange(256))
        case 1 | 2 if at < len(spoilt):
            spoilt[at] = (spoilt[at] + dice.choice((-1, 1, 64, dice.randrange(256)))) % 256
        case 3 if at < len(spoilt):
            del spoilt[at]
        case 4:
            return anatomy.column(column, None).raw()
        case _:
            actors = (anatomy.others[1:], anatomy.others[::-1], (actor(dice.randrange(5)),))
            return replace(anatomy, others=dice.choice(actors), actor=actor(dice.randrange(4))).raw()
    return anatomy.column(column, bytes(spoilt)).raw()


def _spoil_header(anatomy: Anatomy, dice: Random, hashes: Sequence[bytes]) -> Anatomy:
    match dice.randrange(5):
        case 0:
            return replace(anatomy, start_op=max(1, anatomy.start_op + dice.choice((-1, 1, 2**30))))
        case 1:
            return replace(anatomy, sequence=max(1, anatomy.sequence + dice.choice((-1, 1))))
        case 2:
            return replace(anatomy, dependencies=anatomy.dependencies[1:])
        case 3:
            added = {*anatomy.dependencies, dice.choice(hashes)}
            return replace(anatomy, dependencies=tuple(sorted(added)))
        case _:
            return replace(anatomy, time=dice.choice((0, 1)), message=dice.choice((b"", b"x")))


def _spoil_rows(rows: list[Row], dice: Random, ids: Sequence[Id]) -> list[Row]:
    at = dice.randrange(len(rows))
    match dice.randrange(12):
        case 0 if len(rows) > 1:
            return rows[:at] + rows[at + 1 :]
        case 1:
            return [*rows[: at + 1], *rows[at:]]
        case 2:
            other = dice.randrange(len(rows))
            rows[at], rows[other] = rows[other], rows[at]
        case _:
            rows[at] = _spoil_row(rows[at], dice, ids)
    return rows


def _spoil_row(row: Row, dice: Random, ids: Sequence[Id]) -> Row:
    some = _near(dice.choice([row.object, row.key, *row.replaces]), dice, ids)
    match dice.randrange(9):
        case 0:
            return replace(row, object=dice.choice((None, some)))
        case 1:
            return replace(row, key=dice.choice((FRONT, some, some)))
        case 2:
            return replace(row, key=dice.choice(KEYS))
        case 3:
            return replace(row, insert=not row.insert)
        case 4:
            return replace(row, action=dice.randrange(8))
        case 5:
            kind, value = dice.choice(VALUES)
            return replace(row, kind=kind, value=value)
        case 6:
            return replace(row, replaces=row.replaces[1:])
        case 7:
            return replace(row, replaces=tuple(sorted({*row.replaces, some}, key=lambda name: (name[1], name[0]))))
        case _:
            return replace(row, insert=True, replaces=(), key=dice.choice((FRONT, some)))


def _near(name: Id | str | None, dice: Random, ids: Sequence[Id]) -> Id:
    """An operation beside the one that is named, or any at all."""
    if isinstance(name, tuple) and name != FRONT and dice.random() < 0.5:
        return name[0], max(1, name[1] + dice.choice((-2, -1, 1, 2)))
    return dice.choice(ids)
