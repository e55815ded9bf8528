"""Every bound that is the relay's own, with a name, a unit and a reason.

The same table stands in specs/relay.md.
"""

from typing import Final

from troth_wire.limits import FRAME_BYTES_MAX

UNSENT_ENTRY_BYTES_MAX: Final = 1_048_576
"""Entries waiting to be written to one connection: the rest is read from the log once there is room."""
UNSENT_BYTES_MAX: Final = 1_310_720
"""Everything waiting to be written to one connection; past this it is dropped."""
UNSTORED_BYTES_MAX: Final = 1_048_576
"""Envelopes of one connection waiting for the disk: past this nothing more is read from it."""
UNREAD_SUM_BYTES_MAX: Final = 134_217_728
"""What all connections together have begun to say and not finished: past this the one that began first is dropped."""
UNSENT_SUM_BYTES_MAX: Final = 268_435_456
"""Frames that wait for all connections together: past this the one that took nothing for the longest is dropped."""
UNSTORED_SUM_BYTES_MAX: Final = 134_217_728
"""Envelopes of all connections together waiting for the disk: past this pushes are refused as BUSY."""
READS_MAX: Final = 64
"""Pages that are read from the log for all connections at a time: each is as large as a frame."""
HEAD_FIELDS_MAX: Final = 32
"""Headers of one request: as many as devices and a few proxies send."""
HEAD_FIELD_BYTES_MAX: Final = 1_024
"""The first line, or one header, of a request: whoever sends half a request costs that many bytes for each."""
STALLED_S: Final = 30
"""A connection that takes nothing of what waits for it in this time is dropped."""
PROOF_WAIT_S: Final = 30
"""A connection that has proven no mailbox that exists in this time is dropped, whatever it said."""
TURN_FRAMES_MAX: Final = 64
"""Frames of one connection that are taken before others have their turn, however many have come."""
LINK_FAULTS_MAX: Final = 16
"""Bad proofs and bad passes of one connection: each costs the relay a check, the client nothing."""
CONNECTIONS_MAX: Final = 10_000
"""Connections at a time: bounds all that is bounded for each."""

FOLLOWERS_MAX: Final = 128
"""Default number of connections that may follow the logs of one line: twice as many as all of its devices need."""
FOLLOWERS_MIN: Final = 64
"""The fewest that may be allowed: every device of two persons, and for each a link that was cut unnoticed."""
CROWD_SPARED_PERCENT: Final = 50
"""How much of a crowd makes no place for a newcomer: those who have been there the longest."""
SHARE_PERCENT: Final = 50
"""How much of a rate that all have together one address may take, once the rest of it is gone."""

