"""Where the operator deletes what nobody uses, who is back in time notices nothing, and who is late loses nothing."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.contracts.family import all_of, at_rest, couple, epoch, key_of, opened, shown, shows, together, write
from tests.contracts.relay_client import connected
from tests.contracts.relay_process import end, finished, port_of, serving
from troth_relay import office
from troth_relay.orders import Order, Verb
from troth_wire.messages import Head, Reason, Refuse

pytestmark = pytest.mark.usefixtures("empty_folder")

DATABASE: Final = Path("relay.db")
IDLE: Final = ("--dormant-days", "90", "--idle-days", "180")


def pass_days(days: int) -> None:
    """Let a relay have served others for so many days since the last use of what is there."""
    with closing(sqlite3.connect(DATABASE)) as connection, connection:
        connection.execute("DELETE FROM service")
        connection.execute("UPDATE line SET used = 0")
        connection.execute("INSERT INTO service VALUES (?)", (days * 24,))


def dormant() -> object:
    """Ask the relay that runs how many lines are dormant."""
    answer = office.ask(DATABASE, Order(Verb.STATS))
    assert answer is not None
    return answer["dormant_lines"]


async def test_who_is_back_in_time_wakes_the_line() -> None:
    """A line that is dormant is counted; one device that comes is enough, and everything is as it was."""
    with serving(DATABASE) as (process, relay):
        await couple(relay)
        end(process)
    pass_days(200)
    with serving(DATABASE, *IDLE, "--port", port_of(relay)):
        assert dormant() == 1
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await write(ann, "back in time")
            await shows(bob, "first", "back in time")
            await together(ann, bob)
            assert not ann.status().disputed
            async with asyncio.timeout(30):
                while await asyncio.to_thread(dormant):
                    await asyncio.sleep(0.2)
    with closing(sqlite3.connect(DATABASE)) as connection:
        assert connection.execute("SELECT used FROM line").fetchall() == [(200 // 30,)]


@contextmanager
def deleted(*options: str, relay: str) -> Iterator[str]:
    """Serve again after nobody has used anything for too long."""
    pass_days(211)
    assert finished("gc", "--database", str(DATABASE), *IDLE)[0] == 0
    with closing(sqlite3.connect(DATABASE)) as connection:
        assert connection.execute("SELECT count(*) FROM mailbox").fetchone() == (0,)
    with serving(DATABASE, *IDLE, *options, "--port", port_of(relay)) as (_, again):
        assert again == relay
        yield again


async def test_who_is_late_brings_everything_back() -> None:
    """Where the line is gone each device has all of its own, opens it anew by itself, and the two come together."""
    with serving(DATABASE) as (process, relay):
        await couple(relay)
        async with opened("bob", None) as bob:
            await write(bob, "written away")
            log = epoch(bob)
        end(process)
    with deleted(relay=relay):
        async with connected(relay) as client:
            answer = await client.ask(key_of(log))
            assert isinstance(answer, Refuse)
            assert answer.reason is Reason.UNKNOWN_MAILBOX
        async with opened("ann", relay) as ann:
            await at_rest(ann)
            assert shown(ann) == {"first"}
        async with all_of(relay, "ann", "bob") as (ann, bob):
            for space in (ann, bob):
                await shows(space, "first", "written away")
            await together(ann, bob)
            # The log that they knew is another one now; that there may be nobody to blame stands beside it.
            for space in (ann, bob):
                assert "deleted what nobody had used" in space.status().sentences()[0]
        async with connected(relay) as client:
            assert isinstance(await client.ask(key_of(log)), Head)


async def test_who_needs_a_pass_is_told_and_may_go_elsewhere() -> None:
    """A relay that asks for passes asks for one again: the device says so, loses nothing, and another relay will do."""
    with serving(DATABASE) as (process, relay):
        await couple(relay)
        end(process)
    with deleted("--registration", "pass", relay=relay):
        async with opened("ann", relay) as ann:
            await write(ann, "written since")
            await ann.until(lambda status: status.refused is not None)
            assert ann.status().sentences() == (
                "1 has not reached the relay: the relay asks for a pass. Nothing is lost meanwhile.",
            )
            assert shown(ann) == {"first", "written since"}
    with serving(Path("other.db")) as (_, other):
        async with all_of(other, "ann", "bob") as (ann, bob):
            await shows(bob, "first", "written since")
            await together(ann, bob)
