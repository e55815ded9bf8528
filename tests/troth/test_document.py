"""A document gives back what was put into it, whole groups or nothing, and falls over behind one wall."""

from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any, Final

import pytest
from automerge import core as automerge
from hypothesis import example, given
from hypothesis import strategies as st

from tests.troth.anatomy import ACTION, INSERT, KEY, PREDECESSORS, VALUE_KIND, Anatomy, sleb, uleb
from tests.troth.histories import KEYS, SCALARS, STRINGS, VALUES, History, actor, history, spelled
from troth import document as module
from troth import guard
from troth.document import DEPTH_MAX, Document, PoisonedError, UnappliedError
from troth.edits import Delete, Edit, Insert, Put, Splice, Text, Value
from troth_wire.errors import UsageError
from troth_wire.limits import CHANGE_BYTES_MAX, CHANGE_OPS_MAX, EDIT_KEY_BYTES_MAX, EDIT_VALUE_BYTES_MAX

BAD: Final[tuple[Edit, ...]] = (
    Put(("nowhere", "x"), 1),
    Put(("t", 0), 1),
    Put(("l", 99), 1),
    Put(("m", 0), 1),
    Put((), {}),
    Put(("x",), float("nan")),
    Put(("x",), 2**63),
    Put(("x",), "\ud800"),
    Put(("x",), range(3)),
    Put(("x",), {"": 1}),
    Delete(("nowhere",)),
    Delete(("l", 99)),
    Insert(("m",), 0, 1),
    Insert(("l",), 99, 1),
    Insert(("l",), -2, 1),
    Splice(("l",), 0, 0, "x"),
    Splice(("t",), 99, 0, "x"),
    Splice(("t",), 0, 99),
    Splice(("t",), -1, 1),
)
"""What can not be applied to a document with a short text, a short list and a map."""


def begun() -> Document:
    """A document with a text, a list and a map."""
    document = Document(actor(0))
    document.edit([[Put(("t",), Text("abc")), Put(("l",), [1, 2]), Put(("m",), {})]])
    return document


def merged(*changes: bytes) -> Document:
    """A fresh document with these changes."""
    document = Document(actor(9))
    for raw in changes:
        document.merge(raw)
    return document


def accepted(changes: tuple[bytes, ...]) -> bool:
    """Whether the guard accepts all changes, as far as it reads them alone."""
    return all(isinstance(guard.read(raw), guard.Change) for raw in changes)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
@example({"k": [True, 1, False, 0, -0.0, 0.0, float("inf"), None, "", b"", Text(""), {}, []]})
def test_what_is_put_comes_back_in_every_bit(values: dict[str, Value]) -> None:
    """A value is read back with the same types and bits, here and on a device that merges the change."""
    document = Document(actor(0))
    made = document.edit([[Put((key,), value) for key, value in values.items()]])
    assert accepted(made.changes)
    assert spelled(document.view()) == spelled(values)
    assert spelled(merged(*made.changes).view()) == spelled(values)


@given(st.lists(VALUES, max_size=5))
def test_what_is_inserted_comes_back_in_every_bit(values: list[Value]) -> None:
    """Values that are inserted one by one stand in the list as they were given, and each can be read by its path."""
    document = Document(actor(0))
    document.edit([[Put(("l",), [])], [Insert(("l",), -1, value) for value in values]])
    assert spelled(document.view(("l",))) == spelled(values)
    assert [spelled(document.view(("l", place))) for place in range(len(values))] == spelled(values)


@given(SCALARS)
@example(True)
@example(None)
def test_an_edit_that_changes_nothing_makes_no_change(value: Value) -> None:
    """Putting the value that stands there makes no change, so nothing is signed or sent."""
    document = Document(actor(0))
    assert len(document.edit([[Put(("k",), value)]]).changes) == 1
    assert document.edit([[Put(("k",), value)]]).changes == ()


