"""Keeps what a keeper knows out of files: no core dump, and no other program of this user may read its memory.

And keeps no more of the machine's memory than it needs, once everything was opened.

Where a system has neither, nothing is done; the threat model says what follows from that.
"""

import ctypes
import resource
import sys
from typing import Final

__all__ = ["close_memory", "give_back"]

PR_SET_DUMPABLE: Final = 4


def close_memory() -> None:
    """Close this process's memory to others, as far as the system can."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def give_back() -> None:
    """Give memory that is free again back to the system, where it can be asked to: opening takes more than staying."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
