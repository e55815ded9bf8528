"""Own words that fell with a branch: which are to be made anew, and what was made for what.

The rows of this module are written in one commit with the records that they speak of, so a crash neither loses words
nor doubles them (specs/document.md, Words made anew).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from troth import guard
from troth.journal import write_edits
from troth.library import Library
from troth.renewal import renew
from troth.retracing import Retraced
from troth.step import Changed, Held, Renewed, Row, Step
from troth.unsettled import UNFIT, UNMADE
from troth.writer import Writer
from troth_wire import codec
from troth_wire.ids import ChangeHash, DocumentId

__all__ = ["ORIGINS", "RENEWED", "Mending", "mend"]

RENEWED: Final = "renewed"
ORIGINS: Final = "origins"


@dataclass
class Mending:
    """What became of this device's own changes that lost a fork."""

    renewed: set[ChangeHash] = field(default_factory=set)
    """Those that were made anew."""
    origins: dict[ChangeHash, ChangeHash] = field(default_factory=dict)
    """For each change that was made for one that fell, that one."""
    elsewhere: set[ChangeHash] = field(default_factory=set)
    """Those that another store wrote with this device's key: making them anew is no business of this one."""

    def meet(self, library: Library, document: DocumentId | None, changes: Iterable[ChangeHash]) -> None:
        """Note that a record with this device's key and not of this store carries changes; those known are its own."""
        if document is not None:
            self.elsewhere.update(change for change in changes if not library.knows(document, change))

    def due(self, library: Library, unshown: Collection[ChangeHash]) -> Iterator[tuple[DocumentId, list[ChangeHash]]]:
        """Yield the documents with own changes that are to be made anew, in order.

        Args:
            library: The documents.
            unshown: Changes that no log has shown; they are made anew from their edits, not from here.
        """
        apart = (self.renewed, self.elsewhere, unshown)
        for document, fallen in library.fallen():
            due = [change.hash for change in fallen if not any(change.hash in those for those in apart)]
            due = [change for change in due if not self.is_back(library, document, change)]
            if due:
                yield document, due

    def is_back(self, library: Library, document: DocumentId, change: ChangeHash) -> bool:
        """Tell whether a change stands by now for which this one was made, at however many removes."""
        origin = self.origins.get(change)
        return origin is not None and self.stands(library, document, origin)

    def stands(self, library: Library, document: DocumentId, change: ChangeHash) -> bool:
        """Tell whether a change stands, or one for which it was made."""
        return library.stands(document, change) or self.is_back(library, document, change)

    def note(self, origin: ChangeHash, made: Iterable[ChangeHash]) -> list[Row]:
        """Remember that changes were made for one that fell, or that there was nothing to make."""
        self.renewed.add(origin)
        return [Row(RENEWED, origin, b""), *self.trace(origin, made)]

    def trace(self, origin: ChangeHash, made: Iterable[ChangeHash]) -> list[Row]:
        """Remember for which change others were made."""
        fresh = dict.fromkeys(made, origin)
        self.origins |= fresh
        return [Row(ORIGINS, change, origin) for change in fresh]

    def forget(self, origin: ChangeHash) -> list[Row]:
        """Take back that a change was made anew: it stands, and what was made for it never went out."""
        self.renewed.discard(origin)
        return [Row(RENEWED, origin, None)]


def mend(mending: Mending, library: Library, writer: Writer, step: Step) -> None:
    """Make own words anew that fell with a branch.

    Raises:
        PoisonedError: If everything must be rebuilt.
    """
    for document, fallen in list(mending.due(library, writer.unsettled.unshown)):
        for retraced in library.retrace(document, fallen):
            _mend_one(mending, library, document, retraced, writer, step)
        for change in fallen:
            if change not in mending.renewed:
                step.save += mending.note(change, ())
                step.tell.append(Held(UNFIT))
        step.tell += [Renewed(document), Changed(document, local=False)]


def _mend_one(
    mending: Mending, library: Library, document: DocumentId, retraced: Retraced, writer: Writer, step: Step
) -> None:
    renewed = renew(retraced.before, retraced.after, library.view(document, ()))
    edits, unfit = tuple(renewed.edits), list(renewed.unfit)
    made = writer.make(library, document, [edits], step)
    if made.refused:
        unfit += edits
    step.save += mending.note(retraced.change, map(guard.change_hash, made.changes))
    if unfit:
        row = codec.pack([document, write_edits(tuple(unfit)), retraced.change])
        step.save.append(Row(UNMADE, retraced.change, row))
        step.tell.append(Held(UNFIT))
