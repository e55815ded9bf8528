"""A key lets one browser in once, within a minute; a cookie, a token and a code are good where they were made."""

from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from troth.testing import entropy_of
from troth_app.limits import PAGE_KEY_S, PAGE_KEYS_MAX
from troth_app.web.visitors import Visitors

KEY: Final = b"\x07" * 32
SECRETS: Final = st.binary(min_size=32, max_size=32)
MOMENTS: Final = st.floats(min_value=0, max_value=1e9)


def visitors(secret: bytes = bytes(32)) -> Visitors:
    """Return what lets browsers in."""
    return Visitors(secret, entropy_of("visitors"))


def admitted(secret: bytes = bytes(32)) -> tuple[Visitors, str]:
    """Return a cookie, and who gave it out."""
    made = visitors(secret)
    made.invite(KEY, now_s=0)
    cookie = made.admit(KEY.hex(), now_s=0)
    assert cookie is not None
    return made, cookie


@given(invited=MOMENTS, later=st.floats(min_value=0, max_value=2 * PAGE_KEY_S))
def test_a_key_is_good_once_and_for_a_minute(invited: float, later: float) -> None:
    """Within its time it opens, once; after it never, also not for whoever comes first."""
    made = visitors()
    made.invite(KEY, now_s=invited)
    now_s = invited + later
    assert (made.admit(KEY.hex(), now_s=now_s) is not None) == (now_s < invited + PAGE_KEY_S)
    assert made.admit(KEY.hex(), now_s=now_s) is None


@given(tried=st.text())
def test_a_key_that_was_not_given_out_opens_nothing(tried: str) -> None:
    """Whatever is tried, it does not use up the one that was."""
    made = visitors()
    made.invite(KEY, now_s=0)
    assume(tried != KEY.hex())
    assert made.admit(tried, now_s=0) is None
    assert made.admit(KEY.hex(), now_s=0) is not None


def test_so_many_keys_are_good_at_a_time() -> None:
    """The oldest goes for a new one, and those whose time is over take no place."""
    made = visitors()
    keys = [bytes([number]) * 32 for number in range(PAGE_KEYS_MAX + 2)]
    made.invite(keys[0], now_s=0)
    for key in keys[1:]:
        made.invite(key, now_s=PAGE_KEY_S)
    good = [made.admit(key.hex(), now_s=PAGE_KEY_S) is not None for key in keys]
    assert good == [False, False, *[True] * PAGE_KEYS_MAX]


@given(first=SECRETS, second=SECRETS, what=st.text())
def test_nothing_of_one_secret_is_good_for_another(first: bytes, second: bytes, what: str) -> None:
    """No cookie and no token that one agent gave out means anything to another, and no thing is called the same."""
    assume(first != second)
    mine, cookie = admitted(first)
    other, theirs = admitted(second)
    assert mine.knows(cookie)
    assert not other.knows(cookie)
    assert mine.is_token(cookie, mine.token(cookie))
    assert not other.is_token(cookie, mine.token(cookie))
    assert not mine.is_token(theirs, mine.token(cookie))
    assert mine.code(what) != other.code(what)


@given(forged=st.text())
def test_a_cookie_is_not_made_up(forged: str) -> None:
    """Only what was given out is known, whatever else a browser sends."""
    made, cookie = admitted()
    assume(forged != cookie)
    assert not made.knows(forged)
    assert not made.is_token(cookie, forged)


@pytest.mark.parametrize("change", [0, 20, 33, -1])
def test_a_changed_cookie_is_none(change: int) -> None:
    """One letter is enough."""
    made, cookie = admitted()
    letters = list(cookie)
    letters[change] = "0" if letters[change] != "0" else "1"
    assert not made.knows("".join(letters))


def test_no_two_browsers_have_one_cookie() -> None:
    """Each has its own, and its own token; a token is no cookie and says nothing of it."""
    made, cookie = admitted()
    made.invite(KEY, now_s=0)
    other = made.admit(KEY.hex(), now_s=0)
    assert other is not None
    assert cookie != other
    assert not made.is_token(other, made.token(cookie))
    assert not made.knows(made.token(cookie))
    assert made.token(cookie) not in cookie


@given(first=st.text(), second=st.text())
def test_two_things_are_called_differently(first: str, second: str) -> None:
    """A code is short, stays the same, and holds nothing of what it stands for."""
    made = visitors()
    assert (made.code(first) == made.code(second)) == (
        first.encode(errors="replace") == second.encode(errors="replace")
    )
    assert set(made.code(first)) <= set("0123456789abcdef")
