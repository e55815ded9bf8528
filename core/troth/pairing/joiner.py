"""What a partner far away says of itself: its card, with proofs that sign all its keys (specs/pairing.md)."""

from typing import Final

from troth import crypto
from troth.crypto import Signer
from troth.keys import CARD, Card, DeviceKeys
from troth_wire import codec
from troth_wire.ids import DeviceId, MailboxId
from troth_wire.limits import INTRODUCTION_BYTES_MAX

__all__ = ["introduce_joiner", "read_joiner"]

_PROOF: Final = codec.raw(crypto.SIGNATURE_BYTES)
_JOINER: Final = codec.fields(CARD, codec.fields(_PROOF, _PROOF))


def introduce_joiner(mailbox: MailboxId, keys: DeviceKeys, admin: Signer) -> bytes:
    """Return the guest's introduction for `Purpose.FAR`.

    Args:
        mailbox: That of the link's ticket.
        keys: Fresh keys for the new space.
        admin: Their admin key.
    """
    statement = _statement(mailbox, keys.device)
    return codec.pack([keys.card.parts(), [keys.signer.sign(statement), admin.sign(statement)]])


def read_joiner(mailbox: MailboxId, introduction: bytes) -> Card:
    """Read it and check both proofs.

    Raises:
        MalformedError: If it is no card with proofs.
        ForgedError: If a proof does not fit.
    """
    card, proofs = codec.decode(introduction, _JOINER, bytes_max=INTRODUCTION_BYTES_MAX)
    statement = _statement(mailbox, card.device)
    crypto.verify(card.everyday, statement, proofs[0])
    crypto.verify(card.admin, statement, proofs[1])
    read: Card = card
    return read


def _statement(mailbox: MailboxId, device: DeviceId) -> bytes:
    return b"troth/far/1\x00" + mailbox + device
