"""Things of one's own alone: in the form of what two can share, but in the vault's own room; nothing of it travels.

Somebody who helps, a practice, a day, a look back: each lies here first, and goes to the other by its owner's choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from troth import Row
from troth_app.cards import lines_of, preview
from troth_app.conversation import Result
from troth_app.limits import PREVIEW_LETTERS_MAX
from troth_app.messages import tell
from troth_app.recounting import say
from troth_app.settings import ALONE_TABLE
from troth_couple import Day, key_of, shown
from troth_couple.days import DAY
from troth_couple.kinds import BY_NAME, KINDS
from troth_couple.limits import TEXT_BYTES_MAX
from troth_couple.things import BECAME, Stage
from troth_wire import codec
from troth_wire.errors import MalformedError

__all__ = ["Alone", "alone_card", "gone", "kept", "row_of", "stage_of", "text_of"]

ID_BYTES: Final = 16
BECOMES: Final = {"practice": "keep_or_drop", "event": "came"}
"""By kind, the act whose words say what becomes of such a thing between two; alone the same words are kept."""
ROW_BYTES_MAX: Final = 4 * TEXT_BYTES_MAX
"""The kind with the most texts has three."""
_BECAME_MAX: Final = 255


def _any(item: object) -> Any:
    """Accept whatever the codec knows; the kind's own row judges it."""
    return item


_ROW: Final = codec.fields(codec.natural(65_535), DAY, codec.natural(_BECAME_MAX), _any)


@dataclass(frozen=True, slots=True, repr=False)
class Alone:
    """One thing of one's own alone.

    Attributes:
        id: 16 random bytes.
        kind: The name of its kind, as what two share has them.
        day: When it was written.
        fields: What it says.
        became: What became of it, by the number of a word of its kind; 0 for nothing yet.
    """

    id: bytes
    kind: str
    day: Day
    fields: Mapping[str, Any]
    became: int = 0


def row_of(one: Alone) -> Row:
    """Return the row that keeps a thing, in place of what it said before.

    Raises:
        MalformedError: If it does not fit its kind.
    """
    kind = BY_NAME[one.kind]
    body = [int(value) if isinstance(value, IntEnum) else value for value in map(one.fields.get, kind.places)]
    kind.check(body)
    return Row(ALONE_TABLE, one.id, codec.pack([kind.number, one.day, one.became, body]))


def gone(one: Alone) -> Row:
    """Return the row that lets a thing go."""
    return Row(ALONE_TABLE, one.id, None)


def kept(rows: Mapping[bytes, bytes], *kinds: str) -> list[Alone]:
    """Return the things of some kinds, or of all, by day; what a newer release wrote is kept and not shown."""
    found = [one for key, value in rows.items() if (one := _read(key, value)) and (one.kind in kinds or not kinds)]
    return sorted(found, key=lambda one: (one.day, one.id))


def alone_card(one: Alone, *, letters: int | None = PREVIEW_LETTERS_MAX, whole: bool = False) -> Result:
    """Return the card of a thing, which says that it is one's own alone."""
    lines = lines_of(one.kind, one.fields.get, lambda text: preview(shown(text), letters), whole=whole)
    return {
        "title": tell(f"alone.{one.kind}", day=one.day),
        "lines": [*lines, *([say(key_of(stage_of(one)))] if one.became else []), tell("card.alone")],
        "id": one.id.hex(),
        "kind": one.kind,
        "mine": True,
        "alone": True,
        "day": one.day,
        "stage": "alone",
    }


def text_of(one: Alone) -> str:
    """Return all that a thing says as a text, for a file of one's own."""
    card = alone_card(one, letters=None, whole=True)
    return "\n".join([card["title"], *card["lines"][:-1]])


def stage_of(one: Alone) -> Stage:
    """Return where a thing stands by its owner's word, in the words for what two share."""
    first = Stage(BY_NAME[one.kind].first)
    return BECAME[BECOMES[one.kind]].get(one.became, first) if one.kind in BECOMES else first


def _read(key: bytes, value: bytes) -> Alone | None:
    try:
        number, day, became, body = codec.decode(value, _ROW, bytes_max=ROW_BYTES_MAX)
        kind = KINDS[number]
        said = kind.check(body)
    except (KeyError, MalformedError):
        return None
    return Alone(key, kind.name, day, dict(zip(kind.places, said, strict=True)), became)
