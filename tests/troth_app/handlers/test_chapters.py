"""Both open a chapter with the passphrase; what was agreed ends, signals stay on, and what goes along is said anew."""

from pathlib import Path

from tests.contracts.client_world import CHEAP
from tests.troth_app.house import PASSPHRASE, play
from tests.troth_app.two import TODAY, Two, two
from troth_app.exporting import as_json
from troth_app.handlers import (
    agreeing,
    chapters,
    consenting,
    days,
    exports,
    pacing,
    proposing,
    reading,
    searching,
    signalling,
    together,
)
from troth_app.household import Household
from troth_app.limits import TRIES_MAX
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_couple import ChapterId, EntryId, Level, Scope, Shown, Stage, document_of, entries_in, entry_edits
from troth_couple.entry import Entry
from troth_couple.turns import turn

NOT_NOW, YES = 0, 1
SHARE = 0
NEXT = ChapterId(b"n" * 16)


async def suggested(couple: Two, *, next_: ChapterId = NEXT) -> Entry:
    """Let Sasha suggest a chapter and say yes to it."""
    thing = await couple.sasha(lambda pen: pen.write("chapter", {"next": next_, "words": "Spring."}, day=TODAY))
    await couple.sasha(lambda pen: pen.assent(thing.subject, thing.id, day=TODAY, admin=couple.admin))
    return thing


async def sasha_agrees(couple: Two) -> None:
    """Let Sasha say yes to the chapter that Robin suggested, and Robin's device begin another command."""
    (thing,) = turn(await couple.state()).listed
    await couple.sasha(lambda pen: pen.assent(thing.id, thing.versions[0].id, day=TODAY, admin=couple.admin))
    assert couple.keeper.household is not None
    await couple.keeper.household.follow(TODAY)


async def agreed(couple: Two) -> None:
    """Let both agree to a text."""
    revision = await couple.sasha_proposes("Evenings")
    await couple.sasha_assents(revision)
    await couple.robin_assents(revision)


async def test_one_alone_opens_nothing(tmp_path: Path) -> None:
    """Suggesting is a yes with the passphrase, after what it ends was said; until the other's nothing changes."""
    async with two(tmp_path) as couple:
        await agreed(couple)
        here = couple.chapter
        assert "for good" in (await play(chapters.open_, couple.keeper, NOT_NOW)).said
        assert not turn(await couple.state()).listed
        assert (await play(chapters.open_, couple.keeper, YES, "Spring.", *["wrong"] * TRIES_MAX)).code == Code.LOCKED
        assert not turn(await couple.state()).listed
        assert "once you both have" in (await play(chapters.open_, couple.keeper, YES, "Spring.", PASSPHRASE)).said
        assert couple.chapter is here
        (agreement,) = (await couple.state()).agreements.values()
        assert agreement.shown is Shown.IN_FORCE
        (card,) = (await play(chapters.listed, couple.keeper)).result["cards"]
        assert card["lines"] == ["Spring.", "For both, once both say so.", "You said yes to it."]
        await sasha_agrees(couple)
        assert couple.chapter is not here


async def test_both_open_it(tmp_path: Path) -> None:
    """The new chapter is empty; the old one is there to read, and what was agreed in it has ended for good."""
    async with two(tmp_path) as couple:
        await agreed(couple)
        await play(days.checkin, couple.keeper, "tired", "", "", "", "", "", SHARE)
        await suggested(couple)
        old = couple.chapter
        played = await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        assert "The new chapter is open" in played.said
        assert couple.chapter.document == document_of(NEXT)
        assert (await play(agreeing.listed, couple.keeper)).result["rows"] == []
        assert (await play(days.today, couple.keeper)).result["cards"] == []
        (agreement,) = (await old.look(TODAY)).agreements.values()
        assert agreement.shown is Shown.ENDED
        titles = [card["title"] for card in (await play(reading.chapters, couple.keeper)).result["cards"]]
        assert titles[0] == "Evenings"
        assert titles[-1] == "Check-in by you, 2026-09-01"
        assert not couple.chapter.book.ledger.held


