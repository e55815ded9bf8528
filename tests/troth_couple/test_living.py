"""Words, practices and planned days come to the same for both, in whatever order, and as a second reading has it."""

import random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple import oracle, oracle_living
from tests.troth_couple.histories import mirrored
from tests.troth_couple.people import DAY, person_of
from tests.troth_couple.plays import Stage, through
from troth_couple import Book, Day, State, cards, derive
from troth_couple.glossary import same, words
from troth_couple.kinds import BY_NAME, Weight
from troth_couple.things import Stage as Step
from troth_couple.turns import carry
from troth_wire.ids import PersonId

OPENING: Final = """r tries walks ours
s tries reading
r plans-a-day supper 2026-11-25 ours
s plans-a-day class 2026-11-25
r means slow softly
meet"""
ACTS: Final = (
    *(f"{verb} {name}" for verb in ("keeps-on", "lets-go") for name in ("walks", "reading")),
    *(f"came {name} {word}" for name in ("supper", "class") for word in ("done", "moved", "dropped")),
    *("shares walks", "shares walks", "shares supper", "shares supper", "disowns walks"),
    *("withdraws-from walks", "withdraws-from supper", "makes-ours reading", "makes-ours class"),
    *("takes-back walks", "takes-back class", "takes-back slow", "means slow gently", "means Slow later"),
)
HANDS: Final = ("r", "r2", "s", "s2")
LINES: Final = st.one_of(
    st.builds(lambda hand, act: f"{hand} {act}", st.sampled_from(HANDS), st.sampled_from(ACTS)),
    st.sampled_from(("meet", "meet r r2", "meet s s2")),
)
LIVES: Final = st.lists(LINES, max_size=16)
KINDS: Final = ("practice", "event")


def life(lines: list[str], *, swapped: bool = False) -> Stage:
    """What comes of some lines, perhaps with all parts exchanged; what a pen refuses did not happen."""
    return through([*OPENING.splitlines(), *lines], swapped=swapped)


def stages(state: State) -> list[tuple[str, PersonId, str]]:
    """Whose practice or day stands where."""
    return sorted((t.kind, t.author, t.stage.value) for t in state.things.values() if t.kind in KINDS)


@given(LIVES, st.sampled_from(("2026-11-21", "2026-11-25", "2026-11-26")))
def test_the_oracle_agrees(lines: list[str], today: str) -> None:
    """Where each practice and day stands, on which day that is looked at, and who says that which word means what."""
    stage = life(lines)
    values, roster = stage.values(), stage.couple.roster
    state, plain = derive(values, roster, Day(today)), oracle.read(values, roster)
    for thing in state.things.values():
        if thing.kind in KINDS:
            assert thing.stage.value == oracle_living.where(plain, thing.id, roster.persons, today), thing.kind
    said = {(person, same(word.word), text) for word in words(state) for person, m in word.means.items() for text in m}
    assert said == oracle_living.meanings(plain)


@given(LIVES, st.integers(0, 40))
def test_the_oracle_agrees_on_what_is_left_of_a_record(lines: list[str], gone: int) -> None:
    """Where an entry is missing nothing of both's is claimed, whichever it is; and the two readings agree."""
    stage = life(lines)
    values, roster = stage.values(), stage.couple.roster
    values.pop(sorted(values)[gone % len(values)])
    state, plain = derive(values, roster, DAY), oracle.read(values, roster)
    for thing in state.things.values():
        if thing.kind in KINDS:
            assert thing.stage.value == oracle_living.where(plain, thing.id, roster.persons, DAY)


@given(LIVES, st.randoms(use_true_random=False))
def test_order_and_repeats_mean_nothing(lines: list[str], order: random.Random) -> None:
    """One by one, twice, in any order, or at once: the same state."""
    stage = life(lines)
    values = list(stage.values().items())
    whole = derive(dict(values), stage.couple.roster, DAY)
    order.shuffle(values)
    book = Book(stage.couple.roster)
    for key, value in values + values[:3]:
        book.add({key: value})
        book.state(DAY)
    assert book.state(DAY) == whole


@given(LIVES)
def test_members_are_symmetric(lines: list[str]) -> None:
    """Invariant 16, R1: with all parts exchanged the same comes of it; no right is one person's."""
    here, there = (
        derive(stage.values(), stage.couple.roster, DAY) for stage in (life(lines), life(lines, swapped=True))
    )
    assert stages(here) == sorted((kind, mirrored(person), step) for kind, person, step in stages(there))


@given(LIVES)
def test_no_act_names_the_others(lines: list[str]) -> None:
    """Invariant 21: what an act replaces is its own person's."""
    known = {act.id: act for book in life(lines).couple.books.values() for act in book.ledger.known.values()}
    assert all(known[named].person == act.person for act in known.values() for named in act.after)


@given(LIVES, st.sampled_from(HANDS))
def test_who_lets_go_needs_nobody(lines: list[str], hand: str) -> None:
    """After somebody's word that lets go of what both try, it is let go, whatever the other's devices say."""
    stage = life([line for line in lines if "takes-back walks" not in line])
    stage.play(f"meet\n{hand} lets-go walks\n" + "\n".join(f"{o} keeps-on walks" for o in HANDS if o[0] != hand[0]))
    walks = derive(stage.values(), stage.couple.roster, DAY).things[stage.thing("walks")]
    assert walks.stage is Step.DROPPED


@given(LIVES)
def test_nothing_of_both_is_claimed_without_both(lines: list[str]) -> None:
    """What both keep, or did, both have said yes to in words that live: nobody says it for the other."""
    stage = life(lines)
    state = derive(stage.values(), stage.couple.roster, DAY)
    for thing in state.things.values():
        if thing.stage in (Step.KEEPING, Step.DONE) and thing.says("ours"):
            assert thing.assents == set(stage.couple.roster.persons)


def test_a_day_that_passed_is_in_no_view() -> None:
    """P60: what nobody said anything of is shown nowhere, and is nothing to carry into a next chapter."""
    stage = life([])
    ahead, over = (derive(stage.values(), stage.couple.roster, Day(day)) for day in ("2026-11-25", "2026-11-26"))
    assert [len(cards(state, "calendar")) for state in (ahead, over)] == [2, 0]
    nothing = derive({}, stage.couple.roster, DAY)
    kinds = [{thing.kind for thing in carry([state], nothing, person_of("r")).things} for state in (ahead, over)]
    assert kinds == [{"practice", "event", "glossary"}, {"practice", "glossary"}]


@pytest.mark.parametrize("word", ["done", "moved", "dropped"])
def test_what_is_over_is_not_carried(word: str) -> None:
    """A day that was, was moved or was dropped goes into no next chapter, nor does a practice that was let go."""
    stage = life([f"s came class {word}", "s lets-go reading"])
    state = derive(stage.values(), stage.couple.roster, DAY)
    assert carry([state], derive({}, stage.couple.roster, DAY), person_of("s")).things == ()


def test_letting_go_has_no_place_for_a_reason_and_takes_no_passphrase() -> None:
    """N7, N10: of a day one says what came of it and nothing else; neither act is a commitment, and none is counted."""
    assert tuple(BY_NAME["came"].places) == ("choice",)
    assert {BY_NAME[name].weight for name in ("keep_or_drop", "came", "practice", "event")} == {Weight.PLAIN}
