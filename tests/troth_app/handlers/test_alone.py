"""What is one's own alone is said anew, shared or let go by its owner, and needs nobody else to be here."""

from pathlib import Path

import pytest

from tests.troth_app.house import open_keeper, play
from troth_app.handlers import alone, mine, supporting
from troth_app.outcome import Code
from troth_wire.errors import FullError

FRIEND = 4
KEEP, GO = 0, 1


async def test_said_anew_without_a_trace(tmp_path: Path) -> None:
    """Fields that stay empty stay as they were, what was chosen from a list too; nothing tells what it said before."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(alone.change, keeper)).code == Code.RULE
        await play(supporting.add, keeper, FRIEND, "Bo", "before", "")
        assert (await play(alone.change, keeper, "", "after", "")).code == Code.OK
        (one,) = alone.alone_of(keeper)
        assert one.fields == {"helps": 5, "name": "Bo", "reach": "after", "tells": None}
        assert "before" not in str((await play(mine.list_, keeper)).result)


async def test_what_is_too_long_changes_nothing(tmp_path: Path) -> None:
    """A name that no line holds costs a sentence, and what was said before stays."""
    async with open_keeper(tmp_path) as keeper:
        await play(supporting.add, keeper, FRIEND, "Bo", "before", "")
        assert (await play(alone.change, keeper, "x" * 600, "", "")).code == Code.RULE
        assert [one.fields["name"] for one in alone.alone_of(keeper)] == ["Bo"]


async def test_a_full_vault_keeps_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can not be kept in its form is kept as words beside the vault, and is there once there is room."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        with monkeypatch.context() as patched:

            async def full(*_: object) -> None:
                raise FullError("The vault is full.")

            patched.setattr(keeper.household, "remember", full)
            played = await play(supporting.add, keeper, FRIEND, "Bo", "", "")
            assert played.code == Code.HERE
        assert await keeper.household.take_in() == 1
        assert "Bo" in (await play(mine.list_, keeper)).result["entries"][0]


async def test_the_one_that_a_page_named(tmp_path: Path) -> None:
    """Of several the one that was named is let go after one question, and no other can be."""
    async with open_keeper(tmp_path) as keeper:
        for name in ("Ann", "Bo"):
            await play(supporting.add, keeper, FRIEND, name, "", "")
        which = {"which": next(one for one in alone.alone_of(keeper) if one.fields["name"] == "Bo").id.hex()}
        assert (await play(mine.remove, keeper, KEEP, options=which)).code == Code.OK
        assert len(alone.alone_of(keeper)) == 2
        assert (await play(mine.remove, keeper, GO, options=which)).code == Code.OK
        assert [one.fields["name"] for one in alone.alone_of(keeper)] == ["Ann"]
        assert (await play(mine.remove, keeper, options=which)).code == Code.RULE


async def test_alone_there_is_nobody_to_share_with(tmp_path: Path) -> None:
    """Without a space for two everything but sharing works, and sharing says so."""
    async with open_keeper(tmp_path) as keeper:
        await play(supporting.add, keeper, FRIEND, "Ann", "", "")
        assert (await play(alone.share_, keeper)).code == Code.OTHER
        assert len(alone.alone_of(keeper)) == 1
