"""What the commands for the record of two say, by keys for the code; each is a marked sentence of the one catalogue.

Sentences are whole, and either person can read them aloud without shame. What the record says of itself (how an
agreement stands, who did what) stands in `troth_couple.messages` and is not said again here.
"""

from collections.abc import Mapping
from typing import Final

from troth_app.language import filled
from troth_app.messages_of_agreeing import AGREEING, CONSENT, EXAMPLES, PROPOSING
from troth_app.messages_of_living import LIVING
from troth_app.messages_of_meeting import MEETING
from troth_app.messages_of_rest import STEADY
from troth_app.messages_of_safety import SAFETY
from troth_app.messages_of_telling import TELLING
from troth_wire.said import Said, in_context, plural

__all__ = ["ENGLISH", "Catalogue", "capital", "inert", "tell"]

WHY: Final = "why"

Catalogue = Mapping[str, Said]
"""Sentences by key."""

PEOPLE: Final[Catalogue] = {
    "two.none": Said("There is no space for two here. Nothing was changed. `troth pair here` makes one."),
    "two.not_yet": Said(
        "This device has not read yet that it belongs here. Nothing was changed. "
        "Let it reach the relay, and try again; `troth status` says how that stands."
    ),
    "two.uncompared": Said(
        "Nothing can be agreed here before you compared words with the other person. Nothing was changed. "
        "`troth compare` does it."
    ),
    "two.unconfirmed": Said(
        "This device came back by recovery words and is not confirmed, so nothing was agreed to. "
        "`troth devices confirm` does that. What takes care counts from here at once: withdraw, pause, stop, leave."
    ),
    "two.came_back": Said(
        "The other person came back with recovery words, and they alone say so. Nothing was agreed to. Compare the "
        "safety number with them first: `troth compare`."
    ),
    "two.you": in_context("who did something", "you"),
    "two.other": in_context("who did something", "the other person"),
    "names.own": Said("What are you called here? It is shown on this device alone. Leave it empty to change nothing:"),
    "names.other": Said("What is the other person called here? Leave it empty to change nothing:"),
    "names.kept": Said("That is how this device calls you both. Nobody else sees it."),
    "names.long": Said("A name has at most 64 letters. Nothing was changed."),
}

TALKING: Final[Catalogue] = {
    "safe.nothing": Said("Nothing was changed."),
    "safe.unshared": Said("Nothing was shared."),
    "safe.maybe": Said("It may be written; `troth today` shows it."),
    "safe.agreed": Said("You may have agreed; `troth agree list` says."),
    "text.empty": Said("There was nothing to keep. Nothing changes."),
    "text.gap": Said("This can not stay empty. Nothing was shared."),
    "text.over": plural(
        "That is {count} letter longer than a text can be. Nothing was shared.",
        "That is {count} letters longer than a text can be. Nothing was shared.",
    ),
    "line.over": plural(
        "That is {count} letter longer than a line can be. Nothing was shared.",
        "That is {count} letters longer than a line can be. Nothing was shared.",
    ),
    "text.long": Said("That is more than Troth takes at once. Nothing was shared. Write it as several."),
    "text.aside": Said("{why} What you wrote is kept for you alone: `troth mine list`."),
    "draft.text": Said("What is being typed:"),
    "pages.what": Said("What do you want to change?"),
    "pages.name": Said("What the pages are called"),
    "pages.which_name": Said(
        "Something that says nothing to others, of at most 32 letters. Leave it empty for “Notes”:"
    ),
    "pages.long": Said("A name has at most 32 letters. Nothing was changed."),
    "pages.blank.on": Said("Show nothing while another window is in front"),
    "pages.blank.off": Said("Show everything also while another window is in front"),
    "pages.no_shift.on": Said("Do nothing when Shift is pressed three times"),
    "pages.no_shift.off": Said("Leave at once when Shift is pressed three times"),
    "pages.notices.on": Said("Let the browser say that there is something, in the same few words each time"),
    "pages.notices.off": Said("Let the browser say nothing by itself"),
    "pages.kept": Said("It is so from now on, on this device."),
    "day.none": Said("A day is written like 2026-11-21, and has to exist. Nothing was changed."),
    "day.past": Said("That day has passed. Name today or a later one."),
    "ask.day": Said("On which day, such as {day}? Leave it empty for today:"),
    "ask.share": Said("What next?"),
    "share.yes": Said("Share it with the other person"),
    "share.mine": Said("Keep it for me alone"),
    "share.no": Said("Keep nothing"),
    "shared": Said("It is kept, and goes to the other person when your devices sync."),
    "kept.mine": Said("It is kept. It is yours alone."),
    "kept.nothing": Said("Nothing was kept."),
    "unlock.passphrase": Said("Passphrase:"),
    "passphrase": Said("Your passphrase, to say that it is you:"),
    "passphrase.not": Said("That is not the passphrase. Nothing was changed, and you may type it again."),
    "more": Said("There is more than fits here. `troth export own` writes all of it to a file."),
    "pick.which": Said("Which one?"),
    "pick.earlier": in_context("a choice", "Earlier ones"),
    "pick.gone": Said("That is not here any more. Nothing was changed."),
}

