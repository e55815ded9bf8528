"""What a command is: what it is called, where it runs, who carries it out, and how its answer is shown."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from troth_wire.said import in_context

__all__ = ["AGREEMENTS", "DEVICE", "HEADINGS", "PRIVATE", "TODAY", "TOGETHER", "Command", "Kind", "Option", "Where"]


class Where(Enum):
    """Which process carries a command out."""

    AGENT = "the agent, which has no keys"
    OPEN = "the keeper of an open vault"
    BEGIN = "a keeper that may have no open vault yet"


class Kind(Enum):
    """What an option is."""

    FLAG = "given or not"
    FILE = "the path of a file"
    WORD = "one of a few known words, or nothing: then it is asked for"


@dataclass(frozen=True, slots=True)
class Option:
    """Something that is named with a command and is no secret.

    Attributes:
        name: Without dashes; a FILE without dashes on the command line is an argument.
        help: What it does.
        kind: What it is.
        argument: Whether it stands by itself and must be given.
        words: Which words a WORD knows.
    """

    name: str
    help: str
    kind: Kind = Kind.FLAG
    argument: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: One word, or two: a group and a word.
        heading: Under which it stands in the help.
        summary: One line of help.
        handler: `module:function` in `troth_app.handlers`.
        where: Who carries it out.
        more: Further paragraphs of help.
        options: What may be named with it.
        locked: Which handler of the agent answers while the vault is locked, if one does.
        lasting: Whether the agent that it starts stays.
        steadfast: Whether it is answered whatever becomes of the vault, without what lies in it, and leaves no trace.
        listens: Whether it only listens: it is no use of the vault, and holds nothing up.
        always: Whether it is carried out whatever else stands on the line; what is none of its words is let go.
        present: The function of `troth_app.presenting` that shows its result; a command with one takes `--json`.
    """

    name: str
    heading: str
    summary: str
    handler: str
    where: Where = Where.OPEN
    more: str = ""
    options: tuple[Option, ...] = ()
    locked: str = ""
    lasting: bool = False
    steadfast: bool = False
    listens: bool = False
    always: bool = False
    present: str = ""


TODAY: Final = in_context("a heading", "Today")
AGREEMENTS: Final = in_context("a heading", "Agreements")
PRIVATE: Final = in_context("a heading", "Private")
TOGETHER: Final = in_context("a heading", "Together")
DEVICE: Final = in_context("a heading", "This device")
HEADINGS: Final = (TODAY, AGREEMENTS, PRIVATE, TOGETHER, DEVICE)
