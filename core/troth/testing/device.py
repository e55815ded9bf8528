"""One device of a world: what its driver would do, step by step, so that it can stop between any two."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from troth.crypto import Signer
from troth.edits import Edit, Path, Value
from troth.engine import Engine, Group
from troth.keys import DeviceKeys
from troth.loading import load
from troth.step import Errand, Event, HangUp, Rebuild, RefusedEdit, Row, Step
from troth.testing.ports import MemoryStore, probe_here
from troth.testing.relay import HOST, Relay, Session
from troth.tidying import tidy
from troth_wire import messages
from troth_wire.errors import LocalError
from troth_wire.ids import DocumentId
from troth_wire.limits import FRAME_BYTES_MAX
from troth_wire.messages import Message

if TYPE_CHECKING:
    from troth.testing.world import World

__all__ = ["Crash", "Device"]


class Crash(Exception):  # noqa: N818 - it is what happens, not what is wrong
    """The machine stops here; what was not committed is gone."""


@dataclass
class Device:
    """One device of the world: an engine, its store, and a link that may be down."""

    name: str
    world: "World"
    store: MemoryStore
    keys: DeviceKeys
    admin: Signer
    engine: Engine
    session: Session | None = None
    inflight: list[bytes] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    noted: list[Row] = field(default_factory=list)
    """Rows that wait for the next commit; a crash loses them."""
    host: str = HOST
    """How it dials the relay."""
    relay: Relay | None = None
    """Another relay than that of the world."""
    errands: list[Errand] = field(default_factory=list)
    """What is done beside everything else, and is not done yet."""
    crash_in: int | None = None
    """Crash at the n-th step boundary from now: 0 is before the next commit, 1 after it, 2 after sending."""

    def edit(self, document: DocumentId, *edits: Edit) -> None:
        """Edit and wait until it is durable.

        Raises:
            UsageError: If the edits can not be applied; nothing of them was.
            LocalError: If the document library stopped; nothing of them was, and the device was built again.
            Crash: If the device was told to crash.
        """
        step = self.engine.edit([Group(0, document, edits)])
        self._carry_out(step)
        for event in step.tell:
            if isinstance(event, RefusedEdit):
                raise event.error
            if isinstance(event, Rebuild) and not step.save:
                raise LocalError("The document was built again. Nothing was changed. Try again.")

    def view(self, document: DocumentId, path: Path = ()) -> Value:
        """Return what the device shows."""
        return self.engine.view(document, path)

    def connect(self) -> None:
        """Bring the link up, if it is down."""
        if self.session is None:
            self.session = session = Session(self.relay or self.world.relay, self.host)
            self._carry_out(self.engine.connect(self.host))
            if self.session is session:
                self._arrive(self.session.open_())

    def cut(self) -> None:
        """Cut the link; what is in flight is lost."""
        if self.session is not None:
            self.session = None
            self.inflight.clear()
            self._carry_out(self.engine.disconnect())

    def pump(self, limit: int | None = None) -> bool:
        """Let the relay send what it has, and take it in; tell whether anything arrived."""
        ran = self.run_errands()
        if self.session is None:
            return ran
        self._arrive(self.session.flush(limit))
        frames, self.inflight = self.inflight, []
        if frames:
            self._carry_out(self.engine.receive(frames))
            self._carry_out(self.engine.merge())
        return bool(frames) or ran

    def run_errands(self) -> bool:
        """Do what takes long and hand back what it gives; tell whether there was anything."""
        errands, self.errands = self.errands, []
        for errand in errands:
            self._carry_out(errand.back(self.engine, errand.work()))
            self._carry_out(self.engine.merge())
        return bool(errands)

    def tick(self, now_s: float) -> None:
        """Let time pass."""
        self._carry_out(self.engine.tick(now_s))

    def close(self) -> None:
        """End cleanly, as far as the store can tell: what waits for a commit gets one."""
        self._carry_out(self.engine.close())

    def restart(self, *, moved: bool = False) -> None:
        """Kill the process and start it again from its store, as one does that then has time to tidy up."""
        self.session = None
        self.inflight.clear()
        self.noted.clear()
        self.errands.clear()
        self.crash_in = None
        quiet = self.engine.passage.quiet
        self.engine, step = load(
            self.store.load(), entropy=self.world.entropy, probe=probe_here, moved=moved, quiet=quiet
        )
        self._carry_out(step)
        self._carry_out(tidy(self.engine, 1))
        self._carry_out(tidy(self.engine, 2**32, 2))
        self.engine.inbox.chains.put_away(2)
        self.engine.inbox.chains.deflate(1)

    def _arrive(self, sent: Iterable[Message]) -> None:
        for message in sent:
            frame = messages.encode(message)
            self.world.relay.wire.append(frame)
            self.inflight.append(frame)

    def _carry_out(self, step: Step) -> None:
        """Save, then send, then tell; a crash may come between any two."""
        self._boundary()
        self.noted += step.note
        if step.save:
            self.store.commit([*self.noted, *step.save])
            self.noted.clear()
        self._boundary()
        for message in step.send:
            self._send(message)
        self._boundary()
        self.errands += [event for event in step.tell if isinstance(event, Errand)]
        self.told += step.tell
        if any(isinstance(event, Rebuild) for event in step.tell):
            self.restart()

    def _send(self, message: Message | HangUp) -> None:
        if isinstance(message, HangUp):
            self.cut()
        elif self.session is not None:
            frame = messages.encode(message)
            assert len(frame) <= FRAME_BYTES_MAX, "the engine sends frames within their bound"
            self.world.relay.wire.append(frame)
            self._arrive(self.session.receive(messages.parse(frame)))

    def _boundary(self) -> None:
        if self.crash_in is None:
            return
        self.crash_in -= 1
        if self.crash_in < 0:
            self.crash_in = None
            raise Crash(self.name)
