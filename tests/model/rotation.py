"""What an honest device does when it connects: the rules of rotation, and nothing else (specs/decisions/0017).

An actor is whoever has the keys of some devices: a device that renewed its keys has two, and whoever restores has the
words and a new device. One turn may stop in the middle, as a program may; the next one goes on.
"""

from dataclasses import replace

from tests.model.book import GENESIS, NONE, Bits, Book, Device, Operation, OpId, bits, members_of
from tests.model.scope import Rules, Scope
from tests.model.world import Box, World

__all__ = ["STEPS", "Model"]

STEPS = ("sign", "meet", "open", "all")
"""After which step a turn may stop."""


class Model:
    """One scope under some rules."""

    def __init__(self, scope: Scope, rules: Rules) -> None:
        self.scope, self.rules = scope, rules
        founders = bits(scope.founders)
        mine = bits([scope.hostile])
        self.words = bits([scope.words] if scope.words != NONE else [])
        self.book = Book(founders, self.words, first=mine if scope.hostile_first else founders & ~mine)
        self.actors = (*(bits(devices) for devices in scope.honest), mine)
        self.hostile = len(scope.honest)

    def start(self) -> World:
        """Return the world as it begins: founders and words know the genesis, and have met."""
        begun = self.book.founders | self.words
        known = tuple(int(bool(devices & begun)) for devices in self.actors)
        pairs = {(one, other): 1 for one in members_of(begun) for other in members_of(begun) if one != other}
        world = World(known, (0,) * len(known), ((), ()), self.scope.openings)
        return world.stored({GENESIS: Box(log=1)}, pairs if self.rules.meet else {})

    # Reading

    def read(self, world: World, actor: int) -> World:
        """Let an actor read whatever it can."""
        devices, boxes, known, held = self.actors[actor], world.relay[0], world.known[actor], world.held[actor]
        before = None
        while before != known:
            before, seen = known, self._met(world, actor, known)
            for number, box in boxes:
                if known >> number & 1 and self.book.holds(devices, number, known):
                    seen |= box.log | (box.forward if self.rules.read_forwards or actor == self.hostile else 0)
                    held |= box.records
            known = self._whole(known, seen)
        return world.learned(actor, known, held)

    def _met(self, world: World, actor: int, known: Bits) -> Bits:
        """What lies in meetings for an actor, from whomever it knows."""
        mine, others = self.actors[actor], self.book.introduced(known)
        if not self.rules.meet_as_before and actor != self.hostile:
            mine = self._now(actor, known)
        seen = 0
        for (writer, reader), left in world.relay[1]:
            if mine >> reader & 1 and others >> writer & 1:
                seen |= left
        return seen

    def _whole(self, known: Bits, seen: Bits) -> Bits:
        """Take in what has its whole past here; the rest waits."""
        waiting = seen & ~known
        while ready := bits(n for n in members_of(waiting) if not self.book.operations[n].past & ~known):
            known |= ready
            waiting &= ~ready
        return known

    def _now(self, actor: int, known: Bits) -> Bits:
        """The newest of an actor's devices that is known of."""
        mine = self.actors[actor] & self.book.introduced(known)
        return 1 << mine.bit_length() - 1 if mine else 0

    # A turn

    def me(self, world: World, actor: int) -> Device:
        """Return which of its devices an actor writes as, as far as it knows."""
        active = self.actors[actor] & self.book.state(world.known[actor]).active
        return members_of(active)[0] if active else NONE

    def turn(self, world: World, actor: int, until: str = "all") -> World:
        """Let an honest actor connect: read, sign what is needed, tell the others, open, push, close."""
        if self.rules.look_though_removed or self.me(world, actor) != NONE or not self._was(world, actor):
            world = self.read(world, actor)
        if self.me(world, actor) == NONE:
            return world
        world = self._sign(world, actor)
        if until == "sign":
            return world
        world = self.tell(world, actor)
        if until == "meet":
            return world
        if self.book.state(world.known[actor]).ended:
            return self._end(world, actor)
        world = self._enter(world, actor)
        return world if until == "open" else self.close_others(world, actor)

    def _was(self, world: World, actor: int) -> bool:
        return bool(self.actors[actor] & ~self.words & self.book.introduced(world.known[actor]))

    def present(self, world: World) -> list[int]:
        """Return the honest actors that are not lost."""
        return [actor for actor in range(self.hostile) if not world.gone >> actor & 1]

    def where_to_write(self, world: World, actor: int) -> OpId:
        """Return the mailbox in which an actor leaves what it writes, as of when it last read."""
        now = self.current(world, actor)
        if now in world.boxes or self.rules.hold_back:
            return now
        open_ = [number for number, box in world.relay[0] if not box.closed and world.known[actor] >> number & 1]
        held = [number for number in open_ if self.book.holds(self.actors[actor], number, world.known[actor])]
        return max(held, default=NONE)

    def current(self, world: World, actor: int) -> OpId:
        """Return the epoch that is current for an actor, if it has the key."""
        now = self.book.state(world.known[actor]).current
        return now if now != NONE and self.book.holds(self.actors[actor], now, world.known[actor]) else NONE

    def _sign(self, world: World, actor: int) -> World:
        """Begin another epoch where none is current, or the current one can not be used."""
        state, now = self.book.state(world.known[actor]), self.current(world, actor)
        box = world.boxes.get(now)
        if state.ended:
            return world
        none = state.current == NONE and self.rules.leave_who_was_removed
        spoiled = state.current != NONE and now == NONE and self.rules.leave_what_is_spoiled
        shut = box is not None and box.closed and self.rules.leave_what_is_closed
        refused = now != NONE and box is None and not world.openings and not self.rules.wait_for_room
        crowded = self.rules.begin_another_line and world.flooded and self._lacks_meetings(world, actor, state.readers)
        crowded = crowded and not (now != NONE and box is None)
        return self.sign(world, actor, "epoch") if none or spoiled or shut or refused or crowded else world

    def _lacks_meetings(self, world: World, actor: int, readers: Bits) -> bool:
        there, mine = world.meetings, self.actors[actor] & self.book.introduced(world.known[actor])
        pairs = [(one, other) for one in members_of(mine) for other in members_of(readers & ~self.actors[actor])]
        return any((one, other) not in there and (other, one) not in there for one, other in pairs)

    def sign(
        self,
        world: World,
        actor: int,
        kind: str,
        *,
        subject: Device = NONE,
        past: Bits = 0,
        author: Device = NONE,
        share: bool = False,
        epoch: bool = True,
    ) -> World:
        """Let an actor sign an operation and save it; nobody else knows of it yet.

        Args:
            world: Before.
            actor: Who signs.
            kind: Of the operation.
            subject: Whom it adds or removes.
            past: On what; on all that it knows, if nothing is said.
            author: As which of its devices.
            share: Give the newcomer the epoch that stands.
            epoch: Embed one for all who remain.
        """
        past = past or world.known[actor]
        state = self.book.state(past)
        author = self.me(world, actor) if author == NONE else author
        cut = self.book.by(bits([subject if kind == "revoke" else author]), past) if kind in ("revoke", "rekey") else 0
        made = Operation(kind, author, past, subject=subject, cut=cut)
        if share:
            made = replace(made, shared=state.current)
        elif epoch:
            made = replace(made, generation=state.top + 1, recipients=self.book.left_by(made))
        return world.learned(actor, 1 << self.book.number(made))

    def tell(self, world: World, actor: int, *, removed: bool = False) -> World:
        """Leave what an actor knows where only two look, for everybody else who may read, or for who was removed."""
        if not self.rules.meet:
            return world
        known = world.known[actor]
        state, meetings = self.book.state(known), world.meetings
        mine = self.actors[actor] & self.book.introduced(known)
        readers = self.book.introduced(known) & ~state.readers if removed else state.readers
        if not self.rules.meet_as_before:
            mine = self._now(actor, known)
        if not self.rules.meet_words:
            mine, readers = mine & ~self.words, readers & ~self.words
        for one in members_of(mine):
            for other in members_of(readers & ~self.actors[actor]):
                there = (one, other) in meetings or (other, one) in meetings
                if there or not world.flooded:
                    meetings[one, other] = meetings.get((one, other), 0) | known
        return world.stored(world.boxes, meetings)

    def _enter(self, world: World, actor: int) -> World:
        """Open the current mailbox if it is not there, and leave in it whatever it lacks."""
        now = self.current(world, actor)
        box = world.boxes.get(now)
        if now == NONE or (box is None and not world.openings) or (box is not None and box.closed):
            return world
        own = self.written_by(actor)
        offered = own & (~0 if self.rules.offer_again else ~world.acknowledged)
        offered |= ~own if self.rules.offer_for_others else 0
        offered &= world.held[actor]
        box = box or Box()
        if self.rules.begin_another_line and now not in world.boxes:
            world = replace(world, flooded=False)
        world = world.put(now, replace(box, log=box.log | world.known[actor], records=box.records | offered))
        return self.noted(world, actor, now)

    def written_by(self, actor: int) -> Bits:
        """Return the record that an actor may have written."""
        return bits(place for place, writer in enumerate(self.scope.writes) if writer == actor)

    def noted(self, world: World, actor: int, now: OpId) -> World:
        """Note what was acknowledged, and whether somebody reads it who was known to be removed."""
        seen = world.boxes[now].records & self.written_by(actor)
        known, hostile = world.known[actor], self.actors[self.hostile]
        removed = self.book.introduced(known) & hostile and not self.book.state(known).active & hostile
        leaked = bool(seen & ~world.acknowledged and removed and self.book.holds(hostile, now, known))
        return replace(world, acknowledged=world.acknowledged | seen, leaked=world.leaked or leaked)

    def close_others(self, world: World, actor: int) -> World:
        """Close every other mailbox towards the current one, which has to be open, and tell who was removed."""
        now = self.current(world, actor)
        box = world.boxes.get(now)
        if box is None or box.closed:
            return world
        if self.rules.close_others:
            world = self._close(world, actor, keep=now)
        return self.tell(world, actor, removed=True) if self.rules.tell_the_removed else world

    def _end(self, world: World, actor: int) -> World:
        return self._close(world, actor, keep=NONE) if self.rules.end_with_a_split else world

    def _close(self, world: World, actor: int, *, keep: OpId) -> World:
        boxes, known = world.boxes, world.known[actor]
        for number, box in world.relay[0]:
            mine = known >> number & 1 and self.book.holds(self.actors[actor], number, known)
            if mine and number != keep and not box.closed:
                boxes[number] = replace(box, closed=True, forward=known)
        return world.stored(boxes)
