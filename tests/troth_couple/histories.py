"""Random lives of four devices: they write with the real pens, meet now and then, and sometimes a copy misbehaves."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.troth_couple.people import AGREEMENT, DAY, Couple, admin_of, person_of, revision
from troth_couple import Day, Level, Pen, Scope
from troth_couple.entry import Entry, SubjectId
from troth_couple.revision import Revision
from troth_wire.errors import UsageError
from troth_wire.ids import PersonId

__all__ = ["AGREED", "SUBJECT", "TODAY", "Life", "Move", "lives", "mirrored"]

SUBJECT = SubjectId(AGREEMENT)
TEXTS = 4
TODAY = Day("2026-12-01")
SWAP = {"r": "s", "s": "r", "r2": "s2", "s2": "r2"}


@dataclass(frozen=True)
class Move:
    """One thing that one device does, or a meeting."""

    hand: str
    verb: str
    choice: int


VERBS = (
    *("propose", "assent", "assent", "assent", "assent", "withdraw", "decline", "ask", "repudiate"),
    *("signal", "release", "check_in", "meet", "meet", "meet_own", "drop"),
)
MOVES = st.builds(Move, st.sampled_from(("r", "r2", "s", "s2")), st.sampled_from(VERBS), st.integers(0, 7))


class Life:
    """What came of some moves."""

    def __init__(self, moves: list[Move], *, swapped: bool = False, day: Day = DAY) -> None:
        self.couple = Couple()
        self.swapped = swapped
        self.day = day
        self.texts = _texts()
        self.made: list[Entry] = []
        for move in moves:
            self._carry_out(move)

    def name(self, hand: str) -> str:
        """The device that plays a part."""
        return SWAP[hand] if self.swapped else hand

    def values(self) -> dict[str, object]:
        """Every entry there is."""
        return dict(self.couple.values())

    def _carry_out(self, move: Move) -> None:
        hand = self.name(move.hand)
        if move.verb == "meet":
            self.couple.meet()
        elif move.verb == "meet_own":
            self.couple.meet(*(name for name in ("r", "r2", "s", "s2") if name[0] == hand[0]))
        else:
            try:
                self.made.append(ACTS[move.verb](self, hand, self.couple.pen(hand), move.choice))
            except (UsageError, LookupError):
                # Nothing to release, nothing to disown: the move is not there.
                self.couple.book(hand).state(TODAY)

    def mine(self, pen: Pen, *names: str) -> list[Entry]:
        """What a pen's person is known to have done there, in the order of this life."""
        known = pen.book.ledger.known
        return [act for act in self.made if act.id in known and act.person == pen.person and act.name in names]


def _texts() -> list[Revision]:
    """A text, two that stand in its place, and one in place of these; one of them is a trial."""
    first = revision("first")
    trial = Day("2026-11-30")
    left = revision("left", over=(first.id,))
    right = revision("right", over=(first.id,), expires=trial)
    return [first, left, right, revision("last", over=(left.id, right.id))]


def _propose(life: Life, _hand: str, pen: Pen, choice: int) -> Entry:
    # Past the courtesy of two a day, which a test of its own holds.
    text = life.texts[choice % TEXTS]
    return pen.write("propose", {"revision": text.encode()}, day=life.day, about=SUBJECT)


def _assent(life: Life, hand: str, pen: Pen, choice: int) -> Entry:
    return pen.assent(SUBJECT, life.texts[choice % TEXTS].id, day=life.day, admin=admin_of(hand))


def _drop(life: Life, hand: str, pen: Pen, choice: int) -> Entry:
    earlier = life.mine(pen, "assent")[-1]
    text = life.texts[choice % TEXTS].id
    return pen.assent(SUBJECT, text, day=life.day, admin=admin_of(hand), drops=[earlier.id])


def _withdraw(life: Life, _hand: str, pen: Pen, _choice: int) -> Entry:
    return pen.withdraw(SUBJECT, day=life.day)


def _decline(life: Life, _hand: str, pen: Pen, choice: int) -> Entry:
    return pen.decline(SUBJECT, life.texts[choice % TEXTS].id, day=life.day)


def _ask(life: Life, _hand: str, pen: Pen, choice: int) -> Entry:
    return pen.ask_change(SUBJECT, life.texts[choice % TEXTS].id, day=life.day, keeps=choice > 3)


def _repudiate(life: Life, _hand: str, pen: Pen, choice: int) -> Entry:
    acts = life.mine(pen, "assent", "release")
    return pen.repudiate(acts[choice % len(acts)].id if acts else acts[0].id, day=life.day)


def _signal(life: Life, _hand: str, pen: Pen, choice: int) -> Entry:
    return pen.signal(Level(choice % 3 + 1), Scope.TALK, day=life.day)


def _release(life: Life, hand: str, pen: Pen, _choice: int) -> Entry:
    return pen.release([act.id for act in life.mine(pen, "signal")], day=life.day, admin=admin_of(hand))


def _check_in(life: Life, _hand: str, pen: Pen, choice: int) -> Entry:
    return pen.write("check_in", {"feelings": f"as on day {choice}"}, day=life.day)


ACTS = {
    "propose": _propose,
    "assent": _assent,
    "drop": _drop,
    "withdraw": _withdraw,
    "decline": _decline,
    "ask": _ask,
    "repudiate": _repudiate,
    "signal": _signal,
    "release": _release,
    "check_in": _check_in,
}


OPENING = [
    Move("r", "propose", 0),
    Move("s", "propose", 1),
    Move("r", "propose", 2),
    Move("s", "propose", 3),
    Move("r", "meet", 0),
]
AGREED = [*OPENING, Move("r", "assent", 0), Move("s", "assent", 0), Move("r", "meet", 0)]


def lives(most: int = 14) -> st.SearchStrategy[list[Move]]:
    """Moves of one life, often beginning with proposals or an agreement."""
    return st.tuples(st.sampled_from([[], OPENING, AGREED]), st.lists(MOVES, max_size=most)).map(lambda p: p[0] + p[1])


def mirrored(person: PersonId) -> PersonId:
    """The other person."""
    return person_of("s") if person == person_of("r") else person_of("r")
