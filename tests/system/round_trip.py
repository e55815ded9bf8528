"""Two devices and whatever stands between them and a relay: `python -m tests.system.round_trip ADDRESS`.

A program of its own, because a client reads which certificates it trusts (SSL_CERT_FILE) when it starts.
`cross` runs it.
It ends with 0 once the second device shows what the first one wrote before and while both were there.
"""

import asyncio
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.contracts.client_world import CHEAP
from tests.contracts.relay_process import environment
from troth import Put, document_id
from troth_client import create_space, join, open_space, request_to_join

__all__ = ["cross"]

ROOT: Final = Path(__file__).resolve().parents[2]
LIST: Final = document_id("list")
WORDS: Final = "correct horse"
WAIT_S: Final = 120
LONG: Final = "plain words " * 1_500
"""Enough of these fill frames of the largest size."""


def cross(address: str, **trust: str) -> None:
    """Let two devices meet through a relay at this address."""
    command = [sys.executable, "-m", "tests.system.round_trip", address]
    done = subprocess.run(
        command, env=environment() | trust, cwd=ROOT, capture_output=True, text=True, timeout=2 * WAIT_S, check=False
    )
    assert done.returncode == 0, done.stderr


async def meet(folder: Path, relay: str) -> None:
    """Make two devices, and wait until what one of them writes is shown by the other."""
    laptop_file, phone_file = str(folder / "laptop"), str(folder / "phone")
    create_space(laptop_file, passphrase=WORDS, machine=CHEAP)
    async with open_space(laptop_file, passphrase=WORDS, relay=relay, machine=CHEAP) as laptop:
        asked = request_to_join(phone_file, passphrase=WORDS, invitation=laptop.invite(), machine=CHEAP)
        welcome = await laptop.admit(asked, passphrase=WORDS)
        await asyncio.gather(*(laptop.edit(LIST, Put((f"page {n}",), LONG)) for n in range(20)))
        await laptop.stored()
        join(phone_file, passphrase=WORDS, welcome=welcome, machine=CHEAP)
        async with open_space(phone_file, passphrase=WORDS, relay=relay, machine=CHEAP) as phone:
            await phone.caught_up()
            assert phone.view(LIST) == {f"page {n}": LONG for n in range(20)}
            told = phone.notices()
            await laptop.edit(LIST, Put(("bread",), "one loaf"))
            while "bread" not in phone.view(LIST):
                await anext(told)


async def main(relay: str) -> None:
    """Do it in an empty folder, bounded in time."""
    with TemporaryDirectory() as folder:
        async with asyncio.timeout(WAIT_S):
            await meet(Path(folder), relay)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
