"""Parts of checkpoints as they come out of a log, kept until a bag is whole.

A part is no member of anybody's chain: nothing in a bag is believed because of who made it, and a newcomer may not know
its maker yet. So parts are only put together, each maker's apart, and each beside the one that it names as the one
before it, so that nobody spoils another's bag; what is in the bag is judged (specs/checkpoint.md, Carrying).
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
from troth_wire.errors import ForgedError, RemoteError
from troth_wire.ids import DeviceId, Incarnation, MailboxId, RecordId, SpaceId

__all__ = ["PARTS", "Collecting", "Whole", "letters", "make", "shown"]

PARTS: Final = "parts"
MAKER_BAGS_MAX: Final = 2
"""Bags of one known maker in one log that lack parts: one is made at a time, and the oldest one goes."""
STRANGERS_BAGS_MAX: Final = 16
"""Bags that lack parts of all makers together that are not known yet: more only where somebody means harm."""
PARTS_BYTES_MAX: Final = 268_435_456
"""Parts kept of one known maker in one log, and of all strangers together: as much as one checkpoint may have."""
OPENINGS_MAX: Final = 8
"""How often one maker's parts of one bag are opened and are none: each costs the reader a whole inflation."""


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
    maker: DeviceId
    manifest: bytes
    end: RecordId
    """The letter of its last part."""
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


class _Bag:
    """The letters of one maker that name one bag: each names the one before it, so none takes another's place."""

    def __init__(self) -> None:
        self.letters: dict[RecordId, tuple[Part, RecordId | None]] = {}
        self.bytes = 0
        self.failed = 0
        """How often it was whole and not what its parts name."""
        self._awaited: dict[RecordId, list[RecordId]] = {}
        """By the letter that is missing: the last letters that lead to it."""

    def take(self, letter: Record, part: Part) -> list[RecordId]:
        """Take in a letter; return the last ones of the rows that it completes: one, unless somebody means harm."""
        if letter.id in self.letters:
            return []
        self.letters[letter.id] = part, letter.header.prev
        self.bytes += len(part.piece)
        ends = self._awaited.pop(letter.id, [])
        if part.index == part.count - 1:
            ends.append(letter.id)
        missing: RecordId | None = letter.id
        while ends and missing in self.letters:
            missing = self.letters[missing][1]
        if ends and missing is not None:
            self._awaited.setdefault(missing, []).extend(ends)
        return ends if missing is None else []

    def parts(self, end: RecordId) -> tuple[Part, ...]:
        """Return the parts that lead to the last one, which is the first of them."""
        found: list[Part] = []
        at: RecordId | None = end
        while at is not None:
            part, at = self.letters[at]
            found.append(part)
        return tuple(found)


_Place = tuple[MailboxId, DeviceId, bytes]
"""In which log, by whom, and which bag."""


class Collecting:
    """The bags of which parts came."""

    def __init__(self) -> None:
        self._bags: dict[_Place, _Bag] = {}

    def restore(self, rows: Mapping[bytes, bytes]) -> list[Whole]:
        """Take up the letters that a store holds; return what is whole."""
        found: list[Whole] = []
        for key, row in rows.items():
            letter, _ = records.parse(row)
            found += self._place(MailboxId(key[:32]), letter, Part.parse(letter.payload))
        return found

    def take(
        self, mailbox: MailboxId, letter: Record, key_of: Callable[[DeviceId], bytes | None]
    ) -> tuple[list[Whole], list[Row]]:
        """Take in a part; return what may be a whole bag now, and what to remember.

        Args:
            mailbox: In whose log it lay.
            letter: The record that carries it.
            key_of: Gives a device's everyday key, if it is known.

        Raises:
            MalformedError: If it is no part.
            VersionError: If it is of another version.
            ForgedError: If its maker is known here and did not sign it.
        """
        maker, part = letter.header.device, Part.parse(letter.payload)
        key = key_of(maker)
        if key is not None and not records.is_signed(letter, key):
            raise ForgedError("a part of a checkpoint that its maker did not sign")
        whole = self._place(mailbox, letter, part)
        rows = [Row(PARTS, mailbox + letter.id, letter.encode())]
        return whole, [*rows, *self._shed((mailbox, maker), key_of)]

    def close(self, whole: Whole, *, failed: bool) -> list[Row]:
        """A bag was opened: let it go; return what to remember.

        Args:
            whole: As it was found.
            failed: Whether it was none. Then its last letter goes, since others may end in a good one.
        """
        place = whole.mailbox, whole.maker, whole.manifest
        bag = self._bags.get(place)
        if bag is None:
            return []
        bag.failed += failed
        if not failed or bag.failed == OPENINGS_MAX:
            return self._forget(place)
        part, _ = bag.letters.pop(whole.end)
        bag.bytes -= len(part.piece)
        return [Row(PARTS, whole.mailbox + whole.end, None)] if bag.letters else self._forget(place)

    def _place(self, mailbox: MailboxId, letter: Record, part: Part) -> list[Whole]:
        maker = letter.header.device
        bag = self._bags.setdefault((mailbox, maker, part.manifest), _Bag())
        return [Whole(mailbox, maker, part.manifest, end, bag.parts(end)) for end in bag.take(letter, part)]

    def _shed(self, came: tuple[MailboxId, DeviceId], key_of: Callable[[DeviceId], bytes | None]) -> list[Row]:
        """Let the oldest bags go of a maker that sends too many, or of strangers, who share one room."""
        if key_of(came[1]) is not None:
            among, bags_max = [place for place in self._bags if place[:2] == came], MAKER_BAGS_MAX
        else:
            among, bags_max = [place for place in self._bags if key_of(place[1]) is None], STRANGERS_BAGS_MAX
        sizes = [self._bags[place].bytes for place in among]
        rows: list[Row] = []
        while len(among) > bags_max or sum(sizes) > PARTS_BYTES_MAX:
            sizes.pop(0)
            rows += self._forget(among.pop(0))
        return rows

    def _forget(self, place: _Place) -> list[Row]:
        return [Row(PARTS, place[0] + letter, None) for letter in self._bags.pop(place).letters]


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
