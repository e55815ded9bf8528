"""Who holds a mailbox's private key may use it: a signature over this relay's fresh challenge and the host dialled.

The only importer of nacl on the wire side.
Binding the host keeps one relay from passing a challenge on to another and using the answer there.
"""

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from troth_wire.errors import ForgedError, UsageError
from troth_wire.ids import MailboxId
from troth_wire.limits import CHALLENGE_BYTES, HOST_BYTES_MAX

__all__ = ["statement", "verify"]


def statement(*, host: str, challenge: bytes, mailbox: MailboxId) -> bytes:
    """Return the bytes that prove the right to use a mailbox once signed by its key (specs/relay.md).

    Raises:
        UsageError: If the host or the challenge has an impossible length.
    """
    name = host.encode("ascii", "backslashreplace").lower()
    if not 0 < len(name) <= HOST_BYTES_MAX or len(challenge) != CHALLENGE_BYTES:
        raise UsageError("a proof needs a host name and a challenge of 32 bytes")
    return b"troth/proof/1\x00" + challenge + mailbox + name


def verify(signature: bytes, *, host: str, challenge: bytes, mailbox: MailboxId) -> None:
    """Check a proof.

    Raises:
        ForgedError: If the mailbox's key did not sign this challenge for this host.
    """
    try:
        VerifyKey(mailbox).verify(statement(host=host, challenge=challenge, mailbox=mailbox), signature)
    except (CryptoError, ValueError, TypeError):
        raise ForgedError("the proof does not fit the mailbox, the host or the challenge") from None
