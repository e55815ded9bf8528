"""Where a vault lies; one that lies elsewhere than where it was left was moved, copied or restored.

The number of the disk is not looked at: many systems deal it out anew at every start, and each needless move costs
one of the incarnations that are counted (specs/vault.md, Place).
"""

import os
from pathlib import Path
from typing import Final

from troth.crypto import digest
from troth_wire import codec

__all__ = ["place_of"]

PLACE_BYTES: Final = 32


def place_of(path: Path) -> bytes:
    """Return 32 bytes that stay the same as long as the file stays where it is.

    Args:
        path: An existing file; symbolic links are followed, so it may be named in several ways.

    Raises:
        OSError: If it can not be looked at.
    """
    status = path.stat()
    inode = status.st_ino.to_bytes(16, "big")
    born_us = int(getattr(status, "st_birthtime", 0) * 1_000_000)
    return digest(b"troth/place", codec.pack([os.fsencode(os.path.realpath(path)), inode, born_us]))
