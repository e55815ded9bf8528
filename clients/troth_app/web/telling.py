"""What the pages say of themselves: who is let in, what became of a form, what a section is for, the first page."""

from collections.abc import Mapping
from typing import Final

from troth_app.language import filled
from troth_app.web.wordings import ENGLISH as LABELS
from troth_wire.said import Said, in_context

__all__ = ["ENGLISH", "tell"]

DOOR: Final = {
    "web.enter": Said("You are in."),
    "web.onward": in_context("a button", "Go on"),
    "web.used": Said("This address was used, or its minute is over."),
    "web.used.safe": Said("Nothing was opened, and nothing was changed."),
    "web.used.do": Said(
        "Open the pages once more from where you started them. If somebody else may have used it: lock first."
    ),
    "web.stranger": Said("These pages are for one browser on one computer."),
    "web.stranger.safe": Said("Nothing was opened, and nothing was changed."),
    "web.stranger.do": Said("If they are yours, open them once more from where you started them."),
    "web.too_much": Said("That is more than one page holds."),
    "web.too_much.safe": Said("Nothing was changed."),
    "web.too_much.do": Said("Go back, and send it as several."),
    "web.unread": Said("What the browser sent could not be read."),
    "web.unread.safe": Said("Nothing was changed."),
    "web.unread.do": Said("Go back, and send it once more."),
    "web.wrong": Said("This page went wrong in a way that Troth does not know."),
    "web.wrong.safe": Said("What was saved before is safe."),
    "web.wrong.do": Said("Go back, and try once more. If it comes back, lock and unlock: that begins anew."),
    "web.nothing": Said("There is nothing at this address."),
    "web.nothing.safe": Said("Nothing was changed."),
    "web.nothing.do": Said("What was here may have been opened before this computer was started anew."),
}

FORMS: Final = {
    "web.gone": Said("Nothing answers any more."),
    "web.gone.safe": Said(
        "It is locked. What was saved before is safe, and what you were writing was kept as you wrote."
    ),
    "web.gone.do": Said("Open the pages once more from where you started them."),
    "web.late": Said("This could not be taken"),
    "web.late.why": Said("Nobody waits for that page any more, so this was not taken. What was done before stands."),
    "web.late.text": Said("This is what you typed. You can keep it for yourself, or copy it."),
    "web.kept_sealed": Said(
        "It locked meanwhile. What you typed is kept, sealed, for you alone: you find it under Mine."
    ),
    "web.file": in_context("a button", "Save the file"),
    "web.back": in_context("a button", "Back"),
    "web.notice": Said("There is something new."),
    "web.notice_ask": Said("You chose that this browser may say when there is something. It asks you once more."),
    "web.notice_allow": in_context("a button", "Ask me"),
    "web.also": Said("Also between you"),
}

SECTIONS: Final = {
    "web.section.devices": Said("Your devices"),
    "web.section.two": Said("The space for two"),
    "web.section.begin": Said("A space for two"),
    "web.section.begin.text": Said("Begin it with both of you in one room, if you can."),
    "web.section.relay": Said("Relay and sync"),
    "web.section.recovery": Said("Recovery words"),
    "web.section.recovery.text": Said("Twelve words on paper bring you back when every device is lost."),
    "web.section.copies": Said("Copies to keep"),
    "web.section.copies.text": Said("A file lies open to whoever finds it. The copy of the vault stays sealed."),
    "web.section.quiet": Said("Quiet and locking"),
    "web.section.kept": Said("What does not count"),
    "web.section.kept.text": Said(
        "Nothing is thrown away: what this device can not judge, or does not believe, is listed with the reason."
    ),
}

FIRST: Final = {
    "web.tool.1": Said("Two people can keep here what they agree on, and say how they are. One alone can begin, too."),
    "web.tool.2": Said("It is not for finding things out about somebody, and it proves nothing to anybody."),
    "web.tool.3": Said(
        "If you are afraid of the other person, this is not the right tool. Please talk to somebody who can help."
    ),
    "web.private.1": Said(
        "What you write for yourself stays on this computer, sealed under a passphrase that you alone know."
    ),
    "web.private.2": Said(
        "What you share goes to the other person's devices, sealed; the computer that carries it can not read it."
    ),
    "web.private.3": Said("Nobody sees when you read, type or are here."),
    "web.private.4": Said(
        "Whoever has your unlocked device, or watches its screen, can read this. A court may ask for diaries."
    ),
    "web.private.5": Said("What you shared can not be made unread: the other person's copy stays with them."),
}

ENGLISH: Final[Mapping[str, Said]] = {**LABELS, **DOOR, **FORMS, **SECTIONS, **FIRST}
"""Every sentence of the pages by its key."""


def tell(key: str, /, **values: object) -> str:
    """Return a sentence of the pages, in the person's language."""
    return filled(ENGLISH[key], values)
