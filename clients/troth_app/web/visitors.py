"""Which browsers were let in: a key opens the pages once, and a cookie that only this agent can make says so later.

Values in, values out. The secret outlives the process that serves the pages, so a lock does not throw a browser out;
a key does not, so one that was not used in time opens nothing.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from troth_app.limits import PAGE_KEY_S, PAGE_KEYS_MAX

__all__ = ["Visitors"]

COOKIE_BYTES: Final = 16
CODE_BYTES: Final = 5


class Visitors:
    """Lets browsers in."""

    def __init__(self, secret: bytes, entropy: Callable[[int], bytes]) -> None:
        """Begin with nobody invited.

        Args:
            secret: 32 bytes of the agent's.
            entropy: Where randomness comes from.
        """
        self._secret = secret
        self._entropy = entropy
        self._keys: dict[str, float] = {}

    def invite(self, key: bytes, *, now_s: float) -> None:
        """Let a key be good once, for a minute."""
        self._keys = {key: until for key, until in self._keys.items() if until > now_s}
        while len(self._keys) >= PAGE_KEYS_MAX:
            del self._keys[next(iter(self._keys))]
        self._keys[key.hex()] = now_s + PAGE_KEY_S

    def admit(self, key: str, *, now_s: float) -> str | None:
        """Use a key up; return the cookie of the browser that had it, or None if it is not good."""
        until = self._keys.pop(key, 0.0)
        if until <= now_s:
            return None
        number = self._entropy(COOKIE_BYTES).hex()
        return f"{number}.{self._mark('cookie', number)}"

    def knows(self, cookie: str) -> bool:
        """Whether a cookie is one that was given out."""
        number, _, mark = cookie.partition(".")
        return hmac.compare_digest(mark.encode(errors="replace"), self._mark("cookie", number).encode())

    def token(self, cookie: str) -> str:
        """Return what every form of one browser carries, so that no other site can send one."""
        return self._mark("form", cookie)

    def is_token(self, cookie: str, token: str) -> bool:
        """Whether a form came from a page of ours in that browser."""
        return hmac.compare_digest(token.encode(errors="replace"), self.token(cookie).encode())

    def code(self, what: str) -> str:
        """Return how something is called in an address: it says nothing, and means nothing after this agent."""
        return self._mark("code", what)[: 2 * CODE_BYTES]

    def _mark(self, use: str, text: str) -> str:
        return hashlib.blake2b(
            text.encode(errors="replace"), key=self._secret, person=use.encode(), digest_size=32
        ).hexdigest()
