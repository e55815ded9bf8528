"""A scribe gives every record the next place in its life's chain, and says what it knew when it wrote."""

from hypothesis import given
from hypothesis import strategies as st

from troth import crypto, record
from troth.record import Kind, Verified
from troth.testing import World
from troth_wire import codec
from troth_wire.ids import ChangeHash, DocumentId

PAYLOAD = codec.pack([b"change"])
DOCUMENT = DocumentId(b"d" * 16)
CHANGES = (ChangeHash(b"c" * 32),)


def written(world: World, name: str, count: int) -> list[Verified]:
    """Some records by one device, one after the other."""
    scribe = world.devices[name].engine.writer.scribe
    return [scribe.write(Kind.CHANGES, PAYLOAD, document=DOCUMENT, changes=CHANGES) for _ in range(count)]


@given(st.integers(1, 6))
def test_records_follow_one_another(count: int) -> None:
    """The first has sequence 1 and no predecessor; each later one names the one before it."""
    records = written(World("ann"), "ann", count)
    headers = [item.header for item in records]
    assert [header.sequence for header in headers] == list(range(1, count + 1))
    assert [header.prev for header in headers] == [None, *(item.id for item in records[:-1])]


def test_records_are_signed_for_what_they_carry() -> None:
    """The everyday key signed it, and the header names the payload."""
    world = World("ann")
    (item,) = written(world, "ann", 1)
    record.verify(item, world.devices["ann"].keys.card.everyday)
    assert item.header.payload_hash == crypto.digest(b"troth/payload", PAYLOAD)


def test_heads_are_said_when_they_changed() -> None:
    """The first record of a life names the membership heads, a later one only after they changed."""
    world = World("ann", "bob")
    first, second = written(world, "ann", 2)
    world.add("tablet", by="ann")
    (third,) = written(world, "ann", 1)
    assert first.header.heads
    assert second.header.heads == ()
    # The record that added the tablet was written before its operation counted.
    assert third.header.heads not in ((), first.header.heads)


def test_what_was_seen_is_said() -> None:
    """A record states how far its author had read the log, and nothing before any was read."""
    world = World("ann")
    (offline,) = written(world, "ann", 1)
    assert offline.header.seen is None
    world.sync()
    (online,) = written(world, "ann", 1)
    assert online.header.seen == world.devices["ann"].engine.cursor.seen


def test_another_life_names_the_tips_of_earlier_ones() -> None:
    """After a move, sequences begin anew and the last record of the old life is named."""
    world = World("ann")
    ann = world.devices["ann"]
    world.add("tablet", by="ann")
    world.sync()
    tip = ann.engine.inbox.chains.tip(ann.keys.device, ann.engine.life)
    ann.restart(moved=True)
    (item,) = written(world, "ann", 1)
    assert item.header.sequence == 1
    assert item.header.tips == (tip,)
