"""What differs between two texts is said in sentences, and nothing else is said."""

from dataclasses import replace

from tests.troth_couple.people import NAMES, person_of, revision
from troth_couple.days import Day
from troth_couple.diff import lines, plain_diff, told_items
from troth_couple.revision import Clause, Item

OLD = replace(
    revision("Evenings"), clauses=(Clause(behaviour="Phones stay out."), Clause(behaviour="We talk.", why="calm"))
)


def test_the_same_words_are_the_same() -> None:
    """A text differs from itself in nothing."""
    assert plain_diff(OLD, OLD, names=NAMES) == ["The words are the same."]


def test_each_difference_has_one_sentence() -> None:
    """Title, days, whom it binds, and each clause changed, new or taken out."""
    new = replace(
        OLD,
        title="Nights",
        sort=2,
        clauses=(OLD.clauses[0], Clause(behaviour="We talk at nine.", why="calm"), Clause(behaviour="We rest.")),
        applies_to=person_of("r"),
        review_on=Day("2026-12-01"),
        expires=Day("2026-12-05"),
    )
    assert plain_diff(OLD, new, names=NAMES) == [
        "The title was “Evenings” and is “Nights”.",
        "It is filed under transparency, and was under communication.",
        "It binds Robin, and did bind both.",
        "You look at it again: 2026-12-01 in place of no fixed day.",
        "Its last day: 2026-12-05 in place of no fixed day.",
        "“We talk. Why: calm” becomes “We talk at nine. Why: calm”.",
        "New: We rest.",
    ]
    assert plain_diff(new, OLD, names={})[-1] == "Taken out: We rest."


def test_items_are_read_as_sentences() -> None:
    """A line of a disclosure plan says what is told to whom, how soon, how, and in what detail."""
    item = Item(behaviour="A return to old behaviour.", sort=1, tell=3, within="within a day", how=1, detail=2)
    plan = replace(OLD, clauses=(), items=(item,))
    said = "A return to old behaviour. Told to both, within a day, in person, outline."
    assert lines(plan) == [said]
    alone = replace(item, behaviour="A bad night.", tell=2)
    assert told_items(replace(plan, items=(item, alone))) == {"A return to old behaviour.": said}
