"""Takes CRDT changes apart and puts them together again, so that a test can spoil one part and leave the rest right.

It is written from the format's own description and shares nothing with the guard.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

__all__ = ["ACTION", "INSERT", "KEY", "PREDECESSORS", "VALUE", "VALUE_KIND", "Anatomy", "sealed", "sleb", "uleb"]

MAGIC: Final = b"\x85\x6f\x4a\x83"
KEY: Final = 0x15
INSERT: Final = 0x34
ACTION: Final = 0x42
VALUE_KIND: Final = 0x56
VALUE: Final = 0x57
PREDECESSORS: Final = 0x70


def uleb(number: int, *, pad: int = 0) -> bytes:
    """Write an unsigned LEB128, by `pad` bytes longer than it need be."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    if pad:
        out[-1] |= 0x80
        out += b"\x80" * (pad - 1) + b"\x00"
    return bytes(out)


def sleb(number: int) -> bytes:
    """Write a signed LEB128."""
    out = bytearray()
    while not -0x40 <= number < 0x40:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number & 0x7F)
    return bytes(out)


def sealed(body: bytes, *, kind: int = 1, length_pad: int = 0) -> bytes:
    """Put the magic number, a right checksum and the length in front of a chunk."""
    chunk = bytes([kind]) + uleb(len(body), pad=length_pad) + body
    return MAGIC + sha256(chunk).digest()[:4] + chunk


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """The parts of a change, each as it is written; nothing is checked."""

    dependencies: tuple[bytes, ...] = ()
    actor: bytes = bytes(16)
    sequence: int = 1
    start_op: int = 1
    time: int = 0
    message: bytes = b""
    others: tuple[bytes, ...] = ()
    columns: tuple[tuple[int, bytes], ...] = ()
    extra: bytes = b""

    @classmethod
    def of(cls, raw: bytes) -> "Anatomy":
        """Take an honest change apart."""
        at = 9

        def number() -> int:
            nonlocal at
            value = shift = 0
            while True:
                byte = raw[at]
                at += 1
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    return value

        def take(length: int) -> bytes:
            nonlocal at
            at += length
            return raw[at - length : at]

        number()
        dependencies = tuple(take(32) for _ in range(number()))
        actor = take(number())
        sequence, start_op, time = number(), number(), number()
        message = take(number())
        others = tuple(take(number()) for _ in range(number()))
        table = [(number(), number()) for _ in range(number())]
        columns = tuple((column, take(length)) for column, length in table)
        return cls(
            dependencies=dependencies,
            actor=actor,
            sequence=sequence,
            start_op=start_op,
            time=time,
            message=message,
            others=others,
            columns=columns,
            extra=raw[at:],
        )

    def body(self) -> bytes:
        """Return what stands after the chunk's length."""
        head = uleb(len(self.dependencies)) + b"".join(self.dependencies)
        head += uleb(len(self.actor)) + self.actor + uleb(self.sequence) + uleb(self.start_op) + sleb(self.time)
        head += uleb(len(self.message)) + self.message + uleb(len(self.others))
        head += b"".join(uleb(len(other)) + other for other in self.others) + uleb(len(self.columns))
        head += b"".join(uleb(column) + uleb(len(data)) for column, data in self.columns)
        return head + b"".join(data for _, data in self.columns) + self.extra

    def raw(self) -> bytes:
        """Return the change, with a right checksum."""
        return sealed(self.body())

    def column(self, column: int, data: bytes | None) -> "Anatomy":
        """Return it with a column put in its place, or removed."""
        columns = dict(self.columns)
        columns.pop(column, None)
        if data is not None:
            columns[column] = data
        return replace(self, columns=tuple(sorted(columns.items())))
