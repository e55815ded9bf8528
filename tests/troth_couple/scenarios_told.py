"""What is told, and letters: rows like those of the merge scenarios, with numbers of their own after the sixty."""

from tests.troth_couple.scenarios import Scenario

__all__ = ["TOLD"]

TOLD: tuple[Scenario, ...] = (
    Scenario(
        number=61,
        name="told, and nothing said to it, which is all that there is to it",
        script="r discloses slip\nmeet\nday 2027-11-21\ns says c1",
        things=("robin disclosure said", "sasha check_in said"),
        rests=("r discloses slip", "s says c1"),
    ),
    Scenario(
        number=62,
        name="not now by a day that passes",
        script="r discloses slip\nmeet\ns receives slip not-now 2026-11-23\nmeet\nday 2026-12-24\nr says c1",
        things=("robin check_in said", "robin disclosure not now"),
        rests=("r says c1", "s receives slip not-now 2026-11-23"),
        beside=("s receives slip not-now 2026-11-23",),
    ),
    Scenario(
        number=63,
        name="said anew while the other says that it was received",
        script="r discloses slip\nmeet\nr tells-anew slip\ns receives slip received",
        things=("robin disclosure received",),
        rests=("s receives slip received",),
        beside=("s receives slip received",),
    ),
    Scenario(
        number=64,
        name="taken back while the other says that it is not now",
        script="r discloses slip\nmeet\nr takes-back slip\ns receives slip not-now",
        things=("robin disclosure taken back",),
        rests=("r takes-back slip",),
    ),
    Scenario(
        number=65,
        name="two devices of the reader say different things of one letter",
        script="r offers sorrow\nmeet\ns receives sorrow received\ns2 receives sorrow not-taken",
        things=("robin repair_letter not taken",),
        rests=("s2 receives sorrow not-taken",),
        beside=("s receives sorrow received", "s2 receives sorrow not-taken"),
    ),
    Scenario(
        number=66,
        name="not now at first, and received later",
        script="r offers sorrow\nmeet\ns receives sorrow not-now\nmeet\ns2 receives sorrow received",
        things=("robin repair_letter received",),
        rests=("s2 receives sorrow received",),
        beside=("s2 receives sorrow received",),
    ),
    Scenario(
        number=67,
        name="a letter offered, and silence",
        script="r offers sorrow\nmeet\nday 2027-11-21\ns says c1",
        things=("robin repair_letter offered", "sasha check_in said"),
        rests=("r offers sorrow", "s says c1"),
    ),
    Scenario(
        number=68,
        name="its author says that it was received, and says it for the other",
        script="r offers sorrow\nr discloses slip\nmeet\nr2 receives sorrow received\nr receives slip received",
        things=("robin disclosure said", "robin repair_letter offered"),
        held=("acts on what is another person's",) * 2,
        rests=("r discloses slip", "r offers sorrow"),
    ),
    Scenario(
        number=69,
        name="a repair of it, which the other neither begins nor names",
        script="r discloses slip\nr repairs trip\ns repairs own\nmeet\nr leads-to slip trip\ns leads-to slip own",
        things=("robin disclosure said", "robin repair open", "sasha repair open"),
        held=("acts on what is another person's",),
        rests=("r discloses slip", "r repairs trip", "s repairs own"),
        beside=("r leads-to slip trip",),
    ),
    Scenario(
        number=70,
        name="one closes what was told while the other opens it again",
        script="r discloses slip\nmeet\nr closes slip\nmeet\ns closes slip\nr reopens slip",
        things=("robin disclosure said",),
        rests=("r discloses slip", "r reopens slip"),
    ),
    Scenario(
        number=71,
        name="both close what was told",
        script="r discloses slip\nmeet\ns receives slip not-now\nr closes slip\ns closes slip",
        things=("robin disclosure closed",),
        rests=("r closes slip", "s closes slip"),
        beside=("s receives slip not-now",),
    ),
    Scenario(
        number=72,
        name="a letter said anew by its author, and what was told by the other",
        script="r offers sorrow\nr discloses slip\nmeet\nr rewrites sorrow\ns rewrites slip",
        things=("robin disclosure said", "robin repair_letter offered"),
        held=("acts on what is another person's", "acts on what its kind is never about"),
        rests=("r discloses slip", "r offers sorrow"),
    ),
)
"""Concurrent unless a `meet` stands between."""
