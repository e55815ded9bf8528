"""The signed entry: immutable, in one canonical form, known by the hash of what was signed.

An entry is one byte value of the document, `signature ‖ content`, and its key is the hash of the content.
The first twelve fields of the content are the same for every kind there will ever be, so an entry of a kind that this
release does not know can still be verified, placed in its chain, and kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NewType

from troth import crypto
from troth.crypto import SIGNATURE_BYTES, Signer
from troth_couple.days import DAY, Day
from troth_couple.kinds import AGREEMENT, KINDS, SIGNALS, Kind, Weight
from troth_couple.limits import ENTRY_AFTER_MAX, ENTRY_BYTES_MAX
from troth_couple.roster import EntryId, Standing
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError
from troth_wire.ids import DeviceId, Incarnation, PersonId, SpaceId
from troth_wire.said import Said

__all__ = [
    "FIRST_CHAPTER",
    "FORMAT",
    "SIGNALS_SUBJECT",
    "ChapterId",
    "Entry",
    "SubjectId",
    "entry_id",
    "parse",
    "verify",
]

ChapterId = NewType("ChapterId", bytes)
"""16 bytes: which document of a couple; a new chapter has its own."""
SubjectId = NewType("SubjectId", bytes)
"""What an entry is about: 16 bytes for an agreement, 32 for a thing, none for the signals."""

FORMAT: Final = 1
"""The only format of entries that this release writes and reads."""
FIRST_CHAPTER: Final = ChapterId(bytes(16))
SIGNALS_SUBJECT: Final = SubjectId(b"")
NOT_LIKE_THAT: Final = Said("This can not be written like that ({why}). Nothing was changed.")
_AGREEMENT_BYTES: Final = 16
_THING_BYTES: Final = 32

_HASH: Final = codec.raw(32)


def _any(item: object) -> Any:
    """Accept whatever the codec knows; the kind's own row judges it, or nobody yet."""
    return item


_CONTENT: Final = codec.known(
    FORMAT,
    then=codec.fields(
        codec.either(FORMAT),
        codec.natural(65_535, minimum=1),
        codec.either(*Weight),
        codec.raw(16),
        _HASH,
        _HASH,
        codec.raw(16),
        codec.natural(minimum=1),
        codec.maybe(_HASH),
        codec.maybe(codec.blob(32, minimum=16)),
        codec.many(_HASH, ENTRY_AFTER_MAX),
        DAY,
        _any,
    ),
)
_KNOWN: Final = codec.known(FORMAT, then=_any)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One signed entry, read; whether it is its author's, `verify` says, and whether it counts, the roster."""

    kind: int
    weight: int
    chapter: ChapterId
    person: PersonId
    device: DeviceId
    incarnation: Incarnation
    sequence: int
    prev: EntryId | None = None
    about: SubjectId | None = None
    after: tuple[EntryId, ...] = ()
    """The author's own earlier acts that were known and are decided anew here."""
    day: Day
    body: tuple[Any, ...] = field(repr=False)
    flaw: str = ""
    """What is wrong with its body; it keeps its place in the chain all the same."""
    id: EntryId
    subject: SubjectId
    """What it is about: itself, if it begins a thing."""
    value: bytes = field(repr=False)
    """What stands in the document."""

    @property
    def readable(self) -> bool:
        """Whether this release understands it; what it does not understand it keeps."""
        return self.kind in KINDS and not self.flaw

    @property
    def row(self) -> Kind | None:
        """The kind's row in the table, or None if a newer version wrote it."""
        return KINDS.get(self.kind)

    @property
    def name(self) -> str:
        """The kind's name, or an empty text for a kind that is not known."""
        row = KINDS.get(self.kind)
        return row.name if row else ""

    def said(self, name: str) -> Any:
        """Return what stands in a field of the body, by the name in the table."""
        return self.body[KINDS[self.kind].places[name]]


