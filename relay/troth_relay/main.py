"""`troth-relay`: options in, exit code out; 0 done, 1 something on this machine, 2 wrong options."""

import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

# Before the modules that need the other libraries of the extra.
try:
    import click
except ModuleNotFoundError as missing:
    raise ImportError('`troth-relay` needs click, which comes with "troth[relay]".') from missing

from troth_relay import clerk, doctor, issue, limits, logs, office, running, watch
from troth_relay.app import SystemEntropy
from troth_relay.config import EVERYWHERE, Config, at, configure
from troth_relay.orders import Answer, Order, Verb, mailbox_named
from troth_relay.settings import CONFIG_VARIABLE, TABLE, Choice, Kind, choose, shown
from troth_relay.store import beside, copies, passes
from troth_relay.store.file import looking
from troth_wire.errors import LocalError, StoreError, UsageError

__all__ = ["main"]

FAILED: Final = 1
USAGE: Final = 2
F = TypeVar("F", bound=Callable[..., None])
PATH: Final = click.Path(path_type=Path, dir_okay=False)


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
        running.run(config, choices, lambda: _choose(file, flags))


@main.group(name="config")
def config_() -> None:
    """Look at what was decided."""


@config_.command()
@_settings
@click.option("--effective", is_flag=True, help="What flags, environment and file decide; the defaults without it.")
def show(*, file: Path | None, effective: bool, **flags: Any) -> None:
    """Print every setting, as a file for --config that says the same."""
    with _exits():
        if not effective and (file or any(value not in (None, ()) for value in flags.values())):
            raise UsageError(
                "Without --effective the defaults are printed, whatever else is said. Say --effective too."
            )
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
        asked = "localhost" if host in EVERYWHERE else host.strip("[]")
        watch.ask(asked, port)
        # Where: whoever forgot the file of settings asks another relay than the one that they mean.
        click.echo(f"ready at {at(asked, port)}")


@main.command(name="doctor")
@click.argument("address", metavar="wss://RELAY")
@click.option("--idle", "idle_s", type=float, default=limits.IDLE_TRY_S, show_default=True, help="Seconds of silence.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one line of JSON for each hop.")
def doctor_(*, address: str, idle_s: float, as_json: bool) -> None:
    """Go the way to a relay as devices do, and name what is broken: 0 if nothing is, 1 if something."""
    with _exits():
        if not 0 <= idle_s <= limits.IDLE_TRY_S_MAX:
            raise UsageError(f"--idle must be a number from 0 to {limits.IDLE_TRY_S_MAX}; 0 leaves it out.")
        well = True
        for finding in doctor.examine(address, idle_s=idle_s):
            well = well and finding.well
            found = {"hop": finding.hop.value, "well": finding.well, "said": finding.said}
            click.echo(json.dumps(found) if as_json else f"{finding.hop.value:8}{_mark(finding.well)}{finding.said}")
    sys.exit(0 if well else FAILED)


def _mark(well: bool) -> str:
    return "well    " if well else "BROKEN  "


def _decided(file: Path | None, flags: Mapping[str, Any]) -> Config:
    """Return what was decided for a database that there is; no settings make one here."""
    config = configure(_choose(file, flags), serving=False)
    with looking(config.database):
        there = config.database.exists()
    if not there:
        raise StoreError(f"There is no database {config.database}. Nothing was changed. Name it with --database.")
    return config


def _orders(command: F) -> F:
    """Let a command take every setting, and say whether its answer is for people or programs."""
    option = click.option("--json", "as_json", is_flag=True, help="Answer with one line of JSON.")
    return _settings(option(command))


def _order(order: Order, *, as_json: bool, file: Path | None, flags: Mapping[str, Any]) -> None:
    """Have the running relay carry an order out or, where none runs, do it here; print the answer."""
    with _exits():
        config = _decided(file, flags)
        answer = office.ask(config.database, order)
        if answer is None:
            days, now_s = config.closed_log_days, SystemEntropy().now_s
            answer = clerk.alone(order, config.database, now_s=now_s, closed_log_days=days, idle=config.idle)
        _say(clerk.said(order.verb, answer), answer, as_json=as_json)


def _say(text: str, answer: Answer, *, as_json: bool) -> None:
    click.echo(json.dumps(answer) if as_json else text)


@main.command()
@_orders
def gc(*, as_json: bool, file: Path | None, **flags: Any) -> None:
    """Delete what has ended and give its room back, at once; a relay that runs does so bit by bit."""
    _order(Order(Verb.GC), as_json=as_json, file=file, flags=flags)


@main.command()
@_orders
def vacuum(*, as_json: bool, file: Path | None, **flags: Any) -> None:
    """Write all entries together anew, and give back the room that was left between them; others push meanwhile."""
    _order(Order(Verb.VACUUM), as_json=as_json, file=file, flags=flags)


@main.command()
@_orders
def stats(*, as_json: bool, file: Path | None, **flags: Any) -> None:
    """Print sums over all mailboxes, and the room on the disk."""
    _order(Order(Verb.STATS), as_json=as_json, file=file, flags=flags)


