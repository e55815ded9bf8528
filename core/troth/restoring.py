"""What recovery words do once a space was read with them: remove what is lost, and add one device, which brings it all.

The words hold the space for a moment and write nothing into a log: what they sign lies in the new device's rows, and
goes out from there like every operation that a log lacks (specs/recovery.md, Restoring).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from troth.amendments import revoke_device
from troth.crossing import FIRST, REOFFER
from troth.crypto import Signer
from troth.engine import Engine
from troth.filing import KEY_BYTES, Saved, row_of
from troth.identity import Identity
from troth.joining import Invitation, Welcome, add_device, request
from troth.keys import DeviceKeys, Entropy, Epoch
from troth.loading import begin
from troth.meeting import LENT, between
from troth.membership import Members
from troth.operations import Operation, OperationKind
from troth.record import Tip
from troth.recovery import Way, Words, check_taken, undoubted
from troth.roll import evaluate
from troth.step import Row, Step
from troth_wire.ids import DeviceId, OperationId, PersonId

__all__ = ["Restorer", "reader"]

EVERYTHING: Final[Mapping[DeviceId, Iterable[Tip]]] = MappingProxyType({})


def reader(words: Words, way: Way, entropy: Entropy) -> list[Row]:
    """Return the rows of a store that reads a space with the words, and forgets it again.

    An engine of them is loaded with `quiet`: the words write nothing.
    """
    keys, _ = words.keys(way.genesis.space, way.person)
    return begin(Identity(keys, way.genesis, way.epoch), entropy)


@dataclass(repr=False)
class Restorer:
    """The words in one space that was read with them."""

    engine: Engine
    admin: Signer
    """Of the words."""

    def __post_init__(self) -> None:
        """Refuse a space that never took these words, or took others since.

        Raises:
            ForgedError: If it never did, so whoever wrote the signpost led elsewhere.
            UsageError: If others took their place.
        """
        check_taken(self.engine.inbox.members, self.engine.identity.keys)

    @property
    def person(self) -> PersonId:
        """Whose words they are."""
        return self.engine.inbox.members.person(self.engine.identity.device)

    @property
    def devices(self) -> frozenset[DeviceId]:
        """The devices of the person that belong now."""
        return self.engine.inbox.members.devices(self.person)

    def without(self, doubted: frozenset[OperationId]) -> Members:
        """Return who belongs by what is not in doubt: what the words sign has nothing else in its past."""
        if not doubted:
            return self.engine.inbox.members
        return evaluate(self.engine.identity.genesis, undoubted(self.engine.inbox.operations, doubted))

    def signed_by(self, devices: Iterable[DeviceId]) -> tuple[Operation, ...]:
        """Return what some devices signed about who belongs since there were these words, parents before children.

        Of it the person may say that something, and all that these devices signed after it, was not them. Epochs take
        nothing from anybody; and what the words stem from they never strike.
        """
        named, found = frozenset(devices), self.engine.inbox.operations
        stems = {item.id for item in found if item.card and item.card.device == self.engine.identity.device}
        for item in reversed(found):
            if item.id in stems:
                stems |= set(item.parents)
        return tuple(
            item for item in found if item.author in named and item.kind != OperationKind.EPOCH and item.id not in stems
        )

    def restore(
        self,
        keys: DeviceKeys,
        admin: Signer,
        lost: Iterable[DeviceId],
        kept: Mapping[DeviceId, Iterable[Tip]] = EVERYTHING,
        doubted: Iterable[OperationId] = (),
    ) -> list[Row]:
        """Remove devices, add another one, and return the rows with which it begins.

        What was read of the lost devices is kept, or less where the person says so, and nothing beyond. The key is
        changed by the new device, as soon as it reaches the relay.

        Args:
            keys: The new device's.
            admin: Its admin key.
            lost: The devices to remove, each of this person.
            kept: Of some of them, the last record to keep of each of their lives; a life that is missing counts for
                nothing.

            doubted: What lost devices signed, and their person did not: it is struck, with all that builds on it.

        Raises:
            UsageError: If the words have added a device before, the space was ended and that is not in doubt, or a tip
                is none that could be kept.
        """
        engine, words = self.engine, self.engine.identity.keys
        epoch, step, entropy, gone = self._epoch(), Step(), engine.entropy, frozenset(doubted)
        members, before = self.without(gone), engine.inbox.members.active
        # Whoever came in by nothing but what is in doubt is out with that.
        for victim in sorted(device for device in lost if device in members.person_of):
            tips = engine.kept_of(victim, kept.get(victim))
            payload = revoke_device(members, words, self.admin, victim, tips, None, entropy)
            engine.passage.enact(payload, None, step)
            members = self.without(gone)
        asked = request(Invitation(engine.identity.space, self.person), keys, admin)
        payload = add_device(members, words, self.admin, asked, epoch, entropy)
        welcome = Welcome(engine.identity.genesis, engine.passage.enact(payload, None, step))
        added = Identity.welcomed(keys, welcome, expected=engine.identity.space)
        return [*self._rows(added, entropy), *self._lent(members.active | before)]

    def _lent(self, devices: Iterable[DeviceId]) -> list[Row]:
        """The words' own meetings: who is there knows the words and not the new device, and looks there wherever led.

        No key of the words follows from the keys of their meetings.
        """
        words, cards = self.engine.identity, self.engine.inbox.members.cards
        return [Row(LENT, other, between(words.keys, cards[other], words.space).key) for other in sorted(devices)]

    def _epoch(self) -> Epoch:
        """The latest epoch whose key the words hold: from its mailbox everything goes on."""
        keyring, current = self.engine.passage.keyring, self.engine.inbox.members.current
        held = [*keyring]
        return keyring[current.mailbox if current is not None and current.mailbox in keyring else held[-1]]

    def _rows(self, identity: Identity, entropy: Entropy) -> list[Row]:
        chains = self.engine.inbox.chains
        kept = enumerate((*chains.proven, *chains.parked), 1)
        records = [row_of(Saved(number.to_bytes(KEY_BYTES, "big"), False, 0, record)) for number, record in kept]
        # The log lacks what the words have just signed, and perhaps more.
        return [*begin(identity, entropy), *records, Row(REOFFER, identity.epoch.mailbox, FIRST)]
