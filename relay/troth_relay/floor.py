"""Below a floor of free disk nothing new is stored, while there is still room to read, delete and put in order.

Others may use that room up, so a part of it is held beside the database, and let go of once the disk is full.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from troth_relay.limits import RESERVE_BYTES_MAX
from troth_relay.settings import MEBIBYTE
from troth_relay.store import reserve
from troth_wire.errors import FullError, StoreError

__all__ = ["Floor", "free_bytes"]


def free_bytes(path: Path) -> int:
    """Return how many bytes are free on the disk of a database, which need not exist, with what is held for it.

    Raises:
        StoreError: If that can not be found out.
    """
    try:
        return shutil.disk_usage(path.absolute().parent).free + reserve.held_bytes(path)
    except OSError as error:
        raise StoreError(f"How much room is left beside {path} can not be found out: {error.strerror}.") from error


class Floor:
    """How much of a disk must stay free; `least_bytes` may be changed while the relay runs."""

    def __init__(self, path: Path, *, least_bytes: int, free: Callable[[Path], int] = free_bytes) -> None:
        """Watch the disk of this file."""
        self.least_bytes = least_bytes
        self._path = path
        self._free = free

    def free_bytes(self) -> int:
        """Return how much is free now."""
        return self._free(self._path)

    def hold(self) -> None:
        """Hold half of it, as long as nobody else has used it up."""
        if self.free_bytes() >= self.least_bytes:
            reserve.hold(self._path, min(RESERVE_BYTES_MAX, self.least_bytes // 2))

    def check(self) -> None:
        """Return if something new may be stored.

        Raises:
            FullError: If too little is free.
            StoreError: If that can not be found out.
        """
        if self.free_bytes() < self.least_bytes:
            raise FullError(
                f"Less than {self.least_bytes // MEBIBYTE} MiB are free on the disk of {self._path}. "
                "Everything that was confirmed is safe and can be read; nothing new is confirmed. "
                "Make room, or lower --disk-floor-mb."
            )
