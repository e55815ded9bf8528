"""A person's own things, one rule for all of them: only the author adds to, amends or takes back what they said.

An amendment is shown as one; what was taken back leaves a stub; thanks stay thanks. Nothing is answered in a thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from troth_couple import blind
from troth_couple.consent import consent
from troth_couple.days import Day, days_after
from troth_couple.entry import Entry, SubjectId
from troth_couple.ground import Ground
from troth_couple.kinds import KINDS, Kind, Outcome, Reply, Who
from troth_couple.limits import PLAN_NOTE_DAYS_MAX
from troth_couple.roster import EntryId
from troth_couple.verdict import Reason
from troth_wire.ids import PersonId

__all__ = ["Stage", "Thing", "thing"]


class Stage(Enum):
    """Where a thing stands, the first that fits."""

    TAKEN_BACK = "taken back"
    CLOSED = "closed"
    PAST = "past"
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
    AMENDED = "amended"
    SAID = "said"


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
    assents: frozenset[PersonId] = frozenset()
    """Who says that it is both persons'."""
    opened: Mapping[PersonId, str] = field(default_factory=dict, repr=False)
    """Blind answers, once both are open."""
    altered: frozenset[PersonId] = frozenset()
    """Whose blind answer is not the one that was sealed."""
    because: tuple[EntryId, ...]
    """The acts that the stage rests on."""

    def says(self, name: str) -> Any:
        """Return a field of what it says now; of several versions, the one that every device shows first."""
        return self.versions[0].said(name) if self.versions else None


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
        stage=Stage.SAID,
        versions=(root,),
        because=(root.id,),
    )


def _judge(entry: Entry, root: Entry, ground: Ground) -> Reason | None:
    kind, about = KINDS[entry.kind], KINDS[root.kind]
    if entry.id == root.id:
        return None
    if kind.begins:
        # About another entry of its own kind, it amends it.
        who, fits = Who.OWN, kind is about
    else:
        who, fits = kind.who, about.name in kind.about
    own = entry.person == root.person
    if not fits:
        return Reason.NOT_SUCH
    if who is not Who.EITHER and own is not (who is Who.OWN):
        return Reason.NOT_YOURS
    return ground.judge(entry)


def _settled(
    root: Entry,
    entries: Sequence[Entry],
    every: Sequence[Entry],
    ground: Ground,
    idle: dict[EntryId, Reason],
) -> Thing:
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.name, []).append(entry)
    kind = KINDS[root.kind]
    versions = _current([root, *(entry for entry in by_name[root.name] if entry is not root)])
    answers = sorted(_current(by_name.get("answer", [])), key=lambda answer: (answer.said("reply"), answer.id))
    outcomes = sorted(_current(by_name.get("outcome", [])), key=lambda act: (act.said("outcome"), act.id))
    weighed = consent(every, ground) if kind.ours else None
    if weighed:
        idle |= {act: reason for act, reason in weighed.idle.items() if act not in idle}
    assents = weighed.live.get(versions[0].id, {}) if weighed and len(versions) == 1 else {}
    answered = blind.opened(entries, ground.roster.persons)
    stage, because = _stage(kind, root, versions, answers, outcomes, by_name, [*assents.values()], ground)
    taken = stage is Stage.TAKEN_BACK
    return Thing(
        id=root.subject,
        kind=root.name,
        author=root.person,
        day=root.day,
        stage=stage,
        versions=() if taken else versions,
        thanks=frozenset(entry.person for entry in by_name.get("thanks", [])),
        earlier=() if taken else tuple(entry for entry in by_name[root.name] if entry not in versions),
        answers=tuple(answers),
        outcomes=() if taken else tuple(outcomes),
        told=_current(by_name.get("told", [])),
        assents=frozenset() if taken else frozenset(assents),
        opened=answered.opened,
        altered=answered.altered,
        because=tuple(sorted({entry.id for entry in because})),
    )


def _current(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return what stands of a person's words on one thing: all that none of the others replaces by name."""
    replaced = {entry.id for entry in entries[:1] if len(entries) > 1 and entry.about is None}
    replaced.update(named for entry in entries for named in entry.after)
    return tuple(entry for entry in entries if entry.id not in replaced)


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


def _stage(
    kind: Kind,
    root: Entry,
    versions: Sequence[Entry],
    answers: Sequence[Entry],
    outcomes: Sequence[Entry],
    by_name: Mapping[str, Sequence[Entry]],
    assents: Sequence[Entry],
    ground: Ground,
) -> tuple[Stage, Sequence[Entry]]:
    """Return where it stands and the acts for it; the more careful stages first."""
    if taken := by_name.get("take_back"):
        return Stage.TAKEN_BACK, taken
    if closed := [*by_name.get("close", []), *by_name.get("retire", [])]:
        return Stage.CLOSED, closed
    if kind.until and all(_last_day(version, kind.until) < ground.today for version in versions):
        return Stage.PAST, versions
    if kind.ours and any(version.said(kind.ours) for version in versions):
        both = len(assents) == len(ground.roster.persons) and not ground.holds
        return (Stage.OURS, assents) if both else (Stage.WAITING, [*versions, *assents])
    if answers:
        return _REPLIES[Reply(answers[0].said("reply"))], [answers[0]]
    if outcomes:
        return _OUTCOMES[Outcome(outcomes[0].said("outcome"))], [outcomes[0]]
    return (Stage.SAID, versions) if root in versions else (Stage.AMENDED, versions)


def _last_day(version: Entry, until: str) -> Day:
    """Return the last day on which it is shown; nobody can make a passing note stay."""
    last: Day = version.said(until)
    return min(last, days_after(version.day, PLAN_NOTE_DAYS_MAX))
