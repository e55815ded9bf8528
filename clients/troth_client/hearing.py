"""The link as the driver knows it: what came in over it, in order, until the driver takes it in; and what goes out."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from troth import Engine, HangUp, Step
from troth_client.link import Link
from troth_wire.messages import Message, encode

__all__ = ["Hearing"]

LOG: Final = logging.getLogger("troth_client")

HEARD_WAITING_MAX: Final = 32
"""Frames that wait to be taken in; then the link is read no further. At most 8 MiB."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame that arrived over a link; None: the link itself went up or down."""

    link: Link
    frame: bytes | None = None
    up: bool = False


class Hearing:
    """What is heard of links, one after the other; a `dialling.Hearer`."""

    def __init__(self, wake: asyncio.Event) -> None:
        """Begin without a link.

        Args:
            wake: Set when there is something to take in.
        """
        self.link: Link | None = None
        """The link that is in use."""
        self._wake = wake
        self._room = asyncio.Event()
        self._heard: deque[Heard] = deque()

    def __len__(self) -> int:
        """Return how much waits to be taken in."""
        return len(self._heard)

    def link_up(self, link: Link) -> None:
        """A link is up."""
        self._hear(Heard(link, up=True))

    async def frame(self, link: Link, frame: bytes) -> None:
        """A frame arrived; returns when another may."""
        self._hear(Heard(link, frame))
        while len(self._heard) >= HEARD_WAITING_MAX:
            self._room.clear()
            await self._room.wait()

    def link_down(self, link: Link) -> None:
        """A link is down."""
        self._hear(Heard(link))

    def relink(self, engine: Engine) -> Step:
        """Tell the engine what came before the next frame: links that went down or up."""
        step = Step()
        while self._heard and self._heard[0].frame is None:
            heard = self._heard.popleft()
            if heard.up:
                self.link = heard.link
                step += engine.connect(heard.link.host)
            elif heard.link is self.link:
                self.link = None
                step += engine.disconnect()
        return step

    def frames(self) -> list[bytes]:
        """Take the frames that came next; those of a link that was given up are dropped."""
        frames = []
        while self._heard and (frame := self._heard[0].frame) is not None:
            if self._heard.popleft().link is self.link:
                frames.append(frame)
        self._room.set()
        return frames

    def send(self, messages: Sequence[Message | HangUp]) -> bool:
        """Send messages up to the first that asks to hang up; tell whether there is one."""
        for message in messages:
            if isinstance(message, HangUp):
                LOG.info("hanging up: %s", message.why)
                return True
            if self.link is not None:
                self.link.send(encode(message))
        return False

    def hang_up(self) -> bool:
        """Give the link up; tell whether there was one."""
        link, self.link = self.link, None
        if link is not None:
            link.hang_up()
        return link is not None

    def _hear(self, heard: Heard) -> None:
        self._heard.append(heard)
        self._wake.set()
