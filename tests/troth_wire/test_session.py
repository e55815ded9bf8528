"""Both sides walk one table, and can not lose one another in it."""

from collections import deque
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_wire.errors import MalformedError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.limits import CHALLENGE_BYTES, ENVELOPE_BYTES_MIN, FORWARD_BYTES
from troth_wire.messages import (
    Close,
    Closed,
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    Message,
    Prove,
    Push,
    Reason,
    Refuse,
    Stored,
)
from troth_wire.session import NEXT, REFUSED, State, step

MAILBOX = MailboxId(bytes(32))
SPEAKS = st.booleans()
LOG = (Lineage(bytes(16)), 1, RunningHash(bytes(32)))
FROM_CLIENT: tuple[Message, ...] = (
    Prove(MAILBOX, bytes(64)),
    Create(MAILBOX, b""),
    Follow(MAILBOX, *LOG),
    Push(MAILBOX, (bytes(ENVELOPE_BYTES_MIN),)),
    Close(MAILBOX, None, bytes(FORWARD_BYTES)),
)
FROM_RELAY: tuple[Message, ...] = (
    Hello(1, 1, 0, bytes(CHALLENGE_BYTES)),
    Head(MAILBOX, *LOG),
    Deliver(MAILBOX, 1, (bytes(ENVELOPE_BYTES_MIN),)),
    Stored(MAILBOX, 1, (EnvelopeId(bytes(32)),)),
    Closed(MAILBOX, *LOG, None, bytes(FORWARD_BYTES)),
    *(Refuse(reason, MAILBOX, (), 0) for reason in Reason),
)


def name_of(message: Message) -> str:
    """What a message says, in a word or two."""
    return f"Refuse {message.reason.name}" if isinstance(message, Refuse) else type(message).__name__


def allowed(state: State, said: Iterable[Message]) -> list[Message]:
    """The messages among these that belong in a state."""
    return [message for message in said if entry(state, message) is not None]


def entry(state: State, message: Message) -> State | None:
    """What the two tables say, looked up by hand."""
    refusal = REFUSED.get((state, message.reason)) if isinstance(message, Refuse) else None
    return NEXT.get((state, type(message)), refusal)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("message", FROM_CLIENT + FROM_RELAY, ids=name_of)
def test_a_missing_entry_is_the_error(state: State, message: Message) -> None:
    """A message leads where the tables say; where they say nothing, it is malformed."""
    after = entry(state, message)
    if after is not None:
        assert step(state, message) is after
    else:
        with pytest.raises(MalformedError):
            step(state, message)


@pytest.mark.parametrize("state", [state for state in State if state not in (State.FOLLOWING, State.ENDED)])
def test_before_entries_flow_only_one_side_may_speak(state: State) -> None:
    """In each state before entries flow, either the client or the relay has something to say, so nothing can cross."""
    assert bool(allowed(state, FROM_CLIENT)) != bool(allowed(state, FROM_RELAY))


@pytest.mark.parametrize("state", [state for state in State if state is not State.ENDED])
def test_entries_can_flow_in_the_end(state: State) -> None:
    """From every state but the last there is a way to FOLLOWING, so no refusal is a dead end."""
    reached = {state}
    while more := {step(at, message) for at in reached for message in allowed(at, FROM_CLIENT + FROM_RELAY)} - reached:
        reached |= more
    assert State.FOLLOWING in reached


def test_every_state_is_reached() -> None:
    """No state stands in the table for nothing."""
    assert {State.CONNECTED, *NEXT.values(), *REFUSED.values()} == set(State)


def test_what_has_ended_stays_ended() -> None:
    """Nothing leads out of ENDED, and what was under way is taken there without harm."""
    assert {after for (state, _), after in NEXT.items() if state is State.ENDED} == {State.ENDED}
    assert {form for state, form in NEXT if state is State.ENDED} == {Push, Close, Refuse}


def test_no_refusal_opens_a_mailbox() -> None:
    """A refusal leads to a proven state only from one."""
    proven = {State.PROVEN, State.ASKING, State.FOLLOWING}
    assert all(state in proven for (state, _), after in REFUSED.items() if after in proven)


@given(st.data())
def test_two_sides_stay_together(data: st.DataObject) -> None:
    """Whatever each side says that its own state allows, the other can take in, also while messages cross."""
    states = {"client": State.CONNECTED, "relay": State.CONNECTED}
    vocabulary = {"client": FROM_CLIENT, "relay": FROM_RELAY}
    wires: dict[str, deque[Message]] = {"client": deque(), "relay": deque()}
    other = {"client": "relay", "relay": "client"}
    for _ in range(data.draw(st.integers(0, 30))):
        side = data.draw(st.sampled_from(["client", "relay"]))
        choices = allowed(states[side], vocabulary[side])
        if choices and (not wires[side] or data.draw(SPEAKS)):
            message = data.draw(st.sampled_from(choices))
            states[side] = step(states[side], message)
            wires[other[side]].append(message)
        elif wires[side]:
            states[side] = step(states[side], wires[side].popleft())
    for side, wire in wires.items():
        for message in wire:
            states[side] = step(states[side], message)
    assert states["client"] is states["relay"]
