"""A CRDT document: edits in, changes out, foreign changes in, plain values out; the only importer of automerge.

Laws that the library needs (specs/document.md, Laws):
its panics are `BaseException`s that poison the document, so one wall turns them into `PoisonedError` and the caller
discards the document and builds it again from records;
one function owns transactions, always with `with`, and nothing in it awaits or yields;
a foreign change is applied alone, after the guard, and its hash is looked for afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from troth import edits
from troth.edits import Delete, Edit, Insert, Path, Put, Splice, Text, Value
from troth.guard import Change, change_hash, read
from troth.pieces import cut, shares, weigh
from troth_wire.errors import TrothError, UsageError
from troth_wire.ids import ActorId, ChangeHash
from troth_wire.limits import CHANGE_DEPENDENCIES_MAX, EDIT_PATH_PARTS_MAX

try:
    from automerge import core as automerge
    from automerge.core import ObjType, ScalarType
except ModuleNotFoundError as missing:
    raise ImportError(
        'The engine needs automerge 1.0.0rc1, which comes with "troth[engine]" and "troth[client]", '
        "and is built for CPython 3.11 and 3.12."
    ) from missing

__all__ = ["Document", "Made", "PoisonedError", "UnappliedError"]

CUT_AT_WEIGHT: Final = 40_000
"""Estimated bytes after which a change is cut; the estimate is high, and a change may have 61 440."""
HEADS_MAX: Final = CHANGE_DEPENDENCIES_MAX // 2
"""More heads are tied together first: a change builds on all of them, and may name only so many."""
DEPTH_MAX: Final = 2 * EDIT_PATH_PARTS_MAX + 2
"""No edit nests deeper: a path's parts and a value's own levels. What a hostile change nests deeper is not shown."""

_ACTOR_IN_ID: Final = slice(2, 18)
"""Where the id that the library gives of an operation names the actor, behind two bytes that say so."""
_SYNC_PREFIX: Final = b"\x42\x00\x00\x00\x01"
_SCALARS: Final[dict[type[Any], ScalarType]] = {
    type(None): ScalarType.Null,
    bool: ScalarType.Boolean,
    int: ScalarType.Int,
    float: ScalarType.F64,
    str: ScalarType.Str,
    bytes: ScalarType.Bytes,
}


class PoisonedError(TrothError):
    """The library panicked; this document can not be used any more and is built again from records."""


class UnappliedError(PoisonedError):
    """The library took a change without a word and did not apply it."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of some groups of edits: the changes, in order, raw and read, and the groups that were refused."""

    changes: tuple[bytes, ...]
    refused: Mapping[int, UsageError]
    read: tuple[Change, ...] = ()


class _GroupError(Exception):
    """Rolls a transaction back because a group of edits can not be applied."""

    def __init__(self, group: int, error: UsageError) -> None:
        super().__init__(group, error)
        self.group = group
        self.error = error


class _TooLargeError(Exception):
    """Rolls a transaction back because it must become several changes."""


class _Wall:
    """What the library raises ends here; a class, because it stands around every call, and a generator is dear."""

    _PASSED = (TrothError, _GroupError, _TooLargeError, KeyboardInterrupt, SystemExit, MemoryError)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, panic: BaseException | None, _: object) -> None:
        if kind is not None and not issubclass(kind, self._PASSED):
            # Without the cause: the library's text may quote the document.
            raise PoisonedError(f"the document library stopped ({kind.__name__})") from None


_WALL: Final = _Wall()


