"""Whoever removes a device sees what it wrote, by day, and keeps all of it unless they say otherwise."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.troth_app.house import Played, play
from troth.record import Tip
from troth_app.handlers.keeping import ALL, SHOWN, WROTE, how_far
from troth_app.stretches import Stretch
from troth_app.talk import Talk
from troth_couple import Day
from troth_wire.ids import Incarnation, RecordId


def written(count: int) -> list[Stretch]:
    """Stretches of 1, 2, 3, … things, the last with two yeses among them."""
    tip = Tip(Incarnation(bytes(16)), 1, RecordId(bytes(32)))
    days = [Day(f"2026-11-{number + 1:02}") for number in range(count)]
    return [
        Stretch(day, number, 2 if number == count else 0, (tip,) * number) for number, day in enumerate(days, start=1)
    ]


async def ask(stretches: Sequence[Stretch], *answers: int, by_words: bool = False) -> tuple[Played, Any]:
    """Ask how far; return the conversation, and what is kept."""
    kept: list[Any] = []

    async def handler(talk: Talk, _: object) -> None:
        kept.append(await how_far(talk, stretches, "Phone", by_words=by_words))

    return await play(handler, None, *answers), kept[0]


async def test_where_nothing_was_written_nobody_is_asked() -> None:
    """One question less in a moment that is hard enough."""
    assert (await ask([]))[1] is None


async def test_everything_is_offered_first() -> None:
    """It is the first item, keeps everything, and nothing is said of things that count no more."""
    played, kept = await ask(written(2), 0)
    assert kept is None
    card = played.card(WROTE.format(name="Phone"))
    assert card is not None
    assert card.lines == ("2026-11-01: 1 thing", "2026-11-02: 2 things, 2 yeses among them")
    assert "no more" not in played.said
    assert next(getattr(shown, "items", ("",)) for shown in played.sentences if hasattr(shown, "items"))[0] == ALL


@pytest.mark.parametrize(("pick", "things", "before"), [(1, "3 things", 3), (2, "5 things", 2), (3, "6 things", 1)])
async def test_a_later_item_goes_further_back(pick: int, things: str, before: int) -> None:
    """Each item takes one stretch more with it, and how many things that are is said."""
    played, kept = await ask(written(3), pick)
    assert f"{things} of it will count no more" in played.said
    assert "What takes care stays" in played.said
    assert len(kept) == before


async def test_words_end_what_took_care_too() -> None:
    """Then that is what is said."""
    played, _ = await ask(written(1), 1, by_words=True)
    assert "also where it took care" in played.said


async def test_a_long_history_is_not_shown_whole() -> None:
    """The last stretches are offered, and the first item after all of them leaves the rest alone."""
    played, kept = await ask(written(SHOWN + 3), SHOWN)
    assert len(kept) == 4
    card = played.card(WROTE.format(name="Phone"))
    assert card is not None
    assert len(card.lines) == SHOWN
