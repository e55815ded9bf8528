"""What is looked at again is what was written to, and what could not be counted; else everything is read."""

from collections.abc import Callable, Collection, Mapping

import pytest

from tests.troth_couple.people import Couple, forge
from troth import Path, Touched, Value
from troth_couple import Abreast, Mark, Reason, read
from troth_couple.limits import AGAIN_MAX
from troth_wire.errors import UsageError
from troth_wire.ids import ChangeHash
from troth_wire.limits import EDIT_KEY_BYTES_MAX

ACT = forge("check_in", ["mine", *[None] * 5], by="r")
STRANGERS = forge("check_in", [None] * 6, by="x")
HEADS = frozenset({ChangeHash(bytes(32))})
MARK = Mark(Couple().roster.writers, HEADS, frozenset())


def root(values: Mapping[str, Value]) -> Callable[[Path], Value]:
    """A document with some values at its root."""

    def view(path: Path) -> Value:
        if path and path[0] not in values:
            raise UsageError("nothing stands at this path")
        return values[str(path[0])] if path else dict(values)

    return view


def touching(*keys: str) -> Callable[[Collection[ChangeHash]], Touched]:
    """A document in which some keys were written to."""
    return lambda _: Touched(HEADS, frozenset(keys))


def test_only_what_was_written_to_is_read() -> None:
    """Neither other entries nor texts; what is not there is gone."""
    view = root({"entry:a": b"a", "entry:b": b"b", "text:n": "words"})
    found = read(touching("entry:a", "entry:c", "text:n"), view, MARK)
    assert (dict(found.values), set(found.gone), found.whole) == ({"a": b"a"}, {"c"}, False)


def test_what_did_not_count_is_looked_at_again() -> None:
    """What was held, or lacking, when the journal was written."""
    mark = Mark(MARK.writers, HEADS, frozenset({"b", "d"}))
    view = root({"entry:a": b"a", "entry:b": b"b"})
    found = read(touching(), view, mark, again=True)
    assert (dict(found.values), set(found.gone)) == ({"b": b"b"}, {"d"})
    assert read(touching(), view, mark).values == {}


@pytest.mark.parametrize("mark", [None, MARK])
def test_where_anything_may_be_otherwise_everything_is_read(mark: Mark | None) -> None:
    """Without a mark, and where its heads do not stand any more."""
    found = read(lambda _: Touched(HEADS, None), root({"entry:a": b"a", "text:n": ""}), mark)
    assert (found.values, found.whole) == ({"a": b"a"}, True)


def test_a_name_that_no_path_can_say_is_seen_with_all_others() -> None:
    """A changed client may write under a longer key than an edit can name."""
    long = "entry:" + "x" * EDIT_KEY_BYTES_MAX
    found = read(touching(long), root({long: b"a"}), MARK)
    assert (len(found.values), found.whole) == (1, True)
    held = frozenset({long.removeprefix("entry:")})
    assert Mark(MARK.writers, HEADS, held).encode() is None


def test_a_mark_comes_back_as_it_was() -> None:
    """Also with heads and keys; one that became too long is not kept, and one that nobody wrote is none."""
    mark = Mark(MARK.writers, HEADS, frozenset({"a", ACT.id.hex()}))
    encoded = mark.encode()
    assert encoded is not None
    assert Mark.parse(encoded) == mark
    assert Mark.parse(encoded[:-1]) is None
    assert Mark(MARK.writers, HEADS, frozenset(map(str, range(AGAIN_MAX + 1)))).encode() is None


def test_what_was_deleted_or_overwritten_is_lacking_until_it_is_back() -> None:
    """By somebody else, in one way or the other; the entry counts all the time."""
    abreast = Abreast(Couple().roster, journal={ACT.id: ACT.value})
    key = f"entry:{ACT.id.hex()}"
    for there, lacking in (({}, {ACT.id}), ({key: b"junk"}, {ACT.id}), ({key: ACT.value}, set()), ({}, {ACT.id})):
        found = read(touching(key), root(there), MARK)
        abreast.take(found)
        assert abreast.lacking == lacking
        assert abreast.mark(found).again == {identity.hex() for identity in lacking}
        assert ACT.id in abreast.book.ledger.known


def test_what_is_held_is_forgotten_when_it_is_gone() -> None:
    """Junk under an entry's name is named while it stands there; an entry of a stranger in the journal, always."""
    abreast = Abreast(Couple().roster, journal={STRANGERS.id: STRANGERS.value})
    key, strange = "entry:junk", STRANGERS.id.hex()
    for there, held in (
        ({key: b"junk"}, {"junk": Reason.NO_ENTRY, strange: Reason.UNKNOWN_DEVICE}),
        ({f"entry:{strange}": b"junk"}, {strange: Reason.NO_ENTRY}),
        ({}, {strange: Reason.UNKNOWN_DEVICE}),
    ):
        found = read(touching(key, f"entry:{strange}"), root(there), MARK)
        abreast.take(found)
        assert {key: one.reason for key, one in abreast.book.ledger.held.items()} == held
        assert abreast.mark(found).again == held.keys()
