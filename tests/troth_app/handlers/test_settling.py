"""What both settle is closed by both, with what belongs to it, and opened again by either."""

from collections.abc import Awaitable
from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import repairing, settling
from troth_app.outcome import Code
from troth_couple import Stage, Thing, together
from troth_couple.entry import Entry


async def things(couple: Two) -> list[Thing]:
    """What there is."""
    return [*(await couple.state()).things.values()]


async def with_a_repair(couple: Two) -> None:
    """Let Sasha tell two things, begin a repair of the first, and say that what belongs to it is closed."""
    told = await couple.sasha(lambda pen: pen.write("disclosure", {"what": "I was late."}, day=TODAY))
    await couple.sasha(lambda pen: pen.write("disclosure", {"what": "Something else."}, day=TODAY))
    repair = await couple.sasha(lambda pen: pen.write("repair", {"impact": "You waited."}, day=TODAY))
    await couple.sasha(lambda pen: pen.write("lead", {"repair": repair.id}, day=TODAY, about=told.subject))

    def close(entry: Entry) -> Awaitable[Entry]:
        return couple.sasha(lambda pen: together.close(pen, pen.book.state(TODAY).things[entry.subject], day=TODAY))

    await close(told)
    await close(repair)


async def test_what_belongs_together_is_closed_together(tmp_path: Path) -> None:
    """The repair and what was told of it, and nothing else; two entries in one turn of the pen."""
    async with two(tmp_path) as couple:
        await with_a_repair(couple)
        played = await play(repairing.close, couple.keeper)
        assert played.said.splitlines() == ["Closed.", "What was told is closed for you with it."]
        assert sorted((thing.kind, thing.stage.value) for thing in await things(couple)) == [
            ("disclosure", "closed"),
            ("disclosure", "said"),
            ("repair", "closed"),
        ]
        assert (await play(repairing.reopen, couple.keeper)).code == Code.OK
        assert {thing.stage for thing in await things(couple)} == {Stage.SAID, Stage.OPEN}


async def test_what_is_left_and_what_is_over(tmp_path: Path) -> None:
    """What both closed is over; what was taken back is neither."""
    async with two(tmp_path) as couple:
        await with_a_repair(couple)
        await play(repairing.close, couple.keeper)
        gone = await couple.sasha(lambda pen: pen.write("disclosure", {"what": "A third."}, day=TODAY))
        await couple.sasha(lambda pen: pen.take_back(gone.subject, day=TODAY))
        found = await things(couple)
        assert [thing.says("what") for thing in settling.left(found)] == ["Something else."]
        assert sorted(thing.kind for thing in settling.over(found)) == ["disclosure", "repair"]
