"""What a relay needs of RFC 6455, as bytes in and values out: no sockets, no clock.

Whatever comes, what is kept of a message that is not whole yet is bounded, and nothing is set aside for what was only
announced.
Nothing is negotiated: a bit or an opcode of an extension ends the link.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from troth_wire.limits import FRAME_BYTES_MAX

__all__ = ["PIECE", "PROTOCOL_ERROR", "TOO_BIG", "Frame", "Opcode", "Parser", "accept", "answer", "close", "pack"]

PROTOCOL_ERROR: Final = 1_002
TOO_BIG: Final = 1_009
MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
VERSION: Final = "13"
KEY_BYTES: Final = 16
FINAL: Final = 0x80
MASKED: Final = 0x80
RESERVED: Final = 0x70
OPCODE: Final = 0x0F
MASK_BYTES: Final = 4
SHORT_MAX: Final = 125
MIDDLE: Final = 126
LONG: Final = 127
EXTRA: Final = {MIDDLE: 2, LONG: 8}
"""How many bytes of length follow the second byte, where it says so."""


class Opcode(IntEnum):
    """What a frame is."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


CONTROLS: Final = frozenset({Opcode.CLOSE, Opcode.PING, Opcode.PONG})
XOR: Final = tuple(bytes(byte ^ other for byte in range(256)) for other in range(256))
"""What becomes of each byte under each byte of a mask."""
OPCODES: Final = {opcode.value: opcode for opcode in Opcode}


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole message, or one control frame."""

    opcode: Opcode
    payload: bytes


PIECE: Final = Frame(Opcode.CONTINUATION, b"")
"""One piece of a message that is not whole yet: what was in it is kept."""


def accept(headers: Mapping[str, str]) -> str | None:
    """Return what answers the key of an upgrade; None: this asks for no WebSocket that there is here."""
    wanted = [part.strip().lower() for part in headers.get("Connection", "").split(",")]
    upgrades = headers.get("Upgrade", "").strip().lower() == "websocket" and "upgrade" in wanted
    key = headers.get("Sec-WebSocket-Key", "")
    if not upgrades or headers.get("Sec-WebSocket-Version") != VERSION or not _is_key(key):
        return None
    return answer(key.encode())


def answer(key: bytes) -> str:
    """Return what shows that a key was understood."""
    # By the standard, and by no means for secrecy.
    return base64.b64encode(hashlib.sha1(key + MAGIC, usedforsecurity=False).digest()).decode()


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def pack(payload: bytes, opcode: Opcode = Opcode.BINARY) -> bytes:
    """Return a frame as a relay sends it: whole, and without a mask."""
    length = len(payload)
    if length <= SHORT_MAX:
        return bytes((FINAL | opcode, length)) + payload
    if length < 1 << 16:
        return bytes((FINAL | opcode, MIDDLE)) + length.to_bytes(2, "big") + payload
    return bytes((FINAL | opcode, LONG)) + length.to_bytes(8, "big") + payload


def close(code: int) -> bytes:
    """Return the frame that says goodbye."""
    return pack(code.to_bytes(2, "big"), Opcode.CLOSE)


class Parser:
    """Cuts what one client sends into frames; messages that came in pieces are put together."""

    __slots__ = ("_at", "_begun", "_opcode", "_read")

    def __init__(self) -> None:
        """Begin after the upgrade."""
        self._read: bytes | bytearray = b""
        self._at = 0
        self._begun: bytearray | None = None
        """The pieces of a message so far."""
        self._opcode = Opcode.BINARY

    @property
    def held_bytes(self) -> int:
        """How much of what was fed is kept."""
        return len(self._read) - self._at + len(self._begun or b"")

    def feed(self, data: bytes) -> None:
        """Take what was read; `next` says what it is."""
        if self._at == len(self._read):
            self._read, self._at = data, 0
        elif self._at or isinstance(self._read, bytes):
            self._read, self._at = bytearray(self._read[self._at :]) + data, 0
        else:
            self._read += data

    def next(self) -> Frame | int | None:
        """Return the next message or control frame, or the code to close with, or None where it is not whole yet.

        Each piece but the last of a message is a PIECE: no call reads more than one frame, however short they are.
        After a code nothing that follows means anything.
        """
        read, at = self._read, self._at
        if len(read) < at + 2:
            return None
        first, second, at = read[at], read[at + 1], at + 2
        length = second & ~MASKED
        if length > SHORT_MAX:
            extra = EXTRA[length]
            if len(read) < at + extra:
                return None
            length, at = int.from_bytes(read[at : at + extra], "big"), at + extra
        if code := self._fault(first, second, length):
            return code
        start, end = at + MASK_BYTES, at + MASK_BYTES + length
        if len(read) < end:
            return None
        self._at = end
        return self._joined(first, _unmasked(read[start:end], read[at:start]))

    def _fault(self, first: int, second: int, length: int) -> int:
        """Return the code for a frame that is none of this link's, as soon as its length is known, or 0."""
        opcode = OPCODES.get(first & OPCODE)
        if opcode is None or first & RESERVED or not second & MASKED:
            return PROTOCOL_ERROR
        if opcode in CONTROLS:
            return 0 if first & FINAL and length <= SHORT_MAX else PROTOCOL_ERROR
        if (opcode is Opcode.CONTINUATION) is (self._begun is None):
            return PROTOCOL_ERROR
        return TOO_BIG if length + len(self._begun or b"") > FRAME_BYTES_MAX else 0

    def _joined(self, first: int, payload: bytes) -> Frame:
        """Return a message that is whole now, a piece, or a control frame, which may come between the pieces."""
        opcode = OPCODES[first & OPCODE]
        if opcode in CONTROLS or (self._begun is None and first & FINAL):
            return Frame(opcode, payload)
        if self._begun is None:
            self._begun, self._opcode = bytearray(payload), opcode
            return PIECE
        self._begun += payload
        if not first & FINAL:
            return PIECE
        whole, self._begun = bytes(self._begun), None
        return Frame(self._opcode, whole)


def _unmasked(data: bytes | bytearray, mask: bytes | bytearray) -> bytes:
    bare = bytearray(data)
    # Every fourth byte has the same mask, and a table changes them all at once.
    for lane, byte in enumerate(mask):
        bare[lane::MASK_BYTES] = bare[lane::MASK_BYTES].translate(XOR[byte])
    return bytes(bare)
