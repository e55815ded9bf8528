"""A note is composed privately and published once; where both changed one place, the writer sees both and chooses."""

from pathlib import Path

import pytest

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth import Delete, Put, Splice, Text
from troth_app import presenting
from troth_app.handlers import mine, notes
from troth_app.limits import NOTE_LETTERS_MAX
from troth_app.messages import capital, tell
from troth_app.outcome import Code
from troth_app.screen import Look, draw
from troth_couple import note_path
from troth_couple.entry import SubjectId
from troth_wire.errors import FullError

SHARE, MINE, NOTHING = 0, 1, 2
AT_FIRST, AT_END = 0, -1
MY, THEIR, BOTH = range(3)


async def begun(couple: Two, text: str = "We like the sea.") -> SubjectId:
    """Let Robin begin a note."""
    assert (await play(notes.add, couple.keeper, "Summer", text, SHARE)).code == Code.OK
    (note,) = [thing for thing in (await couple.state()).things.values() if thing.kind == "note"]
    return note.id


async def shown(couple: Two) -> str:
    """The text of the note as it is shown."""
    (card,) = (await play(notes.show, couple.keeper)).result["cards"]
    return "\n\n".join(part["text"] for part in card["paragraphs"])


async def test_begun_listed_and_read(tmp_path: Path) -> None:
    """Its title, its text, and who began it."""
    async with two(tmp_path) as couple:
        assert "note add" in (await play(notes.listed, couple.keeper)).result["says"][0]
        assert (await play(notes.show, couple.keeper)).code == Code.RULE
        await begun(couple)
        (card,) = (await play(notes.listed, couple.keeper)).result["cards"]
        assert (card["title"], card["lines"]) == ("Summer", ["Note begun by you, 2026-09-01"])
        assert await shown(couple) == "We like the sea."


async def test_whose_words_are_whose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each paragraph stands under whose words are in it, by name; no word of anybody's looks like such a name."""
    async with two(tmp_path) as couple:
        await begun(couple)
        (card,) = (await play(notes.show, couple.keeper)).result["cards"]
        assert card["paragraphs"] == [{"text": "We like the sea.", "by": "You"}]
        me, sasha = couple.chapter.me, couple.space.members.person_of[couple.keys.device]
        said = ((me, "The sea"), (sasha, " and hills.\n\nSasha: a"), (me, "\n\n"), (sasha, "\x1b[1mYou"))
        monkeypatch.setattr(couple.space, "said", lambda *_: said)
        result = (await play(notes.show, couple.keeper)).result
        other = tell("two.other")
        assert result["cards"][0]["paragraphs"] == [
            {"text": "The sea and hills.", "by": f"You and {other}"},
            {"text": "Sasha: a", "by": capital(other)},
            {"text": "[001b][1mYou", "by": capital(other)},
        ]
        lines = [draw(sentence, Look()) for sentence in presenting.note(result)]
        assert lines[-2:] == [f"{capital(other)}\n  Sasha: a", f"{capital(other)}\n  [001b][1mYou"]


async def test_a_long_note_ends_where_no_more_is_shown(tmp_path: Path) -> None:
    """So much of it, and an ellipsis."""
    async with two(tmp_path) as couple:
        note = await begun(couple, "short")
        text = "\n\n".join(["a" * 20_000, "b" * 20_000, "c"])
        await couple.space.edit(couple.chapter.document, Put(note_path(note), Text(text)))
        (card,) = (await play(notes.show, couple.keeper)).result["cards"]
        assert [part["text"][-1] for part in card["paragraphs"]] == ["a", "…"]
        assert sum(len(part["text"]) for part in card["paragraphs"]) == NOTE_LETTERS_MAX


async def test_adding_and_changing(tmp_path: Path) -> None:
    """A paragraph goes to the end, or stands in place of the one that is picked."""
    async with two(tmp_path) as couple:
        await begun(couple)
        await play(notes.edit, couple.keeper, 1, "And the hills.", SHARE)
        assert await shown(couple) == "We like the sea.\n\nAnd the hills."
        await play(notes.edit, couple.keeper, 0, "We love the sea.", SHARE)
        assert await shown(couple) == "We love the sea.\n\nAnd the hills."


