"""What stands in an open file, as a vault reads it: its head, and every row under its key, or damage in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from troth_client import trouble
from troth_client.database import Database
from troth_client.header import Header
from troth_client.ledger import PLACE, Ledger
from troth_client.place import PLACE_BYTES
from troth_client.room import OWN
from troth_client.sealing import Sealer
from troth_wire.errors import ForgedError, MalformedError
from troth_wire.said import Said

__all__ = ["NOWHERE", "read_header", "read_rows", "read_value", "unsettle"]

NOWHERE: Final = bytes(PLACE_BYTES)
"""The place of a room that must begin another life wherever it is found."""


def read_header(database: Database) -> Header:
    """Return the head.

    Raises:
        DamagedError: If it is not whole.
    """
    try:
        return Header.parse(database.header())
    except MalformedError as error:
        raise trouble.damaged(database.path, str(error)) from None


def read_rows(database: Database, sealer: Sealer) -> Ledger:
    """Open every row.

    Raises:
        DamagedError: If one was altered, or is missing where that shows.
    """
    with _opened(database):
        return Ledger.of(database.read(lambda number, sealed: (number, sealer.open_(number, sealed))))


def read_value(database: Database, sealer: Sealer, number: int) -> bytes:
    """Open one row again; return its value.

    Raises:
        DamagedError: If it was altered, or is missing.
    """
    with _opened(database):
        return sealer.open_(number, database.read_one(number))[-1]


@contextmanager
def _opened(database: Database) -> Iterator[None]:
    try:
        yield
    except ForgedError:
        raise trouble.damaged(database.path, Said("a row was altered")) from None
    except MalformedError as error:
        raise trouble.damaged(database.path, str(error)) from None


def unsettle(database: Database, sealer: Sealer, ledger: Ledger) -> None:
    """Let a copy forget where it lay: file systems give the number of a deleted file to the next one.

    Raises:
        StoreError: If it can not be written.
    """
    numbers, _ = ledger.plan({(OWN, PLACE, room): NOWHERE for room in ledger.places})
    database.write(put=[(number, sealer.seal(number, (*name, NOWHERE))) for name, number in numbers.items()])
