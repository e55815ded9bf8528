"""A small model of epochs, mailboxes and their closing: every interleaving of a few devices, one of them hostile.

It knows no bytes and no keys, only who could know which key. A state is a tuple of sets, so that states can be
compared; what devices do with what they know is the rules of rotation and nothing else (specs/decisions/0017).
`settle` lets the honest devices connect in turn until nothing changes; `explore` tries everything an adversary can do
first.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

__all__ = ["Found", "Operation", "Rules", "Scope", "World", "evaluate", "explore", "moves", "settle", "split", "start"]

Device = int
OpId = int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with the epoch that it embeds; its number is its identity, and breaks ties."""

    kind: str
    author: Device | None
    generation: int
    recipients: frozenset[Device]
    spoiled: frozenset[Device]
    """Recipients whose wrap does not open."""
    past: frozenset[OpId]
    subject: Device | None = None
    cut: frozenset[OpId] = frozenset()
    """Of a revocation: the victim's operations that its author had seen."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What the relay holds of one epoch's mailbox."""

    closed: bool
    log: frozenset[OpId]
    forward: frozenset[OpId] = frozenset()


@dataclass(frozen=True, slots=True)
class World:
    """Everything at one moment."""

    known: tuple[frozenset[OpId], ...]
    boxes: frozenset[tuple[OpId, Mailbox]]
    meetings: frozenset[tuple[Device, Device, OpId]]
    """Operations that lie in the meeting mailbox of two devices: (writer, reader, operation)."""
    saved: tuple[frozenset[tuple[OpId, Mailbox]], frozenset[tuple[Device, Device, OpId]]] | None = None
    restored: bool = False
    ended: frozenset[Device] = frozenset()
    """Devices that met a false forward and use meeting mailboxes from then on."""
    spent: int = 0
    """Operations that the adversary signed."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The choices between which the exploration decides."""

    meet: bool = True
    """Leave every operation in the meeting mailboxes of every two devices."""
    meet_after_trouble: bool = True
    """Without `meet`: do so from the first false forward on, as an earlier draft had it."""
    leave_what_is_closed: bool = True
    """Rotate where the current mailbox was closed."""
    leave_what_is_spoiled: bool = True
    """Rotate where the wrap for this device does not open."""
    close_others: bool = True
    """Close every other mailbox towards the current one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Who takes part, and what the adversary may do."""

    honest: tuple[Device, ...]
    hostile: Device
    founders: frozenset[Device]
    devices: int
    newcomer: Device | None = None
    """A device that `adder` may add."""
    adder: Device = 0
    revoker: Device | None = None
    """An honest device that may revoke the hostile one."""
    restores: bool = True
    signed_max: int = 2
    hostile_first: bool = True


@dataclass
class Book:
    """Every operation that was ever thought of, by number."""

    by_id: list[Operation] = field(default_factory=list)
    numbers: dict[Operation, OpId] = field(default_factory=dict)

    def number(self, operation: Operation) -> OpId:
        """Return an operation's number."""
        if operation not in self.numbers:
            self.numbers[operation] = len(self.by_id)
            self.by_id.append(operation)
        return self.numbers[operation]


BOOK = Book()


def genesis(founders: frozenset[Device]) -> OpId:
    """Return the operation with which a space begins."""
    return BOOK.number(Operation("genesis", None, 0, founders, frozenset(), frozenset()))


@dataclass(frozen=True, slots=True)
class State:
    """What a set of operations says."""

    active: frozenset[Device]
    top: int
    current: OpId | None


@cache
def _counts(operation: OpId) -> bool:
    """Whether an operation was valid at its own heads."""
    at = BOOK.by_id[operation]
    if at.kind == "genesis":
        return True
    before = evaluate(at.past)
    after = before.active
    if at.kind == "add" and at.subject is not None:
        after |= {at.subject}
    if at.kind == "revoke":
        after -= {at.subject}
    return at.author in before.active and at.generation == before.top + 1 and at.recipients == after