@pytest.mark.parametrize("groups", [[], [[]], [[], []], [[Splice(("t",), 0, 0, "")]], [[Splice(("t",), -1)]]])
def test_nothing_to_do_makes_no_change(groups: list[list[Edit]]) -> None:
    """No groups, empty groups and empty splices make no change."""
    document = begun()
    heads = document.heads()
    assert document.edit(groups).changes == ()
    assert document.heads() == heads


def apply(model: dict[str, Any], edit: Edit) -> None:
    """Apply an edit to plain Python values, in the plainest way; IndexError where it can not be applied."""
    match edit:
        case Splice((key,), index, delete, insert):
            text = model[str(key)]
            at = len(text) if index < 0 else index
            if at + delete > len(text):
                raise IndexError
            model[str(key)] = Text(text[:at] + insert + text[at + delete :])
        case Insert((key,), index, value):
            if index > len(model[str(key)]):
                raise IndexError
            model[str(key)].insert(len(model[str(key)]) if index < 0 else index, value)
        case Put((key, int(index)), value):
            model[str(key)][index] = value
        case Delete((key, int(index))):
            del model[str(key)][index]


_INDEXES: Final = st.integers(0, 6)
_EDITS: Final = st.one_of(
    st.builds(Splice, st.just(("t",)), st.integers(-1, 8), st.integers(0, 4), STRINGS),
    st.builds(Insert, st.just(("l",)), st.integers(-1, 6), SCALARS),
    st.builds(Put, _INDEXES.map(lambda index: ("l", index)), SCALARS),
    st.builds(Delete, _INDEXES.map(lambda index: ("l", index))),
)


@given(st.lists(st.lists(_EDITS, max_size=3), max_size=12))
def test_texts_and_lists_behave_like_plain_ones(groups: list[list[Edit]]) -> None:
    """Splices, inserts, puts and deletes do what they do to a str and a list, and are refused where those refuse."""
    document = begun()
    model: dict[str, Any] = {"t": Text("abc"), "l": [1, 2], "m": {}}
    refused = []
    for number, group in enumerate(groups):
        trial = model | {"l": list(model["l"])}
        try:
            for edit in group:
                apply(trial, edit)
        except IndexError:
            refused.append(number)
        else:
            model = trial
    made = document.edit(groups)
    assert list(made.refused) == refused
    # Putting 0.0 over -0.0 changes nothing, so the two are not told apart here.
    assert document.view() == model


@given(st.lists(st.tuples(st.lists(_EDITS, max_size=3), st.none() | st.sampled_from(BAD)), max_size=5), st.randoms())
def test_a_refused_group_leaves_no_trace(groups: list[tuple[list[Edit], Edit | None]], dice: Random) -> None:
    """A group with one impossible edit is refused whole, with its reason, and the other groups stand as if alone."""
    document, other = begun(), begun()
    given_groups = []
    for group, bad in groups:
        at = dice.randint(0, len(group))
        given_groups.append([*group[:at], *([bad] if bad else []), *group[at:]])
    made = document.edit(given_groups)
    assert {number for number, (_, bad) in enumerate(groups) if bad} <= made.refused.keys()
    assert all(type(error) is UsageError for error in made.refused.values())
    alone = other.edit([group for number, group in enumerate(given_groups) if number not in made.refused])
    assert not alone.refused
    assert alone.changes == made.changes, "even the bytes are those that would have been made without it"


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_an_impossible_edit_is_the_callers_mistake(bad: Edit) -> None:
    """What can not be applied is refused as a UsageError; the document stays as it was and goes on."""
    document = begun()
    before = document.view()
    made = document.edit([[Put(("x",), 1), bad]])
    assert (made.changes, list(made.refused), document.view()) == ((), [0], before)
    assert document.edit([[Put(("x",), 1)]]).changes


@pytest.mark.parametrize(
    "path",
    [
        ("nowhere",),
        ("l", 2),
        ("l", -1),
        ("l", 2**63),
        ("l", "a"),
        ("m", 0),
        ("t", 0),
        ("",),
        ("\ud800",),
        (True,),
        ["l"],
    ],
    ids=repr,
)
def test_where_nothing_stands_nothing_is_shown(path: Any) -> None:
    """Looking at a path that leads nowhere, or is no path, is a UsageError and harms nothing."""
    document = begun()
    with pytest.raises(UsageError):
        document.view(path)
    assert document.view(("l",)) == [1, 2]


