"""What stands in an open file is read whole, or called damaged in words."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.vaults import ROWS, add, create
from troth_client import reading
from troth_client.database import Database
from troth_client.place import PLACE_BYTES, place_of
from troth_client.reading import NOWHERE, read_header, read_rows, unsettle
from troth_client.sealing import Sealer
from troth_wire.errors import DamagedError


def test_head_and_rows_are_read(tmp_path: Path) -> None:
    """What the vault wrote comes back, over any connection."""
    with closing(create(tmp_path / "vault", *ROWS)) as vault:
        assert read_header(vault._database) == vault._header
        assert read_rows(vault._database, vault._sealer).places.keys() == set(vault.rooms)


def test_damage_is_said(tmp_path: Path) -> None:
    """A head or row that was altered, under whatever key, is damage."""
    with closing(create(tmp_path / "vault", *ROWS)) as vault:
        database: Database = vault._database
        with pytest.raises(DamagedError, match="a row was altered"):
            read_rows(database, Sealer(bytes(32), bytes(16), bytes))
        database.write(header=vault._header.encode()[:-1] + b"\x00")
        with pytest.raises(DamagedError, match="head"):
            read_header(database)


def test_a_place_that_was_forgotten_is_no_place(tmp_path: Path) -> None:
    """After `unsettle` every room lies nowhere, and nothing else has changed."""
    assert len(NOWHERE) == PLACE_BYTES
    assert place_of(tmp_path) != NOWHERE
    with closing(create(tmp_path / "vault", *ROWS)) as vault:
        add(vault)
        before = read_rows(vault._database, vault._sealer)
        unsettle(vault._database, vault._sealer, before)
        after = read_rows(vault._database, vault._sealer)
        assert after.places == dict.fromkeys(before.places, reading.NOWHERE)
        assert after.fresh.keys() == before.fresh.keys()
        assert after.seeds == before.seeds
