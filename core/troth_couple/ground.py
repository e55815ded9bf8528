"""What the settling of one subject needs to know of everything else: who is who, what is on hold, which day it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from troth_couple.chains import Hold
from troth_couple.days import Day
from troth_couple.entry import Entry
from troth_couple.kinds import Weight
from troth_couple.roster import EntryId, Roster
from troth_couple.verdict import Reason
from troth_wire.ids import DeviceId, Incarnation, PersonId

__all__ = ["Ground", "disowned"]


@dataclass(frozen=True, slots=True)
class Ground:
    """The same for every subject."""

    roster: Roster
    today: Day
    holds: tuple[Hold, ...] = ()
    below: Mapping[tuple[DeviceId, Incarnation], frozenset[EntryId]] = field(default_factory=dict)
    """For each life of a removed device, the entries that its removal takes in."""
    closed: tuple[EntryId, ...] = ()
    """The assents by which both closed this chapter; none while it is open."""

    def judge(self, entry: Entry) -> Reason | None:
        """Return why an entry does not count, or None if it does.

        Cautions always count, whatever became of their device; only the recovery words end those too.
        """
        standing = self.roster.devices[entry.device]
        if self._beyond(entry) and (entry.weight != Weight.CAUTION or self.void(entry)):
            return Reason.BEYOND_CUT
        if entry.weight == Weight.COMMITMENT and not standing.confirmed:
            return Reason.UNCONFIRMED
        return None

    def void(self, entry: Entry) -> bool:
        """Tell whether nothing of an entry counts, not even what it takes back."""
        cut = self.roster.devices[entry.device].cut
        return cut is not None and cut.final and self._beyond(entry)

    def _beyond(self, entry: Entry) -> bool:
        cut = self.roster.devices[entry.device].cut
        return cut is not None and entry.id not in self.below.get((entry.device, entry.incarnation), ())


def disowned(acts: Iterable[Entry], ground: Ground) -> tuple[set[tuple[PersonId, EntryId]], dict[EntryId, Reason]]:
    """Return the commitments that their own person says were not theirs, and why other disownings do nothing."""
    here = list(acts)
    known = {act.id: act for act in here}
    found: set[tuple[PersonId, EntryId]] = set()
    idle: dict[EntryId, Reason] = {}
    for act in here:
        if act.name != "repudiate":
            continue
        named = known.get(act.said("act"))
        if reason := ground.judge(act) or _useless(act, named):
            idle[act.id] = reason
        else:
            found.add((act.person, act.said("act")))
    return found, idle


def _useless(act: Entry, named: Entry | None) -> Reason | None:
    if named is None:
        return Reason.WAITS
    if named.person != act.person:
        return Reason.NOT_YOURS
    return None if named.weight == Weight.COMMITMENT else Reason.NO_EFFECT
