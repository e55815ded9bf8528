"""Why a change is refused, for good: one reason for each kind of harm, and one exception inside these walls."""

from enum import Enum

from troth_wire.said import Said

__all__ = ["Refused", "UnfitError"]


class Refused(Enum):
    """Why a change is refused, for good."""

    FORM = Said("not a well-formed change")
    SIZE = Said("larger than a change may be")
    CHECKSUM = Said("its checksum or hash does not fit")
    EXTRA = Said("carries a time, a message or bytes that belong to no column")
    ACTOR = Said("made under another actor than its author's")
    COLUMN = Said("uses a column that is not allowed")
    ACTION = Said("does something that no edit does")
    VALUE = Said("holds a value that no edit makes")
    COUNT = Said("holds more operations or predecessors than a change may")
    SEQUENCE = Said("its sequence does not follow its author's last change in its past")
    START = Said("its first operation is not the next one after its past")
    OPERATION = Said("holds an operation that can not stand as it is written")
    REFERENCE = Said("refers to what is not in its past, or is of another kind")
    SLOT = Said("replaces what stands in another place")


class UnfitError(Exception):
    """Ends the reading of a change; `verdict` turns it into its reason, and nobody outside sees it."""

    def __init__(self, reason: Refused) -> None:
        super().__init__(reason)
        self.reason = reason