@cache
def evaluate(known: frozenset[OpId]) -> State:
    """Return the state of a set of operations that holds the past of each."""
    operations = {number: BOOK.by_id[number] for number in sorted(known) if _counts(number)}
    revocations = [at for at in operations.values() if at.kind == "revoke"]
    gone = {at.subject for at in revocations}

    def beyond(number: OpId, at: Operation) -> bool:
        return at.author in gone and not any(number in one.cut for one in revocations if one.subject == at.author)

    active = frozenset[Device]()
    for number, at in operations.items():
        if at.kind == "genesis":
            active |= at.recipients
        elif at.kind == "add" and not beyond(number, at) and at.subject is not None:
            active |= {at.subject}
    active -= gone
    counting = {number: at for number, at in operations.items() if not beyond(number, at)}
    top = max((at.generation for at in counting.values()), default=-1)
    fitting = [n for n, at in counting.items() if at.generation == top and at.recipients == active]
    return State(active, top, min(fitting, key=_rank) if fitting else None)


_FIRST: set[Device | None] = set()


def _rank(number: OpId) -> tuple[bool, OpId]:
    # Whoever signs may try until its hash is low; for the other case, high.
    return BOOK.by_id[number].author not in _FIRST, number


def holds(device: Device, operation: OpId) -> bool:
    """Whether a device that knows an operation knows its key."""
    at = BOOK.by_id[operation]
    return at.author == device or (device in at.recipients and device not in at.spoiled)


def _closed_set(arrived: Iterable[OpId], known: frozenset[OpId]) -> frozenset[OpId]:
    """Take in what has its whole past here; the rest is parked."""
    waiting = set(arrived) - known
    while ready := {number for number in waiting if BOOK.by_id[number].past <= known}:
        known |= ready
        waiting -= ready
    return known


def read(world: World, device: Device) -> frozenset[OpId]:
    """Return what a device knows after reading everything that it can."""
    known = world.known[device]
    met = {number for _, reader, number in world.meetings if reader == device}
    while True:
        seen = set(met)
        for number, box in world.boxes:
            if number in known and holds(device, number):
                seen |= box.log | box.forward
        after = _closed_set(seen, known)
        if after == known:
            return known
        known = after


def _know(world: World, device: Device, known: frozenset[OpId]) -> World:
    return replace(world, known=tuple(known if n == device else one for n, one in enumerate(world.known)))


def _put(world: World, number: OpId, box: Mailbox) -> World:
    others = frozenset(item for item in world.boxes if item[0] != number)
    return replace(world, boxes=others | {(number, box)})


def _box(world: World, number: OpId) -> Mailbox | None:
    return next((box for at, box in world.boxes if at == number), None)


def _leads(box: Mailbox, at: OpId, device: Device) -> bool:
    """Whether a closed mailbox's forward leads a device on: to an operation that counts, with a wrap that opens."""
    past = BOOK.by_id[at].past | {at}
    new = _closed_set(box.forward, frozenset(past)) - past
    return any(map(_counts, new)) and all(holds(device, number) for number in new if _counts(number))


def turn(world: World, device: Device, rules: Rules) -> World:
    """One turn of an honest device: read everything, tell the others, and do the first thing that is to be done."""
    known = read(world, device)
    world = _know(world, device, known)
    state = evaluate(known)
    if device not in state.active:
        return world
    world = _meet(world, device, rules)
    now = state.current
    spoiled = now is not None and not holds(device, now)
    box = None if now is None or spoiled else _box(world, now)
    shut = box is not None and box.closed
    if now is None or (spoiled and rules.leave_what_is_spoiled) or (shut and rules.leave_what_is_closed):
        return rotate(replace(world, ended=world.ended | {device}), device)
    if spoiled or shut:
        return world
    world = _put(world, now, Mailbox(False, (box.log if box else frozenset()) | known))
    return _close_others(world, device, now) if rules.close_others else world


