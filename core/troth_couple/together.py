"""Acts on what two people do together, from windows to paces. Each names the own words that it replaces.

Nothing here is a commitment: meeting, answering and opening again need no passphrase and no reason.
"""

from collections.abc import Mapping, Sequence

from troth_couple.choices import Receiving, Response
from troth_couple.days import Day, days_after
from troth_couple.entry import Entry
from troth_couple.limits import ENTRY_AFTER_MAX, PACE_DAYS_MAX
from troth_couple.pace import own
from troth_couple.roster import EntryId
from troth_couple.things import Thing
from troth_couple.write import Pen
from troth_wire.errors import UsageError
from troth_wire.said import Said

__all__ = ["begin_repair", "close", "earlier", "lapse", "move", "receive", "reopen", "reply", "set_pace"]


def move(pen: Pen, window: Thing, *, on: Day, at: str | None, day: Day) -> Entry:
    """Wish for another time of a window, in place of own wishes that wait."""
    waiting = [wish.id for wish in window.suggested if wish.person == pen.person]
    fields: dict[str, object] = {"from": window.at[0].id, "on": on, "at": at}
    return pen.write("move", fields, day=day, about=window.id, after=waiting[-ENTRY_AFTER_MAX:])


def reply(
    pen: Pen, question: Thing, response: Response, *, day: Day, text: str | None = None, by: Day | None = None
) -> Entry:
    """Say something to the other's question, in place of what one said to it before.

    Raises:
        UsageError: If it was taken back meanwhile; then the words stay with whoever wrote them.
    """
    if not question.versions:
        raise UsageError(Said("This question was taken back. Nothing was shared."))
    fields: dict[str, object] = {"response": response, "text": text, "by": by}
    return pen.write("reply", fields, day=day, about=question.id, after=earlier(pen, question, "reply"))


def receive(pen: Pen, thing: Thing, receiving: Receiving, *, day: Day, by: Day | None = None) -> Entry:
    """Say how it is for oneself to receive what the other told or offered, in place of what one said before."""
    fields: dict[str, object] = {"receiving": receiving, "by": by}
    return pen.write("receive", fields, day=day, about=thing.id, after=earlier(pen, thing, "receive"))


def begin_repair(pen: Pen, fields: Mapping[str, object], *, day: Day, of: Thing | None = None) -> list[Entry]:
    """Begin a repair, of something that one told if that is named."""
    repair = pen.write("repair", dict(fields), day=day)
    return [repair] if of is None else [repair, pen.write("lead", {"repair": repair.id}, day=day, about=of.id)]


def close(pen: Pen, thing: Thing, *, day: Day) -> Entry:
    """Say that a repair, or what was told, is closed for oneself; it is, once the other says so too."""
    return pen.write("close", day=day, about=thing.id, after=earlier(pen, thing, "close", "reopen"))


def reopen(pen: Pen, thing: Thing, *, day: Day) -> Entry:
    """Open a repair, or what was told, again: one word of either, without a reason."""
    return pen.write("reopen", day=day, about=thing.id, after=earlier(pen, thing, "close", "reopen"))


def set_pace(
    pen: Pen,
    things: Sequence[Thing],
    *,
    fine: Sequence[str],
    not_now: Sequence[str],
    day: Day,
    until: Day | None = None,
) -> list[Entry]:
    """Say what feels fine to offer for a while, in place of all that one set before."""
    last = days_after(day, PACE_DAYS_MAX)
    fields: dict[str, object] = {"fine": list(fine), "not_now": list(not_now), "until": min(until or last, last)}
    over = lapse(pen, things, day=day)
    return [*over, pen.write("intimacy_pace", fields, day=day)]


def lapse(pen: Pen, things: Sequence[Thing], *, day: Day) -> list[Entry]:
    """Take back every pace that one has set: at once, on any device, without a reason."""
    return [pen.take_back(pace.id, day=day) for pace in own(things, pen.person)]


def earlier(pen: Pen, thing: Thing, *names: str) -> list[EntryId]:
    """Return the own words of some kinds on a thing that a new one replaces; the latest, if there are very many."""
    return [act.id for act in pen.mine(thing.id) if act.name in names][-ENTRY_AFTER_MAX:]
