"""One vault is open once, with any number of spaces over it; what fails in one does not touch the others."""

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.client_world import CHEAP, WAIT_S, MemoryRelay
from troth import (
    DeviceKeys,
    Identity,
    Put,
    Row,
    Signer,
    Welcome,
    begin,
    countersign,
    document_id,
    found,
    guard,
    load,
)
from troth.document import Document, PoisonedError
from troth.recalling import JUDGED
from troth.tidying import tidy
from troth_client import OpenVault, RoomId, Vault, create_space, open_space, open_vault, opening, works
from troth_client.room import SHARED, SOLO
from troth_wire.errors import BusyError, FullError, LocalError, PassphraseError, StoreError, UsageError
from troth_wire.limits import PAGE_RECORDS

LIST = document_id("list")
WORDS = "correct horse"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in an empty folder, with a vault that holds one space."""
    monkeypatch.chdir(tmp_path)
    create_space("laptop", passphrase=WORDS, machine=CHEAP)


def new_space() -> tuple[list[Row], bytes]:
    """Return the rows of another space, and its admin seed."""
    keys, admin = DeviceKeys.make(CHEAP.entropy)
    genesis = countersign(found([keys.card], CHEAP.entropy), keys, Signer(admin))
    return begin(Identity.welcomed(keys, Welcome(genesis, None)), CHEAP.entropy), admin


async def add(vault: OpenVault) -> RoomId:
    """Add a space."""
    rows, admin = new_space()
    return await vault.add_room(rows, admin=admin, passphrase=WORDS, kind=SHARED, label="ours")


async def test_spaces_are_open_side_by_side() -> None:
    """Each shows its own documents, writes while the other does, and is there again the next time."""
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        mine, ours = vault.rooms[0], await add(vault)
        async with vault.space(mine) as one, vault.space(ours) as two:
            await asyncio.gather(*(space.edit(LIST, Put(("a",), n)) for n in range(5) for space in (one, two)))
            await one.edit(LIST, Put(("whose",), "mine"))
            await two.edit(LIST, Put(("whose",), "ours"))
            assert one.device != two.device
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        assert vault.rooms == (mine, ours)
        for room, whose in ((mine, "mine"), (ours, "ours")):
            async with vault.space(room) as space:
                assert space.view(LIST) == {"a": 4, "whose": whose}


async def test_a_room_says_what_it_is() -> None:
    """The kind of a space stands in the settings from the moment at which its room is made."""
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        ours = await add(vault)
        abouts = [vault.about(room) for room in (vault.rooms[0], ours)]
        assert [(about.kind, about.label) for about in abouts if about] == [(SOLO, ""), (SHARED, "ours")]


async def test_of_several_spaces_one_is_named() -> None:
    """`open_space` opens the only one; of several the one that is named; and says what it lacks."""
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        ours = await add(vault)
        async with vault.space(ours) as space:
            device = space.device
    with pytest.raises(UsageError, match="several"):
        async with open_space("laptop", passphrase=WORDS, machine=CHEAP):
            raise AssertionError("it must not open")
    async with open_space("laptop", passphrase=WORDS, space=ours, machine=CHEAP) as space:
        assert space.device == device
    Vault.create("empty", passphrase=WORDS, machine=CHEAP).close()
    with pytest.raises(UsageError, match="no space yet"):
        async with open_space("empty", passphrase=WORDS, machine=CHEAP):
            raise AssertionError("it must not open")


async def test_a_space_is_open_once() -> None:
    """A second opening is refused while the first is open, and a room that is not there always."""
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        room = vault.rooms[0]
        async with vault.space(room):
            with pytest.raises(UsageError, match="open already"):
                async with vault.space(room):
                    raise AssertionError("it is open")
        async with vault.space(room):
            pass
        with pytest.raises(UsageError, match="no such room"):
            async with vault.space(RoomId(b"x" * 16)):
                raise AssertionError("it is not there")


async def test_records_take_less_room_once_everything_is_there() -> None:
    """Many records are put away when a space opens, deflated once its documents are whole, and read all the same."""
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        async with vault.space(vault.rooms[0]) as space:
            for number in range(PAGE_RECORDS):
                await space.edit(LIST, Put(("a",), number))
            before = space.records
        async with vault.space(vault.rooms[0]) as space:
            await space.whole()
            (block,) = space._driver.look(lambda engine: engine.inbox.chains._archive._blocks)
            assert block.deflated
            assert set(space.records) == set(before)


async def test_what_was_put_off_comes_with_a_look_or_when_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A space that puts its documents off shows and writes what it should, and none of them twice."""
    merged: list[bytes] = []
    merge = Document.merge

    def count(document: Document, raw: bytes) -> None:
        merged.append(raw)
        merge(document, raw)

    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        async with vault.space(vault.rooms[0]) as space:
            for number in range(40):
                await space.edit(LIST, Put(("a",), number))
        monkeypatch.setattr(Document, "merge", count)
        async with vault.space(vault.rooms[0], puts_off=True) as space:
            assert space.touched(LIST).keys == frozenset({"a"})
            assert merged == []
            await space.whole()
            assert len(merged) == 40
        async with vault.space(vault.rooms[0], puts_off=True) as space:
            assert space.view(LIST) == {"a": 39}
            await space.edit(LIST, Put(("b",), 1))
            await space.whole()
            assert space.view(LIST) == {"a": 39, "b": 1}
        assert len(merged) == 80


