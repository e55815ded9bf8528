"""One exact text of an agreement, written once; whoever assents, assents to the hash of these bytes.

A translation, a new date or a comma is another revision, and needs both again.
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final, NewType

from troth import crypto
from troth_couple.days import DAY, Day
from troth_couple.limits import CLAUSES_MAX, ENTRY_BYTES_MAX, LINE_BYTES_MAX, SUPERSEDES_MAX, TEXT_BYTES_MAX
from troth_couple.texts import words
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError
from troth_wire.ids import PersonId
from troth_wire.said import Said, in_context

__all__ = ["SORTS", "AgreementId", "Clause", "Item", "Revision", "RevisionId"]

AgreementId = NewType("AgreementId", bytes)
"""16 random bytes: what all revisions and acts of one agreement name."""
RevisionId = NewType("RevisionId", bytes)
"""32 bytes: the hash of a revision."""

SORTS: Final = {
    1: in_context("what an agreement is about", "communication"),
    2: in_context("what an agreement is about", "transparency"),
    3: in_context("what an agreement is about", "intimacy"),
    4: in_context("what an agreement is about", "disclosure"),
    5: in_context("what an agreement is about", "accountability"),
    6: in_context("what an agreement is about", "practical"),
}
"""What an agreement is about, by number."""
CLASSES: Final = {
    1: in_context("what a behaviour is", "return to old behaviour"),
    2: in_context("what a behaviour is", "risk"),
    3: in_context("what a behaviour is", "healthy"),
}
TELLS: Final = {
    1: in_context("who is told", "partner"),
    2: in_context("who is told", "support"),
    3: in_context("who is told", "both"),
}
WAYS: Final = {
    1: in_context("how it is told", "in person"),
    2: in_context("how it is told", "written"),
    3: in_context("how it is told", "with therapist"),
}
DETAILS: Final = {
    1: in_context("in what detail it is told", "fact"),
    2: in_context("in what detail it is told", "outline"),
    3: in_context("in what detail it is told", "as asked"),
}

NOT_LIKE_THIS: Final = Said("no agreement can be written like this: {why}")
REVISION_VERSION: Final = 1
_TEXT: Final = words(TEXT_BYTES_MAX)
_LINE: Final = words(LINE_BYTES_MAX)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Clause:
    """A value turned into behaviour that can be seen."""

    value: str | None = None
    behaviour: str
    why: str | None = None
    noticed_by: str | None = None
    exceptions: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Item:
    """One line of a disclosure plan: which behaviour is told to whom, how soon, how, and in what detail."""

    behaviour: str
    sort: int
    tell: int
    within: str
    how: int
    detail: int


_CLAUSE: Final = codec.fields(codec.maybe(_LINE), _TEXT, codec.maybe(_TEXT), codec.maybe(_TEXT), codec.maybe(_TEXT))
_ITEM: Final = codec.fields(
    _TEXT, codec.either(*CLASSES), codec.either(*TELLS), _LINE, codec.either(*WAYS), codec.either(*DETAILS)
)
_REVISION: Final = codec.known(
    REVISION_VERSION,
    then=codec.fields(
        codec.either(REVISION_VERSION),
        codec.raw(16),
        codec.either(*SORTS),
        _LINE,
        codec.many(_CLAUSE, CLAUSES_MAX),
        codec.many(_ITEM, CLAUSES_MAX),
        codec.maybe(codec.raw(32)),
        codec.maybe(DAY),
        codec.maybe(DAY),
        codec.many(codec.raw(32), SUPERSEDES_MAX),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Revision:
    """The fields of a revision, in the order of specs/couple.md.

    There is no field for a day on which silence would mean yes.
    """

    agreement: AgreementId
    sort: int
    title: str
    clauses: tuple[Clause, ...] = ()
    items: tuple[Item, ...] = ()
    applies_to: PersonId | None = None
    """Whom it binds; None is both."""
    review_on: Day | None = None
    expires: Day | None = None
    """The last day on which it holds; None is until somebody withdraws."""
    supersedes: tuple[RevisionId, ...] = ()

    def encode(self) -> bytes:
        """Return the bytes whose hash is consented to.

        Raises:
            UsageError: If they are none that could be read again.
        """
        lists = [[_values(part) for part in parts] for parts in (self.clauses, self.items)]
        head = [REVISION_VERSION, self.agreement, self.sort, self.title]
        data = codec.pack([*head, *lists, self.applies_to, self.review_on, self.expires, list(self.supersedes)])
        try:
            self.parse(data)
        except MalformedError as reason:
            raise UsageError(NOT_LIKE_THIS.format(why=reason)) from None
        return data

    @property
    def id(self) -> RevisionId:
        """The revision id: the hash of its bytes."""
        return revision_id(self.encode())

    @staticmethod
    def parse(data: bytes) -> "Revision":
        """Read a revision.

        Raises:
            MalformedError: If it has another shape, says nothing, or supersedes in no order.
            VersionError: If it is of another version.
        """
        return _parse(data)


@lru_cache(maxsize=256)
def _parse(data: bytes) -> Revision:
    parts = codec.decode(data, _REVISION, bytes_max=ENTRY_BYTES_MAX)
    _, agreement, sort, title, clauses, items, applies_to, review_on, expires, supersedes = parts
    if list(supersedes) != sorted(set(supersedes)) or not (clauses or items):
        raise MalformedError("superseded revisions do not ascend, or there is nothing to agree on")
    if review_on and expires and review_on > expires:
        raise MalformedError("looked at again only after it has ended")
    return Revision(
        agreement=AgreementId(agreement),
        sort=sort,
        title=title,
        clauses=tuple(Clause(**dict(zip(_names(Clause), part, strict=True))) for part in clauses),
        items=tuple(Item(**dict(zip(_names(Item), part, strict=True))) for part in items),
        applies_to=applies_to,
        review_on=review_on,
        expires=expires,
        supersedes=supersedes,
    )


def revision_id(data: bytes) -> RevisionId:
    """Return the id of a revision's bytes."""
    return RevisionId(crypto.digest(b"troth/revision", data))


def _names(form: type[Clause] | type[Item]) -> list[str]:
    return [field.name for field in fields(form)]


def _values(part: Clause | Item) -> list[str | int | None]:
    return [getattr(part, name) for name in _names(type(part))]
