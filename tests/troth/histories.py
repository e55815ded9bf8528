"""Values, edits and whole histories for the property tests of documents: honest, and as odd as the rules allow."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from troth.document import Document
from troth.edits import Delete, Edit, Insert, Put, Splice, Text, Value
from troth_wire.ids import ActorId

__all__ = ["ACTORS", "KEYS", "SCALARS", "STRINGS", "VALUES", "History", "actor", "history", "spelled", "typing"]

ODD: Final = (
    "",
    "\x00",
    "é",
    "e\u0301",
    "\U0001f600",
    "\U0001f469\u200d\U0001f680",
    "\ufeff",
    "\uffff",
    "\u202e",
    "a\x00b",
)
"""Texts that some layer is likely to spoil: empty, NUL, combining, astral, joined, marks that nobody sees."""
STRINGS: Final = st.sampled_from(ODD) | st.text(max_size=12)
KEYS: Final = STRINGS.filter(bool)
_INTS: Final = st.sampled_from((0, -1, 2**63 - 1, -(2**63), 2**53 + 1, 2**31)) | st.integers(-(2**63), 2**63 - 1)
_FLOATS: Final = st.sampled_from((-0.0, 0.0, float("inf"), float("-inf"), 5e-324)) | st.floats(allow_nan=False)
SCALARS: Final = st.none() | st.booleans() | _INTS | _FLOATS | STRINGS | st.binary(max_size=12)
VALUES: Final = st.recursive(
    SCALARS | STRINGS.map(Text),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
ACTORS: Final = 4


def actor(number: int) -> ActorId:
    """Return an actor that is easily told from others."""
    return ActorId(bytes([number + 1]) * 16)


def spelled(value: Value) -> Any:
    """Return a value so that equal means the same in every bit: True is not 1, 0.0 not -0.0, Text not str."""
    if isinstance(value, Mapping):
        return {key: spelled(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [spelled(item) for item in value]
    return type(value).__name__, struct.pack(">d", value) if isinstance(value, float) else value


@dataclass
class History:
    """What several writers made of one document: each change with its writer, causes before effects."""

    documents: list[Document]
    changes: list[tuple[int, bytes]] = field(default_factory=list)
    _known: list[int] = field(default_factory=list)
    _own: list[set[bytes]] = field(default_factory=list)

    @classmethod
    def begin(cls, writers: int) -> "History":
        """Begin with a text, a list and a map that all writers know."""
        documents = [Document(actor(number)) for number in range(writers)]
        begun = cls(documents, [], [0] * writers, [set() for _ in range(writers)])
        begun.edit(0, Put(("t",), Text("hello")), Put(("l",), [1, "two", 3.5]), Put(("m",), {"a": {"b": b"c"}}))
        for number in range(writers):
            begun.read(number)
        return begun

    def edit(self, writer: int, *edits: Edit) -> None:
        """Let a writer make edits, each for itself: one that can not be applied is passed over."""
        made = self.documents[writer].edit([[edit] for edit in edits])
        self.changes += [(writer, raw) for raw in made.changes]
        self._own[writer] |= set(made.changes)

    def read(self, writer: int) -> None:
        """Let a writer take in everything that there is."""
        for _, raw in self.changes[self._known[writer] :]:
            if raw not in self._own[writer]:
                self.documents[writer].merge(raw)
        self._known[writer] = len(self.changes)

    def write(self, writer: int, dice: Random) -> None:
        """Let a writer make some edits of every kind."""
        document = self.documents[writer]
        items, characters = len(document.view(("l",))), len(document.view(("t",)))
        cut = min(characters, dice.randint(0, 2))
        edits: list[Edit] = [
            Put(("k",), dice.choice([1, None, True, "s", -5, 2.5, b"b", {"n": []}])),
            Insert(("l",), dice.randint(-1, items), dice.choice([{}, [], "x", 7, Text("deep")])),
            Splice(("t",), dice.randint(0, characters - cut), cut, dice.choice(["", "ab", "\U0001f600"])),
            Put(("m", dice.choice("ab")), dice.choice([0, {"c": 1}])),
            Put(("l", dice.randint(0, items)), 9),
            Delete(("l", 0)),
            Delete(("k",)),
        ]
        self.edit(writer, *dice.sample(edits, dice.randint(1, 5)))


def history(dice: Random, *, writers: int = 3, rounds: int = 3) -> History:
    """Return a history in which writers sometimes know of one another and sometimes do not."""
    made = History.begin(writers)
    for _ in range(rounds):
        for writer in range(writers):
            made.write(writer, dice)
        for writer in range(writers):
            if dice.random() < 0.6:
                made.read(writer)
    return made


def typing(dice: Random, *, writers: int = 2, rounds: int = 3) -> History:
    """Return a history in which writers type and remove in bursts, in a text and in a list, also in each other's."""
    made = History.begin(writers)
    for _ in range(rounds):
        for writer in range(writers):
            made.edit(writer, *_burst(dice, made.documents[writer]))
            if dice.random() < 0.5:
                made.read(writer)
    return made


def _burst(dice: Random, document: Document) -> list[Edit]:
    """Edits as fast fingers make them: what is typed goes on where it stopped, what is removed lies side by side."""
    items, characters = len(document.view(("l",))), len(document.view(("t",)))
    start, item = dice.randint(0, characters), dice.randint(0, items)
    edits: list[Edit] = []
    if dice.random() < 0.7:
        edits.append(Splice(("t",), start, dice.randint(0, characters - start), ""))
    for _ in range(dice.randint(0, 2)):
        edits.append(
            Splice(("t",), start, 0, dice.choice(("word", "\u043c\u0438\u0440", "a\U0001f600\u20acb", "xy" * 9)))
        )
    if dice.random() < 0.5:
        edits += [Insert(("l",), item + offset, offset) for offset in range(dice.randint(1, 5))]
    if dice.random() < 0.3:
        edits += [Delete(("l", item))] * dice.randint(0, items - item)
    return edits or [Splice(("t",), 0, 0, "!")]
