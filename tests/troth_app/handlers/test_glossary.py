"""What a word means to each stands in two columns, and no column says anything but its own person's words."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth_app.conversation import Table
from troth_app.handlers import exports, glossary, own_words, pacing, searching
from troth_app.outcome import Code
from troth_app.presenting import glossary as shown

SHARE, MINE = 0, 1
WITHOUT, WRITE = 0, 1


async def sasha_says(couple: Two, word: str, means: str) -> None:
    """Let Sasha say what a word means."""
    await couple.sasha(lambda pen: pen.write("glossary", {"word": word, "means": means}, day=TODAY))


async def test_two_columns(tmp_path: Path) -> None:
    """P13: a word of both is one row, one's own meaning beside the other's; a word of one leaves a column empty."""
    async with two(tmp_path) as couple:
        assert "glossary say" in (await play(glossary.listed, couple.keeper)).result["ends"][0]
        await sasha_says(couple, "Slow", "One question at a time.")
        played = await play(glossary.say_, couple.keeper, " slow ", "No questions.", SHARE)
        assert "The other person: One question at a time." in played.said
        await play(glossary.say_, couple.keeper, "calm", "The sea.", SHARE)
        table, end = shown((await play(glossary.listed, couple.keeper)).result)
        assert table == Table(
            ("Word", "You", "The other person"),
            (("calm", "The sea.", ""), ("Slow", "No questions.", "One question at a time.")),
        )
        assert "Neither takes the place" in str(end)


async def test_said_again_it_is_said_anew(tmp_path: Path) -> None:
    """One's own meaning has one place; the other's is never touched, and what can not be shown truly is refused."""
    async with two(tmp_path) as couple:
        await sasha_says(couple, "slow", "One at a time.")
        for means in ("No questions.", "A break."):
            await play(glossary.say_, couple.keeper, "slow", means, SHARE)
        (card,) = (await play(glossary.listed, couple.keeper)).result["cards"]
        assert (card["yours"], card["theirs"]) == ("A break.", "One at a time.")
        for word in ("", " ", "\u202eback", "x" * 600):
            assert (await play(glossary.say_, couple.keeper, word)).code == Code.RULE, word
        assert (await play(glossary.say_, couple.keeper, "long", "x" * 20_000)).code == Code.RULE
        await play(own_words.take_back, couple.keeper)
        (card,) = (await play(glossary.listed, couple.keeper)).result["cards"]
        assert (card["yours"], card["theirs"]) == ("", "One at a time.")


async def test_a_pace_points_to_it(tmp_path: Path) -> None:
    """The words in what is fine for both, and in one's own lines, say what they mean to whom; no other line is read."""
    async with two(tmp_path) as couple:
        await sasha_says(couple, "holding", "From behind.")
        await sasha_says(couple, "canary", "Singing.")
        fields: dict[str, object] = {"fine": ["canary", "holding hands"], "not_now": [], "until": "2026-09-10"}
        await couple.sasha(lambda pen: pen.write("intimacy_pace", fields, day=TODAY))
        await play(pacing.set_, couple.keeper, "holding hands", "", "", SHARE)
        result = (await play(pacing.show, couple.keeper)).result
        (card,) = [card for card in result["cards"] if card.get("kind") == "word"]
        assert (card["title"], card["lines"]) == ("What “holding” means", ["The other person: From behind."])
        assert "canary" not in str(result)


async def test_in_files_and_searches(tmp_path: Path) -> None:
    """One's own meanings are found and exported; of the other's stands that they said something, and not what."""
    async with two(tmp_path) as couple:
        await sasha_says(couple, "slow", "canary one")
        await play(glossary.say_, couple.keeper, "slow", "no questions", SHARE)
        assert not (await play(searching.search, couple.keeper, "canary")).result["cards"]
        assert len((await play(searching.search, couple.keeper, "no questions")).result["cards"]) == 1
        path = tmp_path / "out.md"
        await play(exports.own, couple.keeper, WITHOUT, WRITE, options={"file": str(path)})
        assert "no questions" in path.read_text()
        assert "canary" not in path.read_text()
