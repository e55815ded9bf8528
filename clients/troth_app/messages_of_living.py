"""What the commands for words, people who help, practices, the calendar and the year say; a part of the catalogue.

Nothing here counts, nothing was missed, and what is one's own alone says so wherever it is shown.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["LIVING"]

Catalogue = Mapping[str, str]
"""Sentences by key, in one language."""

ASKING: Final[Catalogue] = {
    "line.long": "That is more than one line holds. Nothing was kept or shared. Say it in fewer words.",
}

WORDS: Final[Catalogue] = {
    "card.glossary": "A word, by {name}, {day}",
    "field.word": "{text}",
    "field.means": "It means: {text}",
    "label.word": "The word",
    "label.means": "What it means to you",
    "part.glossary": "Words",
    "glossary.word": "Which word?",
    "glossary.means": "What does it mean to you?",
    "glossary.theirs": "{name}: {text}",
    "glossary.head": "Word",
    "glossary.none": "There is no word here. `troth glossary say` says what one means to you.",
    "glossary.both": "Each of you says what a word means to you. Neither takes the place of the other.",
    "glossary.here": "What “{word}” means",
}

LIVING: Final[Catalogue] = {**ASKING, **WORDS}
"""Every sentence by its key; names, days and quoted words go where the braces are."""
