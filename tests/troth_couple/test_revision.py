"""A revision is one exact text with one hash; what could not be read again can not be written."""

from dataclasses import replace

import pytest

from tests.troth_couple.people import person_of, revision
from troth_couple.days import Day
from troth_couple.revision import Clause, Item, Revision, RevisionId
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError, VersionError

FULL = replace(
    revision("whole"),
    items=(Item(behaviour="a slip", sort=1, tell=3, within="a day", how=1, detail=2),),
    clauses=(
        Clause(value="honesty", behaviour="We say it.", why="calm", noticed_by="fewer questions", exceptions="none"),
    ),
    applies_to=person_of("r"),
    review_on=Day("2026-12-01"),
    expires=Day("2026-12-05"),
    supersedes=(RevisionId(bytes(32)), RevisionId(b"\1" * 32)),
)


def test_a_revision_comes_back_as_it_was() -> None:
    """Every field survives, and so does the hash."""
    assert Revision.parse(FULL.encode()) == FULL
    assert Revision.parse(FULL.encode()).id == FULL.id


@pytest.mark.parametrize(
    "other",
    [
        replace(FULL, title="Whole"),
        replace(FULL, clauses=(replace(FULL.clauses[0], behaviour="We say it!"),)),
        replace(FULL, expires=Day("2026-12-06")),
        replace(FULL, applies_to=None),
        replace(FULL, supersedes=()),
        replace(FULL, items=(replace(FULL.items[0], tell=1),)),
    ],
    ids=["title", "clause", "last day", "whom", "before", "item"],
)
def test_whatever_differs_is_another_text(other: Revision) -> None:
    """A letter, a day or a person more or less, and it is another revision."""
    assert other.id != FULL.id


@pytest.mark.parametrize(
    "wrong",
    [
        replace(FULL, clauses=(), items=()),
        replace(FULL, title=""),
        replace(FULL, title="a\x1b[0m"),
        replace(FULL, sort=9),
        replace(FULL, supersedes=(RevisionId(b"\1" * 32), RevisionId(bytes(32)))),
        replace(FULL, review_on=Day("2027-01-01")),
        replace(FULL, expires=Day("2026-02-30")),
        replace(FULL, clauses=FULL.clauses * 65),
    ],
    ids=["nothing", "no title", "escape", "sort", "order", "late review", "no such day", "many"],
)
def test_what_could_not_be_read_is_not_written(wrong: Revision) -> None:
    """A writer is told before anything is signed."""
    with pytest.raises(UsageError):
        wrong.encode()


def test_another_version_is_named_as_such() -> None:
    """A revision of another version is not taken for a broken one."""
    with pytest.raises(VersionError):
        Revision.parse(codec.pack([2, "all the rest differs"]))
    with pytest.raises(MalformedError):
        Revision.parse(b"junk")


def test_silence_has_no_field() -> None:
    """Nothing in a revision could turn silence into a yes."""
    assert not [name for name in Revision.__dataclass_fields__ if "silence" in name or "deadline" in name]
    assert set(Revision.__dataclass_fields__) == {
        *("agreement", "sort", "title", "clauses", "items", "applies_to", "review_on", "expires", "supersedes")
    }


def test_words_do_not_show_in_a_repr() -> None:
    """What is agreed stays out of logs."""
    assert "honesty" not in repr(FULL)
