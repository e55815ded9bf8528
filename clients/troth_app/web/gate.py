"""Who may ask the pages for something: this computer, this user, a browser that was let in, from a page of ours.

Another site that a browser shows can send requests here, and another user of the machine can connect: each gets the
same few words, from which nothing is learned.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

__all__ = ["HEADERS", "NOBODY", "comes_from_us", "is_for_us", "owner_of"]

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer: kept nowhere, run from nowhere else, shown in no other page."""

OURS: Final = ("same-origin", "none")
CONNECTIONS: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
OWNER_FIELD: Final = 7
MAPPED: Final = "0000000000000000FFFF0000"
NOBODY: Final = -1
"""Owns a connection that is not listed where connections are: whoever it was is gone, or hides."""
LOOKS: Final = 3
"""A list that changes while it is read can leave one out."""


def is_for_us(headers: Mapping[str, str], address: str) -> bool:
    """Whether a request names this address: one that names another was led here by somebody else's name server."""
    return headers.get("Host") == address


def comes_from_us(headers: Mapping[str, str], address: str, *, changes: bool) -> bool:
    """Whether a request comes from a page of ours, or was typed; one that changes something must say so itself."""
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site is not None and site not in OURS:
        return False
    return origin == f"http://{address}" if changes else origin in (None, f"http://{address}")


def owner_of(peer: tuple[str, int], here: tuple[str, int], *, connections: Sequence[Path] = CONNECTIONS) -> int | None:
    """Return which user of this machine is at the other end of a connection; None where the system does not tell.

    Args:
        peer: Address and port at the other end, an IPv4 one.
        here: Those at this end.
        connections: Where Linux lists its connections.
    """
    # A socket of the newer kind reaches an older address too, and stands in the other list.
    ends = [[mapped + _written(end) for end in (peer, here)] for mapped in ("", MAPPED)]
    for _ in range(LOOKS):
        listed = [rows for rows in map(_rows, connections) if rows is not None]
        if not listed:
            return None
        for fields in chain.from_iterable(listed):
            if fields[1:3] in ends:
                return int(fields[OWNER_FIELD])
    return NOBODY


def _rows(connections: Path) -> list[list[str]] | None:
    try:
        return [row.split() for row in connections.read_text().splitlines()[1:]]
    except OSError:
        return None


def _written(end: tuple[str, int]) -> str:
    """Write an address as Linux lists it: the bytes of the host turned round, and the port."""
    host, port = end
    return "".join(f"{int(part):02X}" for part in reversed(host.split("."))) + f":{port:04X}"
