"""However bytes are cut on their way, the same messages come out; what is no frame ends there, at a bounded cost."""

import sys
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_relay.framing import PIECE, PROTOCOL_ERROR, TOO_BIG, Frame, Opcode, Parser, accept, answer, close, pack
from troth_wire.limits import FRAME_BYTES_MAX

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = {"Upgrade": "WebSocket", "Connection": "keep-alive, Upgrade", "Sec-WebSocket-Version": "13"}
PAYLOADS = st.one_of(
    st.binary(max_size=200), st.integers(120, 70_000).map(lambda length: bytes(range(256)) * (length // 256))
)
MASKS = st.binary(min_size=4, max_size=4)


def masked(payload: bytes, opcode: int = 2, *, mask: bytes = b"\1\2\3\4", final: bool = True, wide: int = 0) -> bytes:
    """Return a client's frame; `wide` makes its length take more bytes than it needs."""
    length = len(payload)
    size = wide or (0 if length < 126 else 2 if length < 1 << 16 else 8)
    told = bytes([0x80 | {0: length, 2: 126, 8: 127}[size]]) + (length.to_bytes(size, "big") if size else b"")
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes([final << 7 | opcode]) + told + mask + body


def parsed(chunks: Sequence[bytes]) -> list[Frame | int]:
    """Return what comes out, up to the first code."""
    parser, found = Parser(), list[Frame | int]()
    for chunk in chunks:
        parser.feed(chunk)
        while (frame := parser.next()) is not None:
            if frame is not PIECE:
                found.append(frame)
            if isinstance(frame, int):
                return found
    return found


@st.composite
def spoken(draw: st.DrawFn) -> tuple[list[Frame], bytes]:
    """Draw messages, whole or in pieces with control frames between, and their bytes."""
    frames, said = [], b""
    for payload in draw(st.lists(PAYLOADS, max_size=5)):
        opcode = draw(st.sampled_from([Opcode.BINARY, Opcode.TEXT]))
        cuts = sorted(draw(st.lists(st.integers(0, len(payload)), max_size=3)))
        pieces = [payload[start:end] for start, end in pairwise([0, *cuts, len(payload)])]
        for number, piece in enumerate(pieces):
            if draw(st.booleans()):
                control = Frame(draw(st.sampled_from([Opcode.PING, Opcode.PONG])), draw(st.binary(max_size=125)))
                frames.append(control)
                said += masked(control.payload, control.opcode, mask=draw(MASKS))
            kind = Opcode.CONTINUATION if number else opcode
            said += masked(piece, kind, mask=draw(MASKS), final=piece is pieces[-1] and number == len(pieces) - 1)
        frames.append(Frame(opcode, payload))
    return frames, said


@given(data=st.data(), spoken=spoken())
def test_cuts_do_not_matter(data: st.DataObject, spoken: tuple[list[Frame], bytes]) -> None:
    """Whole or in pieces, in one reading or in many, what was said is what is understood, in its order."""
    frames, said = spoken
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=8)))
    assert parsed([said[start:end] for start, end in pairwise([0, *cuts, len(said)])]) == frames


def test_bytes_one_by_one_are_understood() -> None:
    """The slowest of all links says the same as a quick one, also where lengths take more bytes than they need."""
    for wide in (0, 2, 8):
        said = masked(b"abc", wide=wide) + masked(b"p", Opcode.PING, wide=0)
        assert parsed([bytes([byte]) for byte in said]) == [Frame(Opcode.BINARY, b"abc"), Frame(Opcode.PING, b"p")]


@pytest.mark.parametrize("reserved", [0x10, 0x20, 0x40])
def test_extensions_are_not_agreed_on(reserved: int) -> None:
    """A bit of an extension ends the link before its payload is there."""
    said = masked(b"abc")
    assert parsed([bytes([said[0] | reserved]) + said[1:2]]) == [PROTOCOL_ERROR]


