"""`python -m bench.micro [--json FILE]`: ours alone: the parts, the way of an edit, bytes, memory, typing."""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from bench import (
    chapter,
    commands,
    couple,
    epochs,
    floods,
    keeper,
    membership,
    pages,
    pairing,
    primitives,
    relay,
    singles,
    stages,
    typing_trace,
)
from bench.figures import Figures

__all__ = ["main"]

PARTS: Final[dict[str, Callable[[], Figures]]] = {
    "primitives": primitives.measure,
    "stages": stages.measure,
    "flood": floods.measure,
    "relay": relay.measure,
    "membership": membership.measure,
    "epochs": epochs.measure,
    "singles": singles.measure,
    "pairing": pairing.measure,
    "couple": couple.measure,
    "chapter": chapter.measure,
    "chapter_singly": partial(chapter.measure, together=1),
    "keeper": keeper.measure,
    "pages": pages.measure,
    "typing": typing_trace.measure,
    "commands": commands.measure,
}


def main() -> None:
    """Measure, print, and write to a file if one is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to FILE")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part only; repeatable")
    arguments = parser.parse_args()
    found: dict[str, Figures] = {}
    for name in arguments.only or PARTS:
        if name == "typing" and not typing_trace.FILE.exists():
            print(f"typing: skipped, because the trace {typing_trace.FILE.name} is not beside the project")
            continue
        if name == "pages" and pages.BROWSER is None:
            print("pages: skipped, because there is no chromium here")
            continue
        found[name] = PARTS[name]()
        print(_table(name, found[name]), flush=True)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


def _table(name: str, figures: Figures) -> str:
    width = max(map(len, figures))
    return "\n".join([name, *(f"  {label.ljust(width)}  {value:12.3f}" for label, value in figures.items()), ""])


if __name__ == "__main__":
    main()