@given(st.lists(st.lists(_EDITS, min_size=1, max_size=2), max_size=6), st.sampled_from((0, 14_500, 20_000)))
def test_where_a_change_is_cut_does_not_show(groups: list[list[Edit]], cut_at: int) -> None:
    """Edits that are cut into many changes give the same document as in one change, here and elsewhere."""
    whole, cut = begun(), begun()
    whole.edit(groups)
    before = cut.save()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CUT_AT_WEIGHT", cut_at)
        made = cut.edit(groups)
    assert spelled(cut.view()) == spelled(whole.view())
    other = Document.load(before, actor(1))
    for raw in made.changes:
        other.merge(raw)
    assert spelled(other.view()) == spelled(cut.view())


@pytest.mark.parametrize(
    "edits",
    [
        [Put(("t",), Text("a\U0001f600e\u0301" * 3_000))],
        [Put((f"{number}" * 100,), number) for number in range(600)],
        [Put((key * EDIT_KEY_BYTES_MAX,), Random(key).randbytes(EDIT_VALUE_BYTES_MAX)) for key in "abc"],
        [Put(("l",), [Random(number).randbytes(1_000) for number in range(100)])],
        [Put(("l",), [{"a": number, "b": [None]} for number in range(1_500)])],
        [Put(("t",), Text("x" * 9_000)), Splice(("t",), 0, 9_000)],
    ],
    ids=["text", "keys", "values", "list", "maps", "removed"],
)
def test_a_large_edit_is_cut(edits: list[Edit]) -> None:
    """However much is pasted at once, each change stays within its bounds and is one that the guard accepts."""
    document = Document(actor(0))
    made = document.edit([edits])
    assert len(made.changes) > 1
    assert max(map(len, made.changes)) <= CHANGE_BYTES_MAX
    read = [guard.read(raw) for raw in made.changes]
    assert all(isinstance(change, guard.Change) and change.ops <= CHANGE_OPS_MAX for change in read)
    assert merged(*made.changes).view() == document.view()


def test_many_writers_in_conflict_are_no_obstacle() -> None:
    """Replacing what eighty writers put into the same keys makes changes within their bounds, if need be one a key."""
    keys = [f"k{number}" for number in range(300)]
    document = Document(actor(0))
    for writer in range(1, 81):
        other = Document(actor(writer))
        first = other.edit([[Put((f"only {writer}",), "")]]).changes
        order = Random(writer).sample(keys, len(keys))
        for raw in (*first, *other.edit([[Put((key,), writer) for key in order]]).changes):
            document.merge(raw)
    made = document.edit([[Put((key,), "settled") for key in keys]])
    assert not made.refused
    assert accepted(made.changes)
    assert all(document.view((key,)) == "settled" for key in keys)


def bomb(writer: int, key: str, ops: int) -> bytes:
    """A change that the guard accepts and that puts many values into one key, none replacing another."""
    columns = (
        (KEY, sleb(ops) + uleb(len(key)) + key.encode()),
        (INSERT, uleb(ops)),
        (ACTION, sleb(ops) + uleb(1)),
        (VALUE_KIND, sleb(ops) + uleb(0)),
        (PREDECESSORS, sleb(ops) + uleb(0)),
    )
    return Anatomy(actor=actor(writer), columns=columns).raw()


