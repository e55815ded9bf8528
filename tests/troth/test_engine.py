"""The whole ring in one thread: whatever fails, nothing acknowledged is lost, and everyone comes to show the same."""

from contextlib import suppress
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.troth.clones import Clone
from tests.troth.malice import DOCUMENTS, Malice
from troth import (
    Changed,
    Delete,
    Disputed,
    Edit,
    Elsewhere,
    Engine,
    Group,
    Held,
    Insert,
    Put,
    RefusedEdit,
    RefusedPush,
    Splice,
    Text,
    document_id,
    inbox,
)
from troth import envelope as envelopes
from troth import record as records
from troth.crypto import digest
from troth.guard import change_hash
from troth.keys import DeviceKeys
from troth.record import Header, Kind, Record
from troth.testing import Device, World
from troth_wire import codec, messages
from troth_wire.errors import RemoteError, StoreError, UsageError
from troth_wire.ids import DeviceId, DocumentId, EnvelopeId, Incarnation, Lineage, PersonId, RecordId
from troth_wire.limits import ENVELOPE_BYTES_MIN, PUSH_BYTES_IN_FLIGHT_MAX
from troth_wire.log import envelope_id
from troth_wire.messages import Deliver, Reason, Refuse, Stored

LIST: Final = document_id("list")
NAMES: Final = ("ann", "bob", "ann2", "bob2")
HONEST: Final = st.sampled_from(NAMES)


class Stranger:
    """A device of the space that no honest program runs: it signs and pushes whatever a test wants."""

    def __init__(self, world: World, by: str) -> None:
        self._world = world
        device = world.add("stranger", by=by)
        del world.devices["stranger"]
        self.keys: DeviceKeys = device.keys
        self._epoch = device.engine.identity.epoch
        self._space = device.engine.identity.space
        self._life = Incarnation(world.entropy(16))
        self._tip: tuple[int, RecordId | None] = (0, None)

    def push(self, kind: int, payload: bytes, **fields: Any) -> None:
        """Append a well-signed record to the log."""
        sequence, prev = self._tip
        header = Header(
            kind=kind,
            space=self._space,
            device=self.keys.device,
            incarnation=self._life,
            sequence=sequence + 1,
            prev=prev,
            payload_hash=digest(b"troth/payload", payload),
            **fields,
        )
        record = records.sign(header, payload, self.keys.signer)
        self._tip = (sequence + 1, record.id)
        self.push_bytes(envelopes.seal(record, self._epoch, self._world.entropy(24)))

    def push_changes(self, *changes: bytes, document: DocumentId = LIST) -> None:
        """Append a record of changes that are whatever they are."""
        hashes = tuple(map(change_hash, changes))
        self.push(Kind.CHANGES, codec.pack(changes), document=document, changes=hashes)

    def push_bytes(self, envelope: bytes) -> None:
        """Append anything to the log."""
        self._world.relay.logs[self._world.mailbox].append(envelope)

    def borrow(self, envelope: bytes) -> None:
        """Sign the changes in an envelope as own ones."""
        self.push_changes(*records.changes_in(envelopes.open_(envelope, self._epoch)))

    def reseal(self, envelope: bytes) -> None:
        """Append the record of an envelope again, sealed anew."""
        record = envelopes.open_(envelope, self._epoch)
        self.push_bytes(envelopes.seal(record, self._epoch, self._world.entropy(24)))


def family() -> World:
    """Two persons with two devices each, a map, a list and a text, all in sync."""
    world = World("ann", "bob")
    world.add("ann2", by="ann")
    world.add("bob2", by="bob")
    world.devices["ann"].edit(LIST, Put(("entries",), {}), Put(("items",), []), Put(("note",), Text("")))
    world.sync()
    return world


