"""Passes for people: drawn, written in letters that can be read aloud, and kept by the relay as a hash alone."""

import base64
import os
import re
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Final

from troth_relay import limits
from troth_relay.admission import pass_hash
from troth_relay.store import Pass
from troth_wire.errors import StoreError, UsageError

__all__ = ["draw", "life_s", "size", "terms", "write"]

SECRET_BYTES: Final = 15
GROUP: Final = 4
LIVES: Final = {"h": 3_600, "d": 86_400, "w": 604_800}
SIZES: Final = {"K": 2**10, "M": 2**20, "G": 2**30}
UNMADE: Final = "No pass was made."
AMOUNT: Final = re.compile(r"([1-9][0-9]{0,5})([A-Za-z])")


def draw(entropy: Callable[[int], bytes]) -> str:
    """Return a pass of 120 random bits in groups of letters and digits."""
    letters = base64.b32encode(entropy(SECRET_BYTES)).decode().lower()
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def life_s(text: str) -> int:
    """Read how long a pass lives, such as 7d.

    Raises:
        UsageError: If it is no such time, or too long.
    """
    seconds = _amount(text, LIVES, "--ttl", "7d: a number of hours (h), days (d) or weeks (w)")
    if seconds > limits.PASS_LIFE_S_MAX:
        raise UsageError(f"--ttl may be at most {limits.PASS_LIFE_S_MAX // LIVES['d']} days. No pass was made.")
    return seconds


def size(text: str, *, what: str = "--quota", failed: str = UNMADE) -> int:
    """Read a size in bytes, such as 200M.

    Raises:
        UsageError: If it is none; it names what is wrong, and says what came of it.
    """
    example = "200M: a number of kibibytes (K), mebibytes (M) or gibibytes (G)"
    return _amount(text, SIZES, what, example, failed=failed)


def _amount(text: str, units: dict[str, int], what: str, example: str, *, failed: str = UNMADE) -> int:
    match = AMOUNT.fullmatch(text)
    if match is None or match[2] not in units:
        raise UsageError(f"{what} must be written as {example}. {failed}")
    return int(match[1]) * units[match[2]]


def terms(secret: str, *, uses: int, life_s: int, quota_bytes: int | None, now_s: int) -> Pass:
    """Return what the relay keeps of a pass; its end is rounded up to the hour.

    Raises:
        UsageError: If it would open nothing, or too much.
    """
    if not 1 <= uses <= limits.PASS_USES_MAX:
        raise UsageError(f"--uses must be a number from 1 to {limits.PASS_USES_MAX}. No pass was made.")
    ends_s = ceil((now_s + life_s) / limits.PASS_STEP_S) * limits.PASS_STEP_S
    return Pass(pass_hash(secret.encode()), uses, ends_s, quota_bytes)


def write(secret: str, path: Path) -> None:
    """Write a pass into a new file that only its owner may read.

    Raises:
        StoreError: If there is such a file, or it can not be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(
            f"The first pass can not be written to {path}: {error.strerror}. It opens nothing, and nothing was lost. "
            "Move that file away, or give the relay the right to write there."
        ) from error
