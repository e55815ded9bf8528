"""Makes the next load cheaper, a piece at a time, once there is time: it decides nothing, and nothing depends on it.

What was judged is written down, so that it need not be judged again, and records that stand alone in the store are put
together.
"""

from troth.engine import FUSE, Engine
from troth.recalling import write_down
from troth.step import Row, Step
from troth_wire.limits import JUDGED_CHANGES_MIN, PAGE_RECORDS

__all__ = ["tidy"]


def tidy(engine: Engine, changes_min: int = JUDGED_CHANGES_MIN, records_min: int = PAGE_RECORDS) -> Step:
    """Return the next step of it; one that saves nothing where there is nothing more to do.

    Args:
        engine: Its documents hold all that was put off.
        changes_min: Of a document in which fewer changes are new, nothing is written down.
        records_min: If fewer records stand alone, they go on doing so.
    """
    rows = write_down(engine.library, changes_min)
    if not rows:
        return Step(save=engine.writer.fold(engine.inbox.chains.find, records_min))
    # Whatever the fuse names is in the documents by now, and a suspect spoils what is written down with it.
    return Step(save=[*rows, Row(FUSE, b"", None)] if engine.is_merged else rows)
