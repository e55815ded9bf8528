"""Waits between dials are random, grow, are bounded, and begin anew after a good session."""

from secrets import token_bytes

from troth_client.backoff import BASE_S, CEILING_S, Backoff


def test_the_ceiling_doubles_up_to_a_bound() -> None:
    """With the largest draw each wait is just under its ceiling: the base, its doubles, and then no more."""
    backoff = Backoff(lambda length: b"\xff" * length)
    waits = [backoff.draw() for _ in range(12)]
    expected = [min(BASE_S * 2**number, CEILING_S) for number in range(12)]
    assert all(abs(wait - ceiling) < 1e-9 for wait, ceiling in zip(waits, expected, strict=True))


def test_a_wait_is_any_part_of_its_ceiling() -> None:
    """The smallest draw waits not at all, and others anything up to the ceiling."""
    assert Backoff(bytes).draw() == 0
    assert all(0 <= Backoff(token_bytes).draw() <= BASE_S for _ in range(100))


def test_a_good_session_begins_anew() -> None:
    """After a reset the first ceiling is the base again."""
    backoff = Backoff(lambda length: b"\xff" * length)
    for _ in range(5):
        backoff.draw()
    backoff.reset()
    assert abs(backoff.draw() - BASE_S) < 1e-9
