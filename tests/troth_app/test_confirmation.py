"""What is not confirmed is told from the members alone, and what was compared is remembered on one device."""

from types import SimpleNamespace
from typing import Any

from tests.troth.letters import device
from tests.troth.tales import Tale
from troth import Row
from troth_app.confirmation import compared, is_confirmed, to_compare, unconfirmed, unconfirmed_at_home
from troth_app.settings import Settings

PHONE, ROOM = "phone of robin", b"r" * 16


def returned(*, lost: bool = True) -> Tale:
    """Robin came back on a phone."""
    tale = Tale()
    tale.words("words 1 of robin", "robin")
    tale.add(PHONE, "words 1 of robin")
    if lost:
        tale.revoke("robin", "words 1 of robin")
    return tale


def household(tale: Tale, name: str, written: dict[str, str] | None = None) -> Any:
    """What a device has open, as far as it is looked at here."""
    space = SimpleNamespace(members=tale.members(), device=device(name), id=tale.genesis.space)
    solo = SimpleNamespace(space=SimpleNamespace(device=b"h" * 32, view=lambda _: written or {}))
    found = SimpleNamespace(shared=SimpleNamespace(space=space, room=ROOM), solo=solo, settings=Settings())

    async def remember(row: Row) -> None:
        found.settings = found.settings.with_(row)

    found.remember = remember
    return found


def test_whose_word_does_not_bind_yet() -> None:
    """One's own devices are told, and none of the other's; a device that has not read its adding is not doubted."""
    tale = returned(lost=False)
    for name, expected in (("robin", [device(PHONE)]), (PHONE, [device(PHONE)]), ("sasha", [])):
        place = household(tale, name).shared
        assert unconfirmed(place) == expected
        assert is_confirmed(place) == (name != PHONE)
    stranger = household(tale, "tablet of robin").shared
    assert (unconfirmed(stranger), is_confirmed(stranger)) == ([], True)


def test_where_one_is_at_home() -> None:
    """In the own space a device is known by what it says of itself; this one needs to say nothing."""
    tale, at_home = returned(lost=False), b"p" * 32
    key = f"at:{at_home.hex()}:{tale.genesis.space.hex()}"
    seen = household(tale, "robin", {key: device(PHONE).hex()})
    assert unconfirmed_at_home(seen, [at_home]) == {at_home}  # type: ignore[list-item]
    assert unconfirmed_at_home(household(tale, "robin"), [at_home]) == set()  # type: ignore[list-item]
    assert unconfirmed_at_home(household(tale, PHONE), []) == {b"h" * 32}
    tale.confirm(PHONE, "robin")
    seen = household(tale, "robin", {key: device(PHONE).hex()})
    assert unconfirmed_at_home(seen, [at_home]) == set()  # type: ignore[list-item]
    seen.shared = None
    assert unconfirmed_at_home(seen, [at_home]) == set()  # type: ignore[list-item]


async def test_what_words_confirmed_is_compared_by_the_other_once() -> None:
    """Nothing is asked of whose words they are; of the other once for each time, and again after the next."""
    tale = returned()
    assert to_compare(household(tale, "sasha")) == set()
    said = tale.confirm(PHONE, "words 1 of robin")
    assert to_compare(household(tale, PHONE)) == set()
    sasha = household(tale, "sasha")
    assert to_compare(sasha) == {said.id}
    await compared(sasha)
    assert to_compare(sasha) == set()
    tale.words("words 2 of robin", "words 1 of robin")
    tale.add("tablet of robin", "words 2 of robin")
    tale.revoke(PHONE, "words 2 of robin")
    again = tale.confirm("tablet of robin", "words 2 of robin")
    sasha.shared.space.members = tale.members()
    assert to_compare(sasha) == {again.id}
    sasha.shared = None
    assert to_compare(sasha) == set()


async def test_what_another_device_confirmed_is_not_asked_about() -> None:
    """A device vouches for a device; only where the paper does, a voice has to."""
    tale = returned(lost=False)
    tale.confirm(PHONE, "robin")
    assert to_compare(household(tale, "sasha")) == set()
