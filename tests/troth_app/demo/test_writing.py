"""A device writes an act once what it leans on is here, shows whose everything is, and forges what nobody believes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.troth_app.demo.world import act
from tests.troth_app.house import PASSPHRASE
from tests.troth_app.two import TODAY, Two, two
from troth_app.demo.acting import Made
from troth_app.demo.writing import WritingDesk
from troth_couple import Day, Shown
from troth_couple.entry import Entry, SubjectId
from troth_couple.roster import EntryId

LATE = Day("2026-12-31")


@asynccontextmanager
async def a_desk(folder: Path) -> AsyncIterator[tuple[Two, WritingDesk]]:
    """Have Robin's device, where acts are written."""
    async with two(folder) as couple:
        yield couple, desk_of(couple)


def desk_of(couple: Two) -> WritingDesk:
    """Give the desk at which Robin writes."""
    assert couple.keeper.household is not None
    return WritingDesk(couple.keeper.household.vault, couple.chapter, PASSPHRASE)


def made_of(entry: Entry) -> Made:
    """What a line needs of the other's entry."""
    return Made(entry.id, entry.subject)


async def test_what_is_written_stands_under_its_author(tmp_path: Path) -> None:
    """An entry shows whose it is and that it counts; words of a note show as they stand."""
    async with a_desk(tmp_path) as (couple, desk):
        thanks = await desk.write(act(1), {})
        note = await desk.write(act(2, "note", says={"title": "Garden", "text": "kale"}), {})
        known = {2: Made.of(*note["made"])}
        assert (await desk.write(act(3, "write", about=2, says={"with": ", leeks"}), known))["made"] == []
        shown = await desk.shown(LATE)
        me = {"by": couple.chapter.me.hex(), "device": couple.space.device.hex(), "counts": True}
        assert shown["entries"] == {
            thanks["made"][0]: me | {"act": "gratitude"},
            note["made"][0]: me | {"act": "note"},
        }
        assert (shown["notes"], shown["strange"]) == ({note["made"][1]: "kale, leeks"}, [])


async def test_both_yeses_are_shown(tmp_path: Path) -> None:
    """An agreement shows where it stands, what holds and whose yes it rests on; a yes takes the passphrase."""
    async with a_desk(tmp_path) as (couple, desk):
        revision = await couple.sasha_proposes()
        yes = await couple.sasha_assents(revision)
        await couple.state()
        (proposed,) = [entry for entry in couple.chapter.book.ledger.known.values() if entry.name == "propose"]
        made = await desk.write(act(2, "assent", about=1, of=(1,)), {1: made_of(proposed)})
        (agreed,) = (await desk.shown(TODAY))["agreed"].values()
        assert agreed == {
            "shown": "in force",
            "holds": revision.id.hex(),
            "yes": {yes.person.hex(): yes.id.hex(), couple.chapter.me.hex(): made["made"][0]},
        }


async def test_it_waits_for_what_a_line_leans_on(tmp_path: Path) -> None:
    """Thanks for what has not arrived are written when it has."""
    async with a_desk(tmp_path) as (couple, desk):
        said: list[Entry] = []
        told = asyncio.Event()

        async def answer() -> dict[str, object]:
            await told.wait()
            return await desk.write(act(2, "thanks", about=1), {1: made_of(said[0])})

        answering = asyncio.ensure_future(answer())
        said.append(await couple.sasha(lambda pen: pen.write("gratitude", {"text": "For the tea."}, day=TODAY)))
        told.set()
        assert (await answering)["made"] is not None


async def test_what_does_not_arrive_is_not_waited_for_twice(tmp_path: Path) -> None:
    """Once patience ran out, an act that leans on something that is not here comes back unwritten at once."""
    async with a_desk(tmp_path) as (couple, desk):
        desk._patience_s = 0.0
        nowhere = {1: Made(EntryId(b"n" * 32), SubjectId(b"n" * 32))}
        assert await desk.write(act(2, "thanks", about=1), nowhere) == {"made": None}
        assert not (await desk.shown(TODAY))["entries"]
        assert (await desk.write(act(3), {}))["made"]
        assert couple.chapter.book.ledger.known


async def test_a_sealed_answer_opens_after_a_crash(tmp_path: Path) -> None:
    """The salt is in the vault before anybody learns of the seal, so that another life opens what this one sealed."""
    async with a_desk(tmp_path) as (couple, desk):
        question = await couple.sasha(lambda pen: pen.write("blind", {"question": "Which hour?"}, day=TODAY))
        await couple.sasha(lambda pen: pen.seal(question.subject, "noon", salt=bytes(16), day=TODAY))
        known = {1: made_of(question)}
        await desk.write(act(2, "seal", about=1, says={"text": "The first one."}), known)
        await desk_of(couple).write(act(3, "reveal", about=1, says={"text": "The first one."}), known)
        fields: dict[str, object] = {"salt": bytes(16), "text": "noon"}
        await couple.sasha(lambda pen: pen.write("reveal", fields, day=TODAY, about=question.subject))
        thing = (await couple.state()).things[question.subject]
        assert sorted(thing.opened.values()) == ["The first one.", "noon"]


async def test_nobody_believes_a_forged_yes(tmp_path: Path) -> None:
    """A yes in the other's name counts nowhere, and the no that was taken out stands again."""
    async with a_desk(tmp_path) as (couple, desk):
        made = await desk.write(
            act(1, "propose", says={"title": "Lunch", "sort": 6, "clauses": [{"behaviour": "We go."}]}), {}
        )
        proposed = Made.of(*made["made"])
        await desk.write(act(2, "assent", about=1, of=(1,)), {1: proposed})
        (text,) = next(iter((await couple.state()).agreements.values())).wordings
        no = await couple.sasha(lambda pen: pen.decline(proposed.subject, text, day=TODAY))
        await couple.state()
        await desk.forge(no.id)
        assert no.id.hex() not in (await desk.shown(TODAY))["entries"]
        await couple.chapter.tend()
        shown = await desk.shown(TODAY)
        assert shown["entries"][no.id.hex()]["counts"]
        assert len(shown["strange"]) == 1
        (agreement,) = (await couple.state()).agreements.values()
        assert agreement.shown is Shown.NOT_AGREED
