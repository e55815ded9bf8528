"""Who helps is one's own alone: shown while the vault is open, shared in the parts that are chosen, and never asked."""

from pathlib import Path
from typing import Final

import pytest

from tests.troth_app.house import a_closed_keeper, home_at, open_keeper, play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import alone, exports, mine, support, supporting
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_couple.kinds import BY_NAME
from troth_wire.errors import StoreError

THERAPIST, FOR_BOTH, GROUP, FRANK, FRIEND = range(5)
SHARE, MINE = 0, 1
WITHOUT, WITH = 0, 1
ANN: Final = (FRANK, "canary-Ann", "canary-number", "canary: everything but names")


async def titles(keeper: Keeper) -> list[str]:
    """The cards of one's own people, as the page of help shows them."""
    cards = (await play(supporting.support, keeper)).result["cards"]
    return [card["title"] for card in cards if card.get("kind") == "support_person"]


async def shared(couple: Two) -> list[tuple[object, ...]]:
    """What the record says of people who help, whoever wrote it."""
    return [version.body for thing in (await couple.state()).things.values() for version in thing.versions]


async def test_shown_while_it_is_open(tmp_path: Path) -> None:
    """P76 to P79: each kind of helper, how to reach them and what can be told; after who is in danger or afraid."""
    async with open_keeper(tmp_path) as keeper:
        for helps, word in enumerate(("a therapist", "a therapist for both of you", "a group", "somebody frank")):
            await play(supporting.add, keeper, helps, f"number {helps}", "", "")
            cards = (await play(supporting.support, keeper)).result["cards"]
            assert [word, f"number {helps}", "Yours alone."] in [card["lines"] for card in cards]
        assert (await play(supporting.add, keeper, *ANN)).code == Code.OK
        cards = (await play(supporting.support, keeper)).result["cards"]
        assert cards[2]["title"].startswith("Somebody who helps you")
        assert {"How to reach: canary-number", "What can be told there: canary: everything but names"} <= {
            line for card in cards for line in card["lines"]
        }
        for name in ("", "x" * 600, "\u202eback"):
            assert (await play(supporting.add, keeper, FRIEND, name)).code == Code.RULE, name


async def test_locked_nobody_is_named(tmp_path: Path) -> None:
    """Without an open vault the page is that of everybody, and says nothing of whether anybody was ever noted."""
    async with open_keeper(tmp_path) as keeper:
        await play(supporting.add, keeper, *ANN)
    everybody = (await play(support.support, home_at(tmp_path / "nothing"))).result
    async with a_closed_keeper(keeper.home) as closed:
        for handler in (support.support, supporting.support):
            assert (await play(handler, closed)).result == everybody


async def test_looking_writes_nothing(tmp_path: Path) -> None:
    """R45: with the vault open too, not one byte of any file, and nothing for the other person."""
    async with two(tmp_path) as couple:
        await play(supporting.add, couple.keeper, *ANN)
        folder = couple.keeper.home.folder
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        waiting = couple.space.status().waiting
        await titles(couple.keeper)
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
        assert couple.space.status().waiting == waiting


async def test_nothing_of_it_travels(tmp_path: Path) -> None:
    """R18, R24 to R26: noted, said anew and let go, it makes no entry, no traffic and no word in the record of two."""
    async with two(tmp_path) as couple:
        assert couple.keeper.household is not None
        spaces = [place.space for place in couple.keeper.household.places]
        before = [(space.status().waiting, space.view(couple.chapter.document)) for space in spaces]
        await play(supporting.add, couple.keeper, *ANN)
        await play(alone.change, couple.keeper, "", "canary-number 2", "")
        assert await titles(couple.keeper) == ["Somebody who helps you, 2026-09-01"]
        assert "canary-number 2" in str((await play(mine.list_, couple.keeper)).result)
        await play(mine.remove, couple.keeper, 0, 1)
        assert await titles(couple.keeper) == []
        assert [(space.status().waiting, space.view(couple.chapter.document)) for space in spaces] == before


async def test_shared_by_choice_and_in_parts(tmp_path: Path) -> None:
    """How to reach them and what can be told are left out unless chosen; what goes is shown whole before it goes."""
    async with two(tmp_path) as couple:
        assert (await play(alone.share_, couple.keeper)).code == Code.RULE
        await play(supporting.add, couple.keeper, *ANN)
        played = await play(alone.share_, couple.keeper, WITHOUT, WITHOUT, SHARE)
        card = played.card("This is what they see")
        assert card is not None
        assert card.lines == ("somebody frank", "canary-Ann")
        assert await shared(couple) == [(4, "canary-Ann", None, None)]
        assert await titles(couple.keeper) == [
            "Somebody who helps you, 2026-09-01",
            "Somebody who helps, noted by you, 2026-09-01",
        ]
        await play(alone.share_, couple.keeper, WITH, WITHOUT, MINE)
        assert len(await shared(couple)) == 1


async def test_whom_they_shared_is_shown_as_theirs(tmp_path: Path) -> None:
    """What the other shared stands under their name, and there is nothing that one could do about it."""
    async with two(tmp_path) as couple:
        fields: dict[str, object] = {"helps": 2, "name": "Dr `troth leave` Okafor"}
        await couple.sasha(lambda pen: pen.write("support_person", fields, day=TODAY))
        (card,) = [c for c in (await play(supporting.support, couple.keeper)).result["cards"] if "id" in c]
        assert card["title"] == "Somebody who helps, noted by the other person, 2026-09-01"
        assert "`troth leave`" not in str(card)
        assert {kind.name for kind in BY_NAME.values() if "support_person" in kind.about} == {"take_back"}


async def test_a_record_that_stopped_keeps_no_help_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with the space for two, the lines and one's own people are there."""
    async with two(tmp_path) as couple:
        await play(supporting.add, couple.keeper, *ANN)

        async def stopped(*_: object) -> None:
            raise StoreError("It stopped.")

        monkeypatch.setattr(couple.chapter, "look", stopped)
        assert await titles(couple.keeper) == ["Somebody who helps you, 2026-09-01"]


async def test_in_a_file_by_choice(tmp_path: Path) -> None:
    """What is one's own alone is left out of an export, unless it is asked for."""
    async with two(tmp_path) as couple:
        await play(supporting.add, couple.keeper, *ANN)
        await couple.robin(lambda pen: [pen.write("gratitude", {"text": "tea"}, day=TODAY)])
        for mine_, there in ((WITHOUT, False), (WITH, True)):
            path = tmp_path / f"{mine_}.md"
            assert (await play(exports.own, couple.keeper, mine_, 1, options={"file": str(path)})).code == Code.OK
            assert ("canary-Ann" in path.read_text()) is there
