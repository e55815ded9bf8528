"""What stands on the browser's pages whoever looks: headings, labels and buttons, each marked for the catalogue.

What a command says stands in `troth_app.messages` and is not said again here.
"""

from collections.abc import Mapping
from typing import Final

from troth_wire.said import Said, in_context

__all__ = ["ENGLISH"]

EVERYWHERE: Final[Mapping[str, Said]] = {
    "web.name": in_context("what the pages are called", "Notes"),
    "web.skip": Said("Skip to what is here"),
    "web.ways": in_context("a list of links", "Pages"),
    "web.more_ways": in_context("a list of links", "More pages"),
    "web.more": in_context("a link", "More"),
    "web.today": in_context("a page", "Today"),
    "web.agreements": in_context("a page", "Agreements"),
    "web.notes": in_context("a page", "Notes"),
    "web.mine": in_context("a page", "Mine"),
    "web.search": in_context("a page", "Search"),
    "web.steady": in_context("a page", "Steady"),
    "web.support": in_context("a page", "Get support"),
    "web.safety": in_context("a page", "Safety and data"),
    "web.signals": Said("Slow, pause or stop: at once, without a reason"),
    "web.slow": in_context("a button", "Slow"),
    "web.pause": in_context("a button", "Pause"),
    "web.stop": in_context("a button", "Stop"),
    "web.release": in_context("a button", "Release"),
    "web.is_on": Said("this is on"),
    "web.lock": in_context("a button", "Lock"),
    "web.exit": Said("Leave this page"),
    "web.why": in_context("a link", "Why?"),
    "web.go_steady": Said("Come to rest"),
    "web.shift": Said("Press Shift three times to leave this page at once."),
    "web.history": Said("Your browser remembers that a page was open, and not what was on it."),
    "web.closing": Said("Closing the browser does not lock."),
    "web.new": Said("Something new is here."),
    "web.show_it": Said("Show it"),
    "web.unkept": Said("What you write now is not kept yet. Leave this page open; it is tried again as you write."),
    "web.unanswered": Said(
        "Nothing answers just now, so nothing was sent. What you wrote stays on this page; leave it open and try again."
    ),
    "web.can_do": Said("What you can do"),
    "web.code": Said("A code for the camera of the other device. The same stands below as text."),
}

SCREENS: Final[Mapping[str, Said]] = {
    "web.checkin": Said("How are you?"),
    "web.checkin_free": Said("Each line may stay empty."),
    "web.checkin_more": Said("More lines"),
    "web.share": in_context("a button", "Share"),
    "web.keep_mine": in_context("a button", "Keep for me"),
    "web.kept_as_you_write": Said("What you write is kept for you alone until you share it."),
    "web.here_today": Said("Here today"),
    "web.small_acts": Said("Something small"),
    "web.act.thanks": in_context("a button", "Thank you"),
    "web.act.headsup": in_context("a button", "A plan changed"),
    "web.act.ask": in_context("a button", "Ask something"),
    "web.act.window": in_context("a button", "A time to look together"),
    "web.act.ask_for": in_context("a button", "Ask for something"),
    "web.act.milestone": in_context("a button", "Something happened"),
    "web.act.care": in_context("a button", "Something kind"),
    "web.alone": Said("This is yours"),
    "web.alone_more": Said(
        "You can write here and come to rest here for as long as you like. Nothing waits on anyone."
    ),
    "web.write": in_context("a button", "Write something down"),
    "web.invite": Said("With another person"),
    "web.invite_more": Said(
        "You both sit in one room, each at a device and a passphrase of your own. "
        "Either of you may say no, can leave at any time, and keeps a copy."
    ),
    "web.invite_go": Said("Invite them"),
    "web.join_go": Said("They invited me"),
    "web.propose": Said("Propose a text"),
    "web.agreements_none": Said("There is no agreement here. A small one is a good beginning: how you both use this."),
    "web.note_begin": Said("Begin a note"),
    "web.notes_none": Said("There is no note here. A note is a page that you both write."),
    "web.note_empty": Said("Nothing stands here yet."),
    "web.mine_write": in_context("a field", "Write something down"),
    "web.mine_alone": Said("This is yours alone. It goes to your own devices and to nobody else."),
    "web.keep": in_context("a button", "Keep it"),
    "web.mine_kept": Said("What you kept"),
    "web.mine_remove": Said("Let something go"),
    "web.mine_none": Said("There is nothing here yet. A few words are enough."),
    "web.boundaries": Said("Boundaries"),
    "web.boundary_add": Said("Write a boundary"),
    "web.calendar_plan": Said("Plan a day"),
    "web.practices": Said("Practices"),
    "web.practice_add": Said("Try something"),
    "web.week": Said("Look back over a week"),
    "web.year_write": Said("Write down what mattered"),
    "web.support_add": Said("Note somebody who helps"),
    "web.on_this_page": in_context("a list of links", "On this page"),
    "web.search_words": Said("What do you look for?"),
    "web.search_go": in_context("a button", "Look"),
    "web.search_where": Said("It is looked for in your own words, agreements and notes."),
    "web.continue": in_context("a button", "Continue"),
    "web.moment": Said("One moment."),
    "web.stop_here": in_context("a button", "Stop here"),
}

