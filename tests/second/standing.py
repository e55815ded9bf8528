"""What a set of operations says: who belongs, what is void, which epoch is current.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import combinations

from tests.second.conventions import RefusedError, verify
from tests.second.membership import (
    DEVICE_ADD,
    DEVICE_CONFIRM,
    DEVICE_REKEY,
    DEVICE_REVOKE,
    EPOCH,
    RECOVERY_SET,
    SPLIT,
    Card,
    Epoch,
    Genesis,
    Operation,
    check_proofs,
    check_second,
    device_id,
    operation_id,
    operation_statement,
    signing_key,
)

PERSON_DEVICES_MAX = 16
PERSON_OPERATIONS_MAX = 4096
DEVICE_EPOCHS_MAX = 1024

GRANTS = (DEVICE_ADD, DEVICE_REKEY, RECOVERY_SET, DEVICE_CONFIRM)
DEVICE_GRANTS = (DEVICE_ADD, DEVICE_REKEY)
OF_WORDS = (DEVICE_ADD, DEVICE_REVOKE, RECOVERY_SET, DEVICE_CONFIRM)


@dataclass(frozen=True)
class Act:
    """An operation, who signed it, for which person, and what its parents lead to."""

    id: bytes
    author: bytes
    person: bytes
    operation: Operation
    past: frozenset[bytes]

    @property
    def number(self) -> int:
        """The number of its kind."""
        return self.operation.number

    @property
    def introduced(self) -> bytes | None:
        """Whom it introduces."""
        return None if self.operation.card is None else device_id(self.operation.card)

    @property
    def removed(self) -> bytes | None:
        """Whom it removes."""
        return self.author if self.number == DEVICE_REKEY else self.operation.victim

    @property
    def order(self) -> tuple[int, bytes]:
        """Its place: by the length of its past, then by its id."""
        return len(self.past), self.id


@dataclass(frozen=True)
class State:
    """What stands, of one set of operations."""

    devices: dict[bytes, bytes]
    active: frozenset[bytes]
    confirmed: frozenset[bytes]
    words: dict[bytes, bytes]
    voided: dict[bytes, str]
    struck: frozenset[bytes]
    removals: dict[bytes, list[Act]]
    ended: bool

    @property
    def recipients(self) -> frozenset[bytes]:
        """Who may read: active devices, and words in force."""
        return self.active | frozenset(self.words.values())


@dataclass
class Log:
    """A genesis and the operations that follow it."""

    genesis: Genesis
    acts: dict[bytes, Act] = field(default_factory=dict)
    refused: dict[bytes, str] = field(default_factory=dict)
    cards: dict[bytes, Card] = field(default_factory=dict)
    _states: dict[frozenset[bytes], State] = field(default_factory=dict)
    _valid: dict[bytes, bool] = field(default_factory=dict)
    _shares: dict[bytes, bytes | None] = field(default_factory=dict)

    @property
    def founders(self) -> list[bytes]:
        """The device ids of the founders, which are the persons."""
        return [device_id(card) for card in self.genesis.founders]

    # Taking in

    def take(self, found: Iterable[tuple[bytes, bytes, Operation]]) -> None:
        """Judge operations with the space and the author of their headers, in whichever order they come."""
        self.cards.update({device_id(card): card for card in self.genesis.founders})
        waiting = list(found)
        progress = True
        while progress:
            progress = False
            for space, author, operation in list(waiting):
                if all(self._judged(parent) for parent in operation.parents):
                    waiting.remove((space, author, operation))
                    self._take_one(space, author, operation)
                    progress = True

    def _judged(self, name: bytes) -> bool:
        """Whether something was judged for good; of what has a bad signature a good copy may come."""
        counts_nowhere = self.refused.get(name, "SIGNATURE") != "SIGNATURE"
        return name == self.genesis.space or name in self.acts or counts_nowhere

    def _take_one(self, space: bytes, author: bytes, operation: Operation) -> None:
        """Judge one operation whose whole past is there."""
        name = operation_id(space, author, operation.body)
        if self._judged(name):
            return
        reason = "SPACE" if space != self.genesis.space else self._reason(name, author, operation)
        if reason is None:
            self.refused.pop(name, None)
            self.acts[name] = self._act(name, author, operation)
            if operation.card is not None:
                self.cards[device_id(operation.card)] = operation.card
        else:
            self.refused[name] = reason

    def _past(self, operation: Operation) -> frozenset[bytes]:
        """Everything that its parents lead to, without the genesis."""
        parents = [parent for parent in operation.parents if parent != self.genesis.space]
        return frozenset(parents).union(*(self.acts[parent].past for parent in parents))

    def _act(self, name: bytes, author: bytes, operation: Operation) -> Act:
        """An operation with its person and past."""
        past = self._past(operation)
        return Act(name, author, self._person(self.state(past), author), operation, past)

    def _person(self, state: State, author: bytes) -> bytes:
        """The person of an active device, or of words in force."""
        if author in state.active:
            return state.devices[author]
        return next(person for person, words in state.words.items() if words == author)

    # Whether an operation was authorised

    def _reason(self, name: bytes, author: bytes, operation: Operation) -> str | None:
        """Why an operation counts nowhere, or nothing."""
        if any(parent in self.refused for parent in operation.parents):
            return "PARENT"
        past = self._past(operation)
        state = self.state(past)
        if author not in state.recipients:
            return "AUTHOR"
        statement = operation_statement(self.genesis.space, author, operation.body)
        if not _is_signed(signing_key(self.cards[author], operation), statement, operation.signature):
            return "SIGNATURE"
        act = Act(name, author, self._person(state, author), operation, past)
        before = [self.acts[known] for known in past]
        return self._general(act, state, before) or self._particular(act, state, before) or self._newcomer(act, before)

    def _general(self, act: Act, state: State, before: list[Act]) -> str | None:
        """The reasons that hold for all kinds."""
        if act.number == EPOCH and sum(_rotates(known, act.author) for known in before) >= DEVICE_EPOCHS_MAX:
            return "MANY"
        others = sum(known.person == act.person and known.number != EPOCH for known in before)
        if act.number != EPOCH and others >= PERSON_OPERATIONS_MAX:
            return "MANY"
        if state.ended and act.number in (*GRANTS, EPOCH):
            return "SPLIT"
        if act.author not in state.active and act.number not in OF_WORDS:
            return "WEAK"
        return None

    def _newcomer(self, act: Act, before: list[Act]) -> str | None:
        """The reasons that hold for what introduces."""
        if act.introduced is None:
            return None
        if act.introduced in self.founders or any(known.introduced == act.introduced for known in before):
            return "KNOWN"
        try:
            check_proofs(self.genesis.space, act.person, act.operation)
        except RefusedError:
            return "PROOFS"
        return None

    def _particular(self, act: Act, state: State, before: list[Act]) -> str | None:
        """The reasons that hold for one kind."""
        match act.number:
            case 1:
                by_words = act.author not in state.active
                if by_words and any(known.author == act.author and known.number == DEVICE_ADD for known in before):
                    return "USED"
                if sum(state.devices[device] == act.person for device in state.active) >= PERSON_DEVICES_MAX:
                    return "ROOM"
            case 2:
                return None if self._was_device(act, before) else "VICTIM"
            case 4:
                return None if self._agreed(act, state, before) else "SECOND"
            case 5:
                return None if self._follows(act) else "EPOCH"
            case 6:
                return "ALONE" if len(self.founders) == 1 else None
            case 9:
                own = {device for device in state.active if state.devices[device] == act.person}
                if act.operation.confirmed not in own - {act.author}:
                    return "OTHER"
                by_words = act.author not in state.active
                doubtful = own & state.confirmed if by_words else {act.author} - state.confirmed
                return "CONFIRM" if doubtful else None
        return None

    def _was_device(self, act: Act, before: list[Act]) -> bool:
        """Whether the victim was ever a device of the author's person."""
        return act.operation.victim == act.person or any(
            known.number in DEVICE_GRANTS and known.introduced == act.operation.victim and known.person == act.person
            for known in before
        )

    def _agreed(self, act: Act, state: State, before: list[Act]) -> bool:
        """Whether new words have the consent that they need."""
        if act.author not in state.active:
            return True
        others = {device for device in state.active if state.devices[device] == act.person} - {act.author}
        had_words = any(known.number == RECOVERY_SET and known.person == act.person for known in before)
        if act.operation.second is None:
            return not others and not had_words
        if act.operation.second[0] not in others:
            return False
        admin = self.cards[act.operation.second[0]].admin
        try:
            check_second(self.genesis.space, act.author, act.operation, admin)
        except RefusedError:
            return False
        return True

    # The state of a set

    def state(self, names: frozenset[bytes]) -> State:
        """What stands, of these operations, which are authorised and whole in their past."""
        if names not in self._states:
            self._states[names] = self._evaluated([self.acts[name] for name in names])
        return self._states[names]

    def _evaluated(self, acts: list[Act]) -> State:
        """Strike, void, and say what stands."""
        struck = self._struck(acts)
        left = sorted((act for act in acts if act.id not in struck), key=lambda act: act.order)
        plain = self._voided(left, acts, struck, None)
        voided = self._voided(left, acts, struck, plain)
        removals: dict[bytes, list[Act]] = {}
        for act in left:
            if act.removed is not None:
                removals.setdefault(act.removed, []).append(act)
        devices = {founder: founder for founder in self.founders}
        for act in left:
            if act.number in DEVICE_GRANTS and act.id not in voided and act.introduced is not None:
                devices.setdefault(act.introduced, act.person)
        words = self._words_in_force([act for act in left if act.id not in voided])
        active = frozenset(devices) - frozenset(removals)
        confirming = self._confirming([act for act in left if act.id not in voided])
        confirmed = frozenset(self.founders) | {
            device for act, device in confirming if devices.get(device) == act.person
        }
        return State(
            devices, active, confirmed, words, voided, struck, removals, any(act.number == SPLIT for act in left)
        )

    def _confirming(self, standing: list[Act]) -> list[tuple[Act, bytes]]:
        """The operations that confirm a device, each with the device; those that stand come in their order."""
        found: list[tuple[Act, bytes]] = []
        for act in standing:
            if act.operation.confirmed is not None:
                found.append((act, act.operation.confirmed))
            elif act.number in DEVICE_GRANTS and act.introduced is not None and self._known_sure(act, found):
                found.append((act, act.introduced))
        return found

    def _known_sure(self, act: Act, confirming: list[tuple[Act, bytes]]) -> bool:
        """Whether the author of an operation founded the space, or was confirmed by something in its past."""
        return act.author in self.founders or any(
            device == act.author and known.id in act.past and known.person == act.person for known, device in confirming
        )

    def _words_in_force(self, standing: list[Act]) -> dict[bytes, bytes]:
        """The words of each person."""
        found: dict[bytes, bytes] = {}
        for person in self.founders:
            sets = [act for act in standing if act.number == RECOVERY_SET and act.person == person]
            last = [act for act in sets if not any(act.id in other.past for other in sets)]
            if last:
                found[person] = min(last, key=lambda act: act.id).introduced or b""
        return found

    def at_or_below(self, act: Act, removal: Act, judged: Collection[bytes]) -> bool:
        """Whether an operation of a victim is at or below the cut of its removal, in the set that is judged."""
        if act.id == removal.id or removal.operation.cut is None:
            return act.id == removal.id
        named = [self.acts[name] for name in removal.operation.cut.operations if name in judged]
        own = [known for known in named if known.author == removal.removed]
        return any(act.id == known.id or act.id in known.past for known in own)

    def _struck(self, acts: list[Act]) -> frozenset[bytes]:
        """What removals by recovery words strike."""
        sets: dict[bytes, list[Act]] = {}
        for act in acts:
            if act.number == RECOVERY_SET and act.introduced is not None:
                sets.setdefault(act.introduced, []).append(act)
        by_words = [act for act in acts if act.number == DEVICE_REVOKE and self._is_words(act, sets)]

        def turn(act: Act) -> tuple[int, int, bytes]:
            return min(len(made.past) for made in sets[act.author]), len(act.past), act.id

        struck: set[bytes] = set()
        safe: set[bytes] = set()
        for removal in sorted(by_words, key=turn):
            if removal.id in struck:
                continue
            safe.add(removal.id)
            origin = {name for made in sets[removal.author] for name in (made.id, *made.past)}
            self._strike(acts, removal, struck, safe | origin)
        return frozenset(struck)

    def _is_words(self, act: Act, sets: dict[bytes, list[Act]]) -> bool:
        """Whether an operation is signed by recovery words."""
        return any(made.id in act.past and made.person == act.person for made in sets.get(act.author, []))

    def _strike(self, acts: list[Act], removal: Act, struck: set[bytes], spared: set[bytes]) -> None:
        """Strike what the victim signed beyond the cut, and what hangs on it."""
        judged = {act.id for act in acts}
        for act in acts:
            if act.author == removal.removed and act.id not in spared and not self.at_or_below(act, removal, judged):
                struck.add(act.id)
        grown = True
        while grown:
            grown = False
            for act in acts:
                if act.id in struck or act.id in spared or act.author in self.founders:
                    continue
                if all(made.id in struck for made in self._introductions(acts, act)):
                    struck.add(act.id)
                    grown = True

    def _introductions(self, acts: list[Act], act: Act) -> list[Act]:
        """What introduced the author of an operation, in its past and for its person."""
        return [
            made for made in acts if made.introduced == act.author and made.id in act.past and made.person == act.person
        ]

    def _voided(
        self, left: list[Act], acts: list[Act], struck: frozenset[bytes], plain: dict[bytes, str] | None
    ) -> dict[bytes, str]:
        """The grants that are void, with the reason; without `plain` no cut shields."""
        voided: dict[bytes, str] = {}
        gone = {act.removed for act in left if act.removed is not None}
        standing: list[Act] = []
        for grant in left:
            if grant.number not in GRANTS:
                continue
            reason = (
                self._void_author(grant, acts, struck, voided)
                or _void_removed(grant, left)
                or self._void_forked(grant, left, gone, plain)
                or (
                    self._void_unconfirmed(grant, acts, standing)
                    if grant.number == DEVICE_CONFIRM
                    else _void_taken(grant, standing) or self._void_full(grant, standing, gone)
                )
            )
            if reason is None:
                standing.append(grant)
            else:
                voided[grant.id] = reason
        return voided

    def _void_author(
        self, grant: Act, acts: list[Act], struck: frozenset[bytes], voided: dict[bytes, str]
    ) -> str | None:
        """Whether nothing that introduced its author stands."""
        if grant.author in self.founders:
            return None
        made = self._introductions(acts, grant)
        return "AUTHOR" if all(act.id in struck or act.id in voided for act in made) else None

    def _void_unconfirmed(self, grant: Act, acts: list[Act], standing: list[Act]) -> str | None:
        """Whether a device that signed a confirmation is not confirmed itself."""
        words = {act.introduced for act in acts if act.number == RECOVERY_SET and act.id in grant.past}
        if grant.author in words or self._known_sure(grant, self._confirming(standing)):
            return None
        return "UNCONFIRMED"

    def _void_forked(self, grant: Act, left: list[Act], gone: set[bytes], plain: dict[bytes, str] | None) -> str | None:
        """Whether it stands on or after a fork, without a shield."""
        if grant.number == RECOVERY_SET:
            return None
        own = [act for act in left if act.author == grant.author and act.number != EPOCH]
        forks = [(one, other) for one, other in combinations(own, 2) if _concurrent(one, other)]
        if all(grant.id in one.past and grant.id in other.past for one, other in forks):
            return None
        if any(act.person != grant.person and grant.id in act.past for act in left):
            return None
        if plain is not None and self._shielded(grant, left, gone, plain):
            return None
        return "FORKED"

    def _shielded(self, grant: Act, left: list[Act], gone: set[bytes], plain: dict[bytes, str]) -> bool:
        """Whether a cut shields it, of a removal by somebody who stands without any."""
        judged = {act.id for act in left}
        return any(
            removal.removed == grant.author
            and self.at_or_below(grant, removal, judged)
            and removal.author not in gone
            and self._stands(removal, left, plain)
            for removal in left
        )

    def _stands(self, act: Act, left: list[Act], plain: dict[bytes, str]) -> bool:
        """Whether an introduction of the author of an operation stands."""
        return act.author in self.founders or any(made.id not in plain for made in self._introductions(left, act))

    def _void_full(self, grant: Act, standing: list[Act], gone: set[bytes]) -> str | None:
        """Whether there is no room for its device."""
        if grant.number == RECOVERY_SET or grant.introduced in gone:
            return None
        devices = {act.introduced for act in standing if act.number in DEVICE_GRANTS and act.person == grant.person}
        if grant.introduced in devices:
            return None
        return "FULL" if len((devices | {grant.person}) - gone) >= PERSON_DEVICES_MAX else None

    # Epochs

    def _follows(self, act: Act) -> bool:
        """Whether the epoch of an operation is valid at its own heads, as a new one."""
        epoch, before = act.operation.epoch, self.state(act.past)
        if epoch is None or before.ended or epoch.generation != self.highest(act.past) + 1:
            return False
        if epoch.mailbox == self.genesis.epoch.mailbox:
            return False
        known = [self._epoch_of(name) for name in act.past if self.valid(name)]
        if any(earlier is not None and earlier.mailbox == epoch.mailbox for earlier in known):
            return False
        return epoch.recipients == _left_by(act, before)

    def _epoch_of(self, name: bytes) -> Epoch | None:
        """The epoch in an operation."""
        return self.acts[name].operation.epoch

    def valid(self, name: bytes) -> bool:
        """Whether the epoch of an authorised operation is a new one, and valid."""
        if name not in self._valid:
            self._valid[name] = self._follows(self.acts[name])
        return self._valid[name]

    def _shared_with(self, name: bytes) -> bytes | None:
        """The mailbox whose epoch an adding shares, where it does."""
        if name not in self._shares:
            self._shares[name] = self._share(self.acts[name])
        return self._shares[name]

    def _share(self, act: Act) -> bytes | None:
        """The epoch that is current at the heads of an adding, where it repeats that."""
        epoch = act.operation.epoch
        current = self.current(act.past)
        if act.number != DEVICE_ADD or epoch is None or current is None or epoch.recipients != {act.introduced}:
            return None
        stands = self.genesis.epoch if current == self.genesis.space else self._epoch_of(current)
        same = stands is not None and (stands.generation, stands.mailbox) == (epoch.generation, epoch.mailbox)
        return epoch.mailbox if same else None

    def _epochs(self, names: frozenset[bytes]) -> dict[bytes, Epoch]:
        """The valid epochs that count for the highest generation, by the operation that holds each."""
        state = self.state(names)
        found = {self.genesis.space: self.genesis.epoch}
        for name in names - state.struck:
            act, epoch = self.acts[name], self._epoch_of(name)
            if epoch is None or not self.valid(name):
                continue
            removal = self._removal(state, act.author)
            if removal is None or self.at_or_below(act, removal, names - state.struck):
                found[name] = epoch
        return found

    def highest(self, names: frozenset[bytes]) -> int:
        """The highest generation."""
        return max(epoch.generation for epoch in self._epochs(names).values())

    def current(self, names: frozenset[bytes]) -> bytes | None:
        """The operation with the current epoch; the space id for that of the genesis."""
        state, highest = self.state(names), self.highest(names)
        for name, epoch in sorted(self._epochs(names).items()):
            guests = {
                self.acts[add].introduced
                for add in names
                if self.acts[add].number == DEVICE_ADD and self._shared_with(add) == epoch.mailbox
            }
            if epoch.generation == highest and epoch.recipients | guests == state.recipients:
                return name
        return None

    # Cuts

    def _removal(self, state: State, device: bytes) -> Act | None:
        """The removal of a device that counts: that by recovery words, else the smallest id."""
        found = state.removals.get(device, [])
        return min(found, key=lambda act: (act.author in state.devices, act.id), default=None)

    def cuts(self, names: frozenset[bytes]) -> dict[bytes, bytes]:
        """For each card that was introduced and is no active device, the operation whose cut counts."""
        state = self.state(names)
        found: dict[bytes, bytes] = {}
        for device in state.removals:
            removal = self._removal(state, device)
            if removal is not None:
                found[device] = removal.id
        void = sorted(state.struck | set(state.voided))
        words = sorted(name for name in names if self.acts[name].number == RECOVERY_SET)
        grants = [*(name for name in void if self.acts[name].number in DEVICE_GRANTS), *words]
        for name in grants:
            card = self.acts[name].introduced
            if card is not None and card not in state.active:
                found.setdefault(card, name)
        return found


