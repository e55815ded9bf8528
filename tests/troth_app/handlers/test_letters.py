"""A letter has four parts, is offered after a look at it, and received, not now or not taken; silence is neither."""

from pathlib import Path

import pytest

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth_app.commands import BY_NAME as COMMANDS
from troth_app.handlers import days, letters, own_words
from troth_app.outcome import Code
from troth_couple import Stage, days_after
from troth_couple.entry import Entry
from troth_couple.kinds import BY_NAME, KINDS

KEEP, HOLD, CHANGE, LET_GO, OFFER = range(5)
NOT_NOW, REST, OPEN = range(3)
NOTHING, RECEIVED = range(2)
PARTS = ("I hid a message.", "You could not trust what I said.", "You may have felt alone.", "I told you the same day.")


async def offered(couple: Two) -> Entry:
    """Let Sasha offer a letter."""
    fields: dict[str, object] = dict(zip(BY_NAME["repair_letter"].places, ("canary", *PARTS[1:]), strict=True))
    return await couple.sasha(lambda pen: pen.write("repair_letter", fields, day=TODAY))


async def lines(couple: Two) -> list[str]:
    """What the list says of the one letter."""
    (card,) = (await play(letters.listed, couple.keeper)).result["cards"]
    return [str(line) for line in card["lines"]]


async def test_four_parts_and_no_less(tmp_path: Path) -> None:
    """P50: what I did, the damage, what it may have been like for you, what I have already done."""
    async with two(tmp_path) as couple:
        assert "troth letter write" in (await play(letters.listed, couple.keeper)).result["says"][0]
        played = await play(letters.write, couple.keeper, *PARTS[:3], "", OFFER)
        assert played.code != Code.OK
        assert "all four parts" in played.said
        assert not (await couple.state()).things
        await play(letters.offer, couple.keeper, CHANGE, "", "", "", PARTS[3], OFFER)
        assert await lines(couple) == [
            "What I did: I hid a message.",
            "The damage: You could not trust what I said.",
            "What it may have been like for you: You may have felt alone.",
            "What I have already done: I told you the same day.",
        ]


async def test_nothing_written_is_no_letter(tmp_path: Path) -> None:
    """Four empty parts leave nothing behind."""
    async with two(tmp_path) as couple:
        assert (await play(letters.write, couple.keeper, *[""] * 4)).code == Code.RULE
        assert (await play(letters.offer, couple.keeper)).code == Code.RULE


async def test_a_look_at_it_before_it_is_offered(tmp_path: Path) -> None:
    """P45: whether it explains, whether it says but, whether it asks for anything; the answers are nobody's."""
    async with two(tmp_path) as couple:
        played = await play(letters.write, couple.keeper, *PARTS, KEEP)
        assert "explain or excuse" in played.said
        assert "“but”" in played.said
        assert "needs no answer" in played.said
        assert not (await couple.state()).things


def test_it_asks_for_nothing() -> None:
    """P51: no field, no act and no command asks for pardon, gives it, or answers a letter in words."""
    assert tuple(BY_NAME["repair_letter"].places) == ("did", "damage", "for_you", "done_since")
    about = {kind.name: tuple(kind.places) for kind in KINDS.values() if "repair_letter" in kind.about}
    assert about == {"take_back": (), "receive": ("receiving", "by")}
    assert {name for name in COMMANDS if name.startswith("letter")} == {
        *("letter write", "letter offer", "letter list", "letter read", "letter receive")
    }


async def test_it_is_opened_by_choice(tmp_path: Path) -> None:
    """Sealed in every list; not now first; opened it says nothing to its author."""
    async with two(tmp_path) as couple:
        letter = await offered(couple)
        sealed = ["A letter to read, when it is good for you. It asks for nothing."]
        assert await lines(couple) == sealed
        assert "canary" not in str((await play(letters.read, couple.keeper, NOT_NOW)).sentences)
        before = len(couple.chapter.book.ledger.known)
        assert "canary" in str((await play(letters.read, couple.keeper, OPEN, NOTHING)).sentences)
        assert len(couple.chapter.book.ledger.known) == before
        assert await lines(couple) == sealed
        today = (await play(days.today, couple.keeper)).result
        assert "canary" not in str(today)
        assert any("troth letter list" in line for line in today["ends"])
        assert (await couple.state(days_after(TODAY, 365))).things[letter.subject].stage is Stage.OFFERED


@pytest.mark.parametrize(
    ("answers", "stage"),
    [((0,), Stage.RECEIVED), ((1, ""), Stage.NOT_NOW), ((1, "2026-09-05"), Stage.NOT_NOW), ((2,), Stage.NOT_TAKEN)],
)
async def test_one_word_and_no_reason(tmp_path: Path, answers: tuple[object, ...], stage: Stage) -> None:
    """Received, not now, or not taken: chosen without opening it, and said otherwise at any time."""
    async with two(tmp_path) as couple:
        letter = await offered(couple)
        assert (await play(letters.receive, couple.keeper, *answers)).code == Code.OK
        assert (await couple.state()).things[letter.subject].stage is stage
        await play(letters.read, couple.keeper, OPEN, RECEIVED)
        assert (await couple.state()).things[letter.subject].stage is Stage.RECEIVED


async def test_taken_back_and_never_said_anew(tmp_path: Path) -> None:
    """What somebody received stays what it said; another letter is another letter."""
    async with two(tmp_path) as couple:
        await play(letters.write, couple.keeper, *PARTS, OFFER)
        assert (await play(own_words.amend, couple.keeper)).code == Code.RULE
        assert (await play(letters.receive, couple.keeper)).code == Code.RULE
        assert (await play(own_words.take_back, couple.keeper)).code == Code.OK
        assert await lines(couple) == ["Taken back."]
