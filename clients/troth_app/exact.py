"""What one can say yes or no to: exact texts, each with whose it is and whose yes to it lives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from troth_app.cards import revision_lines, thing_card
from troth_app.messages import tell
from troth_couple import Agreement, Shown, Stage, State, shown
from troth_couple.chapters import KIND as CHAPTER
from troth_couple.entry import SubjectId
from troth_couple.revision import RevisionId
from troth_couple.views import by_age
from troth_couple.wordings import Wording, before
from troth_wire.ids import PersonId

__all__ = ["Text", "parts_of", "texts_in", "wording_label"]

PART_LETTERS: Final = 800
"""So much of a text is shown at a time, about half a screen: whoever says yes came past all of it."""
FURTHER: Final = "\N{NO-BREAK SPACE}" * 4
"""What stands before what goes on from the line before, on a screen as on a page."""


@dataclass(frozen=True, slots=True)
class Text:
    """Something exact that one can say yes or no to."""

    about: SubjectId
    text: bytes
    title: str
    lines: tuple[str, ...]
    by: frozenset[PersonId]
    """Who proposed it."""
    agreed: frozenset[PersonId]
    """Whose yes to it lives."""
    agreement: Agreement | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.agreement is None or self.text in self.agreement.open

    def may_decline(self, me: PersonId) -> bool:
        """Whether one can say no to it: it is the other's, and waits."""
        return me not in self.by and self.is_open

    def may_ask_change(self, me: PersonId) -> bool:
        """Whether one can ask for another text."""
        return self.agreement is not None and (self.may_decline(me) or self.holds)

    @property
    def holds(self) -> bool:
        """Whether it is the text that holds today."""
        return self.agreement is not None and self.text == self.agreement.in_force


def texts_in(state: State, names: Mapping[PersonId, str], me: PersonId) -> Iterator[Text]:
    """Yield every text that one can say something to: what is open first, nothing that another stands in place of."""
    found = [agreement for agreement in by_age(state) if agreement.shown is not Shown.ENDED]
    texts = [text for agreement in found for text in _texts_of(agreement, names)]
    yield from sorted(texts, key=lambda text: not text.is_open)
    for thing in state.things.values():
        # A chapter has a command of its own, which says what it ends and looks at which document it opens.
        if thing.stage is Stage.WAITING and len(thing.versions) == 1 and thing.kind != CHAPTER:
            card = thing_card(thing, names=names, me=me, letters=None, whole=True)
            by = frozenset({thing.author})
            yield Text(thing.id, thing.versions[0].id, card["title"], tuple(card["lines"]), by, thing.assents)


def _texts_of(agreement: Agreement, names: Mapping[PersonId, str]) -> Iterator[Text]:
    known = agreement.wordings
    standing = [agreement.in_force] if agreement.in_force else []
    passed = frozenset[RevisionId]().union(*before(standing, known).values())
    for identity, wording in known.items():
        if identity not in passed:
            yield Text(
                about=SubjectId(agreement.id),
                text=identity,
                title=wording_label(wording, names),
                lines=tuple(revision_lines(wording.revision, names=names)),
                by=wording.by,
                agreed=frozenset(agreement.assents.get(identity, {})),
                agreement=agreement,
            )


def parts_of(lines: Sequence[str]) -> list[list[str]]:
    """Cut a text into parts that fit a screen; joined they are the text again.

    What goes on from the line before says so by how deep it stands: no words of a point pass for a day or a name that
    the text is said to have.
    """
    pieces = [piece for line in lines for piece in _pieces(line)]
    parts: list[list[str]] = [[]]
    for piece in pieces:
        if parts[-1] and sum(map(len, parts[-1])) + len(piece) > PART_LETTERS:
            parts.append([])
        parts[-1].append(piece)
    return parts


def _pieces(line: str) -> list[str]:
    rows = line.split("\n")
    found = [
        piece
        for row in rows
        for piece in wrap(row, PART_LETTERS, replace_whitespace=False, drop_whitespace=False) or [row]
    ]
    return [found[0], *(f"{FURTHER}{piece}" for piece in found[1:])]


def wording_label(wording: Wording, names: Mapping[PersonId, str]) -> str:
    """Return how one text among several is told from the others."""
    act = wording.proposals[0]
    return tell("text.by", title=shown(wording.revision.title), name=names[act.person], day=act.day)
