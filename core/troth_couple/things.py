"""A person's own things, one rule for all of them: only the author adds to, amends or takes back what they said.

An amendment is shown as one; what was taken back leaves a stub; thanks stay thanks. Nothing is answered in a thread.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from troth_couple import blind
from troth_couple.consent import Consent, consent
from troth_couple.days import Day, days_after
from troth_couple.entry import Entry, SubjectId
from troth_couple.ground import Ground
from troth_couple.kinds import BY_NAME, KINDS, Came, Kind, Outcome, Receiving, Reply, Response, Trial, Who
from troth_couple.roster import EntryId
from troth_couple.verdict import Reason
from troth_couple.windows import Timing, timing
from troth_wire.ids import PersonId

__all__ = ["BECAME", "Stage", "Thing", "thing"]


class Stage(Enum):
    """Where a thing stands, the first that fits."""

    TAKEN_BACK = "taken back"
    CLOSED = "closed"
    DROPPED = "dropped"
    ELSEWHEN = "moved to another day"
    DONE = "done"
    KEEPING = "keeping"
    PAST = "past"
    SKIPPED = "skipped"
    HELD = "held"
    OURS = "ours"
    WAITING = "waiting for both"
    DECLINED = "not agreed"
    LATER = "later"
    COUNTERED = "another way"
    ACCEPTED = "agreed"
    LET_GO = "let go"
    NOT_THIS_TIME = "not this time"
    PARTLY = "kept in part"
    KEPT = "kept"
    NO = "no"
    NOT_YET = "not yet"
    WITH_HELP = "with help"
    ANSWERED = "answered"
    NOT_TAKEN = "not taken"
    NOT_NOW = "not now"
    RECEIVED = "received"
    MOVED = "moved"
    AMENDED = "amended"
    SUGGESTED = "suggested"
    ASKED = "asked"
    OPEN = "open"
    TRIED = "tried"
    PLANNED = "planned"
    OFFERED = "offered"
    SAID = "said"


_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})
"""Of nearly all things there is nothing beside, and one empty mapping serves all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing of one person, as every device shows it."""

    id: SubjectId
    kind: str
    author: PersonId
    day: Day
    stage: Stage
    versions: tuple[Entry, ...]
    """What it says now; several where two devices of its author amended it at once; none once taken back."""
    earlier: tuple[Entry, ...] = ()
    """What it said before it was amended; an amendment is visible, and none is silent."""
    thanks: frozenset[PersonId] = frozenset()
    answers: tuple[Entry, ...] = ()
    """The other person's answers that stand, the most careful first."""
    outcomes: tuple[Entry, ...] = ()
    """What its author says became of it, the one that claims least first."""
    told: tuple[Entry, ...] = ()
    """What the other person says of how it was; it stands beside, and changes nothing."""
    beside: Mapping[str, tuple[Entry, ...]] = field(default_factory=lambda: _NOTHING)
    """By the name of the act, what was said beside it: points and notes of a window, steps, answers to a question."""
    at: tuple[Entry, ...] = ()
    """Of a window, what says the time that stands."""
    suggested: tuple[Entry, ...] = ()
    """Of a window, moves to other times that nobody has taken up."""
    assents: frozenset[PersonId] = frozenset()
    """Who says that it is both persons'."""
    opened: Mapping[PersonId, str] = field(default_factory=lambda: _NOTHING, repr=False)
    """Blind answers, once both are open."""
    altered: frozenset[PersonId] = frozenset()
    """Whose blind answer is not the one that was sealed."""
    because: tuple[EntryId, ...]
    """The acts that the stage rests on."""

    def says(self, name: str) -> Any:
        """Return a field of what it says now; of several versions, the one that every device shows first."""
        return self.versions[0].said(name) if self.versions else None


_FIRST: Final = {number: Stage(kind.first) for number, kind in KINDS.items()}
"""By kind, where such a thing stands before anything happened to it."""


def thing(
    subject: SubjectId, entries: Sequence[Entry], ground: Ground
) -> tuple[Thing | None, Mapping[EntryId, Reason]]:
    """Work out where one thing stands; without its beginning there is nothing yet, and its acts wait."""
    first = entries[0]
    if len(entries) == 1 and first.about is None and not KINDS[first.kind].moves and ground.judge(first) is None:
        return _said(first), {}
    root = next((entry for entry in entries if entry.about is None and entry.subject == subject), None)
    if root is None:
        return None, dict.fromkeys((entry.id for entry in entries), Reason.WAITS)
    if reason := ground.judge(root):
        return None, dict.fromkeys((entry.id for entry in entries), Reason.WAITS) | {root.id: reason}
    idle = {entry.id: reason for entry in entries if (reason := _judge(entry, root, ground))}
    good = sorted((entry for entry in entries if entry.id not in idle), key=lambda entry: entry.id)
    # Consent is weighed with what does not count, too: what an assent lets go of, it lets go of all the same.
    fitting = [entry for entry in entries if idle.get(entry.id) not in (Reason.NOT_SUCH, Reason.NOT_YOURS)]
    return _settled(root, good, fitting, ground, idle), idle


