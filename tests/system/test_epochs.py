"""Changes of key over real vaults and a relay in a process of its own: races, absence and copies cost no word."""

from pathlib import Path

import pytest

from tests.contracts.family import (
    add_device,
    all_of,
    copy_files,
    family,
    keys,
    opened,
    revoke,
    rotate,
    shown,
    shows,
    target,
    together,
    write,
)
from tests.contracts.relay_process import serving
from troth import tail

pytestmark = pytest.mark.usefixtures("empty_folder")


async def test_a_log_that_has_become_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next who writes changes the key, and a device that was away meanwhile shows everything."""
    monkeypatch.setattr(tail, "TAIL_ENTRIES_MAX", 8)
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await together(ann, bob)
            before = target(ann)
            words = [f"word {number}" for number in range(24)]
            for word in words:
                await write(ann, word)
                await ann.stored()
            await shows(bob, *words)
            assert target(ann) != before
        async with opened("tablet", relay) as tablet:
            await shows(tablet, "first", *words)


async def test_away_while_the_key_changed_fifty_times() -> None:
    """Who comes back is in the last mailbox, with all words, and brings its own along."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with opened("tablet", None) as tablet:
            await write(tablet, "written away")
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await together(ann, bob)
            for number in range(50):
                await rotate((ann, bob)[number % 2])
                await together(ann, bob)
            await write(bob, "last")
            await shows(ann, "last")
        async with all_of(relay, "ann", "tablet") as (ann, tablet):
            await shows(tablet, "first", "written away", "last")
            await shows(ann, "written away")
            await together(ann, tablet)
            assert not tablet.status().disputed


async def test_two_who_change_the_key_at_once() -> None:
    """Neither knew of the other's change: one of them stands, and the words of both, and of one who was away, show."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        for name in ("ann", "bob"):
            async with opened(name, None) as space:
                await rotate(space)
                await write(space, f"of {name}")
        async with opened("tablet", None) as tablet:
            await write(tablet, "under the old key")
        async with all_of(relay, "ann", "bob", "tablet", "phone") as spaces:
            for space in spaces:
                await shows(space, "first", "of ann", "of bob", "under the old key")
            await together(*spaces)
            assert not [space for space in spaces if space.status().disputed]


async def test_added_while_another_changes_the_key() -> None:
    """The new key was made for the devices that its maker knew; the newcomer comes to hold it too."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with opened("bob", None) as bob:
            await rotate(bob)
            await write(bob, "under the new key")
        await add_device("desk", "ann", relay)
        async with all_of(relay, "bob", "ann", "desk") as (bob, ann, desk):
            for space in (ann, desk):
                await shows(space, "first", "under the new key")
            await together(bob, ann, desk)
            await write(desk, "of the newcomer")
            await shows(bob, "of the newcomer")


@pytest.mark.parametrize("host", ["ann", "bob"])
async def test_the_newcomer_of_a_lost_race(host: str) -> None:
    """Two keys were made at once, and one of their makers let a device in: it comes to the one that stands."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        for name in ("ann", "bob"):
            async with opened(name, None) as space:
                await rotate(space)
                await write(space, f"of {name}")
        await add_device("desk", host, None)
        async with all_of(relay, "ann", "bob", "desk") as (ann, bob, desk):
            for space in (ann, bob, desk):
                await shows(space, "first", "of ann", "of bob")
            await together(ann, bob, desk)
            await write(desk, "of the newcomer")
            for space in (ann, bob):
                await shows(space, "of the newcomer")
            assert not [space for space in (ann, bob, desk) if space.status().disputed]


async def test_both_remove_a_device_at_once() -> None:
    """Each of two keys was made with one of the removed still in it: neither of them holds the one that stands."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        await add_device("watch", "bob", relay)
        async with all_of(relay, "ann", "bob", "phone", "watch") as spaces:
            await together(*spaces)
        async with all_of(None, "ann", "bob", "phone", "watch") as (ann, bob, phone, watch):
            await revoke(ann, phone)
            await revoke(bob, watch)
        async with all_of(relay, "ann", "bob", "phone", "watch") as (ann, bob, phone, watch):
            for space in (ann, bob):
                await space.until(lambda _, space=space: not {phone.device, watch.device} & space.members.active)  # type: ignore[misc]
            await together(ann, bob)
            await write(ann, "among us")
            await shows(bob, "among us")
            for removed in (phone, watch):
                assert target(ann) not in keys(removed)
                assert "among us" not in shown(removed)


async def test_a_backup_that_is_put_back_and_written_to() -> None:
    """A vault of yesterday writes without a connection: nothing that it forgot is lost, and nothing that it wrote."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        copy_files("tablet", "yesterday")
        async with all_of(relay, "tablet", "ann") as (tablet, ann):
            await write(tablet, "of today")
            await rotate(tablet)
            await shows(ann, "of today")
            await together(tablet, ann)
        async with opened("yesterday", None) as yesterday:
            await write(yesterday, "of the backup")
        async with all_of(relay, "yesterday", "ann", "bob") as spaces:
            for space in spaces:
                await shows(space, "first", "of today", "of the backup")
            await together(*spaces)


async def test_a_vault_that_was_cloned_and_runs_twice() -> None:
    """Both write at once; no word is lost, both know of it, and a key that changes meanwhile reaches both."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        copy_files("tablet", "clone")
        async with all_of(relay, "ann", "tablet", "clone") as (ann, tablet, clone):
            await write(tablet, "of the first")
            await write(clone, "of the second")
            await rotate(ann)
            for space in (ann, tablet, clone):
                await shows(space, "first", "of the first", "of the second")
            await together(ann, tablet, clone)
            assert tablet.status().elsewhere or clone.status().elsewhere