async def test_what_one_tries_and_plans_is_said_anew(tmp_path: Path) -> None:
    """Words, practices and days to come are offered to be carried, and what is both's asks for both again."""
    async with two(tmp_path) as couple:
        said: list[tuple[str, dict[str, object]]] = [
            ("glossary", {"word": "slow", "means": "no questions"}),
            ("practice", {"what": "walks", "ours": True}),
            ("event", {"title": "supper", "sort": 6, "on": "2026-09-05", "ours": False}),
            ("event", {"title": "passed", "sort": 6, "on": "2026-08-20", "ours": False}),
        ]
        made = await couple.robin(lambda pen: [pen.write(kind, fields, day=TODAY) for kind, fields in said])
        practice = made[1]
        admin = await couple.space.admin(PASSPHRASE)
        about = practice.subject
        await couple.robin(lambda pen: [pen.assent(about, practice.id, day=TODAY, admin=admin)])
        await couple.sasha(lambda pen: pen.assent(about, practice.id, day=TODAY, admin=couple.admin))
        assert (await couple.state()).things[about].stage is Stage.OURS
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        assert (await play(chapters.carry_over, couple.keeper, 0, 0, 0)).code == Code.OK
        stages = {thing.kind: thing.stage for thing in (await couple.state()).things.values()}
        assert stages == {"glossary": Stage.SAID, "practice": Stage.WAITING, "event": Stage.PLANNED}


async def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    """Opened anew, the vault is in the chapter in which it was, and neither holds the other's entries."""
    async with two(tmp_path) as couple:
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        await play(days.checkin, couple.keeper, "rested", "", "", "", "", "", SHARE)
        path = couple.keeper.home.vault
    household = await Household.open(path, passphrase=PASSPHRASE, machine=CHEAP)
    try:
        await household.follow(TODAY)
        first, second = household.chapters
        states = [await chapter.look(TODAY) for chapter in (first, second)]
        assert [sorted(thing.kind for thing in state.things.values()) for state in states] == [
            ["chapter"],
            ["check_in"],
        ]
        assert [state.held for state in states] == [{}, {}]
    finally:
        await household.close()


async def test_all_chapters_share_one_journal(tmp_path: Path) -> None:
    """The rows of the vault are one for all of them: two that put them together apart would lose what both have."""
    async with two(tmp_path) as couple:
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        assert couple.keeper.household is not None
        first, second = couple.keeper.household.chapters
        await play(days.checkin, couple.keeper, "rested", "", "", "", "", "", SHARE)
        (act,) = (await second.look(TODAY)).things
        assert first.journal is second.journal
        assert EntryId(act) in first.journal.entries


async def test_scenario_54_what_was_written_apart_is_listed_and_said_anew(tmp_path: Path) -> None:
    """What stands in the old chapter is offered to its author, one by one, and goes nowhere by itself."""
    async with two(tmp_path) as couple:
        await agreed(couple)
        await couple.robin(lambda pen: [pen.write("boundary", {"statement": "I go for a walk."}, day=TODAY)])
        await couple.sasha(lambda pen: pen.write("boundary", {"statement": "I stay."}, day=TODAY))
        assert (await play(chapters.carry_over, couple.keeper)).code == Code.RULE
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        old = couple.keeper.household.chapters[0]  # type: ignore[union-attr]
        late = await old.write(lambda pen: [pen.write("gratitude", {"text": "written apart"}, day=TODAY)])
        assert not (await couple.state()).things
        assert "chapter carry" in (await play(chapters.listed, couple.keeper)).result["ends"][0]
        played = await play(chapters.carry_over, couple.keeper, 0, 2)
        assert "`troth agree assent`" in played.said
        await play(chapters.carry_over, couple.keeper, 1, 1)
        state = await couple.state()
        assert [agreement.shown for agreement in state.agreements.values()] == [Shown.PROPOSED]
        (said,) = (thing.versions[0].body[0] for thing in state.things.values())
        assert said in ("I go for a walk.", "written apart")
        assert late[0].subject in (await old.look(TODAY)).things