async def test_a_space_that_is_whole_spares_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was judged is written down once everything is there, and the guard is asked nothing of it again."""
    monkeypatch.setattr(works, "tidy", partial(tidy, changes_min=1))
    weigh, asked = guard.weigh, list[object]()

    def count(change: guard.Change, **more: Any) -> guard.Verdict:
        asked.append(change)
        return weigh(change, **more)

    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        async with vault.space(vault.rooms[0]) as space:
            for number in range(40):
                await space.edit(LIST, Put(("a",), number))
        monkeypatch.setattr(guard, "weigh", count)
        for expected in (40, 0, 0):
            asked.clear()
            async with vault.space(vault.rooms[0], puts_off=True) as space:
                assert len(asked) == expected
                await space.whole()
                assert space.view(LIST) == {"a": 39}


async def test_a_full_disk_tidies_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A space is whole all the same, and the next start tries again."""
    monkeypatch.setattr(works, "tidy", partial(tidy, changes_min=1))
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        async with vault.space(vault.rooms[0]) as space:
            await space.edit(LIST, Put(("a",), 1))
        async with vault.space(vault.rooms[0], puts_off=True) as space:
            with monkeypatch.context() as full:
                full.setattr(Vault, "commit", _full)
                await space.whole()
            assert space.view(LIST) == {"a": 1}
            assert not await vault.run(
                lambda held: [row for row in held.room(held.rooms[0]).load() if row.table == JUDGED]
            )
            await space.whole()
            assert await vault.run(lambda held: [row for row in held.room(held.rooms[0]).load() if row.table == JUDGED])


def _full(*_: object) -> None:
    raise FullError("no room")


async def test_what_stops_the_library_late_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something that was put off stops the library, the engine is made again without putting off, and goes on."""
    stops = True
    puts_off: list[bool] = []
    merge = Document.merge

    def stop(document: Document, raw: bytes) -> None:
        if stops:
            raise PoisonedError
        merge(document, raw)

    def watch(rows: Sequence[Row], **more: object) -> object:
        nonlocal stops
        puts_off.append(bool(more["puts_off"]))
        stops = len(puts_off) == 1
        return load(rows, **more)  # type: ignore[arg-type]

    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        async with vault.space(vault.rooms[0]) as space:
            await space.edit(LIST, Put(("a",), 1))
        monkeypatch.setattr(opening, "load", watch)
        monkeypatch.setattr(Document, "merge", stop)
        async with vault.space(vault.rooms[0], puts_off=True) as space:
            with pytest.raises(LocalError, match="being built again"):
                space.view(LIST)
            await space.whole()
            assert space.view(LIST) == {"a": 1}
    assert puts_off == [True, False]


async def test_each_space_begins_another_life_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a copied vault each space is told that it moved until it has saved so, whichever is opened first."""
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        ours = await add(vault)
        mine = vault.rooms[0]
    shutil.copy("laptop", "copy")
    told: list[bool] = []

    def watch(rows: Sequence[Row], *, moved: bool, **more: object) -> object:
        told.append(moved)
        return load(rows, moved=moved, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "load", watch)
    for room in (ours, mine, ours, mine):
        async with open_vault("copy", passphrase=WORDS, machine=CHEAP) as vault, vault.space(room):
            pass
    assert told == [True, True, False, False]