class Ring(RuleBasedStateMachine):
    """Four devices, a relay, and what goes wrong between them.

    What was acknowledged is written down here, outside the devices.
    """

    @initialize()
    def begin(self) -> None:
        """Everybody starts in sync."""
        self.world = family()
        self.stranger = Stranger(self.world, by="bob")
        self.clone: Clone | None = None
        self.acknowledged: set[str] = set()
        self.doubtful: set[str] = set()
        self.count = 0

    @rule(name=HONEST, crash_at=st.none() | st.integers(0, 2))
    def edit(self, name: str, crash_at: int | None) -> None:
        """A group of three edits, acknowledged; or in doubt, because the device died meanwhile."""
        edits = self._group(name)
        with self.world.crash(name, 99 if crash_at is None else crash_at):
            self.world.devices[name].edit(LIST, *edits)
            self.acknowledged.add(f"w{self.count}.")

    def _group(self, name: str) -> tuple[Edit, ...]:
        self.count += 1
        word = f"w{self.count}."
        self.doubtful.add(word)
        return Put(("entries", word), name), Insert(("items",), -1, word), Splice(("note",), -1, 0, word)

    @rule()
    def copy(self) -> None:
        """Somebody takes a copy of a device's vault, as it is now."""
        self.clone = Clone(self.world, self.world.devices["ann2"])

    @precondition(lambda self: self.clone is not None)
    @rule(count=st.integers(1, 3))
    def clone_writes(self, count: int) -> None:
        """The copy writes, from where it was taken, so that two changes of one place and their followers are there."""
        assert self.clone is not None
        self.clone.push(LIST, *(self._group("clone") for _ in range(count)))

    @rule(name=HONEST, at=st.integers(0, 20), length=st.integers(0, 5))
    def cut_words(self, name: str, at: int, length: int) -> None:
        """Someone removes part of the text."""
        device = self.world.devices[name]
        size = len(device.view(LIST, ("note",)))
        device.edit(LIST, Splice(("note",), min(at, size), min(length, size - min(at, size))))

    @rule(name=HONEST)
    def connect(self, name: str) -> None:
        """A link comes up."""
        self.world.devices[name].connect()

    @rule(name=HONEST)
    def cut(self, name: str) -> None:
        """A link goes down."""
        self.world.devices[name].cut()

    @rule(name=HONEST, limit=st.none() | st.integers(1, 3))
    def pump(self, name: str, limit: int | None) -> None:
        """Some of what the relay has arrives."""
        self.world.devices[name].pump(limit)

    @rule(name=HONEST, crash_at=st.integers(0, 8))
    def pump_and_crash(self, name: str, crash_at: int) -> None:
        """The device dies at some step boundary while it takes something in."""
        with self.world.crash(name, crash_at):
            self.world.devices[name].connect()
            self.world.devices[name].pump()

    @rule(name=HONEST, moved=st.booleans())
    def restart(self, name: str, moved: bool) -> None:
        """The process is killed between two inputs, or the vault is moved: a person sees the same as before."""
        device = self.world.devices[name]
        before = device.view(LIST)
        device.restart(moved=moved)
        assert device.view(LIST) == before

    @rule(which=st.integers(0, 3))
    def repeat(self, which: int) -> None:
        """An old record comes again in a new envelope."""
        # What is no envelope has no record in it, wherever the relay moved it to.
        with suppress(RemoteError):
            self.stranger.reseal(self.world.relay.logs[self.world.mailbox][which])

    @rule(version=st.integers(0, 2), junk=st.integers(0, 255))
    def junk(self, version: int, junk: int) -> None:
        """Something in the log is no envelope."""
        self.stranger.push_bytes(bytes([version]) + bytes([junk]) * ENVELOPE_BYTES_MIN)

    @rule(one=st.integers(0, 4), two=st.integers(0, 4))
    def reorder(self, one: int, two: int) -> None:
        """The relay exchanges entries that nobody was shown yet; what order they have is its to decide."""
        devices = self.world.devices.values()
        shown = [device.session.sent(self.world.mailbox) for device in devices if device.session is not None]
        start = max([*shown, *(device.engine.cursor.position for device in devices)])
        log = self.world.relay.logs[self.world.mailbox]
        if start + max(one, two) < len(log):
            log[start + one], log[start + two] = log[start + two], log[start + one]

    @rule(kind=st.integers(2, 9), payload=st.binary(max_size=40))
    def hostile_record(self, kind: int, payload: bytes) -> None:
        """A device of the space signs what means nothing."""
        self.stranger.push(kind, payload)

    @rule(raw=st.binary(min_size=1, max_size=40))
    def hostile_change(self, raw: bytes) -> None:
        """A device of the space signs a change that is none."""
        self.stranger.push_changes(raw)

    @rule()
    def borrowed_change(self) -> None:
        """A device of the space signs another's change as its own."""
        self.stranger.borrow(self.world.relay.logs[self.world.mailbox][1])

    @rule(refuse=st.booleans())
    def relay_is_full(self, refuse: bool) -> None:
        """The relay takes nothing for a while."""
        self.world.relay.refuse_pushes = Reason.QUOTA if refuse else None

    @rule()
    def sync_everyone(self) -> None:
        """Everybody meets; then all show the same, and what was acknowledged is in it."""
        self.world.relay.refuse_pushes = None
        for device in self.world.devices.values():
            device.cut()
        self.world.sync()
        views = {name: device.view(LIST) for name, device in self.world.devices.items()}
        note(str(views))
        assert all(view == views["ann"] for view in views.values()), "every device shows the same"
        present = set(views["ann"]["entries"])
        assert self.acknowledged <= present <= self.doubtful, "what was acknowledged is there, and nothing else"
        assert sorted(present) == sorted(views["ann"]["items"]), "a group of edits stands as a whole, and once"
        for name, device in self.world.devices.items():
            assert device.engine.status().waiting == 0, "what was written has reached the relay"
            assert not device.engine.evidence.count, "an honest relay causes no alarm"
            stolen = name == "ann2" and self.clone is not None
            assert stolen or not device.engine.elsewhere, "nobody else wrote with this device's key"

    def teardown(self) -> None:
        """However a story ends, it ends well."""
        if hasattr(self, "world"):
            self.sync_everyone()


TestRing = Ring.TestCase
TestRing.settings = settings(stateful_step_count=30)


