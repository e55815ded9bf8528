"""Whoever makes room is one of those of whom there are most; who is one of few is never asked to."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from troth_relay.crowd import Crowd
from troth_relay.link import Link
from troth_relay.requests import ConnectionId
from troth_relay.shares import Share

A, B, C = Share(b"a"), Share(b"b"), Share(b"c")


def _link(number: int, share: Share) -> Link:
    return Link(ConnectionId(number), b"c" * 32, moved_at_s=0, share=share)


def test_nobody_makes_room_where_nobody_is() -> None:
    """An empty crowd has nobody to send away, also after everybody left."""
    crowd, link = Crowd(), _link(1, A)
    assert crowd.gives_way(A) is None
    crowd.enter(link)
    crowd.leave(link)
    crowd.leave(link)
    assert (crowd.gives_way(A), len(crowd)) == (None, 0)


def test_the_place_with_most_makes_room() -> None:
    """One of many gives way to who comes from elsewhere: the earliest of them, or the earliest who is not spared."""
    crowd = Crowd()
    alone, many = _link(1, A), [_link(number, B) for number in (2, 3, 4, 5)]
    for link in (many[0], alone, *many[1:]):
        crowd.enter(link)
    assert crowd.gives_way(C) is crowd.gives_way(A) is many[0]
    assert crowd.gives_way(C, spared_percent=50) is many[2]


def test_one_of_most_makes_room_for_its_own() -> None:
    """Whoever comes from where most are already takes the place of one of those, never of one of few."""
    crowd = Crowd()
    alone, two = _link(1, A), [_link(2, B), _link(3, B)]
    for link in (alone, *two):
        crowd.enter(link)
    assert crowd.gives_way(B) is two[0]
    crowd.leave(two[0])
    assert (crowd.gives_way(A), crowd.gives_way(B)) == (alone, two[1])


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(0, 9)), max_size=80))
def test_counts_are_right_whatever_comes_and_goes(steps: list[tuple[Share, int]]) -> None:
    """Who gives way comes from where most are, for every order of coming and going, twice in a row too."""
    crowd, there = Crowd(), dict[tuple[Share, int], Link]()
    for share, number in steps:
        key = (share, number)
        if key in there:
            crowd.leave(there.pop(key))
        else:
            there[key] = _link(number, share)
            crowd.enter(there[key])
            crowd.enter(there[key])
        sizes = Counter(each for each, _ in there)
        assert len(crowd) == sum(sizes.values())
        for newcomer in (A, B, C):
            found = crowd.gives_way(newcomer)
            assert (found is None) is not bool(sizes)
            if found is not None:
                assert found in there.values()
                assert sizes[found.share] == max(sizes.values())
                assert found.share == newcomer or sizes[newcomer] < sizes[found.share]
