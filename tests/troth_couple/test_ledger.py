"""Each value is judged once; what is verified is never let go, and what is not is kept and named."""

import pytest

from tests.troth_couple.people import DAY, LIFE, SPACE, Couple, forge, keys_of, person_of
from troth_couple.entry import Entry, entry_id
from troth_couple.ledger import Ledger
from troth_couple.limits import ENTRY_BYTES_MAX
from troth_couple.roster import EntryId, Tail
from troth_couple.verdict import Reason
from troth_wire.ids import SpaceId

ACT = forge("check_in", ["mine", *[None] * 5], by="r")


def ledger() -> Ledger:
    """An empty ledger of the couple."""
    return Ledger(Couple().roster)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("", b"", Reason.NO_ENTRY),
        (ACT.id.hex(), "text", Reason.NO_ENTRY),
        ("0" * 64, ACT.value, Reason.WRONG_KEY),
        (ACT.id.hex(), ACT.value + b"\0", Reason.WRONG_KEY),
        (ACT.id.hex(), bytes(64) + ACT.value[64:], Reason.FORGED),
    ],
)
def test_what_is_no_entry_is_named(key: str, value: object, reason: Reason) -> None:
    """Each flaw of a value has its own reason."""
    made = ledger()
    assert made.add({key: value}) == set()
    assert made.held[key].reason is reason


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (forge("check_in", [None] * 6, by="x"), Reason.UNKNOWN_DEVICE),
        (forge("check_in", [None] * 6, by="s", claim="r"), Reason.FORGED),
        (forge("check_in", [None] * 6, by="r", space=SpaceId(bytes(32))), Reason.FORGED),
    ],
)
def test_what_is_not_its_authors_is_named(act: Entry, reason: Reason) -> None:
    """A stranger, a claim to be another, and an entry of another space count for nothing."""
    made = ledger()
    made.add({act.id.hex(): act.value})
    assert made.held[act.id.hex()].reason is reason
    assert not made.known


def test_an_entry_has_one_key() -> None:
    """What stands under another spelling of its id is named, also once the entry is known."""
    made, shouted = ledger(), ACT.id.hex().upper()
    made.add({ACT.id.hex(): ACT.value})
    made.add({shouted: ACT.value, " " + ACT.id.hex(): ACT.value})
    assert {held.reason for held in made.held.values()} == {Reason.WRONG_KEY}
    assert len(made.held) == 2
    assert (made.at(shouted), made.at(ACT.id.hex())) == (None, made.known[ACT.id])


def test_a_journal_is_read_without_its_signatures_and_kept() -> None:
    """What was verified before needs no second check, is not fresh, and is missing where the document lacks it."""
    made = ledger()
    assert made.trust({ACT.id: ACT.value}) == {ACT.subject}
    made.add({ACT.id.hex(): ACT.value})
    assert not made.fresh
    assert [act.id for act in made.missing({})] == [ACT.id]
    assert list(made.missing({ACT.id.hex(): ACT.value})) == []


def test_a_journal_of_another_space_counts_for_nothing() -> None:
    """A journal entry of a device that is not in the roster is held."""
    stranger = forge("check_in", [None] * 6, by="x")
    made = ledger()
    assert made.trust({stranger.id: stranger.value, EntryId(bytes(32)): b"junk" * 40}) == set()
    assert {held.reason for held in made.held.values()} == {Reason.UNKNOWN_DEVICE, Reason.MALFORMED}


def test_a_value_that_comes_right_is_no_longer_held() -> None:
    """Junk in an entry's place is named while it stands there, and forgotten when the entry is back."""
    made = ledger()
    made.add({ACT.id.hex(): b"junk"})
    made.add({ACT.id.hex(): ACT.value})
    assert not made.held
    made.add({ACT.id.hex(): b"junk"})
    assert made.held
    assert ACT.id in made.known
    made.add({ACT.id.hex(): ACT.value})
    assert not made.held


def test_a_tail_is_what_the_next_entry_names() -> None:
    """Each life of a device has its own count."""
    made = ledger()
    made.add({ACT.id.hex(): ACT.value})
    assert made.tail(keys_of("r").device, LIFE) == Tail(1, ACT.id)
    assert made.tail(keys_of("s").device, LIFE) is None
    assert made.holds() == ()
    assert ACT.day == DAY


def test_a_device_speaks_for_its_own_person_alone() -> None:
    """An entry that a member's device signs in the other's name is named as that, and counts for nobody."""
    altered = ACT.value[64:].replace(person_of("r"), person_of("s"), 1)
    value = keys_of("r").signer.sign(b"troth/entry/1\x00" + SPACE + altered) + altered
    made = ledger()
    made.add({entry_id(value).hex(): value})
    assert made.held[entry_id(value).hex()].reason is Reason.OTHER_PERSON


def test_an_entry_of_another_weight_than_its_kind_keeps_its_place() -> None:
    """A signed entry that is not in the form of its kind is named and leaves no gap; a caution among them holds."""
    for weight, holds in ((0, False), (1, True)):
        content = ACT.value[64:].replace(b"\x9d\x01\x01\x00", bytes([0x9D, 1, 48, weight]), 1)
        value = keys_of("r").signer.sign(b"troth/entry/1\x00" + SPACE + content) + content
        made = ledger()
        made.add({entry_id(value).hex(): value})
        assert made.unread[entry_id(value).hex()].reason is Reason.MALFORMED
        assert bool(made.holds()) is holds
        assert [act.id for act in made.missing({})] == [entry_id(value)]


def test_too_much_is_no_entry() -> None:
    """What is longer than an entry may be is not looked into."""
    value = bytes(ENTRY_BYTES_MAX + 1)
    made = ledger()
    made.add({entry_id(value).hex(): value})
    assert made.held[entry_id(value).hex()].reason is Reason.MALFORMED


def test_an_entry_is_found_by_its_place() -> None:
    """By the key where it stands, if it was verified."""
    made = ledger()
    made.add({ACT.id.hex(): ACT.value, "junk": b"junk"})
    assert made.at(ACT.id.hex()) == made.known[ACT.id]
    assert made.at("junk") is None
