"""Where entries and texts stand in the document: flat at its root, so that nobody ever creates a container for another.

Two devices that made the same map at once would hide one of the two; a key with a hash in it is nobody else's.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from troth.edits import Edit, Path, Put, Text, Value
from troth.identity import document_id
from troth_couple.entry import FIRST_CHAPTER, ChapterId, Entry, SubjectId
from troth_couple.roster import EntryId
from troth_wire.ids import DocumentId

__all__ = ["ENTRY", "document_of", "entries_in", "entry_edits", "named_entry", "note_edits", "note_path", "texts_in"]

ENTRY: Final = "entry:"
"""Begins the key of an entry; its id in hexadecimal follows."""
_TEXT: Final = "text:"
_NAMED: Final = re.compile(f"{ENTRY}[0-9a-f]{{64}}")


def document_of(chapter: ChapterId = FIRST_CHAPTER) -> DocumentId:
    """Return the document in which a chapter stands."""
    return document_id(f"partners/{chapter.hex()}")


def entry_edits(entries: Iterable[Entry]) -> list[Edit]:
    """Return the edits that put entries into the document, one value each; also those that somebody removed."""
    return [Put((ENTRY + entry.id.hex(),), entry.value) for entry in entries]


def entries_in(view: Value) -> dict[str, object]:
    """Return the values at the places of entries, by key, from a view of the document's root."""
    return _under(ENTRY, view)


def named_entry(key: object) -> EntryId | None:
    """Return the entry that a key at the root of the document names, if it names one."""
    if type(key) is not str or not _NAMED.fullmatch(key):
        return None
    return EntryId(bytes.fromhex(key.removeprefix(ENTRY)))


def texts_in(view: Value) -> dict[str, object]:
    """Return the values at the places of texts, by the note's id in hexadecimal."""
    return _under(_TEXT, view)


def note_path(note: SubjectId) -> Path:
    """Return where the text of a shared note stands."""
    return (_TEXT + note.hex(),)


def note_edits(note: Entry, text: str = "") -> list[Edit]:
    """Return the edits that open a shared note: its entry, and its text as its author publishes it."""
    return [*entry_edits([note]), Put(note_path(note.subject), Text(text))]


def _under(prefix: str, view: Value) -> dict[str, object]:
    if not isinstance(view, Mapping):
        return {}
    return {key.removeprefix(prefix): value for key, value in view.items() if key.startswith(prefix)}
