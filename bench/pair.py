"""Two devices as bare engines, without sockets and files: for what the engine alone costs."""

from collections.abc import Iterator, Sequence
from typing import Final

from troth import Edit, Group, Step
from troth.testing import Device, World
from troth_wire.ids import DocumentId
from troth_wire.limits import FRAME_BYTES_MAX, FRAME_ENVELOPES_MAX
from troth_wire.messages import Deliver, encode

__all__ = ["Pair"]

FRAME_ROOM_BYTES: Final = FRAME_BYTES_MAX - 2_048


class Pair:
    """One device that writes, and another that gets its envelopes in frames like a relay's."""

    def __init__(self) -> None:
        world = World("one", "two", seed="bench")
        self.mailbox = world.mailbox
        self.writer = world.devices["one"]
        self.reader = world.devices["two"]
        self.envelopes: list[bytes] = []

    def type_(self, document: DocumentId, edits: Sequence[Edit]) -> None:
        """Make some edits as one input of the writer, and save what that gives."""
        step = self.writer.engine.edit([Group(0, document, tuple(edits))])
        self.writer.store.commit(step.save)
        self.envelopes += [row.value for row in step.save if row.table == "outbox" and row.value is not None]

    def link(self) -> list[bytes]:
        """Link the reader to an empty log; return the frames in which the writer's envelopes then arrive."""
        self.reader.connect()
        while self.reader.pump():
            pass
        return list(self._frames())

    def take(self, frames: Sequence[bytes]) -> None:
        """Let frames arrive at the reader, one turn each."""
        for frame in frames:
            save(self.reader, self.reader.engine.receive([frame]))
            save(self.reader, self.reader.engine.merge())

    def _frames(self) -> Iterator[bytes]:
        first, frame, room = 1, list[bytes](), FRAME_ROOM_BYTES
        for envelope in self.envelopes:
            if len(frame) == FRAME_ENVELOPES_MAX or len(envelope) > room:
                yield encode(Deliver(self.mailbox, first, tuple(frame)))
                first, frame, room = first + len(frame), [], FRAME_ROOM_BYTES
            frame.append(envelope)
            room -= len(envelope)
        yield encode(Deliver(self.mailbox, first, tuple(frame)))


def save(device: Device, step: Step) -> None:
    """Save what a step says; a bare engine has nobody to send to or to tell."""
    device.store.commit(step.save)
