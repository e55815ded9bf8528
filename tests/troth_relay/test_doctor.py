"""Each hop of the way, broken on purpose: the doctor names that one, and nothing after it."""

import asyncio
import base64
import hashlib
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.system.proxies import certificate, program
from troth_relay import admission, doctor, limits
from troth_relay.app import Relay
from troth_relay.config import Config
from troth_relay.doctor import examine
from troth_relay.hops import Finding, Hop
from troth_relay.store.memory import MemoryStore
from troth_wire.errors import UsageError
from troth_wire.messages import Hello, Message, Reason, Refuse, encode

Talk = Callable[[socket.socket], None]
IDLE_S = 0.3
WAY = [Hop.DNS, Hop.TCP, Hop.TLS, Hop.UPGRADE, Hop.HELLO, Hop.NAME, Hop.CLOCK, Hop.SIZE, Hop.IDLE]


@contextmanager
def _listening(talk: Talk) -> Iterator[int]:
    """Talk to whoever connects, until the block ends."""
    ending = threading.Event()
    talks: list[threading.Thread] = []

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            if ending.is_set():
                connection.close()
                return
            talks.append(threading.Thread(target=_talk, args=(connection, talk)))
            talks[-1].start()

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield port
        finally:
            ending.set()
            socket.create_connection(("127.0.0.1", port)).close()
            for thread in (serving, *talks):
                thread.join(20)


def _talk(connection: socket.socket, talk: Talk) -> None:
    connection.settimeout(20)
    # Whoever only knocks is gone in the middle of it.
    with connection, suppress(OSError):
        talk(connection)


