"""The commands on the record of two, and those that help in a hard moment; `troth_app.commands` has them all."""

from typing import Final

from troth_app.command import AGREEMENTS, DEVICE, PRIVATE, TODAY, TOGETHER, Command, Kind, Option, Where
from troth_wire.said import Said

__all__ = ["FOR_TWO"]

ABOUT: Final = Option(
    "about",
    Said("What it is about: talk, touch, topic or app. Without it: talk. With no word, you are asked."),
    Kind.WORD,
    words=("talk", "touch", "topic", "app"),
)
SIGNALS: Final = (
    ("slow", Said("Ask to go slower, at once.")),
    ("pause", Said("Pause, at once.")),
    ("stop", Said("Stop, at once.")),
)
ALWAYS: Final = Said("It is given whatever else stands on the line: `troth {command} touch` works too.")
FILE: Final = Option(
    "file", Said("Where to: a new file. One that ends in .json is for a program."), Kind.FILE, argument=True
)

FOR_TWO: Final = (
    Command("checkin", TODAY, Said("Say how you are, in up to six lines."), "days:checkin"),
    Command("heads-up", TODAY, Said("Tell that a plan changed."), "days:heads_up"),
    Command("thanks", TODAY, Said("Say thank you."), "days:thanks"),
    Command("milestone", TODAY, Said("Mark something that happened."), "days:milestone"),
    Command("ask-for", TODAY, Said("Ask the other person for something."), "requests:ask_for"),
    Command(
        "ask",
        TODAY,
        Said("Ask the other person something."),
        "questions:ask",
        more=Said("They open it when it is good for them. You can take it back: nobody sees an answer to it then."),
    ),
    Command("answer", TODAY, Said("Answer what they asked, or asked for; no reason is needed."), "requests:answer"),
    Command("requests", TODAY, Said("Show what you both asked for."), "requests:listed", present="page"),
    Command("questions", TODAY, Said("Show what you asked each other."), "questions:listed", present="page"),
    Command(
        "amend",
        TODAY,
        Said("Say something of yours anew."),
        "own_words:amend",
        more=Said("What it said before stays visible beside it."),
    ),
    Command(
        "take-back",
        TODAY,
        Said("Take something of yours back."),
        "own_words:take_back",
        more=Said("A copy may remain with the other person until a new chapter."),
    ),
    *(
        Command(
            name,
            TODAY,
            summary,
            f"signalling:{name}",
            more=ALWAYS.format(command=name),
            options=(ABOUT,),
            always=True,
        )
        for name, summary in SIGNALS
    ),
    Command("release", TODAY, Said("Release a signal of yours."), "signalling:release"),
    Command("quiet until", TODAY, Said("Have quiet here until a day."), "quieting:until", more=Said("Nobody is told.")),
    Command("quiet off", TODAY, Said("End the quiet time."), "quieting:off"),
    Command("agree list", AGREEMENTS, Said("List your agreements."), "agreeing:listed", present="rows"),
    Command("agree show", AGREEMENTS, Said("Show one in full."), "agreeing:show", present="page"),
    Command(
        "agree propose",
        AGREEMENTS,
        Said("Propose a text, new or in place of another."),
        "proposing:propose",
        more=Said("Proposing is no yes: you say yes to it like the other person, with `troth agree assent`."),
    ),
    Command("agree diff", AGREEMENTS, Said("Show what differs between two texts."), "agreeing:diff", present="page"),
    Command(
        "agree assent",
        AGREEMENTS,
        Said("Read a text to its end, and say yes to it."),
        "consenting:assent",
        more=Said("It takes your passphrase. You can withdraw at any time, in one step and without a reason."),
    ),
    Command(
        "agree withdraw",
        AGREEMENTS,
        Said("Take your yes back, at once."),
        "consenting:withdraw",
        more=Said(
            "It counts here at once, and for the other person when your devices sync; they see it then. "
            "If you want to think first, `troth mine add` is yours alone, and `troth support` shows who can help."
        ),
    ),
    Command("agree ask-change", AGREEMENTS, Said("Ask for another text."), "consenting:ask_change"),
    Command("agree decline", AGREEMENTS, Said("Say no to a text."), "consenting:decline"),
    Command("agree why", AGREEMENTS, Said("Name the acts that something rests on."), "agreeing:why_so", present="page"),
    Command(
        "agree not-me",
        AGREEMENTS,
        Said("Say of a yes under your name that it was not you."),
        "consenting:not_me",
        more=Said("It can make what is agreed less, and never more."),
    ),
    Command("promise add", AGREEMENTS, Said("Promise something."), "promises:add"),
    Command("promise list", AGREEMENTS, Said("Show the promises of both."), "promises:listed", present="page"),
    Command("promise tell", AGREEMENTS, Said("Say what became of one, or how it was for you."), "promises:told"),
    Command("boundary add", AGREEMENTS, Said("Write down what you will do or not do."), "boundaries:add"),
    Command("boundary list", AGREEMENTS, Said("Show the boundaries of both."), "boundaries:listed", present="page"),
    Command("boundary retire", AGREEMENTS, Said("Let a boundary of yours go."), "boundaries:retire"),
    Command("window plan", TOGETHER, Said("Suggest a time to look at things together."), "windows:plan"),
    Command("window list", TOGETHER, Said("Show the windows."), "windows:listed", present="page"),
    Command("window answer", TOGETHER, Said("Say whether a window suits you."), "windows:answer"),
    Command("window agenda", TOGETHER, Said("Note what you would like to look at."), "windows:agenda"),
    Command(
        "window move",
        TOGETHER,
        Said("Move a window."),
        "windows:move",
        more=Said("Each of you moves one once alone. Where you wish for different times, the old one stands."),
    ),
    Command("window skip", TOGETHER, Said("Skip a window, at once and without a reason."), "windows:skip"),
    Command("window hold", TOGETHER, Said("Note that you held it, and what you take from it."), "windows:hold"),
    Command(
        "tell write",
        TOGETHER,
        Said("Write down something to tell, for you alone at first."),
        "telling:write",
        more=Said("You can hold it until a day. It is shared when you say so, and never by itself."),
    ),
    Command(
        "tell share", TOGETHER, Said("Look again at what you wrote, and share it if that is right."), "telling:share"
    ),
    Command("tell list", TOGETHER, Said("Show what was told; theirs stays closed."), "telling:listed", present="page"),
    Command(
        "tell read",
        TOGETHER,
        Said("Open something that they told, or not now."),
        "telling:read",
        more=Said("You can come to rest first. That you opened it is written nowhere."),
    ),
    Command("tell later", TOGETHER, Said("Say that it is not now, perhaps by a day."), "telling:later"),
    Command("tell close", TOGETHER, Said("Close something that was told for yourself."), "telling:close"),
    Command("tell reopen", TOGETHER, Said("Open it again, without a reason."), "telling:reopen"),
    Command(
        "letter write",
        TOGETHER,
        Said("Write a letter of repair, for you alone at first."),
        "letters:write",
        more=Said("It has four parts, asks for nothing, and needs no answer."),
    ),
    Command("letter offer", TOGETHER, Said("Look again at a letter of yours, and offer it."), "letters:offer"),
    Command("letter list", TOGETHER, Said("Show the letters; theirs stay closed."), "letters:listed", present="page"),
    Command(
        "letter read",
        TOGETHER,
        Said("Open a letter of theirs, or not now."),
        "letters:read",
        more=Said("You can come to rest first. That you opened it is written nowhere."),
    ),
    Command("letter receive", TOGETHER, Said("Say that you receive it, not now, or not."), "letters:receive"),
    Command("repair open", TOGETHER, Said("Begin a repair of something that you did."), "repairing:open_"),
    Command("repair step", TOGETHER, Said("Note what you do from now on."), "repairing:step"),
    Command("repair tell", TOGETHER, Said("Say how it was for you."), "repairing:told"),
    Command("repair close", TOGETHER, Said("Close a repair for yourself."), "repairing:close"),
    Command("repair reopen", TOGETHER, Said("Open a repair again, without a reason."), "repairing:reopen"),
    Command("repair list", TOGETHER, Said("Show the repairs."), "repairing:listed", present="page"),
    Command(
        "pace set",
        TOGETHER,
        Said("Say what feels fine to offer, for two weeks at most."),
        "pacing:set_",
        more=Said("Of it they see what both of you chose, and nothing else. It is no yes to anything."),
    ),
    Command("pace lapse", TOGETHER, Said("Take it back, at once and without a reason."), "pacing:lapse"),
    Command("pace show", TOGETHER, Said("Show what is fine for both now."), "pacing:show", present="page"),
    Command(
        "chapter open",
        TOGETHER,
        Said("Suggest a new chapter, and say yes to it."),
        "chapters:open_",
        more=Said("It takes your passphrase, and opens once you both say yes. What was agreed before ends then."),
    ),
    Command(
        "chapter agree",
        TOGETHER,
        Said("Say yes to a new chapter."),
        "chapters:agree",
        more=Said("It takes your passphrase."),
    ),
    Command("chapter withdraw", TOGETHER, Said("Take your yes to a new chapter back, at once."), "chapters:withdraw"),
    Command("chapter list", TOGETHER, Said("Show which chapters are suggested."), "chapters:listed", present="page"),
    Command("chapter carry", TOGETHER, Said("Say anew what you want to keep."), "chapters:carry_over"),
    Command("chapter read", TOGETHER, Said("Read earlier chapters."), "reading:chapters", present="page"),
    Command(
        "space read",
        TOGETHER,
        Said("Read what stands in a space for two that was ended."),
        "reading:space",
        more=Said("It stays with each of you, also beside a new space. `troth search` and the exports hold it too."),
        present="page",
    ),
    Command(
        "blind add",
        TOGETHER,
        Said("Ask something that you both answer blind."),
        "blind:add",
        more=Said("Each seals an answer first, and both open once both have sealed."),
    ),
    Command("blind answer", TOGETHER, Said("Seal your answer."), "blind:answer"),
    Command("blind open", TOGETHER, Said("Open your answer, once both are sealed."), "blind:open_"),
    Command("blind list", TOGETHER, Said("Show the questions, and what is open."), "blind:listed", present="page"),
    Command("care add", TOGETHER, Said("Note something kind that you did."), "caring:add"),
    Command("care wish", TOGETHER, Said("Say what you would enjoy."), "caring:wish"),
    Command(
        "care list", TOGETHER, Said("Show what both would enjoy, and what was done."), "caring:listed", present="page"
    ),
    Command(
        "practice add",
        TODAY,
        Said("Try something for a while, alone or both of you."),
        "practices:add",
        more=Said("Nothing notes on which days you did it."),
    ),
    Command(
        "practice list", TODAY, Said("Show what is tried, and what is kept on."), "practices:listed", present="page"
    ),
    Command("practice look", TODAY, Said("Look back on one: keep it on, or let it go."), "practices:look"),
    Command(
        "calendar plan",
        TOGETHER,
        Said("Plan a day, for you alone or for both of you."),
        "planning:plan",
        more=Said("An alias stands for it on screens and in files for a calendar."),
    ),
    Command("calendar list", TOGETHER, Said("Show the days to come."), "planning:listed", present="page"),
    Command(
        "calendar show",
        TOGETHER,
        Said("Show one day whole, also what an alias stands for."),
        "planning:show",
        present="page",
    ),
    Command(
        "calendar mark", TOGETHER, Said("Say that a day was, moved or goes; no reason is needed."), "planning:mark"
    ),
    Command("year", TOGETHER, Said("Look back over a year."), "looking_back:year", present="page"),
    Command("year week", TOGETHER, Said("Look back over a week."), "looking_back:week", present="page"),
    Command(
        "year write",
        TOGETHER,
        Said("Write down what mattered, for you alone."),
        "looking_back:write_",
        more=Said("`mine share` shares what you choose of it."),
    ),
    Command(
        "glossary say",
        TOGETHER,
        Said("Say what a word means to you."),
        "glossary:say_",
        more=Said("Both meanings stand side by side. Said again, yours is said anew."),
    ),
    Command("glossary list", TOGETHER, Said("Show your words, in two columns."), "glossary:listed", present="glossary"),
    Command("note add", TOGETHER, Said("Begin a note that you both write."), "notes:add"),
    Command("note list", TOGETHER, Said("List the notes."), "notes:listed", present="page"),
    Command(
        "note show", TOGETHER, Said("Show a note in full, and whose words it holds."), "notes:show", present="note"
    ),
    Command(
        "note edit",
        TOGETHER,
        Said("Add to a note, or change a paragraph."),
        "notes:edit",
        more=Said("You write privately and publish once. Where they changed it meanwhile, you see both and choose."),
    ),
    Command("note close", TOGETHER, Said("Close a note."), "notes:close"),
    Command(
        "search",
        TOGETHER,
        Said("Look for words in your own words, agreements and notes."),
        "searching:search",
        present="page",
    ),
    Command(
        "uncounted",
        TOGETHER,
        Said("Show what is kept and not counted, and why."),
        "uncounted:listed",
        present="page",
    ),
    Command("names", TOGETHER, Said("Choose what you two are called on this device."), "together:names"),
    Command("mine remove", PRIVATE, Said("Let something that you wrote for yourself go."), "mine:remove"),
    Command(
        "steady",
        PRIVATE,
        Said("Come to rest: breath, senses, somebody to call."),
        "support:steady",
        Where.AGENT,
        more=Said("It works locked, offline and without a vault."),
        present="page",
    ),
    Command(
        "support",
        PRIVATE,
        Said("Show where help is, and while it is open, your own people."),
        "supporting:support",
        more=Said(
            "It works locked, offline and without a vault, and is written nowhere. The numbers are for Australia: "
            "there is no other list yet, and nothing to choose. For other places it says what to do."
        ),
        locked="support:support",
        steadfast=True,
        present="page",
    ),
    Command(
        "support add",
        PRIVATE,
        Said("Note somebody who helps you."),
        "supporting:add",
        more=Said("It is yours alone. `mine share` shares what you choose of it."),
    ),
    Command("mine change", PRIVATE, Said("Say something of yours alone anew."), "alone:change"),
    Command(
        "mine share",
        PRIVATE,
        Said("Share something of yours alone, in the parts that you choose."),
        "alone:share_",
    ),
    Command("export own", DEVICE, Said("Write your own words to a file."), "exports:own", options=(FILE,)),
    Command(
        "export full",
        DEVICE,
        Said("Write everything to a file, theirs too."),
        "exports:full",
        more=Said("It takes your passphrase. It is a copy to read and no legal record."),
        options=(FILE,),
    ),
    Command(
        "export therapist",
        DEVICE,
        Said("Write a selection to a file."),
        "exports:therapist",
        more=Said("Each part is asked for, and you see exactly what is inside before it is written."),
        options=(FILE,),
    ),
    Command(
        "export calendar",
        DEVICE,
        Said("Write days to remember for your calendar."),
        "exports:days",
        options=(Option("file", Said("Where to: a new .ics file."), Kind.FILE, argument=True),),
    ),
    Command(
        "import",
        DEVICE,
        Said("Take in what is yours alone from a file."),
        "exports:take_in",
        more=Said("An export of yours, or a text. Nothing that is said to the other person comes from a file."),
        options=(Option("file", Said("Where from."), Kind.FILE, argument=True),),
    ),
)
"""In the order in which a person meets them."""
