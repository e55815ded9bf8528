"""Both sides of a disagreement are kept, each under a key of its own, and said."""

from tests.troth.letters import letters
from troth.evidence import EVIDENCE, Dispute, Evidence, Place
from troth.record import Seen
from troth.step import Disputed, Step
from troth_wire import codec
from troth_wire.ids import Lineage, MailboxId, RunningHash

HERE = Seen(MailboxId(b"m" * 32), Lineage(b"l" * 16), 7, RunningHash(b"r" * 32))


def test_both_sides_are_kept() -> None:
    """A record and the place that it contradicts, or the place that the relay denies."""
    (record,) = letters(1)
    evidence, step = Evidence(), Step()
    evidence.against_record(record, HERE, step)
    evidence.against_relay(HERE, step)
    assert evidence.count == 2
    assert step.tell == [Disputed(record.header.device), Disputed(None)]
    kept = [codec.decode(row.value or b"", lambda item: item, bytes_max=10_000) for row in step.save]
    here = [HERE.lineage, HERE.position, HERE.running]
    disputes = [Dispute.parse(row.value or b"") for row in step.save]
    assert [dispute.record for dispute in disputes] == [record, None]
    assert {dispute.here for dispute in disputes} == {Place(HERE.lineage, HERE.position, HERE.running)}
    assert kept == [["record", here, record.encode()], ["relay", here, None]]
    assert {row.table for row in step.save} == {EVIDENCE}
    assert len({row.key for row in step.save}) == 2