def test_values_in_conflict_cost_only_their_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where more values stand in conflict than one change may replace, that group is refused and the others stand."""
    monkeypatch.setattr("troth.guard.change.CHANGE_PREDECESSORS_MAX", 100)
    document = begun()
    for writer in range(1, 7):
        raw = bomb(writer, "k", 20)
        assert isinstance(guard.read(raw), guard.Change)
        document.merge(raw)
    made = document.edit([[Put(("a",), 1)], [Put(("b",), 1), Put(("k",), 1)], [Put(("c",), 1)]])
    assert list(made.refused) == [1]
    assert accepted(made.changes)
    shown = document.view()
    assert (shown["a"], shown["c"], "b" in shown) == (1, 1, False)
    again = document.edit([[Put(("a",), 2)]])
    assert accepted(again.changes), "the refused attempt left no hole in the sequence"
    assert guard.read(again.changes[0]).sequence == 1 + guard.read(made.changes[-1]).sequence  # type: ignore[union-attr]


def test_what_is_nested_beyond_every_edit_is_not_shown() -> None:
    """A value that no edit could nest so deeply shows as None, instead of exhausting whoever looks."""
    document, place, levels_made = Document(actor(0)), automerge.ROOT, DEPTH_MAX + 20
    with document._document.transaction() as transaction:
        for _ in range(levels_made):
            place = transaction.put_object(place, "a", automerge.ObjType.Map)
    shown, levels = document.view(), 0
    while shown is not None:
        shown, levels = shown.get("a"), levels + 1
    assert levels == DEPTH_MAX + 1


def test_as_deep_as_an_edit_can_reach_is_shown() -> None:
    """The longest path with the deepest value at its end is shown whole."""
    value: Value = "end"
    for _ in range(64):
        value = {"a": value}
    document = Document(actor(0))
    for length in range(1, 64):
        document.edit([[Put(("a",) * length, {})]])
    assert not document.edit([[Put(("a",) * 64, value)]]).refused
    shown: Value = document.view()
    for _ in range(128):
        shown = shown["a"]
    assert shown == "end"


@given(st.randoms())
def test_concurrent_changes_commute(dice: Random) -> None:
    """Changes of several writers give one document, in whatever order that puts causes before effects they come."""
    made = history(dice)
    first, second = Document(actor(8)), Document(actor(9))
    for _, raw in made.changes:
        first.merge(raw)
    waiting = list(made.changes)
    present: set[bytes] = set()
    while waiting:
        ready = [item for item in waiting if set(Anatomy.of(item[1]).dependencies) <= present]
        item = dice.choice(ready)
        waiting.remove(item)
        second.merge(item[1])
        present.add(guard.change_hash(item[1]))
    assert spelled(first.view()) == spelled(second.view())
    assert first.heads() == second.heads()
    for writer, document in enumerate(made.documents):
        made.read(writer)
        assert spelled(document.view()) == spelled(first.view())


@given(st.randoms())
def test_a_saved_document_is_the_same(dice: Random) -> None:
    """What was saved loads with the same heads and shows the same."""
    made = history(dice).documents[0]
    loaded = Document.load(made.save(), actor(7))
    assert loaded.heads() == made.heads()
    assert spelled(loaded.view()) == spelled(made.view())


@given(st.randoms())
def test_no_change_tells_the_time(dice: Random) -> None:
    """No change carries a time or a message: nobody learns when something was written."""
    for _, raw in history(dice).changes:
        anatomy = Anatomy.of(raw)
        assert (anatomy.time, anatomy.message, anatomy.extra) == (0, b"", b"")


class Panic(BaseException):
    """What the library raises is no Exception."""


class Panicking:
    """Stands in for the library's document and panics at everything."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Panic as soon as it is called."""

        def panic(*_: object) -> Any:
            raise Panic("Ann's secret stands in this text")

        return panic


