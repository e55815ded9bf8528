"""The vault keeps what it acknowledged, hides what it keeps, and keeps its rooms apart."""

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
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.client_world import WAIT_S
from tests.contracts.vaults import (
    ADMIN,
    CHEAP,
    ROWS,
    WORDS,
    add,
    create,
    die_at_every_statement,
    files,
    only,
    open_,
    shown,
)
from troth import Cost, Row, Signer
from troth.testing import store_contract
from troth_client import About, Room, RoomId, Vault, database, growth, letterbox
from troth_client import ledger as ledgers
from troth_client import vault as vaults
from troth_client.database import Database
from troth_client.header import FORMAT, Header
from troth_client.ledger import SHORT_BYTES_MAX
from troth_client.room import SETTINGS, NewRoom
from troth_wire.errors import DamagedError, FullError, PassphraseError, StoreError, UsageError

OTHER = bytes(range(32, 64))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a vault may be made."""
    return tmp_path / "a vault #1 100%"


_ROWS = st.builds(Row, st.sampled_from("ab"), st.sampled_from([b"", b"k"]), st.none() | st.binary(max_size=3_000))


def full(**_: object) -> None:
    """Have no room."""
    raise FullError("full")


class TestStore:
    """What the engine expects of a room."""

    @pytest.mark.parametrize("second", [False, True], ids=["first room", "second room"])
    def test_a_room_keeps_the_contract(self, tmp_path: Path, *, second: bool) -> None:
        """It passes what every store passes; a kill is what the disk holds at any moment."""
        lives: list[tuple[Vault, Path]] = []

        def reopen() -> Room:
            folder = tmp_path / str(len(lives))
            if lives:
                shutil.copytree(lives[-1][1], folder)
                lives[-1][0].close()
                lives.append((open_(folder / "vault"), folder))
            else:
                folder.mkdir()
                lives.append((create(folder / "vault"), folder))
                add(lives[0][0], *ROWS)
            vault = lives[-1][0]
            return vault.room(vault.rooms[second])

        if not second:
            store_contract(reopen)
        else:
            reopen().commit([Row(row.table, row.key, None) for row in ROWS])
            store_contract(reopen)
        lives[-1][0].close()

    def test_what_it_was_made_with_is_there(self, path: Path) -> None:
        """The first rows come back, also after closing."""
        with closing(create(path, *ROWS)) as vault:
            assert only(vault).load() == sorted(ROWS, key=lambda row: row.table)
        with closing(open_(path)) as vault:
            assert only(vault).load() == sorted(ROWS, key=lambda row: row.table)
            assert only(vault).load() == sorted(ROWS, key=lambda row: row.table)

    def test_a_commit_needs_no_load_before(self, path: Path) -> None:
        """Rows that stand there are replaced, not doubled."""
        create(path, *ROWS).close()
        with closing(open_(path)) as vault:
            only(vault).commit([Row("records", b"key canary", b"new")])
            only(vault).commit([Row("records", b"key canary", b"newer"), Row("table canary", b"", None)])
            assert only(vault).load() == [Row("records", b"key canary", b"newer")]

    def test_a_large_commit_is_whole(self, path: Path) -> None:
        """Thousands of rows go in together."""
        rows = [Row("slots", number.to_bytes(8, "big"), bytes(100)) for number in range(5_000)]
        with closing(create(path)) as vault:
            only(vault).commit(rows)
        with closing(open_(path)) as vault:
            assert only(vault).load() == rows

    def test_a_killed_process_loses_nothing(self, path: Path) -> None:
        """Every commit that a process acknowledged before SIGKILL is there; each is whole."""
        create(path).close()
        program = textwrap.dedent(
            """
            import sys
            from pathlib import Path
            from tests.contracts.vaults import only, open_
            from troth import Row
            room = only(open_(Path(sys.argv[1])))
            for number in range(10**9):
                key = number.to_bytes(8, "big")
                room.commit([Row("one", key, key), Row("two", key, bytes(3_000) + key)])
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
            rows = only(vault).load()
        tables = {name: {row.key for row in rows if row.table == name} for name in ("one", "two")}
        assert tables["one"] == tables["two"]
        assert len(tables["one"]) in (acknowledged + 1, acknowledged + 2)

    def test_rows_are_read_twice(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """SQLite calls some failures of a disk damage: what reads well over a new connection is not damaged."""
        with closing(create(path, *ROWS)) as vault:
            only(vault).load()
            read, failures = vault._read, iter([True])

            def flaky() -> object:
                if next(failures, False):
                    raise DamagedError("for once")
                return read()

            monkeypatch.setattr(vault, "_read", flaky)
            assert len(only(vault).load()) == len(ROWS)

    def test_another_vault_in_its_place(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """If the file was exchanged while it was open, reading it again says so."""
        with closing(create(path, *ROWS)) as vault:
            only(vault).load()
            path.unlink()
            create(path).close()

            def fail() -> object:
                raise DamagedError("for once")

            monkeypatch.setattr(vault, "_read", fail)
            with pytest.raises(DamagedError, match="another vault"):
                only(vault).load()


class TestRooms:
    """Several spaces in one vault."""

    def test_rooms_are_kept_apart(self, path: Path) -> None:
        """One table and key in two rooms are two rows, and each room has its own admin key."""
        row = Row("life", b"", b"one")
        with closing(create(path, row)) as vault:
            first, second = only(vault).id, add(vault, Row("life", b"", b"two"), admin=OTHER, label="ours")
            vault.room(second).commit([Row("life", b"", b"three")])
        with closing(open_(path)) as vault:
            assert vault.rooms == (first, second)
            assert vault.room(first).load() == [row]
            assert vault.room(second).load() == [Row("life", b"", b"three")]
            assert vault.room(first).admin(WORDS).public == Signer(ADMIN).public
            assert vault.room(second).admin(WORDS).public == Signer(OTHER).public
            assert vault.about(first) is None
            assert vault.about(second) == About("solo", "ours")

    def test_a_room_is_made_whole_or_not_at_all(self, path: Path) -> None:
        """Without room on the disk there is no new room, nor a part of one; with the wrong passphrase neither."""
        with closing(create(path)) as vault:
            vault.bound(path.stat().st_size)
            with pytest.raises(FullError):
                add(vault, Row("big", b"", bytes(1_000_000)))
            with pytest.raises(PassphraseError):
                vault.add_room([], admin=OTHER, passphrase="wrong")
            assert len(vault.rooms) == 1
        with closing(open_(path)) as vault:
            assert len(vault.rooms) == 1

    def test_several_rooms_are_made_together_or_not_at_all(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each has its own rows and key; where the disk is full there is none of them."""
        rooms = [NewRoom([Row("a", b"", bytes([number]))], bytes([number]) * 32, "solo") for number in range(3)]
        with closing(create(path)) as vault:
            before = vault.rooms
            with monkeypatch.context() as patched:
                patched.setattr(vault._database, "write", full)
                with pytest.raises(FullError):
                    vault.add_rooms(rooms, passphrase=WORDS)
            assert vault.rooms == before
            with pytest.raises(PassphraseError):
                vault.add_rooms(rooms, passphrase="another")
            made = vault.add_rooms(rooms, passphrase=WORDS)
        with closing(open_(path)) as vault:
            assert vault.rooms == (*before, *made)
            assert [vault.room(room).load()[0].value for room in made] == [b"\0", b"\1", b"\2"]
            publics = [vault.admin(room, WORDS).public for room in made]
            assert publics == [Signer(bytes([number]) * 32).public for number in range(3)]

    def test_a_vault_may_have_no_room_yet(self, path: Path) -> None:
        """A vault is made without a space, and opens."""
        Vault.create(path, passphrase=WORDS, machine=CHEAP).close()
        with closing(open_(path)) as vault:
            assert vault.rooms == ()
            assert vault.settings.load() == []
            add(vault)
            assert len(vault.rooms) == 1

    def test_settings_are_kept(self, path: Path) -> None:
        """The app's own rows stand beside the rooms, and come back."""
        with closing(create(path, *ROWS)) as vault:
            vault.settings.commit([Row("page", b"colour", b"green"), Row("page", b"size", b"12")])
            vault.settings.commit([Row("page", b"size", None)])
            assert vault.settings.load() == [Row("page", b"colour", b"green")]
        with closing(open_(path)) as vault:
            assert vault.settings.load() == [Row("page", b"colour", b"green")]
            assert len(only(vault).load()) == len(ROWS)

    def test_long_settings_are_read_again_from_the_file(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """However often they are asked for they come back, also where the disk calls itself damaged at first."""
        long = [Row("page", bytes([number]), bytes([number]) * (SHORT_BYTES_MAX + 1)) for number in range(2)]
        short = Row("other", b"", b"short")
        with closing(create(path)) as vault:
            vault.settings.commit([*long, short])
            assert [vault.settings.load() for _ in range(2)] == [[short, *long]] * 2
        with closing(open_(path)) as vault:
            assert vault.settings_but("page") == [short]
            assert [vault.settings.load() for _ in range(2)] == [[short, *long]] * 2
            assert vault._ledger.settings.keys() == {("other", b"")}
            read_one, failures = Database.read_one, [DamagedError("so it says")]

            def fail_once(held: Database, number: int) -> bytes:
                if failures:
                    raise failures.pop()
                return read_one(held, number)

            monkeypatch.setattr(Database, "read_one", fail_once)
            assert vault.settings.load() == [short, *long]
            assert not failures

    @pytest.mark.parametrize("act", ["UPDATE rows SET sealed = x'00' WHERE id = ?", "DELETE FROM rows WHERE id = ?"])
    def test_a_long_setting_that_was_altered_is_damage(self, path: Path, act: str) -> None:
        """What is read again is checked again: another value does not take the place of the one that was there."""
        with closing(create(path)) as vault:
            vault.settings.commit([Row("page", b"", bytes(SHORT_BYTES_MAX + 1))])
            number = vault._ledger._numbers[SETTINGS, "page", b""]
            vault._database._connection.execute(act, (number,))
            with pytest.raises(DamagedError):
                vault.settings.load()

    def test_rooms_are_changed_together(self, path: Path) -> None:
        """Rows of a room and of the settings go in together or not at all."""
        with closing(create(path)) as vault:
            vault.bound(path.stat().st_size)
            rows = {only(vault).id: [Row("big", b"", bytes(1_000_000))], SETTINGS: [Row("small", b"", b"")]}
            with pytest.raises(FullError):
                vault.commit(rows)
            assert only(vault).load() == vault.settings.load() == []
            vault.bound(10**8)
            vault.commit(rows)
            assert len(only(vault).load()) == len(vault.settings.load()) == 1

    def test_killed_at_every_moment_a_room_is_there_or_not(self, tmp_path: Path) -> None:
        """Before any statement of its making there is no new room; after the last there is all of it."""
        (tmp_path / "source").mkdir()
        create(tmp_path / "source" / "vault", *ROWS).close()
        copies = die_at_every_statement(
            tmp_path / "source",
            tmp_path / "copies",
            before="vault = open_(path)",
            work="vaults.add(vault, *ROWS, label='ours')",
        )
        rooms = []
        for copy in copies:
            with closing(open_(copy)) as vault:
                rooms.append(len(vault.rooms))
                assert all(len(vault.room(room).load()) == len(ROWS) for room in vault.rooms)
                assert len(vault.settings.load()) == len(vault.rooms) - 1
        assert rooms == [1] * (len(copies) - 1) + [2]
        assert len(copies) > 3

    @settings(max_examples=25)
    @given(st.data())
    def test_it_agrees_with_a_model(self, data: st.DataObject) -> None:
        """Whatever is committed, refused, read and opened again, in whichever rooms: they hold what a dict holds."""
        with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            patch.setattr(ledgers, "SHORT_BYTES_MAX", 1_000)
            path = Path(folder) / "vault"
            vault, model = create(path), dict[tuple[int, str, bytes], bytes]()
            add(vault)
            for _ in range(data.draw(st.integers(1, 8))):
                act = data.draw(st.sampled_from(["commit", "commit", "refuse", "open", "copy"]))
                rooms = data.draw(st.lists(st.sampled_from([0, 1, 2]), min_size=1, max_size=2, unique=True))
                rows = {at: data.draw(st.lists(_ROWS, max_size=4)) for at in rooms}
                ids = (*vault.rooms, SETTINGS)
                if act == "open":
                    vault.close()
                    vault = open_(path)
                elif act == "copy":
                    vault.copy_to(path.with_name("copy"))
                    vault.close()
                    path.with_name("copy").replace(path)
                    vault = open_(path)
                elif act == "refuse":
                    vault.bound(path.stat().st_size)
                    with pytest.raises(FullError):
                        vault.commit({ids[at]: [*part, Row("big", b"", bytes(10**6))] for at, part in rows.items()})
                    vault.bound(10**8)
                else:
                    vault.commit({ids[at]: part for at, part in rows.items()})
                    after = {(at, row.table, row.key): row.value for at in rows for row in rows[at]}
                    model = {name: value for name, value in (model | after).items() if value is not None}
                for at, room in enumerate((*vault.rooms, SETTINGS)):
                    found = vault.settings if room == SETTINGS else vault.room(room)
                    kept = [(at, row.table, row.key, row.value) for row in found.load() if row.table != "rooms"]
                    assert kept == sorted((*name, value) for name, value in model.items() if name[0] == at)
            vault.close()

    @pytest.mark.parametrize("room", [bytes(16), b"x" * 16])
    def test_a_room_that_is_not_there(self, path: Path, room: RoomId) -> None:
        """Nobody reads or writes a room that was not made, nor the vault's own rows."""
        with closing(create(path)) as vault:
            for act in (lambda: vault.room(room), lambda: vault.commit({room: ROWS}), lambda: vault.admin(room, WORDS)):
                with pytest.raises(UsageError, match="no such room"):
                    act()

    def test_a_failing_commit_spoils_no_other_room(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """When the disk fails under one room, the others commit and load what is so, and so does that one again."""

        def fail(_: sqlite3.Connection) -> NoReturn:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

        with closing(create(path, *ROWS)) as vault:
            first, second = only(vault), vault.room(add(vault, *ROWS))
            before = vault._database._connection
            monkeypatch.setattr(database, "_transaction", fail)
            with pytest.raises(StoreError, match="the disk does not do what it was asked"):
                first.commit([Row("new", b"", b"")])
            monkeypatch.undo()
            second.commit([Row("new", b"", b"")])
            assert vault._database._connection is not before
            assert len(first.load()) == len(ROWS)
            assert len(second.load()) == len(ROWS) + 1
            first.commit([Row("new", b"", b"")])
            assert len(first.load()) == len(ROWS) + 1

    @pytest.mark.parametrize("gone", [("place",), ("admin",), ("place", "admin")], ids="-".join)
    def test_a_part_of_a_room_that_is_missing_is_damage(self, path: Path, gone: tuple[str, ...]) -> None:
        """Rows without the room's place or seed, and a place without a seed, are not taken for a smaller vault."""
        with closing(create(path, *ROWS)) as vault:
            numbers = {table: number for (_, table, _), number in vault._ledger._numbers.items()}
        with closing(sqlite3.connect(path)) as file:
            file.executemany("DELETE FROM rows WHERE id = ?", [(numbers[table],) for table in gone])
            file.commit()
        with pytest.raises(DamagedError, match="a row is missing"):
            open_(path)


class TestSecrecy:
    """What the file shows."""

    def test_nothing_can_be_read_in_the_files(self, path: Path) -> None:
        """No room, table, key, value, passphrase or seed stands in the file or beside it, while open and after."""
        vault = create(path, *ROWS)
        room = add(vault, *ROWS, admin=OTHER, label="label canary")
        vault.room(room).commit([Row("later canary", b"later key canary", b"later value canary")])
        words = [b"canary", b"records", b"solo", WORDS.encode(), ADMIN, OTHER, str(path).encode(), *vault.rooms]
        assert shown(words, path) == []
        vault.close()
        assert shown([*words, b"CREATE TABLE rows"], path) == [b"CREATE TABLE rows"]

    def test_what_is_removed_is_wiped(self, path: Path) -> None:
        """Of a row that was removed or replaced not even the sealed form stays, once the vault is closed."""
        with closing(create(path, Row("long", b"", os.urandom(20_000)), Row("short", b"", b"1"))) as vault:
            sealed = [content[-40:] for _, content in vault._database.read(lambda *row: row)[2:]]
            only(vault).commit([Row("long", b"", None), Row("short", b"", b"2")])
        assert len(sealed) == 2
        assert shown(sealed, path) == []

    def test_only_its_owner_may_read_it(self, path: Path) -> None:
        """Neither the file nor what lies beside it is open to others."""
        with closing(create(path)) as vault:
            only(vault).commit(ROWS)
            letterbox.drop(path, b"entry")
            vault.copy_to(path.parent / "backup")
            modes = {file.stat().st_mode & 0o777 for file in path.parent.rglob("*") if file.is_file()}
            assert modes == {0o600}
            assert letterbox.folder_of(path).stat().st_mode & 0o777 == 0o700

    def test_short_rows_look_alike(self, path: Path) -> None:
        """Rows of different rooms and tables and short values have one size, whichever they are."""
        with closing(create(path, Row("a", b"", b""), Row("records", b"k" * 32, bytes(300)))) as vault:
            add(vault, Row("b", b"", b"1"))
        with closing(sqlite3.connect(path)) as file:
            assert len(set(file.execute("SELECT length(sealed) FROM rows").fetchall())) == 1

    def test_the_admin_key_takes_the_passphrase(self, path: Path) -> None:
        """It is given for the passphrase, each time, and for nothing else; and for its own room only."""
        create(path).close()
        with closing(open_(path)) as vault:
            assert only(vault).admin(WORDS).public == Signer(ADMIN).public
            with pytest.raises(PassphraseError):
                only(vault).admin("wrong")
            other = add(vault, admin=OTHER)
            vault._ledger.seeds[other] = vault._ledger.seeds[vault.rooms[0]]
            with pytest.raises(DamagedError, match="admin key"):
                vault.admin(other, WORDS)

    def test_the_real_cost(self, path: Path) -> None:
        """With Argon2id itself, at the smallest cost, it opens with its passphrase only."""
        Vault.create(path, passphrase=WORDS, admin=ADMIN, rows=ROWS, cost=Cost(64, 1)).close()
        with closing(Vault.open(path, passphrase=WORDS)) as vault:
            assert len(only(vault).load()) == 2
        with pytest.raises(PassphraseError):
            Vault.open(path, passphrase="battery staple")


class TestSize:
    """How large the file looks."""

    def test_the_file_is_a_power_of_two(self, path: Path) -> None:
        """From the beginning, at every takeover of the log and after closing, whatever was written."""
        sizes = set()
        with closing(create(path)) as vault:
            room = only(vault)
            sizes.add(path.stat().st_size)
            for number in range(40):
                room.commit([Row("records", bytes([number, part]), bytes(3_000)) for part in range(13)])
                vault._database.wipe()
                sizes.add(path.stat().st_size)
            room.commit([Row("records", bytes([0, part]), None) for part in range(13)])
        sizes.add(path.stat().st_size)
        assert sizes == {2**exponent for exponent in range(18, 23)}

    def test_a_full_disk_keeps_what_fits(self, path: Path) -> None:
        """Where the file can not grow to its next size, what fits is saved all the same; later it grows."""
        with closing(create(path)) as vault:
            vault.bound(100 * growth.PAGE_BYTES)
            only(vault).commit([Row("records", bytes([part]), bytes(3_000)) for part in range(70)])
            assert len(only(vault).load()) == 70
            vault._database.wipe()
            assert 2**18 < path.stat().st_size <= 100 * growth.PAGE_BYTES
            with pytest.raises(FullError):
                only(vault).commit([Row("big", b"", bytes(1_000_000))])
            vault.bound(10**8)
            only(vault).commit([Row("small", b"", b"")])
        assert path.stat().st_size == 2**19
        with closing(open_(path)) as vault:
            assert len(only(vault).load()) == 71


class TestPlace:
    """Vaults that were moved, copied or restored."""

    def test_a_vault_in_its_place_has_not_moved(self, path: Path) -> None:
        """Opening it again, in whatever way it is named, is no move."""
        with closing(create(path)) as vault:
            assert not only(vault).moved
        (path.parent / "link").symlink_to(path)
        with closing(open_(path.parent / "link")) as vault:
            assert not only(vault).moved
            assert not vault.settings.moved

    @pytest.mark.parametrize("move", [shutil.copy, shutil.move])
    def test_a_copy_knows_that_it_is_one(self, path: Path, move: Callable[[Path, Path], object]) -> None:
        """What was copied or moved says so when it is opened, until something was committed there."""
        create(path, *ROWS).close()
        copy = path.parent / "copy"
        move(path, copy)
        for _ in range(2):
            with closing(open_(copy)) as vault:
                assert only(vault).moved
                assert len(only(vault).load()) == len(ROWS)
                only(vault).commit([])
        with closing(open_(copy)) as vault:
            only(vault).commit([Row("life", b"", b"new")])
            assert not only(vault).moved
        with closing(open_(copy)) as vault:
            assert not only(vault).moved

    def test_every_room_begins_anew_exactly_once(self, path: Path) -> None:
        """The place is remembered for a room with that room's first commit, and for no other; settings have none."""
        with closing(create(path)) as vault:
            add(vault)
            add(vault)
        copy = Path(shutil.copy(path, path.parent / "copy"))
        for turn in range(3):
            with closing(open_(copy)) as vault:
                vault.settings.commit([Row("page", b"", bytes([turn]))])
                assert [vault.room(room).moved for room in vault.rooms] == [False] * turn + [True] * (3 - turn)
                vault.room(vault.rooms[turn]).commit([Row("life", b"", b"new")])
        with closing(open_(copy)) as vault:
            assert not any(vault.room(room).moved for room in vault.rooms)

    def test_the_place_is_remembered_with_the_new_life(self, path: Path) -> None:
        """If the first commit at a new place fails, the room still knows that it was moved."""
        create(path, *ROWS).close()
        copy = Path(shutil.copy(path, path.parent / "copy"))
        with closing(open_(copy)) as vault:
            vault.bound(copy.stat().st_size)
            with pytest.raises(FullError):
                only(vault).commit([Row("life", b"", bytes(1_000_000))])
            assert only(vault).moved
        with closing(open_(copy)) as vault:
            assert only(vault).moved


class TestPassphrase:
    """Another passphrase for the same vault."""

    def test_only_the_new_one_opens(self, path: Path) -> None:
        """Rows and admin keys of every room come for the new passphrase, at its cost, and for no other."""
        with closing(create(path, *ROWS)) as vault:
            room = add(vault, *ROWS, admin=OTHER)
            vault.change_passphrase(WORDS, "new words", Cost(128, 2))
            assert vault.room(room).admin("new words").public == Signer(OTHER).public
            with pytest.raises(PassphraseError):
                vault.room(room).admin(WORDS)
            vault.room(room).commit([Row("more", b"", b"")])
        with pytest.raises(PassphraseError):
            open_(path)
        with closing(open_(path, "new words")) as vault:
            assert vault._header.cost == Cost(128, 2)
            assert len(vault.room(room).load()) == len(ROWS) + 1
            assert vault.admin(vault.rooms[0], "new words").public == Signer(ADMIN).public

    def test_the_old_wraps_are_gone(self, path: Path) -> None:
        """When it returns, nothing in the file or beside it holds what the old passphrase opened."""
        with closing(create(path, *ROWS)) as vault:
            for turn in range(3):
                old = vault._header
                vault.change_passphrase(f"{turn}" if turn else WORDS, f"{turn + 1}")
                assert shown([old.wrapped_key, old.wrapped_admin, old.salt], path) == []

    @pytest.mark.parametrize(("old", "new", "kind"), [("wrong", "new", PassphraseError), (WORDS, "", UsageError)])
    def test_a_change_that_is_refused_changes_nothing(
        self, path: Path, old: str, new: str, kind: type[Exception]
    ) -> None:
        """The old passphrase goes on to open it."""
        with closing(create(path, *ROWS)) as vault, pytest.raises(kind):
            vault.change_passphrase(old, new)
        open_(path).close()

    def test_at_every_moment_one_of_them_opens(self, tmp_path: Path) -> None:
        """Killed before any statement of the change, the vault opens whole with the old passphrase or the new."""
        (tmp_path / "source").mkdir()
        create(tmp_path / "source" / "vault", *ROWS).close()
        old = Header.parse(_head(tmp_path / "source" / "vault"))
        copies = die_at_every_statement(
            tmp_path / "source",
            tmp_path / "copies",
            before="vault = open_(path)",
            work="vault.change_passphrase(WORDS, 'new words')",
        )
        opened = []
        for copy in copies:
            for words in (WORDS, "new words"):
                try:
                    with closing(open_(copy, words)) as vault:
                        assert len(only(vault).load()) == len(ROWS)
                        assert only(vault).admin(words).public == Signer(ADMIN).public
                        opened.append(words)
                except PassphraseError:
                    continue
            if opened[-1] != WORDS:
                assert shown([old.wrapped_key, old.wrapped_admin], copy) == []
        assert len(opened) == len(copies) > 3
        assert opened == sorted(opened, key=lambda words: words != WORDS)
        assert set(opened) == {WORDS, "new words"}

    def test_what_can_not_be_wiped_is_said(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """If the disk fails after the change, the message says which passphrase holds."""

        def fail() -> NoReturn:
            raise StoreError("for once")

        with closing(create(path, *ROWS)) as vault:
            monkeypatch.setattr(vault._database, "wipe", fail)
            with pytest.raises(StoreError, match="now opens with the new passphrase"):
                vault.change_passphrase(WORDS, "new words")
        open_(path, "new words").close()


def _head(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as file:
        head: bytes = file.execute("SELECT content FROM header").fetchone()[0]
    return head


class TestCopy:
    """Backups of an open vault."""

    def test_a_backup_is_a_vault(self, path: Path) -> None:
        """It holds what was committed up to then, opens with the same passphrase, and lives anew in every room."""
        backup = path.parent / "backup"
        with closing(create(path, *ROWS)) as vault:
            add(vault, *ROWS, admin=OTHER)
            vault.copy_to(backup)
            vault.room(vault.rooms[0]).commit([Row("later", b"", b"")])
        assert sorted(files(path)) == [path.name, "backup"]
        assert backup.stat().st_size == path.stat().st_size
        with closing(open_(backup)) as copy:
            assert [len(copy.room(room).load()) for room in copy.rooms] == [len(ROWS)] * 2
            assert all(copy.room(room).moved for room in copy.rooms)
            assert copy.admin(copy.rooms[1], WORDS).public == Signer(OTHER).public

    def test_a_backup_in_the_very_place_lives_anew(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Even where a file system gives the backup the number of the file that it replaces."""
        with closing(create(path, *ROWS)) as vault:
            vault.copy_to(path.parent / "backup")
            place = vault._place
        monkeypatch.setattr(vaults, "place_of", lambda _: place)
        with closing(open_(path.parent / "backup")) as copy:
            assert only(copy).moved

    def test_nothing_is_written_over(self, path: Path) -> None:
        """A backup goes only where nothing is, not even an empty file."""
        with closing(create(path, *ROWS)) as vault:
            for content in (b"", b"dear diary"):
                (path.parent / "backup").write_bytes(content)
                with pytest.raises(UsageError, match="already"):
                    vault.copy_to(path.parent / "backup")
                assert (path.parent / "backup").read_bytes() == content
            only(vault).commit([Row("later", b"", b"")])

    def test_what_a_kill_has_left_is_no_obstacle(self, path: Path) -> None:
        """A draft of a backup that was cut off gives way to the next."""
        (path.parent / "backup-draft").write_bytes(b"half of a backup")
        with closing(create(path, *ROWS)) as vault:
            vault.copy_to(path.parent / "backup")
        assert sorted(files(path)) == [path.name, "backup"]

    def test_killed_at_every_moment_there_is_a_backup_or_none(self, tmp_path: Path) -> None:
        """Before any statement of the copying no file has the backup's name, or a whole one has."""
        (tmp_path / "source").mkdir()
        create(tmp_path / "source" / "vault", *ROWS).close()
        copies = die_at_every_statement(
            tmp_path / "source",
            tmp_path / "copies",
            before="vault = open_(path)",
            work="vault.copy_to(copy / 'backup')",
        )
        whole = 0
        for copy in copies:
            with closing(open_(copy)) as vault:
                assert len(only(vault).load()) == len(ROWS)
            if (copy.parent / "backup").exists():
                with closing(open_(copy.parent / "backup")) as vault:
                    assert len(only(vault).load()) == len(ROWS)
                whole += 1
        assert 0 < whole < len(copies)

    def test_a_copy_that_is_not_whole_is_no_backup(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A copy is read again before it gets its name; if a row of it does not open, there is none."""
        with closing(create(path, *ROWS)) as vault:

            def fail(*_: object) -> NoReturn:
                raise DamagedError("for once")

            for what, instead in (("read_rows", fail), ("read_header", lambda _: None)):
                monkeypatch.setattr(vaults, what, instead)
                with pytest.raises(DamagedError):
                    vault.copy_to(path.parent / "backup")
                monkeypatch.undo()
            assert sorted(files(path)) == [path.name, path.name + "-wal"]
            assert len(only(vault).load()) == len(ROWS)

    @pytest.mark.parametrize(
        ("error", "kind", "says"),
        [(FileExistsError(17, ""), UsageError, "already"), (OSError(28, "No space left"), FullError, "No space left")],
    )
    def test_a_copy_that_gets_no_name(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, kind: type[Exception], says: str
    ) -> None:
        """If the name was taken meanwhile, or the disk is full, it is said, and the draft is gone."""

        def fail(*_: object) -> NoReturn:
            raise error

        with closing(create(path, *ROWS)) as vault:
            monkeypatch.setattr("troth_client.files.put_up", fail)
            with pytest.raises(kind, match=says):
                vault.copy_to(path.parent / "backup")
            assert sorted(files(path)) == [path.name, path.name + "-wal"]

    def test_a_folder_that_is_not_there(self, path: Path) -> None:
        """The message says which folder to create."""
        with closing(create(path)) as vault, pytest.raises(StoreError, match="Create it first"):
            vault.copy_to(path.parent / "nowhere" / "backup")


class TestLetters:
    """What was dropped into the letterbox."""

    def test_letters_come_with_the_vault(self, path: Path) -> None:
        """They are there after unlocking, in their order, until they are cleared, and are nobody's else to read."""
        create(path).close()
        letterbox.drop(path, b"first")
        letterbox.drop(path, b"second")
        with closing(open_(path)) as vault:
            assert [letter.entry for letter in vault.take_inbox()] == [b"first", b"second"]
        with closing(open_(path)) as vault:
            letters = vault.take_inbox()
            assert [letter.entry for letter in letters] == [b"first", b"second"]
            vault.clear_inbox(letters[:1])
            assert vault.take_inbox() == letters[1:]
            assert (vault.inbox_trouble, vault.inbox_unread) == (None, 0)

    def test_a_letter_outlives_a_process_that_had_not_committed(self, path: Path) -> None:
        """Killed between taking a letter and committing what it says, nothing is lost."""
        create(path).close()
        letterbox.drop(path, b"entry")
        program = textwrap.dedent(
            """
            import os, signal, sys
            from pathlib import Path
            from tests.contracts.vaults import open_
            vault = open_(Path(sys.argv[1]))
            assert len(vault.take_inbox()) == 1
            os.kill(os.getpid(), signal.SIGKILL)
            """
        )
        done = subprocess.run([sys.executable, "-c", program, str(path)], check=False, timeout=WAIT_S)
        assert done.returncode == -signal.SIGKILL
        with closing(open_(path)) as vault:
            assert [letter.entry for letter in vault.take_inbox()] == [b"entry"]

    def test_a_letter_is_kept_while_another_program_has_the_vault(self, path: Path) -> None:
        """Dropping takes neither the passphrase nor the file."""
        with closing(create(path)) as vault:
            program = "import sys; from troth_client import drop; drop(sys.argv[1], b'from outside')"
            subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=WAIT_S)
            assert [letter.entry for letter in vault.take_inbox()] == [b"from outside"]
            only(vault).commit(ROWS)


def test_the_page_says_the_same() -> None:
    """The constants, the tables and the head of specs/vault.md are those of the code."""
    page = (Path(__file__).parents[2] / "specs" / "vault.md").read_text("utf-8")
    constants = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", page, re.MULTILINE))
    assert {name: int(value) for name, value in constants.items()} == {
        "APPLICATION": database.APPLICATION,
        "FORMAT": FORMAT,
        "FLOOR_PAGES": growth.FLOOR_PAGES,
        "HALVES_FROM_PAGES": growth.HALVES_FROM_PAGES,
        "JOURNAL_BYTES_MAX": database.JOURNAL_BYTES_MAX,
        "LETTERS_BYTES_MAX": letterbox.LETTERS_BYTES_MAX,
        "LETTERS_MAX": letterbox.LETTERS_MAX,
        "LETTER_BYTES_MAX": letterbox.LETTER_BYTES_MAX,
        "PAGE_BYTES": growth.PAGE_BYTES,
    }
    columns = dict(re.findall(r"^\| `(header|rows)` \| (.*?) \|", page, re.MULTILINE))
    for table, names in columns.items():
        made = next(statement for statement in database.TABLES if f"TABLE {table} " in statement)
        assert [f"`{column.split()[0]}`" for column in made.split("(")[1].split(",")] == names.split(", ")
    head = page.split("## Header")[1].split("\n## ")[0]
    items = re.findall(r"^\| `([a-z_]+)` \|", head, re.MULTILINE)
    assert items == ["format", "vault", "salt", "memory_mib", "passes", "wrapped_key", "wrapped_admin", "checksum"]
