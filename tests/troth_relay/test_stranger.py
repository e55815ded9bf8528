"""A stranger's proof is good for the host that it names, and every stranger is another one."""

import pytest

from troth_relay.stranger import Stranger
from troth_wire import proof
from troth_wire.errors import ForgedError

CHALLENGE = b"c" * 32


def test_proof_holds_for_its_host_alone() -> None:
    """What a relay of that name verifies is good, and no other one takes it."""
    stranger = Stranger()
    said = stranger.prove(host="relay.example:443", challenge=CHALLENGE)
    assert said.mailbox == stranger.mailbox
    proof.verify(said.signature, host="relay.example:443", challenge=CHALLENGE, mailbox=said.mailbox)
    with pytest.raises(ForgedError):
        proof.verify(said.signature, host="relay.example:444", challenge=CHALLENGE, mailbox=said.mailbox)


def test_nobody_meets_the_same_stranger_twice() -> None:
    """Each has a key of its own, so that asking twice opens nothing that was there."""
    assert len({Stranger().mailbox for _ in range(9)}) == 9
