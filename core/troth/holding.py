"""What was judged and does not count: counted by reason, kept where nothing else keeps it, and said."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from troth.step import Held, Row, Step
from troth_wire import codec
from troth_wire.ids import EnvelopeId
from troth_wire.limits import HELD_BYTES_MAX

__all__ = ["HELD", "Holding"]

HELD: Final = "held"


@dataclass
class Holding:
    """The reasons why things are held, and how much is kept of what could not be opened."""

    reasons: Counter[str] = field(default_factory=Counter)
    kept_bytes: int = 0
    _held: set[EnvelopeId] = field(default_factory=set)
    """Envelopes that were counted."""

    def hold(self, why: str, step: Step) -> None:
        """Count a record, or a change of one; the record itself is kept among the records."""
        self.reasons[why] += 1
        step.tell.append(Held(why))

    def hold_envelope(self, identity: EnvelopeId, sealed: bytes, position: int, why: str, step: Step) -> None:
        """Keep an envelope that could not be opened or read, once, as long as there is room."""
        if identity in self._held:
            # Meetings, and logs of which something is missed, are read again from their beginning.
            return
        kept = sealed if self.kept_bytes + len(sealed) <= HELD_BYTES_MAX else b""
        step.save.append(Row(HELD, identity, codec.pack([why, position, kept])))
        self.count(identity, why, kept)
        step.tell.append(Held(why))

    def count(self, identity: EnvelopeId, why: str, kept: bytes) -> None:
        """Count an envelope that is kept already."""
        self._held.add(identity)
        self.reasons[why] += 1
        self.kept_bytes += len(kept)
