"""What is pushed is stored or named in a refusal, and never more is taken in than the disk can follow."""

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_world import KEY, KEYS, World, close, follow, joined, opened, push, reasons, said
from troth_relay import limits
from troth_relay.admission import Policy, Rate, cost
from troth_wire.limits import (
    ENVELOPE_BYTES_MAX,
    RENDEZVOUS_LIFE_S,
    RENDEZVOUS_RECORD_BYTES,
    RENDEZVOUS_RECORDS_MAX,
    RETRY_AFTER_S_MAX,
)
from troth_wire.log import envelope_id
from troth_wire.messages import Create, MailboxKind, Reason, Refuse


def test_quota_is_named() -> None:
    """What does not fit the mailbox is named in Refuse, and nothing of it is stored."""
    world = World(Policy(quota_bytes=cost([envelope(1)])))
    author = joined(world)
    push(world, author, [1])
    push(world, author, [2, 3])
    world.settle()
    names = (envelope_id(envelope(2)), envelope_id(envelope(3)))
    assert said(author, Refuse)[-1] == Refuse(Reason.QUOTA, KEY.mailbox, names, 0)
    assert world.log(KEY.mailbox) == [envelope(1)]


def test_rate_says_how_long_to_wait() -> None:
    """A mailbox beyond its rate is refused with the seconds to wait, and takes again after them."""
    size = cost([envelope(1)])
    world = World(Policy(rate=Rate(per_s=size / 10, burst=size)))
    author = joined(world)
    push(world, author, [1])
    push(world, author, [2])
    world.settle()
    assert said(author, Refuse)[-1] == Refuse(Reason.RATE, KEY.mailbox, (envelope_id(envelope(2)),), 10)
    world.tick(10)
    push(world, author, [2])
    world.settle()
    assert world.log(KEY.mailbox) == [envelope(1), envelope(2)]


def test_longest_wait_fits_a_frame() -> None:
    """A rate so low that a push has to wait for weeks is told as the longest wait that a frame can name."""
    size = cost([envelope(1)])
    world = World(Policy(rate=Rate(per_s=size / 10**6, burst=size)))
    author = joined(world)
    push(world, author, [1])
    push(world, author, [2])
    world.settle()
    names = (envelope_id(envelope(2)),)
    assert said(author, Refuse)[-1] == Refuse(Reason.RATE, KEY.mailbox, names, RETRY_AFTER_S_MAX)


def test_rate_is_that_of_the_line() -> None:
    """Many logs of a line take no more than one; another line has its own, and who is left behind spends none of it."""
    old, new, other = KEYS
    world = World(Policy(rate=Rate(per_s=0.001, burst=3 * cost([envelope(1)]))))
    author, stranger, behind = joined(world, old), joined(world, other), joined(world, old)
    opened(world, author, new, sponsor=old)
    follow(world, author, new)
    world.settle()
    push(world, author, [1, 2], key=old)
    push(world, author, [3], key=new)
    push(world, author, [4], key=new)
    push(world, stranger, [5, 6, 7], key=other)
    world.settle()
    refused = [Reason.UNKNOWN_MAILBOX]
    assert (reasons(author), reasons(stranger)) == (refused * 2 + [Reason.RATE], refused)
    close(world, author, old, towards=new)
    world.settle()
    world.tick(4_000 * cost([envelope(1)]))
    # What comes to the closed log is not stored, and spends a rate of its own.
    push(world, behind, [8, 9, 10], key=old)
    push(world, author, [11, 12, 13], key=new)
    world.settle()
    assert reasons(author).count(Reason.RATE) == 1
    assert len(world.log(new.mailbox)) == 4


def test_rate_outlives_the_connection() -> None:
    """Connecting anew does not renew what a mailbox may take."""
    world = World(Policy(rate=Rate(per_s=1, burst=cost([envelope(1)]))))
    author = joined(world)
    push(world, author, [1])
    world.settle()
    world.disconnect(author)
    push(world, again := joined(world), [2])
    assert reasons(again) == [Reason.RATE]