def _said(root: Entry) -> Thing:
    """The way of nearly all things: said, and nothing happened to it."""
    return Thing(
        id=root.subject,
        kind=root.name,
        author=root.person,
        day=root.day,
        stage=_FIRST[root.kind],
        versions=(root,),
        at=(root,) if KINDS[root.kind].movable else (),
        because=(root.id,),
    )


def _judge(entry: Entry, root: Entry, ground: Ground) -> Reason | None:
    kind, about = KINDS[entry.kind], KINDS[root.kind]
    if entry.id == root.id:
        return None
    if kind.begins:
        # About another entry of its own kind, it amends it.
        who, fits = Who.OWN, kind is about and not kind.fixed
    else:
        who, fits = kind.who, about.name in kind.about
        if who is Who.OURS:
            who = Who.EITHER if fits and about.ours and root.said(about.ours) else Who.OWN
    own = entry.person == root.person
    if not fits:
        return Reason.NOT_SUCH
    if who is not Who.EITHER and own is not (who is Who.OWN):
        return Reason.NOT_YOURS
    return ground.judge(entry)


@dataclass(frozen=True, slots=True)
class _Case:
    """What was said of one thing, before one word is chosen for where it stands."""

    root: Entry
    kind: Kind
    said: Mapping[str, tuple[Entry, ...]]
    """By kind, what counts."""
    versions: tuple[Entry, ...]
    times: Timing
    assents: Mapping[PersonId, Entry]
    ground: Ground

    @property
    def shared(self) -> bool:
        """Whether it is to be both persons'."""
        kind = self.kind
        return kind.joint or (kind.ours is not None and any(version.said(kind.ours) for version in self.versions))

    @property
    def agreed(self) -> bool:
        """Whether everybody's yes to what it says now lives."""
        return len(self.assents) == len(self.ground.roster.persons) and not self.ground.holds

    def stands(self, *names: str) -> tuple[Entry, ...]:
        """Return what stands of the acts of some kinds, each person's as they said it last."""
        acts = [act for name in names for act in self.said.get(name, ())]
        return _current(acts) if len(acts) > 1 else tuple(acts)

    def first(self, name: str, choice: str) -> list[Entry]:
        """Return what stands of the acts of a kind, the most careful choice first."""
        return sorted(self.stands(name), key=lambda act: (act.said(choice), act.id))


def _settled(
    root: Entry, entries: Sequence[Entry], every: Sequence[Entry], ground: Ground, idle: dict[EntryId, Reason]
) -> Thing:
    weighed = consent(every, ground) if KINDS[root.kind].by_both else Consent()
    idle |= {act: reason for act, reason in weighed.idle.items() if act not in idle}
    case = _case(root, entries, weighed, ground)
    stage, because = next(found for rule in _RULES if (found := rule(case)))
    answered = blind.opened(entries, ground.roster.persons)
    taken = stage is Stage.TAKEN_BACK
    return Thing(
        id=root.subject,
        kind=root.name,
        author=root.person,
        day=root.day,
        stage=stage,
        versions=() if taken else case.versions,
        thanks=frozenset(entry.person for entry in case.said.get("thanks", ())),
        earlier=() if taken else tuple(entry for entry in case.said[root.name] if entry not in case.versions),
        answers=tuple(case.first("answer", "reply")),
        outcomes=() if taken else tuple(case.first("outcome", "outcome")),
        told=case.stands("told"),
        beside={} if taken else {name: case.stands(name) for name in case.said if BY_NAME[name].beside},
        at=case.times.at if case.kind.movable else (),
        suggested=case.times.suggested,
        assents=frozenset() if taken else frozenset(case.assents),
        opened=answered.opened,
        altered=answered.altered,
        because=tuple(sorted({entry.id for entry in because})),
    )


def _case(root: Entry, entries: Sequence[Entry], weighed: Consent, ground: Ground) -> _Case:
    kind = KINDS[root.kind]
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.name, []).append(entry)
    said = {name: tuple(acts) for name, acts in found.items()}
    versions = _current([root, *(entry for entry in said[root.name] if entry is not root)])
    assents = weighed.live.get(versions[0].id, {}) if len(versions) == 1 else {}
    times = timing(root, _current(said.get("move", ()))) if kind.movable else Timing((root,), ())
    return _Case(root, kind, said, versions, times, assents, ground)


