"""The command: one line when it listens, exit codes, messages for people, and nothing acknowledged ever lost."""

import asyncio
import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import WSCloseCode
from click.testing import CliRunner, Result

from tests.contracts.relay_client import Key, connected, envelope
from tests.contracts.relay_process import END_S, finished, loggers_kept, serving
from tests.contracts.relay_store import LINEAGE, batch, brief, close, open_
from troth_relay import limits
from troth_relay.app import Relay, SystemEntropy
from troth_relay.config import Config
from troth_relay.main import main
from troth_relay.running import LOG
from troth_relay.store import Store
from troth_relay.store.sqlite import SqliteStore
from troth_wire.ids import MailboxId
from troth_wire.log import origin
from troth_wire.messages import Create, Follow, Head, Reason, Refuse, Stored

KEY = Key.numbered(1)
LOOK = """
import atexit, sys
from troth_relay.main import main
from troth_relay.running import LOG
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


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Put back what a relay in this process does to its loggers."""
    with loggers_kept():
        yield


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


@pytest.mark.parametrize("command", ["serve", "stats", "backup", "restore", "gc", "pass list"])
def test_place_that_can_not_be_looked_at_is_a_message(command: str, tmp_path: Path) -> None:
    """Where the system does not let us look, as in a folder of another user's, that is said in a sentence."""
    beyond = str(tmp_path / ("n" * 300))
    target = [str(tmp_path / "other.db")] if command in ("backup", "restore") else []
    if command == "restore":
        _make_read_only(Path(target[0]))
        Path(target[0]).chmod(0o600)
    result = _invoke(*command.split(), *target, "--database", beyond)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "can not be looked at" in result.stderr
    assert isinstance(result.exception, SystemExit)


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
    passes.chmod(0o600)
    code, errors = finished("serve", "--database", str(database), "--pass-file", str(passes))
    assert code == 2
    assert "passes" in errors


def test_passes_guard_creation(database: Path, tmp_path: Path) -> None:
    """With a file of passes, only who has one opens a mailbox; neither ids nor passes are logged."""
    passes = tmp_path / "passes"
    passes.write_text("open sesame\n")
    passes.chmod(0o600)

    async def scenario(url: str) -> None:
        async with connected(url) as client:
            await client.open(KEY, admission=b"open sesame")

    with serving(database, "--registration", "pass", "--pass-file", str(passes)) as (process, url):
        asyncio.run(scenario(url))
        _, _, errors = _end(process, signal.SIGTERM)
    assert KEY.mailbox.hex()[:8] not in errors
    assert "sesame" not in errors


def test_list_is_read_again(database: Path, tmp_path: Path) -> None:
    """What is put on the list while the relay runs is let in after SIGHUP; nothing of it is logged."""
    allowed = tmp_path / "allowed"
    allowed.touch(0o600)

    async def scenario(url: str, process: subprocess.Popen[str]) -> None:
        async with connected(url) as client:
            with pytest.raises(AssertionError, match="BAD_PASS"):
                await client.open(KEY)
            allowed.write_text(KEY.mailbox.hex())
            process.send_signal(signal.SIGHUP)
            assert process.stderr is not None
            lines = iter(process.stderr.readline, "")
            assert await asyncio.to_thread(lambda: next(line for line in lines if "read again" in line))
            await client.send(Create(KEY.mailbox, b""))
            assert (await client.expect(Head)).position == 0

    options = ("--registration", "allow-list", "--allow-file", str(allowed))
    with serving(database, *options) as (process, url):
        asyncio.run(scenario(url, process))
        _, _, errors = _end(process, signal.SIGTERM)
    assert KEY.mailbox.hex()[:8] not in errors


