"""What the commands on agreements say; a part of the table of `troth_app.messages`."""

from collections.abc import Mapping
from typing import Final

from troth_wire.said import Said, in_context

__all__ = ["AGREEING", "CONSENT", "EXAMPLES", "PROPOSING"]

Catalogue = Mapping[str, Said]
"""Sentences by key."""

AGREEING: Final[Catalogue] = {
    "agree.none": Said("There is no agreement here. `troth agree propose` begins one."),
    "agree.which": Said("Which agreement?"),
    "agree.title": in_context("a column", "Agreement"),
    "agree.where": in_context("a column", "Where"),
    "agree.stands": in_context("a column", "How it stands"),
    "agree.open": Said("Another text is proposed."),
    "agree.untitled": in_context("an agreement", "without a text"),
    "group.agreed": in_context("agreements", "agreed"),
    "group.waiting": in_context("agreements", "waiting"),
    "group.looking_again": in_context("agreements", "looking again"),
    "group.ended": in_context("agreements", "ended"),
    "show.sort": Said("About: {sort}."),
    "show.applies": Said("It binds {name}."),
    "show.both": Said("It binds both of you."),
    "show.review": Said("You look at it again on {day}."),
    "show.expires": Said("Its last day is {day}."),
    "show.open": Said("Either of you can withdraw at any time."),
    "show.said": Said("{name} said yes on {day}."),
    # For translators: {sentence} says who asked for a change and when, with its dot; {text} is in their own words.
    "show.wish": Said("{sentence} “{text}”"),
    "show.version": Said("One of two versions: {title}"),
    "show.proposal": Said("Proposed: {title}"),
    "show.was": Said("It said: {title}"),
    "show.holds": Said("This holds: {title}"),
    "show.withdraw": Said("`troth agree withdraw` ends your yes at once, without a reason."),
    "diff.one": Said("There is one text, and nothing to compare it with."),
    "diff.old": Said("Compare which text?"),
    "diff.new": Said("With which?"),
    "diff.title": Said("From “{old}” to “{new}”"),
    "why.title": Said("Why “{title}” stands as it does"),
    "why.none": Said("There is nothing to explain here."),
    "text.by": Said("{title}, proposed by {name} on {day}"),
}

PROPOSING: Final[Catalogue] = {
    "propose.what": Said("Is it new, or another text for one that you have?"),
    "propose.new": Said("Something new"),
    "propose.sort": Said("What is it about?"),
    "propose.title": Said("What do you call it? A few words:"),
    "propose.point": Said("Point {number}: what would be done, so that both can see it? Leave it empty to go on:"),
    "propose.value": Said("Which value does it stand for? May stay empty:"),
    "propose.why": Said("Why? May stay empty:"),
    "propose.noticed_by": Said("How would you both notice? May stay empty:"),
    "propose.exceptions": Said("Except when? May stay empty:"),
    "propose.details": Said("Do you want to say more about this point?"),
    "propose.enough": Said("That is enough"),
    "propose.say_more": Said("Say more: the value, the reason, how you would notice, exceptions"),
    "propose.old": Said("Point {number} says: {text}"),
    "propose.keep": in_context("a point of a text", "Keep it"),
    "propose.change": in_context("a point of a text", "Say it anew"),
    "propose.out": in_context("a point of a text", "Leave it out"),
    "propose.item": Said("Item {number}: which behaviour? Leave it empty to go on:"),
    "propose.class": Said("What is it?"),
    "propose.tell": Said("Who is told?"),
    "propose.within": Said("How soon, such as “within a day”?"),
    "propose.how": Said("How is it told?"),
    "propose.detail": Said("In what detail?"),
    "propose.applies": Said("Whom does it bind?"),
    "propose.both": in_context("whom an agreement binds", "Both of us"),
    "propose.me": in_context("whom an agreement binds", "Me"),
    "propose.other": in_context("whom an agreement binds", "The other person"),
    "propose.review": Said("When do you look at it again, such as {day}? May stay empty:"),
    "propose.expires": Said("Its last day, if it is a trial? May stay empty:"),
    "propose.nothing": Said("There is no point in it. Nothing was proposed."),
    "propose.no_title": Said("It has no name. Nothing was proposed."),
    "propose.sure": Said("This is the text. Propose it?"),
    "propose.yes": Said("Propose it"),
    "propose.no": Said("Not now: keep it for me alone"),
    "propose.drop": Said("Keep nothing"),
    "propose.kept": Said("What you wrote is kept for you alone: `troth mine list`."),
    "propose.order": Said(
        "Its last day can not lie before {day}, on which you look at it again. Name that day or a later one, or none."
    ),
    "propose.done": Said("It is proposed. Nobody has agreed to it, you included: `troth agree assent`."),
    "propose.not": Said("Nothing was proposed."),
}

