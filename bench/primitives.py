"""What the parts cost by themselves, on this machine and in this run."""

import asyncio
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path
from secrets import token_bytes
from typing import Final

from aiohttp import ClientSession, web

from bench import devices
from bench.figures import Figures, median_us
from troth import Put, Row, Signer, aead_open, aead_seal, guard
from troth.crypto import KEY_BYTES, NONCE_BYTES, verify
from troth.document import Document
from troth_client import Vault
from troth_relay.store import Batch
from troth_relay.store.sqlite import SqliteStore
from troth_wire.ids import ActorId, EnvelopeId, Lineage, MailboxId

__all__ = ["measure"]

ENVELOPE_BYTES: Final = 554
PLAINTEXT_BYTES: Final = 512
HOPS: Final = 400


def measure() -> Figures:
    """Return the median of each, in microseconds."""
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        place = Path(folder)
        disk = {"fsync_us": _fsync(place), "vault_commit_us": _vault(place), "relay_append_us": _append(place)}
    return _crypto() | _change() | disk | {"hop_us": asyncio.run(_hop()), "thread_us": asyncio.run(_thread())}


def _crypto() -> Figures:
    signer, message = Signer(token_bytes(KEY_BYTES)), token_bytes(400)
    signature = signer.sign(message)
    key, nonce = token_bytes(KEY_BYTES), token_bytes(NONCE_BYTES)
    plain = token_bytes(PLAINTEXT_BYTES)
    sealed = aead_seal(key, nonce, plain, b"context")
    return {
        "sign_us": median_us(lambda: signer.sign(message)),
        "verify_us": median_us(lambda: verify(signer.public, message, signature)),
        "seal_us": median_us(lambda: aead_seal(key, nonce, plain, b"context")),
        "open_us": median_us(lambda: aead_open(key, nonce, sealed, b"context")),
    }


def _change() -> Figures:
    """Make, judge and apply changes of one edit each."""
    writer, reader = (Document(ActorId(token_bytes(16))) for _ in range(2))
    numbers = iter(range(1_000_000))
    changes: list[bytes] = []

    def edit() -> None:
        number = next(numbers)
        changes.extend(writer.edit([[Put((f"k{number % 1000}",), f"{number} {time.monotonic_ns() // 1000}")]]).changes)

    edited = median_us(edit)
    judged, waiting = iter(changes), iter(changes)
    return {
        "edit_us": edited,
        "guard_us": median_us(lambda: guard.read(next(judged))),
        "apply_us": median_us(lambda: reader.merge(next(waiting))),
    }


def _fsync(folder: Path) -> float:
    file = os.open(folder / "file", os.O_CREAT | os.O_RDWR)
    try:
        block = token_bytes(4_096)

        def append() -> None:
            os.write(file, block)
            os.fsync(file)

        return median_us(append, turns=200)
    finally:
        os.close(file)


def _vault(folder: Path) -> float:
    """Commit what one edit saves: its record, its envelope, and the edit itself."""
    vault = folder / "vault"
    devices.create(vault)
    with closing(Vault.open(vault, passphrase=devices.PASSPHRASE)) as opened:
        room = opened.room(opened.rooms[0])
        numbers = iter(range(1_000_000))

        def commit() -> None:
            key = next(numbers).to_bytes(8, "big")
            sizes = {"records": 500, "outbox": ENVELOPE_BYTES, "edits": 40}
            room.commit([Row(table, key, token_bytes(size)) for table, size in sizes.items()])

        return median_us(commit, turns=200)


def _append(folder: Path) -> float:
    mailbox = MailboxId(token_bytes(32))
    with closing(SqliteStore(folder / "relay.db")) as store:
        store.create(mailbox, lineage=Lineage(token_bytes(16)), day=0)

        def append() -> None:
            entry = EnvelopeId(token_bytes(32)), token_bytes(ENVELOPE_BYTES)
            store.append([Batch(mailbox, (entry,), 2**30)])

        return median_us(append, turns=200)


async def _hop() -> float:
    """Send a frame over a WebSocket on loopback and back; half of it is one hop between two programs."""
    runner = web.AppRunner(_echo())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    frame, times = token_bytes(ENVELOPE_BYTES), []
    async with ClientSession() as session, session.ws_connect(f"ws://127.0.0.1:{port}/", compress=0) as link:
        for _ in range(HOPS):
            start = time.perf_counter_ns()
            await link.send_bytes(frame)
            await link.receive_bytes()
            times.append(time.perf_counter_ns() - start)
    await runner.cleanup()
    return sorted(times)[HOPS // 2] / 2e3


def _echo() -> web.Application:
    async def echo(request: web.Request) -> web.WebSocketResponse:
        link = web.WebSocketResponse(compress=False)
        await link.prepare(request)
        async for message in link:
            await link.send_bytes(message.data)
        return link

    application = web.Application()
    application.router.add_get("/", echo)
    return application


async def _thread() -> float:
    """Hand nothing to a thread and wait for it, as the driver does with each commit."""
    times = []
    for _ in range(HOPS):
        start = time.perf_counter_ns()
        await asyncio.get_running_loop().run_in_executor(None, int)
        times.append(time.perf_counter_ns() - start)
    return sorted(times)[HOPS // 2] / 1e3