def _listening(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """Let something happen as soon as a relay in this process listens."""
    listen = Relay.listen

    async def watched(config: Config, store: Store) -> Relay:
        relay = await listen(config, store)
        asyncio.get_running_loop().call_soon(then)
        return relay

    monkeypatch.setattr(Relay, "listen", watched)


def _serve(database: Path, *options: str) -> Result:
    given = ["serve", "--port", "0", "--database", str(database), "--registration", "open", *options]
    return CliRunner().invoke(main, given)


def test_serving_in_this_process(monkeypatch: pytest.MonkeyPatch, database: Path) -> None:
    """One line says where the relay listens, with the port that was free; a signal ends it with 0."""
    _listening(monkeypatch, lambda: signal.raise_signal(signal.SIGTERM))
    result = _serve(database)
    assert result.exit_code == 0
    assert re.fullmatch(r"listening on ws://127\.0\.0\.1:[0-9]+/v1\n", result.stdout)


def test_where_the_database_is_is_said(monkeypatch: pytest.MonkeyPatch, database: Path) -> None:
    """By its whole path, and whether it was made just now: the same name in another folder is another relay."""
    folder = database.parent
    monkeypatch.chdir(folder)
    for said in ("A new database was made", "The database is"):
        _listening(monkeypatch, lambda: signal.raise_signal(signal.SIGTERM))
        result = _serve(Path(database.name))
        assert f"{said}" in result.stderr
        assert str(folder.resolve() / database.name) in result.stderr


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
        (["--host", "192.0.2.1"], 1, "requested address. What is stored"),
        (["--host", "nowhere.invalid"], 1, "Name an address of this machine"),
    ],
)
def test_every_failure_is_a_message(database: Path, options: list[str], code: int, said: str) -> None:
    """Whatever goes wrong, the operator reads a sentence on stderr, and stdout stays empty."""
    result = _serve(database, *options)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def _invoke(*options: str, environment: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, options, env=environment)


def test_effective_settings_have_their_origin(tmp_path: Path) -> None:
    """Each value stands there with its origin, and the file that is printed decides the same."""
    file = tmp_path / "relay.toml"
    file.write_text("quota_mb = 5")
    environment = {"TROTH_RELAY_NAME": "relay.example:443"}
    first = _invoke("config", "show", "--effective", "--config", str(file), "--port", "1", environment=environment)
    assert first.exit_code == 0
    assert f"quota_mb = 5  # file {file}\n" in first.stdout
    assert "port = 1  # flag --port\n" in first.stdout
    assert 'name = ["relay.example:443"]  # environment TROTH_RELAY_NAME\n' in first.stdout
    file.write_text(first.stdout)
    assert _invoke("config", "show", "--effective", "--config", str(file)).exit_code == 0
    assert "port = 8440  # default\n" in _invoke("config", "show", environment=environment).stdout


@pytest.mark.parametrize("said", [("--port", "1"), ("--name", "relay.example:443"), ("--config", "relay.toml")])
def test_what_is_said_is_not_passed_over(said: tuple[str, str]) -> None:
    """Defaults are not printed to who asks what their own settings come to."""
    result = _invoke("config", "show", *said)
    assert (result.exit_code, result.stdout, "Say --effective too" in result.stderr) == (2, "", True)


def test_mistake_is_shown_with_its_origin() -> None:
    """Settings that contradict each other are shown, so that the mistake is found, and then refused."""
    result = _invoke("config", "show", "--effective", environment={"TROTH_RELAY_METRICS": "127.0.0.1:8440"})
    assert result.exit_code == 2
    assert "environment TROTH_RELAY_METRICS" in result.stdout
    assert "must differ" in result.stderr


@pytest.mark.parametrize("command", [("serve",), ("healthcheck",), ("config", "show", "--effective")])
def test_unknown_key_refuses_to_start(command: tuple[str, ...], database: Path) -> None:
    """A setting that nobody knows starts nothing."""
    result = _invoke(*command, "--database", str(database), environment={"TROTH_RELAY_QUOTA": "1"})
    assert result.exit_code == 2
    assert "TROTH_RELAY_QUOTA" in result.stderr
    assert not database.exists()


def test_healthcheck_asks_the_relay(database: Path) -> None:
    """A relay that serves is ready; where none listens the answer is a sentence and 1; no port is no question."""
    with serving(database) as (_, url):
        port = str(urlsplit(url).port)
        well = _invoke("healthcheck", "--port", port)
        assert (well.exit_code, well.stdout) == (0, f"ready at 127.0.0.1:{port}\n")
        assert _invoke("healthcheck", "--port", port, "--host", "::").exit_code == 0
    gone = _invoke("healthcheck", "--port", port)
    assert (gone.exit_code, "No relay answers" in gone.stderr) == (1, True)
    assert _invoke("healthcheck", "--port", "0").exit_code == 2


