"""How far a device had read is what its latest record says of this log, and nothing else."""

from dataclasses import replace

import pytest

from tests.troth.letters import device, letter
from troth.edits import Put
from troth.identity import document_id
from troth.record import Seen
from troth.sightings import Sightings
from troth.testing import World
from troth_wire.ids import Lineage, MailboxId, RunningHash

NOTE = document_id("note")


def seen(position: int, *, lineage: bytes = b"l" * 16, mailbox: bytes = b"m" * 32) -> Seen:
    """A place in a log."""
    return Seen(MailboxId(mailbox), Lineage(lineage), position, RunningHash(bytes(32)))


def test_the_furthest_reading_counts() -> None:
    """Records in any order: the furthest place is the one, and nobody is ahead of what is read here."""
    sightings = Sightings()
    for position in (3, 7, 5):
        sightings.note(letter("robin", seen=seen(position)))
    assert sightings.behind(device("robin"), seen(10)) == 3
    assert sightings.behind(device("robin"), seen(6)) == 0


@pytest.mark.parametrize("here", [None, seen(10, lineage=b"o" * 16), seen(10, mailbox=b"o" * 32)])
def test_another_log_tells_nothing(here: Seen | None) -> None:
    """Of a device that wrote nothing, or while another log is read, nothing is known."""
    sightings = Sightings()
    assert sightings.behind(device("robin"), seen(10)) is None
    sightings.note(letter("robin"))
    assert sightings.behind(device("robin"), seen(10)) is None
    sightings.note(letter("robin", seen=seen(7)))
    assert sightings.behind(device("robin"), here) is None


def test_a_new_log_counts_at_once() -> None:
    """After the relay lost its log, a device's first word about the new one counts, however short that is."""
    sightings = Sightings()
    sightings.note(letter("robin", seen=seen(90)))
    sightings.note(letter("robin", seen=replace(seen(2), lineage=Lineage(b"n" * 16))))
    assert sightings.behind(device("robin"), seen(5, lineage=b"n" * 16)) == 3


def test_own_devices_are_told_of_and_the_others_are_not() -> None:
    """A person sees how far their own other devices had read, and of the other person's nothing, also after a load."""
    world = World("robin", "sasha")
    phone = world.add("phone", by="robin").engine.identity.device
    robin = world.devices["robin"]
    assert robin.engine.status().own == {phone: None}
    world.sync()
    world.devices["phone"].edit(NOTE, Put(("from",), "phone"))
    world.devices["sasha"].edit(NOTE, Put(("more",), "sasha"))
    world.sync()
    read_here = robin.engine.status().read
    assert robin.engine.status().own == {phone: read_here - 1}
    robin.restart()
    assert robin.engine.status().own == {phone: read_here - 1}
    assert world.devices["sasha"].engine.status().own == {}


def test_what_waits_is_told_one_by_one() -> None:
    """Every record that the log has not shown stands in the status, with its document, until it is seen there."""
    world = World("robin")
    robin = world.devices["robin"]
    robin.edit(NOTE, Put(("a",), 1))
    world.add("phone", by="robin")
    assert [(item.document, item.sequence) for item in robin.engine.status().items] == [(NOTE, 1), (None, 2)]
    world.sync()
    assert robin.engine.status().items == ()
