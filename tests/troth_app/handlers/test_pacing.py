"""Of what feels fine both see what both chose, for two weeks, and that it is no yes; nothing of it leaves the vault."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth_app.exporting import PARTS
from troth_app.handlers import exports, own_words, pacing, searching, signalling
from troth_app.outcome import Code
from troth_couple import together

SHARE = 0
WITHOUT, WRITE = 0, 1


async def sasha_sets(couple: Two, *fine: str) -> None:
    """Let Sasha set a pace."""
    fields: dict[str, object] = {"fine": list(fine), "not_now": [], "until": "2026-09-10"}
    await couple.sasha(lambda pen: pen.write("intimacy_pace", fields, day=TODAY))


async def fine(couple: Two) -> list[str]:
    """What is shown as fine for both."""
    shown = await play(pacing.show, couple.keeper)
    assert shown.result["ends"][-1].startswith("This is no yes to anything.")
    return list(shown.result["cards"][0]["fine"])


async def test_what_both_chose(tmp_path: Path) -> None:
    """Nothing of the other's alone is on any page, and one's own is shown to oneself."""
    async with two(tmp_path) as couple:
        await sasha_sets(couple, "canary holding", "walking arm in arm")
        assert await fine(couple) == []
        played = await play(pacing.set_, couple.keeper, "walking arm in arm, a hug, a hug", "dancing", "", SHARE)
        assert "until 2026-09-15" in played.said
        assert await fine(couple) == ["walking arm in arm"]
        result = (await play(pacing.show, couple.keeper)).result
        assert result["cards"][1]["lines"] == [
            "Feels fine: walking arm in arm, a hug",
            "Not now: dancing",
            "Until 2026-09-15",
        ]
        assert "canary" not in str(result)


async def test_it_lapses_in_one_step(tmp_path: Path) -> None:
    """Scenario 53: who takes theirs back is fine with nothing, whatever the other sets, and is asked for no reason."""
    async with two(tmp_path) as couple:
        assert (await play(pacing.lapse, couple.keeper)).code == Code.RULE
        await play(pacing.set_, couple.keeper, "a hug", "", "2026-09-05", SHARE)
        await sasha_sets(couple, "a hug")
        assert await fine(couple) == ["a hug"]
        assert (await play(pacing.lapse, couple.keeper)).code == Code.OK
        await sasha_sets(couple, "a hug", "dancing")
        assert await fine(couple) == []
        assert len((await play(pacing.show, couple.keeper)).result["cards"]) == 1


async def test_while_a_signal_is_on_nothing_is_fine(tmp_path: Path) -> None:
    """Slow, pause and stop count more than what both chose before."""
    async with two(tmp_path) as couple:
        await play(pacing.set_, couple.keeper, "a hug", "", "", SHARE)
        await sasha_sets(couple, "a hug")
        await play(signalling.slow, couple.keeper)
        assert await fine(couple) == []


async def test_nothing_of_it_is_exported_searched_or_amended(tmp_path: Path) -> None:
    """N13: what felt fine to whom is nobody's evidence and no history, not even one's own."""
    async with two(tmp_path) as couple:
        await play(pacing.set_, couple.keeper, "canary hug", "", "", SHARE)
        await sasha_sets(couple, "canary hug")
        assert "intimacy_pace" not in PARTS
        assert (await play(searching.search, couple.keeper, "canary")).result["cards"] == []
        assert (await play(own_words.amend, couple.keeper)).code == Code.RULE
        await couple.robin(lambda pen: [pen.write("gratitude", {"text": "tea"}, day=TODAY)])
        path = tmp_path / "out.md"
        played = await play(exports.own, couple.keeper, WITHOUT, WRITE, options={"file": str(path)})
        assert played.code == Code.OK, played.done
        assert "canary" not in path.read_text()
        assert together.__all__.count("set_pace") == 1