DAYS: Final[Catalogue] = {
    "today.nothing": Said("Nothing new is here today."),
    "today.quiet": Said("Quiet time until {day}. `troth quiet off` ends it."),
    "today.ended": Said(
        "This space was ended. What stands in it stays here to be read, and nothing new is shared in it."
    ),
    "today.no_longer": Said("“{title}” is no longer agreed."),
    "today.request": Said("They asked for something. `troth answer` answers, with or without a reason."),
    "today.wish": Said("They asked for a change of “{title}”: `troth agree show`."),
    "today.newer": Said("Something here needs a newer version. It is kept: `troth uncounted`."),
    # For translators: {name} is what a person calls a device of theirs.
    "today.device": Said(
        "A device of yours is new: {name}. `troth devices list` shows it; if you did not add it, "
        "`troth devices revoke` removes it."
    ),
    "first.names": Said("You can choose what you two are called here: `troth names`."),
    "first.blind": Said(
        "Each of you can say, blind, one thing that would help you feel steadier, and one limit of yours. "
        "Neither sees the other's before both are sealed: `troth blind add`."
    ),
    "first.agree": Said(
        "A small text for two weeks is a good beginning, such as how you use this: `troth agree propose`."
    ),
    "today.agree": plural(
        "{count} thing in your agreements to look at: `troth agree list`.",
        "{count} things in your agreements to look at: `troth agree list`.",
    ),
    "checkin.intro": Said("Each line may stay empty."),
    "checkin.feelings": Said("How do you feel?"),
    "checkin.appreciation": Said("Something you value in the other person today:"),
    "checkin.need": Said("Something you need:"),
    "checkin.ownership": Said("Something that is yours to own:"),
    "checkin.recovery": Said("How is healing going for you?"),
    "checkin.steadiness": Said("How steady are you, in your own words?"),
    "headsup.text": Said("What changed in the plan?"),
    "headsup.until": Said("Until when does it matter?"),
    "headsup.today": in_context("until when", "Today"),
    "headsup.tomorrow": in_context("until when", "Tomorrow"),
    "headsup.after": in_context("until when", "The day after"),
    "thanks.what": Said("What for?"),
    "thanks.own": Said("Something else, in my own words"),
    "thanks.text": Said("What are you thankful for?"),
    "thanks.said": Said("You said: “Thank you for telling me.” They see it when your devices sync."),
    "milestone.what": Said("What happened?"),
    "milestone.whose": Said("Whose is it?"),
    "milestone.mine": in_context("a milestone", "Mine"),
    "milestone.ours": in_context("a milestone", "Ours, once both of us say so"),
    "milestone.waits": Said("It is ours once both of you say so: `troth agree assent`."),
    "amend.which": Said("Which of your words do you want to say anew?"),
    "amend.none": Said("There is nothing of yours to say anew. Nothing changes."),
    # For translators: {label} has the context "what is asked for", or is one of "How you feel" and the like.
    "amend.keep": Said("{label}, or leave it empty to keep {text}:"),
    "amend.empty": Said("{label}, or leave it empty as it is:"),
    "label.feelings": Said("How you feel"),
    "label.appreciation": Said("Something you value"),
    "label.need": Said("Something you need"),
    "label.ownership": Said("Something that is yours to own"),
    "label.recovery": Said("How healing is going"),
    "label.steadiness": Said("How steady you are"),
    "label.text": in_context("what is asked for", "The words"),
    "label.what": in_context("what is asked for", "What happened"),
    "label.on": in_context("what is asked for", "On which day"),
    "label.statement": Said("What you will do"),
    "label.because": in_context("what is asked for", "Because"),
    "label.ask": Said("What you ask for"),
    "label.why": in_context("what is asked for", "Why"),
    "label.good_by": in_context("what is asked for", "By which day"),
    "label.by": in_context("what is asked for", "By which day"),
    "label.until": in_context("what is asked for", "Until which day"),
    "amend.done": Said("It is said anew. What it said before stays visible beside it."),
    "back.which": Said("Which of your words do you take back?"),
    "back.none": Said("There is nothing of yours to take back. Nothing changes."),
}

