"""What the relay writes about itself: sentences of its own, and nothing about anybody who uses it.

No line holds an address, a mailbox id or a size.
So a library's words are left out, and so are an exception's: they quote what they were given.
What remains of those is whose they are, of which type, and where in the program.
"""

import json
import logging
import time
import traceback
from typing import Final, TextIO

__all__ = ["LOGGER", "Line", "write_to"]

LOGGER: Final = "troth_relay"
FRAMES_MAX: Final = 8


class Line(logging.Formatter):
    """One line for each record, plain or as a JSON object."""

    def __init__(self, form: str) -> None:
        """Write in this form: plain or json."""
        super().__init__()
        self._as_json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = _said(record)
        if not self._as_json:
            return f"{record.levelname} {said}"
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return json.dumps({"time": moment, "level": record.levelname.lower(), "said": said})


def _is_own(record: logging.LogRecord) -> bool:
    return record.name == LOGGER or record.name.startswith(LOGGER + ".")


def _said(record: logging.LogRecord) -> str:
    # One line whatever stands in it: nobody writes a second line into the log.
    words = " ".join(record.getMessage().split()) if _is_own(record) else f"{record.name} reports trouble."
    error = record.exc_info[1] if record.exc_info else None
    return f"{words} {_place(error)}" if error is not None else words


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    way = " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames)
    return f"[{type(error).__name__} at {way or 'no place'}]"


def _is_trouble(record: logging.LogRecord) -> bool:
    """Tell what a library has met from somebody who went away in the middle, which is nobody's business."""
    error = record.exc_info[1] if record.exc_info else None
    return _is_own(record) or not isinstance(error, ConnectionError)


def write_to(stream: TextIO, *, form: str) -> None:
    """Let everything that this program logs go to a stream: its own from INFO on, others' trouble alone."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Line(form))
    handler.addFilter(_is_trouble)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(LOGGER).setLevel(logging.INFO)
    # What they would write themselves, to whatever is left when nothing listens.
    logging.captureWarnings(capture=True)
