"""What is written down for oneself is kept, with the vault open, locked, or its passphrase forgotten."""

from pathlib import Path

import pytest

from tests.troth_app.house import PASSPHRASE, a_closed_keeper, home_at, made, open_keeper, play
from troth_app.handlers import locking, mine
from troth_app.limits import ENTRY_BYTES_MAX
from troth_app.outcome import Code
from troth_wire.errors import FullError


async def test_open_it_is_there_at_once(tmp_path: Path) -> None:
    """Entries stand in their order."""
    async with open_keeper(tmp_path) as keeper:
        for entry in ("first\n", " second, wörtlich "):
            assert (await play(mine.add, keeper, entry)).code == Code.OK
        assert (await play(mine.list_, keeper)).result == {"entries": ["first", "second, wörtlich"]}


async def test_locked_it_is_there_after_unlocking(tmp_path: Path) -> None:
    """No passphrase is asked for; and none of it can be read from the files."""
    home = made(tmp_path)
    async with a_closed_keeper(home) as keeper:
        assert (await play(mine.add, keeper, "a canary entry")).code == Code.OK
        kept = b"".join(path.read_bytes() for path in home.folder.rglob("*") if path.is_file())
        assert b"canary" not in kept
        await play(locking.unlock, keeper, PASSPHRASE)
        assert (await play(mine.list_, keeper)).result == {"entries": ["a canary entry"]}


async def test_what_can_not_be_kept_is_said(tmp_path: Path) -> None:
    """Nothing, and no vault each cost a sentence."""
    async with open_keeper(tmp_path / "a") as keeper:
        assert (await play(mine.add, keeper, " \n")).code == Code.RULE
        assert (await play(mine.add, keeper, "x" * ENTRY_BYTES_MAX)).code == Code.OK
    async with a_closed_keeper(home_at(tmp_path / "b")) as keeper:
        assert (await play(mine.add, keeper)).code == Code.HERE


async def test_more_than_one_entry_holds_is_kept_in_several(tmp_path: Path) -> None:
    """Nobody who wrote a lot is sent back with it: all of it is kept, and in how many parts is said."""
    async with open_keeper(tmp_path) as keeper:
        words = "ü word " * (ENTRY_BYTES_MAX // 6)
        played = await play(mine.add, keeper, words)
        assert played.code == Code.OK
        assert "stands in 2" in played.said
        assert keeper.household is not None
        assert "".join(keeper.household.settings.entries) == words.strip()


async def test_a_full_vault_keeps_it_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that does not fit the vault waits beside it, and is there once there is room."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        with monkeypatch.context() as patched:

            async def full(*_: object) -> None:
                raise FullError("The vault is full.")

            patched.setattr(keeper.household, "remember", full)
            played = await play(mine.add, keeper, "a note")
            assert played.code == Code.OK
            assert "after you unlock" in played.said
        assert await keeper.household.take_in() == 1
        assert (await play(mine.list_, keeper)).result == {"entries": ["a note"]}


async def test_stopping_before_the_end_keeps_nothing(tmp_path: Path) -> None:
    """Who hangs up in the middle is told so, and it is so."""
    async with open_keeper(tmp_path) as keeper:
        played = await play(mine.add, keeper)
        assert (played.done, played.safe) == (None, "Nothing was kept.")
        assert (await play(mine.list_, keeper)).result == {"entries": []}


async def test_more_than_an_answer_holds(tmp_path: Path) -> None:
    """The latest entries are shown, and a sentence says where the earlier ones are."""
    async with open_keeper(tmp_path) as keeper:
        for number in range(6):
            await play(mine.add, keeper, f"{number}" + "x" * 40_000)
        result = (await play(mine.list_, keeper)).result
        assert [entry[0] for entry in result["entries"]] == ["2", "3", "4", "5"]
        assert "export own" in result["ends"][0]


async def test_letting_one_go(tmp_path: Path) -> None:
    """It is asked for once more, and then it is gone; the others stay."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(mine.remove, keeper)).code == Code.RULE
        for entry in ("first", "second"):
            await play(mine.add, keeper, entry)
        assert (await play(mine.remove, keeper, 0, 0)).code == Code.OK
        assert (await play(mine.list_, keeper)).result["entries"] == ["first", "second"]
        assert (await play(mine.remove, keeper, 0, 1)).code == Code.OK
        assert (await play(mine.list_, keeper)).result["entries"] == ["second"]
