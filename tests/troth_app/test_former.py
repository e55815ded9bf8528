"""A space for two that was ended has a name of its own, as far as this device knows one."""

from pathlib import Path

from tests.troth_app.house import DAY, play
from tests.troth_app.two import begun, left, two
from troth_app.former import called, ended, former, name_of_place
from troth_app.handlers import together


async def test_names(tmp_path: Path) -> None:
    """By the other person and the day, or the day alone; what goes on is called as ever, and is no former one."""
    async with two(tmp_path) as couple:
        household = couple.keeper.household
        assert household is not None
        assert [name_of_place(household, place) for place in household.places] == ["Yours alone", "For two"]
        assert (former(household), ended(household)) == ([], [])
        await left(couple)
        assert former(household) == []
        assert [called(space) for space in ended(household)] == [f"For two, until {DAY}"]
        await play(together.names, couple.keeper, "Robin", "Sasha")
        await begun(couple.keeper, "anew")
        (space,) = former(household)
        assert (space,) == tuple(ended(household))
        assert (called(space), called(space, other="S")) == (
            f"For two, with Sasha, until {DAY}",
            f"For two, with S, until {DAY}",
        )
        household.settings.ends.clear()  # type: ignore[attr-defined]
        assert name_of_place(household, household.places[1]) == "For two, ended"