SIGNALS: Final[Catalogue] = {
    "signal.given": Said("It holds until you release it: `troth release`. You need no reason."),
    "signal.slow": Said("You asked to go slower."),
    "signal.pause": Said("You asked for a pause."),
    "signal.stop": Said("You asked to stop."),
    "signal.about": Said("What is it about?"),
    "signal.scope": Said("It is about {scope}."),
    "signal.odd": Said("What else stood on the line was not understood, and is not kept."),
    "signal.in_any_case": Said("{signal} It is about talk; `troth today` shows it."),
    "scope.talk": in_context("what a signal is about", "Talk"),
    "scope.touch": in_context("what a signal is about", "Touch"),
    "scope.topic": in_context("what a signal is about", "This topic"),
    "scope.app": in_context("what a signal is about", "This app"),
    "about.talk": in_context("what a signal is about", "talk"),
    "about.touch": in_context("what a signal is about", "touch"),
    "about.topic": in_context("what a signal is about", "this topic"),
    "about.app": in_context("what a signal is about", "this app"),
    "signal.by": Said("By {name}, {day}. About: {scope}."),
    "release.none": Said("There is no signal of yours. Nothing changes."),
    "release.which": Said("Which signal do you release?"),
    "release.item": Said("{sentence} {detail}"),
    "release.all": Said("All of mine"),
    "release.done": Said("It is released."),
}

