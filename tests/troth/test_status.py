"""The status answers in sentences that a person can read aloud, and names nothing that is nobody's business."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import Put, Status, document_id
from troth.follower import advice
from troth.guard import Refused
from troth.inbox import Parked
from troth.loading import SUSPECT_HELD
from troth.status import DISPUTED, STUCK
from troth.testing import World
from troth_wire.ids import DeviceId
from troth_wire.messages import Reason

CALM = Status(
    connected=True,
    caught_up=True,
    waiting=0,
    waiting_bytes=0,
    refused=None,
    read=5,
    parked=Counter(),
    held=Counter(),
    disputed=0,
    elsewhere=0,
    forks=0,
)
COUNTS = st.integers(0, 5)
STATUSES = st.builds(
    Status,
    connected=st.booleans(),
    caught_up=st.booleans(),
    waiting=COUNTS,
    waiting_bytes=COUNTS,
    refused=st.none() | st.sampled_from(Reason).map(advice),
    read=COUNTS,
    parked=st.dictionaries(st.sampled_from(Parked).map(lambda item: item.value), st.integers(1, 5)).map(Counter),
    held=st.dictionaries(st.sampled_from([*(item.value for item in Refused), SUSPECT_HELD]), st.integers(1, 5)).map(
        Counter
    ),
    disputed=COUNTS,
    elsewhere=COUNTS,
    forks=COUNTS,
    lost=COUNTS,
    renewed=COUNTS,
    lacking=COUNTS,
    ended=st.booleans(),
    removed=st.booleans(),
    leaving=st.booleans(),
    stuck=st.booleans(),
    apart=st.frozensets(st.binary(min_size=32, max_size=32).map(DeviceId), max_size=3),
)


@given(STATUSES)
def test_the_status_reads_well(status: Status) -> None:
    """Every sentence starts like one, ends like one, and has no code, doubled space or doubled stop in it."""
    sentences = status.sentences()
    assert sentences
    for sentence in sentences:
        assert re.fullmatch(r"[A-Z0-9][^_{}<>\[\]\\]*[.?]", sentence), sentence
        assert "  " not in sentence
        assert ".." not in sentence
        assert not re.search(r"[0-9a-f]{8}", sentence), "no hash or key"


@given(STATUSES)
def test_all_is_well_is_said_only_when_it_is(status: Status) -> None:
    """That everything is synced is said exactly when all was read and nothing waits, is held, forked or in dispute."""
    single = ("disputed", "elsewhere", "forks", "waiting", "lost", "renewed", "lacking", "stuck", "apart")
    troubles = sum(bool(getattr(status, name)) for name in single) + len(status.parked) + len(status.held)
    troubles += status.ended + status.removed + status.leaving
    read = status.connected and status.caught_up
    assert ("Everything here has reached" in status.sentences()[0]) == (read and troubles == 0)
    assert len(status.sentences()) == max(1, troubles)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (CALM, "Everything here has reached the relay, and everything there has been read."),
        (
            replace(CALM, connected=False, caught_up=False),
            "Nothing comes from the relay: there is no connection. What others write is read here once it does.",
        ),
        (
            replace(CALM, connected=False, caught_up=False, refused="the relay asks for a pass"),
            "Nothing comes from the relay: the relay asks for a pass. What others write is read here once it does.",
        ),
        (replace(CALM, caught_up=False), "What the relay holds is being read."),
        (replace(CALM, waiting=2), "2 are on their way to the relay."),
        (
            replace(CALM, waiting=2, connected=False),
            "2 have not reached the relay: there is no connection. Nothing is lost meanwhile.",
        ),
        (
            replace(CALM, waiting=2, refused="the mailbox is full"),
            "2 have not reached the relay: the mailbox is full. Nothing is lost meanwhile.",
        ),
        (
            replace(CALM, waiting=1, disputed=1),
            DISPUTED,
        ),
        (
            replace(CALM, waiting=1, stuck=True),
            STUCK,
        ),
        (
            replace(CALM, apart=frozenset([DeviceId(b"d" * 32)])),
            (
                "Nothing here is lost."
                " This device can not exchange changes of who belongs directly with 1 other device."
                " If they do not come to show the same, let a third device of this space reach the relay."
            ),
        ),
        (replace(CALM, forks=1), "In 1 place of its chain a device wrote two records. Both are kept."),
        (
            replace(CALM, lost=2),
            "2 do not count: their author, or that of something they build on, wrote two in one place.",
        ),
        (
            replace(CALM, renewed=3),
            "3 of your changes were made anew, since what they were built on does not count.",
        ),
    ],
)
def test_the_most_urgent_comes_first(status: Status, sentence: str) -> None:
    """The first sentence is the one that matters most."""
    assert status.sentences()[0] == sentence


def test_a_device_names_nothing_of_what_it_holds() -> None:
    """Nothing that was written, no key and no identifier shows in the status of a device in trouble."""
    world = World("ann", "bob")
    ann = world.devices["ann"]
    ann.edit(document_id("list"), Put(("Surprise",), "for Bob"))
    world.sync()
    world.relay.refuse_pushes = Reason.QUOTA
    ann.edit(document_id("list"), Put(("Surprise",), "another"))
    world.relay.logs[world.mailbox] += [b"j" * 600]
    ann.pump()
    said = " ".join(ann.engine.status().sentences()) + repr(ann.engine.status())
    assert "mailbox is full" in said
    for secret in ("Surprise", "Bob", ann.keys.device.hex(), world.mailbox.hex(), repr(world.mailbox)):
        assert secret not in said


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (replace(CALM, connected=False), "there is no connection"),
        (replace(CALM, connected=False, refused="the mailbox is full"), "the mailbox is full"),
        (replace(CALM, connected=True), "it is on its way"),
    ],
)
def test_why_it_has_not_arrived(status: Status, why: str) -> None:
    """What the relay said counts most, then whether there is a connection."""
    assert status.why == why
