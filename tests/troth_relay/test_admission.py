"""Rates are values, passes are hashes, and every decision is exact at its edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_relay.admission import (
    Bucket,
    Policy,
    Rate,
    admits,
    cost,
    end,
    fits,
    give_back,
    is_full,
    pass_hash,
    room,
    spend,
)
from troth_relay.limits import ENTRY_OVERHEAD_BYTES
from troth_wire.limits import MEETING_BYTES_MAX, RENDEZVOUS_RECORD_BYTES, RENDEZVOUS_RECORDS_MAX
from troth_wire.messages import MailboxKind

RATE = Rate(per_s=10, burst=100)


def test_fresh_bucket_holds_the_burst() -> None:
    """Whoever was never seen may take the whole burst at once, and no more."""
    assert spend(None, 100, rate=RATE, now=5) == (Bucket(0, 5), 0)
    assert spend(None, 101, rate=RATE, now=5) == (Bucket(100, 5), 1)


def test_wait_is_told_in_whole_seconds() -> None:
    """After the seconds that were named, and not before, the amount is there."""
    bucket, _ = spend(None, 100, rate=RATE, now=0)
    bucket, wait_s = spend(bucket, 25, rate=RATE, now=0)
    assert wait_s == 3
    assert spend(bucket, 25, rate=RATE, now=2)[1] > 0
    assert spend(bucket, 25, rate=RATE, now=3)[1] == 0


def test_refused_spending_costs_nothing() -> None:
    """A refusal leaves in the bucket what was there."""
    bucket, wait_s = spend(Bucket(40, 0), 50, rate=RATE, now=0)
    assert (bucket.tokens, wait_s) == (40, 1)


def test_clock_that_steps_back_gives_nothing() -> None:
    """An earlier time refills nothing and takes nothing away."""
    bucket, _ = spend(Bucket(40, 100), 0, rate=RATE, now=50)
    assert bucket.tokens == 40


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(1, 120)), max_size=50))
def test_rate_holds_whatever_is_asked(steps: list[tuple[float, int]]) -> None:
    """In any stretch of time no more is granted than the burst and the rate times its length."""
    bucket, now, granted = None, 0.0, 0
    for pause_s, amount in steps:
        now += pause_s
        bucket, wait_s = spend(bucket, amount, rate=RATE, now=now)
        granted += 0 if wait_s else amount
        assert granted <= RATE.burst + RATE.per_s * now + 1e-6


def test_full_bucket_can_be_forgotten() -> None:
    """A bucket is full once forgetting it changes nothing."""
    assert not is_full(Bucket(90, 0), rate=RATE, now=0.9)
    assert is_full(Bucket(90, 0), rate=RATE, now=1)


def test_cost_is_size_and_overhead() -> None:
    """Each envelope costs its bytes and a fixed overhead."""
    assert cost([b"", b"12345"]) == 5 + 2 * ENTRY_OVERHEAD_BYTES


def test_size_is_exact_at_its_edge() -> None:
    """The largest envelope is taken, and one more byte is not."""
    policy = Policy(envelope_bytes_max=10)
    assert fits([b"x" * 10], kind=MailboxKind.LOG, policy=policy)
    assert not fits([b"", b"x" * 11], kind=MailboxKind.LOG, policy=policy)


@pytest.mark.parametrize("kind", [MailboxKind.RENDEZVOUS, MailboxKind.INVITATION])
def test_records_of_brief_mailboxes_have_one_size(kind: MailboxKind) -> None:
    """In a rendezvous or an invitation a record has its exact size, and the room is a number of them."""
    record = bytes(RENDEZVOUS_RECORD_BYTES)
    assert fits([record, record], kind=kind, policy=Policy())
    assert not fits([record, record[1:]], kind=kind, policy=Policy())
    assert not fits([record + b"x"], kind=kind, policy=Policy())
    assert room(kind, policy=Policy()) == cost([record] * RENDEZVOUS_RECORDS_MAX)
    assert room(MailboxKind.LOG, policy=Policy(quota_bytes=7)) == 7


def test_meeting_mailbox_takes_what_a_log_takes() -> None:
    """In a meeting mailbox an envelope has any size that a log takes, and the room is small and its own."""
    policy = Policy(quota_bytes=7, envelope_bytes_max=10)
    assert fits([b"x", b"x" * 10], kind=MailboxKind.MEETING, policy=policy)
    assert not fits([b"x" * 11], kind=MailboxKind.MEETING, policy=policy)
    assert room(MailboxKind.MEETING, policy=policy) == MEETING_BYTES_MAX


def test_end_is_rounded_up() -> None:
    """A brief mailbox lives no shorter than it should, and its end is kept no finer than it needs to be."""
    assert end(MailboxKind.RENDEZVOUS, now_s=0) == 600
    assert end(MailboxKind.RENDEZVOUS, now_s=1) == end(MailboxKind.RENDEZVOUS, now_s=60) == 660
    assert end(MailboxKind.INVITATION, now_s=1) == 3 * 86_400 + 3_600
    assert end(MailboxKind.MEETING, now_s=0) == 180 * 86_400
    assert end(MailboxKind.MEETING, now_s=1) == end(MailboxKind.MEETING, now_s=86_400) == 181 * 86_400


def test_relay_without_passes_admits_everybody() -> None:
    """Where there are no passes, any will do."""
    assert admits(Policy(), b"")


def test_only_whole_passes_count() -> None:
    """Each known pass is admitted; a part of one, its hash or nothing is not."""
    policy = Policy(passes=frozenset(map(pass_hash, [b"first pass", b"second pass"])))
    assert admits(policy, b"first pass")
    assert admits(policy, b"second pass")
    for wrong in (b"", b"first", b"first pass ", pass_hash(b"first pass")):
        assert not admits(policy, wrong)


def test_closed_relay_admits_nobody_by_itself() -> None:
    """A relay that is closed leaves every pass that is not in its file to the store."""
    assert not admits(Policy(closed=True), b"")
    assert not admits(Policy(closed=True), b"some pass")
    assert admits(Policy(closed=True, passes=frozenset([pass_hash(b"some pass")])), b"some pass")


def test_giving_back_is_as_if_not_taken() -> None:
    """What is given back can be spent again, and never makes more than there was."""
    rate = Rate(per_s=1, burst=3)
    bucket, _ = spend(None, 2, rate=rate, now=0)
    assert give_back(bucket, 1, rate=rate) == Bucket(2, 0)
    assert give_back(bucket, 9, rate=rate) == Bucket(3, 0)
    assert give_back(None, 1, rate=rate) is None


def test_passes_are_not_kept() -> None:
    """A policy does not hold the passes themselves."""
    policy = Policy(passes=frozenset([pass_hash(b"open sesame")]))
    assert "sesame" not in repr(policy)