THINGS: Final[Catalogue] = {
    "card.check_in": Said("Check-in by {name}, {day}"),
    "card.gratitude": Said("Thankful, by {name}, {day}"),
    "card.milestone": Said("Milestone by {name}, {day}"),
    "card.boundary": Said("Boundary by {name}, {day}"),
    "card.request": Said("Asked by {name}, {day}"),
    "card.plan_note": Said("Plan changed, by {name}, {day}"),
    "card.note": Said("Note begun by {name}, {day}"),
    "card.blind": Said("Question by {name}, {day}"),
    "card.promise": Said("Promise by {name}, {day}"),
    "card.care_act": Said("Kindness by {name}, {day}"),
    "card.care_menu": Said("{name} would enjoy, {day}"),
    "card.told": Said("How it was for {name}: {text}"),
    "card.mine": in_context("an entry", "Yours alone"),
    "field.feelings": Said("Feeling: {text}"),
    "field.appreciation": Said("I value: {text}"),
    "field.need": Said("I need: {text}"),
    "field.ownership": Said("Mine to own: {text}"),
    "field.recovery": Said("Healing: {text}"),
    "field.steadiness": Said("Steady: {text}"),
    "field.text": Said("{text}"),
    "field.what": Said("{text}"),
    "field.on": in_context("the day of a milestone or of a window", "On {text}"),
    "field.statement": Said("{text}"),
    "field.because": Said("Because: {text}"),
    "field.ask": Said("{text}"),
    "field.why": Said("Why: {text}"),
    "field.good_by": Said("Good by: {text}"),
    "field.until": in_context("the last day of something", "Until {text}"),
    "field.by": in_context("the day by which", "By {text}"),
    "field.title": Said("{text}"),
    "field.question": Said("{text}"),
    "field.before": Said("Before it said: {text}"),
    "card.taken_back": Said("Taken back."),
    "card.by": Said("{name}: {text}"),
    "card.thanked": Said("Thank you for telling me."),
    # For translators: {stage} is the answer itself, with its dot; {text} is somebody's own words, or nothing.
    "card.reply": Said("Answer: {stage} {text}"),
    "boundary.none": Said("There is no boundary here. `troth boundary add` writes one."),
    "boundary.statement": Said("What will you do, or not do? Begin with “I”:"),
    "boundary.because": Said("Because? May stay empty:"),
    "boundary.which": Said("Which boundary do you let go?"),
    "boundary.retired": Said("It is let go. It stays visible as such."),
    "note.none": Said("There is no note here. `troth note add` begins one."),
    "note.title": Said("What do you call the note?"),
    "note.text": Said("Write."),
    "note.where": Said("Where do you write?"),
    "note.end": Said("At the end"),
    "note.now": Said("It says now"),
    "note.both": Said("You each changed this. Here are both."),
    "note.theirs": in_context("a title", "What stands there"),
    "note.mine": in_context("a title", "What you wrote"),
    "note.out": in_context("what stands in a note", "nothing"),
    "note.which": Said("Which one is to stand?"),
    "choice.mine": in_context("a choice", "What I wrote"),
    "choice.theirs": in_context("a choice", "What stands there"),
    "choice.both": Said("Both, one after the other"),
    "request.none": Said("Nothing is asked for here. `troth ask-for` asks."),
    "request.ask": Said("What do you ask for?"),
    "request.why": Said("Why? May stay empty:"),
    "request.good_by": Said("By which day would it be good, such as {day}? May stay empty:"),
    "blind.none": Said("There is no question here. `troth blind add` asks one that you both answer."),
    "blind.none_here": Said("There is no question here that waits for this. Nothing changes."),
    "blind.question": Said("What do you ask you both?"),
    "blind.answer": Said("Your answer. Nobody sees it before both of you have sealed one."),
    "blind.sealed": Said("It is sealed. Once both answers are, `troth blind open` opens yours."),
    "blind.waits": Said(
        "Both answers are shown once they open theirs. Who opens first can be read first: neither of you can change "
        "what was sealed."
    ),
    "promise.none": Said("There is no promise here. `troth promise add` makes one."),
    "promise.what": Said("What do you promise?"),
    "promise.by": Said("By which day, such as {day}? May stay empty:"),
    "promise.outcome": Said("What became of it?"),
    "promise.words": Said("A few words, if you like:"),
    "promise.how": Said("How was it for you?"),
    "outcome.kept": in_context("what became of a promise", "Kept"),
    "outcome.partly": in_context("what became of a promise", "Kept in part"),
    "outcome.not_this_time": in_context("what became of a promise", "Not this time"),
    "outcome.let_go": in_context("what became of a promise", "Let go"),
    "care.none": Said("There is nothing here. `troth care wish` says what you would enjoy."),
    "care.care_act": Said("What did you do?"),
    "care.care_menu": Said("What would you enjoy?"),
    "answer.none": Said("There is nothing of theirs to answer. Nothing changes."),
    "answer.which": Said("Which one do you answer?"),
    "answer.reply": Said("What is your answer? No reason is needed."),
    "answer.accept": in_context("an answer to what was asked for", "Yes"),
    "answer.counter": in_context("an answer to what was asked for", "Another way"),
    "answer.later": in_context("an answer to what was asked for", "Later"),
    "answer.decline": in_context("an answer to what was asked for", "No"),
    "answer.text": Said("A few words, if you like:"),
    "answer.done": Said("Your answer is kept, and goes to them when your devices sync."),
}

