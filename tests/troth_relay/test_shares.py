"""Alike for one address and for no other, worth nothing the day after, and never what a stranger says of itself."""

from collections.abc import Callable
from ipaddress import ip_network
from itertools import count

import pytest

from troth_relay.shares import DAY_S, NOWHERE, Shares


def _keys() -> Callable[[int], bytes]:
    numbers = count(1)
    return lambda length: next(numbers).to_bytes(length, "big")


def _shares(*trusted: str) -> Shares:
    return Shares([ip_network(text) for text in trusted], entropy=_keys())


def test_one_address_has_one_name() -> None:
    """An address of version 4 is alike to itself alone, one of version 6 to all of its site, however it is written."""
    shares = _shares()
    names = {
        text: shares.name(text, (), now=1)
        for text in ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:0:ffff::9%eth0", "2001:db8:0:1::1")
    }
    assert names["2001:db8::1"] == names["2001:db8:0:0:ffff::9%eth0"]
    assert len(set(names.values())) == 4
    assert shares.name("::ffff:192.0.2.1", (), now=2) == names["192.0.2.1"]
    assert all(len(name) == 8 for name in names.values())


def test_name_is_of_one_day_and_one_relay() -> None:
    """The next day, and at another relay, the same address has a name that nobody can lead back to the first."""
    shares = _shares()
    first, later, next_day = (shares.name("192.0.2.1", (), now=now) for now in (5, DAY_S, DAY_S + 6))
    assert first == later != next_day
    assert Shares().name("192.0.2.1", (), now=5) != Shares().name("192.0.2.1", (), now=5)


@pytest.mark.parametrize("peer", [None, "", "nobody", "/run/socket"])
def test_who_has_no_address_is_nowhere(peer: str | None) -> None:
    """Where the system tells none, all are in one place."""
    assert _shares("192.0.2.0/24").name(peer, ("192.0.2.9",), now=1) == NOWHERE


def test_stranger_is_not_believed() -> None:
    """Whoever is no proxy of the operator's comes from where the socket says, whatever it says itself."""
    shares = _shares("10.0.0.1")
    assert shares.name("192.0.2.1", ("203.0.113.5",), now=1) == shares.name("192.0.2.1", (), now=1)


@pytest.mark.parametrize(
    ("forwarded", "place"),
    [
        (["203.0.113.5"], "203.0.113.5"),
        (["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
        (["198.51.100.1", "203.0.113.5"], "203.0.113.5"),
        (["198.51.100.1, 203.0.113.5, 10.0.0.2"], "203.0.113.5"),
        (["203.0.113.5, 10.0.0.2", "10.0.0.3"], "203.0.113.5"),
        (["198.51.100.1, unknown"], "10.0.0.1"),
        (["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ([""], "10.0.0.1"),
        ([], "10.0.0.1"),
    ],
)
def test_own_proxies_are_believed_from_the_last_one_on(forwarded: list[str], place: str) -> None:
    """What the nearest proxy wrote counts, and what one wrote whom it names, as far as they are the operator's."""
    shares = _shares("10.0.0.0/29")
    direct = _shares()
    assert shares.name("10.0.0.1", forwarded, now=1) == direct.name(place, (), now=1)
