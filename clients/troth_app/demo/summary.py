"""What the demo says at the end: who wrote what, what the relay saw of it, and whether everything held."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from troth_app.demo.findings import Outcome
from troth_app.demo.proof import Ledger
from troth_app.demo.traffic import pushed

__all__ = ["WIDTH", "lines", "plain"]

WIDTH: Final = 80
SHOWN_MAX: Final = 6
KINDS_MAX: Final = 8
SIZES_MAX: Final = 8
COLUMN: Final = 12
LABEL: Final = 28


def lines(outcome: Outcome) -> Iterator[str]:
    """Yield the summary, at most `WIDTH` columns wide."""
    yield from _who_wrote(outcome.ledger)
    yield ""
    yield from _what_the_relay_saw(outcome)
    yield ""
    yield from _what_held(outcome)
    yield ""
    yield from textwrap.wrap(_verdict(outcome), WIDTH)


def plain(text: str, width: int) -> str:
    """Return what may be shown of a text that somebody else wrote: nothing that moves a cursor, and not too long."""
    shown = "".join(character if character.isprintable() else "?" for character in text[: width + 1])
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"


def _who_wrote(ledger: Ledger) -> Iterator[str]:
    edits = ledger.acknowledged
    persons = list(dict.fromkeys(edit.by for edit in sorted(edits, key=lambda edit: edit.n)))
    written = Counter((edit.path[0], edit.by) for edit in edits)
    kinds = [kind for kind, _ in Counter(edit.path[0] for edit in edits).most_common()]
    yield _row("Who wrote what", [plain(person, COLUMN - 2) for person in persons])
    for kind in kinds[:KINDS_MAX]:
        yield _row(f"  {plain(kind, LABEL - 2)}", [written[kind, person] for person in persons])
    if rest := kinds[KINDS_MAX:]:
        sums = [sum(written[kind, person] for kind in rest) for person in persons]
        yield _row(f"  {len(rest)} other {'kind' if len(rest) == 1 else 'kinds'}", sums)
    yield _row("  all that was acknowledged", [sum(edit.by == person for edit in edits) for person in persons])
    if ledger.doubtful:
        yield _row("  in doubt, as it was killed", [sum(e.by == person for e in ledger.doubtful) for person in persons])


def _row(label: str, cells: Sequence[object]) -> str:
    return f"{label:<{LABEL}}" + "".join(f"{cell!s:>{COLUMN}}" for cell in cells)


def _what_the_relay_saw(outcome: Outcome) -> Iterator[str]:
    sizes, mailboxes = pushed(outcome.captured)
    yield "What the relay saw"
    yield _number(len(mailboxes), f"{'mailbox' if len(mailboxes) == 1 else 'mailboxes'}: {', '.join(mailboxes)}")
    yield _number(sum(sizes.values()), "sealed envelopes, padded to these sizes in bytes:")
    for size, count in sizes.most_common(SIZES_MAX):
        yield f"{'':12}{count:>5} of {size:>6,}"
    if rest := sizes.total() - sum(count for _, count in sizes.most_common(SIZES_MAX)):
        yield f"{'':12}{rest:>5} of other sizes"
    yield _number(outcome.stored_bytes, "bytes in its files")


def _number(number: int, what: str) -> str:
    return plain(f"{number:>11,} {what}", WIDTH)


def _what_held(outcome: Outcome) -> Iterator[str]:
    looked = len(outcome.canaries)
    seen = len({sighting.canary for sighting in outcome.sightings})
    yield "What held"
    yield from _proof(
        "Every device shows the same document.", "These devices show another document than most:", outcome.differing
    )
    yield from _proof(
        "Every acknowledged edit is there, on every device.", "Acknowledged edits are missing:", outcome.lost
    )
    yield from _proof(
        "Nobody's word was forged: what counts was said by whom it names.",
        "Somebody's word was forged:",
        outcome.forged,
    )
    yield from _proof(
        "No device suspects the relay, which did nothing wrong.",
        "These devices suspect the relay, which did nothing wrong:",
        outcome.alarms,
    )
    yield from _proof(
        f"None of {looked} canaries is in the relay's files or in what passed.",
        f"{seen} of {looked} canaries were found in the relay's files or in what passed:",
        [f"{sighting.canary} ({sighting.shape}, in {sighting.where})" for sighting in outcome.sightings],
    )


def _proof(holds: str, fails: str, against: Sequence[str]) -> Iterator[str]:
    if not against:
        yield f"  yes  {holds}"
        return
    yield f"  NO   {fails}"
    for what in against[:SHOWN_MAX]:
        yield f"         {plain(what, WIDTH - 9)}"
    if len(against) > SHOWN_MAX:
        yield f"         and {len(against) - SHOWN_MAX:,} more"


def _verdict(outcome: Outcome) -> str:
    if outcome.sabotage is None:
        return "All of it held." if outcome.held else "Not all of it held."
    if outcome.held:
        return f"All of it held: the proofs did not notice the sabotage ({outcome.sabotage})."
    return f"Not all of it held: the proofs noticed the sabotage ({outcome.sabotage})."
