"""A meeting is a mailbox that exactly two devices find, each by itself."""

from itertools import combinations, permutations

import pytest

from tests.troth.letters import SPACE, keys_of
from troth import meeting
from troth.keys import Card
from troth_wire.errors import TrothError
from troth_wire.ids import SpaceId

NAMES = ("robin", "sasha", "tablet", "phone")


def met(one: str, other: str, space: SpaceId = SPACE) -> bytes:
    """The key that one device derives for its meeting with another."""
    return meeting.between(keys_of(one)[0], keys_of(other)[0].card, space).key


@pytest.mark.parametrize(("one", "other"), list(permutations(NAMES, 2)))
def test_both_come_to_the_same_place(one: str, other: str) -> None:
    """Two devices derive one key, whichever of them asks."""
    assert met(one, other) == met(other, one)


def test_every_two_meet_elsewhere() -> None:
    """No two pairs meet in one mailbox, and nobody meets the same device in two spaces at one place."""
    pairs = list(combinations(NAMES, 2))
    places = {met(*pair, space) for pair in pairs for space in (SPACE, SpaceId(b"t" * 32))}
    assert len(places) == 2 * len(pairs)


def test_a_third_who_knows_every_card_finds_nothing() -> None:
    """What a third device can derive from its own keys and all the cards is none of the meetings of others."""
    own = {met("phone", other) for other in NAMES if other != "phone"}
    assert met("robin", "sasha") not in own


def test_a_card_with_another_name_is_another_meeting() -> None:
    """Whoever copies somebody's box key into a card of its own does not come to meet in the other's place."""
    robin, sasha, thief = (keys_of(name)[0] for name in ("robin", "sasha", "phone"))
    copied = Card(thief.card.everyday, thief.card.admin, sasha.card.box)
    assert meeting.between(robin, copied, SPACE) != meeting.between(robin, sasha.card, SPACE)


def test_a_box_key_of_low_order_is_no_place() -> None:
    """A key with which everybody would agree on the same is refused."""
    robin, sasha = keys_of("robin")[0], keys_of("sasha")[0]
    weak = Card(sasha.card.everyday, sasha.card.admin, bytes(32))
    with pytest.raises(TrothError):
        meeting.between(robin, weak, SPACE)
