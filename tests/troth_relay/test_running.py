"""From the start of a relay to its end: the operator's socket comes and goes with it, whatever lay there before."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import pytest

from tests.contracts.relay_client import Key, connected, envelope
from tests.contracts.relay_process import END_S, serving
from tests.contracts.relay_store import A, batch, close, open_
from troth_relay import limits, office, running
from troth_relay.app import Relay, SystemEntropy
from troth_relay.config import Config
from troth_relay.office import Office
from troth_relay.orders import Answer, Order, Verb
from troth_relay.store import Store
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import UsageError
from troth_wire.ids import MailboxId


def _end(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    process.send_signal(number)
    _, errors = process.communicate(timeout=END_S)
    return process.returncode, errors


def _stats(database: Path) -> Answer | None:
    return office.ask(database, Order(Verb.STATS))


def test_socket_comes_and_goes_with_the_relay(tmp_path: Path) -> None:
    """It takes orders while the relay runs, is for its owner alone, and is gone after a clean end."""
    database = tmp_path / "relay.db"
    with serving(database) as (process, _):
        assert office.beside(database).stat().st_mode & 0o777 == 0o600
        assert (_stats(database) or {})["mailboxes"] == 0
        with pytest.raises(UsageError, match="no such mailbox"):
            office.ask(database, Order(Verb.SHOW, MailboxId(bytes(32))))
        assert _end(process, signal.SIGTERM)[0] == 0
    assert sorted(os.listdir(tmp_path)) == ["relay.db", "relay.db.lock"]


def test_killed_relay_stands_in_nobodys_way(tmp_path: Path) -> None:
    """What a killed relay left behind is no relay, and the next one takes its place."""
    database = tmp_path / "relay.db"
    with serving(database) as (process, _):
        _end(process, signal.SIGKILL)
    assert office.beside(database).exists()
    assert _stats(database) is None
    with serving(database):
        assert (_stats(database) or {})["mailboxes"] == 0


def test_relay_serves_where_no_socket_can_be(tmp_path: Path) -> None:
    """Something else in the socket's place is left as it is and named in the log; the relay serves all the same."""
    database = tmp_path / "relay.db"
    office.beside(database).write_text("a letter")
    with serving(database) as (process, _):
        assert _stats(database) is None
        code, errors = _end(process, signal.SIGTERM)
    assert (code, "Orders can not be taken" in errors) == (0, True)
    assert office.beside(database).read_text() == "a letter"


def test_orders_are_carried_out_in_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order that changes something and one that only looks are carried out, whoever uses what ended is sent away."""
    database, answers, ended = tmp_path / "relay.db", list[Answer | None](), list[object]()
    opened, end = Office.open, Relay.end
    store = SqliteStore(database)
    open_(store, A)
    store.close()

    def order() -> None:
        try:
            orders = (Order(Verb.STATS), Order(Verb.GC), Order(Verb.DELETE, A))
            answers.extend(office.ask(database, each) for each in orders)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    async def watched(path: Path, carry_out: Callable[[Order], Awaitable[Answer]]) -> Office:
        found = await opened(path, carry_out)
        threading.Thread(target=order).start()
        return found

    def noted(relay: Relay, mailboxes: Collection[MailboxId]) -> None:
        ended.append(mailboxes)
        end(relay, mailboxes)

    monkeypatch.setattr(Office, "open", watched)
    monkeypatch.setattr(Relay, "end", noted)
    config = Config(port=0, database=database)
    running.run(config, {}, dict)
    assert [next(iter(answer or {})) for answer in answers] == ["mailboxes", "ended", "mailbox"]
    assert ended == [(A,)]
    assert not office.beside(database).exists()


@pytest.mark.parametrize("verb", [Verb.GC, Verb.VACUUM])
def test_pushes_go_on_while_an_order_is_carried_out(
    verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two parts of a long order what a client pushes is stored, and it hears so."""
    monkeypatch.setattr(limits, "RECOUNT_ROWS_MAX", 4)
    monkeypatch.setattr(limits, "PACK_ENTRIES_MAX", 4)
    database, answers, pushed = tmp_path / "relay.db", list[Answer | None](), list[int]()
    store, key = SqliteStore(database), Key.numbered(1)
    open_(store, A)
    store.append([batch(A, *map(envelope, range(40)))])
    store.close()
    call, listen = Relay.call, Relay.listen

    async def beset(relay: Relay) -> None:
        async with connected(relay.url) as client:
            await client.follow(key)

            async def between(relay: Relay, act: Callable[[], object], *, writing: bool) -> object:
                pushed.append(len(pushed) + 1)
                await client.push(key, [envelope(len(pushed))])
                await client.read(key, until=len(pushed))
                return await call(relay, act, writing=writing)

            with monkeypatch.context() as patched:
                patched.setattr(Relay, "call", between)
                answers.append(await asyncio.to_thread(office.ask, database, Order(verb)))
        os.kill(os.getpid(), signal.SIGTERM)

    besetting: list[asyncio.Task[None]] = []

    async def watched(config: Config, store: Store) -> Relay:
        relay = await listen(config, store)
        besetting.append(asyncio.get_running_loop().create_task(beset(relay)))
        return relay

    monkeypatch.setattr(Relay, "listen", watched)
    running.run(Config(port=0, database=database, registration="open"), {}, dict)
    assert besetting[0].exception() is None
    assert (answers[0] or {"wrong_sums": None}).get("wrong_sums", 0) == 0
    assert len(pushed) > 10


