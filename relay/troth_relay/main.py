"""`troth-relay serve`: options in, exit code out; 0 done, 1 something on this machine, 2 wrong options."""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from troth_relay import limits
from troth_relay.app import Relay
from troth_relay.config import MEBIBYTE, Config, read_passes
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import LocalError, UsageError

__all__ = ["main"]

FAILED: Final = 1
USAGE: Final = 2
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@click.group()
@click.version_option(package_name="troth")
def main() -> None:
    """Store and forward what only the members of a space can read."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8440, show_default=True, help="Port to listen at; 0 takes any free one.")
@click.option(
    "--database",
    default=Path("troth-relay.db"),
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file that keeps everything; made if it is missing.",
)
@click.option("--name", "names", multiple=True, help="HOST:PORT as clients dial it; repeatable.")
@click.option(
    "--quota-mb",
    default=limits.QUOTA_BYTES // MEBIBYTE,
    show_default=True,
    help="Room of one mailbox, in mebibytes.",
)
@click.option(
    "--pass-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Passes, one a line: only who has one may open a mailbox.",
)
def serve(
    *, host: str, port: int, database: Path, names: tuple[str, ...], quota_mb: int, pass_file: Path | None
) -> None:
    """Listen and serve until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        passes = read_passes(pass_file) if pass_file is not None else frozenset()
        config = Config(
            host=host,
            port=port,
            database=database,
            names=names,
            quota_bytes=quota_mb * MEBIBYTE,
            passes=passes,
        )
        _serve(config)
    except UsageError as error:
        _fail(str(error), USAGE)
    except LocalError as error:
        _fail(str(error), FAILED)


def _fail(text: str, code: int) -> None:
    click.echo(text, err=True)
    sys.exit(code)


def _serve(config: Config) -> None:
    store = SqliteStore(config.database)
    try:
        asyncio.run(_run(config, store))
    finally:
        store.close()


async def _run(config: Config, store: SqliteStore) -> None:
    stopping = asyncio.Event()
    # Before the line that says it listens: whoever waits for that line may send a signal at once.
    _on_signals(stopping.set)
    relay = await Relay.listen(config, store)
    click.echo(f"listening on {relay.url}")
    await stopping.wait()
    await relay.stop()


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:
            # Event loops on Windows know no signals; the handler runs on the main thread.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
