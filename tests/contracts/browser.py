"""A browser as a server sees it: requests as bytes, the headers that browsers add, and no more sense than it is told.

It follows nothing and keeps nothing by itself, so that a test says what is sent.
"""

import http.client
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit

__all__ = ["Answered", "Browser", "raw"]

WAIT_S: Final = 60
FORM: Final = "application/x-www-form-urlencoded"
CSRF: Final = re.compile(r'name="csrf" value="([0-9a-f]+)"')
QUESTION: Final = re.compile(r'name="question" value="(\d+)"')


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()

    @property
    def to(self) -> str:
        """Where it leads."""
        return self.headers.get("location", "")

    @property
    def token(self) -> str:
        """What its forms carry."""
        found = CSRF.search(self.text)
        assert found is not None, self.text
        return found[1]

    @property
    def question(self) -> str:
        """The number of what it asks."""
        found = QUESTION.search(self.text)
        assert found is not None, self.text
        return found[1]


@dataclass
class Browser:
    """One browser at an address of ours."""

    host: str
    cookie: str = ""
    token: str = ""
    source: str = ""
    sent: dict[str, str] = field(default_factory=dict)

    @classmethod
    def enter(cls, address: str) -> "Browser":
        """Open an address that lets a browser in once."""
        found = urlsplit(address)
        browser = cls(found.netloc)
        answered = browser.get(found.path)
        assert answered.status == 200, answered
        browser.cookie = answered.headers["set-cookie"].partition(";")[0]
        browser.token = browser.get("/").token
        return browser

    @property
    def port(self) -> int:
        """Where it connects."""
        return int(self.host.rpartition(":")[2])

    def ask(self, method: str, path: str, headers: Mapping[str, str | None], body: bytes = b"") -> Answered:
        """Send one request; a header that is None is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        cookie = {"cookie": self.cookie} if self.cookie else {}
        every = {"host": self.host, **cookie, **{name.lower(): value for name, value in headers.items()}}
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in every.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            got = connection.getresponse()
            return Answered(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str | None) -> Answered:
        """Ask for a page, as a link on one of ours does."""
        return self.ask("GET", path, _named({"sec_fetch_site": "none", **headers}))

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str | None) -> Answered:
        """Send a form, as a page of ours does."""
        body = urlencode({"csrf": self.token, **(fields or {})}).encode()
        return self.send(path, body, **headers)

    def send(self, path: str, body: bytes, **headers: str | None) -> Answered:
        """Send a body, as a page of ours does."""
        ours = {
            "origin": f"http://{self.host}",
            "referer": f"http://{self.host}/",
            "sec_fetch_site": "same-origin",
            "content_type": FORM,
            "content_length": str(len(body)),
        }
        return self.ask("POST", path, _named({**ours, **headers}), body)

    def follow(self, answered: Answered) -> Answered:
        """Go where an answer leads."""
        assert answered.status == 303, answered
        return self.get(answered.to)

    def begin(self, command: str) -> tuple[str, Answered]:
        """Press a button that begins a conversation; return the address of its page, and the page."""
        answered = self.post("/go", {"command": command})
        return answered.to, self.follow(answered)

    def reply(self, step: str, page: Answered, **fields: str) -> Answered:
        """Answer what a page of a conversation asks."""
        return self.post(step, {"question": page.question, **fields})


def _named(headers: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def raw(port: int, said: bytes, *, family: socket.AddressFamily = socket.AF_INET) -> bytes:
    """Say bytes to a port of this computer; return everything that came back until it hung up."""
    host = "127.0.0.1" if family == socket.AF_INET else "::ffff:127.0.0.1"
    with socket.socket(family) as connection:
        connection.settimeout(WAIT_S)
        connection.connect((host, port))
        connection.sendall(said)
        got = b""
        while more := connection.recv(65_536):
            got += more
        return got
