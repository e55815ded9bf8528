"""The verdict on a change: a pure function of it and its causal past, never of arrival order; never an exception.

Every device judges alike, or honest documents part; so the rules have a version, and recorded verdicts hold them.
"""

from dataclasses import dataclass
from typing import Final

from troth.guard.change import Change, read
from troth.guard.past import Accepted, Past
from troth.guard.placing import place
from troth.guard.reasons import Refused, UnfitError
from troth_wire.ids import ActorId, ChangeHash

__all__ = ["RULES", "Verdict", "Wait", "judge", "weigh"]

RULES: Final = 1
"""The version of these rules; records say under which one their changes were made."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The verdict on a change whose past is not all here."""

    missing: frozenset[ChangeHash]


Verdict = Accepted | Wait | Refused
"""To be applied, to be judged again later, or refused for good."""


def judge(raw: bytes, *, past: Past, actor: ActorId) -> Verdict:
    """Judge a change.

    Args:
        raw: The change as it arrived.
        past: The accepted changes of the document; only those that the change builds on count.
        actor: The only actor under which its author may write.
    """
    change = read(raw)
    return change if isinstance(change, Refused) else weigh(change, past=past, actor=actor)


def weigh(change: Change, *, past: Past, actor: ActorId) -> Verdict:
    """Judge a change that has been read."""
    if change.actor != actor:
        return Refused.ACTOR
    missing = past.missing(change)
    if missing:
        return Wait(missing)
    horizon = past.horizon(change)
    if change.sequence != horizon.own + 1:
        return Refused.SEQUENCE
    if change.start_op != horizon.last_op + 1:
        return Refused.START
    try:
        return place(change, past, horizon)
    except UnfitError as unfit:
        return unfit.reason
