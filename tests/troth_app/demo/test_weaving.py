"""Tables become plans: each has a name of its own, leans on what was said before it, and is no matter of luck."""

from troth_app.demo.generate import tables
from troth_app.demo.weaving import DAYS, MARK, OTHER, chance, plans

PLANS = list(plans(tables()))


def test_each_has_a_name_of_its_own() -> None:
    """So others can say what they are about."""
    names = [plan.name for plan in PLANS]
    assert len(set(names)) == len(names)
    assert {plan.by for plan in PLANS} == set(OTHER)
    assert PLANS[0].says["text"] == MARK


def test_what_one_leans_on_was_said_before() -> None:
    """On the same day or an earlier one, by the name that it gives."""
    day = {plan.name: plan.day for plan in PLANS}
    assert all(1 <= plan.day <= DAYS for plan in PLANS)
    for plan in PLANS:
        assert all(day[name] <= plan.day for name in (*plan.of, *([plan.about] if plan.about else [])))


def test_chance_is_the_same_each_time() -> None:
    """And another one about something else."""
    assert chance("order", 1) == chance("order", 1) != chance("order", 2)
