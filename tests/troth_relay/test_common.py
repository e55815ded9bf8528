"""Nobody takes what is left of a common rate for others, and nobody who is alone has less than all of it."""

from troth_relay.admission import Rate
from troth_relay.common import CommonRate
from troth_relay.shares import Share

RATE = Rate(per_s=2, burst=8)
HERE, ELSEWHERE = Share(b"here"), Share(b"elsewhere")


def taken(common: CommonRate, tries: int, *, now: float, share: Share | None = HERE) -> int:
    """Try so often, and return how often it went well."""
    return sum(not common.spend(rate=RATE, now=now, share=share) for _ in range(tries))


def test_half_is_left_to_others() -> None:
    """One share takes half at once and is told to wait; another finds the other half, and who is no share all."""
    common = CommonRate(lends=True)
    assert taken(common, 9, now=0) == 4
    assert common.spend(rate=RATE, now=0, share=HERE) == 1
    assert taken(common, 9, now=0, share=ELSEWHERE) == 4
    assert taken(CommonRate(lends=True), 9, now=0, share=None) == 8


def test_who_is_alone_has_the_whole_rate() -> None:
    """While nobody else asks, a share has all that comes back, and the half that is left to others stays."""
    common = CommonRate(lends=True)
    assert taken(common, 9, now=0) == 4
    for second in range(1, 60):
        assert taken(common, 9, now=second) == RATE.per_s
    assert taken(common, 9, now=60, share=ELSEWHERE) >= 4


def test_where_nothing_is_lent_half_is_the_most() -> None:
    """A share that is alone takes half of the rate too, where what it takes would add up to all that there may be."""
    common = CommonRate(lends=False)
    assert taken(common, 9, now=0) == 4
    for second in range(1, 60):
        assert taken(common, 9, now=second) == RATE.per_s / 2


def test_who_rests_is_forgotten() -> None:
    """A share that may take as much as ever is not remembered."""
    common = CommonRate(lends=True)
    taken(common, 9, now=0)
    common.tick(rate=RATE, now=1)
    assert common._shares.keys() == {HERE}
    common.tick(rate=RATE, now=9)
    assert common._shares == {}


def test_what_was_taken_for_nothing_comes_back() -> None:
    """What is given back may be taken again."""
    common = CommonRate(lends=True)
    assert taken(common, 9, now=0, share=None) == 8
    common.give_back(rate=RATE)
    assert taken(common, 9, now=0, share=None) == 1
