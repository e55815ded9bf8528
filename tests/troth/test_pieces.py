"""Edits are cut into pieces that are small and hold all of it, and what is shared out fits.

That pieces come to the same document is tested where they are written (test_document).
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.troth.histories import VALUES, spelled
from troth.edits import Delete, Edit, Insert, Put, Splice, Text
from troth.pieces import OP_WEIGHT, SPLICE_CHARACTERS, cut, shares, weigh

LONG = Text("word " * 2_000)


def leaves(value: Any) -> list[Any]:
    """The scalars and texts of a value, in order."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [value] if inner is None else [leaf for item in inner for leaf in leaves(item)]


@given(VALUES)
def test_a_piece_is_one_operation(value: Any) -> None:
    """Whatever is put, each piece puts a scalar or an empty container, or types into one; nothing is left out."""
    pieces = list(cut(Put(("k",), value)))
    held: list[Any] = []
    for piece in pieces:
        if isinstance(piece, Splice):
            held.append(Text(piece.insert))
        elif isinstance(piece, Put | Insert) and not isinstance(piece.value, dict | list | Text):
            held.append(piece.value)
        else:
            assert not getattr(piece, "value", None)
    assert spelled(held) == spelled(leaves(value))


@given(st.integers(0, 3 * SPLICE_CHARACTERS), st.integers(0, 3 * SPLICE_CHARACTERS), st.integers(-1, 100))
def test_a_long_splice_is_cut_into_short_ones(delete: int, typed: int, index: int) -> None:
    """Each piece of a splice removes or types a bounded number of characters, and together they do all of it."""
    pieces = [piece for piece in cut(Splice(("t",), index, delete, "x" * typed)) if isinstance(piece, Splice)]
    assert all(max(piece.delete, len(piece.insert)) <= SPLICE_CHARACTERS for piece in pieces)
    assert sum(piece.delete for piece in pieces) == delete
    assert "".join(piece.insert for piece in pieces) == "x" * typed
    assert pieces


def test_what_a_piece_weighs() -> None:
    """A long key, value or text weighs at least its bytes, and every piece something."""
    for piece, least in (
        (Put(("k" * 500,), 1), 500),
        (Put(("k",), b"v" * 700), 700),
        (Insert(("l",), 0, "é" * 300), 600),
        (Splice(("t",), 0, 0, "é" * 300), 600),
        (Delete(("k" * 90,)), 90),
        (Splice(("t",), 0), OP_WEIGHT),
    ):
        assert weigh(piece) >= max(least, OP_WEIGHT)


@given(st.lists(st.sampled_from([Put(("k",), "v" * 900), Splice(("t",), 0, 0, "x" * 50)]), max_size=60))
def test_what_is_shared_out_keeps_its_order(pieces: list[Edit]) -> None:
    """All pieces are there, in order; no share is empty, and none goes on once the next splice might not fit."""
    cut_at = 30_000
    shared = list(shares(pieces, cut_at))
    assert [piece for share in shared for piece in share] == pieces
    assert all(shared)
    for share in shared:
        assert sum(map(weigh, share[:-1])) <= cut_at


def test_a_long_text_takes_several_shares() -> None:
    """A text that is too long for one change is shared out over several."""
    assert len(list(shares(cut(Put(("t",), LONG)), 40_000))) > 1
