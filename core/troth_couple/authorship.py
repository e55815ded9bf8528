"""Whose words a shared text holds, paragraph by paragraph: as the engine tells, and never as anybody claims.

Nothing is counted, and no day stands beside a word: it is known who said it, and no more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from troth_wire.ids import PersonId

__all__ = ["PARAGRAPH", "Paragraph", "Runs", "own_words", "paragraphs"]

PARAGRAPH = "\n\n"
"""What stands between paragraphs."""

Runs = Sequence[tuple[PersonId, str]]
"""A text in order, cut where another person's words begin."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, and whose words are in it."""

    runs: tuple[tuple[PersonId, str], ...]

    @property
    def text(self) -> str:
        """The paragraph."""
        return "".join(text for _, text in self.runs)

    @property
    def persons(self) -> tuple[PersonId, ...]:
        """Whose words are in it, in the order in which they begin; spaces between words are nobody's."""
        return tuple(dict.fromkeys(person for person, text in self.runs if not text.isspace()))

    def words_of(self, person: PersonId, *, others: str) -> str:
        """Return the paragraph with something in the place of the words of others; spaces stay."""
        return "".join(text if by == person else _instead(text, others) for by, text in self.runs)


def paragraphs(runs: Runs) -> list[Paragraph]:
    """Return the paragraphs of a text, each with whose words are in it; empty ones are left out."""
    text = "".join(part for _, part in runs)
    owners = [person for person, part in runs for _ in part]
    found = [Paragraph(tuple(_cut(text, owners, low, high))) for low, high in _places(text)]
    return [paragraph for paragraph in found if paragraph.persons]


def own_words(runs: Runs, person: PersonId, *, others: str) -> str:
    """Return a text with something in the place of the words of others, however many paragraphs they wrote there."""
    shown: list[str] = []
    for paragraph in paragraphs(runs):
        text = paragraph.words_of(person, others=others) if person in paragraph.persons else others
        if [text] != shown[-1:] or text != others:
            shown.append(text)
    return PARAGRAPH.join(shown)


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each paragraph begins and ends."""
    at = 0
    for part in text.split(PARAGRAPH):
        yield at, at + len(part)
        at += len(part) + len(PARAGRAPH)


def _cut(text: str, owners: Sequence[PersonId], low: int, high: int) -> Iterator[tuple[PersonId, str]]:
    for person, places in groupby(range(low, high), key=owners.__getitem__):
        yield person, "".join([text[place] for place in places])


def _instead(text: str, others: str) -> str:
    """Return what stands in the place of somebody's words, with the spaces that stood around them."""
    words = text.strip()
    return text.replace(words, others) if words else text
