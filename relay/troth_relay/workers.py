"""One thread writes, one other reads; what has gathered while the disk was busy shares the next commit.

Every request is reported exactly once, and only after its commit.
While the disk is below its floor nothing new is stored; what has ended is deleted all the same.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Protocol, TypeVar

from troth_relay import admission, limits
from troth_relay.floor import Floor
from troth_relay.limits import GROUP_REQUESTS_MAX, PAGE_BYTES_MAX
from troth_relay.requests import Append, Asked, Look, Note, Open, Read, Settled, Shut, Sweep
from troth_relay.store import Batch, Brief, Denial, Log, Page, Store, Ticket
from troth_wire.errors import DamagedError, StoreError
from troth_wire.ids import Lineage, MailboxId
from troth_wire.limits import FRAME_ENVELOPES_MAX, MEETINGS_MAX
from troth_wire.messages import MailboxKind

__all__ = ["Entropy", "Reader", "Report", "Worker", "Writer"]

LOG: Final = logging.getLogger("troth_relay")
T = TypeVar("T")

CarryOut = Callable[[Sequence[Asked]], Sequence[Settled]]
Report = Callable[[Sequence[Settled]], None]
"""Takes the settled requests of one commit; called on the worker's thread."""


class Entropy(Protocol):
    """What a mailbox needs of the world."""

    def lineage(self) -> Lineage:
        """Return 16 random bytes."""

    def day(self) -> int:
        """Return how many days have passed since 1970."""

    def now_s(self) -> int:
        """Return how many seconds have passed since 1970."""