async def test_scenario_55_two_at_once_open_neither(tmp_path: Path) -> None:
    """Each has said yes to another one: both are listed, and one yes more opens one of them."""
    async with two(tmp_path) as couple:
        here = couple.chapter
        await play(chapters.open_, couple.keeper, YES, "Summer.", PASSPHRASE)
        await suggested(couple)
        listed = (await play(chapters.listed, couple.keeper)).result["cards"]
        assert {card["lines"][0] for card in listed} == {"Spring.", "Summer."}
        assert couple.chapter is here
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        assert couple.chapter.document == document_of(NEXT)


async def test_a_yes_is_taken_back_in_one_step(tmp_path: Path) -> None:
    """Before the other's: no passphrase, no reason, and their yes opens nothing afterwards."""
    async with two(tmp_path) as couple:
        here = couple.chapter
        await play(chapters.open_, couple.keeper, YES, "", PASSPHRASE)
        assert (await play(chapters.withdraw, couple.keeper)).code == Code.OK
        assert (await play(chapters.withdraw, couple.keeper)).code == Code.RULE
        await sasha_agrees(couple)
        assert couple.chapter is here


async def test_a_signal_stays_on_and_is_released(tmp_path: Path) -> None:
    """A new page releases nothing; in the new chapter its own person releases what was given in the old one."""
    async with two(tmp_path) as couple:
        await play(signalling.stop, couple.keeper)
        await couple.sasha(lambda pen: pen.signal(Level.SLOW, Scope.TALK, day=TODAY))
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        cards = (await play(days.today, couple.keeper)).result["cards"]
        assert [(card["level"], card["mine"]) for card in cards] == [("stop", True), ("slow", False)]
        (card,) = (await play(agreeing.why_so, couple.keeper)).result["cards"]
        assert card["lines"] == ["You gave this signal on 2026-09-01."]
        assert (await play(signalling.release, couple.keeper, PASSPHRASE)).code == Code.OK
        cards = (await play(days.today, couple.keeper)).result["cards"]
        assert [(card["level"], card["mine"]) for card in cards] == [("slow", False)]


async def test_a_chapter_that_has_words_is_not_opened(tmp_path: Path) -> None:
    """An id that was in use before is refused: its agreements would come into force with the chapter."""
    async with two(tmp_path) as couple:
        act = await couple.sasha(lambda pen: pen.write("gratitude", {"text": "tea"}, day=TODAY))
        await couple.space.edit(document_of(NEXT), *entry_edits([act]))
        await suggested(couple)
        played = await play(chapters.agree, couple.keeper)
        assert played.code == Code.RULE
        assert len(entries_in(couple.space.view(document_of(NEXT)))) == 1


async def test_what_passes_is_dropped(tmp_path: Path) -> None:
    """R50: changed plans, paces and signals that were released are in no new chapter, and are not offered for it."""
    async with two(tmp_path) as couple:
        await play(days.heads_up, couple.keeper, "late", 2, SHARE)
        await play(pacing.set_, couple.keeper, "a hug", "", "", SHARE)
        await play(signalling.slow, couple.keeper)
        await play(signalling.release, couple.keeper, PASSPHRASE)
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        state = await couple.state()
        assert (dict(state.things), state.signals.active) == ({}, ())
        assert (await play(days.today, couple.keeper)).result["cards"] == []
        assert len((await play(pacing.show, couple.keeper)).result["cards"]) == 1
        assert (await play(chapters.carry_over, couple.keeper)).code == Code.RULE