@given(
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1), min_size=2, max_size=4)
)
def test_merging_never_loses_a_word(texts: list[str]) -> None:
    """Whatever people type into one text while apart, every character of everyone is there once they met."""
    world = family()
    world.devices["ann"].edit(LIST, Splice(("note",), 0, 0, "shared"))
    world.sync()
    for device in world.devices.values():
        device.cut()
    for name, text in zip(NAMES, texts, strict=False):
        world.devices[name].edit(LIST, Splice(("note",), 3, 0, text))
    world.sync()
    final = str(world.devices["ann"].view(LIST, ("note",)))
    assert sorted(final) == sorted("shared" + "".join(texts))
    for text in texts:
        assert text in final, "what one person typed in one go stays together"


@given(batches=st.lists(st.integers(1, 4), max_size=6))
def test_edits_of_one_input_share_one_record(batches: list[int]) -> None:
    """All edits that one input brings become one change, one record and one envelope."""
    world = family()
    device = world.devices["ann"]
    for turn, size in enumerate(batches):
        before = len(world.relay.logs[world.mailbox])
        groups = [Group(ticket, LIST, (Put(("entries", f"{turn}.{ticket}"), ticket),)) for ticket in range(size)]
        device._carry_out(device.engine.edit(groups))
        assert len(world.relay.logs[world.mailbox]) == before + 1


def test_a_refused_group_leaves_the_others() -> None:
    """An edit that can not be applied is refused to its caller alone."""
    device = family().devices["ann"]
    with pytest.raises(UsageError):
        device.edit(LIST, Put(("entries", "kept out"), 1), Put(("nowhere", "at all"), 1))
    device.edit(LIST, Put(("entries", "in"), 1))
    assert device.view(LIST, ("entries",)) == {"in": 1}


def test_what_names_no_document_is_refused_and_never_written() -> None:
    """Edits of a document under no id of 16 bytes are refused, those beside them stand, and the store loads again."""
    world = World("ann")
    ann = world.devices["ann"]
    named, unnamed = Group(1, LIST, (Put(("a",), 1),)), Group(2, DocumentId(b"list"), (Put(("a",), 2),))
    step = ann.engine.edit([named, unnamed])
    refused = [event for event in step.tell if isinstance(event, RefusedEdit)]
    assert [event.ticket for event in refused] == [2]
    assert "document_id" in str(refused[0].error)
    ann.store.commit([*step.note, *step.save])
    ann.restart()
    assert ann.view(LIST) == {"a": 1}
    with pytest.raises(UsageError, match="document_id"):
        ann.view(DocumentId(b"list"))


def test_nothing_is_pushed_before_the_log_was_read() -> None:
    """A session pushes nothing before it has read to the end of the log, its own chain included."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    ann.cut()
    for number in range(5):
        bob.edit(LIST, Put(("entries", str(number)), number))
    ann.edit(LIST, Put(("entries", "ann"), 1))
    before = len(world.relay.logs[world.mailbox])
    ann.connect()
    for _ in range(4):
        ann.pump(limit=1)
        assert len(world.relay.logs[world.mailbox]) == before
    world.sync()
    assert len(world.relay.logs[world.mailbox]) == before + 1


def test_echo_is_the_acknowledgement() -> None:
    """An envelope leaves the outbox when it is seen in the log, and not before."""
    world = family()
    ann = world.devices["ann"]
    ann.edit(LIST, Put(("entries", "x"), 1))
    assert ann.engine.status().waiting == 1, "pushed, and not yet seen"
    ann.pump()
    assert ann.engine.status().waiting == 0


def test_what_was_in_flight_is_pushed_again() -> None:
    """What the relay never stored goes out over the next link."""
    world = family()
    ann = world.devices["ann"]
    ann.edit(LIST, Put(("entries", "x"), 1))
    world.relay.logs[world.mailbox].pop()
    ann.cut()
    world.sync()
    assert world.devices["bob"].view(LIST, ("entries",)) == {"x": 1}


def test_a_restart_goes_on_where_it_was() -> None:
    """After a restart nothing is read twice, skipped or written over, and what waits still does."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    for word in ("one", "two"):
        ann.cut()
        ann.edit(LIST, Put(("entries", word), 1))
        bob.edit(LIST, Put(("entries", f"{word} of bob"), 1))
        read = ann.engine.cursor.position
        ann.close()
        ann.restart()
        assert ann.engine.cursor.position == read
        assert ann.engine.status().waiting == 1
        world.sync()
    ann.restart()
    expected = {"one", "two", "one of bob", "two of bob"}
    assert all(set(device.view(LIST, ("entries",))) == expected for device in world.devices.values())
    assert not any(device.engine.evidence.count for device in world.devices.values())


def test_what_the_echo_says_waits_for_the_next_commit() -> None:
    """The echo of an own envelope costs no commit of its own, and a crash before the next one costs nothing."""
    world = family()
    ann = world.devices["ann"]
    for moment in ("at once", "after another edit"):
        ann.edit(LIST, Put(("entries", moment), 1))
        rows = dict(ann.store.rows)
        ann.pump()
        assert ann.engine.status().waiting == 0
        assert ann.store.rows == rows
        if moment != "at once":
            ann.edit(LIST, Put(("entries", "another"), 1))
        ann.restart()
        world.sync()
        assert ann.engine.status().waiting == 0
        assert not ann.engine.evidence.count
    assert len(world.devices["bob"].view(LIST, ("entries",))) == 3


