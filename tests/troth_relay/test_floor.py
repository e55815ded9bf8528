"""Below the floor nothing new may be stored, and the message says what is safe and what to do."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from troth_relay.floor import Floor, free_bytes
from troth_relay.limits import RESERVE_BYTES_MAX
from troth_relay.store import reserve
from troth_wire.errors import FullError, StoreError


@pytest.mark.parametrize(("free", "enough"), [(99, False), (100, True), (101, True)])
def test_floor_is_what_must_stay_free(free: int, enough: bool) -> None:
    """Exactly as much as the floor is enough, one byte less is not."""
    floor = Floor(Path("relay.db"), least_bytes=100, free=lambda _: free)
    if enough:
        floor.check()
        return
    with pytest.raises(FullError, match=r"relay\.db.*is safe.*Make room"):
        floor.check()


def test_floor_may_be_moved() -> None:
    """A floor that the operator lowers lets through at once."""
    floor = Floor(Path("relay.db"), least_bytes=100, free=lambda _: 50)
    floor.least_bytes = 50
    floor.check()


def test_disk_is_measured(tmp_path: Path) -> None:
    """The free bytes are those of the disk that the file is on, whether there is one or not."""
    assert free_bytes(tmp_path / "relay.db") > 0
    with pytest.raises(StoreError, match="nowhere"):
        free_bytes(tmp_path / "nowhere" / "relay.db")


def test_half_of_the_floor_is_held(tmp_path: Path) -> None:
    """Above the floor half of it is held, and at most so much."""
    path, free = tmp_path / "relay.db", [99]
    path.touch()
    floor = Floor(path, least_bytes=100, free=lambda _: free[0])
    floor.hold()
    assert reserve.held_bytes(path) == 0
    free[0] = 100
    floor.hold()
    assert reserve.held_bytes(path) == 50
    reserve.let_go(path)
    floor.least_bytes = free[0] = 2**40
    floor.hold()
    assert reserve.held_bytes(path) == RESERVE_BYTES_MAX
    reserve.let_go(path)
    floor.least_bytes = 0
    floor.hold()
    assert reserve.held_bytes(path) == 0


def test_what_is_held_counts_as_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held is there for the relay: holding it makes nobody short of room."""
    path = tmp_path / "relay.db"
    path.touch()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
    assert free_bytes(path) == 1_000
    reserve.hold(path, 50)
    assert free_bytes(path) == 1_050
