"""What stands is a function of the set: told in any order, in any parts, by whomever, it comes out the same."""

from collections.abc import Sequence
from random import Random
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from troth.forks import Author, Fate, Known, Outcome, settle
from troth_wire.ids import ActorId, ChangeHash, DeviceId, PersonId

DICE: Final = st.integers(0, 2**32).map(Random)
PEOPLE: Final = {"ann": "ann", "ann2": "ann", "bob": "bob", "bob2": "bob"}
"""Whose each device is."""


def actor(device: str, life: int = 0) -> ActorId:
    """Under which a device writes."""
    return ActorId(f"{device}/{life}".encode())


AUTHORS: Final = {
    actor(device, life): Author(DeviceId(device.encode()), PersonId(person.encode()))
    for device, person in PEOPLE.items()
    for life in range(2)
}
DEVICE_OF: Final = {name: author.device.decode() for name, author in AUTHORS.items()}


def known(name: str, device: str, sequence: int, *causes: str, beyond: bool = False, life: int = 0) -> Known:
    """A change whose hash is its name."""
    hashes = tuple(ChangeHash(cause.encode()) for cause in causes)
    return Known(ChangeHash(name.encode()), actor(device, life), sequence, hashes, beyond)


def standing(*changes: Known) -> set[str]:
    """The names of what stands."""
    return {change.decode() for change in settle(changes, AUTHORS).stands}