def test_what_the_relay_refuses_stays_and_goes_later() -> None:
    """A full relay costs nothing: the edit stays queued, the status says why, and it goes when there is room."""
    world = family()
    ann = world.devices["ann"]
    world.relay.refuse_pushes = Reason.QUOTA
    ann.edit(LIST, Put(("entries", "x"), 1))
    ann.pump()
    assert RefusedPush("the mailbox is full") in ann.told
    assert "the mailbox is full" in " ".join(ann.engine.status().sentences())
    world.relay.refuse_pushes = None
    ann.tick(0.0)
    ann.tick(0.5)
    assert ann.engine.status().waiting == 1, "the relay asked for a second"
    ann.tick(1.5)
    world.sync()
    assert world.devices["bob"].view(LIST, ("entries",)) == {"x": 1}


def test_what_is_in_flight_is_bounded() -> None:
    """However much was written offline, only so much is in flight at once, and all of it arrives."""
    world = family()
    ann = world.devices["ann"]
    ann.cut()
    for number in range(60):
        ann.edit(LIST, Put(("entries", str(number)), "x" * 45_000))
    ann.connect()
    log = world.relay.logs[world.mailbox]
    while ann.engine.status().waiting:
        ann.pump()
        # What stands in the log and was not seen by ann yet is what is in flight.
        assert sum(map(len, log[ann.engine.cursor.position :])) <= PUSH_BYTES_IN_FLIGHT_MAX
    world.sync()
    assert len(world.devices["bob"].view(LIST, ("entries",))) == 60


def test_a_full_disk_loses_only_what_was_not_acknowledged() -> None:
    """An edit that could not be saved is refused to its caller; after a restart everything acknowledged is there."""
    world = family()
    ann = world.devices["ann"]
    ann.edit(LIST, Put(("entries", "before"), 1))
    ann.store.full = True
    with pytest.raises(StoreError):
        ann.edit(LIST, Put(("entries", "lost"), 1))
    ann.store.full = False
    ann.restart()
    ann.edit(LIST, Put(("entries", "after"), 1))
    world.sync()
    assert world.devices["bob"].view(LIST, ("entries",)) == {"before": 1, "after": 1}


def test_a_relay_that_rolls_back_is_found_out_and_made_whole() -> None:
    """A log that lost its end is noticed by those who had read it, kept as evidence, and filled again."""
    world = family()
    for number, name in enumerate(NAMES):
        world.devices[name].edit(LIST, Put(("entries", name), number))
    world.sync()
    for device in world.devices.values():
        device.cut()
    world.relay.roll_back(world.mailbox, 3)
    world.sync()
    assert all(Disputed(None) in device.told for device in world.devices.values())
    newcomer = world.add("ann3", by="ann")
    world.sync()
    assert newcomer.view(LIST) == world.devices["bob"].view(LIST)
    assert set(newcomer.view(LIST, ("entries",))) == set(NAMES)


def test_a_relay_that_starts_over_is_found_out_and_made_whole() -> None:
    """The same when the relay lost everything and made the mailbox anew."""
    world = family()
    world.devices["bob"].edit(LIST, Put(("entries", "bob"), 1))
    world.sync()
    for device in world.devices.values():
        device.cut()
    del world.relay.logs[world.mailbox]
    world.sync()
    newcomer = world.add("bob3", by="bob")
    world.sync()
    assert newcomer.view(LIST, ("entries",)) == {"bob": 1}


def test_a_relay_that_shows_two_histories_is_contradicted() -> None:
    """Where two devices were shown different logs, the next record of either proves it to the other."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    log = world.relay.logs[world.mailbox]
    ann.edit(LIST, Put(("entries", "for ann alone"), 1))
    ann.pump()
    log.pop()
    world.devices["bob2"].edit(LIST, Put(("entries", "for bob alone"), 1))
    bob.pump()
    assert not bob.engine.evidence.count, "each history by itself is whole"
    ann.edit(LIST, Put(("entries", "later"), 1))
    bob.pump()
    assert Disputed(ann.keys.device) in bob.told
    bob.restart()
    assert "another history" in bob.engine.status().sentences()[0], "the evidence is kept"


def test_a_relay_that_hides_a_record_is_contradicted() -> None:
    """A record that its author saw in the log, and that is missing for others, is missed at the author's next one."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    log = world.relay.logs[world.mailbox]
    ann.edit(LIST, Put(("entries", "hidden"), 1))
    ann.pump()
    log.pop()
    ann.edit(LIST, Put(("entries", "later"), 1))
    bob.pump()
    assert Disputed(ann.keys.device) in bob.told
    assert bob.engine.status().parked == {"it builds on a change that has not arrived": 1}


def test_a_copied_vault_starts_another_life() -> None:
    """Two programs on one vault: the one that meets its own unknown record says so and goes on in another life."""
    world = family()
    ann = world.devices["ann"]
    rows = dict(ann.store.rows)
    ann.edit(LIST, Put(("entries", "first"), 1))
    world.sync()
    twin = Device("twin", world, type(ann.store)(), ann.keys, ann.admin, ann.engine)
    twin.store.rows = rows
    twin.restart()
    world.devices["twin"] = twin
    twin.edit(LIST, Put(("entries", "second"), 2))
    world.sync()
    assert any(isinstance(event, Elsewhere) for event in twin.told)
    assert twin.engine.life != ann.engine.life
    assert all(device.view(LIST, ("entries",)) == {"first": 1, "second": 2} for device in world.devices.values())
    assert "elsewhere" in " ".join(twin.engine.status().sentences())


