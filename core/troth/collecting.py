"""Parts of checkpoints as they come out of a log, kept until a bag is whole.

A part is no member of anybody's chain: nothing in a bag is believed because of who made it, and a newcomer may not know
its maker yet. So parts are never judged, only put together; what is in the bag is judged (specs/checkpoint.md, Parts).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from troth import chain, checkpoint, crypto
from troth import record as records
from troth.checkpoint import Part
from troth.keys import DeviceKeys
from troth.record import Header, Kind, Record
from troth.step import Row
from troth_wire.errors import MalformedError
from troth_wire.ids import DeviceId, Incarnation, MailboxId, RecordId, SpaceId

__all__ = ["PARTS", "Collecting", "letters", "shown"]

PARTS: Final = "parts"
BAGS_MAX: Final = 4
"""Bags of which some parts came and others did not: more only where somebody means harm, and the oldest one goes."""


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


class Collecting:
    """The bags of which parts came."""

    def __init__(self) -> None:
        self._bags: dict[tuple[MailboxId, bytes], dict[int, Part]] = {}

    def restore(self, rows: Mapping[bytes, bytes]) -> None:
        """Take up the parts that a store holds."""
        for key, row in rows.items():
            self._place(MailboxId(key[:32]), Part.parse(row))

    def take(self, mailbox: MailboxId, letter: Record) -> tuple[bytes | None, list[Row]]:
        """Take in a part; return the bag if it is whole now, and what to remember.

        Raises:
            MalformedError: If it is no part, or the bag is not what its parts name.
            VersionError: If it is of another version.
        """
        part = Part.parse(letter.payload)
        parts = self._place(mailbox, part)
        rows = [Row(PARTS, _key(mailbox, part), letter.payload)]
        while len(self._bags) > BAGS_MAX:
            oldest = next(iter(self._bags))
            rows += self._forget(oldest)
        if len(parts) < part.count:
            return None, rows
        rows = self._forget((mailbox, part.manifest))
        try:
            return checkpoint.join(parts.values()), rows
        except MalformedError:
            # Its rows go all the same: it will never be whole.
            return None, rows

    def _place(self, mailbox: MailboxId, part: Part) -> dict[int, Part]:
        parts = self._bags.setdefault((mailbox, part.manifest), {})
        parts[part.index] = part
        return parts

    def _forget(self, bag: tuple[MailboxId, bytes]) -> list[Row]:
        parts = self._bags.pop(bag, {})
        return [Row(PARTS, _key(bag[0], part), None) for part in parts.values()]


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
