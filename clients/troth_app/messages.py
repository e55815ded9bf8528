"""The app's catalogue for the record of two: every sentence that its commands say, in English first.

Sentences are whole, and either person can read them aloud without shame. What the record says of itself (how an
agreement stands, who did what) stands in the catalogue of `troth_couple` and is not said again here.
Another language is another table with the same keys; what it lacks is said in English.
"""

from collections.abc import Mapping
from typing import Final

from troth_app.messages_of_agreeing import AGREEING, CONSENT, EXAMPLES, PROPOSING
from troth_app.messages_of_living import LIVING
from troth_app.messages_of_meeting import MEETING

__all__ = ["ENGLISH", "Catalogue", "capital", "inert", "tell"]

WHY: Final = "why"

Catalogue = Mapping[str, str]
"""Sentences by key, in one language."""

PEOPLE: Final[Catalogue] = {
    "two.none": "There is no space for two here. Nothing was changed. `troth pair here` makes one.",
    "two.not_yet": (
        "This device has not read yet that it belongs here. Nothing was changed. "
        "Let it reach the relay, and try again; `troth status` says how that stands."
    ),
    "two.uncompared": (
        "Nothing can be agreed here before you compared words with the other person. Nothing was changed. "
        "`troth compare` does it."
    ),
    "two.unconfirmed": (
        "This device came back by recovery words and is not confirmed, so nothing was agreed to. "
        "`troth devices confirm` does that. What takes care counts from here at once: withdraw, pause, stop, leave."
    ),
    "two.came_back": (
        "The other person came back with recovery words, and they alone say so. Nothing was agreed to. Compare the "
        "safety number with them first: `troth compare`."
    ),
    "two.you": "you",
    "two.other": "the other person",
    "names.own": "What are you called here? It is shown on this device alone. Leave it empty to change nothing:",
    "names.other": "What is the other person called here? Leave it empty to change nothing:",
    "names.kept": "That is how this device calls you both. Nobody else sees it.",
    "names.long": "A name has at most 64 letters. Nothing was changed.",
}

TALKING: Final[Catalogue] = {
    "safe.nothing": "Nothing was changed.",
    "safe.unshared": "Nothing was shared.",
    "safe.maybe": "It may be written; `troth today` shows it.",
    "safe.agreed": "You may have agreed; `troth agree list` says.",
    "text.empty": "There was nothing to keep. Nothing changes.",
    "text.long": "That is more than one text holds. Nothing was shared. Write it as several.",
    "text.aside": "{why} What you wrote is kept for you alone: `troth mine list`.",
    "draft.text": "What is being typed:",
    "pages.what": "What do you want to change?",
    "pages.name": "What the pages are called",
    "pages.which_name": "Something that says nothing to others, of at most 32 letters. Leave it empty for “Notes”:",
    "pages.long": "A name has at most 32 letters. Nothing was changed.",
    "pages.blank.on": "Show nothing while another window is in front",
    "pages.blank.off": "Show everything also while another window is in front",
    "pages.no_shift.on": "Do nothing when Shift is pressed three times",
    "pages.no_shift.off": "Leave at once when Shift is pressed three times",
    "pages.notices.on": "Let the browser say that there is something, in the same few words each time",
    "pages.notices.off": "Let the browser say nothing by itself",
    "pages.kept": "It is so from now on, on this device.",
    "day.none": "A day is written like 2026-11-21, and has to exist. Nothing was changed.",
    "ask.day": "On which day, such as {day}? Leave it empty for today:",
    "ask.share": "What next?",
    "share.yes": "Share it with the other person",
    "share.mine": "Keep it for me alone",
    "share.no": "Keep nothing",
    "shared": "It is kept, and goes to the other person when your devices sync.",
    "kept.mine": "It is kept. It is yours alone.",
    "kept.nothing": "Nothing was kept.",
    "unlock.passphrase": "Passphrase:",
    "passphrase": "Your passphrase, to say that it is you:",
    "passphrase.not": "That is not the passphrase. Nothing was changed, and you may type it again.",
    "more": "There is more than fits here. `troth export own` writes all of it to a file.",
    "pick.which": "Which one?",
    "pick.gone": "That is not here any more. Nothing was changed.",
}

