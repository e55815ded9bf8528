"""Words open their own spaces and no others, find them behind whatever a thief left, and act from before a doubt."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.drawn_tales import drawn_tales
from tests.troth.letters import device, exactly, keys_of, operation_in, person, space_of
from tests.troth.tales import Tale
from troth.amendments import revoke_device, set_recovery, words_proofs
from troth.authority import Refusal
from troth.crypto import aead_seal
from troth.envelope import OVERHEAD_BYTES, padded_length
from troth.genesis import found
from troth.joining import Invitation, add_device, request
from troth.keys import Epoch
from troth.membership import Members
from troth.recovery import Signpost, Way, Words, check_taken, gather, undoubted
from troth.roll import evaluate
from troth.testing import entropy_of
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError, VersionError
from troth_wire.limits import ADDRESS_BYTES_MAX, SIGNPOST_BYTES, SIGNPOST_SPACES_MAX, SIGNPOSTS_READ_MAX

WORDS, OTHERS = Words(b"w" * 16), Words(b"v" * 16)
TABLET, PHONE, THIEF = "tablet of robin", "phone of robin", "watch of robin"
NEXT = Epoch(b"n" * 32)
NONCE = b"o" * 24
BOTH = space_of("robin", "sasha")
WAY = Way(BOTH, person("robin"), NEXT)
SIGNPOST = Signpost("wss://relay.example", (WAY,))
ENTRY = SIGNPOST.seal(WORDS.signposts, NONCE)


def forged(body: object, *, length: int | None = None, end: bytes = b"") -> bytes:
    """A signpost that is sealed as it should be, whatever is in it."""
    packed = codec.pack(body)
    plaintext = (len(packed) if length is None else length).to_bytes(2, "big") + packed
    filled = plaintext.ljust(SIGNPOST_BYTES - len(end), b"\x00") + end
    epoch = WORDS.signposts
    sealed = aead_seal(epoch.seal_key, NONCE, filled, b"troth/signpost\x00\x01\x01" + epoch.mailbox)
    return b"\x01\x01" + NONCE + sealed


# Keys


@given(exactly(16), exactly(16))
def test_each_space_and_person_has_words_of_its_own(one: bytes, other: bytes) -> None:
    """The same words have the same keys every time, and no key of theirs is that of another space, person or sheet."""
    space, far = BOTH.space, space_of("robin").space
    places = [(space, person("robin")), (space, person("sasha")), (far, person("robin"))]
    sheets = [Words(one)] if one == other else [Words(one), Words(other)]
    cards = [sheet.keys(*place)[0].card for sheet in sheets for place in places]
    keys = [key for card in cards for key in card.parts()] + [sheet.signposts.mailbox for sheet in sheets]
    assert len(set(keys)) == len(keys)
    assert Words(one).keys(*places[0])[0] == sheets[0].keys(*places[0])[0]


def test_words_stand_for_sixteen_bytes() -> None:
    """Anything but sixteen bytes is refused; what is drawn has as many, and does not show in a repr."""
    drawn = Words.draw(entropy_of("words"))
    assert len(drawn.entropy) == 16
    assert repr(drawn.entropy)[2:-1] not in repr(drawn)
    for length in (0, 15, 17, 32):
        with pytest.raises(UsageError, match="twelve words"):
            Words(bytes(length))


# Signposts


def test_a_signpost_is_read_as_it_was_written() -> None:
    """Relay, spaces, persons and keys come back."""
    assert Signpost.open_(ENTRY, WORDS.signposts) == SIGNPOST


def test_a_signpost_does_not_show_how_much_it_says() -> None:
    """The longest address and as many of the largest spaces as may be fit, and the size is that of the smallest."""
    many = Signpost("wss://" + "r" * (ADDRESS_BYTES_MAX - 6), (WAY,) * SIGNPOST_SPACES_MAX)
    sealed = many.seal(WORDS.signposts, NONCE)
    assert len(sealed) == len(ENTRY) == SIGNPOST_BYTES + OVERHEAD_BYTES
    assert padded_length(SIGNPOST_BYTES) == SIGNPOST_BYTES, "so that it looks like any envelope of that size"
    assert Signpost.open_(sealed, WORDS.signposts) == many


def test_what_fits_no_signpost_is_refused() -> None:
    """An address that is too long, no space, and one space too many are the caller's mistake."""
    for wrong in (
        replace(SIGNPOST, relay="r" * (ADDRESS_BYTES_MAX + 1)),
        replace(SIGNPOST, ways=()),
        replace(SIGNPOST, ways=(WAY,) * (SIGNPOST_SPACES_MAX + 1)),
    ):
        with pytest.raises(UsageError, match="signpost"):
            wrong.seal(WORDS.signposts, NONCE)


