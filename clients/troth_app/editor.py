"""A text in the person's own editor: its file is in memory alone, is this user's alone, and goes when the editor does.

By choice: nothing here runs unless `:e` answers a question for a text. Where there is no place in memory, or nobody
knows what an editor keeps elsewhere, it says so instead of writing to a disk (specs/app.md, An editor).
"""

import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from troth_app.home import Home, private_folder
from troth_app.language import spoken
from troth_app.lengths import beyond
from troth_app.limits import ENTRY_BYTES_MAX
from troth_app.outcome import HereError
from troth_wire.said import Said, in_context, plural

__all__ = ["Bench", "Program", "compose", "place_of", "program_of", "sweep"]

OWNER_ONLY: Final = 0o600
MEMORY: Final = frozenset({"tmpfs", "ramfs"})
MOUNTS: Final = Path("/proc/self/mountinfo")
NEVER_COPY: Final = "set nobackup nowritebackup noswapfile noundofile"
QUIET: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "vim": ("-n", "-i", "NONE", "-c", NEVER_COPY),
        "nano": ("-I",),
        "emacs": ("-nw", "-Q", "--eval", "(setq make-backup-files nil auto-save-default nil create-lockfiles nil)"),
        "ed": (),
    }
)
"""How editors that are known are started, so that they keep no copy, no swap file, no undo file and no history."""
FAMILY: Final = {"nvim": "vim", "vim.basic": "vim", "vim.tiny": "vim", "vim.nox": "vim", "vim.gtk3": "vim"}

NO_EDITOR: Final = Said("No editor is named: set VISUAL or EDITOR. Nothing was written. Type it here.")
NOT_THERE: Final = Said("Your editor {name} is not on this computer. Nothing was written. Type it here.")
NO_MEMORY: Final = Said(
    "This system has no place for files that is in memory alone, so no editor is opened: it would write to the disk. "
    "Type it here."
)
UNKNOWN: Final = Said(
    "Nobody here knows whether {name} keeps copies of a text in other files. Open it all the same? (yes/no)"
)
TYPE_IT: Final = Said("It is not opened. Type it here.")
CRASHED: Final = Said("The editor stopped in the middle. What it had saved is here, in memory.")
TOO_LONG: Final = plural(
    "That is {count} letter longer than any text can be. It is here, in memory.",
    "That is {count} letters longer than any text can be. It is here, in memory.",
)
YES: Final = in_context("an answer that is typed", "yes")
USE: Final = in_context("an answer that is typed", "use")
DROP: Final = in_context("an answer that is typed", "drop")
AFTERWARDS: Final = Said("Open it again, use what is there, or let it go? (open/use/drop)")


