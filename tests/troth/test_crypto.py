"""The primitives are the ones that they are called, and everything they refuse is refused in our words."""

import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_add

from tests.troth.letters import exactly
from troth import crypto
from troth.crypto import WRAP_BYTES, Cost, Signer
from troth_wire.errors import ForgedError, MalformedError, RemoteError, UsageError

PUBLIC_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"
KEYS = exactly(32)
NONCES = exactly(24)
PRIME = 2**255 - 19
ORDER_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
ED25519_LOW = [
    (1).to_bytes(32, "little"),
    (PRIME - 1).to_bytes(32, "little"),
    bytes(32),
    ORDER_8,
    (PRIME + 1).to_bytes(32, "little"),
]
X25519_LOW = [
    bytes(32),
    (1).to_bytes(32, "little"),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    (PRIME - 1).to_bytes(32, "little"),
    PRIME.to_bytes(32, "little"),
    (PRIME + 1).to_bytes(32, "little"),
]


def cases(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The cases of a file of public vectors, each with its group."""
    path = PUBLIC_VECTORS / f"wycheproof_{name}_test.json"
    if not path.exists():
        pytest.skip("the public vectors are not beside the repository")
    for group in json.loads(path.read_text())["testGroups"]:
        yield from ((group, case) for case in group["tests"])


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


def test_hash_and_derivation_are_labelled_blake2b() -> None:
    """`H` and `K` are BLAKE2b with 32 bytes of output and the label as personalisation."""
    assert crypto.digest(b"label", b"message") == blake2b(b"message", digest_size=32, person=b"label").digest()
    keyed = blake2b(b"message", digest_size=32, key=b"k" * 32, person=b"label").digest()
    assert crypto.derive(b"k" * 32, b"label", b"message") == keyed
    assert crypto.derive(b"k" * 32, b"label") == crypto.derive(b"k" * 32, b"label", b"")


@given(KEYS, st.sampled_from([b"troth/seal", b"troth/mailbox"]), st.binary(max_size=40))
def test_another_label_is_another_hash(key: bytes, label: bytes, message: bytes) -> None:
    """What is hashed or derived for one use is of no use for another."""
    assert crypto.digest(label, message) != crypto.digest(b"troth/wrap", message)
    assert crypto.derive(key, label, message) != crypto.derive(key, b"troth/wrap", message)
    assert crypto.derive(key, label, message) != crypto.digest(label, message)


def test_signatures_are_those_of_the_rfc() -> None:
    """A seed gives the public key and the signature of RFC 8032, 7.1, test 2."""
    signer = Signer(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert signer.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


@pytest.mark.parametrize(
    ("secret", "public"),
    [
        (
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        ),
        (
            "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        ),
    ],
)
def test_box_keys_are_those_of_the_rfc(secret: str, public: str) -> None:
    """A secret gives the public key of RFC 7748, 6.1."""
    assert crypto.box_public(bytes.fromhex(secret)).hex() == public


def test_two_agree_on_what_the_rfc_says() -> None:
    """Alice's secret and Bob's public key give the shared secret of RFC 7748, 6.1."""
    secret = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    public = bytes.fromhex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
    assert crypto.agree(secret, public).hex() == "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"


@given(st.binary(max_size=31) | st.binary(min_size=33, max_size=40))
def test_nobody_agrees_with_a_key_of_another_length(public: bytes) -> None:
    """A point has 32 bytes."""
    with pytest.raises(ForgedError):
        crypto.agree(b"\x01" * 32, public)


def test_the_other_hash_is_sha512() -> None:
    """`sha512` is the one of FIPS 180-4."""
    assert crypto.sha512(b"abc").hex().startswith("ddaf35a193617abacc417349ae204131")
    assert len(crypto.sha512(b"")) == 64


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_the_same_is_the_same(one: bytes, other: bytes) -> None:
    """Two secrets are the same if all their bytes are."""
    assert crypto.same(one, other) is (one == other)
    assert crypto.same(one, bytes(one))


def test_sealing_is_that_of_the_draft() -> None:
    """Key, nonce and context give the bytes of draft-irtf-cfrg-xchacha-03, A.3.1."""
    sealed = crypto.aead_seal(
        bytes(range(0x80, 0xA0)),
        bytes(range(0x40, 0x58)),
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it.",
        bytes.fromhex("50515253c0c1c2c3c4c5c6c7"),
    )
    assert sealed[:16].hex() == "bd6d179d3e83d43b9576579493c0e939"
    assert sealed[-16:].hex() == "c0875924c1c7987947deafd8780acf49"


def test_public_signature_vectors() -> None:
    """Every valid signature of the public vectors is accepted and every invalid one refused."""
    for group, case in cases("ed25519"):
        public = bytes.fromhex(group["publicKey"]["pk"])
        message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        if case["result"] == "valid":
            crypto.verify(public, message, signature)
        else:
            with pytest.raises(ForgedError):
                crypto.verify(public, message, signature)


def test_public_key_agreement_vectors() -> None:
    """Every case of the public vectors agrees as it says, and is refused exactly where the shared secret is zero."""
    zeros = 0
    for _, case in cases("x25519"):
        public = bytes.fromhex(case["public"])
        if int(case["shared"], 16) == 0:
            zeros += 1
            with pytest.raises(MalformedError):
                crypto.check_box_key(public)
            with pytest.raises(ForgedError):
                crypto.agree(bytes.fromhex(case["private"]), public)
            with pytest.raises(ForgedError):
                crypto.unwrap(bytes.fromhex(case["private"]), public + bytes(48), context=b"")
        else:
            # What the vectors call acceptable (points on the twist, second spellings) is agreed upon as they say:
            # devices refuse weak cards, and a pairing refuses second spellings by itself.
            crypto.check_box_key(public)
            assert crypto.agree(bytes.fromhex(case["private"]), public) == bytes.fromhex(case["shared"])
    assert zeros


def test_public_sealing_vectors() -> None:
    """Every valid case of the public vectors is sealed and opened as it says, every invalid one refused."""
    for _, case in cases("xchacha20_poly1305"):
        key, nonce, context = (bytes.fromhex(case[name]) for name in ("key", "iv", "aad"))
        plaintext, sealed = bytes.fromhex(case["msg"]), bytes.fromhex(case["ct"] + case["tag"])
        if case["result"] == "valid":
            assert crypto.aead_seal(key, nonce, plaintext, context) == sealed
            assert crypto.aead_open(key, nonce, sealed, context) == plaintext
        else:
            with pytest.raises(ForgedError):
                crypto.aead_open(key, nonce, sealed, context)


@given(KEYS, st.binary(max_size=60), st.integers(0, 2**20))
def test_a_signature_fits_one_message_of_one_key(seed: bytes, message: bytes, bit: int) -> None:
    """A signature holds for its message, and for nothing that differs in a bit."""
    signer = Signer(seed)
    signature = signer.sign(message)
    crypto.verify(signer.public, message, signature)
    wrong = [(flipped(signer.public, bit), message, signature), (signer.public, message, flipped(signature, bit))]
    wrong.append((signer.public, message + b"\x00", signature))
    for public, said, signed in wrong:
        with pytest.raises(ForgedError):
            crypto.verify(public, said, signed)


@given(st.binary(max_size=40), st.binary(max_size=10), st.binary(max_size=70) | exactly(64))
def test_any_key_and_signature_are_only_forged(public: bytes, message: bytes, signature: bytes) -> None:
    """No key and no signature, of whatever length, raises anything but ForgedError."""
    with pytest.raises(ForgedError):
        crypto.verify(public, message, signature)


def test_a_signer_does_not_show_its_seed() -> None:
    """Nothing that prints a signer prints its secret."""
    seed = bytes(range(32))
    assert seed.hex() not in repr(Signer(seed)).replace("\\x", "")


@given(KEYS)
def test_an_honest_key_is_accepted(secret: bytes) -> None:
    """Whatever a device draws, others take its public keys."""
    crypto.check_sign_key(Signer(secret).public)
    crypto.check_box_key(crypto.box_public(secret))


@pytest.mark.parametrize("point", ED25519_LOW, ids=bytes.hex)
def test_a_signing_key_of_low_order_is_refused(point: bytes) -> None:
    """A point of low order is no signing key, and no signature by it is one."""
    with pytest.raises(MalformedError):
        crypto.check_sign_key(point)
    for signature in (bytes(64), point + bytes(32)):
        with pytest.raises(ForgedError):
            crypto.verify(point, b"anything", signature)


@given(KEYS)
def test_a_signing_key_of_mixed_order_is_refused(seed: bytes) -> None:
    """An honest key with a point of low order added to it is no key."""
    with pytest.raises(MalformedError):
        crypto.check_sign_key(crypto_core_ed25519_add(Signer(seed).public, ORDER_8))


@pytest.mark.parametrize("point", X25519_LOW, ids=bytes.hex)
@given(secret=KEYS)
def test_a_box_key_of_low_order_is_refused(point: bytes, secret: bytes) -> None:
    """A point that makes every shared secret zero is no box key, with its top bit set or not."""
    for written in (point, point[:31] + bytes([point[31] | 0x80])):
        with pytest.raises(MalformedError):
            crypto.check_box_key(written)
        with pytest.raises(ForgedError):
            crypto.unwrap(secret, written + bytes(WRAP_BYTES - 32), context=b"")


@pytest.mark.parametrize("check", [crypto.check_sign_key, crypto.check_box_key])
@given(public=st.binary(max_size=31) | st.binary(min_size=33, max_size=40))
def test_a_key_has_32_bytes(check: Any, public: bytes) -> None:
    """A key of another length is malformed."""
    with pytest.raises(MalformedError):
        check(public)


@given(KEYS, NONCES, st.binary(max_size=60), st.binary(max_size=20), st.integers(0, 2**20))
def test_what_was_sealed_opens_unchanged_or_not_at_all(
    key: bytes, nonce: bytes, plaintext: bytes, context: bytes, bit: int
) -> None:
    """It opens with the same key, nonce and context, and with a bit changed in any of them it does not."""
    sealed = crypto.aead_seal(key, nonce, plaintext, context)
    assert crypto.aead_open(key, nonce, sealed, context) == plaintext
    wrong = [
        (flipped(key, bit), nonce, sealed, context),
        (key, flipped(nonce, bit), sealed, context),
        (key, nonce, flipped(sealed, bit), context),
        (key, nonce, sealed, context + b"\x00"),
        (key, nonce, sealed[:-1], context),
    ]
    for parts in wrong:
        with pytest.raises(ForgedError):
            crypto.aead_open(*parts)


@given(st.binary(max_size=40))
def test_any_bytes_are_only_forged(sealed: bytes) -> None:
    """Bytes that nobody sealed do not open, however short."""
    with pytest.raises(ForgedError):
        crypto.aead_open(bytes(32), bytes(24), sealed, b"")


@given(KEYS, KEYS, KEYS, KEYS, st.binary(max_size=40), st.integers(0, 2**20))
def test_a_wrap_opens_for_one_device_in_one_context(
    secret: bytes, other: bytes, key: bytes, ephemeral: bytes, context: bytes, bit: int
) -> None:
    """A wrapped key comes back for its recipient alone, in its context alone, and only unchanged."""
    recipient = crypto.box_public(secret)
    assume(crypto.box_public(other) != recipient)
    wrapped = crypto.wrap(recipient, key, ephemeral=ephemeral, context=context)
    assert len(wrapped) == WRAP_BYTES
    assert crypto.unwrap(secret, wrapped, context=context) == key
    for who, what, where in (
        (other, wrapped, context),
        (secret, wrapped, context + b"\x00"),
        (secret, flipped(wrapped, bit), context),
    ):
        with pytest.raises(ForgedError):
            crypto.unwrap(who, what, context=where)


@given(st.binary(max_size=100))
def test_any_bytes_are_no_wrap(wrapped: bytes) -> None:
    """A wrap of another length is malformed, one that nobody made is forged."""
    kind: type[RemoteError] = ForgedError if len(wrapped) == WRAP_BYTES else MalformedError
    with pytest.raises(kind):
        crypto.unwrap(b"\x01" * 32, wrapped, context=b"")


def test_every_part_of_a_passphrase_counts() -> None:
    """The key of a passphrase follows from its text, its salt and its cost, and is always the same."""
    cheap = Cost(memory_mib=64, passes=1)
    keys = {
        crypto.stretch("three words long", bytes(16), cheap),
        crypto.stretch("three words lonG", bytes(16), cheap),
        crypto.stretch("three words long", b"\x01" + bytes(15), cheap),
        crypto.stretch("three words long", bytes(16), Cost(memory_mib=64, passes=2)),
    }
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)
    assert crypto.stretch("three words long", bytes(16), cheap) in keys


@pytest.mark.parametrize(("memory_mib", "passes"), [(63, 3), (1025, 3), (64, 0), (64, 17)])
def test_a_cost_has_bounds(memory_mib: int, passes: int) -> None:
    """What protects nothing, or could not be opened again, is refused before it is used."""
    with pytest.raises(UsageError):
        Cost(memory_mib, passes)
