"""What the two sides share once each has proven it: frames sealed in order, for each direction apart.

A frame's nonce depends on what is sealed (specs/pairing.md, Frame), so a side that starts again from its notes
repeats a frame and never a nonce.
"""

from typing import Final

from troth import crypto
from troth.crypto import NONCE_BYTES
from troth.pairing.posts import PLAIN_BYTES, Frame
from troth.pairing.words import Side
from troth_wire.errors import ForgedError, MalformedError

__all__ = ["PART_BYTES", "Channel", "frames_for"]

HEAD_BYTES: Final = 3
PART_BYTES: Final = PLAIN_BYTES - HEAD_BYTES


def frames_for(length: int) -> int:
    """Return how many frames a message of so many bytes takes."""
    return max(1, -(-length // PART_BYTES))


class Channel:
    """A key that both sides have, its two tags, and the place of each side in its frames."""

    def __init__(self, root: bytes, side: Side) -> None:
        self._root, self._side = root, side
        self._sent = self._came = 0
        self._parts = b""

    @classmethod
    def of(cls, session_key: bytes, channel: bytes, side: Side) -> "Channel":
        """Derive it from the 64 bytes of the key agreement and the hash of what was said in the open."""
        return cls(crypto.derive(crypto.digest(b"troth/root", session_key), b"troth/root", channel), side)

    def tag(self) -> bytes:
        """Return the proof that this side has the key."""
        return self._tag(self._side)

    def check(self, tag: bytes) -> None:
        """Check the other side's proof.

        Raises:
            ForgedError: If it has another key, or is this side's own.
        """
        if not crypto.same(tag, self._tag(self._side.other)):
            raise ForgedError("the other side has another key")

    def seal(self, message: bytes) -> list[Frame]:
        """Return the frames of a message."""
        starts = range(0, frames_for(len(message)) * PART_BYTES, PART_BYTES)
        return [self._seal(message[at : at + PART_BYTES], more=at != starts[-1]) for at in starts]

    def open_(self, frame: Frame) -> bytes | None:
        """Take in the other side's next frame; return the message that it completes.

        Raises:
            ForgedError: If it is not the other side's next frame.
            MalformedError: If its filling or its parts do not hold.
        """
        key, counter = self._key(self._side.other), self._came.to_bytes(4, "big")
        plain = crypto.aead_open(key, frame.nonce, frame.sealed, counter)
        if not crypto.same(frame.nonce, _nonce(key, counter, plain)):
            raise ForgedError("not the nonce of this frame")
        self._came += 1
        more, length = plain[0], int.from_bytes(plain[1:HEAD_BYTES], "big")
        end = HEAD_BYTES + length
        if more > 1 or end > PLAIN_BYTES or any(plain[end:]) or (more and length != PART_BYTES):
            raise MalformedError("a part whose length or filling does not hold")
        self._parts += plain[HEAD_BYTES:end]
        if more:
            return None
        message, self._parts = self._parts, b""
        return message

    def _seal(self, part: bytes, *, more: bool) -> Frame:
        key, counter = self._key(self._side), self._sent.to_bytes(4, "big")
        self._sent += 1
        plain = (bytes([more]) + len(part).to_bytes(2, "big") + part).ljust(PLAIN_BYTES, b"\x00")
        nonce = _nonce(key, counter, plain)
        return Frame(nonce, crypto.aead_seal(key, nonce, plain, counter))

    def _tag(self, side: Side) -> bytes:
        return crypto.derive(self._root, b"troth/confirm", bytes([side]))

    def _key(self, side: Side) -> bytes:
        return crypto.derive(self._root, b"troth/frame", bytes([side]))


def _nonce(key: bytes, counter: bytes, plain: bytes) -> bytes:
    return crypto.derive(key, b"troth/nonce", counter + plain)[:NONCE_BYTES]
