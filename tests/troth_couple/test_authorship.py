"""Each paragraph says whose words are in it, and an export of one's own holds none of the other's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple.people import person_of
from troth_couple.authorship import own_words, paragraphs
from troth_wire.ids import PersonId

R, S = person_of("r"), person_of("s")
THEIRS = "[their words]"

RUNS = st.lists(st.tuples(st.sampled_from((R, S)), st.text("ab \n", min_size=1, max_size=5)), max_size=12)
"""Texts of two, cut anywhere."""


def spelled(runs: list[tuple[PersonId, str]]) -> list[tuple[PersonId, str]]:
    """The same cuts, in which each writes letters of their own."""
    return [(person, text if person == R else text.replace("a", "x").replace("b", "y")) for person, text in runs]


def test_paragraphs_have_their_authors() -> None:
    """Each names whose words are in it, in their order; a lone line end makes none, and spaces are nobody's."""
    runs = [(R, "We eat"), (S, " late"), (R, ".\nWe talk."), (S, "\n\n"), (R, "Rest. "), (S, "\n\n\n\nSleep.")]
    assert [(part.text, part.persons) for part in paragraphs(runs)] == [
        ("We eat late.\nWe talk.", (R, S)),
        ("Rest. ", (R,)),
        ("Sleep.", (S,)),
    ]


def test_where_a_separator_was_typed_by_two_it_separates() -> None:
    """Whoever typed which of two line ends."""
    assert [part.persons for part in paragraphs([(R, "one\n"), (S, "\ntwo")])] == [(R,), (S,)]


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([(R, "Mine.")], "Mine."),
        ([(S, "Theirs.")], THEIRS),
        ([(R, "Mine."), (S, "\n\nTheirs.\n\nMore.\n\n"), (R, "Mine.")], f"Mine.\n\n{THEIRS}\n\nMine."),
        ([(R, "I never"), (S, " said"), (R, " that.")], f"I never {THEIRS} that."),
        ([(R, "Same.\n\nSame.")], "Same.\n\nSame."),
        ([(R, "Mine. "), (S, "One\nTwo")], f"Mine. {THEIRS}"),
        ([], ""),
    ],
)
def test_their_words_are_replaced(runs: list[tuple[PersonId, str]], text: str) -> None:
    """Not even how many paragraphs or lines they wrote in one place is told."""
    assert own_words(runs, R, others=THEIRS) == text


@given(RUNS.map(spelled))
def test_nothing_of_theirs_and_all_of_mine(runs: list[tuple[PersonId, str]]) -> None:
    """However a text is cut: every letter of one's own is there in its order, and none of the other's."""
    mine = own_words(runs, R, others="?")
    assert not set(mine) & set("xy")
    assert [letter for letter in mine if letter in "ab"] == [
        letter for person, text in runs if person == R for letter in text if letter in "ab"
    ]


@given(RUNS.map(spelled))
def test_no_letter_is_lost_or_given_to_another(runs: list[tuple[PersonId, str]]) -> None:
    """All letters stand in paragraphs, each in a run of who wrote it."""
    found = [(person, letter) for part in paragraphs(runs) for person, text in part.runs for letter in text]
    assert [(person, letter) for person, letter in found if not letter.isspace()] == [
        (person, letter) for person, text in runs for letter in text if not letter.isspace()
    ]
    assert all(set(part.persons) <= {person for person, _ in part.runs} for part in paragraphs(runs))
