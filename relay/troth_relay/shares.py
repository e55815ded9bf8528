"""Names for where links come from: alike for one address, meaningless to everybody else, and new every day.

They say who has more than others where there is too little for all; nobody is kept out by one.
The key is in memory alone, and forgotten with its day; names are neither written down nor sent.
"""

import secrets
from collections.abc import Callable, Sequence
from hashlib import blake2b
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, NewType

__all__ = ["NOWHERE", "Network", "Share", "Shares"]

Share = NewType("Share", bytes)
Network = IPv4Network | IPv6Network

NOWHERE: Final = Share(b"")
"""Where nobody can tell: all of it is one place."""
DAY_S: Final = 86_400
KEY_BYTES: Final = 32
SHARE_BYTES: Final = 8
SITE_BYTES: Final = 8
"""What of an address of version 6 names a site: the rest is each machine's to choose."""


class Shares:
    """Who tells where links come from; with the key of one day."""

    def __init__(
        self, trusted: Sequence[Network] = (), *, entropy: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        """Believe these proxies, and no others, when they say where somebody comes from."""
        self._trusted = tuple(trusted)
        self._entropy = entropy
        self._key = entropy(KEY_BYTES)
        self._drawn_s: float | None = None

    def name(self, peer: str | None, forwarded: Sequence[str], *, now: float) -> Share:
        """Return the name of where a link comes from.

        Args:
            peer: The address at the other end of the socket.
            forwarded: What proxies wrote on the way, the last one last; anybody may have written the first.
            now: The monotonic clock in seconds.
        """
        if self._drawn_s is None or now - self._drawn_s >= DAY_S:
            self._key, self._drawn_s = self._entropy(KEY_BYTES), now
        place = _address(peer or "")
        for told in reversed(",".join(forwarded).split(",")):
            before = _address(told.strip())
            if place is None or before is None or not any(place in network for network in self._trusted):
                break
            place = before
        if place is None:
            return NOWHERE
        return Share(blake2b(place.packed[:SITE_BYTES], key=self._key, digest_size=SHARE_BYTES).digest())


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
