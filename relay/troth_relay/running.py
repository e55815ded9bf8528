"""A relay from its start to its end: the database, the first pass, the operator's socket, and what signals mean."""

import asyncio
import logging
import secrets
import signal
import socket
from collections.abc import Callable, Mapping
from typing import Final

from troth_relay import issue, limits, logs
from troth_relay.app import Relay, SystemEntropy
from troth_relay.clerk import Clerk, next_step
from troth_relay.config import Config, configure
from troth_relay.office import Office, beside
from troth_relay.orders import READING, Answer, Order
from troth_relay.settings import TABLE, Choice
from troth_relay.store import file
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import ListenError, LocalError, UsageError

__all__ = ["Decide", "run"]

LOG: Final = logging.getLogger(logs.LOGGER)
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
FOUND: Final = "The database is %s."
MADE: Final = "A new database was made: %s. Whoever used another one before sees that this is not theirs."
Decide = Callable[[], dict[str, Choice]]
"""Decides every setting again."""


def run(config: Config, choices: Mapping[str, Choice], decide: Decide) -> None:
    """Serve until told to stop.

    Raises:
        StoreError: By its kind, if the database can not be used.
        ListenError: If the address can not be listened at.
    """
    empty = file.check(config.database)
    store = SqliteStore(config.database)
    # Started in another folder it would be another relay, and every device would see that its log is gone.
    LOG.info(MADE if empty else FOUND, config.database.absolute())
    try:
        _make_first_pass(config, store)
        asyncio.run(_run(config, store, reload=lambda relay: _reload(relay, choices, decide)))
    finally:
        store.close()


def _make_first_pass(config: Config, store: SqliteStore) -> None:
    """Where only passes open mailboxes and there never was one, make one."""
    if config.registration != "pass" or config.passes or store.passes_issued():
        return
    secret, now_s = issue.draw(secrets.token_bytes), SystemEntropy().now_s()
    path = config.database.absolute().with_name(config.database.name + ".pass")
    # The file first: a pass that nobody knows would be the only one there ever was.
    issue.write(secret, path)
    first = issue.terms(secret, uses=limits.PASS_USES, life_s=limits.PASS_LIFE_S, quota_bytes=None, now_s=now_s)
    store.add_pass(first, now_s=now_s)
    LOG.info("The first pass is in %s: whoever has it may open mailboxes.", path)


async def _run(config: Config, store: SqliteStore, *, reload: Callable[[Relay], None]) -> None:
    stopping = asyncio.Event()
    relays: list[Relay] = []

    def hang_up() -> None:
        for relay in relays:
            reload(relay)

    # Before the line that says it listens: whoever waits for that line may send a signal at once.
    _on_signals({**dict.fromkeys(SIGNALS, stopping.set), **_hangup(hang_up)})
    relay = await Relay.listen(config, store)
    relays.append(relay)
    office = await _open_office(config, store, relay)
    print(f"listening on {relay.url}", flush=True)
    await stopping.wait()
    if office is not None:
        await office.close()
    await relay.stop()


async def _open_office(config: Config, store: SqliteStore, relay: Relay) -> Office | None:
    if not hasattr(socket, "AF_UNIX"):
        return None
    clerk = Clerk(
        store,
        config.database,
        now_s=SystemEntropy().now_s,
        closed_log_days=lambda: relay.closed_log_days,
        idle=lambda: relay.idle,
    )

    async def carry_out(order: Order) -> Answer:
        work = clerk.begin(order)
        # Each part in a turn of its own: what was pushed meanwhile comes between.
        while isinstance(step := await relay.call(lambda: next_step(work), writing=order.verb not in READING), tuple):
            if step:
                relay.end(step)
        return step

    try:
        return await Office.open(beside(config.database), carry_out)
    except ListenError as error:
        # People's letters go before the operator's comfort.
        LOG.warning("%s", error)
        return None


def _hangup(reload: Callable[[], object]) -> dict[signal.Signals, Callable[[], object]]:
    # Windows has no such signal.
    return {signal.Signals(signal.SIGHUP): reload} if hasattr(signal, "SIGHUP") else {}


def _reload(relay: Relay, before: Mapping[str, Choice], decide: Decide) -> None:
    """Take over changed limits; a mistake changes nothing."""
    try:
        after = decide()
        relay.allow(configure(after))
    except (UsageError, LocalError) as error:
        LOG.warning("%s The limits stay as they were.", error)
        return
    fixed = [each.key for each in TABLE if not each.reloads and before[each.key].value != after[each.key].value]
    LOG.info("The limits were read again.")
    if fixed:
        LOG.warning("%s changes only when the relay is started again.", ", ".join(fixed))


def _on_signals(handlers: Mapping[signal.Signals, Callable[[], object]]) -> None:
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        try:
            loop.add_signal_handler(number, handler)
        except NotImplementedError:
            # Event loops on Windows know no signals; the handler runs on the main thread.
            signal.signal(number, lambda *_, handler=handler: loop.call_soon_threadsafe(handler))
