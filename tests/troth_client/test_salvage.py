"""Of a damaged vault everything comes out that still opens, and the damaged one is only read."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP as MACHINE
from tests.contracts.vaults import ADMIN, CHEAP, ROWS, WORDS, add, create, files, open_
from troth import DeviceKeys, Identity, Row, Signer, Welcome, begin, countersign, found
from troth_client import open_space
from troth_client.growth import PAGE_BYTES
from troth_client.room import SETTINGS
from troth_client.salvage import Salvaged, rescue, salvage
from troth_wire.errors import DamagedError, PassphraseError, StoreError, UsageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A vault with two rooms: one with a space and many rows, one without keys."""
    keys, admin = DeviceKeys.make(MACHINE.entropy)
    genesis = countersign(found([keys.card], MACHINE.entropy), keys, Signer(admin))
    rows = begin(Identity.welcomed(keys, Welcome(genesis, None)), MACHINE.entropy)
    with closing(create(tmp_path / "vault", *ROWS)) as vault:
        add(vault, *rows, *(Row("more", bytes([n]), bytes(2_000)) for n in range(200)), label="garden")
    return tmp_path / "vault"


def read(path: Path, passphrase: str = WORDS) -> Salvaged:
    """Salvage cheaply, and see that nothing was written."""
    before = files(path)
    try:
        return salvage(path, passphrase=passphrase, machine=CHEAP)
    finally:
        assert files(path) == before


def change(path: Path, statement: str) -> None:
    """Change a vault from outside."""
    with closing(sqlite3.connect(path)) as file:
        file.execute(statement)
        file.commit()


def test_a_whole_vault_comes_out_whole(path: Path) -> None:
    """Every row of every room, and every admin seed."""
    with closing(open_(path)) as vault:
        kept = {room: vault.room(room).load() for room in vault.rooms}
        settings = vault.settings.load()
    salvaged = read(path)
    assert {room: sorted(rows, key=lambda row: (row.table, row.key)) for room, rows in salvaged.rooms.items()} == {
        **kept,
        SETTINGS: settings,
    }
    assert salvaged.seeds[next(iter(kept))] == ADMIN
    assert (salvaged.altered, salvaged.cut) == (0, 0)
    assert salvaged.whole == [list(kept)[1]]


def test_what_an_open_vault_left_in_its_log_comes_out(path: Path) -> None:
    """Commits that stand in the log only are rows like the others."""
    folder = path.parent / "killed"
    folder.mkdir()
    with closing(open_(path)) as vault:
        vault.room(vault.rooms[0]).commit([Row("logged", b"", b"")])
        for name in ("vault", "vault-wal"):
            shutil.copy(path.parent / name, folder / name)
    assert any(Row("logged", b"", b"") in rows for rows in read(folder / "vault").rooms.values())


def test_altered_rows_are_counted(path: Path) -> None:
    """One altered row costs one row, and is said."""
    change(path, "UPDATE rows SET sealed = substr(sealed, 1, 99) || zeroblob(8) || substr(sealed, 108) WHERE id = 50")
    salvaged = read(path)
    assert salvaged.altered == 1
    assert sum(map(len, salvaged.rooms.values())) == 204
    assert "1 row was found and does not open: it was altered." in salvaged.sentences()


def test_a_cut_off_vault_gives_what_is_left(path: Path) -> None:
    """Of a file that SQLite does not open any more, what is whole comes out, and what is cut is counted."""
    with path.open("r+b") as file:
        file.truncate(40 * PAGE_BYTES)
    with pytest.raises(DamagedError):
        open_(path)
    salvaged = read(path)
    assert 20 < sum(map(len, salvaged.rooms.values())) < 205
    assert salvaged.sentences()[0].endswith("rows were read.")


def test_a_vault_without_its_first_page(path: Path) -> None:
    """What makes the file a database may be gone."""
    with path.open("r+b") as file:
        file.write(bytes(PAGE_BYTES))
    with pytest.raises(DamagedError):
        open_(path)
    assert sum(map(len, read(path).rooms.values())) == 205