def test_doctor_says_how_it_is(database: Path) -> None:
    """A way that is well is exit code 0 and a line for each hop, one that is not is 1, and nonsense is 2."""
    with serving(database) as (_, url):
        address = url.removesuffix("/v1")
        well = _invoke("doctor", address, "--idle", "0")
        assert (well.exit_code, well.stdout.count("\n"), well.stdout.count("well  ")) == (0, 8, 8)
        lines = _invoke("doctor", address, "--idle", "0", "--json").stdout.splitlines()
        assert all(json.loads(line)["well"] for line in lines)
    gone = _invoke("doctor", address, "--idle", "0")
    assert (gone.exit_code, "TCP     BROKEN" in gone.stdout) == (1, True)
    assert _invoke("doctor", "relay.example").exit_code == 2
    assert _invoke("doctor", address, "--idle", "3600").exit_code == 2


def _until(said: str, process: subprocess.Popen[str]) -> str:
    """Read what a relay writes until it has said this; return the line."""
    assert process.stderr is not None
    for line in iter(process.stderr.readline, ""):
        if said in line:
            return line
    raise AssertionError(f"the relay ended without saying {said!r}")


def test_hangup_takes_over_limits(database: Path, tmp_path: Path) -> None:
    """SIGHUP takes over what may change while links stay open, names what may not, and survives a mistake."""
    file = tmp_path / "relay.toml"
    file.write_text("quota_mb = 1")

    async def scenario(process: subprocess.Popen[str], url: str) -> None:
        async with connected(url) as client:
            await client.follow(KEY)
            file.write_text("disk_floor_mb = 100000000\nhost = 'localhost'")
            process.send_signal(signal.SIGHUP)
            assert "host changes only when" in await asyncio.to_thread(_until, "only when", process)
            await client.push(KEY, [envelope(1)])
            assert (await client.expect(Refuse)).reason is Reason.BUSY
            file.write_text("nonsense = 1")
            process.send_signal(signal.SIGHUP)
            assert "nonsense" in await asyncio.to_thread(_until, "stay as they were", process)
            file.write_text("")
            process.send_signal(signal.SIGHUP)
            await asyncio.to_thread(_until, "read again", process)
            await client.push(KEY, [envelope(1)])
            assert (await client.expect(Stored)).position == 1

    with serving(database, "--config", str(file), "--log-format", "json") as (process, url):
        asyncio.run(scenario(process, url))
        assert _end(process, signal.SIGTERM)[0] == 0


def test_hanging_up_in_this_process(monkeypatch: pytest.MonkeyPatch, database: Path, tmp_path: Path) -> None:
    """What changed is taken over, what can not change is named, and a mistake changes nothing; the relay goes on."""
    file = tmp_path / "relay.toml"
    file.write_text("")
    said: list[str] = []
    steps = iter(
        [
            ("read again", "quota_mb = 1\nhost = 'localhost'"),
            ("host changes only", "nonsense = 1"),
            ("stay as they were", None),
        ]
    )
    allowed: list[int] = []
    allow = Relay.allow

    def watched(relay: Relay, config: Config) -> None:
        allow(relay, config)
        allowed.append(config.quota_bytes)

    def hear(text: str, *given: object) -> None:
        said.append(text % given)
        expected, content = awaited[0]
        if expected in said[-1]:
            awaited[:] = [next(steps, ("", None))]
            hang_up(content)

    def hang_up(content: str | None) -> None:
        if content is None:
            signal.raise_signal(signal.SIGTERM)
            return
        file.write_text(content)
        signal.raise_signal(signal.SIGHUP)

    awaited = [next(steps)]
    monkeypatch.setattr(Relay, "allow", watched)
    monkeypatch.setattr(LOG, "info", hear)
    monkeypatch.setattr(LOG, "warning", hear)
    _listening(monkeypatch, lambda: hang_up(""))
    assert _serve(database, "--config", str(file)).exit_code == 0
    assert allowed == [limits.QUOTA_BYTES, 2**20]
    assert "nonsense" in said[-1]