def _meet(world: World, device: Device, rules: Rules) -> World:
    """Leave what a device knows where only it and one other look."""
    known = world.known[device]
    read_closed = [(n, box) for n, box in world.boxes if box.closed and n in known and holds(device, n)]
    if not all(_leads(box, number, device) for number, box in read_closed):
        world = replace(world, ended=world.ended | {device})
    if not (rules.meet or (rules.meet_after_trouble and device in world.ended)):
        return world
    others = evaluate(known).active - {device}
    return replace(world, meetings=world.meetings | {(device, other, number) for other in others for number in known})


def rotate(world: World, device: Device, kind: str = "epoch", subject: Device | None = None) -> World:
    """Sign an operation with a new epoch, open its mailbox, and close every other towards it."""
    known = world.known[device]
    state = evaluate(known)
    recipients, cut = state.active, frozenset[OpId]()
    if kind == "add" and subject is not None:
        recipients |= {subject}
    if kind == "revoke":
        recipients -= {subject}
        cut = frozenset(number for number in known if BOOK.by_id[number].author == subject)
    made = Operation(kind, device, state.top + 1, frozenset(recipients), frozenset(), known, subject, cut)
    number = BOOK.number(made)
    world = _know(world, device, known | {number})
    world = _put(world, number, Mailbox(False, known | {number}))
    return _close_others(world, device, number)


def _close_others(world: World, device: Device, now: OpId) -> World:
    known = world.known[device]
    for number in sorted(known - {now}):
        if not holds(device, number):
            continue
        box = _box(world, number)
        if box is None:
            world = _put(world, number, Mailbox(True, frozenset(), known))
        elif not box.closed:
            world = _put(world, number, Mailbox(True, box.log, known))
    return world


def settle(world: World, scope: Scope, rules: Rules, rounds: int = 12) -> tuple[World, int]:
    """Let the honest devices connect in turn until nothing changes; return how many operations that took."""
    before = {number for known in world.known for number in known}
    for _ in range(rounds):
        after = world
        for device in scope.honest:
            after = turn(after, device, rules)
        if after == world:
            break
        world = after
    made = {number for device in scope.honest for number in world.known[device]} - before
    return world, len([n for n in made if BOOK.by_id[n].author in scope.honest])


def split(world: World, scope: Scope) -> bool:
    """Whether the honest devices that are active do not all write in one open mailbox."""
    ends: set[OpId | None] = set()
    for device in scope.honest:
        state = evaluate(world.known[device])
        if device not in state.active:
            continue
        now = state.current
        box = _box(world, now) if now is not None else None
        writes = now is not None and holds(device, now) and box is not None and not box.closed
        ends.add(now if writes else None)
    return len(ends) > 1 or None in ends


@dataclass
class Found:
    """What an exploration found."""

    states: int = 0
    rotations_max: int = 0
    trace: tuple[str, ...] | None = None


def start(scope: Scope) -> World:
    """Return the world as it begins: a genesis that all founders know, and its open mailbox."""
    first = genesis(scope.founders)
    known = tuple(frozenset({first}) if n in scope.founders else frozenset() for n in range(scope.devices))
    return World(known, frozenset({(first, Mailbox(False, frozenset({first})))}), frozenset())


def moves(world: World, scope: Scope, rules: Rules) -> Iterator[tuple[str, World]]:
    """Every single step that anybody can take."""
    for device in scope.honest:
        after = turn(world, device, rules)
        if after != world:
            yield f"{device} connects", after
    yield from _grants(world, scope)
    yield from _hostile(world, scope)
    if scope.restores and not world.restored:
        if world.saved is None:
            yield "the relay is backed up", replace(world, saved=(world.boxes, world.meetings))
        elif world.saved != (world.boxes, world.meetings):
            boxes, meetings = world.saved
            yield "the relay is restored", replace(world, boxes=boxes, meetings=meetings, restored=True)


