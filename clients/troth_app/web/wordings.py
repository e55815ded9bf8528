"""What stands on the browser's pages whoever looks: headings, labels and buttons, in English first.

What a command says comes from the app's catalogue (`troth_app.messages`) and is not said again here.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["ENGLISH"]

EVERYWHERE: Final[Mapping[str, str]] = {
    "web.skip": "Skip to what is here",
    "web.ways": "Pages",
    "web.more_ways": "More pages",
    "web.more": "More",
    "web.today": "Today",
    "web.agreements": "Agreements",
    "web.notes": "Notes",
    "web.mine": "Mine",
    "web.search": "Search",
    "web.steady": "Steady",
    "web.support": "Get support",
    "web.safety": "Safety and data",
    "web.signals": "Slow, pause or stop: at once, without a reason",
    "web.slow": "Slow",
    "web.pause": "Pause",
    "web.stop": "Stop",
    "web.release": "Release",
    "web.is_on": "this is on",
    "web.lock": "Lock",
    "web.exit": "Leave this page",
    "web.why": "Why?",
    "web.go_steady": "Come to rest",
    "web.shift": "Press Shift three times to leave this page at once.",
    "web.history": "Your browser remembers that a page was open, and not what was on it.",
    "web.new": "Something new is here.",
    "web.show_it": "Show it",
    "web.unkept": "What you write now is not kept yet. Leave this page open; it is tried again as you write.",
    "web.unanswered": (
        "Nothing answers just now, so nothing was sent. What you wrote stays on this page; leave it open and try again."
    ),
    "web.can_do": "What you can do",
    "web.code": "A code for the camera of the other device. The same stands below as text.",
}

SCREENS: Final[Mapping[str, str]] = {
    "web.checkin": "How are you?",
    "web.checkin_free": "Each line may stay empty.",
    "web.checkin_more": "More lines",
    "web.share": "Share",
    "web.keep_mine": "Keep for me",
    "web.kept_as_you_write": "What you write is kept for you alone until you share it.",
    "web.here_today": "Here today",
    "web.small_acts": "Something small",
    "web.act.thanks": "Thank you",
    "web.act.headsup": "A plan changed",
    "web.act.ask": "Ask something",
    "web.act.window": "A time to look together",
    "web.act.ask_for": "Ask for something",
    "web.act.milestone": "Something happened",
    "web.act.care": "Something kind",
    "web.alone": "This is yours",
    "web.alone_more": "You can write here and come to rest here for as long as you like. Nothing waits on anyone.",
    "web.write": "Write something down",
    "web.invite": "With another person",
    "web.invite_more": (
        "You both sit in one room, each at a device and a passphrase of your own. "
        "Either of you may say no, can leave at any time, and keeps a copy."
    ),
    "web.invite_go": "Invite them",
    "web.join_go": "They invited me",
    "web.propose": "Propose a text",
    "web.agreements_none": "There is no agreement here. A small one is a good beginning: how you both use this.",
    "web.note_begin": "Begin a note",
    "web.notes_none": "There is no note here. A note is a page that you both write.",
    "web.note_empty": "Nothing stands here yet.",
    "web.mine_write": "Write something down",
    "web.mine_alone": "This is yours alone. It goes to your own devices and to nobody else.",
    "web.keep": "Keep it",
    "web.mine_kept": "What you kept",
    "web.mine_remove": "Let something go",
    "web.mine_none": "There is nothing here yet. A few words are enough.",
    "web.boundaries": "Boundaries",
    "web.boundary_add": "Write a boundary",
    "web.calendar_plan": "Plan a day",
    "web.practices": "Practices",
    "web.practice_add": "Try something",
    "web.week": "Look back over a week",
    "web.year_write": "Write down what mattered",
    "web.support_add": "Note somebody who helps",
    "web.on_this_page": "On this page",
    "web.search_words": "What do you look for?",
    "web.search_go": "Look",
    "web.search_where": "It is looked for in your own words, agreements and notes.",
    "web.continue": "Continue",
    "web.moment": "One moment.",
    "web.stop_here": "Stop here",
}

DOORS: Final[Mapping[str, str]] = {
    "web.locked": "It is locked",
    "web.locked_more": "Support and rest are there without it.",
    "web.passphrase": "Your passphrase",
    "web.unlock": "Open",
    "web.right_tool": "Is this the right tool?",
    "web.ask_yourself": "Ask yourself",
    "web.free_to_say_no": "Do I feel free to say no here?",
    "web.ask_yourself_more": "Nobody asks for your answer, and it is kept nowhere. If it is no, talk to somebody.",
    "web.what_stays_private": "What stays private",
    "web.begin_how": "How do you begin?",
    "web.begin_more": "You can begin alone. It takes a minute.",
    "web.begin": "Begin",
    "web.begin_join": "I have another device",
    "web.begin_words": "I have twelve words",
}

CALENDAR: Final[Mapping[str, str]] = {
    "web.calendar": "Calendar",
    "web.day.mon": "Monday",
    "web.day.tue": "Tuesday",
    "web.day.wed": "Wednesday",
    "web.day.thu": "Thursday",
    "web.day.fri": "Friday",
    "web.day.sat": "Saturday",
    "web.day.sun": "Sunday",
}

ENGLISH: Final[Mapping[str, str]] = {**EVERYWHERE, **SCREENS, **DOORS, **CALENDAR}
"""Every sentence by its key."""
