"""Goes the way from here to a relay hop by hop, as a device does, and names the one that is broken.

It needs no right at the relay: it proves a key of nobody's, and opens a meeting that ends by itself.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from troth_relay import limits
from troth_relay.framing import Opcode
from troth_relay.hops import BrokenHopError, Finding, Hop, of_answer, of_tls
from troth_relay.settings import PORT
from troth_relay.stranger import Stranger
from troth_relay.websocket import Answer, WebSocket, upgrade
from troth_wire import messages
from troth_wire.errors import MalformedError, UsageError
from troth_wire.limits import FRAME_BYTES_MAX, HOST_BYTES_MAX, WIRE_VERSION
from troth_wire.messages import Create, Head, Hello, MailboxKind, Message, Reason, Refuse

__all__ = ["examine"]

PATH: Final = "/v1"
PORTS: Final = {"ws": 80, "wss": 443}
OWN_NAMES: Final = ("127.0.0.1", "localhost")
DAY_S: Final = 86_400
MISUSE: Final = 1_008
TOO_BIG: Final = 1_009


@dataclass(frozen=True, slots=True)
class Address:
    """What is dialled."""

    scheme: str
    host: str
    port: int

    @property
    def name(self) -> str:
        """Host and port as the relay must know itself."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _address(text: str) -> Address:
    try:
        parts = urlsplit(text)
        found = Address(parts.scheme, parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0))
    except ValueError:
        found = Address("", "", 0)
    plain = not (parts.username or parts.query or parts.fragment) if found.host else False
    if found.scheme not in PORTS or not plain or parts.path.rstrip("/") not in ("", PATH) or not found.host.isascii():
        raise UsageError("An address of a relay looks like wss://relay.example or ws://127.0.0.1:8440.")
    if len(found.name) > HOST_BYTES_MAX:
        raise UsageError("The name of the relay is too long.")
    return found


def examine(text: str, *, idle_s: float, now_s: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Yield what is found at each hop, until one is broken.

    Args:
        text: The relay's address, as devices dial it.
        idle_s: How long to say nothing, to see whether somebody cuts the link; 0 leaves that out.
        now_s: The clock of this machine, from 1970.

    Raises:
        UsageError: If it is no address of a relay.
    """
    address = _address(text)
    try:
        yield from _walk(address, idle_s=idle_s, now_s=now_s)
    except BrokenHopError as broken:
        yield broken.finding


def _walk(address: Address, *, idle_s: float, now_s: Callable[[], float]) -> Iterator[Finding]:
    places = _look_up(address)
    yield Finding(Hop.DNS, well=True, said=f"{address.host} is {', '.join(sorted(places))}.")
    yield from _knock(address, places)
    with _connect(address) as connection:
        yield _certificate(address, connection, now_s())
        link, answer = _upgraded(address, connection)
        yield Finding(Hop.UPGRADE, well=True, said="A WebSocket comes about.")
        hello = _greeted(link)
        yield Finding(Hop.HELLO, well=True, said="A relay answers.")
        stranger = Stranger()
        yield _named(address, link, hello, stranger)
        yield _timed(answer, now_s())
        yield _filled(address)
        if idle_s:
            yield _idled(link, stranger, idle_s)


def _look_up(address: Address) -> dict[str, int]:
    """Return the addresses that a name leads to, and of which family each is."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is no name"
        raise BrokenHopError(
            Hop.DNS, f"{address.host} leads nowhere ({why}): correct the name, or its records in the DNS."
        ) from error
    return {str(place[0]): int(family) for family, _, _, _, place in found}


def _knock(address: Address, places: dict[str, int]) -> Iterator[Finding]:
    """Try every address of a name: devices take the first that they are given."""
    silent = {}
    for place, family in places.items():
        with socket.socket(socket.AddressFamily(family), socket.SOCK_STREAM) as trial:
            trial.settimeout(limits.HOP_WAIT_S)
            try:
                trial.connect((place, address.port))
            except OSError as error:
                silent[place] = error.strerror or "it does not answer in time"
    if len(silent) == len(places):
        raise BrokenHopError(
            Hop.TCP,
            f"Nobody answers at port {address.port} ({next(iter(silent.values()))}): start what listens there, "
            "or have the firewall let it through.",
        )
    for place in silent:
        yield Finding(
            Hop.TCP,
            well=False,
            said=f"{place} does not answer at port {address.port}, though the name leads there: take that record out, "
            "or listen there too.",
        )
    if not silent:
        yield Finding(Hop.TCP, well=True, said=f"Port {address.port} is open.")


def _connect(address: Address) -> socket.socket:
    """Return a connection as devices have it, with TLS where it is asked for."""
    try:
        plain = socket.create_connection((address.host, address.port), limits.HOP_WAIT_S)
        if address.scheme == "ws":
            return plain
        with plain:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=address.host)
    except ssl.SSLError as error:
        raise BrokenHopError(Hop.TLS, of_tls(error)) from error
    except OSError as error:
        raise BrokenHopError(
            Hop.TLS, "The connection is cut before TLS comes about: look at the proxy's file and its log."
        ) from error


