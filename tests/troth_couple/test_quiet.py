"""A quiet note is the same for both, blocks nothing and knows its phrases."""

from dataclasses import replace

import pytest

from tests.troth_couple.people import revision
from troth_couple.days import Day
from troth_couple.messages import ENGLISH
from troth_couple.quiet import ENGLISH_PHRASES, notes
from troth_couple.revision import Clause

CALM = replace(revision("Evenings"), review_on=Day("2026-12-01"))


@pytest.mark.parametrize(
    ("behaviour", "note"),
    [
        ("You give me your password.", "quiet.secrets"),
        ("We share our logins.", "quiet.secrets"),
        ("Your location is on.", "quiet.place"),
        ("Send a photo every half hour.", "quiet.proof"),
        ("I may look at the phone at any time.", "quiet.always"),
        ("No contact with Kim.", "quiet.contact"),
        ("You will not see your sister.", "quiet.contact"),
    ],
)
def test_a_phrase_has_its_note(behaviour: str, note: str) -> None:
    """Each of the fixtures gives its note."""
    assert note in notes(replace(CALM, clauses=(Clause(behaviour=behaviour),)))


def test_plain_words_have_none() -> None:
    """An ordinary clause with a day to look again has no note; without one, that is said."""
    assert notes(CALM) == []
    assert notes(replace(CALM, review_on=None)) == ["quiet.no_end"]


def test_every_note_has_words() -> None:
    """Each note has its sentence."""
    assert {*ENGLISH_PHRASES, "quiet.no_end"} <= ENGLISH.keys()
