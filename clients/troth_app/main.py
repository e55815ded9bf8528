"""The command `troth`. What goes wrong on this machine is said in a few words, never in a traceback."""

import asyncio
import signal
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Never

import click

from troth_wire.errors import TrothError

if TYPE_CHECKING:
    from troth_app.demo.record import Record

__all__ = ["main"]

FAILED: Final = 1
USAGE: Final = 2
STOPPED: Final = 130
WIDTH: Final = 80
SAID_AFTER: Final = " " * 9
NINETY_DAYS: Final = Path(__file__).parent / "demo" / "data" / "ninety_days.jsonl"
SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A shared, living record for two, on their own devices."""


@main.command()
@click.option(
    "--input",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSON Lines of edits (specs/demo.md). Without it: ninety days of two made-up people.",
)
@click.option(
    "--sabotage",
    type=click.Choice(["cursor", "outbox", "plaintext"]),
    help="Break devices on purpose: skip what arrives, forget what waits, or do not encrypt. A proof has to notice.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="Keep vaults, logs, the relay's files and all that passed (wire.bin) in this new folder.",
)
def demo(*, source: Path | None, sabotage: str | None, keep: Path | None) -> None:
    """Show that nothing is lost and that the relay can not read.

    Starts a relay and two devices for each person, lets all of them write, cuts lines, kills
    processes in the middle, and lets everybody meet again.

    Then it proves that all devices show the same document, that every acknowledged edit is in
    it, and that nothing readable has reached the relay.

    Takes less than a minute. Ends with 0 if all of it held, 1 if not, 2 if it was asked
    for something that does not work.
    """
    record = _read(source or NINETY_DAYS)
    try:
        with _folder(keep) as folder:
            held = _run(record, folder, sabotage)
    except (KeyboardInterrupt, asyncio.CancelledError):
        _fail("Stopped. Nothing that was started here is running.", STOPPED)
    sys.exit(0 if held else FAILED)


def _read(source: Path) -> "Record":
    from troth_app.demo.record import RecordError, read

    try:
        return read(source)
    except RecordError as error:
        _fail(f"The input can not be used. Nothing was started. {error}", USAGE)
    except OSError as error:
        _fail(f"{source} can not be read. Nothing was started. {error.strerror}.", USAGE)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Make the folder that everything goes to; without a name it goes again."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="troth-demo-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    try:
        keep.mkdir(parents=True)
    except FileExistsError:
        _fail(f"{keep} exists already. Nothing was started. Name a folder that does not exist yet.", USAGE)
    except OSError as error:
        _fail(f"{keep} can not be made. Nothing was started. {error.strerror}.", USAGE)
    yield keep


def _run(record: "Record", folder: Path, sabotage: str | None) -> bool:
    from troth_app.demo.processes import DeviceDiedError
    from troth_app.demo.story import Outcome, tell
    from troth_app.demo.summary import lines

    began = time.monotonic()

    def say(sentence: str) -> None:
        stamp = f"{time.monotonic() - began:5.1f} s  "
        click.echo(textwrap.fill(sentence, WIDTH, initial_indent=stamp, subsequent_indent=SAID_AFTER))

    async def told() -> Outcome:
        _end_on_signals()
        return await tell(record, folder, sabotage=sabotage, say=say)

    try:
        outcome = asyncio.run(told())
    except BrokenPipeError:
        raise  # Nobody reads on, and click knows what to do then.
    except TimeoutError:
        _fail("The demo can not go on. A process did not answer in time.", FAILED)
    except (DeviceDiedError, OSError, TrothError) as error:
        _fail(f"The demo can not go on. {error}", FAILED)
    click.echo("\n" + "\n".join(lines(outcome)))
    return outcome.held


def _end_on_signals() -> None:
    """Let a request to end do what Ctrl-C does: end what was started, then this."""
    task = asyncio.current_task()
    assert task, "it is called from one"
    for number in SIGNALS:
        try:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        except NotImplementedError:
            return  # Event loops on Windows know no signals; Ctrl-C they know.


def _fail(sentence: str, code: int) -> Never:
    click.echo(sentence, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
