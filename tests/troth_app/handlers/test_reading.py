"""What stands in a space that was left stays: it is read, found and exported, also beside a new space for two."""

import json
from pathlib import Path
from typing import Final

from tests.troth_app.house import DAY, PASSPHRASE, open_keeper, play
from tests.troth_app.two import TODAY, Two, begun, left, two
from troth_app.conversation import Choose
from troth_app.exporting import PARTS
from troth_app.handlers import agreeing, days, exports, notes, reading, searching, signalling, status, together
from troth_app.messages import tell
from troth_app.outcome import Code

SHARE = WITHOUT = 0
YES = WITH = 1
OLD: Final = ("canary-mine", "canary-theirs", "canary-agreed", "canary-note")
NAMED: Final = f"For two, with Sasha, until {DAY}"


async def lived(couple: Two) -> None:
    """Have something of each kind: own words, theirs, an agreement and a note that both write."""
    await play(together.names, couple.keeper, "Robin", "Sasha")
    await play(days.checkin, couple.keeper, "canary-mine", "", "", "", "", "", SHARE)
    await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "canary-theirs"}, day=TODAY))
    text = await couple.sasha_proposes("canary-agreed")
    await couple.sasha_assents(text)
    await couple.robin_assents(text)
    assert (await play(notes.add, couple.keeper, "Lists", "canary-note", SHARE)).code == Code.OK


async def begun_anew(couple: Two) -> None:
    """Leave, and begin another space for two, in which somebody says something."""
    await left(couple)
    anew = await begun(couple.keeper, "anew")
    await anew.sasha(lambda pen: pen.write("check_in", {"feelings": "here"}, day=TODAY))
    assert couple.keeper.household is not None
    assert couple.keeper.household.shared is not None
    assert not couple.keeper.household.shared.ended


async def test_all_of_it_is_read(tmp_path: Path) -> None:
    """Whole, by what it was called; the new space shows nothing of it, and nobody is called by the old name there."""
    async with two(tmp_path) as couple:
        await lived(couple)
        await begun_anew(couple)
        assert (await play(agreeing.listed, couple.keeper)).result["rows"] == []
        found = (await play(reading.space, couple.keeper)).result
        assert found["says"] == [NAMED, tell("space.old")]
        assert all(word in json.dumps(found["cards"]) for word in OLD)
        assert "Check-in by Sasha" in json.dumps(found["cards"])
        assert all(card["earlier"] for card in found["cards"])
        assert "in force" not in json.dumps(found["cards"])
        today = json.dumps((await play(days.today, couple.keeper)).result)
        assert "Check-in by the other person" in today
        assert "Sasha" not in today


async def test_it_is_read_as_soon_as_it_is_left(tmp_path: Path) -> None:
    """Also where there is no other space yet."""
    async with two(tmp_path) as couple:
        await lived(couple)
        assert (await play(reading.space, couple.keeper)).code == Code.OTHER
        await left(couple)
        found = (await play(reading.space, couple.keeper)).result
        assert all(word in json.dumps(found["cards"]) for word in OLD)


async def test_of_several_one_is_picked(tmp_path: Path) -> None:
    """The latest stands first, and each is named by whom it was with and until when."""
    async with two(tmp_path) as couple:
        await lived(couple)
        await begun_anew(couple)
        await left(couple)
        await begun(couple.keeper, "a third")
        played = await play(reading.space, couple.keeper, 1)
        (asked,) = [one for one in played.sentences if isinstance(one, Choose)]
        assert asked.items == (f"For two, until {DAY}", NAMED)
        assert all(word in json.dumps(played.result["cards"]) for word in OLD)


async def test_it_is_found(tmp_path: Path) -> None:
    """A search looks through the same as before, of the other person's words none but agreements and notes."""
    async with two(tmp_path) as couple:
        await lived(couple)
        await begun_anew(couple)
        for word, titles in (
            ("canary-mine", [f"Check-in by you, {TODAY} ({NAMED})"]),
            ("canary-agreed", [f"canary-agreed ({NAMED})"]),
            ("canary-note", [f"Lists ({NAMED})"]),
            ("canary-theirs", []),
        ):
            cards = (await play(searching.search, couple.keeper, word)).result["cards"]
            assert [card["title"] for card in cards] == titles


async def test_it_is_exported(tmp_path: Path) -> None:
    """Everything is everything; one's own words are there with initials, and a therapist's file asks first."""
    async with two(tmp_path) as couple:
        await lived(couple)
        await begun_anew(couple)
        for number, (handler, answers, held) in enumerate(
            [
                (exports.full, (PASSPHRASE, WITHOUT, YES), set(OLD)),
                (exports.own, (WITHOUT, YES), {*OLD} - {"canary-theirs"}),
                (exports.therapist, (*[WITH] * len(PARTS), WITHOUT, WITH, YES), {*OLD} - {"canary-theirs"}),
            ]
        ):
            file = tmp_path / f"{number}.md"
            played = await play(handler, couple.keeper, *answers, options={"file": str(file)})
            assert played.code == Code.OK, played.done
            assert {word for word in OLD if word in file.read_text()} == held
            assert f"For two, with S, until {DAY}" in file.read_text()
            assert "Sasha" not in file.read_text()
        answers = (*[WITH] * len(PARTS), WITHOUT, WITHOUT, 0)
        played = await play(exports.therapist, couple.keeper, *answers, options={"file": str(tmp_path / "without.md")})
        inside = played.card(tell("export.inside"))
        assert inside is not None
        assert inside.lines
        assert not [line for line in inside.lines if "until" in line]


async def test_the_status_tells_them_apart(tmp_path: Path) -> None:
    """Each is named by itself, and what was ended says how it is read."""
    async with two(tmp_path) as couple:
        await lived(couple)
        await begun_anew(couple)
        spaces = (await play(status.status, couple.keeper)).result["spaces"]
        assert [space["name"] for space in spaces] == ["Yours alone", NAMED, "For two"]
        assert [tell("space.read") in space["sentences"] for space in spaces] == [False, True, False]


async def test_an_end_is_in_no_new_space(tmp_path: Path) -> None:
    """Signals of a space that was ended are over with it."""
    async with two(tmp_path) as couple:
        await play(signalling.stop, couple.keeper)
        await begun_anew(couple)
        assert (await couple.state()).signals.level is None


async def test_alone_there_is_none(tmp_path: Path) -> None:
    """It says so."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(reading.space, keeper)).code == Code.OTHER
