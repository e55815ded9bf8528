"""A relay and the devices of one space in one thread, the same for the same seed, down to the bytes on the wire."""

from collections.abc import Iterator
from contextlib import contextmanager

from troth import genesis as beginnings
from troth.crypto import Signer
from troth.identity import Identity
from troth.joining import Welcome, request
from troth.keys import DeviceKeys
from troth.loading import begin, load
from troth.testing.device import Crash, Device
from troth.testing.ports import MemoryStore, entropy_of, probe_here
from troth.testing.relay import Relay
from troth_wire.errors import TrothError

__all__ = ["World"]


class World:
    """A relay and the devices of one space, of one or two persons."""

    def __init__(self, *persons: str, seed: str = "world") -> None:
        self.entropy = entropy_of(seed)
        self.relay = Relay(self.entropy)
        self.devices: dict[str, Device] = {}
        pairs = [(name, *DeviceKeys.make(self.entropy)) for name in persons]
        genesis = beginnings.found([keys.card for _, keys, _ in pairs], self.entropy)
        for _, keys, admin in pairs:
            genesis = beginnings.countersign(genesis, keys, Signer(admin))
        for name, keys, admin in pairs:
            self._settle(name, keys, admin, Welcome(genesis, None))
        self.mailbox = genesis.epoch.mailbox

    def add(self, name: str, by: str) -> Device:
        """Add a device of the same person as the device `by`."""
        keys, admin = DeviceKeys.make(self.entropy)
        host = self.devices[by]
        invitation = host.engine.invite()
        asked = request(invitation, keys, Signer(admin))
        step, welcome = host.engine.admit(asked, host.admin)
        host._carry_out(step)
        return self._settle(name, keys, admin, Welcome.parse(welcome.encode()))

    def revoke(self, name: str, by: str) -> None:
        """Let the device `by` remove another one of the same person."""
        host = self.devices[by]
        host._carry_out(host.engine.revoke(self.devices[name].engine.identity.device, host.admin))

    def sync(self, *names: str) -> None:
        """Connect some devices, or all, and exchange until nobody has anything to say.

        Raises:
            TrothError: If it does not end.
        """
        devices = [self.devices[name] for name in names or self.devices]
        for _ in range(1000):
            for device in devices:
                device.connect()
            if not sum(device.pump() for device in devices):
                return
        raise TrothError("the devices do not come to rest")

    @contextmanager
    def crash(self, name: str, boundary: int) -> Iterator[None]:
        """Crash a device at a step boundary inside the block, and start it again."""
        device = self.devices[name]
        device.crash_in = boundary
        try:
            yield
        except Crash:
            device.restart()
        device.crash_in = None

    def _settle(self, name: str, keys: DeviceKeys, admin: bytes, welcome: Welcome) -> Device:
        store = MemoryStore()
        store.commit(begin(Identity.welcomed(keys, welcome, expected=welcome.genesis.space), self.entropy, welcome))
        engine, step = load(store.load(), entropy=self.entropy, probe=probe_here)
        device = Device(name, self, store, keys, Signer(admin), engine)
        device._carry_out(step)
        self.devices[name] = device
        return device
