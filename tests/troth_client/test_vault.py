"""The vault keeps what it acknowledged, hides what it keeps, and never writes over what it can not read."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from tests.contracts.client_world import CHEAP, WAIT_S
from troth import Cost, Row, Signer
from troth.testing import store_contract
from troth_client import Vault
from troth_client import vault as vaults
from troth_client.header import FORMAT
from troth_client.machine import Machine
from troth_wire.errors import (
    BusyError,
    DamagedError,
    FullError,
    NewerError,
    PassphraseError,
    StoreError,
    UsageError,
)

ADMIN = bytes(range(32))
ROWS = [Row("records", b"key canary", b"value canary" * 40), Row("table canary", b"", b"\x00")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a vault may be made."""
    return tmp_path / "a vault #1 100%"


def create(path: Path, *rows: Row) -> Vault:
    """Make a vault cheaply."""
    return Vault.create(path, passphrase="correct horse", admin=ADMIN, rows=rows, machine=CHEAP)


def open_(path: Path, passphrase: str = "correct horse") -> Vault:
    """Open a vault cheaply."""
    return Vault.open(path, passphrase=passphrase, machine=CHEAP)


def files(path: Path) -> dict[str, bytes]:
    """Return the bytes of a vault and of everything beside it."""
    return {file.name: file.read_bytes() for file in sorted(path.parent.iterdir())}


class TestStore:
    """What the engine expects."""

    def test_it_keeps_the_contract(self, tmp_path: Path) -> None:
        """It passes what every store passes; a kill is what the disk holds at any moment."""
        lives: list[tuple[Vault, Path]] = []

        def reopen() -> Vault:
            folder = tmp_path / str(len(lives))
            if lives:
                shutil.copytree(lives[-1][1], folder)
                lives[-1][0].close()
                lives.append((open_(folder / "vault"), folder))
            else:
                folder.mkdir()
                lives.append((create(folder / "vault"), folder))
            return lives[-1][0]

        store_contract(reopen)
        lives[-1][0].close()

    def test_what_it_was_made_with_is_there(self, path: Path) -> None:
        """The first rows come back, also after closing."""
        with closing(create(path, *ROWS)) as vault:
            assert vault.load() == sorted(ROWS, key=lambda row: row.table)
        with closing(open_(path)) as vault:
            assert vault.load() == sorted(ROWS, key=lambda row: row.table)

    def test_a_commit_needs_no_load_before(self, path: Path) -> None:
        """Rows that stand there are replaced, not doubled."""
        create(path, *ROWS).close()
        with closing(open_(path)) as vault:
            vault.commit([Row("records", b"key canary", b"new")])
            vault.commit([Row("records", b"key canary", b"newer"), Row("table canary", b"", None)])
            assert vault.load() == [Row("records", b"key canary", b"newer")]

    def test_a_large_commit_is_whole(self, path: Path) -> None:
        """Thousands of rows go in together."""
        rows = [Row("slots", number.to_bytes(8, "big"), bytes(100)) for number in range(5_000)]
        with closing(create(path)) as vault:
            vault.commit(rows)
        with closing(open_(path)) as vault:
            assert vault.load() == rows

    def test_a_killed_process_loses_nothing(self, path: Path) -> None:
        """Every commit that a process acknowledged before SIGKILL is there; each is whole."""
        create(path).close()
        program = textwrap.dedent(
            """
            import sys
            from tests.troth_client.test_vault import Path, open_, Row
            vault = open_(Path(sys.argv[1]))
            for number in range(10**9):
                key = number.to_bytes(8, "big")
                vault.commit([Row("one", key, key), Row("two", key, bytes(3_000) + key)])
                print(number, flush=True)
            """
        )
        child = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        acknowledged = -1
        try:
            while acknowledged < 40:
                acknowledged = int(child.stdout.readline())
        finally:
            child.kill()
        acknowledged = max([acknowledged, *map(int, child.stdout.read().split())])
        assert child.wait(WAIT_S) == -signal.SIGKILL
        child.stdout.close()
        with closing(open_(path)) as vault:
            tables = {name: {row.key for row in vault.load() if row.table == name} for name in ("one", "two")}
        assert tables["one"] == tables["two"]
        assert len(tables["one"]) in (acknowledged + 1, acknowledged + 2)


