"""Over to the next mailbox nothing is left behind: own records first, others' once they had their turn."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import adding, carried, keys_of, letters, space_of
from troth.crossing import AGAIN, BAGGED, FIRST, REOFFER, TARGET, Crossing
from troth.keys import Epoch
from troth.outbox import Outbox
from troth.record import Verified
from troth.step import Row
from troth.unsettled import SHOWN_BEFORE, Unsettled
from troth_wire.ids import MailboxId, RecordId

COUPLE = space_of("robin", "sasha")
OWN, FOREIGN = letters(3), letters(3, "sasha")
OPERATION = carried(adding(COUPLE, "tablet", by="sasha"), by="sasha", genesis=COUPLE)
KNOWN = [(record, bytes([number]) * 8) for number, record in enumerate([*OWN, *FOREIGN, OPERATION])]
FIRST_EPOCH, NEXT = Epoch(b"f" * 32), Epoch(b"n" * 32)


@dataclass
class Crossed:
    """Robin's device on its way to another mailbox, and what it keeps."""

    unsettled: Unsettled = field(default_factory=lambda: Unsettled(Outbox()))
    rows: dict[tuple[str, bytes], bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin."""
        self.crossing = Crossing(keys_of("robin")[0].device, self.unsettled, FIRST_EPOCH.mailbox)

    def keep(self, rows: list[Row]) -> None:
        """Remember rows as a store does."""
        for row in rows:
            if row.value is None:
                self.rows.pop((row.table, row.key), None)
            else:
                self.rows[row.table, row.key] = row.value

    def show(self, record: Verified) -> None:
        """The log shows a record."""
        self.crossing.show(record.id)
        self.unsettled.confirm(record.id)

    def offered(self) -> set[RecordId]:
        """What goes out once the log was read to its end."""
        return {record.id for _, record in self.unsettled.give_back()}


def ids(*records: Verified) -> set[RecordId]:
    """The ids of some records."""
    return {record.id for record in records}


@given(st.sets(st.integers(0, len(KNOWN) - 1)))
def test_what_the_log_does_not_show_is_offered_again(shown: set[int]) -> None:
    """Own records that the new log lacks go out, operations of anybody too, and what others wrote is their turn."""
    crossed = Crossed()
    crossed.keep(crossed.crossing.begin(NEXT, KNOWN))
    for number in shown:
        crossed.show(KNOWN[number][0])
    lacking = {record.id for number, (record, _) in enumerate(KNOWN) if number not in shown}
    assert crossed.crossing.is_due
    crossed.keep(crossed.crossing.end())
    assert crossed.offered() == lacking & ids(*OWN, OPERATION)
    others = bool(lacking & ids(*FOREIGN))
    assert bool(crossed.crossing.lacking) == others
    assert crossed.rows.get((REOFFER, NEXT.mailbox)) == (AGAIN if others else None)


def test_others_have_their_turn_first() -> None:
    """What others wrote is missed only after they had their turn: not while the log is read for the first time."""
    crossed = Crossed()
    crossed.crossing.begin(NEXT, KNOWN)
    assert (bool(crossed.crossing.lacking), crossed.crossing.is_due) == (False, True)
    crossed.crossing.end()
    assert (bool(crossed.crossing.lacking), crossed.crossing.is_due) == (True, False)
    for record in FOREIGN:
        crossed.show(record)
    assert (bool(crossed.crossing.lacking), crossed.crossing.is_due) == (False, True)
    assert crossed.crossing.end() == [Row(REOFFER, NEXT.mailbox, None)]
    assert not crossed.crossing.is_due


def test_a_checkpoint_of_ours_brings_what_others_wrote() -> None:
    """Once the log holds a checkpoint of this device nothing of others lacks any more."""
    crossed = Crossed()
    crossed.crossing.begin(NEXT, KNOWN)
    crossed.crossing.end()
    crossed.crossing.show_all()
    assert not crossed.crossing.lacking


@given(st.sampled_from((FIRST, AGAIN)), st.sets(st.integers(0, len(KNOWN) - 1)))
def test_a_restart_goes_on_with_crossing(pending: bytes, shown: set[int]) -> None:
    """A device that was killed on its way offers and misses what it would have, since it reads the log again."""
    crossed = Crossed()
    crossed.crossing.begin(NEXT, [])
    crossed.crossing.resume(pending, KNOWN)
    for number in shown:
        crossed.show(KNOWN[number][0])
    lacking = {record.id for number, (record, _) in enumerate(KNOWN) if number not in shown}
    assert bool(crossed.crossing.lacking) == (pending == AGAIN and bool(lacking & ids(*FOREIGN)))
    assert crossed.offered() == lacking & ids(*OWN, OPERATION)


def test_what_waits_is_not_offered_twice() -> None:
    """A record that is in the outbox already goes out once."""
    crossed = Crossed()
    crossed.unsettled.add(OWN[0], KNOWN[0][1], b"an envelope", SHOWN_BEFORE)
    crossed.crossing.begin(NEXT, KNOWN)
    assert crossed.offered() == ids(*OWN[1:], OPERATION)


def test_the_target_and_the_way_there_are_remembered_together() -> None:
    """One commit names the mailbox to write to and that its log may lack something, and forgets it of the last."""
    crossed = Crossed()
    crossed.keep(crossed.crossing.begin(NEXT, KNOWN))
    assert crossed.rows == {(TARGET, b""): NEXT.key, (REOFFER, NEXT.mailbox): FIRST}
    assert crossed.crossing.mailbox == NEXT.mailbox
    crossed.keep(crossed.crossing.begin(FIRST_EPOCH, KNOWN))
    assert crossed.rows == {(TARGET, b""): FIRST_EPOCH.key, (REOFFER, FIRST_EPOCH.mailbox): FIRST}


def test_what_one_log_lacked_is_not_missed_in_another() -> None:
    """What is missed is what the log lacks that is written to now."""
    crossed = Crossed()
    crossed.crossing.begin(NEXT, KNOWN)
    crossed.crossing.end()
    crossed.crossing.begin(FIRST_EPOCH, KNOWN[:3])
    crossed.crossing.end()
    assert not crossed.crossing.lacking


def test_a_checkpoint_is_noted_once_for_each_mailbox() -> None:
    """That a log holds a checkpoint is remembered by its mailbox, once."""
    crossed = Crossed()
    assert crossed.crossing.bag(NEXT.mailbox) == [Row(BAGGED, NEXT.mailbox, b"")]
    assert crossed.crossing.bag(NEXT.mailbox) == []
    assert crossed.crossing.bag(MailboxId(bytes(32))) != []