def _grants(world: World, scope: Scope) -> Iterator[tuple[str, World]]:
    """Adding the newcomer, and revoking the hostile device; each once."""
    done = {BOOK.by_id[n].kind for known in world.known for n in known}
    state = evaluate(world.known[scope.adder])
    if scope.newcomer is not None and "add" not in done and scope.adder in state.active:
        # The newcomer is told in person what it is added by.
        for way in ("published", "lost"):
            after = rotate(world, scope.adder, "add", scope.newcomer)
            told = _know(after, scope.newcomer, after.known[scope.adder])
            if way == "lost":
                told = replace(told, boxes=world.boxes)
            yield f"{scope.adder} adds {scope.newcomer}, {way}", told
    if scope.revoker is not None and "revoke" not in done:
        at = evaluate(world.known[scope.revoker])
        if scope.hostile in at.active and scope.revoker in at.active:
            yield f"{scope.revoker} revokes {scope.hostile}", rotate(world, scope.revoker, "revoke", scope.hostile)


def _hostile(world: World, scope: Scope) -> Iterator[tuple[str, World]]:
    me = scope.hostile
    known = read(world, me)
    world = _know(world, me, known)
    mine = [number for number in sorted(known) if holds(me, number)]
    for number in mine:
        box = _box(world, number)
        if box is None or not box.closed:
            log = box.log if box else frozenset()
            for name, forward in (("falsely", frozenset[OpId]()), ("truly", known)):
                verb = "squats and closes" if box is None else "closes"
                yield f"{me} {verb} {number} {name}", _put(world, number, Mailbox(True, log, forward))
            if box is None:
                yield f"{me} squats {number}", _put(world, number, Mailbox(False, frozenset()))
        if box is not None and not box.closed and not known <= box.log:
            yield f"{me} publishes in {number}", _put(world, number, Mailbox(False, box.log | known))
    if world.spent < scope.signed_max:
        yield from _signs(world, scope, known)


def _signs(world: World, scope: Scope, known: frozenset[OpId]) -> Iterator[tuple[str, World]]:
    """Sign an epoch operation on everything known, or on less; whom its wraps fail is the signer's choice."""
    pasts = {known} | {BOOK.by_id[n].past for n in known if BOOK.by_id[n].past}
    for past in sorted(pasts, key=sorted):
        state = evaluate(past)
        if scope.hostile not in state.active:
            continue
        others = sorted(state.active & set(scope.honest))
        for spoiled in (frozenset[Device](), *(frozenset({one}) for one in others)):
            made = Operation("epoch", scope.hostile, state.top + 1, state.active, spoiled, past)
            number = BOOK.number(made)
            if number in known:
                continue
            after = replace(_know(world, scope.hostile, known | {number}), spent=world.spent + 1)
            yield f"{scope.hostile} signs {number} on {sorted(past)} spoiled for {sorted(spoiled)}", after


def explore(scope: Scope, rules: Rules, *, depth: int, states_max: int = 10**9) -> Found:
    """Visit every state within so many steps; stop at the first from which the honest devices do not come together."""
    _FIRST.clear()
    _FIRST.update({scope.hostile} if scope.hostile_first else set(scope.honest))
    evaluate.cache_clear()
    found = Found()
    first = start(scope)
    seen: dict[World, tuple[World, str] | None] = {first: None}
    queue = deque([(first, 0)])
    while queue and found.states < states_max:
        world, steps = queue.popleft()
        found.states += 1
        end, rotations = settle(world, scope, rules)
        found.rotations_max = max(found.rotations_max, rotations)
        if split(end, scope):
            found.trace = tuple(_trace(world, seen))
            return found
        if steps < depth:
            for name, after in moves(world, scope, rules):
                if after not in seen:
                    seen[after] = world, name
                    queue.append((after, steps + 1))
    return found


def _trace(world: World, seen: dict[World, tuple[World, str] | None]) -> list[str]:
    names = []
    while (before := seen[world]) is not None:
        world, name = before
        names.append(name)
    return names[::-1]
