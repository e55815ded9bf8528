"""A genesis is signed by all its founders, and nobody begins on less."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import device, epoch_of, keys_of, person, space_of
from troth import genesis as beginnings
from troth.epochs import announce
from troth.genesis import Genesis
from troth.joining import Welcome
from troth.keys import Epoch
from troth.roll import evaluate
from troth.testing import entropy_of
from troth_wire.errors import ForgedError, RemoteError, UsageError

COUPLE = space_of("robin", "sasha")
ALONE = space_of("robin")


@pytest.mark.parametrize("names", [("robin",), ("robin", "sasha"), ("sasha", "robin")])
def test_a_genesis_comes_back(names: tuple[str, ...]) -> None:
    """A genesis is read as it was written, and every founder can open its epoch."""
    genesis = space_of(*names)
    read = Genesis.parse(genesis.encode())
    assert (read, read.space, read.complete) == (genesis, genesis.space, True)
    assert len({epoch_of(read, name).key for name in names}) == 1
    assert evaluate(read, []).person_of == {device(name): person(name) for name in names}


@given(st.data())
def test_a_spoiled_genesis_is_only_refused(data: st.DataObject) -> None:
    """However a genesis is changed, reading it raises nothing but a RemoteError, unless it leaves signatures out."""
    encoded = COUPLE.encode()
    start = data.draw(st.integers(0, len(encoded)))
    end = data.draw(st.integers(start, min(len(encoded), start + 40)))
    spoiled = encoded[:start] + data.draw(st.binary(max_size=8)) + encoded[end:]
    try:
        genesis = Genesis.parse(spoiled)
    except RemoteError:
        return
    assert genesis.encode() == spoiled
    assert not genesis.complete or genesis == COUPLE


def test_a_draft_becomes_a_genesis_by_every_signature() -> None:
    """Nobody can begin on a draft until every founder has signed it, in whichever order."""
    for order in (("robin", "sasha"), ("sasha", "robin")):
        genesis = beginnings.found([keys_of(name)[0].card for name in order], entropy_of("draft"))
        for name in order:
            read = Genesis.parse(genesis.encode())
            assert not read.complete
            for founder in order:
                with pytest.raises(ForgedError):
                    Welcome(read, None).epoch(keys_of(founder)[0])
            genesis = beginnings.countersign(read, *keys_of(name))
        assert Genesis.parse(genesis.encode()).complete
        assert Welcome(genesis, None).epoch(keys_of("robin")[0]).mailbox == genesis.epoch.mailbox


def test_only_a_founder_signs() -> None:
    """Who does not found a space has nothing to sign."""
    with pytest.raises(UsageError):
        beginnings.countersign(COUPLE, *keys_of("stranger"))


def test_nobody_signs_a_space_that_they_could_not_read() -> None:
    """A founder whose wrap holds another key, or none, refuses to sign."""
    keys, admin = keys_of("robin")
    other = announce(Epoch(b"o" * 32), [keys.card], entropy_of("other"))
    mixed = replace(ALONE.epoch, wraps=other.wraps)
    unreadable = replace(ALONE.epoch, wraps={keys.device: bytes(80)})
    for epoch in (mixed, unreadable):
        with pytest.raises(ForgedError):
            beginnings.countersign(replace(ALONE, epoch=epoch, signatures=(None,)), keys, admin)


def test_another_salt_is_another_space() -> None:
    """The same founders can found as many spaces as they like."""
    assert space_of("robin", "sasha", salt="again").space != COUPLE.space


def test_the_largest_genesis_fits() -> None:
    """A space of two is within its bound."""
    assert len(COUPLE.encode()) <= beginnings.GENESIS_BYTES_MAX
