"""What a command is called on a page: a button says what happens, and a sentence that names a command becomes one."""

import re
from collections.abc import Iterator
from typing import Final

from troth_app.commands import BY_NAME
from troth_app.language import spoken
from troth_wire.said import Said, in_context

__all__ = ["LABELS", "PLACES", "label_of", "split"]

LABELS: Final = {
    "calendar list": in_context("a button", "Calendar"),
    "calendar mark": in_context("a button", "Say what came of it"),
    "calendar plan": in_context("a button", "Plan a day"),
    "calendar show": in_context("a button", "Show it whole"),
    "glossary list": in_context("a button", "Words"),
    "glossary say": in_context("a button", "Say what a word means to you"),
    "mine change": in_context("a button", "Say it anew, for yourself"),
    "mine share": in_context("a button", "Share what you choose of it"),
    "practice add": in_context("a button", "Try something"),
    "practice list": in_context("a button", "Practices"),
    "practice look": in_context("a button", "Keep it on, or let it go"),
    "support add": in_context("a button", "Note somebody who helps"),
    "year": in_context("a button", "Look back over a year"),
    "year week": in_context("a button", "Look back over a week"),
    "year write": in_context("a button", "Write down what mattered"),
    "ask": in_context("a button", "Ask something"),
    "chapter agree": in_context("a button", "Say yes to a new chapter"),
    "chapter carry": in_context("a button", "Say anew what you want to keep"),
    "chapter list": in_context("a button", "Chapters"),
    "chapter open": in_context("a button", "Suggest a new chapter"),
    "chapter read": in_context("a button", "Read earlier chapters"),
    "chapter withdraw": in_context("a button", "Take your yes to a chapter back"),
    "letter list": in_context("a button", "Letters"),
    "letter offer": in_context("a button", "Go on with this letter"),
    "letter read": in_context("a button", "Open it, or not now"),
    "letter receive": in_context("a button", "Say how it is to receive it"),
    "letter write": in_context("a button", "Write a letter"),
    "note show": in_context("a button", "Show a note"),
    "pace lapse": in_context("a button", "Take what you offered back"),
    "pace set": in_context("a button", "Say what feels fine to offer"),
    "pace show": in_context("a button", "What is fine for both"),
    "questions": in_context("a button", "Questions"),
    "repair close": in_context("a button", "Close it for yourself"),
    "repair list": in_context("a button", "Repairs"),
    "repair open": in_context("a button", "Begin a repair"),
    "repair reopen": in_context("a button", "Open it again"),
    "repair step": in_context("a button", "Note a step"),
    "repair tell": in_context("a button", "Say how it was for you"),
    "tell close": in_context("a button", "It is settled for me"),
    "tell later": in_context("a button", "Not now, by a day"),
    "tell list": in_context("a button", "What was told"),
    "tell read": in_context("a button", "Open it, or not now"),
    "tell reopen": in_context("a button", "It is not settled for me"),
    "tell share": in_context("a button", "Go on with this"),
    "tell write": in_context("a button", "Tell something"),
    "window agenda": in_context("a button", "Note what to look at"),
    "window answer": in_context("a button", "Say whether it suits you"),
    "window hold": in_context("a button", "It was held"),
    "window list": in_context("a button", "Windows"),
    "window move": in_context("a button", "Move it"),
    "window plan": in_context("a button", "Suggest a window"),
    "window skip": in_context("a button", "Skip it"),
    "agree ask-change": in_context("a button", "Ask for another text"),
    "agree assent": in_context("a button", "Read it and say yes"),
    "agree decline": in_context("a button", "Say no to it"),
    "agree diff": in_context("a button", "What differs"),
    "agree list": in_context("a button", "Your agreements"),
    "agree not-me": in_context("a button", "That was not me"),
    "agree propose": in_context("a button", "Propose a text"),
    "agree show": in_context("a button", "Show it"),
    "agree why": in_context("a button", "Why is this so?"),
    "agree withdraw": in_context("a button", "Withdraw"),
    "amend": in_context("a button", "Say it anew"),
    "answer": in_context("a button", "Answer"),
    "ask-for": in_context("a button", "Ask for something"),
    "blind add": in_context("a button", "Ask something you both answer blind"),
    "blind answer": in_context("a button", "Seal your answer"),
    "blind list": in_context("a button", "Questions you both answer"),
    "blind open": in_context("a button", "Open your answer"),
    "boundary add": in_context("a button", "Write down a boundary"),
    "boundary list": in_context("a button", "Boundaries"),
    "boundary retire": in_context("a button", "Let a boundary go"),
    "care add": in_context("a button", "Note something kind"),
    "care list": in_context("a button", "Care"),
    "care wish": in_context("a button", "Say what you would enjoy"),
    "checkin": in_context("a button", "Check in"),
    "compare": in_context("a button", "Compare the words"),
    "devices confirm": in_context("a button", "Confirm a device"),
    "devices list": in_context("a button", "Your devices"),
    "devices rename": in_context("a button", "Rename a device"),
    "devices revoke": in_context("a button", "Remove a device"),
    "doctor": in_context("a button", "Look closer"),
    "heads-up": in_context("a button", "Tell that a plan changed"),
    "init": in_context("a button", "Begin"),
    "invitations off": in_context("a button", "Take no invitations"),
    "invitations on": in_context("a button", "Take invitations again"),
    "join": in_context("a button", "Join from here"),
    "leave": in_context("a button", "Leave the space for two"),
    "lock": in_context("a button", "Lock"),
    "lock-after": in_context("a button", "Choose when it locks"),
    "milestone": in_context("a button", "Mark something that happened"),
    "mine add": in_context("a button", "Write something down"),
    "mine list": in_context("a button", "What you wrote for yourself"),
    "mine remove": in_context("a button", "Let one go"),
    "names": in_context("a button", "Choose what you two are called here"),
    "note add": in_context("a button", "Begin a note"),
    "note close": in_context("a button", "Close it"),
    "note edit": in_context("a button", "Write in it"),
    "note list": in_context("a button", "Notes"),
    "pair device": in_context("a button", "Let another device in"),
    "pair far": in_context("a button", "Invite somebody far away"),
    "pair here": in_context("a button", "Begin with somebody in the room"),
    "pages choose": in_context("a button", "How these pages look and behave"),
    "passphrase": in_context("a button", "Choose another passphrase"),
    "pause": in_context("a button", "Pause"),
    "promise add": in_context("a button", "Promise something"),
    "promise list": in_context("a button", "Promises"),
    "promise tell": in_context("a button", "Say what became of it"),
    "quiet off": in_context("a button", "End the quiet time"),
    "quiet until": in_context("a button", "Have quiet until a day"),
    "recovery agree": in_context("a button", "Agree to words of another device"),
    "recovery make": in_context("a button", "Make recovery words"),
    "recovery test": in_context("a button", "Try your words"),
    "recovery use": in_context("a button", "Come back with twelve words"),
    "relay follow": in_context("a button", "Follow to their relay"),
    "relay move": in_context("a button", "Move to another relay"),
    "relay show": in_context("a button", "Show the relay"),
    "relay use": in_context("a button", "Name a relay"),
    "release": in_context("a button", "Release a signal"),
    "requests": in_context("a button", "Requests"),
    "safety-number": in_context("a button", "Safety number"),
    "search": in_context("a button", "Search"),
    "slow": in_context("a button", "Slow"),
    "space read": in_context("a button", "Read a space that was ended"),
    "status": in_context("a button", "Why?"),
    "stop": in_context("a button", "Stop"),
    "support": in_context("a button", "Get support"),
    "steady": in_context("a button", "Steady"),
    "sync off": in_context("a button", "Reach out to nobody"),
    "sync on": in_context("a button", "Reach the relay again"),
    "take-back": in_context("a button", "Take it back"),
    "thanks": in_context("a button", "Thank you"),
    "today": in_context("a button", "Today"),
    "uncounted": in_context("a button", "What is kept and not counted"),
    "unlock": in_context("a button", "Unlock"),
    "backup make": in_context("a button", "Copy the vault"),
    "export calendar": in_context("a button", "Days for your calendar"),
    "export full": in_context("a button", "Everything, as a file"),
    "export own": in_context("a button", "Your own words, as a file"),
    "export therapist": in_context("a button", "A selection, as a file"),
}
PLACES: Final = {
    "agree list": "/2",
    "devices list": "/5",
    "mine list": "/4",
    "note list": "/3",
    "search": "/7",
    "status": "/5",
    "steady": "/8",
    "support": "/6",
    "today": "/",
}
"""Commands that have a page of their own."""
NAMED: Final = re.compile(r"`troth ([a-z][a-z -]{0,40})`")
# For translators: as in sentences that send somebody to another device. A page says the second in place of the first.
RUN: Final = Said("run `troth {command}`")
CHOOSE: Final = Said("choose “{label}”")
DOES: Final = re.compile(r"(^|(?<=[.!?] ))`troth ([a-z][a-z -]{0,40})`(?: or)? [^`]*?\.(?= |$)")
"""A sentence that says what a command does, beginning with its name: a button says the same by itself."""


def label_of(command: str) -> str:
    """Return what a button says that begins a command."""
    return spoken(LABELS.get(command) or BY_NAME[command].summary).rstrip(".")


def _elsewhere() -> re.Pattern[str]:
    """Return what finds a command that somebody gives at another device: it is said and no button."""
    before, _, after = spoken(RUN).partition("{command}")
    return re.compile(f"{re.escape(before)}([a-z][a-z -]{{0,40}}){re.escape(after)}")


def _chosen(command: str) -> str:
    return spoken(CHOOSE.format(label=label_of(command)))


def split(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a text, each with the command that it names, or with none.

    A command that is not on the pages stays as it is, between its ticks.
    """
    there = _elsewhere().sub(lambda found: _chosen(found[1]) if found[1] in LABELS else found[0], text)
    shorter = DOES.sub(lambda found: f"`troth {found[2]}`" if found[2] in LABELS else found[0], there)
    at = 0
    for found in NAMED.finditer(shorter):
        if found[1] in LABELS:
            yield shorter[at : found.start()], ""
            yield label_of(found[1]), found[1]
            at = found.end()
    yield shorter[at:], ""
