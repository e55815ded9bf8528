"""What every random world of relay clients has: a store that answers when it likes, links that are read when they like.

A machine sets `world` in its first step, and says what clients do.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.contracts.relay_world import Peer, World

__all__ = ["RelayMachine"]


class RelayMachine(RuleBasedStateMachine):
    """The turns of the writer, the reader, the network and the disk."""

    world: World

    def live(self) -> list[Peer]:
        """Who is connected."""
        return [peer for peer in self.world.peers if not peer.gone and peer.dropped is None]

    def pick(self, number: int) -> Peer | None:
        """One of those who are connected, if anybody is."""
        live = self.live()
        return live[number % len(live)] if live else None

    @rule(how_many=st.integers(1, 5))
    def commit(self, how_many: int) -> None:
        """The writer carries out what is queued, or the first of it."""
        self.world.commit(how_many)

    @rule(how_many=st.integers(1, 5))
    def read(self, how_many: int) -> None:
        """The reader answers."""
        self.world.read(how_many)

    @rule(writes=st.booleans())
    def report(self, writes: bool) -> None:
        """An answer reaches the hub."""
        self.world.report(self.world.write_reports if writes else self.world.read_reports)

    @rule(pick=st.integers(0, 9), how_many=st.integers(1, 9))
    def write_out(self, pick: int, how_many: int) -> None:
        """A client reads."""
        peer = self.pick(pick)
        if peer is not None:
            self.world.write_out(peer, how_many)

    @rule(full=st.booleans())
    def disk(self, full: bool) -> None:
        """The disk is full, or has room again."""
        self.world.disk.full = full
