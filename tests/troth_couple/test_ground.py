"""Cautions count whatever became of their device; commitments only from one that stands."""

import pytest

from tests.troth_couple.people import DAY, LIFE, SPACE, forge, keys_of, standing
from troth_couple.entry import Entry, SubjectId
from troth_couple.ground import Ground, disowned
from troth_couple.roster import Cut, Roster, Tail
from troth_couple.verdict import Reason

SUBJECT = SubjectId(bytes(16))
PLAIN = forge("check_in", [None] * 6, by="r")
CAUTION = forge("withdraw", [], by="r", about=SUBJECT)
COMMITMENT = forge("assent", [bytes(32), []], by="r", about=SUBJECT)
WITHIN = Cut({LIFE: Tail(1, PLAIN.id)})


@pytest.mark.parametrize(
    ("act", "confirmed", "cut", "reason"),
    [
        (PLAIN, True, None, None),
        (PLAIN, False, None, None),
        (CAUTION, False, None, None),
        (COMMITMENT, True, None, None),
        (COMMITMENT, False, None, Reason.UNCONFIRMED),
        (PLAIN, True, Cut(), Reason.BEYOND_CUT),
        (CAUTION, True, Cut(), None),
        (COMMITMENT, True, Cut(), Reason.BEYOND_CUT),
        (CAUTION, True, Cut(final=True), Reason.BEYOND_CUT),
        (PLAIN, True, WITHIN, None),
        (COMMITMENT, True, WITHIN, Reason.BEYOND_CUT),
    ],
)
def test_what_counts(act: Entry, confirmed: bool, cut: Cut | None, reason: Reason | None) -> None:
    """Each weight counts from each standing as the page says."""
    card = standing("r")
    roster = Roster(SPACE, {keys_of("r").device: type(card)(card.person, card.everyday, card.admin, confirmed, cut)})
    below = {(keys_of("r").device, LIFE): frozenset({PLAIN.id} if cut is WITHIN else ())}
    assert Ground(roster, DAY, (), below).judge(act) is reason


def test_only_own_commitments_are_disowned() -> None:
    """That was not me: of an own commitment it counts, of anything else it does nothing and says why."""
    roster = Roster(SPACE, {keys_of(name).device: standing(name) for name in "rs"})
    mine = forge("repudiate", [COMMITMENT.id], by="r", about=SUBJECT)
    other = forge("repudiate", [COMMITMENT.id], by="s", about=SUBJECT)
    useless = forge("repudiate", [CAUTION.id], by="r", about=SUBJECT)
    early = forge("repudiate", [bytes(32)], by="r", about=SUBJECT)
    found, idle = disowned([COMMITMENT, CAUTION, mine, other, useless, early], Ground(roster, DAY))
    assert found == {(COMMITMENT.person, COMMITMENT.id)}
    assert idle == {other.id: Reason.NOT_YOURS, useless.id: Reason.NO_EFFECT, early.id: Reason.WAITS}
