"""Requests are plain values: equal when they say the same, and never changed."""

from dataclasses import FrozenInstanceError

import pytest

from tests.contracts.relay_client import Key
from troth_relay.requests import ConnectionId, Look, Read


def test_requests_are_values() -> None:
    """Two requests that say the same are equal; two kinds never are."""
    mailbox = Key.numbered(1).mailbox
    asked = {Look(ConnectionId(1), mailbox), Look(ConnectionId(1), mailbox), Read(ConnectionId(1), mailbox, 0)}
    assert len(asked) == 2


def test_requests_do_not_change() -> None:
    """What was asked stays what it was while it waits."""
    request = Read(ConnectionId(1), Key.numbered(1).mailbox, 0)
    with pytest.raises(FrozenInstanceError):
        request.after = 1  # type: ignore[misc]
