"""Every byte is packed by hand from the pages, so that the packages answer to them and not to themselves.

Nothing is imported from the packages, and nothing is random: what the pages call random is derived here
from a label and a counter.

    python specs/vectors/generate.py           writes the JSON files beside this script
    python specs/vectors/generate.py --check   writes nothing; exits 1 and names the files that differ
"""

import argparse
import base64
import hashlib
import itertools
import json
import sys
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_core_ed25519_add,
    crypto_pwhash_alg,
    crypto_pwhash_ALG_ARGON2ID13,
    crypto_scalarmult,
    crypto_scalarmult_base,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_sign,
    crypto_sign_seed_keypair,
)

Value: TypeAlias = "bool | int | str | bytes | Sequence[Value] | None"
Case: TypeAlias = dict[str, object]
Parts: TypeAlias = Sequence[tuple[bytes, int]]

FRAME_BYTES_MAX: Final = 262_144
RECORD_BYTES_MAX: Final = 65_536
CHANGE_BYTES_MAX: Final = 61_440
HEADER_BYTES_MAX: Final = 4_096
ENVELOPE_BYTES_MIN: Final = 554
ENVELOPE_BYTES_MAX: Final = 67_626
PADDED_BYTES_MIN: Final = 512
FRAME_ENVELOPES_MAX: Final = 256
RETRY_AFTER_S_MAX: Final = 86_400
FORWARD_BYTES: Final = 20_480
LIST_LEVELS_MAX: Final = 8
OPERATION_BYTES_MAX: Final = 12_288
PERSON_DEVICES_MAX: Final = 16
INTRODUCTION_BYTES_MAX: Final = 2_048

CHANGES: Final = 1
OPERATION: Final = 2

ED25519_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
ED25519_ORDER_8: Final = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


# --- the pages' conventions ---------------------------------------------------------------------------


def u16(number: int) -> bytes:
    """Pack an unsigned number in 16 bits, big-endian."""
    return number.to_bytes(2, "big")


def u32(number: int) -> bytes:
    """Pack an unsigned number in 32 bits, big-endian."""
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    """Pack an unsigned number in 64 bits, big-endian."""
    return number.to_bytes(8, "big")


def digest(label: str, data: bytes) -> bytes:
    """Compute H(label, data)."""
    return hashlib.blake2b(data, digest_size=32, person=label.encode()).digest()


def derive(key: bytes, label: str, data: bytes = b"") -> bytes:
    """Compute K(key, label, data); K(key, label) is over no data."""
    return hashlib.blake2b(data, digest_size=32, key=key, person=label.encode()).digest()


def pack(value: Value) -> bytes:
    """Encode a value as canonical MessagePack.

    Args:
        value: nil, a boolean, an integer, a string, bytes or a sequence of them.

    Returns:
        Its only encoding that a decoder accepts.
    """
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return pack_integer(value)
    if isinstance(value, str):
        text = value.encode()
        return pack_length(len(text), (0xA0, 32), (0xD9, 0xDA, 0xDB)) + text
    if isinstance(value, bytes):
        return pack_length(len(value), None, (0xC4, 0xC5, 0xC6)) + value
    return pack_length(len(value), (0x90, 16), (None, 0xDC, 0xDD)) + b"".join(pack(item) for item in value)


def pack_integer(number: int) -> bytes:
    """Encode an integer: a number from zero on always in the unsigned family."""
    if -32 <= number < 128:
        return (number & 0xFF).to_bytes(1, "big")
    first = 0xCC if number >= 0 else 0xD0
    for step, size in enumerate((1, 2, 4, 8)):
        fits = number < 1 << 8 * size if number >= 0 else number >= -(1 << 8 * size - 1)
        if fits:
            return bytes([first + step]) + number.to_bytes(size, "big", signed=number < 0)
    raise OverflowError(number)


def pack_length(length: int, short: tuple[int, int] | None, marks: tuple[int | None, int, int]) -> bytes:
    """Encode the head of a string, of bytes or of an array.

    Args:
        length: how many bytes or items follow.
        short: the first one-byte mark and how many of them there are, if the form has any.
        marks: the marks of the heads with a length of one, two and four bytes.

    Returns:
        The shortest head.
    """
    if short is not None and length < short[1]:
        return bytes([short[0] + length])
    for mark, size in zip(marks, (1, 2, 4), strict=True):
        if mark is not None and length < 1 << 8 * size:
            return bytes([mark]) + length.to_bytes(size, "big")
    raise OverflowError(length)


# --- inputs and primitives ----------------------------------------------------------------------------


def fixed(label: str, size: int = 32) -> bytes:
    """Derive what stands for random bytes from a label and a counter."""
    blocks = (hashlib.blake2b(f"vector/{label}/{n}".encode()).digest() for n in itertools.count())
    data = b""
    while len(data) < size:
        data += next(blocks)
    return data[:size]


def public_key(seed: bytes) -> bytes:
    """Return the public half of the Ed25519 key of a seed."""
    return crypto_sign_seed_keypair(seed)[0]


def sign(seed: bytes, message: bytes) -> bytes:
    """Sign with Ed25519 and return the 64 bytes of the signature alone."""
    return crypto_sign(message, crypto_sign_seed_keypair(seed)[1])[:64]


