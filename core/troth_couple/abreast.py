"""Keeps a book abreast of its document: what was not written to since the last look is not read again.

The same comes of it as of reading everything: deleted, overwritten, forked or restored, wherever something may stand
otherwise the engine says so, and what could not be counted the last time is looked at again at every start.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from troth import Path, Touched, Value
from troth_couple.derive import Book
from troth_couple.edits import ENTRY, entries_in
from troth_couple.entry import FIRST_CHAPTER, ChapterId
from troth_couple.limits import AGAIN_MAX
from troth_couple.roster import EntryId, Roster
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError
from troth_wire.ids import ChangeHash
from troth_wire.limits import CHANGE_DEPENDENCIES_MAX, EDIT_KEY_BYTES_MAX

__all__ = ["Abreast", "Found", "Mark", "read"]

_BYTES_MAX = 2**20
_SHAPE = codec.fields(
    codec.raw(32),
    codec.many(codec.raw(32), CHANGE_DEPENDENCIES_MAX),
    codec.many(codec.text(EDIT_KEY_BYTES_MAX), AGAIN_MAX),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a document was read into a journal: whatever stood in it then and was verified is there."""

    writers: bytes
    """Whose entries could be verified then (`Roster.writers`)."""
    heads: frozenset[ChangeHash]
    again: frozenset[str]
    """The keys of what was held, and of verified entries that the document lacked."""

    def encode(self) -> bytes | None:
        """Return what `parse` reads; none if it became too long to be worth it."""
        if len(self.again) > AGAIN_MAX or len(self.heads) > CHANGE_DEPENDENCIES_MAX or _unnamable(self.again):
            return None
        return codec.pack([self.writers, sorted(self.heads), sorted(self.again)])

    @classmethod
    def parse(cls, data: bytes) -> "Mark | None":
        """Read a mark; none if another release wrote it in another way: then everything is read."""
        try:
            writers, heads, again = codec.decode(data, _SHAPE, bytes_max=_BYTES_MAX)
        except MalformedError:
            return None
        return cls(writers, frozenset(map(ChangeHash, heads)), frozenset(again))


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at places of entries, by key: at all of them, or at those that may show something else."""

    heads: frozenset[ChangeHash]
    values: Mapping[str, object]
    gone: frozenset[str]
    """Keys at which nothing stands."""
    whole: bool


def read(
    touched: Callable[[Collection[ChangeHash]], Touched],
    view: Callable[[Path], Value],
    mark: Mark | None,
    *,
    again: bool = False,
) -> Found:
    """Read what may stand otherwise in a document than it did at a mark.

    Args:
        touched: Tells where the document was written to since some heads.
        view: Returns what stands at a path.
        mark: How far it was read; none reads everything.
        again: Whether to look again at what was held or lacking then.
    """
    new = touched(mark.heads if mark else ())
    if mark is None or new.keys is None or _unnamable(new.keys):
        return Found(new.heads, entries_in(view(())), frozenset(), whole=True)
    keys = {key.removeprefix(ENTRY) for key in new.keys if key.startswith(ENTRY)} | (mark.again if again else set())
    values = {key: value for key in keys if (value := _at(view, key)) is not _NOTHING}
    return Found(new.heads, values, frozenset(keys - values.keys()), whole=False)


_NOTHING = object()


def _unnamable(keys: Iterable[str]) -> bool:
    """Tell whether one of some keys is longer than any path may name; only a changed client writes there."""
    return any(len(key.encode()) > EDIT_KEY_BYTES_MAX - len(ENTRY) for key in keys)


def _at(view: Callable[[Path], Value], key: str) -> object:
    try:
        return view((ENTRY + key,))
    except UsageError:
        return _NOTHING


class Abreast:
    """A book, and what its document lacks of it."""

    def __init__(self, roster: Roster, *, journal: Mapping[EntryId, bytes], chapter: ChapterId = FIRST_CHAPTER) -> None:
        self.roster = roster
        self.book = Book(roster, journal=journal, chapter=chapter)
        self.lacking: set[EntryId] = set()
        """Verified entries that do not stand in the document, as of the last look."""

    def take(self, found: Found) -> None:
        """Take in what was found; first of all everything, or what stands otherwise than at the journal's mark."""
        ledger = self.book.ledger
        self.book.add(found.values)
        self.book.drop(ledger.held.keys() - found.values.keys() if found.whole else found.gone)
        if found.whole:
            self.lacking = {entry.id for entry in ledger.missing(found.values)}
            return
        for key in {*found.values, *found.gone}:
            entry = ledger.at(key)
            if entry is not None and found.values.get(key) != entry.value:
                self.lacking.add(entry.id)
            elif entry is not None:
                self.lacking.discard(entry.id)

    def mark(self, found: Found) -> Mark:
        """Return how far the document is read, once what is fresh in the book is in the journal."""
        lacking = {identity.hex() for identity in self.lacking}
        return Mark(self.roster.writers, found.heads, frozenset(self.book.ledger.held.keys() | lacking))