def test_without_its_head_nothing_opens(path: Path) -> None:
    """The keys stand in the head alone; it is said, and not taken for a wrong passphrase."""
    change(path, "UPDATE header SET content = substr(content, 2)")
    with pytest.raises(DamagedError, match="its head is gone"):
        read(path)


def test_what_does_not_open_is_said(path: Path) -> None:
    """A wrong passphrase and a name that is wrong are told apart from damage."""
    with pytest.raises(PassphraseError):
        read(path, "wrong")
    with pytest.raises(StoreError, match="There is no vault"):
        read(path.parent / "nowhere")
    with pytest.raises(StoreError):
        salvage(path.parent, passphrase=WORDS, machine=CHEAP)


async def test_a_rescued_vault_goes_on(path: Path) -> None:
    """What was salvaged is a vault again, whose spaces live anew and open; what can not be opened is named."""
    change(path, "UPDATE rows SET sealed = substr(sealed, 1, 99) || zeroblob(8) || substr(sealed, 108) WHERE id = 50")
    before = files(path)
    said = rescue(path, path.parent / "new", passphrase=WORDS, machine=CHEAP)
    assert files(path) == {**before, "new": (path.parent / "new").read_bytes()}
    assert "The space of one, “garden”, opens again." in said
    assert any(sentence.startswith("A space without a name has lost the keys") for sentence in said)
    with closing(open_(path.parent / "new")) as vault:
        assert all(vault.room(room).moved for room in vault.rooms)
        garden = next(room for room in vault.rooms if vault.about(room))
        assert len(vault.room(garden).load()) in (201, 202)
        other = next(room for room in vault.rooms if room != garden)
        assert vault.admin(other, WORDS).public == Signer(ADMIN).public
        more = [Row("more", bytes([n]), None) for n in range(200)]
        vault.room(other).commit([Row("more", b"", b"")])
        vault.room(garden).commit(more)
    async with open_space(path.parent / "new", passphrase=WORDS, space=garden, machine=CHEAP) as space:
        assert space.status().waiting == 0


def test_a_row_of_which_a_part_is_missing_is_counted(path: Path) -> None:
    """A long row whose pages are gone is one row, and is said."""
    with closing(open_(path)) as vault:
        vault.room(vault.rooms[0]).commit([Row("long", b"", bytes(1_000_000))])
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    salvaged = read(path)
    assert salvaged.cut == 1
    assert "1 row was found in part." in salvaged.sentences()


def test_a_seed_of_another_room_is_none(path: Path) -> None:
    """A seed that opens nothing counts as lost, and its room comes out."""
    with closing(open_(path)) as vault:
        garden = vault.rooms[1]
        other = vault._ledger.seeds[vault.rooms[0]]
        number = vault._ledger._numbers[bytes(16), "admin", garden]
        sealed = vault._sealer.seal(number, (bytes(16), "admin", garden, other))
        vault._database.write(put=[(number, sealed)])
    salvaged = read(path)
    assert garden in salvaged.rooms
    assert garden not in salvaged.seeds


def test_a_lost_admin_key_is_said(path: Path) -> None:
    """A room without it is rescued all the same, and asking for the key says what is wrong."""
    with closing(open_(path)) as vault:
        garden = vault.rooms[1]
        number = vault._ledger._numbers[bytes(16), "admin", garden]
    change(path, f"DELETE FROM rows WHERE id = {number}")  # noqa: S608 - a number of our own
    said = rescue(path, path.parent / "new", passphrase=WORDS, machine=CHEAP)
    assert any("has lost its admin key" in sentence for sentence in said)
    with closing(open_(path.parent / "new")) as vault, pytest.raises(DamagedError, match="admin key"):
        vault.admin(garden, WORDS)


def test_nothing_is_rescued_over_a_file(path: Path) -> None:
    """A name that is taken is refused before anything is read."""
    with pytest.raises(UsageError):
        rescue(path, path, passphrase=WORDS, machine=CHEAP)
