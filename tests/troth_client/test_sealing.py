"""A sealed row opens in its place in its vault, and nowhere else."""

from secrets import token_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import aead_seal
from troth_client.sealing import Sealer, pad, unpad
from troth_wire.errors import ForgedError, MalformedError

KEY, VAULT = bytes(32), bytes(16)
SEALER = Sealer(KEY, VAULT, token_bytes)


ROOM = bytes(range(16))


@given(
    st.integers(0, 2**63 - 1),
    st.binary(min_size=16, max_size=16),
    st.text(st.characters(codec="utf-8"), max_size=16),
    st.binary(max_size=64),
    st.binary(max_size=2_000),
)
def test_a_row_comes_back(number: int, room: bytes, table: str, key: bytes, value: bytes) -> None:
    """Whatever was sealed opens to the same room, table, key and value."""
    content = (room, table, key, value)
    assert SEALER.open_(number, SEALER.seal(number, content)) == content


def test_a_row_opens_nowhere_else() -> None:
    """Under another number, in another vault or with another key it does not open."""
    sealed = SEALER.seal(7, (ROOM, "records", b"key", b"value"))
    for other, number in [
        (SEALER, 8),
        (Sealer(KEY, bytes(15) + b"x", token_bytes), 7),
        (Sealer(bytes(31) + b"x", VAULT, token_bytes), 7),
    ]:
        with pytest.raises(ForgedError):
            other.open_(number, sealed)


def test_no_row_has_a_number_below_zero() -> None:
    """A number that only somebody else can have given opens nothing, and is no mistake of ours."""
    with pytest.raises(ForgedError):
        SEALER.open_(-1, SEALER.seal(1, (ROOM, "records", b"key", b"value")))


def test_every_altered_byte_shows() -> None:
    """No byte of a sealed row can be altered or lost."""
    sealed = SEALER.seal(7, (ROOM, "records", b"key", b"value"))
    for at in range(len(sealed)):
        with pytest.raises(ForgedError):
            SEALER.open_(7, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        with pytest.raises(ForgedError):
            SEALER.open_(7, sealed[:at])


def test_small_rows_look_alike() -> None:
    """A row's size does not tell its room or table, nor a short value from a shorter one."""
    contents = [(room, table, b"k", bytes(size)) for room in (ROOM, bytes(16)) for table in "ab" for size in (0, 400)]
    sizes = {len(SEALER.seal(1, content)) for content in contents}
    assert len(sizes) == 1


def test_one_row_is_never_sealed_alike_twice() -> None:
    """Sealing the same row again gives other bytes."""
    assert SEALER.seal(1, (ROOM, "a", b"", b"")) != SEALER.seal(1, (ROOM, "a", b"", b""))


def test_a_row_of_a_later_kind_is_refused() -> None:
    """What opens and is no row of this version is malformed, and never read past its end."""
    for framed in (b"\x00\x00\x00\x01\xc0".ljust(512, b"\x00"), b"\xff\xff\xff\xff".ljust(512, b"\x00")):
        sealed = bytes(24) + aead_seal(SEALER._key, bytes(24), framed, SEALER._context(1))
        with pytest.raises(MalformedError):
            SEALER.open_(1, sealed)


@given(st.binary(max_size=3_000))
def test_padding_comes_off(content: bytes) -> None:
    """What was padded comes back, from one of few lengths."""
    assert unpad(pad(content)) == content
    assert len(pad(content)) in (512, *range(512, 4_097, 32))


def test_padding_that_lies_is_refused() -> None:
    """A length beyond the end is malformed."""
    with pytest.raises(MalformedError):
        unpad(b"\x00\x00\x00\x09short")
