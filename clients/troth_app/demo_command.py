"""`troth demo` from its options to an exit code; what does not work costs a sentence, never a traceback."""

import asyncio
import shutil
import signal
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Never

from troth_app.limits import COLUMNS
from troth_app.outcome import Code
from troth_wire.errors import TrothError

if TYPE_CHECKING:
    from troth_app.demo.record import Record

__all__ = ["show"]

OPEN_ALONE: Final = (
    "`--open` leaves the ninety days and nothing else. Nothing was started. Leave the other option away."
)
LOOK_AROUND: Final = """
Robin and Sasha are made-up people, and their vaults stay, to look around in:

  export TROTH_HOME={folder}/robin    # in another terminal: {folder}/sasha
  troth unlock                        # it asks for: {passphrase}
  troth today

When you are done, `troth lock` on both sides, and remove all of it:

  rm -r {folder}
"""
"""Where the homes are; a path may be wider than a terminal, and is to be copied whole."""
SAID_AFTER: Final = " " * 9
NINETY_DAYS: Final = Path(__file__).parent / "demo" / "data" / "ninety_days.jsonl"
SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def show(source: Path | None, *, sabotage: str | None, keep: Path | None, stay: bool = False) -> int:
    """Run the demo; return its exit code.

    Args:
        source: The edits, or None for those that come with it.
        sabotage: What to break on purpose.
        keep: The folder in which everything is kept, if anything is.
        stay: Whether the two homes stay, to look around in.
    """
    if stay and (source or sabotage):
        _fail(OPEN_ALONE, Code.USAGE)
    record = _read(source or NINETY_DAYS)
    try:
        if stay:
            return _show_and_stay(keep)
        with _folder(keep) as folder:
            held = _run(record, folder, sabotage)
    except (KeyboardInterrupt, asyncio.CancelledError):
        _fail("Stopped. Nothing that was started here is running.", Code.STOPPED)
    return Code.OK if held else Code.HERE


def _show_and_stay(keep: Path | None) -> int:
    """Tell the ninety days as if the last of them were today, and leave both homes."""
    from troth_app.demo.generate import acts
    from troth_app.demo.homes import PASSPHRASE, PERSONS
    from troth_app.demo.record import Record

    today = date.today()
    with _lasting_folder(keep, {person.lower() for person in PERSONS}) as folder:
        held = _run(Record(tuple(acts(last_day=today))), folder, None, stays_until=today)
        print(LOOK_AROUND.format(folder=folder, passphrase=PASSPHRASE))
    return Code.OK if held else Code.HERE


@contextmanager
def _lasting_folder(keep: Path | None, homes: set[str]) -> Iterator[Path]:
    """Make the folder that stays, with the homes alone in it unless it was named; what goes wrong leaves nothing."""
    if keep is not None:
        with _folder(keep) as folder:
            yield folder
        return
    folder = Path(tempfile.mkdtemp(prefix="troth-demo-"))
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for path in folder.iterdir():
        if path.is_dir() and path.name not in homes:
            shutil.rmtree(path)
        elif not path.is_dir():
            path.unlink()


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


def _run(record: "Record", folder: Path, sabotage: str | None, stays_until: date | None = None) -> bool:
    """Tell the story; where it stays until a day, the first device of each person is a home afterwards."""
    from troth_app.demo.findings import Outcome
    from troth_app.demo.homes import home_of, move_in
    from troth_app.demo.processes import DeviceDiedError
    from troth_app.demo.story import tell
    from troth_app.demo.summary import lines

    began = time.monotonic()

    def say(sentence: str) -> None:
        stamp = f"{time.monotonic() - began:5.1f} s  "
        print(textwrap.fill(sentence, COLUMNS, initial_indent=stamp, subsequent_indent=SAID_AFTER), flush=True)

    async def told() -> Outcome:
        _end_on_signals()
        if stays_until is None:
            return await tell(record, folder, sabotage=sabotage, say=say)
        homes = {person: home_of(folder, person) for person in record.persons}
        for home in homes.values():
            home.prepare()
        outcome = await tell(record, folder, sabotage=None, say=say, homes=homes)
        for person, home in homes.items():
            await move_in(home, person, last_day=stays_until)
        return outcome

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
