"""What a flood puts on the wire and into a relay's memory: 10 000 edits, and a thousand sockets that do nothing."""

import asyncio
from contextlib import AsyncExitStack, closing
from pathlib import Path
from secrets import token_bytes
from typing import Final

from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector

from bench import devices, wire
from bench.client import DOCUMENT, write_all
from bench.contract import key_of, value_of
from bench.figures import Figures
from bench.processes import Server, serving
from troth import Epoch, Put, record
from troth.cursor import Cursor
from troth.follower import Follower
from troth.line import Line
from troth.record import Kind
from troth.step import HangUp
from troth_client import Space, Vault
from troth_wire import codec
from troth_wire.limits import FRAME_BYTES_MAX, RECORD_BYTES_MAX
from troth_wire.messages import encode, parse

__all__ = ["measure"]

FLOOD: Final = 10_000
SINGLE: Final = 200
IDLE: Final = 1_000

_RECORD_ROW: Final = codec.fields(codec.flag, codec.natural(), codec.blob(RECORD_BYTES_MAX + 64))


def measure() -> Figures:
    """Return bytes and memory."""
    with serving() as server:
        return asyncio.run(_measure(server))


async def _measure(server: Server) -> Figures:
    vault = devices.take_note(server.port) / devices.WRITER
    devices.create(vault)
    empty_mb = server.used()["rss_mb"]
    async with devices.opened(vault, server.port) as space:
        await space.caught_up()
        before, _ = wire.carried(server.port)
        await write_all(space, FLOOD, 0)
        flooded, _ = wire.carried(server.port)
        entries = space.status().read
        await _one_by_one(space)
        singly, _ = wire.carried(server.port)
        edits_mb = server.used()["rss_mb"]
        idle_mb = await _with_idle_sockets(server)
    raw = _raw_changes(vault)
    flood_raw, single_raw = sum(raw[:-SINGLE]), sum(raw[-SINGLE:])
    return {
        "flood_edits": FLOOD,
        "flood_changes": float(len(raw) - SINGLE),
        "flood_entries": float(entries),
        "flood_wire_bytes_per_edit": (flooded - before) / FLOOD,
        "flood_raw_bytes_per_edit": flood_raw / FLOOD,
        "flood_wire_to_raw": (flooded - before) / flood_raw,
        "single_wire_bytes_per_edit": (singly - flooded) / SINGLE,
        "single_raw_bytes_per_edit": single_raw / SINGLE,
        "relay_empty_mb": empty_mb,
        "relay_edits_mb": edits_mb,
        "relay_edits_and_idle_mb": idle_mb,
    }


async def _one_by_one(space: Space) -> None:
    """Make edits each of which becomes a change, a record and an envelope of its own."""
    for edit in range(1, SINGLE + 1):
        await space.edit(DOCUMENT, Put((key_of(edit),), value_of(edit)))
    await space.stored()


async def _with_idle_sockets(server: Server) -> float:
    """Return the relay's resident memory while many followers of empty mailboxes do nothing."""
    connector = TCPConnector(limit=0)
    async with ClientSession(connector=connector) as session, AsyncExitStack() as stack:
        for _ in range(IDLE):
            address = f"ws://127.0.0.1:{server.port}/v1"
            connecting = session.ws_connect(address, compress=0, max_msg_size=FRAME_BYTES_MAX)
            await _follow(await stack.enter_async_context(connecting), server.port)
        idle_mb: float = server.used()["rss_mb"]
    return idle_mb


async def _follow(link: ClientWebSocketResponse, port: int) -> None:
    """Open a mailbox of its own and follow it, as any device does."""
    epoch = Epoch(token_bytes(32))
    follower = Follower(epoch, Cursor(epoch.mailbox))
    line = Line(follower)
    line.connect(f"127.0.0.1:{port}", ())
    while not line.caught_up:
        replies, _, _ = line.receive(parse(await link.receive_bytes()))
        if follower.unknown:
            replies = [follower.create(b"", None)]
        for reply in replies:
            assert not isinstance(reply, HangUp), "this relay takes everybody"
            await link.send_bytes(encode(reply))


def _raw_changes(vault: Path) -> list[int]:
    """Return the lengths of the changes that a vault's device made, in order."""
    with closing(Vault.open(vault, passphrase=devices.PASSPHRASE)) as opened:
        rows = [row for row in opened.room(opened.rooms[0]).load() if row.table == "records"]
    lengths: list[int] = []
    for row in rows:
        _, _, data = codec.decode(row.value or b"", _RECORD_ROW, bytes_max=2 * RECORD_BYTES_MAX)
        letter, _ = record.parse(data)
        if letter.header.kind == Kind.CHANGES:
            lengths += map(len, record.changes_in(letter))
    return lengths