@pytest.mark.parametrize(
    "said",
    [
        bytes([0x82, 3]) + b"abc",
        masked(b"", 3),
        masked(b"", 11),
        masked(b"x" * 126, Opcode.PING),
        masked(b"", Opcode.CLOSE, final=False),
        masked(b"", Opcode.CONTINUATION),
        masked(b"a", final=False) + masked(b"b"),
    ],
    ids=[
        "no mask",
        "unknown data",
        "unknown control",
        "long control",
        "cut control",
        "nothing to continue",
        "begun twice",
    ],
)
def test_what_is_no_frame_is_an_error(said: bytes) -> None:
    """What the standard forbids a client ends the link."""
    assert parsed([said])[-1] == PROTOCOL_ERROR


def test_length_is_judged_before_anything_is_kept() -> None:
    """A frame that is announced too long, or pieces that add up to it, are refused by their heads alone."""
    longest = masked(bytes(FRAME_BYTES_MAX), mask=bytes(4))
    assert parsed([longest]) == [Frame(Opcode.BINARY, bytes(FRAME_BYTES_MAX))]
    for length in (FRAME_BYTES_MAX + 1, 2**63 - 1, 2**64 - 1):
        assert parsed([b"\x82\xff" + length.to_bytes(8, "big")]) == [TOO_BIG]
    first = masked(bytes(FRAME_BYTES_MAX), mask=bytes(4), final=False)
    assert parsed([first, b"\x00\x81"]) == [TOO_BIG]


def test_no_call_reads_more_than_a_frame() -> None:
    """Of a message in thousands of empty pieces each call reads one: whoever calls decides when it is enough."""
    parser = Parser()
    parser.feed(masked(b"be", final=False) + masked(b"", Opcode.CONTINUATION, final=False) * 3)
    assert [parser.next() for _ in range(5)] == [PIECE] * 4 + [None]
    parser.feed(masked(b"gun", Opcode.CONTINUATION))
    assert parser.next() == Frame(Opcode.BINARY, b"begun")


def test_what_is_kept_is_no_longer_than_a_message() -> None:
    """Nothing of what was understood stays: after a hundred frames no more is held than the last of them took."""
    parser = Parser()
    for _ in range(100):
        said = masked(bytes(10_000), mask=bytes(4))
        parser.feed(said[:7_000])
        assert parser.next() is None
        parser.feed(said[7_000:])
        assert parser.next() == Frame(Opcode.BINARY, bytes(10_000))
        assert parser.next() is None
    assert sys.getsizeof(parser._read) < 12_000


@given(payload=PAYLOADS)
def test_what_is_sent_is_read_back(payload: bytes) -> None:
    """A frame as the relay sends it has the shortest length, no mask, and its payload behind it."""
    sent = pack(payload)
    length = len(payload)
    head = {True: 2, length > 125: 4, length > 65_535: 10}[True]
    assert sent[0] == 0x82
    assert sent[head:] == payload
    assert int.from_bytes(sent[2:head], "big") == (length if head > 2 else 0)
    assert sent[1] == {2: length, 4: 126, 10: 127}[head]


def test_goodbye_says_why() -> None:
    """The frame of a goodbye is one that may be sent last."""
    assert close(1_012) == b"\x88\x02\x03\xf4"


def test_upgrade_is_understood() -> None:
    """The standard's own example is answered as it says."""
    assert accept(UPGRADE | {"Sec-WebSocket-Key": KEY}) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" == answer(KEY.encode())


@pytest.mark.parametrize(
    "changed",
    [
        {"Upgrade": "h2c"},
        {"Connection": "keep-alive"},
        {"Sec-WebSocket-Version": "12"},
        {"Sec-WebSocket-Key": ""},
        {"Sec-WebSocket-Key": KEY[:-4]},
        {"Sec-WebSocket-Key": "é" * 24},
    ],
)
def test_other_upgrades_are_none(changed: dict[str, str]) -> None:
    """Whoever asks for something else, or in another way, is not taken for somebody who speaks this."""
    assert accept(UPGRADE | {"Sec-WebSocket-Key": KEY} | changed) is None
    assert accept({}) is None
