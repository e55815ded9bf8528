"""The hashes by which a mailbox's log is known: nobody can hide, reorder or replace an entry without changing them."""

from hashlib import blake2b

from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash

__all__ = ["advance", "envelope_id", "origin"]


def envelope_id(envelope: bytes) -> EnvelopeId:
    """Return the id of an envelope: BLAKE2b-256 of its bytes (specs/envelope.md)."""
    return EnvelopeId(blake2b(envelope, digest_size=32, person=b"troth/envelope").digest())


def origin(mailbox: MailboxId, lineage: Lineage) -> RunningHash:
    """Return the running hash of an empty log (specs/relay.md)."""
    return RunningHash(blake2b(mailbox + lineage, digest_size=32, person=b"troth/log").digest())


def advance(running: RunningHash, position: int, envelope: EnvelopeId) -> RunningHash:
    """Return the running hash after the entry at `position`, given the one before it (specs/relay.md)."""
    entry = running + position.to_bytes(8, "big") + envelope
    return RunningHash(blake2b(entry, digest_size=32, person=b"troth/log").digest())