KEEPING: Final[Catalogue] = {
    "quiet.until": Said("Until which day, such as {day}?"),
    "quiet.on": Said(
        "It is quiet here until {day}: `troth today` shows signals, what is no longer agreed, and nothing else of "
        "theirs. Nobody is told."
    ),
    "quiet.off": Said("The quiet time is over."),
    "quiet.past": Said("That day has passed. Nothing was changed."),
    "search.what": Said("What do you look for? It is looked for in your own words, agreements and notes:"),
    "search.empty": Said("Nothing was looked for."),
    "search.none": Said("It is not in your own words, agreements or notes."),
    "export.exists": Said("There is a file at that place. Nothing was written. Name another one."),
    "export.folder": Said("That place can not be written: {why}. Nothing was written. Name another one."),
    "export.mine": Said("Do you want what is yours alone in it too?"),
    "export.without": Said("Leave it out"),
    "export.with": Said("Put it in"),
    "export.full": Said("This file contains the other person's private words. It is no legal record."),
    "export.own": Said("Your own words are in it. The other person's words are left out, and names are initials."),
    "export.open": Said("Whoever has the file can read it: it is not sealed."),
    "export.sure": Said("Write it?"),
    "export.yes": Said("Write it"),
    "export.no": Said("Not now"),
    "export.not": Said("Nothing was written."),
    "export.part": Said("{part}:"),
    "export.empty": Said("There is nothing in it. Nothing was written."),
    "export.done": Said("It is written. Keep it where you alone find it, and remove it when you need it no more."),
    "export.title": Said("Written on {day}"),
    "export.inside": Said("What is inside"),
    "export.none": Said("Nothing is inside."),
    "export.their_words": Said("[their words]"),
    "export.acts": Said("What was said and when"),
    "export.i": in_context("in place of a name", "the author"),
    "export.they": in_context("in place of a name", "the other person"),
    "part.agreements": in_context("a part of a file", "Agreements"),
    "part.check_in": Said("Check-ins"),
    "part.gratitude": Said("Gratitude"),
    "part.milestone": Said("Milestones"),
    "part.boundary": Said("Boundaries"),
    "part.request": Said("Requests"),
    "part.plan_note": Said("Changed plans"),
    "part.promise": Said("Promises"),
    "part.care_act": Said("Kindness"),
    "part.care_menu": Said("What each would enjoy"),
    "part.note": Said("Notes by both"),
    "part.blind": in_context("a part of a file", "Questions"),
    "part.mine": in_context("a part of a file", "Yours alone"),
    "calendar.title": Said("What is each day to be called? Leave it empty for “Reminder”:"),
    "calendar.plain": Said("Reminder"),
    "calendar.none": Said("There is no day to remember. Nothing was written."),
    "import.not": Said("Nothing was taken in."),
    "import.none": Said("There is nothing in that file that is yours alone. Nothing was taken in."),
    "import.unread": Said("That file can not be read: {why}. Nothing was taken in."),
    "import.long": Said("That file is longer than Troth takes in at once. Nothing was taken in."),
    "import.what": plural(
        "{count} entry would be taken in, for you alone. What was said to the other person is never taken in.",
        "{count} entries would be taken in, for you alone. What was said to the other person is never taken in.",
    ),
    "import.sure": Said("Take it in?"),
    "import.yes": Said("Take it in"),
    "import.no": Said("Not now"),
    "import.done": Said("It is here, and yours alone: `troth mine list`."),
    "alias.form": Said(
        "A name has 2 to 31 small letters, digits or dashes, and begins with a letter. Nothing was changed."
    ),
    "alias.taken": Said("Something is called so already. Nothing was changed. Choose another name."),
    "alias.unwritten": Said("It can not be put beside the first launcher: {why}. Nothing was changed."),
    "alias.made": Said("`{name}` does what `troth` does, and calls itself by that name. Remove {path} to end that."),
    "uncounted.none": Said("Everything that came here counts."),
    "uncounted.unknown": Said("Something that nobody proved to be theirs"),
    "mine.more": Said("There are earlier ones too. `troth export own` writes all of them to a file."),
    "mine.which": Said("Which one do you let go?"),
    "mine.sure": Said("It is gone then, for good. Let it go?"),
    "mine.keep": in_context("an entry", "Keep it"),
    "mine.go": in_context("an entry", "Let it go"),
    "mine.write": Said("Write something down for yourself:"),
    "mine.kept": Said("Nothing was changed."),
    "mine.gone": Said("It is gone from this vault. Backups that were made before have it."),
    "mine.none": Said("There is nothing here. `troth mine add` writes something down."),
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
    **TELLING,
    **SAFETY,
    **KEEPING,
    **STEADY,
}
"""Every sentence by its key; names, days and quoted words go where the braces are."""


def tell(key: str, **values: object) -> str:
    """Return a sentence in the person's language, with what belongs in its places, which names no command.

    What is said by the program may name one: what is marked itself, and `why`, which is another sentence of it.
    """
    given = {place: inert(value) if type(value) is str and place != WHY else value for place, value in values.items()}
    return filled(ENGLISH[key], given)


def inert(text: str) -> str:
    """Return somebody's words so that nothing in them is taken for a command: between ticks a page has buttons."""
    return text.replace("`troth ", "\N{MODIFIER LETTER GRAVE ACCENT}troth ")


def capital(text: str) -> str:
    """Return a sentence that may begin with a name, as sentences begin."""
    return text[:1].upper() + text[1:]
