"""Slow, pause and stop: the most careful one counts until the person who gave it releases it by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troth_couple.entry import Entry
from troth_couple.ground import Ground, disowned
from troth_couple.kinds import Level
from troth_couple.roster import EntryId
from troth_couple.verdict import Reason

__all__ = ["Signals", "signals"]


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals that nobody has released."""

    active: tuple[Entry, ...] = ()
    """The most careful first."""

    @property
    def level(self) -> Level | None:
        """The most careful of them; None where there is no signal."""
        return Level(self.active[0].said("level")) if self.active else None

    @property
    def because(self) -> tuple[EntryId, ...]:
        """The signals that the level rests on."""
        return tuple(entry.id for entry in self.active if entry.said("level") == self.level)


def signals(entries: Sequence[Entry], ground: Ground) -> tuple[Signals, Mapping[EntryId, Reason]]:
    """Work out which signals are on, from all signals and releases there are."""
    not_mine, idle = disowned(entries, ground)
    author = {entry.id: entry.person for entry in entries if entry.name == "signal"}
    released: set[EntryId] = set()
    for act in entries:
        if act.name != "release":
            continue
        named = act.said("signals")
        own = [signal for signal in named if author.get(signal) == act.person]
        if reason := ground.judge(act) or (Reason.DISOWNED if (act.person, act.id) in not_mine else None):
            idle[act.id] = reason
        elif not own:
            idle[act.id] = Reason.NOT_YOURS if any(signal in author for signal in named) else Reason.WAITS
        else:
            released.update(own)
    given = [entry for entry in entries if entry.name == "signal"]
    idle |= {entry.id: reason for entry in given if (reason := ground.judge(entry))}
    on = [entry for entry in given if entry.id not in idle and entry.id not in released]
    return Signals(tuple(sorted(on, key=lambda entry: (-entry.said("level"), entry.id)))), idle
