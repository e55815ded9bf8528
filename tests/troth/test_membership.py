"""What the members say of a space, in the words of the must-nots: nobody gets more than a person's own devices give."""

import pytest

from tests.troth.letters import device, epoch_of, keys_of, person, space_of
from tests.troth.tales import Tale
from troth.epochs import announce
from troth.keys import Epoch
from troth.operations import OperationKind
from troth.testing import entropy_of
from troth_wire.errors import ForgedError, UsageError
from troth_wire.ids import MailboxId

TABLET, PHONE = "tablet of robin", "phone of robin"


@pytest.mark.parametrize("by", ["robin", "sasha"])
def test_nobody_adds_a_device_for_the_other(by: str) -> None:
    """A device that has proven to want to be the other's does not become this one's, nor by this one the other's."""
    for intended in ("robin", "sasha"):
        tale = Tale()
        operation = tale.add("tablet", by, person_=intended)
        assert (device("tablet") in tale.members().active) == (by == intended)
        assert (operation.id in tale.members().authorised) == (by == intended)


def test_nobody_adds_a_device_without_the_admin_key() -> None:
    """The everyday keys of an unlocked device sign no operation: without the passphrase nothing is added."""
    tale = Tale()
    operation = tale.add(TABLET, "robin")
    statement, keys = operation.statement, keys_of("robin")[0]
    object.__setattr__(operation, "signature", keys.signer.sign(statement))
    members = tale.members()
    assert members.active == {device("robin"), device("sasha")}
    assert members.refused == {operation.id: "the signature is not its author's"}


@pytest.mark.parametrize("who", ["robin", "sasha"])
def test_a_founder_has_no_more_rights_than_another(who: str) -> None:
    """A device that was added can remove its founder, and a person can go on without the first device."""
    tale = Tale()
    tale.add(f"tablet of {who}", who)
    tale.revoke(who, f"tablet of {who}")
    tale.add(f"phone of {who}", f"tablet of {who}")
    assert tale.members().devices(person(who)) == {device(f"tablet of {who}"), device(f"phone of {who}")}


def test_being_older_gives_nothing() -> None:
    """Of two own devices neither prevails by having been there first."""
    for first, second in ((TABLET, PHONE), (PHONE, TABLET)):
        tale = Tale()
        one = tale.add(first, "robin")
        both = tale.add(second, "robin", at=[one])
        tale.revoke(first, second, at=[both])
        tale.revoke(second, first, at=[both])
        assert tale.members().devices(person("robin")) == {device("robin")}


def test_who_is_no_recipient_reads_nothing() -> None:
    """A removed device, and a stranger, find no wrap in the epoch that follows; those who belong open it."""
    tale = Tale()
    tale.add(TABLET, "robin")
    members = tale.members()
    remaining = [card for card in members.recipients if card.device != device(TABLET)]
    following = announce(Epoch(b"n" * 32), remaining, entropy_of("next"), generation=1)
    for name in ("robin", "sasha"):
        assert following.open_(keys_of(name)[0]) == Epoch(b"n" * 32)
    for name in (TABLET, "stranger"):
        with pytest.raises(ForgedError):
            following.open_(keys_of(name)[0])


@pytest.mark.parametrize("victim", ["sasha", "tablet of sasha"])
def test_nobody_removes_the_others_devices(victim: str) -> None:
    """Whatever one person signs about the other's devices counts nowhere: they are not removed, locked or expired."""
    tale = Tale()
    tale.add("tablet of sasha", "sasha")
    operation = tale.revoke(victim, "robin")
    assert operation.id in tale.members().refused
    assert device(victim) in tale.members().active
    assert tale.members().cuts == {}


def test_there_is_no_operation_that_touches_the_others_copy() -> None:
    """The kinds are these: none of them wipes, locks or expires anything, and the one that crosses is the split."""
    assert {kind.name for kind in OperationKind} == {
        "DEVICE_ADD",
        "DEVICE_REVOKE",
        "DEVICE_REKEY",
        "RECOVERY_SET",
        "EPOCH",
        "SPLIT",
        "DEVICE_CONFIRM",
    }


def test_nobody_removes_the_other_and_keeps_the_space() -> None:
    """Ending the space ends it for the one who ends it too, and nobody's devices go: both can go on reading."""
    tale = Tale()
    tale.split("robin")
    again = [tale.add(TABLET, "robin"), tale.rotate("robin")]
    members = tale.members()
    assert members.split
    assert {item.id for item in again} == members.refused.keys()
    assert members.active == {device("robin"), device("sasha")}
    assert {card.device for card in members.recipients} == members.active


def test_whose_a_device_is_outlives_its_removal() -> None:
    """A removed device is still somebody's, so that its words have an author; it is told so, and a stranger is not."""
    tale = Tale()
    tale.add(TABLET, "robin")
    assert tale.members().person(device(TABLET)) == person("robin")
    tale.revoke(TABLET, "robin")
    members = tale.members()
    assert members.person_of[device(TABLET)] == person("robin")
    assert device(TABLET) in members.cards
    with pytest.raises(UsageError, match="removed"):
        members.person(device(TABLET))
    with pytest.raises(UsageError, match="catch up"):
        members.person(device("stranger"))


def test_a_founders_epoch_is_current_at_first() -> None:
    """A space begins with generation 0, for its founders."""
    genesis = space_of("robin", "sasha")
    members = Tale().members()
    assert members.current is not None
    assert members.current.mailbox == MailboxId(epoch_of(genesis, "robin").mailbox)
    assert (members.highest, members.rotate_needed, members.split) == (0, False, False)
