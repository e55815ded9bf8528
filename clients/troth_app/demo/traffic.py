"""Reads captured traffic as the relay reads it: which mailboxes, which envelopes, how large; nothing more is there."""

from collections import Counter
from collections.abc import Iterable, Iterator

from troth_app.demo.tap import frames_in
from troth_wire import messages
from troth_wire.errors import RemoteError
from troth_wire.ids import short
from troth_wire.log import envelope_id
from troth_wire.messages import Push

__all__ = ["pushed"]


def pushed(captured: Iterable[bytes]) -> tuple[Counter[int], list[str]]:
    """Return how many different envelopes of each size were pushed, and the mailboxes, shortened.

    Args:
        captured: Bytes as they passed, one item for each direction of each connection.
    """
    sizes: dict[bytes, int] = {}
    mailboxes: set[str] = set()
    for push in _pushes(captured):
        mailboxes.add(short(push.mailbox))
        sizes |= {envelope_id(envelope): len(envelope) for envelope in push.envelopes}
    return Counter(sizes.values()), sorted(mailboxes)


def _pushes(captured: Iterable[bytes]) -> Iterator[Push]:
    for frame in (frame for data in captured for frame in frames_in(data)):
        try:
            message = messages.parse(frame)
        except RemoteError:
            continue  # A ping, a pong, a close, or a frame that was cut in the middle.
        if isinstance(message, Push):
            yield message
