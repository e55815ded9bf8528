"""The epoch keys that a device holds: those that operations wrapped for it, each found once.

A key opens a mailbox and decides nothing; which epoch is current, the operations say (specs/epochs.md).
"""

from collections.abc import Iterable, Iterator

from troth.epochs import Announcement
from troth.keys import DeviceKeys, Epoch
from troth_wire.errors import ForgedError
from troth_wire.ids import MailboxId, OperationId

__all__ = ["Keyring"]


class Keyring:
    """Epochs by their mailbox."""

    def __init__(self, keys: DeviceKeys, first: Epoch) -> None:
        """Begin with the epoch that the device was given when it came in."""
        self._keys = keys
        self._epochs = {first.mailbox: first}
        self._tried: set[OperationId] = set()

    def __contains__(self, mailbox: object) -> bool:
        return mailbox in self._epochs

    def __getitem__(self, mailbox: MailboxId) -> Epoch:
        return self._epochs[mailbox]

    def __iter__(self) -> Iterator[MailboxId]:
        return iter(self._epochs)

    def add(self, epoch: Epoch) -> None:
        """Hold a key that this device has just drawn."""
        self._epochs[epoch.mailbox] = epoch

    def open_(self, announced: Iterable[tuple[OperationId, Announcement]]) -> list[Epoch]:
        """Try what operations wrapped for this device and return what is new; a wrap that does not open is no key."""
        fresh = []
        for operation, announcement in announced:
            if operation in self._tried:
                continue
            self._tried.add(operation)
            if announcement.mailbox in self._epochs or self._keys.device not in announcement.wraps:
                continue
            try:
                fresh.append(announcement.open_(self._keys))
            except ForgedError:
                # Somebody announced a key that this device can not have: if it is current, the ring rotates.
                continue
            self.add(fresh[-1])
        return fresh
