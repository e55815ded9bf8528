"""Folded edits do what the edits did: the same text, the same refusals."""

from hypothesis import example, given
from hypothesis import strategies as st

from troth import Delete, Put, Splice, Text
from troth.document import Document
from troth.edits import Edit
from troth.folding import fold
from troth_wire.ids import ActorId

PATH = ("t",)
OTHER = ("u",)

splices = st.builds(
    Splice, st.sampled_from([PATH, PATH, OTHER]), st.integers(-1, 8), st.integers(0, 3), st.text("abc", max_size=3)
)
groups = st.lists(st.one_of(splices, splices, splices, st.just(Delete(("k",))), st.just(Put(("k",), 1))), max_size=8)


def outcome(edits: list[Edit] | tuple[Edit, ...]) -> tuple[object, bool]:
    """What a document shows after a group of edits, and whether it took them."""
    document = Document(ActorId(bytes(16)))
    document.edit([[Put(PATH, Text("12345")), Put(OTHER, Text("")), Put(("k",), 0)]])
    made = document.edit([list(edits)])
    return document.view(), not made.refused


@given(groups)
@example([Splice(PATH, 5, 0, "a"), Splice(PATH, 6, 1, "")])
@example([Splice(PATH, 2, 2, ""), Splice(PATH, 1, 1, "x")])
@example([Splice(PATH, 1, 1, ""), Splice(PATH, 0, 1, ""), Splice(PATH, 0, 3, "")])
def test_folding_changes_nothing_that_shows(edits: list[Edit]) -> None:
    """Whatever the edits are, folded ones leave the same document and are refused in the same cases."""
    assert outcome(fold(edits)) == outcome(edits)


@given(st.text("abc def", min_size=1), st.integers(0, 5))
def test_typing_becomes_one_edit(text: str, start: int) -> None:
    """Characters typed one after the other are one splice, wherever they are typed."""
    typed = [Splice(PATH, start + offset, 0, letter) for offset, letter in enumerate(text)]
    assert fold(typed) == (Splice(PATH, start, 0, text),)
    assert fold([Splice(PATH, -1, 0, letter) for letter in text]) == (Splice(PATH, -1, 0, text),)


def test_what_is_typed_and_taken_back_is_gone() -> None:
    """A word that was removed in the same input is in no edit."""
    typed = [Splice(PATH, 2 + offset, 0, letter) for offset, letter in enumerate("never")]
    back = [Splice(PATH, 6 - offset, 1) for offset in range(5)]
    assert fold([*typed, *back]) == (Splice(PATH, 2),)


def test_backspaces_become_one_edit() -> None:
    """Characters removed one before the other are one splice, and so are those removed in one place."""
    assert fold([Splice(PATH, 4, 1), Splice(PATH, 3, 1), Splice(PATH, 2, 1)]) == (Splice(PATH, 2, 3),)
    assert fold([Splice(PATH, 2, 1), Splice(PATH, 2, 1)]) == (Splice(PATH, 2, 2),)


def test_what_is_mended_at_once_was_typed_right() -> None:
    """Going back into what was just typed, or over the words before it, is part of the same splice."""
    assert fold([Splice(PATH, 3, 0, "wrod"), Splice(PATH, 4, 2, "or")]) == (Splice(PATH, 3, 0, "word"),)
    assert fold([Splice(PATH, 3, 0, "word"), Splice(PATH, 1, 4, "s")]) == (Splice(PATH, 1, 2, "srd"),)
    assert fold([Splice(PATH, 3, 1, "word"), Splice(PATH, 5, 4)]) == (Splice(PATH, 3, 3, "wo"),)


def test_what_is_apart_stays_apart() -> None:
    """Splices of one text that do not touch are two."""
    apart = (Splice(PATH, 3, 0, "word"), Splice(PATH, 8, 0, "x"))
    assert fold(apart) == apart
    assert fold(apart[::-1]) == apart[::-1]


def test_what_is_no_edit_is_passed_on() -> None:
    """Folding judges nothing: what no document takes is left for it to refuse."""
    odd = [Splice(PATH, "0", 0, "a"), Splice(PATH, 0, -1, "a"), Splice(PATH, 0, 0, 5)]  # type: ignore[arg-type]
    assert fold(odd) == tuple(odd)