class TestSecrecy:
    """What the file shows."""

    def test_nothing_can_be_read_in_the_files(self, path: Path) -> None:
        """No table, key, value, passphrase or seed stands in the file or beside it, while open and after."""
        vault = create(path, *ROWS)
        vault.commit([Row("later canary", b"later key canary", b"later value canary")])
        shown = b"".join(files(path).values())
        vault.close()
        shown += b"".join(files(path).values())
        assert b"CREATE TABLE rows" in shown
        for secret in (b"canary", b"records", b"correct horse", ADMIN, str(path).encode()):
            assert secret not in shown

    def test_only_its_owner_may_read_it(self, path: Path) -> None:
        """Neither the file nor those beside it are open to others."""
        with closing(create(path)) as vault:
            vault.commit(ROWS)
            assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}

    def test_short_rows_look_alike(self, path: Path) -> None:
        """Rows of different tables and short values have one size."""
        create(path, Row("a", b"", b""), Row("records", b"k" * 32, bytes(300))).close()
        with closing(sqlite3.connect(path)) as file:
            assert len(set(file.execute("SELECT length(sealed) FROM rows").fetchall())) == 1

    def test_the_admin_key_takes_the_passphrase(self, path: Path) -> None:
        """It is given for the passphrase, each time, and for nothing else."""
        create(path).close()
        with closing(open_(path)) as vault:
            assert vault.admin("correct horse", machine=CHEAP).public == Signer(ADMIN).public
            with pytest.raises(PassphraseError):
                vault.admin("wrong", machine=CHEAP)

    def test_the_real_cost(self, path: Path) -> None:
        """With Argon2id itself, at the smallest cost, it opens with its passphrase only."""
        Vault.create(path, passphrase="correct horse", admin=ADMIN, rows=ROWS, cost=Cost(64, 1)).close()
        with closing(Vault.open(path, passphrase="correct horse")) as vault:
            assert len(vault.load()) == 2
        with pytest.raises(PassphraseError):
            Vault.open(path, passphrase="battery staple")


class TestPlace:
    """Vaults that were moved, copied or restored."""

    def test_a_vault_in_its_place_has_not_moved(self, path: Path) -> None:
        """Opening it again, in whatever way it is named, is no move."""
        with closing(create(path)) as vault:
            assert not vault.moved
        (path.parent / "link").symlink_to(path)
        with closing(open_(path.parent / "link")) as vault:
            assert not vault.moved

    @pytest.mark.parametrize("move", [shutil.copy, shutil.move])
    def test_a_copy_knows_that_it_is_one(self, path: Path, move: Callable[[Path, Path], object]) -> None:
        """What was copied or moved says so when it is opened, until something was committed there."""
        create(path, *ROWS).close()
        copy = path.parent / "copy"
        move(path, copy)
        for _ in range(2):
            with closing(open_(copy)) as vault:
                assert vault.moved
                assert len(vault.load()) == len(ROWS)
                vault.commit([])
        with closing(open_(copy)) as vault:
            vault.commit([Row("life", b"", b"new")])
            assert not vault.moved
        with closing(open_(copy)) as vault:
            assert not vault.moved

    def test_the_place_is_remembered_with_the_new_life(self, path: Path) -> None:
        """If the first commit at a new place fails, the vault still knows that it was moved."""
        create(path, *ROWS).close()
        copy = Path(shutil.copy(path, path.parent / "copy"))
        with closing(open_(copy)) as vault:
            vault.bound(copy.stat().st_size)
            with pytest.raises(FullError):
                vault.commit([Row("life", b"", bytes(100_000))])
            assert vault.moved
        with closing(open_(copy)) as vault:
            assert vault.moved