def test_large_envelope_is_refused() -> None:
    """An envelope that this relay does not take is refused by name, and the link stays."""
    world = World(Policy(envelope_bytes_max=1_000))
    author = joined(world)
    push(world, author, [1], size=1_001)
    push(world, author, [2], size=1_000)
    world.settle()
    assert said(author, Refuse)[-1].reason is Reason.TOO_LARGE
    assert world.log(KEY.mailbox) == [envelope(2, size=1_000)]


def test_full_disk_is_busy_and_passes() -> None:
    """While nothing can be stored, proofs work, creating and pushing are refused as BUSY; later both succeed."""
    world = World()
    author, stranger = joined(world), world.connect()
    world.disk.full = True
    push(world, author, [1])
    world.prove(stranger, KEYS[1])
    world.settle()
    world.send(stranger, Create(KEYS[1].mailbox, b""))
    world.settle()
    assert reasons(author)[-1] is reasons(stranger)[-1] is Reason.BUSY
    world.disk.full = False
    push(world, author, [1])
    world.settle()
    assert world.log(KEY.mailbox) == [envelope(1)]


def test_fast_writer_is_paused_and_resumed() -> None:
    """While more of one connection waits for the disk than is allowed, nothing is read from it."""
    world = World()
    author = joined(world)
    for number in range(6):
        push(world, author, range(number * 3, number * 3 + 3), size=ENVELOPE_BYTES_MAX)
    assert author.paused
    world.settle()
    assert not author.paused


def test_what_waits_for_the_disk_is_bounded_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """While all connections together wait for too much, pushes are refused as BUSY, also where some are gone."""
    monkeypatch.setattr(limits, "UNSTORED_SUM_BYTES_MAX", 2 * cost([envelope(1)]))
    world = World()
    author, *others = [joined(world, key) for key in KEYS]
    for peer, key in zip(others, KEYS[1:], strict=True):
        push(world, peer, [1], key=key)
    world.disconnect(others[0])
    push(world, author, [2])
    push(world, author, [3])
    assert (reasons(author)[1:], said(author, Refuse)[-1].retry_after_s) == ([Reason.BUSY], limits.RETRY_S)
    world.settle()
    push(world, author, [3])
    world.settle()
    assert world.log(KEY.mailbox) == [envelope(2), envelope(3)]


def test_records_of_a_rendezvous_have_one_size() -> None:
    """What is not exactly as long as a record is refused by name, and the link stays."""
    world = World()
    peer = joined(world, kind=MailboxKind.RENDEZVOUS)
    push(world, peer, [1], size=RENDEZVOUS_RECORD_BYTES + 1)
    push(world, peer, [2], size=RENDEZVOUS_RECORD_BYTES - 1)
    push(world, peer, [3], size=RENDEZVOUS_RECORD_BYTES)
    world.settle()
    assert reasons(peer)[-2:] == [Reason.TOO_LARGE] * 2
    assert world.log(KEY.mailbox) == [envelope(3, size=RENDEZVOUS_RECORD_BYTES)]


def test_records_of_a_rendezvous_are_counted() -> None:
    """So many records lie in a rendezvous and no more, whatever room a log would have."""
    world = World()
    peer = joined(world, kind=MailboxKind.RENDEZVOUS)
    for number in range(RENDEZVOUS_RECORDS_MAX + 1):
        push(world, peer, [number], size=RENDEZVOUS_RECORD_BYTES)
    world.settle()
    assert reasons(peer)[-1] is Reason.QUOTA
    assert len(world.log(KEY.mailbox)) == RENDEZVOUS_RECORDS_MAX


def test_push_past_the_end_is_refused() -> None:
    """Whoever goes on pushing to a mailbox that has ended is told so, whether the push or the end came first."""
    world = World()
    peer = joined(world, kind=MailboxKind.RENDEZVOUS)
    world.tick(RENDEZVOUS_LIFE_S)
    push(world, peer, [1], size=RENDEZVOUS_RECORD_BYTES)
    world.settle()
    push(world, peer, [2], size=RENDEZVOUS_RECORD_BYTES)
    world.settle()
    refused = [(refusal.reason, len(refusal.envelope_ids)) for refusal in said(peer, Refuse)[-3:]]
    assert refused == [(Reason.EXPIRED, 0), (Reason.EXPIRED, 1), (Reason.EXPIRED, 1)]
