"""A systemd unit as it reads, and which system calls it leaves to its program."""

import re
import subprocess
from pathlib import Path

from tests.system.proxies import program

__all__ = ["calls_allowed", "settings"]

WAIT_S = 30


def settings(unit: Path) -> list[tuple[str, str]]:
    """Return what a unit sets, in order; a name may stand there more than once."""
    return re.findall(r"^([A-Za-z]+)=(.*)$", unit.read_text(), re.MULTILINE)


def calls_allowed(unit: Path) -> set[str]:
    """Return the names of the calls that the unit's filters leave over."""
    allowed: set[str] = set()
    for name, value in settings(unit):
        if name == "SystemCallFilter":
            named = set().union(*(_members(word) for word in value.removeprefix("~").split()))
            allowed = allowed - named if value.startswith("~") else allowed | named
    return allowed


def _members(word: str) -> set[str]:
    if not word.startswith("@"):
        return {word}
    command = [program("systemd-analyze"), "syscall-filter", "--no-pager", word]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=WAIT_S).stdout
    inside = re.findall(r"^    ([@a-z0-9_-]+)$", said, re.MULTILINE)
    return set().union(*map(_members, inside))
