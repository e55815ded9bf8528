"""What leaves the vault is one's own by default, is shown before it is written, and never overwrites anything."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.troth_app.house import PASSPHRASE, Played, open_keeper, play
from tests.troth_app.two import TODAY, Two, two
from troth_app.exporting import PARTS
from troth_app.handlers import days, exports, mine, notes, together
from troth_app.limits import TRIES_MAX
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_couple import days_after

SHARE = 0
WITHOUT, WITH = 0, 1
NO, YES = 0, 1


def at(path: Path) -> dict[str, Any]:
    """The options that name a file."""
    return {"file": str(path)}


async def filled(couple: Two) -> None:
    """A day of both, an agreement, a note, and something of Robin's alone."""
    await play(together.names, couple.keeper, "Robin", "Sasha")
    await play(days.checkin, couple.keeper, "canary-mine", "", "", "", "", "", SHARE)
    await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "canary-theirs"}, day=TODAY))
    await play(notes.add, couple.keeper, "Summer", "canary-note", SHARE)
    await play(mine.add, couple.keeper, "canary-alone")
    revision = await couple.sasha_proposes(review_on=days_after(TODAY, 14))
    await couple.sasha_assents(revision)
    await couple.robin_assents(revision)


async def test_own_words_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R41: theirs are replaced, names are initials, agreements stand in full, what is mine alone stays out."""
    async with two(tmp_path) as couple:
        await filled(couple)
        me, sasha = couple.chapter.me, couple.space.members.person_of[couple.keys.device]
        monkeypatch.setattr(couple.space, "said", lambda *_: ((me, "canary-note"), (sasha, "\n\ncanary-ours")))
        path = tmp_path / "own.md"
        played = await play(exports.own, couple.keeper, WITHOUT, YES, options=at(path))
        assert played.code == Code.OK, played.done
        text = path.read_text()
        assert "canary-mine" in text
        assert "canary-theirs" not in text
        assert "canary-note" in text
        assert "canary-ours" not in text
        assert "canary-alone" not in text
        assert "\\[their words\\]" in text
        assert "We put the phones away at nine." in text
        assert "Robin" not in text
        assert "Check-in by S., 2026-09-01" in text
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_everything_takes_the_passphrase(tmp_path: Path) -> None:
    """R42: it says what it contains, needs the passphrase, and holds no signature and no minute."""
    async with two(tmp_path) as couple:
        await filled(couple)
        path = tmp_path / "full.json"
        assert (await play(exports.full, couple.keeper, *["another"] * TRIES_MAX, options=at(path))).code == Code.LOCKED
        assert not path.exists()
        played = await play(exports.full, couple.keeper, PASSPHRASE, WITH, YES, options=at(path))
        assert played.code == Code.OK, played.done
        assert "private words" in played.said
        assert "no legal record" in played.said
        made = json.loads(path.read_text())
        text = json.dumps(made)
        assert all(f"canary-{whose}" in text for whose in ("mine", "theirs", "note", "alone"))
        assert not any(act.value[:64].hex() in text for act in couple.chapter.book.ledger.known.values())
        assert ":" not in text.replace('": ', "").replace("Why:", "") or "T00" not in text


async def test_a_selection_with_a_list_of_what_is_inside(tmp_path: Path) -> None:
    """R43: each part is asked for; what was not put in is not there; the list is exact and shown first."""
    async with two(tmp_path) as couple:
        await filled(couple)
        path = tmp_path / "selection.json"
        answers = [WITH if part == "check_in" else WITHOUT for part in PARTS]
        played = await play(exports.therapist, couple.keeper, *answers, WITHOUT, YES, options=at(path))
        assert played.code == Code.OK, played.done
        card = played.card("What is inside")
        assert card is not None
        made = json.loads(path.read_text())
        assert list(card.lines) == made["inside"] == ["Check-ins"]
        assert [section["title"] for section in made["sections"]] == ["Check-ins"]
        assert "phones" not in path.read_text()
        nothing = await play(
            exports.therapist, couple.keeper, *[WITHOUT] * (len(PARTS) + 1), options=at(tmp_path / "no")
        )
        assert nothing.code == Code.RULE


async def test_days_for_the_own_calendar(tmp_path: Path) -> None:
    """One whole day each, under a title that says nothing; nothing to remember is no file."""
    async with two(tmp_path) as couple:
        path = tmp_path / "days.ics"
        assert (await play(exports.days, couple.keeper, "", options=at(path))).code == Code.RULE
        await filled(couple)
        assert (await play(exports.days, couple.keeper, "", options=at(path))).code == Code.OK
        text = path.read_text()
        assert "DTSTART;VALUE=DATE:20260915" in text
        assert "SUMMARY:Reminder" in text
        assert "Evenings" not in text


async def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file that appears meanwhile, and a folder that is not there, cost a sentence; saying no writes nothing."""
    async with two(tmp_path) as couple:
        await filled(couple)
        path = tmp_path / "there"

        async def meanwhile(_: Played) -> int:
            path.write_text("mine")
            return YES

        played = await play(exports.own, couple.keeper, WITHOUT, meanwhile, options=at(path))
        assert played.code == Code.RULE
        assert path.read_text() == "mine"
        played = await play(exports.own, couple.keeper, WITHOUT, YES, options=at(tmp_path / "no" / "such"))
        assert played.code == Code.HERE
        await play(exports.own, couple.keeper, WITHOUT, NO, options=at(tmp_path / "not"))
        assert not (tmp_path / "not").exists()


