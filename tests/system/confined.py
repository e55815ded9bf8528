"""Become another program under a unit's limits: `python -m tests.system.confined CALLS PROGRAM ARGUMENTS...`.

CALLS are the system calls that are allowed, parted by commas; every other one fails as not permitted.
Memory that is written may not be run as code, where the kernel can say so of a whole process.
"""

import ctypes
import os
import sys
from typing import Final

ALLOW: Final = 0x7FFF0000
NOT_PERMITTED: Final = 0x00050001
"""SCMP_ACT_ERRNO(EPERM)."""
UNKNOWN: Final = -1
PR_SET_MDWE: Final = 65
REFUSE_EXEC_GAIN: Final = 1


def confine(calls: list[str]) -> None:
    """Allow this process and whatever it becomes these calls and no others."""
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(NOT_PERMITTED)))
    for name in calls:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number != UNKNOWN:
            seccomp.seccomp_rule_add(rules, ctypes.c_uint32(ALLOW), ctypes.c_int(number), 0)
    # Kernels before 6.3 do not know it, and answer so.
    ctypes.CDLL(None).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0)
    if seccomp.seccomp_load(rules) != 0:
        raise OSError("the kernel does not take the filter")


if __name__ == "__main__":
    confine(sys.argv[1].split(","))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - that is what it is for