def test_a_copy_that_writes_elsewhere_is_met_all_the_same() -> None:
    """A copy of the vault that wrote in a document where nothing conflicts makes the device live anew too."""
    world = family()
    ann = world.devices["ann"]
    life = ann.engine.life
    Clone(world, ann).push(document_id("other"), (Put(("k",), 1),))
    world.sync()
    assert ann.engine.life != life
    ann.edit(document_id("other"), Put(("mine",), 2))
    world.sync()
    assert all(device.view(document_id("other")) == {"k": 1, "mine": 2} for device in world.devices.values())


def test_unsent_edits_of_an_earlier_life_are_made_anew() -> None:
    """What a moved vault had not sent is written again on what stands now, once, and reaches everyone."""
    world = family()
    ann = world.devices["ann"]
    ann.cut()
    ann.edit(LIST, Put(("entries", "unsent"), 1), Splice(("note",), 0, 0, "unsent "))
    world.devices["bob"].edit(LIST, Splice(("note",), 0, 0, "bob "))
    ann.restart(moved=True)
    ann.edit(LIST, Splice(("note",), -1, 0, "later"))
    world.sync()
    note_ = str(world.devices["bob"].view(LIST, ("note",)))
    assert sorted(note_.split()) == ["bob", "later", "unsent"]
    assert world.devices["bob"].view(LIST, ("entries",)) == {"unsent": 1}
    ann.restart()
    world.sync()
    assert str(world.devices["bob"].view(LIST, ("note",))) == note_, "and not again at the next start"


def test_an_edit_that_can_not_be_made_anew_is_kept_and_said() -> None:
    """Where an unsent edit no longer fits what stands now, the person hears of it and its text is kept."""
    world = family()
    ann = world.devices["ann"]
    ann.cut()
    ann.edit(LIST, Splice(("note",), 0, 0, "12345"))
    ann.edit(LIST, Splice(("note",), 3, 2, "words"))
    rows = dict(ann.store.rows)
    first = min(key for table, key in rows if table == "outbox")
    del rows["outbox", first], rows["edits", first], rows["records", first]
    ann.store.rows = rows
    ann.restart(moved=True)
    world.sync()
    assert any(isinstance(event, Held) for event in ann.told)
    assert any(table == "unmade" for table, _ in ann.store.rows)


def test_a_device_added_while_offline_can_write_once_both_met() -> None:
    """The record that adds a device survives a move of the vault that wrote it."""
    world = World("ann", "bob")
    world.devices["ann"].edit(LIST, Put(("entries",), {}))
    world.sync()
    world.devices["ann"].cut()
    phone = world.add("phone", by="ann")
    world.devices["ann"].restart(moved=True)
    world.sync()
    phone.edit(LIST, Put(("entries", "phone"), 1))
    world.sync()
    assert world.devices["bob"].view(LIST, ("entries",)) == {"phone": 1}


def test_a_hostile_entry_costs_one_slot() -> None:
    """Junk in the log is held with a reason, the cursor passes it, and what comes after is taken in."""
    world = family()
    stranger = Stranger(world, by="bob")
    stranger.push_bytes(b"\x01\x01" + bytes(ENVELOPE_BYTES_MIN))
    stranger.push_bytes(b"\x07\x01" + bytes(ENVELOPE_BYTES_MIN))
    stranger.push_changes(b"not a change")
    world.devices["ann"].edit(LIST, Put(("entries", "x"), 1))
    world.sync()
    bob = world.devices["bob"]
    assert bob.view(LIST, ("entries",)) == {"x": 1}
    assert sum(bob.engine.status().held.values()) == 3
    bob.restart()
    assert sum(bob.engine.status().held.values()) == 3, "also after a restart"


