"""`troth-relay`: options in, exit code out; 0 done, 1 something on this machine, 2 wrong options."""

import asyncio
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from troth_relay import issue, limits, logs, watch
from troth_relay.app import Relay, SystemEntropy
from troth_relay.config import EVERYWHERE, Config, configure
from troth_relay.floor import free_bytes
from troth_relay.settings import CONFIG_VARIABLE, TABLE, Choice, Kind, choose, shown
from troth_relay.store import beside, copies, passes
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import LocalError, StoreError, UsageError

__all__ = ["main"]

LOG: Final = logging.getLogger(logs.LOGGER)
FAILED: Final = 1
USAGE: Final = 2
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
F = TypeVar("F", bound=Callable[..., None])
PATH: Final = click.Path(path_type=Path, dir_okay=False)
Decide = Callable[[], dict[str, Choice]]


@click.group()
@click.version_option(package_name="troth")
def main() -> None:
    """Store and forward what only the members of a space can read."""


def _settings(command: F) -> F:
    """Let a command take every setting as an option, and a file of settings."""
    for setting in reversed(TABLE):
        default = "" if setting.default in (None, ()) else f"  [default: {setting.default}]"
        option = click.option(
            setting.flag,
            setting.key,
            multiple=setting.kind is Kind.LIST,
            metavar="NUMBER" if setting.kind is Kind.NUMBER else "TEXT",
            help=setting.meaning + default,
        )
        command = option(command)
    return click.option("--config", "file", type=PATH, help=f"TOML with settings; or {CONFIG_VARIABLE}.")(command)


@contextmanager
def _exits() -> Iterator[None]:
    """Turn what went wrong into a sentence and an exit code."""
    try:
        yield
    except UsageError as error:
        _fail(str(error), USAGE)
    except LocalError as error:
        _fail(str(error), FAILED)


def _fail(text: str, code: int) -> None:
    click.echo(text, err=True)
    sys.exit(code)


def _choose(file: Path | None, flags: Mapping[str, Any]) -> dict[str, Choice]:
    return choose(flags=flags, environment=os.environ, file=file)


@main.command()
@_settings
def serve(*, file: Path | None, **flags: Any) -> None:
    """Listen and serve until told to stop; SIGHUP takes over changed limits."""
    with _exits():
        choices = _choose(file, flags)
        config = configure(choices)
        logs.write_to(sys.stderr, form=config.log_format)
        _serve(config, choices, lambda: _choose(file, flags))


@main.group(name="config")
def config_() -> None:
    """Look at what was decided."""


@config_.command()
@_settings
@click.option("--effective", is_flag=True, help="With flags, environment and file, each value with its origin.")
def show(*, file: Path | None, effective: bool, **flags: Any) -> None:
    """Print every setting, as a file for --config that says the same."""
    with _exits():
        choices = _choose(file, flags) if effective else choose(flags={}, environment={}, file=None)
        click.echo(shown(choices), nl=False)
        # After they were shown: whoever looks for a mistake sees where it comes from.
        configure(choices)


@main.command()
@_settings
def healthcheck(*, file: Path | None, **flags: Any) -> None:
    """Ask the relay that these settings start whether it is ready: 0 if it is, 1 if not."""
    with _exits():
        choices = _choose(file, flags)
        host, port = choices["host"].value, choices["port"].value
        assert isinstance(host, str)
        assert isinstance(port, int)
        if not port:
            raise UsageError("--port 0 names no port to ask at. Nothing was asked; name the port where it listens.")
        watch.ask("localhost" if host in EVERYWHERE else host.strip("[]"), port)
        click.echo("ready")


@contextmanager
def _stopped(file: Path | None, flags: Mapping[str, Any]) -> Iterator[tuple[Path, SqliteStore]]:
    """Open the database of a relay that is not running; no settings make one here."""
    with _exits():
        path = _database(file, flags)
        store = SqliteStore(path)
        try:
            yield path, store
        finally:
            store.close()


def _database(file: Path | None, flags: Mapping[str, Any]) -> Path:
    path = configure(_choose(file, flags)).database
    if not path.exists():
        raise StoreError(f"There is no database {path}. Nothing was changed. Name it with --database.")
    return path


@main.command()
@_settings
def gc(*, file: Path | None, **flags: Any) -> None:
    """Delete what has ended and give its room back; a relay that runs does so by itself."""
    with _stopped(file, flags) as (path, store):
        before, ended = path.stat().st_size, 0
        while gone := store.sweep(now_s=SystemEntropy().now_s(), mailboxes_max=limits.SWEEP_MAILBOXES_MAX):
            ended += len(gone)
        closed_before = SystemEntropy().day() - configure(_choose(file, flags)).closed_log_days
        while store.erase(closed_before=closed_before, entries_max=limits.ERASE_ENTRIES_MAX):
            continue
        if wrong := store.recount():
            click.echo(f"{wrong} sums of what is stored were wrong, and are right now")
        store.reclaim()
        click.echo(f"{ended} mailboxes had ended; {before - path.stat().st_size} bytes went back to the disk")


