"""Sockets around the hub: a turn is one input to it, and its outputs to sockets and workers.

Nothing is decided here.
The only importer of aiohttp.
"""

import asyncio
import errno
import logging
import os
import random
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, Final, Self, TypeVar

from aiohttp import http_exceptions, web

from troth_relay import framing, limits
from troth_relay.config import Config, at, dialled_names
from troth_relay.delivery import weigh
from troth_relay.floor import Floor
from troth_relay.hub import Hub
from troth_relay.inlet import Inlet
from troth_relay.load import Load
from troth_relay.metrics import MEDIA_TYPE, Metrics, Moment
from troth_relay.outlet import Outlet, Write
from troth_relay.requests import (
    Append,
    ConnectionId,
    Drop,
    DropReason,
    Look,
    Note,
    Open,
    Output,
    Pause,
    Read,
    Resume,
    Send,
    Settled,
    Shut,
    Sweep,
)
from troth_relay.shares import Shares
from troth_relay.store import Stats, Store
from troth_relay.watch import NOT_READY, READY, Fault, Readiness
from troth_relay.workers import Reader, Worker, Writer
from troth_wire.errors import ListenError, StoreError
from troth_wire.ids import Lineage, MailboxId
from troth_wire.limits import CHALLENGE_BYTES
from troth_wire.messages import encode

__all__ = ["Relay", "SystemEntropy"]

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOG: Final = logging.getLogger("troth_relay")
DAY_S: Final = 86_400
BACKLOG: Final = 1_024
SWITCHING_PROTOCOLS: Final = 101
FORWARDED: Final = "X-Forwarded-For"
NO_UPGRADE: Final = "There is a WebSocket here, and this asks for none: look at the headers Upgrade and Connection.\n"
HTTP_LOG: Final = logging.getLogger("troth_relay_http")
"""Not one of ours: of what is said there only the name is written."""
LIVING: Final = ("/", "/health", "/livez")
"""Where "ok" means that the program runs, and no more."""


class SystemEntropy:
    """What a new mailbox needs of this machine."""

    def lineage(self) -> Lineage:
        """Return 16 random bytes."""
        return Lineage(secrets.token_bytes(16))

    def day(self) -> int:
        """Return how many days have passed since 1970."""
        return self.now_s() // DAY_S

    def now_s(self) -> int:
        """Return how many seconds have passed since 1970."""
        return int(time.time())


