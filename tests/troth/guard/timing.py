"""Measures by hand what a verdict costs: `python -m tests.troth.guard.timing` prints a table of microseconds."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from tests.troth.guard.plain import accepted
from tests.troth.histories import actor
from troth import guard
from troth.document import Document
from troth.edits import Delete, Edit, Insert, Put, Splice, Text
from troth.guard import Past

ROUNDS: Final = 7
OPS: Final = 20_000
"""Operations in one round, so that a short change is judged often and a long one seldom."""

SHAPES: Final[dict[str, list[Edit]]] = {
    "one put into a map": [Put(("k",), 1)],
    "one put over another": [Put(("k",), 2)],
    "a text of 3 000 characters": [Put(("t",), Text("x" * 3_000))],
    "a list of 500 numbers": [Put(("l",), list(range(500)))],
    "one character into a text": [Splice(("t",), 1_500, 0, "a")],
    "one item into a list": [Insert(("l",), 250, 7)],
    "200 puts into a map": [Put((f"key {number}",), number) for number in range(200)],
    "100 words typed over others": [Splice(("t",), place, 4, "word") for place in range(0, 1_000, 10)],
    "one removal": [Delete(("k",))],
}


def seconds(work: Callable[[], object], times: int) -> float:
    """The least processor time of one call."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(times):
            work()
        rounds.append((time.process_time() - start) / times)
    return min(rounds)


def merging(document: Document, raw: bytes) -> Iterator[float]:
    """How long it takes to apply a change, again and again."""
    saved = document.save()
    for _ in range(ROUNDS):
        reader = Document.load(saved, actor(9))
        start = time.process_time()
        reader.merge(raw)
        yield time.process_time() - start


def main() -> None:
    """Measure every shape on one growing document."""
    writer, reader, past = Document(actor(0)), Document(actor(1)), Past()
    print("| Shape | Operations | Verdict (µs) | Each (µs) | Of applying it |\n|---|---|---|---|---|")
    for name, edits in SHAPES.items():
        (raw,) = writer.edit([edits]).changes
        ops = guard.read(raw).ops  # type: ignore[union-attr]
        cost = seconds(lambda raw=raw: guard.judge(raw, past=past, actor=actor(0)), max(3, OPS // 10 // ops))  # type: ignore[misc]
        ratio = cost / min(merging(reader, raw))
        print(f"| {name} | {ops} | {cost * 1e6:.0f} | {cost * 1e6 / ops:.1f} | {ratio:.1f} |")
        accepted(past, raw)
        reader.merge(raw)


if __name__ == "__main__":
    main()
