"""Judges a foreign change from its bytes and its causal past, before the CRDT sees it (specs/guard.md)."""

from troth.guard.change import Change, read
from troth.guard.chunk import MAGIC, change_hash, start_op
from troth.guard.columns import Column
from troth.guard.past import Accepted, Past
from troth.guard.portion import Extent, Portion
from troth.guard.reasons import Refused
from troth.guard.verdict import RULES, Verdict, Wait, judge, weigh

__all__ = [
    "MAGIC",
    "RULES",
    "Accepted",
    "Change",
    "Column",
    "Extent",
    "Past",
    "Portion",
    "Refused",
    "Verdict",
    "Wait",
    "change_hash",
    "judge",
    "read",
    "start_op",
    "weigh",
]
