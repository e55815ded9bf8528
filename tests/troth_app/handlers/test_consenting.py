"""A yes takes the whole text, its end and the passphrase; a no is one step. Nobody can give another's."""

from pathlib import Path
from typing import Any

import pytest

from tests.troth_app.house import PASSPHRASE, open_keeper, play
from tests.troth_app.two import TODAY, Two, two
from troth.testing import entropy_of
from troth_app.conversation import Done
from troth_app.handlers import agreeing, consenting, days
from troth_app.limits import MET_S
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_client.uncompared import row
from troth_couple import Agreement, Clause, Revision, Shown, new_agreement
from troth_couple.entry import SubjectId

NOT_NOW, YES = 0, 1
ON, STOP = 0, 1
KEEP, DROP = 0, 1


async def only(couple: Two) -> Agreement:
    """The one agreement there is."""
    (agreement,) = (await couple.state()).agreements.values()
    return agreement


async def in_force(couple: Two) -> SubjectId:
    """Let both say yes to Sasha's text."""
    revision = await couple.sasha_proposes()
    await couple.sasha_assents(revision)
    await couple.robin_assents(revision)
    return SubjectId(revision.agreement)


async def test_a_yes(tmp_path: Path) -> None:
    """The text is shown in full, then a yes is picked, then the passphrase is typed: in force, as both said yes."""
    async with two(tmp_path) as couple:
        revision = await couple.sasha_proposes()
        await couple.sasha_assents(revision)
        played = await play(consenting.assent, couple.keeper, YES, PASSPHRASE)
        assert played.code == Code.OK
        card = played.card("Evenings, proposed by the other person on 2026-09-01")
        assert card is not None
        assert "1. We put the phones away at nine." in card.lines
        assert "In force." in played.said
        assert (await only(couple)).shown is Shown.IN_FORCE


@pytest.mark.parametrize("answers", [(NOT_NOW,), (YES, "another passphrase"), (YES,), ()])
async def test_anything_less_is_no_yes(tmp_path: Path, answers: tuple[object, ...]) -> None:
    """Not now, another passphrase, or hanging up at any point: nothing was agreed."""
    async with two(tmp_path) as couple:
        await couple.sasha_proposes()
        await play(consenting.assent, couple.keeper, *answers)
        assert (await only(couple)).assents == {}