class Relay:
    """A relay that listens; made by `listen`, ended by `stop`."""

    def __init__(self, config: Config, store: Store, listener: socket.socket) -> None:
        """Serve on a socket that listens already; needs a running event loop."""
        self.port: int = listener.getsockname()[1]
        self.metrics_port = 0
        self.closed_log_days, self.idle = config.closed_log_days, config.idle
        self.url = f"ws://{at(config.host.strip('[]'), self.port)}/v1"
        self._loop = asyncio.get_running_loop()
        self._hub = Hub(config.policy(), names=dialled_names(config, self.port))
        self._shares = Shares(config.proxies)
        self._inlets: dict[ConnectionId, Inlet] = {}
        self._outlets: dict[ConnectionId, Outlet] = {}
        self._unread = Load(limits.UNREAD_SUM_BYTES_MAX, self._give_up)
        self._unsent = Load(limits.UNSENT_SUM_BYTES_MAX, partial(self._end, reason=DropReason.SLOW))
        self._numbers = count(1)
        entropy = SystemEntropy()
        self._store = store
        self._floor = Floor(config.database, least_bytes=config.disk_floor_bytes)
        writer = Writer(store, entropy, floor=self._floor)
        self._writer = Worker("troth-relay-writer", writer.carry_out, self._report)
        self._reader = Worker("troth-relay-reader", Reader(store, entropy).carry_out, self._report)
        self._readiness = Readiness(store, reader=self._reader, writer=self._writer, check=writer.check)
        self._metrics = Metrics()
        self._runner = _runner({"/v1": self._link, "/readyz": self._ready, **dict.fromkeys(LIVING, _ok)})
        self._watchers = _runner({"/metrics": self._measure})
        self._listener = listener
        self._ticker = self._loop.create_task(self._tick())

    @classmethod
    async def listen(cls, config: Config, store: Store) -> Self:
        """Listen, and serve this store.

        Raises:
            ListenError: If that address can not be listened at.
        """
        if config.metrics is None:
            return await cls._listen(config, store, None)
        watched = _listener(*config.metrics_address, flag="--metrics")
        try:
            return await cls._listen(config, store, watched)
        except ListenError:
            watched.close()
            raise

    @classmethod
    async def _listen(cls, config: Config, store: Store, watched: socket.socket | None) -> Self:
        relay = cls(config, store, _listener(config.host.strip("[]"), config.port, flag="--port"))
        await relay._runner.setup()
        await web.SockSite(relay._runner, relay._listener, backlog=BACKLOG).start()
        if watched is not None:
            relay.metrics_port = watched.getsockname()[1]
            await relay._watchers.setup()
            await web.SockSite(relay._watchers, watched).start()
        return relay

    def allow(self, config: Config) -> None:
        """Take over the limits of another configuration; nothing else of it."""
        self._hub.allow(config.policy())
        self.closed_log_days, self.idle = config.closed_log_days, config.idle
        self._floor.least_bytes = config.disk_floor_bytes

    async def call(self, act: Callable[[], T], *, writing: bool) -> T:
        """Do something on the thread that writes to the store, or the one that reads, in its turn."""
        return await asyncio.wrap_future((self._writer if writing else self._reader).call(act))

    def end(self, mailboxes: Collection[MailboxId]) -> None:
        """Send away whoever uses one of these mailboxes, which the operator ended."""
        self._turn(self._hub.end(mailboxes))

    async def stop(self) -> None:
        """Take nobody in, finish what was pushed, say goodbye to everybody in turn."""
        self._readiness.draining = True
        await self._drain()
        for site in list(self._runner.sites):
            await site.stop()
        self._ticker.cancel()
        # The reports of the last commits are in the loop's queue before this returns.
        await asyncio.to_thread(self._writer.close)
        self._turn(self._hub.shut())
        await self._runner.cleanup()
        await self._watchers.cleanup()
        await asyncio.to_thread(self._reader.close)

    async def _drain(self) -> None:
        """Let every link end by itself, while /readyz says so, in an order drawn by lot: they come back as spread."""
        links = list(self._outlets)
        random.SystemRandom().shuffle(links)
        for link in self._inlets.values():
            link.pause()
        # What was read is stored, and who pushed it hears so.
        await self.call(lambda: None, writing=True)
        pause_s = min(1 / limits.LEAVES_PER_S, limits.LEAVE_S_MAX / max(1, len(links)))
        start_s = self._loop.time()
        for number, connection in enumerate(links):
            await asyncio.sleep(max(0.0, start_s + number * pause_s - self._loop.time()))
            if connection in self._outlets:
                self._end(connection, reason=DropReason.LEAVING)

    def _end(self, connection: ConnectionId, *, reason: DropReason) -> None:
        self._turn([*self._hub.disconnect(connection), Drop(connection, reason)])

    def _give_up(self, connection: ConnectionId) -> None:
        """End a link that does not come to the end of what it says."""
        self._inlets[connection].forget()
        self._end(connection, reason=DropReason.CROWDED)

    async def _ready(self, _request: web.Request) -> web.Response:
        faults = await self._readiness.faults()
        if not faults:
            return web.Response(text=f"{READY}\n")
        said = ", ".join(fault.value for fault in faults)
        return web.Response(text=f"{NOT_READY}{said}\n", status=web.HTTPServiceUnavailable.status_code)

    async def _measure(self, _request: web.Request) -> web.Response:
        faults = await self._readiness.faults()
        asleep = {Fault.STORE, Fault.DRAINING} & set(faults)
        stats = None if asleep else await asyncio.wrap_future(self._reader.call(self._stats))
        moment = Moment(len(self._outlets), faults, stats)
        return web.Response(body=self._metrics.text(moment), headers={"Content-Type": MEDIA_TYPE})

    def _stats(self) -> tuple[Stats, int] | None:
        try:
            dormant_days = self.idle.dormant_days if self.idle else None
            return self._store.stats(dormant_days=dormant_days), self._floor.free_bytes()
        except StoreError:
            LOG.warning("The store could not be measured.")
            return None

    async def _link(self, request: web.Request) -> web.StreamResponse:
        if self._readiness.draining:
            return web.Response(status=web.HTTPServiceUnavailable.status_code)
        answer = framing.accept(request.headers)
        if answer is None:
            return web.Response(status=web.HTTPBadRequest.status_code, text=NO_UPGRADE)
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": answer}
        response = web.StreamResponse(status=SWITCHING_PROTOCOLS, headers=upgrade)
        response.force_close()
        await response.prepare(request)
        if request.transport is not None:
            await self._serve(ConnectionId(next(self._numbers)), request, request.transport, response.write)
        return response

    async def _serve(
        self, connection: ConnectionId, request: web.Request, transport: asyncio.Transport, write: Write
    ) -> None:
        over = self._loop.create_future()
        unsent = partial(self._unsent.put, connection)
        outlet = self._outlets[connection] = Outlet(connection, transport, write, self._written, over, keep=unsent)
        take, unread = partial(self._take, connection), partial(self._unread.put, connection)
        inlet = Inlet(transport, take, outlet, over, now=self._loop.time(), keep=unread)
        self._inlets[connection] = inlet
        try:
            challenge = secrets.token_bytes(CHALLENGE_BYTES)
            share = self._shares.name(request.remote, request.headers.getall(FORWARDED, ()), now=time.monotonic())
            self._turn(self._hub.connect(connection, challenge=challenge, now=time.monotonic(), share=share))
            # From here on the bytes are ours, those included that came behind the request.
            parser: Any = inlet
            request.protocol.set_parser(parser)
            request.protocol.keep_alive(False)
            await over
        finally:
            self._turn(self._hub.disconnect(connection))
            inlet.forget()
            self._unread.put(connection, 0)
            await outlet.end()
            del self._outlets[connection], self._inlets[connection]

    def _take(self, connection: ConnectionId, frame: bytes) -> None:
        self._turn(self._hub.receive(connection, frame, now=time.monotonic()))

    def _written(self, connection: ConnectionId, weight: int) -> None:
        self._turn(self._hub.written([connection], weight))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(limits.TICK_S)
            self._turn(self._hub.tick(now=time.monotonic()))
            for inlet in list(self._inlets.values()):
                inlet.beat(now=self._loop.time())

    def _report(self, results: Sequence[Settled]) -> None:
        self._loop.call_soon_threadsafe(self._settle, results)

    def _settle(self, results: Sequence[Settled]) -> None:
        self._metrics.settle(results)
        self._turn(self._hub.settle(results))

    def _turn(self, outputs: Sequence[Output]) -> None:
        written: list[tuple[list[ConnectionId], int]] = []
        self._metrics.count(outputs)
        for output in outputs:
            match output:
                case Send():
                    frame, weight = framing.pack(encode(output.message)), weigh(output.message)
                    at_once = [to for to in output.connections if self._outlets[to].say(frame, weight)]
                    written.append((at_once, weight))
                case Append() | Open() | Shut() | Sweep() | Note():
                    self._writer.submit(output)
                case Look() | Read():
                    self._reader.submit(output)
                case Drop():
                    self._outlets[output.connection].drop(output.reason)
                    # For the other side's goodbye.
                    self._inlets[output.connection].resume()
                case Pause():
                    self._inlets[output.connection].pause()
                case Resume():
                    self._inlets[output.connection].resume()
        # Afterwards: what the hub asks for because of it comes after all that it has said already.
        for at_once, weight in written:
            self._turn(self._hub.written(at_once, weight))


