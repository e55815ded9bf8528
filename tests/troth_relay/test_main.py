"""The command: one line when it listens, exit codes, messages for people, and nothing acknowledged ever lost."""

import asyncio
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from tests.contracts.relay_client import Key, connected, envelope
from tests.contracts.relay_process import END_S, finished, serving
from troth_relay.app import Relay
from troth_relay.config import Config
from troth_relay.main import main
from troth_relay.store import Store

KEY = Key.numbered(1)
LOOK = """
import atexit, sys
from troth_relay.main import main
FORBIDDEN = {"automerge", "troth", "troth_couple", "troth_client", "troth_app"}
atexit.register(lambda: print("found", sorted({name.split(".")[0] for name in sys.modules} & FORBIDDEN)))
main()
"""


async def _push(url: str, numbers: range) -> None:
    async with connected(url) as client:
        head = await client.follow(KEY)
        await client.read(KEY, until=head.position)
        for number in numbers:
            await client.push(KEY, [envelope(number)])
            await client.read(KEY, until=number + 1)


def _end(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    process.send_signal(number)
    output, errors = process.communicate(timeout=END_S)
    return process.returncode, output, errors


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a database may be."""
    return tmp_path / "relay.db"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_is_a_clean_end(database: Path, number: signal.Signals) -> None:
    """Told to stop, the relay exits with 0, without complaint, and leaves one whole file."""
    with serving(database) as (process, url):
        asyncio.run(_push(url, range(3)))
        code, _, errors = _end(process, number)
    assert (code, "Traceback" in errors) == (0, False)
    assert not database.with_name(database.name + "-wal").exists()


def test_relay_knows_nothing_of_the_engine(database: Path) -> None:
    """A relay in a fresh interpreter, having served a client, has neither automerge nor the engine loaded."""
    with serving(database, command=(sys.executable, "-c", LOOK)) as (process, url):
        asyncio.run(_push(url, range(1)))
        _, output, _ = _end(process, signal.SIGTERM)
    assert output == "found []\n"


def test_killed_relay_has_what_it_acknowledged(database: Path) -> None:
    """What a client saw in the log before the relay was killed is there after it starts again."""
    with serving(database) as (process, url):
        asyncio.run(_push(url, range(20)))
        _end(process, signal.SIGKILL)
    with serving(database) as (_, url):
        asyncio.run(_push(url, range(20, 21)))


def test_port_in_use_is_a_message(database: Path) -> None:
    """A port that is taken is a sentence on stderr and exit code 1; the database can be used after it."""
    with serving(database) as (_, url):
        port = str(urlsplit(url).port)
        other = database.with_name("other.db")
        code, errors = finished("serve", "--port", port, "--database", str(other))
    assert code == 1
    assert "can not listen" in errors
    assert "Traceback" not in errors


def test_second_relay_on_one_database_is_a_message(database: Path) -> None:
    """Two relays never share a database; the first goes on."""
    with serving(database) as (_, url):
        code, errors = finished("serve", "--port", "0", "--database", str(database))
        asyncio.run(_push(url, range(1)))
    assert code == 1
    assert "Another program" in errors
    assert "Traceback" not in errors


def _make_read_only(database: Path) -> None:
    with serving(database) as (process, _):
        _end(process, signal.SIGTERM)
    database.chmod(0o444)


def _make_foreign(database: Path) -> None:
    database.write_bytes(b"something else" * 100)


def _make_newer(database: Path) -> None:
    _make_read_only(database)
    database.chmod(0o644)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [(_make_read_only, "read-only"), (_make_foreign, "left as it is"), (_make_newer, "newer")],
)
def test_unusable_database_is_a_message(database: Path, make: object, said: str) -> None:
    """A database that can not be used is named with what is safe and what to do, and is not changed."""
    assert callable(make)
    make(database)
    before = database.read_bytes()
    code, errors = finished("serve", "--port", "0", "--database", str(database))
    assert (code, database.read_bytes()) == (1, before)
    assert said in errors
    assert "Traceback" not in errors


def test_missing_folder_is_a_message(tmp_path: Path) -> None:
    """A folder that does not exist is named."""
    code, errors = finished("serve", "--database", str(tmp_path / "nowhere" / "relay.db"))
    assert code == 1
    assert "no folder" in errors


@pytest.mark.parametrize(
    "options",
    [["--port", "70000"], ["--port", "x"], ["--name", "relay.example"], ["--quota-mb", "0"], ["--nonsense"]],
)
def test_wrong_option_is_usage(database: Path, options: list[str]) -> None:
    """What can not be meant is exit code 2, a sentence, and no database."""
    code, errors = finished("serve", "--database", str(database), *options)
    assert code == 2
    assert options[0] in errors
    assert "Traceback" not in errors
    assert not database.exists()


def test_empty_pass_file_is_usage(database: Path, tmp_path: Path) -> None:
    """An empty file of passes does not open the relay to everybody."""
    passes = tmp_path / "passes"
    passes.write_text("\n")
    code, errors = finished("serve", "--database", str(database), "--pass-file", str(passes))
    assert code == 2
    assert "passes" in errors


def test_passes_guard_creation(database: Path, tmp_path: Path) -> None:
    """With a file of passes, only who has one opens a mailbox; neither ids nor passes are logged in full."""
    passes = tmp_path / "passes"
    passes.write_text("open sesame\n")

    async def scenario(url: str) -> None:
        async with connected(url) as client:
            await client.open(KEY, admission=b"open sesame")

    with serving(database, "--pass-file", str(passes)) as (process, url):
        asyncio.run(scenario(url))
        _, _, errors = _end(process, signal.SIGTERM)
    assert KEY.mailbox.hex() not in errors
    assert "sesame" not in errors


def _listening(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """Let something happen as soon as a relay in this process listens."""
    listen = Relay.listen

    async def watched(config: Config, store: Store) -> Relay:
        relay = await listen(config, store)
        asyncio.get_running_loop().call_soon(then)
        return relay

    monkeypatch.setattr(Relay, "listen", watched)


def _serve(database: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["serve", "--port", "0", "--database", str(database), *options])


def test_serving_in_this_process(monkeypatch: pytest.MonkeyPatch, database: Path) -> None:
    """One line says where the relay listens, with the port that was free; a signal ends it with 0."""
    _listening(monkeypatch, lambda: signal.raise_signal(signal.SIGTERM))
    result = _serve(database)
    assert result.exit_code == 0
    assert re.fullmatch(r"listening on ws://127\.0\.0\.1:[0-9]+/v1\n", result.stdout)


def test_loops_without_signals_are_stopped_too(monkeypatch: pytest.MonkeyPatch, database: Path) -> None:
    """Where the event loop knows no signals, the system's own handlers stop the relay."""
    handlers: dict[int, Callable[[], None]] = {}

    def refuse(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(asyncio.SelectorEventLoop, "add_signal_handler", refuse)
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    _listening(monkeypatch, lambda: handlers[signal.SIGINT]())
    assert _serve(database).exit_code == 0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--name", "relay.example"], 2, "--name"),
        (["--pass-file", "/nonexistent/passes"], 1, "passes"),
        (["--host", "192.0.2.1"], 1, "can not listen"),
    ],
)
def test_every_failure_is_a_message(database: Path, options: list[str], code: int, said: str) -> None:
    """Whatever goes wrong, the operator reads a sentence on stderr, and stdout stays empty."""
    result = _serve(database, *options)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
