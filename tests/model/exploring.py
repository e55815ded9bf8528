"""Tries everything, lets the honest devices connect until nothing changes, and asks whether all is well then."""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.model.book import NONE, OpId, bits
from tests.model.moves import moves
from tests.model.rotation import Model
from tests.model.scope import Rules, Scope
from tests.model.world import World

__all__ = ["Found", "explore", "settle", "story", "trouble"]

ROUNDS_MAX = 16


@dataclass
class Found:
    """What an exploration found."""

    states: int = 0
    rotations_max: int = 0
    trouble: str = ""
    trace: tuple[str, ...] = ()


def settle(model: Model, world: World, order: Sequence[int] = ()) -> tuple[World, int]:
    """Let the honest actors connect in turn until nothing changes; return how many epochs they began for it."""
    signed = 0
    for _ in range(ROUNDS_MAX):
        after = world
        for actor in order or model.present(world):
            known = after.known[actor]
            after = model.turn(after, actor)
            new = model.book.by(model.actors[actor], after.known[actor] & ~known)
            signed += new.bit_count()
        # So much time passes between two rounds that the relay opens mailboxes again.
        after = replace(after, openings=model.scope.openings)
        if after == world:
            return world, signed
        world = after
    return world, ROUNDS_MAX


def trouble(model: Model, world: World) -> str:
    """Say what is wrong once honest devices connected; nothing, if all is well."""
    present = [actor for actor in model.present(world) if model.me(world, actor) != NONE]
    states = [model.book.state(world.known[actor]) for actor in present]
    if world.leaked:
        return "a removed device read what was written by one that knew of the removal"
    if not present:
        return ""
    if any(state.ended for state in states):
        return _ended(model, world, present)
    ends = {model.current(world, actor) for actor in present}
    now = next(iter(ends))
    box = world.boxes.get(now)
    if len(ends) > 1 or box is None or box.closed:
        return "honest devices do not write in one open mailbox"
    known = world.known[present[0]]
    hostile = model.actors[model.hostile]
    if not states[0].active & hostile and model.book.holds(hostile, now, known):
        return "a removed device has the current key"
    # Whose author was removed or lost can be lost with it, where nobody else had read it.
    due = sum(model.written_by(actor) for actor in present)
    for actor in present:
        due |= world.held[actor]
    due &= world.acknowledged
    if _left_open(model, world, present) - {now}:
        return "a mailbox that is not current was left open"
    if "words" in world.done and (states[0].active & hostile or _missing(model, world)):
        return "words did not undo what a thief had done"
    if due & ~box.records or any(due & ~world.held[actor] for actor in present):
        return "an acknowledged record is lost"
    return ""


def _ended(model: Model, world: World, present: list[int]) -> str:
    """A space that was ended is closed for everybody."""
    if not all(model.book.state(world.known[actor]).ended for actor in present):
        return "a device does not know that the space was ended"
    if _left_open(model, world, present):
        return "an ended space has an open mailbox"
    # Nothing can be offered again then: what a log lost, or lies under a wrap that fails, stays with its author.
    readable = "grace" not in world.done and not world.restored and not world.spent
    lost = readable and any(world.acknowledged & ~world.held[actor] for actor in present)
    return "an acknowledged record is lost" if lost else ""


def _left_open(model: Model, world: World, present: list[int]) -> set[OpId]:
    """The open mailboxes of which somebody honest has the key."""
    known = world.known[present[0]]
    open_ = [number for number, box in world.relay[0] if not box.closed and known >> number & 1]
    return {n for n in open_ if any(model.book.holds(model.actors[actor], n, known) for actor in present)}


def _missing(model: Model, world: World) -> bool:
    """Whether an honest founder does not belong."""
    honest = bits(device for devices in model.scope.honest for device in devices)
    return any(honest & model.book.founders & ~model.book.state(known).active for known in world.known[:-1] if known)


def explore(scope: Scope, rules: Rules, *, depth: int, states_max: int = 10**9, only: str = "") -> Found:
    """Visit every state within so many steps; stop at the first after which something is wrong.

    Args:
        scope: Who takes part.
        rules: What honest devices do.
        depth: How many steps.
        states_max: How many states at most.
        only: Words that the name of each step has one of, apart by bars; all steps, if nothing is said.
    """
    model, found = Model(scope, rules), Found()
    first = model.start()
    seen: dict[World, tuple[World, str] | None] = {first: None}
    queue = deque([(first, 0)])
    while queue and found.states < states_max:
        world, steps = queue.popleft()
        found.states += 1
        end, rotations = settle(model, world)
        found.rotations_max = max(found.rotations_max, rotations)
        found.trouble = trouble(model, end)
        if found.trouble:
            found.trace = _trace(world, seen)
            return found
        if steps < depth:
            for name, after in moves(model, world):
                if after not in seen and (not only or any(word in name for word in only.split("|"))):
                    seen[after] = world, name
                    queue.append((after, steps + 1))
    return found


def story(scope: Scope, rules: Rules, *, seed: int, steps: int) -> Found:
    """Tell one long story, drawn at random, and look at its end."""
    model, drawn = Model(scope, rules), random.Random(seed)
    world, names = model.start(), list[str]()
    for _ in range(steps):
        # Where nothing is left to do the story is over.
        name, world = drawn.choice([*moves(model, world)] or [("", world)])
        names.append(name)
    order = model.present(world)
    drawn.shuffle(order)
    end, rotations = settle(model, world, order)
    return Found(steps, rotations, trouble(model, end), tuple(names))


def _trace(world: World, seen: dict[World, tuple[World, str] | None]) -> tuple[str, ...]:
    names = []
    while (before := seen[world]) is not None:
        world, name = before
        names.append(name)
    return tuple(names[::-1])
