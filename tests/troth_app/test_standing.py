"""Of a removed device counts what a kept record carries, and nothing that it wrote later, whoever brings that."""

from tests.troth.letters import device
from tests.troth.tales import Tale
from tests.troth_couple.people import DAY
from troth import Put, Signer
from troth.crypto import digest
from troth.operations import Operation
from troth.record import Header, Kind, Record, sign
from troth.testing import Device, World
from troth_app.standing import is_plain, roster_from, written_by
from troth_couple import Book, Day, Pen, Roster, State, derive, document_of, entries_in, entry_edits, roster_of
from troth_couple.entry import Entry
from troth_wire import codec
from troth_wire.ids import Incarnation

DOCUMENT = document_of()


def write(device: Device, feelings: str) -> Entry:
    """Let a device say how its person is."""
    # Also before it has read that it belongs.
    book = Book(roster_of(device.world.devices["robin"].engine.inbox.members))
    book.add(entries_in(device.view(DOCUMENT)))
    pen = Pen(book, device.engine.identity.device, device.engine.life, device.keys.signer)
    entry = pen.write("check_in", {"feelings": feelings}, day=DAY)
    device.edit(DOCUMENT, *entry_edits([entry]))
    return entry


def roster(device: Device, *more: Entry) -> Roster:
    """The roster as a device reads it, which may know entries that its document lacks."""
    found = {**entries_in(device.view(DOCUMENT)), **{entry.id.hex(): entry.value for entry in more}}
    return roster_from(device.engine.inbox.members, device.engine.inbox.chains.proven, DOCUMENT, found)


def state(device: Device, *more: Entry, today: Day = DAY) -> State:
    """What stands for a device."""
    found = {**entries_in(device.view(DOCUMENT)), **{entry.id.hex(): entry.value for entry in more}}
    return derive(found, roster(device, *more), today)


def said(found: State) -> set[str]:
    """What counts of what was said."""
    return {str(thing.says("feelings")) for thing in found.things.values()}


def test_while_nobody_was_removed_nothing_is_looked_at() -> None:
    """The roster is the membership log's own."""
    world = World("robin", "sasha")
    robin = world.devices["robin"]
    write(robin, "calm")
    assert is_plain(robin.engine.inbox.members)
    assert roster(robin) == roster_of(robin.engine.inbox.members)


def test_what_was_read_before_the_removal_counts_and_nothing_later() -> None:
    """Also where somebody puts the later words back as their own edit, and on every device alike."""
    world = World("robin", "sasha")
    tablet = world.add("robin2", by="robin")
    world.sync()
    write(tablet, "first")
    write(tablet, "second")
    world.sync()
    tablet.cut()
    world.revoke("robin2", by="robin")
    late = write(tablet, "late")
    world.sync("robin", "sasha")
    world.devices["robin"].edit(DOCUMENT, *entry_edits([late]))
    world.sync()
    for name in ("robin", "sasha"):
        assert said(state(world.devices[name], late)) == {"first", "second"}, name
    assert not is_plain(world.devices["robin"].engine.inbox.members)


def test_a_device_of_which_nothing_was_read_says_nothing() -> None:
    """A removal that knows of no record keeps none."""
    world = World("robin", "sasha")
    tablet = world.add("robin2", by="robin")
    world.sync("robin", "sasha")
    world.revoke("robin2", by="robin")
    late = write(tablet, "late")
    world.sync()
    assert said(state(world.devices["sasha"], late)) == set()


def test_junk_in_the_place_of_an_entry_is_no_end() -> None:
    """A removed device's record may carry anything; what is no entry of its own is passed over."""
    world = World("robin", "sasha")
    tablet = world.add("robin2", by="robin")
    world.sync()
    kept = write(tablet, "kept")
    tablet.edit(DOCUMENT, Put(("entry:" + "0" * 64,), b"junk"), Put(("entry:" + "1" * 64,), 7), Put(("other",), 1))
    world.sync()
    world.revoke("robin2", by="robin")
    world.sync()
    standing = roster(world.devices["sasha"]).devices[tablet.engine.identity.device]
    assert standing.cut is not None
    assert [tail.entry for tail in standing.cut.tails.values()] == [kept.id]


def carried(operation: Operation) -> Record:
    """A record that carries an operation."""
    payload = codec.pack([operation.body, operation.signature])
    header = Header(
        kind=Kind.OPERATION,
        space=operation.space,
        device=operation.author,
        incarnation=Incarnation(bytes(16)),
        sequence=1,
        payload_hash=digest(b"troth/payload", payload),
    )
    return sign(header, payload, Signer(bytes(32)))


def test_a_device_of_the_recovery_words_commits_to_nothing_yet() -> None:
    """It belongs, its cautions count, and its commitments wait; a device of another device is confirmed."""
    tale = Tale()
    tale.words("words of robin", "robin")
    tale.add("phone of robin", "words of robin")
    tale.add("tablet of robin", "robin")
    newer = Header(
        kind=Kind.OPERATION,
        space=tale.genesis.space,
        device=device("robin"),
        incarnation=Incarnation(bytes(16)),
        sequence=1,
        payload_hash=digest(b"troth/payload", b"x"),
    )
    found = [*map(carried, tale.told), sign(newer, b"x", Signer(bytes(32)))]
    devices = roster_from(tale.members(), found, DOCUMENT, {}).devices
    assert {name: devices[device(name)].confirmed for name in ("robin", "phone of robin", "tablet of robin")} == {
        "robin": True,
        "phone of robin": False,
        "tablet of robin": True,
    }
    assert device("words of robin") not in devices
    tale.confirm("phone of robin", "robin")
    assert roster_from(tale.members(), found, DOCUMENT, {}).devices[device("phone of robin")].confirmed


def test_a_device_does_not_confirm_itself() -> None:
    """Scenario 31: one that recovery words added signs what it likes, and neither it nor what it adds commits."""
    tale = Tale()
    tale.words("words of robin", "robin")
    tale.add("phone of robin", "words of robin")
    tale.add("phone of robin", "phone of robin")
    tale.add("tablet of robin", "phone of robin")
    devices = roster_from(tale.members(), map(carried, tale.told), DOCUMENT, {}).devices
    assert not devices[device("phone of robin")].confirmed
    assert not devices[device("tablet of robin")].confirmed
    assert devices[device("robin")].confirmed


def test_an_entry_of_a_removed_device_is_noticed() -> None:
    """Among values of any kind, by the device that an entry names."""
    world = World("robin", "sasha")
    robin, sasha = (world.devices[name] for name in ("robin", "sasha"))
    entry = write(robin, "calm")
    values = {"junk": b"junk", "text": "words", entry.id.hex(): entry.value}
    assert written_by({robin.engine.identity.device}, values)
    assert not written_by({sasha.engine.identity.device}, values)
