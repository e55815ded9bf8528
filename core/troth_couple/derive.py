"""What stands between two people, as a pure function of the entries, the roster and the day.

The same set gives the same state, in whatever order it came, in one piece or in many.
`Book` remembers what it worked out, so that one more entry costs one more subject; `derive` is a book opened once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from troth_couple import chapters
from troth_couple.agreements import Agreement, agreement
from troth_couple.chains import Hold
from troth_couple.days import Day
from troth_couple.entry import FIRST_CHAPTER, SIGNALS_SUBJECT, ChapterId, SubjectId
from troth_couple.ground import Ground
from troth_couple.kinds import BY_NAME
from troth_couple.ledger import Ledger
from troth_couple.revision import AgreementId
from troth_couple.roster import EntryId, Roster
from troth_couple.signals import Signals, signals
from troth_couple.things import Thing, thing
from troth_couple.verdict import Held, Reason
from troth_wire.ids import PersonId

__all__ = ["Book", "State", "derive"]

_AGREEMENT_BYTES = 16
_NOTHING: Mapping[EntryId, bytes] = {}


@dataclass(frozen=True, slots=True)
class State:
    """What stands, on one day."""

    today: Day
    persons: tuple[PersonId, ...]
    left: bool
    """Whether either person has left the space."""
    agreements: Mapping[AgreementId, Agreement] = field(default_factory=dict)
    things: Mapping[SubjectId, Thing] = field(default_factory=dict)
    signals: Signals = field(default_factory=Signals)
    opened: frozenset[ChapterId] = frozenset()
    """The chapters to come to which both ever said yes, whatever became of it; none while this one is open."""
    holds: tuple[Hold, ...] = ()
    held: Mapping[str, Held] = field(default_factory=dict)
    """By key, whatever does not count, each with its reason."""


class Book:
    """The state of one chapter, kept while entries come in."""

    def __init__(
        self, roster: Roster, *, journal: Mapping[EntryId, bytes] = _NOTHING, chapter: ChapterId = FIRST_CHAPTER
    ) -> None:
        self.ledger = Ledger(roster, chapter=chapter)
        self._agreements: dict[AgreementId, Agreement] = {}
        self._things: dict[SubjectId, Thing] = {}
        self._signals = Signals()
        self._idle: dict[SubjectId, Mapping[EntryId, Reason]] = {}
        self._moving: set[SubjectId] = set()
        """Whose state looks at the day or at what is on hold."""
        self._turns: set[SubjectId] = set()
        """What is about a chapter to come."""
        self._opened: frozenset[ChapterId] = frozenset()
        self._ground: Ground | None = None
        self._touched = self.ledger.trust(journal)

    def add(self, entries: Mapping[str, object]) -> None:
        """Take in values of the document's map of entries, all or only new ones."""
        self._touched |= self.ledger.add(entries)

    def drop(self, keys: Iterable[str]) -> None:
        """Note that nothing stands at some keys any more."""
        self.ledger.drop(keys)

    def fresh(self) -> Mapping[EntryId, bytes]:
        """Hand over what was verified since the last time, for the caller's journal."""
        found, self.ledger.fresh = self.ledger.fresh, {}
        return found

    def state(self, today: Day) -> State:
        """Return what stands on a day."""
        ledger = self.ledger
        ground = self._closed(Ground(ledger.roster, today, ledger.holds(), ledger.below()))
        for subject in self._stale(ground):
            self._settle(subject, ground)
        self._touched, self._ground = set(), ground
        return State(
            today=today,
            persons=ledger.roster.persons,
            left=ledger.roster.left,
            agreements=dict(self._agreements),
            things=dict(self._things),
            signals=self._signals,
            opened=self._opened,
            holds=ground.holds,
            held=self._held() | ledger.unread | ledger.held,
        )

    def _closed(self, ground: Ground) -> Ground:
        """Return the ground with what closed this chapter, which ends what was agreed in it."""
        about = self.ledger.about
        self._turns |= {subject for subject in self._touched if chapters.is_turn(about(subject))}
        closed = chapters.closes((about(subject) for subject in self._turns), ground)
        self._opened = frozenset(closed)
        return replace(ground, closed=tuple(sorted(act for given in closed.values() for act in given)))

    def _stale(self, ground: Ground) -> set[SubjectId]:
        """Return what has to be worked out anew."""
        if self._ground is None or ground.below != self._ground.below:
            return self.ledger.subjects
        return self._touched if ground == self._ground else self._touched | self._moving

    def _settle(self, subject: SubjectId, ground: Ground) -> None:
        entries = self.ledger.about(subject)
        idle: Mapping[EntryId, Reason]
        if subject == SIGNALS_SUBJECT:
            self._signals, idle = signals(entries, ground)
        elif len(subject) == _AGREEMENT_BYTES:
            key = AgreementId(subject)
            self._agreements[key], idle = agreement(key, entries, ground)
            self._moving.add(subject)
        else:
            found, idle = thing(subject, entries, ground)
            if found is None:
                self._things.pop(subject, None)
            else:
                self._things[subject] = found
                if BY_NAME[found.kind].moves:
                    self._moving.add(subject)
        if idle:
            self._idle[subject] = idle
        else:
            self._idle.pop(subject, None)

    def _held(self) -> dict[str, Held]:
        known = self.ledger.known
        return {
            identity.hex(): Held(identity.hex(), reason, known[identity], verified=True)
            for idle in self._idle.values()
            for identity, reason in idle.items()
        }


def derive(
    entries: Mapping[str, object],
    roster: Roster,
    today: Day,
    *,
    journal: Mapping[EntryId, bytes] = _NOTHING,
    chapter: ChapterId = FIRST_CHAPTER,
) -> State:
    """Work out what stands between two people; never raises, whatever the entries are.

    Args:
        entries: What stands in the document's map of entries: keys, and values of any kind.
        roster: Who belongs to the space.
        today: The day here, which only last days and review days look at.
        journal: The entries that this device has verified before, by id; read beside the others.
        chapter: Whose entries count.
    """
    book = Book(roster, journal=journal, chapter=chapter)
    book.add(entries)
    return book.state(today)
