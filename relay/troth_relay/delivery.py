"""Entries become frames: consecutive, within a frame's bounds, and a follower's own ones by id alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from troth_relay.limits import PAGE_BYTES_MAX
from troth_relay.requests import ConnectionId
from troth_relay.store import Entry
from troth_wire.ids import MailboxId
from troth_wire.limits import FRAME_ENVELOPES_MAX
from troth_wire.messages import Closed, Deliver, Message, Refuse, Stored

__all__ = ["Run", "announce", "deliver", "weigh"]

MESSAGE_WEIGHT: Final = 160
ITEM_WEIGHT: Final = 8


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive entries of one mailbox that one connection pushed."""

    origin: ConnectionId
    entries: tuple[Entry, ...]


def announce(mailbox: MailboxId, runs: Sequence[Run], *, reader: ConnectionId | None) -> list[Message]:
    """Return the frames that tell one reader of consecutive runs; its own entries are Stored."""
    frames: list[Message] = []
    for own, group in groupby(runs, key=lambda run: run.origin == reader):
        entries = [entry for run in group for entry in run.entries]
        frames.extend(_stored(mailbox, entries) if own else deliver(mailbox, entries))
    return frames


def deliver(mailbox: MailboxId, entries: Sequence[Entry]) -> Iterator[Deliver]:
    """Cut consecutive entries into frames."""
    start = weight = 0
    for index, entry in enumerate(entries):
        weight += len(entry.envelope)
        if index > start and (weight > PAGE_BYTES_MAX or index - start == FRAME_ENVELOPES_MAX):
            yield _deliver(mailbox, entries[start:index])
            start, weight = index, len(entry.envelope)
    if entries:
        yield _deliver(mailbox, entries[start:])


def _deliver(mailbox: MailboxId, entries: Sequence[Entry]) -> Deliver:
    return Deliver(mailbox, entries[0].position, tuple(entry.envelope for entry in entries))


def _stored(mailbox: MailboxId, entries: Sequence[Entry]) -> Iterator[Stored]:
    for start in range(0, len(entries), FRAME_ENVELOPES_MAX):
        part = entries[start : start + FRAME_ENVELOPES_MAX]
        yield Stored(mailbox, part[0].position, tuple(entry.envelope_id for entry in part))


def weigh(message: Message) -> int:
    """Return at least the length of a message's frame, in bytes, without encoding it."""
    match message:
        case Deliver():
            items: Sequence[bytes] = message.envelopes
        case Stored() | Refuse():
            items = message.envelope_ids
        case Closed():
            items = (message.forward,)
        case _:
            items = ()
    return MESSAGE_WEIGHT + sum(len(item) + ITEM_WEIGHT for item in items)
