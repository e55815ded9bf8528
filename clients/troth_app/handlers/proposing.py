"""Proposing one exact text: written privately, shown in full, and proposed once; nobody has agreed to it by that.

There is no field for a day on which silence would mean yes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from troth_app.cards import proposed_at, revision_lines
from troth_app.conversation import Card, Form
from troth_app.handlers.agreeing import title_of
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    ask_text,
    chapter_of,
    keep_aside,
    names_of,
    state_of,
    today_of,
    write,
)
from troth_app.language import spoken
from troth_app.messages import ENGLISH, capital, tell
from troth_app.outcome import RuleError
from troth_app.recounting import lines
from troth_app.talk import Talk
from troth_couple import Agreement, Clause, Day, Item, Revision, State, days_after, new_agreement, shown
from troth_couple.agreements import Shown
from troth_couple.limits import CLAUSES_MAX, SUPERSEDES_MAX
from troth_couple.revision import CLASSES, DETAILS, SORTS, TELLS, WAYS, AgreementId, RevisionId
from troth_couple.views import by_age
from troth_couple.wordings import before as earlier
from troth_couple.wordings import top
from troth_wire.errors import LocalError, UsageError
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["propose"]

DISCLOSURE: Final = 4
"""The sort of agreement that has items beside its points: what is told to whom, how soon, and how."""
DETAIL_FIELDS: Final = ("value", "why", "noticed_by", "exceptions")
TRIAL_DAYS: Final = 14
EXAMPLES: Final = {"use": 6, "phones": 6, "others": 1, "talks": 1}
"""Agreements to begin from, by their key in the catalogue, and what each is about."""
NOBODYS: Final = AgreementId(bytes(16))


async def propose(talk: Talk, keeper: "Keeper") -> None:
    """Propose a text: something new, or another text for an agreement that there is."""
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    await talk.safe(tell("propose.not"))
    if state.opened:
        raise RuleError(tell("chapter.closed"))
    before = await _before(talk, state)
    revision = await _ask_revision(talk, keeper, before, state.persons, me)
    try:
        revision.encode()
    except UsageError as error:
        raise RuleError(f"{capital(spoken(error))}.") from None
    await talk.show(Card(shown(revision.title), tuple(revision_lines(revision, names=names))))
    choice = await talk.choose(tell("propose.sure"), [tell("propose.no"), tell("propose.yes"), tell("propose.drop")])
    if choice == 1:
        await _propose(talk, keeper, revision)
        return
    if choice == 0:
        await keep_aside(talk, keeper, _text_of(revision))
    talk.composed.clear()
    await talk.say(tell("propose.not"), *([tell("propose.kept")] if choice == 0 else []))


async def _propose(talk: Talk, keeper: "Keeper", revision: Revision) -> None:
    """Propose a text; what can not be proposed is kept for its writer."""
    day = today_of(keeper)
    await talk.safe(tell("safe.maybe"))
    try:
        await write(keeper, lambda pen: [pen.propose(revision, day=day)])
    except (RuleError, LocalError) as error:
        await keep_aside(talk, keeper, _text_of(revision))
        raise type(error)(tell("text.aside", why=str(error))) from None
    await talk.say(tell("propose.done"))


def _text_of(revision: Revision) -> str:
    return "\n".join([revision.title, *lines(revision)])


async def _ask_days(talk: Talk, today: Day) -> tuple[Day | None, Day | None]:
    """Return when it is looked at again, and its last day: neither lies in the past, nor the last before the other."""
    soon = days_after(today, TRIAL_DAYS)
    review = await ask_day(talk, tell("propose.review", day=soon), since=today)
    early = tell("propose.order", day=review) if review else tell("day.past")
    return review, await ask_day(talk, tell("propose.expires", day=soon), since=review or today, early=early)


async def _before(talk: Talk, state: State) -> Agreement | None:
    """Return the agreement that is to have another text, or None for a new one."""
    living = [found for found in by_age(state) if found.shown is not Shown.ENDED]
    if not living:
        return None
    items = [tell("propose.new"), *(title_of(agreement) for agreement in living)]
    choice = await talk.choose(tell("propose.what"), items)
    return living[choice - 1] if choice else None


async def _ask_revision(
    talk: Talk, keeper: "Keeper", before: Agreement | None, persons: Sequence[PersonId], me: PersonId
) -> Revision:
    old = _latest(before) if before else await _example(talk)
    sort = old.sort if old else 1 + await talk.choose(tell("propose.sort"), list(SORTS.values()))
    title = old.title if old else await ask_text(talk, tell("propose.title"), form=Form.WORDS)
    clauses = [*await _kept(talk, old)] if old else []
    clauses += await _points(talk, len(clauses))
    items = [*old.items] if old else []
    if sort == DISCLOSURE:
        items += await _items(talk, len(items))
    if not clauses and not items:
        raise RuleError(tell("propose.nothing"))
    other = next((person for person in persons if person != me), None)
    whom: Mapping[str, PersonId | None] = {"propose.both": None, "propose.me": me, "propose.other": other}
    applies = list(whom.values())[await talk.choose(tell("propose.applies"), [tell(key) for key in whom])]
    review_on, expires = await _ask_days(talk, today_of(keeper))
    return Revision(
        agreement=before.id if before else new_agreement(keeper.machine.entropy),
        sort=sort,
        title=title,
        clauses=tuple(clauses),
        items=tuple(items),
        applies_to=applies,
        review_on=review_on,
        expires=expires,
        supersedes=tuple(sorted(_standing(before, persons))) if before else (),
    )


async def _example(talk: Talk) -> Revision | None:
    """Return an example to begin from, of which each point can be kept, said anew or left out; None for own words."""
    items = [tell("example.own"), *(tell(f"example.{name}") for name in EXAMPLES)]
    choice = await talk.choose(tell("example.begin"), items)
    if choice == 0:
        return None
    name, sort = list(EXAMPLES.items())[choice - 1]
    points = (tell(key) for key in ENGLISH if key.startswith(f"example.{name}."))
    clauses = tuple(Clause(behaviour=text) for text in points)
    return Revision(agreement=NOBODYS, sort=sort, title=tell(f"example.{name}"), clauses=clauses)


def _latest(agreement: Agreement) -> Revision:
    """Return the text from which another one begins: the one that holds, else the one proposed last."""
    if agreement.in_force is not None:
        return agreement.wordings[agreement.in_force].revision
    wordings = sorted(agreement.wordings.items(), key=lambda item: (proposed_at(item[1]), item[0]))
    if not wordings:
        raise RuleError(tell("propose.nothing"))
    return wordings[-1][1].revision


def _standing(agreement: Agreement, persons: Sequence[PersonId]) -> Iterable[RevisionId]:
    """Return the texts that another one is to stand in place of: those that both agreed to and none replaces."""
    full = frozenset(text for text, by in agreement.assents.items() if len(by) == len(persons))
    return top(full, earlier(full, agreement.wordings))[:SUPERSEDES_MAX]


async def _kept(talk: Talk, old: Revision) -> list[Clause]:
    """Go through the points of an earlier text: each stays, is said anew, or is left out."""
    found = []
    choices = [tell("propose.keep"), tell("propose.change"), tell("propose.out")]
    for number, clause in enumerate(old.clauses, 1):
        choice = await talk.choose(tell("propose.old", number=f"{number}", text=shown(clause.behaviour)), choices)
        if choice == 1:
            found.append(await _point(talk, number) or clause)
        elif choice == 0:
            found.append(clause)
    return found


async def _points(talk: Talk, count: int) -> list[Clause]:
    found: list[Clause] = []
    while count + len(found) < CLAUSES_MAX and (point := await _point(talk, count + len(found) + 1)):
        found.append(point)
    return found


async def _point(talk: Talk, number: int) -> Clause | None:
    behaviour = await ask_line(talk, tell("propose.point", number=f"{number}"))
    if not behaviour:
        return None
    if await talk.choose(tell("propose.details"), [tell("propose.enough"), tell("propose.say_more")]) == 0:
        return Clause(behaviour=behaviour)
    said = {field: await ask_line(talk, tell(f"propose.{field}")) for field in DETAIL_FIELDS}
    return Clause(behaviour=behaviour, **said)


async def _items(talk: Talk, count: int) -> list[Item]:
    found: list[Item] = []
    while count + len(found) < CLAUSES_MAX:
        behaviour = await ask_line(talk, tell("propose.item", number=f"{count + len(found) + 1}"))
        if not behaviour:
            break
        found.append(
            Item(
                behaviour=behaviour,
                sort=1 + await talk.choose(tell("propose.class"), list(CLASSES.values())),
                tell=1 + await talk.choose(tell("propose.tell"), list(TELLS.values())),
                within=await ask_text(talk, tell("propose.within"), form=Form.WORDS),
                how=1 + await talk.choose(tell("propose.how"), list(WAYS.values())),
                detail=1 + await talk.choose(tell("propose.detail"), list(DETAILS.values())),
            )
        )
    return found
