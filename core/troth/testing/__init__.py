"""A whole world in one thread: relay, devices, failing links and crashes, deterministic and fast.

Public, so that embedders test with the same fakes that Troth tests itself with.
The fake store passes `store_contract`, like every real one.
"""

from troth.testing.device import Crash, Device
from troth.testing.ports import MemoryStore, entropy_of, probe_here, store_contract
from troth.testing.relay import HOST, Relay, Session
from troth.testing.world import World

__all__ = [
    "HOST",
    "Crash",
    "Device",
    "MemoryStore",
    "Relay",
    "Session",
    "World",
    "entropy_of",
    "probe_here",
    "store_contract",
]
