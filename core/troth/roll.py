"""The operations that came, each judged once when all its parents are here, and the members that they make.

The order in which they come means nothing. What waits for a parent waits; what does not count keeps its reason.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import chain, islice
from typing import Final

from troth.ancestry import Ancestry, Entry, bits_in
from troth.authority import Refusal, authorise
from troth.cuts import Cut
from troth.epochs import Announcement
from troth.genesis import Genesis
from troth.keys import Card
from troth.membership import Members
from troth.operations import Ends, Operation, OperationKind
from troth.standing import Standing, chosen_removal, founding, stand, step
from troth_wire.ids import DeviceId, MailboxId, OperationId, PersonId
from troth_wire.limits import HEADER_HEADS_MAX

__all__ = ["Roll", "evaluate"]

STANDINGS_KEPT: Final = 256
"""Standings of pasts that are remembered: the next operation mostly stands on one of the last few."""
LEADS_MAX: Final = 16
"""Epochs that are read on from before it is known whether they count: one, unless somebody means harm."""


class Roll:
    """Judges operations as they come."""

    def __init__(self, genesis: Genesis) -> None:
        self._genesis = genesis
        self._root = OperationId(genesis.space)
        self._log = Ancestry()
        self._cards: dict[DeviceId, Card] = {card.device: card for card in genesis.founders}
        self._standings = {0: founding(genesis)}
        self._refused: dict[OperationId, Refusal] = {}
        self._spoiled: dict[OperationId, Refusal] = {}
        self._waiting: defaultdict[OperationId, list[Operation]] = defaultdict(list)
        # Copies with different signatures are judged apart: a spoiled one must not stand for a good one.
        self._came: set[tuple[OperationId, bytes]] = set()
        self._last: dict[DeviceId, tuple[OperationId, ...]] = {}
        self._cuts: dict[DeviceId, tuple[int, Cut]] = {}

    def __len__(self) -> int:
        """Return how many operations were judged for good, the genesis among them; it only grows."""
        return len(self._log.entries) + len(self._refused) + 1

    @property
    def came(self) -> int:
        """How many different copies of operations came, waiting ones included; it only grows."""
        return len(self._came)

    def knows(self, heads: Iterable[OperationId]) -> bool:
        """Tell whether all of these were authorised."""
        return all(self._is_authorised(head) for head in heads)

    def refuses(self, heads: Iterable[OperationId]) -> bool:
        """Tell whether one of these counts nowhere, so that waiting is in vain."""
        return any(head in self._refused for head in heads)

    def was_removed(self, device: DeviceId, heads: Iterable[OperationId]) -> bool:
        """Tell whether a device that names these heads, all known, names its own removal with them."""
        past = self._past(heads)
        removals = self._log.removals.get(device, 0) & past
        return bool(removals and removals & ~self._standing(past).struck)

    def past(self, heads: Iterable[OperationId]) -> int:
        """Return the set of these operations, all of them authorised, and everything that they lead to."""
        return self._past(heads)

    def signed_by(self, device: DeviceId) -> int:
        """Return the set of what a device signed, and everything that leads to."""
        return self._past(self._last.get(device, ()))

    def beyond(self, known: int) -> tuple[Operation, ...]:
        """Return the operations that are authorised and not in a set, parents before children."""
        return tuple(self._log.entries[number].operation for number in bits_in(self._log.everyone & ~known))

    def since(self, mailbox: MailboxId) -> tuple[Operation, ...]:
        """Return the operations that whoever began to read an epoch's mailbox need not have known of before."""
        known = 0
        for number in bits_in(self._log.mailboxes.get(mailbox, 0)):
            known |= self._log.entries[number].past | 1 << number
        return self.beyond(known)

    def leads(self, nearest: Collection[DeviceId] = ()) -> tuple[tuple[OperationId, Announcement], ...]:
        """Return the epochs of operations that wait for a parent: they may be read on from, and decide nothing.

        Args:
            nearest: Whose come first, so that nobody else's can take their room.
        """
        waiting = (operation for waits in self._waiting.values() for operation in waits)
        ordered = sorted(waiting, key=lambda operation: operation.author not in nearest)
        found = ((operation.id, operation.epoch) for operation in ordered if operation.epoch is not None)
        return tuple(islice(found, LEADS_MAX))

    def add(self, operation: Operation) -> None:
        """Take in an operation, and those that waited for it."""
        if (operation.id, operation.signature) in self._came:
            return
        self._came.add((operation.id, operation.signature))
        ready = [operation]
        while ready:
            at = ready.pop()
            missing = next((parent for parent in at.parents if not self._is_settled(parent)), None)
            if missing is not None:
                self._waiting[missing].append(at)
            elif not self._is_settled(at.id) and self._judge(at):
                ready += self._waiting.pop(at.id, [])

    def refusal(self, operation: Operation) -> Refusal | None:
        """Return why an operation would count nowhere; it is judged as if it came, and does not come.

        Args:
            operation: One whose parents all count.
        """
        found = self._authorise(operation)
        return found if isinstance(found, Refusal) else None

    def members(self) -> Members:
        """Return the state as it is now."""
        log, now = self._log, self._standing(self._log.everyone)
        heads = tuple(sorted(log.entries[number].operation.id for number in bits_in(log.heads))) or (self._root,)
        person_of = self._owners(now)
        return Members(
            space=self._genesis.space,
            cards=dict(self._cards),
            person_of=person_of,
            active=frozenset(now.active),
            words=now.words,
            weak=frozenset(self._weak(now)),
            confirmed=now.confirmed,
            vouched=self._vouched(now),
            cuts=self._cut_off(now),
            split=now.split,
            heads=heads,
            authorised=frozenset([self._root, *log.numbers]),
            voided={log.entries[number].operation.id: why.value for number, why in now.void.items()},
            refused={identity: why.value for identity, why in (self._spoiled | self._refused).items()},
            last={author: self._ranked(found) for author, found in self._last.items()},
            highest=now.highest,
            current=now.current,
            announced=((self._root, self._genesis.epoch), *self._announced()),
            named=self._named(heads, now) if len(heads) > HEADER_HEADS_MAX else {},
        )

    def _announced(self) -> list[tuple[OperationId, Announcement]]:
        counting = (entry.operation for entry in self._log.entries if entry.rotates or entry.shares)
        found = [(operation.id, operation.epoch) for operation in counting if operation.epoch is not None]
        return sorted(found, key=lambda item: (item[1].generation, item[0]))

    def _is_authorised(self, identity: OperationId) -> bool:
        return identity == self._root or identity in self._log.numbers

    def _is_settled(self, identity: OperationId) -> bool:
        return self._is_authorised(identity) or identity in self._refused

    def _judge(self, operation: Operation) -> bool:
        """Judge an operation whose parents are settled; tell whether that settles it, whatever its copies say."""
        found = self._authorise(operation)
        if found is Refusal.SIGNATURE:
            self._spoiled[operation.id] = found
            return False
        self._spoiled.pop(operation.id, None)
        if isinstance(found, Refusal):
            self._refused[operation.id] = found
        else:
            self._enter(found)
        return True

    def _authorise(self, operation: Operation) -> Entry | Refusal:
        if operation.space != self._genesis.space:
            return Refusal.SPACE
        if self.refuses(operation.parents):
            return Refusal.PARENT
        before = self._standing(self._log.past_of(operation))
        return authorise(operation, self._log, self._genesis, before, self._cards.__getitem__)

    def _enter(self, entry: Entry) -> None:
        log, operation = self._log, entry.operation
        before = self._standings[entry.past]
        log.add(entry)
        if operation.card is not None:
            self._cards.setdefault(operation.card.device, operation.card)
        earlier = self._last.get(operation.author, ())
        passed = [other for other in earlier if entry.follows(log.numbers[other])]
        self._last[operation.author] = tuple(sorted({*earlier, operation.id} - set(passed)))
        after = step(log, self._genesis, before, entry)
        if after is not None:
            self._remember(after)

    def _ranked(self, last: tuple[OperationId, ...]) -> tuple[OperationId, ...]:
        """Put first what leads to most of its author's chain: epochs beside it must not push that out of a cut."""
        return last if len(last) <= HEADER_HEADS_MAX else tuple(sorted(last, key=self._by_chain))

    def _by_chain(self, identity: OperationId) -> tuple[int, OperationId]:
        entry = self._log.entries[self._log.numbers[identity]]
        led_to = self._log.chain_of(entry.operation.author) & (entry.past | 1 << entry.number)
        return -led_to.bit_count(), identity

    def _standing(self, among: int) -> Standing:
        if among not in self._standings:
            self._remember(stand(self._log, self._genesis, among))
        return self._standings[among]

    def _remember(self, standing: Standing) -> None:
        if len(self._standings) >= STANDINGS_KEPT:
            del self._standings[next(iter(self._standings))]
        self._standings[standing.among] = standing

    def _past(self, heads: Iterable[OperationId]) -> int:
        past = 0
        for head in heads:
            if head != self._root:
                number = self._log.numbers[head]
                past |= self._log.entries[number].past | 1 << number
        return past

    def _owners(self, now: Standing) -> dict[DeviceId, PersonId]:
        """Whose everything is that was introduced: by what is not void, if there is such; else by what comes first."""
        owners: dict[DeviceId, PersonId] = {}
        doubtful: dict[DeviceId, PersonId] = {}
        for _, _, number in self._log.grants:
            entry, card = self._log.entries[number], self._log.entries[number].operation.card
            found = doubtful if number in now.void else owners
            if card is not None:
                found.setdefault(card.device, entry.person)
        return doubtful | owners | {card.device: PersonId(card.device) for card in self._genesis.founders}

    def _vouched(self, now: Standing) -> dict[OperationId, PersonId]:
        stand = (self._log.entries[number] for *_, number in self._log.grants if number not in now.void)
        found = (entry for entry in stand if entry.by_words and entry.operation.kind == OperationKind.DEVICE_CONFIRM)
        return {entry.operation.id: entry.person for entry in found}

    def _weak(self, now: Standing) -> Iterable[DeviceId]:
        for sets in self._log.word_sets.values():
            for number in bits_in(sets):
                device = self._log.entries[number].operation.newcomer.device
                if device not in now.active:
                    yield device

    def _cut_off(self, now: Standing) -> dict[DeviceId, Cut]:
        log, live = self._log, now.among & ~now.struck
        cuts = {}
        for device in log.removals:
            if device not in now.active and log.removals[device] & live:
                cuts[device] = self._cut(device, live)
        for number, _ in sorted(now.void.items(), key=lambda item: log.entries[item[0]].operation.id):
            operation = log.entries[number].operation
            if operation.card is None or operation.kind == OperationKind.RECOVERY_SET:
                continue
            if operation.card.device not in now.active and operation.card.device not in cuts:
                cuts[operation.card.device] = Cut(operation.id, by_words=False, tips=())
        # What recovery words wrote is cut off and not held: whether a card is words may change with what comes later.
        made = [log.entries[number].operation for sets in log.word_sets.values() for number in bits_in(sets)]
        for operation in sorted(made, key=lambda operation: operation.id):
            if operation.newcomer.device not in now.active:
                cuts.setdefault(operation.newcomer.device, Cut(operation.id, by_words=False, tips=()))
        return cuts

    def _cut(self, device: DeviceId, live: int) -> Cut:
        removals = self._log.removals[device] & live
        known = self._cuts.get(device)
        if known is None or known[0] != removals:
            removal = chosen_removal(self._log, device, live)
            assert removal is not None, "only asked of what was removed"
            ends = removal.operation.cut or Ends()
            known = self._cuts[device] = removals, Cut(removal.operation.id, removal.by_words, ends.tips)
        return known[1]

    def _named(self, heads: tuple[OperationId, ...], now: Standing) -> dict[DeviceId, tuple[OperationId, ...]]:
        """Which of too many heads each author names: one that leads to the top epoch, its own, those that know it."""
        found = {}
        # Epochs cost a thief of an unlocked device nothing, so what took a passphrase is named before them.
        epochs = self._log.epochs
        ordered = sorted(heads, key=lambda head: epochs >> self._log.numbers[head] & 1)
        pasts = [(head, self._past([head])) for head in ordered]
        top = sum(1 << number for minus, _, number in self._log.rotations if -minus == now.highest)
        highest = [head for head, past in pasts if past & top][:1]
        for author in [*now.active, *now.words.values()]:
            own, known = self._log.by_author.get(author, 0), self._log.known.get(author, 0)
            ranked = chain((head for head, past in pasts if past & own), (head for head, past in pasts if past & known))
            # Whoever makes many heads makes each of them cost: no more are looked at than are named, where that is so.
            named: dict[OperationId, None] = {}
            for head in chain(highest, ranked, ordered):
                if len(named) == HEADER_HEADS_MAX:
                    break
                named[head] = None
            found[author] = tuple(sorted(named))
        return found


def evaluate(genesis: Genesis, operations: Iterable[Operation]) -> Members:
    """Judge a set of operations; the order in which they are given means nothing."""
    roll = Roll(genesis)
    for operation in operations:
        roll.add(operation)
    return roll.members()
