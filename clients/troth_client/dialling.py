"""Keeps a link up: dial, hand over what arrives, and after it went down wait and dial again, for ever."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from troth_client.backoff import Backoff
from troth_client.link import Link
from troth_client.machine import Clock

__all__ = ["Dial", "Hearer", "stay_linked"]

LOG: Final = logging.getLogger("troth_client")

Dial = Callable[[], AbstractAsyncContextManager[Link]]
"""Brings a link up for as long as a block runs; raises ConnectionError if it can not, or when it breaks."""


class Hearer(Protocol):
    """Who is told of a link: the driver."""

    def link_up(self, link: Link) -> None:
        """The link is up."""
        ...

    async def frame(self, link: Link, frame: bytes) -> None:
        """A frame arrived; returns when another may."""
        ...

    def link_down(self, link: Link) -> None:
        """The link is down."""
        ...


async def stay_linked(dial: Dial, hearer: Hearer, backoff: Backoff, clock: Clock) -> None:
    """Dial until cancelled."""
    while True:
        try:
            async with dial() as link:
                await _listen(link, hearer)
                if link.good:
                    backoff.reset()
        except ConnectionError as error:
            LOG.info("no link to the relay: %s", error)
        await clock.sleep(backoff.draw())


async def _listen(link: Link, hearer: Hearer) -> None:
    hearer.link_up(link)
    try:
        async for frame in link:
            await hearer.frame(link, frame)
    finally:
        hearer.link_down(link)