class Document:
    """One CRDT document, written to under one actor."""

    def __init__(self, actor: ActorId) -> None:
        self._written = False
        """Whether this actor is known to have made a change of this document."""
        with _WALL:
            self._document = automerge.Document(actor_id=actor)

    @classmethod
    def load(cls, saved: bytes, actor: ActorId) -> "Document":
        """Read what `save` returned. For a probe: whoever wrote the bytes decides what this costs.

        Raises:
            PoisonedError: If it can not be read.
        """
        document = cls(actor)
        with _WALL:
            document._document = automerge.Document.load(saved)
            document._document.set_actor(actor)
        return document

    def heads(self) -> frozenset[ChangeHash]:
        """Return the hashes of the changes that no other change builds on."""
        with _WALL:
            return frozenset(map(ChangeHash, self._document.get_heads()))

    def edit(self, groups: Sequence[Sequence[Edit]]) -> Made:
        """Apply groups of edits; each group as a whole or not at all.

        Edits that change nothing make no change.
        What is too large for one change is cut into several.

        Raises:
            PoisonedError: If the library stopped; discard the document.
        """
        tied = self._tie()
        made = self._edit(groups, CUT_AT_WEIGHT)
        if made is None and len(groups) > 1:
            made = self._edit_one_by_one(groups)
        made = made or self._edit(groups, 0)
        made = made or Made((), {0: UsageError("too many values stand in conflict here to be replaced by one edit")})
        return replace(made, changes=(*tied, *made.changes), read=(*map(_read_own, tied), *made.read)) if tied else made

    def _tie(self) -> list[bytes]:
        """Make changes that show nothing and build on some of the heads each, until an edit can build on all.

        Whoever writes as many devices at once could else make the document one in which nobody writes any more.
        """
        tied: list[bytes] = []
        with _WALL:
            while len(heads := self._document.get_heads()) > HEADS_MAX:
                actor = self._document.get_actor()
                own = [change.hash for change in self._document.get_changes([]) if change.actor_id == actor]
                part = self._document.fork([*heads[:HEADS_MAX], *own[-1:]])
                part.set_actor(actor)
                before = part.get_heads()
                # A key that nobody has; it comes and goes in one change.
                key = change_hash(b"".join(heads)).hex()
                with part.transaction() as transaction:
                    transaction.put(automerge.ROOT, key, ScalarType.Null, None)
                    transaction.delete(automerge.ROOT, key)
                (tie,) = part.get_changes(before)
                tied.append(tie.raw_bytes)
                self.merge(tied[-1])
                self._written = True
        return tied

    def _edit(self, groups: Sequence[Sequence[Edit]], cut_at: int) -> Made | None:
        """Write groups; return None, and leave no trace, if a change comes out that everyone would refuse.

        A weight can not foresee how many conflicting values an operation replaces: whoever put them there decides it.
        """
        refused: dict[int, UsageError] = {}
        with _WALL:
            before = self._document.get_heads()
            while accepted := [item for item in enumerate(groups) if item[1] and item[0] not in refused]:
                try:
                    self._write_once(accepted, cut_at)
                except _GroupError as failure:
                    refused[failure.group] = failure.error
                except _TooLargeError:
                    self._write_cut(accepted, cut_at)
                    break
                else:
                    break
            changes = tuple(change.raw_bytes for change in self._document.get_changes(before))
            self._written = self._written or bool(changes)
            if not self._written:
                self._forget_actor()
            readings = tuple(change for raw in changes if isinstance(change := read(raw), Change))
            if len(readings) == len(changes):
                return Made(changes, refused, readings)
            actor = self._document.get_actor()
            self._document = self._document.fork(before)
            self._document.set_actor(actor)
        return None

    def _forget_actor(self) -> None:
        """Leave no trace of a transaction that changed nothing, where it was this actor's first.

        The library would keep the actor's place, and panic at a later roll-back once another actor came after it.
        """
        actor = self._document.get_actor()
        self._written = any(change.actor_id == actor for change in self._document.get_changes([]))
        if not self._written:
            # A fork, because the saved form keeps the place too.
            self._document = self._document.fork(self._document.get_heads())
            self._document.set_actor(actor)

    def _edit_one_by_one(self, groups: Sequence[Sequence[Edit]]) -> Made:
        each = [self.edit([group]) for group in groups]
        changes = tuple(raw for made in each for raw in made.changes)
        readings = tuple(change for made in each for change in made.read)
        return Made(changes, {number: made.refused[0] for number, made in enumerate(each) if made.refused}, readings)

    def merge(self, raw: bytes) -> None:
        """Apply one foreign change that the guard accepted and whose dependencies are all here.

        Raises:
            PoisonedError: If the library stopped; discard the document.
            UnappliedError: If it returned without applying the change; discard the document.
        """
        with _WALL:
            message = automerge.Message.decode(_SYNC_PREFIX + _uleb(len(raw)) + raw)
            self._document.receive_sync_message(automerge.SyncState(), message)
            heads = self._document.get_heads()
        if change_hash(raw) not in heads:
            raise UnappliedError("the document library did not apply a change")

    def view(self, path: Path = ()) -> Value:
        """Return what stands at a path as plain values: dict, list, Text and scalars.

        Raises:
            UsageError: If nothing stands there.
            PoisonedError: If the library stopped; discard the document.
        """
        edits.check_path(path)
        with _WALL:
            kind, place = _resolve(self._document, path)
            return _plain(self._document, kind, place)

    def typed(self, path: Path) -> list[tuple[ActorId, str]]:
        """Return the text at a path, cut where the actor changes that typed it.

        Raises:
            UsageError: If no text stands there.
            PoisonedError: If the library stopped; discard the document.
        """
        edits.check_path(path)
        with _WALL:
            elements: list[Any] = self._document.values(_resolve(self._document, path, ObjType.Text)[1])
        return [
            (ActorId(typed), "".join([character for (_, character), _ in those]))
            for typed, those in groupby(elements, key=lambda element: element[1][_ACTOR_IN_ID])
        ]

    def save(self) -> bytes:
        """Return the library's own compressed form, for a cache or a probe."""
        with _WALL:
            return self._document.save()

    def changes(self) -> tuple[bytes, ...]:
        """Return every change, raw, causes before effects."""
        with _WALL:
            return tuple(change.raw_bytes for change in self._document.get_changes([]))

    def _write_once(self, groups: Sequence[tuple[int, Sequence[Edit]]], cut_at: int) -> None:
        """Write every group in one transaction, or roll all of it back."""
        weight = 0
        with self._document.transaction() as transaction:
            for number, group in groups:
                for edit in group:
                    try:
                        edits.check(edit)
                        for piece in cut(edit):
                            weight += weigh(piece)
                            _apply(transaction, piece)
                    except UsageError as error:
                        raise _GroupError(number, error) from None
            if weight > cut_at:
                raise _TooLargeError

    def _write_cut(self, groups: Sequence[tuple[int, Sequence[Edit]]], cut_at: int) -> None:
        """Write groups that are known to apply in as many transactions as it takes."""
        pieces = (piece for _, group in groups for edit in group for piece in cut(edit))
        for share in shares(pieces, cut_at):
            with self._document.transaction() as transaction:
                for piece in share:
                    _apply(transaction, piece)


