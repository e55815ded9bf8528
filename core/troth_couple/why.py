"""Why is this so? Every state names the acts it rests on, and each act says who did what on which day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth_couple.agreements import Shown
from troth_couple.derive import Book, State
from troth_couple.entry import SIGNALS_SUBJECT, Entry, SubjectId
from troth_couple.messages import Spoken, key_of, say
from troth_couple.revision import AgreementId
from troth_couple.roster import EntryId
from troth_wire.ids import PersonId

__all__ = ["Because", "because", "sentence", "why"]


@dataclass(frozen=True, slots=True)
class Because:
    """One act that a state rests on, and the sentence for it."""

    act: EntryId | None
    """None where the act is the membership log's, as leaving is."""
    sentence: str


def why(
    book: Book, state: State, subject: SubjectId, *, names: Mapping[PersonId, str], spoken: Spoken = str
) -> list[Because]:
    """Return the acts for which something stands as it does, by day."""
    # A signal may be on since an earlier chapter, which this book does not have.
    known = book.ledger.known | {act.id: act for act in state.signals.active}
    acts = [known[act] for act in because(state, subject) if act in known]
    found = [Because(act.id, sentence(act, names=names, spoken=spoken)) for act in _by_day(acts)]
    agreement = state.agreements.get(AgreementId(subject))
    if agreement is not None and agreement.shown is Shown.ENDED and state.left:
        found.append(Because(None, say("act.left", spoken=spoken)))
    if agreement is not None and agreement.shown is Shown.ON_HOLD:
        who = [names.get(hold.person, "?") if hold.person else "?" for hold in state.holds]
        holds = zip(state.holds, who, strict=True)
        found += [Because(None, say(key_of(hold.why), spoken=spoken, name=name)) for hold, name in holds]
    return found


def because(state: State, subject: SubjectId) -> tuple[EntryId, ...]:
    """Return the ids of the acts that the state of a subject rests on."""
    if subject == SIGNALS_SUBJECT:
        return state.signals.because
    agreement = state.agreements.get(AgreementId(subject))
    if agreement is not None:
        return agreement.because
    return state.things[subject].because if subject in state.things else ()


def sentence(act: Entry, *, names: Mapping[PersonId, str], spoken: Spoken = str) -> str:
    """Return what somebody did on which day, without a minute and without a judgement."""
    row = act.row
    key = "act.newer" if row is None else "act.thing" if row.begins else f"act.{row.name}"
    return say(key, spoken=spoken, name=names.get(act.person, "?"), day=act.day)


def _by_day(acts: Iterable[Entry]) -> list[Entry]:
    """Return acts by day; within one nobody knows what came first, and a proposal reads well before its answers."""
    return sorted(acts, key=lambda act: (act.day, act.kind, act.sequence, act.id))
