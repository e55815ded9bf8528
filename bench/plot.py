"""`python -m bench.plot FOLDER`: draws the figures in a folder as SVG, by hand; no library is needed."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

__all__ = ["main"]

WIDTH: Final = 720
LABEL_WIDTH: Final = 170
ROW_HEIGHT: Final = 22
HEAD_HEIGHT: Final = 44
OURS: Final = "#2f6f5e"
THEIRS: Final = "#b9b4a7"
CASES: Final = (
    ("live-20", "p50_ms", "From edit to visible at 20 edits a second: median, in ms"),
    ("live-200", "p50_ms", "From edit to visible at 200 edits a second: median, in ms"),
    ("flood", "changes_per_s", "Flood: edits a second that reach the other side (more is better)"),
    ("catch-up", "secs", "A fresh client reads 10 000 edits: seconds"),
)

Bar = tuple[str, float]


def bars(title: str, rows: Sequence[Bar], *, ours: str) -> str:
    """Return a chart of horizontal bars."""
    most = max(value for _, value in rows) or 1.0
    height = HEAD_HEIGHT + ROW_HEIGHT * len(rows) + 8
    drawn = "\n".join(_bar(number, row, most, ours) for number, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="13" role="img">\n<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="12" y="26" font-size="15">{escape(title)}</text>\n{drawn}\n</svg>\n'
    )


def _bar(number: int, row: Bar, most: float, ours: str) -> str:
    name, value = row
    top = HEAD_HEIGHT + number * ROW_HEIGHT
    length = max(1.0, (WIDTH - LABEL_WIDTH - 90) * value / most)
    colour = OURS if name == ours or not ours else THEIRS
    return (
        f'<text x="{LABEL_WIDTH - 8}" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{LABEL_WIDTH}" y="{top + 2}" width="{length:.1f}" height="{ROW_HEIGHT - 6}" fill="{colour}"/>'
        f'<text x="{LABEL_WIDTH + length + 6:.1f}" y="{top + 14}">{_short(value)}</text>'
    )


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 1_000 else f"{value:.0f}"


def _compared(found: Mapping[str, Any], figure: str) -> list[Bar]:
    measured = {name: row["figures"].get(figure) for name, row in found.items()}
    return [(name, values["median"]) for name, values in measured.items() if values]


def main() -> None:
    """Read both files and draw."""
    folder = Path(sys.argv[1])
    compared, own = (json.loads((folder / name).read_text()) for name in ("peers.json", "micro.json"))
    for case, figure, title in CASES:
        chart = bars(title, _compared(compared[case], figure), ours="ours")
        (folder / f"{case}.svg").write_text(chart)
    stages = [(name, value) for name, value in own["stages"].items() if name != "total"]
    (folder / "stages.svg").write_text(bars("Where the time of one edit goes: medians, in µs", stages, ours=""))


if __name__ == "__main__":
    main()
