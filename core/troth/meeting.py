"""Where two devices meet alone: a small mailbox whose key only these two can derive (specs/epochs.md, Meetings).

Every operation is left there until the other shows that it knows it, so nobody else can keep it from an honest device.
Whom recovery words let in is known to nobody yet, and the words are: it is lent the keys of their meetings.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from troth import crypto, envelope
from troth.crypto import NONCE_BYTES
from troth.cursor import Cursor
from troth.envelope import padded_length
from troth.follower import Follower
from troth.identity import Identity
from troth.inbox import Inbox
from troth.keys import Card, DeviceKeys, Entropy, Epoch
from troth.record import Record
from troth_wire.errors import MalformedError
from troth_wire.ids import DeviceId, EnvelopeId, MailboxId, RecordId, SpaceId
from troth_wire.limits import FRAME_ENVELOPES_MAX, MEETING_BYTES_MAX
from troth_wire.log import envelope_id
from troth_wire.messages import MailboxKind, Message, Push

__all__ = ["LENT", "Meeting", "Meetings", "between"]

LENT: Final = "lent"
"""By device: the key of its meeting with the recovery words that let this one in."""
CHEAP_BYTES_MAX: Final = MEETING_BYTES_MAX // 2
"""Of one meeting, what may hold epochs of the other person: each costs its author nothing, and could fill it."""


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
    cheap_bytes: int = 0
    """Of what lies in it: how much cost its author nothing."""
    is_lent: bool = False
    """Whether it is a meeting of recovery words with the other device."""

    def note(self, letter: Record, *, cheap: bool) -> None:
        """Note a record that lies there, or is on its way."""
        self.present.add(letter.id)
        if cheap:
            self.cheap_bytes += padded_length(len(letter.encode()))

    @property
    def is_shut(self) -> bool:
        """Whether nothing can be left in it on this link."""
        return self.follower.refused is not None or self.follower.closed is not None

    def leave(self, letters: Iterable[Record], entropy: Entropy) -> Iterator[Push]:
        """Yield what leaves records of operations there."""
        for letter in letters:
            sealed = envelope.seal(letter, self.follower.epoch, entropy(NONCE_BYTES))
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
    lent: Mapping[DeviceId, Epoch] = field(default_factory=dict)
    """The words' meetings in which this device speaks until the others know it."""
    _places: dict[MailboxId, Meeting] = field(default_factory=dict)

    def __getitem__(self, mailbox: MailboxId) -> Meeting:
        return self._places[mailbox]

    @property
    def apart(self) -> frozenset[DeviceId]:
        """The active devices whose meetings with this one were refused, or closed."""
        active = self.inbox.members.active
        own = (at for at in self._places.values() if not at.is_lent)
        return frozenset(at.device for at in own if at.is_shut and at.device in active)

    @property
    def _readers(self) -> frozenset[DeviceId]:
        """Who may read the space: the active devices, and recovery words in force."""
        return self.inbox.members.active.union(self.inbox.members.words.values())

    @property
    def _is_out(self) -> bool:
        """Whether this device was removed, as far as it knows: then nobody wants to hear from it."""
        me = self.identity.device
        return me in self.inbox.members.cuts and me not in self._readers

    @property
    def _heard(self) -> frozenset[DeviceId]:
        """Whom this device looks for. A removed one hears words alone: nothing but words can undo its removal.

        Words whose place others took are not heard: a paper that was lost, and replaced for that, must open nothing.
        """
        heard = frozenset(self.inbox.members.words.values()) if self._is_out else self._readers
        return heard - {self.identity.device}

    def begin(self) -> Iterator[Follower]:
        """Begin anew on another link; yield who follows."""
        self._places.clear()
        return self.meet()

    def meet(self) -> Iterator[Follower]:
        """Begin with a meeting for every other reader that is not met yet on this link: recovery words read too.

        A newcomer that has not read yet that it was added meets the others too: where the mailbox that it was given was
        closed meanwhile, the operations that name it may lie nowhere else that it can read.
        """
        me, cards = self.identity, self.inbox.members.cards
        for device in sorted(self._heard - {at.device for at in self._places.values() if not at.is_lent}):
            yield self._place(device, between(me.keys, cards[device], me.space))
        for device, epoch in self.lent.items():
            if epoch.mailbox not in self._places and self._introduces_itself_to(device):
                yield self._place(device, epoch, is_lent=True)

    def _introduces_itself_to(self, device: DeviceId) -> bool:
        """Whether a device is to be told what let this one in, where it looks for the words."""
        return not self._is_out and self.inbox.is_news_to(device, self.identity.device)

    def _place(self, device: DeviceId, epoch: Epoch, *, is_lent: bool = False) -> Follower:
        follower = Follower(epoch, Cursor(epoch.mailbox), kind=MailboxKind.MEETING)
        self._places[epoch.mailbox] = Meeting(device, follower, is_lent=is_lent)
        return follower

    def tell(self, sponsor: MailboxId | None) -> Iterator[Message]:
        """Leave with every other device what nothing shows that it knows.

        Args:
            sponsor: A log in whose name a meeting is opened.
        """
        if self._is_out:
            return
        for at in self._places.values():
            lacking = [letter for letter in self.inbox.unknown_to(at.device) if letter.id not in at.present]
            if not lacking or at.device not in self._readers:
                continue
            if at.follower.unknown and sponsor is not None:
                yield at.follower.create(b"", sponsor)
            elif at.follower.open_:
                yield from at.leave(self._fitting(at, lacking[:FRAME_ENVELOPES_MAX]), self.entropy)

    def note(self, mailbox: MailboxId, letter: Record) -> None:
        """Note an operation that was read in a meeting."""
        self._places[mailbox].note(letter, cheap=self.inbox.is_cheap(letter, self.identity.device))

    def _fitting(self, at: Meeting, letters: Iterable[Record]) -> Iterator[Record]:
        """Yield what there is room for: half of a meeting is for what cost a passphrase, or is one's own person's."""
        for letter in letters:
            cheap = self.inbox.is_cheap(letter, self.identity.device)
            if not cheap or at.cheap_bytes < CHEAP_BYTES_MAX:
                at.note(letter, cheap=cheap)
                yield letter
