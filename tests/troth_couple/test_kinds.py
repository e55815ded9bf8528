"""The table is whole: every kind has its row, its key, its right for both persons, and its place on the page."""

import re
from pathlib import Path
from typing import Final

from troth_couple.kinds import AGREEMENT, BY_NAME, KEPT, KINDS, SIGNALS, Weight, Who
from troth_wire.errors import MalformedError

PAGE: Final = (Path(__file__).resolve().parents[2] / "specs" / "couple.md").read_text()
CAUTIONS: Final = {"withdraw", "decline", "ask_change", "end", "repudiate", "take_back", "signal"}
COMMITMENTS: Final = {"assent", "release"}


def test_the_page_has_every_row() -> None:
    """Number, name, weight and fields of each kind are those of the page, and there is no other."""
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (\w+) \| ([^|]*) \|", PAGE, re.MULTILINE)
    on_page = [(int(number), name, weight, tuple(re.findall(r"`(\w+)`", said))) for number, name, weight, said in rows]
    assert on_page == [(k.number, k.name, k.weight.name.lower(), tuple(k.places)) for _, k in sorted(KINDS.items())]


def test_the_page_keeps_the_numbers_of_later_kinds() -> None:
    """What is to come has its number on the page and no row."""
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| later \|", PAGE, re.MULTILINE)
    assert {int(number): name for number, name in rows} == KEPT
    assert KEPT.keys().isdisjoint(KINDS)


def test_cautions_and_commitments_are_those_of_the_rules() -> None:
    """Taking back needs the everyday key, giving needs the admin key, and nothing else does."""
    by_weight = {weight: {kind.name for kind in KINDS.values() if kind.weight is weight} for weight in Weight}
    assert by_weight[Weight.CAUTION] == CAUTIONS
    assert by_weight[Weight.COMMITMENT] == COMMITMENTS


def test_what_an_act_is_about_exists() -> None:
    """Every act is about a kind that begins a thing, an agreement or the signals."""
    begins = {kind.name for kind in KINDS.values() if kind.begins} | {AGREEMENT, SIGNALS}
    assert all(kind.about <= begins for kind in KINDS.values())
    assert all(kind.begins or kind.about for kind in KINDS.values())


def test_rights_are_relations_and_never_roles() -> None:
    """Who may write is said as own, other, either or ours: exchanging the two persons changes no row."""
    assert {kind.who for kind in KINDS.values()} <= set(Who)
    assert {who.name for who in Who} == {"OWN", "OTHER", "EITHER", "OURS"}


def test_a_check_in_has_no_field_for_a_reply() -> None:
    """Thanks carry no words, and nothing else may be about a check-in but its author's own acts."""
    about = {kind.name for kind in KINDS.values() if "check_in" in kind.about}
    assert about == {"thanks", "take_back"}
    assert not BY_NAME["thanks"].fields


def test_nothing_measures() -> None:
    """No field takes a number that was not chosen from a list of words."""
    numbered = {f"{kind.name}.{field.name}" for kind in KINDS.values() for field in kind.fields if _takes(field.check)}
    assert numbered == set()


def _takes(check: object) -> bool:
    """Whether a field accepts an arbitrary number."""
    try:
        check(31)  # type: ignore[operator]
    except MalformedError:
        return False
    return True


def test_every_practice_has_its_row() -> None:
    """Each of the 89 practices has a kind, a command and a test that exists, or says what it waits for."""
    rows = re.findall(r"^\| P(\d\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert [int(number) for number, *_ in rows] == list(range(1, 90))
    for _, _, _, command, test in rows:
        assert command == "none" or command.startswith("`troth ")
        if found := re.fullmatch(r"`([\w/]+)::(\w+)`", test):
            here = [folder / f"{found[1]}.py" for folder in Path(__file__).parents[:2]]
            assert any(f"def {found[2]}(" in path.read_text() for path in here if path.exists()), test
        else:
            assert re.match(r"(later|never): \w+", test)
