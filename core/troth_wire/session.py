"""The states of one mailbox on one link; a missing entry of the table is the error.

Both sides walk the same table, the client with what it sends and receives, the relay with what it receives and sends.
"""

from enum import Enum
from typing import Any, Final

from troth_wire.errors import MalformedError
from troth_wire.messages import (
    Close,
    Closed,
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    Message,
    Prove,
    Push,
    Reason,
    Refuse,
    Stored,
)

__all__ = ["NEXT", "REFUSED", "State", "step"]


class State(Enum):
    """Where a mailbox stands on a link."""

    CONNECTED = "connected"
    """The link is up; the relay has not spoken."""
    GREETED = "greeted"
    """The challenge is known; nothing is proven for this mailbox."""
    PROVING = "proving"
    """The proof is on its way."""
    UNKNOWN = "unknown"
    """The proof was good; there is no such mailbox, or no place in it."""
    CREATING = "creating"
    """The request to open the mailbox is on its way."""
    PROVEN = "proven"
    """The mailbox may be used."""
    ASKING = "asking"
    """The request to follow is on its way."""
    FOLLOWING = "following"
    """Entries flow both ways."""
    ENDED = "ended"
    """The log is closed; nothing follows but refusals of what was under way."""


NEXT: Final[dict[tuple[State, type[Any]], State]] = {
    (State.CONNECTED, Hello): State.GREETED,
    (State.GREETED, Prove): State.PROVING,
    (State.PROVING, Head): State.PROVEN,
    (State.PROVING, Closed): State.ENDED,
    (State.UNKNOWN, Prove): State.PROVING,
    (State.UNKNOWN, Create): State.CREATING,
    (State.CREATING, Head): State.PROVEN,
    (State.CREATING, Closed): State.ENDED,
    (State.PROVEN, Create): State.CREATING,
    (State.PROVEN, Follow): State.ASKING,
    (State.ASKING, Head): State.FOLLOWING,
    (State.FOLLOWING, Push): State.FOLLOWING,
    (State.FOLLOWING, Deliver): State.FOLLOWING,
    (State.FOLLOWING, Stored): State.FOLLOWING,
    (State.FOLLOWING, Refuse): State.FOLLOWING,
    (State.FOLLOWING, Close): State.FOLLOWING,
    (State.FOLLOWING, Closed): State.ENDED,
    (State.ENDED, Push): State.ENDED,
    (State.ENDED, Close): State.ENDED,
    (State.ENDED, Refuse): State.ENDED,
}
"""(state, message) → state, for every message but the refusals below."""

REFUSED: Final[dict[tuple[State, Reason], State]] = {
    (State.PROVING, Reason.UNKNOWN_MAILBOX): State.UNKNOWN,
    (State.PROVING, Reason.BAD_PROOF): State.GREETED,
    (State.PROVING, Reason.BUSY): State.GREETED,
    (State.PROVING, Reason.RATE): State.GREETED,
    (State.PROVING, Reason.TAKEN): State.UNKNOWN,
    (State.CREATING, Reason.BAD_PASS): State.UNKNOWN,
    (State.CREATING, Reason.QUOTA): State.UNKNOWN,
    (State.CREATING, Reason.RATE): State.UNKNOWN,
    (State.CREATING, Reason.BUSY): State.UNKNOWN,
    (State.CREATING, Reason.TAKEN): State.GREETED,
    (State.CREATING, Reason.UNSPONSORED): State.UNKNOWN,
    (State.CREATING, Reason.UNKNOWN_KIND): State.UNKNOWN,
    (State.ASKING, Reason.ROLLED_BACK): State.PROVEN,
    (State.ASKING, Reason.BUSY): State.PROVEN,
    (State.ASKING, Reason.EXPIRED): State.GREETED,
}
"""(state, reason) → state, for a refusal before entries flow."""


def step(state: State, message: Message) -> State:
    """Return the state after a message.

    Raises:
        MalformedError: If the message does not belong in this state.
    """
    after = NEXT.get((state, type(message)))
    if after is None and isinstance(message, Refuse):
        after = REFUSED.get((state, message.reason))
    if after is None:
        raise MalformedError(f"{type(message).__name__} does not belong in the state '{state.value}'")
    return after
