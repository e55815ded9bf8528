"""Changes that are easily spoilt: the plainest there is, and ones that build on a document with a bit of everything."""

from dataclasses import replace
from typing import Final

from tests.troth.anatomy import ACTION, INSERT, KEY, PREDECESSORS, VALUE_KIND, Anatomy, sleb, uleb
from tests.troth.guard.rows import Row, with_rows
from tests.troth.histories import History, actor
from troth import guard
from troth.document import Document
from troth.edits import Put
from troth.guard import Accepted, Past

__all__ = ["BEGUN", "PLAIN", "accepted", "after", "begun", "many"]

PLAIN: Final = Anatomy.of(Document(actor(0)).edit([[Put(("k",), 1)]]).changes[0])
"""One put of one number, the first change of its document."""
BEGUN: Final = History.begin(1).changes[0][1]
"""Actor 0 makes the text t (1) "hello" (2 to 6), the list l (7) of three items (8 to 10), the map m (11) with the map a
(12) with the value b (13)."""


def many(ops: int, *, predecessors: bytes | None = None) -> Anatomy:
    """So many puts of nothing into one key, in runs: a few bytes that stand for a lot."""
    columns = (
        (KEY, sleb(ops) + uleb(1) + b"k"),
        (INSERT, uleb(ops)),
        (ACTION, sleb(ops) + uleb(1)),
        (VALUE_KIND, sleb(ops) + uleb(0)),
        (PREDECESSORS, predecessors or sleb(ops) + uleb(0)),
    )
    return replace(PLAIN, columns=columns)


def accepted(past: Past, raw: bytes) -> Accepted:
    """Take a change in, which must be accepted."""
    verdict = guard.judge(raw, past=past, actor=guard.read(raw).actor)  # type: ignore[union-attr]
    assert isinstance(verdict, Accepted), verdict
    past.add(verdict)
    return verdict


def begun() -> Past:
    """A past in which `BEGUN` was accepted."""
    past = Past()
    accepted(past, BEGUN)
    return past


def after(*rows: Row) -> Anatomy:
    """The first change of actor 1, which builds on `BEGUN`; its operations begin at 14."""
    return with_rows(
        Anatomy(dependencies=(guard.change_hash(BEGUN),), actor=actor(1), sequence=1, start_op=14), list(rows)
    )