async def _rolled_back(url: str, before: Head) -> None:
    """Come to a restored relay as a device that has read everything; it learns so, and may send all again."""
    async with connected(url) as client:
        head = await client.open(KEY)
        assert head.lineage != before.lineage
        await client.send(Follow(KEY.mailbox, before.lineage, before.position, before.running))
        assert (await client.expect(Refuse)).reason is Reason.ROLLED_BACK
        await client.send(Follow(KEY.mailbox, head.lineage, 0, origin(KEY.mailbox, head.lineage)))
        assert (await client.expect(Head)).position == 3
        await client.read(KEY, until=3)
        await client.push(KEY, [envelope(3)])
        await client.read(KEY, until=4)


async def _opened(url: str) -> Head:
    async with connected(url) as client:
        return await client.open(KEY)


def test_backup_of_a_running_relay_is_restored(database: Path, tmp_path: Path) -> None:
    """A backup taken while the relay serves becomes a database that every device tells apart from the old one."""
    copy, other = tmp_path / "copy.db", tmp_path / "other.db"
    with serving(database) as (process, url):
        asyncio.run(_push(url, range(3)))
        before = asyncio.run(_opened(url))
        made = _invoke("backup", str(copy), "--database", str(database))
        assert (made.exit_code, made.stdout) == (0, f"backed up to {copy}\n")
        asyncio.run(_push(url, range(3, 5)))
        assert _end(process, signal.SIGTERM)[0] == 0
    restored = _invoke("restore", str(copy), "--database", str(other))
    assert (restored.exit_code, restored.stdout) == (0, f"restored to {other}\n")
    with serving(other) as (_, url):
        asyncio.run(_rolled_back(url, before))


def _ended(database: Path) -> None:
    store = SqliteStore(database)
    for number in range(9):
        mailbox = MailboxId(number.to_bytes(32, "big"))
        store.create(mailbox, lineage=LINEAGE, day=0, brief=brief())
        store.append([batch(mailbox, *(envelope(n, size=60_000) for n in range(9)))])
    store.close()


def test_room_is_given_back(database: Path) -> None:
    """What has ended is deleted and its room given back; a file is written anew; both say what came of it."""
    _ended(database)
    before = database.stat().st_size
    collected = _invoke("gc", "--database", str(database))
    freed = before - database.stat().st_size
    assert (collected.exit_code, collected.stdout) == (
        0,
        f"9 mailboxes had ended; 0 sums were put right; {freed} bytes went back to the disk\n",
    )
    assert freed > before * 0.9
    assert _invoke("vacuum", "--database", str(database)).exit_code == 0


def test_closed_logs_are_collected_and_sums_counted_anew(database: Path) -> None:
    """Collecting deletes the entries of logs whose time is over, by the settings, and puts wrong sums right."""
    store = SqliteStore(database)
    open_(store, KEY.mailbox)
    store.append([batch(KEY.mailbox, *(envelope(number, size=60_000) for number in range(20)))])
    close(store, KEY.mailbox, day=SystemEntropy().day() - 9)
    store.close()
    before = database.stat().st_size
    for days, gone in ((10, False), (8, True)):
        assert _invoke("gc", "--database", str(database), "--closed-log-days", str(days)).exit_code == 0
        assert (database.stat().st_size < before / 5) is gone
    connection = sqlite3.connect(database)
    connection.execute("UPDATE line SET bytes = 7")
    connection.commit()
    connection.close()
    said = _invoke("gc", "--database", str(database)).stdout
    assert said.startswith("0 mailboxes had ended; 1 sums were put right; ")


def test_relay_acts_while_it_runs(database: Path) -> None:
    """A running relay counts, collects and writes its file anew when it is told to, and serves on."""
    where = ("--database", str(database))
    with serving(database) as (_, url):
        asyncio.run(_push(url, range(3)))
        assert _invoke("stats", *where).stdout.startswith("mailboxes 1\nentries 3\nstored_bytes ")
        assert json.loads(_invoke("stats", "--json", *where).stdout)["entries"] == 3
        assert _invoke("gc", *where).stdout.startswith("0 mailboxes had ended; ")
        assert list(json.loads(_invoke("vacuum", "--json", *where).stdout)) == ["freed_bytes"]
        asyncio.run(_push(url, range(3, 4)))


