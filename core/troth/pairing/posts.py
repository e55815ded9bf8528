"""Every record of a meeting has one size and one layout (specs/pairing.md, Record)."""

from dataclasses import astuple, dataclass
from typing import ClassVar, Final, TypeAlias

from troth.crypto import NONCE_BYTES, TAG_BYTES
from troth_wire import codec
from troth_wire.codec import Check
from troth_wire.errors import MalformedError
from troth_wire.limits import RENDEZVOUS_RECORD_BYTES

__all__ = ["SEALED_BYTES", "Confirm", "Frame", "Post", "Reply", "Share", "Stop", "parse"]

VERSION: Final = 1
LENGTH_BYTES: Final = 2
_FRAME_OVERHEAD: Final = LENGTH_BYTES + 3 + 2 + NONCE_BYTES + 3
SEALED_BYTES: Final = RENDEZVOUS_RECORD_BYTES - _FRAME_OVERHEAD
PLAIN_BYTES: Final = SEALED_BYTES - TAG_BYTES


class _Encoded:
    number: ClassVar[int]

    def encode(self) -> bytes:
        """Return the record: exactly `RENDEZVOUS_RECORD_BYTES`."""
        body = codec.pack([VERSION, self.number, *astuple(self)])  # type: ignore[call-overload]
        return (len(body).to_bytes(LENGTH_BYTES, "big") + body).ljust(RENDEZVOUS_RECORD_BYTES, b"\x00")


@dataclass(frozen=True)
class Share(_Encoded):
    """The host's share and commitment."""

    number: ClassVar[int] = 1
    share: bytes
    commitment: bytes


@dataclass(frozen=True)
class Reply(_Encoded):
    """The guest's share and commitment, and the proof that it has the key."""

    number: ClassVar[int] = 2
    share: bytes
    commitment: bytes
    tag: bytes


@dataclass(frozen=True)
class Confirm(_Encoded):
    """The host's proof that it has the key."""

    number: ClassVar[int] = 3
    tag: bytes


@dataclass(frozen=True)
class Frame(_Encoded):
    """A sealed part of a message."""

    number: ClassVar[int] = 4
    nonce: bytes
    sealed: bytes


@dataclass(frozen=True)
class Stop(_Encoded):
    """The other side ended the pairing; anybody may say so."""

    number: ClassVar[int] = 5
    reason: int


Post: TypeAlias = Share | Reply | Confirm | Frame | Stop

_FORMS: Final[dict[int, tuple[type[Post], tuple[Check, ...]]]] = {
    Share.number: (Share, (codec.raw(32), codec.raw(32))),
    Reply.number: (Reply, (codec.raw(32), codec.raw(32), codec.raw(32))),
    Confirm.number: (Confirm, (codec.raw(32),)),
    Frame.number: (Frame, (codec.raw(NONCE_BYTES), codec.raw(SEALED_BYTES))),
    Stop.number: (Stop, (codec.natural(255),)),
}


def _any_post(item: object) -> Post:
    if type(item) is not list or len(item) < 2 or type(item[1]) is not int or item[1] not in _FORMS:
        raise MalformedError("not a record of a pairing")
    form, checks = _FORMS[item[1]]
    _, _, *values = codec.fields(codec.either(VERSION), codec.either(form.number), *checks)(item)
    return form(*values)


def parse(record: bytes) -> Post:
    """Read a record.

    Raises:
        MalformedError: If it has not the size, the layout or the fields of one.
        VersionError: If it is of another version.
    """
    if len(record) != RENDEZVOUS_RECORD_BYTES:
        raise MalformedError("not the size of a record")
    end = LENGTH_BYTES + int.from_bytes(record[:LENGTH_BYTES], "big")
    if end > len(record) or any(record[end:]):
        raise MalformedError("a record whose length or filling does not hold")
    post: Post = codec.decode(
        record[LENGTH_BYTES:end], codec.known(VERSION, then=_any_post), bytes_max=RENDEZVOUS_RECORD_BYTES
    )
    return post
