"""Edits that come one at a time, so that each is a change, a record and an envelope: nothing is shared."""

from typing import Final

from bench.contract import key_of, value_of
from bench.figures import Figures, seconds
from bench.pair import Pair
from troth import Put, document_id

__all__ = ["measure"]

EDITS: Final = 3_000
DOCUMENT: Final = document_id("singles")


def measure() -> Figures:
    """Return what each costs the engine that writes it, the one that reads it in full frames, and one that reopens."""
    pair = Pair()
    written_s = seconds(lambda: _write(pair))
    frames = pair.link()
    read_s = seconds(lambda: pair.take(frames))
    reopened_s = seconds(pair.reader.restart)
    return {
        "edits": EDITS,
        "written_us_per_edit": written_s / EDITS * 1e6,
        "read_us_per_edit": read_s / EDITS * 1e6,
        "reopened_us_per_edit": reopened_s / EDITS * 1e6,
    }


def _write(pair: Pair) -> None:
    for edit in range(1, EDITS + 1):
        pair.type_(DOCUMENT, [Put((key_of(edit),), value_of(edit))])
