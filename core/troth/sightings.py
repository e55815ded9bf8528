"""How far each device had read the log when it last wrote, by its own word: every record's header says it.

For a person's own devices alone: of the other person's nobody is told what arrived there.
"""

from troth.record import Record, Seen
from troth_wire.ids import DeviceId

__all__ = ["Sightings"]


class Sightings:
    """The furthest reading that each device has told of."""

    def __init__(self) -> None:
        self._seen: dict[DeviceId, Seen] = {}

    def note(self, record: Record) -> None:
        """Take in what a verified record says."""
        seen, known = record.header.seen, self._seen.get(record.header.device)
        if seen is not None and (known is None or known.lineage != seen.lineage or known.position < seen.position):
            self._seen[record.header.device] = seen

    def behind(self, device: DeviceId, here: Seen | None) -> int | None:
        """Return how many entries a device had not read yet of those that are read here; None where nothing tells."""
        seen = self._seen.get(device)
        if seen is None or here is None or (seen.mailbox, seen.lineage) != (here.mailbox, here.lineage):
            return None
        return max(0, here.position - seen.position)
