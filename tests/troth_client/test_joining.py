"""Devices come into a space by values that are carried between them; keys never leave their vaults."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP
from troth import DeviceKeys, Genesis, Row, Welcome
from troth.joining import Invitation
from troth_client import (
    Machine,
    Vault,
    card,
    countersign_genesis,
    create_space,
    draft_genesis,
    join,
    open_space,
    request_to_join,
)
from troth_client.joining import JOINING, Newcomer, check_joined
from troth_wire.errors import ForgedError, MalformedError, PassphraseError, RemoteError, StoreError, UsageError
from troth_wire.ids import PersonId, SpaceId

WORDS = "correct horse"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_card(name: str) -> bytes:
    """Make a card cheaply."""
    return card(name, passphrase=WORDS, machine=CHEAP)


def draft(name: str, *cards: bytes) -> bytes:
    """Draft a genesis cheaply."""
    return draft_genesis(name, passphrase=WORDS, cards=cards, machine=CHEAP)


def countersign(name: str, drafted: bytes) -> bytes:
    """Countersign a genesis cheaply."""
    return countersign_genesis(name, passphrase=WORDS, draft=drafted, machine=CHEAP)


def take_up(name: str, welcome: bytes) -> None:
    """Join cheaply."""
    join(name, passphrase=WORDS, welcome=welcome, machine=CHEAP)


def rows(name: str, words: str = WORDS) -> list[Row]:
    """Return what a vault holds."""
    with closing(Vault.open(name, passphrase=words, machine=CHEAP)) as vault:
        return vault.room(vault.rooms[0]).load()


def founded() -> bytes:
    """Found a space for two; return the welcome."""
    drafted = draft("ours", make_card("ours"), make_card("theirs"))
    return countersign("theirs", drafted)


@pytest.mark.usefixtures("here")
class TestAlone:
    """A space for one person."""

    def test_a_space_is_made_in_one_call(self) -> None:
        """The vault holds a space from the beginning, and its device's admin key for the passphrase."""
        create_space("mine", passphrase=WORDS, machine=CHEAP)
        check_joined(rows("mine"))

    def test_nothing_is_made_over_a_file(self) -> None:
        """A second space of the same name is refused, and the first stays."""
        create_space("mine", passphrase=WORDS, machine=CHEAP)
        before = rows("mine")
        with pytest.raises(UsageError):
            create_space("mine", passphrase=WORDS, machine=CHEAP)
        assert rows("mine") == before


@pytest.mark.usefixtures("here")
class TestTwo:
    """A space for two persons."""

    def test_two_devices_found_a_space(self) -> None:
        """From two cards, one draft and one signature both join the same space, signed by both."""
        welcome = founded()
        for name in ("ours", "theirs"):
            take_up(name, welcome)
            check_joined(rows(name))
        assert Welcome.parse(welcome).genesis.complete
        assert len(Welcome.parse(welcome).genesis.founders) == 2

    def test_a_card_is_the_same_when_it_is_asked_for_again(self) -> None:
        """A card that got lost on the way can be shown once more."""
        assert make_card("ours") == make_card("ours")
        assert make_card("ours") != make_card("theirs")

    def test_only_two_found(self) -> None:
        """One card, the same card twice, and three cards found nothing."""
        ours, theirs, third = (make_card(name) for name in ("ours", "theirs", "third"))
        for cards in ([ours], [ours, ours], [ours, theirs, third]):
            with pytest.raises(UsageError):
                draft("ours", *cards)

    def test_a_stranger_does_not_sign(self) -> None:
        """A device whose card is not among them neither drafts nor countersigns."""
        ours, theirs, _ = (make_card(name) for name in ("ours", "theirs", "third"))
        with pytest.raises(UsageError):
            draft("third", ours, theirs)
        with pytest.raises(UsageError):
            countersign("third", draft("ours", ours, theirs))

    def test_an_unsigned_draft_is_refused(self) -> None:
        """A draft that its drafter has not signed can not be completed by the other."""
        drafted = Genesis.parse(draft("ours", make_card("ours"), make_card("theirs")))
        bare = Genesis(drafted.body, (None, None), drafted.founders, drafted.epoch)
        with pytest.raises(ForgedError):
            countersign("theirs", bare.encode())

    def test_a_device_joins_only_what_it_agreed_to(self) -> None:
        """The welcome to another space, even of the same two devices, is refused."""
        first = founded()
        second = founded()
        with pytest.raises(ForgedError):
            take_up("ours", first)
        take_up("ours", second)

    def test_who_agreed_to_nothing_does_not_join(self) -> None:
        """A device that only showed its card joins nothing."""
        welcome = founded()
        make_card("third")
        with pytest.raises(UsageError, match="neither asked"):
            take_up("third", welcome)

    def test_a_place_is_taken_up_once(self) -> None:
        """A vault that is in a space shows no card and joins no other."""
        welcome = founded()
        take_up("ours", welcome)
        for again in (lambda: take_up("ours", welcome), lambda: make_card("ours")):
            with pytest.raises(UsageError, match="already"):
                again()

    def test_secrets_stay_at_home(self, here: Path) -> None:
        """Nothing that is carried holds a secret key."""
        welcome = founded()
        kept = next(row.value for row in rows("ours") if row.table == JOINING)
        keys = Newcomer.parse(kept or b"").keys
        for carried in (make_card("ours"), make_card("theirs"), welcome):
            for secret in (keys.everyday_seed, keys.box_secret):
                assert secret not in carried
        assert not any(b"correct horse" in file.read_bytes() for file in here.iterdir() if file.is_file())

    def test_the_passphrase_is_needed_every_time(self) -> None:
        """No step is done with another passphrase."""
        drafted = draft("ours", make_card("ours"), make_card("theirs"))
        with pytest.raises(PassphraseError):
            countersign_genesis("theirs", passphrase="wrong", draft=drafted, machine=CHEAP)
        with pytest.raises(PassphraseError):
            card("ours", passphrase="wrong", machine=CHEAP)


