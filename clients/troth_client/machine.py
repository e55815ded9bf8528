"""What comes from this machine: entropy, time, links, and the stretching of passphrases; tests bring their own."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Final, Protocol

import troth
from troth import Cost, Entropy
from troth_client.link import DialTo, dial

__all__ = ["COST", "MACHINE", "Clock", "Machine", "Stretch", "SystemClock"]

COST: Final = Cost()
"""What a passphrase costs unless told otherwise: about a second."""

Stretch = Callable[[str, bytes, Cost], bytes]
"""Makes a key of a passphrase and a salt."""


class Clock(Protocol):
    """A monotonic clock, and a way to wait by it."""

    def now(self) -> float:
        """Return seconds since some moment."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own."""

    def now(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Machine:
    """Where bytes, time, keys of passphrases and links to relays come from."""

    entropy: Entropy = token_bytes
    stretch: Stretch = troth.stretch
    clock: Clock = field(default_factory=SystemClock)
    dial: DialTo = dial


MACHINE: Final = Machine()
