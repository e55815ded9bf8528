"""Both sides of a disagreement about the log, kept as proof (specs/record.md, What the header proves)."""

from dataclasses import dataclass
from typing import Final

from troth.record import Seen, Verified
from troth.step import Disputed, Row, Step
from troth_wire import codec

__all__ = ["EVIDENCE", "Evidence"]

EVIDENCE: Final = "evidence"


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
