"""What a command is called on a page: a button says what happens, and a sentence that names a command becomes one."""

import re
from collections.abc import Iterator
from typing import Final

from troth_app.commands import BY_NAME

__all__ = ["LABELS", "PLACES", "label_of", "split"]

LABELS: Final = {
    "calendar list": "Calendar",
    "calendar mark": "Say what came of it",
    "calendar plan": "Plan a day",
    "calendar show": "Show it whole",
    "practice add": "Try something",
    "practice list": "Practices",
    "practice look": "Keep it on, or let it go",
    "year": "Look back over a year",
    "year week": "Look back over a week",
    "year write": "Write down what mattered",
    "mine change": "Say it anew, for yourself",
    "mine share": "Share what you choose of it",
    "support add": "Note somebody who helps",
    "glossary list": "Words",
    "glossary say": "Say what a word means to you",
    "ask": "Ask something",
    "chapter agree": "Say yes to a new chapter",
    "chapter carry": "Say anew what you want to keep",
    "chapter list": "Chapters",
    "chapter open": "Suggest a new chapter",
    "chapter read": "Read earlier chapters",
    "chapter withdraw": "Take your yes to a chapter back",
    "note show": "Show a note",
    "pace lapse": "Take what you offered back",
    "pace set": "Say what feels fine to offer",
    "pace show": "What is fine for both",
    "questions": "Questions",
    "repair close": "Close it for yourself",
    "repair list": "Repairs",
    "repair open": "Begin a repair",
    "repair reopen": "Open it again",
    "repair step": "Note a step",
    "repair tell": "Say how it was for you",
    "window agenda": "Note what to look at",
    "window answer": "Say whether it suits you",
    "window hold": "It was held",
    "window list": "Windows",
    "window move": "Move it",
    "window plan": "Suggest a window",
    "window skip": "Skip it",
    "agree ask-change": "Ask for another text",
    "agree assent": "Read it and say yes",
    "agree decline": "Say no to it",
    "agree diff": "What differs",
    "agree list": "Your agreements",
    "agree not-me": "That was not me",
    "agree propose": "Propose a text",
    "agree show": "Show it",
    "agree why": "Why is this so?",
    "agree withdraw": "Withdraw",
    "amend": "Say it anew",
    "answer": "Answer",
    "ask-for": "Ask for something",
    "blind add": "Ask something you both answer blind",
    "blind answer": "Seal your answer",
    "blind list": "Questions you both answer",
    "blind open": "Open your answer",
    "boundary add": "Write down a boundary",
    "boundary list": "Boundaries",
    "boundary retire": "Let a boundary go",
    "care add": "Note something kind",
    "care list": "Care",
    "care wish": "Say what you would enjoy",
    "checkin": "Check in",
    "compare": "Compare the words",
    "devices confirm": "Confirm a device",
    "devices list": "Your devices",
    "devices rename": "Rename a device",
    "devices revoke": "Remove a device",
    "doctor": "Look closer",
    "heads-up": "Tell that a plan changed",
    "init": "Begin",
    "join": "Join from here",
    "leave": "Leave the space for two",
    "lock": "Lock",
    "lock-after": "Choose when it locks",
    "milestone": "Mark something that happened",
    "mine add": "Write something down",
    "mine list": "What you wrote for yourself",
    "mine remove": "Let one go",
    "names": "Choose what you two are called here",
    "note add": "Begin a note",
    "note close": "Close it",
    "note edit": "Write in it",
    "note list": "Notes",
    "pair device": "Let another device in",
    "pair far": "Invite somebody far away",
    "pair here": "Begin with somebody in the room",
    "pages choose": "How these pages look and behave",
    "passphrase": "Choose another passphrase",
    "pause": "Pause",
    "promise add": "Promise something",
    "promise list": "Promises",
    "promise tell": "Say what became of it",
    "quiet off": "End the quiet time",
    "quiet until": "Have quiet until a day",
    "recovery agree": "Agree to words of another device",
    "recovery make": "Make recovery words",
    "recovery test": "Try your words",
    "recovery use": "Come back with twelve words",
    "relay follow": "Follow to their relay",
    "relay move": "Move to another relay",
    "relay show": "Show the relay",
    "relay use": "Name a relay",
    "release": "Release a signal",
    "requests": "Requests",
    "safety-number": "Safety number",
    "search": "Search",
    "slow": "Slow",
    "status": "Why?",
    "stop": "Stop",
    "support": "Get support",
    "steady": "Steady",
    "sync off": "Reach out to nobody",
    "sync on": "Reach the relay again",
    "take-back": "Take it back",
    "thanks": "Thank you",
    "today": "Today",
    "uncounted": "What is kept and not counted",
    "unlock": "Unlock",
    "backup make": "Copy the vault",
    "export calendar": "Days for your calendar",
    "export full": "Everything, as a file",
    "export own": "Your own words, as a file",
    "export therapist": "A selection, as a file",
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
ELSEWHERE: Final = re.compile(r"run `troth ([a-z][a-z -]{0,40})`")
"""What somebody does at another device: it is said and no button."""
DOES: Final = re.compile(r"(^|(?<=[.!?] ))`troth ([a-z][a-z -]{0,40})`(?: or)? [^`]*?\.(?= |$)")
"""A sentence that says what a command does, beginning with its name: a button says the same by itself."""


def label_of(command: str) -> str:
    """Return what a button says that begins a command."""
    return LABELS.get(command) or BY_NAME[command].summary.rstrip(".")


def split(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a text, each with the command that it names, or with none.

    A command that is not on the pages stays as it is, between its ticks.
    """
    there = ELSEWHERE.sub(lambda found: f"choose “{label_of(found[1])}”" if found[1] in LABELS else found[0], text)
    shorter = DOES.sub(lambda found: f"`troth {found[2]}`" if found[2] in LABELS else found[0], there)
    at = 0
    for found in NAMED.finditer(shorter):
        if found[1] in LABELS:
            yield shorter[at : found.start()], ""
            yield label_of(found[1]), found[1]
            at = found.end()
    yield shorter[at:], ""
