"""Both sides of a disagreement about the log, kept as proof (specs/record.md, What the header proves)."""

from dataclasses import dataclass
from typing import Final

from troth.record import Record, Seen, Verified, parse
from troth.step import Disputed, Row, Step
from troth_wire import codec
from troth_wire.limits import RECORD_BYTES_MAX

__all__ = ["EVIDENCE", "Dispute", "Evidence", "Place"]

EVIDENCE: Final = "evidence"
_PLACE: Final = codec.fields(codec.raw(16), codec.natural(), codec.raw(32))
_SIDES: Final = codec.fields(codec.text(16), _PLACE, codec.maybe(codec.blob(RECORD_BYTES_MAX + 64)))


@dataclass(frozen=True, slots=True)
class Place:
    """How far a log was read here, and what was read up to there."""

    lineage: bytes
    position: int
    running: bytes


@dataclass(frozen=True, slots=True)
class Dispute:
    """One disagreement, with both of its sides."""

    here: Place
    """What this device has read itself."""
    record: Record | None
    """What a device signed that does not go with it; None where the relay itself shows another log."""

    @classmethod
    def parse(cls, value: bytes) -> "Dispute":
        """Read a row of the table.

        Raises:
            MalformedError: If it was not written by `Evidence`.
        """
        _, place, record = codec.decode(value, _SIDES, bytes_max=2 * RECORD_BYTES_MAX)
        return cls(Place(*place), None if record is None else parse(record)[0])


@dataclass
class Evidence:
    """How often another history was shown."""

    count: int = 0

    def against_record(self, record: Verified, here: Seen, step: Step) -> None:
        """A record says of the log what is not so here: the relay, or its author, shows another history."""
        self._keep(record.id, ["record", _place(here), record.encode()], step)
        step.tell.append(Disputed(record.header.device))

    def against_relay(self, here: Seen, step: Step) -> None:
        """The relay's log is not the one that was read."""
        self._keep(here.lineage + here.position.to_bytes(8, "big"), ["relay", _place(here), None], step)
        step.tell.append(Disputed(None))

    def _keep(self, key: bytes, sides: list[object], step: Step) -> None:
        self.count += 1
        step.save.append(Row(EVIDENCE, key, codec.pack(sides)))


def _place(seen: Seen) -> list[object]:
    return [seen.lineage, seen.position, seen.running]
