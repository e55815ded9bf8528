"""A device of a simulated world with the record of two on it: the real chapter, over an engine and rows in memory.

Nothing in it waits, so a coroutine of it is done in one go, and thousands of steps are played in a moment.
"""

from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from troth import Edit, Path, Row, Signer, Status, Touched, Value
from troth.membership import Members
from troth.record import Verified
from troth.testing import Device
from troth_app.chapter import Chapter, chapter_from
from troth_client import Space
from troth_client.opening import OpenVault
from troth_client.room import SETTINGS, RoomId
from troth_client.works import View
from troth_couple import document_of
from troth_wire.ids import ChangeHash, DeviceId, DocumentId, Incarnation

__all__ = ["Simulated", "done"]

ROOM: Final = RoomId(b"r" * 16)


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """Return what a coroutine comes to that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("something waited")


@dataclass
class SimulatedSpace:
    """What a chapter asks of a space, from the engine of a device."""

    at: Device

    @property
    def members(self) -> Members:
        return self.at.engine.inbox.members

    @property
    def records(self) -> tuple[Verified, ...]:
        return self.at.engine.inbox.chains.proven

    @property
    def device(self) -> DeviceId:
        return self.at.engine.identity.device

    @property
    def life(self) -> Incarnation:
        return self.at.engine.life

    @property
    def signer(self) -> Signer:
        return self.at.keys.signer

    def status(self) -> Status:
        return self.at.engine.status()

    def view(self, document: DocumentId, path: Path = ()) -> Value:
        return self.at.view(document, path)

    def touched(self, document: DocumentId, since: Collection[ChangeHash] = ()) -> Touched:
        return self.at.engine.touched(document, since)

    async def edit(self, document: DocumentId, *edits: Edit) -> None:
        self.at.edit(document, *edits)

    async def revise(self, document: DocumentId, make: Callable[[View], Sequence[Edit]]) -> None:
        self.at.edit(document, *make(lambda path: self.at.view(document, path)))


@dataclass
class SimulatedVault:
    """What a chapter asks of a vault: its own room."""

    at: Device
    rows: dict[tuple[str, bytes], bytes] = field(default_factory=dict)

    @property
    def settings(self) -> "SimulatedVault":
        return self

    def load(self) -> list[Row]:
        return [Row(*name, value) for name, value in sorted(self.rows.items())]

    def commit(self, rows: Mapping[RoomId, Sequence[Row]]) -> None:
        for row in rows[SETTINGS]:
            self.rows.pop((row.table, row.key), None)
            if row.value is not None:
                self.rows[row.table, row.key] = row.value

    async def run(self, work: Callable[["SimulatedVault"], Any]) -> Any:
        return work(self)


class Simulated:
    """A device, and its chapter; opened anew as often as one likes."""

    def __init__(self, at: Device) -> None:
        """Begin with an empty journal."""
        self.at = at
        self.vault = SimulatedVault(at)
        self.chapter = self.open()

    def open(self) -> Chapter:
        """Begin another session of the app with what the vault holds."""
        vault, space = cast("OpenVault", self.vault), cast("Space", SimulatedSpace(self.at))
        self.chapter = chapter_from(self.vault.load(), vault, ROOM, space)
        return self.chapter

    @property
    def root(self) -> Mapping[str, Value]:
        """What stands in the whole document."""
        return cast("Mapping[str, Value]", self.at.view(document_of()))
