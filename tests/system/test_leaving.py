"""The end of a space over real vaults and a relay: whoever ends it, and whatever is kept back, it is over for all."""

from pathlib import Path

import pytest

from tests.contracts.family import (
    SECRET,
    all_of,
    at_rest,
    epoch,
    family,
    forked,
    key_of,
    opened,
    shown,
    write,
)
from tests.contracts.relay_between import between, names
from tests.contracts.relay_client import connected
from tests.contracts.relay_process import end, serving
from troth.keys import Epoch
from troth_client import Space
from troth_wire.errors import UsageError
from troth_wire.messages import Closed

pytestmark = pytest.mark.usefixtures("empty_folder")


async def leave(space: Space) -> None:
    """End the space, and tell the others."""
    await space.leave(passphrase=SECRET)
    await space.send_leave()


async def check_over(log: Epoch, relay: str) -> None:
    """Check that a log is closed, with its entries in it, and leads nowhere."""
    key = key_of(log)
    async with connected(relay) as client:
        head = await client.follow(key)
        await client.read(key, until=head.position)
        assert (await client.expect(Closed)).successor is None


async def closed(space: Space) -> None:
    """Wait until a device has seen its log closed to the end."""
    await space.until(lambda _: space._driver.look(lambda engine: engine.crossing.mailbox in engine.passage.settled))


async def over(space: Space) -> None:
    """Wait until a device knows that the space was ended, and has read what there is."""
    await space.until(lambda status: status.ended)
    await space._driver.until_read()


async def test_both_leave_at_once() -> None:
    """Two who end it while they are apart have both ended it: no log is open, and everybody keeps what they had."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        for name in ("ann", "bob"):
            async with opened(name, None) as space:
                await write(space, f"of {name}")
                await leave(space)
                log = epoch(space)
        async with opened("ann", relay) as ann:
            await closed(ann)
            assert not ann.status().waiting
        await check_over(log, relay)
        async with all_of(relay, "ann", "bob", "tablet", "phone") as (ann, bob, tablet, phone):
            for space, words in (
                (ann, {"of ann"}),
                (bob, {"of ann", "of bob"}),
                (tablet, {"of ann"}),
                (phone, {"of ann"}),
            ):
                await over(space)
                assert shown(space) == {"first", *words}
                with pytest.raises(UsageError):
                    await write(space, "too late")
                assert not space.status().disputed
            assert "1 was not sent before that, and stays here." in bob.status().sentences()
        await check_over(log, relay)


async def test_an_end_that_the_relay_keeps_from_one_person() -> None:
    """Who is shown a log in which it goes on writes on and keeps every word; when the end arrives it is over."""
    async with between() as bobs:
        with serving(Path("relay.db"), *names(bobs)) as (process, relay):
            bobs.upstream = relay
            await family(bobs.url)
            end(process)
        with forked(*names(bobs)) as (true, withheld):
            bobs.upstream = true
            async with opened("ann", bobs.url) as ann:
                await at_rest(ann)
                await leave(ann)
                await closed(ann)
            bobs.upstream = withheld
            async with opened("bob", bobs.url) as bob:
                await write(bob, "written on")
                await bob.stored()
                assert not bob.status().ended
                assert not bob.status().disputed
            bobs.upstream = true
            async with all_of(bobs.url, "bob", "ann", "tablet") as (bob, ann, tablet):
                await over(bob)
                assert shown(bob) == {"first", "written on"}
                with pytest.raises(UsageError):
                    await write(bob, "too late")
                assert bob.status().disputed
                for space in (ann, tablet):
                    await over(space)
                    assert shown(space) == {"first"}
                    assert not space.status().disputed
        async with opened("bob", None) as bob:
            assert shown(bob) == {"first", "written on"}
