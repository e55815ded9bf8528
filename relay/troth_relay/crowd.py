"""Links where there is not room for all: whoever makes room is one of those of whom there are most.

So whoever comes from where there are few is let in, however many there are of others.
Where all come from one place nobody can be told apart; then, too, whoever comes is let in.
"""

from itertools import islice

from troth_relay.link import Link
from troth_relay.shares import Share

__all__ = ["Crowd"]


class Crowd:
    """Links by their shares, each in the order of coming; everything but finding one in the middle takes one step."""

    __slots__ = ("_by_share", "_by_size", "_count", "_most")

    def __init__(self) -> None:
        """Begin with nobody."""
        self._by_share: dict[Share, dict[Link, None]] = {}
        self._by_size: dict[int, dict[Share, None]] = {}
        """The shares that have so many links."""
        self._most = 0
        self._count = 0

    def __len__(self) -> int:
        """How many links there are."""
        return self._count

    def __contains__(self, link: Link) -> bool:
        """Whether this link is one of them."""
        return link in self._by_share.get(link.share, ())

    def enter(self, link: Link) -> None:
        """Let a link in, once."""
        if link not in self:
            links = self._by_share.setdefault(link.share, {})
            links[link] = None
            self._count += 1
            self._move(link.share, len(links) - 1, len(links))

    def leave(self, link: Link) -> None:
        """Let a link go, if it is there."""
        if link in self:
            links = self._by_share[link.share]
            del links[link]
            self._count -= 1
            self._move(link.share, len(links) + 1, len(links))
            if not links:
                del self._by_share[link.share]

    def gives_way(self, share: Share, *, spared_percent: int = 0) -> Link | None:
        """Return who makes room for one of this share: of its own, unless another has more; None: there is nobody.

        Args:
            share: Where the one comes from who wants in.
            spared_percent: How many of those links are left alone, the ones that have been there the longest.
        """
        if not self._count:
            return None
        if len(self._by_share.get(share, ())) < self._most:
            share = next(iter(self._by_size[self._most]))
        links = self._by_share[share]
        return next(islice(links, len(links) * spared_percent // 100, None))

    def _move(self, share: Share, before: int, after: int) -> None:
        alike = self._by_size.get(before, {})
        alike.pop(share, None)
        if not alike:
            self._by_size.pop(before, None)
        if after:
            self._by_size.setdefault(after, {})[share] = None
        if after > self._most or (before == self._most and not alike):
            self._most = after
