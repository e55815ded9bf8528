"""A chain is whole, or says where it is not; a removed device's chain is looked at only as far as its cut."""

from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple.people import LIFE, forge, keys_of, person_of
from troth_couple.chains import Chain, Gap
from troth_couple.entry import Entry
from troth_couple.roster import Cut, Tail


def written(count: int) -> list[Entry]:
    """So many entries in a row."""
    acts: list[Entry] = []
    for number in range(1, count + 1):
        prev = acts[-1].id if acts else None
        acts.append(forge("check_in", [f"{number}", *[None] * 5], by="r", sequence=number, prev=prev))
    return acts


ROW = written(6)
COPY = forge("check_in", ["copy", *[None] * 5], by="r", sequence=3, prev=ROW[1].id)


def chain(*acts: Entry) -> Chain:
    """A chain of these entries, in this order of arrival."""
    made = Chain(keys_of("r").device, LIFE, person_of("r"))
    for act in acts:
        made.add(act)
    return made


@given(st.permutations(ROW))
def test_a_whole_chain_holds_nothing(order: list[Entry]) -> None:
    """In whatever order they come, entries that follow one another leave nothing on hold."""
    made = chain(*order)
    assert made.hold(None) is None
    assert made.tail() == Tail(6, ROW[5].id)


@given(st.permutations(ROW), st.integers(0, 4))
def test_a_gap_is_named(order: list[Entry], gone: int) -> None:
    """Whichever entry is missing but the last, the one after it is named."""
    hold = chain(*(act for act in order if act is not ROW[gone])).hold(None)
    assert hold is not None
    assert (hold.why, hold.entries) == (Gap.MISSING, (ROW[gone + 1].id,))


@given(st.permutations([*ROW, COPY]))
def test_a_fork_is_named(order: list[Entry]) -> None:
    """Two entries in one place are both named, whichever came first."""
    hold = chain(*order).hold(None)
    assert hold is not None
    assert hold.why is Gap.FORK
    assert set(hold.entries) == {ROW[2].id, COPY.id}


def test_an_entry_that_follows_another_one_is_a_gap() -> None:
    """The number alone is not enough: each entry names the one before it."""
    hold = chain(ROW[0], ROW[1], COPY, ROW[3]).hold(None)
    assert hold is not None
    assert hold.why is Gap.MISSING


@given(st.permutations([*ROW, COPY]))
def test_a_cut_decides_a_fork(order: list[Entry]) -> None:
    """What a removal takes in is one way from the start to its tail, and what lies beside or beyond holds nothing."""
    made = chain(*order)
    cut = Cut({LIFE: Tail(4, ROW[3].id)})
    assert made.hold(cut) is None
    assert made.below(cut.tails[LIFE]) == {act.id for act in ROW[:4]}
    assert made.hold(Cut()) is None
    assert made.below(None) == frozenset()


def test_what_is_missing_below_a_cut_holds() -> None:
    """A removal does not hide that an entry it takes in is not here."""
    hold = chain(ROW[0], ROW[2]).hold(Cut({LIFE: Tail(3, ROW[2].id)}))
    assert hold is not None
    assert hold.entries == (ROW[2].id,)


def test_an_empty_chain_has_no_tail() -> None:
    """Before the first entry there is nothing to name."""
    assert chain().tail() is None


SECOND = forge("check_in", ["second copy", *[None] * 5], by="r", sequence=5, prev=ROW[3].id)


@given(st.permutations([*ROW, COPY, SECOND]))
def test_the_first_of_two_forks_is_named(order: list[Entry]) -> None:
    """Of several forks the first is named, whichever came last."""
    hold = chain(*order).hold(None)
    assert hold is not None
    assert set(hold.entries) == {ROW[2].id, COPY.id}
