"""A room is a store of its own; its admin seed opens for it alone, and its kind follows from its space."""

import pytest

from tests.contracts.client_world import CHEAP
from troth import DeviceKeys, found
from troth_client.room import ROOMS, SHARED, SOLO, About, RoomId, kind_of, open_seed, seal_seed
from troth_wire.errors import ForgedError, MalformedError

SECRET, VAULT, SEED, NONCE = bytes(32), bytes(16), bytes(range(32)), bytes(24)
ROOM = RoomId(b"r" * 16)


def test_a_seed_comes_back_for_its_room_alone() -> None:
    """Under another secret, in another vault or room, or with any bit changed it does not open."""
    sealed = seal_seed(SECRET, VAULT, ROOM, SEED, NONCE)
    assert open_seed(SECRET, VAULT, ROOM, sealed) == SEED
    for secret, vault, room in [
        (b"x" * 32, VAULT, ROOM),
        (SECRET, b"x" * 16, ROOM),
        (SECRET, VAULT, RoomId(bytes(16))),
    ]:
        with pytest.raises(ForgedError):
            open_seed(secret, vault, room, sealed)
    for at in range(len(sealed)):
        with pytest.raises(ForgedError):
            open_seed(SECRET, VAULT, ROOM, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        with pytest.raises(ForgedError):
            open_seed(SECRET, VAULT, ROOM, sealed[:at])


def test_what_is_said_about_a_room_comes_back() -> None:
    """Kind and label stand in one row of the settings, under the room's id; garbled, they are refused."""
    row = About(SHARED, "unsere Küche").row(ROOM)
    assert (row.table, row.key) == (ROOMS, ROOM)
    assert About.parse(row.value or b"") == About(SHARED, "unsere Küche")
    with pytest.raises(MalformedError):
        About.parse(b"garbled")


def test_the_kind_follows_from_the_founders() -> None:
    """A space with one founder is solo, one with two is shared."""
    cards = [DeviceKeys.make(CHEAP.entropy)[0].card for _ in range(2)]
    assert kind_of(found(cards[:1], CHEAP.entropy)) == SOLO
    assert kind_of(found(cards, CHEAP.entropy)) == SHARED
