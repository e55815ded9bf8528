"""The safety number is over two people; alone there is none. With two it is tested where they meet (test_pairing)."""

from pathlib import Path

from tests.troth_app.house import open_keeper, play, uncompare
from troth_app.handlers import safety
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_app.pairing_talk import WORDS


def waiting(keeper: Keeper) -> int:
    """How many words wait to be compared."""
    assert keeper.household is not None
    return len(keeper.household.solo.space.words)


async def test_words_are_compared_once(tmp_path: Path) -> None:
    """Not being sure leaves everything as it is; the same settles it, and then there is nothing to compare."""
    async with open_keeper(tmp_path) as keeper:
        assert "no words" in (await play(safety.compare, keeper)).said
        assert keeper.household is not None
        await uncompare(keeper.household)
        assert (await play(safety.compare, keeper, 1)).code == Code.RULE
        assert waiting(keeper) == 4
        played = await play(safety.compare, keeper, 0)
        assert played.code == Code.OK
        assert played.card(WORDS) is not None
        assert waiting(keeper) == 0
        await keeper.household.connect()
        assert waiting(keeper) == 0


async def test_alone_there_is_none(tmp_path: Path) -> None:
    """It takes the other person, and says so."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(safety.number, keeper)).code == Code.OTHER
