"""What somebody wrote to tell or to offer, and holds: a row of the vault's own, which goes nowhere."""

from dataclasses import dataclass
from typing import Final

from troth import Row
from troth_couple.limits import TEXT_BYTES_MAX
from troth_wire import codec

__all__ = ["HELD_TABLE", "Draft", "draft_in", "held_row"]

HELD_TABLE: Final = "held"
FIELDS_MAX: Final = 8
WORD_BYTES_MAX: Final = 64
"""The name of a kind, or a day."""
BYTES_MAX: Final = FIELDS_MAX * (TEXT_BYTES_MAX + WORD_BYTES_MAX)
_WORD: Final = codec.text(WORD_BYTES_MAX)
_FIELDS: Final = codec.many(codec.maybe(codec.text(TEXT_BYTES_MAX)), FIELDS_MAX)
_DRAFT: Final = codec.fields(_WORD, _WORD, _FIELDS)


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """What is written, and not shared.

    Attributes:
        kind: What it would be: the name of a kind.
        fields: What it says, in the order of that kind.
        until: The day until which its writer holds it, or nothing.
    """

    kind: str
    fields: tuple[str | None, ...]
    until: str = ""


def held_row(key: bytes, draft: Draft | None = None) -> Row:
    """Return the row that keeps what somebody has not shared, or lets it go."""
    return Row(HELD_TABLE, key, None if draft is None else codec.pack([draft.kind, draft.until, list(draft.fields)]))


def draft_in(value: bytes) -> Draft:
    """Read what a row keeps.

    Raises:
        MalformedError: If it is not what it should be.
    """
    kind, until, fields = codec.decode(value, _DRAFT, bytes_max=BYTES_MAX)
    return Draft(kind, fields, until)
