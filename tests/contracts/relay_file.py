"""Files of earlier formats, as the releases of before left them."""

import sqlite3
from pathlib import Path
from typing import Final

from troth_relay.store import file, statements

__all__ = ["EARLIER", "of_format"]

EARLIER: Final = range(1, file.FORMAT)
"""Every format that a database may have, and this release does not write."""


def of_format(path: Path, version: int) -> sqlite3.Connection:
    """Make an empty file of an earlier format."""
    connection = sqlite3.connect(path, isolation_level=None)
    for step in statements.STEPS[:version]:
        connection.executescript(step)
    connection.execute(f"PRAGMA application_id = {file.APPLICATION}")
    connection.execute(f"PRAGMA user_version = {version}")
    return connection
