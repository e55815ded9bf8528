"""Who belongs to a space, as the operations say it: the devices, what is cut off, the epoch (specs/membership.md).

Persons are fixed at genesis, and nobody can add or remove a device for the other. `roll` makes these values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from troth.cuts import Cut
from troth.epochs import Announcement
from troth.keys import Card
from troth.standing import Current
from troth_wire.errors import UsageError
from troth_wire.ids import DeviceId, OperationId, PersonId, SpaceId
from troth_wire.limits import HEADER_HEADS_MAX
from troth_wire.said import Said

__all__ = ["Members"]

REMOVED: Final = Said("this device was removed; what it holds can be read here, and nothing new is shared")
LEFT: Final = Said("this space was left; what is in it can be read here, and nothing new is shared")

_NOBODY: Final[Mapping[DeviceId, tuple[OperationId, ...]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The state that a set of operations gives."""

    space: SpaceId
    cards: Mapping[DeviceId, Card]
    """Every device and every set of recovery words that was ever introduced, so that what they signed can be read."""
    person_of: Mapping[DeviceId, PersonId]
    """Whose each of them is, also after it was removed."""
    active: frozenset[DeviceId]
    """The devices that belong now and may write."""
    words: Mapping[PersonId, DeviceId]
    """The recovery words in force, which may read."""
    weak: frozenset[DeviceId]
    """Whatever is, or was, recovery words: it may sign some operations and write nothing else."""
    confirmed: frozenset[DeviceId]
    """The devices whose commitments count, removed ones too: the others came by recovery words alone."""
    vouched: Mapping[OperationId, PersonId]
    """What recovery words confirmed, and stands, and for whom: who is asked to rely on it compares the number again."""
    cuts: Mapping[DeviceId, Cut]
    """Every device that was introduced and does not belong now, and how far its word goes all the same.

    Of a device that was never rightly added, no record counts: its cut has no tips, and names what introduced it.
    """
    split: bool
    """Whether one of the two has ended the space."""
    heads: tuple[OperationId, ...]
    """Operations that were authorised and that no other such names, ascending."""
    authorised: frozenset[OperationId]
    """The operations that were authorised at their own heads, the genesis among them."""
    voided: Mapping[OperationId, str]
    """Those of them that have no effect all the same, and why."""
    refused: Mapping[OperationId, str]
    """The operations that count nowhere, and why."""
    last: Mapping[DeviceId, tuple[OperationId, ...]]
    """Each author's last operations, one unless they branch; of many, first those that lead to most of its chain."""
    highest: int
    """The highest generation of the epochs that count."""
    current: Current | None
    """The epoch that exactly those may read who belong; None if there is none, so that somebody has to rotate."""
    announced: tuple[tuple[OperationId, Announcement], ...]
    """Every epoch that was valid at its own heads, or shared there, the genesis's first."""
    named: Mapping[DeviceId, tuple[OperationId, ...]] = field(default_factory=lambda: _NOBODY)
    """Which heads an author names, where there are more than a header holds."""

    @property
    def rotate_needed(self) -> bool:
        """Whether a new epoch is due, because those who may read are not exactly those who belong."""
        return self.current is None and not self.split

    @property
    def recipients(self) -> tuple[Card, ...]:
        """The cards of all who may read, ascending by device: active devices and recovery words in force."""
        return tuple(self.cards[device] for device in sorted({*self.active, *self.words.values()}))

    def devices(self, person: PersonId) -> frozenset[DeviceId]:
        """Return a person's devices that belong now."""
        return frozenset(device for device in self.active if self.person_of[device] == person)

    def person(self, device: DeviceId) -> PersonId:
        """Return whose device it is.

        Raises:
            UsageError: If it is no device of the space, as far as the operations known here say.
        """
        if device in self.active or device in self.words.values():
            return self.person_of[device]
        if device in self.cuts:
            raise UsageError(REMOVED)
        raise UsageError(Said("this device has not read yet that it was added; let it catch up first"))

    def check_writer(self, device: DeviceId) -> None:
        """Refuse a device whose words nobody here would count: better said at once than found out later.

        A device that has not read yet that it was added may write.

        Raises:
            UsageError: If it was removed, or the space was left.
        """
        if self.split:
            raise UsageError(LEFT)
        if device in self.cuts:
            raise UsageError(REMOVED)

    def heads_for(self, author: DeviceId) -> tuple[OperationId, ...]:
        """Return the heads that an author names, ascending: no more than a header may, those that know it first.

        Whoever makes many operations at once must not be able to make what others write after them malformed.
        """
        return self.named.get(author, self.heads[:HEADER_HEADS_MAX])