def aead(key: bytes, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal with XChaCha20-Poly1305."""
    return crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, context, nonce, key)


def add_order_to_s(signature: bytes) -> bytes:
    """Write the same signature with S + L for S, which RFC 8032 refuses."""
    s = int.from_bytes(signature[32:], "little") + ED25519_ORDER
    return signature[:32] + s.to_bytes(32, "little")


ED25519_IDENTITY: Final = b"\x01" + bytes(31)
ED25519_ORDER_4: Final = bytes(32)


def sign_oddly(seed: bytes, message: bytes, small: bytes, *, alone: bool = False) -> bytes:
    """Sign with a point of low order added to R, or standing there alone: with the cofactor the equation holds."""
    digest_ = hashlib.sha512(seed).digest()
    secret = int.from_bytes(digest_[:32], "little") & (1 << 254) - 8 | 1 << 254
    nonce = 0 if alone else int.from_bytes(hashlib.sha512(digest_[32:] + message).digest(), "little") % ED25519_ORDER
    point = small
    if not alone:
        own = crypto_scalarmult_ed25519_base_noclamp(nonce.to_bytes(32, "little"))
        point = crypto_core_ed25519_add(own, small)
    challenge = int.from_bytes(hashlib.sha512(point + public_key(seed) + message).digest(), "little")
    return point + ((nonce + challenge * secret) % ED25519_ORDER).to_bytes(32, "little")


def flip(data: bytes, position: int) -> bytes:
    """Change one bit of the byte at a position, which may count from the end."""
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


def swap(values: Sequence[Value], position: int, value: Value) -> list[Value]:
    """Return a list with another value at one position."""
    changed = list(values)
    changed[position] = value
    return changed


def runs(*parts: tuple[bytes, int]) -> list[list[object]]:
    """Write long bytes as JSON: pairs of a hex string and how many times it stands there."""
    return [[data.hex(), times] for data, times in parts]


def join(parts: Parts) -> bytes:
    """Return the bytes that runs describe."""
    return b"".join(data * times for data, times in parts)


# --- devices and epochs -------------------------------------------------------------------------------


def card_id(card: Sequence[bytes]) -> bytes:
    """Compute the device id that belongs to a card."""
    return digest("troth/device", b"".join(card))


@dataclass(frozen=True)
class Device:
    """The three key pairs of a device."""

    label: str

    @property
    def everyday_seed(self) -> bytes:
        """The seed of the key that signs records and epochs."""
        return fixed(f"{self.label}/everyday")

    @property
    def admin_seed(self) -> bytes:
        """The seed of the key that signs the genesis and all operations but epochs."""
        return fixed(f"{self.label}/admin")

    @property
    def box_secret(self) -> bytes:
        """The secret half of the key that receives epoch keys."""
        return fixed(f"{self.label}/box")

    @property
    def card(self) -> list[bytes]:
        """The three public keys."""
        box = crypto_scalarmult_base(self.box_secret)
        return [public_key(self.everyday_seed), public_key(self.admin_seed), box]

    @property
    def id(self) -> bytes:
        """The hash of the three public keys."""
        return card_id(self.card)

    def named(self) -> Case:
        """Name the secrets, the keys, the card and the id for a case."""
        return {
            "everyday_seed": self.everyday_seed.hex(),
            "admin_seed": self.admin_seed.hex(),
            "box_secret": self.box_secret.hex(),
            "everyday": self.card[0].hex(),
            "admin": self.card[1].hex(),
            "box": self.card[2].hex(),
            "card": pack(self.card).hex(),
            "device_id": self.id.hex(),
        }


def mailbox_seed(epoch: bytes) -> bytes:
    """Derive the seed of an epoch's mailbox key."""
    return derive(epoch, "troth/mailbox")


def mailbox_of(epoch: bytes) -> bytes:
    """Derive the mailbox id of an epoch."""
    return public_key(mailbox_seed(epoch))


def wrap(ephemeral_secret: bytes, recipient: bytes, epoch: bytes, context: bytes) -> bytes:
    """Wrap an epoch key for one device."""
    shared = crypto_scalarmult(ephemeral_secret, recipient)
    return wrap_shared(crypto_scalarmult_base(ephemeral_secret), shared, recipient, epoch, context)


def wrap_shared(ephemeral: bytes, shared: bytes, recipient: bytes, epoch: bytes, context: bytes) -> bytes:
    """Wrap an epoch key under a shared secret that is given."""
    key = derive(shared, "troth/wrap", ephemeral + recipient)
    return ephemeral + aead(key, bytes(24), epoch, context)


def ascending(devices: Iterable[Device]) -> list[Device]:
    """Put devices in the order of their ids."""
    return sorted(devices, key=lambda device: device.id)


ALICE, BOB = ascending([Device("founder/1"), Device("founder/2")])
CAROL: Final = Device("founder/3")
TABLET: Final = Device("newcomer/1")
EPOCH: Final = fixed("epoch/1")
EPOCH_OTHER: Final = fixed("epoch/2")
SALT: Final = fixed("salt/1")


def ephemeral_for(device: Device) -> bytes:
    """Derive the ephemeral secret of the only wrap that a device gets here."""
    return fixed(f"ephemeral/{device.label}")


def wraps_for(devices: Iterable[Device]) -> list[list[bytes]]:
    """Wrap the first epoch for devices, ascending by device id."""
    mailbox = mailbox_of(EPOCH)
    return [[d.id, wrap(ephemeral_for(d), d.card[2], EPOCH, mailbox)] for d in ascending(devices)]


def epoch_for(devices: Iterable[Device], generation: int = 0) -> list[Value]:
    """Announce the first epoch."""
    return [generation, mailbox_of(EPOCH), wraps_for(devices)]


# --- codec.json ---------------------------------------------------------------------------------------

INTEGERS: Final = (
    *(0, 1, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536),
    *(2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1),
    *(-1, -32, -33, -128, -129, -32_768, -32_769, -(2**31), -(2**31) - 1, -(2**63)),
)

NOT_CANONICAL: Final = (
    ("uint8_127", "An integer below 128 stands in one byte.", "91cc7f"),
    ("uint16_255", "An integer below 256 does not take two bytes.", "91cd00ff"),
    ("uint32_65535", "An integer below 65536 does not take four bytes.", "91ce0000ffff"),
    ("uint64_4294967295", "An integer below 2^32 does not take eight bytes.", "91cf00000000ffffffff"),
    ("int8_1", "A small number from zero on never stands in the signed family.", "91d001"),
    ("int16_256", "Of two forms of one length a number from zero on takes the unsigned.", "91d10100"),
    ("int32_65536", "Of two forms of one length a number from zero on takes the unsigned.", "91d200010000"),
    (
        "int64_2_32",
        "Of two forms of one length a number from zero on takes the unsigned.",
        "91d30000000100000000",
    ),
    ("int8_minus_1", "A negative number from -32 on stands in one byte.", "91d0ff"),
    ("int16_minus_128", "A negative number from -128 on does not take two bytes.", "91d1ff80"),
    ("int32_minus_32768", "A negative number from -32768 on does not take four bytes.", "91d2ffff8000"),
    (
        "int64_minus_2_31",
        "A negative number from -2^31 on does not take eight bytes.",
        "91d3ffffffff80000000",
    ),
    ("str8_empty", "An empty string has a head of one byte.", "91d900"),
    ("str8_of_1", "A string below 32 bytes has a head of one byte.", "91d90161"),
    ("str16_of_32", "A string below 256 bytes has a length of one byte.", "91da0020" + "61" * 32),
    ("str32_of_1", "A string below 65536 bytes has no length of four bytes.", "91db0000000161"),
    ("bin16_empty", "Empty bytes have a length of one byte.", "91c50000"),
    ("bin16_of_1", "Bytes below 256 have a length of one byte.", "91c5000100"),
    ("bin32_of_1", "Bytes below 65536 have no length of four bytes.", "91c60000000100"),
    ("array16_empty", "An array below 16 items has a head of one byte.", "91dc0000"),
    ("array32_empty", "An array below 65536 items has no length of four bytes.", "91dd00000000"),
    ("array16_outermost", "The outermost list stands in its shortest form too.", "dc000101"),
    ("map_empty", "There are no maps.", "9180"),
    ("map_of_1", "There are no maps.", "918101c0"),
    ("map16", "There are no maps.", "91de0000"),
    ("map32", "There are no maps.", "91df00000000"),
    ("float32", "There are no floats.", "91ca3f800000"),
    ("float64", "There are no floats.", "91cb3ff0000000000000"),
    ("fixext1", "There are no extensions.", "91d40100"),
    ("fixext2", "There are no extensions.", "91d5010000"),
    ("fixext4_timestamp", "There are no extensions, the timestamp included.", "91d6ff00000000"),
    ("fixext8", "There are no extensions.", "91d701" + "00" * 8),
    ("fixext16", "There are no extensions.", "91d801" + "00" * 16),
    ("ext8", "There are no extensions.", "91c70001"),
    ("ext16", "There are no extensions.", "91c8000001"),
    ("ext32", "There are no extensions.", "91c90000000001"),
    ("never_used", "The mark that MessagePack never uses is refused.", "91c1"),
    ("nothing", "No bytes are no list.", ""),
    ("trailing_zero", "Nothing stands behind the list.", "910100"),
    ("trailing_list", "Nothing stands behind the list, not even another.", "9090"),
    ("integer_alone", "An integer alone is no list.", "01"),
    ("bytes_alone", "Bytes alone are no list.", "c40100"),
    ("nil_alone", "Nil alone is no list.", "c0"),
    ("truncated_list", "A list holds as many items as it says.", "9201"),
    ("truncated_list_empty", "A list holds as many items as it says.", "91"),
    ("truncated_integer", "An integer holds as many bytes as it says.", "91cd01"),
    ("truncated_string", "A string holds as many bytes as it says.", "91a261"),
    ("truncated_bytes", "Bytes are as many as they say.", "91c40200"),
    ("truncated_head", "A head is whole.", "91c4"),
    ("huge_array", "A length is no reason to take memory.", "91ddffffffff"),
    ("huge_bytes", "A length is no reason to take memory.", "91c6ffffffff"),
    ("huge_string", "A length is no reason to take memory.", "91dbffffffff"),
    ("utf8_never", "A byte that UTF-8 never uses is refused.", "91a1ff"),
    ("utf8_overlong_nul", "An overlong NUL is not UTF-8.", "91a2c080"),
    ("utf8_surrogate", "A surrogate is not UTF-8.", "91a3eda080"),
    ("utf8_beyond", "A code point past U+10FFFF is not UTF-8.", "91a4f4908080"),
    ("utf8_cut", "A code point is whole.", "91a1c3"),
)


def codec_value(value: Value) -> object:
    """Write a value as JSON, with bytes as an object of one key."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [codec_value(item) for item in value]
    return value


def codec_case(name: str, what: str, value: Value) -> Case:
    """Encode one value."""
    return {"name": name, "what": what, "value": codec_value(value), "encoding": pack(value).hex()}


def codec_values() -> list[Case]:
    """Encode values of every form at every edge of a length."""
    cases = [codec_case(f"integer_{n}", "An integer stands in its shortest form.", [n]) for n in INTEGERS]
    for length in (0, 1, 31, 32, 255, 256):
        cases.append(codec_case(f"string_of_{length}", "A string has its shortest head.", ["a" * length]))
    for length in (0, 1, 31, 32, 255, 256):
        cases.append(codec_case(f"bytes_of_{length}", "Bytes have their shortest head.", [b"\0" * length]))
    for length, head in ((65_535, "91c5ffff"), (65_536, "91c600010000")):
        case = codec_case(f"bytes_of_{length}", "Bytes have their shortest head.", [])
        case["value"] = [{"hex": runs((b"\xaa", length))}]
        case["encoding"] = runs((bytes.fromhex(head), 1), (b"\xaa", length))
        cases.append(case)
    for length in (0, 1, 15, 16):
        cases.append(codec_case(f"list_of_{length}", "A list has its shortest head.", [None] * length))
    cases.append(codec_case("nil_and_booleans", "Nil, false and true take one byte each.", [None, False, True]))
    cases.append(codec_case("string_nul", "A NUL is a character like another.", ["a\0b"]))
    cases.append(codec_case("string_utf8", "Lengths count bytes of UTF-8.", ["\u00df\u20ac\U0001d11e"]))
    cases.append(codec_case("nested_5", "Lists may stand in lists.", [[[[[1], b"\1"], "1"], None], True]))
    case = codec_case("nested_8", "Lists may stand in lists, LIST_LEVELS_MAX deep.", [])
    nested: Value = []
    for _ in range(LIST_LEVELS_MAX - 1):
        nested = [nested]
    cases.append(case | {"value": codec_value(nested), "encoding": pack(nested).hex()})
    return cases


def codec_refused() -> list[Case]:
    """Name the encodings that are refused."""
    cases: list[Case] = [
        {"name": name, "what": what, "encoding": encoding, "error": "malformed"}
        for name, what, encoding in NOT_CANONICAL
    ]
    for depth in (LIST_LEVELS_MAX + 1, 1_024, 100_000):
        case: Case = {"name": f"nested_{depth}", "what": "Depth is bounded, and is no reason to fall over."}
        cases.append(case | {"encoding": runs((b"\x91", depth), (b"\xc0", 1)), "error": "malformed"})
    return cases


def codec() -> Case:
    """Make codec.json."""
    return {"values": codec_values(), "refused": codec_refused()}


# --- relay.json ---------------------------------------------------------------------------------------

CODES: Final = {
    "Hello": 1,
    "Prove": 2,
    "Create": 3,
    "Follow": 4,
    "Push": 5,
    "Head": 6,
    "Deliver": 7,
    "Stored": 8,
    "Refuse": 9,
    "Close": 10,
    "Closed": 11,
}

MAILBOX: Final = mailbox_of(EPOCH)
LINEAGE: Final = fixed("lineage/1", 16)
RUNNING: Final = fixed("running/1")
CHALLENGE: Final = fixed("challenge/1")
CHALLENGE_OTHER: Final = fixed("challenge/2")
HOST: Final = "relay.example:443"


def small_envelope(number: int) -> bytes:
    """Return bytes of an envelope's smallest size: a relay can not tell them from an envelope."""
    return b"\x01\x01" + fixed(f"relay/envelope/{number}", ENVELOPE_BYTES_MIN - 2)


def relay_value(value: Value) -> object:
    """Write a field as JSON, with bytes as hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [relay_value(item) for item in value]
    return value


def message(name: str, what: str, kind: str, fields: Mapping[str, Value]) -> Case:
    """Encode one message."""
    return {
        "name": name,
        "what": what,
        "message": kind,
        "fields": {field: relay_value(value) for field, value in fields.items()},
        "frame": shortened(pack([CODES[kind], *fields.values()])),
    }


def proof_statement(challenge: bytes, mailbox: bytes, host: str) -> bytes:
    """Return what a proof signs."""
    return b"troth/proof/1\0" + challenge + mailbox + host.lower().encode("ascii")


def prove(epoch: bytes, challenge: bytes, host: str) -> bytes:
    """Make the proof for an epoch's mailbox."""
    return sign(mailbox_seed(epoch), proof_statement(challenge, mailbox_of(epoch), host))


def forward(number: int) -> bytes:
    """Return what is left behind where a log is closed: a relay can not tell it from any other bytes."""
    return fixed(f"relay/forward/{number}") + bytes(FORWARD_BYTES - 32)


def shortened(frame: bytes) -> object:
    """Write a frame as JSON, with the zeros of a forward counted."""
    zeros = bytes(FORWARD_BYTES - 33)
    start, found, end = frame.partition(zeros)
    return runs((start, 1), (b"\0", len(zeros)), (end, 1)) if found else frame.hex()


def client_messages() -> list[Case]:
    """Encode what a client sends."""
    one, two = small_envelope(1), small_envelope(2)
    proof = prove(EPOCH, CHALLENGE, HOST)
    follow: dict[str, Value] = {"mailbox": MAILBOX, "lineage": LINEAGE, "after": 0, "running": RUNNING}
    create: dict[str, Value] = {"mailbox": MAILBOX, "admission": b"", "kind": 0, "sponsor": None}
    return [
        message("prove", "A proof names its mailbox.", "Prove", {"mailbox": MAILBOX, "signature": proof}),
        message("create", "A pass is bytes.", "Create", create | {"admission": b"a pass"}),
        message("create_no_pass", "No pass is empty bytes.", "Create", create),
        message(
            "create_longest_pass",
            "A pass has at most 64 bytes.",
            "Create",
            create | {"admission": fixed("pass/1", 64)},
        ),
        message("create_rendezvous", "A rendezvous has kind 1.", "Create", create | {"kind": 1}),
        message(
            "create_invitation",
            "An invitation names its sponsor.",
            "Create",
            create | {"mailbox": fixed("invitation/1"), "kind": 2, "sponsor": MAILBOX},
        ),
        message(
            "create_meeting",
            "A meeting names its sponsor.",
            "Create",
            create | {"mailbox": fixed("meeting/1"), "kind": 3, "sponsor": MAILBOX},
        ),
        message(
            "create_successor",
            "A log that names a sponsor is born into its line.",
            "Create",
            create | {"mailbox": mailbox_of(EPOCH_OTHER), "sponsor": MAILBOX},
        ),
        message("follow_from_start", "Who has read nothing follows after 0.", "Follow", follow),
        message("follow_on", "A position is a number of any width.", "Follow", follow | {"after": 70_000}),
        message(
            "push_one",
            "A push holds one envelope at least.",
            "Push",
            {"mailbox": MAILBOX, "envelopes": [one]},
        ),
        message("push_two", "A push keeps the order.", "Push", {"mailbox": MAILBOX, "envelopes": [two, one]}),
        message(
            "close",
            "A log is closed towards its successor, and a forward is left behind.",
            "Close",
            {"mailbox": MAILBOX, "successor": mailbox_of(EPOCH_OTHER), "forward": forward(1)},
        ),
    ]


def relay_messages() -> list[Case]:
    """Encode what a relay sends."""
    one, two = small_envelope(1), small_envelope(2)
    ids = [digest("troth/envelope", one), digest("troth/envelope", two)]
    hello: dict[str, Value] = {
        "version_min": 1,
        "version_max": 1,
        "envelope_bytes_max": ENVELOPE_BYTES_MAX,
        "challenge": CHALLENGE,
    }
    head: dict[str, Value] = {"mailbox": MAILBOX, "lineage": LINEAGE, "position": 0, "running": RUNNING}
    refuse: dict[str, Value] = {"reason": 1, "mailbox": None, "envelope_ids": [], "retry_after_s": 0}
    rate: dict[str, Value] = {"reason": 8, "mailbox": MAILBOX, "retry_after_s": RETRY_AFTER_S_MAX}
    cases = [
        message("hello", "A relay states its versions, its bound and a challenge.", "Hello", hello),
        message("hello_later", "A later relay may still know version 1.", "Hello", hello | {"version_max": 3}),
        message("head_empty", "An empty log has its head at 0.", "Head", head),
        message("head_far", "A position may need more than 32 bits.", "Head", head | {"position": 2**32}),
        message(
            "deliver",
            "Envelopes stand at the position and those after it.",
            "Deliver",
            {"mailbox": MAILBOX, "position": 1, "envelopes": [one, two]},
        ),
        message(
            "stored",
            "Stored names envelopes by their ids.",
            "Stored",
            {"mailbox": MAILBOX, "position": 300, "envelope_ids": ids},
        ),
        message("refuse_rate", "The longest time to wait is a day.", "Refuse", refuse | rate),
        message("refuse_ids", "A refusal names envelopes.", "Refuse", refuse | {"reason": 7, "envelope_ids": ids}),
    ]
    closed = head | {"successor": mailbox_of(EPOCH_OTHER), "forward": forward(1)}
    cases += [
        message("closed", "Closed says where a log ended and where it leads.", "Closed", closed | {"position": 300}),
    ]
    for reason in range(1, 17):
        what = f"Reason {reason} is known."
        cases.append(message(f"refuse_reason_{reason}", what, "Refuse", refuse | {"reason": reason}))
    return cases


def largest_push(size: int) -> Parts:
    """Describe a push of four envelopes with a frame of an exact size."""
    lengths = [65_524, 65_524, 65_524, size - 37 - 4 * 3 - 3 * 65_524]
    parts = [(b"\x93\x05\xc4\x20" + MAILBOX + b"\x94", 1)]
    for length in lengths:
        parts += [(b"\xc5" + u16(length), 1), (b"\x01", length)]
    return parts


def push_of_one(length: int) -> Parts:
    """Describe a push of one long envelope."""
    return [(b"\x93\x05\xc4\x20" + MAILBOX + b"\x91\xc6" + u32(length), 1), (b"\x01", length)]


def many_envelopes(code: int, between: bytes, count: int) -> Parts:
    """Describe a push or a delivery of many equal envelopes of the smallest size."""
    start = pack([code, MAILBOX]) + between + b"\xdc" + u16(count)
    start = bytes([start[0] + (2 if between else 1)]) + start[1:]
    return [(start, 1), (b"\xc5" + u16(ENVELOPE_BYTES_MIN) + b"\x01" * ENVELOPE_BYTES_MIN, count)]


def relay_accepted() -> list[Case]:
    """Describe frames at their bounds."""
    rows: list[tuple[str, str, str, Parts]] = [
        ("frame_largest", "A frame may have FRAME_BYTES_MAX bytes.", "Push", largest_push(FRAME_BYTES_MAX)),
        (
            "envelope_largest",
            "An envelope may have ENVELOPE_BYTES_MAX bytes.",
            "Push",
            push_of_one(ENVELOPE_BYTES_MAX),
        ),
        ("push_256", "A push may hold FRAME_ENVELOPES_MAX envelopes.", "Push", many_envelopes(5, b"", 256)),
        (
            "deliver_256",
            "A delivery may hold FRAME_ENVELOPES_MAX.",
            "Deliver",
            many_envelopes(7, b"\x01", 256),
        ),
    ]
    cases: list[Case] = [{"name": n, "what": w, "message": kind, "frame": runs(*parts)} for n, w, kind, parts in rows]
    end: list[Value] = [MAILBOX, LINEAGE, 0, RUNNING]
    for name, what, kind, fields in (
        ("close_for_good", "A log without a successor ends its line.", "Close", [MAILBOX, None, forward(2)]),
        ("closed_for_good", "A log may lead nowhere.", "Closed", [*end, None, forward(2)]),
        (
            "closed_empty",
            "A log may be closed before anything lies in it.",
            "Closed",
            [*end, mailbox_of(EPOCH_OTHER), forward(1)],
        ),
    ):
        cases.append({"name": name, "what": what, "message": kind, "frame": shortened(pack([CODES[kind], *fields]))})
    return cases


def malformed_long() -> list[Case]:
    """Describe frames past their bounds."""
    rows: list[tuple[str, str, Parts]] = [
        ("frame_too_large", "A frame has at most FRAME_BYTES_MAX bytes.", largest_push(FRAME_BYTES_MAX + 1)),
        (
            "envelope_too_large",
            "An envelope has at most ENVELOPE_BYTES_MAX bytes.",
            push_of_one(ENVELOPE_BYTES_MAX + 1),
        ),
        ("push_257", "A push holds at most FRAME_ENVELOPES_MAX envelopes.", many_envelopes(5, b"", 257)),
        ("deliver_257", "A delivery holds at most FRAME_ENVELOPES_MAX.", many_envelopes(7, b"\x01", 257)),
        ("nested", "Depth does not fell the reader.", [(b"\x92\x01", 1), (b"\x91", 10_000), (b"\xc0", 1)]),
    ]
    return [{"name": n, "what": w, "frame": runs(*parts), "error": "malformed"} for n, w, parts in rows]


def malformed_lengths() -> list[tuple[str, str, Value]]:
    """Name messages with a field one byte too short, too long or of another form."""
    box, run, short = MAILBOX, RUNNING, MAILBOX[:-1]
    proof = prove(EPOCH, CHALLENGE, HOST)
    what = "A field of fixed length has that length."
    rows: list[tuple[str, str, Value]] = [
        ("challenge_31", what, [1, 1, 1, ENVELOPE_BYTES_MAX, CHALLENGE[:-1]]),
        ("challenge_33", what, [1, 1, 1, ENVELOPE_BYTES_MAX, CHALLENGE + b"\0"]),
        ("prove_mailbox_31", what, [2, short, proof]),
        ("prove_mailbox_33", what, [2, box + b"\0", proof]),
        ("prove_signature_63", what, [2, box, proof[:-1]]),
        ("prove_signature_65", what, [2, box, proof + b"\0"]),
        ("create_mailbox_31", what, [3, short, b"", 0, None]),
        ("create_pass_65", "A pass has at most 64 bytes.", [3, box, fixed("pass/1", 65), 0, None]),
        ("create_sponsor_31", what, [3, box, b"", 2, short]),
        ("follow_mailbox_31", what, [4, short, LINEAGE, 0, run]),
        ("follow_lineage_15", what, [4, box, LINEAGE[:-1], 0, run]),
        ("follow_lineage_17", what, [4, box, LINEAGE + b"\0", 0, run]),
        ("follow_running_31", what, [4, box, LINEAGE, 0, run[:-1]]),
        ("push_mailbox_31", what, [5, short, [small_envelope(1)]]),
        ("head_mailbox_31", what, [6, short, LINEAGE, 0, run]),
        ("head_lineage_15", what, [6, box, LINEAGE[:-1], 0, run]),
        ("head_running_33", what, [6, box, LINEAGE, 0, run + b"\0"]),
        ("deliver_mailbox_31", what, [7, short, 1, [small_envelope(1)]]),
        ("stored_mailbox_31", what, [8, short, 1, [run]]),
        ("stored_id_31", what, [8, box, 1, [run[:-1]]]),
        ("refuse_mailbox_31", what, [9, 1, short, [], 0]),
        ("refuse_id_33", what, [9, 1, None, [run + b"\0"], 0]),
        ("close_mailbox_31", what, [10, short, None, forward(1)]),
        ("close_successor_31", what, [10, box, short, forward(1)]),
        ("close_forward_short", what, [10, box, None, forward(1)[:-1]]),
        ("close_forward_long", what, [10, box, None, forward(1) + b"\0"]),
        ("close_forward_empty", what, [10, box, None, b""]),
        ("closed_lineage_15", what, [11, box, LINEAGE[:-1], 0, run, None, forward(1)]),
        ("closed_running_33", what, [11, box, LINEAGE, 0, run + b"\0", None, forward(1)]),
        ("closed_successor_33", what, [11, box, LINEAGE, 0, run, box + b"\0", forward(1)]),
        ("closed_forward_short", what, [11, box, LINEAGE, 0, run, None, forward(1)[:-1]]),
        ("mailbox_text", "A mailbox is bytes and no string.", [2, "a" * 32, proof]),
        ("mailbox_nil", "Only Refuse may name no mailbox.", [2, None, proof]),
        ("envelope_text", "An envelope is bytes and no string.", [5, box, ["a" * ENVELOPE_BYTES_MIN]]),
        ("envelopes_no_list", "Envelopes stand in a list.", [5, box, small_envelope(1)]),
    ]
    return rows


def malformed_numbers() -> list[tuple[str, str, Value]]:
    """Name messages with a wrong code, number or count."""
    box, run, one = MAILBOX, RUNNING, small_envelope(1)
    boolean = "A boolean is no number."
    return [
        ("empty_list", "A frame has a code.", []),
        ("code_0", "Code 0 is no message.", [0]),
        ("code_12", "A kept code is no message yet.", [12, box]),
        ("code_32", "An unknown code is no message.", [32, box]),
        ("code_true", boolean, [True, 1, 1, ENVELOPE_BYTES_MAX, CHALLENGE]),
        ("code_bytes", "A code is a number.", [b"\x02", box, prove(EPOCH, CHALLENGE, HOST)]),
        ("hello_version_256", "A version is at most 255.", [1, 1, 256, ENVELOPE_BYTES_MAX, CHALLENGE]),
        ("hello_version_true", boolean, [1, True, 1, ENVELOPE_BYTES_MAX, CHALLENGE]),
        ("follow_extra", "No field is added.", [4, box, LINEAGE, 0, run, 0]),
        ("follow_short", "No field is left out.", [4, box, LINEAGE, 0]),
        ("push_extra", "No field is added.", [5, box, [one], None]),
        ("refuse_extra", "No field is added.", [9, 1, None, [], 0, None]),
        ("create_short", "A kind and a sponsor are never left out.", [3, box, b""]),
        ("create_kind_4", "Kind 4 is none.", [3, box, b"", 4, None]),
        ("create_kind_true", boolean, [3, box, b"", True, None]),
        ("create_sponsor_empty", "No sponsor is nil.", [3, box, b"", 0, b""]),
        ("follow_after_negative", "No position is negative.", [4, box, LINEAGE, -1, run]),
        ("follow_after_2_63", "A number is below 2^63.", [4, box, LINEAGE, 2**63, run]),
        ("follow_after_true", boolean, [4, box, LINEAGE, True, run]),
        ("head_position_negative", "No position is negative.", [6, box, LINEAGE, -1, run]),
        ("head_position_nil", "A position is a number.", [6, box, LINEAGE, None, run]),
        ("deliver_position_negative", "No position is negative.", [7, box, -1, [one]]),
        ("deliver_position_0", "The first entry stands at 1.", [7, box, 0, [one]]),
        ("stored_position_0", "The first entry stands at 1.", [8, box, 0, [run]]),
        ("push_none", "A push holds one envelope at least.", [5, box, []]),
        ("deliver_none", "A delivery holds one envelope at least.", [7, box, 1, []]),
        ("stored_none", "Stored names one envelope at least.", [8, box, 1, []]),
        ("stored_257", "Stored names at most FRAME_ENVELOPES_MAX.", [8, box, 1, [run] * 257]),
        ("refuse_257", "Refuse names at most FRAME_ENVELOPES_MAX.", [9, 7, box, [run] * 257, 0]),
        ("push_empty_envelope", "No envelope is empty.", [5, box, [b""]]),
        ("push_envelope_553", "No envelope is below ENVELOPE_BYTES_MIN.", [5, box, [one[:-1]]]),
        ("push_second_553", "Each envelope is judged.", [5, box, [one, one[:-1]]]),
        ("deliver_envelope_553", "No envelope is below ENVELOPE_BYTES_MIN.", [7, box, 1, [one[:-1]]]),
        ("refuse_reason_0", "Reason 0 is none.", [9, 0, None, [], 0]),
        ("refuse_reason_17", "Reason 17 is none.", [9, 17, None, [], 0]),
        ("close_no_successor", "A successor is never left out.", [10, box, forward(1)]),
        ("close_successor_empty", "No successor is nil.", [10, box, b"", forward(1)]),
        ("close_extra", "No field is added.", [10, box, None, forward(1), 0]),
        ("close_forward_nil", "A forward is always there.", [10, box, None, None]),
        ("closed_position_negative", "No position is negative.", [11, box, LINEAGE, -1, run, None, forward(1)]),
        ("closed_position_true", boolean, [11, box, LINEAGE, True, run, None, forward(1)]),
        ("closed_short", "No field is left out.", [11, box, LINEAGE, 0, run, None]),
        ("refuse_reason_true", boolean, [9, True, None, [], 0]),
        ("refuse_retry_negative", "No time to wait is negative.", [9, 8, None, [], -1]),
        ("refuse_retry_86401", "The longest time to wait is a day.", [9, 8, None, [], RETRY_AFTER_S_MAX + 1]),
        ("refuse_ids_nil", "No ids are an empty list.", [9, 1, None, None, 0]),
    ]


def relay_malformed() -> list[Case]:
    """Encode frames that can not be read."""
    rows = malformed_lengths() + malformed_numbers()
    cases: list[Case] = [
        {"name": name, "what": what, "frame": shortened(pack(value)), "error": "malformed"}
        for name, what, value in rows
    ]
    follow = pack([4, MAILBOX, LINEAGE, 0, RUNNING])
    loose = b"\x95\xcc\x04" + follow[2:]
    for name, what, frame in (
        ("frame_empty", "No bytes are no frame.", b""),
        ("frame_cut", "A frame is whole.", follow[:-1]),
        ("frame_trailing", "Nothing stands behind the list.", follow + b"\0"),
        ("frame_code_not_shortest", "A frame is canonical.", loose),
        ("frame_no_list", "A frame is a list.", b"\x04"),
    ):
        cases.append({"name": name, "what": what, "frame": frame.hex(), "error": "malformed"})
    return cases + malformed_long()


def proof_case(name: str, what: str, host: str, challenge: bytes, signature: bytes, mailbox: bytes = MAILBOX) -> Case:
    """Name what a relay has before it when it judges a proof."""
    return {
        "name": name,
        "what": what,
        "host": host,
        "challenge": challenge.hex(),
        "mailbox": mailbox.hex(),
        "signature": signature.hex(),
    }


def proofs() -> list[Case]:
    """Make good proofs, with the seed that makes them."""
    seed = {"seed": mailbox_seed(EPOCH).hex()}
    rows = [
        ("proof", "A proof is by the mailbox key over challenge, mailbox and host.", HOST, CHALLENGE),
        ("proof_upper_case", "A host is the same in upper case.", "Relay.EXAMPLE:443", CHALLENGE),
        ("proof_other_port", "The port is part of the host.", "relay.example:8443", CHALLENGE),
        ("proof_other_challenge", "Each connection has its proof.", HOST, CHALLENGE_OTHER),
        ("proof_longest_host", "A host has at most 255 bytes.", "a" * 251 + ":443", CHALLENGE),
    ]
    return [seed | proof_case(n, w, host, c, prove(EPOCH, c, host)) for n, w, host, c in rows]


def proofs_refused() -> list[Case]:
    """Make proofs that a relay must not take."""
    good = prove(EPOCH, CHALLENGE, HOST)
    seed, statement = mailbox_seed(EPOCH), proof_statement(CHALLENGE, MAILBOX, HOST)
    identity = b"\x01" + bytes(31)
    cases = [
        proof_case("wrong_host", "A proof fits one host.", "other.example:443", CHALLENGE, good),
        proof_case("wrong_port", "A proof fits one port.", "relay.example:8443", CHALLENGE, good),
        proof_case(
            "no_port",
            "The port is always written.",
            HOST,
            CHALLENGE,
            prove(EPOCH, CHALLENGE, "relay.example"),
        ),
        proof_case("wrong_challenge", "A proof fits one challenge.", HOST, CHALLENGE_OTHER, good),
        proof_case("wrong_mailbox", "A proof fits one mailbox.", HOST, CHALLENGE, good, mailbox_of(EPOCH_OTHER)),
        proof_case("flipped", "A changed signature is none.", HOST, CHALLENGE, flip(good, 0)),
        proof_case("s_plus_order", "S is below the order of the group.", HOST, CHALLENGE, add_order_to_s(good)),
        proof_case(
            "r_plus_order_4",
            "The equation has no cofactor.",
            HOST,
            CHALLENGE,
            sign_oddly(seed, statement, ED25519_ORDER_4),
        ),
        proof_case(
            "no_label",
            "A proof is signed under its own label.",
            HOST,
            CHALLENGE,
            sign(seed, statement.removeprefix(b"troth/proof/1\0")),
        ),
        proof_case(
            "identity_mailbox",
            "A mailbox of low order is nobody's, though the equation holds for every message.",
            HOST,
            CHALLENGE,
            identity + bytes(32),
            identity,
        ),
    ]
    return [case | {"error": "forged"} for case in cases]


def log_case(name: str, what: str, lineage: bytes, count: int) -> Case:
    """Compute the running hashes of a log."""
    ids = [digest("troth/envelope", small_envelope(n)) for n in range(1, count + 1)]
    running = [digest("troth/log", MAILBOX + lineage)]
    for position, envelope_id in enumerate(ids, 1):
        running.append(digest("troth/log", running[-1] + u64(position) + envelope_id))
    return {
        "name": name,
        "what": what,
        "mailbox": MAILBOX.hex(),
        "lineage": lineage.hex(),
        "envelopes": [small_envelope(n).hex() for n in range(1, count + 1)],
        "envelope_ids": [envelope_id.hex() for envelope_id in ids],
        "running": [value.hex() for value in running],
    }


def relay() -> Case:
    """Make relay.json."""
    return {
        "messages": client_messages() + relay_messages(),
        "accepted": relay_accepted(),
        "malformed": relay_malformed(),
        "proofs": proofs(),
        "proofs_refused": proofs_refused(),
        "logs": [
            log_case("log_empty", "An empty log already has a running hash.", LINEAGE, 0),
            log_case("log_of_4", "Each entry moves the running hash on.", LINEAGE, 4),
            log_case("log_other_lineage", "Another lineage is another log.", fixed("lineage/2", 16), 1),
        ],
    }


# --- records ------------------------------------------------------------------------------------------

SPACE: Final = fixed("space/1")
INCARNATION: Final = fixed("incarnation/1", 16)
DOCUMENT: Final = fixed("document/1", 16)

FIELDS: Final = (
    "version",
    "kind",
    "space",
    "device",
    "incarnation",
    "sequence",
    "prev",
    "tips",
    "heads",
    "seen",
    "document",
    "changes",
    "rules",
    "payload_hash",
)


def change_bytes(number: int) -> bytes:
    """Return bytes that stand for a CRDT change: nothing here looks inside."""
    return fixed(f"change/{number}", 20 + number)


def change_hashes(count: int) -> list[bytes]:
    """Return hashes that stand for those of CRDT changes."""
    return [fixed(f"change-hash/{n}") for n in range(1, count + 1)]


def changes_payload(count: int) -> bytes:
    """Encode a payload of changes."""
    return pack([change_bytes(n) for n in range(1, count + 1)])


def heads(count: int) -> list[bytes]:
    """Return membership heads, ascending."""
    return sorted(fixed(f"head/{n}") for n in range(1, count + 1))


def tips(sequences: Sequence[int]) -> list[list[Value]]:
    """Return tips of earlier incarnations, ascending by incarnation."""
    rows = zip(sorted(fixed(f"tip/{n}", 16) for n in range(len(sequences))), sequences, strict=True)
    return [[incarnation, sequence, fixed(f"tip-record/{sequence}")] for incarnation, sequence in rows]


def fields_for(payload: bytes, **changed: Value) -> dict[str, Value]:
    """Name the fields of an ordinary second record with some of them changed."""
    fields: dict[str, Value] = {
        "version": 1,
        "kind": CHANGES,
        "space": SPACE,
        "device": ALICE.id,
        "incarnation": INCARNATION,
        "sequence": 2,
        "prev": fixed("prev/1"),
        "tips": [],
        "heads": [],
        "seen": None,
        "document": DOCUMENT,
        "changes": change_hashes(1),
        "rules": 1,
        "payload_hash": digest("troth/payload", payload),
    }
    return fields | changed


def header_of(fields: Mapping[str, Value]) -> bytes:
    """Encode a header."""
    return pack([fields[field] for field in FIELDS])


def sign_header(header: bytes, device: Device = ALICE) -> bytes:
    """Sign a header with a device's everyday key."""
    return sign(device.everyday_seed, b"troth/record/1\0" + header)


def record_case(name: str, what: str, fields: Mapping[str, Value], payload: Parts) -> Case:
    """Make one record."""
    header = header_of(fields)
    return {
        "name": name,
        "what": what,
        "everyday_seed": ALICE.everyday_seed.hex(),
        "everyday": ALICE.card[0].hex(),
        "fields": {field: relay_value(value) for field, value in fields.items()},
        "payload": runs(*payload) if len(payload) > 1 else join(payload).hex(),
        "header": header.hex(),
        "record_id": digest("troth/record", header).hex(),
        "signature": sign_header(header).hex(),
    }


def long_payload(first: int, second: int) -> Parts:
    """Describe a payload of two long changes."""
    return [
        (b"\x92\xc5" + u16(first), 1),
        (b"\xaa", first),
        (b"\xc5" + u16(second), 1),
        (b"\xbb", second),
    ]


def large_record(over: int) -> tuple[dict[str, Value], Parts]:
    """Describe a record that has RECORD_BYTES_MAX bytes and some more."""
    changed = {"changes": change_hashes(2)}
    space = RECORD_BYTES_MAX + over - 64 - len(header_of(fields_for(b"", **changed)))
    payload = long_payload(CHANGE_BYTES_MAX, space - 7 - CHANGE_BYTES_MAX)
    return fields_for(join(payload), **changed), payload


def largest_header() -> tuple[dict[str, Value], bytes]:
    """Describe a first record with every list at its longest and every number at its widest."""
    payload, far = changes_payload(64), 2**63 - 1
    first: dict[str, Value] = {
        "sequence": 1,
        "prev": None,
        "heads": heads(16),
        "tips": tips([far - n for n in range(16)]),
    }
    rest: dict[str, Value] = {"seen": [MAILBOX, LINEAGE, far, RUNNING], "changes": change_hashes(64), "rules": 65_535}
    return fields_for(payload, **(first | rest)), payload


def later_header(length: int) -> bytes:
    """Encode a header of another version with one more field and an exact length."""
    start = pack([2, *list(fields_for(b"").values())[1:]])
    return b"\x9f" + start[1:] + pack(bytes(length - len(start) - 3))


def records() -> list[Case]:
    """Make good records."""
    one, two, beacon = changes_payload(1), changes_payload(2), fixed("beacon/1", 40)
    first: dict[str, Value] = {"sequence": 1, "prev": None, "heads": heads(2)}
    seen: list[Value] = [MAILBOX, LINEAGE, 70_000, RUNNING]
    nothing: dict[str, Value] = {"document": None, "changes": []}
    operation = operation_payload(OPERATION_BODY, ALICE, GENESIS_2.space)
    in_space: dict[str, Value] = {"kind": OPERATION, "space": GENESIS_2.space, "heads": [GENESIS_2.space]}
    rows: list[tuple[str, str, dict[str, Value], Parts]] = [
        ("second", "A later record names the one before it.", fields_for(one), [(one, 1)]),
        (
            "first",
            "A first record names heads and no record before it.",
            fields_for(one, **first),
            [(one, 1)],
        ),
        (
            "every_field",
            "A first record may set every field but prev.",
            fields_for(two, **(first | {"tips": tips([7, 300]), "seen": seen, "changes": change_hashes(2)})),
            [(two, 1)],
        ),
        (
            "new_heads",
            "A later record names heads that changed.",
            fields_for(one, heads=heads(16)),
            [(one, 1)],
        ),
        (
            "far_sequence",
            "A sequence may need more than 32 bits.",
            fields_for(one, sequence=2**32),
            [(one, 1)],
        ),
        (
            "other_rules",
            "Any version of the rules may stand in a header.",
            fields_for(one, rules=7),
            [(one, 1)],
        ),
        (
            "operation",
            "A record may carry an operation.",
            fields_for(operation, **(first | nothing | in_space)),
            [(operation, 1)],
        ),
        (
            "kept_kind",
            "A header of a kind that is not known yet still counts in the chain.",
            fields_for(beacon, **(nothing | {"kind": 4})),
            [(beacon, 1)],
        ),
        (
            "unknown_kind",
            "A header of a kind that no page names still counts in the chain.",
            fields_for(beacon, **(nothing | {"kind": 99})),
            [(beacon, 1)],
        ),
    ]
    fields, payload = largest_header()
    rows.append(("largest_header", "Every list of a header may be at its longest.", fields, [(payload, 1)]))
    fields, parts = large_record(0)
    rows.append(("largest_record", "A record may have RECORD_BYTES_MAX bytes.", fields, parts))
    return [record_case(*row) for row in rows]


def broken_record(name: str, what: str, header: bytes, payload: Parts, error: str, signature: bytes = b"") -> Case:
    """Make a record that is refused; without another signature it has a good one."""
    return {
        "name": name,
        "what": what,
        "everyday": ALICE.card[0].hex(),
        "header": header.hex(),
        "payload": runs(*payload) if len(payload) > 1 else join(payload).hex(),
        "signature": (signature or sign_header(header)).hex(),
        "error": error,
    }


def broken_fields() -> list[tuple[str, str, dict[str, Value]]]:
    """Name headers that break one rule each, over a payload of one change."""
    hash_1 = change_hashes(1)
    first: dict[str, Value] = {"sequence": 1, "prev": None, "heads": heads(2)}
    seen: list[Value] = [MAILBOX, LINEAGE, 1, RUNNING]
    length = "A field of fixed length has that length."
    boolean = "A boolean is no number."
    return [
        ("first_with_prev", "A first record has none before it.", first | {"prev": fixed("prev/1")}),
        ("second_without_prev", "A later record has one before it.", {"prev": None}),
        ("second_with_tips", "Only a first record names tips.", {"tips": tips([1])}),
        ("changes_without_document", "Changes have a document.", {"document": None}),
        ("changes_empty", "A record of changes names one at least.", {"changes": []}),
        ("heads_unsorted", "Heads ascend.", {"heads": heads(2)[::-1]}),
        ("heads_twice", "No head is named twice.", {"heads": heads(1) * 2}),
        ("heads_17", "At most 16 heads are named.", {"heads": heads(17)}),
        ("tips_17", "At most 16 tips are named.", first | {"tips": tips(range(1, 18))}),
        ("sequence_0", "Sequences begin at 1.", {"sequence": 0}),
        ("sequence_0_without_prev", "Sequences begin at 1.", first | {"sequence": 0}),
        ("sequence_negative", "No sequence is negative.", {"sequence": -1}),
        ("sequence_true", boolean, first | {"sequence": True}),
        ("version_true", boolean, {"version": True}),
        ("version_nil", "A version is a number.", {"version": None}),
        ("kind_true", boolean, {"kind": True}),
        ("kind_256", "A kind is at most 255.", {"kind": 256, "document": None, "changes": []}),
        ("rules_65536", "A version of the rules is at most 65535.", {"rules": 65_536}),
        ("rules_negative", "No version of the rules is negative.", {"rules": -1}),
        ("rules_true", boolean, {"rules": True}),
        ("space_31", length, {"space": SPACE[:-1]}),
        ("space_text", "A space is bytes and no string.", {"space": "a" * 32}),
        ("device_33", length, {"device": ALICE.id + b"\0"}),
        ("incarnation_15", length, {"incarnation": INCARNATION[:-1]}),
        ("incarnation_17", length, {"incarnation": INCARNATION + b"\0"}),
        ("prev_31", length, {"prev": fixed("prev/1", 31)}),
        ("head_31", length, {"heads": [fixed("head/1", 31)]}),
        ("tip_incarnation_15", length, first | {"tips": [[fixed("tip/1", 15), 1, RUNNING]]}),
        ("tip_record_31", length, first | {"tips": [[fixed("tip/1", 16), 1, RUNNING[:-1]]]}),
        ("tip_sequence_0", "Sequences begin at 1.", first | {"tips": [[fixed("tip/1", 16), 0, RUNNING]]}),
        ("tip_of_2", "A tip has three fields.", first | {"tips": [[fixed("tip/1", 16), 1]]}),
        ("seen_of_3", "Seen has four fields.", {"seen": seen[:3]}),
        ("seen_mailbox_31", length, {"seen": swap(seen, 0, MAILBOX[:-1])}),
        ("seen_lineage_17", length, {"seen": swap(seen, 1, LINEAGE + b"\0")}),
        ("seen_position_negative", "No position is negative.", {"seen": swap(seen, 2, -1)}),
        ("seen_running_31", length, {"seen": swap(seen, 3, RUNNING[:-1])}),
        ("document_17", length, {"document": DOCUMENT + b"\0"}),
        ("change_hash_31", length, {"changes": [hash_1[0][:-1]]}),
        ("payload_hash_31", length, {"payload_hash": RUNNING[:-1]}),
    ]


def records_of_broken_form() -> list[Case]:
    """Make records whose header or payload has not the form that the page gives."""
    one, two = changes_payload(1), changes_payload(2)
    rows: list[tuple[str, str, bytes, Parts]] = [
        (name, what, header_of(fields_for(one, **changed)), [(one, 1)]) for name, what, changed in broken_fields()
    ]
    other, kept = pack([b"an operation", bytes(64)]), {"kind": OPERATION}
    header = header_of(fields_for(one))
    rows += [
        (
            "operation_with_document",
            "Only a record of changes has a document.",
            header_of(fields_for(other, **(kept | {"changes": []}))),
            [(other, 1)],
        ),
        (
            "operation_with_changes",
            "Only a record of changes names changes.",
            header_of(fields_for(other, **(kept | {"document": None}))),
            [(other, 1)],
        ),
        (
            "changes_65",
            "At most 64 changes are named.",
            header_of(fields_for(changes_payload(65), changes=change_hashes(65))),
            [(changes_payload(65), 1)],
        ),
        (
            "payload_of_more",
            "The payload has as many changes as named.",
            header_of(fields_for(two)),
            [(two, 1)],
        ),
        (
            "payload_of_fewer",
            "The payload has as many changes as named.",
            header_of(fields_for(one, changes=change_hashes(2))),
            [(one, 1)],
        ),
        ("payload_of_text", "A change is bytes.", header_of(fields_for(pack(["a"]))), [(pack(["a"]), 1)]),
        ("payload_no_list", "A payload of changes is a list.", header_of(fields_for(b"\1")), [(b"\1", 1)]),
        (
            "payload_not_canonical",
            "A payload of changes is canonical.",
            header_of(fields_for(b"\x91\xc5\0\1\0")),
            [(b"\x91\xc5\0\1\0", 1)],
        ),
        (
            "header_of_13",
            "No field is left out.",
            pack([fields_for(one)[f] for f in FIELDS[:-1]]),
            [(one, 1)],
        ),
        ("header_of_15", "No field is added.", b"\x9f" + header[1:] + b"\xc0", [(one, 1)]),
        ("header_not_canonical", "A header is canonical.", header[:1] + b"\xcc" + header[1:], [(one, 1)]),
        ("header_trailing", "Nothing stands behind the list.", header + b"\0", [(one, 1)]),
        ("header_cut", "A header is whole.", header[:-1], [(one, 1)]),
        ("header_empty", "No bytes are no header.", b"", [(one, 1)]),
        ("header_of_0", "A header has a version.", pack([]), [(one, 1)]),
        ("header_of_1", "A header of this version has its fields.", pack([1]), [(one, 1)]),
    ]
    what = "A header has at most HEADER_BYTES_MAX bytes, whatever its version."
    rows.append(("header_too_large", what, later_header(HEADER_BYTES_MAX + 1), [(one, 1)]))
    fields, parts = large_record(1)
    rows.append(("record_too_large", "A record has at most 65536 bytes.", header_of(fields), parts))
    parts = [(b"\x91\xc5" + u16(CHANGE_BYTES_MAX + 1), 1), (b"\xaa", CHANGE_BYTES_MAX + 1)]
    rows.append(("change_too_large", "A change has at most 61440 bytes.", header_of(fields_for(join(parts))), parts))
    return [broken_record(*row, "malformed") for row in rows]


def records_refused() -> list[Case]:
    """Make records that are refused, one for each rule."""
    one, other = changes_payload(1), pack([change_bytes(2)])
    header = header_of(fields_for(one))
    good = sign_header(header)
    later = header_of(fields_for(one, version=2))
    longer = b"\x9f" + later[1:] + b"\xc0"
    zero = header_of(fields_for(one, version=0))
    cases = records_of_broken_form()
    for name, what, head in (
        ("version_2", "Another version waits for a release that knows it.", later),
        ("version_2_of_15", "Another version may have other fields.", longer),
        ("version_2_of_largest", "A header may have HEADER_BYTES_MAX bytes.", later_header(HEADER_BYTES_MAX)),
        ("version_negative", "Any other number is another version.", header_of(fields_for(one, version=-1))),
        ("version_0", "Any other number is another version.", zero),
        ("version_2_alone", "Nothing need follow another version.", pack([2])),
        ("version_of_64_bits", "Any other number is another version.", pack([2**64 - 1, 1])),
    ):
        cases.append(broken_record(name, what, head, [(one, 1)], "version"))
    cases.append(
        broken_record("payload_of_another", "The header names its payload's hash.", header, [(other, 1)], "forged")
    )
    by_bob, signed = sign_header(header, BOB), b"troth/record/1\0" + header
    odd = sign_oddly(ALICE.everyday_seed, signed, ED25519_ORDER_4)
    low = sign_oddly(ALICE.everyday_seed, signed, ED25519_IDENTITY, alone=True)
    for name, what, signature in (
        ("signature_flipped", "A changed signature is none.", flip(good, 0)),
        ("signature_of_another", "A record is signed by its author.", by_bob),
        ("signature_s_plus_order", "S is below the order of the group.", add_order_to_s(good)),
        ("signature_r_plus_order_4", "The equation has no cofactor.", odd),
        ("signature_r_of_low_order", "R is not of low order, though the equation holds.", low),
        ("signature_no_label", "A record is signed under its own label.", sign(ALICE.everyday_seed, header)),
        ("signature_by_admin", "Records are signed by the everyday key.", sign_admin(ALICE, header)),
    ):
        cases.append(broken_record(name, what, header, [(one, 1)], "forged", signature))
    return cases


def sign_admin(device: Device, header: bytes) -> bytes:
    """Sign a header with the key that must not sign headers."""
    return sign(device.admin_seed, b"troth/record/1\0" + header)


def record() -> Case:
    """Make record.json."""
    return {"records": records(), "refused": records_refused()}


# --- envelope.json ------------------------------------------------------------------------------------


def padded(length: int) -> int:
    """Return the padded length of a content."""
    if length <= PADDED_BYTES_MIN:
        return PADDED_BYTES_MIN
    exponent = length.bit_length() - 1
    step = 1 << exponent - exponent.bit_length()
    return -(-length // step) * step


def content_of(signature: bytes, header: bytes, payload: bytes) -> bytes:
    """Join a record behind its lengths."""
    return u16(len(header)) + u32(len(payload)) + signature + header + payload


def pad(content: bytes) -> bytes:
    """Fill a content with zeros."""
    return content + bytes(padded(len(content)) - len(content))


def seal(plaintext: bytes, nonce: bytes, start: bytes = b"\x01\x01", mailbox: bytes = MAILBOX) -> bytes:
    """Seal a plaintext under the first epoch.

    Args:
        plaintext: what to seal, already padded.
        nonce: 24 bytes.
        start: version and algorithm.
        mailbox: the mailbox that is bound in.

    Returns:
        The envelope.
    """
    context = b"troth/envelope\0" + start + mailbox
    return start + nonce + aead(derive(EPOCH, "troth/seal"), nonce, plaintext, context)


def epochs() -> list[Case]:
    """Derive what an epoch key gives."""
    return [
        {
            "name": f"epoch_{number}",
            "what": "An epoch key gives the seed of the mailbox key, the mailbox id and the sealing key.",
            "epoch": epoch.hex(),
            "mailbox_seed": mailbox_seed(epoch).hex(),
            "mailbox": mailbox_of(epoch).hex(),
            "sealing_key": derive(epoch, "troth/seal").hex(),
        }
        for number, epoch in enumerate((EPOCH, EPOCH_OTHER, bytes(32)), 1)
    ]


def lengths() -> list[Case]:
    """Pad contents at the edges of the steps."""
    numbers = [
        70,
        71,
        300,
        511,
        512,
        513,
        543,
        544,
        545,
        575,
        576,
        577,
        1_000,
        1_023,
        1_024,
        1_025,
        1_088,
        1_089,
    ]
    numbers += [2_047, 2_048, 2_049, 4_096, 4_097, 5_000, 10_000, 16_384, 16_385, 32_768, 32_769, 50_000]
    numbers += [61_440, 65_535, 65_536, 65_537, 65_541, 65_542]
    what = "A length is padded so that it tells little."
    return [{"name": f"length_{n}", "what": what, "length": n, "padded": padded(n)} for n in numbers]


def sealed_case(name: str, what: str, fields: Mapping[str, Value], payload: Parts) -> Case:
    """Seal one record with a fixed nonce."""
    header, nonce = header_of(fields), fixed(f"nonce/{name}", 24)
    envelope = seal(pad(content_of(sign_header(header), header, join(payload))), nonce)
    return {
        "name": name,
        "what": what,
        "epoch": EPOCH.hex(),
        "mailbox": MAILBOX.hex(),
        "nonce": nonce.hex(),
        "signature": sign_header(header).hex(),
        "header": header.hex(),
        "payload": runs(*payload) if len(payload) > 1 else join(payload).hex(),
        "envelope": envelope.hex(),
        "envelope_id": digest("troth/envelope", envelope).hex(),
    }


def payload_for(length: int) -> tuple[dict[str, Value], Parts]:
    """Make a record of one change whose content has an exact length."""
    space = length - 70 - len(header_of(fields_for(b"")))
    change = fixed(f"content/{length}", space - (3 if space < 259 else 4))
    payload = pack([change])
    return fields_for(payload), [(payload, 1)]


def sealed() -> list[Case]:
    """Seal records of several lengths."""
    cases = [
        sealed_case("seal_small", "A short record is sealed at the smallest length.", *payload_for(400)),
        sealed_case("seal_512", "A content of 512 bytes needs no zeros.", *payload_for(512)),
        sealed_case("seal_513", "A content of 513 bytes takes the next step.", *payload_for(513)),
        sealed_case("seal_3000", "A longer content is padded by its own step.", *payload_for(3_000)),
        sealed_case("seal_largest", "The largest record gives the largest envelope.", *large_record(0)),
    ]
    again = sealed_case("seal_small_again", "The same record may travel in another envelope.", *payload_for(400))
    return [*cases, again]


def open_refused_case(name: str, what: str, envelope: bytes, error: str, epoch: bytes = EPOCH) -> Case:
    """Name an envelope that a holder of an epoch must refuse."""
    return {
        "name": name,
        "what": what,
        "epoch": epoch.hex(),
        "mailbox": mailbox_of(epoch).hex(),
        "envelope": envelope.hex(),
        "error": error,
    }


def opened_malformed() -> list[Case]:
    """Seal plaintexts that have not the form that the page gives."""
    fields, parts = payload_for(400)
    header, payload = header_of(fields), join(parts)
    signature = sign_header(header)
    content = content_of(signature, header, payload)
    past_header = u16(600) + content[2:]
    past_payload = content[:2] + u32(2**32 - 1) + content[6:]
    by_one = content[:2] + u32(512 - 70 - len(header) + 1) + content[6:]
    huge_fields, huge_parts = large_record(1)
    huge = header_of(huge_fields)
    rows = [
        ("padding_last", "Padding is zeros.", flip(pad(content), -1)),
        ("padding_first", "Padding is zeros.", flip(pad(content), len(content))),
        ("padded_544", "A content has one padded length.", content + bytes(544 - len(content))),
        ("padded_513", "A padded length is one of the steps.", content + bytes(513 - len(content))),
        ("padded_not_down", "A content of 513 is not padded to 576.", padded_513_to_576()),
        ("header_past_end", "A header ends within the plaintext.", pad(past_header)),
        ("payload_past_end", "A payload ends within the plaintext.", pad(past_payload)),
        ("payload_past_end_by_one", "A payload ends within the plaintext.", pad(by_one)),
        (
            "record_too_large",
            "A record has at most 65536 bytes.",
            pad(content_of(sign_header(huge), huge, join(huge_parts))),
        ),
    ]
    return [
        open_refused_case(name, what, seal(plaintext, fixed(f"nonce/{name}", 24)), "malformed")
        for name, what, plaintext in rows
    ]


def padded_513_to_576() -> bytes:
    """Pad a content of 513 bytes one step too far."""
    fields, parts = payload_for(513)
    header = header_of(fields)
    return content_of(sign_header(header), header, join(parts)) + bytes(576 - 513)


def open_refused() -> list[Case]:
    """Make envelopes that are refused."""
    fields, parts = payload_for(513)
    header, nonce = header_of(fields), fixed("nonce/refused", 24)
    plaintext = pad(content_of(sign_header(header), header, join(parts)))
    good = seal(plaintext, nonce)
    elsewhere = seal(plaintext, nonce, mailbox=mailbox_of(EPOCH_OTHER))
    case = open_refused_case
    return [
        case("tag_flipped", "A changed tag is none.", flip(good, -1), "forged"),
        case("text_flipped", "A changed text fits no tag.", flip(good, 26), "forged"),
        case("nonce_flipped", "A changed nonce fits no tag.", flip(good, 2), "forged"),
        case("other_mailbox", "The mailbox is bound in.", elsewhere, "forged"),
        case("other_epoch", "Another epoch opens nothing.", good, "forged", EPOCH_OTHER),
        case("cut_to_smallest", "A cut envelope fits no tag.", good[:ENVELOPE_BYTES_MIN], "forged"),
        case(
            "cut_below_smallest",
            "No envelope is below 554 bytes.",
            good[: ENVELOPE_BYTES_MIN - 1],
            "malformed",
        ),
        case("empty", "No bytes are no envelope.", b"", "malformed"),
        case("one_byte", "A version alone is no envelope.", b"\x01", "malformed"),
        case("version_2", "Another version waits.", seal(plaintext, nonce, b"\x02\x01"), "version"),
        case(
            "version_0",
            "Any other number is another version.",
            seal(plaintext, nonce, b"\x00\x01"),
            "version",
        ),
        case("algorithm_2", "Another algorithm waits.", seal(plaintext, nonce, b"\x01\x02"), "version"),
        case(
            "algorithm_0",
            "Any other number is another algorithm.",
            seal(plaintext, nonce, b"\x01\x00"),
            "version",
        ),
        *opened_malformed(),
    ]


def wraps() -> list[Case]:
    """Wrap epoch keys."""
    rows = [("wrap_1", ALICE, EPOCH), ("wrap_2", BOB, EPOCH), ("wrap_3", ALICE, EPOCH_OTHER)]
    cases: list[Case] = []
    for name, device, epoch in rows:
        secret = fixed(f"ephemeral/{name}")
        cases.append(
            {
                "name": name,
                "what": "An epoch key is wrapped for one device under its mailbox.",
                "ephemeral_secret": secret.hex(),
                "recipient_secret": device.box_secret.hex(),
                "recipient": device.card[2].hex(),
                "epoch": epoch.hex(),
                "mailbox": mailbox_of(epoch).hex(),
                "wrap": wrap(secret, device.card[2], epoch, mailbox_of(epoch)).hex(),
            }
        )
    return cases


def wraps_refused() -> list[Case]:
    """Make wraps that are refused."""
    recipient = ALICE.card[2]
    good = wrap(fixed("ephemeral/refused"), recipient, EPOCH, MAILBOX)
    swapped = wrap(fixed("ephemeral/refused"), recipient, EPOCH_OTHER, MAILBOX)
    rows = [
        ("tag_flipped", "A changed tag is none.", flip(good, -1), MAILBOX, ALICE, "forged"),
        ("ephemeral_flipped", "The ephemeral key is bound in.", flip(good, 0), MAILBOX, ALICE, "forged"),
        ("other_mailbox", "The mailbox is bound in.", good, mailbox_of(EPOCH_OTHER), ALICE, "forged"),
        ("other_recipient", "A wrap is for one device.", good, MAILBOX, BOB, "forged"),
        (
            "other_epoch",
            "The key must derive the mailbox that was announced.",
            swapped,
            MAILBOX,
            ALICE,
            "forged",
        ),
        ("of_79", "A wrap has 80 bytes.", good[:-1], MAILBOX, ALICE, "malformed"),
        ("of_81", "A wrap has 80 bytes.", good + b"\0", MAILBOX, ALICE, "malformed"),
        ("empty", "No bytes are no wrap.", b"", MAILBOX, ALICE, "malformed"),
    ]
    for name, point in X25519_LOW:
        low = wrap_shared(point, bytes(32), recipient, EPOCH, MAILBOX)
        rows.append((f"low_order_{name}", "A shared secret of zeros is refused.", low, MAILBOX, ALICE, "forged"))
    return [
        {
            "name": name,
            "what": what,
            "recipient_secret": device.box_secret.hex(),
            "recipient": device.card[2].hex(),
            "mailbox": mailbox.hex(),
            "wrap": data.hex(),
            "error": error,
        }
        for name, what, data, mailbox, device, error in rows
    ]


def envelope() -> Case:
    """Make envelope.json."""
    return {
        "epochs": epochs(),
        "padded": lengths(),
        "sealed": sealed(),
        "open_refused": open_refused(),
        "wraps": wraps(),
        "wraps_refused": wraps_refused(),
    }


# --- membership.json ----------------------------------------------------------------------------------

FIELD_PRIME: Final = 2**255 - 19
X25519_ORDER_8: Final = (
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
)


def little(number: int) -> bytes:
    """Write a field element, little-endian."""
    return number.to_bytes(32, "little")


ED25519_LOW: Final = (
    ("identity", little(1)),
    ("order_2", little(FIELD_PRIME - 1)),
    ("order_4", bytes(32)),
    ("order_4_negative", little(2**255)),
    ("order_8", ED25519_ORDER_8),
    ("order_8_negative", ED25519_ORDER_8[:31] + bytes([ED25519_ORDER_8[31] | 0x80])),
    ("order_8_other", little(FIELD_PRIME - int.from_bytes(ED25519_ORDER_8, "little"))),
    ("order_8_other_negative", little(FIELD_PRIME - int.from_bytes(ED25519_ORDER_8, "little") + 2**255)),
    ("identity_not_canonical", little(FIELD_PRIME + 1)),
    ("order_4_not_canonical", little(FIELD_PRIME)),
    ("identity_negative_zero", little(1 + 2**255)),
)
X25519_LOW: Final = (
    ("zero", bytes(32)),
    ("one", little(1)),
    ("order_8_first", X25519_ORDER_8[0]),
    ("order_8_second", X25519_ORDER_8[1]),
    ("prime_minus_1", little(FIELD_PRIME - 1)),
    ("prime", little(FIELD_PRIME)),
    ("prime_plus_1", little(FIELD_PRIME + 1)),
    ("zero_with_top_bit", little(2**255)),
    ("one_with_top_bit", little(2**255 + 1)),
)


@dataclass(frozen=True)
class Genesis:
    """The signed beginning of a space."""

    founders: tuple[Device, ...]
    body: bytes

    @property
    def space(self) -> bytes:
        """The space id."""
        return digest("troth/space", self.body)

    @property
    def signatures(self) -> list[list[bytes]]:
        """Two signatures of each founder, in order."""
        statement = b"troth/genesis/1\0" + self.body
        return [[sign(d.everyday_seed, statement), sign(d.admin_seed, statement)] for d in self.founders]

    @property
    def value(self) -> list[Value]:
        """The list of body and signatures."""
        return [self.body, self.signatures]


def genesis_of(*founders: Device, **changed: Value) -> Genesis:
    """Make a genesis with its founders in the order given and some fields of the body changed."""
    fields: dict[str, Value] = {
        "version": 1,
        "salt": SALT,
        "founders": [device.card for device in founders],
        "epoch": epoch_for(founders),
    }
    return Genesis(founders, pack(list((fields | changed).values())))


def low_card(device: Device) -> list[bytes]:
    """Return a device's card with a box key of low order."""
    return [device.card[0], device.card[1], bytes(32)]


def epoch_under(card: Sequence[bytes]) -> list[Value]:
    """Announce the first epoch with one wrap, which none can open, under the id of a card."""
    return [0, mailbox_of(EPOCH), [[card_id(card), fixed("no wrap", 80)]]]


def join_proofs(newcomer: Device, space: bytes, person: bytes, device_id: bytes = b"") -> list[bytes]:
    """Prove possession of a newcomer's keys, under its own id if none is given."""
    statement = b"troth/join/1\0" + space + person + (device_id or newcomer.id)
    return [sign(newcomer.everyday_seed, statement), sign(newcomer.admin_seed, statement)]


def operation_statement(body: bytes, author: bytes, space: bytes) -> bytes:
    """Return what the author of an operation signs."""
    return b"troth/operation/1\0" + space + author + body


def operation_payload(body: bytes, author: Device, space: bytes) -> bytes:
    """Encode the payload of an operation's record."""
    return pack([body, sign(author.admin_seed, operation_statement(body, author.id, space))])


def epoch_payload(body: bytes, author: Device, space: bytes) -> bytes:
    """Encode the payload of an epoch's record, which the everyday key signs."""
    return pack([body, sign(author.everyday_seed, operation_statement(body, author.id, space))])


def add_fields(space: bytes, person: bytes) -> list[Value]:
    """Return the body of the operation that adds the newcomer to a person."""
    return [1, 1, [space], TABLET.card, join_proofs(TABLET, space, person), epoch_for([TABLET])]


GENESIS_1: Final = genesis_of(ALICE)
GENESIS_2: Final = genesis_of(ALICE, BOB)
OPERATION_BODY: Final = pack(add_fields(GENESIS_2.space, ALICE.id))


def cards() -> list[Case]:
    """Make cards."""
    what = "A device is known by the hash of its three public keys."
    rows = (("device_1", ALICE), ("device_2", BOB), ("device_3", CAROL), ("newcomer", TABLET))
    return [{"name": name, "what": what} | device.named() for name, device in rows]


def cards_refused() -> list[Case]:
    """Make cards that are refused."""
    card = ALICE.card
    rows: list[tuple[str, str, Value]] = []
    for place, key in enumerate(("everyday", "admin")):
        for name, point in ED25519_LOW:
            rows.append((f"{key}_{name}", "An Ed25519 key has no low order.", swap(card, place, point)))
        mixed = crypto_core_ed25519_add(card[place], ED25519_ORDER_8)
        rows.append((f"{key}_mixed_order", "An Ed25519 key has no mixed order.", swap(card, place, mixed)))
        rows.append((f"{key}_off_curve", "An Ed25519 key is on the curve.", swap(card, place, little(2))))
    for name, point in X25519_LOW:
        rows.append((f"box_{name}", "An X25519 key has no low order.", swap(card, 2, point)))
    rows += [
        ("everyday_31", "A key has 32 bytes.", swap(card, 0, card[0][:-1])),
        ("admin_33", "A key has 32 bytes.", swap(card, 1, card[1] + b"\0")),
        ("box_31", "A key has 32 bytes.", swap(card, 2, card[2][:-1])),
        ("of_two_keys", "A card has three keys.", card[:2]),
        ("of_four_keys", "A card has three keys.", [*card, card[0]]),
        ("everyday_text", "A key is bytes and no string.", swap(card, 0, "a" * 32)),
    ]
    return [{"name": n, "what": w, "card": pack(value).hex(), "error": "malformed"} for n, w, value in rows]


def genesis_case(name: str, what: str, genesis: Genesis) -> Case:
    """Name all that goes into a genesis and comes out of it."""
    return {
        "name": name,
        "what": what,
        "salt": SALT.hex(),
        "epoch": EPOCH.hex(),
        "mailbox": MAILBOX.hex(),
        "founders": [
            device.named() | {"ephemeral_secret": ephemeral_for(device).hex(), "wrap": wraps_for([device])[0][1].hex()}
            for device in genesis.founders
        ],
        "body": genesis.body.hex(),
        "signatures": relay_value(genesis.signatures),
        "genesis": pack(genesis.value).hex(),
        "space_id": genesis.space.hex(),
    }


def geneses_of_broken_body() -> list[tuple[str, str, list[Value], str]]:
    """Sign bodies that break one rule each."""
    three = ascending([ALICE, BOB, CAROL])
    ids = [ALICE.id, BOB.id]
    only = wraps_for([ALICE])
    both = wraps_for([ALICE, BOB])
    length = "A field of fixed length has that length."

    def bad(name: str, what: str, genesis: Genesis, error: str = "malformed") -> tuple[str, str, list[Value], str]:
        return name, what, genesis.value, error

    def with_wraps(wraps: Sequence[Value]) -> Genesis:
        return genesis_of(ALICE, BOB, epoch=[0, MAILBOX, wraps])

    return [
        bad("founders_unsorted", "Founders ascend by device id.", genesis_of(BOB, ALICE)),
        bad("founders_three", "A space has one or two persons.", genesis_of(*three)),
        bad("founders_none", "A space has one or two persons.", genesis_of()),
        bad("founders_twice", "No founder stands twice.", genesis_of(ALICE, ALICE, epoch=epoch_for([ALICE]))),
        bad(
            "generation_1",
            "A genesis has generation 0.",
            genesis_of(ALICE, BOB, epoch=epoch_for([ALICE, BOB], 1)),
        ),
        bad("wrap_missing", "Each founder has a wrap.", with_wraps(only)),
        bad("wrap_of_stranger", "Only founders have a wrap.", with_wraps(wraps_for(three))),
        bad("wrap_for_another", "The wraps are for the founders.", with_wraps(wraps_for([ALICE, CAROL]))),
        bad("wraps_unsorted", "Wraps ascend by device id.", with_wraps(both[::-1])),
        bad("wrap_twice", "No device has two wraps.", with_wraps([both[0], both[0], both[1]])),
        bad("wrap_79", length, with_wraps([[ids[0], both[0][1][:-1]], both[1]])),
        bad("wrap_device_31", length, with_wraps([[ids[0][:-1], both[0][1]], both[1]])),
        bad("salt_31", length, genesis_of(ALICE, BOB, salt=SALT[:-1])),
        bad("mailbox_31", length, genesis_of(ALICE, BOB, epoch=[0, MAILBOX[:-1], both])),
        bad("version_true", "A boolean is no number.", genesis_of(ALICE, BOB, version=True)),
        bad(
            "generation_false",
            "A boolean is no number.",
            genesis_of(ALICE, BOB, epoch=[False, MAILBOX, both]),
        ),
        bad("body_extra", "No field is added.", genesis_of(ALICE, BOB, more=None)),
        bad(
            "founder_low_order",
            "A founder's card is judged as any other.",
            genesis_of(ALICE, founders=[low_card(ALICE)], epoch=epoch_under(low_card(ALICE))),
        ),
        bad("version_2", "Another version waits.", genesis_of(ALICE, BOB, version=2), "version"),
    ]


def geneses_of_broken_signatures() -> list[tuple[str, str, list[Value], str]]:
    """Put wrong signatures under a good body."""
    body, (first, second) = GENESIS_2.body, GENESIS_2.signatures
    bare = [[sign(d.everyday_seed, body), sign(d.admin_seed, body)] for d in GENESIS_2.founders]
    rows: list[tuple[str, str, Value, str]] = [
        ("signature_missing", "Each founder has a place to sign.", [first], "malformed"),
        ("signature_nil", "Nobody begins on a draft that a founder has not signed.", [first, None], "forged"),
        ("signature_by_admin_missing", "Both keys sign.", [[first[0]], second], "malformed"),
        ("signature_extra", "Only founders sign.", [first, second, first], "malformed"),
        ("signature_63", "A signature has 64 bytes.", [[first[0][:-1], first[1]], second], "malformed"),
        (
            "everyday_flipped",
            "A changed signature is none.",
            [[flip(first[0], 0), first[1]], second],
            "forged",
        ),
        ("admin_flipped", "A changed signature is none.", [first, [second[0], flip(second[1], 0)]], "forged"),
        ("keys_swapped", "Each key signs in its place.", [first[::-1], second], "forged"),
        ("founders_swapped", "Each founder signs in its place.", [second, first], "forged"),
        ("no_label", "A genesis is signed under its own label.", bare, "forged"),
        ("body_of_another", "The signatures are over the body.", GENESIS_1.signatures * 2, "forged"),
    ]
    return [(name, what, [body, signatures], error) for name, what, signatures, error in rows]


def geneses_of_short_body() -> list[tuple[str, str, list[Value], str]]:
    """Put bodies that end early under signatures of the right form."""
    rows: list[tuple[str, str, list[Value], str]] = [
        ("body_of_0", "A body has a version.", [], "malformed"),
        ("body_of_1", "A body of this version has its fields.", [1], "malformed"),
        ("version_2_alone", "Nothing need follow another version.", [2], "version"),
        ("version_negative", "Any other number is another version.", [-1], "version"),
    ]
    return [(name, what, [pack(body), GENESIS_2.signatures], error) for name, what, body, error in rows]


def geneses_refused() -> list[Case]:
    """Make geneses that are refused."""
    rows = geneses_of_broken_body() + geneses_of_broken_signatures() + geneses_of_short_body()
    cases: list[Case] = [
        {"name": name, "what": what, "genesis": pack(value).hex(), "error": error} for name, what, value, error in rows
    ]
    loose = Genesis((ALICE,), GENESIS_1.body[:1] + b"\xcc" + GENESIS_1.body[1:])
    case: Case = {"name": "body_not_canonical", "what": "The body is canonical."}
    cases.append(case | {"genesis": pack(loose.value).hex(), "error": "malformed"})
    return cases


def join_case(name: str, what: str, person: bytes, proofs: Sequence[bytes]) -> Case:
    """Name what a join proof is judged by."""
    return {
        "name": name,
        "what": what,
        "space": GENESIS_2.space.hex(),
        "person": person.hex(),
        "card": pack(TABLET.card).hex(),
        "device_id": TABLET.id.hex(),
        "proof_everyday": proofs[0].hex(),
        "proof_admin": proofs[1].hex(),
    }


def joins() -> list[Case]:
    """Make good join proofs, with the seeds that make them."""
    seeds: Case = {"everyday_seed": TABLET.everyday_seed.hex(), "admin_seed": TABLET.admin_seed.hex()}
    what = "Both keys of a newcomer prove that it has them."
    return [
        seeds | join_case("join_1", what, ALICE.id, join_proofs(TABLET, GENESIS_2.space, ALICE.id)),
        seeds | join_case("join_2", what, BOB.id, join_proofs(TABLET, GENESIS_2.space, BOB.id)),
    ]


def joins_refused() -> list[Case]:
    """Make join proofs that do not hold."""
    good = join_proofs(TABLET, GENESIS_2.space, ALICE.id)
    elsewhere = join_proofs(TABLET, GENESIS_1.space, ALICE.id)
    rows = [
        ("other_person", "A proof is for one person.", BOB.id, good),
        ("other_space", "A proof is for one space.", ALICE.id, elsewhere),
        ("swapped", "Each key proves in its place.", ALICE.id, good[::-1]),
        ("everyday_flipped", "A changed proof is none.", ALICE.id, [flip(good[0], 0), good[1]]),
        ("admin_flipped", "A changed proof is none.", ALICE.id, [good[0], flip(good[1], 0)]),
    ]
    return [join_case(*row) | {"error": "forged"} for row in rows]


def operations() -> list[Case]:
    """Make an operation of each genesis."""
    cases: list[Case] = []
    for name, genesis, author in (("add_1", GENESIS_1, ALICE), ("add_2", GENESIS_2, BOB)):
        body = pack(add_fields(genesis.space, author.id))
        statement = operation_statement(body, author.id, genesis.space)
        cases.append(
            {
                "name": name,
                "what": "A device adds another to its own person, with one wrap for the newcomer.",
                "space": genesis.space.hex(),
                "author": author.id.hex(),
                "author_seed": author.admin_seed.hex(),
                "author_card": pack(author.card).hex(),
                "person": author.id.hex(),
                "parents": [genesis.space.hex()],
                "newcomer": TABLET.named(),
                "proofs": [proof.hex() for proof in join_proofs(TABLET, genesis.space, author.id)],
                "epoch": EPOCH.hex(),
                "mailbox": MAILBOX.hex(),
                "ephemeral_secret": ephemeral_for(TABLET).hex(),
                "wrap": wraps_for([TABLET])[0][1].hex(),
                "body": body.hex(),
                "statement": statement.hex(),
                "operation_id": digest("troth/operation", statement).hex(),
                "signature": sign(author.admin_seed, statement).hex(),
                "payload": operation_payload(body, author, genesis.space).hex(),
            }
        )
    return cases


def operation_refused_case(name: str, what: str, payload: bytes, error: str) -> Case:
    """Name what a payload is judged by: the space, its author and the author's keys."""
    return {
        "name": name,
        "what": what,
        "space": GENESIS_2.space.hex(),
        "author": ALICE.id.hex(),
        "author_card": pack(ALICE.card).hex(),
        "person": ALICE.id.hex(),
        "payload": payload.hex(),
        "error": error,
    }


def later_body(length: int) -> list[Value]:
    """Return a body of another version with an exact length."""
    return [2, bytes(length - 5)]


def operations_refused() -> list[Case]:
    """Make operations that are refused by their form or their signatures."""
    space, fields = GENESIS_2.space, add_fields(GENESIS_2.space, ALICE.id)
    two = sorted([space, fixed("head/1")])
    low = low_card(TABLET)
    low_proofs = join_proofs(TABLET, space, ALICE.id, card_id(low))
    low_fields: list[Value] = [1, 1, [space], low, low_proofs, epoch_under(low)]
    rows: list[tuple[str, str, list[Value], str]] = [
        ("parents_unsorted", "Parents ascend.", swap(fields, 2, two[::-1]), "malformed"),
        ("parents_twice", "No parent is named twice.", swap(fields, 2, [space, space]), "malformed"),
        ("parents_none", "An operation has a parent.", swap(fields, 2, []), "malformed"),
        ("parents_17", "At most 16 parents are named.", swap(fields, 2, heads(17)), "malformed"),
        ("parent_31", "A parent has 32 bytes.", swap(fields, 2, [space[:-1]]), "malformed"),
        ("card_low_order", "A newcomer's card is judged as any other.", low_fields, "malformed"),
        (
            "proof_missing",
            "Both keys prove.",
            swap(fields, 4, join_proofs(TABLET, space, ALICE.id)[:1]),
            "malformed",
        ),
        ("wrap_none", "A newcomer has a wrap.", swap(fields, 5, epoch_for([])), "malformed"),
        (
            "wrap_for_another",
            "The wrap is for the newcomer.",
            swap(fields, 5, epoch_for([CAROL])),
            "malformed",
        ),
        ("version_true", "A boolean is no number.", swap(fields, 0, True), "malformed"),
        ("number_true", "A boolean is no number.", swap(fields, 1, True), "malformed"),
        ("extra", "No field is added.", [*fields, None], "malformed"),
        ("version_2", "Another version waits.", [2, 1], "version"),
        ("number_8", "A kept number waits.", [1, 8], "version"),
        ("number_0", "Any other number waits.", swap(fields, 1, 0), "version"),
        ("number_negative", "Any other number waits.", swap(fields, 1, -1), "version"),
        ("version_negative", "Any other version waits.", swap(fields, 0, -1), "version"),
        ("version_2_alone", "Nothing need follow another version.", [2], "version"),
        ("version_2_before_the_number", "Another version may have no number.", [2, None], "version"),
        ("version_2_of_largest", "A body has at most 12288 bytes.", later_body(OPERATION_BYTES_MAX), "version"),
        ("too_large", "That holds whatever its version.", later_body(OPERATION_BYTES_MAX + 1), "malformed"),
        ("of_0", "An operation has a version.", [], "malformed"),
        ("of_1", "An operation of this version has a number.", [1], "malformed"),
        ("of_2", "An operation of a known number has parents.", [1, 1], "malformed"),
        ("proof_for_another", "A proof is for one person.", add_fields(space, BOB.id), "forged"),
    ]
    cases = [
        operation_refused_case(name, what, operation_payload(pack(value), ALICE, space), error)
        for name, what, value, error in rows
    ]
    body = OPERATION_BODY
    everyday = sign(ALICE.everyday_seed, operation_statement(body, ALICE.id, space))
    elsewhere = operation_payload(body, ALICE, GENESIS_1.space)
    epoch = Signed(ALICE, 5, on(), (later_epoch(1, [ALICE, BOB]),)).body
    for name, what, payload in (
        ("signed_by_everyday", "An operation is signed by the admin key.", pack([body, everyday])),
        ("epoch_signed_by_admin", "An epoch is signed by the everyday key.", operation_payload(epoch, ALICE, space)),
        ("epoch_signed_by_another", "An epoch is signed by its author.", epoch_payload(epoch, BOB, space)),
        ("signed_by_another", "Operations are signed by their author.", operation_payload(body, BOB, space)),
        ("signed_for_another_space", "The space is bound in.", elsewhere),
        (
            "signature_flipped",
            "A changed signature is none.",
            flip(operation_payload(body, ALICE, space), -1),
        ),
    ):
        cases.append(operation_refused_case(name, what, payload, "forged"))
    return cases


PHONE: Final = Device("newcomer/2")
WORDS: Final = Device("words/1")
WORDS_2: Final = Device("words/2")
EPOCH_NUMBER: Final = 5


@dataclass(frozen=True)
class Signed:
    """An operation, in the space of two unless told otherwise, on some others or on the genesis."""

    author: Device
    number: int
    parents: tuple[bytes, ...]
    fields: tuple[Value, ...]
    space: bytes = GENESIS_2.space

    @property
    def body(self) -> bytes:
        """The body."""
        return pack([1, self.number, sorted(self.parents), *self.fields])

    @property
    def statement(self) -> bytes:
        """What its author signs."""
        return operation_statement(self.body, self.author.id, self.space)

    @property
    def id(self) -> bytes:
        """The operation id."""
        return digest("troth/operation", self.statement)

    @property
    def payload(self) -> bytes:
        """The payload of its record."""
        encode = epoch_payload if self.number == EPOCH_NUMBER else operation_payload
        return encode(self.body, self.author, self.space)

    @property
    def seed(self) -> bytes:
        """The seed of the key that signs it."""
        return self.author.everyday_seed if self.number == EPOCH_NUMBER else self.author.admin_seed

    def item(self) -> Case:
        """Name it as one of a set."""
        elsewhere: Case = {} if self.space == GENESIS_2.space else {"space": self.space.hex()}
        return {"author": self.author.id.hex(), "payload": self.payload.hex()} | elsewhere

    def spoiled(self) -> Case:
        """Name a copy of it with a signature that is none."""
        return self.item() | {"payload": flip(self.payload, -1).hex()}

    def named(self, name: str, what: str) -> Case:
        """Name it for a case."""
        return {
            "name": name,
            "what": what,
            "space": self.space.hex(),
            "author": self.author.id.hex(),
            "author_seed": self.seed.hex(),
            "number": self.number,
            "parents": [parent.hex() for parent in sorted(self.parents)],
            "body": self.body.hex(),
            "statement": self.statement.hex(),
            "operation_id": self.id.hex(),
            "signature": sign(self.seed, self.statement).hex(),
            "payload": self.payload.hex(),
        }


def later_epoch(generation: int, devices: Iterable[Device], label: str = "") -> list[Value]:
    """Announce an epoch of a later generation."""
    key = fixed(f"epoch/later/{generation}{label}")
    mailbox = mailbox_of(key)
    return [generation, mailbox, [[d.id, wrap(ephemeral_for(d), d.card[2], key, mailbox)] for d in ascending(devices)]]


def on(*earlier: Signed) -> tuple[bytes, ...]:
    """Return the parents that some operations make, or the genesis."""
    return tuple(operation.id for operation in earlier) or (GENESIS_2.space,)


def adds(author: Device, newcomer: Device, person: Device, *earlier: Signed, epoch: Value = None) -> Signed:
    """Add a device to a person, with the epoch of the genesis unless another is given."""
    proofs = join_proofs(newcomer, GENESIS_2.space, person.id)
    return Signed(author, 1, on(*earlier), (newcomer.card, proofs, epoch or epoch_for([newcomer])))


def revokes(author: Device, victim: Device, keeps: Sequence[Signed], epoch: Value, *earlier: Signed) -> Signed:
    """Remove a device; its cut keeps a record of one life, and some operations."""
    tips = [[fixed("life/1", 16), 7, fixed("tip/1")]]
    cut: list[Value] = [tips, sorted(operation.id for operation in keeps)]
    return Signed(author, 2, on(*earlier), (victim.id, cut, epoch))


def words_proofs(person: Device, words: Device = WORDS) -> list[bytes]:
    """Agree, with both keys of recovery words, to be this person's."""
    said = b"troth/words/1\0" + GENESIS_2.space + person.id + words.id
    return [sign(words.everyday_seed, said), sign(words.admin_seed, said)]


def sets_words(
    author: Device,
    second: Device | None,
    epoch: Value,
    *earlier: Signed,
    words: Device = WORDS,
    person: Device | None = None,
) -> Signed:
    """Set recovery words of the author's person, with the consent of a second device if there is one."""
    parents = sorted(on(*earlier))
    said = b"troth/second/1\0" + GENESIS_2.space + author.id + words.id + b"".join(parents)
    consent = [second.id, sign(second.admin_seed, said)] if second else None
    return Signed(author, 4, tuple(parents), (words.card, words_proofs(person or author, words), consent, epoch))


def confirms(author: Device, device: Device, *earlier: Signed) -> Signed:
    """Say of a device that it is in its person's hands."""
    return Signed(author, 9, on(*earlier), (device.id,))


ADDS_TABLET: Final = adds(ALICE, TABLET, ALICE)


def kinds() -> list[Case]:
    """Make an operation of every kind, by the first founder."""
    renewed = join_proofs(PHONE, GENESIS_2.space, ALICE.id)
    cut: list[Value] = [[[fixed("life/1", 16), 7, fixed("tip/1")]], []]
    both = [ALICE, BOB]
    rows = [
        ("device_add", "A device is added with the epoch that stands.", ADDS_TABLET),
        (
            "device_revoke",
            "A device is removed; the epoch that follows is for those who remain.",
            revokes(ALICE, TABLET, [], later_epoch(1, both), ADDS_TABLET),
        ),
        (
            "device_rekey",
            "A device takes new keys, and its old id is dead.",
            Signed(ALICE, 3, on(), (PHONE.card, renewed, cut, later_epoch(1, [PHONE, BOB]))),
        ),
        (
            "recovery_set",
            "Two devices of a person set recovery words, which may read.",
            sets_words(ALICE, TABLET, later_epoch(1, [*both, TABLET, WORDS]), ADDS_TABLET),
        ),
        ("epoch", "A new epoch is for all who belong.", Signed(ALICE, 5, on(), (later_epoch(1, both),))),
        ("split", "The space is ended.", Signed(ALICE, 6, on(), ())),
        ("device_confirm", "A device is confirmed.", confirms(ALICE, TABLET, ADDS_TABLET)),
    ]
    return [operation.named(name, what) for name, what, operation in rows]


def kinds_refused() -> list[Case]:
    """Break the form of every kind that has one of its own."""
    cut: list[Value] = [[[fixed("life/1", 16), 7, fixed("tip/1")]], []]
    life = [fixed("life/1", 16), 1, fixed("tip/1")]
    twice: list[Value] = [[life, life], []]
    many: list[Value] = [[[number.to_bytes(16, "big"), 1, fixed("tip/1")] for number in range(65)], []]
    backwards: list[Value] = [[], sorted([fixed("op/1"), fixed("op/2")])[::-1]]
    rows: list[tuple[str, str, int, list[Value], str]] = [
        ("revoke_31", "A device id has 32 bytes.", 2, [TABLET.id[:-1], cut, None], "malformed"),
        ("revoke_no_cut", "A removal has a cut.", 2, [TABLET.id, None, None], "malformed"),
        ("revoke_life_twice", "A life has one tip.", 2, [TABLET.id, twice, None], "malformed"),
        ("revoke_lives_65", "A cut has a tip for at most 64 lives.", 2, [TABLET.id, many, None], "malformed"),
        ("revoke_operations_unsorted", "Operations of a cut ascend.", 2, [TABLET.id, backwards, None], "malformed"),
        (
            "revoke_sequence_0",
            "A sequence begins with 1.",
            2,
            [TABLET.id, [[[fixed("life/1", 16), 0, fixed("tip/1")]], []], None],
            "malformed",
        ),
        ("revoke_no_epoch_field", "A removal says that it has no epoch.", 2, [TABLET.id, cut], "malformed"),
        (
            "rekey_no_wrap",
            "A newcomer can read what it is given.",
            3,
            [PHONE.card, join_proofs(PHONE, GENESIS_2.space, ALICE.id), cut, later_epoch(1, [ALICE, BOB])],
            "malformed",
        ),
        (
            "words_second_short",
            "A second has a device and a signature.",
            4,
            [WORDS.card, words_proofs(ALICE), [BOB.id], None],
            "malformed",
        ),
        ("epoch_nil", "An epoch operation has an epoch.", 5, [None], "malformed"),
        (
            "epoch_35",
            "An epoch has at most 34 recipients.",
            5,
            [[1, fixed("mailbox/1"), [[number.to_bytes(32, "big"), bytes(80)] for number in range(35)]]],
            "malformed",
        ),
        ("split_extra", "A split has nothing to add.", 6, [None], "malformed"),
        ("confirm_31", "A device id has 32 bytes.", 9, [TABLET.id[:-1]], "malformed"),
        ("confirm_nobody", "A confirmation names a device.", 9, [], "malformed"),
        ("confirm_extra", "A confirmation has nothing to add.", 9, [TABLET.id, None], "malformed"),
        ("number_7", "A kept number waits.", 7, [], "version"),
        ("number_8", "A kept number waits.", 8, [TABLET.id], "version"),
        ("number_10", "A kept number waits.", 10, [TABLET.id], "version"),
        ("number_15", "A kept number waits.", 15, [fixed("whatever")], "version"),
    ]
    return [
        operation_refused_case(name, what, Signed(ALICE, number, on(), tuple(fields)).payload, error)
        for name, what, number, fields, error in rows
    ]


def members_case(
    name: str,
    what: str,
    operations: Sequence[Signed | Case],
    *,
    active: Sequence[Device],
    space: bytes = GENESIS_2.space,
    void: Mapping[str, Sequence[Signed]] | None = None,
    refused: Mapping[str, Sequence[Signed]] | None = None,
    words: Sequence[Device] = (),
    split: bool = False,
    highest: int = 0,
    current: Signed | str | None = "genesis",
    cuts: Mapping[Device, Signed] | None = None,
    unconfirmed: Sequence[Device] = (),
) -> Case:
    """Name a set of operations, and what the page says of it."""
    epoch = space.hex() if current == "genesis" else None

    def reasons(found: Mapping[str, Sequence[Signed]] | None) -> dict[str, str]:
        return dict(sorted((item.id.hex(), reason) for reason, items in (found or {}).items() for item in items))

    return {
        "name": name,
        "what": what,
        "space": space.hex(),
        "operations": [item.item() if isinstance(item, Signed) else item for item in operations],
        "active": sorted(device.id.hex() for device in active),
        "words": [device.id.hex() for device in words],
        "unconfirmed": sorted(device.id.hex() for device in unconfirmed),
        "voided": reasons(void),
        "refused": reasons(refused),
        "split": split,
        "highest": highest,
        "current": current.id.hex() if isinstance(current, Signed) else epoch,
        "cuts": {device.id.hex(): removal.id.hex() for device, removal in (cuts or {}).items()},
    }


def membership_logs() -> list[Case]:
    """Make sets of operations, each for one rule."""
    return [
        *first_logs(),
        *logs_refused(),
        *logs_of_second_and_words(),
        *logs_void(),
        *logs_of_shields(),
        *logs_struck(),
        *logs_of_epochs(),
        *logs_confirmed(),
    ]


def first_logs() -> list[Case]:
    """Make sets of operations that are told in a few words."""
    both, tablet = [ALICE, BOB], ADDS_TABLET
    removal = revokes(ALICE, TABLET, [], None, tablet)
    rotation = revokes(ALICE, TABLET, [], later_epoch(1, both), tablet)
    phone = adds(TABLET, PHONE, ALICE, tablet)
    mutual = revokes(TABLET, ALICE, [], None, tablet)
    other = adds(TABLET, CAROL, ALICE, tablet)
    kept = revokes(ALICE, TABLET, [phone], None, phone)
    seen = Signed(BOB, 5, on(phone), (later_epoch(1, [*both, TABLET, PHONE]),))
    words = sets_words(ALICE, None, None)
    early = [Signed(TABLET, 5, on(tablet), (later_epoch(1, [*both, TABLET], label),)) for label in ("", "/2")]
    lent = adds(ALICE, TABLET, ALICE, words)
    end = Signed(TABLET, 6, on(lent), ())
    theft = revokes(TABLET, ALICE, [], None, end)
    final = revokes(WORDS, TABLET, [], None, theft)
    two = [Signed(device, 5, on(), (later_epoch(1, both, device.label),)) for device in both]
    foreign = adds(BOB, TABLET, ALICE)
    crossing = revokes(BOB, TABLET, [], None, tablet)
    skipped = Signed(ALICE, 5, on(), (later_epoch(2, both),))
    ended = Signed(BOB, 6, on(), ())
    late = adds(ALICE, TABLET, ALICE, ended)
    with_phone = [*both, TABLET, PHONE]
    return [
        members_case("nothing", "A space begins with its founders.", [], active=both),
        members_case("added", "A newcomer shares the epoch.", [tablet], active=[*both, TABLET]),
        members_case("parent_missing", "What lacks a parent says nothing.", [phone], active=both),
        members_case(
            "for_the_other", "Nobody adds for the other.", [foreign], active=both, refused={"PROOFS": [foreign]}
        ),
        members_case(
            "removed",
            "Without an epoch somebody has to rotate.",
            [tablet, removal],
            active=both,
            current=None,
            cuts={TABLET: removal},
        ),
        members_case(
            "removed_and_rotated",
            "A removal begins an epoch.",
            [tablet, rotation],
            active=both,
            highest=1,
            current=rotation,
            cuts={TABLET: rotation},
        ),
        members_case(
            "removed_by_the_other",
            "Nobody removes the other's.",
            [tablet, crossing],
            active=[*both, TABLET],
            refused={"VICTIM": [crossing]},
        ),
        members_case(
            "grant_beside_removal",
            "A grant beside a removal of its author is void.",
            [tablet, removal, phone],
            active=both,
            void={"REMOVED": [phone]},
            current=None,
            cuts={TABLET: removal, PHONE: phone},
        ),
        members_case(
            "mutual",
            "Two that remove each other are both out.",
            [tablet, removal, mutual],
            active=[BOB],
            current=None,
            cuts={TABLET: removal, ALICE: mutual},
        ),
        members_case(
            "fork",
            "A fork voids what is added from there on.",
            [tablet, phone, other],
            active=[*both, TABLET],
            void={"FORKED": [phone, other]},
            current=None,
            cuts={PHONE: phone, CAROL: other},
        ),
        members_case(
            "fork_below_a_cut",
            "A cut shields from a fork.",
            [tablet, phone, other, kept],
            active=[*both, PHONE],
            void={"REMOVED": [other]},
            current=None,
            cuts={TABLET: kept, CAROL: other},
        ),
        members_case(
            "fork_seen_by_the_other",
            "What the other built on is shielded.",
            [tablet, phone, other, seen],
            active=with_phone,
            void={"FORKED": [other]},
            highest=1,
            current=seen,
            cuts={CAROL: other},
        ),
        members_case(
            "epochs_are_no_fork",
            "Epochs beside one another and beside what is added void nothing.",
            [tablet, phone, *early],
            active=with_phone,
            highest=1,
            current=None,
        ),
        members_case(
            "words_are_final",
            "What recovery words strike counts for nothing.",
            [words, lent, end, theft, final],
            active=both,
            words=[WORDS],
            void={"STRUCK": [end, theft]},
            current=None,
            cuts={TABLET: final, WORDS: words},
        ),
        members_case(
            "tie",
            "Of two epochs the smallest id is current.",
            two,
            active=both,
            highest=1,
            current=min(two, key=lambda item: item.id),
        ),
        members_case(
            "generation_skipped",
            "A generation follows on the last.",
            [skipped],
            active=both,
            refused={"EPOCH": [skipped]},
        ),
        members_case(
            "ended",
            "After a split nothing is added.",
            [ended, late],
            active=both,
            refused={"SPLIT": [late]},
            split=True,
        ),
    ]


def split_by(author: Device, *earlier: Signed) -> Signed:
    """End the space."""
    return Signed(author, 6, on(*earlier), ())


def later(make: Callable[[str], Signed], other: Signed) -> Signed:
    """Make an operation, by one label after the other, until its id is greater than another's."""
    return next(found for label in map(str, itertools.count()) if (found := make(label)).id > other.id)


def logs_refused() -> list[Case]:
    """Make sets in which an operation is refused."""
    both, tablet = [ALICE, BOB], ADDS_TABLET
    foreign = adds(BOB, TABLET, ALICE)
    on_foreign = split_by(BOB, foreign)
    stranger = split_by(TABLET)
    phone = adds(TABLET, PHONE, ALICE, tablet)
    removal = revokes(ALICE, TABLET, [], None, tablet)
    again = adds(ALICE, TABLET, ALICE, tablet)
    anew = adds(ALICE, PHONE, ALICE, removal, phone)
    founder = adds(ALICE, BOB, ALICE)
    elsewhere = replace(split_by(ALICE), space=GENESIS_1.space)
    alone = Signed(ALICE, 6, (GENESIS_1.space,), (), GENESIS_1.space)
    crowd = [Device(f"crowd/{number}") for number in range(PERSON_DEVICES_MAX)]
    joined: list[Signed] = []
    for device in crowd:
        joined.append(adds(ALICE, device, ALICE, *joined[-1:]))
    return [
        members_case(
            "parent_refused",
            "What stands on what is refused is refused.",
            [foreign, on_foreign],
            active=both,
            refused={"PROOFS": [foreign], "PARENT": [on_foreign]},
        ),
        members_case(
            "author_unknown", "Only who belongs signs.", [stranger], active=both, refused={"AUTHOR": [stranger]}
        ),
        members_case(
            "signature_bad",
            "What stands on a copy with a bad signature waits.",
            [tablet.spoiled(), phone],
            active=both,
            refused={"SIGNATURE": [tablet]},
        ),
        members_case(
            "signature_bad_and_good",
            "A good copy takes the place of a bad one.",
            [tablet.spoiled(), phone, tablet],
            active=[*both, TABLET, PHONE],
        ),
        members_case(
            "of_another_space",
            "An operation is for one space.",
            [elsewhere],
            active=both,
            refused={"SPACE": [elsewhere]},
        ),
        members_case(
            "known",
            "A card is introduced once.",
            [tablet, again],
            active=[*both, TABLET],
            refused={"KNOWN": [again]},
        ),
        members_case(
            "known_though_void",
            "A card whose introduction is void was introduced all the same.",
            [tablet, removal, phone, anew],
            active=both,
            void={"REMOVED": [phone]},
            refused={"KNOWN": [anew]},
            current=None,
            cuts={TABLET: removal, PHONE: phone},
        ),
        members_case(
            "known_founder", "A founder is not introduced.", [founder], active=both, refused={"KNOWN": [founder]}
        ),
        members_case(
            "alone",
            "One person has nobody to part from.",
            [alone],
            active=[ALICE],
            space=GENESIS_1.space,
            refused={"ALONE": [alone]},
        ),
        members_case(
            "room",
            "A person has 16 devices, the founder among them.",
            joined,
            active=[*both, *crowd[:-1]],
            refused={"ROOM": joined[-1:]},
        ),
    ]


def logs_of_second_and_words() -> list[Case]:
    """Make sets in which recovery words are set, replaced and used."""
    both, tablet, words = [ALICE, BOB], ADDS_TABLET, sets_words(ALICE, None, None)
    lent = adds(ALICE, TABLET, ALICE, words)
    without = sets_words(ALICE, None, None, tablet)
    needless = sets_words(ALICE, BOB, None)
    another = sets_words(ALICE, None, None, words, words=WORDS_2)
    weak = split_by(WORDS, words)
    rotated = Signed(WORDS, 5, on(words), (later_epoch(1, [*both, WORDS]),))
    brought = adds(WORDS, TABLET, ALICE, words)
    twice = adds(WORDS, PHONE, ALICE, brought)
    victims = revokes(ALICE, WORDS, [], None, words)
    renewed = later(
        lambda label: sets_words(ALICE, TABLET, later_epoch(9, [WORDS_2], label), lent, words=WORDS_2), words
    )
    pair = [
        sets_words(ALICE, TABLET, None, tablet),
        sets_words(TABLET, ALICE, None, tablet, words=WORDS_2, person=ALICE),
    ]
    phone = adds(TABLET, PHONE, ALICE, tablet)
    beside = adds(WORDS, PHONE, ALICE, lent)
    burnt = split_by(WORDS, renewed)
    with_tablet = [*both, TABLET]
    return [
        members_case(
            "second_missing",
            "Of two devices both set words.",
            [tablet, without],
            active=with_tablet,
            refused={"SECOND": [without]},
        ),
        members_case(
            "second_needless_and_bad",
            "A second is good, also where none is needed.",
            [needless],
            active=both,
            refused={"SECOND": [needless]},
        ),
        members_case(
            "second_missing_once_there_were_words",
            "A person's only device sets words alone once.",
            [words, another],
            active=both,
            words=[WORDS],
            refused={"SECOND": [another]},
            current=None,
            cuts={WORDS: words},
        ),
        members_case(
            "weak",
            "Words end no space.",
            [words, weak],
            active=both,
            words=[WORDS],
            refused={"WEAK": [weak]},
            current=None,
            cuts={WORDS: words},
        ),
        members_case(
            "weak_epoch",
            "Words begin no epoch, though they hold an everyday key.",
            [words, rotated],
            active=both,
            words=[WORDS],
            refused={"WEAK": [rotated]},
            current=None,
            cuts={WORDS: words},
        ),
        members_case(
            "used",
            "Words add one device.",
            [words, brought, twice],
            active=with_tablet,
            words=[WORDS],
            unconfirmed=[TABLET],
            refused={"USED": [twice]},
            current=None,
            cuts={WORDS: words},
        ),
        members_case(
            "words_are_no_victim",
            "Words are no device that is removed.",
            [words, victims],
            active=both,
            words=[WORDS],
            refused={"VICTIM": [victims]},
            current=None,
            cuts={WORDS: words},
        ),
        members_case(
            "words_replaced",
            "Words that were replaced are in force no more, and what they add beside that is void.",
            [words, lent, renewed, beside, burnt],
            active=with_tablet,
            words=[WORDS_2],
            void={"REMOVED": [beside]},
            refused={"AUTHOR": [burnt]},
            current=None,
            cuts={WORDS: words, WORDS_2: renewed, PHONE: beside},
        ),
        members_case(
            "words_at_once",
            "Of two sets of words that know nothing of each other that of the smaller id is in force.",
            [tablet, *pair],
            active=with_tablet,
            words=[WORDS if pair[0].id < pair[1].id else WORDS_2],
            current=None,
            cuts={WORDS: pair[0], WORDS_2: pair[1]},
        ),
        members_case(
            "words_on_a_fork",
            "A fork voids no words.",
            [tablet, phone, pair[1]],
            active=with_tablet,
            words=[WORDS_2],
            void={"FORKED": [phone]},
            current=None,
            cuts={PHONE: phone, WORDS_2: pair[1]},
        ),
    ]


def logs_void() -> list[Case]:
    """Make sets in which a grant is void."""
    both, tablet = [ALICE, BOB], ADDS_TABLET
    removal = revokes(ALICE, TABLET, [], None, tablet)
    phone = adds(TABLET, PHONE, ALICE, tablet)
    carol = adds(PHONE, CAROL, ALICE, phone)
    before = Signed(BOB, 5, on(), (later_epoch(1, both),))
    theirs = adds(BOB, TABLET, BOB, before)
    mine = later(lambda label: adds(ALICE, TABLET, ALICE, epoch=later_epoch(9, [TABLET], label)), theirs)
    crowd = [Device(f"crowd/{number}") for number in range(PERSON_DEVICES_MAX + 1)]
    joined: list[Signed] = []
    for device in crowd[: PERSON_DEVICES_MAX - 2]:
        joined.append(adds(ALICE, device, ALICE, *joined[-1:]))
    last = [
        adds(author, device, ALICE, joined[-1]) for author, device in zip([ALICE, crowd[0]], crowd[-2:], strict=True)
    ]
    gone = revokes(ALICE, PHONE, [], None, removal, phone)
    first, over = sorted(last, key=lambda item: item.id)
    within = crowd[-2] if first is last[0] else crowd[-1]
    beyond = crowd[-1] if first is last[0] else crowd[-2]
    return [
        members_case(
            "author_void",
            "Who was added by what is void adds nobody.",
            [tablet, removal, phone, carol],
            active=both,
            void={"REMOVED": [phone], "AUTHOR": [carol]},
            current=None,
            cuts={TABLET: removal, PHONE: phone, CAROL: carol},
        ),
        members_case(
            "victim_though_void",
            "What was added by what is void is removed like any other.",
            [tablet, removal, phone, gone],
            active=both,
            void={"REMOVED": [phone]},
            current=None,
            cuts={TABLET: removal, PHONE: gone},
        ),
        members_case(
            "taken",
            "A device is one person's: of the introduction with the shorter past, not the smaller id.",
            [before, theirs, mine],
            active=[*both, TABLET],
            void={"TAKEN": [theirs]},
            highest=1,
            current=None,
        ),
        members_case(
            "full",
            "Of two that come at once the sixteenth stands, the founder counted.",
            [*joined, *last],
            active=[*both, *crowd[: PERSON_DEVICES_MAX - 2], within],
            void={"FULL": [over]},
            current=None,
            cuts={beyond: over},
        ),
    ]


def logs_of_shields() -> list[Case]:
    """Make sets in which a cut might shield from a fork."""
    both, tablet = [ALICE, BOB], ADDS_TABLET
    phone, other = adds(TABLET, PHONE, ALICE, tablet), adds(TABLET, CAROL, ALICE, tablet)
    kept = revokes(ALICE, TABLET, [phone], None, phone)
    theft = revokes(TABLET, ALICE, [], None, phone)
    itself = revokes(PHONE, TABLET, [phone], None, phone)
    noted = Signed(ALICE, 5, on(phone), (later_epoch(1, [*both, TABLET, PHONE]),))
    wrong = revokes(ALICE, TABLET, [noted], None, noted)
    rotated = revokes(ALICE, TABLET, [phone], later_epoch(1, both), phone, other)
    return [
        members_case(
            "shield_of_one_removed",
            "Who is removed shields nobody.",
            [tablet, phone, other, kept, theft],
            active=[BOB],
            void={"FORKED": [phone], "REMOVED": [other]},
            current=None,
            cuts={TABLET: kept, ALICE: theft, PHONE: phone, CAROL: other},
        ),
        members_case(
            "shield_of_one_shielded",
            "Who would stand by the shield alone gives none.",
            [tablet, phone, other, itself],
            active=both,
            void={"FORKED": [phone], "REMOVED": [other]},
            current=None,
            cuts={TABLET: itself, PHONE: phone, CAROL: other},
        ),
        members_case(
            "cut_that_names_anothers",
            "What a cut names of others than its victim says nothing.",
            [tablet, phone, other, noted, wrong],
            active=both,
            void={"FORKED": [phone], "REMOVED": [other]},
            highest=1,
            current=None,
            cuts={TABLET: wrong, PHONE: phone, CAROL: other},
        ),
        members_case(
            "epoch_beside_a_shield",
            "Whom a cut brings back is not among those that its own epoch is for.",
            [tablet, phone, other, rotated],
            active=[*both, PHONE],
            void={"FORKED": [other]},
            highest=1,
            current=None,
            cuts={TABLET: rotated, CAROL: other},
        ),
    ]


def logs_struck() -> list[Case]:
    """Make sets in which recovery words strike."""
    both, words = [ALICE, BOB], sets_words(ALICE, None, None)
    lent = adds(ALICE, TABLET, ALICE, words)
    phone = adds(TABLET, PHONE, ALICE, lent)
    end = split_by(PHONE, phone)
    after, partly = split_by(TABLET, phone), revokes(WORDS, TABLET, [phone], None, phone)
    final = revokes(WORDS, TABLET, [], None, lent)
    tablet = ADDS_TABLET
    early = adds(TABLET, PHONE, ALICE, tablet)
    own = sets_words(TABLET, ALICE, None, early, person=ALICE)
    origin = revokes(WORDS, TABLET, [], None, own)
    stolen = sets_words(TABLET, ALICE, None, lent, words=WORDS_2, person=ALICE)
    revenge = revokes(WORDS_2, ALICE, [], None, stolen)
    ended = split_by(ALICE, lent)
    plain = revokes(ALICE, TABLET, [], None, lent)
    by_words = later(
        lambda label: revokes(WORDS, TABLET, [], later_epoch(9, both, label), lent),
        plain,
    )
    finals = [revokes(WORDS, TABLET, [], epoch, lent) for epoch in (None, later_epoch(9, both))]
    return [
        members_case(
            "struck_on",
            "Who was added by what is struck has signed nothing.",
            [words, lent, phone, end, final],
            active=both,
            words=[WORDS],
            void={"STRUCK": [phone, end]},
            current=None,
            cuts={TABLET: final, PHONE: phone, WORDS: words},
        ),
        members_case(
            "struck_beyond_the_cut",
            "Words strike what is beyond their cut, and no more.",
            [words, lent, phone, after, partly],
            active=[*both, PHONE],
            words=[WORDS],
            void={"STRUCK": [after]},
            current=None,
            cuts={TABLET: partly, WORDS: words},
        ),
        members_case(
            "struck_not_the_origin",
            "Words strike nothing of what they stem from.",
            [tablet, early, own, origin],
            active=[*both, PHONE],
            words=[WORDS],
            current=None,
            cuts={TABLET: origin, WORDS: own},
        ),
        members_case(
            "struck_strikes_nothing",
            "The elder words come first, and what they strike strikes nobody.",
            [words, lent, stolen, revenge, ended, final],
            active=both,
            words=[WORDS],
            void={"STRUCK": [stolen, revenge]},
            split=True,
            current=None,
            cuts={TABLET: final, WORDS: words, WORDS_2: stolen},
        ),
        members_case(
            "cut_by_words_first",
            "Of several cuts that by recovery words counts, whatever its id.",
            [words, lent, plain, by_words],
            active=both,
            words=[WORDS],
            current=None,
            cuts={TABLET: by_words, WORDS: words},
        ),
        members_case(
            "cuts_by_words",
            "Of several cuts by recovery words the smallest id counts.",
            [words, lent, *finals],
            active=both,
            words=[WORDS],
            current=None,
            cuts={TABLET: min(finals, key=lambda item: item.id), WORDS: words},
        ),
    ]


def logs_of_epochs() -> list[Case]:
    """Make sets in which an epoch does not count, or nobody shares it."""
    both, tablet = [ALICE, BOB], ADDS_TABLET
    first = Signed(ALICE, 5, on(), (later_epoch(1, both),))
    again = Signed(ALICE, 5, on(first), ([2, *later_epoch(1, both)[1:]],))
    old = Signed(ALICE, 5, on(), ([1, *epoch_for(both)[1:]],))
    late = Signed(TABLET, 5, on(tablet), (later_epoch(1, [*both, TABLET]),))
    removal = revokes(ALICE, TABLET, [], None, tablet)
    unread = adds(ALICE, TABLET, ALICE, epoch=later_epoch(9, [TABLET]))
    shares = adds(ALICE, PHONE, ALICE, unread)
    gone = revokes(ALICE, TABLET, [], None, shares)
    wide = adds(ALICE, TABLET, ALICE, epoch=epoch_for([TABLET, BOB]))
    cut: list[Value] = [[], []]
    renewed = join_proofs(PHONE, GENESIS_2.space, ALICE.id)
    rekey = Signed(ALICE, 3, on(), (PHONE.card, renewed, cut, later_epoch(1, [PHONE, BOB])))
    freed = Signed(ALICE, 5, on(unread), ([1, *later_epoch(9, [*both, TABLET])[1:]],))
    return [
        members_case(
            "mailbox_again",
            "An epoch has a mailbox of its own.",
            [first, again],
            active=both,
            refused={"EPOCH": [again]},
            highest=1,
            current=first,
        ),
        members_case(
            "mailbox_of_the_genesis",
            "An epoch has a mailbox of its own.",
            [old],
            active=both,
            refused={"EPOCH": [old]},
        ),
        members_case(
            "mailbox_of_no_epoch",
            "A mailbox that was named by what is no valid epoch is free.",
            [unread, freed],
            active=[*both, TABLET],
            highest=1,
            current=freed,
        ),
        members_case(
            "epoch_beyond_the_cut",
            "What a removed device rotates beyond its cut does not count.",
            [tablet, late, removal],
            active=both,
            current=None,
            cuts={TABLET: removal},
        ),
        members_case(
            "shared_with_more",
            "An epoch is shared with the newcomer alone.",
            [wide],
            active=[*both, TABLET],
            current=None,
        ),
        members_case(
            "rekeyed",
            "A device that takes new keys is removed under its old ones.",
            [rekey],
            active=[BOB, PHONE],
            highest=1,
            current=rekey,
            cuts={ALICE: rekey},
        ),
        members_case(
            "shared_where_none_is_current",
            "Where no epoch is current, none is shared.",
            [unread, shares, gone],
            active=[*both, PHONE],
            current=None,
            cuts={TABLET: gone},
        ),
    ]


def logs_confirmed() -> list[Case]:
    """Make sets in which a device that recovery words added is confirmed, or is not."""
    both, words = [ALICE, BOB], sets_words(ALICE, None, None)
    back = adds(WORDS, TABLET, ALICE, words)
    with_tablet, in_force = [*both, TABLET], {WORDS: words}
    itself, theirs = confirms(TABLET, TABLET, back), confirms(BOB, TABLET, back)
    early, said = confirms(WORDS, TABLET, back), confirms(ALICE, TABLET, back)
    phone, later_phone = adds(TABLET, PHONE, ALICE, back), adds(TABLET, PHONE, ALICE, said)
    by_phone = confirms(PHONE, TABLET, phone)
    gone = revokes(ALICE, TABLET, [], None, back)
    late = confirms(ALICE, TABLET, gone)
    lost = revokes(WORDS, ALICE, [], None, back)
    by_words = confirms(WORDS, TABLET, lost)
    lent = adds(ALICE, PHONE, ALICE, back)
    removal, beside = revokes(ALICE, PHONE, [], None, lent), confirms(PHONE, TABLET, lent)
    hangs = adds(TABLET, CAROL, ALICE, beside)
    further = confirms(TABLET, CAROL, hangs)
    final = revokes(WORDS, PHONE, [], None, lent)
    fork = adds(ALICE, PHONE, ALICE, back)
    built_on = Signed(BOB, 5, on(said), (later_epoch(1, [*both, TABLET, WORDS]),))
    renewed = sets_words(WORDS, None, None, lost, words=WORDS_2, person=ALICE)
    ended = split_by(BOB, back)
    after = confirms(ALICE, TABLET, ended)
    rekey_fields: tuple[Value, ...] = (PHONE.card, join_proofs(PHONE, GENESIS_2.space, ALICE.id), [[], []], None)
    rekey = Signed(TABLET, 3, on(back), rekey_fields)
    bobs = sets_words(BOB, None, None)
    at_bobs = adds(WORDS, TABLET, BOB, bobs)
    spare = adds(ALICE, PHONE, ALICE, bobs)
    mine = adds(ALICE, TABLET, ALICE, spare)
    of_both = confirms(ALICE, TABLET, mine)
    return [
        members_case(
            "confirmed_by_nobody",
            "A device that words added is not confirmed, by itself least of all, nor by the other person.",
            [words, back, itself, theirs],
            active=with_tablet,
            words=[WORDS],
            unconfirmed=[TABLET],
            refused={"OTHER": [itself, theirs]},
            current=None,
            cuts=in_force,
        ),
        members_case(
            "confirmed_by_another_device",
            "Another own device confirms it, and what it adds from then on is confirmed.",
            [words, back, said, later_phone],
            active=[*with_tablet, PHONE],
            words=[WORDS],
            current=None,
            cuts=in_force,
        ),
        members_case(
            "confirmed_by_its_own",
            "What it adds before is not, and confirms nobody.",
            [words, back, phone, by_phone],
            active=[*with_tablet, PHONE],
            words=[WORDS],
            unconfirmed=[TABLET, PHONE],
            refused={"CONFIRM": [by_phone]},
            current=None,
            cuts=in_force,
        ),
        members_case(
            "confirmed_after_what_it_added",
            "What it added before it was confirmed does not become so with it.",
            [words, back, phone, confirms(ALICE, TABLET, phone)],
            active=[*with_tablet, PHONE],
            words=[WORDS],
            unconfirmed=[PHONE],
            current=None,
            cuts=in_force,
        ),
        members_case(
            "confirmed_though_removed",
            "What was removed is confirmed no more.",
            [words, back, gone, late],
            active=both,
            words=[WORDS],
            refused={"OTHER": [late]},
            current=None,
            cuts={TABLET: gone, **in_force},
        ),
        members_case(
            "confirmed_by_words_beside_a_device",
            "Words confirm nothing while a device could.",
            [words, back, early],
            active=with_tablet,
            words=[WORDS],
            unconfirmed=[TABLET],
            refused={"CONFIRM": [early]},
            current=None,
            cuts=in_force,
        ),
        members_case(
            "confirmed_by_words",
            "Where none is left, words confirm.",
            [words, back, lost, by_words],
            active=[BOB, TABLET],
            words=[WORDS],
            current=None,
            cuts={ALICE: lost, **in_force},
        ),
        members_case(
            "confirmed_by_words_that_were_replaced",
            "Old words do not, beside the new ones.",
            [words, back, lost, by_words, renewed],
            active=[BOB, TABLET],
            words=[WORDS_2],
            unconfirmed=[TABLET],
            void={"REMOVED": [by_words]},
            current=None,
            cuts={ALICE: lost, WORDS: words, WORDS_2: renewed},
        ),
        members_case(
            "confirmed_beside_a_removal",
            "What a device confirms while it is removed is void, and so is what that one confirms.",
            [words, back, lent, removal, beside, hangs, further],
            active=[*with_tablet, CAROL],
            words=[WORDS],
            unconfirmed=[TABLET, CAROL],
            void={"REMOVED": [beside], "UNCONFIRMED": [further]},
            current=None,
            cuts={PHONE: removal, **in_force},
        ),
        members_case(
            "confirmed_and_struck",
            "Words strike what is confirmed beyond their cut.",
            [words, back, lent, beside, final],
            active=with_tablet,
            words=[WORDS],
            unconfirmed=[TABLET],
            void={"STRUCK": [beside]},
            current=None,
            cuts={PHONE: final, **in_force},
        ),
        members_case(
            "confirmed_on_a_fork",
            "A fork voids what is confirmed.",
            [words, back, said, fork],
            active=with_tablet,
            words=[WORDS],
            unconfirmed=[TABLET],
            void={"FORKED": [said, fork]},
            current=None,
            cuts={PHONE: fork, **in_force},
        ),
        members_case(
            "confirmed_and_built_on",
            "What the other person built on is shielded.",
            [words, back, said, fork, built_on],
            active=with_tablet,
            words=[WORDS],
            void={"FORKED": [fork]},
            highest=1,
            current=built_on,
            cuts={PHONE: fork, **in_force},
        ),
        members_case(
            "confirmed_after_the_end",
            "After a split nobody is confirmed.",
            [words, back, ended, after],
            active=with_tablet,
            words=[WORDS],
            unconfirmed=[TABLET],
            refused={"SPLIT": [after]},
            split=True,
            current=None,
            cuts=in_force,
        ),
        members_case(
            "confirmed_by_new_keys",
            "A device is not confirmed by taking new keys.",
            [words, back, rekey],
            active=[*both, PHONE],
            words=[WORDS],
            unconfirmed=[PHONE],
            current=None,
            cuts={TABLET: rekey, **in_force},
        ),
        members_case(
            "confirmed_for_another",
            "Of a device that became the other person's one's word says nothing.",
            [bobs, at_bobs, spare, mine, of_both],
            active=[*both, PHONE, TABLET],
            words=[WORDS],
            unconfirmed=[TABLET],
            void={"TAKEN": [mine]},
            current=None,
            cuts={WORDS: bobs},
        ),
    ]


def pairing() -> list[Case]:
    """Encode what is handed over when a device joins."""
    space, person = GENESIS_2.space, ALICE.id
    payload = operation_payload(OPERATION_BODY, ALICE, space)
    fields = fields_for(payload, kind=OPERATION, space=space, sequence=1, prev=None, heads=[space])
    header = header_of(fields | {"document": None, "changes": []})
    carried = content_of(sign_header(header), header, payload)
    proofs = join_proofs(TABLET, space, person)
    genesis = pack(GENESIS_2.value)
    return [
        {
            "name": "invitation",
            "what": "An invitation names the space and the person.",
            "space": space.hex(),
            "person": person.hex(),
            "encoding": pack([space, person]).hex(),
        },
        {
            "name": "request",
            "what": "A request holds the newcomer's card and its proofs.",
            "card": pack(TABLET.card).hex(),
            "proofs": [proof.hex() for proof in proofs],
            "encoding": pack([TABLET.card, proofs]).hex(),
        },
        {
            "name": "welcome",
            "what": "A welcome holds the genesis and the record of the operation.",
            "genesis": genesis.hex(),
            "signature": sign_header(header).hex(),
            "header": header.hex(),
            "payload": payload.hex(),
            "record": carried.hex(),
            "encoding": pack([genesis, carried]).hex(),
        },
        {
            "name": "welcome_of_founder",
            "what": "A founder was added by no operation.",
            "genesis": genesis.hex(),
            "encoding": pack([genesis, None]).hex(),
        },
    ]


def membership() -> Case:
    """Make membership.json."""
    return {
        "cards": cards(),
        "cards_refused": cards_refused(),
        "geneses": [
            genesis_case("genesis_of_one", "A space may have one person.", GENESIS_1),
            genesis_case("genesis_of_two", "A space may have two persons.", GENESIS_2),
        ],
        "geneses_refused": geneses_refused(),
        "joins": joins(),
        "joins_refused": joins_refused(),
        "operations": operations(),
        "operations_refused": operations_refused(),
        "kinds": kinds(),
        "kinds_refused": kinds_refused(),
        "logs": membership_logs(),
        "pairing": pairing(),
    }


# --- pairing ------------------------------------------------------------------------------------------

HOST_SIDE: Final = 1
GUEST_SIDE: Final = 2
RENDEZVOUS_RECORD_BYTES: Final = 4_096
FRAME_PLAIN_BYTES: Final = 4_046
FRAME_PART_BYTES: Final = 4_043
MEETING_HOST: Final = "relay.example:443"
LINK_STARTS: Final = {1: "troth:pair#", 3: "troth:join#"}


def jacobi(a: int, n: int) -> int:
    """Compute the Jacobi symbol: 1 for a square modulo a prime, -1 for none, 0 for zero."""
    sign = 1
    a %= n
    while a:
        while a % 2 == 0:
            a //= 2
            sign = -sign if n % 8 in (3, 5) else sign
        sign = -sign if a % 4 == 3 and n % 4 == 3 else sign
        a, n = n % a, a
    return sign if n == 1 else 0


def leb128(number: int) -> bytes:
    """Write a length as the draft of CPace does."""
    low, rest = number % 128, number // 128
    return bytes([low + 128]) + leb128(rest) if rest else bytes([low])


def with_lengths(*parts: bytes) -> bytes:
    """Join parts, each behind its length."""
    return b"".join(leb128(len(part)) + part for part in parts)


def cpace_generator(secret: bytes, channel: bytes, session: bytes) -> bytes:
    """Map a secret to a point of Curve25519: draft-irtf-cfrg-cpace, CPACE-X25519-SHA512."""
    start = with_lengths(b"CPace255", secret)
    filling = bytes(max(0, 127 - len(start)))
    hashed = hashlib.sha512(start + with_lengths(filling, channel, session)).digest()[:32]
    u = int.from_bytes(hashed, "little") & (1 << 255) - 1
    first = -486662 * pow(1 + 2 * u * u, FIELD_PRIME - 2, FIELD_PRIME) % FIELD_PRIME
    square = jacobi((first**3 + 486662 * first**2 + first) % FIELD_PRIME, FIELD_PRIME) >= 0
    return little(first if square else (-first - 486662) % FIELD_PRIME)


@dataclass(frozen=True)
class PairingSide:
    """What one side of a pairing draws and says."""

    side: int
    introduction: bytes
    nonce: bytes
    scalar: bytes

    @property
    def commitment(self) -> bytes:
        """What the side is bound by."""
        return digest("troth/commit", pack([self.side, self.introduction, self.nonce]))

    def named(self) -> Case:
        """Name it for a case."""
        return {
            "introduction": self.introduction.hex(),
            "nonce": self.nonce.hex(),
            "scalar": self.scalar.hex(),
            "commitment": self.commitment.hex(),
        }


@dataclass(frozen=True)
class Meeting:
    """A ticket and the two sides that hold it."""

    purpose: int
    number: int | None
    secret: bytes
    host: PairingSide
    guest: PairingSide

    @property
    def seed(self) -> bytes:
        """The seed of the mailbox's key."""
        where = self.secret if self.number is None else self.number
        return digest("troth/meeting", pack([MEETING_HOST, self.purpose, where]))

    @property
    def ci(self) -> bytes:
        """The channel identifier of the key agreement."""
        return pack(["troth", 1, MEETING_HOST, self.purpose, self.number])

    @property
    def generator(self) -> bytes:
        """The point that the secret gives."""
        return cpace_generator(self.secret, self.ci, self.host.commitment)

    def share(self, side: PairingSide) -> bytes:
        """What a side sends."""
        return crypto_scalarmult(side.scalar, self.generator)

    @property
    def session_key(self) -> bytes:
        """The 64 bytes that both sides have."""
        shared = crypto_scalarmult(self.host.scalar, self.share(self.guest))
        said = [with_lengths(self.share(side), pack([side.side, side.commitment])) for side in (self.host, self.guest)]
        return hashlib.sha512(with_lengths(b"CPace255_ISK", self.host.commitment, shared) + b"".join(said)).digest()

    @property
    def channel(self) -> bytes:
        """The hash of everything said in the open."""
        said = [part for side in (self.host, self.guest) for part in (self.share(side), side.commitment)]
        return digest("troth/channel", pack([self.ci, *said]))

    @property
    def root(self) -> bytes:
        """What all further keys derive from."""
        return derive(digest("troth/root", self.session_key), "troth/root", self.channel)

    def tag(self, side: PairingSide) -> bytes:
        """The proof of a side that it has the key."""
        return derive(self.root, "troth/confirm", bytes([side.side]))

    @property
    def words(self) -> list[int]:
        """The four words."""
        said = [part for side in (self.host, self.guest) for part in (side.introduction, side.nonce)]
        bits = "".join(f"{byte:08b}" for byte in digest("troth/words", pack([self.channel, *said])))
        return [int(bits[at : at + 11], 2) for at in (0, 11, 22, 33)]

    def named(self) -> Case:
        """Name the ticket for a case."""
        return {"host": MEETING_HOST, "purpose": self.purpose, "number": self.number, "secret": self.secret.hex()}


def pairing_record(body: bytes) -> bytes:
    """Fill a record up to its size."""
    return (u16(len(body)) + body).ljust(RENDEZVOUS_RECORD_BYTES, b"\0")


def pairing_plain(part: bytes, *, more: bool = False) -> bytes:
    """Fill a frame's plaintext up to its size."""
    return (bytes([more]) + u16(len(part)) + part).ljust(FRAME_PLAIN_BYTES, b"\0")


def pairing_frame(root: bytes, side: int, counter: int, plain: bytes) -> tuple[bytes, bytes]:
    """Seal a frame; return its nonce and what is sealed."""
    key = derive(root, "troth/frame", bytes([side]))
    nonce = derive(key, "troth/nonce", u32(counter) + plain)[:24]
    return nonce, aead(key, nonce, plain, u32(counter))


class Log:
    """Writes the records of a whole pairing, as both sides post them in turn."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self.records: list[bytes] = []
        self.sent = {HOST_SIDE: 0, GUEST_SIDE: 0}

    def post(self, number: int, *parts: Value) -> None:
        """Post one record."""
        self.records.append(pairing_record(pack([1, number, *parts])))

    def say(self, side: int, message: bytes) -> None:
        """Post a message in frames."""
        parts = [message[at : at + FRAME_PART_BYTES] for at in range(0, len(message), FRAME_PART_BYTES)]
        for left, part in zip(range(len(parts) - 1, -1, -1), parts, strict=True):
            plain = pairing_plain(part, more=left > 0)
            self.post(4, *pairing_frame(self.meeting.root, side, self.sent[side], plain))
            self.sent[side] += 1

    def open_both(self) -> None:
        """Post everything up to both openings."""
        host, guest = self.meeting.host, self.meeting.guest
        self.post(1, self.meeting.share(host), host.commitment)
        self.post(2, self.meeting.share(guest), guest.commitment, self.meeting.tag(guest))
        self.post(3, self.meeting.tag(host))
        for side in (host, guest):
            self.say(side.side, pack([1, side.introduction, side.nonce]))


def pairing_side(label: str, side: int, introduction: bytes) -> PairingSide:
    """Draw a side."""
    return PairingSide(side, introduction, fixed(f"pairing/{label}/nonce"), fixed(f"pairing/{label}/scalar"))


def joiner_of(mailbox: bytes, device: Device, admin_seed: bytes | None = None) -> list[Value]:
    """Introduce a partner far away."""
    statement = b"troth/far/1\0" + mailbox + device.id
    seeds = (device.everyday_seed, admin_seed or device.admin_seed)
    return [device.card, [sign(seed, statement) for seed in seeds]]


PAIRING_WORDS: Final = u16(825) + u16(402) + u16(1_023)
PAIRING_SECRET: Final = fixed("pairing/secret", 16)
FAR_MAILBOX: Final = public_key(digest("troth/meeting", pack([MEETING_HOST, 3, PAIRING_SECRET])))
MEETINGS: Final = {
    "device_by_code": Meeting(
        1, 7, PAIRING_WORDS, pairing_side("1/host", 1, b""), pairing_side("1/guest", 2, b"a new device")
    ),
    "device_by_link": Meeting(
        1, None, PAIRING_SECRET, pairing_side("2/host", 1, b"old"), pairing_side("2/guest", 2, b"new")
    ),
    "join_by_code": Meeting(
        2,
        9_999,
        PAIRING_WORDS,
        pairing_side("3/host", 1, pack(ALICE.card)),
        pairing_side("3/guest", 2, pack(BOB.card)),
    ),
    "far_by_link": Meeting(
        3,
        None,
        PAIRING_SECRET,
        pairing_side("4/host", 1, pack(ALICE.card)),
        pairing_side("4/guest", 2, pack(joiner_of(FAR_MAILBOX, BOB))),
    ),
}
OFFERS: Final[dict[str, list[tuple[int, list[bytes]]]]] = {
    "device_by_code": [
        (HOST_SIDE, [b"invitation 1", b"invitation 2"]),
        (GUEST_SIDE, [b"request 1", b"request 2"]),
        (HOST_SIDE, [b"welcome 1", b"2" * 4_100]),
    ],
    "join_by_code": [(HOST_SIDE, [b"d" * (FRAME_PART_BYTES - 7)]), (GUEST_SIDE, [b"a genesis"])],
    "far_by_link": [(HOST_SIDE, [b"a draft"]), (GUEST_SIDE, [b"a genesis"])],
}


def pairing_generators() -> list[Case]:
    """Map secrets to points."""
    rows = [
        ("of_nothing", b"", b"", b""),
        ("of_a_code", PAIRING_WORDS, MEETINGS["device_by_code"].ci, fixed("pairing/session")),
        ("longer_than_a_block", b"s" * 200, b"c" * 130, b"i" * 20),
    ]
    return [
        {
            "name": name,
            "what": "A secret gives one point in one channel and session.",
            "secret": secret.hex(),
            "channel": channel.hex(),
            "session": session.hex(),
            "generator": cpace_generator(secret, channel, session).hex(),
        }
        for name, secret, channel, session in rows
    ]


def shares_refused() -> list[Case]:
    """Name shares that no side takes; `own` is the share of the side that refuses."""
    meeting = MEETINGS["device_by_code"]
    own = meeting.share(meeting.host)
    rows = [(name, "A share is of full order and canonical.", point) for name, point in X25519_LOW]
    rows += [
        ("own", "A side's own share is not taken from the other side.", own),
        ("with_top_bit", "A share has one spelling.", own[:31] + bytes([own[31] | 0x80])),
        ("above_the_prime", "A share has one spelling.", little(FIELD_PRIME + 9)),
        ("of_31_bytes", "A share has 32 bytes.", own[:31]),
    ]
    return [
        {
            "name": name,
            "what": what,
            "scalar": meeting.host.scalar.hex(),
            "own": own.hex(),
            "share": share.hex(),
            "error": "forged",
        }
        for name, what, share in rows
    ]


def tickets() -> list[Case]:
    """Say where the holders of a ticket meet."""
    return [
        {"name": name, "what": "A ticket gives one mailbox and one channel identifier."}
        | meeting.named()
        | {"seed": meeting.seed.hex(), "mailbox": public_key(meeting.seed).hex(), "ci": meeting.ci.hex()}
        for name, meeting in MEETINGS.items()
    ]


def link_text(start: str, host: str, body: bytes) -> str:
    """Write a link around a version, a secret and the beginning of a commitment."""
    checksum = digest("troth/link", start.encode() + host.encode() + body)[:3]
    return start + base64.urlsafe_b64encode(body + checksum).decode() + "@" + host


def links() -> list[Case]:
    """Write links."""
    found: list[Case] = []
    for purpose, start in LINK_STARTS.items():
        for version in (1, 2):
            commitment = fixed(f"pairing/link/{purpose}/{version}")
            found.append(
                {
                    "name": f"{start[6:10]}_{'plain' if version == 2 else 'tls'}",
                    "what": "A link names relay, secret and host.",
                    "host": MEETING_HOST,
                    "purpose": purpose,
                    "plain": version == 2,
                    "secret": PAIRING_SECRET.hex(),
                    "commitment": commitment.hex(),
                    "text": link_text(start, MEETING_HOST, bytes([version]) + PAIRING_SECRET + commitment[:16]),
                }
            )
    return found


def links_typed() -> list[Case]:
    """Write links in another way than they are made, and name the one way of each."""
    start, body = LINK_STARTS[1], b"\1" + PAIRING_SECRET + fixed("pairing/link/typed", 16)
    good, bare = link_text(start, MEETING_HOST, body), link_text(start, "relay.example", body)
    rows = [
        ("as_made", "A link is read as it was made.", good, good),
        ("between_blanks", "What stands around a link is left away.", " \t" + good + "\r\n", good),
        ("capital_host", "A host is the same in capital letters.", good.replace("relay", "Relay"), good),
        ("no_port", "Whether there is a port shows when it is dialled.", bare, bare),
        ("longest_host", "A host has at most 255 bytes.", *[link_text(start, "a" * 251 + ":443", body)] * 2),
    ]
    return [{"name": name, "what": what, "typed": typed, "text": text} for name, what, typed, text in rows]


def links_refused() -> list[Case]:
    """Write links that are refused."""
    start, body = LINK_STARTS[1], b"\1" + PAIRING_SECRET + fixed("pairing/link/refused", 16)
    good = link_text(start, MEETING_HOST, body)
    swapped = "B" if good[20] == "A" else "A"
    rows = [
        ("mistyped", "A character that differs is found out.", good[:20] + swapped + good[21:], "malformed"),
        ("cut_short", "A character that is missing is found out.", good[:30] + good[31:], "malformed"),
        ("other_host", "The checksum is over the host too.", good.replace("relay", "delay"), "malformed"),
        ("other_start", "The checksum is over the start too.", good.replace("pair", "join"), "malformed"),
        ("no_host", "A link names its relay.", link_text(start, "", body), "malformed"),
        ("host_with_a_blank", "A host is ASCII without blanks.", link_text(start, "relay example", body), "malformed"),
        ("host_with_a_mark", "A host has no @.", link_text(start, "relay@example", body), "malformed"),
        ("host_not_ascii", "A host is ASCII.", good.replace("relay", "rel\u00e9"), "malformed"),
        ("host_too_long", "A host has at most 255 bytes.", link_text(start, "a" * 252 + ":443", body), "malformed"),
        (
            "unknown_start",
            "A link begins in one of two ways.",
            link_text("troth:meet#", MEETING_HOST, body),
            "malformed",
        ),
        (
            "later_release",
            "A version that is not known is told apart.",
            link_text(start, MEETING_HOST, b"\3" + body[1:]),
            "version",
        ),
    ]
    return [{"name": name, "what": what, "text": text, "error": error} for name, what, text, error in rows]


def meetings() -> list[Case]:
    """Agree on keys and words, from what is drawn to what people compare."""
    return [
        {"name": name, "what": "Both sides come to one channel, two proofs and four words."}
        | meeting.named()
        | {
            "host_side": meeting.host.named() | {"share": meeting.share(meeting.host).hex()},
            "guest_side": meeting.guest.named() | {"share": meeting.share(meeting.guest).hex()},
            "session_key": meeting.session_key.hex(),
            "channel": meeting.channel.hex(),
            "root": meeting.root.hex(),
            "tags": [meeting.tag(meeting.host).hex(), meeting.tag(meeting.guest).hex()],
            "words": list(meeting.words),
        }
        for name, meeting in MEETINGS.items()
    ]


def logs() -> list[Case]:
    """Write whole pairings, record by record."""
    found: list[Case] = []
    for name, offers in OFFERS.items():
        log = Log(MEETINGS[name])
        log.open_both()
        for step, (side, items) in enumerate(offers):
            log.say(side, pack([2, step, items]))
        found.append(
            {
                "name": name,
                "what": "The records of both sides in order, of the meeting of this name.",
                "offers": [[item.hex() for item in items] for _, items in offers],
                "records": [record_runs(record) for record in log.records],
            }
        )
    return found


def record_runs(record: bytes) -> list[list[object]]:
    """Write a record without its filling."""
    told = record.rstrip(b"\0")
    return runs(*((part, times) for part, times in ((told, 1), (b"\0", len(record) - len(told))) if times))


def posts_refused() -> list[Case]:
    """Write records that can not be read."""
    tag = fixed("pairing/tag")
    good = pairing_record(pack([1, 3, tag]))
    rows = [
        ("one_byte_short", "A record has one size.", good[:-1], "malformed"),
        ("one_byte_long", "A record has one size.", good + b"\0", "malformed"),
        ("filling_not_zero", "The filling is zeros.", good[:-1] + b"\1", "malformed"),
        ("longer_than_itself", "The body fits the record.", u16(4_095) + good[2:], "malformed"),
        ("tag_of_31_bytes", "A tag has 32 bytes.", pairing_record(pack([1, 3, tag[:-1]])), "malformed"),
        ("one_field_more", "A record has the fields of its number.", pairing_record(pack([1, 3, tag, 0])), "malformed"),
        ("unknown_number", "A number that is not known is no record.", pairing_record(pack([1, 6, tag])), "malformed"),
        ("reason_of_nine_bits", "A reason is at most 255.", pairing_record(pack([1, 5, 256])), "malformed"),
        ("body_of_0", "A body has a version.", pairing_record(pack([])), "malformed"),
        ("body_of_1", "A body of this version has a number.", pairing_record(pack([1])), "malformed"),
        ("number_alone", "A record has the fields of its number.", pairing_record(pack([1, 3])), "malformed"),
        ("share_of_31_bytes", "A share has 32 bytes.", pairing_record(pack([1, 1, tag[:-1], tag])), "malformed"),
        ("later_version", "Another version is told apart.", pairing_record(pack([2, 3])), "version"),
        ("later_version_alone", "Nothing need follow another version.", pairing_record(pack([2])), "version"),
        ("negative_version", "Any other number is another version.", pairing_record(pack([-1, 3, tag])), "version"),
    ]
    return [
        {"name": name, "what": what, "record": record_runs(record), "error": error}
        for name, what, record, error in rows
    ]


def frames_refused() -> list[Case]:
    """Write first frames of the host that the guest does not take."""
    root = MEETINGS["device_by_code"].root
    plain = pairing_plain(b"said")
    nonce, sealed = pairing_frame(root, HOST_SIDE, 0, plain)
    own_key = derive(root, "troth/frame", bytes([HOST_SIDE]))
    other_nonce = fixed("pairing/nonce", 24)
    rows = [
        ("bit_changed", "A frame is sealed.", (nonce, flip(sealed, 0)), "forged"),
        ("second_first", "Frames come in order.", pairing_frame(root, HOST_SIDE, 1, plain), "forged"),
        ("own_direction", "Each side has its own key.", pairing_frame(root, GUEST_SIDE, 0, plain), "forged"),
        (
            "other_nonce",
            "A nonce follows from what is sealed.",
            (other_nonce, aead(own_key, other_nonce, plain, u32(0))),
            "forged",
        ),
        (
            "filling_not_zero",
            "The filling is zeros.",
            pairing_frame(root, HOST_SIDE, 0, plain[:-1] + b"\1"),
            "malformed",
        ),
        (
            "more_after_a_short_part",
            "Only the last part is short.",
            pairing_frame(root, HOST_SIDE, 0, b"\1" + plain[1:]),
            "malformed",
        ),
        (
            "unknown_mark",
            "More is 0 or 1, also before a full part.",
            pairing_frame(root, HOST_SIDE, 0, b"\2" + pairing_plain(b"s" * FRAME_PART_BYTES)[1:]),
            "malformed",
        ),
        (
            "longer_than_the_frame",
            "A part fits its frame.",
            pairing_frame(root, HOST_SIDE, 0, b"\0" + u16(4_044) + plain[3:]),
            "malformed",
        ),
    ]
    return [
        {
            "name": name,
            "what": what,
            "root": root.hex(),
            "side": HOST_SIDE,
            "counter": 0,
            "nonce": frame[0].hex(),
            "sealed": frame[1].hex(),
            "error": error,
        }
        for name, what, frame, error in rows
    ]


def messages_refused() -> list[Case]:
    """Write messages that can not be read."""
    nonce, item = fixed("pairing/opening"), b"an item"
    rows: list[tuple[str, str, Value]] = [
        ("number_0", "A message has one of two numbers.", [0, b"", nonce]),
        ("number_3", "A message has one of two numbers.", [3, 0, [item]]),
        ("number_true", "A boolean is no number.", [True, b"", nonce]),
        ("of_nothing", "A message has a number.", []),
        ("open_of_nonce_31", "A nonce has 32 bytes.", [1, b"", nonce[:-1]]),
        ("open_too_long", "An introduction has its bound.", [1, bytes(INTRODUCTION_BYTES_MAX + 1), nonce]),
        ("open_of_4", "An opening has its fields.", [1, b"", nonce, None]),
        ("open_of_offer", "Each number has its own fields.", [1, 0, [item]]),
        ("offer_of_open", "Each number has its own fields.", [2, b"", nonce]),
        ("offer_of_none", "An offer has an item.", [2, 0, []]),
        ("offer_of_17", "An offer has at most 16 items.", [2, 0, [item] * 17]),
        ("offer_of_text", "An item is bytes.", [2, 0, ["an item"]]),
        ("offer_step_negative", "Steps begin at 0.", [2, -1, [item]]),
        ("offer_step_16", "A step is at most 15.", [2, 16, [item]]),
        ("offer_step_true", "A boolean is no number.", [2, True, [item]]),
    ]
    return [
        {"name": name, "what": what, "message": pack(message).hex(), "error": "malformed"}
        for name, what, message in rows
    ]


def openings_refused() -> list[Case]:
    """Name openings that do not fit what the host was bound by."""
    host = pairing_side("opening", HOST_SIDE, b"what was meant")
    rows = [
        ("other_introduction", replace(host, introduction=b"what was not")),
        ("other_nonce", replace(host, nonce=fixed("pairing/opening/other"))),
        ("other_side", replace(host, side=GUEST_SIDE)),
    ]
    return [
        {
            "name": name,
            "what": "A side opens what it was bound by.",
            "commitment": host.commitment.hex(),
            "side": side.side,
            "introduction": side.introduction.hex(),
            "nonce": side.nonce.hex(),
            "error": "forged",
        }
        for name, side in rows
    ]


def joiners() -> list[Case]:
    """Introduce partners far away."""
    return [
        {
            "name": "bob",
            "what": "A partner far away proves all its keys for one invitation.",
            "mailbox": FAR_MAILBOX.hex(),
            "introduction": pack(joiner_of(FAR_MAILBOX, BOB)).hex(),
        }
        | BOB.named()
    ]


def joiners_refused() -> list[Case]:
    """Introduce partners that the host refuses."""
    card, proofs = joiner_of(FAR_MAILBOX, BOB)
    rows: list[tuple[str, str, Value, str]] = [
        ("other_invitation", "The proofs are for one invitation.", joiner_of(fixed("pairing/far"), BOB), "forged"),
        ("other_admin", "The admin key proves itself.", joiner_of(FAR_MAILBOX, BOB, ALICE.admin_seed), "forged"),
        ("other_box", "The proofs sign the box key.", [[*BOB.card[:2], ALICE.card[2]], proofs], "forged"),
        ("no_proofs", "A card alone proves nothing.", card, "malformed"),
        ("weak_key", "A card holds no weak key.", [[bytes(32), *BOB.card[1:]], proofs], "malformed"),
    ]
    return [
        {
            "name": name,
            "what": what,
            "mailbox": FAR_MAILBOX.hex(),
            "introduction": pack(value).hex(),
            "error": error,
        }
        for name, what, value, error in rows
    ]


def safety_numbers() -> list[Case]:
    """Compute the numbers that two people compare."""
    low, high = sorted([ALICE.id, BOB.id])
    number = int(digest("troth/safety", pack([low, high])).hex(), 16) % 10**60
    what = "The number is the same in either order."
    return [
        {"name": name, "what": what, "persons": [person.hex() for person in persons], "digits": f"{number:060d}"}
        for name, persons in (("ascending", (low, high)), ("descending", (high, low)))
    ]


def pairings() -> dict[str, list[Case]]:
    """Make the content of pairing.json."""
    return {
        "generators": pairing_generators(),
        "shares_refused": shares_refused(),
        "tickets": tickets(),
        "links": links(),
        "links_typed": links_typed(),
        "links_refused": links_refused(),
        "meetings": meetings(),
        "logs": logs(),
        "records_refused": posts_refused(),
        "frames_refused": frames_refused(),
        "messages_refused": messages_refused(),
        "openings_refused": openings_refused(),
        "joiners": joiners(),
        "joiners_refused": joiners_refused(),
        "safety_numbers": safety_numbers(),
    }


# --- vault.json ---------------------------------------------------------------------------------------

VAULT_ID: Final = fixed("vault/id", 16)
VAULT_SALT: Final = fixed("vault/salt", 16)
VAULT_KEY: Final = fixed("vault/key")
VAULT_ADMIN: Final = fixed("vault/admin")
VAULT_ROOM: Final = fixed("vault/room", 16)
VAULT_COST: Final = (64, 1)
VAULT_WORDS: Final = "caf\u00e9 correct horse"
LETTER_SECRET: Final = derive(VAULT_KEY, "troth/letter")
LETTER_PUBLIC: Final = crypto_scalarmult_base(LETTER_SECRET)


@cache
def stretched(passphrase: str) -> bytes:
    """Stretch a passphrase as a vault of the least cost does."""
    text = unicodedata.normalize("NFC", passphrase).encode()
    memory_mib, passes = VAULT_COST
    return crypto_pwhash_alg(32, text, VAULT_SALT, passes, memory_mib << 20, crypto_pwhash_ALG_ARGON2ID13)


def vault_wrap(label: str, secret: bytes) -> bytes:
    """Wrap a secret of a vault under its passphrase."""
    nonce = fixed(f"vault/nonce/{label}", 24)
    context = label.encode() + b"\0" + pack([2, VAULT_ID, VAULT_SALT, *VAULT_COST])
    return nonce + aead(derive(stretched(VAULT_WORDS), label), nonce, secret, context)


def vault_head(items: Sequence[Value]) -> bytes:
    """Close a head with its checksum."""
    return pack([*items, digest("troth/head", pack(items))])


def vault_items() -> list[Value]:
    """List what stands in a head before its checksum."""
    wraps = [vault_wrap("troth/vault", VAULT_KEY), vault_wrap("troth/admin", VAULT_ADMIN)]
    return [2, VAULT_ID, VAULT_SALT, *VAULT_COST, *wraps]


def vault_framed(content: bytes) -> bytes:
    """Put a length in front of a content, and zeros behind it."""
    return pad(u32(len(content)) + content)


def vault_heads() -> list[Case]:
    """Write the head of a vault."""
    return [
        {
            "name": name,
            "what": "The passphrase opens the vault key and the admin secret, in whichever form its letters are typed.",
            "passphrase": passphrase,
            "vault": VAULT_ID.hex(),
            "memory_mib": VAULT_COST[0],
            "passes": VAULT_COST[1],
            "stretched": stretched(passphrase).hex(),
            "key": VAULT_KEY.hex(),
            "admin": VAULT_ADMIN.hex(),
            "header": vault_head(vault_items()).hex(),
        }
        for name, passphrase in (("composed", VAULT_WORDS), ("decomposed", "cafe\u0301 correct horse"))
    ]


def vault_heads_refused() -> list[Case]:
    """Write heads that do not open."""
    items, good = vault_items(), vault_head(vault_items())
    rows = [
        ("flipped", "A damaged head is not taken for a wrong passphrase.", flip(good, 30), "malformed"),
        ("checksum_flipped", "The checksum itself counts.", flip(good, -1), "malformed"),
        ("short", "A head is whole.", good[:-1], "malformed"),
        ("later", "Another format is another page.", vault_head(swap(items, 0, 3)), "malformed"),
        ("cheap", "A cost below its bound protects nothing.", vault_head(swap(items, 3, 63)), "malformed"),
        ("dear", "A cost above its bound is an attack.", vault_head(swap(items, 3, 1_025)), "malformed"),
        ("no_pass", "There is one pass at least.", vault_head(swap(items, 4, 0)), "malformed"),
        ("many_passes", "There are 16 passes at most.", vault_head(swap(items, 4, 17)), "malformed"),
        ("short_wrap", "A wrap has 72 bytes.", vault_head(swap(items, 5, fixed("w", 71))), "malformed"),
        ("other_passes", "The cost is bound to the wraps.", vault_head(swap(items, 4, 2)), "forged"),
        ("other_vault", "The id is bound to the wraps.", vault_head(swap(items, 1, fixed("v", 16))), "forged"),
        ("swapped", "Each wrap has its own label.", vault_head([*items[:5], items[6], items[5]]), "forged"),
    ]
    return [
        {"name": name, "what": what, "passphrase": VAULT_WORDS, "header": header.hex(), "error": error}
        for name, what, header, error in rows
    ]


def vault_sealed(number: int, plaintext: bytes, *, key: bytes = VAULT_KEY, vault: bytes = VAULT_ID) -> bytes:
    """Seal a row under a number."""
    nonce = fixed(f"vault/row/{number}", 24)
    return nonce + aead(derive(key, "troth/row/2"), nonce, plaintext, b"troth/row/2\0" + vault + u64(number))


def vault_case(name: str, what: str, number: int, sealed: bytes) -> Case:
    """Name a sealed row."""
    return {
        "name": name,
        "what": what,
        "vault_key": VAULT_KEY.hex(),
        "vault": VAULT_ID.hex(),
        "number": number,
        "sealed": sealed.hex(),
    }


def vault_rows() -> list[Case]:
    """Seal rows of every kind of room."""
    rows = [
        ("place", "The vault's own room holds places.", 1, bytes(16), "place", VAULT_ROOM, bytes(32)),
        ("settings", "The app's rows stand in the settings.", 2, b"\xff" * 16, "rooms", VAULT_ROOM, pack(["solo", ""])),
        ("record", "A space's rows stand in its room.", 3, VAULT_ROOM, "records", u64(1), fixed("vault/record", 700)),
        ("empty", "Key and value may be empty.", 2**63 - 1, VAULT_ROOM, "life", b"", b""),
    ]
    return [
        vault_case(name, what, number, vault_sealed(number, vault_framed(pack([room, table, key, value]))))
        | {"room": room.hex(), "table": table, "key": key.hex(), "value": value.hex()}
        for name, what, number, room, table, key, value in rows
    ]


def vault_rows_refused() -> list[Case]:
    """Seal rows that do not open."""
    content = pack([VAULT_ROOM, "life", b"", b"1"])
    plain = vault_framed(content)
    old = aead(derive(VAULT_KEY, "troth/row"), bytes(24), plain, b"troth/row\0" + VAULT_ID + u64(7))
    rows = [
        ("other_number", "A row opens under its number alone.", vault_sealed(8, plain), "forged"),
        ("other_vault", "A row opens in its vault alone.", vault_sealed(7, plain, vault=bytes(16)), "forged"),
        ("other_key", "A row opens with its vault's key alone.", vault_sealed(7, plain, key=bytes(32)), "forged"),
        ("flipped", "No bit of a row may differ.", flip(vault_sealed(7, plain), 99), "forged"),
        ("empty", "Nothing is no row.", b"", "forged"),
        ("earlier", "A row of format 1 is none of format 2.", bytes(24) + old, "forged"),
        ("too_long", "A row is not longer than it is.", vault_sealed(7, u32(509) + plain[4:]), "malformed"),
        ("no_room", "A row has a room.", vault_sealed(7, vault_framed(pack(["life", b"", b"1"]))), "malformed"),
        (
            "table_of_bytes",
            "A table is a string.",
            vault_sealed(7, vault_framed(pack([VAULT_ROOM, b"life", b"", b""]))),
            "malformed",
        ),
        (
            "table_of_65",
            "A table has at most 64 bytes.",
            vault_sealed(7, vault_framed(pack([VAULT_ROOM, "t" * 65, b"", b""]))),
            "malformed",
        ),
        (
            "key_of_1025",
            "A key has at most 1024 bytes.",
            vault_sealed(7, vault_framed(pack([VAULT_ROOM, "life", bytes(1_025), b""]))),
            "malformed",
        ),
        (
            "short_room",
            "A room's id has 16 bytes.",
            vault_sealed(7, vault_framed(pack([bytes(15), "life", b"", b""]))),
            "malformed",
        ),
    ]
    return [vault_case(name, what, 7, sealed) | {"error": error} for name, what, sealed, error in rows]


def vault_seed(room: bytes, *, secret: bytes = VAULT_ADMIN) -> bytes:
    """Seal the admin seed of a room."""
    nonce = fixed("vault/seed", 24)
    key = derive(secret, "troth/seed", room)
    return nonce + aead(key, nonce, ALICE.admin_seed, b"troth/seed\0" + VAULT_ID + room)


def vault_seed_case(name: str, what: str, sealed: bytes) -> Case:
    """Name a sealed seed."""
    return {
        "name": name,
        "what": what,
        "admin": VAULT_ADMIN.hex(),
        "vault": VAULT_ID.hex(),
        "room": VAULT_ROOM.hex(),
        "sealed": sealed.hex(),
    }


def vault_seeds() -> list[Case]:
    """Seal an admin seed."""
    seed = {"seed": ALICE.admin_seed.hex(), "public": ALICE.card[1].hex()}
    return [vault_seed_case("seed", "The admin secret opens the seed of a room.", vault_seed(VAULT_ROOM)) | seed]


def vault_seeds_refused() -> list[Case]:
    """Seal admin seeds that do not open."""
    rows = [
        ("other_room", "A seed opens for its room alone.", vault_seed(bytes(16))),
        ("under_the_vault_key", "The vault key opens no seed.", vault_seed(VAULT_ROOM, secret=VAULT_KEY)),
        ("flipped", "No bit of a seed may differ.", flip(vault_seed(VAULT_ROOM), 30)),
        ("short", "A sealed seed has 72 bytes.", vault_seed(VAULT_ROOM)[:-1]),
    ]
    return [vault_seed_case(*row) | {"error": "forged"} for row in rows]


def letter_slot(version: int = 1) -> bytes:
    """Write the file that says how to seal a letter."""
    items: list[Value] = [version, VAULT_ID, LETTER_PUBLIC]
    return pack([*items, digest("troth/slot", pack(items))])


def letter_slots() -> list[Case]:
    """Write a slot."""
    return [
        {
            "name": "slot",
            "what": "The public key follows from the vault key.",
            "vault_key": VAULT_KEY.hex(),
            "vault": VAULT_ID.hex(),
            "public": LETTER_PUBLIC.hex(),
            "slot": letter_slot().hex(),
        }
    ]


def letter_slots_refused() -> list[Case]:
    """Write slots that say nothing."""
    rows = [
        ("flipped", "No bit of a slot may differ.", flip(letter_slot(), 25)),
        ("short", "A slot is whole.", letter_slot()[:-1]),
        ("later", "Another version is another page.", letter_slot(2)),
    ]
    return [{"name": name, "what": what, "slot": slot.hex(), "error": "malformed"} for name, what, slot in rows]


def letter(entry: bytes, *, vault: bytes = VAULT_ID, public: bytes = LETTER_PUBLIC, plain: bytes = b"") -> bytes:
    """Seal a letter."""
    key, context = fixed("vault/letter/key"), b"troth/letter\0" + vault + public
    wrapped = wrap(fixed("vault/letter/ephemeral"), public, key, context)
    return b"\1" + wrapped + aead(derive(key, "troth/letter"), bytes(24), plain or vault_framed(entry), context)


def letter_case(name: str, what: str, sealed: bytes) -> Case:
    """Name a letter."""
    return {
        "name": name,
        "what": what,
        "vault_key": VAULT_KEY.hex(),
        "vault": VAULT_ID.hex(),
        "ephemeral": fixed("vault/letter/ephemeral").hex(),
        "fresh_key": fixed("vault/letter/key").hex(),
        "letter": sealed.hex(),
    }


def letters() -> list[Case]:
    """Seal letters."""
    rows = [("short", "An entry of one byte.", b"1"), ("longer", "An entry of 700 bytes.", fixed("vault/entry", 700))]
    return [
        letter_case(name, what, letter(entry))
        | {"entry": entry.hex(), "id": digest("troth/letter", letter(entry)).hex()}
        for name, what, entry in rows
    ]


def letters_refused() -> list[Case]:
    """Seal letters that do not open."""
    good, thief = letter(b"entry"), crypto_scalarmult_base(fixed("vault/thief"))
    rows = [
        ("flipped", "No bit of a letter may differ.", flip(good, 90), "forged"),
        ("wrap_flipped", "Nor of its wrap.", flip(good, 3), "forged"),
        ("other_vault", "A letter opens in its vault alone.", letter(b"entry", vault=bytes(16)), "forged"),
        ("other_key", "A letter to an exchanged key does not open.", letter(b"entry", public=thief), "forged"),
        ("too_long", "An entry is not longer than it is.", letter(b"", plain=u32(509) + bytes(508)), "malformed"),
        ("later", "Another version is another page.", b"\2" + good[1:], "malformed"),
        ("short", "A letter is longer than its wrap.", good[:81], "malformed"),
    ]
    return [letter_case(name, what, sealed) | {"error": error} for name, what, sealed, error in rows]


def vault_file() -> Case:
    """Make vault.json."""
    return {
        "headers": vault_heads(),
        "headers_refused": vault_heads_refused(),
        "rows": vault_rows(),
        "rows_refused": vault_rows_refused(),
        "seeds": vault_seeds(),
        "seeds_refused": vault_seeds_refused(),
        "slots": letter_slots(),
        "slots_refused": letter_slots_refused(),
        "letters": letters(),
        "letters_refused": letters_refused(),
    }


# --- recovery.json ------------------------------------------------------------------------------------

SIGNPOST_BYTES: Final = 16_384
SIGNPOST_SPACES_MAX: Final = 16
ADDRESS_BYTES_MAX: Final = 512
WORDS_ENTROPY: Final = fixed("recovery/words", 16)
WORDS_ROOT: Final = digest("troth/recovery", WORDS_ENTROPY)
SIGNPOST_EPOCH: Final = derive(WORDS_ROOT, "troth/signpost")
SIGNPOST_NONCE: Final = fixed("recovery/nonce", 24)


def words_case(name: str, what: str, entropy: bytes, genesis: Genesis, person: Device) -> Case:
    """Derive the keys of words for a person in a space."""
    root = digest("troth/recovery", entropy)
    seed = derive(root, "troth/weak", genesis.space + person.id)
    everyday, admin, box = (derive(seed, f"troth/{key}") for key in ("everyday", "admin", "box"))
    card = [public_key(everyday), public_key(admin), crypto_scalarmult_base(box)]
    return {
        "name": name,
        "what": what,
        "entropy": entropy.hex(),
        "signpost_epoch": derive(root, "troth/signpost").hex(),
        "signpost_mailbox": mailbox_of(derive(root, "troth/signpost")).hex(),
        "space": genesis.space.hex(),
        "person": person.id.hex(),
        "everyday_seed": everyday.hex(),
        "admin_seed": admin.hex(),
        "box_secret": box.hex(),
        "card": pack(card).hex(),
        "device_id": card_id(card).hex(),
    }


def recovery_words() -> list[Case]:
    """Derive keys of words, each case in one thing other than the first."""
    return [
        words_case("words", "Words are a card in a space.", WORDS_ENTROPY, GENESIS_2, ALICE),
        words_case("other_person", "They are another card for the other person.", WORDS_ENTROPY, GENESIS_2, BOB),
        words_case("other_space", "They are another card in another space.", WORDS_ENTROPY, GENESIS_1, ALICE),
        words_case("other_words", "Other words have nothing in common.", fixed("recovery/2", 16), GENESIS_2, ALICE),
    ]


def signpost_way(genesis: Genesis, person: Device, epoch: bytes = EPOCH) -> list[Value]:
    """Name one space."""
    return [pack(genesis.value), person.id, epoch]


def signpost_plaintext(body: bytes, length: int | None = None, end: bytes = b"") -> Parts:
    """Fill what a signpost says with zeros."""
    start = u16(len(body) if length is None else length) + body
    return [(start, 1), (b"\0", SIGNPOST_BYTES - len(start) - len(end)), *([(end, 1)] if end else [])]


def signpost(plaintext: Parts, epoch: bytes = SIGNPOST_EPOCH) -> bytes:
    """Seal what a signpost says."""
    context = b"troth/signpost\0\1\1" + mailbox_of(epoch)
    return b"\1\1" + SIGNPOST_NONCE + aead(derive(epoch, "troth/seal"), SIGNPOST_NONCE, join(plaintext), context)


def signposts() -> list[Case]:
    """Seal signposts."""
    one: list[tuple[Genesis, Device, bytes]] = [(GENESIS_1, ALICE, EPOCH)]
    two = [*one, (GENESIS_2, BOB, EPOCH_OTHER)]
    rows = [
        ("one", "A signpost names a relay and a space.", "wss://relay.example", one),
        ("two", "With a second space it has the same size.", "ws://127.0.0.1:8440/way", two),
    ]
    return [
        {
            "name": name,
            "what": what,
            "signpost_epoch": SIGNPOST_EPOCH.hex(),
            "nonce": SIGNPOST_NONCE.hex(),
            "relay": relay,
            "ways": [
                {"genesis": pack(genesis.value).hex(), "person": person.id.hex(), "epoch": key.hex()}
                for genesis, person, key in ways
            ],
            "signpost": signpost(signpost_plaintext(pack([1, relay, [signpost_way(*way) for way in ways]]))).hex(),
        }
        for name, what, relay, ways in rows
    ]


def signposts_refused() -> list[Case]:
    """Seal signposts that do not open."""
    sealed = signpost(signpost_plaintext(pack([1, "", [signpost_way(GENESIS_1, ALICE)]])))
    other = signpost(signpost_plaintext(pack([1, "", [signpost_way(GENESIS_1, ALICE)]])), fixed("recovery/epoch"))
    rest = len(sealed) - 2
    rows: list[tuple[str, str, list[list[object]], str]] = [
        ("flipped", "No bit of a signpost may differ.", runs((flip(sealed, 9_000), 1)), "forged"),
        ("of_other_words", "A signpost opens for its own words.", runs((other, 1)), "forged"),
        ("short", "A signpost has one size.", runs((b"\1\1", 1), (b"\0", rest - 1)), "malformed"),
        ("long", "A signpost has one size.", runs((b"\1\1", 1), (b"\0", rest + 1)), "malformed"),
        ("later_short", "It has that in every version.", runs((b"\2\1", 1), (b"\0", rest - 1)), "malformed"),
        ("empty", "A signpost is not empty.", runs(), "malformed"),
        ("version_2", "Another version waits.", runs((b"\2\1", 1), (b"\0", rest)), "version"),
        ("version_0", "Any other version waits.", runs((b"\0\1", 1), (b"\0", rest)), "version"),
        ("algorithm_2", "Another algorithm waits.", runs((b"\1\2", 1), (b"\0", rest)), "version"),
    ]
    return [
        {"name": name, "what": what, "signpost_epoch": SIGNPOST_EPOCH.hex(), "signpost": sealed, "error": error}
        for name, what, sealed, error in rows
    ]


def signpost_bodies_refused() -> list[Case]:
    """Say in signposts, rightly sealed, what none may say."""
    way = signpost_way(GENESIS_2, ALICE)
    good = pack([1, "", [way]])
    draft: list[Value] = [GENESIS_2.body, [GENESIS_2.signatures[0], None]]
    wrong: list[Value] = [GENESIS_2.body, GENESIS_2.signatures[::-1]]
    later: list[Value] = [2, "", bytes(SIGNPOST_BYTES - 9)]
    rows: list[tuple[str, str, Parts, str]] = [
        ("filling", "The filling is zeros.", signpost_plaintext(good, end=b"\1"), "malformed"),
        ("length_too_long", "What is said ends in time.", signpost_plaintext(good, SIGNPOST_BYTES - 1), "malformed"),
        ("length_too_short", "What is said is whole.", signpost_plaintext(good, len(good) - 1), "malformed"),
        ("nothing", "Something is said.", signpost_plaintext(b""), "malformed"),
        ("version_2", "Another version waits.", signpost_plaintext(pack([2])), "version"),
        ("version_2_of_largest", "Whatever else the list holds.", signpost_plaintext(pack(later)), "version"),
        ("version_true", "A boolean is no number.", signpost_plaintext(pack([True, "", [way]])), "malformed"),
        ("of_0", "A signpost has a version.", signpost_plaintext(pack([])), "malformed"),
        ("relay_bytes", "An address is text.", signpost_plaintext(pack([1, b"", [way]])), "malformed"),
        (
            "relay_513",
            "An address has at most 512 bytes.",
            signpost_plaintext(pack([1, "é" * 256 + "e", [way]])),
            "malformed",
        ),
        ("ways_0", "A signpost names a space.", signpost_plaintext(pack([1, "", []])), "malformed"),
        (
            "ways_17",
            "A signpost names at most 16 spaces.",
            signpost_plaintext(pack([1, "", [way] * (SIGNPOST_SPACES_MAX + 1)])),
            "malformed",
        ),
        ("extra", "No field is added.", signpost_plaintext(pack([1, "", [way], None])), "malformed"),
        (
            "key_31",
            "An epoch key has 32 bytes.",
            signpost_plaintext(pack([1, "", [swap(way, 2, EPOCH[:-1])]])),
            "malformed",
        ),
        (
            "person_of_another_space",
            "A person is one of the founders.",
            signpost_plaintext(pack([1, "", [signpost_way(GENESIS_1, BOB)]])),
            "malformed",
        ),
        (
            "draft",
            "All founders have signed.",
            signpost_plaintext(pack([1, "", [swap(way, 0, pack(draft))]])),
            "forged",
        ),
        (
            "signatures_swapped",
            "Each founder has signed.",
            signpost_plaintext(pack([1, "", [swap(way, 0, pack(wrong))]])),
            "forged",
        ),
    ]
    return [
        {
            "name": name,
            "what": what,
            "signpost_epoch": SIGNPOST_EPOCH.hex(),
            "nonce": SIGNPOST_NONCE.hex(),
            "plaintext": runs(*plaintext),
            "error": error,
        }
        for name, what, plaintext, error in rows
    ]


def recovery() -> Case:
    """Make recovery.json."""
    return {
        "words": recovery_words(),
        "signposts": signposts(),
        "signposts_refused": signposts_refused(),
        "bodies_refused": signpost_bodies_refused(),
    }


# --- epochs.json --------------------------------------------------------------------------------------

FORWARD_ROOM: Final = FORWARD_BYTES - 2 - 24 - 16
FORWARD_NONCE: Final = fixed("forward/nonce", 24)


def record_of(device: Device, kind: int, payload: bytes, **changed: Value) -> bytes:
    """Return the bytes of a record, first of a life unless told otherwise, in the space of two."""
    first = {"kind": kind, "space": GENESIS_2.space, "device": device.id, "sequence": 1, "prev": None}
    header = header_of(fields_for(payload, **(first | {"document": None, "changes": []} | changed)))
    return content_of(sign_header(header, device), header, payload)


def operation_record(signed: Signed) -> bytes:
    """Return the bytes of the record that carries an operation."""
    return record_of(signed.author, OPERATION, signed.payload)


def forward_around(plaintext: bytes, *, start: bytes = b"\x01\x01", mailbox: bytes = MAILBOX) -> bytes:
    """Seal a forward of the first epoch around a plaintext."""
    context = b"troth/forward\0" + start + mailbox
    return start + FORWARD_NONCE + aead(derive(EPOCH, "troth/seal"), FORWARD_NONCE, plaintext, context)


def forward_plain(content: bytes, length: int | None = None, end: bytes = b"") -> bytes:
    """Return what is sealed in a forward: a length, a list, and zeros up to the end."""
    plaintext = u32(len(content) if length is None else length) + content
    return plaintext + bytes(FORWARD_ROOM - len(plaintext) - len(end)) + end


def forwards() -> list[Case]:
    """Make forwards of no record, of one, and of some."""
    rotates = Signed(BOB, EPOCH_NUMBER, (ADDS_TABLET.id,), (later_epoch(1, [ALICE, BOB, TABLET]),))
    cases = (
        ("no_record", "A forward that leads nowhere has its form all the same.", ()),
        ("one_operation", "The operation of the current epoch stands in it.", (rotates,)),
        (
            "two_operations",
            "The operation of the current epoch stands first, then what it builds on.",
            (rotates, ADDS_TABLET),
        ),
    )
    found = []
    for name, what, operations_left in cases:
        left = [operation_record(signed) for signed in operations_left]
        case = {"name": name, "what": what, "epoch": EPOCH.hex(), "nonce": FORWARD_NONCE.hex()}
        sealed_forward = forward_around(forward_plain(pack([1, left])))
        found.append(case | {"records": [one.hex() for one in left], "forward": sealed_forward.hex()})
    return found


def forwards_refused() -> list[Case]:
    """Make forwards that break one rule each."""
    letter = operation_record(ADDS_TABLET)
    small = record_of(ALICE, 9, b"")
    good = pack([1, [small]])
    cases: list[tuple[str, str, Parts, str]] = [
        ("short", "A forward has one length.", [(b"\x01\x01", 1), (b"\0", FORWARD_BYTES - 3)], "malformed"),
        (
            "long",
            "A forward has one length, and no byte more.",
            [(b"\x01\x01", 1), (b"\0", FORWARD_BYTES - 1)],
            "malformed",
        ),
        ("version", "A forward of another version waits.", [(b"\x02\x01", 1), (b"\0", FORWARD_BYTES - 2)], "version"),
        (
            "algorithm",
            "A forward of another algorithm waits.",
            [(b"\x01\x02", 1), (b"\0", FORWARD_BYTES - 2)],
            "version",
        ),
        ("nothing", "Bytes that nobody sealed do not open.", [(b"\x01\x01", 1), (b"\0", FORWARD_BYTES - 2)], "forged"),
    ]
    whole = [
        (
            "other_mailbox",
            "A forward is bound to its mailbox.",
            forward_around(forward_plain(good), mailbox=bytes(32)),
            "forged",
        ),
        ("filling", "What is behind the list is zeros.", forward_around(forward_plain(good, end=b"\x01")), "malformed"),
        ("length", "A list ends in the plaintext.", forward_around(forward_plain(good, FORWARD_ROOM - 3)), "malformed"),
        (
            "cut_list",
            "The length is that of the list.",
            forward_around(forward_plain(good, len(good) - 1)),
            "malformed",
        ),
        ("list_version", "A list of another version waits.", forward_around(forward_plain(pack([2, 7]))), "version"),
        ("three_fields", "The list has two fields.", forward_around(forward_plain(pack([1, [], []]))), "malformed"),
        (
            "after_a_record",
            "A record ends where its bytes end.",
            forward_around(forward_plain(pack([1, [letter + b"\0"]]))),
            "malformed",
        ),
        (
            "too_many",
            "There are at most 256 records.",
            forward_around(forward_plain(pack([1, [b""] * 257]))),
            "malformed",
        ),
    ]
    cases += [(name, what, [(data, 1)], error) for name, what, data, error in whole]
    return [
        {
            "name": name,
            "what": what,
            "epoch": EPOCH.hex(),
            "forward": runs(*parts) if len(parts) > 1 else parts[0][0].hex(),
            "error": error,
        }
        for name, what, parts, error in cases
    ]


def meeting_cases() -> list[Case]:
    """Make the meetings of two devices, each as one of them computes it."""
    found = []
    for mine, theirs in ((ALICE, BOB), (BOB, ALICE), (ALICE, TABLET)):
        shared = crypto_scalarmult(mine.box_secret, theirs.card[2])
        ids = b"".join(sorted((mine.id, theirs.id)))
        key = derive(shared, "troth/meeting", GENESIS_2.space + ids)
        found.append(
            {
                "name": f"{mine.label}_with_{theirs.label}".replace("/", "_"),
                "what": "Both devices derive one epoch key, and nobody else does.",
                "box_secret": mine.box_secret.hex(),
                "card": pack(mine.card).hex(),
                "device_id": mine.id.hex(),
                "other": pack(theirs.card).hex(),
                "other_id": theirs.id.hex(),
                "space": GENESIS_2.space.hex(),
                "epoch": key.hex(),
                "mailbox": public_key(derive(key, "troth/meetbox")).hex(),
            }
        )
    return found


def epochs_file() -> Case:
    """Make epochs.json."""
    return {"forwards": forwards(), "forwards_refused": forwards_refused(), "meetings": meeting_cases()}


# --- checkpoint.json ----------------------------------------------------------------------------------

CHECKPOINT_BYTES_MAX: Final = 268_435_456
PART: Final = 3
OTHER_KIND: Final = 9
BAG_SPACE: Final = GENESIS_2.space
NAMES: Final = sorted([DOCUMENT, LINEAGE, MAILBOX])
NO_SIGNATURE: Final = bytes(64)


@dataclass(frozen=True)
class Written:
    """A record as a bag holds it: the fields of its header, and its payload."""

    device: Device
    fields: Mapping[str, Value]
    payload: bytes

    @property
    def header(self) -> bytes:
        """The header."""
        return header_of(self.fields)

    @property
    def entry(self) -> list[Value]:
        """What does not follow from the rest, with numbers for names."""
        seen, document = self.fields["seen"], self.fields["document"]
        if isinstance(seen, list):
            seen = [NAMES.index(seen[0]), NAMES.index(seen[1]), *seen[2:]]
        if isinstance(document, bytes):
            document = NAMES.index(document)
        known = [self.fields[field] for field in ("kind", "tips", "heads")]
        return [*known, seen, document, self.fields["rules"], self.payload]

    def content(self, *, signed: bool = True) -> bytes:
        """The bytes of the record, with its own signature or none."""
        signature = sign_header(self.header, self.device) if signed else NO_SIGNATURE
        return content_of(signature, self.header, self.payload)


def follow(device: Device, rows: Iterable[tuple[int, bytes, Mapping[str, Value]]], sequence: int = 1) -> list[Written]:
    """Write records of one life, each after the one before it."""
    found: list[Written] = []
    prev: Value = None if sequence == 1 else fixed("prev/1")
    for number, (kind, payload, changed) in enumerate(rows, sequence):
        place = {"kind": kind, "device": device.id, "space": BAG_SPACE, "sequence": number, "prev": prev}
        fields = fields_for(payload, **(place | {"document": None, "changes": []} | changed))
        found.append(Written(device, fields, payload))
        prev = digest("troth/record", found[-1].header)
    return found


def run_of(written: Sequence[Written]) -> list[Value]:
    """Return the run of some records."""
    first = written[0].fields
    place = [first[field] for field in ("device", "incarnation", "sequence", "prev")]
    return [*place, sign_header(written[-1].header, written[-1].device), [one.entry for one in written]]


def others(count: int, device: Device = ALICE, sequence: int = 1) -> list[Written]:
    """Write records of a kind that nobody knows."""
    return follow(device, [(OTHER_KIND, b"%d" % number, {}) for number in range(count)], sequence)


def change_rows(count: int) -> Iterable[tuple[int, bytes, Mapping[str, Value]]]:
    """Name records of one change each, the first with tips and heads, all with what had been read."""
    for number in range(1, count + 1):
        change = change_bytes(number)
        fields: dict[str, Value] = {
            "document": DOCUMENT,
            "changes": [hashlib.sha256(change[8:]).digest()],
            "seen": [MAILBOX, LINEAGE, number, RUNNING],
            "tips": tips([3]) if number == 1 else [],
            "heads": heads(2) if number == 1 else [],
        }
        yield CHANGES, pack([change]), fields


def bag_case(name: str, what: str, items: Sequence[Value], records_in: Sequence[bytes]) -> Case:
    """Make one bag."""
    return {
        "name": name,
        "what": what,
        "space": BAG_SPACE.hex(),
        "bag": pack([1, BAG_SPACE, NAMES, items]).hex(),
        "records": [one.hex() for one in records_in],
    }


def bags() -> list[Case]:
    """Make bags of runs and of records by themselves."""
    three, changed = others(3), follow(ALICE, change_rows(3))
    operation = follow(BOB, [(OTHER_KIND, b"", {}), (OPERATION, ADDS_TABLET.payload, {})])
    middle, alone = others(2, BOB, 5), others(1, TABLET)[0]

    def unsigned(run: Sequence[Written]) -> list[bytes]:
        return [one.content(signed=one is run[-1]) for one in run]

    return [
        bag_case("empty", "A bag may be empty.", [], []),
        bag_case("a_run", "Of a run the last record alone has a signature.", [run_of(three)], unsigned(three)),
        bag_case(
            "changes",
            "Changes are hashed again, and mailbox, lineage and document are numbers of names.",
            [run_of(changed)],
            unsigned(changed),
        ),
        bag_case("an_operation_last", "A run may end in an operation.", [run_of(operation)], unsigned(operation)),
        bag_case("from_the_middle", "A run may begin later than its life.", [run_of(middle)], unsigned(middle)),
        bag_case("by_itself", "A record by itself is as it was.", [alone.content()], [alone.content()]),
        bag_case(
            "mixed",
            "Items keep their order.",
            [run_of(three[:2]), alone.content(), run_of(three[2:])],
            [*unsigned(three[:2]), alone.content(), three[2].content()],
        ),
    ]


def bags_refused() -> list[Case]:
    """Make bags that break one rule each."""
    one, operation = others(1)[0], follow(ALICE, [(OPERATION, b"", {}), (OTHER_KIND, b"", {})])
    run = run_of([one])
    entry = one.entry

    def bag(items: Sequence[Value], names: Sequence[bytes] = NAMES, space: bytes = BAG_SPACE) -> bytes:
        return pack([1, space, names, items])

    def with_entry(position: int, value: Value) -> bytes:
        return bag([swap(run, 5, [swap(entry, position, value)])])

    second = swap(run, 2, 2)
    cases = [
        ("version", "A bag of another version waits, whatever stands behind it.", pack([2]), "version"),
        ("no_version", "What is no number is no version.", pack([True, BAG_SPACE, [], []]), "malformed"),
        ("five_fields", "A bag has four fields.", pack([1, BAG_SPACE, [], [], []]), "malformed"),
        ("after_it", "Nothing follows a bag.", bag([]) + b"\0", "malformed"),
        ("longer_list", "A list has one encoding.", bag([])[:-1] + b"\xdc\0\0", "malformed"),
        (
            "longer_number",
            "A number in an entry has one encoding.",
            bag([run]).replace(pack([entry]), pack([entry])[:2] + b"\xcc" + pack([entry])[2:]),
            "malformed",
        ),
        ("other_space", "A bag is of the space of its reader.", bag([], space=SPACE), "malformed"),
        ("names_descend", "Names ascend.", bag([], NAMES[::-1]), "malformed"),
        ("name_twice", "A name stands once.", bag([], [DOCUMENT, DOCUMENT]), "malformed"),
        ("short_name", "A name has at least 16 bytes.", bag([], [bytes(15)]), "malformed"),
        ("long_name", "A name has at most 32 bytes.", bag([], [bytes(33)]), "malformed"),
        ("number_for_an_item", "An item is a run or a record.", bag([7]), "malformed"),
        ("no_entry", "A run has an entry.", bag([swap(run, 5, [])]), "malformed"),
        ("five_fields_of_a_run", "A run has six fields.", bag([run[:5]]), "malformed"),
        ("six_fields_of_an_entry", "An entry has seven fields.", bag([swap(run, 5, [entry[:6]])]), "malformed"),
        ("number_for_an_entry", "An entry is a list.", bag([swap(run, 5, [0])]), "malformed"),
        ("after_an_operation", "No run goes on after an operation.", bag([run_of(operation)]), "malformed"),
        (
            "first_after_another",
            "The first record of a life follows none.",
            bag([swap(run, 3, bytes(32))]),
            "malformed",
        ),
        ("second_after_none", "A later record follows one.", bag([second]), "malformed"),
        ("no_such_name", "A number names a name.", with_entry(3, [len(NAMES), 0, 1, RUNNING]), "malformed"),
        ("negative_name", "Names are counted from 0.", with_entry(3, [-1, 0, 1, RUNNING]), "malformed"),
        (
            "no_changes",
            "A payload of changes is a list of them.",
            bag([swap(run, 5, [[CHANGES, [], [], None, NAMES.index(DOCUMENT), 1, b"\0"]])]),
            "malformed",
        ),
        ("deep", "Lists in an entry stand at most 8 deep.", with_entry(1, [[[[]]]]), "malformed"),
        ("payload", "A payload is bytes.", with_entry(6, "text"), "malformed"),
        ("large", "A record in a run is no larger than any.", with_entry(6, bytes(RECORD_BYTES_MAX - 64)), "malformed"),
        ("after_a_record", "A record by itself ends where its bytes end.", bag([one.content() + b"\0"]), "malformed"),
        (
            "other_payload",
            "The payload of a record by itself is its own.",
            bag([one.content()[:-1] + b"\xff"]),
            "malformed",
        ),
    ]
    return [
        {
            "name": name,
            "what": what,
            "space": BAG_SPACE.hex(),
            "bag": runs((data[: data.index(bytes(4096))], 1), (b"\0", len(data) - data.index(bytes(4096))))
            if bytes(4096) in data
            else data.hex(),
            "error": error,
        }
        for name, what, data, error in cases
    ]


def zlib_stored(data: bytes) -> bytes:
    """Return a zlib stream that stores its bytes as they are: what compresses them differs from release to release."""
    blocks = [data[at : at + 0xFFFF] for at in range(0, len(data), 0xFFFF)] or [b""]
    stream = b"\x78\x01"
    for number, block in enumerate(blocks, 1):
        length = len(block).to_bytes(2, "little")
        stream += bytes([number == len(blocks)]) + length + bytes(byte ^ 0xFF for byte in length) + block
    return stream + u32(zlib.adler32(data))


def cut_bag(bag: bytes, count: int, **changed: Value) -> list[bytes]:
    """Cut a bag into so many parts, each as the payload of a record."""
    packed = zlib_stored(bag)
    step = -(-len(packed) // count)
    pieces = [packed[at : at + step] for at in range(0, len(packed), step)]
    found = []
    for index, piece in enumerate(pieces):
        fields: dict[str, Value] = {"version": 1, "manifest": digest("troth/manifest", bag), "size": len(bag)}
        fields |= {"index": index, "count": len(pieces), "piece": piece} | changed
        found.append(pack(list(fields.values())))
    return found


def part_bag() -> bytes:
    """Return the bag that is cut."""
    return pack([1, BAG_SPACE, NAMES, [run_of(others(3))]])


def parts_case(name: str, what: str, parts: Sequence[bytes], **more: object) -> Case:
    """Make some parts."""
    return {"name": name, "what": what, "parts": [part.hex() for part in parts], **more}


def parts_of_bags() -> list[Case]:
    """Make bags in parts."""
    bag = part_bag()
    three = cut_bag(bag, 3)
    return [
        parts_case("one", "A small bag is one part.", cut_bag(bag, 1), bag=bag.hex()),
        parts_case("three", "The pieces in their order are the compressed bag.", three, bag=bag.hex()),
        parts_case("backwards", "The order in which parts come means nothing.", three[::-1], bag=bag.hex()),
    ]


def parts_refused() -> list[Case]:
    """Make parts that are none, or no bag together."""
    bag, (first, second) = part_bag(), cut_bag(part_bag(), 2)
    other = cut_bag(bag, 2, manifest=bytes(32))
    cases = [
        ("version", "A part of another version waits.", [pack([2])], "version"),
        ("seven_fields", "A part has six fields.", [pack([1, bytes(32), 1, 0, 1, b"", 0])], "malformed"),
        ("behind_the_last", "An index is below the count.", [pack([1, bytes(32), 1, 1, 1, b""])], "malformed"),
        ("of_none", "There is a part.", [pack([1, bytes(32), 1, 0, 0, b""])], "malformed"),
        ("too_large", "A bag has at most so many bytes.", cut_bag(bag, 1, size=CHECKPOINT_BYTES_MAX + 1), "malformed"),
        ("missing", "All parts are there.", [first], "malformed"),
        ("two_bags", "All parts name one bag.", [first, other[1]], "malformed"),
        ("two_sizes", "All parts name one size.", [first, cut_bag(bag, 2, size=len(bag) - 1)[1]], "malformed"),
        ("shorter", "A bag that is longer than it says is none.", cut_bag(bag, 2, size=len(bag) - 1), "malformed"),
        ("longer", "A bag that is shorter than it says is none.", cut_bag(bag, 2, size=len(bag) + 1), "malformed"),
        ("other_manifest", "A bag is the one that its parts name.", other, "malformed"),
        ("not_compressed", "The pieces are a compressed bag.", cut_bag(bag, 1, piece=bag), "malformed"),
        ("cut_short", "The compressed bag has its end.", cut_bag(bag, 1, piece=zlib_stored(bag)[:-1]), "malformed"),
    ]
    assert second != other[1]
    return [parts_case(name, what, parts, error=error) for name, what, parts, error in cases]


def letters_of(parts: Sequence[bytes]) -> list[bytes]:
    """Return the records that carry parts, in the life of their bag."""
    life = digest("troth/manifest", part_bag())[:16]
    rows = [(PART, payload, {"incarnation": life}) for payload in parts]
    return [written.content() for written in follow(ALICE, rows)]


def letters_case(name: str, what: str, carriers: Sequence[bytes], **more: object) -> Case:
    """Make the records that carry a bag."""
    everyday = ALICE.card[0].hex()
    return {"name": name, "what": what, "everyday": everyday, "letters": [one.hex() for one in carriers], **more}


def letters_of_bags() -> list[Case]:
    """Make records that carry bags, and some beside them."""
    bag = part_bag()
    true = letters_of(cut_bag(bag, 3))
    false = letters_of([*cut_bag(bag, 3)[:1], *cut_bag(bag, 3, piece=b"false")[1:2]])[1]
    return [
        letters_case(
            "in_order", "Letters of one life, each after the one before it, carry a bag.", true, bag=bag.hex()
        ),
        letters_case("backwards", "The order in which letters come means nothing.", true[::-1], bag=bag.hex()),
        letters_case(
            "beside",
            "A letter that none of the row names takes no place in it.",
            [true[0], false, *true[1:]],
            bag=bag.hex(),
        ),
        letters_case(
            "and_after", "What comes between and after changes nothing.", [*true[:2], false, true[2]], bag=bag.hex()
        ),
    ]


def letters_of_bags_refused() -> list[Case]:
    """Make letters that their maker did not sign."""
    letter = letters_of(cut_bag(part_bag(), 1))[0]
    spoiled = flip(letter, 6)
    return [letters_case("not_signed", "A known maker signed its letters.", [spoiled], error="forged")]


def checkpoint_file() -> Case:
    """Make checkpoint.json."""
    return {
        "bags": bags(),
        "bags_refused": bags_refused(),
        "parts": parts_of_bags(),
        "parts_refused": parts_refused(),
        "letters": letters_of_bags(),
        "letters_refused": letters_of_bags_refused(),
    }


# --- the files ----------------------------------------------------------------------------------------


def files() -> dict[str, str]:
    """Return the text of every file by its name."""
    made = {
        "codec.json": codec(),
        "relay.json": relay(),
        "record.json": record(),
        "envelope.json": envelope(),
        "membership.json": membership(),
        "pairing.json": pairings(),
        "vault.json": vault_file(),
        "recovery.json": recovery(),
        "epochs.json": epochs_file(),
        "checkpoint.json": checkpoint_file(),
    }
    return {name: json.dumps(content, indent=1) + "\n" for name, content in made.items()}


def differing(folder: Path, made: Mapping[str, str]) -> list[str]:
    """Name the files of a folder that are missing or differ from what was made."""
    names = []
    for name, text in made.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != text.encode():
            names.append(name)
    return names


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or compare them.

    Args:
        arguments: the command line without the program's name; None for the process's own.

    Returns:
        The exit code: 1 if a file differs from what would be written, otherwise 0.
    """
    parser = argparse.ArgumentParser(description="Make the vectors from the pages alone.")
    parser.add_argument("--check", action="store_true", help="write nothing; name the files that differ")
    options = parser.parse_args(arguments)
    folder, made = Path(__file__).resolve().parent, files()
    if options.check:
        names = differing(folder, made)
        for name in names:
            print(name, file=sys.stderr)
        return 1 if names else 0
    for name, text in made.items():
        (folder / name).write_bytes(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
