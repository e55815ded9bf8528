"""What a row of the table of kinds says: the fields of an entry, who may write it, and how such a thing stands."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cached_property

from troth_wire import codec
from troth_wire.codec import Check

__all__ = ["Field", "Kind", "Weight", "Who"]


class Weight(IntEnum):
    """How careful an entry makes the state, and so which key signs it."""

    PLAIN = 0
    CAUTION = 1
    COMMITMENT = 2


class Who(Enum):
    """Whose thing an act may be about."""

    OWN = "the author's own"
    OTHER = "the other person's"
    EITHER = "either person's"
    OURS = "the author's own, or either's where it is to be both persons'"


@dataclass(frozen=True)
class Field:
    """One place in the body of an entry."""

    name: str
    check: Check


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One row of the table."""

    number: int
    name: str
    begins: bool = False
    """Whether it begins a thing of its author's own; an entry about such a thing amends it."""
    weight: Weight = Weight.PLAIN
    fields: tuple[Field, ...] = ()
    about: frozenset[str] = frozenset()
    """The names of the kinds that an act of this kind may be about."""
    who: Who = Who.OWN
    first: str = "said"
    """The word for where such a thing stands before anything happened to it."""
    fixed: bool = False
    """Whether it is never amended: what it says is changed by acts of its own, or by another thing in its place."""
    ours: str | None = None
    """The field that says whether the thing is both persons' and so needs both assents."""
    joint: bool = False
    """Whether the thing is always both persons'."""
    settled: bool = False
    """Whether it is closed when both say so, and open again as soon as either does."""
    movable: bool = False
    """Whether either may move it to another time."""
    until: str | None = None
    """The field with the last day on which the thing is shown."""
    days_max: int = 0
    """For how many days after it was written it is shown at most, whatever that field says; 0: as long as it says."""
    apart: bool = False
    """Whether it is shown to its author alone; of both persons' one shows what both chose, and keeps no history."""
    sealed: bool = False
    """Whether the other sees that it is there, and its words once they chose to open it; then it is offered once, and
    never said anew in another chapter."""
    beside: bool = False
    """Whether what such an act says stands beside the thing, each person's words as they said them last."""
    views: tuple[str, ...] = ()

    @property
    def by_both(self) -> bool:
        """Whether such a thing can be both persons', by consent."""
        return self.ours is not None or self.joint

    @property
    def moves(self) -> bool:
        """Whether such a thing may change with the day, or with what is on hold."""
        return self.by_both or self.until is not None

    @cached_property
    def places(self) -> dict[str, int]:
        """Where in the body each field stands."""
        return {field.name: place for place, field in enumerate(self.fields)}

    @cached_property
    def check(self) -> Check:
        """The shape of the body."""
        return codec.fields(*(field.check for field in self.fields))
