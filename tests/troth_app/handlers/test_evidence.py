"""Evidence can be shown to anybody: both sides of it, who signed what, and not a word that anybody wrote."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.troth_app.handlers.test_removing import Home, at_home
from tests.troth_app.house import play
from troth import Put, document_id
from troth.evidence import Evidence
from troth.record import Record, Seen, Verified, parse
from troth.status import DISPUTED
from troth.step import Step
from troth_app.handlers import evidence, status
from troth_app.household import Place
from troth_app.outcome import Code
from troth_wire import codec
from troth_wire.ids import DeviceId, Lineage, MailboxId, RunningHash

CANARY = "a word of Robin's"
HERE = Seen(MailboxId(b"m" * 32), Lineage(b"l" * 16), 7, RunningHash(b"r" * 32))
THERE = replace(HERE, position=5, running=RunningHash(b"s" * 32))


async def records(home: Home, place: Place) -> list[Record]:
    """What was written in a space, as it lies in the vault."""
    rows = await home.household.vault.run(lambda vault: vault.room(place.room).load())
    found = [
        codec.decode(row.value or b"", lambda parts: parts, bytes_max=10**6) for row in rows if row.table == "records"
    ]
    return [parse(record)[0] for _, _, record in found]


async def dispute(home: Home, place: Place, *devices: DeviceId) -> None:
    """Let the relay, and some devices, show another history."""
    await place.space.edit(document_id("notes"), Put((CANARY,), CANARY))
    record = (await records(home, place))[-1]
    assert CANARY.encode() in record.payload
    kept, step = Evidence(), Step()
    kept.against_relay(HERE, step)
    for device in devices:
        header = replace(record.header, device=device, seen=THERE)
        claimed = Record(header, record.signature, header.encode(), record.payload)
        kept.against_record(Verified(claimed), HERE, step)
    await home.household.vault.run(lambda vault: vault.commit({place.room: step.save}))


async def test_both_sides_are_written_down(tmp_path: Path) -> None:
    """Each disagreement is told in a sentence, with what was read here and what was signed, and no word of anybody."""
    async with at_home(tmp_path) as home:
        solo, shared = home.household.solo, home.shared
        (other,) = (
            device
            for device, person in shared.space.members.person_of.items()
            if person != shared.space.members.person(shared.space.device)
        )
        await dispute(home, solo, home.phone, solo.space.device)
        await dispute(home, shared, other, home.phone_there)
        target = tmp_path / "evidence.txt"
        played = await play(status.doctor, home.keeper, options={"evidence": str(target)})
        assert "6 disagreements" in played.result["notes"][0]
        text = target.read_text()
        for sentence in (evidence.BY_OWN.format(name="Phone"), evidence.BY_OTHER, evidence.BY_THIS):
            assert text.count(sentence) == 1
        assert text.count(evidence.BY_RELAY) == 2
        assert home.phone_there.hex()[-6:] in text
        assert HERE.running.hex() in text
        assert THERE.running.hex() in text
        assert CANARY not in text
        assert CANARY.encode().hex() not in text
        assert target.stat().st_mode & 0o777 == 0o600
        again = await play(status.doctor, home.keeper, options={"evidence": str(target)})
        assert again.code == Code.RULE


@pytest.mark.parametrize("dangling", [True, False])
async def test_never_into_a_link(tmp_path: Path, *, dangling: bool) -> None:
    """What a link leads to is neither made nor written over."""
    async with at_home(tmp_path) as home:
        await dispute(home, home.shared)
        there, link = tmp_path / "there", tmp_path / "link"
        if not dangling:
            there.write_text("mine")
        link.symlink_to(there)
        assert (await play(status.doctor, home.keeper, options={"evidence": str(link)})).code == Code.RULE
        assert there.exists() is not dangling
        assert dangling or there.read_text() == "mine"


async def test_where_there_is_none(tmp_path: Path) -> None:
    """That nothing is kept is said, and no file is made."""
    async with at_home(tmp_path) as home:
        target = tmp_path / "evidence.txt"
        played = await play(status.doctor, home.keeper, options={"evidence": str(target)})
        assert played.result["notes"][0] == evidence.NOTHING
        assert not target.exists()


async def test_the_status_says_where_to_look(tmp_path: Path) -> None:
    """Where something is kept, the status names the command that writes it down; elsewhere it does not."""
    async with at_home(tmp_path) as home:
        await dispute(home, home.shared)
        await home.household.connect()
        spaces = (await play(status.status, home.keeper)).result["spaces"]
        assert [status.EVIDENCE in space["sentences"] for space in spaces] == [False, True]


async def test_what_was_written_down_is_no_news(tmp_path: Path) -> None:
    """The status says that it was so, in calm words; another disagreement is said as the first one was."""
    async with at_home(tmp_path) as home:

        async def said() -> list[str]:
            await home.household.connect()
            (_, space) = (await play(status.status, home.keeper)).result["spaces"]
            return [one for one in space["sentences"] if one in {DISPUTED, status.EVIDENCE, status.KNOWN}]

        assert await said() == []
        await dispute(home, home.shared)
        assert await said() == [DISPUTED, status.EVIDENCE]
        await play(status.doctor, home.keeper, options={"evidence": str(tmp_path / "evidence.txt")})
        assert await said() == [status.KNOWN]
        await dispute(home, home.shared, home.phone_there)
        assert await said() == [DISPUTED, status.EVIDENCE]
