"""Every proposed text is known by its hash, and which stands in place of which follows from the texts."""

from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple.people import AGREEMENT, DAY, SPACE, forge, keys_of, person_of, revision, standing
from troth_couple.entry import Entry, SubjectId
from troth_couple.ground import Ground
from troth_couple.revision import AgreementId, Revision
from troth_couple.roster import Roster
from troth_couple.verdict import Reason
from troth_couple.wordings import before, top, wordings
from troth_wire import codec

GROUND = Ground(Roster(SPACE, {keys_of(name).device: standing(name) for name in "rs"}), DAY)
FIRST = revision("first")
LEFT, RIGHT = (revision(name, over=(FIRST.id,)) for name in ("left", "right"))
LAST = revision("last", over=(LEFT.id, RIGHT.id))
ALL = [FIRST, LEFT, RIGHT, LAST]


def proposal(text: Revision | bytes, *, by: str = "r") -> Entry:
    """A proposal of a text, or of bytes that are none."""
    data = text if isinstance(text, bytes) else text.encode()
    return forge("propose", [data], by=by, about=SubjectId(AGREEMENT))


def test_the_same_text_from_both_is_one() -> None:
    """Two who propose one text propose one revision."""
    known, idle = wordings(AGREEMENT, [proposal(FIRST), proposal(FIRST, by="s")], GROUND)
    assert known[FIRST.id].by == {person_of("r"), person_of("s")}
    assert not idle


def test_what_is_no_text_of_this_agreement_is_named() -> None:
    """Broken, newer and foreign texts are kept with their reason."""
    wrong = [proposal(b"junk"), proposal(codec.pack([2])), proposal(revision("x", agreement=AgreementId(bytes(16))))]
    known, idle = wordings(AGREEMENT, wrong, GROUND)
    assert not known
    assert [idle[act.id] for act in wrong] == [Reason.MALFORMED, Reason.NEWER_KIND, Reason.NOT_SUCH]


@given(st.sets(st.sampled_from(ALL)))
def test_nothing_on_top_stands_under_another(chosen: set[Revision]) -> None:
    """Of any texts, those on top have none of the others in their place."""
    known, _ = wordings(AGREEMENT, [proposal(text) for text in ALL], GROUND)
    earlier = before(known, known)
    texts = frozenset(text.id for text in chosen)
    found = top(texts, earlier)
    assert all(not any(text in earlier[other] for other in texts) for text in found)
    assert bool(found) is bool(texts)


def test_before_goes_all_the_way() -> None:
    """The last text stands in place of all others; what a missing text stood for is not known."""
    known, _ = wordings(AGREEMENT, [proposal(text) for text in ALL], GROUND)
    assert before(known, known)[LAST.id] == {FIRST.id, LEFT.id, RIGHT.id}
    partly, _ = wordings(AGREEMENT, [proposal(LAST), proposal(FIRST)], GROUND)
    assert before(partly, partly)[LAST.id] == {LEFT.id, RIGHT.id}
