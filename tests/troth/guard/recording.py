"""Records verdicts, so that no later version of the code gives others under the same rules.

By hand, once for each version, into `corpus/rules-<version>.json`: `python -m tests.troth.guard.recording`.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from tests.troth.guard import fuzz, test_change, test_chunk, test_placing
from tests.troth.guard.plain import BEGUN, after
from tests.troth.histories import actor
from troth import guard
from troth.guard import RULES, Refused, Verdict
from troth_wire.ids import ActorId

__all__ = ["called", "replayed"]

OF_EACH: Final = 14
CHANGE_BYTES: Final = 400
"""Longer ones are left out of the random part: the file is meant to be kept."""


def called(verdict: Verdict) -> str:
    """The name under which a verdict is recorded."""
    return verdict.name if isinstance(verdict, Refused) else type(verdict).__name__


def replayed(corpus: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Judge every recorded change in its recorded past."""
    for case in corpus["cases"]:
        known = corpus["pasts"][case["past"]][: case["known"]]
        past = fuzz.past_of([(ActorId(bytes.fromhex(writer)), bytes.fromhex(raw)) for writer, raw in known])
        verdict = guard.judge(bytes.fromhex(case["change"]), past=past, actor=ActorId(bytes.fromhex(case["author"])))
        yield case, called(verdict)


class Recording:
    """Pasts, and changes with the verdicts on them."""

    def __init__(self) -> None:
        self.pasts: list[list[list[str]]] = []
        self.cases: list[dict[str, Any]] = []
        self.tally: Counter[str] = Counter()

    def note(self, known: list[fuzz.Writer], change: fuzz.Writer, verdict: str) -> None:
        """Note a verdict; pasts that begin alike are noted once."""
        past = [[writer.hex(), raw.hex()] for writer, raw in known]
        numbers = [number for number, other in enumerate(self.pasts) if other[: len(past)] == past]
        if not numbers:
            self.pasts.append(past)
        number = numbers[0] if numbers else len(self.pasts) - 1
        author, raw = change
        case = {"past": number, "known": len(past), "author": author.hex(), "change": raw.hex(), "verdict": verdict}
        self.cases.append(case)
        self.tally[verdict] += 1


def main() -> None:
    """Print a corpus."""
    recording = Recording()
    for raw, reason in [*test_chunk.REFUSED.values(), *test_change.REFUSED.values()]:
        if len(raw) < CHANGE_BYTES:
            recording.note([], (actor(0), raw), reason.name)
    known = [(actor(0), BEGUN)]
    placed = [*(rows for rows, _ in test_placing.REFUSED.values()), *test_placing.ACCEPTED.values()]
    for raw in [after(*rows).raw() for rows in placed]:
        recording.note(known, (actor(1), raw), called(guard.judge(raw, past=fuzz.past_of(known), actor=actor(1))))
    for (before, change, _), verdict in fuzz.spoil(Random(RULES), 20_000):
        name = called(verdict)
        few = recording.tally[name] < OF_EACH * (5 if name == "Accepted" else 2)
        if few and len(change[1]) < CHANGE_BYTES and len(before) < 8:
            recording.note(before, change, name)
    json.dump({"rules": RULES, "pasts": recording.pasts, "cases": recording.cases}, sys.stdout, indent=0)
    print()


if __name__ == "__main__":
    main()
