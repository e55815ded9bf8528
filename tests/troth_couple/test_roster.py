"""A roster is what the membership log gives, for both persons alike; where nobody says more, the careful side."""

from types import SimpleNamespace
from typing import Any

from tests.troth_couple.people import LIFE, SPACE, keys_of, person_of
from troth.cuts import Cut as Removal
from troth_couple.roster import Cut, EntryId, Roster, Tail, roster_of
from troth_wire.ids import OperationId

SECOND = keys_of("r2").device
TAIL = Tail(3, EntryId(bytes(32)))


def members(**fields: Any) -> Any:
    """What a roster reads of evaluated members."""
    names = ("r", "r2", "s")
    found = {
        "space": SPACE,
        "cards": {keys_of(name).device: keys_of(name).card for name in names},
        "person_of": {keys_of(name).device: person_of(name) for name in names},
        "confirmed": frozenset(keys_of(name).device for name in names),
        "weak": frozenset(),
        "cuts": {},
        "split": False,
    }
    return SimpleNamespace(**found | fields)


def removed(*, by_words: bool = False) -> Any:
    """Members of whom the second device was removed."""
    return members(cuts={SECOND: Removal(OperationId(bytes(32)), by_words, ())})


def test_a_roster_is_built_from_members() -> None:
    """Each device has its person and keys, and whoever split the space has left."""
    roster = roster_of(members(split=True, confirmed={keys_of(name).device for name in ("r", "s")}))
    assert roster.space == SPACE
    assert roster.left
    assert [roster.devices[device].confirmed for device in roster.devices] == [True, False, True]
    assert roster.devices[SECOND].admin == keys_of("r2").card.admin
    assert roster.devices[SECOND].cut is None


def test_a_removed_device_has_its_cut() -> None:
    """What the caller found is taken in; without a word from the caller nothing is, and words make it final."""
    assert roster_of(removed(), tails={SECOND: {LIFE: TAIL}}).devices[SECOND].cut == Cut({LIFE: TAIL})
    assert roster_of(removed()).devices[SECOND].cut == Cut()
    assert roster_of(removed(by_words=True)).devices[SECOND].cut == Cut(final=True)


def test_recovery_words_write_nothing() -> None:
    """Words, and what was never rightly added, are no devices of a roster."""
    assert SECOND not in roster_of(members(weak=frozenset({SECOND}))).devices
    assert SECOND not in roster_of(members(), without=[SECOND]).devices


def test_everyone_is_asked() -> None:
    """Each person once, also whose last device is left out: nobody agrees alone."""
    roster = roster_of(members())
    assert set(roster.persons) == {person_of("r"), person_of("s")}
    assert roster_of(members(), without=[keys_of("s").device]).persons == roster.persons
    assert Roster(SPACE, {}).persons == ()


def test_whose_words_can_be_told() -> None:
    """The same for the same devices, persons and keys, whatever was confirmed or cut; another with any other one."""
    writers = roster_of(members()).writers
    assert roster_of(members(split=True, confirmed=frozenset())).writers == writers
    assert roster_of(removed(), tails={SECOND: {LIFE: TAIL}}).writers == writers
    assert roster_of(members(), without=[SECOND]).writers != writers
    swapped = members()
    swapped.person_of[SECOND] = person_of("s")
    assert roster_of(swapped).writers != writers
