"""Words whose keeper died in the middle, be it by a kill, a lock or a lid that closed.

Another keeper, which opens nothing, seals them to the vault's own key, as what is written while it is locked.
"""

import socket
from contextlib import suppress
from typing import Final

from troth_app.calling import call
from troth_app.conversation import Answer, Ask, Begin, Done, Frames, frame
from troth_app.home import Home
from troth_app.limits import RESCUE_WAIT_S
from troth_app.outcome import Code, HereError
from troth_wire.errors import MalformedError

__all__ = ["keep"]

COMMAND: Final = "mine add"
READ_BYTES: Final = 65_536


def keep(home: Home, written: str) -> bool:
    """Keep words for their writer alone; tell whether they are."""
    try:
        for line in call(home, lasting=False, wait_s=RESCUE_WAIT_S):
            # An agent that has not noticed yet that its keeper died hands it on to nobody: then it is asked again.
            with line as connection, suppress(MalformedError):
                if _said(connection, written).code == Code.OK:
                    return True
    except (HereError, OSError):
        return False
    return False


def _said(connection: socket.socket, written: str) -> Done:
    """Carry the conversation in which they are kept; return how it ended.

    Raises:
        MalformedError: If the other end is gone.
    """
    connection.sendall(frame(Begin(COMMAND, {}, live=True)))
    frames = Frames()
    while True:
        received = connection.recv(min(max(frames.missing, 1), READ_BYTES))
        if not received:
            raise MalformedError("the end")
        frames.feed(received)
        sentence = frames.next()
        if isinstance(sentence, Ask):
            connection.sendall(frame(Answer(written)))
        if isinstance(sentence, Done):
            return sentence
