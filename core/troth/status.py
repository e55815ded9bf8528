"""Why something is not synced: a plain answer for this device, and nothing about the other person's."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from troth_wire.ids import DeviceId, DocumentId
from troth_wire.said import Said, plural

__all__ = ["Item", "Status"]

ON_ITS_WAY: Final = Said("it is on its way")
NO_CONNECTION: Final = Said("there is no connection")
DISPUTED: Final = Said(
    "The relay or a device shows another history. Both sides of it are kept."
    " So does a relay that was restored, or that deleted what nobody had used for long."
)
ELSEWHERE: Final = plural(
    "{count} record was written with this device's key, elsewhere: restored, copied, or not by you?",
    "{count} records were written with this device's key, elsewhere: restored, copied, or not by you?",
)
FORKS: Final = plural(
    "In {count} place of its chain a device wrote two records. Both are kept.",
    "In {count} places of its chain a device wrote two records. Both are kept.",
)
LEAVING: Final = Said("You are leaving this space. Nothing is written in it any more.")
ENDED: Final = Said("This space was ended. It stays readable here, and nothing new is shared in it.")
STUCK: Final = Said(
    "Nothing here is lost, and another device has to change the key of this space: this one can not."
    " Let one that belongs here reach the relay, and this one goes on."
)
REMOVED: Final = Said("This device was removed from this space. It keeps what it has, and nothing new arrives.")
APART: Final = plural(
    "Nothing here is lost. This device can not exchange changes of who belongs directly with {count} other device."
    " If they do not come to show the same, let a third device of this space reach the relay.",
    "Nothing here is lost. This device can not exchange changes of who belongs directly with {count} other devices."
    " If they do not come to show the same, let a third device of this space reach the relay.",
)
LOST: Final = plural(
    "{count} does not count: its author, or that of something it builds on, wrote two in one place.",
    "{count} do not count: their author, or that of something they build on, wrote two in one place.",
)
LACKING: Final = plural(
    "{count} that this device holds was not in the checkpoint there. It brings it along.",
    "{count} that this device holds were not in the checkpoint there. It brings them along.",
)
RENEWED: Final = plural(
    "{count} of your changes was made anew, since what it was built on does not count.",
    "{count} of your changes were made anew, since what they were built on does not count.",
)
PARKED: Final = plural("{count} waits: {reason}.", "{count} wait: {reason}.")
HELD: Final = plural("{count} does not count: {reason}.", "{count} do not count: {reason}.")
STAYS: Final = plural(
    "{count} was not sent before that, and stays here.", "{count} were not sent before that, and stay here."
)
UNDER_WAY: Final = plural("{count} is on its way to the relay.", "{count} are on their way to the relay.")
UNSENT: Final = plural(
    "{count} has not reached the relay: {reason}. Nothing is lost meanwhile.",
    "{count} have not reached the relay: {reason}. Nothing is lost meanwhile.",
)
UNREACHED: Final = Said("Nothing comes from the relay: {reason}. What others write is read here once it does.")
READING: Final = Said("What the relay holds is being read.")
IN_PLACE: Final = Said("Everything here has reached the relay, and everything there has been read.")


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
        return ON_ITS_WAY if self.connected else NO_CONNECTION

    def sentences(self) -> tuple[str, ...]:
        """Return the answer in plain sentences, the most urgent first."""
        lines = [
            *([DISPUTED] if self.disputed else []),
            *_counted(ELSEWHERE, self.elsewhere),
            *_counted(FORKS, self.forks),
            *([LEAVING] if self.leaving else []),
            *([ENDED] if self.ended else []),
            *([STUCK] if self.stuck else []),
            *([REMOVED] if self.removed else []),
            *([self._waiting()] if self.waiting else []),
            *_counted(APART, len(self.apart)),
            *_counted(LOST, self.lost),
            *_counted(LACKING, self.lacking),
            *_counted(RENEWED, self.renewed),
            *(PARKED.format(count=count, reason=Said.of(reason)) for reason, count in sorted(self.parked.items())),
            *(HELD.format(count=count, reason=Said.of(reason)) for reason, count in sorted(self.held.items())),
        ]
        return tuple(lines) or (self._calm(),)

    def _calm(self) -> Said:
        """What is said where nothing waits: of what others wrote nobody knows who has not read to the end."""
        if self.connected and self.caught_up:
            return IN_PLACE
        if self.connected and not self.refused:
            return READING
        return UNREACHED.format(reason=self.why)

    def _waiting(self) -> Said:
        if (self.ended or self.removed) and self.connected:
            return STAYS.format(count=self.waiting)
        if self.connected and not self.refused:
            return UNDER_WAY.format(count=self.waiting)
        return UNSENT.format(count=self.waiting, reason=self.why)


def _counted(sentence: Said, count: int) -> list[Said]:
    return [sentence.format(count=count)] if count else []
