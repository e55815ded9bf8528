"""The proxies before a relay, each with the file that an operator copies."""

import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from tests.contracts.relay_process import RELAY, environment, serving
from tests.system.proxies import DEPLOY, PROXIES, UPGRADE, Proxy, Site, ask, certificate, free_port, program, proxied
from tests.system.round_trip import cross
from troth_client import link
from troth_relay import limits

WAIT_S: Final = 150
REQUEST: Final = re.compile(r"remote|client|GET|/v1")
"""What stands in a line about a request, whichever proxy wrote it."""
STRANGER: Final = "192.0.2.7"
"""An address of nobody, which a client claims to be."""
HEADERS: Final = ("X-Forwarded-For", "X-Real-IP", "Forwarded")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Ports that are free, and a certificate."""
    return Site(tmp_path, free_port(), free_port(), certificate(tmp_path))


@pytest.fixture(params=PROXIES, ids=lambda proxy: proxy.name)
def proxy(request: pytest.FixtureRequest) -> Proxy:
    """Each proxy in turn."""
    chosen: Proxy = request.param
    program(chosen.name)
    return chosen


def test_devices_meet_through_a_proxy(proxy: Proxy, site: Site) -> None:
    """Over TLS, with long frames, two devices sync; nothing but the link is reachable, and no log names anybody."""
    name = f"localhost:{site.port}"
    options = ("--port", str(site.upstream), "--name", name)
    with proxied(proxy, site):
        with serving(site.folder / "relay.db", *options):
            cross(f"wss://{name}", SSL_CERT_FILE=str(site.tls.chain))
            assert {ask(site, path, {}) for path in ("/", "/health", "/readyz", "/metrics", "/v1/more")} == {404}
        assert ask(site, "/v1", UPGRADE) in (502, 503)
    said = site.log.read_text()
    assert not REQUEST.search(said), said
    assert {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", said)} <= {site.port, site.upstream}, said


@pytest.fixture
def heard(site: Site) -> Iterator[list[bytes]]:
    """Stand where the relay would, and hear the head of one request."""
    requests: list[bytes] = []

    def listen() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as file:
            requests.extend(iter(file.readline, b"\r\n"))
            connection.sendall(b"HTTP/1.1 418 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with closing(socket.create_server(("127.0.0.1", site.upstream))) as listener:
        listener.settimeout(WAIT_S)
        hearing = threading.Thread(target=listen)
        hearing.start()
        yield requests
        hearing.join(WAIT_S)


def test_relay_is_told_no_address(proxy: Proxy, site: Site, heard: list[bytes]) -> None:
    """The upgrade reaches the relay; where the client is, or says it is, does not."""
    with proxied(proxy, site):
        assert ask(site, "/v1", UPGRADE | dict.fromkeys(HEADERS, STRANGER)) == 418
    head = {key.lower(): value.strip() for key, _, value in (line.decode().partition(":") for line in heard)}
    assert head["upgrade"] == "websocket"
    assert head["connection"].lower() == "upgrade"
    assert not {key for key in head if "forwarded" in key or key == "x-real-ip"}
    assert STRANGER not in str(head)


WAITS: Final = {
    "nginx.conf": ("proxy_read_timeout", "proxy_send_timeout"),
    "haproxy.cfg": ("timeout client", "timeout server", "timeout tunnel"),
}


@pytest.mark.parametrize("file", WAITS)
def test_proxy_waits_longer_than_the_relay(file: str) -> None:
    """A link that is only idle is not cut by the proxy: relay and client both speak, or give up, before."""
    text = (DEPLOY / file).read_text()
    patience_s = 1.5 * max(limits.HEARTBEAT_S, link.HEARTBEAT_S)
    for setting in WAITS[file]:
        assert [int(value) > patience_s for value in re.findall(rf"^ *{setting} (\d+)s;?$", text, re.MULTILINE)] == [
            True
        ]
    assert f"pings after {limits.HEARTBEAT_S} s of silence and gives up {limits.HEARTBEAT_S // 2} s later" in text


def test_caddy_has_no_limit_of_its_own(site: Site) -> None:
    """Nothing that Caddy makes of its file bounds how long a link may be idle, or asks for a log of access."""
    command = [program("caddy"), "adapt", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]
    made = subprocess.run(
        command, env={"HOME": str(site.folder)}, capture_output=True, text=True, timeout=WAIT_S, check=True
    )
    assert "timeout" not in made.stdout
    assert '"logs"' not in made.stdout.replace('"logging":{"logs"', "")


def examined(site: Site, *options: str) -> tuple[int, dict[str, tuple[bool, str]]]:
    """Send the doctor the way; return its exit code, and by hop what it found."""
    command = [*RELAY, "doctor", f"wss://localhost:{site.port}", "--json", *options]
    trust = environment() | {"SSL_CERT_FILE": str(site.tls.chain)}
    done = subprocess.run(command, env=trust, capture_output=True, text=True, timeout=WAIT_S, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {each["hop"]: (each["well"], each["said"]) for each in found}


def test_doctor_goes_the_way_through_a_proxy(proxy: Proxy, site: Site) -> None:
    """The files as they stand are well but for a certificate of two days; a wrong name and no relay are named."""
    with proxied(proxy, site):
        with serving(site.folder / "relay.db", "--port", str(site.upstream), "--name", f"localhost:{site.port}"):
            code, found = examined(site, "--idle", "2")
            assert (code, len(found), [hop for hop, (well, _) in found.items() if not well]) == (1, 9, ["TLS"]), found
        with serving(site.folder / "relay.db", "--port", str(site.upstream)):
            code, found = examined(site)
            assert (code, list(found)[-1], found["name"][0]) == (1, "name", False)
            assert f"--name localhost:{site.port}" in found["name"][1]
        code, found = examined(site)
        assert (code, "reaches no relay" in found["upgrade"][1]) == (1, True), found


@dataclass(frozen=True, slots=True)
class Mistake:
    """What stands in the file of nginx, what an operator wrote in its place, and what the doctor says of it."""

    hop: str
    said: str
    right: str
    wrong: str


MISTAKES: Final = (
    Mistake("upgrade", "Upgrade header does not reach", "proxy_set_header Upgrade $http_upgrade;", ""),
    Mistake("upgrade", "Upgrade header does not reach", 'proxy_set_header Connection "upgrade";', ""),
    Mistake("upgrade", "knows no /v1", "location = /v1 {", "location = /v2 {"),
    Mistake("idle", "s of silence: let it wait longer than 90 s", "proxy_read_timeout 150s;", "proxy_read_timeout 1s;"),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.wrong or mistake.right.split()[1])
def test_doctor_finds_what_is_wrong_with_a_proxy(mistake: Mistake, site: Site) -> None:
    """The usual mistakes in a proxy's file are named as what they are."""
    (nginx,) = (each for each in PROXIES if each.name == "nginx")

    def changes(there: Site) -> Mapping[str, str]:
        return {**nginx.changes(there), mistake.right: mistake.wrong}

    with (
        proxied(replace(nginx, changes=changes), site),
        serving(site.folder / "relay.db", "--port", str(site.upstream), "--name", f"localhost:{site.port}"),
    ):
        code, found = examined(site, "--idle", "30")
    assert (code, found[mistake.hop][0], mistake.said in found[mistake.hop][1]) == (1, False, True), found
