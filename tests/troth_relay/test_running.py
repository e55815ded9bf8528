"""From the start of a relay to its end: the operator's socket comes and goes with it, whatever lay there before."""

import asyncio
import os
import signal
import subprocess
import threading
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import pytest

from tests.contracts.relay_process import END_S, serving
from troth_relay import office, running
from troth_relay.app import Relay
from troth_relay.config import Config
from troth_relay.office import Office
from troth_relay.orders import Answer, Order, Verb
from troth_relay.store import Store
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

    def order() -> None:
        try:
            answers.extend(office.ask(database, Order(verb)) for verb in (Verb.STATS, Verb.GC))
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
    assert [next(iter(answer or {})) for answer in answers] == ["mailboxes", "ended"]
    assert ended == [(), ()]
    assert not office.beside(database).exists()


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