async def test_a_full_disk_in_one_space_stops_no_other() -> None:
    """An edit for which there is no room fails alone; the other space saves what fits, and so does this one then."""
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        mine, ours = vault.rooms[0], await add(vault)
        async with vault.space(mine) as one, vault.space(ours) as two:
            await vault.run(lambda opened: opened.bound(Path("laptop").stat().st_size))
            with pytest.raises(FullError):
                await one.edit(LIST, *(Put((f"b{n}",), "x" * 40_000) for n in range(10)))
            await two.edit(LIST, Put(("a",), 1))
            await one.edit(LIST, Put(("a",), 2))
            assert (one.view(LIST), two.view(LIST)) == ({"a": 2}, {"a": 1})


async def test_a_failing_disk_in_one_space_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that fails in the middle makes its own engine anew, and the other space goes on."""
    write = Vault._write
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        mine, ours = vault.rooms[0], await add(vault)

        def fail_mine(opened: Vault, after: dict[tuple[bytes, str, bytes], bytes | None]) -> None:
            if any(room == mine for room, _, _ in after):
                opened._doubtful = True
                raise StoreError("for once")
            write(opened, after)

        async with vault.space(mine) as one, vault.space(ours) as two:
            await one.edit(LIST, Put(("a",), 1))
            monkeypatch.setattr(Vault, "_write", fail_mine)
            outcomes = await asyncio.gather(
                one.edit(LIST, Put(("a",), 2)), two.edit(LIST, Put(("a",), 3)), return_exceptions=True
            )
            monkeypatch.undo()
            assert [type(outcome) for outcome in outcomes] == [StoreError, type(None)]
            await one.edit(LIST, Put(("b",), 4))
            assert (one.view(LIST), two.view(LIST)) == ({"a": 1, "b": 4}, {"a": 3})


async def test_anything_else_is_done_in_the_vaults_thread() -> None:
    """Settings, passphrase, backup and letters are there while spaces are open; the admin key from any thread."""
    async with open_vault("laptop", passphrase=WORDS, machine=CHEAP) as vault:
        room = vault.rooms[0]
        async with vault.space(room) as space:
            await vault.run(lambda opened: opened.settings.commit([Row("page", b"colour", b"green")]))
            await vault.run(lambda opened: opened.change_passphrase(WORDS, "new"))
            with pytest.raises(PassphraseError):
                await vault.admin(room, WORDS)
            await space.edit(LIST, Put(("a",), 1))
            assert (await vault.admin(room, "new")).public
            await vault.run(lambda opened: opened.copy_to("backup"))
    async with open_space("backup", passphrase="new", machine=CHEAP) as space:
        assert space.view(LIST) == {"a": 1}


async def test_two_programs_do_not_share_a_vault() -> None:
    """While it is open nobody else opens it; afterwards, whatever happened inside, everybody may."""

    async def fail() -> None:
        async with open_vault("laptop", passphrase=WORDS, machine=CHEAP):
            with pytest.raises(BusyError):
                async with open_vault("laptop", passphrase=WORDS, machine=CHEAP):
                    raise AssertionError("it is open")
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        await fail()
    with closing(Vault.open("laptop", passphrase=WORDS, machine=CHEAP)) as vault:
        assert len(vault.rooms) == 1


async def test_both_spaces_sync() -> None:
    """Each has a link of its own to its relay."""
    relay = MemoryRelay()
    async with asyncio.timeout(WAIT_S), open_vault("laptop", passphrase=WORDS, machine=relay.machine()) as vault:
        mine, ours = vault.rooms[0], await add(vault)
        async with vault.space(mine, relay=relay.address) as one, vault.space(ours, relay=relay.address) as two:
            await asyncio.gather(one.edit(LIST, Put(("a",), 1)), two.edit(LIST, Put(("a",), 2)))
            await asyncio.gather(one.stored(), two.stored())
            assert relay.dials == 2
