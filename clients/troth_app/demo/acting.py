"""Acts of a record, written as the app writes them: entries with a pen, words of a note by publishing.

Law: nothing here signs for anybody but the person whose pen it is given; a commitment takes the key that is opened
for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from troth import Edit, Put, Signer, Text
from troth_app.demo.line import Act
from troth_app.demo.record import place
from troth_couple import (
    AgreementId,
    Clause,
    Day,
    Item,
    Level,
    Outcome,
    Pen,
    Reply,
    Revision,
    RevisionId,
    Scope,
    SubjectId,
    Thing,
    note_path,
    publish,
    together,
)
from troth_couple.choices import Detail, Place, Receiving, Response
from troth_couple.entry import Entry
from troth_couple.kinds import BY_NAME, Weight
from troth_couple.revision import revision_id
from troth_couple.roster import EntryId
from troth_wire.errors import UsageError

__all__ = ["COMMITMENTS", "NAMED", "Made", "beginning", "entry_of", "made_of", "published"]

COMMITMENTS: Final = frozenset(name for name, kind in BY_NAME.items() if kind.weight == Weight.COMMITMENT)
"""The acts that take the passphrase."""
NAMED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "reply": lambda name: Reply[name.upper()],
    "level": lambda name: Level[name.upper()],
    "scope": lambda name: Scope[name.upper()],
    "outcome": lambda name: Outcome[name.upper().replace(" ", "_")],
    "detail": lambda name: Detail[name.upper()],
    "place": lambda name: Place[name.upper()],
    "receiving": lambda name: Receiving[name.upper().replace(" ", "_")],
    "response": lambda name: Response[name.upper().replace(" ", "_")],
}
"""Fields that a record gives by name, and the document by number."""


@dataclass(frozen=True)
class Made:
    """What came of an act: the entry, and what it is about or begins."""

    entry: EntryId
    subject: SubjectId

    @classmethod
    def of(cls, entry: str, subject: str) -> "Made":
        """Read it as it travels between processes: in hexadecimal."""
        return cls(EntryId(bytes.fromhex(entry)), SubjectId(bytes.fromhex(subject)))


Known = Mapping[int, Made]
"""What is known of earlier acts, by line."""


def made_of(entry: Entry) -> Made:
    """Return what later lines need of an entry."""
    return Made(entry.id, entry.subject)


def beginning(act: Act, entry: Entry) -> Sequence[Edit]:
    """Return what is edited with an entry: the first words of a note."""
    return [Put(note_path(entry.subject), Text(str(act.says["text"])))] if act.act == "note" else []


def published(act: Act, known: Known, view: Callable[[tuple[str, ...]], Any]) -> Sequence[Edit]:
    """Return the edits that write words of a note, made on the text that stands."""
    assert act.about is not None, "words of a note are about it"
    path = note_path(known[act.about].subject)
    current = str(view(()).get(path[0], ""))
    at, length = place(current, str(act.says.get("replace", "")))
    mine = current[:at] + str(act.says["with"]) + current[at + length :]
    made = publish(path, base=current, mine=mine, current=current)
    return made.splices if current else [Put(path, Text(made.text))]


def entry_of(pen: Pen, act: Act, known: Known, *, admin: Signer | None = None, fresh: bytes = b"") -> Entry:
    """Write the entry of an act.

    Args:
        pen: Of the device on which it is written.
        act: What is said.
        known: What came of the lines that it leans on.
        admin: For a commitment: the key, opened for this one.
        fresh: 16 bytes: the salt of an answer that is sealed or opened, the name of an agreement that is new.

    Raises:
        UsageError: If it can not be written.
    """
    saying = _Saying(
        pen=pen,
        day=Day(act.day.isoformat()),
        about=None if act.about is None else known[act.about].subject,
        of=[known[line].entry for line in act.of],
        said={name: NAMED.get(name, _same)(value) for name, value in act.says.items()},
        admin=admin,
        fresh=fresh,
    )
    if act.act in WRITERS:
        return WRITERS[act.act](saying)
    if saying.about is not None and BY_NAME[act.act].begins:
        return pen.amend(saying.about, saying.said, day=saying.day)
    return pen.write(act.act, saying.said, day=saying.day, about=saying.about)


@dataclass(frozen=True)
class _Saying:
    """What an entry is written from."""

    pen: Pen
    day: Day
    about: Any
    of: Sequence[EntryId]
    said: dict[str, Any]
    admin: Any
    fresh: bytes

    @property
    def text(self) -> Any:
        """What a yes or a no names first."""
        return _text(self.pen, self.of[0])

    @property
    def thing(self) -> Thing:
        """What it is about, as it stands at this moment."""
        return self.pen.book.state(self.day).things[self.about]

    @property
    def revision(self) -> Revision:
        """The text that is proposed."""
        supersedes = sorted(RevisionId(_text(self.pen, entry)) for entry in self.of)
        return _revision(AgreementId(self.about or self.fresh), self.said, supersedes)


WRITERS: Final[Mapping[str, Callable[[_Saying], Entry]]] = {
    "propose": lambda it: it.pen.propose(it.revision, day=it.day),
    "assent": lambda it: it.pen.assent(it.about, it.text, day=it.day, admin=it.admin, drops=it.of[1:]),
    "decline": lambda it: it.pen.decline(it.about, it.text, day=it.day),
    "ask_change": lambda it: it.pen.ask_change(it.about, it.text, day=it.day, **it.said),
    "signal": lambda it: it.pen.signal(**it.said, day=it.day),
    "release": lambda it: it.pen.release(it.of, day=it.day, admin=it.admin),
    "answer": lambda it: it.pen.answer(it.about, day=it.day, **it.said),
    "outcome": lambda it: it.pen.outcome(it.about, day=it.day, **it.said),
    "told": lambda it: it.pen.told(it.about, day=it.day, **it.said),
    "plan_note": lambda it: it.pen.plan_note(day=it.day, **it.said),
    "seal": lambda it: it.pen.seal(it.about, day=it.day, salt=it.fresh, **it.said),
    "reveal": lambda it: it.pen.write("reveal", {"salt": it.fresh, **it.said}, day=it.day, about=it.about),
    "move": lambda it: together.move(it.pen, it.thing, at=None, day=it.day, **it.said),
    "reply": lambda it: together.reply(it.pen, it.thing, day=it.day, **it.said),
    "receive": lambda it: together.receive(it.pen, it.thing, day=it.day, **it.said),
    "lead": lambda it: it.pen.write("lead", {"repair": it.of[0]}, day=it.day, about=it.about),
    "close": lambda it: together.close(it.pen, it.thing, day=it.day),
    "note": lambda it: it.pen.write("note", {"title": it.said["title"]}, day=it.day),
    "take_back": lambda it: it.pen.take_back(it.about, day=it.day),
}
"""How each act is written that is more than its fields."""


def _same(value: object) -> object:
    return value


def _text(pen: Pen, entry: EntryId) -> bytes:
    """Return what a yes or a no names: the revision of a proposal, or the version of a thing."""
    found = pen.book.ledger.known.get(entry)
    if found is None:
        raise UsageError("what this names has not arrived here")
    return revision_id(found.said("revision")) if found.name == "propose" else entry


def _revision(agreement: AgreementId, said: dict[str, Any], supersedes: list[RevisionId]) -> Revision:
    parts = {"clauses": Clause, "items": Item}
    lists = {name: tuple(form(**part) for part in said.get(name, [])) for name, form in parts.items()}
    return Revision(agreement=agreement, supersedes=tuple(supersedes), **{**said, **lists})
