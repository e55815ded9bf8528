"""Compares what devices show of the partners' document with who was given what: nothing lost, nobody's word forged.

It knows who wrote which line and what came of it, and nothing of signatures; what a device believes is judged by that.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from troth_app.demo.proof import Ledger
from troth_app.demo.record import Act, Edit, Write, missing, owed

__all__ = ["Whose", "forged", "lost"]

Shown = Mapping[str, Any]
Whose = Mapping[tuple[str, int], tuple[str, str]]
"""By person and number, who and which device that is, in hexadecimal."""


def lost(ledger: Ledger, shown: Shown) -> list[str]:
    """Return what is missing of the acts that were acknowledged, or could not be written at all."""
    counting = {entry for entry, said in shown["entries"].items() if said["counts"]}
    acts = [edit for edit in ledger.acknowledged if isinstance(edit, Act)]
    gone = [act for act in acts if ledger.made[act.n] and ledger.made[act.n][0] not in counting]
    sentences = [f"line {act.n}, {act.act}: the entry" for act in gone]
    sentences += [f"line {act.n}, {act.act}: what it leans on" for act in ledger.unwritten]
    for note, writes in _notes(acts, ledger).items():
        absent = missing(owed([*writes, *_taking(ledger, note)]), str(shown["notes"].get(note, "")))
        sentences += [f"note {note[:8]}: {absent.total()} of the words"] if absent else []
    return sentences


def forged(ledger: Ledger, shown: Shown, whose: Whose) -> list[str]:
    """Return what a device believes that nobody said: entries without a line, or in another's name; unsaid yeses."""
    given = dict(_given(ledger, whose))
    doubts = Counter((whose[edit.by, edit.on], edit.act) for edit in ledger.doubtful if isinstance(edit, Act))
    sentences = []
    for entry, said in shown["entries"].items():
        author = (said["by"], said["device"])
        if not said["counts"] or given.get(entry) == (author, said["act"]):
            continue
        if entry not in given and doubts[author, said["act"]]:
            doubts[author, said["act"]] -= 1
            continue
        sentences.append(f"{said['act']} {entry[:8]}, which nobody wrote like this")
    return sentences + [
        f"agreement {name[:8]} holds without a yes of both" for name in shown["agreed"] if not _held(name, shown, given)
    ]


def _held(name: str, shown: Shown, given: Mapping[str, tuple[tuple[str, str], str]]) -> bool:
    """Tell whether an agreement holds by the yes of each person, given by that person; or does not hold."""
    agreed = shown["agreed"][name]
    if agreed["holds"] is None:
        return True
    said = {person for person, entry in agreed["yes"].items() if entry in given and given[entry][0][0] == person}
    return said == {author[0] for author, _ in given.values()}


def _given(ledger: Ledger, whose: Whose) -> Iterator[tuple[str, tuple[tuple[str, str], str]]]:
    """Yield each entry that came of a line, with who was given the line and what it was."""
    for edit in ledger.acknowledged:
        if isinstance(edit, Act) and ledger.made[edit.n]:
            yield ledger.made[edit.n][0], (whose[edit.by, edit.on], edit.act)


def _notes(acts: Iterable[Act], ledger: Ledger) -> dict[str, list[Write]]:
    """Return what was written into each note, by the note."""
    notes: dict[str, list[Write]] = {}
    for act in acts:
        if act.act == "note":
            notes.setdefault(ledger.made[act.n][1], []).append(_write(act, str(act.says["text"])))
        elif act.act == "write" and act.about is not None:
            note = ledger.made[act.about][1]
            notes.setdefault(note, []).append(_write(act, str(act.says["with"]), str(act.says.get("replace", ""))))
    return notes


def _taking(ledger: Ledger, note: str) -> Iterator[Write]:
    """Yield what was in doubt: it owes no word, and may have taken words away."""
    for edit in ledger.doubtful:
        if isinstance(edit, Act) and edit.act == "write" and edit.about and ledger.made[edit.about][1] == note:
            yield _write(edit, "", str(edit.says.get("replace", "")))


def _write(edit: Edit, insert: str, replace: str = "") -> Write:
    return Write(n=edit.n, day=edit.day, by=edit.by, on=edit.on, path=edit.path, replace=replace, insert=insert)
