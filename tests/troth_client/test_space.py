"""A space is opened in one call, kept in sync while the block runs, and left as it was found."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.contracts.client_world import CHEAP, WAIT_S, MemoryRelay
from troth import CaughtUp, Changed, Edit, Engine, Insert, Put, Row, Text, document_id
from troth.record import parse
from troth_client import Machine, Space, Vault, View, create_space, join, open_space, opening, request_to_join
from troth_client.joining import card
from troth_client.probe import probe
from troth_wire import codec
from troth_wire.errors import (
    BusyError,
    DamagedError,
    FullError,
    MalformedError,
    PassphraseError,
    StoreError,
    UsageError,
)
from troth_wire.ids import DocumentId

LIST = document_id("list")
WORDS = "correct horse"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in an empty folder, with a space of one's own."""
    monkeypatch.chdir(tmp_path)
    create_space("laptop", passphrase=WORDS, machine=CHEAP)


def opened(path: str = "laptop", passphrase: str = WORDS) -> AbstractAsyncContextManager[Space]:
    """Open a space offline, cheaply."""
    return open_space(path, passphrase=passphrase, machine=CHEAP)


async def test_what_was_written_is_there_when_it_is_opened_again() -> None:
    """An edit outlives the block."""
    async with opened() as laptop:
        await laptop.edit(LIST, Put(("items",), ["bread"]), Insert(("items",), -1, "milk"))
        assert laptop.view(LIST, ("items",)) == ["bread", "milk"]
    async with opened() as laptop:
        assert laptop.view(LIST) == {"items": ["bread", "milk"]}
        assert laptop.status().waiting == 1


async def test_whose_words_and_what_changed() -> None:
    """Of a text whose it is, and since a look where to look again, also when it is opened anew."""
    async with opened() as laptop:
        await laptop.edit(LIST, Put(("text",), Text("mine")), Put(("a",), 1))
        me = laptop.members.person_of[laptop.device]
        assert laptop.said(LIST, ("text",)) == ((me, "mine"),)
        seen = laptop.touched(LIST)
        assert seen.keys == frozenset({"text", "a"})
        await laptop.edit(LIST, Put(("a",), 2))
    async with opened() as laptop:
        assert laptop.touched(LIST, seen.heads).keys == frozenset({"a"})


async def test_listeners_hear_what_changes_and_then_the_end() -> None:
    """Notices begin when they are asked for and end with the space."""
    async with opened() as laptop:
        told = laptop.notices()
        await laptop.edit(LIST, Put(("a",), 1))
        assert await anext(told) == Changed(LIST, local=True)
    assert [notice async for notice in told] == []


async def test_whoever_watches_sees_what_stands_and_what_comes() -> None:
    """At once what a document shows, then what it shows anew, nothing of other documents, and the end."""
    async with opened() as laptop:
        watched = laptop.watch(LIST)
        assert await anext(watched) == {}
        await laptop.edit(document_id("other"), Put(("a",), 0))
        await laptop.edit(LIST, Put(("a",), 1))
        assert await anext(watched) == {"a": 1}
        await laptop.edit(LIST, Put(("a",), 2))
        await laptop.edit(LIST, Put(("a",), 3))
        assert await anext(watched) == {"a": 3}, "what stands, and not each step"
        await laptop.edit(LIST, Put(("a",), 4))
    with pytest.raises(StopAsyncIteration):
        await anext(watched)


async def test_whoever_watches_is_told_that_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the space can not go on, watching ends with the error, whatever waited to be seen."""
    async with opened() as laptop:
        watched = laptop.watch(LIST)
        assert await anext(watched) == {}
        await laptop.edit(LIST, Put(("a",), 1))
        monkeypatch.setattr(Engine, "edit", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            await laptop.edit(LIST, Put(("a",), 2))
        with pytest.raises(ZeroDivisionError):
            await anext(watched)


async def test_what_an_app_signs_with_is_the_devices_own() -> None:
    """The everyday key is that of the device's card, and the life is the same as long as the store is."""
    async with opened() as laptop:
        life = laptop.life
        assert laptop.signer.public == laptop.members.cards[laptop.device].everyday
    async with opened() as laptop:
        assert laptop.life == life


