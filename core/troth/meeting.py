"""Where two devices meet alone: a small mailbox whose key only these two can derive (specs/epochs.md, Meetings).

Every operation is left there until the other shows that it knows it, so nobody else can keep it from an honest device.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from troth import crypto, envelope
from troth.crypto import NONCE_BYTES
from troth.cursor import Cursor
from troth.follower import Follower
from troth.identity import Identity
from troth.inbox import Inbox
from troth.keys import Card, DeviceKeys, Entropy, Epoch
from troth.record import Record
from troth_wire.errors import MalformedError
from troth_wire.ids import DeviceId, EnvelopeId, MailboxId, RecordId, SpaceId
from troth_wire.limits import FRAME_ENVELOPES_MAX
from troth_wire.log import envelope_id
from troth_wire.messages import MailboxKind, Message, Push

__all__ = ["Meeting", "Meetings", "between"]


def between(mine: DeviceKeys, theirs: Card, space: SpaceId) -> Epoch:
    """Return the key of the mailbox of two devices; the other one derives the same.

    Args:
        mine: This device.
        theirs: The other one, whose box key was checked when its card was read.
        space: In which they meet.
    """
    shared = crypto.agree(mine.box_secret, theirs.box)
    both = b"".join(sorted((mine.device, theirs.device)))
    return Epoch(crypto.derive(shared, b"troth/meeting", space + both), meets=True)


@dataclass
class Meeting:
    """The mailbox of this device and one other, on one link."""

    device: DeviceId
    follower: Follower
    present: set[RecordId] = field(default_factory=set)
    """What lies in it, or is on its way there."""
    pushed: set[EnvelopeId] = field(default_factory=set)

    @property
    def is_shut(self) -> bool:
        """Whether nothing can be left in it on this link."""
        return self.follower.refused is not None or self.follower.closed is not None

    def leave(self, letters: Iterable[Record], entropy: Entropy) -> Iterator[Push]:
        """Yield what leaves records of operations there."""
        for letter in letters:
            sealed = envelope.seal(letter, self.follower.epoch, entropy(NONCE_BYTES))
            self.present.add(letter.id)
            self.pushed.add(envelope_id(sealed))
            push = Push(self.follower.mailbox, (sealed,))
            self.follower.say(push)
            yield push

    def check_left(self, envelopes: Iterable[EnvelopeId]) -> None:
        """Check that all of these were left there over this link.

        Raises:
            MalformedError: If one was not, so that something else could have been hidden behind its id.
        """
        if not self.pushed.issuperset(envelopes):
            raise MalformedError("the relay says of an entry that it came from here, which it did not")


@dataclass
class Meetings:
    """The meetings of this device with every other one, on one link; each is read from its beginning."""

    identity: Identity
    inbox: Inbox
    entropy: Entropy
    _places: dict[MailboxId, Meeting] = field(default_factory=dict)

    def __getitem__(self, mailbox: MailboxId) -> Meeting:
        return self._places[mailbox]

    @property
    def apart(self) -> frozenset[DeviceId]:
        """The active devices whose meetings with this one were refused, or closed."""
        active = self.inbox.members.active
        return frozenset(at.device for at in self._places.values() if at.is_shut and at.device in active)

    def begin(self) -> Iterator[Follower]:
        """Begin anew on another link; yield who follows."""
        self._places.clear()
        return self.meet()

    def meet(self) -> Iterator[Follower]:
        """Begin with a meeting for every other device that is not met yet on this link.

        A newcomer that has not read yet that it was added meets the others too: where the mailbox that it was given was
        closed meanwhile, the operations that name it may lie nowhere else that it can read.
        """
        members, me = self.inbox.members, self.identity
        known = {at.device for at in self._places.values()}
        for device in sorted(members.active - known - {me.device}) if me.device not in members.cuts else ():
            epoch = between(me.keys, members.cards[device], me.space)
            follower = Follower(epoch, Cursor(epoch.mailbox), kind=MailboxKind.MEETING)
            self._places[epoch.mailbox] = Meeting(device, follower)
            yield follower

    def tell(self, sponsor: MailboxId | None) -> Iterator[Message]:
        """Leave with every other device what nothing shows that it knows.

        Args:
            sponsor: A log in whose name a meeting is opened.
        """
        for at in self._places.values():
            lacking = [letter for letter in self.inbox.unknown_to(at.device) if letter.id not in at.present]
            if not lacking or at.device not in self.inbox.members.active:
                continue
            if at.follower.unknown and sponsor is not None:
                yield at.follower.create(b"", sponsor)
            elif at.follower.open_:
                yield from at.leave(lacking[:FRAME_ENVELOPES_MAX], self.entropy)