def _certificate(address: Address, connection: socket.socket, now_s: float) -> Finding:
    if not isinstance(connection, ssl.SSLSocket):
        said = "There is none: ws:// is for a relay on this machine."
        return Finding(Hop.TLS, well=address.host in (*OWN_NAMES, "::1"), said=said)
    certificate = connection.getpeercert() or {}
    ends_s = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    days = int((ends_s - now_s) // DAY_S)
    if days < limits.CERTIFICATE_DAYS_MIN:
        said = f"The certificate holds for {days} days more: look why the proxy has not renewed it."
        return Finding(Hop.TLS, well=False, said=said)
    return Finding(Hop.TLS, well=True, said=f"{connection.version()}, and the certificate holds for {days} days more.")


def _upgraded(address: Address, connection: socket.socket) -> tuple[WebSocket, Answer]:
    link = WebSocket(connection)
    try:
        answer = upgrade(link, host=address.name, path=PATH, within_s=limits.HOP_WAIT_S)
    except (ConnectionError, TimeoutError, MalformedError) as error:
        spoken = link.waiting()[:1] == b"\x15"
        cure = (
            "dial wss://, since TLS is spoken there"
            if spoken
            else "look at what listens there, and at its log, or dial wss:// if that speaks TLS"
        )
        raise BrokenHopError(Hop.UPGRADE, f"No answer of HTTP comes: {cure}.") from error
    said = of_answer(answer)
    if said is not None:
        raise BrokenHopError(Hop.UPGRADE, said)
    return link, answer


def _hear(link: WebSocket, hop: Hop) -> Message:
    """Return the next message of a relay."""
    cure = "What answers is no relay, or something between cuts the link: look at where the proxy passes /v1."
    try:
        while (frame := link.receive(within_s=limits.HOP_WAIT_S)).opcode is Opcode.PING:
            link.send(frame.payload, opcode=Opcode.PONG, within_s=limits.HOP_WAIT_S)
        if frame.opcode is Opcode.BINARY:
            return messages.parse(frame.payload)
    except (ConnectionError, TimeoutError, MalformedError) as error:
        raise BrokenHopError(hop, cure) from error
    if frame.opcode is Opcode.CLOSE and frame.close_code not in (MISUSE, TOO_BIG):
        cure = f"The relay takes nobody in now (code {frame.close_code}): look at /readyz, and at its connections."
    raise BrokenHopError(hop, cure)


def _say(link: WebSocket, message: Message, hop: Hop) -> None:
    try:
        link.send(messages.encode(message), within_s=limits.HOP_WAIT_S)
    except ConnectionError as error:
        raise BrokenHopError(hop, "Something between cuts the link: look at the log of the proxy.") from error


def _greeted(link: WebSocket) -> Hello:
    hello = _hear(link, Hop.HELLO)
    if not isinstance(hello, Hello):
        raise BrokenHopError(Hop.HELLO, "What answers does not greet as a relay does: look at where /v1 is passed.")
    if not hello.version_min <= WIRE_VERSION <= hello.version_max:
        raise BrokenHopError(
            Hop.HELLO,
            f"The relay speaks versions {hello.version_min} to {hello.version_max}, and this program {WIRE_VERSION}: "
            "install the same release on both sides.",
        )
    return hello


def _named(address: Address, link: WebSocket, hello: Hello, stranger: Stranger) -> Finding:
    """Prove a mailbox that is not there: a relay that knows its name says that there is none."""
    for name in (address.name, *(f"{own}:{PORT}" for own in OWN_NAMES)):
        _say(link, stranger.prove(host=name, challenge=hello.challenge), Hop.NAME)
        answer = _hear(link, Hop.NAME)
        if isinstance(answer, Refuse) and answer.reason is Reason.UNKNOWN_MAILBOX:
            if name == address.name:
                return Finding(Hop.NAME, well=True, said=f"The relay knows itself as {name}.")
            raise _misnamed(address, f"it takes itself for {name}")
        if not isinstance(answer, Refuse) or answer.reason is not Reason.BAD_PROOF:
            raise BrokenHopError(Hop.NAME, "The relay can not say who it is now: look at /readyz and its log.")
    raise _misnamed(address, "it goes by another name")


def _misnamed(address: Address, instead: str) -> BrokenHopError:
    return BrokenHopError(
        Hop.NAME,
        f"The relay does not know that it is dialled as {address.name}, so no device can prove anything: {instead}. "
        f"Start it with --name {address.name}.",
    )


def _timed(answer: Answer, now_s: float) -> Finding:
    try:
        apart_s = abs(parsedate_to_datetime(answer.headers["date"]).timestamp() - now_s)
    except (KeyError, ValueError):
        return Finding(Hop.CLOCK, well=True, said="The other side does not tell the time.")
    if apart_s > limits.CLOCK_APART_S_MAX:
        said = f"The clocks are {apart_s:.0f} s apart: set the one that is wrong, or passes and meetings end too early."
        return Finding(Hop.CLOCK, well=False, said=said)
    return Finding(Hop.CLOCK, well=True, said="The clocks agree.")


def _filled(address: Address) -> Finding:
    """Send the largest frame that there may be, without sense: a relay that has got all of it refuses it as that."""
    with _connect(address) as connection:
        link, _ = _upgraded(address, connection)
        _greeted(link)
        try:
            link.send(bytes(FRAME_BYTES_MAX), within_s=limits.HOP_WAIT_S)
            answer: Message | None = _hear(link, Hop.SIZE)
        except (ConnectionError, BrokenHopError):
            answer = None
    if isinstance(answer, Refuse) and answer.reason is Reason.MALFORMED:
        return Finding(Hop.SIZE, well=True, said=f"A frame of {FRAME_BYTES_MAX} bytes arrives.")
    said = f"A frame of {FRAME_BYTES_MAX} bytes does not arrive: take out whatever limits the size of WebSocket frames."
    return Finding(Hop.SIZE, well=False, said=said)


def _idled(link: WebSocket, stranger: Stranger, idle_s: float) -> Finding:
    """Hold a link that may stay, and say nothing, until the relay itself asks whether somebody is there."""
    _say(link, Create(stranger.mailbox, b"", MailboxKind.RENDEZVOUS), Hop.IDLE)
    answer = _hear(link, Hop.IDLE)
    if isinstance(answer, Refuse) and answer.reason is Reason.BUSY:
        said = "The relay opens no meeting now: it can store nothing, or has enough. Look at /readyz and at its log."
        return Finding(Hop.IDLE, well=False, said=said)
    if not isinstance(answer, Head):
        return Finding(Hop.IDLE, well=True, said="Not tried: many meetings were opened at this moment.")
    start_s = time.monotonic()
    try:
        frame = link.receive(within_s=idle_s)
    except TimeoutError:
        return Finding(Hop.IDLE, well=True, said=f"The link stands {idle_s:g} s of silence.")
    except (ConnectionError, MalformedError):
        frame = None
    waited_s = time.monotonic() - start_s
    if frame is not None and frame.opcode is Opcode.PING:
        return Finding(Hop.IDLE, well=True, said=f"The link stands until the relay asks, {waited_s:.0f} s later.")
    said = (
        f"Something between cuts the link after {waited_s:.1f} s of silence: let it wait longer than "
        f"{limits.HEARTBEAT_S * 3 // 2} s, as the files in relay/deploy do."
    )
    return Finding(Hop.IDLE, well=False, said=said)
