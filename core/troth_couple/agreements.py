"""Where an agreement stands: worked out from the acts of both, with the more careful answer wherever they differ.

In force is the one text that both assents live for and that no other such text stands in place of.
Where two stand side by side neither does, and the text that both had agreed on before them holds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from troth_couple import wordings as texts
from troth_couple.consent import Consent, consent, reduces
from troth_couple.entry import Entry
from troth_couple.ground import Ground
from troth_couple.revision import AgreementId, Revision, RevisionId
from troth_couple.roster import EntryId
from troth_couple.verdict import Reason
from troth_couple.wordings import Wording
from troth_wire.ids import PersonId

__all__ = ["Agreement", "Shown", "agreement"]


class Shown(Enum):
    """Where an agreement stands, the first that fits; the words are those that a screen shows."""

    ENDED = "ended"
    ON_HOLD = "on hold"
    TWO_VERSIONS = "two versions"
    LAPSED = "lapsed"
    REVIEW_DAY = "review day"
    CHANGE_PROPOSED = "in force, change proposed"
    IN_FORCE = "in force"
    NO_LONGER = "no longer agreed"
    WAITING = "waiting"
    PROPOSED = "proposed"
    NOT_AGREED = "not agreed"
    NO_TEXT = "nothing proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One agreement as every device shows it, and the acts that this rests on."""

    id: AgreementId
    shown: Shown
    in_force: RevisionId | None = None
    """The text that holds today, if any."""
    versions: tuple[RevisionId, ...] = ()
    """The texts that stand side by side, where there are two versions."""
    open: tuple[RevisionId, ...] = ()
    """Proposals that nobody declined and that lack somebody's assent."""
    crossed: bool = False
    """Whether each has accepted the other's version and let go of their own."""
    wordings: Mapping[RevisionId, Wording] = field(default_factory=dict)
    assents: Mapping[RevisionId, Mapping[PersonId, Entry]] = field(default_factory=dict)
    """The assents that live, by text and person."""
    asked: tuple[Entry, ...] = ()
    """Who asks for a change of which text: what counts, and was not decided anew by a later yes of the same person."""
    acts: tuple[Entry, ...] = ()
    """What was said and when, by day."""
    because: tuple[EntryId, ...] = ()
    """The acts that `shown` rests on; none where the space was left, which is an act of the membership log."""


def agreement(
    subject: AgreementId, entries: Sequence[Entry], ground: Ground
) -> tuple[Agreement, Mapping[EntryId, Reason]]:
    """Work out where one agreement stands from all entries about it, in whatever order they come."""
    known, idle = texts.wordings(subject, entries, ground)
    weighed = consent(entries, ground)
    waiting = (act.id for act in entries if act.name == "assent" and act.said("text") not in known)
    case = _case(entries, ground, known, weighed)
    shown, because = next((shown, found) for shown, basis in BASES.items() if (found := basis(case)) is not None)
    return Agreement(
        id=subject,
        shown=shown,
        in_force=case.chosen if shown in _HOLDING and not _past(case) else None,
        versions=case.top if shown is Shown.TWO_VERSIONS else (),
        open=() if shown is Shown.ENDED else case.open,
        crossed=_crossed(case),
        wordings=known,
        assents={text: live for text, live in weighed.live.items() if text in known},  # type: ignore[misc]
        asked=_asked(case),
        acts=tuple(sorted(entries, key=lambda act: (act.day, act.sequence, act.id))),
        because=tuple(sorted(set(because))),
    ), dict.fromkeys(waiting, Reason.WAITS) | dict(idle) | dict(weighed.idle)


@dataclass(frozen=True, slots=True)
class _Case:
    """What the acts of an agreement come to, before one word is chosen for it."""

    ground: Ground
    entries: Sequence[Entry]
    known: Mapping[RevisionId, Wording]
    consent: Consent
    full: frozenset[RevisionId]
    """The texts to which everybody's assent lives."""
    top: tuple[RevisionId, ...]
    """Those of them that no other stands in place of."""
    chosen: RevisionId | None
    """The one that holds, unless its last day has passed."""
    open: tuple[RevisionId, ...]

    @property
    def revision(self) -> Revision | None:
        return self.known[self.chosen].revision if self.chosen else None

    def counting(self, *names: str) -> list[Entry]:
        return [act for act in self.entries if act.name in names and self.ground.judge(act) is None]

    def rests_on(self, chosen: Iterable[RevisionId]) -> list[EntryId]:
        """Return what proposes some texts, and the assents that live for them."""
        proposals = [entry.id for text in chosen for entry in self.known[text].proposals]
        return proposals + [act.id for text in chosen for act in self.consent.live.get(text, {}).values()]


def _case(entries: Sequence[Entry], ground: Ground, known: Mapping[RevisionId, Wording], weighed: Consent) -> _Case:
    agreed = weighed.full(ground.roster.persons)
    full = frozenset(text for text in known if text in agreed)
    # Of the full ones alone, which nobody can make many of by themselves: so nobody can make this slow.
    earlier = texts.before(full, known)
    top = texts.top(full, earlier)
    # Of several, only what stands before all of them and is itself one text holds.
    held = top if len(top) < 2 else texts.top(full.intersection(*(earlier[text] for text in top)), earlier)
    done = full.union(*(earlier[text] for text in full))
    refused = _refused(entries, ground, weighed)
    pending = [text for text in sorted(known) if text not in done and text not in refused]
    return _Case(ground, entries, known, weighed, full, top, held[0] if len(held) == 1 else None, tuple(pending))


