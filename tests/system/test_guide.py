"""The operator's guide works as it is written, block by block, on a machine that holds nothing else."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from tests.contracts.relay_client import Client, Key, connected, envelope
from tests.system.machine import STATE, Machine, made
from tests.system.proxies import DEPLOY, Certificate, certificate, free_port
from troth_relay.main import main
from troth_relay.metrics import Metrics, Moment
from troth_relay.settings import CONFIG_VARIABLE, TABLE
from troth_wire.messages import Head, Reason, Refuse

GUIDE: Final = (DEPLOY / "guide.md").read_text()
BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEY: Final = Key.numbered(1)


def blocks(heading: str) -> list[str]:
    """Return the blocks under a heading."""
    (part,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    return BLOCK.findall(part)


class Site:
    """Ports that are free, a certificate, and a machine on which the guide is followed."""

    def __init__(self, folder: Path) -> None:
        """Make it; the name, the ports and the certificate are the test's, the rest is the guide's."""
        self.tls: Certificate = certificate(folder, days=60)
        self.port, self.upstream, self.metrics = free_port(), free_port(), free_port()
        tls = "bind 127.0.0.1\ntls /root/chain.pem /root/key.pem"
        caddy = {
            "\n{\n": "\n{\nadmin off\nauto_https off\n",
            "relay.example {": f"https://relay.example:{self.port} {{\n{tls}",
            "127.0.0.1:8440": f"127.0.0.1:{self.upstream}",
        }
        relay = {'"relay.example:443"': f'"relay.example:{self.port}"\nport = {self.upstream}'}
        self.machine: Machine = made(
            folder, changes={"relay/deploy/Caddyfile": caddy, "relay/deploy/troth-relay.toml": relay}
        )
        for file, name in ((self.tls.chain, "chain.pem"), (self.tls.key, "key.pem")):
            (self.machine.root / "root" / name).write_bytes(file.read_bytes())
        self.machine.environment |= {
            "SSL_CERT_FILE": "/root/chain.pem",
            "MAILBOX": KEY.mailbox.hex(),
        }

    def follow(self, heading: str) -> str:
        """Carry out all blocks under a heading; return what they said."""
        return "".join(self.machine.run(self._here(block)) for block in blocks(heading))

    def _here(self, block: str) -> str:
        # A stand-in returns when what it started is there.
        block = re.sub(r"^sleep \d+$", "true", block, flags=re.MULTILINE)
        block = block.replace("NAME=relay.example", "NAME=localhost").replace("9440", str(self.metrics))
        return block.replace('doctor "wss://$NAME"', f'doctor --idle 1 "wss://$NAME:{self.port}"')

    @asynccontextmanager
    async def device(self) -> AsyncIterator[Client]:
        """Come to the relay behind the proxy, by the name that the proxy has."""
        async with connected(f"ws://127.0.0.1:{self.upstream}/v1") as client:
            client.host = f"localhost:{self.port}"
            yield client

    async def write(self, admission: str) -> None:
        """Open a mailbox with a pass, and write an entry."""
        async with self.device() as client:
            await client.open(KEY, admission=admission.encode())
        async with self.device() as client:
            await client.follow(KEY)
            await client.push(KEY, [envelope(1)])
            await client.read(KEY, until=1)

    async def head(self) -> Head | Refuse:
        """Ask for the mailbox."""
        async with self.device() as client:
            return await client.prove(KEY)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One machine for all of the guide."""
    if os.geteuid() != 0:
        pytest.skip("missing program: chroot, which only root may use")
    with TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            yield site
        finally:
            site.machine.end()


def test_guide_is_followed(site: Site) -> None:
    """From nothing to a relay that devices reach; backed up, restored, upgraded, watched; and one mailbox is ended."""
    said = site.follow("Five minutes to a relay behind Caddy")
    assert said.count(" well  ") == 9, said
    assert (site.machine.root / STATE.lstrip("/")).stat().st_mode & 0o777 == 0o700
    asyncio.run(site.write(said.splitlines()[-1]))
    before = asyncio.run(site.head())
    listed = site.follow("Who may use it")
    assert "uses left: 4" in listed
    assert "quota_mb = 500  # file /etc/troth-relay.toml" in listed
    assert "environment" not in listed
    assert "restored to" in site.follow("Back up and restore")
    after = asyncio.run(site.head())
    assert isinstance(before, Head)
    assert isinstance(after, Head)
    assert (after.position, after.lineage != before.lineage) == (1, True)
    assert "ready at " in site.follow("Upgrade")
    assert "The limits were read again." in site.machine.said()
    watched = site.follow("Watch it")
    assert "mailboxes 1\n" in watched
    assert "\ntroth_relay_mailboxes 1.0\n" in watched
    assert "went back to the disk" in site.follow("Room on the disk")
    ended = site.follow("When somebody asks you for something")
    assert ("entries 1\n" in ended, "is blocked" in ended) == (True, True)
    gone = asyncio.run(site.head())
    assert isinstance(gone, Refuse)
    assert gone.reason is Reason.UNKNOWN_MAILBOX
    assert "Traceback" not in site.machine.said()


def test_every_block_is_followed() -> None:
    """There is no block that the test above leaves out, and none of another kind that nobody runs."""
    headings = re.findall(r"^## (.+)$", GUIDE, re.MULTILINE)
    followed = set(re.findall(r'follow\("([^"]+)"\)', Path(__file__).read_text()))
    assert {heading for heading in headings if blocks(heading)} == followed
    assert len(re.findall(r"^```", GUIDE, re.MULTILINE)) == 2 * len(BLOCK.findall(GUIDE))


def test_what_the_guide_names_is_there() -> None:
    """Each figure is one that a relay tells, each setting one that it has, each command one that it knows."""
    told = Metrics().text(Moment(1, (), None)).decode()
    figures = set(re.findall(r"^\| `(troth_relay_\w+)`", GUIDE, re.MULTILINE))
    assert figures
    assert all(re.search(rf"^{figure}[ {{]", told, re.MULTILINE) for figure in figures)
    assert set(re.findall(r"TROTH_RELAY_[A-Z_]+", GUIDE)) == {CONFIG_VARIABLE}
    assert set(re.findall(r"^echo '(\w+) = ", GUIDE, re.MULTILINE)) <= {setting.key for setting in TABLE}
    for word in re.findall(r"troth-relay ([a-z]+)(?= |\n|`)", GUIDE):
        assert word in main.commands, word
