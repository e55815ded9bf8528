"""How things look on a terminal: 80 columns, few colours, and nothing that a colour alone would say.

Everything shown goes through `clean`: what somebody else chose to write can not move the cursor or turn the text round.
"""

import os
import re
import shutil
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from troth_app.conversation import Card, Qr, Say, Sentence, Table
from troth_app.limits import COLUMNS, COLUMNS_MIN

__all__ = ["NAME", "Look", "clean", "columns_here", "draw", "width"]

BOLD: Final = "\x1b[1m"
QUIET: Final = "\x1b[2m"
LIGHT_ON_DARK: Final = "\x1b[97;40m"
"""For a code: its light squares are drawn, and a camera wants them lighter than the rest on every terminal."""
PLAIN: Final = "\x1b[0m"
NAME: Final = "troth"
"""What the first launcher is called."""
GAP: Final = "  "
TIE: Final = "\N{NO-BREAK SPACE}"
COMMAND: Final = re.compile(r"`[a-z][a-z -]{0,40}`")
CELL_MIN: Final = 8
TURNING: Final = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@dataclass(frozen=True, slots=True)
class Look:
    """How to draw.

    Attributes:
        colour: Whether bold and quiet are used.
        plain: One thing a line and no frames, for a screen reader.
        columns: How wide a line may be.
        name: What the launcher is called that was used; commands between ticks are named by it.
        wipes: Whether what was shown before can be taken away.
    """

    colour: bool = False
    plain: bool = False
    columns: int = COLUMNS
    name: str = NAME
    wipes: bool = False

    @classmethod
    def of(cls, *, plain: bool, live: bool, name: str = NAME, environ: Mapping[str, str] = os.environ) -> "Look":
        """Return what fits where the output goes."""
        acts = live and environ.get("TERM") != "dumb"
        colour = acts and not plain and not environ.get("NO_COLOR")
        return cls(colour, plain, columns_here() if live else COLUMNS, name, acts)


def columns_here() -> int:
    """Return how wide a line may be at this terminal: one that is narrower than usual breaks no word in the middle."""
    return max(COLUMNS_MIN, min(COLUMNS, shutil.get_terminal_size((COLUMNS, 0)).columns))


def clean(text: str) -> str:
    """Return a text without anything that acts on a terminal; line breaks stay."""
    return "".join(letter if letter == "\n" or _shows(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text)


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(_columns(letter) for letter in text)


def draw(sentence: Sentence, look: Look) -> str:
    """Return what a sentence looks like, without a line break at its end."""
    match sentence:
        case Say(text):
            return _paragraphs(_called(clean(text), look), look)
        case Card(title, lines):
            return _card(clean(title), [_called(clean(line), look) for line in lines], look)
        case Table(columns, rows):
            return _table([[clean(cell) for cell in row] for row in (columns, *rows)], look)
        case Qr(text):
            from troth_app.qr import drawn

            return text if look.plain else _styled(drawn(text), LIGHT_ON_DARK, look)
    raise AssertionError("not a thing to look at")


def _called(text: str, look: Look) -> str:
    """Return a text in which commands are named by the launcher that was used."""
    return text if look.name == NAME else COMMAND.sub(lambda found: found[0].replace(NAME, look.name, 1), text)


def _paragraphs(text: str, look: Look) -> str:
    return "\n".join(_fill(line, look.columns) for line in text.split("\n"))


def _card(title: str, lines: Sequence[str], look: Look) -> str:
    indent = "" if look.plain else GAP
    # What goes on from the line above stands in deeper, however somebody wrote it: it passes for no line of the card.
    parts = [(part, GAP * bool(place)) for line in lines for place, part in enumerate(line.split("\n"))]
    body = [_fill(part, look.columns, indent + deeper, indent + GAP) for part, deeper in parts]
    return "\n".join([_styled(_fill(title, look.columns), BOLD, look), *body])


def _table(rows: Sequence[Sequence[str]], look: Look) -> str:
    if look.plain:
        head, *body = rows
        return "\n\n".join("\n".join(f"{name}: {cell}" for name, cell in zip(head, row, strict=True)) for row in body)
    widths = _fit([max(map(width, column)) for column in zip(*rows, strict=True)], look.columns)
    lines = [line for row in rows for line in _row(row, widths)]
    heads = len(_row(rows[0], widths))
    return "\n".join([*(_styled(line, QUIET, look) for line in lines[:heads]), *lines[heads:]])


def _fit(wanted: list[int], columns: int) -> list[int]:
    """Take from the widest column until the row fits."""
    widths = [max(1, column) for column in wanted]
    while sum(widths) + len(GAP) * (len(widths) - 1) > columns and max(widths) > CELL_MIN:
        widths[widths.index(max(widths))] -= 1
    return widths


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    broken = [textwrap.wrap(cell, column) or [""] for cell, column in zip(cells, widths, strict=True)]
    lines = []
    for number in range(max(map(len, broken))):
        parts = [cell[number] if number < len(cell) else "" for cell in broken]
        padded = [part + " " * (column - width(part)) for part, column in zip(parts, widths, strict=True)]
        lines.append(GAP.join(padded).rstrip())
    return lines


def _fill(text: str, columns: int, indent: str = "", further: str = "") -> str:
    """Break lines at spaces; what has none, such as a path, stays whole, and so does a command between ticks."""
    tied = COMMAND.sub(lambda found: found[0].replace(" ", TIE), text)
    filled = textwrap.fill(
        tied, columns, initial_indent=indent, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )
    return filled.replace(TIE, " ")


def _styled(text: str, style: str, look: Look) -> str:
    return "\n".join(f"{style}{line}{PLAIN}" for line in text.split("\n")) if look.colour and text else text


def _shows(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cc", "Cs", "Co"} and unicodedata.bidirectional(letter) not in TURNING


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in {"Cf", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"F", "W"} else 1
