"""Recovery words over real vaults and a relay, against whoever has a device with its passphrase: words are final."""

from collections.abc import Sequence
from pathlib import Path
from secrets import token_bytes

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.family import (
    SECRET,
    add_device,
    all_of,
    couple,
    epoch,
    key_of,
    keys,
    opened,
    revoke,
    shown,
    shows,
    target,
    together,
    write,
)
from tests.contracts.relay_client import connected
from tests.contracts.relay_process import serving
from troth import DeviceKeys, Engine, Signer, envelope
from troth.operations import Operation
from troth.record import Record
from troth.recovery import Way, Words
from troth_client import Space
from troth_client.link import Address
from troth_client.restoring import read_space
from troth_client.room import SHARED
from troth_client.vault import Vault
from troth_wire.errors import UsageError
from troth_wire.ids import DeviceId

pytestmark = pytest.mark.usefixtures("empty_folder")

PAPER = Words(b"w" * 16)


async def with_words(relay: str) -> Way:
    """Ann, with words on paper and a tablet, and Bob."""
    await couple(relay)
    async with opened("ann", relay) as ann:
        await ann.caught_up()
        await ann.set_recovery(PAPER, passphrase=SECRET)
        await ann.stored()
        way = ann.way
    await add_device("tablet", "ann", relay)
    async with opened("tablet", relay) as tablet:
        await shows(tablet, "first")
    return way


async def come_back(way: Way, relay: str, *lost: DeviceId, doubting: bool = False) -> None:
    """Let a person back in who has the words and nothing else, on a device `new`, and remove what is lost.

    Doubting is to act as if the first lost device had never signed anything.
    """
    read = await read_space(PAPER, way, Address.parse(relay), machine=CHEAP)
    assert read.devices >= set(lost)
    doubted = [operation.id for operation in read.signed_by(lost[:1])] if doubting else []
    drawn, admin = DeviceKeys.make(token_bytes)
    rows = read.restore(drawn, Signer(admin), lost, doubted=doubted)
    Vault.create("new", passphrase=SECRET, admin=admin, rows=rows, kind=SHARED, machine=CHEAP).close()


async def steal(relay: str | None) -> tuple[DeviceId, DeviceId]:
    """Let the thief of the tablet, who knows its passphrase, add a device and remove the laptop."""
    async with opened("ann", None) as ann:
        laptop = ann.device
    await add_device("second", "tablet", relay)
    async with opened("second", None) as second:
        theirs = second.device
    async with opened("tablet", relay) as tablet:
        if relay is not None:
            await tablet.caught_up()
        await revoke(tablet, laptop)
        if relay is not None:
            await tablet.stored()
        return tablet.device, theirs


async def test_a_thief_who_was_first() -> None:
    """Who removed the owner's last device and added one is thrown out with it, and reads nothing that comes after."""
    with serving(Path("relay.db")) as (_, relay):
        way = await with_words(relay)
        stolen, theirs = await steal(relay)
        await come_back(way, relay, stolen, theirs)
        async with opened("new", relay) as new:
            await speaks(new)
            async with all_of(relay, "bob", "tablet", "second") as (bob, tablet, second):
                await go_on(new, bob)
                for thief in (tablet, second):
                    await thief.until(lambda status: status.removed)
                check_out(new, tablet, second)


async def end_alone() -> list[Record]:
    """Let the thief end the space without a connection; return everything that was signed on the tablet."""
    async with opened("tablet", None) as tablet:
        await tablet.leave(passphrase=SECRET)
        await tablet.send_leave()
        assert tablet.status().ended
        proven = tablet._driver.look(lambda engine: engine.inbox.chains.proven)
        signed = [record for record in proven if record.header.device == tablet.device]
        return sorted(signed, key=lambda record: record.header.sequence)


async def strikes(space: Space, signed: Sequence[Record]) -> None:
    """Wait until a device knows operations, and their author's removal; check that they have no effect there."""
    told, author = {Operation.of(record).id for record in signed}, signed[0].header.device
    await space.until(lambda _: told <= space.members.authorised and author in space.members.cuts)
    assert told <= space.members.voided.keys()
    assert not space.status().ended


