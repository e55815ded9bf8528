"""Words are made with the passphrase while one device or the old words can answer for it, and can be tried."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.handlers.test_removing import add
from tests.troth_app.house import PASSPHRASE, Played, open_keeper, play
from tests.troth_app.test_phrases import asked
from troth import DeviceKeys, Identity, Put, Signer, Welcome, begin, countersign, document_id, found
from troth.recovery import Words, gather
from troth.testing import entropy_of
from troth_app.handlers import recovery, syncing
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_app.phrases import TITLE
from troth_client.link import Address
from troth_client.room import SHARED
from troth_client.signposts import read_signposts
from troth_client.wordlist import parse_recovery, render_recovery


@asynccontextmanager
async def at_home(folder: Path) -> AsyncIterator[tuple[Keeper, Address]]:
    """Robin's laptop, with a space of its own and one with Sasha, at a relay."""
    with serving(folder / "relay.db") as (_, url):
        address = Address.parse(url)
        async with open_keeper(folder, relay=address.url) as keeper:
            assert keeper.household is not None
            pairs = [DeviceKeys.make(entropy_of(name)) for name in ("here", "sasha")]
            genesis = found([keys.card for keys, _ in pairs], entropy_of("genesis"))
            for keys, seed in pairs:
                genesis = countersign(genesis, keys, Signer(seed))
            rows = begin(Identity.welcomed(pairs[0][0], Welcome(genesis, None)), entropy_of("life"))
            await keeper.household.vault.add_room(rows, admin=pairs[0][1], passphrase=PASSPHRASE, kind=SHARED)
            await keeper.household.connect()
            assert keeper.household.shared is not None
            await keeper.household.shared.space.edit(document_id("notes"), Put(("ours",), 1))
            yield keeper, address


@asynccontextmanager
async def sasha_at(folder: Path, address: str) -> AsyncIterator[Keeper]:
    """Sasha's device, in the space that `at_home` made."""
    pairs = [DeviceKeys.make(entropy_of(name)) for name in ("here", "sasha")]
    genesis = found([keys.card for keys, _ in pairs], entropy_of("genesis"))
    for keys, seed in pairs:
        genesis = countersign(genesis, keys, Signer(seed))
    async with open_keeper(folder, relay=address) as keeper:
        assert keeper.household is not None
        rows = begin(Identity.welcomed(pairs[1][0], Welcome(genesis, None)), entropy_of("sasha's life"))
        await keeper.household.vault.add_room(rows, admin=pairs[1][1], passphrase=PASSPHRASE, kind=SHARED)
        await keeper.household.connect()
        yield keeper


def shown(played: Played) -> str:
    """The twelve words that were shown."""
    card = played.card(TITLE)
    assert card is not None
    return " ".join(word for word in " ".join(card.lines).split() if not word.isdigit())


async def make(keeper: Keeper, *old: str) -> str:
    """Make words; return them."""
    played = await play(recovery.make, keeper, *old, PASSPHRASE, asked, asked)
    assert played.code == Code.OK, played.done
    return shown(played)


async def test_words_are_made_and_lead_here(tmp_path: Path) -> None:
    """They are in force in every space, and whoever has them finds all of them at the relay."""
    async with at_home(tmp_path) as (keeper, address):
        phrase = await make(keeper)
        result = (await play(recovery.test, keeper, phrase)).result
        assert result["in_force"]
        assert [state for _, state in result["spaces"]] == [recovery.IN_FORCE] * 2
        epoch = Words(parse_recovery(phrase)).signposts
        newest, *_ = gather(await read_signposts(address, epoch), epoch)
        assert keeper.household is not None
        assert newest.relay == address.url
        assert list(newest.ways) == [place.space.way for place in keeper.household.places]
        assert keeper.household.settings.signposts is not None
        assert keeper.household.settings.signposts.key == epoch.key


async def test_the_old_words_sign_the_new_ones(tmp_path: Path) -> None:
    """Once there are words, the next ones take them; the old ones are told to be old, and others to be none."""
    async with at_home(tmp_path) as (keeper, _):
        first = await make(keeper)
        stranger = " ".join(render_recovery(b"s" * 16))
        assert (await play(recovery.make, keeper, stranger)).code == Code.RULE
        second = await make(keeper, first)
        for phrase, state in ((second, recovery.IN_FORCE), (first, recovery.REPLACED), (stranger, recovery.NEVER)):
            found_there = (await play(recovery.test, keeper, phrase)).result["spaces"]
            assert {found_state for _, found_state in found_there} == {state}


async def test_one_of_two_devices_is_not_enough(tmp_path: Path) -> None:
    """That another one has to agree is said before any words are drawn."""
    async with at_home(tmp_path) as (keeper, _):
        assert keeper.household is not None
        await add(keeper.household.solo, "phone")
        played = await play(recovery.make, keeper)
        assert recovery.SEVERAL.format(count=2) in played.said
        assert played.card(TITLE) is None


async def test_nothing_is_set_before_the_words_are_on_paper(tmp_path: Path) -> None:
    """Another passphrase, words that are not typed back, no relay, or sync that is off: no words."""
    async with at_home(tmp_path) as (keeper, _):
        assert keeper.household is not None
        assert (await play(recovery.make, keeper, "wrong")).code == Code.LOCKED
        played = await play(recovery.make, keeper, PASSPHRASE, "zoo", "zoo", "zoo")
        assert (played.code, played.safe) == (Code.RULE, recovery.UNCHANGED)
        await play(syncing.off, keeper)
        assert (await play(recovery.make, keeper)).code == Code.RULE
        assert not any(place.space.members.words for place in keeper.household.places)


async def test_a_relay_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that lead nowhere are not made."""
    monkeypatch.setattr(recovery, "KNOCK_S", 0.1)
    async with open_keeper(tmp_path, relay="ws://127.0.0.1:9/v1") as keeper:
        assert (await play(recovery.make, keeper)).code == Code.HERE