def test_relay_whose_socket_is_gone_is_left_alone(database: Path) -> None:
    """Where the relay runs and takes no orders, it is counted beside it, and what changes the file is refused."""
    where = ("--database", str(database))
    with serving(database) as (_, url):
        asyncio.run(_push(url, range(3)))
        database.with_name("relay.db.socket").unlink()
        assert "entries 3\n" in _invoke("stats", *where).stdout
        for command in (("gc",), ("vacuum",), ("mailbox", "delete", KEY.mailbox.hex())):
            refused = _invoke(*command, *where)
            assert (refused.exit_code, "Another program" in refused.stderr) == (1, True)
        asyncio.run(_push(url, range(3, 4)))


async def _sent_away(url: str, command: Callable[[], Result]) -> Result:
    """Follow a mailbox while something is done to it; whoever uses it is sent away, and nobody else is."""
    async with connected(url) as author, connected(url) as other:
        await author.follow(KEY)
        await other.follow(Key.numbered(2))
        await author.push(KEY, [envelope(1)])
        await author.read(KEY, until=1)
        # Together: a client that reads late finds the link gone, and can not answer the goodbye.
        done, code = await asyncio.gather(asyncio.to_thread(command), author.receive())
        assert code == WSCloseCode.TRY_AGAIN_LATER
        await other.push(Key.numbered(2), [envelope(1)])
        await other.read(Key.numbered(2), until=1)
    return done


def test_one_mailbox_is_ended(database: Path) -> None:
    """A mailbox is shown, deleted and blocked while the relay runs: its devices find nothing, and no way back."""
    where, mailbox = ("--database", str(database)), KEY.mailbox.hex()
    with serving(database) as (_, url):
        done = asyncio.run(_sent_away(url, lambda: _invoke("mailbox", "delete", mailbox, *where)))
        assert (done.exit_code, "is deleted" in done.stdout) == (0, True)
        # Deleted is not blocked: its devices bring back what they have.
        assert asyncio.run(_opened(url)).position == 0
        done = asyncio.run(_sent_away(url, lambda: _invoke("mailbox", "block", mailbox, *where)))
        assert (done.exit_code, "is blocked" in done.stdout) == (0, True)
        assert [refusal.reason for refusal in asyncio.run(_knocks(url))] == [Reason.UNKNOWN_MAILBOX, Reason.BAD_PASS]
        shown = json.loads(_invoke("mailbox", "show", mailbox, "--json", *where).stdout)
        assert (shown["entries"], shown["blocked"]) == (1, True)
        assert _invoke("mailbox", "unblock", mailbox, *where).exit_code == 0
        assert asyncio.run(_opened(url)).position == 1
        assert _invoke("mailbox", "show", "0" * 64, *where).exit_code == 2
    # Without a relay the same, on the file alone.
    assert _invoke("mailbox", "delete", mailbox, *where).exit_code == 0
    assert "no such mailbox" in _invoke("mailbox", "show", mailbox, *where).stderr


async def _knocks(url: str) -> list[Refuse]:
    """Prove the mailbox and, refused, try to create it."""
    async with connected(url) as client:
        unknown = await client.prove(KEY)
        assert isinstance(unknown, Refuse)
        await client.send(Create(KEY.mailbox, b""))
        return [unknown, await client.expect(Refuse)]


def test_one_mailbox_is_given_another_room(database: Path) -> None:
    """A room of its own counts at once for a link that is open; "default" is that of everybody again."""
    where, mailbox = ("--database", str(database)), KEY.mailbox.hex()

    async def scenario(url: str) -> None:
        async with connected(url) as author:
            await author.follow(KEY)
            assert (await _room(where, mailbox, "1K")).exit_code == 0
            await author.push(KEY, [envelope(1, size=2_000)])
            assert (await author.expect(Refuse)).reason is Reason.QUOTA
            assert (await _room(where, mailbox, "default")).exit_code == 0
            await author.push(KEY, [envelope(1, size=2_000)])
            assert (await author.expect(Stored)).position == 1

    with serving(database) as (_, url):
        asyncio.run(scenario(url))
    for size in ("7", "0M", "-1K"):
        wrong = _invoke("mailbox", "quota", *where, "--", mailbox, size)
        assert (wrong.exit_code, "SIZE must be written" in wrong.stderr) == (2, True)
    assert _invoke("mailbox", "quota", "abc", "1M", *where).exit_code == 2


