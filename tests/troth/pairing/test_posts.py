"""Every record has one size, and is read as it was written or refused."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_specs import name, quoted, table
from tests.troth.letters import exactly
from troth.pairing import posts
from troth.pairing.posts import SEALED_BYTES, Confirm, Frame, Post, Reply, Share, Stop
from troth_wire import codec
from troth_wire.errors import MalformedError, RemoteError, VersionError
from troth_wire.limits import RENDEZVOUS_RECORD_BYTES

KEY = exactly(32)
drawn = st.one_of(
    st.builds(Share, KEY, KEY),
    st.builds(Reply, KEY, KEY, KEY),
    st.builds(Confirm, KEY),
    st.builds(Frame, exactly(24), st.binary(max_size=9).map(lambda part: part.ljust(SEALED_BYTES, b"."))),
    st.builds(Stop, st.integers(0, 255)),
)


def filled(body: bytes) -> bytes:
    """A record with this body."""
    return (len(body).to_bytes(2, "big") + body).ljust(RENDEZVOUS_RECORD_BYTES, b"\x00")


def test_records_are_those_of_the_page() -> None:
    """Every record has the number and the fields of the page, in its order, and there is no other."""
    rows = table("pairing.md", "Record", "Number")
    on_page = {name(row["Record"]): (int(row["Number"]), quoted(row["Fields"])) for row in rows}
    in_code = {
        form.__name__.upper(): (form.number, [field.name for field in fields(form)])
        for form in (Share, Reply, Confirm, Frame, Stop)
    }
    assert on_page == in_code


@given(drawn)
def test_a_record_comes_back(post: Post) -> None:
    """A record is read as it was written, and all are of one size."""
    record = post.encode()
    assert len(record) == RENDEZVOUS_RECORD_BYTES
    assert posts.parse(record) == post


def test_a_frame_fills_its_record() -> None:
    """A frame leaves no byte of its record unused."""
    assert Frame(bytes(24), b"." * SEALED_BYTES).encode()[-1:] == b"."
    assert SEALED_BYTES == 4_062


@pytest.mark.parametrize(
    "record",
    [
        b"",
        filled(codec.pack([1, 3, bytes(32)]))[:-1],
        filled(codec.pack([1, 3, bytes(32)])) + b"\x00",
        filled(codec.pack([1, 3, bytes(32)]))[:-1] + b"\x01",
        b"\xff\xff" + filled(codec.pack([1, 3, bytes(32)]))[2:],
        filled(codec.pack([1, 3, bytes(31)])),
        filled(codec.pack([1, 3, bytes(32), 0])),
        filled(codec.pack([1, 6, bytes(32)])),
        filled(codec.pack([1, True, bytes(32)])),
        filled(codec.pack([1])),
        filled(codec.pack([1, 5, 256])),
        filled(codec.pack(1)),
        filled(b""),
    ],
)
def test_what_breaks_one_rule_is_malformed(record: bytes) -> None:
    """Another size, length, filling, number or field is refused."""
    with pytest.raises(MalformedError):
        posts.parse(record)


def test_another_version_is_told_apart() -> None:
    """A record of another version is one, whatever else it holds."""
    with pytest.raises(VersionError):
        posts.parse(filled(codec.pack([2, "anything"])))


@given(st.binary(max_size=100))
def test_any_body_is_only_refused(body: bytes) -> None:
    """A body that nobody wrote raises nothing but a RemoteError."""
    try:
        post = posts.parse(filled(body))
    except RemoteError:
        return
    assert post.encode() == filled(body)
