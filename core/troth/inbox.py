"""What comes out of the log: who wrote it, whether they belong, what must wait, and what does not count.

Nothing here raises at a hostile record, and nothing is thrown away: it is parked or held with its reason.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from troth.chain import Chains
from troth.membership import Genesis, Members, Operation, evaluate
from troth.record import Kind, Record, Verified
from troth_wire.errors import MalformedError, VersionError
from troth_wire.ids import DeviceId, OperationId, RecordId
from troth_wire.limits import DEVICE_INCARNATIONS_MAX

__all__ = ["Inbox", "Judged", "Parked"]


class Parked(Enum):
    """Why a record can not be judged yet."""

    AUTHOR = "its author is not known here yet"
    SIGNATURE = "nothing proves yet who wrote it"
    HEADS = "it builds on a membership operation that has not arrived"
    KIND = "it needs a newer version"
    CAUSE = "it builds on a change that has not arrived"


@dataclass(slots=True)
class Judged:
    """What became of some records: those whose changes are ready for a document, and those that do not count."""

    carriers: list[Verified] = field(default_factory=list)
    verified: list[Verified] = field(default_factory=list)
    held: list[tuple[RecordId, str]] = field(default_factory=list)


class Inbox:
    """Records of a space, their authors, and the membership that they make."""

    def __init__(self, genesis: Genesis) -> None:
        self.chains = Chains()
        self._genesis = genesis
        self._operations: dict[tuple[OperationId, bytes], Operation] = {}
        self._headless: list[Verified] = []
        self._newer: list[Verified] = []
        self.members: Members = evaluate(genesis, ())

    def parked(self) -> Counter[Parked]:
        """Count what can not be judged yet, by reason."""
        unproven = self.chains.parked
        strangers = sum(record.header.device not in self.members.cards for record in unproven)
        counts = {
            Parked.AUTHOR: strangers,
            Parked.SIGNATURE: len(unproven) - strangers,
            Parked.HEADS: len(self._headless),
            Parked.KIND: len(self._newer),
        }
        return Counter({reason: count for reason, count in counts.items() if count})

    def add_own(self, record: Verified) -> None:
        """Take in a record that this device has just signed."""
        self.chains.add_own(record)
        if record.header.kind == Kind.OPERATION:
            self._learn(Operation.of(record))

    def take(self, arrived: Iterable[Record]) -> Judged:
        """Judge records in the order of the log, and again whatever waited for what they bring."""
        judged = Judged()
        waiting: list[Record] = list(arrived)
        while True:
            before = self.members
            proven = self.chains.settle(waiting, self._key_of)
            judged.verified += proven
            headless, self._headless = self._headless, []
            for record in (*proven, *headless):
                self._place(record, judged)
            if self.members is before:
                break
            # Whoever became known may have written what is parked; what came before its operation may stand now.
            waiting = list(self.chains.parked)
        return judged

    def _key_of(self, device: DeviceId) -> bytes | None:
        card = self.members.cards.get(device)
        return card.everyday if card else None

    def _place(self, record: Verified, judged: Judged) -> None:
        header = record.header
        if not set(header.heads) <= self.members.counting.keys():
            self._headless.append(record)
        elif header.incarnation not in self.chains.lives(header.device)[:DEVICE_INCARNATIONS_MAX]:
            judged.held.append((record.id, "its device has started over more often than is counted"))
        elif header.kind == Kind.CHANGES:
            judged.carriers.append(record)
        elif header.kind == Kind.OPERATION:
            self._place_operation(record, judged)
        else:
            self._newer.append(record)

    def _place_operation(self, record: Verified, judged: Judged) -> None:
        try:
            self._learn(Operation.of(record))
        except VersionError:
            self._newer.append(record)
        except MalformedError as error:
            judged.held.append((record.id, f"not an operation: {error}"))

    def _learn(self, operation: Operation) -> None:
        self._operations[operation.id, operation.signature] = operation
        self.members = evaluate(self._genesis, self._operations.values())