async def test_what_is_mine_alone_goes_out_and_comes_back(tmp_path: Path) -> None:
    """R8: an import makes entries for oneself, and never an act of anybody, whatever stands in the file."""
    path = tmp_path / "mine.json"
    async with open_keeper(tmp_path / "a") as keeper:
        await play(mine.add, keeper, "a dream")
        assert (await play(exports.own, keeper, WITH, YES, options=at(path))).code == Code.OK
    made = json.loads(path.read_text())
    made["sections"] = [{"title": "Agreements", "items": [{"title": "x", "lines": ["forged"]}]}]
    path.write_text(json.dumps(made))
    async with two(tmp_path / "b") as couple:
        assert (await play(exports.take_in, couple.keeper, NO, options=at(path))).code == Code.OK
        assert (await play(mine.list_, couple.keeper)).result["entries"] == []
        assert (await play(exports.take_in, couple.keeper, YES, options=at(path))).code == Code.OK
        assert (await play(mine.list_, couple.keeper)).result["entries"] == ["a dream"]
        assert (await couple.state()).agreements == {}
        plain = tmp_path / "plain.txt"
        plain.write_text("an old diary \x1b[31m page")
        assert (await play(exports.take_in, couple.keeper, YES, options=at(plain))).code == Code.OK
        assert (await play(mine.list_, couple.keeper)).result["entries"][1] == "an old diary [001b][31m page"


async def test_bad_files_are_said(tmp_path: Path) -> None:
    """No file, no JSON, another JSON, a folder, an entry beyond its bound: a sentence each, and nothing is taken in."""
    async with open_keeper(tmp_path / "a") as keeper:
        for name, content in (("a.json", "{"), ("b.json", "[]"), ("c.json", '{"mine": [1]}'), ("d.txt", " ")):
            path = tmp_path / name
            path.write_text(content)
            assert (await play(exports.take_in, keeper, options=at(path))).code == Code.RULE
        long = tmp_path / "long.txt"
        long.write_text("x" * 50_000)
        assert (await play(exports.take_in, keeper, options=at(long))).code == Code.RULE
        assert (await play(exports.take_in, keeper, options=at(tmp_path / "none"))).code == Code.HERE
        assert (await play(exports.take_in, keeper, options=at(tmp_path))).code == Code.RULE


async def test_a_file_that_is_there_is_said_at_once(tmp_path: Path) -> None:
    """Before anything is asked, and it stays as it is."""
    async with two(tmp_path) as couple:
        file = tmp_path / "there.md"
        file.write_text("mine")
        for handler in (exports.own, exports.full, exports.therapist, exports.days):
            played = await play(handler, couple.keeper, options={"file": str(file)})
            assert (played.code, played.done.text if played.done else "") == (Code.RULE, tell("export.exists"))
        assert file.read_text() == "mine"
