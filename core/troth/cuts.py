"""Cuts: how much of what a revoked device wrote is kept (specs/document.md, Cuts)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.record import Tip
from troth_wire.ids import OperationId, RecordId

__all__ = ["Cut", "reach", "ruling"]


@dataclass(frozen=True, slots=True)
class Cut:
    """What one revocation keeps of its victim's records: each of these tips, and what is before it in its chain.

    Attributes:
        operation: The revocation.
        by_words: Whether the recovery words signed it.
        tips: At most one for an incarnation; of an incarnation without one, nothing is kept.
    """

    operation: OperationId
    by_words: bool
    tips: tuple[Tip, ...]


def ruling(cuts: Iterable[Cut]) -> Cut:
    """Return which of several cuts of one device counts: one by the recovery words, else the smallest hash."""
    return min(cuts, key=lambda cut: (not cut.by_words, cut.operation))


def reach(cut: Cut, before: Mapping[RecordId, RecordId | None]) -> frozenset[RecordId]:
    """Return the records at or below a cut, also those that are named and not here.

    By the chain and not by number: of two records in one place, the one that the cut does not lead to is beyond it.

    Args:
        cut: The cut.
        before: The record before each that is here.
    """
    found: set[RecordId] = set()
    for tip in cut.tips:
        at: RecordId | None = tip.record
        while at is not None and at not in found:
            found.add(at)
            at = before.get(at)
    return frozenset(found)
