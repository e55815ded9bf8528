"""A rate that all have together, of which no address takes what is left for the others."""

from troth_relay import admission
from troth_relay.admission import Bucket, Rate
from troth_relay.limits import SHARE_PERCENT
from troth_relay.shares import Share

__all__ = ["CommonRate"]


class CommonRate:
    """What is left of a rate, in all and to each share; the rate itself may change between two calls."""

    def __init__(self, *, lends: bool) -> None:
        """Begin with all of it; where it lends, a share that is alone has also what others do not ask for.

        Not where what is taken stays for long, and there is a number of it for all.
        """
        self._lends = lends
        self._left: Bucket | None = None
        self._shares: dict[Share, Bucket] = {}

    def spend(self, *, rate: Rate, now: float, share: Share | None) -> int:
        """Take one, if it is there; return 0, or after how many seconds it may be.

        Args:
            rate: What all have together.
            now: The monotonic clock in seconds.
            share: Who takes it; None: somebody who was let in by name, and shares with nobody.
        """
        wait_s = 0 if share is None else self._spend_share(share, rate=rate, now=now)
        if not wait_s:
            self._left, wait_s = admission.spend(self._left, 1, rate=rate, now=now)
        return wait_s

    def _spend_share(self, share: Share, *, rate: Rate, now: float) -> int:
        part = rate.part(SHARE_PERCENT)
        self._shares[share], wait_s = admission.spend(self._shares.get(share), 1, rate=part, now=now)
        if not (wait_s and self._lends):
            return wait_s
        # More may be left than what is kept for others, and then nobody is short of it.
        _, short_s = admission.spend(self._left, 1 + rate.burst - part.burst, rate=rate, now=now)
        return min(wait_s, short_s)

    def give_back(self, *, rate: Rate) -> None:
        """Return one that was taken for nothing."""
        self._left = admission.give_back(self._left, 1, rate=rate)

    def tick(self, *, rate: Rate, now: float) -> None:
        """Forget the shares that may take as much as ever."""
        part = rate.part(SHARE_PERCENT)
        for share in [one for one, bucket in self._shares.items() if admission.is_full(bucket, rate=part, now=now)]:
            del self._shares[share]
