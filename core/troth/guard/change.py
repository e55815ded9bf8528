"""A change read from its bytes alone: counted before anything is written out, then laid out span by span."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from troth.guard.chunk import Chunk, read_chunk
from troth.guard.columns import Column, Runs, each, length, read_runs, sums
from troth.guard.reasons import Refused, UnfitError
from troth.guard.single import read_single
from troth.guard.spans import NOTHING, Span, rows_along, spans
from troth.guard.values import read_values
from troth_wire.ids import ActorId, ChangeHash
from troth_wire.limits import CHANGE_OPS_MAX, CHANGE_PREDECESSORS_MAX

__all__ = ["Change", "Reference", "Table", "read"]

OP_COUNTER_MAX: Final = 2**31 - 1
"""Past this the library can not count on; an honest document never comes near."""
MAKE_MAP: Final = 0
PUT: Final = 1
MAKE_LIST: Final = 2
DELETE: Final = 3
MAKE_TEXT: Final = 4
ACTIONS: Final = frozenset((MAKE_MAP, PUT, MAKE_LIST, DELETE, MAKE_TEXT))
"""No increments, no marks."""

# Plain numbers, because a look-up by a member of an enum costs several times as much.
_VALUE: Final = int(Column.VALUE)
_ACTION: Final = int(Column.ACTION)
_PREDECESSOR_COUNT: Final = int(Column.PREDECESSOR_COUNT)
_PREDECESSOR_ACTOR: Final = int(Column.PREDECESSOR_ACTOR)
_PREDECESSOR_COUNTER: Final = int(Column.PREDECESSOR_COUNTER)
_VALUE_KIND: Final = int(Column.VALUE_KIND)
_ACTOR_COLUMNS: Final = (int(Column.OBJECT_ACTOR), int(Column.KEY_ACTOR), _PREDECESSOR_ACTOR)
_ALWAYS: Final = (int(Column.INSERT), _ACTION, _VALUE_KIND, _PREDECESSOR_COUNT)
"""No operation is without these."""
_SHORT: Final = (_PREDECESSOR_ACTOR, _PREDECESSOR_COUNTER)
"""These have an entry for each predecessor, the others for each operation."""
_ROW: Final = (
    *(int(Column.OBJECT_ACTOR), int(Column.OBJECT_COUNTER)),
    *(int(Column.KEY_ACTOR), int(Column.KEY_COUNTER), int(Column.KEY_TEXT)),
    *(int(Column.INSERT), _ACTION, _PREDECESSOR_COUNT),
)

Reference = tuple[int | None, int | None]
"""An operation as (place in the list of actors, counter); the author is in place 0."""


class Table(NamedTuple):
    """What the operations of a change say, span by span."""

    actors: tuple[ActorId, ...]
    spans: list[Span]
    predecessors: list[Reference]


@dataclass(frozen=True, slots=True)
class Change:
    """What the header of a change says, and its operations."""

    hash: ChangeHash
    actor: ActorId
    sequence: int
    start_op: int
    ops: int
    dependencies: tuple[ChangeHash, ...]
    table: Table = field(repr=False, compare=False)

    @property
    def max_op(self) -> int:
        """The counter of its last operation."""
        return self.start_op + self.ops - 1


def read(raw: bytes) -> Change | Refused:
    """Read a change, and look at nothing beyond it: what its operations refer to is for `judge`."""
    try:
        return _lay_out(read_chunk(raw))
    except UnfitError as unfit:
        return unfit.reason


def _lay_out(chunk: Chunk) -> Change:
    table = _short_way(chunk) or _long_way(chunk)
    ops = sum([times for times, _, _ in table.spans])
    return Change(chunk.hash, chunk.actor, chunk.sequence, chunk.start_op, ops, chunk.dependencies, table)


def _short_way(chunk: Chunk) -> Table | None:
    single = read_single(chunk.columns)
    if single is None:
        return None
    row, replaced, kind = single
    _check_header(chunk, 1)
    ((_, character),) = read_values([(1, kind)], chunk.columns.get(_VALUE, b""))
    if kind and row[-2] != PUT:
        raise UnfitError(Refused.VALUE)
    _check_actors({0, None, row[0], row[2], *[actor for actor, _ in replaced]}, 1 + len(chunk.others))
    return Table((chunk.actor, *chunk.others), [(1, 0, (*row, character))], replaced)


def _long_way(chunk: Chunk) -> Table:
    runs = {column: read_runs(column, data) for column, data in chunk.columns.items() if column != _VALUE}
    ops = _count(runs)
    _check_header(chunk, ops)
    if not all(action in ACTIONS for _, action in runs[_ACTION]):
        raise UnfitError(Refused.ACTION)
    characters = read_values(runs[_VALUE_KIND], chunk.columns.get(_VALUE, b""))
    _check_bare(runs, ops)
    used = {actor for column in _ACTOR_COLUMNS for _, actor in runs.get(column, [])}
    _check_actors({0, None, *used}, 1 + len(chunk.others))
    columns = [*(runs.get(column, NOTHING) for column in _ROW), characters]
    return Table((chunk.actor, *chunk.others), spans(columns, ops), _predecessors(runs))


def _check_header(chunk: Chunk, ops: int) -> None:
    if chunk.sequence < 1 or not 1 <= chunk.start_op <= OP_COUNTER_MAX - ops or chunk.actor in chunk.others:
        raise UnfitError(Refused.FORM)


def _count(runs: Mapping[int, Runs]) -> int:
    """Count operations and predecessors, and see that every column stands for as many."""
    for column in _ALWAYS:
        if column not in runs or any(value is None for _, value in runs[column]):
            raise UnfitError(Refused.FORM)
    ops = length(runs[_ACTION])
    predecessors = sum([times * count for times, count in runs[_PREDECESSOR_COUNT]])
    if ops > CHANGE_OPS_MAX or predecessors > CHANGE_PREDECESSORS_MAX:
        raise UnfitError(Refused.COUNT)
    for column, found in runs.items():
        times = found[0][0] if len(found) == 1 else length(found)
        if times != (predecessors if column in _SHORT else ops):
            raise UnfitError(Refused.FORM)
    if not ops or (predecessors > 0) != (_PREDECESSOR_ACTOR in runs and _PREDECESSOR_COUNTER in runs):
        raise UnfitError(Refused.FORM)
    return ops


def _check_bare(runs: Mapping[int, Runs], ops: int) -> None:
    """Refuse a value where nothing is put."""
    actions, kinds = runs[_ACTION], runs[_VALUE_KIND]
    if len(actions) == 1 and actions[0][1] == PUT:
        return
    for _, (action, kind) in rows_along((actions, kinds), ops):
        if kind and action != PUT:
            raise UnfitError(Refused.VALUE)


def _check_actors(used: set[int | None], named: int) -> None:
    """Refuse an actor that is referred to and not named, or named and not referred to."""
    if len(used) != named + 1 or max(filter(None, used), default=0) != named - 1:
        raise UnfitError(Refused.OPERATION)


def _predecessors(runs: Mapping[int, Runs]) -> list[Reference]:
    if _PREDECESSOR_ACTOR not in runs:
        return []
    return list(zip(each(runs[_PREDECESSOR_ACTOR]), sums(runs[_PREDECESSOR_COUNTER]), strict=True))
