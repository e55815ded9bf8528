"""What a terminal and a handler say to one another: one connection is one conversation, and this is all that it holds.

A frame is `u32(length) ‖ JSON`. The terminal begins and answers; the handler says, asks, and is done exactly once.
Nothing here waits, draws or decides. What is too long, or is no sentence of the table, ends the conversation.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from troth_app.language import spoken_in
from troth_app.limits import BEGIN_BYTES_MAX, CONVERSATION_FRAME_BYTES_MAX
from troth_wire.errors import MalformedError, VersionError

__all__ = [
    "HEAD_BYTES",
    "SENTENCES",
    "VERSION",
    "Answer",
    "Ask",
    "Begin",
    "Card",
    "Choose",
    "Chosen",
    "Done",
    "End",
    "Form",
    "Frames",
    "Qr",
    "Result",
    "Safe",
    "Say",
    "Sentence",
    "Table",
    "frame",
]

VERSION: Final = 1
HEAD_BYTES: Final = 4

Result = dict[str, Any]
"""What a command found out, as `--json` prints it."""


class Form:
    """How a question is answered: with a line, hidden, or with what somebody writes down, in one line or in several."""

    LINE: Final = "line"
    HIDDEN: Final = "hidden"
    WORDS: Final = "words"
    TEXT: Final = "text"
    ALL: Final = (LINE, HIDDEN, WORDS, TEXT)
    WRITTEN: Final = (WORDS, TEXT)


@dataclass(frozen=True)
class Begin:
    """The terminal's first sentence, the only one that an agent reads.

    Attributes:
        command: Which one.
        options: What was named with it; never a secret.
        live: Whether somebody is at a keyboard.
        version: Of this table.
    """

    command: str
    options: Result = field(default_factory=dict)
    live: bool = False
    version: int = VERSION


@dataclass(frozen=True)
class Answer:
    """What was typed."""

    text: str


@dataclass(frozen=True)
class Chosen:
    """Which one was picked, from 0."""

    index: int


@dataclass(frozen=True)
class End:
    """No answer comes any more: its person stopped, or what they wrote is to be kept, since the input just ended."""

    keep: bool


@dataclass(frozen=True)
class Say:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows under a head."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Card:
    """A few lines that belong together, under a title."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Qr:
    """A code for a camera, and the same as text."""

    text: str


@dataclass(frozen=True)
class Ask:
    """A question that is answered by typing, in one of the forms."""

    prompt: str
    form: str = Form.LINE


@dataclass(frozen=True)
class Choose:
    """A question that is answered by picking."""

    prompt: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Safe:
    """What to say if the conversation ends here: what is safe, and what to do."""

    text: str


@dataclass(frozen=True)
class Done:
    """The handler's last sentence: an exit code, what was found out, and why it went no further."""

    code: int = 0
    result: Result | None = None
    text: str = ""


Sentence = Begin | Answer | Chosen | End | Say | Table | Card | Qr | Ask | Choose | Safe | Done

SENTENCES: Final[dict[str, type[Sentence]]] = {
    "begin": Begin,
    "answer": Answer,
    "chosen": Chosen,
    "end": End,
    "say": Say,
    "table": Table,
    "card": Card,
    "qr": Qr,
    "ask": Ask,
    "choose": Choose,
    "safe": Safe,
    "done": Done,
}
_KINDS: Final = {form: kind for kind, form in SENTENCES.items()}


def frame(sentence: Sentence) -> bytes:
    """Return a sentence as a frame, with what is marked in it in the person's language.

    Raises:
        MalformedError: If it is too long.
    """
    written = json.dumps(
        {"kind": _KINDS[type(sentence)], **asdict(spoken_in(sentence))}, separators=(",", ":"), ensure_ascii=False
    ).encode(errors="surrogatepass")
    _check_length(len(written), BEGIN_BYTES_MAX if isinstance(sentence, Begin) else CONVERSATION_FRAME_BYTES_MAX)
    return len(written).to_bytes(HEAD_BYTES) + written


class Frames:
    """Takes bytes as they come; returns sentences as they are complete."""

    def __init__(self, *, bytes_max: int = CONVERSATION_FRAME_BYTES_MAX) -> None:
        """Begin with nothing."""
        self._bytes_max = bytes_max
        self._waiting = bytearray()

    @property
    def missing(self) -> int:
        """How many bytes the frame that is being read lacks; reading no more than that reads into no other."""
        return max(0, self._whole() - len(self._waiting))

    def feed(self, received: bytes) -> None:
        """Take in bytes.

        Raises:
            MalformedError: If the frame is too long.
        """
        self._waiting += received
        self._whole()

    def next(self) -> Sentence | None:
        """Return the next sentence, or None if it has not come whole.

        Raises:
            MalformedError: If it is none.
        """
        whole = self._whole()
        if len(self._waiting) < max(whole, HEAD_BYTES + 1):
            return None
        written = bytes(self._waiting[HEAD_BYTES:whole])
        del self._waiting[:whole]
        return _parse(written)

    def _whole(self) -> int:
        if len(self._waiting) < HEAD_BYTES:
            return HEAD_BYTES
        length = int.from_bytes(self._waiting[:HEAD_BYTES])
        _check_length(length, self._bytes_max)
        return HEAD_BYTES + length


def _check_length(length: int, bytes_max: int) -> None:
    if not 0 < length <= bytes_max:
        raise MalformedError("a frame of impossible length")


def _parse(written: bytes) -> Sentence:
    try:
        members = json.loads(written)
        form = SENTENCES[members.pop("kind")]
        if members.get("version", VERSION) != VERSION:
            raise VersionError("a conversation of another version")
        return form(**{item.name: _CHECKS[item.type](members.pop(item.name)) for item in fields(form)}, **members)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        # Whatever is wrong with it, it is not quoted: it may be an answer.
        raise MalformedError("a frame that is no sentence") from None


def _plain(form: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not form:
            raise TypeError
        return value

    return check


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_plain(str)(text) for text in _plain(list)(value))


def _rows(value: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(_texts(row) for row in _plain(list)(value))


def _maybe_result(value: Any) -> Result | None:
    return None if value is None else dict(_plain(dict)(value))


_CHECKS: Final[dict[Any, Callable[[Any], Any]]] = {
    str: _plain(str),
    int: _plain(int),
    bool: _plain(bool),
    Result: _plain(dict),
    Result | None: _maybe_result,
    tuple[str, ...]: _texts,
    tuple[tuple[str, ...], ...]: _rows,
}
