"""An open household has every space of its vault, follows what is remembered, and takes in what waited."""

from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP
from tests.troth_app.house import PASSPHRASE, made, open_keeper
from troth_app.household import Household
from troth_app.settings import Relay, idle_row
from troth_client.letterbox import drop
from troth_wire.errors import PassphraseError


async def opened(path: Path) -> Household:
    """Open the household of a vault."""
    return await Household.open(path, passphrase=PASSPHRASE, machine=CHEAP)


async def test_every_space_is_open(tmp_path: Path) -> None:
    """The solo space is there, known as such, and can be read."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        (place,) = keeper.household.places
        assert place is keeper.household.solo
        assert place.kind == "solo"
        assert not place.space.status().connected


async def test_a_wrong_passphrase_leaves_the_vault_free(tmp_path: Path) -> None:
    """It is refused, and the right one opens it right after."""
    home = made(tmp_path)
    with pytest.raises(PassphraseError):
        await Household.open(home.vault, passphrase="another", machine=CHEAP)
    await (await opened(home.vault)).close()


async def test_what_is_remembered_comes_back(tmp_path: Path) -> None:
    """A relay and an idle time are there again after the vault was closed."""
    home = made(tmp_path)
    household = await opened(home.vault)
    await household.use(Relay("ws://127.0.0.1:9/v1"))
    await household.remember(idle_row(60))
    await household.close()
    household = await opened(home.vault)
    assert (household.settings.relay, household.settings.idle_s) == (Relay("ws://127.0.0.1:9/v1"), 60)
    await household.use(None)
    await household.close()
    household = await opened(home.vault)
    assert household.settings.relay is None
    await household.close()


async def test_what_waited_is_taken_in_once(tmp_path: Path) -> None:
    """Entries that were written down while it was locked stand in their order, and do not wait any more."""
    home = made(tmp_path)
    drop(home.vault, b"first")
    drop(home.vault, b"second")
    household = await opened(home.vault)
    assert household.settings.entries == ("first", "second")
    assert (household.taken_in, await household.take_in()) == (2, 0)
    await household.close()
    household = await opened(home.vault)
    assert household.settings.entries == ("first", "second")
    await household.close()


async def test_a_crash_before_the_box_is_emptied_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that was kept and is in the box all the same stands once."""
    home = made(tmp_path)
    drop(home.vault, b"first")
    from troth_client.vault import Vault

    with monkeypatch.context() as patched:
        patched.setattr(Vault, "clear_inbox", lambda *_: None)
        await (await opened(home.vault)).close()
    household = await opened(home.vault)
    assert household.settings.entries == ("first",)
    await household.close()


async def test_what_can_not_be_opened_closes_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in the middle of opening leaves the vault free for the next try."""
    home = made(tmp_path)

    async def fail(_: Household) -> None:
        raise PassphraseError("no")

    with monkeypatch.context() as patched:
        patched.setattr(Household, "connect", fail)
        with pytest.raises(PassphraseError):
            await opened(home.vault)
    await (await opened(home.vault)).close()
