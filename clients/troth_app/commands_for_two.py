"""The commands on the record of two, and those that help in a hard moment; `troth_app.commands` has them all."""

from typing import Final

from troth_app.command import AGREEMENTS, DEVICE, PRIVATE, TODAY, TOGETHER, Command, Kind, Option, Where

__all__ = ["FOR_TWO"]

ABOUT: Final = Option("about", "Say what it is about: talk, touch, this topic, this app. Without it: talk.")
FILE: Final = Option("file", "Where to: a new file. One that ends in .json is for a program.", Kind.FILE, argument=True)

FOR_TWO: Final = (
    Command("checkin", TODAY, "Say how you are, in up to six lines.", "days:checkin"),
    Command("heads-up", TODAY, "Tell that a plan changed.", "days:heads_up"),
    Command("thanks", TODAY, "Say thank you.", "days:thanks"),
    Command("milestone", TODAY, "Mark something that happened.", "days:milestone"),
    Command("ask-for", TODAY, "Ask the other person for something.", "requests:ask_for"),
    Command("answer", TODAY, "Answer what they asked for; no reason is needed.", "requests:answer"),
    Command("requests", TODAY, "Show what you both asked for.", "requests:listed", present="page"),
    Command(
        "amend",
        TODAY,
        "Say something of yours anew.",
        "own_words:amend",
        more="What it said before stays visible beside it.",
    ),
    Command(
        "take-back",
        TODAY,
        "Take something of yours back.",
        "own_words:take_back",
        more="A copy may remain with the other person until a new chapter.",
    ),
    Command("slow", TODAY, "Ask to go slower, at once.", "signalling:slow", options=(ABOUT,)),
    Command("pause", TODAY, "Pause, at once.", "signalling:pause", options=(ABOUT,)),
    Command("stop", TODAY, "Stop, at once.", "signalling:stop", options=(ABOUT,)),
    Command("release", TODAY, "Release a signal of yours.", "signalling:release"),
    Command("quiet until", TODAY, "Have quiet here until a day.", "quieting:until", more="Nobody is told."),
    Command("quiet off", TODAY, "End the quiet time.", "quieting:off"),
    Command("agree list", AGREEMENTS, "List your agreements.", "agreeing:listed", present="rows"),
    Command("agree show", AGREEMENTS, "Show one in full.", "agreeing:show", present="page"),
    Command(
        "agree propose",
        AGREEMENTS,
        "Propose a text, new or in place of another.",
        "proposing:propose",
        more="Proposing is no yes: you say yes to it like the other person, with `troth agree assent`.",
    ),
    Command("agree diff", AGREEMENTS, "Show what differs between two texts.", "agreeing:diff", present="page"),
    Command(
        "agree assent",
        AGREEMENTS,
        "Read a text to its end, and say yes to it.",
        "consenting:assent",
        more="It takes your passphrase. You can withdraw at any time, in one step and without a reason.",
    ),
    Command(
        "agree withdraw",
        AGREEMENTS,
        "Take your yes back, at once.",
        "consenting:withdraw",
        more=(
            "It counts here at once, and for the other person when your devices sync; they see it then. "
            "If you want to think first, `troth mine add` is yours alone, and `troth support` shows who can help."
        ),
    ),
    Command("agree ask-change", AGREEMENTS, "Ask for another text.", "consenting:ask_change"),
    Command("agree decline", AGREEMENTS, "Say no to a text.", "consenting:decline"),
    Command("agree why", AGREEMENTS, "Name the acts that something rests on.", "agreeing:why_so", present="page"),
    Command(
        "agree not-me",
        AGREEMENTS,
        "Say of a yes under your name that it was not you.",
        "consenting:not_me",
        more="It can make what is agreed less, and never more.",
    ),
    Command("promise add", AGREEMENTS, "Promise something.", "promises:add"),
    Command("promise list", AGREEMENTS, "Show the promises of both.", "promises:listed", present="page"),
    Command("promise tell", AGREEMENTS, "Say what became of one, or how it was for you.", "promises:told"),
    Command("boundary add", AGREEMENTS, "Write down what you will do or not do.", "boundaries:add"),
    Command("boundary list", AGREEMENTS, "Show the boundaries of both.", "boundaries:listed", present="page"),
    Command("boundary retire", AGREEMENTS, "Let a boundary of yours go.", "boundaries:retire"),
    Command("care add", TOGETHER, "Note something kind that you did.", "caring:add"),
    Command("care wish", TOGETHER, "Say what you would enjoy.", "caring:wish"),
    Command("care list", TOGETHER, "Show what both would enjoy, and what was done.", "caring:listed", present="page"),
    Command("note add", TOGETHER, "Begin a note that you both write.", "notes:add"),
    Command("note list", TOGETHER, "List the notes.", "notes:listed", present="page"),
    Command("note show", TOGETHER, "Show a note in full.", "notes:show", present="page"),
    Command(
        "note edit",
        TOGETHER,
        "Add to a note, or change a paragraph.",
        "notes:edit",
        more="You write privately and publish once. Where they changed it meanwhile, you see both and choose.",
    ),
    Command("note close", TOGETHER, "Close a note.", "notes:close"),
    Command(
        "search",
        TOGETHER,
        "Look for words in your own words, agreements and notes.",
        "searching:search",
        present="page",
    ),
    Command(
        "uncounted",
        TOGETHER,
        "Show what is kept and not counted, and why.",
        "uncounted:listed",
        present="page",
    ),
    Command("names", TOGETHER, "Choose what you two are called on this device.", "together:names"),
    Command("mine remove", PRIVATE, "Let something that you wrote for yourself go.", "mine:remove"),
    Command(
        "steady",
        PRIVATE,
        "Come to rest: breath, senses, somebody to call.",
        "support:steady",
        Where.AGENT,
        more="It works locked, offline and without a vault.",
        present="page",
    ),
    Command(
        "support",
        PRIVATE,
        "Show where help is.",
        "support:support",
        Where.AGENT,
        more="It works locked, offline and without a vault. That you looked is written nowhere.",
        present="page",
    ),
    Command("export own", DEVICE, "Write your own words to a file.", "exports:own", options=(FILE,)),
    Command(
        "export full",
        DEVICE,
        "Write everything to a file, theirs too.",
        "exports:full",
        more="It takes your passphrase. It is a copy to read and no legal record.",
        options=(FILE,),
    ),
    Command(
        "export therapist",
        DEVICE,
        "Write a selection to a file.",
        "exports:therapist",
        more="Each part is asked for, and you see exactly what is inside before it is written.",
        options=(FILE,),
    ),
    Command(
        "export calendar",
        DEVICE,
        "Write days to remember for your calendar.",
        "exports:days",
        options=(Option("file", "Where to: a new .ics file.", Kind.FILE, argument=True),),
    ),
    Command(
        "import",
        DEVICE,
        "Take in what is yours alone from a file.",
        "exports:take_in",
        more="An export of yours, or a text. Nothing that is said to the other person comes from a file.",
        options=(Option("file", "Where from.", Kind.FILE, argument=True),),
    ),
)
"""In the order in which a person meets them."""
