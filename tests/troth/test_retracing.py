"""What a change did is found again from its past alone, also where that past stands no more."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.troth.histories import actor, history, spelled
from troth.document import Document
from troth.edits import Put
from troth.guard import change_hash, read
from troth.retracing import retrace
from troth_wire.ids import ActorId, ChangeHash

DICE = st.integers(0, 2**32).map(Random)


def document_of(raws: dict[ChangeHash, bytes], past: set[ChangeHash]) -> Document:
    """A document of some changes, in the order in which they were made."""
    document = Document(ActorId(bytes(16)))
    for change, raw in raws.items():
        if change in past:
            document.merge(raw)
    return document


def past_of(raws: dict[ChangeHash, bytes], change: ChangeHash) -> set[ChangeHash]:
    """A change and everything that it builds on."""
    past = {change}
    for other, raw in reversed(raws.items()):
        if other in past:
            past.update(read(raw).dependencies)  # type: ignore[union-attr]
    return past


@given(DICE, st.integers(0, 2))
def test_before_and_after_are_those_of_the_past(dice: Random, writer: int) -> None:
    """For each change of a writer: the document of its past, and the same with it, whatever else there is."""
    made = history(dice)
    raws = {change_hash(raw): raw for _, raw in made.changes}
    wanted = [change_hash(raw) for author, raw in made.changes if author == writer and dice.random() < 0.7]
    found = list(retrace(raws, wanted))
    assert [retraced.change for retraced in found] == wanted
    for retraced in found:
        past = past_of(raws, retraced.change)
        assert spelled(retraced.after) == spelled(document_of(raws, past).view())
        assert spelled(retraced.before) == spelled(document_of(raws, past - {retraced.change}).view())


def test_both_branches_are_followed_each_by_itself() -> None:
    """Where one writer forked, each branch is made again without the other."""
    begin = Document(actor(0))
    (first,) = begin.edit([[Put(("k",), 0)]]).changes
    raws = {change_hash(first): first}
    branches = []
    for value in (1, 2):
        branch = Document.load(begin.save(), actor(0))
        made = [branch.edit([[Put(("k",), value * 10 + step)]]).changes[0] for step in range(2)]
        branches.append([change_hash(raw) for raw in made])
        raws |= {change_hash(raw): raw for raw in made}
    one, two = branches
    found = list(retrace(raws, [one[0], two[0], one[1], two[1]]))
    assert [(each.before["k"], each.after["k"]) for each in found] == [(0, 10), (0, 20), (10, 11), (20, 21)]


def test_what_builds_on_both_branches_is_passed_over() -> None:
    """A change that can not be made again yields nothing, and the others do."""
    one, two = (Document(actor(0)).edit([[Put(("k",), value)]]).changes[0] for value in (1, 2))
    both = Document(actor(1))
    both.merge(one)
    (on_one,) = both.edit([[Put(("j",), 1)]]).changes
    raws = {change_hash(raw): raw for raw in (one, two, on_one)}
    assert len(list(retrace(raws, raws))) == 3
