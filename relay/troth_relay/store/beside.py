"""What is done to the file of a relay that may be serving: copy it, count in it, change its passes.

SQLite lets one program write at a time, and each sees whole commits.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from troth_relay.store import Stats, file, passes, uses
from troth_relay.store.database import BESIDE_MS, Connection, connect, transaction, walled
from troth_relay.store.statements import (
    BROKEN_EARLIER_LOGS,
    BROKEN_LOGS,
    EARLIER_STATS,
    FORGET_BRIEF,
    FORMAT_WITHOUT_KINDS,
    FORMAT_WITHOUT_LINES,
    FORMAT_WITHOUT_PASSES,
    FORMAT_WITHOUT_USES,
    STATS,
)
from troth_wire.errors import StoreError

__all__ = ["changing", "copy", "measure"]


def copy(source: Path, target: Path) -> None:
    """Copy the logs as they are at one moment into an empty file; nothing brief, no pass, and no use.

    Raises:
        StoreError: By its kind; what is in the target then is of no use.
    """
    with _opened(source) as (connection, _):
        connection.execute("VACUUM INTO ?", (str(target),))
    with walled(target), closing(connect(target, "rw", wait_ms=BESIDE_MS)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        version = _number(connection, "user_version")
        with transaction(connection, "BEGIN IMMEDIATE"):
            for statement in FORGET_BRIEF if version > FORMAT_WITHOUT_KINDS else ():
                connection.execute(statement)
            if version > FORMAT_WITHOUT_PASSES:
                connection.execute(passes.FORGET)
            for statement in uses.FORGET if version > FORMAT_WITHOUT_USES else ():
                connection.execute(statement)
        broken = BROKEN_LOGS if version > FORMAT_WITHOUT_LINES else BROKEN_EARLIER_LOGS
        if connection.execute(broken).fetchone()[0]:
            raise file.damaged(source)


@contextmanager
def changing(path: Path) -> Iterator[Connection]:
    """Change something in one commit; a relay may be serving, and goes by it from then on.

    Raises:
        StoreError: By its kind; nothing was changed.
    """
    with _opened(path) as (connection, version):
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        if version <= FORMAT_WITHOUT_PASSES:
            raise StoreError(
                f"{path} is of an earlier release. Nothing was changed. Start the relay once, then try again."
            )
        with transaction(connection, "BEGIN IMMEDIATE"):
            yield connection


def measure(path: Path, *, dormant_days: int | None = None) -> Stats:
    """Count what is stored, and lines that nobody has used for so many days of service; a relay may be serving."""
    with _opened(path) as (connection, version):
        stats = STATS if version > FORMAT_WITHOUT_LINES else EARLIER_STATS
        days = dormant_days if version > FORMAT_WITHOUT_USES else None
        return replace(Stats(*connection.execute(stats).fetchone()), dormant=uses.dormant(connection, days=days))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Connection, int]]:
    """Open a relay's database, of which format it may be, and no newer one."""
    # By its first bytes before SQLite opens it: what is newer is left exactly as it is.
    file.check(path)
    with walled(path), closing(connect(path, "rw", wait_ms=BESIDE_MS)) as connection:
        application, version = (_number(connection, name) for name in ("application_id", "user_version"))
        # Again: a format that was raised a moment ago is not in the file yet.
        file.check_format(path, application=application, version=version)
        yield connection, version


def _number(connection: Connection, pragma: str) -> int:
    number: int = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
    return number
