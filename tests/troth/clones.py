"""A copy of a device's store in other hands: the same key, the same life, and other changes."""

from troth import envelope
from troth.edits import Edit
from troth.engine import Group
from troth.loading import load
from troth.outbox import OUTBOX
from troth.step import Row
from troth.testing import Device, World, probe_here
from troth_wire.ids import ChangeHash, DocumentId

__all__ = ["Clone"]


class Clone:
    """Writes with a device's key from where the device stood when it was copied, and listens to nobody."""

    def __init__(self, world: World, device: Device) -> None:
        self._world = world
        self._rows = device.store.load()

    def write(self, document: DocumentId, *groups: tuple[Edit, ...]) -> list[bytes]:
        """Return the envelopes of changes made one after the other, from the same place each time it is asked."""
        engine, _ = load(self._rows, entropy=self._world.entropy, probe=probe_here)
        made = [engine.edit([Group(0, document, edits)]) for edits in groups]
        rows: list[Row] = [row for step in made for row in step.save]
        return [row.value for row in rows if row.table == OUTBOX and row.value is not None]

    def push(self, document: DocumentId, *groups: tuple[Edit, ...]) -> None:
        """Append to the log what `write` makes."""
        self._world.relay.logs[self._world.mailbox] += self.write(document, *groups)

    @staticmethod
    def change_in(sealed: bytes, device: Device) -> ChangeHash:
        """Return the first change in an envelope."""
        return envelope.open_(sealed, device.engine.identity.epoch).header.changes[0]
