"""What was refused is tried again when the relay said, measured from the next tick, and at once over a new link."""

from hypothesis import given
from hypothesis import strategies as st

from troth.retry import RETRY_S, Retry


@given(st.integers(0, 500), st.lists(st.integers(0, 300), max_size=20))
def test_the_wait_ends_once_and_in_time(seconds: int, gaps: list[int]) -> None:
    """The first tick starts the wait; the first tick after so many seconds ends it, and no other one does."""
    retry = Retry()
    retry.ask(seconds)
    now, start, ended = 0, 0, False
    for number, gap in enumerate(gaps):
        now += gap
        start = now if number == 0 else start
        over = retry.tick(float(now))
        assert over == (not ended and now - start >= (seconds or RETRY_S))
        ended = ended or over
        assert retry.waits == (not ended)


def test_a_new_link_waits_for_nothing() -> None:
    """What was asked to wait over the last link does not wait over the next."""
    retry = Retry()
    assert not retry.waits
    retry.ask(5)
    retry.forget()
    assert not retry.waits
    assert not retry.tick(100.0)
