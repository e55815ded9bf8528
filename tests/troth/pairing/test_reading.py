"""Own records come back once; repeats are silent; a log that changes or skips is refused."""

import pytest

from troth.pairing.reading import Reading
from troth_wire.errors import ForgedError
from troth_wire.limits import RENDEZVOUS_RECORDS_MAX


def test_an_echo_is_silent_once() -> None:
    """An own record is its echo at the first place, and the other side's at the second."""
    reading = Reading()
    reading.post([b"mine"])
    assert list(reading.unseen) == [b"mine"]
    assert reading.take(b"mine", 1) is None
    assert not reading.unseen
    assert reading.take(b"mine", 2) == b"mine"


def test_a_repeat_is_silent() -> None:
    """A place that was read holds nothing new."""
    reading = Reading()
    assert reading.take(b"theirs", 1) == b"theirs"
    assert reading.take(b"theirs", 1) is None
    assert reading.take(b"theirs", 2) == b"theirs"


@pytest.mark.parametrize(("record", "position"), [(b"other", 1), (b"next", 3), (b"none", 0), (b"none", -1)])
def test_a_log_that_changes_or_skips_is_refused(record: bytes, position: int) -> None:
    """Another record at a place that was read, a gap, and a place before the first are refused."""
    reading = Reading()
    reading.take(b"theirs", 1)
    with pytest.raises(ForgedError):
        reading.take(record, position)


def test_there_is_room_for_so_many_records() -> None:
    """Records read and records on their way count; past the last there is no place."""
    reading = Reading()
    reading.post([b"mine"])
    assert reading.left == RENDEZVOUS_RECORDS_MAX - 1
    for position in range(1, RENDEZVOUS_RECORDS_MAX + 1):
        reading.take(b"%d" % position, position)
    with pytest.raises(ForgedError):
        reading.take(b"one more", RENDEZVOUS_RECORDS_MAX + 1)


def test_only_own_records_have_an_echo() -> None:
    """What was not posted, or was shown before, is no echo."""
    reading = Reading()
    reading.post([b"mine"])
    assert [reading.echo(record) for record in (b"theirs", b"mine", b"mine")] == [False, True, False]