@pytest.mark.parametrize(
    "use",
    [
        Document.heads,
        Document.save,
        Document.view,
        lambda document: document.edit([[Put(("x",), 1)]]),
        lambda document: document.merge(b"\x85"),
    ],
    ids=["heads", "save", "view", "edit", "merge"],
)
def test_a_panic_stops_at_the_wall(use: Callable[[Document], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the library throws becomes a PoisonedError, which quotes nothing of the document."""
    document = begun()
    monkeypatch.setattr(document, "_document", Panicking())
    with pytest.raises(PoisonedError) as caught:
        use(document)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("wish", [KeyboardInterrupt, SystemExit, MemoryError])
def test_a_wish_to_stop_is_no_panic(wish: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt, an exit and a lack of memory pass through the wall as what they are."""
    document = begun()

    def stop(*_: object) -> Any:
        raise wish

    monkeypatch.setattr(document, "_document", type("Stopping", (), {"get_heads": stop})())
    with pytest.raises(wish):
        document.heads()


@given(st.binary(max_size=64))
@example(b"")
def test_what_can_not_be_loaded_is_poison(saved: bytes) -> None:
    """Bytes that no document saved are a PoisonedError for whoever loads them."""
    with pytest.raises(PoisonedError):
        Document.load(b"troth" + saved, actor(0))


def test_a_change_that_is_not_applied_is_noticed() -> None:
    """The library passes over a change whose cause is missing without a word; merging it raises."""
    document = begun()
    other = merged(*(change.raw_bytes for change in document._document.get_changes([])))
    document.edit([[Put(("x",), 1)]])
    late = document.edit([[Put(("x",), 2)]]).changes[0]
    with pytest.raises(UnappliedError):
        other.merge(late)


@given(st.integers(0, 2**32).map(Random))
def test_what_it_holds_makes_it_again(dice: Random) -> None:
    """The changes that it gives out, in that order, make the same document."""
    made = history(dice)
    made.read(0)
    document = made.documents[0]
    assert set(document.changes()) == {raw for _, raw in made.changes}
    again = merged(*document.changes())
    assert (spelled(again.view()), again.heads()) == (spelled(document.view()), document.heads())


def test_more_heads_than_a_change_may_name_are_tied_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where others left ever so many heads, an edit is preceded by changes that show nothing and make them few."""
    monkeypatch.setattr(module, "HEADS_MAX", 4)
    document, past = Document(actor(0)), guard.Past()
    made = list(document.edit([[Put(("t",), Text("own"))]]).read)
    for number in range(11):
        other = Document(actor(number + 1))
        written = other.edit([[Put((f"k{number}",), number)]])
        made += written.read
        document.merge(written.changes[0])
    shown = document.view()
    late = document.edit([[Splice(("t",), 0, 0, "my ")]])
    made += late.read
    assert len(late.changes) == len(late.read) > 1
    assert document.view() == {**shown, "t": "my own"}
    assert all(len(change.dependencies) <= 5 for change in late.read)
    for change in made:
        verdict = guard.weigh(change, past=past, actor=change.actor)
        assert isinstance(verdict, guard.Accepted)
        past.add(verdict)
    assert len(document.edit([[Put(("x",), 1)]]).changes) == 1


ALPHABETS = ("aá\u0301", "b\U0001f600", "c\n")
"""What each writer types, and no other: with marks that combine, beyond the first plane, and ends of lines."""


@given(st.integers(0, 2**32).map(Random))
def test_each_character_is_its_writers(dice: Random) -> None:
    """Whoever types, removes and merges where and when: of every character it is known who typed it."""
    made = History.begin(len(ALPHABETS))
    made.edit(0, Put(("t",), Text("")))
    for number in range(len(ALPHABETS)):
        made.read(number)
    for _ in range(12):
        writer = dice.randrange(len(ALPHABETS))
        length = len(made.documents[writer].view(("t",)))
        start = dice.randint(0, length)
        typed = "".join(dice.choices(ALPHABETS[writer], k=dice.randint(0, 4)))
        made.edit(writer, Splice(("t",), start, dice.randint(0, min(3, length - start)), typed))
        if dice.random() < 0.5:
            made.read(dice.randrange(len(ALPHABETS)))
    for number, document in enumerate(made.documents):
        made.read(number)
        found = document.typed(("t",))
        assert "".join(text for _, text in found) == document.view(("t",))
        for by, text in found:
            assert text
            assert set(text) <= set(ALPHABETS[by[0] - 1])
        assert all(one != other for (one, _), (other, _) in pairwise(found)), "cut only where the writer changes"


def test_only_a_text_was_typed() -> None:
    """Where something else stands, or nothing, there is nobody to name."""
    document = begun()
    document.edit([[Put(("m",), {})]])
    for path in ((), ("m",), ("nothing",)):
        with pytest.raises(UsageError):
            document.typed(path)
