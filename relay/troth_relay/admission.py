"""Who may store how much, as pure decisions; the quota itself is judged in the transaction that appends.

A pass is compared with every pass of the relay, in the same time whatever the outcome.
"""

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from typing import Final

from troth_relay import limits
from troth_wire.ids import MailboxId
from troth_wire.limits import (
    ENVELOPE_BYTES_MAX,
    INVITATION_LIFE_S,
    MEETING_BYTES_MAX,
    MEETING_LIFE_S,
    RENDEZVOUS_LIFE_S,
    RENDEZVOUS_RECORD_BYTES,
    RENDEZVOUS_RECORDS_MAX,
)
from troth_wire.messages import MailboxKind

__all__ = [
    "BRIEF_RATE",
    "CREATION_RATE",
    "LINE_RATE",
    "LINK_BRIEF_RATE",
    "PAIRS",
    "Bucket",
    "Idle",
    "Policy",
    "Rate",
    "admits",
    "cost",
    "end",
    "fits",
    "give_back",
    "is_full",
    "pass_hash",
    "room",
    "spend",
]


@dataclass(frozen=True, slots=True)
class Rate:
    """So much at once, and so much each second."""

    per_s: float
    burst: float

    def part(self, percent: int) -> "Rate":
        """Return what one of those has who share it, where nobody may take all."""
        return Rate(self.per_s * percent / 100, max(1, self.burst * percent / 100))


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left of a rate at one moment of the monotonic clock."""

    tokens: float
    at_s: float


CREATION_RATE: Final = Rate(per_s=limits.CREATIONS_PER_S, burst=limits.CREATIONS_BURST)
BRIEF_RATE: Final = Rate(per_s=limits.BRIEF_PER_S, burst=limits.BRIEF_BURST)
LINK_BRIEF_RATE: Final = Rate(per_s=1 / limits.LINK_BRIEF_S, burst=limits.LINK_BRIEF_BURST)
LINE_RATE: Final = Rate(per_s=1 / limits.LINE_OPENING_S, burst=limits.LINE_BURST)
PAIRS: Final = frozenset({MailboxKind.RENDEZVOUS, MailboxKind.INVITATION})
"""Where two links meet at a time, and every record has one size."""
LIVES: Final = {
    MailboxKind.RENDEZVOUS: (RENDEZVOUS_LIFE_S, limits.RENDEZVOUS_STEP_S),
    MailboxKind.INVITATION: (INVITATION_LIFE_S, limits.INVITATION_STEP_S),
    MailboxKind.MEETING: (MEETING_LIFE_S, limits.MEETING_STEP_S),
}
"""How long a brief mailbox lives, and to how many seconds its end is rounded up."""


@dataclass(frozen=True, slots=True)
class Idle:
    """After how many days of service without use a line is counted as dormant, and after how many it is deleted."""

    dormant_days: int
    delete_days: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator allows."""

    quota_bytes: int = limits.QUOTA_BYTES
    rate: Rate = Rate(per_s=limits.RATE_BYTES_PER_S, burst=limits.RATE_BURST_BYTES)
    creation_rate: Rate = CREATION_RATE
    brief_rate: Rate = BRIEF_RATE
    envelope_bytes_max: int = ENVELOPE_BYTES_MAX
    followers_max: int = limits.FOLLOWERS_MAX
    closed_log_days: int = limits.CLOSED_LOG_DAYS
    idle: Idle | None = None
    """None: nothing is deleted because nobody uses it, and nothing is noted for that."""
    passes: frozenset[bytes] = frozenset()
    """Hashes of passes that count always; none at all: everyone may create, if it is not closed."""
    closed: bool = False
    """Whether who has none of those needs a pass that the store knows."""
    allowed: frozenset[MailboxId] | None = None
    """The mailboxes that may begin a line, and then no pass does; None: there is no such list."""

    @property
    def is_open(self) -> bool:
        """Whether everybody may begin a line."""
        return not (self.passes or self.closed or self.allowed is not None)


def spend(bucket: Bucket | None, amount: float, *, rate: Rate, now: float) -> tuple[Bucket, int]:
    """Take an amount, if it is there.

    Returns:
        The bucket afterwards, and 0 or after how many whole seconds the amount will be there.
    """
    tokens = _refilled(bucket, rate=rate, now=now)
    if amount <= tokens:
        return Bucket(tokens - amount, now), 0
    return Bucket(tokens, now), max(1, ceil((amount - tokens) / rate.per_s))


def give_back(bucket: Bucket | None, amount: float, *, rate: Rate) -> Bucket | None:
    """Return what was taken for nothing."""
    return None if bucket is None else Bucket(min(rate.burst, bucket.tokens + amount), bucket.at_s)


def is_full(bucket: Bucket, *, rate: Rate, now: float) -> bool:
    """Tell whether forgetting the bucket would change nothing."""
    return _refilled(bucket, rate=rate, now=now) >= rate.burst


def _refilled(bucket: Bucket | None, *, rate: Rate, now: float) -> float:
    if bucket is None:
        return rate.burst
    # A clock that stands still or steps back refills nothing.
    return min(rate.burst, bucket.tokens + max(0.0, now - bucket.at_s) * rate.per_s)


def cost(envelopes: Collection[bytes]) -> int:
    """Return what envelopes cost in quota and rate, in bytes."""
    return sum(map(len, envelopes)) + len(envelopes) * limits.ENTRY_OVERHEAD_BYTES


def fits(envelopes: Iterable[bytes], *, kind: MailboxKind, policy: Policy) -> bool:
    """Tell whether each envelope has a size that this relay takes in a mailbox of this kind."""
    if kind in PAIRS:
        return all(len(envelope) == RENDEZVOUS_RECORD_BYTES for envelope in envelopes)
    return all(len(envelope) <= policy.envelope_bytes_max for envelope in envelopes)


def room(kind: MailboxKind, *, policy: Policy) -> int:
    """Return the quota of a mailbox in bytes; records of one size make it a number of records."""
    if kind in PAIRS:
        return RENDEZVOUS_RECORDS_MAX * (RENDEZVOUS_RECORD_BYTES + limits.ENTRY_OVERHEAD_BYTES)
    return MEETING_BYTES_MAX if kind is MailboxKind.MEETING else policy.quota_bytes


def end(kind: MailboxKind, *, now_s: int) -> int:
    """Return when a brief mailbox made now ends, in whole steps of seconds since 1970."""
    life_s, step_s = LIVES[kind]
    return ceil((now_s + life_s) / step_s) * step_s


def pass_hash(secret: bytes) -> bytes:
    """Return what the relay keeps of a pass."""
    return blake2b(secret, digest_size=32, person=b"troth/pass").digest()


def admits(policy: Policy, secret: bytes) -> bool:
    """Tell whether this pass may create a mailbox, without asking the store."""
    offered = pass_hash(secret)
    found = [hmac.compare_digest(offered, known) for known in policy.passes]
    return any(found) or not (policy.passes or policy.closed)
