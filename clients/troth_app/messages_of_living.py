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

ALONE: Final[Catalogue] = {
    "card.alone": "Yours alone.",
    "alone.none": "There is nothing like that of yours alone. Nothing changes.",
    "alone.part": "{label}: “{text}”",
    "alone.goes": "This is what they see",
}

HELPERS: Final[Catalogue] = {
    "card.support_person": "Somebody who helps, noted by {name}, {day}",
    "alone.support_person": "Somebody who helps you, {day}",
    "field.helps": "{text}",
    "field.name": "{text}",
    "field.reach": "How to reach: {text}",
    "field.tells": "What can be told there: {text}",
    "label.name": "The name",
    "label.reach": "How to reach them",
    "label.tells": "What you may tell them",
    "helps.therapist": "a therapist",
    "helps.for_both": "a therapist for both of you",
    "helps.group": "a group",
    "helps.frank": "somebody frank",
    "helps.friend": "a friend, or family",
    "part.support_person": "People who help",
    "helper.helps": "Who is it?",
    "helper.name": "What are they called here?",
    "helper.reach": "How do you reach them? May stay empty:",
    "helper.tells": "What do you want to be able to tell them? May stay empty:",
    "helper.where": (
        "`troth support` shows it while it is open here, and nobody else sees it. `troth mine share` shares what you "
        "choose of it."
    ),
}

LIVING: Final[Catalogue] = {**ASKING, **WORDS, **ALONE, **HELPERS}
"""Every sentence by its key; names, days and quoted words go where the braces are."""
