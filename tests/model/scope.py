"""Who takes part in an exploration, what may happen, and which rules the honest devices keep."""

from dataclasses import dataclass

from tests.model.book import NONE, Device

__all__ = ["Rules", "Scope"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The choices between which the exploration decides."""

    meet: bool = True
    """Leave every operation in the meetings of every two that may read."""
    meet_words: bool = True
    """Have meetings with recovery words in force, as with a device."""
    meet_as_before: bool = True
    """After new keys, go on with the meetings of the old ones."""
    tell_the_removed: bool = True
    """Leave its removal for a removed device as well, once what it could write in is closed."""
    look_though_removed: bool = True
    """Go on reading after one's own removal, since words may undo it."""
    read_forwards: bool = True
    leave_what_is_closed: bool = True
    """Rotate where the current mailbox was closed."""
    leave_what_is_spoiled: bool = True
    """Rotate where the wrap for this device does not open."""
    close_others: bool = True
    """Close every other mailbox towards the current one."""
    offer_again: bool = True
    """Leave one's own records in the current mailbox where they are not there, though they were acknowledged before."""
    offer_for_others: bool = True
    """And everybody else's, who may never come back."""
    wait_for_room: bool = True
    """Where the relay opens no mailbox for now, wait with the epoch that was signed, and sign no other."""
    hold_back: bool = True
    """And write nowhere until it is there."""
    doubt: bool = True
    """Let words act on heads from before what a thief signed."""
    end_with_a_split: bool = True
    """Close everything once the space was ended."""
    begin_another_line: bool = False
    """Where no more meetings are opened, rotate into a mailbox that a pass opens: it has meetings of its own."""
    leave_who_was_removed: bool = True
    """Rotate where no epoch is for exactly those who belong."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Who takes part, and what happens besides."""

    honest: tuple[tuple[Device, ...], ...]
    """The devices of each honest actor; an actor's number is its place, and the hostile one comes last."""
    hostile: Device
    founders: tuple[Device, ...]
    words: Device = NONE
    adds: tuple[int, Device] | None = None
    """An actor, and the device that it may add."""
    revokes: int = NONE
    """The actor that may remove the hostile device."""
    renews: int = NONE
    """The actor that may give its device new keys."""
    restores: int = NONE
    """The actor that may use the words."""
    parts: int = NONE
    """The actor that may end the space."""
    robs: Device = NONE
    """A device that the hostile one, whose passphrase is known, may remove."""
    drowns: int = NONE
    """The actor that may be lost for good."""
    writes: tuple[int, ...] = (0, 1)
    """Which actors write a record each."""
    backups: bool = True
    """The relay may be restored once from a backup."""
    grace: bool = True
    """Once so much time may pass that closed logs and meetings are deleted."""
    floods: bool = False
    """The hostile one may use up the meetings of the line."""
    openings: int = 8
    signed_max: int = 2
    hostile_first: bool = True