@given(st.data())
def test_a_signpost_that_was_touched_does_not_open(data: st.DataObject) -> None:
    """No bit of it may differ, and none may be missing; other words open nothing of it."""
    at = data.draw(st.integers(0, len(ENTRY) - 1))
    touched = ENTRY[:at] + bytes([ENTRY[at] ^ 1 << data.draw(st.integers(0, 7))]) + ENTRY[at + 1 :]
    with pytest.raises((ForgedError, VersionError)):
        Signpost.open_(touched, WORDS.signposts)
    with pytest.raises(MalformedError):
        Signpost.open_(ENTRY[: data.draw(st.integers(0, len(ENTRY) - 1))], WORDS.signposts)
    with pytest.raises(ForgedError):
        Signpost.open_(ENTRY, OTHERS.signposts)


def test_a_signpost_is_held_to_its_form() -> None:
    """What is sealed rightly and says nonsense is refused, and what a later version says waits."""
    ways = [[BOTH.encode(), person("robin"), NEXT.key]]
    draft = found([keys_of("robin")[0].card, keys_of("sasha")[0].card], entropy_of("draft"))
    assert Signpost.open_(forged([1, "", ways]), WORDS.signposts).ways == (WAY,)
    for body, error in (
        ([2], VersionError),
        ([2, "", "whatever"], VersionError),
        ([1, ""], MalformedError),
        ([1, "", []], MalformedError),
        ([1, "", ways * (SIGNPOST_SPACES_MAX + 1)], MalformedError),
        ([1, "r" * (ADDRESS_BYTES_MAX + 1), ways], MalformedError),
        ([1, "", [[BOTH.encode(), person("stranger"), NEXT.key]]], MalformedError),
        ([1, "", [[draft.encode(), person("robin"), NEXT.key]]], ForgedError),
    ):
        with pytest.raises(error):
            Signpost.open_(forged(body), WORDS.signposts)
    for entry in (forged([1, "", ways], end=b"\x01"), forged([1, "", ways], length=SIGNPOST_BYTES)):
        with pytest.raises(MalformedError, match="filling"):
            Signpost.open_(entry, WORDS.signposts)


def test_no_signpost_hides_another() -> None:
    """All that open are told, the newest first and each once, whatever lies between them."""
    newer = replace(SIGNPOST, relay="wss://moved.example")
    false = Signpost("wss://thief.example", (replace(WAY, epoch=Epoch(b"t" * 32)),))
    entries = [signpost.seal(WORDS.signposts, NONCE) for signpost in (SIGNPOST, newer, SIGNPOST, false)]
    entries[1:1] = [b"", b"junk", SIGNPOST.seal(OTHERS.signposts, NONCE)]
    assert gather(entries, WORDS.signposts) == (false, SIGNPOST, newer)
    assert gather([], WORDS.signposts) == ()


def test_the_first_signpost_is_read_behind_any_number() -> None:
    """However many a thief writes, no more are read than may be, and the first one is among them."""
    false = [
        Signpost(f"wss://{at}.example", (WAY,)).seal(WORDS.signposts, NONCE) for at in range(SIGNPOSTS_READ_MAX + 3)
    ]
    read = gather([ENTRY, *false], WORDS.signposts)
    assert len(read) == SIGNPOSTS_READ_MAX
    assert read[-1] == SIGNPOST
    assert read[0].relay == f"wss://{len(false) - 1}.example"


# What words do


def told(tale: Tale, payload: bytes, by: Words | str) -> Members:
    """The members after a payload of a device, or of words for robin."""
    author = device(by) if isinstance(by, str) else by.keys(tale.genesis.space, person("robin"))[0].device
    operation = replace(operation_in(payload, by="robin", space=tale.genesis.space), author=author)
    tale.told.append(operation)
    return evaluate(tale.genesis, tale.told)


