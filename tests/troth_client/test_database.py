"""The file is locked and durable, shows damage by its kind of error, and is never written over."""

import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.vaults import ADMIN, CHEAP, ROWS, WORDS, create, only, open_
from troth import Cost, Row
from troth_client import Vault, database
from troth_client import files as placing
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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a vault may be made."""
    return tmp_path / "a vault #1 100%"


class TestRefusals:
    """Files that do not open."""

    @pytest.fixture
    def made(self, path: Path) -> Path:
        """A vault that was closed."""
        create(path, *ROWS, *(Row("more", bytes([n]), bytes(2_000)) for n in range(50))).close()
        return path

    def refused(self, path: Path, kind: type[StoreError], passphrase: str = WORDS) -> None:
        """Check that a vault is refused by this kind of error, twice, and left as it was."""
        before = path.read_bytes()
        for _ in range(2):
            with pytest.raises(StoreError) as raised, closing(open_(path, passphrase)) as vault:
                only(vault).load()
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
            "UPDATE rows SET sealed = substr(sealed, 1, 99) || zeroblob(8) || substr(sealed, 108) WHERE id = 3",
            "UPDATE rows SET sealed = (SELECT sealed FROM rows WHERE id = 4) WHERE id = 3",
            "UPDATE rows SET sealed = x'' WHERE id = 1",
            "DELETE FROM rows WHERE id = 1",
            "DELETE FROM rows WHERE id = 2",
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

    def test_pages_that_do_not_fit_together(self, made: Path) -> None:
        """A page that is out of order is damage, although no row was looked at yet."""
        with made.open("r+b") as file:
            file.seek(5 * 4_096 + 8)
            file.write(b"\xff" * 64)
        self.refused(made, DamagedError)

    def test_a_log_that_a_kill_left_is_taken_over(self, made: Path) -> None:
        """A file whose new pages stand in the log alone is whole, under whichever name it is opened."""
        folder = made.parent / "killed"
        folder.mkdir()
        with closing(open_(made)) as vault:
            only(vault).commit([Row("more", b"", bytes(1_000_000))])
            for name in (made.name, made.name + "-wal"):
                shutil.copy(made.parent / name, folder / name)
        with (folder / made.name).open("r+b") as file:
            file.truncate(made.stat().st_size // 8)
        (made.parent / "link").symlink_to(folder / made.name)
        with closing(open_(made.parent / "link")) as vault:
            assert Row("more", b"", bytes(1_000_000)) in only(vault).load()

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

    @pytest.mark.parametrize(
        "change",
        [
            "CREATE TRIGGER keep BEFORE UPDATE ON header BEGIN INSERT INTO rows VALUES (NULL, OLD.content); END",
            "CREATE TABLE attic (was)",
            "UPDATE rows SET id = -id WHERE id = 3",
        ],
        ids=["rule", "table", "number"],
    )
    def test_a_file_that_somebody_rebuilt(self, made: Path, change: str) -> None:
        """Rules, tables and numbers that are not ours are damage: a rule could keep what is to be wiped."""
        with closing(sqlite3.connect(made)) as file:
            file.execute(change)
            file.commit()
        self.refused(made, DamagedError)

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
        program = "from tests.contracts.vaults import *; import sys; from pathlib import Path; open_(Path(sys.argv[1]))"
        with closing(open_(made)) as vault:
            with pytest.raises(BusyError):
                open_(made)
            child = subprocess.run([sys.executable, "-c", program, str(made)], capture_output=True, check=False)
            assert b"BusyError" in child.stderr
            only(vault).commit([Row("a", b"", b"still here")])
        open_(made).close()

    def test_a_read_only_file(self, made: Path) -> None:
        """What may not be written is not opened."""
        made.chmod(0o400)
        self.refused(made, FullError)

    def test_damage_is_looked_at_twice(self, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """SQLite calls some failures of a disk damage: what reads well the second time is not damaged."""
        opened: Callable[[Path], object] = database._open
        failures = iter([True, False, True])

        def flaky(path: Path) -> object:
            if next(failures, False):
                raise DamagedError("for once")
            return opened(path)

        monkeypatch.setattr(database, "_open", flaky)
        open_(made).close()


class TestWriting:
    """Disks that do not take what is to be written."""

    def test_a_full_disk_changes_nothing(self, path: Path) -> None:
        """A commit for which there is no room fails as a whole; with room it works again."""
        with closing(create(path, *ROWS)) as vault:
            before = only(vault).load()
            vault.bound(path.stat().st_size)
            with pytest.raises(FullError, match="What was saved before is safe"):
                only(vault).commit([Row("records", b"key canary", None), Row("big", b"", bytes(1_000_000))])
            assert only(vault).load() == before
            vault.bound(10**8)
            only(vault).commit([Row("big", b"", b"fits")])
        with closing(open_(path)) as vault:
            assert Row("big", b"", b"fits") in only(vault).load()
            assert len(only(vault).load()) == 3

    def test_a_disk_that_fails_in_the_middle(self, path: Path) -> None:
        """When the system refuses a write, the commit fails, what was saved stands, and reading tells the truth."""
        create(path, *ROWS).close()
        program = textwrap.dedent(
            """
            import resource, signal, sys
            from tests.troth_client.test_database import *
            path = Path(sys.argv[1])
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            vault = open_(path)
            room = only(vault)
            room.commit([Row("before", b"", b"")])
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20_000,) * 2)
            try:
                room.commit([Row("big", b"", bytes(1_000_000))])
            except StoreError as error:
                print(error)
            print(*(row.table for row in room.load()), sep=",")
            room.commit([Row("after", b"", b"")])
            """
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, timeout=60
        )
        said, tables = done.stdout.splitlines()
        assert "What was saved before is safe" in said
        assert tables == "before,records,table canary"
        with closing(open_(path)) as vault:
            assert [row.table for row in only(vault).load()] == ["after", "before", "records", "table canary"]

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
            assert only(vault).load() == ROWS

    def test_what_another_program_made_in_the_last_moment_stays(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even where the name was free when it was looked at, and not any more when the first row is written."""
        claim = placing.claim

        def be_late(file: Path) -> None:
            monkeypatch.undo()
            create(path, *ROWS).close()
            claim(file)

        monkeypatch.setattr(placing, "claim", be_late)
        with pytest.raises(UsageError, match="already"):
            Vault.create(path, passphrase="another", admin=ADMIN, machine=CHEAP)
        with closing(open_(path)) as vault:
            assert only(vault).load() == ROWS

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
        monkeypatch.setattr(database, "TABLES", ("nonsense",))
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
            (sqlite3.SQLITE_READONLY | 6 << 8, FullError, "it can be read, and not written"),
            (sqlite3.SQLITE_IOERR | 1 << 8, StoreError, "the disk does not do what it was asked"),
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
        explained = database._explain(path, error)
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
            only(vault).commit(ROWS)
