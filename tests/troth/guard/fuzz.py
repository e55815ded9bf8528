"""Spoils honest changes, asks the guard, and lets the library show what those do that it accepts.

By hand: `python -m tests.troth.guard.fuzz 100000 [seed] [--bare]` prints the tally; with `--bare`, what all the
changes do that the library is given without a guard.
"""

import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from tests.troth.guard.mutations import ids_in, mutate
from tests.troth.histories import actor, history, typing
from troth import guard
from troth.guard import Accepted, Past, Refused
from troth_wire.ids import ActorId

__all__ = ["Case", "past_of", "run", "spoil"]

ROOT: Final = Path(__file__).resolve().parents[3]
EACH: Final = 50
"""Mutations of one history."""
BATCH: Final = 500
"""Cases for one child."""

Writer = tuple[ActorId, bytes]
Case = tuple[list[Writer], Writer, list[Writer]]
"""What is known, a spoilt change with its verified author, and what comes later."""


def past_of(changes: list[Writer]) -> Past:
    """The past that these changes make; all of them must be accepted."""
    past = Past()
    for writer, raw in changes:
        verdict = guard.judge(raw, past=past, actor=writer)
        assert isinstance(verdict, Accepted), f"an honest change is refused: {verdict}"
        past.add(verdict)
    return past


def spoil(dice: Random, count: int) -> Iterator[tuple[Case, guard.Verdict]]:
    """Make random histories, spoil so many of their changes, and judge those."""
    while count > 0:
        make = dice.choice((history, history, typing))
        made = make(dice, writers=dice.randint(1, 4), rounds=dice.randint(1, 3))
        changes = [(actor(writer), raw) for writer, raw in made.changes]
        ids, hashes = ids_in([raw for _, raw in changes]), [guard.change_hash(raw) for _, raw in changes]
        for place in sorted(dice.randrange(len(changes)) for _ in range(min(EACH, count) // 10 or 1)):
            past = past_of(changes[:place])
            writer, raw = changes[place]
            for _ in range(min(10, count)):
                spoilt = mutate(raw, dice, ids, hashes)
                if spoilt == raw:
                    continue
                count -= 1
                verdict = guard.judge(spoilt, past=past, actor=writer)
                yield (changes[:place], (writer, spoilt), changes[place:]), verdict


def apply(cases: list[Case], *, guarded: bool) -> Iterator[str]:
    """Let children take changes in, and say of each what it does, also if the child does not survive it."""
    while cases:
        child = subprocess.run(
            [sys.executable, "-m", "tests.troth.guard.child"],
            input=pickle.dumps((guarded, cases)),
            capture_output=True,
            check=False,
            cwd=ROOT,
        )
        said = child.stdout.decode().splitlines()
        yield from said
        if len(said) < len(cases):
            yield f"the process ended with {child.returncode}: {child.stderr.decode()[-300:].strip()}"
        cases = cases[len(said) + 1 :]


def run(count: int, seed: int, *, guarded: bool = True) -> tuple[Counter[str], list[tuple[Case, str]]]:
    """Judge so many spoilt changes and apply the accepted ones; return the tally, and the cases that did harm."""
    tally: Counter[str] = Counter()
    harmful: list[tuple[Case, str]] = []
    pending: list[Case] = []
    for number, (case, verdict) in enumerate(spoil(Random(seed), count), 1):
        name = verdict.name if isinstance(verdict, Refused) else type(verdict).__name__
        tally[f"verdict {name}"] += 1
        if isinstance(verdict, Accepted) if guarded else name != "Wait":
            pending.append(case)
        if len(pending) == BATCH or number == count:
            for applied, what in zip(pending, apply(pending, guarded=guarded), strict=True):
                tally[what.partition(":")[0]] += 1
                harmful += [(applied, what)] if what != "harmless" else []
            pending.clear()
    return tally, harmful


def main() -> None:
    """Print a tally."""
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    tally, harmful = run(numbers[0], numbers[1] if len(numbers) > 1 else 0, guarded="--bare" not in sys.argv)
    for what, times in sorted(tally.items()):
        print(f"{times:8} {what}")
    for (_, (_, raw), _), what in harmful[:3] if "--bare" not in sys.argv else []:
        print(what, raw.hex())


if __name__ == "__main__":
    main()
