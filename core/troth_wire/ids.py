"""Every identifier is a fixed number of bytes with a type of its own, so that two kinds are never mixed up."""

from typing import Final, NewType

SpaceId = NewType("SpaceId", bytes)
"""32 bytes: the hash of the space's genesis."""
PersonId = NewType("PersonId", bytes)
"""32 bytes: the device id of the person's founding device."""
DeviceId = NewType("DeviceId", bytes)
"""32 bytes: the hash of the device's three public keys."""
Incarnation = NewType("Incarnation", bytes)
"""16 random bytes: one unbroken life of a device's store."""
RecordId = NewType("RecordId", bytes)
"""32 bytes: the hash of a record's header."""
EnvelopeId = NewType("EnvelopeId", bytes)
"""32 bytes: the hash of an envelope as it travels."""
MailboxId = NewType("MailboxId", bytes)
"""32 bytes: an Ed25519 public key derived from an epoch key."""
Lineage = NewType("Lineage", bytes)
"""16 random bytes that a relay draws when it creates a mailbox: one unbroken life of that log."""
RunningHash = NewType("RunningHash", bytes)
"""32 bytes: the hash over every position and envelope id of a log up to one position."""
OperationId = NewType("OperationId", bytes)
"""32 bytes: the hash of a membership operation; the genesis counts as the operation whose id is the space id."""
DocumentId = NewType("DocumentId", bytes)
"""16 bytes: which document of a space."""
ActorId = NewType("ActorId", bytes)
"""16 bytes: one linear stream of changes to one document."""
ChangeHash = NewType("ChangeHash", bytes)
"""32 bytes: the CRDT's own SHA-256 of a change."""

SHORT_CHARACTERS: Final = 8


def short(identifier: bytes) -> str:
    """Return the first eight hexadecimal digits, for messages that people read."""
    return identifier.hex()[:SHORT_CHARACTERS]
