"""Where two devices meet alone: a small mailbox whose key only these two can derive (specs/epochs.md, Meetings).

Every operation is left there until the other shows that it knows it, so nobody else can keep it from an honest device.
"""

from troth import crypto
from troth.keys import Card, DeviceKeys, Epoch
from troth_wire.ids import SpaceId

__all__ = ["between"]


def between(mine: DeviceKeys, theirs: Card, space: SpaceId) -> Epoch:
    """Return the key of the mailbox of two devices; the other one derives the same.

    Args:
        mine: This device.
        theirs: The other one, whose box key was checked when its card was read.
        space: In which they meet.
    """
    shared = crypto.agree(mine.box_secret, theirs.box)
    both = b"".join(sorted((mine.device, theirs.device)))
    return Epoch(crypto.derive(shared, b"troth/meeting", space + both), meets=True)