class Sketch:
    """Some writers' changes, as a set that only grows; what one writes is in order with what it builds on."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.changes: list[Known] = []
        self.pasts: dict[ChangeHash, frozenset[ChangeHash]] = {}

    def write(self, writer: ActorId, on: Sequence[Known], *, beyond: bool = False) -> Known:
        """Write one change that has these in its past."""
        past = frozenset(change.hash for change in on).union(*(self.pasts[change.hash] for change in on))
        own = [change.sequence for change in self.changes if change.actor == writer and change.hash in past]
        covered = frozenset().union(*(self.pasts[change.hash] for change in on))
        causes = tuple(sorted({change.hash for change in on if change.hash not in covered}))
        made = Known(ChangeHash(self.dice.randbytes(8)), writer, max(own, default=0) + 1, causes, beyond)
        self.changes.append(made)
        self.pasts[made.hash] = past
        return made

    def grow(self, count: int, writers: Sequence[ActorId], *, beyond: float = 0.0) -> None:
        """Let writers go on from anywhere that holds no fork, so that they fork as they like."""
        for _ in range(count):
            view = self.consistent(self.dice.sample(self.changes, self.dice.randint(0, min(4, len(self.changes)))))
            self.write(self.dice.choice(writers), view, beyond=self.dice.random() < beyond)

    def honest(self, count: int, writers: Sequence[ActorId]) -> None:
        """Let writers go on from what they have seen, each with all its own in its past."""
        seen: dict[ActorId, set[ChangeHash]] = {writer: set() for writer in writers}
        for _ in range(count):
            writer = self.dice.choice(writers)
            heard = self.dice.sample(self.changes, min(len(self.changes), self.dice.randint(0, 2)))
            for change in heard:
                seen[writer] |= {change.hash, *self.pasts[change.hash]}
            made = self.write(writer, [change for change in self.changes if change.hash in seen[writer]])
            seen[writer].add(made.hash)

    def consistent(self, changes: Sequence[Known]) -> list[Known]:
        """Leave out what forks what was there before."""
        by_hash = {change.hash: change for change in self.changes}
        places: dict[tuple[ActorId, int], ChangeHash] = {}
        kept = []
        for change in changes:
            held = [by_hash[each] for each in {change.hash, *self.pasts[change.hash]}]
            if all(places.get((each.actor, each.sequence), each.hash) == each.hash for each in held):
                places |= {(each.actor, each.sequence): each.hash for each in held}
                kept.append(change)
        return kept


def by_the_page(sketch: Sketch) -> set[ChangeHash]:
    """The rule as the page tells it, without a thought for cost, deciding places in a random order."""
    changes, pasts = {change.hash: change for change in sketch.changes}, sketch.pasts
    counted = {change.hash for change in sketch.changes if not change.beyond}
    counted |= {cause for change in counted for cause in pasts[change]}

    def rank(change: Known) -> tuple[bool, bool, bool, bytes]:
        names = [AUTHORS[each.actor] for each in sketch.changes if not each.beyond and change.hash in pasts[each.hash]]
        author = AUTHORS[change.actor]
        other = any(name.person != author.person for name in names)
        own = any(name.person == author.person and name.device != author.device for name in names)
        return change.beyond, not other, not own, change.hash

    stands: set[ChangeHash] = set()
    falls: set[ChangeHash] = set()
    open_ = {changes[change] for change in counted}
    while open_:
        fallen = {change for change in open_ if pasts[change.hash] & falls}
        falls |= {change.hash for change in fallen}
        open_ -= fallen
        places = list({(change.actor, change.sequence) for change in open_})
        ready = [change for change in open_ if pasts[change.hash] <= stands]
        sketch.dice.shuffle(places)
        whole = [
            place
            for place in places
            if all(change in ready for change in open_ if (change.actor, change.sequence) == place)
        ]
        if not open_:
            break
        best = min(ready, key=rank)
        place = whole[0] if whole else (best.actor, best.sequence)
        rivals = [change for change in open_ if (change.actor, change.sequence) == place]
        winner = min((change for change in rivals if change in ready), key=rank)
        stands.add(winner.hash)
        falls |= {rival.hash for rival in rivals if rival != winner}
        open_ -= set(rivals)
    return stands


@given(DICE, st.integers(0, 40), st.sampled_from((0.0, 0.2)))
def test_it_is_the_rule_of_the_page(dice: Random, size: int, beyond: float) -> None:
    """Whatever forks whatever, what stands is what the page says, decided place by place in any order."""
    sketch = Sketch(dice)
    sketch.grow(size, list(AUTHORS), beyond=beyond)
    assert set(settle(sketch.changes, AUTHORS).stands) == by_the_page(sketch)


@given(DICE, st.integers(0, 40), st.sampled_from((0.0, 0.2)))
def test_the_order_of_arrival_does_not_show(dice: Random, size: int, beyond: float) -> None:
    """Told in any order, and with what is incomplete, the same changes stand; causes always before effects."""
    sketch = Sketch(dice)
    sketch.grow(size, list(AUTHORS), beyond=beyond)
    orphan = known("orphan", "ann", 1, "nowhere")
    one = settle(sketch.changes, AUTHORS)
    two = settle(dice.sample([*sketch.changes, orphan], size + 1), AUTHORS)
    assert set(one.stands) == set(two.stands)
    assert {**one.fates, orphan.hash: Fate.WAITS} == two.fates
    assert (one.borrowed, one.knotted) == (two.borrowed, two.knotted)
    for at, change in enumerate(two.stands):
        assert sketch.pasts[change] <= set(two.stands[:at])


@given(DICE, st.integers(0, 40))
def test_one_change_stands_in_a_place(dice: Random, size: int) -> None:
    """Of each place at most one change stands, and a place stays empty only where all its changes hang on losers."""
    sketch = Sketch(dice)
    sketch.grow(size, list(AUTHORS))
    outcome = settle(sketch.changes, AUTHORS)
    taken = [(change.actor, change.sequence) for change in sketch.changes if change.hash in set(outcome.stands)]
    assert len(taken) == len(set(taken))
    for change in sketch.changes:
        if (change.actor, change.sequence) not in taken:
            assert any(outcome.fates[cause] is Fate.LOST for cause in sketch.pasts[change.hash])


@given(DICE, st.integers(0, 30))
def test_where_nobody_forks_everything_stands(dice: Random, size: int) -> None:
    """Honest changes all stand, in whatever order they come."""
    sketch = Sketch(dice)
    sketch.honest(size, list(AUTHORS))
    outcome = settle(dice.sample(sketch.changes, size), AUTHORS)
    assert len(outcome.stands) == size
    assert not outcome.knotted


@given(DICE, st.integers(1, 20), st.integers(1, 20), st.sampled_from(list(PEOPLE)))
def test_a_copied_key_displaces_nothing_that_others_built_on(dice: Random, size: int, forks: int, stolen: str) -> None:
    """One key, used anew from any place in the past: what other devices wrote and what they have in it stands on."""
    sketch = Sketch(dice)
    sketch.honest(size, list(AUTHORS))
    honest = list(sketch.changes)
    sketch.grow(forks, [writer for writer, device in DEVICE_OF.items() if device == stolen])
    stands = set(settle(sketch.changes, AUTHORS).stands)
    for change in honest:
        if DEVICE_OF[change.actor] != stolen:
            assert {change.hash, *sketch.pasts[change.hash]} <= stands


@given(DICE, st.integers(1, 30))
def test_what_goes_on_from_what_stands_decides_nothing_otherwise(dice: Random, size: int) -> None:
    """A change in a free place that builds on what stands joins it, and nothing else changes; unless in a knot."""
    sketch = Sketch(dice)
    sketch.grow(size, list(AUTHORS))
    before = settle(sketch.changes, AUTHORS)
    stands = [change for change in sketch.changes if change.hash in set(before.stands)]
    made = sketch.write(dice.choice(list(AUTHORS)), dice.sample(stands, dice.randint(0, len(stands))))
    places = {(change.actor, change.sequence) for change in stands}
    if not before.knotted and (made.actor, made.sequence) not in places:
        after = settle(sketch.changes, AUTHORS)
        assert set(after.stands) == {*before.stands, made.hash}


@given(DICE, st.integers(0, 30))
def test_what_lies_beyond_a_cut_is_as_if_it_were_not_there(dice: Random, size: int) -> None:
    """What is beyond a cut, and in the past of nothing that is not, bears on nothing: above all it names nobody."""
    sketch = Sketch(dice)
    sketch.grow(size, list(AUTHORS), beyond=0.3)
    kept = [change for change in sketch.changes if not change.beyond]
    needed = {cause for change in kept for cause in sketch.pasts[change.hash]}
    without = [change for change in sketch.changes if not change.beyond or change.hash in needed]
    assert set(settle(sketch.changes, AUTHORS).stands) == set(settle(without, AUTHORS).stands)


@given(DICE, st.integers(0, 30), st.sets(st.integers(0, 29)))
def test_the_guard_is_asked_once_and_its_word_holds(dice: Random, size: int, refused: set[int]) -> None:
    """Each change is judged at most once, when all its causes stand; refused, it is as if it were not a candidate."""
    sketch = Sketch(dice)
    sketch.grow(size, list(AUTHORS))
    bad = {sketch.changes[number].hash for number in refused if number < size}
    asked: list[ChangeHash] = []
    taken: set[ChangeHash] = set()

    def accepts(change: ChangeHash) -> bool:
        assert sketch.pasts[change] <= taken, "all its causes stand"
        asked.append(change)
        if change not in bad:
            taken.add(change)
        return change not in bad

    outcome = settle(sketch.changes, AUTHORS, accepts)
    assert len(asked) == len(set(asked))
    assert set(outcome.stands) == taken
    rivals = {(change.actor, change.sequence) for change in sketch.changes if change.hash in taken}
    for change in sketch.changes:
        if sketch.pasts[change.hash] <= taken and change.hash not in bad:
            assert (change.actor, change.sequence) in rivals, "a refused rival takes nobody's place"


def test_the_smaller_hash_stands_where_nobody_names_either() -> None:
    """With nothing else to go by, the smaller hash stands, and what hangs on the other falls with it."""
    assert standing(known("b", "ann", 1), known("a", "ann", 1), known("c", "ann", 2, "b")) == {"a"}


def test_the_other_person_comes_before_the_hash() -> None:
    """What the other person built on stands, whatever its hash, and also before what the author's devices name."""
    fork = known("a", "ann", 1), known("b", "ann", 1)
    assert standing(*fork, known("bob's", "bob", 1, "b")) == {"b", "bob's"}
    assert standing(*fork, known("ann2's", "ann2", 1, "a"), known("bob's", "bob", 1, "b")) == {"b", "bob's"}


