"""However entries are cut, they stay whole, consecutive and within the bounds of a frame."""

from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import A
from troth_relay.delivery import Run, announce, deliver, weigh
from troth_relay.limits import PAGE_BYTES_MAX
from troth_relay.requests import ConnectionId
from troth_relay.store import Entry
from troth_wire.ids import EnvelopeId, Lineage, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MAX, ENVELOPE_BYTES_MIN, FORWARD_BYTES, FRAME_BYTES_MAX
from troth_wire.log import envelope_id
from troth_wire.messages import Closed, Deliver, Message, Stored, encode, parse

SIZES = st.sampled_from([ENVELOPE_BYTES_MIN, 1_010, 9_000, ENVELOPE_BYTES_MAX])
ME, OTHER = ConnectionId(1), ConnectionId(2)


def _entries(sizes: list[int], *, start: int) -> tuple[Entry, ...]:
    data = [(position, envelope(position, size=size)) for position, size in enumerate(sizes, start)]
    return tuple(Entry(position, envelope_id(item), item) for position, item in data)


def _ids(message: Message) -> list[EnvelopeId]:
    assert isinstance(message, Deliver | Stored)
    if isinstance(message, Stored):
        return list(message.envelope_ids)
    return list(map(envelope_id, message.envelopes))


@given(st.lists(st.tuples(st.booleans(), st.lists(SIZES, min_size=1, max_size=40)), min_size=1, max_size=6))
def test_announcement_tells_everything_once(pushes: list[tuple[bool, list[int]]]) -> None:
    """Frames follow each other without gap; a reader's own entries are Stored and all others Deliver."""
    runs, position = [], 7
    for own, sizes in pushes:
        runs.append(Run(ME if own else OTHER, _entries(sizes, start=position)))
        position += len(sizes)
    mine = {entry.envelope_id for run in runs if run.origin == ME for entry in run.entries}
    position = 7
    for frame in announce(A, runs, reader=ME):
        assert isinstance(frame, Deliver | Stored)
        assert frame.position == position
        assert len(encode(frame)) <= min(FRAME_BYTES_MAX, weigh(frame))
        assert parse(encode(frame)) == frame
        assert mine.issuperset(_ids(frame)) if isinstance(frame, Stored) else mine.isdisjoint(_ids(frame))
        position += len(_ids(frame))
    assert position == 7 + sum(len(sizes) for _, sizes in pushes)


@given(st.lists(SIZES, min_size=1, max_size=256))
def test_page_is_one_frame(sizes: list[int]) -> None:
    """What the store reads at once goes out in one frame."""
    entries = _entries(sizes, start=1)
    total = sum(sizes)
    frames = list(deliver(A, entries))
    assert (len(frames) == 1) == (total <= PAGE_BYTES_MAX)


def test_closing_weighs_what_it_is() -> None:
    """What is said of a closed log is no longer than it weighs, whatever its numbers."""
    widest = Closed(A, Lineage(bytes(16)), 2**63 - 1, RunningHash(bytes(32)), A, bytes(FORWARD_BYTES))
    assert len(encode(widest)) <= weigh(widest) <= FORWARD_BYTES + 1_024


def test_nothing_is_no_frame() -> None:
    """Without entries there is nothing to send."""
    assert list(deliver(A, ())) == []