def test_nobody_uses_up_the_documents_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many documents a device of the space names, everybody goes on writing in new ones and all show them."""
    monkeypatch.setattr(inbox, "DEVICE_DOCUMENTS_MAX", 3)
    world = family()
    stranger = Stranger(world, by="bob")
    for number in range(5):
        stranger.push_changes(b"junk", document=document_id(f"junk {number}"))
    world.sync()
    for number, device in enumerate(world.devices.values()):
        device.edit(document_id(f"new {number}"), Put(("a",), number))
    world.sync()
    for number in range(len(world.devices)):
        views = [device.view(document_id(f"new {number}")) for device in world.devices.values()]
        assert views == [{"a": number}] * len(views)


def test_a_stranger_to_the_space_is_parked() -> None:
    """A record by a device that nobody added counts for nothing and stops nothing."""
    world = family()
    outsider = World("eve", seed="other")
    bob = world.devices["bob"]
    identity, keys = bob.engine.identity, outsider.devices["eve"].keys
    payload = codec.pack([b"x"])
    header = Header(
        kind=Kind.CHANGES,
        space=identity.space,
        device=keys.device,
        incarnation=Incarnation(bytes(16)),
        sequence=1,
        document=LIST,
        changes=(change_hash(b"x"),),
        payload_hash=digest(b"troth/payload", payload),
    )
    sealed = envelopes.seal(records.sign(header, payload, keys.signer), identity.epoch, bytes(24))
    world.relay.logs[world.mailbox].append(sealed)
    world.sync()
    assert bob.engine.status().parked == {"its author is not known here yet": 1}


def test_a_frame_that_makes_no_sense_costs_the_link_alone() -> None:
    """Whatever frame the relay sends, the device hangs up at worst, and works on."""
    world = family()
    ann = world.devices["ann"]
    frames = [
        b"",
        b"junk",
        messages.encode(Deliver(world.mailbox, 99, (bytes(ENVELOPE_BYTES_MIN),))),
        messages.encode(Stored(world.mailbox, 99, (EnvelopeId(bytes(32)),))),
    ]
    for frame in frames:
        ann.inflight.append(frame)
        ann.pump()
        assert ann.session is None, "it hung up"
        ann.edit(LIST, Put(("entries", str(len(frame))), 1))
        world.sync()
    assert world.devices["bob"].view(LIST) == ann.view(LIST)


def test_changes_are_told_apart() -> None:
    """Own and foreign changes are told as such, once for each input."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    ann.told.clear()
    bob.told.clear()
    ann.edit(LIST, Put(("entries", "x"), 1))
    world.sync()
    assert ann.told == [Changed(LIST, local=True)]
    assert bob.told == [Changed(LIST, local=False)]
    ann.edit(LIST, Put(("entries", "x"), 1))
    ann.edit(LIST, Delete(("entries", "x")))
    assert ann.told == [Changed(LIST, local=True)] * 2, "an edit that changes nothing is told to nobody"


def test_a_text_says_whose_words_it_holds() -> None:
    """By person, over all devices and lives of each; the same on every device, and after a restart."""
    world = World("ann", "bob")
    world.add("ann2", by="ann")
    world.sync()
    ann, tablet, bob = (world.devices[name] for name in ("ann", "ann2", "bob"))
    ann.edit(LIST, Put(("text",), Text("one ")))
    world.sync()
    tablet.edit(LIST, Splice(("text",), -1, 0, "two "))
    world.sync()
    bob.edit(LIST, Splice(("text",), -1, 0, "three "))
    world.sync()
    ann.restart(moved=True)
    ann.edit(LIST, Splice(("text",), -1, 0, "four"))
    world.sync()
    members = ann.engine.inbox.members
    persons = [members.person(device.engine.identity.device) for device in (ann, bob)]
    said = ((persons[0], "one two "), (persons[1], "three "), (persons[0], "four"))
    assert [device.engine.said(LIST, ("text",)) for device in (ann, tablet, bob)] == [said] * 3
    tablet.restart()
    assert tablet.engine.said(LIST, ("text",)) == said
    with pytest.raises(UsageError):
        ann.engine.said(LIST, ("nothing",))


def test_the_wire_shows_no_word() -> None:
    """Nothing that a person typed, and no device id, stands in any frame."""
    world = family()
    world.devices["ann"].edit(
        LIST, Put(("entries", "canary-key"), "canary-value"), Splice(("note",), 0, 0, "canary-text")
    )
    world.sync()
    wire = b"".join(world.relay.wire)
    assert b"canary" not in wire
    assert not any(bytes(device.keys.device) in wire for device in world.devices.values())


def test_an_operation_of_another_number_is_parked() -> None:
    """An operation that a later release knows waits, and what its device writes goes on counting."""
    world = family()
    stranger = Stranger(world, by="bob")
    stranger.push(Kind.OPERATION, codec.pack([codec.pack([1, 15, "later"]), bytes(64)]))
    world.sync()
    assert world.devices["ann"].engine.status().parked == {"it needs a newer version": 1}
    assert not world.devices["ann"].engine.status().held


def test_a_spoiled_copy_neither_acknowledges_nor_hides_a_record() -> None:
    """A copy of an own record with a spoiled signature is not the echo, and the good copy after it counts."""
    world = family()
    ann = world.devices["ann"]
    stranger = Stranger(world, by="bob")
    world.sync()
    ann.cut()
    ann.edit(LIST, Put(("entries", "ann"), "kept"))
    (sealed,) = [row.value or b"" for row in ann.store.load() if row.table == "outbox"]
    record = envelopes.open_(sealed, ann.engine.identity.epoch)
    spoiled = Record(record.header, bytes(64), record.header_bytes, record.payload)
    stranger.push_bytes(envelopes.seal(spoiled, ann.engine.identity.epoch, bytes(24)))
    ann.connect()
    while ann.pump():
        pass
    world.sync()
    for device in world.devices.values():
        assert device.view(LIST, ("entries", "ann")) == "kept"
        assert not device.engine.status().parked


