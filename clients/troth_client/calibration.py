"""How dear a passphrase is on this machine: about half a second for its owner, and for every guess.

Time and stretching are the machine's, so tests bring their own.
"""

import os
from typing import Final

from troth import Cost
from troth_client.machine import MACHINE, Machine

__all__ = ["calibrate", "choose"]

TARGET_S: Final = 0.5
TRIALS: Final = 3
"""The quickest counts: what else runs on the machine only ever slows it down."""
TRIAL: Final = Cost(memory_mib=64, passes=1)
PASSES: Final = 3
MEMORY_STEP_MIB: Final = 32
MEMORY_MIB_MIN: Final = 64
MEMORY_MIB_MAX: Final = 1_024
PASSES_MAX: Final = 16
SHARE: Final = 4
"""At most one part in so many of the machine's memory: unlocking must not push everything else out."""


def calibrate(*, machine: Machine = MACHINE, memory_mib: int | None = None) -> Cost:
    """Return the cost of about half a second on this machine; takes about that long.

    Args:
        machine: For time, and the stretching.
        memory_mib: How much memory the machine has; asked of the system unless told.
    """
    took_s = min(_trial_s(machine) for _ in range(TRIALS))
    return choose(took_s, memory_mib=_memory_mib() if memory_mib is None else memory_mib)


def choose(trial_s: float, *, memory_mib: int) -> Cost:
    """Return a cost within its bounds, from how long one pass over 64 MiB takes.

    Memory is what a guesser pays most for: it is raised first, at three passes, and passes only where memory ends.
    """
    trials = TARGET_S / max(trial_s, 1e-6)
    affordable = int(trials * TRIAL.memory_mib / PASSES) // MEMORY_STEP_MIB * MEMORY_STEP_MIB
    most = max(MEMORY_MIB_MIN, min(MEMORY_MIB_MAX, memory_mib // SHARE))
    memory = max(MEMORY_MIB_MIN, min(most, affordable))
    passes = int(trials * TRIAL.memory_mib / memory)
    return Cost(memory, max(1, min(PASSES_MAX, passes)))


def _trial_s(machine: Machine) -> float:
    before = machine.clock.now()
    machine.stretch("how long does this take", bytes(16), TRIAL)
    return machine.clock.now() - before


def _memory_mib() -> int:
    """Return what the system says; where it does not, enough for the cost that needs no measuring."""
    if not hasattr(os, "sysconf"):
        return SHARE * Cost().memory_mib
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
