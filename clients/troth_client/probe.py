"""A disposable process in which suspect changes are tried: it may abort, hang or swell, and nothing else is harmed.

Plaintext goes through its standard input and nowhere else: not into arguments, the environment, files or output.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from troth.document import Document, PoisonedError
from troth_wire.errors import LocalError
from troth_wire.ids import ActorId, DocumentId
from troth_wire.said import Said

__all__ = ["frame", "main", "probe", "unframe"]

MEMORY_BYTES_MAX: Final = 2 * 1024**3
"""Address space of the child: well above what an honest document needs, well below what stops a machine."""
CPU_S_MAX: Final = 60
"""Processor time of the child."""
WAIT_S_MAX: Final = 90.0
"""Patience of the parent."""
LENGTH_BYTES: Final = 8
SPOILED: Final = 1
BEGUN: Final = b"\x06"
"""What the child says once it holds everything and is about to try it: from here on, how it ends is the verdict."""
UNTRIED: Final = Said(
    "A change that stopped this program before could not be tried in a process of its own. Nothing was changed. "
    "Close other programs, and try again."
)
COMMAND: Final = (sys.executable, "-P", "-c", "from troth_client.probe import main; main()")


def probe(_document: DocumentId, saved: bytes, changes: Sequence[bytes]) -> bool:
    """Try changes on a saved document in a child process (the `troth.Probe` port).

    Returns:
        Whether the child applied them, saved the result and could read it back, within its limits.

    Raises:
        LocalError: If no child could be started; that is no verdict on the changes.
    """
    return tried(COMMAND, frame([saved, *changes]), wait_s=WAIT_S_MAX)


def tried(command: Sequence[str], content: bytes, *, wait_s: float) -> bool:
    """Run a command with this on its standard input; tell whether it ended well and in time.

    Raises:
        LocalError: If it did not even say that it begins.
    """
    try:
        # Its complaints are thrown away: what the library says when it stops may quote the document.
        done = subprocess.run(  # noqa: S603 - our own interpreter
            command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=wait_s, check=False
        )
        said, ended_well = done.stdout, done.returncode == 0
    except subprocess.TimeoutExpired as late:
        said, ended_well = late.stdout or b"", False
    except OSError:
        said, ended_well = b"", False
    if said != BEGUN:
        raise LocalError(UNTRIED)
    return ended_well


def frame(blobs: Sequence[bytes]) -> bytes:
    """Join byte strings, each after its length."""
    return b"".join(part for blob in blobs for part in (len(blob).to_bytes(LENGTH_BYTES, "big"), blob))


def unframe(content: bytes) -> Iterator[bytes]:
    """Return what `frame` joined."""
    at = 0
    while at < len(content):
        start = at + LENGTH_BYTES
        at = start + int.from_bytes(content[at:start], "big")
        yield content[start:at]


def survives(content: bytes) -> bool:
    """Apply what was framed, in this very process; tell whether the document can be saved and read back."""
    saved, *changes = unframe(content)
    nobody = ActorId(bytes(16))
    try:
        trial = Document.load(saved, nobody)
        for raw in changes:
            trial.merge(raw)
        return Document.load(trial.save(), nobody).heads() == trial.heads()
    except PoisonedError:
        return False


def limit() -> None:
    """Take this process's room and time away, as far as the system lets us."""
    if sys.platform == "win32":
        return
    import resource

    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES_MAX,
        resource.RLIMIT_CPU: CPU_S_MAX,
        # A core file would hold the plaintext.
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def main() -> None:
    """Be the child."""
    limit()
    content = sys.stdin.buffer.read()
    sys.stdout.buffer.write(BEGUN)
    sys.stdout.buffer.flush()
    sys.exit(0 if survives(content) else SPOILED)


if __name__ == "__main__":
    main()
