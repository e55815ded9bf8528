"""What `derive` needs to know of who belongs to a space: a small frozen value, built from the membership log.

Partners are equal here: nothing in this value says who began, who pays, or who is who.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NewType

from troth.crypto import digest
from troth.membership import Members
from troth_wire import codec
from troth_wire.ids import DeviceId, Incarnation, PersonId, SpaceId

__all__ = ["Cut", "EntryId", "Roster", "Standing", "Tail", "roster_of"]

EntryId = NewType("EntryId", bytes)
"""32 bytes: the hash of an entry's signed content."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The last entry of one life of a device: how many there are, and which it is."""

    sequence: int
    entry: EntryId


@dataclass(frozen=True, slots=True)
class Cut:
    """How much of a removed device's writing its removal takes in."""

    tails: Mapping[Incarnation, Tail] = field(default_factory=dict)
    """The last entry for each of its lives; of a life that is not here, nothing."""
    final: bool = False
    """Whether the recovery words removed it: then nothing beyond counts, cautions included."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose a device is, which keys it signs with, and what its word is worth."""

    person: PersonId
    everyday: bytes
    admin: bytes
    confirmed: bool = True
    """Whether commitments of this device count; cautions always do."""
    cut: Cut | None = None
    """Where its writing ends, if it was removed."""


@dataclass(frozen=True)
class Roster:
    """The devices of a space, removed ones included, and whether the space has been left."""

    space: SpaceId
    devices: Mapping[DeviceId, Standing]
    left: bool = False
    founders: frozenset[PersonId] = frozenset()
    """Persons of the genesis, who are asked even where none of their devices is here."""

    @cached_property
    def persons(self) -> tuple[PersonId, ...]:
        """Everyone whose consent an agreement needs, ascending; the order means nothing."""
        return tuple(sorted({standing.person for standing in self.devices.values()} | self.founders))

    @cached_property
    def writers(self) -> bytes:
        """A hash of whose entries can be verified: all that it takes to judge a value once more, or not."""
        known = sorted((device, one.person, one.everyday, one.admin) for device, one in self.devices.items())
        return digest(b"troth/writers", codec.pack([self.space, known]))


def roster_of(
    members: Members,
    *,
    tails: Mapping[DeviceId, Mapping[Incarnation, Tail]] | None = None,
    without: Collection[DeviceId] = (),
) -> Roster:
    """Build a roster from the evaluated membership log.

    Args:
        members: The devices that were ever added, and how far the word of removed ones goes.
        tails: For removed devices, the last entry of each life that the removal takes in: the last one that a record
            at or below the cut carries. Where the caller says nothing, nothing is taken in.
        without: Devices that were never rightly added, so that not even their cautions count.
    """
    ends = tails or {}
    devices = {}
    for device, person in members.person_of.items():
        # Recovery words sign operations and write no entries.
        if device in members.weak or device in without:
            continue
        card, cut = members.cards[device], members.cuts.get(device)
        end = Cut(ends.get(device, {}), final=cut.by_words) if cut else None
        devices[device] = Standing(person, card.everyday, card.admin, device in members.confirmed, end)
    return Roster(members.space, devices, members.split, frozenset(members.person_of.values()))
