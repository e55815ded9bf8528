"""A vault is made once, with a passphrase of one's own or six drawn words, and is useful at once."""

from pathlib import Path

import pytest

from tests.troth_app.house import PASSPHRASE, Played, a_closed_keeper, home_at, made, play
from troth_app.handlers import devices, mine, spaces
from troth_app.handlers.spaces import WORDS
from troth_app.messages import tell
from troth_app.outcome import Code

OWN = 0
DRAWN = 1


async def shown(played: Played) -> str:
    """Type the words that were shown."""
    return (await played.until_card(WORDS)).lines[0]


async def test_with_a_passphrase_of_ones_own(tmp_path: Path) -> None:
    """A few calm sentences, a passphrase twice, and a space that can be written in, with this device in its list."""
    home = home_at(tmp_path)
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        played = await play(spaces.init, keeper, OWN, PASSPHRASE, PASSPHRASE)
        assert played.code == Code.OK
        assert tell("init.afraid") in played.said
        assert keeper.household is not None
        assert keeper.household.solo.kind == "solo"
        assert (await play(mine.add, keeper, "x")).code == Code.OK
        (own,) = (await play(devices.list_, keeper)).result["own"]
        assert (own["this"], own["added"]) == (True, "2026-09-01")


async def test_with_six_drawn_words(tmp_path: Path) -> None:
    """The words are shown once and typed back; they open the vault."""
    home = home_at(tmp_path)
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        played = await play(spaces.init, keeper, DRAWN, shown)
        assert played.code == Code.OK
        card = played.card(WORDS)
        assert card is not None
        assert len(card.lines[0].split()) == 6
        assert keeper.household is not None
        await keeper.household.vault.admin(keeper.household.solo.room, card.lines[0])


async def test_a_mistyped_word_is_asked_for_alone(tmp_path: Path) -> None:
    """Which one it is, is said, and the others stay."""
    home = home_at(tmp_path)
    home.prepare()

    async def second_wrong(played: Played) -> str:
        words = (await shown(played)).split()
        return " ".join([words[0], "xyzzy", *words[2:]])

    async def second(played: Played) -> str:
        return (await shown(played)).split()[1].upper()

    async with a_closed_keeper(home) as keeper:
        played = await play(spaces.init, keeper, DRAWN, second_wrong, "xyzzy", second)
        assert played.code == Code.OK
        assert "word 2" in played.said


async def test_words_that_are_not_typed_make_nothing(tmp_path: Path) -> None:
    """Who did not write them down has no vault that nobody could open."""
    home = home_at(tmp_path)
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        played = await play(spaces.init, keeper, DRAWN, "one two three four five six", live=False)
        assert played.code != Code.OK
        assert not home.vault.exists()


async def test_a_vault_is_made_once(tmp_path: Path) -> None:
    """Where there is one, nothing is asked and nothing changes."""
    home = made(tmp_path)
    before = home.vault.read_bytes()
    async with a_closed_keeper(home) as keeper:
        assert (await play(spaces.init, keeper)).code == Code.RULE
    assert home.vault.read_bytes() == before


@pytest.mark.parametrize("answers", [(), (OWN,), (OWN, PASSPHRASE), (DRAWN,)])
async def test_stopping_makes_nothing(tmp_path: Path, answers: tuple[object, ...]) -> None:
    """Up to the last answer, hanging up leaves nothing, and the last word said so."""
    home = home_at(tmp_path)
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        played = await play(spaces.init, keeper, *answers)
        assert (played.done, played.safe) == (None, "Nothing was made.")
    assert list(home.folder.iterdir()) == []
