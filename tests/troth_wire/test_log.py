"""Whoever knows the running hash at a position knows every entry up to it."""

from hypothesis import assume, given
from hypothesis import strategies as st

from troth_wire import log
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash

HASHES = st.binary(min_size=32, max_size=32)
ENTRIES = st.lists(HASHES.map(EnvelopeId), max_size=6)
MAILBOX = MailboxId(b"m" * 32)
LINEAGE = Lineage(b"l" * 16)


def running(entries: list[EnvelopeId], mailbox: MailboxId = MAILBOX, lineage: Lineage = LINEAGE) -> RunningHash:
    """The running hash at the end of a log."""
    at = log.origin(mailbox, lineage)
    for position, entry in enumerate(entries, 1):
        at = log.advance(at, position, entry)
    return at


@given(ENTRIES, ENTRIES)
def test_another_history_has_another_hash(one: list[EnvelopeId], other: list[EnvelopeId]) -> None:
    """Two logs have one running hash only if they hold the same entries."""
    assert (running(one) == running(other)) == (one == other)


@given(ENTRIES, st.data())
def test_nothing_can_be_hidden_reordered_or_repeated(entries: list[EnvelopeId], data: st.DataObject) -> None:
    """Leaving an entry out, moving it or showing it twice changes the running hash."""
    assume(len(set(entries)) == len(entries) > 0)
    place = data.draw(st.integers(0, len(entries) - 1))
    without = entries[:place] + entries[place + 1 :]
    moved = [*without, entries[place]]
    assert running(without) != running(entries)
    assert running([*entries, entries[place]]) != running(entries)
    assert (running(moved) == running(entries)) == (moved == entries)


@given(HASHES, HASHES, st.binary(min_size=16, max_size=16), ENTRIES)
def test_a_log_belongs_to_its_mailbox_and_lineage(
    one: bytes, other: bytes, lineage: bytes, entries: list[EnvelopeId]
) -> None:
    """The same entries in another mailbox or another life of it are another log."""
    assume(one != other and lineage != LINEAGE)
    assert running(entries, MailboxId(one)) != running(entries, MailboxId(other))
    assert running(entries, lineage=Lineage(lineage)) != running(entries)


@given(HASHES, HASHES, st.integers(1, 2**63 - 2))
def test_a_position_is_part_of_its_entry(before: bytes, entry: bytes, position: int) -> None:
    """One entry at two positions gives two hashes."""
    at = RunningHash(before)
    assert log.advance(at, position, EnvelopeId(entry)) != log.advance(at, position + 1, EnvelopeId(entry))


@given(st.binary(max_size=600), st.binary(max_size=600))
def test_an_envelope_is_known_by_all_its_bytes(one: bytes, other: bytes) -> None:
    """Two envelopes have one id only if they are the same bytes."""
    assert (log.envelope_id(one) == log.envelope_id(other)) == (one == other)
