"""Acts on what one tries and what one plans: kept on or let go, done, moved or dropped; each replaces own words.

Nothing here is a commitment, nothing needs a reason, and there is no act for a day on which something was done or not.
"""

from troth_couple.choices import Came, Trial
from troth_couple.days import Day
from troth_couple.entry import Entry
from troth_couple.things import Thing
from troth_couple.together import earlier
from troth_couple.write import Pen

__all__ = ["came", "keep_or_drop"]


def keep_or_drop(pen: Pen, practice: Thing, trial: Trial, *, day: Day, text: str | None = None) -> Entry:
    """Say that one keeps a practice or lets it go, in place of what one said of it before; no reason is needed."""
    fields: dict[str, object] = {"choice": trial, "text": text}
    return pen.write("keep_or_drop", fields, day=day, about=practice.id, after=earlier(pen, practice, "keep_or_drop"))


def came(pen: Pen, event: Thing, what: Came, *, day: Day) -> Entry:
    """Say what came of a planned day, in place of what one said of it before; there is no place for a reason."""
    return pen.write("came", {"choice": what}, day=day, about=event.id, after=earlier(pen, event, "came"))
