"""Answers that open together: each seals a hash first, and nothing is shown before both have sealed and opened.

A known limit, told to both: whoever opens while the other's device is already opening too may be read first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from troth import crypto
from troth_couple.entry import Entry
from troth_wire.ids import PersonId

__all__ = ["Opened", "opened", "seal"]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the two answers came to."""

    opened: Mapping[PersonId, str] = field(default_factory=dict)
    """Both answers, or none."""
    altered: frozenset[PersonId] = frozenset()
    """Who sealed twice, or opened something else than was sealed."""


def seal(salt: bytes, text: str) -> bytes:
    """Return the hash that commits to an answer; the salt is 16 random bytes."""
    return crypto.digest(b"troth/answer", salt + text.encode())


def opened(entries: Sequence[Entry], persons: Sequence[PersonId]) -> Opened:
    """Compare what was sealed with what was opened, for each person."""
    sealed = {person: {act.said("hash") for act in entries if _by(act, "seal", person)} for person in persons}
    shown = {person: {_text(act) for act in entries if _by(act, "reveal", person)} for person in persons}
    altered = frozenset(
        person for person in persons if len(sealed[person]) > 1 or _differs(shown[person], sealed[person])
    )
    if altered or not all(sealed[person] and shown[person] for person in persons):
        return Opened({}, altered)
    return Opened({person: next(iter(shown[person]))[1] for person in persons}, altered)


def _differs(shown: set[tuple[bytes, str]], sealed: set[bytes]) -> bool:
    """Tell whether something else was opened than sealed; where no seal is here yet, nobody knows."""
    return bool(sealed) and any(seal(*answer) not in sealed for answer in shown)


def _by(act: Entry, name: str, person: PersonId) -> bool:
    return act.name == name and act.person == person


def _text(act: Entry) -> tuple[bytes, str]:
    return act.said("salt"), act.said("text")
