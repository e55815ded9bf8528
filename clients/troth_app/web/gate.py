"""Who may ask the pages for something: this computer, this user, a browser that was let in, from a page of ours.

Another site that a browser shows can send requests here, and another user of the machine can connect: each gets the
same few words, from which nothing is learned.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = ["HEADERS", "comes_from_us", "is_for_us", "owner_of"]

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
CONNECTIONS: Final = Path("/proc/net/tcp")
OWNER_FIELD: Final = 7


def is_for_us(headers: Mapping[str, str], address: str) -> bool:
    """Whether a request names this address: one that names another was led here by somebody else's name server."""
    return headers.get("Host") == address


def comes_from_us(headers: Mapping[str, str], address: str, *, changes: bool) -> bool:
    """Whether a request comes from a page of ours, or was typed; one that changes something must say so itself."""
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site is not None and site not in OURS:
        return False
    return origin == f"http://{address}" if changes else origin in (None, f"http://{address}")


def owner_of(peer: tuple[str, int], here: tuple[str, int], *, connections: Path = CONNECTIONS) -> int | None:
    """Return which user of this machine is at the other end of a connection; None where the system does not tell.

    Args:
        peer: Address and port at the other end, an IPv4 one.
        here: Those at this end.
        connections: Where Linux lists its connections.
    """
    ends = [_written(peer), _written(here)]
    try:
        rows = connections.read_text().splitlines()[1:]
    except OSError:
        return None
    for row in rows:
        fields = row.split()
        if fields[1:3] == ends:
            return int(fields[OWNER_FIELD])
    return None


def _written(end: tuple[str, int]) -> str:
    """Write an address as Linux lists it: the bytes of the host turned round, and the port."""
    host, port = end
    return "".join(f"{int(part):02X}" for part in reversed(host.split("."))) + f":{port:04X}"
