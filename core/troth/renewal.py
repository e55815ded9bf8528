"""Makes anew what an edit did, on another state of the document: three values in, edits out.

What was added is added again. What was removed or replaced is so again only where it still stands: a removal that is
not repeated costs nobody a word, and one that is repeated in the wrong place does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final

from troth.edits import Delete, Edit, Insert, Path, Put, Splice, Text, Value
from troth.journal import write_value

__all__ = ["Renewed", "renew"]

MATCHED_MAX: Final = 1_000
"""Items between the common ends of two sequences that are compared one by one; more count as replaced as a whole."""

_ABSENT: Final = object()
Span = tuple[int, int]


@dataclass(slots=True)
class Renewed:
    """Edits that fit, in order, and edits whose words have no place any more."""

    edits: list[Edit] = field(default_factory=list)
    unfit: list[Edit] = field(default_factory=list)


def renew(before: Value, after: Value, now: Value) -> Renewed:
    """Return what does to `now` what was done between `before` and `after`.

    Args:
        before: The whole document before.
        after: The whole document after.
        now: The whole document on which the edits will be made.
    """
    renewed = Renewed()
    _renew((), before, after, now, renewed)
    return renewed


def _renew(path: Path, before: Value, after: Value, now: Value, renewed: Renewed) -> None:
    """Go down where all three are containers of one kind; elsewhere a value was put over another."""
    for kind, descend, empty in _DESCENTS:
        # A container that others made in this place meanwhile takes in what was in this one.
        start = empty if before is _ABSENT else before
        if isinstance(start, kind) and isinstance(after, kind) and isinstance(now, kind):
            descend(path, start, after, now, renewed)
            return
    if now is _ABSENT or _same(now, before):
        renewed.edits.append(Put(path, after))
    elif not _same(now, after):
        renewed.unfit.append(Put(path, after))


def _renew_map(path: Path, before: Mapping[str, Value], after: Any, now: Any, renewed: Renewed) -> None:
    for key in before.keys() - after.keys():
        if key in now and _same(now[key], before[key]):
            renewed.edits.append(Delete((*path, key)))
    for key, value in after.items():
        if key not in before or not _same(before[key], value):
            _renew((*path, key), before.get(key, _ABSENT), value, now.get(key, _ABSENT), renewed)


def _renew_text(path: Path, before: Text, after: Text, now: Text, renewed: Renewed) -> None:
    places = _places(before, now)
    for (start, end), (begin, stop) in _replaced(before, after):
        # From the end, so that what comes before keeps its place.
        at = _target(places, start, len(before), len(now))
        runs = [(place, place + 1) for place in reversed(places[start:end]) if place is not None]
        renewed.edits += [Splice(path, first, last - first) for first, last in _joined(runs)]
        if begin < stop:
            renewed.edits.append(Splice(path, at, 0, after[begin:stop]))


def _renew_list(path: Path, before: Sequence[Value], after: Any, now: Any, renewed: Renewed) -> None:
    old, new, here = (list(map(write_value, values)) for values in (before, after, now))
    places = _places(old, here)
    for (start, end), (begin, stop) in _replaced(old, new):
        at = _target(places, start, len(old), len(here))
        if end - start == stop - begin:
            # As many as there were: each was changed where it is, or stands anew where it was.
            for old_at, new_at in zip(range(end - 1, start - 1, -1), range(stop - 1, begin - 1, -1), strict=True):
                place = places[old_at]
                if place is None:
                    target = _target(places, old_at, len(old), len(here))
                    renewed.edits.append(Insert(path, target, after[new_at]))
                else:
                    _renew((*path, place), before[old_at], after[new_at], now[place], renewed)
            continue
        renewed.edits += [Delete((*path, place)) for place in reversed(places[start:end]) if place is not None]
        renewed.edits += [Insert(path, at, value) for value in reversed(after[begin:stop])]


_DESCENTS: Final[tuple[tuple[type, Callable[..., None], Value], ...]] = (
    (Mapping, _renew_map, {}),
    (Text, _renew_text, Text("")),
    (list, _renew_list, []),
)


def _same(one: Value, two: Value) -> bool:
    return one is not _ABSENT and two is not _ABSENT and write_value(one) == write_value(two)


def _matches(one: Sequence[Any], two: Sequence[Any]) -> Iterator[tuple[int, int, int]]:
    """Yield what two sequences have in common, in order, as (place in one, place in two, length)."""
    shorter = min(len(one), len(two))
    head = next((place for place in range(shorter) if one[place] != two[place]), shorter)
    rest = shorter - head
    tail = next((place for place in range(rest) if one[-1 - place] != two[-1 - place]), rest)
    yield 0, 0, head
    if len(one) + len(two) - 2 * (head + tail) <= MATCHED_MAX:
        middle = SequenceMatcher(None, one[head : len(one) - tail], two[head : len(two) - tail], autojunk=False)
        yield from ((head + match.a, head + match.b, match.size) for match in middle.get_matching_blocks())
    yield len(one) - tail, len(two) - tail, tail


def _places(one: Sequence[Any], two: Sequence[Any]) -> list[int | None]:
    """Return where each item of one stands in two."""
    places: list[int | None] = [None] * len(one)
    for start, other, length in _matches(one, two):
        places[start : start + length] = range(other, other + length)
    return places


def _replaced(one: Sequence[Any], two: Sequence[Any]) -> list[tuple[Span, Span]]:
    """Return which spans of one became which spans of two, the last first."""
    spans: list[tuple[Span, Span]] = []
    at, other = 0, 0
    for start, begin, length in _matches(one, two):
        if (start, begin) != (at, other):
            spans.append(((at, start), (other, begin)))
        at, other = start + length, begin + length
    return spans[::-1]


def _target(places: Sequence[int | None], start: int, end: int, length: int) -> int:
    """Return where something goes that was put before the item at `start`: at the end stays at the end."""
    if start == end:
        return length
    here = places[start]
    if here is not None:
        return here
    return next((place + 1 for place in reversed(places[:start]) if place is not None), 0)


def _joined(runs: Sequence[Span]) -> list[Span]:
    """Join neighbouring spans, given the last first."""
    joined: list[Span] = []
    for first, last in runs:
        if joined and joined[-1][0] == last:
            joined[-1] = first, joined[-1][1]
        else:
            joined.append((first, last))
    return joined
