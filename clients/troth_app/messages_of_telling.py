"""What the commands for telling something hard, and for letters, say; a part of the catalogue of `troth_app.messages`.

What is told is opened by choice, nobody learns of it, and a letter asks for nothing.
"""

from collections.abc import Mapping
from typing import Final

from troth_wire.said import Said

__all__ = ["TELLING"]

Catalogue = Mapping[str, Said]
"""Sentences by key."""

TELLING: Final[Catalogue] = {
    "card.disclosure": Said("Told by {name}, {day}"),
    "card.repair_letter": Said("Letter by {name}, {day}"),
    "part.disclosure": Said("What was told"),
    "part.repair_letter": Said("Letters"),
    "field.item": Said("From our plan: {text}"),
    "field.feeling": Said("Feeling: {text}"),
    "field.next_step": Said("What I do next: {text}"),
    "field.did": Said("What I did: {text}"),
    "field.damage": Said("The damage: {text}"),
    "field.for_you": Said("What it may have been like for you: {text}"),
    "field.done_since": Said("What I have already done: {text}"),
    "label.item": Said("The item of the plan"),
    "label.feeling": Said("How it is for you"),
    "label.next_step": Said("What you do next"),
    "label.did": Said("What you did"),
    "label.damage": Said("The damage"),
    "label.for_you": Said("What it may have been like for them"),
    "label.done_since": Said("What you have already done"),
    "beside.receive": Said("{name}: {receiving} {by}"),
    "beside.lead": Said("A repair has begun of it."),
    "sealed.disclosure": Said("Something to read, when it is good for you."),
    "sealed.plan": Said("Something from your plan, to read when it is good for you."),
    "sealed.repair_letter": Said("A letter to read, when it is good for you. It asks for nothing."),
    "told.intro": Said(
        "This is for what happens from now on, as your plan says. The whole past is told with somebody trained at your "
        "side: `troth support` shows who can help."
    ),
    "told.item": Said("Which item of your plan does it belong to?"),
    "told.no_item": Said("None of them"),
    "told.what": Said("What do you want to tell? It stays with you until you share it:"),
    "told.on": Said("Which day is it about, such as {day}? May stay empty:"),
    "told.support": Said("Have you told somebody who supports you, and whom? May stay empty:"),
    "told.feeling": Said("How is it for you now? May stay empty:"),
    "told.next_step": Said("What do you do next? May stay empty:"),
    "told.none": Said("Nothing was told here. `troth tell write` writes something, for you alone at first."),
    "told.more": Said("`troth tell write` writes something, for you alone at first."),
    "told.none_here": Said("There is nothing here that waits for this. Nothing changes."),
    "told.closed_too": Said("What was told is closed for you with it."),
    "told.reopened_too": Said("What was told is open again with it."),
    "letter.intro": Said("A letter has four parts. It stays with you until you offer it."),
    "letter.did": Said("What did you do? Without a reason for it:"),
    "letter.damage": Said("What damage did it do?"),
    "letter.for_you": Said("What may it have been like for them?"),
    "letter.done_since": Said("What have you already done?"),
    "letter.parts": Said("A letter can be offered once all four parts are there."),
    "letter.check": Said("Before you offer it, for you alone: does it explain or excuse what you did?"),
    "letter.check_but": Said("Is there a “but” in it?"),
    "letter.check_asks": Said("Does it ask for anything? A letter asks for nothing, and needs no answer."),
    "letter.none": Said("There is no letter here. `troth letter write` writes one, for you alone at first."),
    "letter.more": Said("`troth letter write` writes one, for you alone at first."),
    "held.kept": Said("It is kept. It is yours alone."),
    "held.waits": Said("You hold it until {day}. Nothing of it is shared before."),
    "held.line": Said("You hold it until {day}."),
    "held.next": Said("What next?"),
    "held.share": Said("Share it with the other person"),
    "held.offer": Said("Offer it to the other person"),
    "held.hold": Said("Hold it until a day"),
    "held.keep": Said("Keep it as it is, for me alone"),
    "held.change": Said("Change the words"),
    "held.go": Said("Let it go, for good"),
    "held.until": Said("Until which day do you hold it, such as {day}? Leave it empty for that day:"),
    "held.past": Said("That day has passed. Nothing was changed."),
    "held.is": Said("It is held until {day}. On that day nothing is shared by itself: you look at it again."),
    "held.gone": Said("It is gone from this vault. Backups that were made before have it."),
    "held.opens": Said("They open it when it is good for them, or not. Nobody learns of it, unless they say so."),
    "held.none": Said("There is nothing that you wrote and keep here. Nothing changes."),
    "held.told_aside": Said("{why} What you wrote is kept, and yours alone: `troth tell list` shows it."),
    "held.letter_aside": Said("{why} What you wrote is kept, and yours alone: `troth letter list` shows it."),
    "open.choice": Said("You can open it now, later, or not at all. Nobody learns of it, unless you say so."),
    "open.how": Said("What is good for you now?"),
    "open.not_now": Said("Not now"),
    "open.rest": Said("Come to rest first"),
    "open.open": Said("Open it"),
    "open.left": Said(
        "It stays closed, and nobody learns of it. `troth steady` and `troth support` are there at any time."
    ),
    "open.say": Said("Do you want to say something to them? Nothing needs to be said."),
    "open.nothing": Said("Nothing"),
    "open.thanks": Said("Thank you for telling me"),
    "open.earlier": Said("It stands in an earlier chapter."),
    "open.none": Said("There is nothing of theirs to open. Nothing changes."),
    "receiving.received": Said("I have received it"),
    "receiving.not_now": Said("Not now"),
    "receiving.not_taken": Said("I do not take it"),
    "receive.how": Said("How is it for you to receive it? No reason is needed."),
    "receive.by": Said("By which day, such as {day}? May stay empty:"),
    "receive.not_now": Said("They learn that it is not now. A day that you name binds nobody: nothing happens on it."),
    "receive.said": Said(
        "They learn it when your devices sync. You can say it otherwise at any time, without a reason."
    ),
    "repair.which": Said("Is it about something that you told?"),
    "repair.else": Said("No, about something else"),
    "repair.of": Said("It is about what was told on {day}."),
    "today.told": Said("There is something to read, when it is good for you: `troth tell list`."),
    "today.letter": Said("There is something to read, when it is good for you: `troth letter list`."),
    "today.told_held": Said("You can look again at what you wrote and held: `troth tell share`."),
    "today.letter_held": Said("You can look again at what you wrote and held: `troth letter offer`."),
}