def _refused(entries: Sequence[Entry], ground: Ground, weighed: Consent) -> set[bytes]:
    """Return the texts that are no open question: somebody declined them, or took an assent to them back."""
    declines = (act for act in entries if act.name in ("decline", "ask_change") and ground.judge(act) is None)
    return set(weighed.taken) | {
        act.said("text") for act in declines if act.person not in weighed.live.get(act.said("text"), {})
    }


def _asked(case: _Case) -> tuple[Entry, ...]:
    decided = {act for live in case.consent.live.values() for assent in live.values() for act in assent.after}
    found = [act for act in case.counting("ask_change") if act.id not in decided]
    return tuple(sorted(found, key=lambda act: (act.day, act.sequence, act.id)))


def _past(case: _Case) -> bool:
    revision = case.revision
    return revision is None or (revision.expires is not None and revision.expires < case.ground.today)


def _crossed(case: _Case) -> bool:
    """Tell whether there are open texts of which each lives only for the one who did not propose it."""
    pairs = {(case.known[text].by, frozenset(case.consent.live.get(text, ()))) for text in case.open}
    return any(by and live and not live & by and (live, by) in pairs for by, live in pairs)


Basis = Callable[[_Case], Iterable[EntryId] | None]
"""Returns the acts for which a word fits, or None if it does not."""


def _ended(case: _Case) -> Iterable[EntryId] | None:
    ends = [*(act.id for act in case.counting("end")), *case.ground.closed]
    return ends if ends or case.ground.roster.left else None


def _on_hold(case: _Case) -> Iterable[EntryId] | None:
    holds = case.ground.holds
    return [entry for hold in holds for entry in hold.entries] if holds and case.full else None


def _two_versions(case: _Case) -> Iterable[EntryId] | None:
    chosen = [case.chosen] if case.chosen else []
    return case.rests_on([*case.top, *chosen]) if len(case.top) > 1 else None


def _lapsed(case: _Case) -> Iterable[EntryId] | None:
    return case.rests_on([case.chosen]) if case.chosen and _past(case) else None


def _review(case: _Case) -> Iterable[EntryId] | None:
    revision = case.revision
    due = revision is not None and revision.review_on is not None and revision.review_on <= case.ground.today
    return case.rests_on([case.chosen]) if case.chosen and due else None


def _change(case: _Case) -> Iterable[EntryId] | None:
    wishes = [act.id for act in _asked(case) if act.said("text") == case.chosen]
    asked = wishes + case.rests_on(case.open)
    return asked + case.rests_on([case.chosen]) if case.chosen and asked else None


def _in_force(case: _Case) -> Iterable[EntryId] | None:
    return case.rests_on([case.chosen]) if case.chosen else None


def _no_longer(case: _Case) -> Iterable[EntryId] | None:
    """Both had assented to a text, or one to the other's, and somebody withdrew."""
    everyone = set(case.ground.roster.persons)
    taken = {text: acts for text, acts in case.consent.taken.items() if text in case.known}
    lost = [
        act.id
        for text, by_person in taken.items()
        if {*by_person, *case.consent.live.get(text, ())} == everyone
        for acts in by_person.values()
        for act in acts
        if act.name == "withdraw"
    ]
    return lost or None


def _waiting(case: _Case) -> Iterable[EntryId] | None:
    begun = [text for text in case.open if case.consent.live.get(text)]
    return case.rests_on(begun) or None


def _proposed(case: _Case) -> Iterable[EntryId] | None:
    return case.rests_on(case.open) or None


def _not_agreed(case: _Case) -> Iterable[EntryId] | None:
    return [act.id for act in case.counting("withdraw", "decline", "ask_change") if _speaks(act, case)] or None


def _speaks(act: Entry, case: _Case) -> bool:
    return bool(case.known) and (act.name == "ask_change" or reduces(act))


def _no_text(case: _Case) -> Iterable[EntryId] | None:
    return [act.id for act in case.entries]


BASES: Final[Mapping[Shown, Basis]] = {
    Shown.ENDED: _ended,
    Shown.ON_HOLD: _on_hold,
    Shown.TWO_VERSIONS: _two_versions,
    Shown.LAPSED: _lapsed,
    Shown.REVIEW_DAY: _review,
    Shown.CHANGE_PROPOSED: _change,
    Shown.IN_FORCE: _in_force,
    Shown.NO_LONGER: _no_longer,
    Shown.WAITING: _waiting,
    Shown.PROPOSED: _proposed,
    Shown.NOT_AGREED: _not_agreed,
    Shown.NO_TEXT: _no_text,
}
"""When each word fits; the first that does is shown, the more careful ones first."""
_HOLDING: Final = frozenset({Shown.TWO_VERSIONS, Shown.REVIEW_DAY, Shown.CHANGE_PROPOSED, Shown.IN_FORCE})
"""Where a text may hold."""
