"""A log that has become long is left for the next one, which begins with a checkpoint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import Put, document_id, tail
from troth.tail import Tail
from troth.testing import World
from troth_wire.ids import MailboxId

HERE = MailboxId(bytes(32))
LIST = document_id("list")


@given(st.lists(st.tuples(st.integers(0, 2**23), st.integers(1, 256)) | st.none(), max_size=12))
def test_what_is_remembered_is_the_same(read: list[tuple[int, int] | None]) -> None:
    """A tail that is taken up again from its last row goes on where it was."""
    here, row = Tail(HERE), None
    for one in read:
        row = here.bag() if one is None else here.grow(*one)
    assert Tail.parse(HERE, row.value if row else None) == here


GROWTH = [
    (tail.TAIL_BYTES_MIN, tail.TAIL_ENTRIES_MAX, False),
    (1, 0, True),
    None,
    (2 * tail.TAIL_BYTES_MIN, 0, False),
    (3, 0, True),
    None,
    (0, tail.TAIL_ENTRIES_MAX + 1, True),
]


def test_it_is_long_by_bytes_or_by_entries() -> None:
    """Beyond a floor, twice the checkpoint is too much; and so are too many entries, however small."""
    here = Tail(HERE)
    for step in GROWTH:
        if step is None:
            here.bag()
        else:
            here.grow(*step[:2])
        assert here.is_long == (step is not None and step[2])


def test_whoever_writes_next_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs stay short by themselves, across restarts; nobody who only reads changes a key, and nothing is lost."""
    monkeypatch.setattr(tail, "TAIL_ENTRIES_MAX", 8)
    world = World("ann", "bob")
    world.sync()
    for number in range(40):
        for name in ("ann", "bob"):
            world.devices[name].edit(LIST, Put((f"{name} {number}",), 1))
            if number % 7 == 3:
                world.devices[name].restart()
        world.sync()
    highest = world.devices["bob"].engine.inbox.members.highest
    assert 3 <= highest <= 20
    open_logs = [
        log for at, log in world.relay.logs.items() if at not in {*world.relay.closings, *world.relay.meetings}
    ]
    assert [len(log) <= 16 for log in open_logs] == [True]
    assert all(len(device.view(LIST)) == 80 for device in world.devices.values())
    for _ in range(3):
        world.sync()
    assert world.devices["bob"].engine.inbox.members.highest == highest
