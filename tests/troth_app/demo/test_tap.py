"""The tap passes everything on, keeps all of it, and what it kept can be read as the relay reads it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.troth_app.demo.world import HEAD, frame
from troth_app.demo.tap import HOST, Tap, frames_in

WAIT_S = 20
MASKS = st.just(b"") | st.binary(min_size=4, max_size=4)
FRAMES = st.lists(st.tuples(st.binary(max_size=300), MASKS), max_size=5)


@given(FRAMES)
@example([(b"a" * 125, b"mask"), (b"b" * 126, b"mask"), (b"c" * 65_535, b""), (b"d" * 65_536, b"mask")])
def test_frames_are_read_as_they_were_sent(sent: list[tuple[bytes, bytes]]) -> None:
    """Whatever the mask and the length, a frame gives the payload that went into it."""
    captured = HEAD + b"".join(frame(payload, mask) for payload, mask in sent)
    assert list(frames_in(captured)) == [payload for payload, _ in sent]


@given(FRAMES, st.integers(0, 2_000))
def test_a_capture_that_breaks_off_is_read_up_to_there(sent: list[tuple[bytes, bytes]], cut: int) -> None:
    """Wherever the line was cut, whole frames are whole, the last is a beginning, and nothing is raised."""
    captured = HEAD + b"".join(frame(payload, mask) for payload, mask in sent)
    found = list(frames_in(captured[:cut]))
    assert all(payload.startswith(part) for part, (payload, _) in zip(found, sent, strict=False))
    assert found[:-1] == [payload for payload, _ in sent][: len(found[:-1])]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(noise: bytes) -> None:
    """What is no WebSocket at all gives something or nothing."""
    assert sum(map(len, frames_in(HEAD + noise))) <= len(noise)
    assert list(frames_in(noise.replace(b"\r", b""))) == []


@asynccontextmanager
async def echoing() -> AsyncIterator[tuple[asyncio.Server, int]]:
    """Serve on a free port; everything comes back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(1_000):
            writer.write(chunk)
        writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    try:
        yield server, server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def tapping() -> AsyncIterator[tuple[Tap, asyncio.Server]]:
    """Stand between nobody yet and a server that echoes; everything in the block is bounded in time."""
    async with asyncio.timeout(WAIT_S), echoing() as (server, port):
        tap = Tap(port)
        await tap.start()
        try:
            yield tap, server
        finally:
            await tap.stop()


async def said_and_heard(tap: Tap, words: bytes) -> bytes:
    """Say something through the tap; return what comes back, or nothing where the line is closed."""
    reader, writer = await asyncio.open_connection(HOST, tap.port)
    try:
        writer.write(words)
        return await reader.readexactly(len(words))
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    finally:
        writer.close()


async def test_both_directions_are_passed_and_kept() -> None:
    """What goes through comes out as it was, and each direction of each connection is kept."""
    async with tapping() as (tap, _):
        assert await said_and_heard(tap, b"hello") == b"hello"
        assert await said_and_heard(tap, b"again") == b"again"
        assert tap.captured == [b"hello", b"hello", b"again", b"again"]


async def test_a_cut_line_is_dead_until_it_is_mended() -> None:
    """Cutting ends open lines and refuses new ones; what had passed is kept; mending lets new ones through."""
    async with tapping() as (tap, _):
        reader, writer = await asyncio.open_connection(HOST, tap.port)
        writer.write(b"before")
        assert await reader.readexactly(6) == b"before"
        await tap.cut()
        assert await reader.read() == b""
        writer.close()
        assert await said_and_heard(tap, b"meanwhile") == b""
        tap.mend()
        assert await said_and_heard(tap, b"after") == b"after"
        assert tap.captured == [b"before", b"before", b"after", b"after"]


async def test_without_a_relay_there_is_no_line() -> None:
    """A device that dials while the relay is down is hung up on, and the tap stands."""
    async with tapping() as (tap, server):
        server.close()
        await server.wait_closed()
        assert await said_and_heard(tap, b"hello") == b""
        async with echoing() as (_, port):
            tap.relay_port = port
            assert await said_and_heard(tap, b"hello") == b"hello"


async def test_a_stopped_tap_listens_no_more() -> None:
    """Stopping closes the port; a tap that never started can be stopped."""
    async with tapping() as (tap, _):
        await tap.stop()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(HOST, tap.port)
    await Tap(0).stop()