DOORS: Final[Mapping[str, Said]] = {
    "web.locked": Said("It is locked"),
    "web.locked_more": Said("Support and rest are there without it."),
    "web.locked_browser": Said(
        "Your browser may offer to keep the passphrase. Say no where somebody else can use this computer."
    ),
    "web.passphrase": in_context("a field", "Your passphrase"),
    "web.unlock": in_context("a button", "Open"),
    "web.right_tool": Said("Is this the right tool?"),
    "web.ask_yourself": Said("Ask yourself"),
    "web.free_to_say_no": Said("Do I feel free to say no here?"),
    "web.ask_yourself_more": Said(
        "Nobody asks for your answer, and it is kept nowhere. If it is no, talk to somebody."
    ),
    "web.what_stays_private": Said("What stays private"),
    "web.begin_how": Said("How do you begin?"),
    "web.begin_more": Said("You can begin alone. It takes a minute."),
    "web.begin": in_context("a button", "Begin"),
    "web.begin_join": Said("I have another device"),
    "web.begin_words": Said("I have twelve words"),
}

CALENDAR: Final[Mapping[str, Said]] = {
    "web.month": Said("{month} {year}"),
    "web.month.1": in_context("a month", "January"),
    "web.month.2": in_context("a month", "February"),
    "web.month.3": in_context("a month", "March"),
    "web.month.4": in_context("a month", "April"),
    "web.month.5": in_context("a month", "May"),
    "web.month.6": in_context("a month", "June"),
    "web.month.7": in_context("a month", "July"),
    "web.month.8": in_context("a month", "August"),
    "web.month.9": in_context("a month", "September"),
    "web.month.10": in_context("a month", "October"),
    "web.month.11": in_context("a month", "November"),
    "web.month.12": in_context("a month", "December"),
    "web.calendar": Said("Calendar"),
    "web.day.mon": Said("Monday"),
    "web.day.mon.short": in_context("a day, in two letters or so", "Mo"),
    "web.day.tue": Said("Tuesday"),
    "web.day.tue.short": in_context("a day, in two letters or so", "Tu"),
    "web.day.wed": Said("Wednesday"),
    "web.day.wed.short": in_context("a day, in two letters or so", "We"),
    "web.day.thu": Said("Thursday"),
    "web.day.thu.short": in_context("a day, in two letters or so", "Th"),
    "web.day.fri": Said("Friday"),
    "web.day.fri.short": in_context("a day, in two letters or so", "Fr"),
    "web.day.sat": Said("Saturday"),
    "web.day.sat.short": in_context("a day, in two letters or so", "Sa"),
    "web.day.sun": Said("Sunday"),
    "web.day.sun.short": in_context("a day, in two letters or so", "Su"),
}

ENGLISH: Final[Mapping[str, Said]] = {**EVERYWHERE, **SCREENS, **DOORS, **CALENDAR}
"""Every sentence by its key."""
