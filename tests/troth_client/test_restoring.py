"""With words and a relay alone, a space is read to its end; a false way leads nowhere."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.relay_process import serving
from troth import DeviceKeys, Put, Signer, document_id
from troth.recovery import Words
from troth.testing import entropy_of
from troth_client import create_space, open_space, restoring
from troth_client.link import Address
from troth_client.opening import open_vault
from troth_client.restoring import read_space
from troth_client.room import SOLO
from troth_client.vault import Vault
from troth_wire.errors import ForgedError, NoRelayError

SECRET, NOTES = "correct horse", document_id("notes")
PAPER = Words(b"w" * 16)


async def test_a_person_comes_back(tmp_path: Path) -> None:
    """The new vault shows everything, writes on, and the lost device reads nothing of it; over a real relay."""
    create_space(tmp_path / "lost", passphrase=SECRET, machine=CHEAP)
    with serving(tmp_path / "relay.db") as (_, url):
        async with open_space(tmp_path / "lost", passphrase=SECRET, relay=url, machine=CHEAP) as lost:
            await lost.edit(NOTES, Put(("before",), 1))
            way, gone = lost.way, lost.device
            await lost.set_recovery(PAPER, passphrase=SECRET)
            await lost.edit(NOTES, Put(("after",), 1))
            await lost.stored()
        read = await read_space(PAPER, way, Address.parse(url), machine=CHEAP)
        assert read.devices == {gone}
        assert set(read.engine.view(NOTES)) == {"before", "after"}
        keys, admin = DeviceKeys.make(entropy_of("new"))
        rows = read.restore(keys, Signer(admin), [gone])
        Vault.create(tmp_path / "new", passphrase=SECRET, admin=admin, rows=rows, kind=SOLO, machine=CHEAP).close()
        async with open_space(tmp_path / "new", passphrase=SECRET, relay=url, machine=CHEAP) as new:
            await new.caught_up()
            await new.edit(NOTES, Put(("back",), 1))
            await new.stored()
            assert new.members.active == {new.device}
        async with open_space(tmp_path / "lost", passphrase=SECRET, relay=url, machine=CHEAP) as lost:
            await lost.until(lambda status: status.connected)
            assert set(lost.view(NOTES)) == {"before", "after"}
        async with open_vault(tmp_path / "new", passphrase=SECRET, machine=CHEAP) as vault:
            assert len(vault.rooms) == 1


async def test_a_false_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A space that never took the words is refused, and a relay that shows none is not waited for without end."""
    create_space(tmp_path / "laptop", passphrase=SECRET, machine=CHEAP)
    with serving(tmp_path / "relay.db") as (_, url):
        async with open_space(tmp_path / "laptop", passphrase=SECRET, relay=url, machine=CHEAP) as laptop:
            await laptop.edit(NOTES, Put(("before",), 1))
            await laptop.stored()
            way = laptop.way
        with pytest.raises(ForgedError):
            await read_space(PAPER, way, Address.parse(url), machine=CHEAP)
    monkeypatch.setattr(restoring, "READ_S_MAX", 0.01)
    with pytest.raises(NoRelayError):
        await read_space(PAPER, replace(way), Address.parse(url), machine=CHEAP)
