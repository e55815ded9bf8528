"""From the start of a relay to its end: the operator's socket comes and goes with it, whatever lay there before."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.contracts.relay_process import END_S, serving
from troth_relay import office
from troth_relay.orders import Answer, Order, Verb
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
