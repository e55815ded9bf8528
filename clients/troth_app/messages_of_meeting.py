"""What the commands for windows, questions, repairs and paces say; a part of the catalogue of `troth_app.messages`.

A window needs no reason to be moved or skipped, a question none to stay unanswered, and a pace is no yes to anything.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["MEETING"]

Catalogue = Mapping[str, str]
"""Sentences by key, in one language."""

MEETING: Final[Catalogue] = {
    "card.window": "Window, suggested by {name}, {day}",
    "card.question": "Question by {name}, {day}",
    "card.repair": "Repair by {name}, {day}",
    "card.intimacy_pace": "Pace of {name}, {day}",
    "card.chapter": "New chapter, suggested by {name}, {day}",
    "field.topics": "{text}",
    "field.at": "At {text}",
    "field.length": "For {text}",
    "field.detail": "Asked for: {text}",
    "field.place": "Where: {text}",
    "field.may_wait_until": "May wait until {text}",
    "field.impact": "What it did: {text}",
    "field.support": "Support: {text}",
    "field.review_on": "Looked at again on {text}",
    "field.fine": "Feels fine: {text}",
    "field.not_now": "Not now: {text}",
    "field.words": "{text}",
    "detail.fact": "a fact",
    "detail.outline": "an outline",
    "detail.full": "as much as you can",
    "place.written": "in writing",
    "place.talk": "in a talk",
    "place.therapist": "with a therapist",
    "label.impact": "What it did",
    "label.support": "Which support",
    "label.review_on": "On which day it is looked at again",
    "beside.agenda": "{name} would like to look at: {text}",
    "beside.hold": "{name} noted: {text}",
    "beside.step": "Step: {text}",
    "beside.reply": "{name}: {response} {text}",
    "window.now": "It is on {time} now.",
    "window.wish": "{name} would like {time} instead.",
    "window.none": "There is no window here. `troth window plan` suggests one.",
    "window.none_here": "There is no window that waits for this. Nothing changes.",
    "window.topics": "What do you want to look at together?",
    "window.on": "On which day, such as {day}?",
    "window.at": "At which time? May stay empty:",
    "window.length": "For how long? May stay empty:",
    "window.answer": "Does it suit you? No reason is needed.",
    "window.point": "What would you like to look at?",
    "window.to": "To which day, such as {day}?",
    "window.moved": "It is on {time} now. They see it when your devices sync.",
    "window.both": "You wish for different times, so it is on {time} as before. Both wishes are listed.",
    "window.waits": "You have moved it once by yourself. It is on {time} as before, and your wish is listed for both.",
    "window.skipped": "It is skipped. No reason is needed, and what you both noted stays.",
    "window.note": "What do you both take from it? May stay empty:",
    "window.held": "It is noted that you held it.",
    "question.none": "There is no question here. `troth ask` asks one.",
    "question.text": "What do you want to ask?",
    "question.detail": "How much do you want to know?",
    "question.place": "Where would you like the answer?",
    "question.wait": "Until which day may it wait, such as {day}? May stay empty:",
    "question.sealed": "Something is asked. `troth answer` shows it, at a time that is good for you.",
    "question.how": "What do you say to it? No reason is needed.",
    "response.answered": "I answer",
    "response.with_help": "With help, such as a therapist",
    "response.not_yet": "Not yet",
    "response.no": "No",
    "question.words": "Your answer. It stays with you until you share it:",
    "question.by": "By which day, such as {day}? May stay empty:",
    "question.kept": "It is kept, and yours alone: `troth answer` goes on with it.",
    "question.draft": "You have written this and not shared it: “{text}”. Leave it empty to use it.",
    "question.aside": "{why} What you wrote is kept, and yours alone: `troth questions` shows it.",
    "question.yours": "Yours alone: {text}",
    "question.moved": (
        "A question that you had answered was taken back. Nobody sees the answer: "
        "it is yours alone, in `troth mine list`."
    ),
    "repair.none": "There is no repair here. `troth repair open` begins one.",
    "repair.none_here": "There is no repair that waits for this. Nothing changes.",
    "repair.impact": "What happened, and what did it do to them, as you heard it?",
    "repair.support": "Which support do you have? May stay empty:",
    "repair.review": "On which day do you both look at it again, such as {day}? May stay empty:",
    "repair.step": "What do you do from now on?",
    "repair.closed": "You have closed it for yourself. It is closed once you both say so.",
    "repair.reopened": "It is open again. No reason is needed.",
    "repair.how": "How was it for you?",
    "pace.fine": "What feels fine for you to offer now? Divide it by commas:",
    "pace.not_now": "And what does not, now? May stay empty:",
    "pace.until": "Until which day, such as {day}? It ends by itself after two weeks:",
    "pace.set": "It is set until {day}. They see of it what both of you chose, and nothing else.",
    "pace.yours": "What you chose",
    "pace.both": "Fine for both now",
    "pace.none_both": "Nothing is set by both now.",
    "pace.lapsed": "It is gone: nothing of it is shown any more. No reason is needed.",
    "pace.none": "You have set nothing. Nothing changes.",
    "pace.no_yes": "This is no yes to anything. Ask each other, each time. `troth slow` and `troth stop` hold always.",
    "chapter.first": "This is the first chapter.",
    "chapter.closed": (
        "You had both opened another chapter, which ended what was agreed in this one, and that yes stands no more. "
        "Nothing can be agreed before you open another one: `troth chapter open`."
    ),
    "chapter.later": "`troth chapter read` shows what stands in earlier chapters.",
    "chapter.left": "Some of it is in the last chapter: `troth chapter carry` says anew what you want to keep.",
    "chapter.none": "There is no chapter that waits for this. Nothing changes.",
    "chapter.ends": (
        "A new chapter opens once you both say yes to it. What you agreed to in this one ends then, for good; "
        "a signal stays on until it is released."
    ),
    "chapter.keeps": (
        "Nothing goes along by itself. Each of you says anew what is to be kept, and an agreement takes both of you "
        "again. What stands here stays to be read, on your devices and on theirs."
    ),
    "chapter.sure": "What do you want to do?",
    "chapter.yes": "I say yes to a new chapter",
    "chapter.words": "What is the new chapter called? May stay empty:",
    "chapter.said": "{name} said yes to it.",
    "chapter.waits": "You have said yes. It opens once you both have, and to this one alone: `troth chapter list`.",
    "chapter.opened": "The new chapter is open. `troth chapter carry` says anew what you want to keep.",
    "chapter.used": "That chapter has words in it already. Nothing was changed. `troth chapter open` suggests another.",
    "chapter.withdrawn": "You have taken your yes back.",
    "chapter.nothing": "There is nothing of yours in the last chapter that is not here. Nothing changes.",
    "chapter.anew": "Which of it do you say anew?",
    "chapter.enough": "That is enough for now",
    "chapter.proposed": "It is proposed. It holds once you both say yes to it: `troth agree assent`.",
    "chapter.old": "This stands in earlier chapters. You can read it, and nothing of it holds.",
    "chapter.none_old": "There is no earlier chapter.",
    "export.earlier": "{title} (earlier chapter)",
    "part.window": "Windows",
    "part.question": "Questions to each other",
    "part.repair": "Repairs",
    "today.question": "There is something asked, for when it is good for you: `troth questions`.",
}