async def test_a_long_text_is_read_to_its_end(tmp_path: Path) -> None:
    """Each part asks to read on; stopping before the end is no yes, and nothing is skipped."""
    clauses = tuple(Clause(behaviour=f"Point {number}: " + "we keep to this. " * 20) for number in range(9))
    async with two(tmp_path) as couple:
        await couple.sasha_proposes(clauses=clauses)
        played = await play(consenting.assent, couple.keeper, ON, STOP)
        assert "You have not agreed" in played.said
        parts = 9
        played = await play(consenting.assent, couple.keeper, *[ON] * (parts // 2), STOP)
        assert (await only(couple)).assents == {}


async def test_both_texts_wait_and_one_is_picked(tmp_path: Path) -> None:
    """There is no yes to several: one is picked by its title, and the other waits on."""
    async with two(tmp_path) as couple:
        for title in ("Evenings", "Money"):
            await couple.sasha_proposes(title)
        assert (await play(consenting.assent, couple.keeper, 1, YES, PASSPHRASE)).code == Code.OK
        given = [agreement.assents for agreement in (await couple.state()).agreements.values()]
        assert sorted(map(len, given)) == [0, 1]


async def test_nothing_waits(tmp_path: Path) -> None:
    """Each command says calmly that there is nothing to do, and changes nothing."""
    async with two(tmp_path) as couple:
        for handler in (consenting.assent, consenting.withdraw, consenting.decline, consenting.ask_change):
            assert (await play(handler, couple.keeper)).code == Code.RULE
        assert (await play(consenting.not_me, couple.keeper)).code == Code.RULE
    async with open_keeper(tmp_path / "alone") as keeper:
        assert (await play(consenting.withdraw, keeper)).code == Code.OTHER


async def test_withdrawing_is_one_step(tmp_path: Path) -> None:
    """Where there is one agreement, nothing is asked: no reason, no second question, no relay."""
    async with two(tmp_path) as couple:
        await in_force(couple)
        played = await play(consenting.withdraw, couple.keeper)
        assert played.code == Code.OK
        assert "This is no longer agreed." in played.said
        assert (await only(couple)).in_force is None


async def test_of_several_one_is_picked_to_withdraw_from(tmp_path: Path) -> None:
    """Two steps at most, from whatever screen."""
    async with two(tmp_path) as couple:
        for title in ("Evenings", "Money"):
            await couple.robin_assents(await couple.sasha_proposes(title))
        assert (await play(consenting.withdraw, couple.keeper, 1)).code == Code.OK
        left = [
            agreement for agreement in (await couple.state()).agreements.values() if any(agreement.assents.values())
        ]
        assert len(left) == 1


async def test_a_yes_after_a_withdrawal_decides_it_anew(tmp_path: Path) -> None:
    """Scenario 7 on the command line: what was taken back can be agreed again, word for word."""
    async with two(tmp_path) as couple:
        await in_force(couple)
        await play(consenting.withdraw, couple.keeper)
        assert (await play(consenting.assent, couple.keeper, YES, PASSPHRASE)).code == Code.OK
        assert (await only(couple)).shown is Shown.IN_FORCE


async def test_no_is_no(tmp_path: Path) -> None:
    """Declining asks nothing more, and nothing changes but that this text waits no longer."""
    async with two(tmp_path) as couple:
        await couple.sasha_proposes()
        played = await play(consenting.decline, couple.keeper)
        assert "Not agreed. Nothing changes." in played.said
        assert (await only(couple)).shown is Shown.NOT_AGREED


async def test_asking_for_a_change(tmp_path: Path) -> None:
    """A wish, with the own yes standing meanwhile or not, as one says."""
    async with two(tmp_path) as couple:
        await in_force(couple)
        assert (await play(consenting.ask_change, couple.keeper, "at ten", 0)).code == Code.OK
        assert (await only(couple)).shown is Shown.CHANGE_PROPOSED
        assert (await play(consenting.ask_change, couple.keeper, "", 1)).code == Code.OK
        assert (await only(couple)).in_force is None


async def test_a_wish_reaches_whom_it_is_for(tmp_path: Path) -> None:
    """What somebody would change stands beside the text, for both and in their words; `today` says that it is there."""
    async with two(tmp_path) as couple:
        (proposed,) = await couple.robin(lambda pen: [pen.propose(text_of_robin(), day=TODAY)])
        about, text = proposed.subject, text_of_robin().id
        await couple.sasha(lambda pen: pen.ask_change(about, text, day=TODAY, wish="at ten, please", keeps=False))
        assert "They asked for a change of “Mornings”: `troth agree show`." in (await today_of(couple))["ends"]
        assert "The other person asked for a change on 2026-09-01. “at ten, please”" in await shown_lines(couple)
        await couple.robin(lambda pen: [pen.ask_change(about, text, day=TODAY, wish="or at nine", keeps=False)])
        assert "You asked for a change on 2026-09-01. “or at nine”" in await shown_lines(couple)


async def test_a_yes_after_a_wish_settles_it(tmp_path: Path) -> None:
    """Who asked for a change and then says yes to the very text asks for none any more."""
    async with two(tmp_path) as couple:
        revision = await couple.sasha_proposes()
        assert (await play(consenting.ask_change, couple.keeper, "at ten")).code == Code.OK
        assert "You asked for a change on 2026-09-01. “at ten”" in await shown_lines(couple)
        await couple.robin_assents(revision)
        assert not any("asked for a change" in line for line in await shown_lines(couple))
        await couple.sasha_assents(revision)
        assert (await only(couple)).shown is Shown.IN_FORCE


def text_of_robin() -> Revision:
    """A text that Robin proposes."""
    made = new_agreement(entropy_of("Mornings"))
    return Revision(agreement=made, sort=6, title="Mornings", clauses=(Clause(behaviour="Coffee first."),))


async def today_of(couple: Two) -> dict[str, Any]:
    """What Robin's day says."""
    return (await play(days.today, couple.keeper)).result


async def shown_lines(couple: Two) -> list[str]:
    """Every line of the one agreement as it is shown to Robin."""
    cards = (await play(agreeing.show, couple.keeper)).result["cards"]
    return [line for card in cards for line in card["lines"]]


async def test_that_was_not_me(tmp_path: Path) -> None:
    """R12: every own yes can be taken for somebody else's; the state falls, and the same act is offered once."""
    async with two(tmp_path) as couple:
        await in_force(couple)
        played = await play(consenting.not_me, couple.keeper)
        assert played.code == Code.OK
        assert (await only(couple)).shown is not Shown.IN_FORCE
        assert (await play(consenting.not_me, couple.keeper)).code == Code.RULE


async def test_crossing_yeses_are_asked_about(tmp_path: Path) -> None:
    """Scenario 10: whoever says yes to another text is asked what becomes of the first yes."""
    async with two(tmp_path) as couple:
        first = await couple.sasha_proposes()
        await couple.robin_assents(first)
        await couple.sasha_proposes("Other evenings", agreement=first.agreement)
        assert (await play(consenting.assent, couple.keeper, YES, DROP, PASSPHRASE)).code == Code.OK
        assert first.id not in (await only(couple)).assents or not (await only(couple)).assents[first.id]


async def test_a_milestone_of_both_is_agreed_too(tmp_path: Path) -> None:
    """Theirs becomes ours by a yes, and not ours any more by taking it back."""
    async with two(tmp_path) as couple:
        fields: dict[str, object] = {"what": "a whole dinner", "on": TODAY, "ours": True}
        made = await couple.sasha(lambda pen: pen.write("milestone", fields, day=TODAY))
        await couple.sasha(lambda pen: pen.assent(made.subject, made.id, day=TODAY, admin=couple.admin))
        assert (await play(consenting.assent, couple.keeper, YES, PASSPHRASE)).code == Code.OK
        assert (await couple.state()).things[made.subject].stage.name == "OURS"
        assert (await play(consenting.withdraw, couple.keeper)).code == Code.OK
        assert (await couple.state()).things[made.subject].stage.name == "WAITING"


async def test_nobody_commits_to_a_stranger(tmp_path: Path) -> None:
    """R18: before the words were compared there is no yes, and the sentence says what to do."""
    async with two(tmp_path) as couple:
        household = couple.keeper.household
        assert household is not None
        assert household.shared is not None
        room, waiting = household.shared.room, row((0, 1, 2, 3))
        await household.vault.run(lambda vault: vault.commit({room: [waiting]}))
        await household.connect()
        await couple.sasha_proposes()
        played = await play(consenting.assent, couple.keeper, YES)
        assert played.code == Code.RULE
        assert "troth compare" in str(played.done)


async def test_a_yes_is_not_the_first_word_of_two_who_just_met(tmp_path: Path) -> None:
    """R7: in the minute after they met it waits; whoever said something else before, or a minute later, can say it."""
    async with two(tmp_path) as couple:
        household = couple.keeper.household
        assert household is not None
        await couple.sasha_proposes()
        assert household.shared is not None
        room = household.shared.room
        household._met[room] = household._clock.now()
        played = await play(consenting.assent, couple.keeper)
        assert played.done == Done(Code.RULE, None, tell("assent.met"))
        household._met[room] -= MET_S
        assert (await play(consenting.assent, couple.keeper, YES, PASSPHRASE)).code == Code.OK
    async with two(tmp_path / "other") as couple:
        household = couple.keeper.household
        assert household is not None
        await couple.sasha_proposes()
        await couple.robin(lambda pen: [pen.write("check_in", {"feelings": "new here"}, day=TODAY)])
        assert household.shared is not None
        household._met[household.shared.room] = household._clock.now()
        assert (await play(consenting.assent, couple.keeper, YES, PASSPHRASE)).code == Code.OK


async def test_a_chapter_is_agreed_to_and_taken_back_by_its_own_commands(tmp_path: Path) -> None:
    """A new chapter is no text among others: what it ends is said where it is agreed to, and withdrawing goes on."""
    async with two(tmp_path) as couple:
        chapter: dict[str, object] = {"next": bytes(range(16)), "words": "Spring."}
        thing = await couple.sasha(lambda pen: pen.write("chapter", chapter, day=TODAY))
        played = await play(consenting.assent, couple.keeper)
        assert (played.code, played.done) == (Code.RULE, Done(Code.RULE, None, tell("assent.none")))
        await in_force(couple)
        admin = await couple.space.admin(PASSPHRASE)
        await couple.robin(lambda pen: [pen.assent(thing.subject, thing.id, day=TODAY, admin=admin)])
        played = await play(consenting.withdraw, couple.keeper)
        assert (played.code, "Your yes to “Evenings” is taken back" in played.said) == (Code.OK, True)
