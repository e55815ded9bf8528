"""One knock tells a relay that is there from one that is not, one of another version, and something else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from troth_app import knocking
from troth_app.knocking import Knock, knock
from troth_client.link import Address, Link
from troth_wire.limits import CHALLENGE_BYTES, ENVELOPE_BYTES_MAX, WIRE_VERSION
from troth_wire.messages import Hello, Reason, Refuse, encode

REFUSAL = encode(Refuse(Reason.MALFORMED, None, (), 0))
ADDRESS = Address.parse("ws://127.0.0.1:9")


class Said(Link):
    """A link over which something was said, and nothing more comes."""

    def __init__(self, *frames: bytes) -> None:
        """Take what was said."""
        super().__init__("host")
        self._frames = frames

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield it."""
        for frame in self._frames:
            yield frame


def saying(monkeypatch: pytest.MonkeyPatch, *frames: bytes) -> None:
    """Let a dialled relay say something."""

    @asynccontextmanager
    async def dial(_: Address) -> AsyncIterator[Link]:
        yield Said(*frames)

    monkeypatch.setattr(knocking, "dial", dial)


def hello(version: int) -> bytes:
    """Return the greeting of a relay that speaks one version."""
    return encode(Hello(version, version, ENVELOPE_BYTES_MAX, bytes(CHALLENGE_BYTES)))


async def test_a_relay_that_is_there(tmp_path: Path) -> None:
    """A relay answers, and was told nothing."""
    with serving(tmp_path / "relay.db") as (_, address):
        assert await knock(Address.parse(address)) is Knock.ANSWERED


async def test_nobody_there() -> None:
    """A port where nobody listens is silent."""
    assert await knock(ADDRESS) is Knock.SILENT


async def test_a_relay_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence has an end."""

    @asynccontextmanager
    async def dial(_: Address) -> AsyncIterator[Link]:
        await asyncio.Event().wait()
        yield Said()

    monkeypatch.setattr(knocking, "dial", dial)
    monkeypatch.setattr(knocking, "KNOCK_S", 0)
    assert await knock(ADDRESS) is Knock.SILENT


async def test_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay of another version is told from one that is not there."""
    saying(monkeypatch, hello(WIRE_VERSION + 1))
    assert await knock(ADDRESS) is Knock.OTHER_VERSION


@pytest.mark.parametrize("frames", [(b"hello",), (REFUSAL,), ()])
async def test_something_else(monkeypatch: pytest.MonkeyPatch, frames: tuple[bytes, ...]) -> None:
    """What greets otherwise, or not at all, is no relay."""
    saying(monkeypatch, *frames)
    assert await knock(ADDRESS) is Knock.STRANGER


def test_every_answer_says_what_is_safe() -> None:
    """What is not there loses nothing, and each sentence says so."""
    assert all("kept here" in found.value for found in Knock if found is not Knock.ANSWERED)