def _current(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return what stands of the words on one thing: all that none of the same person's others replaces by name."""
    replaced = {(entry.person, entry.id) for entry in entries[:1] if len(entries) > 1 and entry.about is None}
    replaced.update((entry.person, named) for entry in entries for named in entry.after)
    return tuple(entry for entry in entries if (entry.person, entry.id) not in replaced)


_REPLIES: Final = {
    Reply.DECLINE: Stage.DECLINED,
    Reply.LATER: Stage.LATER,
    Reply.COUNTER: Stage.COUNTERED,
    Reply.ACCEPT: Stage.ACCEPTED,
}

_OUTCOMES: Final = {
    Outcome.LET_GO: Stage.LET_GO,
    Outcome.NOT_THIS_TIME: Stage.NOT_THIS_TIME,
    Outcome.PARTLY: Stage.PARTLY,
    Outcome.KEPT: Stage.KEPT,
}


_RESPONSES: Final = {
    Response.NO: Stage.NO,
    Response.NOT_YET: Stage.NOT_YET,
    Response.WITH_HELP: Stage.WITH_HELP,
    Response.ANSWERED: Stage.ANSWERED,
}

_RECEIVINGS: Final = {
    Receiving.NOT_TAKEN: Stage.NOT_TAKEN,
    Receiving.NOT_NOW: Stage.NOT_NOW,
    Receiving.RECEIVED: Stage.RECEIVED,
}

_Found = tuple[Stage, Sequence[Entry]] | None


def _taken_back(case: _Case) -> _Found:
    return (Stage.TAKEN_BACK, taken) if (taken := case.said.get("take_back")) else None


def _closed(case: _Case) -> _Found:
    if case.kind.settled:
        # Each person's last words: both have to say so, and who opens it again needs nobody.
        words = case.stands("close", "reopen")
        both = {act.person for act in words}.issuperset(case.ground.roster.persons)
        return (Stage.CLOSED, words) if both and not _reopened(case) else None
    closed = [*case.said.get("close", ()), *case.said.get("retire", ())]
    return (Stage.CLOSED, closed) if closed else None


def _reopened(case: _Case) -> list[Entry]:
    return [act for act in case.stands("close", "reopen") if act.name == "reopen"]


BECAME: Final[Mapping[str, Mapping[int, Stage]]] = {
    "keep_or_drop": {Trial.DROP: Stage.DROPPED, Trial.KEEP: Stage.KEEPING},
    "came": {Came.DROPPED: Stage.DROPPED, Came.MOVED: Stage.ELSEWHEN, Came.DONE: Stage.DONE},
}
"""What becomes of a practice or a planned day, by the word of whoever's it is."""


def _became(case: _Case) -> _Found:
    """Return what became of it: one word lets it go; that both keep it, or that it was, takes what both agreed to."""
    words = [act for name in BECAME for act in case.first(name, "choice")]
    words = [act for act in words if case.shared or act.person == case.root.person]
    if not words:
        return None
    stage = BECAME[words[0].name][words[0].said("choice")]
    if stage not in (Stage.KEEPING, Stage.DONE):
        return stage, words[:1]
    everybody = {act.person for act in words}.issuperset(case.ground.roster.persons)
    if case.shared and not (case.agreed and (everybody or stage is Stage.DONE)):
        return None
    return stage, [*words, *case.assents.values()]


def _past(case: _Case) -> _Found:
    over = case.kind.until and all(_last_day(version, case.kind) < case.ground.today for version in case.versions)
    return (Stage.PAST, case.versions) if over else None


def _met(case: _Case) -> _Found:
    if skipped := case.said.get("skip"):
        return Stage.SKIPPED, skipped
    return (Stage.HELD, held) if (held := case.said.get("hold")) else None


def _shared(case: _Case) -> _Found:
    if not case.shared:
        return None
    assents = list(case.assents.values())
    return (Stage.OURS, assents) if case.agreed else (Stage.WAITING, [*case.versions, *assents])


def _answered(case: _Case) -> _Found:
    """Return the most careful of what was said to it; that a window suits is the same as its new time."""
    if answers := case.first("answer", "reply"):
        reply = Reply(answers[0].said("reply"))
        if reply is not Reply.ACCEPT or case.times.at == (case.root,):
            return _REPLIES[reply], [answers[0]]
    if outcomes := case.first("outcome", "outcome"):
        return _OUTCOMES[Outcome(outcomes[0].said("outcome"))], [outcomes[0]]
    if replies := case.first("reply", "response"):
        return _RESPONSES[Response(replies[0].said("response"))], [replies[0]]
    if receivings := case.first("receive", "receiving"):
        # What nobody said is not received, however long it lies there.
        return _RECEIVINGS[Receiving(receivings[0].said("receiving"))], [receivings[0]]
    return None


def _as_said(case: _Case) -> _Found:
    if case.times.at != (case.root,):
        return Stage.MOVED, case.times.at
    first = _FIRST[case.root.kind]
    amended = case.root not in case.versions and first is Stage.SAID
    return (Stage.AMENDED if amended else first), [*case.versions, *_reopened(case)]


_RULES: Final[tuple[Callable[[_Case], _Found], ...]] = (
    *(_taken_back, _closed, _became, _past, _met),
    *(_shared, _answered, _as_said),
)
"""Where it stands and for which acts, the first that fits; the more careful come first."""


def _last_day(version: Entry, kind: Kind) -> Day:
    """Return the last day on which it is shown; nobody can make what passes stay."""
    last: Day = version.said(kind.until or "")
    return min(last, days_after(version.day, kind.days_max)) if kind.days_max else last
