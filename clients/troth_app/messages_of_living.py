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

WHOSE: Final[Catalogue] = {
    "whose.which": "Whose is it?",
    "whose.alone": "Mine alone: nobody else sees it",
    "whose.mine": "Mine, and they see it",
    "whose.ours": "Ours, once both of us say so",
    "whose.waits": "It is ours once both of you say so: `troth agree assent`.",
}

PRACTICES: Final[Catalogue] = {
    "card.practice": "Tried by {name}, {day}",
    "alone.practice": "You try, {day}",
    "field.when": "When: {text}",
    "field.look_back": "Looked back on: {text}",
    "label.when": "When",
    "label.look_back": "On which day you look back on it",
    "part.practice": "Practices",
    "practice.what": "What do you want to try?",
    "practice.when": "When, such as “mornings”? May stay empty:",
    "practice.look_back": "On which day do you look back on it, such as {day}? May stay empty:",
    "practice.none": "Nothing is tried here. `troth practice add` begins something.",
    "practice.none_here": "There is nothing of yours to look back on. Nothing changes.",
    "practice.then": "What do you want to do with it? No reason is needed.",
    "practice.words": "A few words on how it was, if you like:",
    "looked.keep": "It is kept on.",
    "looked.drop": "It is let go. No reason is needed.",
    "practice.both": "You keep it on. It is kept on for both once you both say so.",
    "trial.keep": "Keep it on",
    "trial.drop": "Let it go",
    "beside.keep": "{name} would keep it on.",
    "beside.drop": "{name} let it go.",
}

DAYS_AHEAD: Final[Catalogue] = {
    "card.event": "A day, planned by {name}, {day}",
    "alone.event": "A day that you planned, {day}",
    "field.alias": "{text}",
    "field.sort": "For: {text}",
    "label.title": "What it is called",
    "label.alias": "What stands for it on screens",
    "label.at": "At which time",
    "sort.window": "looking at things together",
    "sort.talk": "a talk",
    "sort.date": "a date",
    "sort.therapy": "therapy",
    "sort.health": "health",
    "sort.together": "something together",
    "part.event": "Planned days",
    "event.sort": "What is it for?",
    "event.title": "What is it?",
    "event.alias": "What stands for it on screens and in files for a calendar? May stay empty:",
    "event.date": "It is time together, and nobody owes anything for it.",
    "event.none": "No day is planned here. `troth calendar plan` plans one.",
    "event.none_here": "There is no day that waits for this. Nothing changes.",
    "event.came": "What came of it? No reason is needed.",
    "event.said": "It is noted. No reason is needed.",
    "came.done": "It was",
    "came.moved": "It moves to another day",
    "came.dropped": "It is let go",
}

LOOKING: Final[Catalogue] = {
    "card.reflection": "Looking back, by {name}, {day}",
    "alone.reflection": "You looked back, {day}",
    "field.mattered": "{text}",
    "field.learned": "Learned: {text}",
    "field.hope": "Hope: {text}",
    "label.mattered": "What mattered",
    "label.learned": "What you learned",
    "label.hope": "What you hope",
    "part.reflection": "Looking back",
    "reflection.mattered": "What mattered? May stay empty:",
    "reflection.learned": "What did you learn? May stay empty:",
    "reflection.hope": "What do you hope? May stay empty:",
    "reflection.where": "`troth year` shows it here. `troth mine share` shares what you choose of it.",
    "year.none": "Nothing of these days is here.",
    "year.end": "Many people need about a year. There is no line to reach.",
    "week.end": "What mattered of it for you? `troth year write` keeps it for you alone.",
    "alone.anew": "Put it in, in other words",
    "alone.words": "In which words?",
}

LIVING: Final[Catalogue] = {**ASKING, **WORDS, **ALONE, **HELPERS, **WHOSE, **PRACTICES, **DAYS_AHEAD, **LOOKING}
"""Every sentence by its key; names, days and quoted words go where the braces are."""