@dataclass(frozen=True, slots=True)
class Program:
    """An editor as it is started.

    Attributes:
        name: What its file is called.
        command: The program and its options, without the file.
        known: Whether it is known to keep no copies like this.
    """

    name: str
    command: tuple[str, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a text is composed: the home whose folder in memory is used, who answers, and where is said what is so."""

    home: Home
    ask: Callable[[str], str]
    say: Callable[[str], None]
    environ: Mapping[str, str]


def program_of(environ: Mapping[str, str]) -> Program | None:
    """Return the editor that the environment names, if it names one that is there."""
    words = _named(environ)
    found = shutil.which(words[0], path=environ.get("PATH")) if words else None
    if found is None:
        return None
    names = (Path(found).name, Path(os.path.realpath(found)).name)
    family = next((kind for name in names if (kind := FAMILY.get(name, name)) in QUIET), None)
    quiet = QUIET[family] if family else ()
    return Program(names[0], (found, *words[1:], *quiet), known=family is not None)


def _named(environ: Mapping[str, str]) -> list[str]:
    """Return the editor that the environment names, with its options, whether it is there or not."""
    return shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "")


def place_of(home: Home, environ: Mapping[str, str], *, mounts: Path = MOUNTS) -> Path | None:
    """Return this home's folder in memory, whether it is made or not; None where the system has no such place."""
    found = (desk for desk in home.desks(environ) if desk.parent.is_dir() and _is_memory(desk.parent, mounts))
    return next(found, None)


def sweep(folder: Path) -> None:
    """Wipe what a composing that was killed left behind; what somebody is composing at this moment stays."""
    with suppress(HereError):  # Somebody else's folder of that name holds nothing of ours.
        private_folder(folder)
        for desk in folder.iterdir():
            _wipe_abandoned(desk)


def compose(bench: Bench) -> str | None:
    """Let a text be written in the editor; None if it is not opened, which was said.

    Raises:
        HereError: If the folder in memory can not be made.
    """
    program, folder = program_of(bench.environ), place_of(bench.home, bench.environ)
    if program is None or folder is None:
        named = _named(bench.environ)[:1]
        missing = NOT_THERE.format(name=named[0]) if named else NO_EDITOR
        bench.say(missing if program is None else NO_MEMORY)
        return None
    if not program.known and not _is(bench.ask(UNKNOWN.format(name=program.name)), YES):
        bench.say(TYPE_IT)
        return None
    private_folder(folder)
    sweep(folder)
    with _desk(folder) as desk:
        return _written(bench, program, desk)


def _written(bench: Bench, program: Program, desk: Path) -> str:
    """Return what was written; where the editor crashed or it is too long, as often as somebody wants it again."""
    file = desk / "text"
    file.touch(OWNER_ONLY, exist_ok=False)
    while True:
        went_well = _run(program, file, bench.environ)
        text = (file.read_bytes() if file.exists() else b"").decode(errors="replace")
        longer = beyond(text, ENTRY_BYTES_MAX)
        if went_well and not longer:
            return text
        bench.say(TOO_LONG.format(count=longer) if went_well else CRASHED)
        answer = bench.ask(AFTERWARDS)
        # Nobody who is gone is asked for ever: their words go on to where they are kept.
        if not answer or _is(answer, USE):
            return text
        if _is(answer, DROP):
            return ""


def _is(answer: str, word: Said) -> bool:
    """Tell whether a word was typed, whole or its first letter."""
    return answer.strip().lower() in (spoken(word), spoken(word)[:1])


def _run(program: Program, file: Path, environ: Mapping[str, str]) -> bool:
    """Run the editor to its end; its own temporary files go beside the text."""
    environment = {**environ, "TMPDIR": str(file.parent)}
    # Ctrl-C is the editor's while it runs; a handler, unlike ignoring, is not handed on to it.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        done = subprocess.run([*program.command, str(file)], env=environment, check=False)  # noqa: S603 - the person's.
        return done.returncode == 0
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _desk(folder: Path) -> Iterator[Path]:
    """Have a folder for one text, locked for as long as the block runs, and wiped after it."""
    desk, lock = _seat(folder)
    try:
        yield desk
    finally:
        _wipe(desk)
        os.close(lock)


def _seat(folder: Path) -> tuple[Path, int]:
    """Make a folder and lock it; one that another start takes for abandoned in between is made again."""
    while True:
        desk = Path(tempfile.mkdtemp(dir=folder))
        lock = _locked(desk, fcntl.LOCK_EX)
        if lock is not None and desk.is_dir():
            return desk, lock
        if lock is not None:
            os.close(lock)


def _locked(desk: Path, how: int) -> int | None:
    """Return what holds a folder locked; None if it is gone, is no folder, or somebody else holds it."""
    try:
        lock = os.open(desk, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, how)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _wipe_abandoned(desk: Path) -> None:
    """Wipe a desk that nobody holds."""
    lock = _locked(desk, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if lock is not None:
        _wipe(desk)
        os.close(lock)


def _wipe(desk: Path) -> None:
    """Write nothing over every byte, and remove all of it."""
    for path in desk.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with suppress(OSError), path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
    shutil.rmtree(desk, ignore_errors=True)


def _is_memory(folder: Path, mounts: Path) -> bool:
    """Tell whether a folder lies in a file system that is in memory alone."""
    try:
        rows = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return False
    kinds = {row[4]: row[row.index("-") + 1] for row in rows if "-" in row}
    above = (str(path) for path in (folder, *folder.parents))
    return next((kinds[path] in MEMORY for path in above if path in kinds), False)