def _read_own(raw: bytes) -> Change:
    reading = read(raw)
    assert isinstance(reading, Change), "the guard reads what is made here"
    return reading


def _apply(transaction: Any, piece: Edit) -> None:
    """Write one piece into an open transaction."""
    match piece:
        case Put(path, value):
            kind, place = _resolve(transaction, path[:-1])
            key = _key(transaction, kind, place, path[-1], new=True)
            _write(transaction.put, transaction.put_object, place, key, value)
        case Insert(path, index, value):
            _, place = _resolve(transaction, path, ObjType.List)
            at = _index(transaction, place, index)
            _write(transaction.insert, transaction.insert_object, place, at, value)
        case Delete(path):
            kind, place = _resolve(transaction, path[:-1])
            transaction.delete(place, _key(transaction, kind, place, path[-1], new=False))
        case Splice(path, index, delete, insert):
            _, place = _resolve(transaction, path, ObjType.Text)
            at = _index(transaction, place, index)
            if delete and at + delete > transaction.length(place):
                raise UsageError("the text is shorter than what should be removed")
            for _ in range(delete):
                transaction.delete(place, at)
            _type(transaction.insert, place, at, insert)


def _type(insert: Callable[[bytes, int, ScalarType, str], None], place: bytes, at: int, text: str) -> None:
    """Insert a text character by character, which is all the library offers; so nothing else is done in the loop."""
    kind = ScalarType.Str
    for offset, character in enumerate(text, at):
        insert(place, offset, kind, character)


def _write(scalar: Any, container: Any, place: bytes, key: str | int, value: Value) -> None:
    kind = _container(value)
    if kind is not None:
        container(place, key, kind)
    else:
        scalar(place, key, _SCALARS[type(value)], value)


def _container(value: Value) -> ObjType | None:
    if isinstance(value, Text):
        return ObjType.Text
    if isinstance(value, Mapping):
        return ObjType.Map
    return ObjType.List if isinstance(value, (list, tuple)) else None


def _resolve(reader: Any, path: Path, expected: ObjType | None = None) -> tuple[Any, bytes]:
    """Walk a path; return what stands there (an ObjType, or type and value) and its object id."""
    kind: Any = ObjType.Map
    place = automerge.ROOT
    for part in path:
        # Whether a key is there is what `get` tells.
        found = reader.get(place, _key(reader, kind, place, part, new=True))
        if found is None:
            raise UsageError("nothing stands at this path")
        kind, place = found
    if expected is not None and kind != expected:
        raise UsageError("something else stands at this path than this edit is for")
    return kind, place


def _key(reader: Any, kind: Any, place: bytes, part: str | int, *, new: bool) -> str | int:
    """Return a path's part as the library's key, after checking that it fits what it leads into."""
    if kind == ObjType.Map and isinstance(part, str):
        if not new and reader.get(place, part) is None:
            raise UsageError("nothing stands at this path")
        return part
    if kind == ObjType.List and isinstance(part, int):
        length = reader.length(place)
        index = length - 1 if part == -1 else part
        if 0 <= index < length:
            return index
    raise UsageError("nothing stands at this path")


def _index(reader: Any, place: bytes, index: int) -> int:
    length: int = reader.length(place)
    if index > length:
        raise UsageError("the index is past the end")
    return length if index < 0 else index


def _plain(reader: Any, kind: Any, place: bytes, *, depth: int = 0) -> Value:
    if isinstance(kind, tuple):
        scalar, value = kind
        return bytes(value) if scalar == ScalarType.Bytes else value
    if kind == ObjType.Text:
        return Text(reader.text(place))
    if depth > DEPTH_MAX:
        return None
    if kind == ObjType.Map:
        return {key: _plain(reader, *reader.get(place, key), depth=depth + 1) for key in reader.keys(place)}
    return [_plain(reader, *item, depth=depth + 1) for item in reader.values(place)]


def _uleb(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
