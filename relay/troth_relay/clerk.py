"""Carries an operator's orders out on the database, with the relay running around it or without one.

What ended by an order is named, so that whoever uses it can be told.
What may take long is done in bounded parts, each a commit, so that nobody waits for all of it.
"""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from troth_relay import limits
from troth_relay.admission import Idle
from troth_relay.floor import free_bytes
from troth_relay.orders import Answer, Order, Value, Verb
from troth_relay.store import Stats, beside, births, file, packing, upkeep
from troth_relay.store.counting import BEGINNING
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import UsageError
from troth_wire.ids import MailboxId

__all__ = ["Clerk", "Outcome", "Work", "alone", "next_step", "said"]

Work = Generator[tuple[MailboxId, ...], None, Answer]
Part = Generator[tuple[MailboxId, ...], None, None]

DAY_S: Final = 86_400
SAID: Final = {
    Verb.GC: "{ended} mailboxes had ended; {wrong_sums} sums were put right; {freed_bytes} bytes went back to the disk",
    Verb.VACUUM: "{freed_bytes} bytes went back to the disk",
    Verb.QUOTA: "mailbox {mailbox} has its room",
    Verb.DELETE: "mailbox {mailbox} is deleted; unless it is blocked, "
    "its devices may open it anew as any other: with a pass that counts, where the relay asks for one",
    Verb.BLOCK: "mailbox {mailbox} is blocked; what lies in it stays until it is deleted",
    Verb.UNBLOCK: "mailbox {mailbox} is not blocked any more",
}
"""The sentence of an answer; without one, its fields are listed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, and the mailboxes that nobody may use any longer."""

    answer: Answer
    ended: tuple[MailboxId, ...] = ()


def next_step(work: Work) -> tuple[MailboxId, ...] | Answer:
    """Do the next part of an order; return which mailboxes it ended, or the answer where that was the last."""
    try:
        return next(work)
    except StopIteration as last:
        answer: Answer = last.value
        return answer


def _at_once(act: Callable[[], Outcome]) -> Work:
    outcome = act()
    yield outcome.ended
    return outcome.answer


def said(verb: Verb, answer: Answer) -> str:
    """Return an answer for people."""
    if verb in SAID:
        return SAID[verb].format(**answer)
    return "\n".join(f"{name} {_word(value)}" for name, value in answer.items())


def _word(value: Value) -> Value:
    if value is None:
        return "none"
    return ("no", "yes")[value] if isinstance(value, bool) else value


def _sums(found: Stats, path: Path) -> Answer:
    return {
        "mailboxes": found.mailboxes,
        "entries": found.entries,
        "stored_bytes": found.stored_bytes,
        "dormant_lines": found.dormant,
        "database_bytes": file.size_bytes(path),
        "disk_free_bytes": free_bytes(path),
    }