EXAMPLES: Final[Catalogue] = {
    "example.begin": Said("How do you begin?"),
    "example.own": Said("With words of my own"),
    "example.use": Said("How we use this app"),
    "example.use.1": Said("We check in when we want to, before nine in the evening."),
    "example.use.2": Said("Nobody asks why there was no check-in."),
    "example.use.3": Said("Nobody else reads this unless we both say so."),
    "example.phones": Said("Phones and quiet"),
    "example.phones.1": Said("Phones stay out of the bathroom and the bedroom."),
    "example.phones.2": Said("From ten in the evening on they are put away."),
    "example.others": Said("Time with others"),
    "example.others.1": Said("Who feels drawn to somebody meets them where others are."),
    "example.others.2": Said("We tell each other the same day, in a few words."),
    "example.talks": Said("Hard talks"),
    "example.talks.1": Said("We talk at a time that we set, for half an hour at most."),
    "example.talks.2": Said("Either of us can pause, and says when to go on."),
}

CONSENT: Final[Catalogue] = {
    "assent.none": Said("There is no text that waits for your yes. Nothing changes."),
    "assent.met": Said(
        "You two met here a moment ago. Read it in peace: in a minute you can say yes. Nothing changes."
    ),
    "assent.which": Said("Which text do you want to read?"),
    "assent.part": Said("Part {number} of {count}"),
    "assent.on": Said("Read on"),
    "assent.stop": Said("Stop here"),
    "assent.next": Said("There is more. What next?"),
    "assent.end": Said("That is the end of the text. What you agree to is this text, word for word."),
    "assent.what": Said("What do you want to do?"),
    "assent.not_now": Said("Not now"),
    "assent.yes": Said("I agree to exactly this text"),
    "assent.other": Said("You said yes to another text too: “{title}”. What about it?"),
    "assent.keep": Said("Keep that yes as well"),
    "assent.drop": Said("Let that yes go"),
    "assent.unread": Said("You have not agreed. Nothing changes."),
    "assent.done": Said("You agreed to exactly this text."),
    "withdraw.none": Said("There is no yes of yours to take back. Nothing changes."),
    "withdraw.which": Said("Which one do you withdraw from?"),
    "withdraw.done": Said("Your yes to “{title}” is taken back. You need no reason."),
    "decline.none": Said("There is no text of theirs that waits for an answer. Nothing changes."),
    "decline.which": Said("Which text do you not agree to?"),
    "ask.which": Said("Which text do you want to be different?"),
    "ask.wish": Said("What would you change? May stay empty:"),
    "ask.keeps": Said("You said yes to it. What about that meanwhile?"),
    "ask.keep": Said("My yes stands until there is another text"),
    "ask.lower": Said("Take my yes back"),
    "ask.done": Said("You asked for a change. Nothing else changes."),
    "notme.none": Said("There is no yes of yours, and no release, to take for somebody else's. Nothing changes."),
    "notme.which": Said("Which one was not you?"),
    "notme.about": Said("“{title}”: {sentence}"),
    "notme.earlier": Said(
        "What was agreed in that chapter had ended before, and is not offered to be said anew any more."
    ),
    "notme.chapter": Said(
        "With this yes a new chapter was opened. If it was not yours, that chapter is over for both of you, for good: "
        "what stands in it can be read, and nothing of it holds. What it ended does not come back; "
        "`troth chapter open` suggests another one."
    ),
    "notme.was_not": Said("That was not me"),
    "notme.done": Said(
        "It counts for nothing from now on. If somebody else used this device or your passphrase, "
        "`troth passphrase` chooses another one and `troth devices list` shows your devices."
    ),
}
