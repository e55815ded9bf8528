"""Parts of checkpoints as they come out of a log, kept until a bag is whole.

A part is no member of anybody's chain: nothing in a bag is believed because of who made it, and a newcomer may not know
its maker yet. So parts are never judged, only put together; what is in the bag is judged (specs/checkpoint.md, Parts).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from troth import chain, checkpoint, crypto
from troth import record as records
from troth.checkpoint import Part
from troth.keys import DeviceKeys
from troth.record import Header, Kind, Record, Verified
from troth.step import Row
from troth_wire.errors import RemoteError
from troth_wire.ids import DeviceId, Incarnation, MailboxId, RecordId, SpaceId

__all__ = ["PARTS", "Collecting", "Whole", "letters", "make", "shown"]

PARTS: Final = "parts"
BAGS_MAX: Final = 4
"""Bags of which some parts came and others did not: more only where somebody means harm, and the oldest one goes."""


def make(space: SpaceId, proven: Iterable[Verified], others: Iterable[Record], keys: DeviceKeys) -> list[Record]:
    """Return the records that carry a checkpoint. It takes long and touches nothing.

    Args:
        space: Of all that is in it.
        proven: What it holds (`checkpoint.pack`).
        others: What nothing proves yet.
        keys: Whose checkpoint it is.
    """
    return letters(checkpoint.pack(space, proven, others), keys, space)


def letters(bag: bytes, keys: DeviceKeys, space: SpaceId) -> list[Record]:
    """Return the records that carry a bag, signed, in a life of their own that is named after it."""
    found: list[Record] = []
    prev: RecordId | None = None
    for number, part in enumerate(checkpoint.cut(bag), 1):
        payload = part.encode()
        header = Header(
            kind=Kind.CHECKPOINT_PART,
            space=space,
            device=keys.device,
            incarnation=Incarnation(part.manifest[:16]),
            sequence=number,
            prev=prev,
            payload_hash=crypto.digest(b"troth/payload", payload),
        )
        found.append(records.sign(header, payload, keys.signer))
        prev = found[-1].id
    return found


@dataclass(frozen=True)
class Whole:
    """A bag of which all parts are here."""

    mailbox: MailboxId
    """The log in which it lay."""
    manifest: bytes
    parts: tuple[Part, ...]

    def open_(self, space: SpaceId) -> list[Record] | str:
        """Return its records, each with its id already computed; or why it is none. It takes long and touches nothing.

        Args:
            space: The only one whose bags are read.
        """
        try:
            found = checkpoint.unpack(checkpoint.join(self.parts), space)
        except RemoteError as error:
            return str(error)
        for record in found:
            assert record.id, "computed here, where nobody waits for it"
        return found


class Collecting:
    """The bags of which parts came."""

    def __init__(self) -> None:
        self._bags: dict[tuple[MailboxId, bytes], dict[int, Part]] = {}

    def restore(self, rows: Mapping[bytes, bytes]) -> list[Whole]:
        """Take up the parts that a store holds; return what is whole."""
        for key, row in rows.items():
            self._place(MailboxId(key[:32]), Part.parse(row))
        return [whole for bag in self._bags if (whole := self._whole(*bag)) is not None]

    def take(self, mailbox: MailboxId, letter: Record) -> tuple[Whole | None, list[Row]]:
        """Take in a part; return the bag if it is whole now, and what to remember.

        Raises:
            MalformedError: If it is no part.
            VersionError: If it is of another version.
        """
        part = Part.parse(letter.payload)
        self._place(mailbox, part)
        rows = [Row(PARTS, _key(mailbox, part), letter.payload)]
        while len(self._bags) > BAGS_MAX:
            rows += self.forget(*next(iter(self._bags)))
        return self._whole(mailbox, part.manifest), rows

    def forget(self, mailbox: MailboxId, manifest: bytes) -> list[Row]:
        """Let the parts of a bag go; return what to remember."""
        parts = self._bags.pop((mailbox, manifest), {})
        return [Row(PARTS, _key(mailbox, part), None) for part in parts.values()]

    def _whole(self, mailbox: MailboxId, manifest: bytes) -> Whole | None:
        parts = self._bags.get((mailbox, manifest), {})
        counts = {part.count for part in parts.values()}
        return Whole(mailbox, manifest, tuple(parts.values())) if len(parts) >= max(counts, default=1) else None

    def _place(self, mailbox: MailboxId, part: Part) -> None:
        self._bags.setdefault((mailbox, part.manifest), {})[part.index] = part


def _key(mailbox: MailboxId, part: Part) -> bytes:
    return mailbox + part.manifest + part.index.to_bytes(4, "big")


def shown(bag: Sequence[Record], key_of: Callable[[DeviceId], bytes | None]) -> Iterator[RecordId]:
    """Yield the records of a bag that it proves to whoever reads it: by a good signature, or a run up to one.

    Args:
        bag: The records, each run in its order.
        key_of: Gives a device's everyday key, if it is known.
    """
    after: Record | None = None
    for record in reversed(bag):
        key = key_of(record.header.device)
        named = after is not None and chain.precedes(record, after)
        if named or (key is not None and records.is_signed(record, key)):
            yield record.id
            after = record
        else:
            after = None