def test_an_own_other_device_comes_before_the_hash() -> None:
    """What another device of the author built on stands; what the same device built on says nothing."""
    fork = known("a", "ann", 1), known("b", "ann", 1)
    assert standing(*fork, known("ann2's", "ann2", 1, "b")) == {"b", "ann2's"}
    assert standing(*fork, known("later", "ann", 1, "b", life=1)) == {"a"}


def test_names_that_reach_both_branches_decide_nothing() -> None:
    """Where both are named by the other person, the author's devices decide, and then the hash."""
    both = known("x", "bob", 1, "a"), known("y", "bob2", 1, "b")
    fork = known("a", "ann", 1), known("b", "ann", 1)
    assert standing(*fork, *both) == {"a", "x"}
    assert standing(*fork, *both, known("z", "ann2", 1, "b")) == {"b", "y", "z"}


def test_the_smaller_hash_is_of_those_that_are_named() -> None:
    """Of three, the smallest hash loses where the other two are named."""
    fork = known("a", "ann", 1), known("b", "ann", 1), known("c", "ann", 1)
    assert standing(*fork, known("x", "bob", 1, "b"), known("y", "bob2", 1, "c")) == {"b", "x"}


def test_a_cut_comes_before_every_name() -> None:
    """The branch at or below the cut stands, even where the other is named; what built on the other falls."""
    kept, other = known("b", "ann", 1), known("a", "ann", 1, beyond=True)
    assert standing(kept, other, known("x", "bob", 1, "a")) == {"b"}
    assert standing(other, known("x", "bob", 1, "a")) == {"a", "x"}, "and without it, what others built on stays"


