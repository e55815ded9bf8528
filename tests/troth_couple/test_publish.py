"""Publishing makes one's own changes anew on what stands there, sentence by sentence, and loses nobody's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_couple.publish import Choice, _units, publish
from troth_couple.texts import clean
from troth_wire.errors import UsageError

PATH = ("text",)
BASE = "We eat together. We talk on Friday.\n\nWe sleep early."
SENTENCES = st.lists(
    st.sampled_from(["We eat. ", "We talk! ", "نتحدث؟ ", "We walk\n", "Rest… ", "\n"]), max_size=8
).map("".join)


def applied(text: str, made: object) -> str:
    """A text after some splices."""
    for splice in made:  # type: ignore[attr-defined]
        text = text[: splice.index] + splice.insert + text[splice.index + splice.delete :]
    return text


@given(st.text(max_size=60))
def test_sentences_are_the_text(text: str) -> None:
    """A text cut into sentences is the text, whatever is in it."""
    assert "".join(_units(text)) == text


@given(SENTENCES, SENTENCES)
def test_alone_the_buffer_is_what_stands(base: str, mine: str) -> None:
    """Where the other changed nothing, the private buffer becomes the text."""
    made = publish(PATH, base=base, mine=mine, current=base)
    assert not made.clashes
    assert made.text == applied(base, made.splices) == clean(mine)


@given(SENTENCES, SENTENCES)
def test_without_own_changes_nothing_is_published(base: str, current: str) -> None:
    """Who changed nothing changes nothing of what the other wrote since."""
    made = publish(PATH, base=base, mine=base, current=current)
    assert (made.text, made.splices, made.clashes) == (current, (), ())


@given(SENTENCES, SENTENCES, SENTENCES, st.sampled_from(Choice))
def test_every_choice_gives_a_text(base: str, mine: str, current: str, choice: Choice) -> None:
    """Clashes are shown and nothing is written until each is decided; then the edits give the text that was said."""
    seen = publish(PATH, base=base, mine=mine, current=current)
    if seen.clashes:
        assert seen.splices == ()
    made = publish(PATH, base=base, mine=mine, current=current, choices=[choice] * len(seen.clashes))
    assert applied(current, made.splices) == made.text
    kept = {"mine": [c.mine for c in seen.clashes], "theirs": [c.theirs for c in seen.clashes]}
    for text in kept.get(choice.value, kept["mine"] + kept["theirs"]):
        assert text in made.text


@given(SENTENCES, SENTENCES)
def test_no_deleted_draft_reaches_the_document(base: str, mine: str) -> None:
    """Invariant 15: what is inserted stands in the text that is published, and nowhere else."""
    made = publish(PATH, base=base, mine=mine, current=base)
    assert all(splice.insert in made.text for splice in made.splices)


def test_changes_in_different_sentences_both_stand() -> None:
    """Each changed a sentence of their own."""
    current = BASE.replace("Friday", "Sunday")
    made = publish(PATH, base=BASE, mine=BASE.replace("early", "late"), current=current)
    assert made.text == current.replace("early", "late")


def test_one_sentence_changed_by_both_is_shown() -> None:
    """Both are shown whole, and a stale number of choices is told back."""
    mine, current = BASE.replace("Friday", "Sunday"), BASE.replace("Friday", "Monday")
    (clash,) = publish(PATH, base=BASE, mine=mine, current=current).clashes
    assert "Sunday" in clash.mine
    assert "Monday" in clash.theirs
    with pytest.raises(UsageError, match="Nothing was lost"):
        publish(PATH, base=BASE, mine=mine, current=current, choices=[Choice.MINE] * 2)


def test_a_private_buffer_can_not_hide_anything() -> None:
    """What no screen could show truly is not published."""
    with pytest.raises(UsageError):
        publish(PATH, base="", mine="a\x1b[31m", current="")


@pytest.mark.parametrize(
    ("mine", "current", "text"),
    [
        (BASE + " New.", BASE.replace("early", "late"), BASE.replace("early", "late") + " New."),
        ("First. " + BASE, BASE.replace("early", "late"), "First. " + BASE.replace("early", "late")),
        (
            BASE.replace("\n\nWe sleep early.", ""),
            BASE.replace("Friday", "Monday"),
            "We eat together. We talk on Monday.",
        ),
        (BASE.replace("eat", "cook"), BASE.replace("eat", "cook"), BASE.replace("eat", "cook")),
    ],
    ids=["appended", "put first", "taken out", "the same"],
)
def test_neighbours_do_not_clash(mine: str, current: str, text: str) -> None:
    """What touches another's change without meeting it simply stands beside it."""
    made = publish(PATH, base=BASE, mine=mine, current=current)
    assert (made.text, made.clashes) == (text, ())
    assert applied(current, made.splices) == text


def test_two_who_insert_at_one_point_choose() -> None:
    """Two new sentences in one place are both shown, and both may stand."""
    made = publish(PATH, base=BASE, mine=BASE + " Mine.", current=BASE + " Theirs.")
    assert len(made.clashes) == 1
    both = publish(PATH, base=BASE, mine=BASE + " Mine.", current=BASE + " Theirs.", choices=[Choice.BOTH])
    assert both.text == BASE + " Theirs. Mine."
