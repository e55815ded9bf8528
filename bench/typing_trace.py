"""A text of 100 000 characters as it was really typed, in bursts of 50 edits, beside the bare CRDT library.

The trace is a data file that is not part of this project; without it this part is skipped.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from automerge.core import ROOT, Document, Message, ObjType, ScalarType, SyncState

from bench.figures import Figures, seconds
from bench.pair import Pair
from troth import Edit, Put, Splice, Text, document_id

__all__ = ["FILE", "measure"]

FILE: Final = Path(__file__).resolve().parents[2] / "shared" / "vectors" / "editing_trace.json.gz"
BURST: Final = 50
DOCUMENT: Final = document_id("trace")
TEXT: Final = "text"

Keystroke = tuple[int, int, str]
"""Where, how many characters go, and what comes in their place."""
Burst = Sequence[Keystroke]


def measure(limit: int | None = None) -> Figures:
    """Type the trace, or the beginning of it, both ways, and read it both ways."""
    bursts = list(_bursts(limit))
    plain, pair = Document(), Pair()
    figures = {"trace_edits": float(sum(map(len, bursts)))}
    figures["plain_replay_s"] = seconds(lambda: _replay(plain, bursts))
    figures["typed_s"] = seconds(lambda: _type(pair, bursts))
    saved = plain.save()
    changes = [change.raw_bytes for change in plain.get_changes([])]
    figures["changes"] = float(len(changes))
    figures["plain_load_s"] = seconds(lambda: Document.load(saved))
    figures["plain_apply_s"] = seconds(lambda: _apply(Document(), changes))
    frames = pair.link()
    figures["second_device_s"] = seconds(lambda: pair.take(frames))
    figures["reopened_s"] = seconds(pair.reader.restart)
    assert pair.reader.view(DOCUMENT, (TEXT,)) == pair.writer.view(DOCUMENT, (TEXT,)), "both devices show one text"
    return figures


def _bursts(limit: int | None) -> Iterator[Burst]:
    with gzip.open(FILE, "rt") as file:
        keystrokes = islice(json.load(file)["edits"], limit)
    while burst := list(islice(keystrokes, BURST)):
        yield burst


def _type(pair: Pair, bursts: Sequence[Burst]) -> None:
    pair.type_(DOCUMENT, [Put((TEXT,), Text(""))])
    for burst in bursts:
        edits: list[Edit] = [Splice((TEXT,), at, delete, insert) for at, delete, insert in burst]
        pair.type_(DOCUMENT, edits)


def _replay(document: Any, bursts: Sequence[Burst]) -> None:
    with document.transaction() as transaction:
        text = transaction.put_object(ROOT, TEXT, ObjType.Text)
    for burst in bursts:
        with document.transaction() as transaction:
            for at, delete, insert in burst:
                for _ in range(delete):
                    transaction.delete(text, at)
                for offset, character in enumerate(insert):
                    transaction.insert(text, at + offset, ScalarType.Str, character)


def _apply(document: Any, changes: Sequence[bytes]) -> None:
    for raw in changes:
        message = Message.decode(b"\x42\x00\x00\x00\x01" + _uleb(len(raw)) + raw)
        document.receive_sync_message(SyncState(), message)


def _uleb(number: int) -> bytes:
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _uleb(high) if high else bytes([low])
