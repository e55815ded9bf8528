"""The short way comes to what the long way comes to, or says nothing."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import ACTION, Anatomy
from tests.troth.guard.mutations import ids_in, mutate
from tests.troth.guard.plain import PLAIN, many
from tests.troth.guard.rows import rows_of, with_rows
from tests.troth.histories import history
from troth.guard.change import Table, _long_way, _short_way
from troth.guard.chunk import read_chunk
from troth.guard.reasons import Refused, UnfitError
from troth.guard.single import read_single


def both(raw: bytes) -> tuple[Table | Refused | None, Table | Refused | None]:
    """What the two ways come to."""
    found: list[Table | Refused | None] = []
    for way in (_short_way, _long_way):
        try:
            found.append(way(read_chunk(raw)))
        except UnfitError as unfit:
            found.append(unfit.reason)
    return found[0], found[1]


@given(st.randoms())
def test_both_ways_come_to_the_same(dice: Random) -> None:
    """Of every change of one operation, honest or spoilt, the short way says what the long way says, or nothing."""
    raws = [raw for _, raw in history(dice, rounds=1).changes]
    ids = ids_in(raws)
    for anatomy in map(Anatomy.of, raws):
        for row in rows_of(anatomy):
            one = with_rows(anatomy, [row]).raw()
            for raw in (one, mutate(one, dice, ids, [bytes(32)])):
                try:
                    short, long = both(raw)
                except UnfitError:
                    continue
                assert short is None or short == long


def test_the_common_shape_goes_the_short_way() -> None:
    """One put goes the short way; more operations, or an action that is none, go the long one."""
    assert isinstance(both(PLAIN.raw())[0], Table)
    assert both(many(2).raw())[0] is None
    assert read_single(dict(PLAIN.column(ACTION, b"\x7f\x05").columns)) is None
    assert read_single({}) is None
