"""A relay that lies, between real vaults and an honest one: what people are told of it, and that honest use tells none.

Ann and Bob each dial through somebody in between, so that each can be shown something else under one name.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.contracts.family import (
    all_of,
    at_rest,
    family,
    forked,
    opened,
    rotate,
    shown,
    shows,
    target,
    together,
    write,
)
from tests.contracts.relay_between import Between, between, names
from tests.contracts.relay_process import end, serving
from troth_wire.ids import MailboxId
from troth_wire.messages import Deliver, Head, Message, Prove, Stored

pytestmark = pytest.mark.usefixtures("empty_folder")

ANOTHER_HISTORY = (
    "The relay or a device shows another history. Both sides of it are kept."
    " So does a relay that was restored, or that deleted what nobody had used for long."
)


@asynccontextmanager
async def sides() -> AsyncIterator[tuple[Between, Between]]:
    """Who stands between Ann and the relay, and between Bob and the relay."""
    async with between() as anns, between() as bobs:
        yield anns, bobs


async def test_a_relay_that_shows_two_histories() -> None:
    """Each of them is whole, so nobody is told; who is shown the other one says so for good, and no word is lost."""
    async with sides() as (anns, bobs):
        with serving(Path("relay.db"), *names(anns, bobs)) as (process, relay):
            anns.upstream = bobs.upstream = relay
            await family(anns.url)
            async with opened("bob", bobs.url) as bob:
                await at_rest(bob)
            end(process)
        with forked(*names(anns, bobs)) as (one, other):
            anns.upstream, bobs.upstream = one, other
            async with opened("ann", anns.url) as ann, opened("bob", bobs.url) as bob:
                for space, word in ((ann, "for ann"), (bob, "for bob")):
                    await write(space, word)
                    await space.stored()
                assert (shown(ann), shown(bob)) == ({"first", "for ann"}, {"first", "for bob"})
                assert (ann.status().disputed, bob.status().disputed) == (0, 0)
            bobs.upstream = one
            async with opened("bob", bobs.url) as bob, opened("ann", anns.url) as ann:
                await bob.caught_up()
                assert bob.status().sentences()[0] == ANOTHER_HISTORY
                for space in (bob, ann):
                    await shows(space, "first", "for ann", "for bob")
                await together(bob, ann)
                assert not ann.status().disputed
        async with opened("bob", None) as bob:
            assert bob.status().sentences()[0] == ANOTHER_HISTORY


class Hiding:
    """Leaves one entry out of a log, and numbers those after it as if it had never been."""

    def __init__(self, log: MailboxId) -> None:
        """Pass all of it on until something is to be hidden."""
        self._log = log
        self._hides = False
        self._gap: int | None = None

    def hide(self) -> None:
        """Leave out the next entry."""
        self._hides = True

    def __call__(self, message: Message) -> list[Message]:
        """Take a message from the relay to one device; return what becomes of it."""
        match message:
            case Deliver(self._log, position, envelopes):
                return [found for at, sealed in enumerate(envelopes, position) for found in self._entry(at, sealed)]
            case Stored(self._log, position, found):
                return [Stored(self._log, position - self._shift(position), found)]
            case Head(self._log, lineage, position, running):
                return [Head(self._log, lineage, position - self._shift(position), running)]
        return [message]

    def _entry(self, position: int, sealed: bytes) -> list[Message]:
        if self._hides:
            self._hides, self._gap = False, position
            return []
        return [Deliver(self._log, position - self._shift(position), (sealed,))]

    def _shift(self, position: int) -> int:
        return int(self._gap is not None and position >= self._gap)


async def test_a_relay_that_withholds_one_record() -> None:
    """Its author's next record contradicts it: who lacks it says so and what waits, nobody else does, and it comes."""
    async with sides() as (anns, bobs):
        with serving(Path("relay.db"), *names(anns, bobs)) as (_, relay):
            anns.upstream = bobs.upstream = relay
            await family(anns.url)
            async with opened("bob", bobs.url) as bob, all_of(anns.url, "ann", "tablet") as (ann, tablet):
                for space in (bob, ann, tablet):
                    await at_rest(space)
                lie = bobs.to_client = Hiding(target(bob))
                lie.hide()
                await write(ann, "withheld")
                await ann.stored()
                await write(ann, "later")
                await bob.until(lambda status: bool(status.parked))
                assert bob.status().sentences()[0] == ANOTHER_HISTORY
                assert bob.status().parked == {"it builds on a change that has not arrived": 1}
                assert shown(bob) == {"first"}
                bobs.to_client = lambda message: [message]
                await bobs.cut()
                for space in (bob, ann, tablet):
                    await shows(space, "first", "withheld", "later")
                await together(bob, ann, tablet)
                await write(bob, "of bob")
                for space in (ann, tablet):
                    await shows(space, "of bob")
                    assert not space.status().disputed


async def test_a_relay_that_answers_for_another_host() -> None:
    """Who passes an honest relay off as its own is shown no key that holds there: nothing goes out, and it is said."""
    async with between() as thief:
        passed: list[Message] = []

        def overhear(message: Message) -> list[Message]:
            passed.append(message)
            return [message]

        with serving(Path("relay.db")) as (_, relay):
            await family(relay)
            thief.upstream = relay
            thief.to_relay = overhear
            async with opened("bob", thief.url) as bob:
                await write(bob, "for the true relay alone")
                await bob.until(lambda status: status.refused is not None or not status.waiting)
                assert bob.status().refused == "the relay does not know itself by the name that was dialled"
                assert shown(bob) == {"first", "for the true relay alone"}
            assert passed
            assert all(isinstance(message, Prove) for message in passed)
            async with all_of(relay, "bob", "ann", "tablet") as spaces:
                for space in spaces:
                    await shows(space, "first", "for the true relay alone")
                await together(*spaces)
                assert not [space for space in spaces if space.status().disputed]


async def test_honest_use_tells_of_no_other_history() -> None:
    """Cut links, a killed relay, devices that come and go and keys that change are no lie of anybody."""
    async with sides() as (anns, bobs):
        with serving(Path("relay.db"), *names(anns, bobs)) as (process, relay):
            anns.upstream = bobs.upstream = relay
            await family(anns.url)
            async with opened("ann", anns.url) as ann, opened("bob", bobs.url) as bob:
                await write(ann, "one")
                await bobs.cut()
                await write(bob, "two")
                await rotate(bob)
                process.kill()
                await write(ann, "three")
        with serving(Path("relay.db"), *names(anns, bobs)) as (_, relay):
            anns.upstream = bobs.upstream = relay
            async with opened("ann", anns.url) as ann, opened("bob", bobs.url) as bob:
                for space in (ann, bob):
                    await shows(space, "first", "one", "two", "three")
                await together(ann, bob)
                await anns.cut()
                await rotate(ann)
                await write(ann, "four")
                await shows(bob, "four")
            async with opened("tablet", anns.url) as tablet, opened("bob", bobs.url) as bob:
                await shows(tablet, "first", "one", "two", "three", "four")
                await together(tablet, bob)
                for space in (tablet, bob):
                    assert not space.status().disputed
