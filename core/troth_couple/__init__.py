"""The partners' document: signed entries in, what stands between two people out; pure, and knows nothing of screens.

Values in, values out. `derive` is a function of the entries, the roster and the day; nothing here reads a clock.
"""

from troth_couple.abreast import Abreast, Found, Mark, read
from troth_couple.agreements import Agreement, Shown
from troth_couple.authorship import PARAGRAPH, Paragraph, Runs, own_words, paragraphs
from troth_couple.chains import Gap, Hold
from troth_couple.days import Day, day_of, days_after
from troth_couple.derive import Book, State, derive
from troth_couple.diff import lines, plain_diff, told_items
from troth_couple.edits import document_of, entries_in, entry_edits, note_edits, note_path, texts_in
from troth_couple.entry import FIRST_CHAPTER, SIGNALS_SUBJECT, ChapterId, Entry, SubjectId
from troth_couple.kinds import (
    KINDS,
    Came,
    Detail,
    Helper,
    Kind,
    Level,
    Occasion,
    Outcome,
    Place,
    Receiving,
    Reply,
    Response,
    Scope,
    Trial,
    Weight,
)
from troth_couple.messages import ENGLISH, key_of, say
from troth_couple.publish import Choice, Clash, Publication, publish
from troth_couple.quiet import notes
from troth_couple.revision import AgreementId, Clause, Item, Revision, RevisionId
from troth_couple.roster import Cut, EntryId, Roster, Standing, Tail, roster_of
from troth_couple.signals import Signals
from troth_couple.texts import clean, shown
from troth_couple.things import Stage, Thing
from troth_couple.verdict import Held, Reason
from troth_couple.views import Card, Group, agreements, cards
from troth_couple.why import Because, sentence, why
from troth_couple.wordings import Wording
from troth_couple.write import Pen, new_agreement

__all__ = [
    "ENGLISH",
    "FIRST_CHAPTER",
    "KINDS",
    "PARAGRAPH",
    "SIGNALS_SUBJECT",
    "Abreast",
    "Agreement",
    "AgreementId",
    "Because",
    "Book",
    "Came",
    "Card",
    "ChapterId",
    "Choice",
    "Clash",
    "Clause",
    "Cut",
    "Day",
    "Detail",
    "Entry",
    "EntryId",
    "Found",
    "Gap",
    "Group",
    "Held",
    "Helper",
    "Hold",
    "Item",
    "Kind",
    "Level",
    "Mark",
    "Occasion",
    "Outcome",
    "Paragraph",
    "Pen",
    "Place",
    "Publication",
    "Reason",
    "Receiving",
    "Reply",
    "Response",
    "Revision",
    "RevisionId",
    "Roster",
    "Runs",
    "Scope",
    "Shown",
    "Signals",
    "Stage",
    "Standing",
    "State",
    "SubjectId",
    "Tail",
    "Thing",
    "Trial",
    "Weight",
    "Wording",
    "agreements",
    "cards",
    "clean",
    "day_of",
    "days_after",
    "derive",
    "document_of",
    "entries_in",
    "entry_edits",
    "key_of",
    "lines",
    "new_agreement",
    "note_edits",
    "note_path",
    "notes",
    "own_words",
    "paragraphs",
    "plain_diff",
    "publish",
    "read",
    "roster_of",
    "say",
    "sentence",
    "shown",
    "texts_in",
    "told_items",
    "why",
]
