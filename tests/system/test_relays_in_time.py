"""What becomes of a relay in time: restored, full, of another date, without its old logs; everybody comes together."""

import time
from pathlib import Path

import pytest

from tests.contracts.family import (
    NOTES,
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
from tests.contracts.relay_process import ahead, end, finished, port_of, serving
from troth import Put

pytestmark = pytest.mark.usefixtures("empty_folder")
YEARS_73 = 73 * 365


async def test_a_relay_that_goes_back_to_yesterday() -> None:
    """Its files are swapped for older ones: who has seen more says so, and what is lacking is brought again."""
    with serving(Path("relay.db")) as (process, relay):
        await family(relay)
        end(process)
    copy_files("relay.db", "yesterday.db")
    port = port_of(relay)
    with serving(Path("relay.db"), "--port", port) as (process, _):
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await write(ann, "of today")
            await shows(bob, "of today")
            await together(ann, bob)
        end(process)
    with serving(Path("yesterday.db"), "--port", port) as (_, again):
        assert again == relay
        async with all_of(relay, "tablet", "bob") as (tablet, bob):
            await write(tablet, "on the older log")
            await shows(bob, "of today", "on the older log")
            await together(tablet, bob)
            assert "shows another history" in bob.status().sentences()[0]
        # Its author had a turn; now whoever has it brings it.
        async with all_of(relay, "bob", "tablet") as (_, tablet):
            await shows(tablet, "first", "of today", "on the older log")


async def test_a_relay_that_is_restored_around_a_closing() -> None:
    """A backup from before the closing opens the old log again: the honest meet in one place."""
    with serving(Path("relay.db")) as (process, relay):
        await family(relay)
        assert finished("backup", "copy.db", "--database", "relay.db")[0] == 0
        async with all_of(relay, "ann", "bob") as (ann, bob):
            async with opened("phone", None) as phone:
                gone = phone.device
            await revoke(ann, gone)
            await write(ann, "after")
            await shows(bob, "after")
            await together(ann, bob)
        end(process)
    assert finished("restore", "copy.db", "--database", "restored.db")[0] == 0
    port = port_of(relay)
    with serving(Path("restored.db"), "--port", port) as (_, again):
        assert again == relay
        async with opened("phone", relay) as phone:
            await write(phone, "of the thief")
            await phone.until(lambda status: status.connected)
        async with all_of(relay, "bob", "tablet", "ann", "phone") as (bob, tablet, ann, phone):
            for space in (ann, bob, tablet):
                await shows(space, "first", "after")
            await together(ann, bob, tablet)
            await write(ann, "later")
            await shows(tablet, "later")
            assert target(ann) not in keys(phone)
            assert "later" not in shown(phone)


async def test_a_full_relay_keeps_nobody_in() -> None:
    """Where nothing more is taken, a device is removed all the same, and the others learn of it."""
    with serving(Path("relay.db"), "--quota-mb", "1") as (_, relay):
        await family(relay)
        async with all_of(relay, "ann", "tablet", "phone") as (ann, tablet, phone):
            await together(ann, tablet)
            for number in range(30):
                await ann.edit(NOTES, Put((f"big {number}",), "x" * 40_000))
            await ann.until(lambda status: status.refused is not None)
            await revoke(ann, phone)
            await write(ann, "kept for later")
            await tablet.until(lambda _: phone.device not in tablet.members.active)
            await phone.until(lambda _: phone.device not in phone.members.active)
            assert target(ann) not in keys(phone)
            assert "kept for later" in shown(ann)


async def test_clocks_of_2099(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay and a device far ahead change nothing: who belongs, which key, which order, what is taken."""
    with serving(Path("relay.db")) as (process, relay):
        await family(relay)
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await together(ann, bob)
            before = ann.members
        end(process)
    port = port_of(relay)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + YEARS_73 * 86_400)
    with serving(Path("relay.db"), "--port", port, command=ahead(YEARS_73)) as (_, again):
        assert again == relay
        async with all_of(relay, "ann", "bob", "tablet") as (ann, bob, tablet):
            await write(bob, "in 2099")
            for space in (ann, tablet):
                await shows(space, "first", "in 2099")
            await together(ann, bob, tablet)
            assert (ann.members.active, ann.members.current) == (before.active, before.current)
            monkeypatch.setattr(time, "time", real)
            await rotate(ann)
            await write(ann, "of today")
            await shows(bob, "of today")
            await together(ann, bob, tablet)
            assert not [space for space in (ann, bob, tablet) if space.status().disputed]
