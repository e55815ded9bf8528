"""What lost devices signed is shown in plain words; what their person did not sign is undone with all after it."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.troth.letters import device
from tests.troth.tales import Tale
from tests.troth_app.house import Played, play
from troth.operations import Operation, OperationKind
from troth_app.handlers.doubting import ALL_MINE, SHOWN, TITLE, WORDS, YES, in_doubt
from troth_app.talk import Talk

TABLET, PHONE = "tablet of robin", "phone of robin"
NAMES = {device("robin"): "Laptop", device(TABLET): "Tablet"}


def told() -> list[Operation]:
    """A tablet lets a phone in, confirms it, sets words, removes the laptop, takes new keys, and ends the space."""
    tale = Tale()
    tale.add(TABLET, "robin")
    tale.add(PHONE, TABLET)
    tale.confirm(PHONE, TABLET)
    tale.words("words 1 of robin", TABLET, second=PHONE)
    tale.revoke("robin", TABLET)
    tale.rekey(TABLET, "watch of robin")
    tale.split(PHONE)
    return tale.told[1:]


async def ask(signed: list[Operation], *answers: int) -> tuple[Played, Any]:
    """Ask; return the conversation, and what is in doubt."""
    kept: list[Any] = []
    restorer: Any = SimpleNamespace(signed_by=lambda _: tuple(signed))

    async def handler(talk: Talk, _: object) -> None:
        kept.append(await in_doubt(talk, restorer, [], NAMES, "For two"))

    return await play(handler, None, *answers), kept[0]


async def test_where_nothing_was_signed_nobody_is_asked() -> None:
    """Whoever lost a device that changed nothing goes on."""
    assert (await ask([]))[1] == ()


async def test_all_of_it_was_me_is_offered_first() -> None:
    """Then nothing is in doubt; everything stands there in plain words."""
    played, doubted = await ask(told(), 0)
    assert doubted == ()
    card = played.card(TITLE.format(space="For two"))
    assert card is not None
    phone, watch = device(PHONE).hex()[-6:], device("watch of robin").hex()[-6:]
    assert card.lines == (
        f"Tablet let a device that ends in {phone} in",
        f"Tablet confirmed a device that ends in {phone}",
        "Tablet set recovery words",
        "Tablet removed Laptop",
        f"Tablet took new keys, as a device that ends in {watch}",
        f"a device that ends in {phone} ended the space",
    )
    (choice,) = (shown for shown in played.sentences if getattr(shown, "prompt", "") == ALL_MINE)
    assert getattr(choice, "items", ("",))[0] == YES


@pytest.mark.parametrize("pick", [1, 3, 6])
async def test_what_came_after_is_in_doubt_too(pick: int) -> None:
    """An item names the first thing that was not this person, the latest first; how many that makes is said."""
    signed = told()
    played, doubted = await ask(signed, pick)
    assert list(doubted) == signed[-pick:]
    assert f"{pick} thing" in played.said


async def test_a_long_list_is_not_shown_whole() -> None:
    """The last ones are offered, and all at once: whoever signs much hides nothing by that."""
    signed = told() * 3
    played, doubted = await ask(signed, SHOWN)
    assert list(doubted) == signed[-SHOWN:]
    card = played.card(TITLE.format(space="For two"))
    assert card is not None
    assert len(card.lines) == SHOWN
    assert list((await ask(signed, SHOWN + 1))[1]) == signed


def test_every_kind_has_its_words() -> None:
    """But epochs, which take nothing from anybody and are not shown."""
    assert set(OperationKind) - set(WORDS) == {OperationKind.EPOCH}
