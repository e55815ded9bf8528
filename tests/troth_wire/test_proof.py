"""A proof is for one mailbox, one connection and one relay, and of no use anywhere else."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from troth_wire import proof
from troth_wire.errors import ForgedError, UsageError
from troth_wire.ids import MailboxId
from troth_wire.limits import CHALLENGE_BYTES, HOST_BYTES_MAX

HOST = "relay.example:443"
SEEDS = st.binary(min_size=32, max_size=32)
CHALLENGES = st.binary(min_size=CHALLENGE_BYTES, max_size=CHALLENGE_BYTES)
HOSTS = st.from_regex(r"[a-zA-Z0-9.\-]{1,40}:[0-9]{1,5}", fullmatch=True)


def prove(seed: bytes, host: str, challenge: bytes) -> tuple[MailboxId, bytes]:
    """A mailbox and the proof by its key."""
    key = SigningKey(seed)
    mailbox = MailboxId(key.verify_key.encode())
    return mailbox, key.sign(proof.statement(host=host, challenge=challenge, mailbox=mailbox)).signature


@given(SEEDS, HOSTS, CHALLENGES)
def test_a_proof_holds_where_it_was_made_for(seed: bytes, host: str, challenge: bytes) -> None:
    """The mailbox's key proves the right to use it, however the host's letters were written."""
    mailbox, signature = prove(seed, host, challenge)
    for spelling in (host, host.upper(), host.lower()):
        proof.verify(signature, host=spelling, challenge=challenge, mailbox=mailbox)


@given(SEEDS, HOSTS, HOSTS, CHALLENGES)
def test_the_host_is_bound(seed: bytes, host: str, other: str, challenge: bytes) -> None:
    """A relay can not use at another relay what it was given."""
    assume(host.lower() != other.lower())
    mailbox, signature = prove(seed, host, challenge)
    with pytest.raises(ForgedError):
        proof.verify(signature, host=other, challenge=challenge, mailbox=mailbox)


@given(SEEDS, CHALLENGES, CHALLENGES)
def test_the_challenge_is_bound(seed: bytes, challenge: bytes, other: bytes) -> None:
    """A proof of one connection is of no use on the next."""
    assume(challenge != other)
    mailbox, signature = prove(seed, HOST, challenge)
    with pytest.raises(ForgedError):
        proof.verify(signature, host=HOST, challenge=other, mailbox=mailbox)


@given(SEEDS, SEEDS, CHALLENGES)
def test_the_mailbox_is_bound(seed: bytes, other: bytes, challenge: bytes) -> None:
    """A proof for one mailbox opens no other, not even if the other's key signed a statement about this one."""
    assume(seed != other)
    mailbox, signature = prove(seed, HOST, challenge)
    stranger, _ = prove(other, HOST, challenge)
    with pytest.raises(ForgedError):
        proof.verify(signature, host=HOST, challenge=challenge, mailbox=stranger)
    about = SigningKey(other).sign(proof.statement(host=HOST, challenge=challenge, mailbox=mailbox)).signature
    for wrong in (mailbox, stranger):
        with pytest.raises(ForgedError):
            proof.verify(about, host=HOST, challenge=challenge, mailbox=wrong)


@given(SEEDS, CHALLENGES, st.integers(0, 511))
def test_every_bit_of_a_proof_counts(seed: bytes, challenge: bytes, bit: int) -> None:
    """A proof with one bit changed is none."""
    mailbox, signature = prove(seed, HOST, challenge)
    spoiled = bytearray(signature)
    spoiled[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ForgedError):
        proof.verify(bytes(spoiled), host=HOST, challenge=challenge, mailbox=mailbox)


@given(st.binary(max_size=70), st.binary(min_size=32, max_size=32))
def test_any_signature_by_any_mailbox_is_only_forged(signature: bytes, mailbox: bytes) -> None:
    """No signature and no mailbox id, of whatever length or order, raises anything else."""
    with pytest.raises(ForgedError):
        proof.verify(signature, host=HOST, challenge=bytes(CHALLENGE_BYTES), mailbox=MailboxId(mailbox))


@pytest.mark.parametrize("first", [0, 1])
@given(challenge=CHALLENGES)
def test_a_mailbox_of_low_order_is_nobodys(first: int, challenge: bytes) -> None:
    """A point for which the equation of a signature can hold without a key opens nothing."""
    mailbox = MailboxId(bytes([first]) + bytes(31))
    for signature in (bytes(64), mailbox + bytes(32)):
        with pytest.raises(ForgedError):
            proof.verify(signature, host=HOST, challenge=challenge, mailbox=mailbox)


@given(HOSTS, HOSTS, CHALLENGES, CHALLENGES, SEEDS, SEEDS)
def test_two_statements_are_never_the_same_bytes(
    host: str, other_host: str, challenge: bytes, other_challenge: bytes, mailbox: bytes, other_mailbox: bytes
) -> None:
    """No part of a statement can be read as another part of another statement."""
    one = proof.statement(host=host, challenge=challenge, mailbox=MailboxId(mailbox))
    other = proof.statement(host=other_host, challenge=other_challenge, mailbox=MailboxId(other_mailbox))
    said = (host.lower(), challenge, mailbox), (other_host.lower(), other_challenge, other_mailbox)
    assert (one == other) == (said[0] == said[1])


@pytest.mark.parametrize(
    ("host", "challenge"),
    [
        ("", bytes(CHALLENGE_BYTES)),
        ("a" * (HOST_BYTES_MAX + 1), bytes(CHALLENGE_BYTES)),
        (HOST, bytes(CHALLENGE_BYTES - 1)),
        (HOST, bytes(CHALLENGE_BYTES + 1)),
    ],
)
def test_an_impossible_host_or_challenge_is_the_callers_mistake(host: str, challenge: bytes) -> None:
    """A statement is made of a name and a whole challenge, and the longest name is allowed."""
    with pytest.raises(UsageError):
        proof.statement(host=host, challenge=challenge, mailbox=MailboxId(bytes(32)))
    longest = "a" * HOST_BYTES_MAX
    statement = proof.statement(host=longest, challenge=bytes(CHALLENGE_BYTES), mailbox=MailboxId(bytes(32)))
    assert statement.endswith(longest.encode())
