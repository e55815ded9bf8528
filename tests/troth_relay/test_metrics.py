"""Metrics are sums over everybody: nothing in them tells one mailbox or connection from another."""

import re
from typing import Final

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import A, B
from troth_relay.metrics import Metrics, Moment
from troth_relay.requests import Append, ConnectionId, Drop, DropReason, Look, Open, Read, Send, Sweep
from troth_relay.store import Appended, Denial, Entry, Stats
from troth_relay.watch import Fault
from troth_wire.errors import FullError
from troth_wire.log import envelope_id
from troth_wire.messages import Deliver, Reason, Refuse

ONE: Final = ConnectionId(4_711)
QUIET: Final = Moment(0, (), None)
LABELS: Final = re.compile(r"([a-z_]+)=\"([^\"]*)\"")


def _values(metrics: Metrics, moment: Moment = QUIET) -> dict[str, float]:
    lines = metrics.text(moment).decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def _busy() -> Metrics:
    metrics = Metrics()
    data = envelope(1)
    refusal = Refuse(Reason.QUOTA, A, (envelope_id(data),), 0)
    metrics.count(
        [Send((ONE,), refusal), Send((ONE,), Deliver(A, 1, (data,))), Drop(ONE, DropReason.SLOW), Look(ONE, A)]
    )
    metrics.count([Read(ONE, B, 0), Open(ONE, B), Sweep(), Send((ONE,), refusal)])
    asked = Append(ONE, A, ((envelope_id(data), data),), 1)
    metrics.settle(
        [(asked, Appended((Entry(1, envelope_id(data), data),), ())), (asked, FullError("The disk is full."))]
    )
    metrics.settle([(Look(ONE, A), None), (Open(ONE, A), Denial.TAKEN), (Sweep(), (A, B))])
    return metrics


def test_what_happens_is_counted() -> None:
    """Refusals and drops are counted by reason, entries as they are stored."""
    values = _values(_busy())
    assert values['troth_relay_refusals_total{reason="quota"}'] == 2
    assert values['troth_relay_refusals_total{reason="busy"}'] == 0
    assert values['troth_relay_drops_total{reason="slow"}'] == 1
    assert values["troth_relay_entries_stored_total"] == 1


def test_what_is_there_is_measured() -> None:
    """Gauges say what is there when somebody asks; a store that does not answer leaves them as they were."""
    metrics = Metrics()
    _values(metrics, Moment(3, (), (Stats(4, 5, 6), 7)))
    values = _values(metrics, Moment(8, (Fault.STORE,), None))
    names = ("connections", "mailboxes", "entries", "stored_bytes", "disk_free_bytes")
    assert [values[f"troth_relay_{name}"] for name in names] == [8, 4, 5, 6, 7]
    assert [values[f'troth_relay_fault{{fault="{fault.value}"}}'] for fault in Fault] == [0, 1, 0]


def test_nobody_can_be_told_apart() -> None:
    """Every label is a reason or a fault out of a fixed list; no mailbox and no connection is named anywhere."""
    text = _busy().text(Moment(1, (), (Stats(1, 1, 1), 1))).decode()
    allowed = {
        "reason": {reason.name.lower() for reason in Reason} | {reason.value for reason in DropReason},
        "fault": {fault.value for fault in Fault},
    }
    for name, value in LABELS.findall(text):
        assert value in allowed[name]
    # Apart from their values: the digits of a moment are anything by chance.
    rows = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    for secret in (A.hex()[:8], B.hex()[:8], "4711", "aaaa", "bbbb"):
        assert not [name for name, _, _ in rows if secret in name]
    assert 4711 not in {float(value) for _, _, value in rows}


def test_rows_are_there_from_the_beginning() -> None:
    """No row appears for the first one it concerns, so its appearing tells nothing."""
    assert _values(Metrics()).keys() == _values(_busy()).keys()
