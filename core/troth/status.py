"""Why something is not synced: a plain answer for this device, and nothing about the other person's."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from troth_wire.ids import DeviceId, DocumentId

__all__ = ["Item", "Status"]

DISPUTED: Final = (
    "The relay or a device shows another history. Both sides of it are kept."
    " So does a relay that was restored, or that deleted what nobody had used for long."
)
STUCK: Final = (
    "Nothing here is lost, and another device has to change the key of this space: this one can not."
    " Let one that belongs here reach the relay, and this one goes on."
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was written here and that the log has not shown.

    Attributes:
        document: Which document it is in; None for a change of who belongs.
        sequence: Its place among what this device wrote.
    """

    document: DocumentId | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Status:
    """What waits where, and why.

    Attributes:
        connected: Whether there is a link to the relay.
        caught_up: Whether everything in the mailbox was read.
        waiting: Own records that the log has not shown yet.
        waiting_bytes: Their size on the wire.
        refused: Why the relay does not take them, if it said so.
        read: The last position that was read.
        parked: What can not be judged yet, counted by reason.
        held: What was judged and does not count, counted by reason.
        disputed: How often the relay or a device showed another history.
        elsewhere: Records of this device that its vault did not write.
        forks: Places in a device's chain that hold two records.
        stuck: Whether the key has to be changed before this device can send, and only another device can do it.
        apart: Other devices with which this one can not exchange changes of who belongs directly: the relay does not
            serve the mailbox of these two, or somebody closed it.
        lost: Changes that do not stand, because another does in their place or in that of one they build on.
        renewed: Changes of this device that were made anew, because they had fallen.
        lacking: Entries of others that a log which begins with a checkpoint has not shown, after their turn.
        ended: Whether the space was ended, by whomever.
        removed: Whether this device was removed from the space.
        leaving: Whether this person is leaving, and nobody was told yet.
        items: What waits, one by one, in the order in which it was written.
        own: This person's other devices, and how many entries each had not read when it last wrote; None where
            nothing tells.
    """

    connected: bool
    caught_up: bool
    waiting: int
    waiting_bytes: int
    refused: str | None
    read: int
    parked: Counter[str]
    held: Counter[str]
    disputed: int
    elsewhere: int
    forks: int
    stuck: bool = False
    apart: frozenset[DeviceId] = frozenset()
    lost: int = 0
    renewed: int = 0
    lacking: int = 0
    ended: bool = False
    removed: bool = False
    leaving: bool = False
    items: tuple[Item, ...] = ()
    own: Mapping[DeviceId, int | None] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """Why what waits has not reached the relay, as the end of a sentence."""
        if self.refused:
            return self.refused
        return "it is on its way" if self.connected else "there is no connection"

    def sentences(self) -> tuple[str, ...]:
        """Return the answer in plain sentences, the most urgent first."""
        lines = []
        if self.disputed:
            lines.append(DISPUTED)
        if self.elsewhere:
            lines.append(
                f"{self.elsewhere} records were written with this device's key, elsewhere:"
                " restored, copied, or not by you?"
            )
        if self.forks:
            lines.append(f"In {self.forks} places of its chain a device wrote two records. Both are kept.")
        if self.leaving:
            lines.append("You are leaving this space. Nothing is written in it any more.")
        if self.ended:
            lines.append("This space was ended. It stays readable here, and nothing new is shared in it.")
        if self.stuck:
            lines.append(STUCK)
        if self.removed:
            lines.append("This device was removed from this space. It keeps what it has, and nothing new arrives.")
        if self.waiting:
            lines.append(self._waiting())
        if self.apart:
            lines.append(self._apart())
        lines += [f"{count} {what}" for count, what in self._fallen() if count]
        lines += [
            f"{count} {_verb(count, 'waits', 'wait')}: {reason}." for reason, count in sorted(self.parked.items())
        ]
        lines += [
            f"{count} {_verb(count, 'does', 'do')} not count: {reason}." for reason, count in sorted(self.held.items())
        ]
        return tuple(lines) or ("Everything here has reached the relay, and everything there has been read.",)

    def _fallen(self) -> tuple[tuple[int, str], ...]:
        return (
            (self.lost, "do not count: their author, or that of something they build on, wrote two in one place."),
            (self.lacking, "that this device holds were not in the checkpoint there. It brings them along."),
            (self.renewed, "of your changes were made anew, since what they were built on does not count."),
        )

    def _apart(self) -> str:
        count = len(self.apart)
        return (
            "Nothing here is lost. This device can not exchange changes of who belongs directly with"
            f" {count} other {_verb(count, 'device', 'devices')}."
            " If they do not come to show the same, let a third device of this space reach the relay."
        )

    def _waiting(self) -> str:
        count = self.waiting
        if (self.ended or self.removed) and self.connected:
            said = _verb(count, "was not sent before that, and stays", "were not sent before that, and stay")
            return f"{count} {said} here."
        if self.connected and not self.refused:
            return f"{count} {_verb(count, 'is on its', 'are on their')} way to the relay."
        return f"{count} {_verb(count, 'has', 'have')} not reached the relay: {self.why}. Nothing is lost meanwhile."


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
