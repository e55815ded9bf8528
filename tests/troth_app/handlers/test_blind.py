"""Answers open together: a seal tells nothing, nothing opens before both have sealed, and what was sealed is kept."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import blind
from troth_app.outcome import Code
from troth_couple import entries_in
from troth_couple.entry import SubjectId

SHARE, MINE = 0, 1
SALT = bytes(16)


async def asked(couple: Two) -> SubjectId:
    """Let Sasha ask."""
    made = await couple.sasha(lambda pen: pen.write("blind", {"question": "What would help?"}, day=TODAY))
    return made.subject


async def lines(couple: Two) -> list[str]:
    """What the list says of the one question."""
    (card,) = (await play(blind.listed, couple.keeper)).result["cards"]
    return [str(line) for line in card["lines"]]


async def test_both_seal_and_both_open(tmp_path: Path) -> None:
    """Until both have sealed nothing opens, and until both have opened nothing is shown."""
    async with two(tmp_path) as couple:
        question = await asked(couple)
        played = await play(blind.answer, couple.keeper, "canary sleep", SHARE)
        assert played.code == Code.OK, played.done
        assert (await play(blind.open_, couple.keeper)).code == Code.RULE
        values = b"".join(map(bytes, entries_in(couple.space.view(couple.chapter.document)).values()))  # type: ignore[arg-type]
        assert b"canary" not in values
        await couple.sasha(lambda pen: pen.seal(question, "a walk", salt=SALT, day=TODAY))
        played = await play(blind.open_, couple.keeper)
        assert played.code == Code.OK, played.done
        assert "once they open theirs" in played.said
        assert "You opened an answer on 2026-09-01." in await lines(couple)
        fields: dict[str, object] = {"salt": SALT, "text": "a walk"}
        await couple.sasha(lambda pen: pen.write("reveal", fields, day=TODAY, about=question))
        assert set(await lines(couple)) >= {"You: canary sleep", "The other person: a walk"}
        assert (await play(blind.open_, couple.keeper)).code == Code.RULE


async def test_an_answer_that_was_not_sealed_is_forgotten(tmp_path: Path) -> None:
    """Kept for oneself it is an entry like any other, and the question can be answered later."""
    async with two(tmp_path) as couple:
        question = await asked(couple)
        await play(blind.answer, couple.keeper, "sleep", MINE)
        assert couple.keeper.household is not None
        assert question not in couple.keeper.household.settings.sealed
        assert (await play(blind.answer, couple.keeper, "sleep", SHARE)).code == Code.OK
        assert question in couple.keeper.household.settings.sealed
        assert (await play(blind.answer, couple.keeper)).code == Code.RULE


async def test_asking(tmp_path: Path) -> None:
    """Either asks; without a question the list says how."""
    async with two(tmp_path) as couple:
        assert "blind add" in (await play(blind.listed, couple.keeper)).result["says"][0]
        assert (await play(blind.add, couple.keeper, "One limit of mine?", SHARE)).code == Code.OK
        assert await lines(couple) == ["One limit of mine?"]
