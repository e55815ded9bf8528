"""What is said to SQLite: the tables, how they grew from format to format, and every longer question."""

from typing import Final

__all__ = [
    "ALIKE",
    "BEGIN_LINE",
    "BLOCKS",
    "BRIEF_ONES",
    "BROKEN_EARLIER_LOGS",
    "BROKEN_LOGS",
    "CLOSE",
    "CLOSING",
    "CREATE",
    "DORMANT",
    "DUE",
    "EARLIER_STATS",
    "ENTRIES",
    "ERASE_ENTRIES",
    "FORGET_BRIEF",
    "FORMAT_WITHOUT_KINDS",
    "FORMAT_WITHOUT_LINES",
    "FORMAT_WITHOUT_PASSES",
    "FORMAT_WITHOUT_USES",
    "HALF_ERASED",
    "IDLE",
    "KINDS",
    "LEAVE_LINE",
    "LET_GO",
    "LET_GO_ONES",
    "LINES",
    "LINE_ONES",
    "LOG",
    "MEETINGS",
    "NOTE",
    "OPEN_ONES",
    "OVER",
    "PASSES",
    "PERIOD_HOURS",
    "STATS",
    "STEPS",
    "TABLES",
    "USES",
    "WAYS",
]

TABLES: Final = """
CREATE TABLE mailbox (
    key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, lineage BLOB NOT NULL, position INTEGER NOT NULL,
    running BLOB NOT NULL, bytes INTEGER NOT NULL, day INTEGER NOT NULL
);
CREATE TABLE entry (
    mailbox INTEGER NOT NULL REFERENCES mailbox, position INTEGER NOT NULL, id BLOB NOT NULL,
    running BLOB NOT NULL, envelope BLOB NOT NULL, UNIQUE (mailbox, position), UNIQUE (mailbox, id)
)
"""
"""What format 1 has."""
KINDS: Final = """
ALTER TABLE mailbox ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN ends INTEGER;
ALTER TABLE mailbox ADD COLUMN sponsor BLOB;
CREATE INDEX brief ON mailbox (kind, ends) WHERE ends IS NOT NULL
"""
"""What format 2 has on top: mailboxes of other kinds, which end."""
PASSES: Final = """
ALTER TABLE mailbox ADD COLUMN quota INTEGER;
CREATE TABLE pass (
    number INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, uses INTEGER NOT NULL, ends INTEGER NOT NULL,
    quota INTEGER
)
"""
"""What format 3 has on top: passes, and mailboxes with a room of their own."""
LINES: Final = """
CREATE TABLE line (key INTEGER PRIMARY KEY, bytes INTEGER NOT NULL);
INSERT INTO line SELECT key, bytes FROM mailbox WHERE ends IS NULL;
ALTER TABLE mailbox ADD COLUMN line INTEGER REFERENCES line;
UPDATE mailbox SET line = key WHERE ends IS NULL;
CREATE INDEX meeting ON mailbox (line) WHERE kind = 3;
CREATE TABLE closing (
    mailbox INTEGER PRIMARY KEY REFERENCES mailbox, day INTEGER NOT NULL, stage INTEGER NOT NULL, successor BLOB,
    forward BLOB NOT NULL
);
CREATE INDEX kept ON closing (stage, day) WHERE stage < 2
"""
"""What format 4 has on top: lines, whose bytes are counted, meetings, and how logs were closed.

A closing's stage: 0 while the entries are kept, 1 while they are being deleted, 2 when they are gone.
"""
BLOCKS: Final = """
CREATE TABLE blocked (
    id BLOB PRIMARY KEY
) WITHOUT ROWID
"""
"""What format 5 has on top: mailboxes that the operator keeps out."""
WAYS: Final = """
CREATE INDEX born ON mailbox (line) WHERE kind = 0;
CREATE INDEX ending ON mailbox (ends, id) WHERE ends IS NOT NULL
"""
"""What format 6 has on top: the logs of a line, and what ends next, are found at once; and what is let go of."""
USES: Final = """
ALTER TABLE line ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
CREATE INDEX idle ON line (used);
CREATE TABLE service (hours INTEGER NOT NULL)
"""
"""What format 7 has on top: how long the relay has served, and when in that a line was last used.

Both only where the operator deletes what nobody uses: else there is no row of service, and every line has 0.
"""
PERIOD_HOURS: Final = 720
"""A month of service: no finer than it needs to be."""
GOING: Final = 255
"""The number of no kind: the mailbox is deleted, and only its entries wait for their turn to be."""
NEVER_S: Final = 2**62
"""An end that does not come: what is let go of is left out of copies as what is brief is, and no sweep's business."""
FORMAT_WITHOUT_KINDS: Final = 1
FORMAT_WITHOUT_PASSES: Final = 2
FORMAT_WITHOUT_LINES: Final = 3
FORMAT_WITHOUT_USES: Final = 6
STEPS: Final = (TABLES, KINDS, PASSES, LINES, BLOCKS, WAYS, USES)
"""From each format to the next, the first from nothing."""
BRIEF_ONES: Final = "SELECT key FROM mailbox WHERE ends IS NOT NULL"
FORGET_BRIEF: Final = (
    f"DELETE FROM entry WHERE mailbox IN ({BRIEF_ONES})",  # noqa: S608 - our own words
    "DELETE FROM mailbox WHERE ends IS NOT NULL",
)
BROKEN_EARLIER_LOGS: Final = """
SELECT count(*) FROM mailbox
LEFT JOIN entry ON entry.mailbox = mailbox.key AND entry.position = mailbox.position
WHERE mailbox.position > 0 AND entry.running IS NOT mailbox.running
"""
BROKEN_LOGS: Final = f"""
{BROKEN_EARLIER_LOGS} AND mailbox.key NOT IN (SELECT mailbox FROM closing WHERE stage > 0)
"""  # noqa: S608 - our own words
LOG: Final = """
SELECT key, lineage, position, running, bytes, kind, ends, quota, line, stage FROM mailbox
LEFT JOIN closing ON closing.mailbox = mailbox.key
WHERE id = ? AND NOT EXISTS (SELECT 1 FROM blocked WHERE blocked.id = mailbox.id)
"""
CREATE: Final = """
INSERT INTO mailbox (id, lineage, position, running, bytes, day, kind, ends, sponsor, line, quota)
VALUES (?, ?, 0, ?, 0, ?, ?, ?, ?, ?, ?)
"""
ALIKE: Final = """
SELECT count(*), coalesce(sum(sponsor IN (SELECT log.id FROM mailbox AS log WHERE log.kind = 0 AND log.line = ?)), 0)
FROM mailbox WHERE kind = ? AND ends IS NOT NULL
"""
"""How many of a kind there are, and how many of those are sponsored by logs of one line."""
OVER: Final = "SELECT key, id, position FROM mailbox WHERE ends IS NOT NULL AND ends <= ? ORDER BY ends, id LIMIT ?"
ENTRIES: Final = """
SELECT position, id, envelope FROM entry WHERE mailbox = ? AND position > ? ORDER BY position LIMIT ?
"""
PERIOD: Final = f"coalesce((SELECT hours / {PERIOD_HOURS} FROM service), 0)"  # noqa: S608 - our own words
BEGIN_LINE: Final = f"INSERT INTO line (bytes, used) VALUES (0, {PERIOD})"  # noqa: S608 - our own words
NOTE: Final = f"UPDATE line SET used = {PERIOD} WHERE key = ? AND used < {PERIOD}"  # noqa: S608 - our own words
UNUSED: Final = "used < (SELECT (hours - ?1) / ?2 FROM service)"
"""Used in no month that ended later than so many hours ago: never too early, and a month late at most."""
DORMANT: Final = f"SELECT count(*) FROM line WHERE {UNUSED}"  # noqa: S608 - our own words
IDLE: Final = f"""
SELECT key FROM line WHERE {UNUSED} AND NOT EXISTS (
    SELECT 1 FROM mailbox JOIN blocked ON blocked.id = mailbox.id WHERE mailbox.line = line.key AND kind = 0
) ORDER BY used LIMIT ?3
"""  # noqa: S608 - our own words
LINE_ONES: Final = """
SELECT key, id FROM mailbox WHERE line = ?1 AND kind = 0
UNION ALL SELECT key, id FROM mailbox WHERE line = ?1 AND kind = 3 LIMIT ?2
"""
LEAVE_LINE: Final = """
UPDATE line SET bytes = line.bytes - mailbox.bytes FROM mailbox
WHERE mailbox.key = ? AND mailbox.kind = 0 AND line.key = mailbox.line
"""
MEETINGS: Final = "SELECT count(*) FROM mailbox WHERE line = ? AND kind = 3"
CLOSE: Final = "INSERT INTO closing (mailbox, day, stage, successor, forward) VALUES (?, ?, 0, ?, ?)"
CLOSING: Final = "SELECT successor, forward FROM closing WHERE mailbox = ?"
DUE: Final = """
SELECT mailbox.key, mailbox.line, mailbox.bytes FROM closing JOIN mailbox ON mailbox.key = closing.mailbox
WHERE stage < 2 AND stage = 0 AND closing.day < ? ORDER BY closing.day LIMIT ?
"""
HALF_ERASED: Final = "SELECT mailbox FROM closing WHERE stage < 2 AND stage = 1 LIMIT ?"
ERASE_ENTRIES: Final = """
DELETE FROM entry WHERE rowid IN (SELECT rowid FROM entry WHERE mailbox = ? ORDER BY position LIMIT ?)
"""
LET_GO: Final = f"""
UPDATE mailbox SET id = randomblob(32), kind = {GOING}, ends = {NEVER_S}, sponsor = NULL, line = NULL, quota = NULL,
    position = 0, bytes = 0
WHERE key = ?
"""  # noqa: S608 - our own words
LET_GO_ONES: Final = f"SELECT key FROM mailbox WHERE kind = {GOING} AND ends IS NOT NULL LIMIT ?"  # noqa: S608
OPEN_ONES: Final = "SELECT key, id FROM mailbox WHERE key NOT IN (SELECT mailbox FROM closing)"
EARLIER_STATS: Final = "SELECT count(*), coalesce(sum(position), 0), coalesce(sum(bytes), 0) FROM mailbox"
STATS: Final = """
SELECT count(*), coalesce(sum(CASE WHEN coalesce(stage, 0) > 0 THEN 0 ELSE position END), 0), coalesce(sum(bytes), 0)
FROM mailbox LEFT JOIN closing ON closing.mailbox = mailbox.key
"""
