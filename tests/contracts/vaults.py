"""What tests of the vault stand on: vaults made cheaply, one of the first format, and every moment at which to die."""

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from secrets import token_bytes
from typing import Final

from tests.contracts.client_world import WAIT_S, cheaply
from troth import Cost, Row, aead_seal, derive
from troth.crypto import digest
from troth_client import Machine, Room, RoomId, Vault
from troth_client.place import place_of
from troth_client.sealing import pad
from troth_wire import codec

__all__ = [
    "ADMIN",
    "CHEAP",
    "ROWS",
    "WORDS",
    "add",
    "create",
    "die_at_every_statement",
    "files",
    "make_old",
    "only",
    "open_",
    "shown",
]

WORDS: Final = "correct horse"
ADMIN: Final = bytes(range(32))
ROWS: Final = [Row("records", b"key canary", b"value canary" * 40), Row("table canary", b"", b"\x00")]
CHEAP: Final = Machine(stretch=cheaply)


def create(path: Path, *rows: Row) -> Vault:
    """Make a vault with one room cheaply."""
    return Vault.create(path, passphrase=WORDS, admin=ADMIN, rows=rows, machine=CHEAP)


def open_(path: Path, passphrase: str = WORDS) -> Vault:
    """Open a vault cheaply."""
    return Vault.open(path, passphrase=passphrase, machine=CHEAP)


def only(vault: Vault) -> Room:
    """Return the one room of a vault."""
    (room,) = vault.rooms
    return vault.room(room)


def add(vault: Vault, *rows: Row, admin: bytes = ADMIN, label: str = "") -> RoomId:
    """Add a room."""
    return vault.add_room(rows, admin=admin, passphrase=WORDS, kind="solo", label=label)


def files(path: Path) -> dict[str, bytes]:
    """Return the bytes of a vault and of everything beside it, folders aside."""
    return {file.name: file.read_bytes() for file in sorted(path.parent.iterdir()) if file.is_file()}


def make_old(path: Path, *rows: Row, at: bytes | None = None) -> None:
    """Make a vault of format 1 as its release did: no rooms, the admin seed in the head, no filling, no wiping."""
    vault, salt, key, cost = token_bytes(16), token_bytes(16), token_bytes(32), Cost(64, 1)
    bare = [1, vault, salt, cost.memory_mib, cost.passes]
    stretched = cheaply(WORDS, salt, cost)
    wraps = [
        _sealed(derive(stretched, label), secret, label + b"\x00" + codec.pack(bare))
        for label, secret in ((b"troth/vault", key), (b"troth/admin", ADMIN))
    ]
    head = codec.pack([*bare, *wraps, digest(b"troth/head", codec.pack([*bare, *wraps]))])
    path.touch(0o600)
    place = Row("place", b"", place_of(path) if at is None else at)
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE header (content BLOB NOT NULL)")
        file.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL)")
        file.execute("PRAGMA application_id = 1416779372")
        file.execute("PRAGMA user_version = 1")
        file.execute("INSERT INTO header VALUES (?)", (head,))
        for number, row in enumerate([place, *rows], 1):
            plaintext = pad(codec.pack([row.table, row.key, row.value or b""]))
            context = b"troth/row\x00" + vault + number.to_bytes(8, "big")
            sealed = _sealed(derive(key, b"troth/row"), plaintext, context)
            file.execute("INSERT INTO rows VALUES (?, ?)", (number, sealed))
        file.commit()
        file.execute("PRAGMA journal_mode = WAL")


def _sealed(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    nonce = token_bytes(24)
    return nonce + aead_seal(key, nonce, plaintext, context)


DIE: Final = textwrap.dedent(
    """
    import os, shutil, signal, sqlite3, sys
    from pathlib import Path
    from tests.contracts import vaults
    from tests.contracts.vaults import *

    class Mortal(sqlite3.Connection):
        left = 10**9
        def execute(self, *arguments):
            Mortal.left -= 1
            if Mortal.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().execute(*arguments)
        def executemany(self, *arguments):
            Mortal.left -= 1
            if Mortal.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().executemany(*arguments)

    connect = sqlite3.connect
    sqlite3.connect = lambda *arguments, **options: connect(*arguments, factory=Mortal, **options)
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for moment in range(1, 10**4):
        copy = folder / str(moment)
        copy.mkdir()
        for file in source.iterdir():
            if file.is_file():
                shutil.copyfile(file, copy / file.name)
        child = os.fork()
        if not child:
            path = copy / "vault"
            {before}
            Mortal.left = moment
            {work}
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert status in (0, signal.SIGKILL), status
        if not status:
            break
    print(moment)
    """
)


def die_at_every_statement(source: Path, folder: Path, *, work: str, before: str = "pass") -> list[Path]:
    """Do some work on copies of a vault, and let each process be killed one statement later than the last.

    Args:
        source: The folder with the vault, by the name of `vault`.
        folder: Where the copies are to be.
        work: What to do with the vault at `path`; the last process does all of it.
        before: What to do first, without dying.

    Returns:
        The copies, as the processes left them.
    """
    folder.mkdir()
    program = DIE.replace("{before}", before).replace("{work}", work)
    done = subprocess.run(
        [sys.executable, "-c", program, source, folder], capture_output=True, text=True, check=False, timeout=4 * WAIT_S
    )
    assert done.returncode == 0, done.stderr
    return [folder / str(moment) / "vault" for moment in range(1, int(done.stdout) + 1)]


def shown(words: Sequence[bytes], path: Path) -> list[bytes]:
    """Return which of some bytes stand in a vault or beside it."""
    seen = b"".join(files(path).values())
    return [word for word in words if word in seen]
