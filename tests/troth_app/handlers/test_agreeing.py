"""Agreements are read in full: how each stands, its texts, what differs between two, and the acts it rests on."""

import json
from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import agreeing, signalling
from troth_app.outcome import Code
from troth_couple import Clause, Revision, days_after
from troth_couple.entry import SubjectId


async def in_force(couple: Two) -> Revision:
    """Let both say yes to Sasha's text."""
    revision = await couple.sasha_proposes()
    await couple.sasha_assents(revision)
    await couple.robin_assents(revision)
    return revision


async def test_nothing_is_said_calmly(tmp_path: Path) -> None:
    """Without an agreement the list names the first step, and nothing else can be read."""
    async with two(tmp_path) as couple:
        assert "agree propose" in (await play(agreeing.listed, couple.keeper)).result["says"][0]
        for handler in (agreeing.show, agreeing.diff, agreeing.why_so):
            assert (await play(handler, couple.keeper)).code == Code.RULE


async def test_the_list_says_how_each_stands(tmp_path: Path) -> None:
    """Each under its heading, and no number says how many there are."""
    async with two(tmp_path) as couple:
        await in_force(couple)
        await couple.sasha_proposes("Money")
        rows = (await play(agreeing.listed, couple.keeper)).result["rows"]
        assert [(row["title"], row["group"], row["stands"]) for row in rows] == [
            ("Evenings", "agreed", "In force."),
            ("Money", "waiting", "Proposed."),
        ]


async def test_the_full_text_and_who_said_yes(tmp_path: Path) -> None:
    """The text that holds, whom it binds, its days, each yes with its day, and how to withdraw."""
    async with two(tmp_path) as couple:
        await in_force(couple)
        result = (await play(agreeing.show, couple.keeper)).result
        lines = result["cards"][1]["lines"]
        assert "1. We put the phones away at nine." in lines
        assert "It binds both of you." in lines
        assert "You said yes on 2026-09-01." in lines
        assert "The other person said yes on 2026-09-01." in lines
        assert "agree withdraw" in result["ends"][0]


async def test_after_a_withdrawal_no_text_is_shown_as_current(tmp_path: Path) -> None:
    """R6: it is no longer agreed, what it said is shown as past, and nobody is named for it."""
    async with two(tmp_path) as couple:
        revision = await in_force(couple)
        about = SubjectId(revision.agreement)
        await couple.sasha(lambda pen: pen.withdraw(about, day=TODAY))
        head, text = (await play(agreeing.show, couple.keeper)).result["cards"]
        assert head["lines"] == ["This is no longer agreed."]
        assert text["title"] == "It said: Evenings"
        assert not any("In force" in line for card in (head, text) for line in card["lines"])
        rows = (await play(agreeing.listed, couple.keeper)).result["rows"]
        assert [row["group"] for row in rows] == ["ended"]
        await couple.sasha_proposes("Nights", agreement=revision.agreement)
        (row,) = (await play(agreeing.listed, couple.keeper)).result["rows"]
        assert (row["group"], row["stands"]) == ("waiting", "This is no longer agreed. Another text is proposed.")


async def test_two_versions_are_shown_side_by_side(tmp_path: Path) -> None:
    """Both texts in full, and what held before them."""
    async with two(tmp_path) as couple:
        first = await in_force(couple)
        for title in ("Later", "Earlier"):
            over, day = (first.id,), days_after(TODAY, 1)
            text = await couple.sasha_proposes(title, day=day, agreement=first.agreement, supersedes=over)
            await couple.sasha_assents(text)
            await couple.robin_assents(text)
        cards = (await play(agreeing.show, couple.keeper)).result["cards"]
        titles = [card["title"] for card in cards]
        assert sorted(titles[1:3]) == ["One of two versions: Earlier", "One of two versions: Later"]
        assert titles[3] == "This holds: Evenings"


async def test_what_differs_is_said_in_plain_words(tmp_path: Path) -> None:
    """Of two texts the difference; of several the two that are picked; of one, that there is one."""
    async with two(tmp_path) as couple:
        first = await in_force(couple)
        assert (await play(agreeing.diff, couple.keeper)).code == Code.RULE
        clause = Clause(behaviour="We put the phones away at ten.")
        await couple.sasha_proposes(
            "Evenings", agreement=first.agreement, clauses=(clause,), review_on=days_after(TODAY, 14)
        )
        (card,) = (await play(agreeing.diff, couple.keeper)).result["cards"]
        assert card["lines"] == [
            "You look at it again: 2026-09-15 in place of no fixed day.",
            "“We put the phones away at nine.” becomes “We put the phones away at ten.”.",
        ]
        await couple.sasha(lambda pen: pen.withdraw(SubjectId(first.agreement), day=TODAY))
        third = Clause(behaviour="We do nothing.")
        await couple.robin(
            lambda pen: [
                pen.propose(Revision(agreement=first.agreement, sort=6, title="Third", clauses=(third,)), day=TODAY)
            ]
        )
        (card,) = (await play(agreeing.diff, couple.keeper, 0, 1)).result["cards"]
        assert card["lines"]


async def test_every_state_names_its_acts(tmp_path: Path) -> None:
    """Why is this so: who did what on which day; also for a signal."""
    async with two(tmp_path) as couple:
        await in_force(couple)
        (card,) = (await play(agreeing.why_so, couple.keeper)).result["cards"]
        assert sorted(card["lines"]) == [
            "The other person agreed to this text on 2026-09-01.",
            "The other person proposed this text on 2026-09-01.",
            "You agreed to this text on 2026-09-01.",
        ]
        await play(signalling.pause, couple.keeper)
        (card,) = (await play(agreeing.why_so, couple.keeper, 0)).result["cards"]
        assert card["lines"] == ["You gave this signal on 2026-09-01."]


async def test_enormous_texts_fit_an_answer(tmp_path: Path) -> None:
    """However much was agreed, an answer stays within one frame, and says that there is more."""
    clause = Clause(behaviour="ü" * 8_000)
    async with two(tmp_path) as couple:
        first = await couple.sasha_proposes("First", clauses=(clause, clause))
        for number in range(1, 9):
            day, key = days_after(TODAY, number), first.agreement
            await couple.sasha_proposes(f"{number}", day=day, agreement=key, clauses=(clause, clause))
        result = (await play(agreeing.show, couple.keeper)).result
        assert len(json.dumps(result)) < 262_144
        assert "troth export own" in result["ends"][-1]
