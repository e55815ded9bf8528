"""The collector rests inside a block and works again after it, however the block ends."""

import gc

import pytest

from troth_app.uncollected import uncollected


def test_it_rests_inside_and_works_afterwards() -> None:
    """Also where blocks lie in one another."""
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_after_a_mistake() -> None:
    """An error ends the block as its end does."""
    with pytest.raises(KeyError), uncollected():
        raise KeyError
    assert gc.isenabled()


def test_it_works_after_blocks_that_ended_in_the_other_order() -> None:
    """As tasks end that run side by side: the last end never leaves it resting."""
    first, second = uncollected(), uncollected()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert gc.isenabled()
