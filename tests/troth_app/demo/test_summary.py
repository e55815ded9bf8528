"""The summary says what came of it, in lines that fit a terminal, whatever people wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_app.demo.world import HEAD, add, frame, put
from troth_app.demo.findings import Outcome, Sighting
from troth_app.demo.proof import Ledger
from troth_app.demo.summary import SHOWN_MAX, WIDTH, lines, plain
from troth_wire.ids import MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MIN
from troth_wire.messages import Push, encode

NAMES = st.text(min_size=1, max_size=100)
MANY = [f"Robin's device 1: place{n}: 1 of 2 entries" for n in range(SHOWN_MAX + 2)]


def outcome(sabotage: str | None = None) -> Outcome:
    """Give the outcome of a run in which everything held."""
    ledger = Ledger()
    ledger.acknowledge(add(2, 1, path=("thanks",), by="Sasha"), [])
    ledger.acknowledge(put(1, 1, path=("title",)), [])
    ledger.acknowledge(add(3, 1, path=("thanks",)), [])
    ledger.doubtful.append(put(4, 1))
    push = encode(Push(MailboxId(b"\x0a" * 32), (bytes(ENVELOPE_BYTES_MIN), b"\1" * ENVELOPE_BYTES_MIN)))
    return Outcome(
        ledger=ledger,
        canaries={"garden": b"garden"},
        captured=[HEAD + frame(push)],
        stored_bytes=1234567,
        sabotage=sabotage,
    )


def said(of: Outcome) -> str:
    """Give the summary as one text."""
    return "\n".join(lines(of))


def test_a_run_in_which_everything_held() -> None:
    """It says who wrote what, what the relay saw, and yes to each proof."""
    summary = said(outcome())
    for line in (
        "Who wrote what                     Robin       Sasha",
        "  thanks                               1           1",
        "  title                                1           0",
        "  all that was acknowledged            2           1",
        "  in doubt, as it was killed           1           0",
        "          1 mailbox: 0a0a0a0a",
        "          2 sealed envelopes, padded to these sizes in bytes:",
        f"                2 of {ENVELOPE_BYTES_MIN:>6,}",
        "  1,234,567 bytes in its files",
        "  yes  Every device shows the same document.",
        "  yes  Every acknowledged edit is there, on every device.",
        "  yes  Nobody's word was forged: what counts was said by whom it names.",
        "  yes  No device suspects the relay, which did nothing wrong.",
        "  yes  None of 1 canaries is in the relay's files or in what passed.",
        "All of it held.",
    ):
        assert line in summary.splitlines()
    assert "NO" not in summary


@pytest.mark.parametrize(
    ("field", "against", "sentence"),
    [
        ("differing", ["Robin's device 1"], "These devices show another document than most:"),
        ("lost", MANY, "Acknowledged edits are missing:"),
        ("forged", MANY, "Somebody's word was forged:"),
        ("alarms", ["Robin's device 1"], "These devices suspect the relay, which did nothing wrong:"),
        (
            "sightings",
            [Sighting("garden", "hex", "relay.db"), Sighting("garden", "plain", "what passed")],
            "1 of 1 canaries were found in the relay's files or in what passed:",
        ),
    ],
)
def test_a_proof_that_does_not_hold(field: str, against: list[object], sentence: str) -> None:
    """One NO, with a sentence that says what is wrong, the first of the reasons, and how many more there are."""
    broken = outcome()
    setattr(broken, field, against)
    summary = said(broken).splitlines()
    assert not broken.held
    assert [line for line in summary if line.startswith("  NO ")] == [f"  NO   {sentence}"]
    assert len([line for line in summary if line.startswith("  yes  ")]) == 4
    reasons = summary[summary.index(f"  NO   {sentence}") + 1 :]
    assert reasons[0].startswith(
        f"         {against[0]}" if isinstance(against[0], str) else "         garden (hex, in"
    )
    assert ("         and 2 more" in summary) == (len(against) > SHOWN_MAX)
    assert summary[-1] == "Not all of it held."


def test_a_sabotage_is_named() -> None:
    """With a sabotage, the last line says whether it was noticed."""
    assert said(outcome("outbox")).endswith("All of it held: the proofs did not notice the sabotage (outbox).")
    broken = outcome("outbox")
    broken.alarms.append("Robin's device 1")
    assert said(broken).endswith("Not all of it held: the proofs noticed the sabotage (outbox).")


def test_an_empty_outcome_has_a_summary() -> None:
    """Where nothing was written and nothing passed, that is what it says."""
    assert "          0 mailboxes: " in said(Outcome())


@given(st.lists(st.tuples(NAMES, NAMES), max_size=12), NAMES)
def test_no_line_is_longer_than_a_terminal(written: list[tuple[str, str]], key: str) -> None:
    """Whatever names and keys are, lines fit, and none moves a cursor."""
    of = outcome()
    persons = [by for by, _ in written[:2]] or ["Robin"]
    for n, (_, kind) in enumerate(written, start=10):
        of.ledger.acknowledge(add(n, 1, path=(kind,), by=persons[n % len(persons)]), [])
    of.ledger.acknowledged = of.ledger.acknowledged[3:]
    of.lost = [f"{persons[0]}: {key}: 1 of the words"]
    of.sightings = [Sighting(key, "plain", "relay.db")]
    for line in lines(of):
        assert len(line) <= WIDTH
        assert line.isprintable()


@given(st.text(max_size=30), st.integers(1, 20))
def test_what_is_shown_is_plain(text: str, width: int) -> None:
    """What can be shown as it is, is; the rest is shortened and harmless."""
    shown = plain(text, width)
    assert len(shown) <= width
    assert shown.isprintable()
    assert shown == text or len(text) > width or not text.isprintable()
