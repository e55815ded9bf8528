"""Who belongs, judged from nothing and one operation at a time: an honest log, and one made to cost much."""

from typing import Final

from bench.figures import Figures, seconds
from troth import amendments, genesis, joining
from troth.crypto import Signer, digest
from troth.joining import Invitation
from troth.keys import DeviceKeys, Epoch
from troth.operations import Operation
from troth.record import Header, Kind, Record
from troth.roll import Roll, evaluate
from troth.testing import entropy_of
from troth_wire.ids import Incarnation, OperationId, PersonId

__all__ = ["measure"]

OPERATIONS: Final = 1_000


class Story:
    """A space of two whose first device adds and removes others, in a row or all on old heads."""

    def __init__(self) -> None:
        self.entropy = entropy_of("membership")
        self.founders = [DeviceKeys.make(self.entropy) for _ in range(2)]
        self.genesis = genesis.found([keys.card for keys, _ in self.founders], self.entropy)
        for keys, admin in self.founders:
            self.genesis = genesis.countersign(self.genesis, keys, Signer(admin))
        self.epoch = self.genesis.epoch.open_(self.founders[0][0])
        self.roll = Roll(self.genesis)
        self.told: list[Operation] = []

    def tell(self, payload: bytes, by: DeviceKeys) -> None:
        """Take in an operation."""
        self.told.append(_operation(payload, by, self.genesis))
        self.roll.add(self.told[-1])

    def go_on(self) -> None:
        """Add a device, remove it with a new epoch, and let the other person rotate; again and again."""
        keys, seed = self.founders[0]
        admin = Signer(seed)
        newcomer, newcomer_seed = DeviceKeys.make(self.entropy)
        asked = joining.request(Invitation(self.genesis.space, PersonId(keys.device)), newcomer, Signer(newcomer_seed))
        members = self.roll.members()
        self.tell(joining.add_device(members, keys, admin, asked, self.epoch, self.entropy), keys)
        members = self.roll.members()
        fresh = Epoch(self.entropy(32))
        removal = amendments.revoke_device(members, keys, admin, newcomer.device, [], fresh, self.entropy)
        self.tell(removal, keys)
        other = self.founders[1][0]
        fresh = Epoch(self.entropy(32))
        self.tell(amendments.rotate(self.roll.members(), other, fresh, self.entropy), other)

    def branch(self) -> None:
        """The first device adds one on the very first heads, and another operation joins it with all the rest."""
        keys, seed = self.founders[0]
        newcomer, newcomer_seed = DeviceKeys.make(self.entropy)
        asked = joining.request(Invitation(self.genesis.space, PersonId(keys.device)), newcomer, Signer(newcomer_seed))
        first = evaluate(self.genesis, [])
        self.tell(joining.add_device(first, keys, Signer(seed), asked, self.epoch, self.entropy), keys)
        other, other_seed = self.founders[1]
        self.tell(amendments.split(self.roll.members(), other, Signer(other_seed)), other)


def _operation(payload: bytes, by: DeviceKeys, space: genesis.Genesis) -> Operation:
    header = Header(
        kind=Kind.OPERATION,
        space=space.space,
        device=by.device,
        incarnation=Incarnation(bytes(16)),
        sequence=1,
        payload_hash=digest(b"troth/payload", payload),
    )
    return Operation.of(Record(header, bytes(64), header.encode(), payload))


def measure() -> Figures:
    """Return milliseconds for a log from nothing, for one operation more, and for a hostile log."""
    honest, hostile = Story(), Story()
    while len(honest.told) < OPERATIONS:
        honest.go_on()
    while len(hostile.told) < OPERATIONS:
        hostile.branch()
    roll = Roll(honest.genesis)
    for operation in honest.told[:-1]:
        roll.add(operation)
    roll.members()

    def one_more() -> None:
        roll.add(honest.told[-1])
        roll.members()

    return {
        "operations": OPERATIONS,
        "from_nothing_ms": seconds(lambda: _judge(honest)) * 1e3,
        "one_more_ms": seconds(one_more) * 1e3,
        "hostile_from_nothing_ms": seconds(lambda: _judge(hostile)) * 1e3,
    }


def _judge(story: Story) -> OperationId:
    return evaluate(story.genesis, story.told).heads[0]
