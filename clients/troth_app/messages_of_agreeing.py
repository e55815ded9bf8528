"""What the commands on agreements say; a part of the app's catalogue (`troth_app.messages`), which has all of it."""

from collections.abc import Mapping
from typing import Final

__all__ = ["AGREEING", "CONSENT", "EXAMPLES", "PROPOSING"]

Catalogue = Mapping[str, str]
"""Sentences by key, in one language."""

AGREEING: Final[Catalogue] = {
    "agree.none": "There is no agreement here. `troth agree propose` begins one.",
    "agree.which": "Which agreement?",
    "agree.title": "Agreement",
    "agree.where": "Where",
    "agree.stands": "How it stands",
    "agree.open": "Another text is proposed.",
    "agree.untitled": "without a text",
    "group.agreed": "agreed",
    "group.waiting": "waiting",
    "group.looking_again": "looking again",
    "group.ended": "ended",
    "show.sort": "About: {sort}.",
    "show.applies": "It binds {name}.",
    "show.both": "It binds both of you.",
    "show.review": "You look at it again on {day}.",
    "show.expires": "Its last day is {day}.",
    "show.open": "Either of you can withdraw at any time.",
    "show.said": "{name} said yes on {day}.",
    "show.version": "One of two versions: {title}",
    "show.proposal": "Proposed: {title}",
    "show.was": "It said: {title}",
    "show.holds": "This holds: {title}",
    "show.withdraw": "`troth agree withdraw` ends your yes at once, without a reason.",
    "diff.one": "There is one text, and nothing to compare it with.",
    "diff.old": "Compare which text?",
    "diff.new": "With which?",
    "diff.title": "From “{old}” to “{new}”",
    "why.title": "Why “{title}” stands as it does",
    "why.none": "There is nothing to explain here.",
    "text.by": "{title}, proposed by {name} on {day}",
}

PROPOSING: Final[Catalogue] = {
    "propose.what": "Is it new, or another text for one that you have?",
    "propose.new": "Something new",
    "propose.sort": "What is it about?",
    "propose.title": "What do you call it? A few words:",
    "propose.point": "Point {number}: what would be done, so that both can see it? Leave it empty to go on:",
    "propose.value": "Which value does it stand for? May stay empty:",
    "propose.why": "Why? May stay empty:",
    "propose.noticed_by": "How would you both notice? May stay empty:",
    "propose.exceptions": "Except when? May stay empty:",
    "propose.details": "Do you want to say more about this point?",
    "propose.enough": "That is enough",
    "propose.say_more": "Say more: the value, the reason, how you would notice, exceptions",
    "propose.old": "Point {number} says: {text}",
    "propose.keep": "Keep it",
    "propose.change": "Say it anew",
    "propose.out": "Leave it out",
    "propose.item": "Item {number}: which behaviour? Leave it empty to go on:",
    "propose.class": "What is it?",
    "propose.tell": "Who is told?",
    "propose.within": "How soon, such as “within a day”?",
    "propose.how": "How is it told?",
    "propose.detail": "In what detail?",
    "propose.applies": "Whom does it bind?",
    "propose.both": "Both of us",
    "propose.me": "Me",
    "propose.other": "The other person",
    "propose.review": "When do you look at it again, such as {day}? May stay empty:",
    "propose.expires": "Its last day, if it is a trial? May stay empty:",
    "propose.nothing": "There is no point in it. Nothing was proposed.",
    "propose.no_title": "It has no name. Nothing was proposed.",
    "propose.sure": "This is the text. Propose it?",
    "propose.yes": "Propose it",
    "propose.no": "Not now",
    "propose.done": "It is proposed. Nobody has agreed to it, you included: `troth agree assent`.",
    "propose.not": "Nothing was proposed.",
}

EXAMPLES: Final[Catalogue] = {
    "example.begin": "How do you begin?",
    "example.own": "With words of my own",
    "example.use": "How we use this app",
    "example.use.1": "We check in when we want to, before nine in the evening.",
    "example.use.2": "Nobody asks why there was no check-in.",
    "example.use.3": "Nobody else reads this unless we both say so.",
    "example.phones": "Phones and quiet",
    "example.phones.1": "Phones stay out of the bathroom and the bedroom.",
    "example.phones.2": "From ten in the evening on they are put away.",
    "example.others": "Time with others",
    "example.others.1": "Who feels drawn to somebody meets them where others are.",
    "example.others.2": "We tell each other the same day, in a few words.",
    "example.talks": "Hard talks",
    "example.talks.1": "We talk at a time that we set, for half an hour at most.",
    "example.talks.2": "Either of us can pause, and says when to go on.",
}

CONSENT: Final[Catalogue] = {
    "assent.none": "There is no text that waits for your yes. Nothing changes.",
    "assent.met": "You two met here a moment ago. Read it in peace: in a minute you can say yes. Nothing changes.",
    "assent.which": "Which text do you want to read?",
    "assent.part": "Part {number} of {count}",
    "assent.on": "Read on",
    "assent.stop": "Stop here",
    "assent.next": "There is more. What next?",
    "assent.end": "That is the end of the text. What you agree to is this text, word for word.",
    "assent.what": "What do you want to do?",
    "assent.not_now": "Not now",
    "assent.yes": "I agree to exactly this text",
    "assent.other": "You said yes to another text too: “{title}”. What about it?",
    "assent.keep": "Keep that yes as well",
    "assent.drop": "Let that yes go",
    "assent.unread": "You have not agreed. Nothing changes.",
    "assent.done": "You agreed to exactly this text.",
    "withdraw.none": "There is no yes of yours to take back. Nothing changes.",
    "withdraw.which": "Which one do you withdraw from?",
    "withdraw.done": "Your yes to “{title}” is taken back. You need no reason.",
    "decline.none": "There is no text of theirs that waits for an answer. Nothing changes.",
    "decline.which": "Which text do you not agree to?",
    "ask.which": "Which text do you want to be different?",
    "ask.wish": "What would you change? May stay empty:",
    "ask.keeps": "You said yes to it. What about that meanwhile?",
    "ask.keep": "My yes stands until there is another text",
    "ask.lower": "Take my yes back",
    "ask.done": "You asked for a change. Nothing else changes.",
    "notme.none": "There is no yes of yours, and no release, to take for somebody else's. Nothing changes.",
    "notme.which": "Which one was not you?",
    "notme.about": "“{title}”: {sentence}",
    "notme.earlier": "What was agreed in that chapter had ended before, and is not offered to be said anew any more.",
    "notme.chapter": (
        "With this yes a new chapter was opened. If it was not yours, that chapter is over for both of you, for good: "
        "what stands in it can be read, and nothing of it holds. What it ended does not come back; "
        "`troth chapter open` suggests another one."
    ),
    "notme.was_not": "That was not me",
    "notme.done": (
        "It counts for nothing from now on. If somebody else used this device or your passphrase, "
        "`troth passphrase` chooses another one and `troth devices list` shows your devices."
    ),
}