async def _room(where: tuple[str, ...], mailbox: str, size: str) -> Result:
    return await asyncio.to_thread(_invoke, "mailbox", "quota", mailbox, size, *where)


@pytest.mark.parametrize("command", ["gc", "vacuum", "stats", "backup"])
def test_no_database_is_made_by_mistake(command: str, database: Path, tmp_path: Path) -> None:
    """A name that is mistyped is a sentence, and no empty database."""
    target = [str(tmp_path / "copy.db")] if command == "backup" else []
    result = _invoke(command, *target, "--database", str(database))
    assert (result.exit_code, "There is no database" in result.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("named", ["pass_file", "allow_file"])
def test_commands_need_no_file_of_who_is_let_in(named: str, database: Path, tmp_path: Path) -> None:
    """Whoever does not serve lets nobody in: what systemd lends the service alone is not asked for by a command."""
    SqliteStore(database).close()
    file, backup = tmp_path / "relay.toml", tmp_path / "copy.db"
    registration = {"pass_file": "pass", "allow_file": "allow-list"}[named]
    file.write_text(f'{named} = "/run/credentials/nowhere"\nregistration = "{registration}"')
    here = ("--config", str(file), "--database")
    commands = [["gc"], ["stats"], ["pass", "create"], ["mailbox", "block", "a" * 64], ["backup", str(backup)]]
    for command in commands:
        assert _invoke(*command, *here, str(database)).exit_code == 0
    assert _invoke("restore", str(backup), *here, str(tmp_path / "other.db")).exit_code == 0
    served = _invoke("serve", *here, str(database))
    assert (served.exit_code, "nowhere can not be read" in served.stderr) == (1, True)


async def _tries(url: str, secret: str, *numbers: int) -> list[Head | Refuse]:
    """Open mailboxes with a pass, one after another on a link each."""
    answers = []
    for number in numbers:
        async with connected(url) as client:
            key = Key.numbered(number)
            await client.prove(key)
            await client.send(Create(key.mailbox, secret.encode()))
            answer = await client.receive()
            assert isinstance(answer, Head | Refuse)
            answers.append(answer)
    return answers


def _refused(answers: Sequence[Head | Refuse]) -> list[bool]:
    refusals = [answer for answer in answers if isinstance(answer, Refuse)]
    assert {refusal.reason for refusal in refusals} <= {Reason.BAD_PASS}
    return [isinstance(answer, Refuse) for answer in answers]


def test_relay_is_closed_until_told_otherwise(database: Path) -> None:
    """A relay that nobody told anything opens mailboxes for the pass it made, five times, and for nobody else."""
    first = database.with_name("relay.db.pass")
    with serving(database, "--registration", "pass") as (process, url):
        assert first.stat().st_mode & 0o777 == 0o600
        secret = first.read_text().strip()
        assert _refused(asyncio.run(_tries(url, "", 1))) == [True]
        assert _refused(asyncio.run(_tries(url, "open sesame", 1))) == [True]
        assert _refused(asyncio.run(_tries(url, secret, *range(1, 7)))) == [False] * 5 + [True]
        _, _, errors = _end(process, signal.SIGTERM)
    assert str(first) in errors
    assert secret not in errors
    assert secret.encode() not in database.read_bytes()


def test_first_pass_is_made_once(database: Path) -> None:
    """A relay that had a pass makes no other, also when every pass is gone; what stands in its way is named."""
    first = database.with_name("relay.db.pass")
    first.write_text("mine")
    code, errors = finished("serve", "--port", "0", "--database", str(database))
    assert (code, "first pass" in errors, first.read_text()) == (1, True, "mine")
    first.unlink()
    for _ in range(2):
        with serving(database, "--registration", "pass"):
            first.unlink(missing_ok=True)
        _invoke("pass", "revoke", "1", "--database", str(database))
    assert not first.exists()
    assert _invoke("pass", "list", "--database", str(database)).stdout == ""


def test_passes_are_made_beside_a_relay(database: Path) -> None:
    """A pass made while the relay serves counts at once, is used up, gives its quota, and can be revoked."""
    where = ("--database", str(database))
    with serving(database, "--registration", "pass") as (_, url):
        made = _invoke("pass", "create", "--uses", "2", "--ttl", "3d", "--quota", "64K", *where)
        assert made.exit_code == 0
        secret = made.stdout.strip()
        assert "uses left: 2" in _invoke("pass", "list", *where).stdout
        assert "quota: 65536 bytes" in _invoke("pass", "list", *where).stdout
        assert secret not in _invoke("pass", "list", *where).stdout
        assert _refused(asyncio.run(_tries(url, secret, 1))) == [False]
        asyncio.run(_fills(url))
        assert _invoke("pass", "revoke", "2", *where).exit_code == 0
        assert _refused(asyncio.run(_tries(url, secret, 2))) == [True]
        again = _invoke("pass", "revoke", "2", *where)
        assert (again.exit_code, "no pass 2" in again.stderr) == (2, True)


def test_answers_are_for_programs_too(database: Path, tmp_path: Path) -> None:
    """Whatever prints a sentence prints the same as one line of JSON, where it is asked to."""
    SqliteStore(database).close()
    where = ("--json", "--database", str(database))
    made = json.loads(_invoke("pass", "create", "--uses", "2", "--quota", "1M", *where).stdout)
    assert (made["number"], len(made["pass"])) == (1, 29)
    (listed,) = map(json.loads, _invoke("pass", "list", *where).stdout.splitlines())
    assert (listed["number"], listed["uses"], listed["quota_bytes"]) == (1, 2, 2**20)
    assert json.loads(_invoke("pass", "revoke", "1", *where).stdout) == {"number": 1}
    copy, other = str(tmp_path / "copy.db"), str(tmp_path / "other.db")
    assert json.loads(_invoke("backup", copy, *where).stdout) == {"backup": copy}
    assert json.loads(_invoke("restore", copy, "--json", "--database", other).stdout) == {"database": other}


async def _fills(url: str) -> None:
    async with connected(url) as client:
        await client.follow(KEY)
        await client.push(KEY, [envelope(1, size=60_000)])
        await client.read(KEY, until=1)
        await client.push(KEY, [envelope(2, size=60_000)])
        assert (await client.expect(Refuse)).reason is Reason.QUOTA


@pytest.mark.parametrize(
    "options", [("--uses", "0"), ("--ttl", "7"), ("--ttl", "700000w"), ("--quota", "0M"), ("--quota", "1T")]
)
def test_nonsense_makes_no_pass(database: Path, options: tuple[str, ...]) -> None:
    """What can not be meant is a sentence that names the option, and no pass."""
    SqliteStore(database).close()
    result = _invoke("pass", "create", "--database", str(database), *options)
    assert (result.exit_code, options[0] in result.stderr) == (2, True)
    assert _invoke("pass", "list", "--database", str(database)).stdout == ""


def test_open_and_passes_contradict(database: Path, tmp_path: Path) -> None:
    """A relay that is open to everybody and asks for passes does not start."""
    passes = tmp_path / "passes"
    passes.write_text("open sesame")
    passes.chmod(0o600)
    result = _invoke("serve", "--registration", "open", "--pass-file", str(passes), "--database", str(database))
    assert (result.exit_code, "contradict" in result.stderr) == (2, True)
    assert not database.exists()


def test_first_pass_in_this_process(monkeypatch: pytest.MonkeyPatch, database: Path) -> None:
    """The whole path of the first pass is said on stderr, so that stdout begins with where the relay listens."""
    _listening(monkeypatch, lambda: signal.raise_signal(signal.SIGTERM))
    monkeypatch.chdir(database.parent)
    result = _serve(Path(database.name), "--registration", "pass", "--log-format", "json")
    assert result.exit_code == 0
    assert result.stdout.startswith("listening on ")
    said = [json.loads(line)["said"] for line in result.stderr.splitlines()]
    assert [line for line in said if str(database) + ".pass" in line]
