"""The safety number is over two people; alone there is none. With two it is tested where they meet (test_pairing)."""

from pathlib import Path

import pytest

from tests.troth_app.house import PASSPHRASE, open_keeper, play, uncompare
from troth_app.handlers import safety
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_app.pairing_talk import WORDS
from troth_wire.errors import PassphraseError, UsageError


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


async def test_nobody_commits_before_the_words_were_compared(tmp_path: Path) -> None:
    """The key that signs commitments is refused while words wait, and given for the passphrase afterwards."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        await uncompare(keeper.household)
        with pytest.raises(UsageError, match="before the four words"):
            await keeper.household.solo.space.admin(PASSPHRASE)
        await play(safety.compare, keeper, 0)
        with pytest.raises(PassphraseError):
            await keeper.household.solo.space.admin("another one")
        signer = await keeper.household.solo.space.admin(PASSPHRASE)
        assert signer.public == (await keeper.household.vault.admin(keeper.household.solo.room, PASSPHRASE)).public


async def test_alone_there_is_none(tmp_path: Path) -> None:
    """It takes the other person, and says so."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(safety.number, keeper)).code == Code.OTHER
