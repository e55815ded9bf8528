"""An assent lives until its own person takes it back, and nothing that anybody else does brings it back."""

import pytest

from tests.troth_couple.people import DAY, SPACE, forge, keys_of, person_of, standing
from troth_couple.consent import Consent, consent
from troth_couple.entry import Entry, SubjectId
from troth_couple.ground import Ground
from troth_couple.limits import ENTRY_AFTER_MAX
from troth_couple.roster import Cut, EntryId, Roster, Standing
from troth_couple.verdict import Reason

SUBJECT = SubjectId(bytes(16))
TEXT, OTHER = b"\1" * 32, b"\2" * 32
ROSTER = Roster(SPACE, {keys_of(name).device: standing(name) for name in "rs"})
R, S = person_of("r"), person_of("s")


def act(kind: str, *body: object, by: str = "r", after: tuple[EntryId, ...] = (), sequence: int = 1) -> Entry:
    """An act on the one subject; the chain is no matter here."""
    prev = None if sequence == 1 else EntryId(bytes(32))
    return forge(kind, list(body), by=by, about=SUBJECT, after=after, sequence=sequence, prev=prev)


def weigh(*acts: Entry) -> Consent:
    """Weigh acts."""
    return consent(acts, Ground(ROSTER, DAY))


ASSENT = act("assent", TEXT, [])


def test_both_make_it_full() -> None:
    """A text is fully agreed when everybody's assent to it lives."""
    both = weigh(ASSENT, act("assent", TEXT, [], by="s"))
    assert both.full([R, S]) == {TEXT}
    assert weigh(ASSENT).full([R, S]) == set()


REDUCTIONS = [act("withdraw"), act("decline", TEXT), act("ask_change", TEXT, None, False)]


@pytest.mark.parametrize("reduction", REDUCTIONS, ids=lambda made: made.name)
def test_a_reduction_takes_an_assent_that_does_not_name_it(reduction: Entry) -> None:
    """Unseen it takes the assent, named it does not, and the other's never does."""
    assert weigh(ASSENT, reduction).live == {}
    assert weigh(ASSENT, reduction).taken[TEXT][R] == [reduction]
    seen = act("assent", TEXT, [], after=(reduction.id,), sequence=2)
    assert weigh(ASSENT, reduction, seen).live[TEXT][R] == seen
    others = act(reduction.name, *reduction.body, by="s")
    assert weigh(ASSENT, others).live[TEXT][R] == ASSENT


def test_what_keeps_is_no_reduction() -> None:
    """Who asks for a change and keeps to the text meanwhile, still agrees to it."""
    assert weigh(ASSENT, act("ask_change", TEXT, "later?", True)).live[TEXT][R] == ASSENT


def test_a_decline_is_about_one_text() -> None:
    """Declining another text takes nothing of this one."""
    assert weigh(ASSENT, act("decline", OTHER)).live[TEXT][R] == ASSENT


def test_what_is_let_go_of_stays_so() -> None:
    """An assent that names an own one lets go of it, even when it is itself called not one's own."""
    drop = act("assent", OTHER, [ASSENT.id], sequence=2)
    disowned = act("repudiate", drop.id, sequence=3)
    assert set(weigh(ASSENT, drop).live) == {OTHER}
    assert set(weigh(ASSENT, drop, disowned).live) == set()
    assert set(weigh(ASSENT, act("assent", OTHER, [ASSENT.id], by="s")).live[TEXT]) == {R}


def test_nobody_makes_this_slow() -> None:
    """More reductions than an assent can name take it without being looked through."""
    many = [act("decline", TEXT, sequence=number) for number in range(2, ENTRY_AFTER_MAX + 4)]
    named = act("assent", TEXT, [], after=tuple(sorted(made.id for made in many[:ENTRY_AFTER_MAX])))
    assert weigh(named, *many).live == {}


def test_recovery_words_end_reductions_too() -> None:
    """Beyond a final removal not even a withdrawal counts, and it is named."""
    card = standing("r")
    cut = Roster(
        SPACE,
        {
            keys_of("r").device: Standing(card.person, card.everyday, card.admin, cut=Cut(final=True)),
            keys_of("r2").device: standing("r2"),
        },
    )
    assent, withdrawal = act("assent", TEXT, [], by="r2"), act("withdraw")
    drop = act("assent", OTHER, [assent.id])
    found = consent([assent, withdrawal, drop], Ground(cut, DAY))
    assert found.live[TEXT][R] == assent
    assert found.idle == {withdrawal.id: Reason.BEYOND_CUT, drop.id: Reason.BEYOND_CUT}


def test_an_ordinary_removal_ends_no_reduction() -> None:
    """What a removed device lets go of, and takes back, is let go of and taken back."""
    card = standing("r")
    removed = Standing(card.person, card.everyday, card.admin, cut=Cut())
    cut = Roster(SPACE, {keys_of("r").device: removed, keys_of("r2").device: standing("r2")})
    assent = act("assent", TEXT, [], by="r2")
    assert consent([assent, act("withdraw")], Ground(cut, DAY)).live == {}
    assert consent([assent, act("assent", OTHER, [assent.id])], Ground(cut, DAY)).live == {}
