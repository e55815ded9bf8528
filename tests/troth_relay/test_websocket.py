"""Frames go out masked and come in whole; what is none of a relay's is malformed, and silence is no end."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from troth_relay.framing import Opcode
from troth_relay.websocket import Frame, WebSocket, upgrade
from troth_wire.errors import MalformedError
from troth_wire.limits import FRAME_BYTES_MAX

WAIT_S = 20.0
SAMPLE = b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "


@pytest.fixture
def ends() -> Iterator[tuple[WebSocket, socket.socket]]:
    """A link, and the other end of its connection."""
    near, far = socket.socketpair()
    far.settimeout(WAIT_S)
    with near, far:
        yield WebSocket(near), far


def _received(far: socket.socket) -> bytes:
    """Read one masked frame as a server does, byte by byte."""
    with far.makefile("rb") as file:
        _, size = file.read(2)
        assert size & 0x80
        length = size & 0x7F
        if length > 125:
            length = int.from_bytes(file.read(2 if length == 126 else 8), "big")
        mask, payload = file.read(4), file.read(length)
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536])
def test_frame_goes_out_masked(ends: tuple[WebSocket, socket.socket], length: int) -> None:
    """A server that takes the mask off has what was sent, whatever its length."""
    link, far = ends
    data = bytes(index % 251 for index in range(length))
    sending = threading.Thread(target=link.send, args=(data,), kwargs={"within_s": WAIT_S})
    sending.start()
    assert _received(far) == data
    sending.join(WAIT_S)


@pytest.mark.parametrize("length", [0, 125, 126, 65_536, FRAME_BYTES_MAX])
def test_frame_comes_in_whole(ends: tuple[WebSocket, socket.socket], length: int) -> None:
    """A frame is given once all of it is there, and the next one after it."""
    link, far = ends
    size = bytes([length]) if length < 126 else b"\x7f" + length.to_bytes(8, "big")
    data = b"\x82" + size + bytes(length) + b"\x89\x00"
    sending = threading.Thread(target=far.sendall, args=(data,))
    sending.start()
    assert link.receive(within_s=WAIT_S) == Frame(Opcode.BINARY, bytes(length))
    assert link.receive(within_s=WAIT_S) == Frame(Opcode.PING, b"")
    sending.join(WAIT_S)


def test_close_says_why(ends: tuple[WebSocket, socket.socket]) -> None:
    """A code is read where there is one."""
    link, far = ends
    far.sendall(b"\x88\x02\x03\xf4\x88\x00")
    assert [link.receive(within_s=WAIT_S).close_code for _ in range(2)] == [1_012, 1_005]


def test_silence_is_no_end(ends: tuple[WebSocket, socket.socket]) -> None:
    """Half a frame is waited for, and read on later; an end is an end."""
    link, far = ends
    far.sendall(b"\x82\x02a")
    with pytest.raises(TimeoutError):
        link.receive(within_s=0.01)
    far.sendall(b"b")
    assert link.receive(within_s=WAIT_S).payload == b"ab"
    far.close()
    with pytest.raises(ConnectionError):
        link.receive(within_s=WAIT_S)
    with pytest.raises(ConnectionError):
        link.send(bytes(2**22), within_s=WAIT_S)


@pytest.mark.parametrize(
    "frame",
    [b"\x02\x00", b"\xc2\x00", b"\x83\x00", b"\x82\x80", b"\x82\x7f" + (FRAME_BYTES_MAX + 1).to_bytes(8, "big")],
    ids=["fragment", "compressed", "unknown", "masked", "too long"],
)
def test_what_no_relay_sends_is_malformed(ends: tuple[WebSocket, socket.socket], frame: bytes) -> None:
    """A frame that only something between could have made is not taken."""
    link, far = ends
    far.sendall(frame)
    with pytest.raises(MalformedError):
        link.receive(within_s=WAIT_S)


def _answered(ends: tuple[WebSocket, socket.socket], answer: Callable[[bytes], bytes]) -> None:
    _, far = ends

    def serve() -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += far.recv(4_096)
        far.sendall(answer(asked))

    threading.Thread(target=serve, daemon=True).start()


def test_handshake_is_checked(ends: tuple[WebSocket, socket.socket]) -> None:
    """Who answers with another key than the one that was sent has not accepted."""
    _answered(ends, lambda _: SAMPLE + b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x82\x00")
    answer = upgrade(ends[0], host="relay.example:443", path="/v1", within_s=WAIT_S)
    assert (answer.status, answer.accepted, answer.headers["upgrade"]) == (101, False, "websocket")
    assert ends[0].receive(within_s=WAIT_S).payload == b""


def test_refusal_is_read(ends: tuple[WebSocket, socket.socket]) -> None:
    """A refusal is given with its status, its headers and the beginning of its body, also where that is cut off."""
    _answered(ends, lambda _: b"HTTP/1.1 404 Not Found\r\nX-By: proxy\r\nContent-Length: 5\r\n\r\nhello")
    answer = upgrade(ends[0], host="x", path="/v1", within_s=WAIT_S)
    assert (answer.status, answer.headers["x-by"], answer.body) == (404, "proxy", b"hello")
    near, far = socket.socketpair()
    with near, far:
        _answered((WebSocket(near), far), lambda _: b"HTTP/1.1 502 \r\nContent-Length: 9\r\n\r\nhe")
        assert upgrade(WebSocket(near), host="x", path="/v1", within_s=0.5).body == b"he"


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n", b"\x15\x03\x01", b"HTTP/1.1 " + b"x" * 20_000])
def test_other_protocols_are_told_apart(ends: tuple[WebSocket, socket.socket], answer: bytes) -> None:
    """What is no HTTP, or has no end, is malformed."""
    _answered(ends, lambda _: answer)
    with pytest.raises(MalformedError):
        upgrade(ends[0], host="x", path="/v1", within_s=WAIT_S)