class Clerk:
    """Who carries out orders on an open database."""

    def __init__(
        self,
        store: SqliteStore,
        path: Path,
        *,
        now_s: Callable[[], int],
        closed_log_days: Callable[[], int],
        idle: Callable[[], Idle | None] = lambda: None,
    ) -> None:
        """Work on this store, whose file is there; how long things are kept may change meanwhile."""
        self._store = store
        self._path = path
        self._now_s = now_s
        self._closed_log_days = closed_log_days
        self._idle = idle
        self._acts: dict[Verb, Callable[[Order], Outcome]] = {
            Verb.STATS: self._stats,
            Verb.SHOW: self._show,
            Verb.QUOTA: self._give_room,
            Verb.BLOCK: self._block,
            Verb.UNBLOCK: self._unblock,
        }

    def carry_out(self, order: Order) -> Outcome:
        """Carry an order out, all of it at once.

        Raises:
            StoreError: By its kind; what was not answered was not done, or may be asked for again.
            UsageError: If there is no such mailbox.
        """
        work, ended = self.begin(order), list[MailboxId]()
        while isinstance(step := next_step(work), tuple):
            ended += step
        return Outcome(step, tuple(ended))

    def begin(self, order: Order) -> Work:
        """Begin with an order; each `next_step` does a bounded part of it, and raises what `carry_out` does.

        What changes something belongs on the thread that writes; others may have their turn between two steps.
        """
        match order.verb:
            case Verb.GC:
                return self._collect()
            case Verb.VACUUM:
                return self._pack()
            case Verb.DELETE:
                return self._delete(order)
            case _:
                return _at_once(partial(self._acts[order.verb], order))

    def _stats(self, _order: Order) -> Outcome:
        idle = self._idle()
        found = self._store.stats(dormant_days=idle.dormant_days if idle else None)
        return Outcome(_sums(found, self._path))

    def _collect(self) -> Work:
        before, ended = file.size_bytes(self._path), 0
        while gone := self._store.sweep(now_s=self._now_s(), mailboxes_max=limits.SWEEP_MAILBOXES_MAX):
            ended += len(gone)
            yield gone
        idle = self._idle()
        while idle and (gone := self._delete_idle(idle)):
            ended += len(gone)
            yield gone
        yield from self._erase()
        wrong_sums, at = self._store.count_on(BEGINNING)
        while at is not None:
            yield ()
            some, at = self._store.count_on(at)
            wrong_sums += some
        yield from self._reclaim()
        return {"ended": ended, "wrong_sums": wrong_sums, "freed_bytes": self._freed_bytes(before)}

    def _delete_idle(self, idle: Idle) -> tuple[MailboxId, ...]:
        return self._store.delete_idle(days=idle.delete_days, mailboxes_max=limits.SWEEP_MAILBOXES_MAX)

    def _erase(self) -> Part:
        closed_before = self._now_s() // DAY_S - self._closed_log_days()
        while self._store.erase(closed_before=closed_before, entries_max=limits.ERASE_ENTRIES_MAX):
            yield ()

    def _reclaim(self) -> Part:
        while self._store.reclaim():
            yield ()

    def _pack(self) -> Work:
        before = file.size_bytes(self._path)
        place = self._store.pack_on(packing.BEGINNING)
        while place is not None:
            yield ()
            place = self._store.pack_on(place)
        yield from self._reclaim()
        return {"freed_bytes": self._freed_bytes(before)}

    def _freed_bytes(self, before: int) -> int:
        # Others may have pushed more meanwhile than went back.
        return max(0, before - file.size_bytes(self._path))

    def _show(self, order: Order) -> Outcome:
        mailbox = order.mailbox
        shown, blocked = self._store.see(lambda found: (upkeep.show(found, mailbox), births.is_blocked(found, mailbox)))
        if shown is None:
            if not blocked:
                raise _unknown()
            return Outcome({"mailbox": mailbox.hex(), "kind": None, "blocked": True})
        return Outcome(
            {
                "mailbox": mailbox.hex(),
                "kind": shown.kind.name.lower(),
                "entries": shown.entries,
                "stored_bytes": shown.stored_bytes,
                "quota_bytes": shown.quota_bytes,
                "made": time.strftime("%Y-%m-%d", time.gmtime(shown.day * DAY_S)),
                "ends_s": shown.ends_s,
                "blocked": blocked,
            }
        )

    def _give_room(self, order: Order) -> Outcome:
        if not self._store.change(lambda tables: upkeep.give_room(tables, order.mailbox, order.quota_bytes)):
            raise _unknown()
        return Outcome({"mailbox": order.mailbox.hex(), "quota_bytes": order.quota_bytes})

    def _delete(self, order: Order) -> Work:
        gone = self._store.change(lambda tables: upkeep.delete(tables, order.mailbox))
        if not gone:
            raise _unknown()
        yield gone
        yield from self._erase()
        yield from self._reclaim()
        return {"mailbox": order.mailbox.hex(), "deleted": len(gone)}

    def _block(self, order: Order) -> Outcome:
        self._store.change(lambda tables: upkeep.block(tables, order.mailbox))
        return Outcome({"mailbox": order.mailbox.hex(), "blocked": True}, (order.mailbox,))

    def _unblock(self, order: Order) -> Outcome:
        if not self._store.change(lambda tables: upkeep.unblock(tables, order.mailbox)):
            raise _unknown("There is no such mailbox on the list of those that are blocked.")
        return Outcome({"mailbox": order.mailbox.hex(), "blocked": False})


def alone(
    order: Order, path: Path, *, now_s: Callable[[], int], closed_log_days: int, idle: Idle | None = None
) -> Answer:
    """Carry an order out on the database of a relay that does not run.

    Raises:
        StoreError: By its kind; what was not answered was not done.
        UsageError: If there is no such mailbox.
    """
    if order.verb is Verb.STATS:
        # Counting needs nobody to stop: it works beside a relay whose socket can not be reached, too.
        return _sums(beside.measure(path, dormant_days=idle.dormant_days if idle else None), path)
    store = SqliteStore(path)
    try:
        at_work = Clerk(store, path, now_s=now_s, closed_log_days=lambda: closed_log_days, idle=lambda: idle)
        return at_work.carry_out(order).answer
    finally:
        store.close()


def _unknown(what: str = "There is no such mailbox.") -> UsageError:
    return UsageError(f"{what} Nothing was changed. Look at the number again.")