class Worker:
    """A thread that carries out requests in the order of arrival, as many at once as have gathered."""

    def __init__(self, name: str, carry_out: CarryOut, report: Report) -> None:
        """Start the thread."""
        self._queue: SimpleQueue[Asked | Callable[[], None] | None] = SimpleQueue()
        self._carry_out = carry_out
        self._report = report
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, request: Asked) -> None:
        """Queue a request."""
        self._queue.put(request)

    def call(self, function: Callable[[], T]) -> Future[T]:
        """Call a function on the thread, in its turn; nobody else uses the thread's side of the store meanwhile."""
        future: Future[T] = Future()

        def carry_out() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(function())
            except Exception as error:
                future.set_exception(error)

        self._queue.put(carry_out)
        return future

    def close(self) -> None:
        """Carry out what is queued, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        ending = False
        while not ending:
            gathered = self._gather()
            ending = gathered[-1] is None
            calls = [item for item in gathered if callable(item)]
            requests = [item for item in gathered if item is not None and not callable(item)]
            if requests:
                self._report(self._carry_out(requests))
            for call in calls:
                call()

    def _gather(self) -> list[Asked | Callable[[], None] | None]:
        gathered = [self._queue.get()]
        while gathered[-1] is not None and len(gathered) < GROUP_REQUESTS_MAX:
            try:
                gathered.append(self._queue.get_nowait())
            except Empty:
                break
        return gathered


class _Trouble:
    """Says in the log that the store fails, once until it works again or fails otherwise; not what lasts."""

    def __init__(self) -> None:
        self._last = ""

    @property
    def lasts(self) -> bool:
        """Whether the last attempt failed."""
        return bool(self._last)

    def attempt(self, call: Callable[[], T]) -> T | StoreError:
        """Return what a call returns, or why the store could not."""
        try:
            result = call()
        except DamagedError as error:
            # The store has said so itself, once for both threads: what still works is no end of it.
            return error
        except StoreError as error:
            self._say(str(error))
            return error
        except Exception:
            # We are broken; still, nobody is told that anything was stored, and the others go on.
            LOG.exception("The store failed in a way that was not foreseen.")
            return StoreError("The store failed.")
        self._say("")
        return result

    def _say(self, text: str) -> None:
        if text != self._last:
            LOG.warning("%s", text or "The database can be used again.")
        self._last = text


class Writer:
    """Creates, appends, closes, and deletes what has ended."""

    def __init__(self, store: Store, entropy: Entropy, *, floor: Floor | None = None) -> None:
        """Write to this store, as long as its disk is above the floor."""
        self._store = store
        self._entropy = entropy
        self._floor = floor
        self._trouble = _Trouble()
        # Apart: deleting works below the floor, and that is no end of the trouble with storing.
        self._trouble_deleting = _Trouble()
        self._trouble_noting = _Trouble()

    def carry_out(self, requests: Sequence[Asked]) -> Sequence[Settled]:
        """Delete what has ended, create what is to be created, append in one commit, and close what is to be closed."""
        sweeps = [request for request in requests if isinstance(request, Sweep)]
        swept: list[Settled] = [(request, self._sweep(request)) for request in sweeps]
        noted: list[Settled] = [(request, self._note(request)) for request in requests if isinstance(request, Note)]
        opens = [request for request in requests if isinstance(request, Open)]
        opened: list[Settled] = [(request, self._open(request)) for request in opens]
        appends = [request for request in requests if isinstance(request, Append)]
        appended = self._append(appends)
        shut: list[Settled] = [(request, self._shut(request)) for request in requests if isinstance(request, Shut)]
        return swept + noted + opened + appended + shut

    def check(self) -> None:
        """Return if something new can be stored; the disk is asked where it failed last, and left alone else.

        Raises:
            StoreError: By its kind, if nothing can be.
        """
        if self._floor is not None:
            self._floor.check()
        if self._trouble.lasts:
            failed = self._attempt(self._store.touch)
            if failed is not None:
                raise failed

    def _sweep(self, request: Sweep) -> tuple[MailboxId, ...] | StoreError:
        closed_before = self._entropy.day() - request.closed_log_days

        def sweep() -> tuple[MailboxId, ...]:
            self._store.erase(closed_before=closed_before, entries_max=limits.ERASE_ENTRIES_MAX)
            gone = self._store.sweep(now_s=self._entropy.now_s(), mailboxes_max=limits.SWEEP_MAILBOXES_MAX)
            if self._floor is not None:
                # Afterwards: what was let go of to delete is there again.
                self._floor.hold()
            return gone

        return self._trouble_deleting.attempt(sweep)

    def _note(self, request: Note) -> tuple[MailboxId, ...] | StoreError:
        # Apart from what has ended: where nothing can be noted that goes all the same, and nothing else does.
        return self._trouble_noting.attempt(lambda: self._delete_idle(request))

    def _delete_idle(self, request: Note) -> tuple[MailboxId, ...]:
        if request.idle_days is None:
            self._store.forget_use()
            return ()
        self._store.note_use(request.used, hours=request.hours)
        gone = self._store.delete_idle(days=request.idle_days, mailboxes_max=limits.SWEEP_MAILBOXES_MAX)
        if gone:
            LOG.info(
                "%d mailboxes were deleted that nobody had used for %d days of service.", len(gone), request.idle_days
            )
        return gone

    def _shut(self, request: Shut) -> Log | Denial | StoreError | None:
        mailbox, day = request.mailbox, self._entropy.day()
        return self._attempt(
            lambda: self._store.close_log(mailbox, successor=request.successor, forward=request.forward, day=day)
        )

    def _open(self, request: Open) -> Log | Denial | StoreError:
        mailbox, lineage, day = request.mailbox, self._entropy.lineage(), self._entropy.day()
        ticket = Ticket(request.pass_hash, self._entropy.now_s()) if request.pass_hash is not None else None
        # Not logged: who reads the log must not learn when anybody came, or met.
        brief = self._terms(request)
        sponsor = request.sponsor if brief is None else None
        made = self._attempt(
            lambda: self._store.create(mailbox, lineage=lineage, day=day, brief=brief, ticket=ticket, sponsor=sponsor)
        )
        # A meeting of before that waits to be deleted: the next sweep makes room for another.
        return Denial.FULL if isinstance(made, Log) and made.is_over(self._entropy.now_s()) else made

    def _terms(self, request: Open) -> Brief | None:
        if request.kind is MailboxKind.LOG:
            return None
        ends_s = admission.end(request.kind, now_s=self._entropy.now_s())
        if request.kind is MailboxKind.MEETING:
            return Brief(request.kind, ends_s, request.sponsor, None, MEETINGS_MAX)
        return Brief(request.kind, ends_s, request.sponsor, limits.BRIEF_MAX, limits.SPONSORED_MAX)

    def _attempt(self, store: Callable[[], T]) -> T | StoreError:
        """Store something new, or say why not."""

        def above_the_floor() -> T:
            if self._floor is not None:
                self._floor.check()
            return store()

        return self._trouble.attempt(above_the_floor)

    def _append(self, requests: Sequence[Append]) -> list[Settled]:
        if not requests:
            return []
        batches = [Batch(request.mailbox, request.envelopes, request.quota_bytes) for request in requests]
        results = self._attempt(lambda: self._store.append(batches))
        if not isinstance(results, StoreError):
            return list(zip(requests, results, strict=True))
        if len(requests) == 1:
            return [(requests[0], results)]
        # One by one: what is wrong with one mailbox must not be everybody's trouble.
        return [settled for request in requests for settled in self._append([request])]


class Reader:
    """Looks and reads; a mailbox that has ended is as if it were not there, deleted or not."""

    def __init__(self, store: Store, entropy: Entropy) -> None:
        """Read from this store."""
        self._store = store
        self._entropy = entropy
        self._trouble = _Trouble()

    def carry_out(self, requests: Sequence[Asked]) -> Sequence[Settled]:
        """Answer each request."""
        return [(request, self._answer(request)) for request in requests]

    def _answer(self, request: Asked) -> Log | Page | StoreError | None:
        match request:
            case Look():
                return self._trouble.attempt(lambda: self._look(request))
            case Read():
                return self._trouble.attempt(lambda: self._read(request))
            case _:
                raise AssertionError("the reader does not write")

    def _look(self, request: Look) -> Log | None:
        log = self._store.look(request.mailbox)
        return None if log is None or log.is_over(self._entropy.now_s()) else log

    def _read(self, request: Read) -> Page | None:
        page = self._store.read(
            request.mailbox, after=request.after, entries_max=FRAME_ENVELOPES_MAX, bytes_max=PAGE_BYTES_MAX
        )
        return None if page is None or page.log.is_over(self._entropy.now_s()) else page