@pytest.mark.usefixtures("here")
class TestOwnDevice:
    """Another device of the same person."""

    async def test_a_device_is_added(self) -> None:
        """It asks, is admitted for the passphrase, and joins; both then hold one space."""
        create_space("laptop", passphrase=WORDS, machine=CHEAP)
        async with open_space("laptop", passphrase=WORDS, machine=CHEAP) as laptop:
            asked = request_to_join("phone", passphrase="staple", invitation=laptop.invite(), machine=CHEAP)
            again = request_to_join("phone", passphrase="staple", invitation=laptop.invite(), machine=CHEAP)
            assert asked == again
            welcome = await laptop.admit(asked, passphrase=WORDS)
        join("phone", passphrase="staple", welcome=welcome, machine=CHEAP)
        check_joined(rows("phone", "staple"))

    def test_a_welcome_for_another_device_is_refused(self) -> None:
        """What was made for one device opens nothing for another, nor for another space."""
        other = Invitation(SpaceId(bytes(32)), PersonId(bytes(32))).encode()
        request_to_join("phone", passphrase=WORDS, invitation=other, machine=CHEAP)
        with pytest.raises(ForgedError):
            take_up("phone", founded())

    @pytest.mark.parametrize(
        ("step", "what"),
        [
            (lambda: request_to_join("phone", passphrase=WORDS, invitation=b"garbled", machine=CHEAP), "invitation"),
            (lambda: countersign("phone", b"garbled"), "draft"),
            (lambda: take_up("phone", b"garbled"), "welcome"),
            (lambda: draft("phone", b"garbled", b"words"), "card"),
        ],
        ids=["invitation", "draft", "welcome", "cards"],
    )
    def test_nonsense_is_refused(self, step: Callable[[], object], what: str) -> None:
        """What was garbled on the way is told by its kind of error, says what it is not, and makes no vault."""
        with pytest.raises(RemoteError, match=f"no {what}, or not all of it. Nothing was changed"):
            step()
        assert not Path("phone").exists()

    def test_a_vault_that_is_not_there(self) -> None:
        """Signing or joining with a name that is wrong makes nothing."""
        with pytest.raises(StoreError, match="There is no vault"):
            take_up("nowhere", founded())
        assert not Path("nowhere").exists()


def test_a_newcomer_is_remembered() -> None:
    """Keys and the space agreed to come back from the vault's row; garbled, they are refused."""
    keys, _ = DeviceKeys.make(Machine().entropy)
    for space in (None, SpaceId(b"s" * 32)):
        row = Newcomer(keys, space).row()
        assert Newcomer.parse(row.value or b"") == Newcomer(keys, space)
    with pytest.raises(MalformedError):
        Newcomer.parse(b"garbled")
    assert keys.everyday_seed.hex() not in repr(Newcomer(keys))


def test_rows_without_a_space_are_refused() -> None:
    """A vault that is in no space is told so."""
    with pytest.raises(UsageError, match="no space yet"):
        check_joined([Row(JOINING, b"", b"")])