def _is_trouble(record: logging.LogRecord) -> bool:
    """Tell our trouble from a request that makes no sense: else whoever sends those fills the log, and our memory."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, http_exceptions.HttpProcessingError):
        return True
    # By it hangs all that was read, in a ring that only the collector would find.
    error.with_traceback(None)
    return False


HTTP_LOG.addFilter(_is_trouble)


async def _ok(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def _runner(handlers: Mapping[str, Handler]) -> web.AppRunner:
    application = web.Application()
    for path, handler in handlers.items():
        application.router.add_get(path, handler)
    return web.AppRunner(
        application,
        access_log=None,
        logger=HTTP_LOG,
        handle_signals=False,
        # From the first byte on: whoever opens a connection and asks for nothing does not keep it.
        keepalive_timeout=limits.PROOF_WAIT_S,
        shutdown_timeout=limits.GOODBYE_S + 1,
        max_line_size=limits.HEAD_FIELD_BYTES_MAX,
        max_field_size=limits.HEAD_FIELD_BYTES_MAX,
        max_headers=limits.HEAD_FIELDS_MAX,
    )


def _listener(host: str, port: int, *, flag: str) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address, family=family, backlog=BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = _said(error)
        raise ListenError(
            f"The relay can not listen at {at(host, port)}: {reason}. What is stored is safe. {_cure(error, flag)}"
        ) from error


def _said(error: OSError | UnicodeError) -> str:
    if not isinstance(error, OSError):
        return "this is no address"
    # Not Python's own words, which repeat the address in brackets; of a name that leads nowhere there are no others.
    return str(error.strerror) if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)


def _cure(error: OSError | UnicodeError, flag: str) -> str:
    number = error.errno if isinstance(error, OSError) and not isinstance(error, socket.gaierror) else None
    if number == errno.EADDRINUSE:
        return f"Stop the program that listens there, or choose another {flag}."
    if number in (errno.EACCES, errno.EPERM):
        return f"Choose another {flag}: low ones are for root, and a unit names those that it allows."
    return f"Name an address of this machine with {'--metrics' if flag == '--metrics' else '--host'}."
