"""The rules of specs/membership.md, written down a second time, word for word, however slowly they run.

It shares no line with the engine: it reads the fields of operations, and checks signatures with the library itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

from troth.genesis import Genesis
from troth.operations import Operation
from troth_wire.ids import DeviceId

__all__ = ["Oracle", "State"]

Id = bytes
Set = frozenset[bytes]
DEVICE_ADD, DEVICE_REVOKE, DEVICE_REKEY, RECOVERY_SET, EPOCH, SPLIT, DEVICE_CONFIRM = (*range(1, 7), 9)
INTRODUCTIONS = (DEVICE_ADD, DEVICE_REKEY, RECOVERY_SET)
GRANTS = (*INTRODUCTIONS, DEVICE_CONFIRM)


@dataclass(frozen=True)
class State:
    """What a set of operations gives."""

    active: dict[bytes, bytes]
    words: dict[bytes, bytes]
    void: dict[Id, str]
    struck: Set
    split: bool
    highest: int
    current: Id | None
    cuts: dict[bytes, Id]
    confirmed: Set


@cache
def holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature fits."""
    try:
        crypto_sign_open(signature + message, key)
    except CryptoError:
        return False
    return True


class Oracle:
    """Judges a set of operations, of which some may be missing."""

    def __init__(self, genesis: Genesis, operations: Iterable[Operation], devices_max: int = 16) -> None:
        self.genesis = genesis
        self.devices_max = devices_max
        self.founders = {card.device: card for card in genesis.founders}
        self.copies: dict[Id, list[Operation]] = {}
        for operation in operations:
            self.copies.setdefault(operation.id, []).append(operation)
        self.states: dict[Set, State] = {}
        self.pasts: dict[Id, Set | None] = {}
        self.verdicts: dict[Id, str] = {}
        self.people: dict[Id, bytes] = {}
        self.strong: dict[Id, bool] = {}
        self.rotating: dict[Id, bool] = {}
        self.sharing: dict[Id, bool] = {}
        self.everything = frozenset(name for name in self.copies if self.verdict(name) == "")

    def at(self, name: Id) -> Operation:
        """One copy of an operation."""
        return self.copies[name][0]

    def final(self) -> State:
        """The state that all of them give."""
        return self.state(self.everything)

    def past(self, name: Id) -> Set | None:
        """All that comes before, or None if some of it is missing."""
        if name not in self.pasts:
            found: set[Id] = set()
            for parent in self.at(name).parents:
                if bytes(parent) == self.genesis.space:
                    continue
                before = self.past(parent) if parent in self.copies else None
                if before is None:
                    self.pasts[name] = None
                    return None
                found |= {parent} | before
            self.pasts[name] = frozenset(found)
        return self.pasts[name]

    def follows(self, later: Id, earlier: Id) -> bool:
        """Whether one is in the other's past."""
        return earlier in (self.past(later) or frozenset())

    def concurrent(self, one: Id, other: Id) -> bool:
        """Whether neither knew of the other."""
        return one != other and not self.follows(one, other) and not self.follows(other, one)

    def card(self, device: bytes) -> object:
        """The card of whatever was introduced."""
        if device in self.founders:
            return self.founders[DeviceId(device)]
        return next(
            item.card for copies in self.copies.values() for item in copies if item.card and item.card.device == device
        )

    # Authorised

    def verdict(self, name: Id) -> str:
        """Empty if it was authorised at its own heads, else a word that says why not; "missing" may change."""
        if name not in self.verdicts:
            self.verdicts[name] = self._verdict(name)
        return self.verdicts[name]

    def _verdict(self, name: Id) -> str:
        operation, past = self.at(name), self.past(name)
        if past is None:
            return "missing"
        if operation.space != self.genesis.space:
            return "space"
        if any(self.verdict(parent) for parent in operation.parents if bytes(parent) != self.genesis.space):
            return "parent"
        before = self.state(past)
        words = {device: person for person, device in before.words.items()}
        person = before.active.get(operation.author) or words.get(operation.author)
        if person is None:
            return "author"
        said = b"troth/operation/1\0" + operation.space + operation.author + operation.body
        card = self.card(operation.author)
        key = card.everyday if operation.kind == EPOCH else card.admin  # type: ignore[attr-defined]
        if not any(holds(key, said, copy.signature) for copy in self.copies[name]):
            return "signature"
        weak = operation.author in words
        self.people[name], self.strong[name] = person, not weak
        if before.split and operation.kind in (*GRANTS, EPOCH):
            return "split"
        if weak and operation.kind in (DEVICE_REKEY, EPOCH, SPLIT):
            return "weak"
        self.rotating[name] = self._rotates(operation, past, before, person)
        self.sharing[name] = self._shares(operation, before)
        return self._of_its_kind(name, operation, past, before, person, weak)

    def _of_its_kind(self, name: Id, operation: Operation, past: Set, before: State, person: bytes, weak: bool) -> str:
        own = [device for device, whose in before.active.items() if whose == person]
        if operation.kind == DEVICE_ADD:
            if weak and any(self.at(n).author == operation.author and self.at(n).kind == DEVICE_ADD for n in past):
                return "used"
            if len(own) >= self.devices_max:
                return "room"
        if operation.kind == DEVICE_REVOKE:
            made = [
                n
                for n in past
                if self.at(n).kind in (DEVICE_ADD, DEVICE_REKEY)
                and self.at(n).newcomer.device == operation.victim
                and self.people[n] == person
            ]
            if not made and operation.victim != person:
                return "victim"
        if operation.kind == RECOVERY_SET and not weak and not self._agreed(operation, past, own, person):
            return "second"
        if operation.kind == DEVICE_CONFIRM:
            if operation.confirmed == operation.author or operation.confirmed not in own:
                return "other"
            if any(device in before.confirmed for device in own) if weak else operation.author not in before.confirmed:
                return "confirm"
        if operation.kind in INTRODUCTIONS:
            card = operation.card
            assert card is not None
            known = {self.at(n).newcomer.device for n in past if self.at(n).kind in INTRODUCTIONS}
            if card.device in known | set(self.founders):
                return "known"
            label = b"troth/words/1\0" if operation.kind == RECOVERY_SET else b"troth/join/1\0"
            said = label + operation.space + person + card.device
            proofs = operation.proofs or (b"", b"")
            if not (holds(card.everyday, said, proofs[0]) and holds(card.admin, said, proofs[1])):
                return "proofs"
        if operation.kind == EPOCH and not self.rotating[name]:
            return "epoch"
        if operation.kind == SPLIT and len(self.founders) == 1:
            return "alone"
        return ""

    def _agreed(self, operation: Operation, past: Set, own: list[bytes], person: bytes) -> bool:
        if operation.second is None:
            had = any(self.at(n).kind == RECOVERY_SET and self.people[n] == person for n in past)
            return len(own) == 1 and not had
        device, signature = operation.second
        assert operation.card is not None
        said = b"troth/second/1\0" + operation.space + operation.author + operation.card.device
        said += b"".join(operation.parents)
        admin = self.card(device).admin if device in own else b""  # type: ignore[attr-defined]
        return device in own and device != operation.author and holds(admin, said, signature)

    def _rotates(self, operation: Operation, past: Set, before: State, person: bytes) -> bool:
        epoch = operation.epoch
        if epoch is None or before.split or epoch.generation != before.highest + 1:
            return False
        used = [self.at(n).epoch for n in past if self.rotating[n]] + [self.genesis.epoch]
        if epoch.mailbox in {other.mailbox for other in used if other}:
            return False
        active, words = set(before.active), dict(before.words)
        if operation.kind == DEVICE_REVOKE:
            active.discard(operation.victim)
        if operation.kind == DEVICE_REKEY:
            active.discard(operation.author)
        if operation.kind in (DEVICE_ADD, DEVICE_REKEY):
            active.add(operation.newcomer.device)
        if operation.kind == RECOVERY_SET:
            words[person] = operation.newcomer.device
        return set(epoch.wraps) == active | set(words.values())

    def _shares(self, operation: Operation, before: State) -> bool:
        if operation.kind != DEVICE_ADD or before.current is None:
            return False
        epoch, current = operation.epoch, self._announced(before.current)
        assert epoch is not None
        assert operation.card is not None
        same = (epoch.generation, epoch.mailbox) == (current.generation, current.mailbox)  # type: ignore[attr-defined]
        return same and set(epoch.wraps) == {operation.card.device}

    def _announced(self, name: Id) -> object:
        return self.genesis.epoch if name == self.genesis.space else self.at(name).epoch

    # The state of a set

    def state(self, among: Set) -> State:
        """Judge a set that holds the past of each of its members."""
        if among not in self.states:
            self.states[among] = self._state(among)
        return self.states[among]

    def _state(self, among: Set) -> State:
        struck = self._struck(among)
        live = among - struck
        plain, _ = self._void(live, frozenset())
        vouched = frozenset(r for r in live if self._victim(r) and self._vouches(r, live, plain))
        void, seats = self._void(live, vouched)
        removed = {victim for n in live if (victim := self._victim(n))}
        active = {d: person for d, (person, weak) in seats.items() if not weak and d not in removed}
        words = {}
        for person in self.founders:
            sets = [n for n in live if self.at(n).kind == RECOVERY_SET and self.people[n] == person and n not in void]
            last = [n for n in sets if not any(self.follows(other, n) for other in sets)]
            if last:
                words[bytes(person)] = self.at(min(last)).newcomer.device
        highest, current = self._epoch(among, live, set(active) | set(words.values()))
        split = any(self.at(n).kind == SPLIT for n in live)
        cuts = {device: self._chosen(device, live) for device in removed if device not in active}
        dead = dict.fromkeys(struck, "struck") | void
        for n in sorted(dead):
            if self.at(n).kind in (DEVICE_ADD, DEVICE_REKEY):
                device = self.at(n).newcomer.device
                if device not in active:
                    cuts.setdefault(device, n)
        for n in sorted(n for n in among if self.at(n).kind == RECOVERY_SET):
            if self.at(n).newcomer.device not in active:
                cuts.setdefault(self.at(n).newcomer.device, n)
        confirmed = self._confirmed(live - set(void), {d: person for d, (person, weak) in seats.items() if not weak})
        return State(active, words, dead, struck, split, highest, current, cuts, confirmed)  # type: ignore[arg-type]

    def _confirmed(self, standing: Set, people: dict[bytes, bytes]) -> Set:
        """The devices that founded the space, or that something which stands confirms for the person they are of."""
        named = {(self.people[n], self._sure(n, standing)) for n in standing}
        return frozenset(self.founders) | {
            device for person, device in named if device and people.get(device) == person
        }

    def _sure(self, name: Id, standing: Set) -> bytes | None:
        """Whom an operation that stands confirms, if anybody."""
        operation = self.at(name)
        if operation.kind == DEVICE_CONFIRM:
            return operation.confirmed
        if operation.kind not in (DEVICE_ADD, DEVICE_REKEY) or not self._by_sure(name, standing):
            return None
        return operation.newcomer.device

    def _by_sure(self, name: Id, standing: Set) -> bool:
        """Whether its author founded the space, or something in its past which stands confirms the author."""
        author, person, past = self.at(name).author, self.people[name], self.past(name) or frozenset()
        known = (n for n in standing & past if self.people[n] == person)
        return author in self.founders or any(self._sure(n, standing) == author for n in known)

    def _victim(self, name: Id) -> bytes | None:
        operation = self.at(name)
        return operation.author if operation.kind == DEVICE_REKEY else operation.victim

    def _below(self, removal: Id, among: Set) -> set[Id]:
        """What the victim signed that is not beyond the cut."""
        cut, victim = self.at(removal).cut, self._victim(removal)
        assert cut is not None
        found = {removal}
        for n in cut.operations:
            if n in among and self.at(n).author == victim:
                found |= {n} | (self.past(n) or frozenset())
        return {n for n in found if n in among and self.at(n).author == victim}

    def _struck(self, among: Set) -> Set:
        finals = [n for n in among if self._victim(n) and not self.strong[n]]

        def made(name: Id) -> set[Id]:
            before, author = self.past(name) or frozenset(), self.at(name).author
            return {n for n in before if self.at(n).kind in INTRODUCTIONS and self.at(n).newcomer.device == author}

        def age(name: Id) -> tuple[int, int, Id]:
            return min(len(self.past(n) or ()) for n in made(name)), len(self.past(name) or ()), name

        struck: set[Id] = set()
        accepted: set[Id] = set()
        for name in sorted(finals, key=age):
            if name in struck:
                continue
            accepted.add(name)
            roots = made(name).union(*(self.past(n) or frozenset() for n in made(name)))
            signed = {n for n in among if self.at(n).author == self._victim(name)}
            struck |= signed - self._below(name, among) - roots
            struck -= accepted
            grew = True
            while grew:
                more = {n for n in among - struck - accepted if self._hangs(n, struck)}
                grew = bool(more)
                struck |= more
        return frozenset(struck)

    def _introductions(self, name: Id) -> list[Id]:
        """What introduced the author of an operation, in its past and for the person it signs for."""
        operation = self.at(name)
        return [
            n
            for n in self.past(name) or ()
            if self.at(n).kind in INTRODUCTIONS
            and self.at(n).newcomer.device == operation.author
            and self.people[n] == self.people[name]
        ]

    def _hangs(self, name: Id, struck: set[Id]) -> bool:
        made = self._introductions(name)
        return bool(made) and all(n in struck for n in made)

    def _vouches(self, removal: Id, live: Set, plain: dict[Id, str]) -> bool:
        author, made = self.at(removal).author, self._introductions(removal)
        removed = {victim for n in live if (victim := self._victim(n))}
        stands = author in self.founders or any(m in live and m not in plain for m in made)
        return author not in removed and stands

    def _void(self, live: Set, vouched: Set) -> tuple[dict[Id, str], dict[bytes, tuple[bytes, bool]]]:
        void: dict[Id, str] = {}
        seats: dict[bytes, tuple[bytes, bool]] = {bytes(d): (bytes(d), False) for d in self.founders}
        removed = {victim for n in live if (victim := self._victim(n))}
        grants = [n for n in live if self.at(n).kind in GRANTS]
        for n in sorted(grants, key=lambda n: (len(self.past(n) or ()), n)):
            operation, person = self.at(n), self.people[n]
            confirms = operation.kind == DEVICE_CONFIRM
            device = operation.confirmed if confirms else operation.newcomer.device
            assert device is not None
            seat = person, operation.kind == RECOVERY_SET
            room = not seat[1] and device not in seats and device not in removed
            taken = [d for d, (p, weak) in seats.items() if p == person and not weak and d not in removed]
            made = self._introductions(n)
            if operation.author not in self.founders and all(m in void or m not in live for m in made):
                void[n] = "author"
            elif any(self._victim(r) == operation.author and self.concurrent(r, n) for r in live) or (
                not self.strong[n]
                and any(
                    self.at(r).kind == RECOVERY_SET
                    and self.people[r] == person
                    and self.concurrent(r, n)
                    and any(self.follows(r, m) for m in made)
                    for r in live
                )
            ):
                void[n] = "removed"
            elif operation.kind != RECOVERY_SET and self._forked(n, live, vouched):
                void[n] = "forked"
            elif confirms:
                if self.strong[n] and not self._by_sure(n, live - set(void)):
                    void[n] = "unconfirmed"
            elif seats.get(device, seat) != seat:
                void[n] = "taken"
            elif room and len(taken) >= self.devices_max:
                void[n] = "full"
            else:
                seats[device] = seat
        return void, seats

    def _forked(self, name: Id, live: Set, vouched: Set) -> bool:
        own = [n for n in live if self.at(n).author == self.at(name).author and self.at(n).kind != EPOCH]
        pairs = [(a, b) for a in own for b in own if self.concurrent(a, b)]
        if all(self.follows(a, name) and self.follows(b, name) for a, b in pairs):
            return False
        removals = [r for r in vouched if self._victim(r) == self.at(name).author]
        if any(name in self._below(r, live) for r in removals):
            return False
        return not any(self.people[n] != self.people[name] and self.follows(n, name) for n in live)

    def _chosen(self, device: bytes, live: Set) -> Id:
        return min((n for n in live if self._victim(n) == device), key=lambda n: (self.strong[n], n))

    def _epoch(self, among: Set, live: Set, belong: set[bytes]) -> tuple[int, Id | None]:
        removed = {victim for n in live if (victim := self._victim(n))}
        valid: list[Id] = [self.genesis.space]
        for n in live:
            author = self.at(n).author
            beyond = author in removed and n not in self._below(self._chosen(author, live), live)
            if self.rotating[n] and not beyond:
                valid.append(n)
        highest = max(self._announced(n).generation for n in valid)  # type: ignore[attr-defined]
        for n in sorted(valid):
            epoch = self._announced(n)
            readers = set(epoch.wraps)  # type: ignore[attr-defined]
            readers |= {
                self.at(s).newcomer.device
                for s in among
                if self.sharing[s] and self.at(s).epoch.mailbox == epoch.mailbox  # type: ignore[attr-defined,union-attr]
            }
            if epoch.generation == highest and readers == belong:  # type: ignore[attr-defined]
                return highest, n
        return highest, None
