"""A device dies where it is told to, with what it had committed, and nowhere else."""

import pytest

from troth import Put, document_id
from troth.testing import Crash, World
from troth_wire.errors import UsageError

LIST = document_id("list")


@pytest.mark.parametrize("boundary", [0, 1, 2])
def test_a_crash_keeps_what_was_committed(boundary: int) -> None:
    """A device that crashes before its commit has lost the edit, and one that crashes after it has not."""
    world = World("ann")
    finished = []
    with world.crash("ann", boundary):
        world.devices["ann"].edit(LIST, Put(("k",), 1))
        finished.append(boundary)
    assert not finished, "it crashed"
    assert world.devices["ann"].view(LIST) == ({} if boundary == 0 else {"k": 1})


def test_a_crash_that_was_not_asked_for_is_none() -> None:
    """A device works on where no crash comes, and an exception of another kind is not swallowed."""
    world = World("ann")
    with world.crash("ann", 99):
        world.devices["ann"].edit(LIST, Put(("k",), 1))
    assert world.devices["ann"].view(LIST) == {"k": 1}
    with pytest.raises(UsageError), world.crash("ann", 99):
        world.devices["ann"].edit(LIST, Put(("nowhere", "k"), 1))
    assert issubclass(Crash, Exception)