async def test_what_is_not_published_is_in_nobodys_history(tmp_path: Path) -> None:
    """R23: words kept for oneself, or thrown away, never reach the shared document, in whatever state of it."""
    async with two(tmp_path) as couple:
        await begun(couple)
        before = couple.space.status().waiting
        assert (await play(notes.edit, couple.keeper, 1, "canary one", MINE)).code == Code.OK
        assert (await play(notes.edit, couple.keeper, 1, "canary two", NOTHING)).code == Code.OK
        assert couple.space.status().waiting == before
        assert (await play(mine.list_, couple.keeper)).result["entries"] == ["canary one"]


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        (MY, "We love the sea."),
        (THEIR, "We fear the sea."),
        (BOTH, "We fear the sea. We love the sea."),
    ],
)
async def test_one_sentence_changed_by_both(tmp_path: Path, choice: int, text: str) -> None:
    """Scenario 44 at the keyboard: both are shown whole, and nothing is written before the writer chose."""
    async with two(tmp_path) as couple:
        note = await begun(couple)

        async def meanwhile(_: object) -> str:
            path = note_path(note)
            await couple.space.edit(couple.chapter.document, Splice(path, 3, 4, "fear"))
            return "We love the sea."

        played = await play(notes.edit, couple.keeper, 0, meanwhile, SHARE, choice)
        assert played.code == Code.OK, played.done
        assert "You each changed this. Here are both." in played.said
        assert await shown(couple) == text


async def test_a_text_that_went_on_while_choosing_is_looked_at_again(tmp_path: Path) -> None:
    """A choice is for what was shown: if there is more to choose meanwhile, both are shown again."""
    async with two(tmp_path) as couple:
        note = await begun(couple, "One. Two. Three.")
        path = note_path(note)

        async def first(_: object) -> str:
            await couple.space.edit(couple.chapter.document, Splice(path, 0, 3, "ONE"))
            return "One, mine. Two. Three, mine."

        async def second(_: object) -> int:
            await couple.space.edit(couple.chapter.document, Splice(path, 10, 5, "THREE"))
            return MY

        played = await play(notes.edit, couple.keeper, 0, first, SHARE, second, THEIR, MY)
        assert played.code == Code.OK, played.done
        assert await shown(couple) == "ONE. Two. Three, mine."


async def test_a_text_that_was_taken_out_is_written_anew(tmp_path: Path) -> None:
    """Whoever deletes the text takes no words out of the writer's hands."""
    async with two(tmp_path) as couple:
        note = await begun(couple)
        await couple.space.edit(couple.chapter.document, Delete(note_path(note)))
        assert await shown(couple) == ""
        assert (await play(notes.edit, couple.keeper, "We like the sea again.", SHARE)).code == Code.OK
        assert await shown(couple) == "We like the sea again."
        await couple.space.edit(couple.chapter.document, Put(note_path(note), 7))
        assert await shown(couple) == ""


async def test_what_can_not_be_published_is_kept_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs no words."""
    async with two(tmp_path) as couple:
        await begun(couple)

        async def full(*_: object) -> None:
            raise FullError("The disk is full.")

        with monkeypatch.context() as patched:
            patched.setattr(couple.space, "revise", full)
            assert (await play(notes.edit, couple.keeper, 1, "And the hills.", SHARE)).code == Code.HERE
        assert (await play(mine.list_, couple.keeper)).result["entries"] == ["And the hills."]


async def test_a_closed_note_is_read_and_not_written(tmp_path: Path) -> None:
    """Either closes it; it stays in the list as closed."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("note", {"title": "Winter"}, day=TODAY))
        (note,) = (await couple.state()).things.values()
        await couple.space.edit(couple.chapter.document, Put(note_path(note.id), Text("Snow.")))
        assert (await play(notes.close, couple.keeper)).code == Code.OK
        assert await shown(couple) == "Snow."
        assert (await play(notes.edit, couple.keeper)).code == Code.RULE
        (card,) = (await play(notes.listed, couple.keeper)).result["cards"]
        assert card["lines"][-1] == "Closed."
