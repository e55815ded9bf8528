"""A row says by itself what follows from it: where its fields stand, whose it can be, and whether a day changes it."""

import pytest

from troth_couple.days import DAY
from troth_couple.kind import Field, Kind, Weight
from troth_wire import codec
from troth_wire.errors import MalformedError

ROW = Kind(number=1, name="walk", begins=True, fields=(Field("on", DAY), Field("ours", codec.flag)))


def test_fields_stand_in_their_order() -> None:
    """A body is the list of its fields, and nothing else."""
    assert ROW.places == {"on": 0, "ours": 1}
    assert list(ROW.check(["2026-11-21", True])) == ["2026-11-21", True]
    for body in (["2026-11-21"], [True, "2026-11-21"], ["2026-11-21", True, None], "2026-11-21"):
        with pytest.raises(MalformedError):
            ROW.check(body)


@pytest.mark.parametrize(
    ("more", "by_both", "moves"),
    [({}, False, False), ({"ours": "ours"}, True, True), ({"joint": True}, True, True), ({"until": "on"}, False, True)],
)
def test_what_follows_from_a_row(more: dict[str, object], by_both: bool, moves: bool) -> None:
    """What is both persons' hangs on consent and on holds, and what passes hangs on the day."""
    row = Kind(number=1, name="walk", **more)  # type: ignore[arg-type]
    assert (row.by_both, row.moves) == (by_both, moves)


def test_nothing_is_careful_by_itself() -> None:
    """A row that says nothing else is plain: neither a caution nor a commitment."""
    assert ROW.weight is Weight.PLAIN
