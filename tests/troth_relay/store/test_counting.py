"""Sums that were wrong are right once everything is counted, and right ones stay so, whatever others do meanwhile."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import DAY, PLENTY, batch, brief, close, open_
from troth_relay.store import counting, upkeep
from troth_relay.store.counting import BEGINNING, Place
from troth_relay.store.sqlite import SqliteStore
from troth_wire.ids import Lineage, MailboxId
from troth_wire.messages import MailboxKind

LOGS = tuple(MailboxId(bytes([97 + number]) * 32) for number in range(4))
ROWS = 5


class Relay:
    """A store in which others go on while it is counted, a few rows at a time."""

    def __init__(self, path: Path) -> None:
        """Begin with a line of two logs and one of one, with entries."""
        self.store = SqliteStore(path)
        self.numbers = iter(range(10**6))
        open_(self.store, LOGS[0])
        open_(self.store, LOGS[1], sponsor=LOGS[0])
        open_(self.store, LOGS[2])
        for log in LOGS[:3]:
            self.append(log, 12)

    def append(self, log: MailboxId, count: int) -> None:
        """Append to a log, if it is there and open."""
        self.store.append([batch(log, *(envelope(next(self.numbers)) for _ in range(count)), quota_bytes=PLENTY)])

    def do(self, what: str, log: MailboxId) -> None:
        """Do something that others may do between two steps."""
        match what:
            case "append":
                self.append(log, 3)
            case "close":
                close(self.store, log, day=DAY)
            case "erase":
                self.store.erase(closed_before=DAY + 1, entries_max=7)
            case "delete":
                self.store.change(lambda tables: upkeep.delete(tables, log))
            case "open":
                self.store.create(log, lineage=self.lineage(), day=DAY)
            case "meet":
                terms = brief(MailboxKind.MEETING, sponsor=LOGS[0])
                self.store.create(LOGS[3], lineage=self.lineage(), day=DAY, brief=terms)
                self.append(LOGS[3], 2)

    def lineage(self) -> Lineage:
        """Return one that no other mailbox has: by it whatever has the key of one that is gone is told apart."""
        return Lineage(next(self.numbers).to_bytes(16, "big"))

    def skew(self, key: int, by: int, *, of_lines: bool) -> None:
        """Make a sum wrong."""
        table = "line" if of_lines else "mailbox"
        statement = f"UPDATE {table} SET bytes = bytes + ? WHERE key = ?"  # noqa: S608 - our own words
        self.store.change(lambda tables: tables.execute(statement, (by, key)))

    def step(self, place: Place) -> tuple[int, Place | None]:
        """Count a few rows on."""
        return self.store.change(lambda tables: counting.count_on(tables, place, rows_max=ROWS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for many stores."""
    return tmp_path_factory.mktemp("counting")


DEEDS = st.lists(
    st.tuples(st.sampled_from(["append", "close", "erase", "delete", "open", "meet"]), st.sampled_from(LOGS)),
    max_size=40,
)


@given(
    deeds=DEEDS, skewed=st.dictionaries(st.integers(1, 4), st.integers(-900, 900), max_size=4), of_lines=st.booleans()
)
def test_counting_is_right_among_others(
    folder: Path, deeds: list[tuple[str, MailboxId]], skewed: dict[int, int], of_lines: bool
) -> None:
    """Whatever is appended, closed, erased, deleted and opened between the steps, afterwards every sum is right."""
    path = folder / "relay.db"
    path.unlink(missing_ok=True)
    relay = Relay(path)
    for key, by in skewed.items():
        relay.skew(key, by, of_lines=of_lines)
    wrong, place = relay.step(BEGINNING)
    while place is not None:
        for what, log in deeds[:2]:
            relay.do(what, log)
        del deeds[:2]
        some, place = relay.step(place)
        wrong += some
    assert relay.store.recount() == 0
    if not any(skewed.values()):
        assert wrong == 0
    relay.store.close()


def test_key_that_is_used_again_is_counted_again(tmp_path: Path) -> None:
    """A mailbox with the key of one that was deleted in the middle of its counting is counted from its beginning."""
    relay = Relay(tmp_path / "relay.db")
    place: Place | None = Place(key=3)
    assert place is not None
    _, place = relay.step(place)
    assert place is not None
    assert (place.key, place.position) == (3, ROWS)
    relay.do("delete", LOGS[2])
    relay.store.erase(closed_before=0, entries_max=1_000)
    relay.store.create(LOGS[2], lineage=Lineage(b"m" * 16), day=DAY)
    relay.store.append([batch(LOGS[2], *(envelope(number, size=900) for number in range(9)))])
    while place is not None:
        wrong, place = relay.step(place)
        assert wrong == 0
    assert relay.store.recount() == 0
    relay.store.close()
