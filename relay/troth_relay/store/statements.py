"""What is said to SQLite: the tables, how they grew from format to format, and every longer question."""

from typing import Final

__all__ = [
    "ALIKE",
    "BLOCKS",
    "BRIEF_ONES",
    "BROKEN_LOGS",
    "CREATE",
    "ENTRIES",
    "FORGET_BRIEF",
    "FORMAT_WITHOUT_KINDS",
    "FORMAT_WITHOUT_PASSES",
    "KINDS",
    "LOG",
    "OVER",
    "PASSES",
    "STATS",
    "STEPS",
    "TABLES",
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
BLOCKS: Final = """
CREATE TABLE blocked (
    id BLOB PRIMARY KEY
) WITHOUT ROWID
"""
"""What format 4 has on top: mailboxes that the operator keeps out."""
FORMAT_WITHOUT_KINDS: Final = 1
FORMAT_WITHOUT_PASSES: Final = 2
STEPS: Final = (TABLES, KINDS, PASSES, BLOCKS)
"""From each format to the next, the first from nothing."""
BRIEF_ONES: Final = "SELECT key FROM mailbox WHERE ends IS NOT NULL"
FORGET_BRIEF: Final = (
    f"DELETE FROM entry WHERE mailbox IN ({BRIEF_ONES})",  # noqa: S608 - our own words
    "DELETE FROM mailbox WHERE ends IS NOT NULL",
)
BROKEN_LOGS: Final = """
SELECT count(*) FROM mailbox
LEFT JOIN entry ON entry.mailbox = mailbox.key AND entry.position = mailbox.position
WHERE mailbox.position > 0 AND entry.running IS NOT mailbox.running
"""
LOG: Final = """
SELECT key, lineage, position, running, bytes, kind, ends, quota FROM mailbox
WHERE id = ? AND NOT EXISTS (SELECT 1 FROM blocked WHERE blocked.id = mailbox.id)
"""
CREATE: Final = """
INSERT INTO mailbox (id, lineage, position, running, bytes, day, kind, ends, sponsor, quota)
VALUES (?, ?, 0, ?, 0, ?, ?, ?, ?, ?)
"""
ALIKE: Final = """
SELECT count(*), coalesce(sum(sponsor IS ?), 0) FROM mailbox WHERE kind = ? AND ends IS NOT NULL
"""
OVER: Final = "SELECT key, id FROM mailbox WHERE ends IS NOT NULL AND ends <= ? ORDER BY ends, id LIMIT ?"
ENTRIES: Final = """
SELECT position, id, envelope FROM entry WHERE mailbox = ? AND position > ? ORDER BY position LIMIT ?
"""
STATS: Final = "SELECT count(*), coalesce(sum(position), 0), coalesce(sum(bytes), 0) FROM mailbox"