def with_words() -> tuple[Tale, Members]:
    """A space of two that took robin's words, and gave them the next epoch."""
    tale = Tale()
    keys, admin = WORDS.keys(tale.genesis.space, person("robin"))
    members = tale.members()
    proofs = words_proofs(members, person("robin"), keys, admin)
    payload = set_recovery(members, *keys_of("robin"), keys.card, proofs, None, NEXT, entropy_of("words"))
    return tale, told(tale, payload, "robin")


def test_words_open_what_is_wrapped_for_them() -> None:
    """From the operation that sets them on, words hold the key of every epoch; other words hold none."""
    tale, members = with_words()
    keys = WORDS.keys(tale.genesis.space, person("robin"))[0]
    check_taken(members, keys)
    epoch = tale.told[-1].epoch
    assert epoch is not None
    assert epoch.open_(keys) == NEXT
    assert tale.genesis.epoch.wraps.keys() == {device("robin"), device("sasha")}


def test_another_space_or_another_sheet_is_found_out() -> None:
    """A space that never took these words is refused, and so are words that were replaced."""
    tale, members = with_words()
    space, robin = tale.genesis.space, person("robin")
    elsewhere = space_of("robin").space
    for stranger in (WORDS.keys(space, person("sasha")), OTHERS.keys(space, robin), WORDS.keys(elsewhere, robin)):
        with pytest.raises(ForgedError, match="never"):
            check_taken(members, stranger[0])
    old, new = WORDS.keys(space, robin), OTHERS.keys(space, robin)
    proofs = words_proofs(members, robin, *new)
    payload = set_recovery(members, *old, new[0].card, proofs, None, None, entropy_of("new"))
    after = told(tale, payload, WORDS)
    check_taken(after, new[0])
    with pytest.raises(UsageError, match="place"):
        check_taken(after, old[0])


def test_words_let_one_device_in() -> None:
    """A device that words add belongs and can read; a second one counts nowhere."""
    tale, members = with_words()
    keys, admin = WORDS.keys(tale.genesis.space, person("robin"))
    for newcomer in (TABLET, PHONE):
        asked = request(Invitation(tale.genesis.space, person("robin")), *keys_of(newcomer))
        members = told(tale, add_device(members, keys, admin, asked, NEXT, entropy_of(newcomer)), WORDS)
    assert members.devices(person("robin")) == {device("robin"), device(TABLET)}
    epoch = tale.told[-2].epoch
    assert epoch is not None
    assert epoch.open_(keys_of(TABLET)[0]) == NEXT
    assert members.refused == {tale.told[-1].id: Refusal.USED.value}


def test_words_act_from_before_the_doubt() -> None:
    """A thief set words of its own and removed everybody else; from the heads before, the words undo all of it."""
    tale, members = with_words()
    space, robin = tale.genesis.space, person("robin")
    keys, admin = WORDS.keys(space, robin)
    tale.add(TABLET, "robin")
    good = tale.told[-1]
    thefts = [
        tale.add(THIEF, TABLET),
        tale.revoke("robin", TABLET),
        tale.words("words 1 of robin", TABLET, second=THIEF),
    ]
    assert tale.members().devices(robin) == {device(TABLET), device(THIEF)}
    assert tale.members().words[robin] == device("words 1 of robin")
    kept = undoubted(tale.told, [thefts[0].id, thefts[1].id])
    assert kept == (tale.told[0], good)
    members = evaluate(tale.genesis, kept)
    payload = revoke_device(members, keys, admin, device(TABLET), [], None, entropy_of("removal"))
    after = told(tale, payload, WORDS)
    assert after.devices(robin) == {device("robin")}
    assert after.words == {robin: keys.device}
    assert {after.voided[theft.id] for theft in thefts} == {
        "it came after the point where recovery words cut its author off"
    }


@given(drawn_tales(), st.data())
def test_nothing_in_doubt_is_in_the_past_of_what_is_left(tale: Tale, data: st.DataObject) -> None:
    """What is left out is what is doubted and what builds on it; all else stays, with its whole past, in its order."""
    doubted = {item.id for item in tale.told if data.draw(st.booleans())}
    left = undoubted(tale.told, doubted)
    assert list(left) == [
        item for item in tale.told if doubted.isdisjoint(before.id for before in [*tale.past([item]), item])
    ]
