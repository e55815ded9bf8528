"""A world is the same for the same seed, and does not pretend to be at rest."""

import pytest

from troth import Put, document_id
from troth.testing import Relay, Session, World
from troth_wire.errors import TrothError
from troth_wire.ids import RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MIN
from troth_wire.messages import Message

LIST = document_id("list")


def test_a_world_replays() -> None:
    """The same seed gives the same bytes on the wire, another seed others."""

    def wire(seed: str) -> list[bytes]:
        world = World("ann", "bob", seed=seed)
        world.devices["ann"].edit(LIST, Put(("k",), 1))
        world.sync()
        return world.relay.wire

    assert wire("a") == wire("a") != wire("b")


def test_devices_that_do_not_come_to_rest_are_noticed() -> None:
    """A world in which somebody always has something new to say does not pretend to be in sync."""
    world = World("ann", "bob")
    world.sync()
    flush = Session.flush

    def chatter(link: Session, limit: int | None = None) -> list[Message]:
        world.relay.logs[world.mailbox].append(len(world.relay.logs[world.mailbox]).to_bytes(ENVELOPE_BYTES_MIN, "big"))
        return flush(link, limit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "flush", chatter)
        patch.setattr(Relay, "running", lambda *_: RunningHash(bytes(32)))
        with pytest.raises(TrothError):
            world.sync()
