"""Compares what devices show with the feeder's own list of what was acknowledged; knows nothing of how it got there."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from troth_app.demo.record import Act, Add, Edit, Keys, Set, Write, missing, owed

__all__ = ["Ledger", "differing", "lost"]

Shown = Mapping[str, Any]
_NOTHING: Final = object()
"""What stands at a path where nothing stands; a null is something."""


@dataclass
class Ledger:
    """What the feeder gave to the devices, and what they said of it.

    Attributes:
        acknowledged: Edits that a device said to have saved, in the order in which they said so.
        doubtful: Edits that a device was given and died over: they may stand or not.
        seen: For each acknowledged `set`, by number, the value that its device saw there before.
        made: For each acknowledged act, by line, the entry that came of it and its subject, in hexadecimal.
        unwritten: Acts that could not be written, for what they lean on never arrived.
    """

    acknowledged: list[Edit] = field(default_factory=list)
    doubtful: list[Edit] = field(default_factory=list)
    seen: dict[int, list[Any]] = field(default_factory=dict)
    made: dict[int, list[str]] = field(default_factory=dict)
    unwritten: list[Act] = field(default_factory=list)

    def acknowledge(self, edit: Edit, seen: list[Any]) -> None:
        """Note that a device saved an edit."""
        self.acknowledged.append(edit)
        self.seen[edit.n] = seen

    def note(self, act: Act, made: list[str] | None) -> None:
        """Note what a device says of an act: what came of it, if anything could."""
        if made is None:
            self.unwritten.append(act)
            return
        self.acknowledged.append(act)
        self.made[act.n] = made


def differing(shown: Mapping[str, Shown]) -> list[str]:
    """Return the devices that show something else than most of them do."""
    by_view: dict[str, list[str]] = defaultdict(list)
    for device, view in shown.items():
        by_view[_canonical(view)].append(device)
    most = max(by_view.values(), key=len, default=[])
    return [device for device in shown if device not in most]


def lost(ledger: Ledger, shown: Shown) -> list[str]:
    """Return what is missing at each path (specs/demo.md, How it is proven)."""
    sentences = []
    for path, edits in _by_path(ledger.acknowledged).items():
        doubtful = [edit for edit in ledger.doubtful if edit.path == path]
        missed = _missed(edits, doubtful, ledger.seen, _at(shown, path))
        if missed:
            sentences.append(f"{'/'.join(path)}: {missed}")
    return sentences


def _by_path(edits: Iterable[Edit]) -> dict[Keys, list[Edit]]:
    paths: dict[Keys, list[Edit]] = defaultdict(list)
    for edit in edits:
        if not isinstance(edit, Act):
            paths[edit.path].append(edit)
    return paths


def _at(shown: Shown, path: Keys) -> Any:
    place: Any = shown
    for key in path:
        place = place.get(key, _NOTHING) if isinstance(place, dict) else _NOTHING
    return place


def _missed(edits: list[Edit], doubtful: list[Edit], seen: Mapping[int, list[Any]], shown: Any) -> str:
    """Say what is missing of the edits of one path, or nothing."""
    match edits[0]:
        case Set():
            stands = shown is not _NOTHING and _canonical(shown) in _candidates(edits, doubtful, seen)
            return "" if stands else "the value that was acknowledged last"
        case Add():
            entries = shown if isinstance(shown, list) else []
            absent = Counter(_canonical(edit.value) for edit in edits if isinstance(edit, Add))
            absent -= Counter(map(_canonical, entries))
            return f"{absent.total()} of {len(edits)} entries" if absent else ""
    absent = _missing_words(edits, doubtful, shown if isinstance(shown, str) else "")
    return f"{absent.total()} of the words" if absent else ""


def _candidates(edits: list[Edit], doubtful: list[Edit], seen: Mapping[int, list[Any]]) -> set[str]:
    """Return the values that may stand: acknowledged, and not replaced by an edit that had seen them.

    A device has seen its own edits. Of the others' it tells the value, which names an edit where one edit alone has it.
    """
    puts = [edit for edit in (*edits, *doubtful) if isinstance(edit, Set)]
    often = Counter(_canonical(edit.value) for edit in puts)
    replaced = {value for edit in edits for value in map(_canonical, seen[edit.n]) if often[value] == 1}
    newest = {(edit.by, edit.on): edit for edit in edits if isinstance(edit, Set)}
    unsure = {_canonical(edit.value) for edit in doubtful if isinstance(edit, Set)}
    return {_canonical(edit.value) for edit in newest.values()} - replaced | unsure


def _missing_words(edits: list[Edit], doubtful: list[Edit], text: str) -> Counter[str]:
    # What was in doubt owes no word, and may have taken words away.
    taking = [replace(edit, insert="") for edit in doubtful if isinstance(edit, Write)]
    return missing(owed([*(edit for edit in edits if isinstance(edit, Write)), *taking]), text)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