def _asked(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(4_096)
        if not more:
            raise ConnectionError
        head += more
    return head


def _saying(answer: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        _asked(connection)
        connection.sendall(answer)

    return talk


def _accept(connection: socket.socket) -> None:
    """Take a WebSocket."""
    found = re.search(rb"Sec-WebSocket-Key: (\S+)", _asked(connection))
    assert found is not None
    digest = hashlib.sha1(found[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()  # noqa: S324 - the standard's
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    connection.sendall(head + b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n")


def _frame(data: bytes) -> bytes:
    assert len(data) < 126
    return bytes([0x82, len(data)]) + data


def _speaking(*said: Message | bytes) -> Talk:
    """Take a WebSocket, and say something on it."""

    def talk(connection: socket.socket) -> None:
        _accept(connection)
        for message in said:
            connection.sendall(message if isinstance(message, bytes) else _frame(encode(message)))
        connection.recv(4_096)

    return talk


def _examined(port: int, *, scheme: str = "ws", idle_s: float = IDLE_S, host: str = "127.0.0.1") -> list[Finding]:
    return list(examine(f"{scheme}://{host}:{port}", idle_s=idle_s))


def _broken(port: int, hop: Hop, *, scheme: str = "ws", host: str = "127.0.0.1") -> str:
    """Return what is said of the one hop that is broken, which must be the last that was looked at."""
    found = _examined(port, scheme=scheme, host=host)
    assert [finding.hop for finding in found] == WAY[: WAY.index(hop) + 1], found
    assert [finding.hop for finding in found if not finding.well] == [hop], found
    return found[-1].said


def test_name_that_leads_nowhere_is_named() -> None:
    """A name without an address is the first hop."""
    found = _examined(443, host="relay.invalid")
    assert [(finding.hop, finding.well) for finding in found] == [(Hop.DNS, False)]
    assert "relay.invalid leads nowhere" in found[0].said


def test_closed_port_is_named() -> None:
    """Where nobody listens, the port is said."""
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port: int = closed.getsockname()[1]
    assert f"Nobody answers at port {port}" in _broken(port, Hop.TCP)


def test_address_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one of a name's addresses is silent that one is named, and the way goes on by the other."""

    def places(_: object) -> dict[str, int]:
        return {"127.0.0.1": socket.AF_INET, "127.0.0.2": socket.AF_INET}

    monkeypatch.setattr(doctor, "_look_up", places)
    with _listening(_saying(b"HTTP/1.1 404 No\r\n\r\n")) as port:
        found = _examined(port)
    assert [finding.said[:9] for finding in found if finding.hop is Hop.TCP and not finding.well] == ["127.0.0.2"]
    assert (found[-1].hop, found[-1].well) == (Hop.UPGRADE, False)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 301 Moved\r\nLocation: https://x/\r\n\r\n", "sends everybody on"),
        (b"HTTP/1.1 401 No\r\n\r\n", "lets nobody in"),
        (b"HTTP/1.1 404 No\r\n\r\n", "knows no /v1"),
        (b"HTTP/1.1 502 No\r\n\r\n", "reaches no relay"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "is no relay (status 200)"),
        (b"HTTP/1.1 101 Go\r\nUpgrade: websocket\r\n\r\n", "changes the handshake"),
        (b"HTTP/1.1 400 No\r\nContent-Length: 24\r\n\r\nNo WebSocket UPGRADE hdr", "Upgrade header does not reach"),
        (b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", "dial wss://"),
        (b"SSH-2.0-x\r\n", "No answer of HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x16", "dial wss://"),
        (b"", "No answer of HTTP"),
        (b"", "dial wss:// if that speaks TLS"),
    ],
)
def test_what_answers_in_place_of_a_relay_is_named(answer: bytes, said: str) -> None:
    """Whatever a proxy, another site or another protocol answers to the upgrade, it is that hop, and what it means."""
    with _listening(_saying(answer)) as port:
        assert said in _broken(port, Hop.UPGRADE)


CHALLENGE = b"c" * 32


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([b"\x81\x05hello"], "no relay"),
        ([_frame(b"\x93\x01\x02\x03")], "no relay"),
        ([b"\x82\x00"], "no relay"),
        ([Refuse(Reason.BUSY, None, (), 0)], "does not greet"),
        ([Hello(7, 9, 100, CHALLENGE)], "versions 7 to 9"),
        ([b"\x89\x00", b"\x88\x02\x03\xf5"], "code 1013"),
        ([b"\x88\x02\x03\xf0"], "no relay"),
        ([b"\x02\x01x"], "no relay"),
    ],
    ids=["text", "nonsense", "nothing", "refusal", "version", "full", "misuse", "fragment"],
)
def test_what_is_said_in_place_of_hello_is_named(said: list[Message | bytes], found: str) -> None:
    """Whatever is no greeting of a relay that this release understands is that hop."""
    with _listening(_speaking(*said)) as port:
        assert found in _broken(port, Hop.HELLO)


def test_silence_in_place_of_hello_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says nothing is waited for so long and no longer."""
    monkeypatch.setattr(limits, "HOP_WAIT_S", 0.2)
    with _listening(_speaking()) as port:
        assert "no relay" in _broken(port, Hop.HELLO)


def test_link_that_is_cut_after_the_greeting_is_named() -> None:
    """Who greets and goes is no relay that could be asked."""

    def talk(connection: socket.socket) -> None:
        _accept(connection)
        connection.sendall(_frame(encode(Hello(1, 1, 100, CHALLENGE))))

    with _listening(talk) as port:
        assert _examined(port)[-1].hop is Hop.NAME


@contextmanager
def _relaying(config: Config) -> Iterator[Relay]:
    """Serve from an event loop in a thread of its own."""
    ready: list[Relay] = []
    listens, ending = threading.Event(), asyncio.Event()

    async def serve() -> None:
        relay = await Relay.listen(config, MemoryStore())
        ready.append(relay)
        listens.set()
        await ending.wait()
        await relay.stop()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert listens.wait(20)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(20)
        loop.close()


def test_relay_that_is_well_is_well_at_every_hop() -> None:
    """A relay that serves is found well, hop by hop in the order of the way; without the silence the rest is."""
    with _relaying(Config(port=0)) as relay:
        found = _examined(relay.port)
        assert [(finding.hop, finding.well) for finding in found] == [(hop, True) for hop in WAY]
        assert [finding.hop for finding in _examined(relay.port, idle_s=0)] == WAY[:-1]


def test_relay_that_does_not_know_its_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every proof would fail the name that was dialled is said, and the relay's own where it is the usual one."""
    with _relaying(Config(port=0, names=("relay.example:443",))) as relay:
        said = _broken(relay.port, Hop.NAME)
        assert f"--name 127.0.0.1:{relay.port}" in said
        assert "another name" in said
    monkeypatch.setattr(doctor, "PORT", 1)
    with _relaying(Config(port=0, names=("localhost:1",))) as relay:
        assert "it takes itself for localhost:1" in _broken(relay.port, Hop.NAME)


def test_relay_that_can_not_look_is_named() -> None:
    """A relay whose database does not answer is no question of names."""
    with _relaying(Config(port=0)) as relay:
        assert isinstance(relay._store, MemoryStore)
        relay._store._disk.damaged = True
        assert "look at /readyz" in _broken(relay.port, Hop.NAME)


def test_clock_that_is_wrong_is_named() -> None:
    """Clocks that are apart are found, and nothing else is wrong for it."""
    with _relaying(Config(port=0)) as relay:
        found = list(examine(f"ws://127.0.0.1:{relay.port}", idle_s=0, now_s=lambda: 0.0))
    assert [finding.hop for finding in found if not finding.well] == [Hop.CLOCK]


@contextmanager
def _between(relay: Relay, carry: Callable[[bytes], bytes | None], *, silence_s: float = 20) -> Iterator[int]:
    """Stand between as a proxy does: pass what a client says, unless that is not passed on, and all that it is told."""

    def talk(connection: socket.socket) -> None:
        heard = 0
        with socket.create_connection(("127.0.0.1", relay.port)) as upstream:
            back = threading.Thread(target=_pour, args=(upstream, connection))
            back.start()
            with suppress(OSError):
                while (said := connection.recv(65_536)) and (passed := carry(said)) is not None:
                    upstream.sendall(passed)
                    heard += 1
                    # The request, the proof and the meeting; then the silence begins.
                    connection.settimeout(silence_s if heard == 3 else 20)
            for end in (connection, upstream):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join(20)

    with _listening(talk) as port:
        yield port


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(65_536):
            target.sendall(said)


def _named_by(relay: Relay, port: int) -> None:
    """Let the relay know the name under which the one between is dialled."""
    relay._hub._door._names = (f"127.0.0.1:{port}",)


def test_header_that_is_lost_is_named() -> None:
    """Where the header does not get through, the relay's own answer is understood."""
    with (
        _relaying(Config(port=0)) as relay,
        _between(relay, lambda said: said.replace(b"Upgrade: websocket\r\n", b"")) as port,
    ):
        assert "Upgrade header does not reach the relay" in _broken(port, Hop.UPGRADE)


def test_frames_that_are_cut_are_named() -> None:
    """Where large frames do not get through small ones do, and that is the hop that is broken."""
    large: list[int] = []

    def carry(said: bytes) -> bytes | None:
        large.append(len(said))
        return None if len(said) > 10_000 else said

    with _relaying(Config(port=0)) as relay, _between(relay, carry) as port:
        _named_by(relay, port)
        found = _examined(port)
    assert [finding.hop for finding in found if not finding.well] == [Hop.SIZE]
    assert max(large) > 10_000


def test_silence_that_is_cut_is_named() -> None:
    """Where a link is cut that says nothing, the time is said, and how long it should have been."""
    with _relaying(Config(port=0)) as relay, _between(relay, lambda said: said, silence_s=0.3) as port:
        _named_by(relay, port)
        found = _examined(port, idle_s=20)
    assert [finding.hop for finding in found if not finding.well] == [Hop.IDLE]
    assert re.search(r"after 0\.\d s of silence: let it wait longer than 90 s", found[-1].said)


def test_ping_ends_the_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the relay has asked whether somebody is there, nobody between was too early."""
    monkeypatch.setattr(limits, "HEARTBEAT_S", 0.2)
    monkeypatch.setattr(limits, "TICK_S", 0.05)
    with _relaying(Config(port=0)) as relay:
        found = _examined(relay.port, idle_s=20)
    assert (found[-1].hop, found[-1].well, "until the relay asks" in found[-1].said) == (Hop.IDLE, True, True)


def test_relay_without_room_for_a_meeting_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where as many meet as may, nobody can pair, which is named; where many began just now the silence is left out."""
    with monkeypatch.context() as patched:
        patched.setattr(limits, "BRIEF_MAX", 0)
        with _relaying(Config(port=0)) as relay:
            found = _examined(relay.port)
    assert (found[-1].hop, found[-1].well, "no meeting" in found[-1].said) == (Hop.IDLE, False, True)
    monkeypatch.setattr(admission, "LINK_BRIEF_RATE", admission.Rate(per_s=0.1, burst=0))
    with _relaying(Config(port=0)) as relay:
        found = _examined(relay.port)
    assert (found[-1].well, found[-1].said[:9]) == (True, "Not tried")


def test_relay_that_can_store_nothing_is_named() -> None:
    """Below its floor of free disk a relay is not well for who wants to pair, and the doctor says where to look."""
    with _relaying(Config(port=0, disk_floor_bytes=2**80)) as relay:
        found = _examined(relay.port)
    assert [(finding.hop, "look at /readyz" in finding.said.lower()) for finding in found if not finding.well] == [
        (Hop.IDLE, True)
    ]


def _talking_tls(chain: Path, key: Path) -> Talk:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as link:
            _saying(b"HTTP/1.1 404 No\r\n\r\n")(link)

    return talk


def _expired(folder: Path) -> tuple[Path, Path]:
    """Make a certificate that ended long ago."""
    key, asked, chain, settings = (folder / name for name in ("old.key", "old.csr", "old.pem", "ca.cnf"))
    settings.write_text(
        f"[ca]\ndefault_ca=x\n[x]\ndatabase={folder}/index\nnew_certs_dir={folder}\nrand_serial=yes\n"
        "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n[v]\nsubjectAltName=DNS:localhost\n"
    )
    (folder / "index").touch()
    make = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost"
    sign = "ca -selfsign -batch -notext -startdate 20200101000000Z -enddate 20200102000000Z -extensions v"
    for command in (
        [*make.split(), "-keyout", str(key), "-out", str(asked)],
        [*sign.split(), "-config", str(settings), "-keyfile", str(key), "-in", str(asked), "-out", str(chain)],
    ):
        subprocess.run([program("openssl"), *command], check=True, capture_output=True, timeout=20)
    return chain, key


def test_certificates_are_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that nobody has signed, that is for another name, that ended or ends soon: each is told apart."""
    made = certificate(tmp_path)
    with _listening(_talking_tls(made.chain, made.key)) as port:
        assert "Nobody whom this machine trusts" in _broken(port, Hop.TLS, scheme="wss", host="localhost")
        monkeypatch.setenv("SSL_CERT_FILE", str(made.chain))
        assert "not for this address" in _broken(port, Hop.TLS, scheme="wss", host="127.0.0.1")
        soon = _examined(port, scheme="wss", host="localhost")
        assert [finding.hop for finding in soon if not finding.well] == [Hop.TLS, Hop.UPGRADE]
        assert "holds for 1 days more" in soon[2].said
        monkeypatch.setattr(limits, "CERTIFICATE_DAYS_MIN", 0)
        assert "knows no /v1" in _broken(port, Hop.UPGRADE, scheme="wss", host="localhost")
    chain, key = _expired(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    with _listening(_talking_tls(chain, key)) as port:
        assert "has expired" in _broken(port, Hop.TLS, scheme="wss", host="localhost")


def test_other_than_tls_is_named() -> None:
    """Plain HTTP at the port for TLS, and a connection that is cut there, are that hop."""
    with _listening(lambda connection: connection.sendall(b"HTTP/1.1 400 No\r\n\r\n")) as port:
        assert "does not speak TLS" in _broken(port, Hop.TLS, scheme="wss")
    with _listening(lambda connection: connection.close()) as port:
        assert "TLS" in _broken(port, Hop.TLS, scheme="wss")


def test_nothing_secret_between_machines_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address without TLS that is not this machine's is no way to go, however well it works."""
    monkeypatch.setattr(doctor, "OWN_NAMES", ())
    with _relaying(Config(port=0)) as relay:
        found = _examined(relay.port, idle_s=0)
    assert [finding.hop for finding in found if not finding.well] == [Hop.TLS]


@pytest.mark.parametrize(
    "text",
    ["", "relay.example", "https://relay.example", "wss://", "wss://x/else", "wss://u:p@x", "wss://x?y", "ws://x:y"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """What devices could not dial is not tried, and what stands in it is not repeated."""
    with pytest.raises(UsageError, match=r"looks like wss://relay\.example"):
        next(examine(text, idle_s=0))
    with pytest.raises(UsageError, match="too long"):
        next(examine(f"wss://{'x' * 300}", idle_s=0))
