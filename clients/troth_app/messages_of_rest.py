"""What helps in a hard moment, also locked and offline; a part of the table of `troth_app.messages`."""

from collections.abc import Mapping
from typing import Final

from troth_wire.said import Said

__all__ = ["STEADY"]

Catalogue = Mapping[str, Said]
"""Sentences by key."""

STEADY: Final[Catalogue] = {
    "steady.breathe": Said("Breathe"),
    "steady.breathe.1": Said("In through the nose while you count to four."),
    "steady.breathe.2": Said("Hold it, if that feels good, while you count to two."),
    "steady.breathe.3": Said("Out through the mouth while you count to six."),
    "steady.breathe.4": Said("Again, as often as you like. You can stop here."),
    "steady.senses": Said("Five, four, three, two, one"),
    "steady.senses.1": Said("Five things that you see."),
    "steady.senses.2": Said("Four that you can touch."),
    "steady.senses.3": Said("Three that you hear."),
    "steady.senses.4": Said("Two that you smell."),
    "steady.senses.5": Said("One that you taste."),
    "steady.call": Said("Somebody to call"),
    "steady.call.1": Said("Who has been good to you? You can call them now, also without a reason."),
    "steady.call.2": Said("`troth support` shows where trained people answer."),
    "steady.nothing": Said("Nothing needs to be decided now."),
    "support.danger": Said("If you are in danger"),
    "support.danger.1": Said("Call the emergency number of the place where you are now."),
    "support.afraid": Said("If you are afraid of the other person"),
    "support.afraid.1": Said(
        "This is not the right tool then, and work as a couple can be unsafe where there is abuse. "
        "Talk to somebody who knows about it, from a telephone or computer that the other person does not use."
    ),
    "support.afraid.2": Said("Ask yourself, and tell nobody if you like: do I feel free to say no here?"),
    "support.lines": Said("People who answer: {region}"),
    "support.line": Said("{name}: {number}. {what}"),
    "support.unchecked": Said("{name}: {number}*. {what}"),
    "support.unchecked_all": Said(
        "* Nobody called this number for Troth in the last twelve months. If it does not answer, try another one, or "
        "the emergency number."
    ),
    "support.elsewhere": Said("If you are somewhere else"),
    "support.elsewhere.1": Said(
        "Troth knows numbers for {regions} alone so far, wherever you are and whatever your language is."
    ),
    "support.elsewhere.2": Said(
        "In danger, the emergency number of that place helps. Otherwise a doctor, a hospital or an advice centre knows "
        "who answers near you."
    ),
    "support.without": Said("People whom you named yourself are not shown: your vault does not answer at this moment."),
    "support.record": Said("That you looked at this is written nowhere."),
    "support.limits": Said("What this can not do"),
    "support.limits.1": Said(
        "Somebody with this device unlocked, with rights over it, with spying software or a camera "
        "can read what is here."
    ),
    "support.limits.2": Said(
        "A changed program on the other side can keep anything, and no device can make another forget."
    ),
}
