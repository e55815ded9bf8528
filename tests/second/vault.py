"""The vault: its head, rows, admin seeds, slot and letters.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from nacl import bindings

from tests.second.conventions import (
    NONCE_BYTES,
    Value,
    any_octets,
    decode,
    derived,
    encode,
    forged,
    hashed,
    items,
    malformed,
    number,
    octets,
    opened,
    public_of_secret,
    sealed,
    u32,
    u64,
)
from tests.second.envelope import WRAP_BYTES, filled, unwrap, wrap

FORMAT = 2
WRAPPED_BYTES = 72
LETTER_VERSION = 1
TABLE_BYTES_MAX = 64
KEY_BYTES_MAX = 1024


@dataclass(frozen=True)
class Head:
    """The head of a vault, in the clear."""

    vault: bytes
    salt: bytes
    memory_mib: int
    passes: int
    wrapped_key: bytes
    wrapped_admin: bytes

    @property
    def bound(self) -> list[Value]:
        """The items that are bound to the wraps."""
        return [FORMAT, self.vault, self.salt, self.memory_mib, self.passes]


@dataclass(frozen=True)
class Opened:
    """What the passphrase opens."""

    head: Head
    stretched: bytes
    key: bytes
    admin: bytes


@dataclass(frozen=True)
class Row:
    """A row of a room."""

    room: bytes
    table: str
    key: bytes
    value: bytes


def read_head(data: bytes) -> Head:
    """The head of these bytes, or a refusal."""
    fields = items(decode(data), 8)
    number(fields[0], FORMAT, FORMAT)
    head = Head(
        vault=octets(fields[1], 16),
        salt=octets(fields[2], 16),
        memory_mib=number(fields[3], 64, 1024),
        passes=number(fields[4], 1, 16),
        wrapped_key=octets(fields[5], WRAPPED_BYTES),
        wrapped_admin=octets(fields[6], WRAPPED_BYTES),
    )
    if octets(fields[7], 32) != hashed("troth/head", encode(fields[:7])):
        raise malformed("a damaged head")
    return head


def stretched(passphrase: str, head: Head) -> bytes:
    """Argon2id of the passphrase at the cost of the head."""
    return bindings.crypto_pwhash_alg(
        32,
        unicodedata.normalize("NFC", passphrase).encode(),
        head.salt,
        head.passes,
        head.memory_mib * 2**20,
        bindings.crypto_pwhash_ALG_ARGON2ID13,
    )


def open_head(data: bytes, passphrase: str) -> Opened:
    """What the passphrase opens of a head, or a refusal."""
    head = read_head(data)
    secret = stretched(passphrase, head)
    key = _open_wrap(secret, "troth/vault", head.wrapped_key, head)
    return Opened(head, secret, key, _open_wrap(secret, "troth/admin", head.wrapped_admin, head))


def _open_wrap(secret: bytes, label: str, wrapped: bytes, head: Head) -> bytes:
    """One of the two secrets under the passphrase."""
    context = label.encode("ascii") + b"\0" + encode(head.bound)
    return opened(derived(secret, label), wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)


def _after_length(plaintext: bytes) -> bytes:
    """The content behind its length; what stands in the filling is not looked at."""
    end = 4 + int.from_bytes(plaintext[:4], "big")
    if end > len(plaintext):
        raise malformed("longer than it is")
    return plaintext[4:end]


def _row_context(vault: bytes, place: int) -> bytes:
    """What is bound into a row."""
    return b"troth/row/2\0" + vault + u64(place)


def open_row(vault_key: bytes, vault: bytes, place: int, data: bytes) -> Row:
    """The row under a number, or a refusal."""
    key = derived(vault_key, "troth/row/2")
    plaintext = opened_after_nonce(key, data, _row_context(vault, place))
    room, table, name, value = items(decode(_after_length(plaintext)), 4)
    if not isinstance(table, str) or len(table.encode()) > TABLE_BYTES_MAX:
        raise malformed("a table without a name")
    return Row(octets(room, 16), table, octets(name, 0, KEY_BYTES_MAX), any_octets(value))


def seal_row(vault_key: bytes, vault: bytes, place: int, nonce: bytes, row: Row) -> bytes:
    """The bytes of a row under a number."""
    content = encode([row.room, row.table, row.key, row.value])
    plaintext = filled(u32(len(content)) + content)
    return nonce + sealed(derived(vault_key, "troth/row/2"), nonce, plaintext, _row_context(vault, place))


def opened_after_nonce(key: bytes, data: bytes, context: bytes) -> bytes:
    """What was sealed behind its own nonce."""
    if len(data) < NONCE_BYTES:
        raise forged("shorter than a nonce")
    return opened(key, data[:NONCE_BYTES], data[NONCE_BYTES:], context)


def open_seed(admin: bytes, vault: bytes, room: bytes, data: bytes) -> bytes:
    """The seed of the admin key of a room."""
    if len(data) != WRAPPED_BYTES:
        raise forged("no length of a sealed seed")
    return opened_after_nonce(derived(admin, "troth/seed", room), data, b"troth/seed\0" + vault + room)


# The letterbox


def letter_secret(vault_key: bytes) -> bytes:
    """The X25519 secret to which letters are dropped."""
    return derived(vault_key, "troth/letter")


def write_slot(vault_key: bytes, vault: bytes) -> bytes:
    """The file `key` of a letterbox."""
    said: list[Value] = [LETTER_VERSION, vault, public_of_secret(letter_secret(vault_key))]
    return encode([*said, hashed("troth/slot", encode(said))])


def read_slot(data: bytes) -> tuple[bytes, bytes]:
    """The vault and the public key of a letterbox."""
    fields = items(decode(data), 4)
    number(fields[0], LETTER_VERSION, LETTER_VERSION)
    vault, public = octets(fields[1], 16), octets(fields[2], 32)
    if octets(fields[3], 32) != hashed("troth/slot", encode(fields[:3])):
        raise malformed("a broken slot")
    return vault, public


def letter_id(letter: bytes) -> bytes:
    """What tells that a letter was committed already."""
    return hashed("troth/letter", letter)


def _letter_context(vault: bytes, public: bytes) -> bytes:
    """What is bound into a letter."""
    return b"troth/letter\0" + vault + public


def write_letter(public: bytes, vault: bytes, ephemeral: bytes, fresh: bytes, entry: bytes) -> bytes:
    """The letter of an entry."""
    context = _letter_context(vault, public)
    body = sealed(derived(fresh, "troth/letter"), bytes(NONCE_BYTES), filled(u32(len(entry)) + entry), context)
    return bytes([LETTER_VERSION]) + wrap(ephemeral, public, fresh, context) + body


def open_letter(vault_key: bytes, vault: bytes, letter: bytes) -> tuple[bytes, bytes]:
    """The fresh key and the entry of a letter, or a refusal."""
    start = 1 + WRAP_BYTES
    if len(letter) <= start or letter[0] != LETTER_VERSION:
        raise malformed("no letter")
    secret = letter_secret(vault_key)
    public = public_of_secret(secret)
    context = _letter_context(vault, public)
    fresh = unwrap(secret, public, letter[1:start], context)
    plaintext = opened(derived(fresh, "troth/letter"), bytes(NONCE_BYTES), letter[start:], context)
    return fresh, _after_length(plaintext)
