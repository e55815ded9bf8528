"""Two persons, their devices, and what befalls them on the way from one mailbox to the next."""

from contextlib import AbstractContextManager, suppress
from dataclasses import replace

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from troth import Engine, Put, checkpoint, collecting, document_id, envelope, forward, meeting
from troth import record as records
from troth.amendments import payload
from troth.checkpoint import Part
from troth.crypto import WRAP_BYTES, digest
from troth.epochs import Announcement, announce
from troth.keys import Epoch
from troth.loading import load
from troth.operations import OperationKind
from troth.record import Record
from troth.step import Row, Step
from troth.testing import Device, MemoryStore, Relay, World, probe_here
from troth_wire.errors import UsageError
from troth_wire.ids import DeviceId, MailboxId, RecordId
from troth_wire.limits import ENVELOPE_BYTES_MIN, FORWARD_BYTES
from troth_wire.messages import Reason

__all__ = [
    "CRASHES",
    "HONEST",
    "LIST",
    "Journey",
    "age",
    "copied",
    "disputes",
    "end_meetings",
    "family",
    "held_by",
    "left_for",
    "mailbox",
    "rotate",
    "settle",
    "spoil_a_wrap",
    "spoiling",
    "together",
    "words",
    "write",
]

LIST = document_id("list")
CRASHES = st.none() | st.integers(0, 2)
HONEST = ("ann", "ann2", "bob", "bob2")
NAMES = st.sampled_from(HONEST)
VICTIMS = {"phone": "ann", "lost": "bob"}
ADDED_MAX = 3
LIES = ["nothing", "a half", "no signatures", "not all parts", "other parts"]


def family(*more: str) -> World:
    """Ann with two devices and Bob with one, in sync; and further devices of Ann's."""
    world = World("ann", "bob")
    for name in ("ann2", *more):
        world.add(name, by="ann")
    world.sync()
    return world


def write(world: World, name: str, word: str) -> None:
    """Let a device write a word."""
    world.devices[name].edit(LIST, Put((word,), name))


def rotate(world: World, name: str) -> None:
    """Let a device change the key."""
    device = world.devices[name]
    device._carry_out(device.engine.rotate())


def words(device: Device) -> set[str]:
    """What a device shows."""
    return set(device.view(LIST))


def mailbox(device: Device) -> MailboxId:
    """Where a device writes."""
    target = device.engine.line.target
    assert target is not None
    return target.mailbox


def settle(world: World, *names: str) -> None:
    """Let devices meet until nothing changes, over a few links."""
    chosen = names or tuple(world.devices)
    for _ in range(3):
        world.sync(*chosen)
        for name in chosen:
            world.devices[name].cut()
    world.sync(*chosen)


def together(world: World, *names: str) -> None:
    """Check that devices write in one open mailbox, show the same, and miss nothing."""
    chosen = [world.devices[name] for name in names or world.devices]
    assert len({mailbox(device) for device in chosen}) == 1
    assert mailbox(chosen[0]) not in world.relay.closings
    views = [device.view(LIST) for device in chosen]
    assert views == [views[0]] * len(views)
    for device in chosen:
        status = device.engine.status()
        assert (status.waiting, status.caught_up, dict(status.parked)) == (0, True, {})


def held_by(device: Device) -> set[MailboxId]:
    """The mailboxes whose keys a device has."""
    return set(device.engine.passage.keyring)


def disputes(world: World, *names: str) -> dict[str, int]:
    """How often which device was shown another history."""
    found = {name: world.devices[name].engine.status().disputed for name in names or world.devices}
    return {name: count for name, count in found.items() if count}


def spoil_a_wrap(world: World, by: str, victim: str) -> None:
    """Let a member change the key so that one device can not open it."""
    device = world.devices[by]
    step, _ = spoiling(device.engine, victim=world.devices[victim].keys.device)
    device._carry_out(step)


