"""A text is written privately and published once: what changed since the base is made anew on what stands there now.

A sentence is replaced as a whole, never letter by letter, so two people who change one sentence at once leave two
sentences and never one that nobody wrote. Where the other has changed one since, the writer sees both and chooses.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from typing import Final

from troth.edits import Path, Splice
from troth_couple.limits import UNIT_CHARACTERS_MAX
from troth_couple.texts import clean
from troth_wire.errors import UsageError
from troth_wire.said import Said

__all__ = ["Choice", "Clash", "Publication", "publish"]

_ENDS: Final = ".!?\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964"
"""What ends a sentence, in a few scripts; one that ends otherwise is compared with its neighbour."""
_SENTENCE: Final = re.compile(
    rf"[ \n]*[^ \n{_ENDS}][^\n{_ENDS}]{{0,{UNIT_CHARACTERS_MAX}}}[{_ENDS}]*|[{_ENDS}]+|[ \n]+"
)


class Choice(Enum):
    """What the writer does where both changed one sentence."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that both changed since the base."""

    base: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing would do."""

    clashes: tuple[Clash, ...]
    """What the writer has to choose for, in the order of the text; while any is left, nothing is published."""
    text: str
    """The text afterwards."""
    splices: tuple[Splice, ...]
    """The edits that make it so."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of sentences in base, mine and theirs."""

    base: str
    mine: str
    theirs: str

    @property
    def clash(self) -> Clash | None:
        both = self.mine != self.base and self.theirs != self.base and self.mine != self.theirs
        return Clash(self.base, self.mine, self.theirs) if both else None


def publish(path: Path, *, base: str, mine: str, current: str, choices: Sequence[Choice] = ()) -> Publication:
    """Make a private buffer's changes anew on the text that stands there now.

    Args:
        path: Where the text stands.
        base: The text as the writer saw it when they began.
        mine: The private buffer.
        current: The text as it stands now.
        choices: One for each clash, once the writer has seen them.

    Raises:
        UsageError: If there are choices, and not one for each clash.
    """
    pieces = list(_pieces(_units(base), _units(clean(mine)), _units(current)))
    clashes = tuple(clash for piece in pieces if (clash := piece.clash))
    if choices and len(choices) != len(clashes):
        raise UsageError(Said("The text has changed meanwhile. Nothing was lost. Look at both again."))
    if clashes and not choices:
        return Publication(clashes, current, ())
    wanted = _wanted(pieces, iter(choices))
    text = "".join(new for _, new in wanted)
    return Publication((), text, tuple(_splices(path, wanted)))


def _units(text: str) -> list[str]:
    """Cut a text into sentences, each with the spaces and line ends before it; joined they are the text again."""
    return _SENTENCE.findall(text)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A run of base sentences that somebody changed, and by how much each side is longer there."""

    low: int
    high: int
    mine: int = 0
    theirs: int = 0

    def meets(self, later: "_Spot") -> bool:
        """Tell whether a later spot is the same place: it begins inside, or both insert at one point."""
        return later.low < self.high or (self.low, self.high) == (later.low, later.high)

    def with_(self, later: "_Spot") -> "_Spot":
        """Return both as one."""
        high = max(self.high, later.high)
        return _Spot(self.low, high, self.mine + later.mine, self.theirs + later.theirs)


def _pieces(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[_Piece]:
    """Cut three texts into what stands unchanged and the places that somebody changed."""
    at = to_mine = to_theirs = 0
    for spot in [*_spots(base, mine, theirs), _Spot(len(base), len(base))]:
        same = "".join(base[at : spot.low])
        yield _Piece(same, same, same)
        ends = spot.high + to_mine + spot.mine, spot.high + to_theirs + spot.theirs
        yield _Piece(
            "".join(base[spot.low : spot.high]),
            "".join(mine[spot.low + to_mine : ends[0]]),
            "".join(theirs[spot.low + to_theirs : ends[1]]),
        )
        at, to_mine, to_theirs = spot.high, to_mine + spot.mine, to_theirs + spot.theirs


def _spots(base: list[str], mine: list[str], theirs: list[str]) -> list[_Spot]:
    """Return the places that either side changed, in order, those that meet as one."""
    changed = [_Spot(low, high, mine=more) for low, high, more in _changes(base, mine)]
    changed += [_Spot(low, high, theirs=more) for low, high, more in _changes(base, theirs)]
    found: list[_Spot] = []
    for spot in sorted(changed, key=lambda spot: (spot.low, spot.high)):
        if found and found[-1].meets(spot):
            found[-1] = found[-1].with_(spot)
        else:
            found.append(spot)
    return found


def _changes(base: list[str], other: list[str]) -> Iterator[tuple[int, int, int]]:
    """Return where another text differs from the base, and by how many sentences it is longer there."""
    for tag, low, high, start, end in SequenceMatcher(None, base, other, autojunk=False).get_opcodes():
        if tag != "equal":
            yield low, high, (end - start) - (high - low)


def _wanted(pieces: Sequence[_Piece], choices: Iterator[Choice]) -> list[tuple[str, str]]:
    """Return the text in pieces, as it stands and as it should stand."""
    wanted = []
    for piece in pieces:
        if piece.clash:
            wanted.append((piece.theirs, _chosen(piece, next(choices))))
        else:
            wanted.append((piece.theirs, piece.theirs if piece.mine == piece.base else piece.mine))
    return wanted


def _chosen(piece: _Piece, choice: Choice) -> str:
    if choice is Choice.BOTH:
        gap = "" if not piece.theirs or piece.mine[:1].isspace() else " "
        return piece.theirs + gap + piece.mine
    return piece.mine if choice is Choice.MINE else piece.theirs


def _splices(path: Path, wanted: Sequence[tuple[str, str]]) -> Iterator[Splice]:
    """Replace whole sentences: the new one goes in before the old one goes out, so that it has a place of its own."""
    at = 0
    for old, new in wanted:
        if old != new:
            yield Splice(path, at, len(old), new)
        at += len(new)
