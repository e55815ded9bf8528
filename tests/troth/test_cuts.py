"""A cut keeps what leads to its tips and nothing else; of several, the same one counts for everybody."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from troth.cuts import Cut, reach, ruling
from troth.record import Tip
from troth_wire.ids import Incarnation, OperationId, RecordId

LIFE = Incarnation(b"L" * 16)
CUTS = st.builds(Cut, st.binary(min_size=1, max_size=2).map(OperationId), st.booleans(), st.just(()))


def named(name: str) -> RecordId:
    """A record id that can be read."""
    return RecordId(name.encode())


@given(st.lists(CUTS, min_size=1, max_size=5))
def test_the_recovery_words_rule_and_then_the_smaller_hash(cuts: list[Cut]) -> None:
    """Whatever order they come in, one by the words rules, and among equals the one of the smallest operation."""
    ruled = ruling(cuts)
    assert ruled == ruling(cuts[::-1]) == ruling(sorted(cuts, key=repr))
    assert ruled.by_words == any(cut.by_words for cut in cuts)
    assert ruled.operation == min(cut.operation for cut in cuts if cut.by_words == ruled.by_words)


@given(st.integers(1, 8), st.integers(0, 8), st.booleans())
def test_a_cut_reaches_what_leads_to_its_tip(length: int, at: int, gap: bool) -> None:
    """Of a chain it reaches the tip and all before it; of a branch beside it nothing; past a gap what is named."""
    chain = [named(f"c{number}") for number in range(length)]
    at = min(at, length - 1)
    before = {after: earlier for earlier, after in pairwise(chain)} | {chain[0]: None}
    before[named("beside")] = chain[0]
    if gap:
        del before[chain[at]]
    found = reach(Cut(OperationId(b"o"), False, (Tip(LIFE, at + 1, chain[at]),)), before)
    assert found == ({chain[at]} if gap else set(chain[: at + 1]))


def test_a_cut_without_tips_reaches_nothing() -> None:
    """A device that was never rightly added has no record that counts."""
    assert reach(Cut(OperationId(b"o"), False, ()), {named("a"): None}) == frozenset()