async def test_an_export_holds_every_chapter(tmp_path: Path) -> None:
    """R41: what was said in earlier chapters is in it, and said to be of those."""
    async with two(tmp_path) as couple:
        await play(days.checkin, couple.keeper, "canary tired", "", "", "", "", "", SHARE)
        await play(days.heads_up, couple.keeper, "late", 0, SHARE)
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        await play(days.checkin, couple.keeper, "rested", "", "", "", "", "", SHARE)
        made = await exports._made(couple.keeper, full=False, mine=False)
        assert made.inside == ["Check-ins", "Check-ins (earlier chapter)", "Changed plans (earlier chapter)"]
        assert b"canary" in as_json(made)
        assert [thing.kind for thing in (await couple.state()).things.values()] == ["check_in"]
        assert (await play(searching.search, couple.keeper, "rested")).result["cards"]


async def test_that_was_not_me_in_an_earlier_chapter(tmp_path: Path) -> None:
    """R12: nothing that holds changes, and the text is not offered any more as one that both had agreed to."""
    async with two(tmp_path) as couple:
        await agreed(couple)
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        here, me = couple.chapter, couple.chapter.me
        offered = (await play(chapters.carry_over, couple.keeper, 1)).sentences
        played = await play(consenting.not_me, couple.keeper, 1)
        assert "Evenings" in str(offered)
        assert "had ended before" in played.said
        assert couple.chapter is here
        ((_, earlier),) = await together.earlier_of(couple.keeper)
        (agreement,) = earlier.agreements.values()
        assert {person for live in agreement.assents.values() for person in live} == set(earlier.persons) - {me}
        assert (await play(chapters.carry_over, couple.keeper)).code == Code.RULE


async def test_a_release_of_an_earlier_chapter_was_not_me(tmp_path: Path) -> None:
    """R12: the signal that it released is on again, in this chapter too."""
    async with two(tmp_path) as couple:
        await play(signalling.stop, couple.keeper)
        await play(signalling.release, couple.keeper, PASSPHRASE)
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        played = await play(consenting.not_me, couple.keeper, 1)
        assert "had ended" not in played.said
        cards = (await play(days.today, couple.keeper)).result["cards"]
        assert [(card["kind"], card["level"]) for card in cards] == [("signal", "stop")]


async def test_the_yes_to_a_chapter_was_not_me(tmp_path: Path) -> None:
    """R12: that chapter is over, what it had ended stays so, its signals stay on, and its words can be said anew."""
    async with two(tmp_path) as couple:
        await agreed(couple)
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        new = couple.chapter
        await couple.robin(lambda pen: [pen.write("boundary", {"statement": "I go for a walk."}, day=TODAY)])
        revision = await couple.sasha_proposes("Mornings")
        await couple.sasha_assents(revision)
        await couple.robin_assents(revision)
        await play(signalling.slow, couple.keeper)
        yes_to_it = 1
        assert "for good" in (await play(consenting.not_me, couple.keeper, yes_to_it, NOT_NOW)).said
        assert couple.chapter is new
        await play(consenting.not_me, couple.keeper, yes_to_it, YES)
        assert couple.chapter is not new
        assert [found.shown for found in (await couple.state()).agreements.values()] == [Shown.ENDED]
        read = (await play(reading.chapters, couple.keeper)).result["cards"]
        assert [card.get("state", card.get("kind")) for card in read] == ["ended", None, "boundary"]
        assert [card["level"] for card in (await play(days.today, couple.keeper)).result["cards"]] == ["slow"]
        assert (await play(chapters.agree, couple.keeper)).code == Code.RULE
        assert tell("chapter.closed") in (await play(chapters.listed, couple.keeper)).result["says"]
        assert str((await play(proposing.propose, couple.keeper)).done).count(tell("chapter.closed")) == 1
        await suggested(couple, next_=ChapterId(b"m" * 16))
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        offered = await play(chapters.carry_over, couple.keeper, 0, 2)
        assert all(words in str(offered.sentences[0:2]) for words in ("Mornings", "Evenings", "I go for a walk."))
        assert [found.shown for found in (await couple.state()).agreements.values()] == [Shown.PROPOSED]
        assert (await couple.state()).signals.level is None
        cards = (await play(days.today, couple.keeper)).result["cards"]
        assert [card["level"] for card in cards] == ["slow"]
