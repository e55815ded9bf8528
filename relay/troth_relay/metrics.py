"""What Prometheus may ask: sums over everybody, and no label that could tell one mailbox from another.

The only importer of prometheus_client.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest

from troth_relay.requests import Append, Drop, DropReason, Output, Send, Settled
from troth_relay.store import Appended, Stats
from troth_relay.watch import Fault
from troth_wire.messages import Reason, Refuse

__all__ = ["MEDIA_TYPE", "Metrics", "Moment"]

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Moment:
    """What is measured when somebody asks; `stored`, with the free bytes, is None if the store does not answer."""

    connections: int
    faults: tuple[Fault, ...]
    stored: tuple[Stats, int] | None


class Metrics:
    """Counters that are kept, and gauges that are read when somebody asks."""

    def __init__(self) -> None:
        """Begin at 0."""
        self._registry = CollectorRegistry()
        # Memory, files and the time of the start, where the system tells.
        ProcessCollector(namespace="troth_relay", registry=self._registry)
        self._refused = self._counter("refusals", "Refusals sent to clients, by reason.", labels=("reason",))
        self._dropped = self._counter("drops", "Connections ended by the relay, by reason.", labels=("reason",))
        self._stored = self._counter("entries_stored", "Entries stored since the start.")
        self._gauges = {
            name: Gauge(f"troth_relay_{name}", meaning, registry=self._registry)
            for name, meaning in (
                ("connections", "Connections now."),
                ("disk_free_bytes", "Free bytes on the disk of the database."),
                ("mailboxes", "Mailboxes of every kind."),
                ("entries", "Entries in all mailboxes together."),
                ("stored_bytes", "What all quotas together count."),
                ("dormant_lines", "Lines that nobody has used for long, where what is idle is deleted."),
            )
        }
        self._amiss = Gauge("troth_relay_fault", "1 while this is amiss.", ("fault",), registry=self._registry)
        # Every row is there from the beginning, so that none appears for the first one it concerns.
        for reason in Reason:
            self._refused.labels(reason.name.lower())
        for dropped in DropReason:
            self._dropped.labels(dropped.value)

    def _counter(self, name: str, meaning: str, *, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(f"troth_relay_{name}", meaning, labels, registry=self._registry)

    def count(self, outputs: Iterable[Output]) -> None:
        """Count what the hub does."""
        for output in outputs:
            if isinstance(output, Drop):
                self._dropped.labels(output.reason.value).inc()
            elif isinstance(output, Send) and isinstance(output.message, Refuse):
                self._refused.labels(output.message.reason.name.lower()).inc(len(output.connections))

    def settle(self, results: Iterable[Settled]) -> None:
        """Count what was stored."""
        for asked, result in results:
            if isinstance(asked, Append) and isinstance(result, Appended):
                self._stored.inc(len(result.entries))

    def text(self, moment: Moment) -> bytes:
        """Return everything in Prometheus' text form; a store that does not answer leaves its gauges as they were."""
        self._gauges["connections"].set(moment.connections)
        if moment.stored is not None:
            stats, free_bytes = moment.stored
            self._gauges["disk_free_bytes"].set(free_bytes)
            self._gauges["mailboxes"].set(stats.mailboxes)
            self._gauges["entries"].set(stats.entries)
            self._gauges["stored_bytes"].set(stats.stored_bytes)
            self._gauges["dormant_lines"].set(stats.dormant)
        for fault in Fault:
            self._amiss.labels(fault.value).set(fault in moment.faults)
        return generate_latest(self._registry)
