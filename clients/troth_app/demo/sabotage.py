"""Breaks one device on purpose, so that the demo can show that its proofs would notice.

Patches functions of this very process, which the demo starts for the purpose; nothing outside the demo imports it.
"""

from collections.abc import Callable
from typing import Any, Final

from troth import crypto, loading
from troth.engine import Engine
from troth.listening import Arrival
from troth.step import Step
from troth_couple import entry as entries
from troth_couple.entry import Entry
from troth_couple.roster import Standing
from troth_wire.ids import SpaceId

__all__ = ["SABOTAGES", "commit"]


def forget_outbox() -> None:
    """What waits for the relay is forgotten at every start."""
    patched: Any = loading
    patched._queue = lambda *_: None


def skip_entry() -> None:
    """After a start, the cursor passes the first entries that arrive without taking them in."""
    engine_class: Any = Engine
    take: Callable[[Engine, Step], None] = engine_class._take
    skipped: list[Arrival] = []

    def take_less(engine: Engine, step: Step) -> None:
        started_from_rows = bool(engine.writer.remembered)
        arrived = engine.listener.arrived
        first = next((arrival for arrival in arrived if arrival.is_target), None)
        if started_from_rows and first is not None and not skipped:
            skipped.append(first)
            arrived.remove(first)
        take(engine, step)

    engine_class._take = take_less


def seal_nothing() -> None:
    """Envelopes are as long as ever, and in the clear."""

    def no_seal(_key: bytes, _nonce: bytes, plaintext: bytes, _context: bytes) -> bytes:
        return plaintext + bytes(crypto.TAG_BYTES)

    def no_open(_key: bytes, _nonce: bytes, sealed: bytes, _context: bytes) -> bytes:
        return sealed[: -crypto.TAG_BYTES]

    patched: Any = crypto
    patched.aead_seal, patched.aead_open = no_seal, no_open


def believe_anything() -> None:
    """Whoever signed an entry, it is taken for what it says."""

    def no_verify(_entry: Entry, _standing: Standing, _space: SpaceId) -> None:
        return

    patched: Any = entries
    patched.verify = no_verify


SABOTAGES: Final[dict[str, Callable[[], None]]] = {
    "cursor": skip_entry,
    "outbox": forget_outbox,
    "plaintext": seal_nothing,
    "signatures": believe_anything,
}


def commit(name: str | None) -> None:
    """Break this process in the way of that name, or not at all."""
    if name is not None:
        SABOTAGES[name]()
