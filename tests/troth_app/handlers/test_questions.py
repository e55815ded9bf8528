"""A question is opened when it is good, answered or not without a reason; what nobody asks for any more is kept."""

from pathlib import Path

import pytest

from tests.troth_app.house import Played, play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import days, mine, own_words, questions, requests
from troth_app.outcome import Code
from troth_app.settings import Settings
from troth_client.vault import Vault
from troth_couple import Response, Stage, entries_in
from troth_couple.entry import Entry
from troth_wire.errors import FullError

SHARE, KEEP = 0, 1
ANSWERED, WITH_HELP, NOT_YET, NO = range(4)


async def asked(couple: Two) -> Entry:
    """Let Sasha ask."""
    fields: dict[str, object] = {"text": "Where were you in May?", "detail": 2, "place": 1}
    return await couple.sasha(lambda pen: pen.write("question", fields, day=TODAY))


async def lines(couple: Two) -> list[str]:
    """What the list says of the one question."""
    (card,) = (await play(questions.listed, couple.keeper)).result["cards"]
    return [str(line) for line in card["lines"]]


def settings(couple: Two) -> Settings:
    """What Robin's device remembers."""
    assert couple.keeper.household is not None
    return couple.keeper.household.settings


def shared_words(couple: Two) -> bytes:
    """Every byte of every entry that goes to Sasha."""
    return b"".join(map(bytes, entries_in(couple.space.view(couple.chapter.document)).values()))  # type: ignore[arg-type]


async def test_asking(tmp_path: Path) -> None:
    """What one wants to know, how much of it and where; one's own question is open to oneself."""
    async with two(tmp_path) as couple:
        assert "`troth ask`" in (await play(questions.listed, couple.keeper)).result["says"][0]
        await play(questions.ask, couple.keeper, "Where were you?", 0, 2, "2026-09-10", SHARE)
        expected = ["Where were you?", "Asked for: a fact", "Where: with a therapist", "May wait until 2026-09-10"]
        assert await lines(couple) == expected
        assert (await play(requests.answer, couple.keeper)).code == Code.RULE


async def test_it_is_opened_when_it_is_good(tmp_path: Path) -> None:
    """No list shows what the other asks before one opens it; that something is asked is said, and no more often."""
    async with two(tmp_path) as couple:
        await asked(couple)
        assert "May" not in " ".join(await lines(couple))
        today = await play(days.today, couple.keeper)
        assert any("troth questions" in line for line in today.result["ends"])
        assert "May" not in str(today.result)
        played = await play(requests.answer, couple.keeper, NOT_YET, "I am not ready.", "2026-09-20")
        assert played.card("Question by the other person, 2026-09-01") is not None
        assert (await lines(couple))[-1] == "You: Not yet. I am not ready. By 2026-09-20"
        assert not any("troth questions" in line for line in (await play(days.today, couple.keeper)).result["ends"])


@pytest.mark.parametrize(("choice", "response"), [(WITH_HELP, Response.WITH_HELP), (NO, Response.NO)])
async def test_no_needs_no_reason(tmp_path: Path, choice: int, response: Response) -> None:
    """Not answering, and answering with help, take no words."""
    async with two(tmp_path) as couple:
        question = await asked(couple)
        assert (await play(requests.answer, couple.keeper, choice, "")).code == Code.OK
        (reply,) = (await couple.state()).things[question.subject].beside["reply"]
        assert (reply.said("response"), reply.said("text")) == (response, None)


async def test_an_answer_is_kept_before_it_is_shared(tmp_path: Path) -> None:
    """Written and not shared it is one's own, offered again, and no byte of it is in the record."""
    async with two(tmp_path) as couple:
        question = await asked(couple)
        await play(requests.answer, couple.keeper, ANSWERED, "canary at my sister's", KEEP)
        assert settings(couple).answers == {question.subject: "canary at my sister's"}
        assert b"canary" not in shared_words(couple)
        assert (await lines(couple))[-1] == "Yours alone: canary at my sister's"
        played = await play(requests.answer, couple.keeper, ANSWERED, "", SHARE)
        assert "canary at my sister's" in played.said
        assert (await couple.state()).things[question.subject].stage is Stage.ANSWERED
        assert (await lines(couple))[-1] == "You: Answered. canary at my sister's"


async def test_scenario_50_taken_back_while_it_is_answered(tmp_path: Path) -> None:
    """Taken back while one writes: nothing is shared, and the words are one's own."""
    async with two(tmp_path) as couple:
        question = await asked(couple)

        async def take_back(_: Played) -> int:
            await couple.sasha(lambda pen: pen.take_back(question.subject, day=TODAY))
            return SHARE

        played = await play(requests.answer, couple.keeper, ANSWERED, "canary at my sister's", take_back)
        assert played.code == Code.RULE
        assert played.done is not None
        assert "taken back" in played.done.text
        assert b"canary" not in shared_words(couple)
        assert "yours alone" in " ".join((await play(questions.listed, couple.keeper)).result["says"])
        assert (await play(mine.list_, couple.keeper)).result["entries"] == ["canary at my sister's"]
        assert not settings(couple).answers


async def test_scenario_50_taken_back_on_a_device_far_away(tmp_path: Path) -> None:
    """Shared before the taking back arrived: it is shown to nobody, and stays with whoever wrote it."""
    async with two(tmp_path) as couple:
        question = await asked(couple)
        await play(requests.answer, couple.keeper, ANSWERED, "at my sister's", SHARE)
        await couple.sasha(lambda pen: pen.take_back(question.subject, day=TODAY))
        found = (await couple.state()).things[question.subject]
        assert (found.stage, found.beside) == (Stage.TAKEN_BACK, {})
        assert await lines(couple) == ["Taken back."]
        assert (await play(mine.list_, couple.keeper)).result["entries"] == ["at my sister's"]
        assert (await play(questions.listed, couple.keeper)).result["says"] == []


async def test_a_full_disk_loses_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room to take it home, it stays where it is and a later look does it."""
    async with two(tmp_path) as couple:
        question = await asked(couple)
        await play(requests.answer, couple.keeper, ANSWERED, "at my sister's", KEEP)
        await couple.sasha(lambda pen: pen.take_back(question.subject, day=TODAY))
        await couple.state()

        def full(*_: object, **__: object) -> None:
            raise FullError("full")

        with monkeypatch.context() as broken:
            broken.setattr(Vault, "commit", full)
            assert (await play(questions.listed, couple.keeper)).code == Code.OK
        assert settings(couple).answers
        await play(questions.listed, couple.keeper)
        assert settings(couple).entries == ("at my sister's",)


async def test_a_question_is_taken_back_and_never_amended(tmp_path: Path) -> None:
    """Its author takes it back with the words of their own; saying it anew would change what was answered."""
    async with two(tmp_path) as couple:
        await play(questions.ask, couple.keeper, "Where were you?", 0, 0, "", SHARE)
        assert (await play(own_words.amend, couple.keeper)).code == Code.RULE
        assert (await play(own_words.take_back, couple.keeper)).code == Code.OK
        assert await lines(couple) == ["Taken back."]
