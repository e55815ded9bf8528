"""Where things lie: one folder for one vault, owned by one user of this machine and open to nobody else.

`TROTH_HOME` names another folder, for a second person or a test. Nothing in a name says what is in a file.
"""

import hashlib
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from troth_app.outcome import HereError
from troth_wire.said import Said

__all__ = ["Home", "private_folder"]

PRIVATE: Final = 0o700
OTHERS: Final = 0o077
SHARED_MEMORY: Final = "/dev/shm"  # noqa: S108 - what lies in it is in a folder of this user's alone.
SOCKET_PATH_BYTES_MAX: Final = 100
"""What every system takes for the path of a socket, with room."""
NOT_MADE: Final = Said(
    "The folder {folder} can not be made: {why}. Nothing was changed. "
    "Make room or give yourself the right to write there, or name another folder in TROTH_HOME."
)
NOT_YOURS: Final = Said("{folder} is not a folder of yours. Nothing was changed. Name another one in TROTH_HOME.")
OTHERS_LOOK: Final = Said(
    "Others on this machine may look into {folder}. Nothing was changed. "
    "`chmod 700 {folder}` closes it to them; then try again."
)


@dataclass(frozen=True, slots=True)
class Home:
    """The places of one vault.

    Attributes:
        folder: Everything that stays.
        runtime: Where the agent's socket lies; the folder itself, or one that goes at logout.
    """

    folder: Path
    runtime: Path

    @classmethod
    def find(cls, environ: Mapping[str, str] = os.environ, *, platform: str = sys.platform) -> "Home":
        """Return the home that the environment names; makes nothing."""
        folder = Path(os.path.realpath(environ.get("TROTH_HOME") or _default(environ, platform)))
        runtime = environ.get("XDG_RUNTIME_DIR")
        return cls(folder, Path(runtime, "troth") if runtime else folder)

    @property
    def vault(self) -> Path:
        """The vault's file."""
        return self.folder / "vault"

    @property
    def lock(self) -> Path:
        """The file that an agent holds locked for as long as it lives."""
        return self.folder / "agent.lock"

    @property
    def log(self) -> Path:
        """What went wrong in an agent or a keeper; never what anybody wrote."""
        return self.folder / "log"

    @property
    def socket(self) -> Path:
        """The agent's socket: named after the folder, so that two homes share one runtime folder."""
        return self.runtime / f"{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}.sock"

    def desks(self, environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
        """Return where a text may lie while it is written in an editor, if that is in memory."""
        bases = filter(None, (environ.get("XDG_RUNTIME_DIR"), SHARED_MEMORY))
        return tuple(Path(os.path.realpath(base), f"{self.socket.stem}.d") for base in bases)

    def remove_vault(self) -> None:
        """Remove a vault in which nothing was ever kept, and what lies beside it; for nobody else to call."""
        import shutil

        for path in sorted(self.folder.glob("vault*"), reverse=True):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            HereError: If one can not be made, or is not this user's alone.
        """
        private_folder(self.folder)
        private_folder(self.runtime)


def private_folder(folder: Path) -> None:
    """Make a folder that is this user's alone, or see that it is.

    Raises:
        HereError: If it can not be made, or is somebody else's, or others may look into it.
    """
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise HereError(NOT_MADE.format(folder=folder, why=error.strerror)) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise HereError(NOT_YOURS.format(folder=folder))
    if found.st_mode & OTHERS:
        raise HereError(OTHERS_LOOK.format(folder=folder))


def _default(environ: Mapping[str, str], platform: str) -> Path:
    base = Path(environ.get("HOME") or Path.home())
    if platform == "darwin":
        return base / "Library" / "Application Support" / "troth"
    return Path(environ.get("XDG_DATA_HOME") or base / ".local" / "share") / "troth"