async def speaks(new: Space) -> None:
    """Wait until a new device is where all others look when they come: each of them asks once on a link."""

    def met(engine: Engine) -> bool:
        active, meetings = engine.inbox.members.active, engine.passage.meetings._places.values()
        return engine.line.caught_up and all(at.follower.open_ for at in meetings if at.device in active)

    await new.until(lambda _: new._driver.look(met))


async def go_on(*honest: Space) -> None:
    """Check that a space goes on among these, and nobody else."""
    await together(*honest)
    for space in honest:
        assert not space.status().ended
        assert space.members.active == {one.device for one in honest}
    await write(honest[0], "among us")
    for space in honest:
        await shows(space, "first", "among us")


def check_out(honest: Space, *thieves: Space) -> None:
    """Check that thieves read nothing of what is written now."""
    for thief in thieves:
        assert target(honest) not in keys(thief)
        assert "among us" not in shown(thief)


async def test_words_that_know_nothing_of_the_theft() -> None:
    """A device, a removal and the end of the space, which all have read, are undone by words that know none of it."""
    with serving(Path("relay.db")) as (_, relay):
        way = await with_words(relay)
        stolen, _ = await steal(None)
        signed = await end_alone()
        await come_back(way, relay, stolen)
        async with opened("tablet", relay) as tablet:
            await tablet.until(lambda status: status.connected and not status.waiting)
        async with all_of(relay, "ann", "bob") as (ann, bob):
            for space in (ann, bob):
                await space.until(lambda status: status.ended)
                assert ann.device not in space.members.active
        async with opened("new", relay) as new:
            await speaks(new)
            async with all_of(relay, "ann", "bob", "tablet", "second") as (ann, bob, tablet, second):
                for space in (new, ann, bob):
                    await strikes(space, signed)
                await go_on(new, ann, bob)
                check_out(new, tablet, second)


async def test_words_that_doubt_the_theft() -> None:
    """Where all have read that a thief removed the owner and ended the space, words that doubt it undo it for all."""
    with serving(Path("relay.db")) as (_, relay):
        way = await with_words(relay)
        stolen, _ = await steal(relay)
        signed = await end_alone()
        async with opened("tablet", relay) as tablet:
            await tablet.until(lambda status: status.connected and not status.waiting)
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await ann.until(lambda status: status.removed)
            await bob.until(lambda status: status.ended)
        with pytest.raises(UsageError, match="this space was ended"):
            await come_back(way, relay, stolen)
        await come_back(way, relay, stolen, doubting=True)
        async with opened("new", relay) as new:
            await speaks(new)
            async with all_of(relay, "ann", "bob", "tablet", "second") as (ann, bob, tablet, second):
                for space in (new, ann, bob):
                    await strikes(space, signed)
                await go_on(new, ann, bob)
                check_out(new, tablet, second)


async def test_a_backdated_end() -> None:
    """What the thief signs on old heads after the words removed it, and the partner lets in, counts nowhere."""
    with serving(Path("relay.db")) as (_, relay):
        way = await with_words(relay)
        async with opened("tablet", None) as tablet:
            stolen = tablet.device
        await come_back(way, relay, stolen)
        async with all_of(relay, "new", "ann", "bob") as honest:
            await together(*honest)
            log = epoch(honest[0])
        await steal(None)
        signed = await end_alone()
        async with connected(relay) as partner:
            head = await partner.follow(key_of(log))
            await partner.push(key_of(log), [envelope.seal(record, log, token_bytes(24)) for record in signed])
            await partner.read(key_of(log), until=head.position + len(signed))
        async with all_of(relay, "new", "ann", "bob", "tablet", "second") as (new, ann, bob, tablet, second):
            for space in (new, ann, bob):
                await strikes(space, signed)
            await go_on(new, ann, bob)
            check_out(new, tablet, second)
