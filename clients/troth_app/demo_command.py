"""`troth demo` from its options to an exit code; what does not work costs a sentence, never a traceback."""

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

from troth_app.limits import COLUMNS
from troth_app.outcome import Code
from troth_wire.errors import TrothError

if TYPE_CHECKING:
    from troth_app.demo.record import Record

__all__ = ["show"]

SAID_AFTER: Final = " " * 9
NINETY_DAYS: Final = Path(__file__).parent / "demo" / "data" / "ninety_days.jsonl"
SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def show(source: Path | None, *, sabotage: str | None, keep: Path | None) -> int:
    """Run the demo; return its exit code.

    Args:
        source: The edits, or None for those that come with it.
        sabotage: What to break on purpose.
        keep: The folder in which everything is kept, if anything is.
    """
    record = _read(source or NINETY_DAYS)
    try:
        with _folder(keep) as folder:
            held = _run(record, folder, sabotage)
    except (KeyboardInterrupt, asyncio.CancelledError):
        _fail("Stopped. Nothing that was started here is running.", Code.STOPPED)
    return Code.OK if held else Code.HERE


def _read(source: Path) -> "Record":
    from troth_app.demo.record import RecordError, read

    try:
        return read(source)
    except RecordError as error:
        _fail(f"The input can not be used. Nothing was started. {error}", Code.USAGE)
    except OSError as error:
        _fail(f"{source} can not be read. Nothing was started. {error.strerror}.", Code.USAGE)


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
        _fail(f"{keep} exists already. Nothing was started. Name a folder that does not exist yet.", Code.USAGE)
    except OSError as error:
        _fail(f"{keep} can not be made. Nothing was started. {error.strerror}.", Code.USAGE)
    yield keep


def _run(record: "Record", folder: Path, sabotage: str | None) -> bool:
    from troth_app.demo.processes import DeviceDiedError
    from troth_app.demo.story import Outcome, tell
    from troth_app.demo.summary import lines

    began = time.monotonic()

    def say(sentence: str) -> None:
        stamp = f"{time.monotonic() - began:5.1f} s  "
        print(textwrap.fill(sentence, COLUMNS, initial_indent=stamp, subsequent_indent=SAID_AFTER), flush=True)

    async def told() -> Outcome:
        _end_on_signals()
        return await tell(record, folder, sabotage=sabotage, say=say)

    try:
        outcome = asyncio.run(told())
    except BrokenPipeError:
        raise  # Nobody reads on, and the command line knows what to do then.
    except TimeoutError:
        _fail("The demo can not go on. A process did not answer in time.", Code.HERE)
    except (DeviceDiedError, OSError, TrothError) as error:
        _fail(f"The demo can not go on. {error}", Code.HERE)
    print("\n" + "\n".join(lines(outcome)))
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
    print(sentence, file=sys.stderr)
    sys.exit(code)
