"""What can be said yes to is shown in parts that lose nothing, the open texts first."""

from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple.people import DAY, NAMES, Couple, admin_of, person_of, revision
from troth_app.exact import FURTHER, PART_LETTERS, parts_of, texts_in, wording_label
from troth_couple.entry import SubjectId
from troth_couple.revision import AgreementId

ME = person_of("r")


@given(st.lists(st.text(alphabet="ab \n", max_size=3_000), max_size=6))
def test_parts_lose_nothing(lines: list[str]) -> None:
    """Joined they are the text again, and none is much longer than a part may be."""
    parts = parts_of(lines)
    joined = "".join(piece.removeprefix(FURTHER) for part in parts for piece in part)
    assert joined == "".join(lines).replace("\n", "")
    assert all(sum(map(len, part)) <= 2 * PART_LETTERS for part in parts)


@given(st.lists(st.text(alphabet="ab \n", max_size=3_000), min_size=1, max_size=6))
def test_no_words_pass_for_a_line_of_their_own(lines: list[str]) -> None:
    """As many lines as the text has begin where lines begin, whatever stands in them."""
    pieces = [piece for part in parts_of(lines) for piece in part]
    assert sum(not piece.startswith(FURTHER) for piece in pieces) == len(lines)


def test_what_is_open_comes_first_and_what_was_replaced_not_at_all() -> None:
    """Whoever looks for something to answer finds it on top."""
    couple = Couple()
    first = revision("first")
    about = SubjectId(first.agreement)
    couple.pen("r").propose(first, day=DAY)
    couple.meet()
    second = revision("second", over=(first.id,))
    couple.pen("s").propose(second, day=DAY)
    couple.meet()
    for text in (first, second):
        for hand in "rs":
            couple.pen(hand).assent(about, text.id, day=DAY, admin=admin_of(hand))
        couple.meet()
    third = revision("third")
    couple.pen("s").propose(third, day=DAY)
    couple.meet()
    found = list(texts_in(couple.state(), NAMES, ME))
    assert [text.text for text in found] == [third.id, second.id]
    assert [(text.is_open, text.holds) for text in found] == [(True, False), (False, True)]
    assert found[1].agreed == frozenset(NAMES)


def test_of_an_ended_agreement_there_is_nothing_to_say() -> None:
    """Neither yes nor no."""
    couple = Couple()
    couple.pen("r").propose(revision("first"), day=DAY)
    couple.pen("r").write("end", day=DAY, about=SubjectId(revision("first").agreement))
    assert list(texts_in(couple.state(), NAMES, ME)) == []


def test_a_text_is_told_from_others_by_its_title_author_and_day() -> None:
    """As a person would."""
    couple = Couple()
    couple.pen("s").propose(revision("first"), day=DAY)
    (wording,) = couple.state().agreements[AgreementId(revision("first").agreement)].wordings.values()
    assert wording_label(wording, NAMES) == "first, proposed by Sasha on 2026-11-21"