ENTRY_OVERHEAD_BYTES: Final = 256
"""What an entry costs beside its envelope, counted in quota and rate: ids, hashes and indexes."""
QUOTA_BYTES: Final = 256 * 1_048_576
"""Default room of one line of logs: sixty tails at the size where a space starts a new one."""
RATE_BYTES_PER_S: Final = 4 * 1_048_576
"""Default lasting rate of one line of logs, or of one brief mailbox."""
RATE_BURST_BYTES: Final = 64 * 1_048_576
"""What it may take at once before the rate counts: a device that comes back after long."""
CREATIONS_PER_S: Final = 16
"""Lasting rate at which the whole relay opens mailboxes: no flood of keys fills the disk in minutes."""
CREATIONS_BURST: Final = 4_096
"""Mailboxes that may be opened at once before that rate counts."""
BRIEF_MAX: Final = 4_096
"""Rendezvous at a time and, apart from them, invitations: full ones of a kind take 285 MB of the disk."""
BRIEF_PER_S: Final = 8
"""Lasting rate at which the whole relay opens them: needing no pass, they must not spend the rate of the logs."""
BRIEF_BURST: Final = 256
"""Rendezvous and invitations that may be opened at once before that rate counts."""
BRIEF_RETRY_S: Final = 60
"""What a client is told to wait when there are as many as there may be."""
LINK_BRIEF_BURST: Final = 4
"""Rendezvous and invitations that one connection may open at once: a number that is taken is drawn again."""
LINK_BRIEF_S: Final = 30
"""After those, one connection may open another each time so many seconds have passed."""
SPONSORED_MAX: Final = 4
"""Invitations at a time that the logs of one line may sponsor; half as many with a closed one."""
RENDEZVOUS_STEP_S: Final = 60
"""The end of a rendezvous is kept to the minute, rounded up: no finer than it needs to be."""
INVITATION_STEP_S: Final = 3_600
"""The end of an invitation is kept to the hour, rounded up."""
MEETING_STEP_S: Final = 86_400
"""The end of a meeting is kept to the day, rounded up."""
LINE_BURST: Final = 32
"""Logs that may be opened in one line at once: more keys than honest devices change in a day."""
LINE_OPENING_S: Final = 60
"""After those, a line may open another each time so many seconds have passed."""
CLOSED_LOG_DAYS: Final = 180
"""Default time for which the entries of a closed log are kept: for a device that was away for half a year."""
DORMANT_DAYS_MIN: Final = 90
"""The soonest that a line can be dormant, in days of service: a quarter of a year away is no end."""
IDLE_DAYS_MIN: Final = 180
"""The soonest that a line can be deleted because nobody uses it: as long as the entries of a closed log."""
DORMANT_DAYS_LEAST: Final = 60
"""How many days of service a line is dormant at least before it is deleted: time to ask its people."""
ERASE_ENTRIES_MAX: Final = 1_024
"""Entries that one commit deletes: bounds how long it holds up the others."""
ERASE_ENTRIES_LEAST: Final = 64
"""Entries that one commit deletes where the disk is full: of the largest, what fits the room that is held for it."""
SWEEP_MAILBOXES_MAX: Final = 256
"""Mailboxes that one commit deletes because they have ended: bounds how long it holds up the others."""
USES_MAX: Final = 1_024
"""Lines of which one commit notes that they are used: bounds how long it holds up the others."""
RECLAIM_PAGES_MAX: Final = 1_024
"""Free pages of 4 KiB that are given back to the disk at once: bounds how long it holds up the others."""
PACK_ENTRIES_MAX: Final = 1_024
"""Entries that one commit moves together: bounds how long it holds up the others."""
PACK_BYTES_MAX: Final = 2_097_152
"""Bytes of envelopes that one commit moves together, where the first one is not longer by itself."""
RECOUNT_ROWS_MAX: Final = 4_096
"""Entries that are counted anew at once: bounds how long it holds up the others."""
FREE_PAGES_KEPT: Final = 256
"""Free pages that are kept for what comes next: a mebibyte that need not leave and come again."""
FOLD_PAGES: Final = 4_096
"""Pages of 4 KiB that gather before they go into the database itself: 16 MiB, for commits a tenth shorter."""
PASS_FILE_BYTES_MAX: Final = 1_048_576
"""The file of passes."""
PASS_USES: Final = 5
"""Lines that a new pass begins, unless told otherwise: a space takes one, whatever happens to its key."""
PASS_USES_MAX: Final = 1_000_000
"""Lines that one pass may begin at most."""
PASS_LIFE_S: Final = 604_800
"""How long a new pass counts, unless told otherwise: a week to take it to somebody."""
PASS_LIFE_S_MAX: Final = 315_360_000
"""How long a pass may count at most: ten years."""
PASS_STEP_S: Final = 3_600
"""The end of a pass is kept to the hour, rounded up."""
ORDERS_MAX: Final = 8
"""Orders of the operator at a time: each holds a file, and a turn of the thread that writes."""
ORDER_BYTES_MAX: Final = 1_024
"""The line of one order."""
ORDER_WAIT_S: Final = 2
"""Who has opened the operator's socket and ordered nothing in this time is sent away."""
ANSWER_BYTES_MAX: Final = 65_536
"""The line of one answer."""
LOOK_WAIT_S: Final = 30
"""How long a command that only looks waits for its answer: a relay that hangs has none."""
ANSWER_WAIT_S: Final = 3_600
"""How long a command waits for its answer: a large file is written anew meanwhile."""
HOP_WAIT_S: Final = 10
"""How long the doctor waits at each hop: a device would have given up soon after."""
IDLE_TRY_S: Final = 75
"""How long the doctor says nothing, unless told otherwise: the relay's own ping comes before."""
IDLE_TRY_S_MAX: Final = 540
"""How long it may say nothing at most: the meeting on whose link it does ends a minute later."""
CERTIFICATE_DAYS_MIN: Final = 14
"""A certificate that ends sooner should have been renewed by now."""
CLOCK_APART_S_MAX: Final = 60
"""How far two clocks may be apart: the step to which the end of a meeting is rounded."""
CONFIG_FILE_BYTES_MAX: Final = 65_536
"""The file of settings."""
DISK_FLOOR_BYTES: Final = 64 * 1_048_576
"""Default free disk below which nothing new is stored: room to delete, to fold the log in, and to look around."""
RESERVE_BYTES_MAX: Final = 32 * 1_048_576
"""What of the floor is held beside the database at most: for twice `FOLD_PAGES`, to fold the log in and to delete."""
READY_WAIT_S: Final = 3
"""A disk that has not answered in this time does not."""
READY_FRESH_S: Final = 1
"""How long an answer about readiness is given again, so that asking costs the disk nothing."""

PAGE_BYTES_MAX: Final = FRAME_BYTES_MAX - 2_048
"""Envelopes read from the log at once: with what the codec adds to 256 of them, one frame."""
GROUP_REQUESTS_MAX: Final = 1_024
"""Requests in one commit: bounds what one full disk can refuse, and how long a commit takes."""
RETRY_S: Final = 15
"""What a client is told to wait when the relay can not store."""
RETRY_S_MAX: Final = 86_400
"""The longest wait that a frame can name."""
TICK_S: Final = 5
"""How often the clock is shown to the hub."""
HEARTBEAT_S: Final = 60
"""A WebSocket ping after so long a silence; half of it later without an answer the link is closed."""
CLOSE_S: Final = 3
"""How long the relay waits for the other side's goodbye."""
GOODBYE_S: Final = 5
"""How long a connection that is being ended may take to read what waits for it; then it is cut."""
LEAVE_S_MAX: Final = 5
"""Over how long a relay that stops says goodbye to everybody, so that they do not all come back at once."""
LEAVES_PER_S: Final = 1_000
"""How many it says goodbye to in a second where there are few: nobody waits for the end of an empty relay."""