def test_running_relay_collects_by_its_own_settings(tmp_path: Path) -> None:
    """A running relay that is told to collect keeps closed logs as long as it was told at last, whoever asks how."""
    database, file, days = tmp_path / "relay.db", tmp_path / "relay.toml", 9
    store = SqliteStore(database)
    open_(store, A)
    close(store, A, day=SystemEntropy().day() - days)
    store.close()
    file.write_text(f"closed_log_days = {days + 2}")
    with serving(database, "--config", str(file)) as (process, _):
        assert office.ask(database, Order(Verb.GC)) is not None
        assert not _is_erased(database)
        file.write_text(f"closed_log_days = {days - 1}")
        process.send_signal(signal.SIGHUP)
        assert process.stderr is not None
        assert any("read again" in line for line in process.stderr)
        assert office.ask(database, Order(Verb.GC)) is not None
        assert _is_erased(database)


def test_running_relay_deletes_what_is_idle_by_its_own_settings(tmp_path: Path) -> None:
    """What is idle is decided by what a running relay was told at last, in what it counts and in what it deletes."""
    database, file = tmp_path / "relay.db", tmp_path / "relay.toml"
    store = SqliteStore(database)
    store.note_use((), hours=0)
    open_(store, A)
    store.note_use((), hours=400 * 24)
    store.close()
    file.write_text("dormant_days = 500\nidle_days = 900")
    with serving(database, "--config", str(file)) as (process, _):
        assert (office.ask(database, Order(Verb.STATS)) or {})["dormant_lines"] == 0
        file.write_text("dormant_days = 100\nidle_days = 900")
        process.send_signal(signal.SIGHUP)
        assert process.stderr is not None
        assert any("read again" in line for line in process.stderr)
        assert (office.ask(database, Order(Verb.STATS)) or {})["dormant_lines"] == 1
        assert (office.ask(database, Order(Verb.GC)) or {})["ended"] == 0


def _is_erased(database: Path) -> bool:
    connection = sqlite3.connect(database)
    (stage,) = connection.execute("SELECT stage FROM closing").fetchone()
    connection.close()
    return bool(stage == 2)


def test_serving_goes_before_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no orders can be taken the log says so, and the relay serves."""
    database, listen = tmp_path / "relay.db", Relay.listen
    office.beside(database).write_text("a letter")

    async def watched(config: Config, store: Store) -> Relay:
        relay = await listen(config, store)
        asyncio.get_running_loop().call_later(0, os.kill, os.getpid(), signal.SIGTERM)
        return relay

    monkeypatch.setattr(Relay, "listen", watched)
    running.run(Config(port=0, database=database), {}, dict)
    assert "Orders can not be taken" in caplog.text
