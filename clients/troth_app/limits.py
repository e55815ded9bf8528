"""Every bound that is the app's own, with a name, a unit and a reason.

The same table stands in specs/app.md.
"""

from typing import Final

CONVERSATION_FRAME_BYTES_MAX: Final = 1_048_576
"""One frame between a terminal and a handler: whatever somebody pastes, so that what is too long can be kept."""
BEGIN_BYTES_MAX: Final = 4_096
"""The first frame of a conversation: a command's name and options that are no secrets."""
BEGIN_WAIT_S: Final = 5
"""A connection that has not said in this time what it wants is dropped."""
CONVERSATIONS_MAX: Final = 32
"""Conversations at a time: one person at a few terminals."""
ENTRY_BYTES_MAX: Final = 49_152
"""One entry typed at a terminal: fits one value of a document."""
PAGE_BYTES_MAX: Final = 196_608
"""Cards in one answer: what a frame holds beside everything else."""
PREVIEW_LETTERS_MAX: Final = 1_000
"""One text in a list of several: about a screen."""
IMPORT_BYTES_MAX: Final = 16_777_216
"""One file that is taken in: years of entries for oneself."""
NOTE_LETTERS_MAX: Final = 30_000
"""One note shown whole: some twenty pages."""
PASSPHRASE_LETTERS_MIN: Final = 8
"""One passphrase: whoever has the file tries short ones first."""
PASSPHRASE_BYTES_MAX: Final = 1_024
"""One passphrase, in UTF-8: longer than anyone types."""
TRIES_MAX: Final = 3
"""Times that one command asks the same thing of a person at the keyboard; the next command asks again."""

IDLE_S: Final = 180
"""Default time without a command after which the keeper ends: nobody finds an open vault later."""
IDLE_S_MIN: Final = 30
"""The shortest time that may be set: long enough to read one screen."""
IDLE_S_MAX: Final = 3_600
"""The longest time that may be set: an hour, or nobody would lock at all."""
LOOK_S: Final = 1
"""Between two looks at the clocks and the idle time."""
SUSPEND_S: Final = 3
"""So far may the clocks drift apart between two looks; more means that the machine slept."""
WALL_JUMP_S: Final = 60
"""The same for a wall clock that people and networks set, where there is no better one."""
LINGER_S: Final = 600
"""How long an agent stays without a keeper and without being asked."""
MEET_TRIES_MAX: Final = 5
"""How often a command looks again for an agent that another command is just starting."""

DRAFT_NAME_LETTERS_MAX: Final = 64
"""The name of a form: which page, and what it is about."""

PAGES_END_S: Final = 5
"""How long the process that serves the pages may take, when the vault closes, to finish an answer and seal words."""
PAGE_KEY_S: Final = 60
"""How long an address that opens the pages once is good: as long as a browser takes to start."""
PAGE_KEYS_MAX: Final = 8
"""Such addresses that are good at a time."""
PAGE_BODY_BYTES_MAX: Final = 262_144
"""One form that a browser sends: the longest text that one conversation takes, written as browsers write."""
PAGE_BODY_S: Final = 20
"""How long the end of a form may be away before it is given up: a piece that is none would keep it away for ever."""
PAGE_STEPS_MAX: Final = 16
"""Conversations that one browser has open at a time; the oldest is ended for a new one."""
PAGE_WAIT_S: Final = 1
"""How long a page waits for the next question, before it says that it takes a moment."""
PAGE_STEP_IDLE_S: Final = 900
"""After so long without a look, a conversation that a page began is ended."""

MET_S: Final = 60
"""So long after two people met, a yes is nobody's first word between them."""
LEAVE_S: Final = 10
"""How long leaving can be taken back, before the other person is told."""
REST_DAYS: Final = 30
"""After the other person left: so long nobody far away is invited from here, and after that once."""
TOLD_DAYS: Final = 7
"""So long `today` says of a text that it is no longer agreed: also who looks once a week is told."""
HELP_WAIT_S: Final = 2
"""How long whoever looks for help waits for an open vault that does not answer; then they see what needs none."""
RESCUE_WAIT_S: Final = 10
"""How long a terminal waits until words are sealed whose keeper died: as long as starting another one may take."""
KNOCK_S: Final = 10
"""How long a relay may take to greet before the person is told that it does not answer."""
QR_BYTES_MAX: Final = 100
"""What one QR code holds, so that it fits a terminal of 80 columns and 24 lines, and any camera."""
COLUMNS: Final = 80
"""How wide a line may be."""
COLUMNS_MIN: Final = 20
"""How wide one is at the least, however narrow a terminal says that it is."""