def sign(
    *,
    kind: Kind,
    body: Sequence[object],
    chapter: ChapterId,
    person: PersonId,
    device: DeviceId,
    incarnation: Incarnation,
    sequence: int,
    prev: EntryId | None,
    about: SubjectId | None,
    after: Sequence[EntryId],
    day: Day,
    space: SpaceId,
    signer: Signer,
) -> Entry:
    """Return an entry that its own author writes; `write` knows what to put in.

    Raises:
        UsageError: If no release could read it.
    """
    place = [chapter, person, device, incarnation, sequence, prev]
    content = codec.pack([FORMAT, kind.number, int(kind.weight), *place, about, list(after), day, list(body)])
    try:
        entry = parse(signer.sign(_statement(space, content)) + content)
    except MalformedError as reason:
        raise UsageError(NOT_LIKE_THAT.format(why=reason)) from None
    if entry.flaw:
        raise UsageError(NOT_LIKE_THAT.format(why=entry.flaw))
    return entry


def entry_id(value: bytes) -> EntryId:
    """Return the id of the entry in a value, which is the hash of its content."""
    return EntryId(crypto.digest(b"troth/entry", value[SIGNATURE_BYTES:]))


def parse(value: bytes, *, known: EntryId | None = None, same: dict[Any, Any] | None = None) -> Entry:
    """Read an entry from a value of the document.

    Args:
        value: Signature and content.
        known: Its id, if this very value was read and verified before: its first fields need no second look.
        same: Ids and days that were read before, each by itself: what is said in many entries is kept once.

    Raises:
        MalformedError: If its shape does not hold; a body of another shape is a flaw of the entry instead.
        VersionError: If it is of another format; all the rest of it may differ then.
    """
    if len(value) > ENTRY_BYTES_MAX:
        raise MalformedError("too long for an entry")
    content = value[SIGNATURE_BYTES:]
    if known is None:
        parts = codec.decode(content, _CONTENT, bytes_max=ENTRY_BYTES_MAX)
    else:
        parts = codec.decode_again(content, _KNOWN)
    _, kind, weight, chapter, person, device, incarnation, sequence, prev, about, after, day, body = parts
    if same is not None:
        often = (chapter, person, device, incarnation, prev, about, day)
        chapter, person, device, incarnation, prev, about, day = [same.setdefault(part, part) for part in often]
    if (prev is None) != (sequence == 1) or (after and list(after) != sorted(set(after))):
        raise MalformedError("a first entry with a past, a later one without, or acts in no order")
    row, identity = KINDS.get(kind), known or entry_id(value)
    body, flaw = _read_body(row, weight, about, body)
    begins = row is None or row.begins
    return Entry(
        kind=kind,
        weight=weight,
        chapter=chapter,
        person=person,
        device=device,
        incarnation=incarnation,
        sequence=sequence,
        prev=prev,
        about=about,
        after=tuple(after),
        day=day,
        body=body,
        flaw=flaw,
        id=identity,
        subject=about if about is not None else SubjectId(identity) if begins else SIGNALS_SUBJECT,
        value=value,
    )


def _read_body(row: Kind | None, weight: int, about: bytes | None, body: object) -> tuple[tuple[Any, ...], str]:
    """Return a body and what is wrong with it."""
    if row is None:
        return (), ""
    if weight != row.weight:
        return (), "more or less careful than its kind"
    if not _fits(row, about):
        return (), "about what its kind is never about"
    try:
        return row.check(body), ""
    except MalformedError as flaw:
        return (), str(flaw)


def _fits(row: Kind, about: bytes | None) -> bool:
    """Tell whether a kind may be about nothing named, about an agreement, or about a thing."""
    if about is None:
        return row.begins or SIGNALS in row.about
    if len(about) == _AGREEMENT_BYTES:
        return AGREEMENT in row.about
    return len(about) == _THING_BYTES and (row.begins or not row.about <= {AGREEMENT, SIGNALS})


def verify(entry: Entry, standing: Standing, space: SpaceId) -> None:
    """Check who signed an entry: the admin key for a commitment, the everyday key for everything else.

    Raises:
        ForgedError: If that key did not sign it.
    """
    key = standing.admin if entry.weight == Weight.COMMITMENT else standing.everyday
    signature, content = entry.value[:SIGNATURE_BYTES], entry.value[SIGNATURE_BYTES:]
    crypto.verify(key, _statement(space, content), signature)


def _statement(space: SpaceId, content: bytes) -> bytes:
    return b"troth/entry/1\x00" + space + content
