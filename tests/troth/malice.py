"""A member who means harm: rightly signed records of any kind, whatever they say, for the tests of a whole world.

Its hands are a partner's device, devices of that person that nobody ever sees, recovery words, and the keys of one
device of the other person, stolen with its passphrase. It knows every record there is, and writes on any of them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

from tests.troth.letters import keys_of
from troth import document_id, envelope, guard, keys
from troth import forward as forwards
from troth import record as records
from troth.crypto import Signer, digest
from troth.document import Document, PoisonedError, UnappliedError
from troth.edits import Edit, Insert, Put, Splice, Text
from troth.keys import DeviceKeys, Epoch
from troth.operations import (
    Ends,
    Operation,
    OperationKind,
    join_statement,
    operation_statement,
    second_statement,
    words_statement,
)
from troth.record import Header, Kind, Record, Seen, Tip
from troth.testing import World
from troth_wire import codec
from troth_wire.errors import RemoteError
from troth_wire.ids import (
    ActorId,
    ChangeHash,
    DeviceId,
    DocumentId,
    Incarnation,
    MailboxId,
    OperationId,
    PersonId,
    RecordId,
)
from troth_wire.limits import FORWARD_BYTES

__all__ = ["DOCUMENTS", "Malice"]

DOCUMENTS: Final = [document_id(name) for name in ("list", "notes")]
KINDS: Final = ["changes"] * 8 + ["operation"] * 4 + ["odd", "again"]
CLOSES: Final = 0.1
Hand = tuple[DeviceKeys, Signer]


class Malice:
    """Writes into a world's log."""

    def __init__(self, world: World, dice: Random, own: Sequence[str], stolen: Sequence[str]) -> None:
        self._world = world
        self._dice = dice
        first = next(iter(world.devices.values())).engine.identity
        self._genesis, self._epoch = first.genesis, first.epoch
        self._hands: list[Hand] = [(world.devices[name].keys, world.devices[name].admin) for name in (*own, *stolen)]
        self._spare: list[Hand] = [keys_of(f"spare {number}") for number in range(6)]
        self._devices = [device.keys.device for device in world.devices.values()]
        self._lives = [Incarnation(bytes([number]) * 16) for number in range(3)]
        self._records: list[Record] = []
        self._changes: dict[DocumentId, dict[ChangeHash, bytes]] = {document: {} for document in DOCUMENTS}
        self._operations: list[OperationId] = [OperationId(first.space)]
        self._waits: list[Record] = []
        self._read: Counter[MailboxId] = Counter()

    def strike(self) -> None:
        """Append a few entries to the log, some of them not at once and in another order."""
        self._look()
        for _ in range(self._dice.randint(1, 4)):
            self._waits.append(self._write())
        self._dice.shuffle(self._waits)
        keep = self._dice.choice((0, 0, 1, 3))
        while len(self._waits) > keep:
            self.append(self._waits.pop())
        if self._dice.random() < CLOSES:
            self.close()

    def append(self, record: Record) -> None:
        """Append a record to one of the logs."""
        logs = self._world.relay.logs
        takes = [epoch for epoch in self._epochs() if epoch.mailbox not in self._world.relay.closings]
        if takes:
            epoch = self._dice.choice(takes)
            logs[epoch.mailbox].append(envelope.seal(record, epoch, self._world.entropy(24)))

    def close(self) -> None:
        """Close a mailbox to a successor that may be none, with a forward that leads nowhere."""
        epoch = self._dice.choice(self._epochs())
        successor = self._dice.choice((None, MailboxId(self._dice.randbytes(32))))
        forward = self._dice.choice((self._dice.randbytes(FORWARD_BYTES), forwards.seal((), epoch, bytes(24))))
        self._world.relay.closings.setdefault(epoch.mailbox, (successor, forward))

    def _epochs(self) -> list[Epoch]:
        """The epochs of every log that there is: this member was given the key of each, or found it."""
        found = {self._epoch.mailbox: self._epoch}
        for device in self._world.devices.values():
            found |= {mailbox: device.engine.passage.keyring[mailbox] for mailbox in device.engine.passage.keyring}
        return [epoch for mailbox, epoch in sorted(found.items()) if mailbox in self._world.relay.logs]

    def _look(self) -> None:
        """Read what was written since."""
        for epoch in self._epochs():
            log = self._world.relay.logs[epoch.mailbox]
            for sealed in log[self._read[epoch.mailbox] :]:
                self._learn(envelope.open_(sealed, epoch))
            self._read[epoch.mailbox] = len(log)

    def _learn(self, record: Record) -> None:
        self._records.append(record)
        try:
            if record.header.kind == Kind.OPERATION:
                self._operations.append(Operation.of(record).id)
            elif record.header.document in self._changes:
                known = self._changes[record.header.document]
                known.update({guard.change_hash(raw): raw for raw in records.changes_of(record.payload)})
        except RemoteError:
            return

    def _hand(self) -> Hand:
        return self._dice.choice(self._hands + self._hands + self._spare)

    def _write(self) -> Record:
        dice, hand = self._dice, self._hand()
        match dice.choice(KINDS):
            case "changes":
                written = self._write_changes(hand)
            case "operation":
                payload = self._operation(hand)
                written = self._sign(hand, Header(**self._place(hand[0].device), kind=Kind.OPERATION), payload)
            case "again" if self._records:
                written = dice.choice(self._records)
            case _:
                kind, payload = dice.choice((2, 3, 255)), dice.randbytes(dice.randint(0, 40))
                written = self._sign(hand, Header(**self._place(hand[0].device), kind=kind), payload)
        self._learn(written)
        if dice.random() < 0.15:
            spoiled = bytes([written.signature[0] ^ 1]) + written.signature[1:]
            return Record(written.header, spoiled, written.header_bytes, written.payload)
        return written

    def _place(self, device: DeviceId) -> dict[str, Any]:
        """A place in some life's chain: mostly the next, sometimes a branch or nowhere; and heads of any kind."""
        dice = self._dice
        own = [record for record in self._records if record.header.device == device]
        life, sequence = dice.choice(self._lives), 1
        prev: RecordId | None = None
        tips: tuple[Tip, ...] = ()
        if own and dice.random() < 0.85:
            last = dice.choice(own[-3:])
            life, sequence, prev = last.header.incarnation, last.header.sequence + 1, last.id
        elif dice.random() < 0.2:
            sequence, prev = dice.choice((2, 9)), RecordId(dice.randbytes(32))
        if prev is None:
            tips = tuple(Tip(r.header.incarnation, r.header.sequence, r.id) for r in own[-16:])
        heads = dice.sample(self._operations, min(len(self._operations), dice.choice((0, 0, 1, 1, 2, 16))))
        if dice.random() < 0.03:
            heads.append(OperationId(dice.randbytes(32)))
        cursor = next(iter(self._world.devices.values())).engine.cursor
        seen = cursor.seen
        if seen is not None and dice.random() < 0.1:
            seen = Seen(seen.mailbox, seen.lineage, dice.randint(0, 2**40), seen.running)
        return {
            "space": self._genesis.space,
            "device": device,
            "incarnation": life,
            "sequence": sequence,
            "prev": prev,
            "tips": tips,
            "heads": tuple(sorted(set(heads)))[:16],
            "seen": seen,
            "rules": dice.choice((1, 1, 1, 0, 2)),
            "payload_hash": bytes(32),
        }

    def _sign(self, hand: Hand, header: Header, payload: bytes) -> Record:
        return records.sign(replace(header, payload_hash=digest(b"troth/payload", payload)), payload, hand[0].signer)

    # Changes

    def _write_changes(self, hand: Hand) -> Record:
        dice, place = self._dice, self._place(hand[0].device)
        document = dice.choice(DOCUMENTS)
        actor = keys.actor(hand[0].device, document, place["incarnation"])
        share = [raw for _ in range(dice.randint(1, 3)) for raw in self._change(document, actor)] or [b"\x00"]
        if dice.random() < 0.1:
            share.append(dice.choice([*self._changes[document].values(), b"x" * 20]))
        named = [guard.change_hash(raw) for raw in share]
        if dice.random() < 0.05:
            named[0] = ChangeHash(dice.randbytes(32))
        if dice.random() < 0.03:
            named.append(ChangeHash(dice.randbytes(32)))
        header = Header(**place, kind=Kind.CHANGES, document=document, changes=tuple(named[:64]))
        return self._sign(hand, header, codec.pack(share[:64]))

    def _change(self, document: DocumentId, actor: ActorId) -> Sequence[bytes]:
        """Make changes on any part of what is known, as this actor."""
        dice, known = self._dice, self._changes[document]
        replica = Document(actor)
        past = guard.Past()
        tops = dice.sample(list(known), min(len(known), dice.choice((0, 1, 1, 2, 3, 8))))
        for change in _causes_first(known, tops):
            reading = guard.read(known[change])
            if isinstance(reading, guard.Refused) or past.standing(reading.actor, reading.sequence):
                continue
            verdict = guard.weigh(reading, past=past, actor=reading.actor)
            if not isinstance(verdict, guard.Accepted):
                continue
            past.add(verdict)
            try:
                replica.merge(known[change])
            except (PoisonedError, UnappliedError):
                return ()
        try:
            return replica.edit([[edit] for edit in self._edits()]).changes
        except (PoisonedError, AssertionError):
            return ()

    def _edits(self) -> list[Edit]:
        edits: list[Edit] = [
            Put(("t",), Text("malice")),
            Splice(("t",), 0, 0, self._dice.choice("xyz")),
            Splice(("t",), 0, 1, ""),
            Put(("k",), self._dice.randint(0, 9)),
            Put(("l",), [1, 2]),
            Insert(("l",), 0, self._dice.randint(0, 9)),
        ]
        return self._dice.sample(edits, self._dice.randint(1, 3))

    # Operations

    def _operation(self, hand: Hand) -> bytes:
        dice, (own, admin) = self._dice, hand
        kind = dice.choice([*OperationKind, OperationKind.DEVICE_REVOKE, OperationKind.DEVICE_ADD])
        parents = sorted(set(dice.choices(self._operations[-8:], k=dice.choice((1, 1, 2, 3)))))
        if dice.random() < 0.5:
            parents = list(dice.choice(list(self._world.devices.values())).engine.inbox.members.heads)[:16]
        if dice.random() < 0.05:
            parents = sorted({*parents, OperationId(dice.randbytes(32))})[:16]
        body = codec.pack([1, kind, parents, *self._fields(kind, own.device, tuple(parents))])
        signer = own.signer if kind == OperationKind.EPOCH else admin
        return codec.pack([body, signer.sign(operation_statement(self._genesis.space, own.device, body))])

    def _fields(self, kind: OperationKind, author: DeviceId, parents: tuple[OperationId, ...]) -> Sequence[object]:
        dice = self._dice
        newcomer, newcomer_admin = dice.choice(self._spare)
        said = words_statement if kind == OperationKind.RECOVERY_SET else join_statement
        statement = said(self._genesis.space, self._person(author), newcomer.device)
        proofs = newcomer.signer.sign(statement), newcomer_admin.sign(statement)
        second = dice.choice([hand for hand in self._hands if hand[0].device != author])
        consent = second[1].sign(second_statement(self._genesis.space, author, newcomer.device, parents))
        card, epoch = newcomer.card.parts(), self._announced(newcomer.device)
        fields: dict[OperationKind, Sequence[object]] = {
            OperationKind.DEVICE_ADD: (card, proofs, epoch),
            OperationKind.DEVICE_REVOKE: (self._victim(), self._cut(), dice.choice((None, epoch))),
            OperationKind.DEVICE_REKEY: (card, proofs, self._cut(), dice.choice((None, epoch))),
            OperationKind.RECOVERY_SET: (
                card,
                proofs,
                dice.choice((None, [second[0].device, consent])),
                dice.choice((None, epoch)),
            ),
            OperationKind.EPOCH: (epoch,),
            OperationKind.SPLIT: (),
            OperationKind.DEVICE_CONFIRM: (self._victim(),),
        }
        return fields[kind]

    def _person(self, author: DeviceId) -> PersonId:
        for device in self._world.devices.values():
            person = device.engine.inbox.members.person_of.get(author)
            if person is not None and self._dice.random() < 0.9:
                return person
        return PersonId(self._dice.choice(self._genesis.founders).device)

    def _announced(self, newcomer: DeviceId) -> list[object]:
        dice, members = self._dice, next(iter(self._world.devices.values())).engine.inbox.members
        if dice.random() < 0.5:
            return [0, self._genesis.epoch.mailbox, [[newcomer, bytes(80)]]]
        readers = sorted({newcomer, *(card.device for card in members.recipients)})
        wraps = [[reader, bytes(80)] for reader in readers[:34]]
        return [dice.choice((members.highest + 1, 1, 2**40)), dice.randbytes(32), wraps]

    def _victim(self) -> DeviceId:
        return self._dice.choice([*self._devices, *(hand[0].device for hand in (*self._hands, *self._spare))])

    def _cut(self) -> list[object]:
        dice = self._dice
        chosen = dice.sample(self._records, min(len(self._records), dice.choice((0, 0, 1, 4, 20))))
        tips = {record.header.incarnation: record for record in chosen}
        named = sorted(set(dice.sample(self._operations, min(len(self._operations), dice.choice((0, 1, 3))))))
        ends = tuple(Tip(life, tips[life].header.sequence, tips[life].id) for life in sorted(tips))
        return Ends(ends, tuple(named)).parts()


def _causes_first(known: dict[ChangeHash, bytes], tops: Sequence[ChangeHash]) -> list[ChangeHash]:
    """Return changes and their past, causes first, as far as they are known."""
    order: list[ChangeHash] = []
    ahead = [(top, False) for top in tops]
    done: set[ChangeHash] = set()
    while ahead:
        change, opened = ahead.pop()
        if opened:
            order.append(change)
        elif change in known and change not in done:
            done.add(change)
            reading = guard.read(known[change])
            ahead.append((change, True))
            if not isinstance(reading, guard.Refused):
                ahead += [(cause, False) for cause in reading.dependencies]
    return order
