"""The machine's own clock, entropy and passphrases."""

import troth
from troth_client.machine import COST, MACHINE, SystemClock


async def test_the_clock_goes_forward() -> None:
    """Time never goes back, also over a wait."""
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(0)
    assert clock.now() >= before


def test_unless_told_otherwise_everything_is_real() -> None:
    """Passphrases are stretched by Argon2id at full cost, and bytes are drawn afresh."""
    assert MACHINE.stretch is troth.stretch
    assert COST.memory_mib >= 256
    assert MACHINE.entropy(32) != MACHINE.entropy(32)
