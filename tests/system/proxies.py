"""What an operator copies for a proxy, run as it stands: only names, ports and certificates are those of the test."""

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

__all__ = [
    "DEPLOY",
    "PROXIES",
    "UPGRADE",
    "Certificate",
    "Proxy",
    "Site",
    "ask",
    "certificate",
    "free_port",
    "program",
    "proxied",
]

DEPLOY: Final = Path(__file__).resolve().parents[2] / "relay" / "deploy"
START_S: Final = 20
LOOK_S: Final = 0.05
UPGRADE: Final = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
"""How a WebSocket begins (RFC 6455, 1.3)."""
SYSTEM: Final = ":/usr/local/sbin:/usr/sbin:/sbin"


def program(name: str) -> str:
    """Find a program, also where only root looks; without it the test is skipped."""
    found = shutil.which(name) or shutil.which(name, path=SYSTEM)
    if found is None:
        pytest.skip(f"missing program: {name}")
    return found


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate for localhost that is its own authority; `both` holds chain and key."""

    chain: Path
    key: Path
    both: Path


def certificate(folder: Path, *, days: int = 2) -> Certificate:
    """Make a certificate that the test's client is told to trust."""
    made = Certificate(folder / "chain.pem", folder / "key.pem", folder / "both.pem")
    options = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days {days} -subj /CN=localhost"
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(made.key), "-out", str(made.chain)]
    subprocess.run([program("openssl"), *options.split(), *files], check=True, capture_output=True, timeout=START_S)
    made.both.write_bytes(made.chain.read_bytes() + made.key.read_bytes())
    return made


@dataclass(frozen=True, slots=True)
class Site:
    """One proxy of one test: its folder, where it listens, where the relay does, and with what certificate."""

    folder: Path
    port: int
    upstream: int
    tls: Certificate

    @property
    def log(self) -> Path:
        """All that it says, wherever it says it."""
        return self.folder / "log"


Changes = Mapping[str, str]
"""What stands in the file, and what of the test stands in its place."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, the file that is copied for it, and how to run that file apart from the machine's own."""

    name: str
    file: str
    changes: Callable[[Site], Changes]
    around: Callable[[Site], str]
    """The configuration of the machine, with {} where the file goes; it logs all it can."""
    command: Callable[[Site, Path], list[str]]

    def configuration(self, site: Site) -> Path:
        """Write the whole configuration."""
        text = (DEPLOY / self.file).read_text()
        for old, new in self.changes(site).items():
            assert old in text, f"{self.file} does not hold {old!r}"
            text = text.replace(old, new)
        whole = site.folder / self.file
        whole.write_text(self.around(site).replace("{}", text, 1))
        return whole


def _nginx_changes(site: Site) -> Changes:
    return {
        "listen 443 ssl": f"listen 127.0.0.1:{site.port} ssl",
        "listen [::]:443 ssl;": "",
        "server_name relay.example": "server_name localhost",
        "/etc/letsencrypt/live/relay.example/fullchain.pem": str(site.tls.chain),
        "/etc/letsencrypt/live/relay.example/privkey.pem": str(site.tls.key),
        "127.0.0.1:8440": f"127.0.0.1:{site.upstream}",
    }


def _nginx_around(site: Site) -> str:
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{place}_temp_path {site.folder}/{place};\n" for place in places)
    log = f"error_log {site.log} info;\n"
    head = f"daemon off;\nmaster_process off;\npid {site.folder}/pid;\n{log}events {{ }}\n"
    return f"{head}http {{\naccess_log {site.log};\n{temporary}{{}}\n}}\n"


def _nginx_command(site: Site, whole: Path) -> list[str]:
    return [program("nginx"), "-p", str(site.folder), "-e", str(site.log), "-c", str(whole)]


def _caddy_changes(site: Site) -> Changes:
    return {
        "\n{\n": "\n{\nadmin off\nauto_https off\n",
        "relay.example {": f"https://localhost:{site.port} {{\nbind 127.0.0.1\ntls {site.tls.chain} {site.tls.key}",
        "127.0.0.1:8440": f"127.0.0.1:{site.upstream}",
    }


def _caddy_command(_site: Site, whole: Path) -> list[str]:
    return [program("caddy"), "run", "--config", str(whole), "--adapter", "caddyfile"]


def _haproxy_changes(site: Site) -> Changes:
    return {
        "bind :443 ": f"bind 127.0.0.1:{site.port} ",
        "/etc/haproxy/relay.example.pem": str(site.tls.both),
        "127.0.0.1:8440": f"127.0.0.1:{site.upstream}",
    }


def _haproxy_around(_site: Site) -> str:
    defaults = "mode http\nlog global\noption httplog\noption forwardfor\n"
    return f"global\nlog stderr format raw local0\ndefaults\n{defaults}\n{{}}"


def _haproxy_command(_site: Site, whole: Path) -> list[str]:
    return [program("haproxy"), "-db", "-f", str(whole)]


PROXIES: Final = (
    Proxy("nginx", "nginx.conf", _nginx_changes, _nginx_around, _nginx_command),
    Proxy("caddy", "Caddyfile", _caddy_changes, lambda _: "{}", _caddy_command),
    Proxy("haproxy", "haproxy.cfg", _haproxy_changes, _haproxy_around, _haproxy_command),
)


@contextmanager
def proxied(proxy: Proxy, site: Site) -> Iterator[None]:
    """Run a proxy until the block ends; what it says gathers in the site's log."""
    command = proxy.command(site, proxy.configuration(site))
    homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(site.folder))
    with site.log.open("ab") as log:
        running = subprocess.Popen(command, cwd=site.folder, env={"PATH": "/usr/bin", **homes}, stdout=log, stderr=log)
    try:
        _await_listening(running, site)
        yield
    finally:
        running.terminate()
        try:
            running.wait(START_S)
        finally:
            running.kill()


def _await_listening(running: subprocess.Popen[bytes], site: Site) -> None:
    for _ in range(int(START_S / LOOK_S)):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", site.port)) == 0:
                return
        if _ended(running):
            break
    pytest.fail(f"the proxy does not listen:\n{site.log.read_text()}")


def _ended(running: subprocess.Popen[bytes]) -> bool:
    try:
        running.wait(LOOK_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def ask(site: Site, path: str, headers: Changes) -> int:
    """Send one request through the proxy, and return the status of its answer."""
    trust = ssl.create_default_context(cafile=site.tls.chain)
    lines = [f"GET {path} HTTP/1.1", f"Host: localhost:{site.port}", *(f"{k}: {v}" for k, v in headers.items())]
    address = ("127.0.0.1", site.port)
    with (
        socket.create_connection(address, START_S) as plain,
        trust.wrap_socket(plain, server_hostname="localhost") as link,
    ):
        link.sendall("\r\n".join([*lines, "", ""]).encode())
        found = re.match(rb"HTTP/1.1 ([0-9]{3}) ", link.recv(4096))
    assert found is not None
    return int(found[1])
