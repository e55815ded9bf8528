"""Makes one edit of many where nobody could tell the difference: a burst of typing becomes one splice.

What was typed and removed again within one input never reaches the document, nor anyone else.
"""

from collections.abc import Iterable

from troth.edits import Edit, Path, Splice

__all__ = ["fold"]


def fold(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return edits with the same outcome as these, in which splices that touch in one text are joined.

    Args:
        edits: In order; also ones that no document takes, which are passed on as they are.
    """
    folded: list[Edit] = []
    run: _Run | None = None
    for edit in edits:
        if not (isinstance(edit, Splice) and _is_plain(edit)):
            folded += [run.splice(), edit] if run else [edit]
            run = None
        elif run is None or not run.join(edit):
            folded += [run.splice()] if run else []
            run = _Run(edit)
    return (*folded, run.splice()) if run else tuple(folded)


class _Run:
    """What some splices of one text do in a row, which is what one splice does."""

    __slots__ = ("_delete", "_end", "_index", "_insert", "_path")

    def __init__(self, edit: Splice) -> None:
        self._path: Path = edit.path
        self._index = edit.index
        self._delete = edit.delete
        self._insert = edit.insert
        self._end = edit.index + len(edit.insert)
        """Behind what was typed, as the text then stands."""

    def splice(self) -> Splice:
        return Splice(self._path, self._index, self._delete, self._insert)

    def join(self, edit: Splice) -> bool:
        """Take a splice in where that is certain, whatever the text is; tell whether it was."""
        if edit.path != self._path:
            return False
        index, delete, insert = edit.index, edit.delete, edit.insert
        if index == self._end and not delete and self._index >= 0:
            # Goes on where it stopped, which is what nearly every key stroke does.
            self._insert += insert
            self._end += len(insert)
            return True
        if index < 0 or self._index < 0:
            return self._append(edit)
        return self._replace(index, index + delete, insert)

    def _append(self, edit: Splice) -> bool:
        fits = self._index == edit.index == -1 and not self._delete and not edit.delete
        self._insert += edit.insert if fits else ""
        return fits

    def _replace(self, start: int, stop: int, insert: str) -> bool:
        """Take in a splice that removes what stands between two places, unless it is apart from what was done."""
        first, end = self._index, self._end
        if start > end or stop < first:
            return False
        # What it removes in front and behind stood there before; what lies between was typed here.
        self._delete += max(0, first - start) + max(0, stop - end)
        self._insert = self._insert[: max(0, start - first)] + insert + self._insert[max(0, stop - first) :]
        self._index = min(first, start)
        self._end = self._index + len(self._insert)
        return True


def _is_plain(edit: Splice) -> bool:
    return type(edit.index) is int and type(edit.delete) is int and edit.delete >= 0 and type(edit.insert) is str