DAYS: Final[Catalogue] = {
    "today.nothing": "Nothing new is here today.",
    "today.quiet": "Quiet time until {day}. `troth quiet off` ends it.",
    "today.request": "They asked for something. `troth answer` answers, with or without a reason.",
    "today.newer": "Something here needs a newer version. It is kept: `troth uncounted`.",
    "today.device": (
        "A device of yours is new: {name}. `troth devices list` shows it; if you did not add it, "
        "`troth devices revoke` removes it."
    ),
    "first.names": "You can choose what you two are called here: `troth names`.",
    "first.blind": (
        "Each of you can say, blind, one thing that would help you feel steadier, and one limit of yours. "
        "Neither sees the other's before both are sealed: `troth blind add`."
    ),
    "first.agree": "A small text for two weeks is a good beginning, such as how you use this: `troth agree propose`.",
    "today.agree": "{count} in your agreements to look at: `troth agree list`.",
    "checkin.intro": "Each line may stay empty.",
    "checkin.feelings": "How do you feel?",
    "checkin.appreciation": "Something you value in the other person today:",
    "checkin.need": "Something you need:",
    "checkin.ownership": "Something that is yours to own:",
    "checkin.recovery": "How is healing going for you?",
    "checkin.steadiness": "How steady are you, in your own words?",
    "headsup.text": "What changed in the plan?",
    "headsup.until": "Until when does it matter?",
    "headsup.today": "Today",
    "headsup.tomorrow": "Tomorrow",
    "headsup.after": "The day after",
    "thanks.what": "What for?",
    "thanks.own": "Something else, in my own words",
    "thanks.text": "What are you thankful for?",
    "thanks.said": "You said thank you for telling me. They see it when your devices sync.",
    "milestone.what": "What happened?",
    "milestone.whose": "Whose is it?",
    "milestone.mine": "Mine",
    "milestone.ours": "Ours, once both of us say so",
    "milestone.waits": "It is ours once both of you say so: `troth agree assent`.",
    "amend.which": "Which of your words do you want to say anew?",
    "amend.none": "There is nothing of yours to say anew. Nothing changes.",
    "amend.keep": "{label}, or leave it empty to keep {text}:",
    "amend.nothing": "it empty",
    "label.feelings": "How you feel",
    "label.appreciation": "Something you value",
    "label.need": "Something you need",
    "label.ownership": "Something that is yours to own",
    "label.recovery": "How healing is going",
    "label.steadiness": "How steady you are",
    "label.text": "The words",
    "label.what": "What happened",
    "label.on": "On which day",
    "label.statement": "What you will do",
    "label.because": "Because",
    "label.ask": "What you ask for",
    "label.why": "Why",
    "label.good_by": "By which day",
    "label.by": "By which day",
    "label.until": "Until which day",
    "amend.done": "It is said anew. What it said before stays visible beside it.",
    "back.which": "Which of your words do you take back?",
    "back.none": "There is nothing of yours to take back. Nothing changes.",
}

SIGNALS: Final[Catalogue] = {
    "signal.given": "It holds until you release it: `troth release`. You need no reason.",
    "signal.slow": "You asked to go slower.",
    "signal.pause": "You asked for a pause.",
    "signal.stop": "You asked to stop.",
    "signal.about": "What is it about?",
    "scope.talk": "Talk",
    "scope.touch": "Touch",
    "scope.topic": "This topic",
    "scope.app": "This app",
    "signal.by": "By {name}, {day}. About: {scope}.",
    "release.none": "There is no signal of yours. Nothing changes.",
    "release.which": "Which signal do you release?",
    "release.item": "{sentence} {detail}",
    "release.all": "All of mine",
    "release.done": "It is released.",
}

