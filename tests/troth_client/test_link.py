"""A link carries frames to and from a relay; whatever goes wrong with it is a ConnectionError."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from tests.contracts import relay_process
from tests.contracts.client_world import WAIT_S
from troth_client.link import Address, dial
from troth_client.testing import link_contract
from troth_wire.errors import UsageError
from troth_wire.limits import FRAME_BYTES_MAX

Serve = Callable[[web.WebSocketResponse], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve, path: str = "/v1") -> AsyncIterator[Address]:
    """Serve one WebSocket on loopback."""

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=FRAME_BYTES_MAX + 1, compress=False)
        await socket.prepare(request)
        await serve(socket)
        return socket

    application = web.Application()
    application.router.add_get(path, handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with asyncio.timeout(WAIT_S):
            yield Address.parse(f"ws://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()


async def echo(socket: web.WebSocketResponse) -> None:
    """Send back what arrives."""
    async for message in socket:
        await socket.send_bytes(message.data)


async def test_frames_go_both_ways_in_order() -> None:
    """What is sent arrives whole and in order, up to the largest frame, and so does what comes back."""
    frames = [b"one", b"", bytes(FRAME_BYTES_MAX), b"two"]
    async with serving(echo) as address, dial(address) as link:
        assert link.host == address.host
        for frame in frames:
            link.send(frame)
        arriving = aiter(link)
        assert [await anext(arriving) for _ in frames] == frames


async def test_a_websocket_keeps_the_contract_of_links(tmp_path: Path) -> None:
    """Over one to a relay in a process of its own."""
    with relay_process.serving(tmp_path / "relay.db") as (_, relay):
        await link_contract(dial, Address.parse(relay))


async def test_hanging_up_sends_what_waits_first() -> None:
    """After hanging up the frames before it still go out, and then the link is down on both sides."""
    heard: list[bytes] = []

    async def listen(socket: web.WebSocketResponse) -> None:
        heard.extend([message.data async for message in socket])

    async with serving(listen) as address:
        async with dial(address) as link:
            link.send(b"last words")
            link.hang_up()
            assert [frame async for frame in link] == []
        assert heard == [b"last words"]


async def test_a_link_that_the_relay_closes_ends() -> None:
    """Frames that came before are read; then there are no more."""

    async def greet(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"hello")

    async with serving(greet) as address, dial(address) as link:
        assert [frame async for frame in link] == [b"hello"]
        link.send(b"into the void")


async def test_a_text_is_no_frame() -> None:
    """Whatever is not binary is handed on as a frame that nobody can read."""

    async def chat(socket: web.WebSocketResponse) -> None:
        await socket.send_str("hello")

    async with serving(chat) as address, dial(address) as link:
        assert [frame async for frame in link] == [b""]


async def test_what_is_too_large_costs_the_link() -> None:
    """A message beyond the bound is not taken in; the relay is told so."""
    codes: list[int | None] = []

    async def flood(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(bytes(FRAME_BYTES_MAX + 1))
        assert (await socket.receive()).type is WSMsgType.CLOSE
        codes.append(socket.close_code)

    async with serving(flood) as address, dial(address) as link:
        assert [frame async for frame in link] == []
    assert codes == [1009]


async def test_nobody_there_is_a_connection_error() -> None:
    """A port where nothing listens, and a server that is no relay, are told by one kind of error."""
    async with serving(echo, path="/other") as address:
        with pytest.raises(ConnectionError):
            async with dial(address):
                raise AssertionError("it has no such path")
    with pytest.raises(ConnectionError):
        async with dial(address):
            raise AssertionError("it is gone")


@pytest.mark.parametrize(
    ("url", "dialled", "host"),
    [
        ("ws://127.0.0.1:8440/v1", "ws://127.0.0.1:8440/v1", "127.0.0.1:8440"),
        ("wss://Relay.Example", "wss://relay.example:443/v1", "relay.example:443"),
        ("ws://relay.example/", "ws://relay.example:80/v1", "relay.example:80"),
        ("wss://[::1]:8440/v1/", "wss://[::1]:8440/v1", "[::1]:8440"),
    ],
)
def test_an_address_names_the_host_as_it_is_dialled(url: str, dialled: str, host: str) -> None:
    """The host is in lower case and its port always written, as the proof needs it."""
    assert Address.parse(url) == Address(dialled, host)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "relay.example",
        "https://relay.example",
        "ws://",
        "ws://relay.example:port",
        "ws://relay.example:70000",
        "ws://relay.example/v2",
        "ws://relay.example/v1?pass=canary",
        "ws://relay.example/v1#canary",
        "ws://me:canary@relay.example",
        "ws://bücher.example",
        "ws://" + "x" * 260,
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """A mistake is a sentence that does not quote what was given, for it may hold a secret."""
    with pytest.raises(UsageError, match=r"wss://relay\.example:443") as raised:
        Address.parse(url)
    assert "canary" not in str(raised.value)
