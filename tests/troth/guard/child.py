"""The process under test: takes in what the guard accepted, under limits, and says of each change what came of it.

Reads pickled `(guarded, [(known, spoilt, late), ...])`; writes one line for each case, so that whoever counts the
lines knows at which one the process ended.
"""

import pickle
import resource
import signal
import sys
from typing import Any, Final

from tests.troth.histories import actor, spelled
from troth.document import Document, PoisonedError, UnappliedError
from troth.edits import Delete, Edit, Insert, Put, Splice
from troth.guard import change_hash
from troth.shelf import Fork, Parcel, Shelf
from troth_wire.ids import ActorId, RecordId

MEMORY_BYTES: Final = 2**30
SECONDS: Final = 1_800
SECONDS_EACH: Final = 20
EDITS: Final[tuple[list[Edit], ...]] = (
    [Put(("k",), 1), Put(("m",), {"a": []})],
    [Splice(("t",), 0, 1, "new")],
    [Insert(("l",), -1, 9), Put(("l", 0), "over")],
    [Delete(("l", 0))],
)

Writer = tuple[ActorId, bytes]


def shelved(known: list[Writer], spoilt: Writer, late: list[Writer]) -> list[Any]:
    """Take everything in as a device does, edit on top of it, and take in what comes late."""
    shelf = Shelf(actor(9))
    for number, (writer, raw) in enumerate([*known, spoilt]):
        parcel = Parcel(RecordId(number.to_bytes(32, "big")), writer, change_hash(raw), raw)
        ((_, reason),) = shelf.take(parcel)
        # What forks its author's sequence is held without being applied; anything else is a verdict that differs here.
        assert reason is None or (reason is Fork.TAKEN and raw == spoilt[1]), f"here it is {reason}"
    shelf.edit(EDITS)
    for writer, raw in late:
        shelf.take(Parcel(RecordId(bytes(32)), writer, change_hash(raw), raw))
    return [shelf.view(()), shelf.heads(), shelf.save()]


def bare(known: list[Writer], spoilt: Writer) -> list[Any]:
    """Give everything to the library as it is."""
    document = Document(actor(9))
    for _, raw in [*known, spoilt]:
        document.merge(raw)
    return [document.view(), document.heads(), document.save()]


def outcome(guarded: bool, known: list[Writer], spoilt: Writer, late: list[Writer]) -> str:
    """Say what a change does."""
    try:
        view, heads, saved = shelved(known, spoilt, late) if guarded else bare(known, spoilt)
    except PoisonedError:
        return "panic"
    except UnappliedError:
        return "passed over"
    try:
        again = Document.load(saved, actor(8))
        same = (spelled(again.view()), again.heads(), again.save()) == (spelled(view), heads, saved)
    except PoisonedError:
        return "can not be loaded"
    return "harmless" if same else "loads as another"


def main() -> None:
    """Judge every case."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    guarded, cases = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the test that started this process
    for known, spoilt, late in cases:
        # With no handler: whatever hangs ends the process, even if it never comes back to Python.
        signal.alarm(SECONDS_EACH)
        print(outcome(guarded, known, spoilt, late), flush=True)


if __name__ == "__main__":
    main()
