"""Whether an operation was authorised: judged from its own past alone, so the answer never changes.

What comes later, or at the same time, may make it void (`standing`), never unauthorised.
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from troth import crypto
from troth.ancestry import GRANTS, Ancestry, Entry
from troth.genesis import Genesis
from troth.keys import Card
from troth.operations import (
    Operation,
    OperationKind,
    check_proofs,
    check_second,
    join_statement,
    words_statement,
)
from troth.standing import Standing
from troth_wire.errors import ForgedError
from troth_wire.ids import DeviceId, PersonId
from troth_wire.limits import DEVICE_EPOCHS_MAX, PERSON_DEVICES_MAX, PERSON_OPERATIONS_MAX
from troth_wire.said import Said

__all__ = ["Refusal", "authorise"]


class Refusal(Enum):
    """Why an operation counts nowhere."""

    SIGNATURE = Said("the signature is not its author's")
    SPACE = Said("it is of another space")
    PARENT = Said("it builds on an operation that does not count")
    AUTHOR = Said("its author was no device of the space when it signed")
    MANY = Said("its person, or for epochs its device, has signed more operations than are counted")
    SPLIT = Said("the space had been ended before")
    WEAK = Said("recovery words may not do this")
    KNOWN = Said("the newcomer was known already")
    PROOFS = Said("the newcomer did not agree to join this person in this space")
    ROOM = Said("the person had as many devices as there may be")
    USED = Said("recovery words add one device, and these had added one")
    VICTIM = Said("it removes what is no device of its author's person")
    SECOND = Said("new recovery words need the old ones, or two devices")
    OTHER = Said("it confirms what is no other active device of its author's person")
    CONFIRM = Said("its author is not confirmed itself, or is recovery words beside a device that is")
    EPOCH = Said("its epoch does not follow on the one before, for exactly those who belong")
    ALONE = Said("a space of one person has nobody to part from")


_ENDED: Final = frozenset({*GRANTS, OperationKind.EPOCH})
"""What a space that has been ended takes no more; reductions go on counting."""
_WEAK: Final = frozenset(
    {
        OperationKind.DEVICE_ADD,
        OperationKind.DEVICE_REVOKE,
        OperationKind.RECOVERY_SET,
        OperationKind.DEVICE_CONFIRM,
    }
)
"""What recovery words may do."""


def authorise(
    operation: Operation, log: Ancestry, genesis: Genesis, before: Standing, cards: Callable[[DeviceId], Card]
) -> Entry | Refusal:
    """Judge an operation whose parents all count.

    Args:
        operation: What is judged.
        log: What counts so far.
        genesis: Of the space.
        before: The standing of its past.
        cards: Gives the card of a device that was introduced.
    """
    person = _person(operation, before)
    if person is None:
        return Refusal.AUTHOR
    asked = _Asked(operation, person, log, genesis, before, cards)
    for check in (_signed, _general, *_CHECKS[operation.kind]):
        refusal = check(asked)
        if refusal is not None:
            return refusal
    shares = operation.kind == OperationKind.DEVICE_ADD and asked.shares()
    number, rotates = len(log.entries), asked.rotates()
    return Entry(number, operation, person, before.among, asked.by_words, rotates=rotates, shares=shares)


def _person(operation: Operation, before: Standing) -> PersonId | None:
    """Whose device, or recovery words, the author was at its own heads."""
    words = {device: person for person, device in before.words.items()}
    return before.active.get(operation.author) or words.get(operation.author)


class _Asked:
    """One operation, and what its past says of it."""

    def __init__(
        self,
        operation: Operation,
        person: PersonId,
        log: Ancestry,
        genesis: Genesis,
        before: Standing,
        cards: Callable[[DeviceId], Card],
    ) -> None:
        self.operation = operation
        self.person = person
        self.log = log
        self.genesis = genesis
        self.before = before
        self.cards = cards
        self.by_words = operation.author not in before.active

    def devices(self) -> list[DeviceId]:
        """The active devices of its person."""
        return [device for device, person in self.before.active.items() if person == self.person]

    def is_known(self, device: DeviceId) -> bool:
        """Whether a card had been introduced before, for whomever and as whatever."""
        founders = self.genesis.epoch.wraps
        return device in founders or bool(self.log.known.get(device, 0) & self.before.among)

    def recipients(self) -> set[DeviceId]:
        """Who may read after it."""
        operation, words = self.operation, dict(self.before.words)
        found = set(self.before.active)
        found.discard(operation.victim or DeviceId(b""))
        if operation.kind == OperationKind.DEVICE_REKEY:
            found.discard(operation.author)
        if operation.card is not None and operation.kind == OperationKind.RECOVERY_SET:
            words[self.person] = operation.card.device
        elif operation.card is not None:
            found.add(operation.card.device)
        return found | set(words.values())

    def rotates(self) -> bool:
        """Whether it announces an epoch that counts: the next generation, a new mailbox, exactly those who belong."""
        epoch, before = self.operation.epoch, self.before
        if epoch is None or before.split or epoch.generation != before.highest + 1:
            return False
        used = self.log.mailboxes.get(epoch.mailbox, 0) & before.among
        if used or epoch.mailbox == self.genesis.epoch.mailbox:
            return False
        return set(epoch.wraps) == self.recipients()

    def shares(self) -> bool:
        """Whether it gives the epoch that was current to its newcomer, and to nobody else."""
        epoch, current, card = self.operation.epoch, self.before.current, self.operation.card
        if epoch is None or card is None or current is None:
            return False
        named = epoch.generation, epoch.mailbox
        return named == (current.generation, current.mailbox) and list(epoch.wraps) == [card.device]


def _signed(asked: _Asked) -> Refusal | None:
    operation, card = asked.operation, asked.cards(asked.operation.author)
    # An epoch takes nothing from anybody that the next one does not give back, so it needs no passphrase.
    key = card.everyday if operation.kind == OperationKind.EPOCH else card.admin
    try:
        crypto.verify(key, operation.statement, operation.signature)
    except ForgedError:
        return Refusal.SIGNATURE
    return None


def _general(asked: _Asked) -> Refusal | None:
    if _is_one_too_many(asked):
        return Refusal.MANY
    if asked.before.split and asked.operation.kind in _ENDED:
        return Refusal.SPLIT
    return Refusal.WEAK if asked.by_words and asked.operation.kind not in _WEAK else None


def _is_one_too_many(asked: _Asked) -> bool:
    """Epochs are counted apart: with the everyday key alone nobody keeps a person from removing the device."""
    log, operation, before = asked.log, asked.operation, asked.before.among
    if operation.kind == OperationKind.EPOCH:
        return (log.by_author.get(operation.author, 0) & log.epochs & before).bit_count() >= DEVICE_EPOCHS_MAX
    return (log.by_person.get(asked.person, 0) & ~log.epochs & before).bit_count() >= PERSON_OPERATIONS_MAX


def _newcomer(asked: _Asked) -> Refusal | None:
    card, proofs = asked.operation.newcomer, asked.operation.proofs
    assert proofs is not None, "what introduces has proofs"
    if asked.is_known(card.device):
        return Refusal.KNOWN
    statement = words_statement if asked.operation.kind == OperationKind.RECOVERY_SET else join_statement
    try:
        check_proofs(asked.operation.space, asked.person, card, proofs, statement=statement)
    except ForgedError:
        return Refusal.PROOFS
    return None


def _room(asked: _Asked) -> Refusal | None:
    return Refusal.ROOM if len(asked.devices()) >= PERSON_DEVICES_MAX else None


def _single_use(asked: _Asked) -> Refusal | None:
    if not asked.by_words:
        return None
    own = asked.log.by_author.get(asked.operation.author, 0) & asked.before.among
    added = any(own >> number & 1 for *_, number in asked.log.grants if _adds(asked.log.entries[number]))
    return Refusal.USED if added else None


def _adds(entry: Entry) -> bool:
    return entry.operation.kind == OperationKind.DEVICE_ADD


def _victim(asked: _Asked) -> Refusal | None:
    victim, log = asked.operation.victim, asked.log
    assert victim is not None, "what revokes has a victim"
    made = log.seats.get((victim, asked.person), 0) & asked.before.among & ~log.word_sets.get(asked.person, 0)
    return None if made or PersonId(victim) == asked.person else Refusal.VICTIM


def _second(asked: _Asked) -> Refusal | None:
    if asked.by_words:
        return None
    operation, devices = asked.operation, asked.devices()
    if operation.second is None:
        # With one device and no words yet there is nobody else to ask, and words are needed most.
        had_words = asked.log.word_sets.get(asked.person, 0) & asked.before.among
        return None if len(devices) == 1 and not had_words else Refusal.SECOND
    if operation.second[0] not in devices or operation.second[0] == operation.author:
        return Refusal.SECOND
    try:
        check_second(operation, asked.cards(operation.second[0]))
    except ForgedError:
        return Refusal.SECOND
    return None


def _other(asked: _Asked) -> Refusal | None:
    """Nobody confirms themselves, nor a device of the other person."""
    device = asked.operation.confirmed
    return None if device != asked.operation.author and device in asked.devices() else Refusal.OTHER


def _confirmed(asked: _Asked) -> Refusal | None:
    """Whether its author's word is worth that: words are heard only where no device is left that could say it."""
    if asked.by_words:
        return Refusal.CONFIRM if asked.before.confirmed.intersection(asked.devices()) else None
    return None if asked.operation.author in asked.before.confirmed else Refusal.CONFIRM


def _epoch(asked: _Asked) -> Refusal | None:
    return None if asked.rotates() else Refusal.EPOCH


def _both(asked: _Asked) -> Refusal | None:
    return None if len(asked.genesis.founders) > 1 else Refusal.ALONE


_CHECKS: Final[dict[OperationKind, tuple[Callable[[_Asked], Refusal | None], ...]]] = {
    OperationKind.DEVICE_ADD: (_single_use, _room, _newcomer),
    OperationKind.DEVICE_REVOKE: (_victim,),
    OperationKind.DEVICE_REKEY: (_newcomer,),
    OperationKind.RECOVERY_SET: (_second, _newcomer),
    OperationKind.EPOCH: (_epoch,),
    OperationKind.SPLIT: (_both,),
    OperationKind.DEVICE_CONFIRM: (_other, _confirmed),
}
"""What is asked of each kind, besides what is asked of all."""
