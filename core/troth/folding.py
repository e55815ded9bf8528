"""Makes one edit of many where nobody could tell the difference: a burst of typing becomes one splice.

What was typed and removed again within one input never reaches the document, nor anyone else.
"""

from collections.abc import Iterable

from troth.edits import Edit, Splice

__all__ = ["fold"]


def fold(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return edits with the same outcome as these, in which neighbouring splices of one text are joined.

    Args:
        edits: In order; also ones that no document takes, which are passed on as they are.
    """
    folded: list[Edit] = []
    for edit in edits:
        before = folded[-1] if folded else None
        joined = _join(before, edit) if isinstance(before, Splice) and isinstance(edit, Splice) else None
        if joined is None:
            folded.append(edit)
        else:
            folded[-1] = joined
    return tuple(folded)


def _join(one: Splice, two: Splice) -> Splice | None:
    """Return one splice that does what two do in a row, where that is certain whatever the text is."""
    if one.path != two.path or not (_is_plain(one) and _is_plain(two)):
        return None
    typed = len(one.insert)
    if one.index < 0:
        appends = two.index == -1 and not two.delete and not one.delete
        return Splice(one.path, -1, 0, one.insert + two.insert) if appends else None
    end = one.index + typed
    if two.index == end:
        # Goes on where it stopped; what it removes follows what the first one removed.
        return Splice(one.path, one.index, one.delete + two.delete, one.insert + two.insert)
    if one.index <= two.index < end and two.index + two.delete == end:
        # Takes back the end of what was just typed.
        return Splice(one.path, one.index, one.delete, one.insert[: two.index - one.index] + two.insert)
    if two.index + two.delete == one.index and not typed and not two.insert and two.index >= 0:
        # Backspace after backspace.
        return Splice(one.path, two.index, one.delete + two.delete)
    return None


def _is_plain(edit: Splice) -> bool:
    return type(edit.index) is int and type(edit.delete) is int and edit.delete >= 0 and type(edit.insert) is str
