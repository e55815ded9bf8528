"""Every single step that anybody can take: honest people, somebody hostile with a device's keys, and the relay."""

from collections.abc import Iterator
from dataclasses import replace

from tests.model.book import NONE, Bits, Operation, bits, members_of
from tests.model.rotation import STEPS, Model
from tests.model.world import Box, World

__all__ = ["moves"]

Move = tuple[str, World]


def moves(model: Model, world: World) -> Iterator[Move]:
    """Return each step by its name, with the world after it."""
    yield from _connects(model, world)
    yield from _writes(model, world)
    yield from _acts(model, world)
    yield from _hostile(model, world)
    yield from _relay(model, world)


def _connects(model: Model, world: World) -> Iterator[Move]:
    for actor in model.present(world):
        seen = {world}
        for until in reversed(STEPS):
            after = model.turn(world, actor, until)
            if after not in seen:
                seen.add(after)
                yield f"{actor} connects, up to {until}", after
        after = model.close_others(world, actor)
        if after not in seen:
            yield f"{actor} closes what others may have written in since", after
        if actor == model.scope.drowns:
            yield f"{actor} is lost", replace(world, gone=world.gone | 1 << actor)


def _writes(model: Model, world: World) -> Iterator[Move]:
    """Write where one was when one last read: another may have rotated since."""
    for place, actor in enumerate(model.scope.writes):
        if world.held[actor] >> place & 1 or not _is_able(model, world, actor):
            continue
        now, after = model.where_to_write(world, actor), world.learned(actor, 0, 1 << place)
        box = world.boxes.get(now)
        if box is not None and not box.closed:
            after = model.noted(after.put(now, replace(box, records=box.records | 1 << place)), actor, now)
        yield f"{actor} writes", after


def _acts(model: Model, world: World) -> Iterator[Move]:
    """Do what honest people do once; it is saved, and goes out when they connect."""
    scope, book = model.scope, model.book
    able = [actor for actor in model.present(world) if _is_able(model, world, actor)]
    if scope.adds is not None and scope.adds[0] in able and "add" not in world.done:
        yield from _adds(model, world, *scope.adds)
    if scope.revokes in able and book.state(world.known[scope.revokes]).active >> scope.hostile & 1:
        for epoch in (True, False) if "revoke" not in world.done else ():
            after = model.sign(world, scope.revokes, "revoke", subject=scope.hostile, epoch=epoch)
            yield f"{scope.revokes} revokes {scope.hostile}, epoch {epoch}", after.did("revoke")
    if scope.renews in able and "rekey" not in world.done:
        renewed = scope.honest[scope.renews][-1]
        yield f"{scope.renews} renews", model.sign(world, scope.renews, "rekey", subject=renewed).did("rekey")
    if scope.parts in able and "split" not in world.done:
        yield f"{scope.parts} parts", model.sign(world, scope.parts, "split", epoch=False).did("split")
    if scope.restores in model.present(world) and "words" not in world.done:
        yield from _restores(model, world)


def _is_able(model: Model, world: World, actor: int) -> bool:
    """Whether an actor is there, belongs as far as it knows, and knows of no end."""
    ended = model.book.state(world.known[actor]).ended
    return actor in model.present(world) and model.me(world, actor) != NONE and not ended


def _adds(model: Model, world: World, actor: int, newcomer: int) -> Iterator[Move]:
    """The newcomer is told in person what it is added by."""
    told = next(number for number, devices in enumerate(model.actors) if devices >> newcomer & 1)
    for share in (True, False):
        if share and model.current(world, actor) == NONE:
            continue
        after = model.sign(world, actor, "add", subject=newcomer, share=share)
        yield f"{actor} adds {newcomer}, share {share}", after.learned(told, after.known[actor]).did("add")