@main.command()
@_settings
def vacuum(*, file: Path | None, **flags: Any) -> None:
    """Write the database of a stopped relay anew, without gaps; needs as much room again meanwhile."""
    with _stopped(file, flags) as (path, store):
        before = path.stat().st_size
        store.vacuum()
        click.echo(f"{before - path.stat().st_size} bytes went back to the disk")


@main.command()
@_settings
def stats(*, file: Path | None, **flags: Any) -> None:
    """Print sums over all mailboxes, also while the relay runs."""
    with _exits():
        path = _database(file, flags)
        found = beside.measure(path)
        for name, value in (
            ("mailboxes", found.mailboxes),
            ("entries", found.entries),
            ("stored_bytes", found.stored_bytes),
            ("database_bytes", path.stat().st_size),
            ("disk_free_bytes", free_bytes(path)),
        ):
            click.echo(f"{name} {value}")


@main.command()
@click.argument("target", metavar="FILE", type=PATH)
@_settings
def backup(*, target: Path, file: Path | None, **flags: Any) -> None:
    """Copy the logs into a new file, also while the relay runs."""
    with _exits():
        copies.back_up(_database(file, flags), target)
        click.echo(f"backed up to {target}")


@main.command()
@click.argument("source", metavar="FILE", type=PATH)
@_settings
def restore(*, source: Path, file: Path | None, **flags: Any) -> None:
    """Make a database of a backup; devices notice, and send again what is missing."""
    with _exits():
        database = configure(_choose(file, flags)).database
        copies.restore(source, database, lineage=SystemEntropy().lineage)
        click.echo(f"restored to {database}")


@main.group(name="pass")
def pass_() -> None:
    """Let people open mailboxes; the relay may be running."""


@pass_.command(name="create")
@_settings
@click.option("--uses", default=limits.PASS_USES, show_default=True, help="How many lines it begins.")
@click.option("--ttl", default="7d", show_default=True, help="How long it counts: hours (h), days (d), weeks (w).")
@click.option("--quota", default=None, help="Room of each line that it begins, such as 200M.")
def create_pass(*, uses: int, ttl: str, quota: str | None, file: Path | None, **flags: Any) -> None:
    """Make a pass and print it; it is not kept, and can not be shown again."""
    with _exits():
        now_s, secret = SystemEntropy().now_s(), issue.draw(secrets.token_bytes)
        quota_bytes = issue.size(quota) if quota is not None else None
        new = issue.terms(secret, uses=uses, life_s=issue.life_s(ttl), quota_bytes=quota_bytes, now_s=now_s)
        with beside.changing(_database(file, flags)) as connection:
            passes.add(connection, new, now_s=now_s)
        click.echo(secret)


@pass_.command(name="list")
@_settings
def list_passes(*, file: Path | None, **flags: Any) -> None:
    """Print what is left of each pass."""
    with _exits(), beside.changing(_database(file, flags)) as connection:
        for number, each in passes.listed(connection, now_s=SystemEntropy().now_s()):
            until = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(each.ends_s))
            room = "as everybody" if each.quota_bytes is None else f"{each.quota_bytes} bytes"
            click.echo(f"{number}  uses left: {each.uses}  until: {until}  quota: {room}")


@pass_.command(name="revoke")
@click.argument("number", type=int)
@_settings
def revoke_pass(*, number: int, file: Path | None, **flags: Any) -> None:
    """Let a pass open nothing more; what it opened stays."""
    with _exits():
        with beside.changing(_database(file, flags)) as connection:
            found = passes.revoke(connection, number)
        if not found:
            raise UsageError(
                f"There is no pass {number}. Nothing was changed. `troth-relay pass list` names those there are."
            )
        click.echo(f"pass {number} opens nothing more")


def _make_first_pass(config: Config, store: SqliteStore) -> None:
    """Where only passes open mailboxes and there never was one, make one."""
    if config.registration != "pass" or config.passes or store.passes_issued():
        return
    secret, now_s = issue.draw(secrets.token_bytes), SystemEntropy().now_s()
    path = config.database.with_name(config.database.name + ".pass")
    # The file first: a pass that nobody knows would be the only one there ever was.
    issue.write(secret, path)
    first = issue.terms(secret, uses=limits.PASS_USES, life_s=limits.PASS_LIFE_S, quota_bytes=None, now_s=now_s)
    store.add_pass(first, now_s=now_s)
    click.echo(f"The first pass is in {path}: whoever has it may open mailboxes.", err=True)


def _serve(config: Config, choices: dict[str, Choice], decide: Decide) -> None:
    store = SqliteStore(config.database)
    try:
        _make_first_pass(config, store)
        asyncio.run(_run(config, store, reload=lambda relay: _reload(relay, choices, decide)))
    finally:
        store.close()


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
    click.echo(f"listening on {relay.url}")
    await stopping.wait()
    await relay.stop()


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
