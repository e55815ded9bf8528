"""What a person does about who belongs: let a device in, remove one, end the space, set recovery words, change keys.

Each act is one signed operation; what follows from it, every device finds by itself (`passage`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from troth import amendments
from troth.amendments import (
    Second,
    check_second_for,
    confirm_device,
    revoke_device,
    second_for,
    set_recovery,
    words_proofs,
)
from troth.crypto import Signer
from troth.cursor import Cursor
from troth.cuts import Cut, reach
from troth.identity import Identity
from troth.inbox import Inbox
from troth.joining import Invitation, Request, Welcome, add_device
from troth.keys import Epoch
from troth.leaving import Leaving
from troth.line import Line
from troth.listening import Listener
from troth.outbox import Outbox
from troth.passage import Passage
from troth.ports import Entropy
from troth.record import Kind, Tip
from troth.recovery import Words, check_taken
from troth.scribe import Scribe
from troth.step import Rebuild, Step
from troth.unsettled import Unsettled
from troth.writer import Writer
from troth_wire.errors import UsageError
from troth_wire.ids import DeviceId, Incarnation, OperationId
from troth_wire.said import Said

__all__ = ["Acts"]

OLD_NEEDED: Final = Said("new recovery words need the old ones, or that another device of this person agrees")


@dataclass(kw_only=True)
class Acts:
    """The half of an engine that signs operations."""

    identity: Identity
    entropy: Entropy
    inbox: Inbox
    writer: Writer
    unsettled: Unsettled
    passage: Passage
    listener: Listener
    leaving: Leaving = field(default_factory=Leaving)

    @property
    def outbox(self) -> Outbox:
        """What waits for the relay."""
        return self.unsettled.outbox

    @property
    def line(self) -> Line:
        """The mailboxes of the space on this link."""
        return self.passage.line

    @property
    def cursor(self) -> Cursor:
        """How far the log was read to which this device writes."""
        return self.writer.scribe.cursor

    def invite(self) -> Invitation:
        """Return what a new device of this person needs to ask to join.

        Raises:
            UsageError: If this device has not read yet that it was added.
        """
        return Invitation(self.identity.space, self.inbox.members.person(self.identity.device))

    def admit(self, asked: Request, admin: Signer) -> tuple[Step, Welcome]:
        """Add an own device.

        Args:
            asked: What the new device answered to an invitation.
            admin: This device's admin key, unwrapped for this one use.

        Raises:
            ForgedError: If the proofs are not for this space and person.
            UsageError: If the device is known already, there are too many, this one has not read yet that it was
                added, or its person has signed as many operations as are counted.
        """
        members, identity = self.inbox.members, self.identity
        epoch = self.passage.epoch
        if epoch is None:
            raise UsageError(Said("the key of this space is being changed; let this device reach the relay first"))
        payload = add_device(members, identity.keys, admin, asked, epoch, self.entropy)
        self.inbox.check_own(identity.device, payload)
        step = Step()
        record = self.writer.write(Kind.OPERATION, payload, step)
        self._push(step)
        return step, Welcome(identity.genesis, record)

    def ends(self, device: DeviceId) -> tuple[Tip, ...]:
        """Return how far the word of a device goes if it is removed now and everything that was read of it is kept."""
        return tuple(self.inbox.chains.ends(device))

    def kept_of(self, device: DeviceId, tips: Iterable[Tip] | None) -> tuple[Tip, ...]:
        """Return what a cut keeps: everything that was read, or what the person chose.

        Whoever copied the key must not be kept in the place of its owner by that.

        Raises:
            UsageError: If a tip is none that the whole end would keep.
        """
        ends = self.ends(device)
        if tips is None:
            return ends
        chosen = tuple(tips)
        records = {one.id: one.header for one in self.inbox.chains.proven if one.header.device == device}
        whole = Cut(OperationId(bytes(32)), by_words=False, tips=ends)
        kept = reach(whole, {record: header.prev for record, header in records.items()})
        could = {Tip(header.incarnation, header.sequence, record) for record, header in records.items()}
        if any(tip.record not in kept or tip not in could for tip in chosen):
            raise UsageError(Said("a device's word is kept up to a record of it that was read and would be kept"))
        return chosen

    def revoke(self, victim: DeviceId, admin: Signer, *, tips: Iterable[Tip] | None = None) -> Step:
        """Remove another own device, for good, and change the key: it reads nothing that is written from now on.

        What this device has read of it so far is kept, or less where its person says so, and nothing beyond.

        Args:
            victim: Which one.
            admin: This device's admin key, unwrapped for this one use.
            tips: The last record to keep of each of its lives; of a life that is missing nothing is kept.

        Raises:
            UsageError: If it is this very device, or none of this person's, this one has not read yet that it was
                added, its person has signed as many operations as are counted, or a tip is none that could be kept.
        """
        identity, inbox = self.identity, self.inbox
        if victim == identity.device:
            raise UsageError(
                Said("a device does not remove itself, since it draws the next key; let another one do it")
            )
        kept, epoch = self.kept_of(victim, tips), Epoch(self.entropy(32))
        payload = revoke_device(inbox.members, identity.keys, admin, victim, kept, epoch, self.entropy)
        step = Step(tell=[Rebuild("what counts of a removed device's records is settled now")])
        self.passage.enact(payload, epoch, step)
        return step

    def confirm(self, device: DeviceId, admin: Signer) -> Step:
        """Say of another own device that it is in this person's hands, so that its commitments count.

        Args:
            device: Which one.
            admin: This device's admin key, unwrapped for this one use.

        Raises:
            UsageError: If it is this very device or none of this person's, or this one is not confirmed itself.
        """
        step = Step()
        self.passage.enact(confirm_device(self.inbox.members, self.identity.keys, admin, device), None, step)
        self._push(step)
        return step

    def confirm_here(self, words: Words) -> Step:
        """Say with the recovery words that this device is in its person's hands, where no other one could say it.

        Before that, this person and the other one compare the safety number again: no signature can show that.

        Args:
            words: Those in force.

        Raises:
            ForgedError, UsageError: If these words are not in force.
            UsageError: If a device of this person is confirmed.
        """
        me, members = self.identity, self.inbox.members
        author, signer = words.keys(me.space, members.person(me.device))
        check_taken(members, author)
        by = Scribe(replace(me, keys=author), Incarnation(self.entropy(16)), self.inbox, self.cursor)
        step = Step()
        self.passage.enact(confirm_device(members, author, signer, me.device), None, step, by=by)
        self._push(step)
        return step

    def split(self, admin: Signer) -> Step:
        """End the space: for both, for good, and without taking anything from either.

        Args:
            admin: This device's admin key, unwrapped for this one use.

        Raises:
            UsageError: If the space has one person only, this device does not belong to it, or its person has signed as
                many operations as are counted.
        """
        step = self.hold_split(admin)
        step += self.send_split()
        return step

    def hold_split(self, admin: Signer) -> Step:
        """Sign the end of the space and keep it here: nothing is written from now on, and nobody else hears of it.

        Args:
            admin: This device's admin key, unwrapped for this one use.

        Raises:
            UsageError: If the space has one person only, was ended already, or this device does not belong to it.
        """
        members, identity = self.inbox.members, self.identity
        members.check_writer(identity.device)
        members.person(identity.device)
        return Step(save=[self.leaving.begin(amendments.split(members, identity.keys, admin))])

    def drop_split(self) -> Step:
        """Take back what `hold_split` kept, as if it had never been."""
        return Step(save=[self.leaving.end()])

    def send_split(self) -> Step:
        """Send what `hold_split` kept, if anything is kept: from here on it is final."""
        step, payload = Step(), self.leaving.payload
        if payload is not None:
            step.save.append(self.leaving.end())
            if not self.inbox.members.split:
                self.passage.enact(payload, None, step)
                self.passage.steer(step)
        return step

    def set_recovery(
        self, words: Words, admin: Signer | None, *, old: Words | None = None, second: Second | None = None
    ) -> Step:
        """Let recovery words belong to this person, in the place of the old ones, and change the key.

        Args:
            words: New ones, that nobody else has seen.
            admin: This device's admin key, unwrapped for this one use; not needed where the old words sign.
            old: The words in force, once there are any, or where the person has other devices.
            second: In place of them: another device of this person, and what it signed (`agree_to_words`).

        Raises:
            ForgedError, UsageError: If the old words are not those in force, or the second did not agree to this.
            UsageError: If one of the two is needed, or this device does not belong to the space.
        """
        members, me = self.inbox.members, self.identity
        person = members.person(me.device)
        keys, words_admin = words.keys(me.space, person)
        proofs = words_proofs(members, person, keys, words_admin)
        author, signer, by = me.keys, admin, None
        if old is not None:
            author, signer = old.keys(me.space, person)
            check_taken(members, author)
            by = Scribe(replace(me, keys=author), Incarnation(self.entropy(16)), self.inbox, self.cursor)
        elif second is not None:
            check_second_for(members, me.device, keys.device, second)
        elif len(members.devices(person)) > 1 or any(members.person_of[weak] == person for weak in members.weak):
            raise UsageError(OLD_NEEDED)
        if signer is None:
            raise UsageError(Said("the admin key is needed where no old words sign"))
        epoch, step = Epoch(self.entropy(32)), Step()
        payload = set_recovery(members, author, signer, keys.card, proofs, second, epoch, self.entropy)
        self.passage.enact(payload, epoch, step, by=by)
        self.passage.steer(step)
        return step

    def agree_to_words(self, author: DeviceId, words: DeviceId, admin: Signer) -> Second:
        """Agree that another own device sets words; it holds for what both know at this moment, and for these words.

        Args:
            author: The device that sets them.
            words: The id of the words' card in this space.
            admin: This device's admin key, unwrapped for this one use.

        Raises:
            UsageError: If the author is no other device of this person.
        """
        members, me = self.inbox.members, self.identity.device
        if author not in members.devices(members.person(me)) - {me}:
            raise UsageError(Said("no other device than one of this person can be agreed with"))
        return me, second_for(members, author, words, admin)

    def rotate(self) -> Step:
        """Change the key of the space, for all who belong.

        Raises:
            UsageError: If this device has changed it as often as is counted.
        """
        step = Step()
        self.passage.rotate(step)
        self.passage.steer(step)
        return step

    def _push(self, step: Step) -> None:
        target = self.line.target
        if target is not None and self.line.caught_up and not self.listener.retry.waits:
            step.send += [target.say(push) for push in self.outbox.push(target.mailbox)]