def _restores(model: Model, world: World) -> Iterator[Move]:
    """With the words a new device is added, and the hostile one removed, on heads from before its first operation."""
    actor, scope = model.scope.restores, model.scope
    world = model.read(world, actor)
    known = world.known[actor]
    past = known
    if model.rules.doubt:
        past = model.book.without(known, model.book.by(bits([scope.hostile]), known))
    after = model.sign(world, actor, "revoke", subject=scope.hostile, past=past, author=scope.words)
    removal = after.known[actor] & ~known
    device = scope.honest[actor][-1]
    share = model.book.state(past | removal).current != NONE
    after = model.sign(after, actor, "add", subject=device, past=past | removal, author=scope.words, share=share)
    yield f"{actor} restores", model.tell(after, actor).did("words")
    yield f"{actor} restores, and stops", after.did("words")


def _hostile(model: Model, world: World) -> Iterator[Move]:
    me, device = model.hostile, model.scope.hostile
    world = model.read(world, me)
    known, boxes = world.known[me], world.boxes
    for number in members_of(known):
        if not model.book.operations[number].recipients or not model.book.holds(model.actors[me], number, known):
            continue
        box = boxes.get(number)
        if box is None and world.openings:
            yield f"{device} squats {number}", world.put(number, Box())
            yield f"{device} squats {number} and closes it", world.put(number, Box(closed=True))
        elif box is not None and not box.closed:
            yield f"{device} closes {number} falsely", world.put(number, replace(box, closed=True))
            if known & ~box.log:
                yield f"{device} closes {number} truly", world.put(number, replace(box, closed=True, forward=known))
                yield f"{device} publishes in {number}", world.put(number, replace(box, log=box.log | known))
    yield from _tells(model, world, known)
    if world.openings:
        yield f"{device} uses the openings up", replace(world, openings=0)
    if model.scope.floods and not world.flooded:
        yield f"{device} uses the meetings up", replace(world, flooded=True)
    yield from _signs(model, world, known)


def _tells(model: Model, world: World, known: Bits) -> Iterator[Move]:
    """Tell one and not the others."""
    meetings, device = world.meetings, model.scope.hostile
    for other in members_of(model.book.introduced(known)):
        left = meetings.get((device, other), 0)
        if other != device and known & ~left and not world.flooded:
            yield f"{device} tells {other}", world.stored(world.boxes, meetings | {(device, other): left | known})


def _signs(model: Model, world: World, known: Bits) -> Iterator[Move]:
    """Sign an epoch on everything known, or on less, whose wraps may fail one; or rob a device of its place."""
    book, device = model.book, model.scope.hostile
    if world.spent < model.scope.signed_max:
        for past in sorted({known, *(book.operations[n].past for n in members_of(known))} - {0}):
            state = book.state(past)
            if state.ended or not state.active >> device & 1:
                continue
            for spoiled in (0, *(1 << other for other in members_of(state.readers) if other != device)):
                made = Operation("epoch", device, past, state.top + 1, state.readers, spoiled)
                number = book.number(made)
                if not known >> number & 1:
                    name = f"{device} signs {number} on {members_of(past)} spoiled for {members_of(spoiled)}"
                    yield name, replace(world.learned(model.hostile, 1 << number), spent=world.spent + 1)
    if model.scope.robs != NONE and "rob" not in world.done and book.state(known).active >> device & 1:
        robbed = model.sign(world, model.hostile, "revoke", subject=model.scope.robs)
        yield f"{device} removes {model.scope.robs}", robbed.did("rob")


def _relay(model: Model, world: World) -> Iterator[Move]:
    if model.scope.backups and not world.restored:
        if world.saved is None:
            yield "the relay is backed up", replace(world, saved=world.relay)
        elif world.saved != world.relay:
            yield "the relay is restored", replace(world, relay=world.saved, saved=None, restored=True)
    if model.scope.grace and "grace" not in world.done:
        left = {number: replace(box, log=0, records=0) if box.closed else box for number, box in world.relay[0]}
        yield "time passes", world.stored(left, {}).did("grace")
    if world.openings < model.scope.openings:
        yield "the relay opens mailboxes again", replace(world, openings=model.scope.openings)
