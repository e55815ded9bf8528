"""What the commands for windows, questions, repairs and paces say; a part of the table of `troth_app.messages`.

A window needs no reason to be moved or skipped, a question none to stay unanswered, and a pace is no yes to anything.
"""

from collections.abc import Mapping
from typing import Final

from troth_wire.said import Said, in_context

__all__ = ["MEETING"]

Catalogue = Mapping[str, Said]
"""Sentences by key."""

MEETING: Final[Catalogue] = {
    "card.window": Said("Window, suggested by {name}, {day}"),
    "card.question": Said("Question by {name}, {day}"),
    "card.repair": Said("Repair by {name}, {day}"),
    "card.intimacy_pace": Said("Pace of {name}, {day}"),
    "card.chapter": Said("New chapter, suggested by {name}, {day}"),
    "field.topics": Said("{text}"),
    "field.at": in_context("the time of a window", "At {text}"),
    "field.length": in_context("the length of a window", "For {text}"),
    "field.detail": Said("Asked for: {text}"),
    "field.place": Said("Where: {text}"),
    "field.may_wait_until": Said("May wait until {text}"),
    "field.impact": Said("What it did: {text}"),
    "field.support": Said("Support: {text}"),
    "field.review_on": Said("Looked at again on {text}"),
    "field.fine": Said("Feels fine: {text}"),
    "field.not_now": Said("Not now: {text}"),
    "field.words": Said("{text}"),
    "detail.fact": in_context("how much somebody wants to know", "a fact"),
    "detail.outline": in_context("how much somebody wants to know", "an outline"),
    "detail.full": in_context("how much somebody wants to know", "as much as you can"),
    "place.written": in_context("where an answer is given", "in writing"),
    "place.talk": in_context("where an answer is given", "in a talk"),
    "place.therapist": in_context("where an answer is given", "with a therapist"),
    "label.impact": Said("What it did"),
    "label.support": Said("Which support"),
    "label.review_on": Said("On which day it is looked at again"),
    "beside.agenda": Said("{name} would like to look at: {text}"),
    "beside.hold": Said("{name} noted: {text}"),
    "beside.step": Said("Step: {text}"),
    "beside.reply": Said("{name}: {response} {text}"),
    "window.now": Said("It is on {time} now."),
    "window.wish": Said("{name} would like {time} instead."),
    "window.none": Said("There is no window here. `troth window plan` suggests one."),
    "window.none_here": Said("There is no window that waits for this. Nothing changes."),
    "window.topics": Said("What do you want to look at together?"),
    "window.on": Said("On which day, such as {day}?"),
    "window.at": Said("At which time? May stay empty:"),
    "window.length": Said("For how long? May stay empty:"),
    "window.answer": Said("Does it suit you? No reason is needed."),
    "window.point": Said("What would you like to look at?"),
    "window.to": Said("To which day, such as {day}?"),
    "window.moved": Said("It is on {time} now. They see it when your devices sync."),
    "window.both": Said("You wish for different times, so it is on {time} as before. Both wishes are listed."),
    "window.waits": Said(
        "You have moved it once by yourself. It is on {time} as before, and your wish is listed for both."
    ),
    "window.skipped": Said("It is skipped. No reason is needed, and what you both noted stays."),
    "window.note": Said("What do you both take from it? May stay empty:"),
    "window.held": Said("It is noted that you held it."),
    "question.none": Said("There is no question here. `troth ask` asks one."),
    "question.text": Said("What do you want to ask?"),
    "question.detail": Said("How much do you want to know?"),
    "question.place": Said("Where would you like the answer?"),
    "question.wait": Said("Until which day may it wait, such as {day}? May stay empty:"),
    "question.sealed": Said("Something is asked. `troth answer` shows it, at a time that is good for you."),
    "question.how": Said("What do you say to it? No reason is needed."),
    "response.answered": in_context("what is said to a question", "I answer"),
    "response.with_help": in_context("what is said to a question", "With help, such as a therapist"),
    "response.not_yet": in_context("what is said to a question", "Not yet"),
    "response.no": in_context("what is said to a question", "No"),
    "question.words": Said("Your answer. It stays with you until you share it:"),
    "question.by": Said("By which day, such as {day}? May stay empty:"),
    "question.kept": Said("It is kept, and yours alone: `troth answer` goes on with it."),
    "question.draft": Said("You have written this and not shared it: “{text}”. Leave it empty to use it."),
    "question.aside": Said("{why} What you wrote is kept, and yours alone: `troth questions` shows it."),
    "question.yours": Said("Yours alone: {text}"),
    "question.moved": Said(
        "A question that you had answered was taken back. Nobody sees the answer: "
        "it is yours alone, in `troth mine list`."
    ),
    "repair.none": Said("There is no repair here. `troth repair open` begins one."),
    "repair.none_here": Said("There is no repair that waits for this. Nothing changes."),
    "repair.impact": Said("What happened, and what did it do to them, as you heard it?"),
    "repair.support": Said("Which support do you have? May stay empty:"),
    "repair.review": Said("On which day do you both look at it again, such as {day}? May stay empty:"),
    "repair.step": Said("What do you do from now on?"),
    "repair.closed": Said("You have closed it for yourself. It is closed once you both say so."),
    "repair.reopened": Said("It is open again. No reason is needed."),
    "repair.how": Said("How was it for you?"),
    "pace.fine": Said("What feels fine for you to offer now? Divide it by commas:"),
    "pace.not_now": Said("And what does not, now? May stay empty:"),
    "pace.until": Said("Until which day, such as {day}? It ends by itself after two weeks:"),
    "pace.set": Said("It is set until {day}. They see of it what both of you chose, and nothing else."),
    "pace.yours": Said("What you chose"),
    "pace.both": Said("Fine for both now"),
    "pace.none_both": Said("Nothing is set by both now."),
    "pace.lapsed": Said("It is gone: nothing of it is shown any more. No reason is needed."),
    "pace.none": Said("You have set nothing. Nothing changes."),
    "pace.no_yes": Said(
        "This is no yes to anything. Ask each other, each time. `troth slow` and `troth stop` hold always."
    ),
    "chapter.first": Said("This is the first chapter."),
    "chapter.closed": Said(
        "You had both opened another chapter, which ended what was agreed in this one, and that yes stands no more. "
        "Nothing can be agreed before you open another one: `troth chapter open`."
    ),
    "chapter.later": Said("`troth chapter read` shows what stands in earlier chapters."),
    "chapter.left": Said("Some of it is in the last chapter: `troth chapter carry` says anew what you want to keep."),
    "chapter.none": Said("There is no chapter that waits for this. Nothing changes."),
    "chapter.ends": Said(
        "A new chapter opens once you both say yes to it. What you agreed to in this one ends then, for good; "
        "a signal stays on until it is released."
    ),
    "chapter.keeps": Said(
        "Nothing goes along by itself. Each of you says anew what is to be kept, and an agreement takes both of you "
        "again. What stands here stays to be read, on your devices and on theirs."
    ),
    "chapter.sure": Said("What do you want to do?"),
    "chapter.yes": Said("I say yes to a new chapter"),
    "chapter.words": Said("What is the new chapter called? May stay empty:"),
    "chapter.said": Said("{name} said yes to it."),
    "chapter.waits": Said(
        "You have said yes. It opens once you both have, and to this one alone: `troth chapter list`."
    ),
    "chapter.opened": Said("The new chapter is open. `troth chapter carry` says anew what you want to keep."),
    "chapter.used": Said(
        "That chapter has words in it already. Nothing was changed. `troth chapter open` suggests another."
    ),
    "chapter.withdrawn": Said("You have taken your yes back."),
    "chapter.nothing": Said("There is nothing of yours in the last chapter that is not here. Nothing changes."),
    "chapter.anew": Said("Which of it do you say anew?"),
    "chapter.enough": Said("That is enough for now"),
    "chapter.proposed": Said("It is proposed. It holds once you both say yes to it: `troth agree assent`."),
    "chapter.old": Said("This stands in earlier chapters. You can read it, and nothing of it holds."),
    "chapter.none_old": Said("There is no earlier chapter."),
    "export.earlier": Said("{title} (earlier chapter)"),
    "part.window": in_context("a part of a file", "Windows"),
    "part.question": in_context("a part of a file", "Questions to each other"),
    "part.repair": in_context("a part of a file", "Repairs"),
    "today.question": Said("There is something asked, for when it is good for you: `troth questions`."),
}
