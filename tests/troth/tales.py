"""Operations as anybody might sign them, rightly or not, for the tests of who belongs."""

from collections.abc import Iterable, Sequence

from tests.troth.letters import device, keys_of, operation_in, person, space_of
from troth.amendments import words_proofs
from troth.crypto import digest
from troth.epochs import Announcement
from troth.genesis import Genesis
from troth.joining import Invitation, request
from troth.membership import Members
from troth.operations import Ends, Operation, OperationKind, operation_statement, second_statement
from troth.record import Tip
from troth.roll import evaluate
from troth_wire import codec
from troth_wire.ids import DeviceId, MailboxId, OperationId
from troth_wire.limits import HEADER_HEADS_MAX

__all__ = ["Tale", "owner"]


def owner(name: str) -> str:
    """Whose device it is by its name: `tablet of robin`."""
    return name.rpartition(" of ")[2]


class Tale:
    """What was signed in one space, one operation after the other."""

    def __init__(self, *founders: str) -> None:
        self.genesis: Genesis = space_of(*(founders or ("robin", "sasha")))
        self.told: list[Operation] = []
        self._known: dict[frozenset[tuple[OperationId, bytes]], Members] = {}

    def members(self, at: Iterable[Operation] | None = None) -> Members:
        """Who belongs by all that was told, or by some operations and their past."""
        judged = self.told if at is None else self.past(at)
        # Drawn tales ask the same again and again; signatures are what costs.
        key = frozenset((item.id, item.signature) for item in judged)
        if key not in self._known:
            self._known[key] = evaluate(self.genesis, judged)
        return self._known[key]

    def past(self, at: Iterable[Operation]) -> list[Operation]:
        """Some operations and everything in their past."""
        named = {operation.id for operation in at}
        found = []
        for operation in reversed(self.told):
            if operation.id in named:
                named |= set(operation.parents)
                found.append(operation)
        return found[::-1]

    def write(self, by: str, kind: OperationKind, *fields: object, at: Sequence[Operation] | None = None) -> Operation:
        """Sign an operation on some others, or on all the heads."""
        root = [OperationId(self.genesis.space)]
        parents = list(self.members().heads) if at is None else sorted({item.id for item in at}) or root
        body = codec.pack([1, kind, parents, *fields])
        keys, admin = keys_of(by)
        signer = keys.signer if kind == OperationKind.EPOCH else admin
        signature = signer.sign(operation_statement(self.genesis.space, device(by), body))
        operation = operation_in(codec.pack([body, signature]), by=by, space=self.genesis.space)
        self.told.append(operation)
        return operation

    def epoch_for(self, readers: Iterable[DeviceId], generation: int, label: str) -> list[object]:
        """An epoch for some, with wraps that open for nobody."""
        mailbox = MailboxId(digest(b"test/mailbox", label.encode()))
        return Announcement(generation, mailbox, {reader: bytes(80) for reader in readers}).parts()

    def _after(self, at: Sequence[Operation] | None, gone: set[DeviceId], new: set[DeviceId]) -> list[object]:
        """The epoch that rightly follows where some go and some come."""
        members = self.members(at)
        readers = {card.device for card in members.recipients} - gone | new
        return self.epoch_for(readers, members.highest + 1, f"{len(self.told)}")

    def add(
        self,
        newcomer: str,
        by: str,
        *,
        at: Sequence[Operation] | None = None,
        person_: str = "",
        proven_by: str = "",
        rotate: bool = False,
    ) -> Operation:
        """Add a device, for whose person its name says, with the epoch that stands or a new one."""
        card = keys_of(newcomer)[0].card
        asked = Invitation(self.genesis.space, person(person_ or owner(newcomer)))
        proofs = request(asked, *keys_of(proven_by or newcomer)).proofs
        members = self.members(at)
        current = members.current
        epoch = [current.generation, current.mailbox, [[card.device, bytes(80)]]] if current else None
        if rotate or epoch is None:
            epoch = self._after(at, set(), {card.device})
        return self.write(by, OperationKind.DEVICE_ADD, card.parts(), proofs, epoch, at=at)

    def revoke(
        self,
        victim: str,
        by: str,
        *,
        at: Sequence[Operation] | None = None,
        keeps: Sequence[Operation] | None = None,
        tips: Sequence[Tip] = (),
        rotate: bool = True,
    ) -> Operation:
        """Remove a device; what it signed that the remover knew is kept, or `keeps` and what was before it."""
        last = self.members(at).last.get(device(victim), ())[:HEADER_HEADS_MAX]
        known = sorted(last if keeps is None else (item.id for item in keeps))
        epoch = self._after(at, {device(victim)}, set()) if rotate else None
        parts = Ends(tuple(tips), tuple(known)).parts()
        return self.write(by, OperationKind.DEVICE_REVOKE, device(victim), parts, epoch, at=at)

    def confirm(self, about: str, by: str, *, at: Sequence[Operation] | None = None) -> Operation:
        """Say of a device that it is in its person's hands."""
        return self.write(by, OperationKind.DEVICE_CONFIRM, device(about), at=at)

    def rekey(self, by: str, renewed: str, *, at: Sequence[Operation] | None = None) -> Operation:
        """Give a device new keys."""
        card = keys_of(renewed)[0].card
        proofs = request(Invitation(self.genesis.space, person(owner(by))), *keys_of(renewed)).proofs
        ends = Ends((), tuple(sorted(self.members(at).last.get(device(by), ()))))
        epoch = self._after(at, {device(by)}, {card.device})
        return self.write(by, OperationKind.DEVICE_REKEY, card.parts(), proofs, ends.parts(), epoch, at=at)

    def words(
        self, words: str, by: str, *, second: str = "", at: Sequence[Operation] | None = None, proven_by: str = ""
    ) -> Operation:
        """Set recovery words, with the consent of a second device if one is named."""
        members, card = self.members(at), keys_of(words)[0].card
        proofs = words_proofs(members, person(owner(words)), *keys_of(proven_by or words))
        parents = tuple(sorted({item.id for item in at or ()})) or tuple(self.members().heads)
        if at is not None and not at:
            parents = (OperationId(self.genesis.space),)
        said = second_statement(self.genesis.space, device(by), card.device, parents)
        consent = [device(second), keys_of(second)[1].sign(said)] if second else None
        old = members.words.get(person(owner(words)))
        epoch = self._after(at, {old} if old else set(), {card.device})
        return self.write(by, OperationKind.RECOVERY_SET, card.parts(), proofs, consent, epoch, at=at)

    def rotate(
        self,
        by: str,
        *,
        at: Sequence[Operation] | None = None,
        readers: Iterable[str] | None = None,
        generation: int | None = None,
        label: str = "",
    ) -> Operation:
        """Begin an epoch, the one that rightly follows unless something else is asked for."""
        members = self.members(at)
        found = [card.device for card in members.recipients] if readers is None else list(map(device, readers))
        number = members.highest + 1 if generation is None else generation
        epoch = self.epoch_for(found, number, label or f"{len(self.told)}")
        return self.write(by, OperationKind.EPOCH, epoch, at=at)

    def split(self, by: str, *, at: Sequence[Operation] | None = None) -> Operation:
        """End the space."""
        return self.write(by, OperationKind.SPLIT, at=at)