THINGS: Final[Catalogue] = {
    "card.check_in": "Check-in by {name}, {day}",
    "card.gratitude": "Thankful, by {name}, {day}",
    "card.milestone": "Milestone by {name}, {day}",
    "card.boundary": "Boundary by {name}, {day}",
    "card.request": "Asked by {name}, {day}",
    "card.plan_note": "Plan changed, by {name}, {day}",
    "card.note": "Note begun by {name}, {day}",
    "card.blind": "Question by {name}, {day}",
    "card.promise": "Promise by {name}, {day}",
    "card.care_act": "Kindness by {name}, {day}",
    "card.care_menu": "{name} would enjoy, {day}",
    "card.told": "How it was for {name}: {text}",
    "card.mine": "Yours alone",
    "field.feelings": "Feeling: {text}",
    "field.appreciation": "I value: {text}",
    "field.need": "I need: {text}",
    "field.ownership": "Mine to own: {text}",
    "field.recovery": "Healing: {text}",
    "field.steadiness": "Steady: {text}",
    "field.text": "{text}",
    "field.what": "{text}",
    "field.on": "On {text}",
    "field.statement": "{text}",
    "field.because": "Because: {text}",
    "field.ask": "{text}",
    "field.why": "Why: {text}",
    "field.good_by": "Good by: {text}",
    "field.until": "Until {text}",
    "field.by": "By {text}",
    "field.title": "{text}",
    "field.question": "{text}",
    "field.before": "Before it said: {text}",
    "card.taken_back": "Taken back.",
    "card.by": "{name}: {text}",
    "card.thanked": "Thank you for telling me.",
    "card.reply": "Answer: {stage} {text}",
    "boundary.none": "There is no boundary here. `troth boundary add` writes one.",
    "boundary.statement": "What will you do, or not do? Begin with “I”:",
    "boundary.because": "Because? May stay empty:",
    "boundary.which": "Which boundary do you let go?",
    "boundary.retired": "It is let go. It stays visible as such.",
    "note.none": "There is no note here. `troth note add` begins one.",
    "note.title": "What do you call the note?",
    "note.text": "Write.",
    "note.where": "Where do you write?",
    "note.end": "At the end",
    "note.now": "It says now",
    "note.both": "You each changed this. Here are both.",
    "note.theirs": "What stands there",
    "note.mine": "What you wrote",
    "note.out": "nothing",
    "note.which": "Which one is to stand?",
    "choice.mine": "What I wrote",
    "choice.theirs": "What stands there",
    "choice.both": "Both, one after the other",
    "request.none": "Nothing is asked for here. `troth ask-for` asks.",
    "request.ask": "What do you ask for?",
    "request.why": "Why? May stay empty:",
    "request.good_by": "By which day would it be good, such as {day}? May stay empty:",
    "blind.none": "There is no question here. `troth blind add` asks one that you both answer.",
    "blind.none_here": "There is no question here that waits for this. Nothing changes.",
    "blind.question": "What do you ask you both?",
    "blind.answer": "Your answer. Nobody sees it before both of you have sealed one.",
    "blind.sealed": "It is sealed. Once both answers are, `troth blind open` opens yours.",
    "blind.waits": (
        "Both answers are shown once they open theirs. Who opens first can be read first: neither of you can change "
        "what was sealed."
    ),
    "promise.none": "There is no promise here. `troth promise add` makes one.",
    "promise.what": "What do you promise?",
    "promise.by": "By which day, such as {day}? May stay empty:",
    "promise.outcome": "What became of it?",
    "promise.words": "A few words, if you like:",
    "promise.how": "How was it for you?",
    "outcome.kept": "Kept",
    "outcome.partly": "Kept in part",
    "outcome.not_this_time": "Not this time",
    "outcome.let_go": "Let go",
    "care.none": "There is nothing here. `troth care wish` says what you would enjoy.",
    "care.care_act": "What did you do?",
    "care.care_menu": "What would you enjoy?",
    "answer.none": "There is nothing of theirs to answer. Nothing changes.",
    "answer.which": "Which one do you answer?",
    "answer.reply": "What is your answer? No reason is needed.",
    "answer.accept": "Yes",
    "answer.counter": "Another way",
    "answer.later": "Later",
    "answer.decline": "No",
    "answer.text": "A few words, if you like:",
    "answer.done": "Your answer is kept, and goes to them when your devices sync.",
}

KEEPING: Final[Catalogue] = {
    "quiet.until": "Until which day, such as {day}?",
    "quiet.on": "It is quiet here until {day}: `troth today` shows signals and nothing else of theirs. Nobody is told.",
    "quiet.off": "The quiet time is over.",
    "quiet.past": "That day has passed. Nothing was changed.",
    "search.what": "What do you look for? It is looked for in your own words, agreements and notes:",
    "search.none": "It is not in your own words, agreements or notes.",
    "export.exists": "There is a file at that place. Nothing was written. Name another one.",
    "export.folder": "That place can not be written: {why}. Nothing was written. Name another one.",
    "export.mine": "Do you want what is yours alone in it too?",
    "export.without": "Leave it out",
    "export.with": "Put it in",
    "export.full": "This file contains the other person's private words. It is no legal record.",
    "export.own": "Your own words are in it. The other person's words are left out, and names are initials.",
    "export.open": "Whoever has the file can read it: it is not sealed.",
    "export.sure": "Write it?",
    "export.yes": "Write it",
    "export.no": "Not now",
    "export.not": "Nothing was written.",
    "export.part": "{part}:",
    "export.empty": "There is nothing in it. Nothing was written.",
    "export.done": "It is written. Keep it where you alone find it, and remove it when you need it no more.",
    "export.title": "Written on {day}",
    "export.inside": "What is inside",
    "export.none": "Nothing is inside.",
    "export.their_words": "[their words]",
    "export.acts": "What was said and when",
    "export.i": "the author",
    "export.they": "the other person",
    "part.agreements": "Agreements",
    "part.check_in": "Check-ins",
    "part.gratitude": "Gratitude",
    "part.milestone": "Milestones",
    "part.boundary": "Boundaries",
    "part.request": "Requests",
    "part.plan_note": "Changed plans",
    "part.promise": "Promises",
    "part.care_act": "Kindness",
    "part.care_menu": "What each would enjoy",
    "part.note": "Notes by both",
    "part.blind": "Questions",
    "part.mine": "Yours alone",
    "calendar.title": "What is each day to be called? Leave it empty for “Reminder”:",
    "calendar.plain": "Reminder",
    "calendar.none": "There is no day to remember. Nothing was written.",
    "import.not": "Nothing was taken in.",
    "import.none": "There is nothing in that file that is yours alone. Nothing was taken in.",
    "import.unread": "That file can not be read: {why}. Nothing was taken in.",
    "import.long": "That file is longer than Troth takes in at once. Nothing was taken in.",
    "import.what": "{count} would be taken in, for you alone. What was said to the other person is never taken in.",
    "import.sure": "Take it in?",
    "import.yes": "Take it in",
    "import.no": "Not now",
    "import.done": "It is here, and yours alone: `troth mine list`.",
    "alias.form": "A name has 2 to 31 small letters, digits or dashes, and begins with a letter. Nothing was changed.",
    "alias.taken": "Something is called so already. Nothing was changed. Choose another name.",
    "alias.unwritten": "It can not be put beside the first launcher: {why}. Nothing was changed.",
    "alias.made": "`{name}` does what `troth` does, and calls itself by that name. Remove {path} to end that.",
    "uncounted.none": "Everything that came here counts.",
    "uncounted.unknown": "Something that nobody proved to be theirs",
    "mine.more": "There are earlier ones too. `troth export own` writes all of them to a file.",
    "mine.which": "Which one do you let go?",
    "mine.sure": "It is gone then, for good. Let it go?",
    "mine.keep": "Keep it",
    "mine.go": "Let it go",
    "mine.write": "Write something down for yourself:",
    "mine.kept": "Nothing was changed.",
    "mine.gone": "It is gone from this vault. Backups that were made before have it.",
    "mine.none": "There is nothing here. `troth mine add` writes something down.",
}