@pytest.mark.parametrize("shown", range(1, 7))
def test_what_a_shown_record_needs_is_not_made_anew(shown: int) -> None:
    """Of edits, one too large for a record, the log shows any part before the vault is moved: no word is lost."""
    world = World("ann", "bob")
    ann, bob = world.devices.values()
    ann.edit(LIST, Put(("note",), Text("")))
    world.sync()
    ann.cut()
    ann.edit(LIST, Put(("before",), 1))
    text = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(60_000))
    ann.edit(LIST, Splice(("note",), -1, 0, text))
    ann.edit(LIST, Put(("after",), 1))
    waiting = [value for (table, _), value in sorted(ann.store.rows.items()) if table == "outbox"]
    assert len(waiting) >= 4
    world.relay.refuse_pushes = Reason.QUOTA
    world.relay.logs[world.mailbox] += [sealed for bit, sealed in enumerate(waiting[:3]) if shown >> bit & 1]
    world.sync()
    ann.restart(moved=True)
    world.relay.refuse_pushes = None
    world.sync()
    assert ann.view(LIST) == bob.view(LIST) == {"note": text, "before": 1, "after": 1}


def test_a_relay_can_not_hide_a_record_behind_its_id() -> None:
    """A relay that names the id of an entry that this link did not push, instead of sending it, loses the link."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    ann.cut()
    bob.edit(LIST, Put(("entries", "hidden"), 1))
    world.sync("bob")
    ann.connect()
    for _ in range(3):
        ann._carry_out(ann.engine.receive(ann.inflight))
        ann.inflight.clear()
    position, sealed = len(world.relay.logs[world.mailbox]), world.relay.logs[world.mailbox][-1]
    ann._carry_out(ann.engine.receive([messages.encode(Stored(world.mailbox, position, (envelope_id(sealed),)))]))
    assert ann.session is None
    assert ann.engine.status().read == position - 1
    world.sync()
    assert ann.view(LIST, ("entries",)) == {"hidden": 1}


def test_what_is_refused_for_good_is_not_pushed_every_second() -> None:
    """Where the relay names no time to wait, what it refused costs its bytes once a minute and not at every tick."""
    world = World("ann", "bob")
    ann = world.devices["ann"]
    world.sync()
    ann.edit(LIST, Put(("a",), 1))
    (identity,) = (envelope_id(value) for (table, _), value in ann.store.rows.items() if table == "outbox")
    ann.inflight.clear()
    ann._carry_out(ann.engine.receive([messages.encode(Refuse(Reason.QUOTA, world.mailbox, (identity,), 0))]))
    assert not any(ann.engine.tick(float(now)).send for now in range(60))
    assert len(ann.engine.tick(60.0).send) == 1


def test_a_lost_log_gets_back_what_others_stand_on() -> None:
    """Who offers a new log their own also offers membership, which another may withhold, and what a backup forgot."""
    world = World("ann", "bob")
    ann = world.devices["ann"]
    Stranger(world, by="bob")
    world.sync()
    ann.edit(LIST, Put(("kept",), 1))
    world.sync()
    backup = dict(ann.store.rows)
    ann.edit(LIST, Put(("after the backup",), 1))
    world.sync()
    ann.store.rows = backup
    ann.restart(moved=True)
    world.sync()
    for device in world.devices.values():
        device.cut()
    world.relay.logs[world.mailbox].clear()
    world.relay.lineages[world.mailbox] = Lineage(bytes(16))
    world.sync("ann")
    newcomer = world.add("ann2", by="ann")
    world.sync("ann", "ann2")
    assert newcomer.view(LIST) == {"kept": 1, "after the backup": 1}
    assert not newcomer.engine.status().parked


def worded(device: Device) -> set[str]:
    """The words that a device shows."""
    return set(device.view(LIST, ("text",)).split())


def removed_while_writing() -> World:
    """A world in which a phone was removed by its person while it wrote on; neither has told anybody."""
    world = World("robin", "sasha")
    world.add("phone", by="robin")
    world.devices["robin"].edit(LIST, Put(("text",), Text("begun")))
    world.sync()
    world.devices["phone"].edit(LIST, Splice(("text",), -1, 0, " before"))
    world.sync()
    world.devices["phone"].cut()
    world.devices["phone"].edit(LIST, Splice(("text",), -1, 0, " after"))
    world.devices["robin"].cut()
    world.revoke("phone", by="robin")
    return world


@pytest.mark.parametrize(
    ("first", "shown"),
    [
        (("robin", "sasha"), False),
        (("phone", "sasha"), True),
        (("sasha", "robin"), False),
        (("sasha", "phone", "robin"), True),
    ],
)
def test_what_a_removed_device_wrote_on_does_not_count(first: tuple[str, ...], shown: bool) -> None:
    """Whoever syncs first: what it wrote before its person removed it stays, and what it wrote on counts nowhere."""
    world = removed_while_writing()
    for names in (first, ()):
        world.sync(*names)
    for device in world.devices.values():
        assert worded(device) == {"begun", "before"}
        assert device.engine.inbox.members.devices(PersonId(world.devices["robin"].engine.identity.device)) == {
            world.devices["robin"].engine.identity.device
        }
    told = "1 does not count: its device was removed." in world.devices["robin"].engine.status().sentences()
    # Where the mailbox was closed first, the phone could not even put it there.
    assert told == shown
    views = {name: device.view(LIST) for name, device in world.devices.items()}
    for device in world.devices.values():
        device.restart()
    assert {name: device.view(LIST) for name, device in world.devices.items()} == views


def test_words_that_others_built_on_stay_in_the_text() -> None:
    """What a removed device wrote on is in the document after all where the other person had built on it."""
    world = removed_while_writing()
    world.sync("phone", "sasha")
    world.devices["sasha"].edit(LIST, Splice(("text",), -1, 0, " answered"))
    world.sync()
    for device in world.devices.values():
        assert worded(device) == {"begun", "before", "after", "answered"}


def test_a_removed_device_reads_and_writes_no_more() -> None:
    """What it holds can be read; what it would write is refused with the reason, and so is letting others in."""
    world = removed_while_writing()
    world.sync()
    phone = world.devices["phone"]
    with pytest.raises(UsageError, match="this device was removed"):
        phone.edit(LIST, Splice(("text",), -1, 0, " again"))
    with pytest.raises(UsageError, match="this device was removed"):
        phone.engine.invite()
    assert worded(phone) == {"begun", "before"}


def test_nobody_removes_a_device_of_the_other() -> None:
    """A device of the other person can not be removed, and neither can one that nobody knows."""
    world = World("robin", "sasha")
    robin, sasha = world.devices["robin"], world.devices["sasha"]
    for victim in (sasha.engine.identity.device, DeviceId(bytes(32))):
        with pytest.raises(UsageError, match="of your own"):
            robin.engine.revoke(victim, robin.admin)


@pytest.mark.parametrize("boundary", range(4))
def test_a_removal_survives_a_crash_or_never_was(boundary: int) -> None:
    """Whichever step boundary its author dies at, the device is removed for everybody in the end, or for nobody."""
    world = World("robin", "sasha")
    world.add("phone", by="robin")
    world.sync()
    with world.crash("robin", boundary):
        world.revoke("phone", by="robin")
    world.sync()
    left = {len(device.engine.inbox.members.active) for device in world.devices.values()}
    assert len(left) == 1
    assert left <= {2, 3}


def test_a_copied_key_does_not_take_its_owners_words_by_writing_more() -> None:
    """Removing a device whose key was copied keeps the branch that was read first, however long the other one is."""
    world = family()
    ann, lost = world.devices["ann"], world.devices["ann2"]
    lost.edit(LIST, Put(("start",), 1))
    world.sync()
    thief = Clone(world, lost)
    lost.edit(LIST, Put(("own",), "words"))
    world.sync()
    lost.cut()
    thief.push(LIST, *[(Put((f"stolen {number}",), 1),) for number in range(4)])
    rest = [name for name in world.devices if name != "ann2"]
    world.sync(*rest)
    before = ann.view(LIST)
    assert before["own"] == "words"
    world.revoke("ann2", by="ann")
    world.sync(*rest)
    assert [world.devices[name].view(LIST) for name in rest] == [before] * len(rest)


@pytest.mark.parametrize("tight", [False, True])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=12)
def test_whatever_a_member_signs_honest_devices_agree(seed: int, tight: bool) -> None:
    """Rightly signed records of any kind raise nothing, and honest devices end alike however they read them."""
    with pytest.MonkeyPatch.context() as patch:
        if tight:
            patch.setattr(inbox, "DEVICE_DOCUMENTS_MAX", 1)
            patch.setattr(inbox, "DEVICE_INCARNATIONS_MAX", 3)
        dice, world, honest = Random(seed), family(), ("ann", "ann3")
        world.add("ann3", by="ann")
        world.sync()
        malice = Malice(world, dice, own=["bob", "bob2"], stolen=["ann2"])
        for number in range(dice.randint(5, 15)):
            malice.strike()
            for name in honest:
                _live(world.devices[name], dice, f"{name} {number}")
        world.sync(*honest)
        if tight and len(world.relay.logs) > len(world.relay.meetings) + 1:
            # What is counted up to a bound is counted in the order of the log, and there were several.
            return
        left = [name for name in honest if _belongs(world, name, honest)]
        states = [_state(world.devices[name].engine) for name in left]
        for name in left:
            world.devices[name].restart()
            states.append(_state(world.devices[name].engine))
        assert all(state == states[0] for state in states)


def _belongs(world: World, name: str, honest: tuple[str, ...]) -> bool:
    """Whether a device was not removed, which a stolen passphrase can do; all that are honest know of it."""
    device = world.devices[name].engine.identity.device
    found = {device in world.devices[other].engine.inbox.members.active for other in honest}
    assert len(found) == 1
    return found.pop()


def _live(device: Device, dice: Random, word: str) -> None:
    """Read a little, write a little, fall over."""
    if dice.random() < 0.6:
        device.connect()
        device.pump(dice.choice((1, 2, 5, None)))
    if dice.random() < 0.4:
        with suppress(UsageError):
            device.edit(dice.choice(DOCUMENTS), Put((word,), word))
    if dice.random() < 0.15:
        device.restart(moved=dice.random() < 0.3)


def _state(engine: Engine) -> object:
    """What honest devices have to agree on; where the space was ended, what waited then stays where it is."""
    if engine.inbox.members.split:
        return engine.inbox.members
    views = [(engine.view(document), engine.library.waiting >= 0) for document in DOCUMENTS]
    return views, engine.inbox.members, engine.library.lost
