"""Whether the database that a relay has open is still the one that its name leads to, and whole as far as was seen.

Once it is not, it is not before the relay is started again, and the log says so once:
what can be read beside the damage mends nothing, and a file that comes back may have gone on without us.
"""

import logging
import os
from pathlib import Path
from threading import Lock
from typing import Final

from troth_relay.store import file
from troth_wire.errors import DamagedError

__all__ = ["Trust"]

LOGGER: Final = logging.getLogger("troth_relay")

Place = tuple[int, int] | None
"""Disk and number of a file; None: there is none of this name."""


def _place(name: str) -> Place:
    # Before every commit, so without a Path's ways around the same call.
    try:
        found = os.stat(name)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


class Trust:
    """What was seen of a database since it was opened."""

    def __init__(self, path: Path) -> None:
        """Begin with a file that is open, and its write-ahead log beside it."""
        self._path = path
        self._names = (str(path), str(file.wal_of(path)))
        self._places = tuple(map(_place, self._names))
        self._moved: DamagedError | None = None
        self._damaged: DamagedError | None = None
        # One thread reads, one other writes, and either may be the first to see it.
        self._noting = Lock()

    def lose(self, why: DamagedError) -> None:
        """Trust it no more, since it is damaged; the log says so once."""
        with self._noting:
            if self._damaged is None:
                LOGGER.error("%s", why)
                self._damaged = why

    def check_place(self) -> None:
        """Return if what is written now is found under its name.

        Raises:
            DamagedError: If it is not, or once was not.
        """
        if self._moved is None and self._is_elsewhere():
            self._note_move()
        if self._moved is not None:
            raise self._moved

    def _note_move(self) -> None:
        with self._noting:
            if self._moved is None:
                self._moved = file.moved(self._path)
                LOGGER.error("%s", self._moved)

    def check(self) -> None:
        """Return if nothing is known against it.

        Raises:
            DamagedError: If something is, or once was.
        """
        self.check_place()
        if self._damaged is not None:
            raise self._damaged

    def _is_elsewhere(self) -> bool:
        database, log = self._names
        try:
            return (_place(database), _place(log)) != self._places
        except OSError:
            # Not found out is not moved.
            return False