STEADY: Final[Catalogue] = {
    "steady.breathe": "Breathe",
    "steady.breathe.1": "In through the nose while you count to four.",
    "steady.breathe.2": "Hold it, if that feels good, while you count to two.",
    "steady.breathe.3": "Out through the mouth while you count to six.",
    "steady.breathe.4": "Again, as often as you like. You can stop here.",
    "steady.senses": "Five, four, three, two, one",
    "steady.senses.1": "Five things that you see.",
    "steady.senses.2": "Four that you can touch.",
    "steady.senses.3": "Three that you hear.",
    "steady.senses.4": "Two that you smell.",
    "steady.senses.5": "One that you taste.",
    "steady.call": "Somebody to call",
    "steady.call.1": "Who has been good to you? You can call them now, also without a reason.",
    "steady.call.2": "`troth support` shows where trained people answer.",
    "steady.nothing": "Nothing needs to be decided now.",
    "support.danger": "If you are in danger",
    "support.danger.1": "Call the emergency number of your country now.",
    "support.afraid": "If you are afraid of the other person",
    "support.afraid.1": (
        "This is not the right tool then, and work as a couple can be unsafe where there is abuse. "
        "Talk to somebody who knows about it, from a telephone or computer that the other person does not use."
    ),
    "support.afraid.2": "Ask yourself, and tell nobody if you like: do I feel free to say no here?",
    "support.lines": "People who answer: {region}",
    "support.line": "{name}: {number}. {what}",
    "support.unchecked": "{name}: {number} (not checked). {what}",
    "support.unchecked_all": (
        "What is not checked was called by nobody in the last twelve months: look it up before you rely on it."
    ),
    "support.record": "That you looked at this is written nowhere.",
    "support.limits": "What this can not do",
    "support.limits.1": (
        "Somebody with this device unlocked, with rights over it, with spying software or a camera "
        "can read what is here."
    ),
    "support.limits.2": "A changed program on the other side can keep anything, and no device can make another forget.",
}

ENGLISH: Final[Catalogue] = {
    **PEOPLE,
    **TALKING,
    **DAYS,
    **SIGNALS,
    **AGREEING,
    **PROPOSING,
    **EXAMPLES,
    **CONSENT,
    **THINGS,
    **MEETING,
    **LIVING,
    **KEEPING,
    **STEADY,
}
"""Every sentence by its key; names, days and quoted words go where the braces are."""


def tell(key: str, *, catalogue: Catalogue = ENGLISH, **values: str) -> str:
    """Return a sentence with what belongs in its places, which is never looked at again and names no command.

    One place does: `why`, which is another sentence of the program.
    """
    given = {place: value if place == WHY else inert(value) for place, value in values.items()}
    return catalogue.get(key, ENGLISH[key]).format(**given)


def inert(text: str) -> str:
    """Return somebody's words so that nothing in them is taken for a command: between ticks a page has buttons."""
    return text.replace("`troth ", "\N{MODIFIER LETTER GRAVE ACCENT}troth ")


def capital(text: str) -> str:
    """Return a sentence that may begin with a name, as sentences begin."""
    return text[:1].upper() + text[1:]