@main.group(name="mailbox")
def mailbox_() -> None:
    """Do what you were asked to about one mailbox, which its people name; there is no list of them."""


def _named(verb: Verb, meaning: str) -> None:
    """Make a command that names a mailbox and says nothing more."""

    @mailbox_.command(name=verb.value.partition(" ")[2], help=meaning)
    @click.argument("mailbox")
    @_orders
    def command(*, mailbox: str, as_json: bool, file: Path | None, **flags: Any) -> None:
        with _exits():
            order = Order(verb, mailbox_named(mailbox))
        _order(order, as_json=as_json, file=file, flags=flags)


_named(Verb.SHOW, "Print what is known of a mailbox: how many entries, how large, since which day.")
_named(Verb.DELETE, "Delete a mailbox with all that lies in it; whoever uses it is sent away.")
_named(Verb.BLOCK, "Keep a mailbox out; whoever uses it is sent away, and what lies in it stays.")
_named(Verb.UNBLOCK, "Keep a mailbox out no more.")


@mailbox_.command()
@click.argument("mailbox")
@click.argument("room", metavar="SIZE")
@_orders
def quota(*, mailbox: str, room: str, as_json: bool, file: Path | None, **flags: Any) -> None:
    """Give a mailbox a room of its own, such as 500M, or that of everybody: "default"."""
    with _exits():
        size = None if room == "default" else issue.size(room, what="SIZE", failed="Nothing was changed.")
        order = Order(Verb.QUOTA, mailbox_named(mailbox), size)
    _order(order, as_json=as_json, file=file, flags=flags)


@main.command()
@click.argument("target", metavar="FILE", type=PATH)
@_orders
def backup(*, target: Path, as_json: bool, file: Path | None, **flags: Any) -> None:
    """Copy the logs into a new file, also while the relay runs."""
    with _exits():
        copies.back_up(_decided(file, flags).database, target)
        _say(f"backed up to {target}", {"backup": str(target)}, as_json=as_json)


@main.command()
@click.argument("source", metavar="FILE", type=PATH)
@_orders
def restore(*, source: Path, as_json: bool, file: Path | None, **flags: Any) -> None:
    """Make a database of a backup; devices notice, and send again what is missing."""
    with _exits():
        database = configure(_choose(file, flags), serving=False).database
        copies.restore(source, database, lineage=SystemEntropy().lineage)
        _say(f"restored to {database}", {"database": str(database)}, as_json=as_json)


@main.group(name="pass")
def pass_() -> None:
    """Let people open mailboxes; the relay may be running."""


@pass_.command(name="create")
@_orders
@click.option("--uses", default=limits.PASS_USES, show_default=True, help="How many lines it begins.")
@click.option("--ttl", default="7d", show_default=True, help="How long it counts: hours (h), days (d), weeks (w).")
@click.option("--quota", default=None, help="Room of each line that it begins, such as 200M.")
def create_pass(*, uses: int, ttl: str, quota: str | None, as_json: bool, file: Path | None, **flags: Any) -> None:
    """Make a pass and print it; it is not kept, and can not be shown again."""
    with _exits():
        now_s, secret = SystemEntropy().now_s(), issue.draw(secrets.token_bytes)
        quota_bytes = issue.size(quota) if quota is not None else None
        new = issue.terms(secret, uses=uses, life_s=issue.life_s(ttl), quota_bytes=quota_bytes, now_s=now_s)
        with beside.changing(_decided(file, flags).database) as connection:
            number = passes.add(connection, new, now_s=now_s)
        _say(secret, {"pass": secret, "number": number}, as_json=as_json)


@pass_.command(name="list")
@_orders
def list_passes(*, as_json: bool, file: Path | None, **flags: Any) -> None:
    """Print what is left of each pass."""
    with _exits(), beside.changing(_decided(file, flags).database) as connection:
        for number, each in passes.listed(connection, now_s=SystemEntropy().now_s()):
            until = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(each.ends_s))
            room = "as everybody" if each.quota_bytes is None else f"{each.quota_bytes} bytes"
            answer: Answer = {
                "number": number,
                "uses": each.uses,
                "ends_s": each.ends_s,
                "quota_bytes": each.quota_bytes,
            }
            _say(f"{number}  uses left: {each.uses}  until: {until}  quota: {room}", answer, as_json=as_json)


@pass_.command(name="revoke")
@click.argument("number", type=int)
@_orders
def revoke_pass(*, number: int, as_json: bool, file: Path | None, **flags: Any) -> None:
    """Let a pass open nothing more; what it opened stays."""
    with _exits():
        with beside.changing(_decided(file, flags).database) as connection:
            found = passes.revoke(connection, number)
        if not found:
            raise UsageError(
                f"There is no pass {number}. Nothing was changed. `troth-relay pass list` names those there are."
            )
        _say(f"pass {number} opens nothing more", {"number": number}, as_json=as_json)
