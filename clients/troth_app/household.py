"""Everything behind the passphrase: an open vault, a space for each of its rooms, and what this device remembers.

Only a keeper has one, and ends with it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from troth import Row
from troth_app.chapter import Chapter, kept_up
from troth_app.claims import claim
from troth_app.journal import PAGES
from troth_app.limits import LEAVE_S, MET_S
from troth_app.moving import watch
from troth_app.news import News
from troth_app.settings import Relay, Settings, relay_row
from troth_app.signposting import tend
from troth_app.turning import Chapters
from troth_app.uncollected import uncollected
from troth_client import Machine, Space
from troth_client.faraway import note_of
from troth_client.letterbox import Letter
from troth_client.machine import MACHINE
from troth_client.opening import OpenVault, open_vault
from troth_client.room import SETTINGS, SHARED, SOLO, About, RoomId
from troth_client.vault import Vault
from troth_couple import ChapterId, Day
from troth_wire.errors import TrothError

__all__ = ["Household", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """One open space, and what its person calls it.

    Attributes:
        room: Where the vault keeps it.
        kind: `solo` or `shared`.
        label: A name, on this device alone; may be empty.
        space: To read and write in.
    """

    room: RoomId
    kind: str
    label: str
    space: Space

    @property
    def ended(self) -> bool:
        """Whether somebody left it; of one that stopped nobody knows."""
        try:
            return self.space.status().ended
        except TrothError:
            return False


class Household:
    """An open vault with all its spaces, in sync with the relay if there is one."""

    def __init__(self, vault: OpenVault, stack: AsyncExitStack, machine: Machine) -> None:
        """Hold what `open` opened."""
        self.vault = vault
        self.settings = Settings()
        self.inbox_trouble: str | None = None
        self.taken_in = 0
        self.waiting: RoomId | None = None
        """The room in which an invitation is under way, if one is."""
        self.places: tuple[Place, ...] = ()
        self.news = News()
        """Goes up whenever something may look otherwise than before."""
        self._chapters: dict[RoomId, Chapters] = {}
        self._stack = stack
        self.machine = machine
        self._clock = machine.clock
        self.busy: Callable[[], bool] = lambda: True
        """Whether a command is under way, as one is before the first: then nothing is opened anew by itself."""
        self.followed = ""
        """The relay to which this device followed another own one, if it did."""
        self._background: tuple[asyncio.Task[None], ...] = ()
        self._spaces: dict[RoomId, AsyncExitStack] = {}
        self._turning = asyncio.Lock()
        self._met: dict[RoomId, float] = {}
        """When spaces were begun or joined here, since the vault was opened."""
        self._leaving: dict[RoomId, asyncio.Task[None]] = {}
        """The spaces that this person left a moment ago, and what will tell the other person."""

    @classmethod
    async def open(cls, path: Path, *, passphrase: str, machine: Machine = MACHINE) -> "Household":
        """Open a vault and every space in it.

        Raises:
            StoreError: By its kind: PassphraseError, DamagedError, NewerError, BusyError, FullError.
        """
        stack = AsyncExitStack()
        try:
            with uncollected():
                vault = await stack.enter_async_context(open_vault(path, passphrase=passphrase, machine=machine))
                household = cls(vault, stack, machine)
                household.settings = Settings.parse(await vault.run(lambda opened: opened.settings_but(PAGES)))
                household.taken_in = await household.take_in()
                await household.connect()
        except BaseException:
            await stack.aclose()
            raise
        return household

    async def close(self) -> None:
        """Close every space and the vault."""
        await _end(*self._leaving.values(), *self._background)
        await self._shut(*self._spaces)
        await self._stack.aclose()

    async def connect(self) -> None:
        """Open every space anew, towards the relay that is remembered now, if there is one and sync is on."""
        before = {place.room for place in self.places}
        async with self._turning:
            await self._shut(*self._spaces)
            self.waiting, self.places = None, ()
            for room in self.vault.rooms:
                about = self.vault.about(room)
                if about is None or not about.kind:
                    self.waiting = self.waiting or await self.vault.run(partial(_under_way, room=room))
                else:
                    self.places += (await self._open(room, about),)
        if before:
            self._met |= {place.room: self._clock.now() for place in self.places if place.room not in before}
        if self.shared is not None:
            await claim(self.shared, self.solo)
        await _end(*self._background)
        # A vault that is just being filled has no space of its own yet.
        works = (tend, watch) if any(place.kind == SOLO for place in self.places) else ()
        self._background = tuple(asyncio.create_task(work(self)) for work in works)
        self.news.tell()

    async def _open(self, room: RoomId, about: About) -> Place:
        """Open a space; one that was left is told to the other person, unless it was left just now."""
        stack = self._spaces[room] = AsyncExitStack()
        syncs = self.settings.syncs and room not in self._leaving
        relay = (self.settings.relay if syncs else None) or Relay("")
        put_off = about.kind == SHARED  # Its chapter has shown what stands before anybody needs the document.
        opened = self.vault.space(room, relay=relay.address or None, admission=relay.admission, puts_off=put_off)
        place = Place(room, about.kind, about.label, await stack.enter_async_context(opened))
        if room not in self._leaving:
            await place.space.send_leave()
        if about.kind == SHARED:

            async def open_(chapter: ChapterId) -> Chapter:
                more = kept_up(self.vault, room, place.space, self.news.tell, chapter=chapter, journal=first.journal)
                return await stack.enter_async_context(more)

            first = await stack.enter_async_context(kept_up(self.vault, room, place.space, self.news.tell))
            self._chapters[room] = Chapters(first, open_)
        return place

    async def _reopen(self, room: RoomId) -> None:
        about = self.vault.about(room)
        assert about is not None, "it was open"
        async with self._turning:
            await self._shut(room)
            place = await self._open(room, about)
            self.places = tuple(place if one.room == room else one for one in self.places)

    async def _shut(self, *rooms: RoomId) -> None:
        async with AsyncExitStack() as all_:
            for room in rooms:
                self._chapters.pop(room, None)
                await all_.enter_async_context(self._spaces.pop(room))

    async def pass_time(self, wall_s: int) -> None:
        """Show every open space the wall clock; one that stopped says why when it is asked for something."""
        for place in self.places:
            with suppress(TrothError):
                await place.space.pass_time(wall_s)

    async def leave(self, place: Place, *, passphrase: str) -> "asyncio.Task[None]":
        """Leave a space: here at once, and for the other person in `LEAVE_S` seconds, or when the vault opens next.

        Returns:
            What ends when the other person is told, or it was taken back.

        Raises:
            PassphraseError: If this is not the passphrase.
            UsageError: If the space can not be left.
        """
        await place.space.leave(passphrase=passphrase)
        sending = self._leaving[place.room] = asyncio.create_task(self._send_leave(place.room))
        await self._reopen(place.room)
        return sending

    async def come_back(self, room: RoomId) -> bool:
        """Take leaving back; false if the other person is being told already."""
        sending = self._leaving.pop(room, None)
        if sending is None:
            return False
        sending.cancel()
        (place,) = (one for one in self.places if one.room == room)
        await place.space.drop_leave()
        await self._reopen(room)
        return True

    async def _send_leave(self, room: RoomId) -> None:
        await self._clock.sleep(LEAVE_S)
        del self._leaving[room]
        await self._reopen(room)

    async def remember(self, *rows: Row) -> None:
        """Keep rows of the vault's own; what is remembered here follows.

        Raises:
            StoreError: If nothing was changed.
        """
        await self.vault.run(lambda opened: opened.commit({SETTINGS: rows}))
        for row in rows:
            self.settings = self.settings.with_(row)

    async def use(self, relay: Relay | None) -> None:
        """Sync with another relay from now on, or with none."""
        await self.remember(relay_row(relay))
        await self.connect()

    @property
    def solo(self) -> Place:
        """The space that is this person's alone."""
        return next(place for place in self.places if place.kind == SOLO)

    @property
    def shared(self) -> Place | None:
        """The space for two, if there is one: one that goes on before one that was ended."""
        for_two = [place for place in self.places if place.kind == SHARED]
        return next((place for place in for_two[:-1] if not place.ended), for_two[-1] if for_two else None)

    @property
    def met_just_now(self) -> bool:
        """Whether the space for two was begun or joined on this device a moment ago."""
        met = self._met.get(self.shared.room) if self.shared is not None else None
        return met is not None and self._clock.now() - met < MET_S

    @property
    def chapter(self) -> Chapter | None:
        """What the two of the space for two keep together, if there is one."""
        return self.chapters[-1] if self.chapters else None

    @property
    def names(self) -> tuple[str, str]:
        """What this person and the other one of the space for two are called here; empty where nobody said."""
        return self.names_in(self.shared)

    def names_in(self, place: Place | None) -> tuple[str, str]:
        """Return what the two of a space are called here."""
        return self.settings.names.get(place.room if place else b"", ("", ""))

    def written_in(self, place: Place) -> Sequence[Chapter]:
        """Return every chapter of a space for two, the latest last."""
        found = self._chapters[place.room]
        return (*found.beside, *found.path)

    @property
    def chapters(self) -> Sequence[Chapter]:
        """The chapters of the space for two, from the first to the current one."""
        found = self._chapters.get(self.shared.room) if self.shared is not None else None
        return found.path if found else ()

    @property
    def earlier(self) -> Sequence[Chapter]:
        """The chapters that are to be read and no more, the latest last."""
        found = self._chapters.get(self.shared.room) if self.shared is not None else None
        return (*found.path[:-1], *found.beside) if found else ()

    async def follow(self, today: Day) -> None:
        """Turn to the chapter that both opened last; a space that stopped says why when it is asked for something."""
        with suppress(TrothError):
            for chapters in self._chapters.values():
                await chapters.follow(today)

    async def take_in(self) -> int:
        """Move what was written down while the vault was locked to where it stays; return how much that was."""
        letters, self.inbox_trouble = await self.vault.run(_letters)
        if letters:
            # The letter's id is the row's key: a crash before the inbox is cleared moves it again to the same place.
            for letter in letters:
                await self.remember(self.settings.mine_row(letter.id, letter.entry))
            await self.vault.run(lambda opened: opened.clear_inbox(letters))
        return len(letters)


async def _end(*tasks: "asyncio.Task[None]") -> None:
    """End tasks, and wait until they have; one of them may be the one that asks for it, and goes on."""
    ending = set(tasks) - {asyncio.current_task()}
    for task in ending:
        task.cancel()
    if ending:
        await asyncio.wait(ending)


def _letters(vault: Vault) -> tuple[list[Letter], str | None]:
    return vault.take_inbox(), vault.inbox_trouble


def _under_way(vault: Vault, *, room: RoomId) -> RoomId | None:
    """Return the room if a pairing is under way in it; one that was given up leaves an empty room."""
    return room if note_of(vault.room(room).load()) is not None else None