class TestRefusals:
    """Files that do not open."""

    @pytest.fixture
    def made(self, path: Path) -> Path:
        """A vault that was closed."""
        create(path, *ROWS, *(Row("more", bytes([n]), bytes(2_000)) for n in range(50))).close()
        return path

    def refused(self, path: Path, kind: type[StoreError], passphrase: str = "correct horse") -> None:
        """Check that a vault is refused by this kind of error, twice, and left as it was."""
        before = path.read_bytes()
        for _ in range(2):
            with pytest.raises(StoreError) as raised, closing(open_(path, passphrase)) as vault:
                vault.load()
            assert type(raised.value) is kind
            assert str(path) in str(raised.value)
        assert path.read_bytes() == before

    @pytest.mark.parametrize("wrong", ["", "Correct horse", "correct horse "])
    def test_a_wrong_passphrase(self, made: Path, wrong: str) -> None:
        """It is told apart from damage, and nothing is changed."""
        self.refused(made, PassphraseError, wrong)

    @pytest.mark.parametrize("left", [1, 50, 100, 4_096, 0.5, 0.9, -1])
    def test_a_truncated_file(self, made: Path, left: float) -> None:
        """A file that lost its end is damaged, however much is left."""
        size = made.stat().st_size
        with made.open("r+b") as file:
            file.truncate(size - 1 if left < 0 else int(left * size) if left < 1 else int(left))
        self.refused(made, DamagedError)

    def test_an_altered_row(self, made: Path) -> None:
        """A row of which one byte was altered, or that was put in the place of another, is damage."""
        for change in (
            "UPDATE rows SET sealed = substr(sealed, 1, 99) || x'00' || substr(sealed, 101) WHERE id = 3",
            "UPDATE rows SET sealed = (SELECT sealed FROM rows WHERE id = 4) WHERE id = 3",
            "UPDATE rows SET sealed = x'' WHERE id = 1",
            "DELETE FROM rows WHERE id = 1",
            "DELETE FROM header",
            "UPDATE header SET content = substr(content, 2)",
            "UPDATE header SET content = 7",
            "UPDATE rows SET sealed = 7 WHERE id = 3",
            "DROP TABLE rows",
            "DROP TABLE header",
        ):
            altered = Path(shutil.copy(made, made.parent / "altered"))
            with closing(sqlite3.connect(altered)) as file:
                file.execute(change)
                file.commit()
            self.refused(altered, DamagedError)
            altered.unlink()

    def test_a_foreign_file(self, tmp_path: Path) -> None:
        """What is no vault is not taken for one: text, nothing at all, somebody's database, a folder."""
        text, empty, other = tmp_path / "text", tmp_path / "empty", tmp_path / "other"
        text.write_text("dear diary\n" * 1_000)
        empty.touch()
        with closing(sqlite3.connect(other)) as file:
            file.execute("CREATE TABLE diary (dear)")
        for path in (text, empty, other):
            self.refused(path, DamagedError)
        with pytest.raises(DamagedError):
            open_(tmp_path)

    def test_a_newer_file(self, made: Path) -> None:
        """A vault of a later format is left alone."""
        with closing(sqlite3.connect(made)) as file:
            file.execute(f"PRAGMA user_version = {FORMAT + 1}")
        self.refused(made, NewerError)

    def test_no_file(self, path: Path) -> None:
        """A name that is wrong makes nothing."""
        with pytest.raises(StoreError, match="There is no vault"):
            open_(path)
        assert not path.exists()

    def test_a_file_in_use(self, made: Path) -> None:
        """A second opener is told so, in this process and in another, and the first goes on undisturbed."""
        program = "from tests.troth_client.test_vault import *; import sys; open_(Path(sys.argv[1]))"
        with closing(open_(made)) as vault:
            vault.load()
            with pytest.raises(BusyError):
                open_(made)
            child = subprocess.run([sys.executable, "-c", program, str(made)], capture_output=True, check=False)
            assert b"BusyError" in child.stderr
            vault.commit([Row("a", b"", b"still here")])
        open_(made).close()

    def test_a_read_only_file(self, made: Path) -> None:
        """What may not be written is not opened."""
        made.chmod(0o400)
        self.refused(made, FullError)

    def test_damage_is_looked_at_twice(self, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """SQLite calls some failures of a disk damage: what reads well the second time is not damaged."""
        opened: Callable[[Path], object] = vaults._open
        failures = iter([True, False, True])

        def flaky(path: Path) -> object:
            if next(failures, False):
                raise DamagedError("for once")
            return opened(path)

        monkeypatch.setattr(vaults, "_open", flaky)
        open_(made).close()

    def test_rows_are_read_twice(self, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same goes for reading rows, over a connection that was made anew."""
        with closing(open_(made)) as vault:
            read, failures = vault._read, iter([True])

            def flaky() -> object:
                if next(failures, False):
                    raise DamagedError("for once")
                return read()

            monkeypatch.setattr(vault, "_read", flaky)
            assert len(vault.load()) == 52

    def test_another_vault_in_its_place(self, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """If the file was exchanged while it was open, reading it again says so."""
        with closing(open_(made)) as vault:
            made.unlink()
            create(made).close()

            def fail() -> object:
                raise DamagedError("for once")

            monkeypatch.setattr(vault, "_read", fail)
            with pytest.raises(DamagedError, match="another vault"):
                vault.load()


class TestWriting:
    """Disks that do not take what is to be written."""

    def test_a_full_disk_changes_nothing(self, path: Path) -> None:
        """A commit for which there is no room fails as a whole; with room it works again."""
        with closing(create(path, *ROWS)) as vault:
            before = vault.load()
            vault.bound(path.stat().st_size)
            with pytest.raises(FullError, match="What was saved before is safe"):
                vault.commit([Row("records", b"key canary", None), Row("big", b"", bytes(1_000_000))])
            assert vault.load() == before
            vault.bound(10**8)
            vault.commit([Row("big", b"", b"fits")])
        with closing(open_(path)) as vault:
            assert Row("big", b"", b"fits") in vault.load()
            assert len(vault.load()) == 3

    def test_a_disk_that_fails_in_the_middle(self, path: Path) -> None:
        """When the system refuses a write, the commit fails, what was saved stands, and reading tells the truth."""
        create(path, *ROWS).close()
        program = textwrap.dedent(
            """
            import resource, signal, sys
            from tests.troth_client.test_vault import *
            path = Path(sys.argv[1])
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            vault = open_(path)
            vault.commit([Row("before", b"", b"")])
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20_000,) * 2)
            try:
                vault.commit([Row("big", b"", bytes(1_000_000))])
            except StoreError as error:
                print(error)
            print(*(row.table for row in vault.load()), sep=",")
            vault.commit([Row("after", b"", b"")])
            """
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, timeout=60
        )
        said, tables = done.stdout.splitlines()
        assert "What was saved before is safe" in said
        assert tables == "before,records,table canary"
        with closing(open_(path)) as vault:
            assert [row.table for row in vault.load()] == ["after", "before", "records", "table canary"]

    def test_after_a_doubtful_commit_the_file_is_read_again(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """When the disk failed in a commit, only the file says whether it was made: it is opened anew."""

        def fail(_: sqlite3.Connection) -> NoReturn:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

        with closing(create(path, *ROWS)) as vault:
            before = vault._connection
            monkeypatch.setattr(vaults, "_transaction", fail)
            with pytest.raises(StoreError, match="the disk reports an error"):
                vault.commit([Row("new", b"", b"")])
            monkeypatch.undo()
            assert len(vault.load()) == len(ROWS)
            assert vault._connection is not before
            vault.commit([Row("new", b"", b"")])
            assert len(vault.load()) == len(ROWS) + 1

    def test_making_one_over_a_file_is_refused(self, path: Path) -> None:
        """No file is ever written over, whatever it is."""
        path.write_text("dear diary")
        with pytest.raises(UsageError, match="already"):
            create(path)
        assert path.read_text() == "dear diary"

    def test_what_another_program_made_meanwhile_stays(self, path: Path) -> None:
        """Of two programs that make one vault at a time the second is refused, and the first one's stays whole."""

        def stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
            if not path.exists():
                create(path, *ROWS).close()
            return CHEAP.stretch(passphrase, salt, cost)

        with pytest.raises(UsageError):
            Vault.create(path, passphrase="another", admin=ADMIN, machine=Machine(stretch=stretch))
        with closing(open_(path)) as vault:
            assert vault.load() == ROWS

    def test_one_that_another_program_is_making_stays(self, path: Path) -> None:
        """While another program makes the vault, its file is not taken away from under it."""
        path.touch()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(BusyError):
                create(path)
            assert path.exists()

    def test_a_vault_that_can_not_be_made_leaves_nothing(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """If the first rows can not be written there is no file, and making it again works."""
        monkeypatch.setattr(vaults, "TABLES", ("nonsense",))
        with pytest.raises(StoreError):
            create(path)
        assert list(path.parent.iterdir()) == []
        monkeypatch.undo()
        create(path).close()

    def test_a_beginning_that_was_cut_off_is_no_obstacle(self, path: Path) -> None:
        """An empty file, as a kill may leave it, is made into a vault."""
        path.touch()
        create(path, *ROWS).close()
        open_(path).close()

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        """The message says which folder to create."""
        with pytest.raises(StoreError, match="Create it first"):
            create(tmp_path / "nowhere" / "vault")

    def test_a_folder_that_may_not_be_written(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Having no right to write is told by its kind of error."""

        def refuse(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
        with pytest.raises(FullError, match="Permission denied"):
            create(path)

    @pytest.mark.parametrize(
        ("code", "kind", "says"),
        [
            (sqlite3.SQLITE_CORRUPT, DamagedError, "left as it is"),
            (sqlite3.SQLITE_CANTOPEN, FullError, "can not be opened for writing"),
            (sqlite3.SQLITE_READONLY | 6 << 8, FullError, "it is read-only"),
            (sqlite3.SQLITE_IOERR | 1 << 8, StoreError, "the disk reports an error"),
            (None, StoreError, "it was closed"),
        ],
    )
    def test_what_sqlite_says_is_said_for_people(
        self, path: Path, code: int | None, kind: type[StoreError], says: str
    ) -> None:
        """Each of its codes becomes a kind of error and a sentence, and its own words are not passed on."""
        error = sqlite3.OperationalError("canary")
        if code is not None:
            error.sqlite_errorcode = code
        explained = vaults._explain(path, error)
        assert type(explained) is kind
        assert says in str(explained)
        assert "canary" not in str(explained)

    def test_an_empty_passphrase_makes_nothing(self, path: Path) -> None:
        """A vault that anybody could open is not made."""
        with pytest.raises(UsageError):
            Vault.create(path, passphrase="", admin=ADMIN, machine=CHEAP)
        assert not path.exists()

    def test_after_closing_nothing_is_written(self, path: Path) -> None:
        """A closed vault says so by an error for people."""
        vault = create(path)
        vault.close()
        vault.close()
        with pytest.raises(StoreError):
            vault.commit(ROWS)


def test_the_page_says_the_same() -> None:
    """The constants, the tables and the head of specs/vault.md are those of the code."""
    page = (Path(__file__).parents[2] / "specs" / "vault.md").read_text("utf-8")
    constants = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", page, re.MULTILINE))
    assert {name: int(value) for name, value in constants.items()} == {
        "APPLICATION": vaults.APPLICATION,
        "FORMAT": FORMAT,
        "PLACE_ROW": vaults.PLACE_ROW,
    }
    columns = dict(re.findall(r"^\| `(header|rows)` \| (.*?) \|", page, re.MULTILINE))
    for table, names in columns.items():
        made = next(statement for statement in vaults.TABLES if f"TABLE {table} " in statement)
        assert [f"`{column.split()[0]}`" for column in made.split("(")[1].split(",")] == names.split(", ")
    head = page.split("## Header")[1].split("## Row")[0]
    items = re.findall(r"^\| `([a-z_]+)` \|", head, re.MULTILINE)
    assert items == ["format", "vault", "salt", "memory_mib", "passes", "wrapped_key", "wrapped_admin", "checksum"]