def _is_signed(public: bytes, statement: bytes, signature: bytes) -> bool:
    """Whether a signature is good."""
    try:
        verify(public, statement, signature)
    except RefusedError:
        return False
    return True


def _rotates(act: Act, author: bytes) -> bool:
    """Whether an operation is an `EPOCH` of this author."""
    return act.number == EPOCH and act.author == author


def _left_by(act: Act, before: State) -> frozenset[bytes]:
    """Who may read after an operation, by what it says itself of its past."""
    active, words = set(before.active), dict(before.words)
    active.discard(act.removed or b"")
    if act.introduced is not None:
        if act.number == RECOVERY_SET:
            words[act.person] = act.introduced
        else:
            active.add(act.introduced)
    return frozenset(active | set(words.values()))


def _concurrent(one: Act, other: Act) -> bool:
    """Whether neither is in the other's past."""
    return one.id != other.id and one.id not in other.past and other.id not in one.past


def _void_removed(grant: Act, left: list[Act]) -> str | None:
    """Whether it stands beside a removal of its author, or beside words that replaced its author."""
    beside = [act for act in left if _concurrent(grant, act)]
    if any(act.removed == grant.author for act in beside):
        return "REMOVED"
    sets = [act for act in left if act.number == RECOVERY_SET and act.person == grant.person]
    own = [made.id for made in sets if made.introduced == grant.author and made.id in grant.past]
    replaced = any(_concurrent(grant, act) and any(name in act.past for name in own) for act in sets)
    return "REMOVED" if replaced else None


def _void_taken(grant: Act, standing: list[Act]) -> str | None:
    """Whether the card stands already for the other person, or as something else."""
    words = grant.number == RECOVERY_SET
    taken = any(
        act.introduced == grant.introduced and (act.person != grant.person or (act.number == RECOVERY_SET) != words)
        for act in standing
    )
    return "TAKEN" if taken else None
