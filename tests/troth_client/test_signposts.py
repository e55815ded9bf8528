"""A signpost lies at a relay in the line of a space, whoever has the words finds it, and nothing else is said."""

from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.relay_process import serving
from troth import Epoch, Put, document_id
from troth.recovery import Signpost, Words, gather
from troth_client import create_space, open_space
from troth_client.link import Address
from troth_client.signposts import Visit, leave_signpost, read_signposts
from troth_wire.errors import NoRelayError, OtherVersionError, RefusedError
from troth_wire.messages import Hello, Reason, Refuse

SECRET = "correct horse"
PAPER = Words(b"w" * 16)


async def test_what_is_left_is_found(tmp_path: Path) -> None:
    """Before there is one nothing is found; then each, in the order of the log; the relay can ask for a pass."""
    create_space(tmp_path / "laptop", passphrase=SECRET, machine=CHEAP)
    with serving(tmp_path / "relay.db") as (_, url):
        address, epoch = Address.parse(url), PAPER.signposts
        async with open_space(tmp_path / "laptop", passphrase=SECRET, relay=url, machine=CHEAP) as space:
            await space.edit(document_id("notes"), Put(("a",), 1))
            await space.stored()
            assert await read_signposts(address, epoch) == []
            entries = [Signpost(url, (space.way,)).seal(epoch, bytes([number]) * 24) for number in range(3)]
            for entry in entries:
                await leave_signpost(address, epoch, entry, space.way.epoch)
            assert await read_signposts(address, epoch) == entries
            (found,) = gather(entries, epoch)
            assert found == Signpost(url, (space.way,))


async def test_no_space_no_line(tmp_path: Path) -> None:
    """A log that the relay does not know sponsors nothing."""
    create_space(tmp_path / "laptop", passphrase=SECRET, machine=CHEAP)
    with serving(tmp_path / "relay.db") as (_, url):
        async with open_space(tmp_path / "laptop", passphrase=SECRET, machine=CHEAP) as space:
            with pytest.raises(RefusedError, match="not at this relay"):
                await leave_signpost(Address.parse(url), PAPER.signposts, b"x" * 600, space.way.epoch)


async def test_nobody_answers() -> None:
    """A relay that is not there is said in words for people."""
    with pytest.raises(NoRelayError, match="Nothing was changed"):
        await read_signposts(Address.parse("ws://127.0.0.1:9"), PAPER.signposts)


def test_a_relay_that_says_something_else() -> None:
    """Another version, a refusal, and a message about something that was not asked end it, each in words for people."""
    epoch, hello = PAPER.signposts, Hello(1, 1, 65_536, b"c" * 32)
    with pytest.raises(OtherVersionError):
        Visit(epoch).receive("relay.example:443", Hello(7, 9, 65_536, b"c" * 32))
    visit = Visit(epoch)
    visit.receive("relay.example:443", hello)
    with pytest.raises(RefusedError, match="does not take it"):
        visit.receive("relay.example:443", Refuse(Reason.BUSY, epoch.mailbox, (), 5))
    stranger = Epoch(b"s" * 32).mailbox
    with pytest.raises(RefusedError):
        Visit(epoch).receive("relay.example:443", Refuse(Reason.BUSY, stranger, (), 5))
