"""Below the floor nothing new may be stored, and the message says what is safe and what to do."""

from pathlib import Path

import pytest

from troth_relay.floor import Floor, free_bytes
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