def spoiling(engine: Engine, *, victim: DeviceId) -> tuple[Step, None]:
    """Change the key so that one device can not open it."""
    keys, epoch, members = engine.identity.keys, Epoch(engine.entropy(32)), engine.inbox.members
    said = announce(epoch, members.recipients, engine.entropy, generation=members.highest + 1)
    wraps = {**said.wraps, victim: bytes(WRAP_BYTES)}
    parts = Announcement(said.generation, said.mailbox, wraps).parts()
    step = Step()
    engine.passage.enact(payload(members, keys.device, keys.signer, OperationKind.EPOCH, parts), epoch, step)
    engine.passage.steer(step)
    return step, None


def end_meetings(world: World) -> None:
    """Let the life of every meeting end."""
    for met in list(world.relay.meetings):
        world.relay.logs.pop(met, None)


def age(world: World) -> None:
    """Let the grace of every closed mailbox end."""
    for closed in [at for at in world.relay.closings if at in world.relay.logs]:
        world.relay.age(closed)


def copied(device: Device, *, moved: bool) -> Device:
    """A copy of a device's vault as it is, started on another machine."""
    store = MemoryStore()
    store.commit(device.store.load())
    engine, step = load(store.load(), entropy=device.world.entropy, probe=probe_here, moved=moved)
    copy = Device(f"copy of {device.name}", device.world, store, device.keys, device.admin, engine)
    copy._carry_out(step)
    return copy


def left_for(world: World, name: str, by: str) -> set[RecordId]:
    """What one device left in its meeting with another."""
    one, other = world.devices[by].keys, world.devices[name].keys
    epoch = meeting.between(one, other.card, world.devices[by].engine.identity.space)
    return {envelope.open_(sealed, epoch).id for sealed in world.relay.logs.get(epoch.mailbox, [])}