async def test_revisions_build_on_one_another() -> None:
    """Callers who revise at the same moment each see what the others made; an error is its caller's alone."""

    def count_up(view: View) -> list[Edit]:
        return [Put(("count",), view(()).get("count", 0) + 1)]

    def fail(_: View) -> list[Edit]:
        raise KeyError("mine")

    async with opened() as laptop:
        outcomes = await asyncio.gather(
            *(laptop.revise(LIST, make) for make in (count_up, fail, count_up)), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [type(None), KeyError, type(None)]
        assert laptop.view(LIST) == {"count": 2}


@pytest.mark.parametrize("name", ["list", b"list", bytes(17), None, [LIST]], ids=repr)
async def test_what_names_no_document_is_refused_at_the_door(name: Any) -> None:
    """A document is not called by its name: whoever does is told so, the space goes on, and it opens again."""
    async with opened() as laptop:
        await laptop.edit(LIST, Put(("a",), 1))
        with pytest.raises(UsageError, match="document_id"):
            await laptop.edit(name, Put(("a",), 2))
        with pytest.raises(UsageError, match="document_id"):
            await laptop.revise(name, lambda _: [Put(("a",), 2)])
        for look in (laptop.view, laptop.touched, lambda document: laptop.said(document, ("a",))):
            with pytest.raises(UsageError, match="document_id"):
                look(name)
        await laptop.edit(LIST, Put(("b",), 1))
    async with opened() as laptop:
        assert laptop.view(LIST) == {"a": 1, "b": 1}


async def test_waiting_for_what_the_status_says() -> None:
    """A caller may wait for anything that the status shows, and knows which device this is."""
    async with opened() as laptop:
        waiting = asyncio.ensure_future(laptop.until(lambda status: status.waiting == 2))
        for number in range(2):
            await laptop.edit(LIST, Put(("a",), number))
        await asyncio.wait_for(waiting, WAIT_S)
        assert len(laptop.device) == 32


async def test_a_mistake_in_what_is_waited_for_is_its_callers_alone() -> None:
    """What cannot look at the status fails whoever waits by it; others go on waiting, and the space goes on."""
    async with opened() as laptop:
        other = asyncio.ensure_future(laptop.until(lambda status: status.waiting > 0))
        with pytest.raises(ZeroDivisionError):
            await laptop.until(lambda _: bool(1 // 0))
        await laptop.edit(LIST, Put(("a",), 1))
        await other


async def test_what_was_being_merged_at_a_kill_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault that was left with its fuse in place opens after a probe, and without the fuse."""
    probed: list[bool] = []

    def watch(document: DocumentId, saved: bytes, changes: Sequence[bytes]) -> bool:
        probed.append(probe(document, saved, changes))
        return probed[-1]

    with TemporaryDirectory() as folder:
        shutil.copy("laptop", folder)
        other = Path(folder) / "laptop"
        async with opened(str(other)) as twin:
            await twin.edit(LIST, Put(("a",), 1))
        with closing(Vault.open(other, passphrase=WORDS, machine=CHEAP)) as vault:
            kept = vault.room(vault.rooms[0]).load()
            written = next(row.value or b"" for row in kept if row.table == "records")
    _, _, record = codec.decode(written, lambda item: item, bytes_max=10**6)
    with closing(Vault.open("laptop", passphrase=WORDS, machine=CHEAP)) as vault:
        identity = parse(record)[0].id
        vault.room(vault.rooms[0]).commit(
            [
                Row("records", (1).to_bytes(8, "big"), codec.pack([False, 1, record])),
                Row("fuse", b"", codec.pack([identity])),
            ]
        )
    monkeypatch.setattr(opening, "probe", watch)
    async with opened() as laptop:
        assert laptop.view(LIST) == {"a": 1}
    assert probed == [True]
    async with opened() as laptop:
        assert laptop.view(LIST) == {"a": 1}
    assert probed == [True]


async def test_after_the_block_nothing_works() -> None:
    """Every call on a closed space says that it is closed, and the vault is free."""
    async with opened() as laptop:
        pass
    with pytest.raises(UsageError, match="closed"):
        laptop.view(LIST)
    with pytest.raises(UsageError, match="closed"):
        await laptop.edit(LIST, Put(("a",), 1))
    async with opened():
        pass


async def test_an_error_in_the_block_closes_the_space() -> None:
    """What was written before it is saved, the error goes on, and the vault is free."""

    async def fail() -> None:
        async with opened() as laptop:
            await laptop.edit(LIST, Put(("a",), 1))
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        await fail()
    async with opened() as laptop:
        assert laptop.view(LIST) == {"a": 1}


async def test_cancelling_the_block_closes_the_space() -> None:
    """A task that is cancelled inside, or while the passphrase is being stretched, leaves the vault free."""
    inside = asyncio.Event()

    async def stay() -> None:
        async with opened():
            inside.set()
            await asyncio.Event().wait()

    for wait in (inside.wait, lambda: asyncio.sleep(0)):
        staying = asyncio.create_task(stay())
        await wait()
        staying.cancel()
        await asyncio.wait({staying})
        assert staying.cancelled()
        async with opened():
            pass


async def test_one_program_at_a_time() -> None:
    """A space that is open is not opened twice."""
    async with opened() as laptop:
        with pytest.raises(BusyError):
            async with opened():
                raise AssertionError("it is open")
        await laptop.edit(LIST, Put(("a",), 1))


@pytest.mark.parametrize(
    ("path", "passphrase", "kind"),
    [("laptop", "wrong", PassphraseError), ("nowhere", WORDS, StoreError), ("text", WORDS, DamagedError)],
)
async def test_what_does_not_open_says_why(path: str, passphrase: str, kind: type[StoreError]) -> None:
    """Errors of the vault come through as they are."""
    Path("text").write_text("dear diary")
    with pytest.raises(kind):
        async with opened(path, passphrase):
            raise AssertionError("it must not open")


async def test_a_vault_without_a_space_is_not_opened() -> None:
    """A device that has not joined yet is told to."""
    card("phone", passphrase=WORDS, machine=CHEAP)
    with pytest.raises(UsageError, match="no space yet"):
        async with opened("phone"):
            raise AssertionError("it must not open")


async def test_an_address_is_checked_before_anything_is_opened() -> None:
    """A mistake in the relay's address is found at once."""
    with pytest.raises(UsageError, match="address"):
        async with open_space("laptop", passphrase=WORDS, relay="https://relay.example", machine=CHEAP):
            raise AssertionError("it must not open")


async def test_a_full_disk_fails_the_edit_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room an edit fails by its kind of error, what was saved shows, and with room it goes on."""
    vaults = []
    open_vault = Vault.open

    def remember(path: str, *, passphrase: str, machine: Machine) -> Vault:
        vaults.append(open_vault(path, passphrase=passphrase, machine=machine))
        return vaults[-1]

    monkeypatch.setattr(Vault, "open", remember)
    async with opened() as laptop:
        await laptop.edit(LIST, Put(("a",), 1))
        vaults[0].bound(4_096)
        with pytest.raises(FullError, match="What was saved before is safe"):
            await laptop.edit(LIST, *(Put((f"b{n}",), "x" * 40_000) for n in range(10)))
        assert laptop.view(LIST) == {"a": 1}
        vaults[0].bound(10**8)
        await laptop.edit(LIST, Put(("c",), 1))
    async with opened() as laptop:
        assert laptop.view(LIST) == {"a": 1, "c": 1}


async def test_without_a_relay_nobody_waits_for_one() -> None:
    """Waiting for a relay that was not named is a mistake, not a wait for ever."""
    async with opened() as laptop:
        for wait in (laptop.caught_up, laptop.stored):
            with pytest.raises(UsageError, match="without a relay"):
                await wait()


class TestSynced:
    """Over a relay in memory."""

    @pytest.fixture(autouse=True)
    def _relay(self) -> None:
        """Dial a relay in this process."""
        self.relay = MemoryRelay()

    @asynccontextmanager
    async def synced(self, path: str) -> AsyncIterator[Space]:
        """Open a space and keep it in sync."""
        async with (
            asyncio.timeout(WAIT_S),
            open_space(path, passphrase=WORDS, relay=self.relay.address, machine=self.relay.machine()) as one,
        ):
            yield one

    async def add_phone(self, laptop: Space) -> None:
        """Add a second device."""
        asked = request_to_join("phone", passphrase=WORDS, invitation=laptop.invite(), machine=CHEAP)
        join("phone", passphrase=WORDS, welcome=await laptop.admit(asked, passphrase=WORDS), machine=CHEAP)

    async def test_two_devices_share_a_list(self) -> None:
        """What one writes the other shows, while both are open and when one was not."""
        async with self.synced("laptop") as laptop:
            await self.add_phone(laptop)
            await laptop.edit(LIST, Put(("items",), ["bread"]))
            await laptop.stored()
            async with self.synced("phone") as phone:
                await phone.caught_up()
                told = laptop.notices()
                await phone.edit(LIST, Insert(("items",), -1, "milk"))
                while await anext(told) != Changed(LIST, local=False):
                    pass
                assert laptop.view(LIST) == phone.view(LIST) == {"items": ["bread", "milk"]}

    async def test_a_copied_vault_lives_on_by_itself(self) -> None:
        """A copy of a device's vault writes as another life; nothing of either is lost."""
        async with self.synced("laptop") as laptop:
            await laptop.edit(LIST, Put(("both",), 1))
            await laptop.stored()
        shutil.copy("laptop", "copy")
        async with self.synced("laptop") as laptop, self.synced("copy") as copy:
            await laptop.edit(LIST, Put(("original",), 1))
            await copy.edit(LIST, Put(("copy",), 1))
            await asyncio.gather(laptop.stored(), copy.stored())
        for path in ("laptop", "copy"):
            async with self.synced(path) as either:
                await either.caught_up()
                assert either.view(LIST) == {"both": 1, "original": 1, "copy": 1}
                assert either.status().elsewhere > 0
                assert either.status().forks == 0

    async def test_a_device_that_has_not_caught_up_invites_nobody(self) -> None:
        """Before it has read that it was added, it is told to catch up; afterwards it may invite and admit."""
        async with self.synced("laptop") as laptop:
            # Its own adding builds on another one, which it has not read.
            asked = request_to_join("desk", passphrase=WORDS, invitation=laptop.invite(), machine=CHEAP)
            await laptop.admit(asked, passphrase=WORDS)
            await self.add_phone(laptop)
            await laptop.stored()
        async with opened("phone") as phone:
            with pytest.raises(UsageError, match="catch up"):
                phone.invite()
        async with self.synced("phone") as phone:
            await phone.caught_up()
            asked = request_to_join("tablet", passphrase=WORDS, invitation=phone.invite(), machine=CHEAP)
            assert await phone.admit(asked, passphrase=WORDS)

    async def test_a_request_is_checked(self) -> None:
        """Garbled, with the wrong passphrase, or for a device that is known, nobody is admitted."""
        async with self.synced("laptop") as laptop:
            asked = request_to_join("phone", passphrase=WORDS, invitation=laptop.invite(), machine=CHEAP)
            with pytest.raises(MalformedError, match="no request, or not all of it"):
                await laptop.admit(b"garbled", passphrase=WORDS)
            with pytest.raises(PassphraseError):
                await laptop.admit(asked, passphrase="wrong")
            await laptop.admit(asked, passphrase=WORDS)
            with pytest.raises(UsageError):
                await laptop.admit(asked, passphrase=WORDS)
            await laptop.edit(LIST, Put(("still",), "works"))

    async def test_who_only_reads_says_so_at_some_moment(self) -> None:
        """Shown the wall clock a day and a half later, a device that wrote nothing says how far it has read."""
        async with self.synced("laptop") as laptop:
            await self.add_phone(laptop)
            await laptop.edit(LIST, Put(("word",), 1))
            await laptop.stored()
            async with self.synced("phone") as phone:
                await phone.caught_up()
                before = phone.status().read
                for wall_s in (0, 36 * 3600):
                    await phone.pass_time(wall_s)
                await phone.stored()
                assert phone.status().read == before + 1

    async def test_catching_up_is_told(self) -> None:
        """Listeners hear when everything was read."""
        async with self.synced("laptop") as laptop:
            told = laptop.notices()
            while await anext(told) != CaughtUp():
                pass
            assert laptop.status().sentences()
