"""What the pages say of themselves: who is let in, what became of a form, what a section is for, the first page."""

from collections.abc import Mapping
from typing import Final

from troth_app.web.wordings import ENGLISH as LABELS

__all__ = ["ENGLISH"]

DOOR: Final = {
    "web.enter": "You are in.",
    "web.onward": "Go on",
    "web.used": "This address was used, or its minute is over.",
    "web.used.safe": "Nothing was opened, and nothing was changed.",
    "web.used.do": (
        "Open the pages once more from where you started them. If somebody else may have used it: lock first."
    ),
    "web.stranger": "These pages are for one browser on one computer.",
    "web.stranger.safe": "Nothing was opened, and nothing was changed.",
    "web.stranger.do": "If they are yours, open them once more from where you started them.",
    "web.too_much": "That is more than one page holds.",
    "web.too_much.safe": "Nothing was changed.",
    "web.too_much.do": "Go back, and send it as several.",
    "web.unread": "What the browser sent could not be read.",
    "web.unread.safe": "Nothing was changed.",
    "web.unread.do": "Go back, and send it once more.",
    "web.wrong": "This page went wrong in a way that Troth does not know.",
    "web.wrong.safe": "What was saved before is safe.",
    "web.wrong.do": "Go back, and try once more. If it comes back, lock and unlock: that begins anew.",
    "web.nothing": "There is nothing at this address.",
    "web.nothing.safe": "Nothing was changed.",
    "web.nothing.do": "What was here may have been opened before this computer was started anew.",
}

FORMS: Final = {
    "web.gone": "Nothing answers any more.",
    "web.gone.safe": "It is locked. What was saved before is safe, and what you were writing was kept as you wrote.",
    "web.gone.do": "Open the pages once more from where you started them.",
    "web.late": "This could not be taken",
    "web.late.why": "Nobody waits for that page any more, so this was not taken. What was done before stands.",
    "web.late.text": "This is what you typed. You can keep it for yourself, or copy it.",
    "web.kept_sealed": "It locked meanwhile. What you typed is kept, sealed, for you alone: you find it under Mine.",
    "web.file": "Save the file",
    "web.back": "Back",
    "web.notice": "There is something new.",
    "web.notice_ask": "You chose that this browser may say when there is something. It asks you once more.",
    "web.notice_allow": "Ask me",
    "web.also": "Also between you",
}

SECTIONS: Final = {
    "web.section.devices": "Your devices",
    "web.section.two": "The space for two",
    "web.section.begin": "A space for two",
    "web.section.begin.text": "Begin it with both of you in one room, if you can.",
    "web.section.relay": "Relay and sync",
    "web.section.recovery": "Recovery words",
    "web.section.recovery.text": "Twelve words on paper bring you back when every device is lost.",
    "web.section.copies": "Copies to keep",
    "web.section.copies.text": "A file lies open to whoever finds it. The copy of the vault stays sealed.",
    "web.section.quiet": "Quiet and locking",
    "web.section.kept": "What does not count",
    "web.section.kept.text": (
        "Nothing is thrown away: what this device can not judge, or does not believe, is listed with the reason."
    ),
}

FIRST: Final = {
    "web.tool.1": "Two people can keep here what they agree on, and say how they are. One alone can begin, too.",
    "web.tool.2": "It is not for finding things out about somebody, and it proves nothing to anybody.",
    "web.tool.3": (
        "If you are afraid of the other person, this is not the right tool. Please talk to somebody who can help."
    ),
    "web.private.1": (
        "What you write for yourself stays on this computer, sealed under a passphrase that you alone know."
    ),
    "web.private.2": (
        "What you share goes to the other person's devices, sealed; the computer that carries it can not read it."
    ),
    "web.private.3": "Nobody sees when you read, type or are here.",
    "web.private.4": (
        "Whoever has your unlocked device, or watches its screen, can read this. A court may ask for diaries."
    ),
    "web.private.5": "What you shared can not be made unread: the other person's copy stays with them.",
}

ENGLISH: Final[Mapping[str, str]] = {**LABELS, **DOOR, **FORMS, **SECTIONS, **FIRST}
