"""What becomes of an entry that does not count, as a word and a reason; it is kept and named all the same."""

from dataclasses import dataclass
from enum import Enum

from troth_couple.entry import Entry

__all__ = ["Held", "Reason"]


class Reason(Enum):
    """Why an entry does not count, for a reader."""

    NO_ENTRY = "not an entry at all"
    WRONG_KEY = "stands under a key that is not its hash"
    MALFORMED = "not in the form of an entry"
    NEWER_FORMAT = "written in a format of a newer version"
    NEWER_KIND = "of a kind that a newer version knows"
    UNKNOWN_DEVICE = "from a device that does not belong to this space"
    OTHER_PERSON = "claims to be another person's"
    FORGED = "the signature does not fit"
    OTHER_CHAPTER = "belongs to another chapter"
    UNCONFIRMED = "a commitment of a device that is not confirmed yet"
    BEYOND_CUT = "written with a device after it was removed"
    DISOWNED = "its person says: that was not me"
    NOT_YOURS = "acts on what is another person's"
    NOT_SUCH = "acts on what its kind is never about"
    WAITS = "what it is about is not here yet"
    NO_EFFECT = "there is nothing here that it could act on"


@dataclass(frozen=True, slots=True)
class Held:
    """An entry, or what stands in its place, that does not count."""

    key: str
    """The key in the document, as it stands there."""
    reason: Reason
    entry: Entry | None = None
    """The entry, where it could be read."""
    verified: bool = False
    """Whether its signature fits, so that its author is known."""
