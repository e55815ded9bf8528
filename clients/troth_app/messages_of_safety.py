"""What is said where somebody may need to be safe from another; a part of the table of `troth_app.messages`.

Nothing here blames anybody, and nothing of it reaches the other person.
"""

from collections.abc import Mapping
from typing import Final

from troth_wire.said import Said

__all__ = ["SAFETY"]

Catalogue = Mapping[str, Said]
"""Sentences by key."""

SAFETY: Final[Catalogue] = {
    "init.afraid": Said(
        "If you are afraid of the other person, this is not the right tool. `troth support` shows who can help, "
        "also while it is locked."
    ),
    "support.guided": Said("What is better done with a trained person"),
    "support.guided.1": Said(
        "Telling the whole of a past that was kept secret: a therapist who knows about it plans it with both of you. "
        "It takes months, and support for each."
    ),
    "support.guided.2": Said("Wishing for closeness differently: a therapist has ways for it that no program has."),
    "prepared.choice": Said("One to hand over: somebody else will use this"),
    "prepared.how": Said(
        "It is better if whoever will use it types here. If that can not be, choose a passphrase to hand over. With it "
        "they open this once and choose their own before anything else. Then everything in it is made anew, and "
        "yours opens nothing."
    ),
    "prepared.made": Said(
        "It is made, and it is locked. Give the passphrase to whoever will use it. `troth unlock` asks them for one of "
        "their own."
    ),
    "prepared.why": Said(
        "Somebody else set this up, and knows the passphrase that you typed. Choose one that you alone know. "
        "Everything in here is made anew under it, so that nothing that they know or kept opens it."
    ),
    "prepared.same": Said("That is the one that somebody else knows. Type another."),
    "prepared.maybe": Said("The old passphrase opens it, or the new one; `troth unlock` says."),
    "prepared.making": Said("Making it anew. This takes a few seconds."),
    "prepared.done": Said("It is yours now, and nobody else has a passphrase for it."),
    "invitations.off": Said(
        "From now on this device takes no invitation to a space for two and makes none, whoever it is; one that was "
        "under way is given up. Nobody is told: to whoever sends one it is as if it had ended. "
        "`troth invitations on` allows them again, with your passphrase."
    ),
    "invitations.on": Said("This device takes invitations again, and can make them."),
    "invitations.were_on": Said("Invitations were allowed before. Nothing changes."),
    "invitations.are_off": Said(
        "You chose that this device takes no invitation and makes none. Nothing was changed, and nothing went out. "
        "`troth invitations on` allows them again."
    ),
    "invitations.after": Said(
        "If you want no invitation from now on, `troth invitations off` shuts all of them out on this device, "
        "and nobody is told."
    ),
}
