"""The hashes by which a mailbox's log is known: nobody can hide, reorder or replace an entry without changing them."""

from hashlib import blake2b
from typing import Final

from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash

__all__ = ["advance", "envelope_id", "origin"]

_ENVELOPE: Final = blake2b(digest_size=32, person=b"troth/envelope")
_LOG: Final = blake2b(digest_size=32, person=b"troth/log")


def envelope_id(envelope: bytes) -> EnvelopeId:
    """Return the id of an envelope: BLAKE2b-256 of its bytes (specs/envelope.md)."""
    return EnvelopeId(_digest(_ENVELOPE, envelope))


def origin(mailbox: MailboxId, lineage: Lineage) -> RunningHash:
    """Return the running hash of an empty log (specs/relay.md)."""
    return RunningHash(_digest(_LOG, mailbox + lineage))


def advance(running: RunningHash, position: int, envelope: EnvelopeId) -> RunningHash:
    """Return the running hash after the entry at `position`, given the one before it (specs/relay.md)."""
    return RunningHash(_digest(_LOG, running + position.to_bytes(8, "big") + envelope))


def _digest(begun: blake2b, data: bytes) -> bytes:
    # A copy of what has its parameters already costs half of one that reads them anew.
    own = begun.copy()
    own.update(data)
    return own.digest()