def lying(device: Device, lie: str) -> list[Record]:
    """The records in which a device carries a checkpoint that is not what it should be."""
    engine = device.engine
    known = list(engine.inbox.chains.proven)
    others: list[Record] = []
    if lie == "no signatures":
        # Not its own, which it may have kept to itself: nobody else could ever bring those with a signature.
        foreign = [one for one in known if one.header.device != device.keys.device]
        others = [Record(one.header, bytes(64), one.header_bytes, one.payload) for one in foreign]
    kept = known[: len(known) // 2] if lie in ("a half", "not all parts") else []
    parts = collecting.letters(checkpoint.pack(engine.identity.space, kept, others), device.keys, engine.identity.space)
    if lie in ("not all parts", "other parts"):
        true = Part.parse(parts[0].payload)
        count, index = (2, 0) if lie == "not all parts" else (1, 0)
        false = Part(true.manifest, true.size, index, count, true.piece[:-1] + b"x").encode()
        header = replace(parts[0].header, payload_hash=digest(b"troth/payload", false))
        parts = [records.sign(header, false, device.keys.signer)]
    return parts


class Journey(RuleBasedStateMachine):
    """Devices that change keys, remove and add others; whoever closes, restores and forgets; and a member who lies."""

    @initialize()
    def begin(self) -> None:
        """Everybody starts in sync."""
        self.world = World("ann", "bob")
        for name, by in (("ann2", "ann"), ("bob2", "bob"), *VICTIMS.items(), ("evil", "bob")):
            self.world.add(name, by=by)
        self.world.sync()
        self.backup: Relay | None = None
        self.vaults: dict[str, tuple[list[Row], set[str]]] = {}
        self.acknowledged: dict[str, str] = {}
        self.doubtful: set[str] = set()
        self.added = 0
        self.forgotten: set[str] = set()

    @property
    def removed(self) -> list[str]:
        """The devices of which an honest one knows that they were removed."""
        known = [self.world.devices[name].engine.inbox.members.cuts for name in HONEST]
        return [name for name in VICTIMS if any(self.world.devices[name].keys.device in cuts for cuts in known)]

    @property
    def names(self) -> list[str]:
        """The honest devices that nobody removed."""
        removed = self.removed
        return [name for name in self.world.devices if name not in (*removed, "evil")]

    @property
    def found(self) -> list[str]:
        """Those of which somebody else knows, where the vault of a host was put back to before it added one."""
        return [name for name in self.names if name not in self.forgotten or not self._is_known_to_itself_alone(name)]

    def crash(self, name: str, boundary: int | None) -> AbstractContextManager[None]:
        """Let a device die at a step boundary inside the block, or not."""
        return self.world.crash(name, 99 if boundary is None else boundary)

    def one_of_all(self, number: int) -> str:
        """One of the honest devices, those too that were added."""
        return self.names[number % len(self.names)]

    @rule(number=st.integers(0, 8), crash_at=CRASHES)
    def edit(self, number: int, crash_at: int | None) -> None:
        """A word is written, acknowledged; or in doubt, because the device died meanwhile."""
        name = self.one_of_all(number)
        if name in VICTIMS:
            return
        word = f"w{len(self.doubtful)}"
        self.doubtful.add(word)
        with self.crash(name, crash_at):
            write(self.world, name, word)
            self.acknowledged[word] = name

    @rule(number=st.integers(0, 8))
    def connect(self, number: int) -> None:
        """A link comes up."""
        self.world.devices[self.one_of_all(number)].connect()

    @rule(number=st.integers(0, 8))
    def cut(self, number: int) -> None:
        """A link goes down."""
        self.world.devices[self.one_of_all(number)].cut()

    @rule(number=st.integers(0, 8), limit=st.none() | st.integers(1, 3), crash_at=st.none() | st.integers(0, 8))
    def pump(self, number: int, limit: int | None, crash_at: int | None) -> None:
        """Some of what the relay has arrives, and the device may die on it."""
        name = self.one_of_all(number)
        with self.crash(name, crash_at):
            self.world.devices[name].connect()
            self.world.devices[name].pump(limit)

    @rule(name=NAMES, moved=st.booleans())
    def restart(self, name: str, moved: bool) -> None:
        """The process is killed between two inputs, or the vault is moved."""
        self.world.devices[name].restart(moved=moved)

    @rule(name=NAMES, crash_at=CRASHES)
    def rotate(self, name: str, crash_at: int | None) -> None:
        """A device changes the key, wherever it stands."""
        with self.crash(name, crash_at):
            rotate(self.world, name)

    @precondition(lambda self: self.added < ADDED_MAX)
    @rule(by=NAMES, crash_at=CRASHES)
    def add(self, by: str, crash_at: int | None) -> None:
        """A device is added, wherever its host stands; it may never hear of it."""
        self.added += 1
        with suppress(UsageError), self.crash(by, crash_at):
            self.world.add(f"new {self.added}", by=by)

    @rule(name=st.sampled_from(sorted(VICTIMS)), crash_at=CRASHES)
    def remove(self, name: str, crash_at: int | None) -> None:
        """A person removes a device, perhaps while the other does."""
        by = VICTIMS[name]
        if name not in self.removed:
            with self.crash(by, crash_at):
                self.world.revoke(name, by=by)

    @rule(victim=NAMES, looks=st.booleans(), publishes=st.booleans())
    def spoil(self, victim: str, looks: bool, publishes: bool) -> None:
        """A member changes the key so that one device can not open it, and may keep to itself that it did."""
        if looks:
            self.world.sync("evil")
        spoil_a_wrap(self.world, by="evil", victim=victim)
        if publishes:
            self.world.sync("evil")
        self.world.devices["evil"].cut()

    @rule(lie=st.sampled_from(LIES), number=st.integers(0, 3))
    def lie(self, lie: str, number: int) -> None:
        """A member puts a checkpoint into a log that is not what it should be."""
        epochs, evil = self._open(), self.world.devices["evil"]
        if epochs:
            epoch = epochs[number % len(epochs)]
            sealed = [envelope.seal(part, epoch, self.world.entropy(24)) for part in lying(evil, lie)]
            self.world.relay.logs[epoch.mailbox] += sealed

    @rule(number=st.integers(0, 9), junk=st.booleans())
    def leave_junk(self, number: int, junk: bool) -> None:
        """Somebody leaves in a meeting what has no place there."""
        relay, evil = self.world.relay, self.world.devices["evil"]
        meets = sorted(at for at in relay.meetings if at in relay.logs)
        if meets and junk:
            relay.logs[meets[number % len(meets)]].append(bytes(ENVELOPE_BYTES_MIN))
        elif meets:
            other = self.world.devices[self.one_of_all(number)].keys.card
            epoch = meeting.between(evil.keys, other, evil.engine.identity.space)
            (part, *_) = lying(evil, "nothing")
            if epoch.mailbox in relay.logs:
                relay.logs[epoch.mailbox].append(envelope.seal(part, epoch, self.world.entropy(24)))

    @rule(garbage=st.booleans(), number=st.integers(0, 3))
    def close_falsely(self, garbage: bool, number: int) -> None:
        """Somebody with a key closes a mailbox to nowhere."""
        epochs = self._open()
        if epochs:
            epoch = epochs[number % len(epochs)]
            left = bytes(FORWARD_BYTES) if garbage else forward.seal((), epoch, bytes(24))
            self.world.relay.closings[epoch.mailbox] = MailboxId(bytes(32)), left

    def _open(self) -> list[Epoch]:
        relay, rings = self.world.relay, [device.engine.passage.keyring for device in self.world.devices.values()]
        found = {at: ring[at] for ring in rings for at in ring if at in relay.logs and at not in relay.closings}
        return [found[at] for at in sorted(found)]

    @rule(full=st.booleans())
    def fill(self, full: bool) -> None:
        """The relay takes no more entries, or does again."""
        self.world.relay.refuse_pushes = Reason.QUOTA if full else None

    @rule(name=NAMES)
    def back_up_vault(self, name: str) -> None:
        """A vault is copied."""
        self.vaults[name] = self.world.devices[name].store.load(), set(self.acknowledged)

    @rule(name=NAMES)
    def restore_vault(self, name: str) -> None:
        """A copy is put in the place of a vault; what was only in that is gone, and may be."""
        if name in self.vaults:
            rows, before = self.vaults.pop(name)
            device = self.world.devices[name]
            device.cut()
            device.store = MemoryStore()
            device.store.commit(rows)
            device.restart(moved=True)
            for word in [word for word, by in self.acknowledged.items() if by == name and word not in before]:
                del self.acknowledged[word]
            self.forgotten |= {other for other in self.names if self._is_known_to_itself_alone(other)}

    def _is_known_to_itself_alone(self, name: str) -> bool:
        """Tell whether nobody knows any more that a device was added: its host's vault is from before."""
        device = self.world.devices[name].keys.device
        others = [self.world.devices[other] for other in self.names if other != name]
        return not any(device in other.engine.inbox.members.person_of for other in others)

    @rule()
    def back_up(self) -> None:
        """The relay is backed up."""
        self.backup = self.world.relay.copy()

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore(self) -> None:
        """The relay is restored; every link is cut by that."""
        assert self.backup is not None
        self._cut_all()
        self.world.relay.restore(self.backup)
        self.backup = None

    @rule()
    def age(self) -> None:
        """The grace of every closed mailbox passes."""
        self._cut_all()
        age(self.world)

    @rule()
    def forget_meetings(self) -> None:
        """Meetings come to their end."""
        self._cut_all()
        end_meetings(self.world)

    def _cut_all(self) -> None:
        for device in self.world.devices.values():
            device.cut()

    @rule()
    def settle_everyone(self) -> None:
        """Everybody meets; then all write in one mailbox and show the same, and what was acknowledged is in it."""
        before = max(device.engine.inbox.members.highest for device in self.world.devices.values())
        self._cut_all()
        self.world.relay.refuse_pushes = None
        settle(self.world, *self.names)
        found = self.found
        note(str({name: self.world.devices[name].view(LIST) for name in found}))
        together(self.world, *found)
        present = words(self.world.devices["ann"])
        lost = {word for word, by in self.acknowledged.items() if by in self.forgotten and by not in found}
        assert self.acknowledged.keys() - lost <= present <= self.doubtful
        after = self.world.devices["ann"].engine.inbox.members.highest
        assert after <= before + 4, "a bounded number of further rotations"
        for name in self.removed:
            assert mailbox(self.world.devices["ann"]) not in held_by(self.world.devices[name])

    def teardown(self) -> None:
        """However a story ends, it ends well."""
        if hasattr(self, "world"):
            self.settle_everyone()
