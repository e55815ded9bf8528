"""Reading agreements: which there are, what each says in full, what differs between two texts, and why it is so."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from troth_app.cards import agreement_card, bar, headline, page, proposed_at, wish_line
from troth_app.conversation import Result
from troth_app.exact import Text, texts_in, wording_label
from troth_app.handlers.together import chapter_of, names_of, pick, state_of
from troth_app.messages import capital, tell
from troth_app.outcome import RuleError
from troth_app.recounting import plain_diff, say, why
from troth_app.talk import Talk
from troth_couple import Agreement, Shown, State, agreements, key_of, shown
from troth_couple.entry import SIGNALS_SUBJECT, SubjectId
from troth_couple.revision import SORTS
from troth_couple.views import by_age
from troth_couple.wordings import Wording
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["diff", "listed", "pick_agreement", "show", "stands", "title_of", "why_so"]

TEXTS_MIN: Final = 2
SILENT: Final = (Shown.NO_LONGER, Shown.LAPSED, Shown.REVIEW_DAY)
"""Words that are for what held, and say nothing of what is proposed."""


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """List every agreement under how it stands."""
    state = await state_of(keeper)
    rows = [
        {
            "title": title_of(agreement),
            "sort": SORTS[head.sort] if (head := headline(agreement)) else "",
            "group": tell(f"group.{group.name.lower()}"),
            "stands": stands(agreement),
            "state": agreement.shown.name.lower(),
            "id": agreement.id.hex(),
        }
        for group, found in agreements(state).items()
        for agreement in found
    ]
    heads = [tell("agree.title"), tell("agree.where"), tell("agree.stands")]
    return {
        "says": [*bar(state, chapter_of(keeper).me), *([] if rows else [tell("agree.none")])],
        "heads": heads if rows else [],
        "rows": rows,
    }


def stands(agreement: Agreement) -> str:
    """Return how an agreement stands, and whether a text waits that the word for it does not mention."""
    said = say(key_of(agreement.shown))
    return f"{said} {tell('agree.open')}" if agreement.open and agreement.shown in SILENT else said


async def show(talk: Talk, keeper: "Keeper") -> Result:
    """Show one agreement in full: the text that holds, what is proposed, and who said yes on which day."""
    state, names = await state_of(keeper), names_of(keeper)
    agreement = await pick_agreement(talk, state)
    me = chapter_of(keeper).me
    acts = list(_acts(agreement, texts_in(state, names, me), me))
    ends = [tell("show.withdraw")] if "agree withdraw" in acts else []
    cards = agreement_card(agreement, names=names, wish=partial(wish_line, names=names))
    return page(cards, says=bar(state, me), ends=ends, acts=acts)


async def diff(talk: Talk, keeper: "Keeper") -> Result:
    """Show what differs between two texts of one agreement, in plain words."""
    state, names = await state_of(keeper), names_of(keeper)
    agreement = await pick_agreement(talk, state)
    texts = _in_order(agreement)
    if len(texts) < TEXTS_MIN:
        raise RuleError(tell("diff.one"))
    old, new = texts[:TEXTS_MIN]
    if len(texts) > TEXTS_MIN:
        old = texts[await talk.choose(tell("diff.old"), [wording_label(text, names) for text in texts])]
        rest = [text for text in texts if text is not old]
        new = rest[await talk.choose(tell("diff.new"), [wording_label(text, names) for text in rest])]
    title = tell("diff.title", old=shown(old.revision.title), new=shown(new.revision.title))
    return page([{"title": title, "lines": plain_diff(old.revision, new.revision, names=names)}])


async def why_so(talk: Talk, keeper: "Keeper") -> Result:
    """Name the acts for which an agreement, or a signal, stands as it does."""
    state, names, book = await state_of(keeper), names_of(keeper), chapter_of(keeper).book
    subjects: list[tuple[SubjectId, str]] = [(SubjectId(found.id), title_of(found)) for found in by_age(state)]
    if state.signals.level is not None:
        subjects.insert(0, (SIGNALS_SUBJECT, say(key_of(state.signals.level))))
    if not subjects:
        raise RuleError(tell("why.none"))
    subject, title = await pick(talk, tell("pick.which"), subjects, lambda item: item[1])
    because = [capital(reason.sentence) for reason in why(book, state, subject, names=names)]
    return page([{"title": tell("why.title", title=title), "lines": because or [tell("why.none")]}])


async def pick_agreement(talk: Talk, state: State) -> Agreement:
    """Return the agreement that is meant; where there is one, nobody is asked.

    Raises:
        RuleError: If there is none.
    """
    found = [agreement for group in agreements(state).values() for agreement in group]
    if not found:
        raise RuleError(tell("agree.none"))
    return await pick(talk, tell("agree.which"), found, title_of)


def title_of(agreement: Agreement) -> str:
    """Return what an agreement is called."""
    head = headline(agreement)
    return shown(head.title) if head else tell("agree.untitled")


def _acts(agreement: Agreement, texts: Iterable[Text], me: PersonId) -> Iterator[str]:
    """Yield the commands with which one can say something to an agreement now; taking a yes back stands first."""
    own = [text for text in texts if text.agreement is agreement]
    if agreement.shown is not Shown.ENDED and any(me in said for said in agreement.assents.values()):
        yield "agree withdraw"
    if any(me not in text.agreed for text in own):
        yield "agree assent"
    if any(text.may_decline(me) for text in own):
        yield "agree decline"
    if any(text.may_ask_change(me) for text in own):
        yield "agree ask-change"
    yield "agree propose"
    if len(agreement.wordings) >= TEXTS_MIN:
        yield "agree diff"
    yield "agree why"
    if any(act.name == "assent" and act.person == me for act in agreement.acts):
        yield "agree not-me"


def _in_order(agreement: Agreement) -> Sequence[Wording]:
    """Return the texts of an agreement, the one that holds first, then by the day on which they were proposed."""
    found = sorted(agreement.wordings.items(), key=lambda item: (proposed_at(item[1]), item[0]))
    return [wording for _, wording in sorted(found, key=lambda item: item[0] != agreement.in_force)]
