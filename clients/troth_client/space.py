"""An open space as its app sees it: edits, views, status, notices, and further devices of the person."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import suppress
from functools import partial

from troth import (
    Changed,
    Edit,
    Engine,
    Forked,
    Members,
    Path,
    Renewed,
    Request,
    Second,
    Signer,
    Status,
    Step,
    Tip,
    Touched,
    Value,
    Verified,
    Way,
    Words,
)
from troth_client.driver import Driver
from troth_client.joining import A_REQUEST, brought
from troth_client.notices import Notices
from troth_client.room import Room
from troth_client.uncompared import row
from troth_client.works import (
    View,
    admit,
    agree_to_words,
    bring_in,
    confirm,
    confirm_here,
    deflate,
    drop_split,
    hold_split,
    invite,
    pass_time,
    revise,
    revoke,
    send_split,
    set_recovery,
    tidy_up,
    way,
)
from troth_wire.errors import StoreError, UsageError
from troth_wire.ids import ChangeHash, DeviceId, DocumentId, Incarnation, MailboxId, PersonId, SpaceId
from troth_wire.said import Said

__all__ = ["Space"]


class Space:
    """An open space, for use from the event loop in which it was opened.

    When it stopped working, every method raises the error that stopped it.
    """

    def __init__(self, driver: Driver, room: Room, *, linked: bool, words: list[int] | None = None) -> None:
        """Hold what `open_space` opened."""
        self._driver = driver
        self._room = room
        self._linked = linked
        self._words = words if words is not None else []

    async def edit(self, document: DocumentId, *edits: Edit) -> None:
        """Apply edits to a document, all or none; returns when they are durable on this device.

        What is edited at the same moment shares one change.
        Cancelling the wait takes nothing back.

        Args:
            document: Which one; `troth.document_id` gives the id of a name.
            edits: What to do, in order.

        Raises:
            UsageError: If they can not be applied, or this is no document's id; nothing of them was.
            LocalError: If they could not be saved; nothing of them was.
        """
        await self._driver.edit(document, edits)

    async def revise(self, document: DocumentId, make: Callable[[View], Sequence[Edit]]) -> None:
        """Apply edits that follow from what stands: nothing comes between the look and the edit.

        Args:
            document: Which one.
            make: Takes a function from a path to what stands there, and returns the edits; must not wait.

        Raises:
            UsageError: If the edits can not be applied, or `make` looked where nothing stands.
            LocalError: If they could not be saved; nothing of them was.
            Exception: What else `make` raised; nothing was edited.
        """
        await self._driver.ask(partial(revise, document=document, make=make))

    def view(self, document: DocumentId, path: Path = ()) -> Value:
        """Return what stands at a path of a document, as plain values; what is being saved shows already.

        Raises:
            UsageError: If nothing stands there, or this is no document's id.
        """
        return self._driver.look(lambda engine: engine.view(document, path))

    def said(self, document: DocumentId, path: Path) -> tuple[tuple[PersonId, str], ...]:
        """Return the text at a path of a document, cut where it is another person's.

        Raises:
            UsageError: If no text stands there.
        """
        return self._driver.look(lambda engine: engine.said(document, path))

    def touched(self, document: DocumentId, since: Collection[ChangeHash] = ()) -> Touched:
        """Return under which keys at its root a document may show something else than when it had some heads.

        Args:
            document: Which one.
            since: Its heads as of an earlier look (`Touched.heads`), before the space was closed or after.
        """
        return self._driver.look(lambda engine: engine.touched(document, since))

    def status(self) -> Status:
        """Answer why something is not synced."""
        return self._driver.look(Engine.status)

    def notices(self) -> Notices:
        """Return what happens from now on, as an async iterator; it ends when the space is closed.

        A notice that waits already is not queued again, so a slow reader looks at what stands and misses nothing.
        """
        return self._driver.board.listen()

    async def watch(self, document: DocumentId) -> AsyncIterator[Value]:
        """Yield what a document shows, at once and whenever it shows something else, until the space is closed.

        A slow reader sees what stands by then, and not each step on the way.

        Raises:
            UsageError: If this is no document's id.
            TrothError: When the space stopped working.
        """
        notices = self.notices()
        shown = self.view(document)
        yield shown
        async for notice in notices:
            if isinstance(notice, Changed | Forked | Renewed) and notice.document == document and self._driver.open:
                before, shown = shown, self.view(document)
                if shown != before:
                    yield shown

    @property
    def device(self) -> DeviceId:
        """This device's id."""
        return self._driver.look(lambda engine: engine.identity.device)

    @property
    def life(self) -> Incarnation:
        """The unbroken life of this device's store; whoever numbers what it signs numbers it anew in each."""
        return self._driver.look(lambda engine: engine.life)

    @property
    def signer(self) -> Signer:
        """This device's everyday key, for what an app signs beside the records."""
        return self._driver.look(lambda engine: engine.identity.keys.signer)

    @property
    def id(self) -> SpaceId:
        """The space's id, the same on every device."""
        return self._driver.look(lambda engine: engine.identity.space)

    @property
    def members(self) -> Members:
        """Whose devices belong to the space, as far as this device has read."""
        return self._driver.look(lambda engine: engine.inbox.members)

    @property
    def records(self) -> tuple[Verified, ...]:
        """Every record of which is known here who wrote it."""
        return self._driver.look(lambda engine: engine.inbox.chains.proven)

    def ends(self, device: DeviceId) -> tuple[Tip, ...]:
        """Return how far the word of a device goes if it is removed now and everything that was read of it is kept."""
        return self._driver.look(lambda engine: engine.ends(device))

    @property
    def words(self) -> tuple[int, ...]:
        """Four words, as their places in the list, that two people far apart have not compared yet; else none.

        Until they are compared nobody can be sure who the other person's devices are, and nothing is to be agreed.
        """
        return tuple(self._words)

    async def compared(self) -> None:
        """Remember that people compared the words, or the safety number, and found them the same."""
        await self._driver.ask(lambda _: (Step(save=[row(None)]), None))
        self._words.clear()

    async def admin(self, passphrase: str) -> Signer:
        """Return this device's admin key for one commitment; it takes the passphrase again and is not remembered.

        Raises:
            UsageError: If two people far apart have not compared their words yet: nobody commits to a stranger.
            PassphraseError: If this is not the passphrase.
        """
        if self._words:
            raise UsageError(
                Said("nothing can be agreed here before the four words, or the safety number, were compared")
            )
        return await asyncio.to_thread(self._room.admin, passphrase)

    async def until(self, holds: Callable[[Status], bool]) -> None:
        """Wait until something holds of the status.

        Args:
            holds: Looks at the status after every input; must not wait.

        Raises:
            TrothError: If the space stopped.
            Exception: What `holds` raised.
        """
        await self._driver.until(holds)

    async def whole(self) -> None:
        """Wait until the documents hold all that was put off when the space was opened (`OpenVault.space`).

        Then the vault is tidied up for the next start, where the disk takes it; and records that are hardly asked for
        any more take less memory.

        Raises:
            TrothError: If the space stopped.
        """
        while not await self._driver.ask(bring_in):
            pass
        with suppress(StoreError):
            while not await self._driver.ask(tidy_up):
                pass
        while not await self._driver.ask(deflate):
            pass

    async def caught_up(self) -> None:
        """Wait until everything that the relay held at the last connect was read and merged.

        What others write after that comes by itself; `watch` shows it.

        Raises:
            UsageError: If there is no relay to wait for.
        """
        await self._until(lambda status: status.caught_up)

    async def stored(self) -> None:
        """Wait until everything written here has been seen in the relay's log.

        Raises:
            UsageError: If there is no relay to wait for.
        """
        await self._until(lambda status: not status.waiting)

    def invite(self) -> bytes:
        """Return the invitation for another device of this person (`request_to_join`).

        Raises:
            UsageError: If this device joined just now and has not caught up yet.
        """
        return self._driver.look(invite)

    async def admit(self, request: bytes, *, passphrase: str) -> bytes:
        """Add another device of this person; return the welcome with which it joins.

        Args:
            request: What that device answered to the invitation.
            passphrase: Asked for again, because this takes the admin key.

        Raises:
            PassphraseError: If it is not this vault's.
            MalformedError, ForgedError: If it is no request to join this space for this person.
            UsageError: If the device is known already, or there are as many as there may be.
        """
        asked = brought(request, Request.parse, A_REQUEST)
        admin = await asyncio.to_thread(self._room.admin, passphrase)
        welcome: bytes = await self._driver.ask(partial(admit, asked=asked, admin=admin))
        return welcome

    async def revoke(self, device: DeviceId, *, passphrase: str, tips: Sequence[Tip] | None = None) -> None:
        """Remove another device of this person, for good; returns when that is durable on this device.

        What was read of it so far is kept, or less where its person says so; what it writes from then on counts for
        nobody who knows of this.
        The key is changed in the same operation: what this device writes from here on, and what others write once
        they know of it, the removed one can not read. What it has read, it keeps.

        Args:
            device: Which one.
            passphrase: Asked for again, because this takes the admin key.
            tips: The last record to keep of each of its lives, if not everything that was read.

        Raises:
            PassphraseError: If it is not this vault's.
            UsageError: If it is no device of this person, or a tip is none that could be kept.
        """
        admin = await asyncio.to_thread(self._room.admin, passphrase)
        await self._driver.ask(partial(revoke, victim=device, admin=admin, tips=tips))

    async def confirm(self, device: DeviceId, *, passphrase: str) -> None:
        """Say of another device of this person that it is in their hands; returns when that is durable here.

        One that recovery words added commits to nothing before that.

        Args:
            device: Which one.
            passphrase: Asked for again, because this takes the admin key.

        Raises:
            PassphraseError: If it is not this vault's.
            UsageError: If it is no other device of this person, or this one is not confirmed itself.
        """
        admin = await asyncio.to_thread(self._room.admin, passphrase)
        await self._driver.ask(partial(confirm, device=device, admin=admin))

    async def confirm_here(self, words: Words) -> None:
        """Say with the recovery words that this device is in its person's hands, where no other one could say it.

        Before that, the two persons compare the safety number again.

        Args:
            words: Those in force.

        Raises:
            ForgedError, UsageError: If these words are not in force, or a device of this person is confirmed.
        """
        await self._driver.ask(partial(confirm_here, words=words))

    async def leave(self, *, passphrase: str) -> None:
        """Sign the end of the space and keep it here: nothing is written in it from now on, and nobody else is told.

        `send_leave` tells the others, for good, now or in a later life; `drop_leave` takes it back.

        Args:
            passphrase: Asked for again, because this takes the admin key.

        Raises:
            PassphraseError: If it is not this vault's.
            UsageError: If the space has one person only, or was ended already.
        """
        admin = await asyncio.to_thread(self._room.admin, passphrase)
        await self._driver.ask(partial(hold_split, admin=admin))

    async def drop_leave(self) -> None:
        """Take `leave` back, as if it had never been."""
        await self._driver.ask(drop_split)

    async def pass_time(self, wall_s: int) -> None:
        """Show the wall clock, every minute or so while the space is open.

        A device that reads for long and writes nothing says at some moment how far it has read, so that a relay that
        shows it another log is found out (specs/record.md, Beacons). Nothing else depends on this clock.

        Args:
            wall_s: Seconds since 1970.

        Raises:
            LocalError: If what followed could not be saved.
        """
        await self._driver.ask(partial(pass_time, wall_s=wall_s))

    async def send_leave(self) -> None:
        """Send what `leave` kept, if anything is kept; what was written before stays readable on every side."""
        await self._driver.ask(send_split)

    async def set_recovery(
        self, words: Words, *, passphrase: str, old: Words | None = None, second: Second | None = None
    ) -> None:
        """Let recovery words belong to this person, in the place of the old ones; returns when that is durable here.

        Args:
            words: New ones.
            passphrase: Asked for again, because this takes the admin key.
            old: Those in force, once there are any, or where the person has other devices.
            second: In place of them: what another device of this person answered (`agree_to_words`).

        Raises:
            PassphraseError: If it is not this vault's.
            ForgedError, UsageError: If it takes one of the two, and this is not it.
        """
        admin = await asyncio.to_thread(self._room.admin, passphrase)
        await self._driver.ask(partial(set_recovery, words=words, admin=admin, old=old, second=second))

    async def agree_to_words(self, author: DeviceId, words: DeviceId, *, passphrase: str) -> Second:
        """Agree that another own device sets recovery words; it holds for what both know at this moment.

        Raises:
            PassphraseError: If it is not this vault's.
            UsageError: If the author is no other device of this person.
        """
        admin = await asyncio.to_thread(self._room.admin, passphrase)
        agreed: Second = await self._driver.ask(partial(agree_to_words, author=author, words=words, admin=admin))
        return agreed

    @property
    def way(self) -> Way:
        """How recovery words get into the space; it holds a key, and goes into a sealed signpost and nowhere else.

        Raises:
            UsageError: If nobody reads the space any more, or its key is just being changed.
        """
        return self._driver.look(way)

    @property
    def mailbox(self) -> MailboxId:
        """The number of the mailbox that the space uses at the relay now; every change of the key gives it another."""
        return self._driver.look(lambda engine: engine.crossing.mailbox)

    async def _until(self, holds: Callable[[Status], bool]) -> None:
        if not self._linked:
            raise UsageError(Said("this space was opened without a relay"))
        await self._driver.until(holds)
