"""What the commands for words, people who help, practices, the calendar and the year say; a part of the table.

Nothing here counts, nothing was missed, and what is one's own alone says so wherever it is shown.
"""

from collections.abc import Mapping
from typing import Final

from troth_wire.said import Said, in_context

__all__ = ["LIVING"]

Catalogue = Mapping[str, Said]
"""Sentences by key."""

ASKING: Final[Catalogue] = {
    "line.long": Said("That is more than one line holds. Nothing was kept or shared. Say it in fewer words."),
}

WORDS: Final[Catalogue] = {
    "card.glossary": Said("A word, by {name}, {day}"),
    "field.word": Said("{text}"),
    "field.means": Said("It means: {text}"),
    "label.word": Said("The word"),
    "label.means": Said("What it means to you"),
    "part.glossary": Said("Words"),
    "glossary.word": Said("Which word?"),
    "glossary.means": Said("What does it mean to you?"),
    "glossary.theirs": Said("{name}: {text}"),
    "glossary.head": Said("Word"),
    "glossary.none": Said("There is no word here. `troth glossary say` says what one means to you."),
    "glossary.both": Said("Each of you says what a word means to you. Neither takes the place of the other."),
    "glossary.here": Said("What “{word}” means"),
}

ALONE: Final[Catalogue] = {
    "card.alone": Said("Yours alone."),
    "alone.none": Said("There is nothing like that of yours alone. Nothing changes."),
    "alone.part": Said("{label}: “{text}”"),
    "alone.goes": Said("This is what they see"),
}

HELPERS: Final[Catalogue] = {
    "card.support_person": Said("Somebody who helps, noted by {name}, {day}"),
    "alone.support_person": Said("Somebody who helps you, {day}"),
    "field.helps": Said("{text}"),
    "field.name": Said("{text}"),
    "field.reach": Said("How to reach: {text}"),
    "field.tells": Said("What can be told there: {text}"),
    "label.name": Said("The name"),
    "label.reach": Said("How to reach them"),
    "label.tells": Said("What you may tell them"),
    "helps.therapist": in_context("who helps", "a therapist"),
    "helps.for_both": in_context("who helps", "a therapist for both of you"),
    "helps.group": in_context("who helps", "a group"),
    "helps.frank": in_context("who helps", "somebody frank"),
    "helps.friend": in_context("who helps", "a friend, or family"),
    "part.support_person": Said("People who help"),
    "helper.helps": Said("Who is it?"),
    "helper.name": Said("What are they called here?"),
    "helper.reach": Said("How do you reach them? May stay empty:"),
    "helper.tells": Said("What do you want to be able to tell them? May stay empty:"),
    "helper.where": Said(
        "`troth support` shows it while it is open here, and nobody else sees it. `troth mine share` shares what you "
        "choose of it."
    ),
}

WHOSE: Final[Catalogue] = {
    "whose.which": Said("Whose is it?"),
    "whose.alone": Said("Mine alone: nobody else sees it"),
    "whose.mine": Said("Mine, and they see it"),
    "whose.ours": Said("Ours, once both of us say so"),
    "whose.waits": Said("It is ours once both of you say so: `troth agree assent`."),
}

PRACTICES: Final[Catalogue] = {
    "card.practice": Said("Tried by {name}, {day}"),
    "alone.practice": Said("You try, {day}"),
    "field.when": Said("When: {text}"),
    "field.look_back": Said("Looked back on: {text}"),
    "label.when": Said("When"),
    "label.look_back": Said("On which day you look back on it"),
    "part.practice": Said("Practices"),
    "practice.what": Said("What do you want to try?"),
    "practice.when": Said("When, such as “mornings”? May stay empty:"),
    "practice.look_back": Said("On which day do you look back on it, such as {day}? May stay empty:"),
    "practice.none": Said("Nothing is tried here. `troth practice add` begins something."),
    "practice.none_here": Said("There is nothing of yours to look back on. Nothing changes."),
    "practice.then": Said("What do you want to do with it? No reason is needed."),
    "practice.words": Said("A few words on how it was, if you like:"),
    "looked.keep": Said("It is kept on."),
    "looked.drop": Said("It is let go. No reason is needed."),
    "practice.both": Said("You keep it on. It is kept on for both once you both say so."),
    "trial.keep": Said("Keep it on"),
    "trial.drop": Said("Let it go"),
    "beside.keep": Said("{name} would keep it on."),
    "beside.drop": Said("{name} let it go."),
}

DAYS_AHEAD: Final[Catalogue] = {
    "card.event": Said("A day, planned by {name}, {day}"),
    "alone.event": Said("A day that you planned, {day}"),
    "field.alias": Said("{text}"),
    "field.sort": Said("For: {text}"),
    "label.title": Said("What it is called"),
    "label.alias": Said("What stands for it on screens"),
    "label.at": Said("At which time"),
    "sort.window": in_context("what a day is planned for", "looking at things together"),
    "sort.talk": in_context("what a day is planned for", "a talk"),
    "sort.date": in_context("what a day is planned for", "a date"),
    "sort.therapy": in_context("what a day is planned for", "therapy"),
    "sort.health": in_context("what a day is planned for", "health"),
    "sort.together": in_context("what a day is planned for", "something together"),
    "part.event": Said("Planned days"),
    "event.sort": Said("What is it for?"),
    "event.title": Said("What is it?"),
    "event.alias": Said("What stands for it on screens and in files for a calendar? May stay empty:"),
    "event.date": Said("It is time together, and nobody owes anything for it."),
    "event.none": Said("No day is planned here. `troth calendar plan` plans one."),
    "event.none_here": Said("There is no day that waits for this. Nothing changes."),
    "event.came": Said("What came of it? No reason is needed."),
    "event.said": Said("It is noted. No reason is needed."),
    "came.done": Said("It was"),
    "came.moved": Said("It moves to another day"),
    "came.dropped": Said("It is let go"),
}

LOOKING: Final[Catalogue] = {
    "card.reflection": Said("Looking back, by {name}, {day}"),
    "alone.reflection": Said("You looked back, {day}"),
    "field.mattered": Said("{text}"),
    "field.learned": Said("Learned: {text}"),
    "field.hope": Said("Hope: {text}"),
    "label.mattered": Said("What mattered"),
    "label.learned": Said("What you learned"),
    "label.hope": Said("What you hope"),
    "part.reflection": Said("Looking back"),
    "reflection.mattered": Said("What mattered? May stay empty:"),
    "reflection.learned": Said("What did you learn? May stay empty:"),
    "reflection.hope": Said("What do you hope? May stay empty:"),
    "reflection.where": Said("`troth year` shows it here. `troth mine share` shares what you choose of it."),
    "year.none": Said("Nothing of these days is here."),
    "year.end": Said("Many people need about a year. There is no line to reach."),
    "week.end": Said("What mattered of it for you? `troth year write` keeps it for you alone."),
    "alone.anew": Said("Put it in, in other words"),
    "alone.words": Said("In which words?"),
}

LIVING: Final[Catalogue] = {**ASKING, **WORDS, **ALONE, **HELPERS, **WHOSE, **PRACTICES, **DAYS_AHEAD, **LOOKING}
"""Every sentence by its key; names, days and quoted words go where the braces are."""
