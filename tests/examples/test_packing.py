"""The example does what it says: two people and three devices pack together, offline too, and read the same list."""

import asyncio
from pathlib import Path

import pytest

from examples import packing
from tests.contracts.client_world import CHEAP, WAIT_S
from tests.contracts.pairing_world import Person, Table
from tests.contracts.relay_process import serving
from troth.pairing import Purpose, Side
from troth_client import create_space, open_space, render_code
from troth_client.pairing import Ahead, Talk

SECRET = "three plain words"


@pytest.fixture(autouse=True)
def _cheaply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in an empty folder, where passphrases cost nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(packing, "MACHINE", CHEAP)


async def joined(path: str, relay: str, table: Table, talk: Talk, purpose: Purpose) -> None:
    """Join with the code that the other device shows."""
    ticket = await asyncio.shield(table.ticket)
    await packing.join(path, SECRET, relay, talk, render_code(ticket.number or 0, ticket.words), purpose)


async def shown(path: str, relay: str, things: dict[str, bool], note: str) -> None:
    """Open a device until it shows these things and this note, and all of its own has gone out."""
    async with open_space(path, passphrase=SECRET, relay=relay, machine=CHEAP) as space:
        await space.stored()
        async for seen in space.watch(packing.PACKING):
            if seen == things:
                break
        async for seen in space.watch(packing.NOTES):
            if seen == {"text": note}:
                break


async def test_three_devices_of_two_people_pack_together(tmp_path: Path) -> None:
    """They pair by codes, write offline at the same time, and come to show the same list and the same note."""
    with serving(tmp_path / "relay.db") as (_, relay):
        async with asyncio.timeout(3 * WAIT_S):
            table = Table()
            one, two = Person(table), Person(table)
            await asyncio.gather(
                packing.share("laptop", SECRET, relay, one), joined("theirs", relay, table, two, Purpose.JOIN)
            )
            await shown("laptop", relay, {}, "")
            table = Table()
            one, two = Person(table), Person(table)
            await asyncio.gather(
                packing.let_in("laptop", SECRET, relay, one), joined("phone", relay, table, two, Purpose.DEVICE)
            )
            await shown("phone", relay, {}, "")
            await packing.run("laptop", "add", "tent", passphrase=SECRET)
            await packing.run("laptop", "note", "Leave at six.", passphrase=SECRET)
            await packing.run("theirs", "pack", "stove", passphrase=SECRET)
            await packing.run("phone", "add", "map", passphrase=SECRET)
            things = {"tent": False, "stove": True, "map": False}
            note = "Leave at six.\n"
            await asyncio.gather(*(shown(path, relay, things, note) for path in ("laptop", "theirs", "phone")))


async def test_watching_shows_the_list_and_why_something_is_not_synced(capsys: pytest.CaptureFixture[str]) -> None:
    """What is packed has a cross, and what waits for a relay is said."""
    create_space("alone", passphrase=SECRET, machine=CHEAP)
    await packing.run("alone", "add", "tent", passphrase=SECRET)
    await packing.run("alone", "pack", "map", passphrase=SECRET)
    async with open_space("alone", passphrase=SECRET, machine=CHEAP) as space:
        watching = asyncio.create_task(packing.watch(space))
        await asyncio.sleep(0)
    await watching
    assert capsys.readouterr().out.startswith("[x] map\n[ ] tent\n\n2 have not reached the relay")


async def test_the_terminal_asks_until_it_understands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Words that are none are asked for again; a match and going on are taken only for a yes."""
    typed = iter(["zzz abandon", "abandon", "abandon ability", "y", "n"])
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    terminal = packing.Terminal()
    await terminal.show_words((0, 1, 2, 3))
    await terminal.show_link("troth:link")
    assert await terminal.ask_words((0, 1)) == (0, 1)
    assert await terminal.ask_match((0, 1, 2, 3))
    assert not await terminal.confirm(Ahead(Purpose.JOIN, Side.GUEST, 1))
    assert "The words here: abandon ability able about" in capsys.readouterr().out


@pytest.mark.parametrize("given", [(), ("alone",), ("alone", "fly", "away")])
async def test_what_it_does_not_know_is_answered_with_its_help(given: tuple[str, ...]) -> None:
    """Nothing is opened; the help says what there is."""
    with pytest.raises(SystemExit, match=r"packing\.py laptop\.trip share"):
        await packing.run(*given, passphrase=SECRET)