def test_a_record_beyond_a_cut_is_no_witness() -> None:
    """A removed device decides no fork with what it wrote beyond its cut."""
    fork = known("a", "ann", 1), known("b", "ann", 1)
    assert standing(*fork, known("x", "bob", 1, "b")) == {"b", "x"}
    assert standing(*fork, known("x", "bob", 1, "b", beyond=True)) == {"a"}


def test_what_entered_through_anothers_past_is_borrowed() -> None:
    """It stands, and counts for no state until a device of its person, itself not beyond a cut, names it."""
    cut, built = known("a", "ann", 1, beyond=True), known("x", "bob", 1, "a")

    def borrowed(*changes: Known) -> frozenset[ChangeHash]:
        return settle(changes, AUTHORS).borrowed

    assert borrowed(cut, built) == {cut.hash}
    assert borrowed(cut, built, known("y", "ann2", 1, "x", beyond=True)) == {cut.hash}
    assert borrowed(cut, built, known("y", "ann2", 1, "x")) == set()
    assert settle([cut], AUTHORS).fates == {cut.hash: Fate.DISOWNED}


def test_a_knot_is_cut_where_the_names_are() -> None:
    """Two forks that wait for each other: what the other person built on stands, not what is ready or smaller."""
    honest = known("m", "ann", 1, life=0), known("n", "ann", 1, "m", life=1), known("x", "bob", 1, "n")
    hostile = known("a", "ann", 1, life=1), known("b", "ann", 1, "a", life=0)
    outcome: Outcome = settle([*honest, *hostile], AUTHORS)
    assert outcome.knotted
    assert {change.decode() for change in outcome.stands} == {"m", "n", "x"}
