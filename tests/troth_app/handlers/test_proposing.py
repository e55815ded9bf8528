"""A proposal is one exact text, written privately and shown before it is made; it starts with nobody's yes."""

from pathlib import Path

from tests.troth_app.house import PASSPHRASE, play
from tests.troth_app.two import two
from troth_app.handlers import agreeing, consenting, mine, proposing
from troth_app.outcome import Code
from troth_couple import Shown
from troth_couple.revision import Clause

PRACTICAL, DISCLOSURE = 5, 3
ENOUGH, MORE = 0, 1
BOTH = 0
NO, YES = 0, 1
NEW, CHANGE = 0, 1
KEEP, ANEW, OUT = 0, 1, 2
YES_TO_IT = 1

OWN, AN_EXAMPLE = 0, 1
FIRST = (OWN, PRACTICAL, "Evenings", "We put the phones away at nine.", ENOUGH, "", BOTH, "2026-09-15", "")


async def test_something_new(tmp_path: Path) -> None:
    """The text is shown in full with what to think of, then proposed; nobody has said yes to it."""
    async with two(tmp_path) as couple:
        played = await play(proposing.propose, couple.keeper, *FIRST, YES)
        assert played.code == Code.OK
        card = played.card("Evenings")
        assert card is not None
        assert "You look at it again on 2026-09-15." in card.lines
        (agreement,) = (await couple.state()).agreements.values()
        assert (agreement.shown, agreement.assents) == (Shown.PROPOSED, {})
        assert "you included" in played.said


async def test_not_now_proposes_nothing(tmp_path: Path) -> None:
    """Also hanging up at any point, and a text with no point in it."""
    async with two(tmp_path) as couple:
        await play(proposing.propose, couple.keeper, *FIRST, NO)
        for end in range(len(FIRST)):
            played = await play(proposing.propose, couple.keeper, *FIRST[:end])
            assert played.safe == "Nothing was proposed."
        assert (await play(proposing.propose, couple.keeper, OWN, PRACTICAL, "Empty", "")).code == Code.RULE
        assert (await couple.state()).agreements == {}


async def test_a_point_can_say_more(tmp_path: Path) -> None:
    """The value behind it, the reason, how both would notice, and exceptions; each may stay empty."""
    async with two(tmp_path) as couple:
        point = ("We are home by ten.", MORE, "rest", "", "the light is off", "")
        answers = (OWN, PRACTICAL, "Nights", *point, "", BOTH, "", "2026-09-15", YES)
        assert (await play(proposing.propose, couple.keeper, *answers)).code == Code.OK
        (agreement,) = (await couple.state()).agreements.values()
        (wording,) = agreement.wordings.values()
        (clause,) = wording.revision.clauses
        assert (clause.value, clause.why, clause.noticed_by, clause.exceptions) == (
            "rest",
            None,
            "the light is off",
            None,
        )
        assert wording.revision.expires == "2026-09-15"


async def test_what_is_told_to_whom(tmp_path: Path) -> None:
    """P04 to P06: an agreement on telling has items: the behaviour, who is told, how soon, how, and in what detail."""
    async with two(tmp_path) as couple:
        item = ("reading old messages", 0, 2, "within a day", 0, 1)
        answers = (OWN, DISCLOSURE, "Telling", "", *item, "", BOTH, "2026-09-15", "", YES)
        played = await play(proposing.propose, couple.keeper, *answers)
        assert played.code == Code.OK, played.done
        (agreement,) = (await couple.state()).agreements.values()
        (wording,) = agreement.wordings.values()
        assert [one.within for one in wording.revision.items] == ["within a day"]


async def test_another_text_for_one_that_holds(tmp_path: Path) -> None:
    """Each point stays, is said anew or left out; the text that held holds until both say yes to the other."""
    async with two(tmp_path) as couple:
        first = await couple.sasha_proposes()
        await couple.sasha_assents(first)
        await couple.robin_assents(first)
        anew = (CHANGE, ANEW, "At ten.", ENOUGH, "And we talk first.", ENOUGH, "", BOTH, "", "", YES)
        played = await play(proposing.propose, couple.keeper, *anew)
        assert played.code == Code.OK, played.done
        (agreement,) = (await couple.state()).agreements.values()
        assert (agreement.shown, agreement.in_force) == (Shown.CHANGE_PROPOSED, first.id)
        (text,) = agreement.open
        revision = agreement.wordings[text].revision
        assert [clause.behaviour for clause in revision.clauses] == ["At ten.", "And we talk first."]
        assert revision.supersedes == (first.id,)
        await couple.sasha_assents(revision)
        await play(consenting.assent, couple.keeper, YES_TO_IT, PASSPHRASE)
        (agreement,) = (await couple.state()).agreements.values()
        assert agreement.in_force == text


async def test_an_example_to_begin_from(tmp_path: Path) -> None:
    """P10: its points are kept, said anew or left out, and nothing of it is agreed by that."""
    async with two(tmp_path) as couple:
        answers = (AN_EXAMPLE, KEEP, ANEW, "Nobody asks why.", ENOUGH, OUT, "", BOTH, "", "2026-09-15", YES)
        played = await play(proposing.propose, couple.keeper, *answers)
        assert played.code == Code.OK, played.done
        (agreement,) = (await couple.state()).agreements.values()
        (wording,) = agreement.wordings.values()
        assert (wording.revision.title, wording.revision.agreement) == ("How we use this app", agreement.id)
        assert [clause.behaviour for clause in wording.revision.clauses] == [
            "We check in when we want to, before nine in the evening.",
            "Nobody asks why.",
        ]


async def test_the_same_quiet_note_for_both(tmp_path: Path) -> None:
    """R13: words about passwords or places get a quiet note, which blocks nothing and is written nowhere."""
    async with two(tmp_path) as couple:
        answers = (OWN, PRACTICAL, "Open", "We share passwords.", ENOUGH, "", BOTH, "2026-09-15", "", YES)
        played = await play(proposing.propose, couple.keeper, *answers)
        card = played.card("Open")
        assert card is not None
        (note,) = [line for line in card.lines if "names passwords" in line]
        assert played.code == Code.OK
        await couple.sasha_proposes("Theirs", clauses=(Clause(behaviour="We share passwords."),))
        for which in (0, 1):
            cards = (await play(agreeing.show, couple.keeper, which)).result["cards"]
            assert note in cards[1]["lines"]


async def test_a_third_proposal_of_a_day_waits_and_is_kept(tmp_path: Path) -> None:
    """R11: two a day are enough for one agreement; what was written is kept for its writer."""
    async with two(tmp_path) as couple:
        await play(proposing.propose, couple.keeper, *FIRST, YES)
        other = (CHANGE, KEEP, "And we sleep.", ENOUGH, "", BOTH, "", "")
        assert (await play(proposing.propose, couple.keeper, *other, YES)).code == Code.OK
        played = await play(proposing.propose, couple.keeper, *other[:1], KEEP, KEEP, *other[2:], YES)
        assert played.code == Code.RULE, played.done
        assert "tomorrow" in str(played.done)
        assert "And we sleep." in (await play(mine.list_, couple.keeper)).result["entries"][0]


async def test_days_in_the_wrong_order_are_no_text(tmp_path: Path) -> None:
    """Looking at it again after its last day makes no agreement, and costs a sentence."""
    async with two(tmp_path) as couple:
        answers = (*FIRST[:-2], "2026-10-01", "2026-09-01")
        assert (await play(proposing.propose, couple.keeper, *answers)).code == Code.RULE
