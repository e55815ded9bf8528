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
    day: Any = Day(act.day.isoformat())
    said: dict[str, Any] = {name: NAMED.get(name, _same)(value) for name, value in act.says.items()}
    about: Any = None if act.about is None else known[act.about].subject
    of = [known[line].entry for line in act.of]
    match act.act:
        case "propose":
            supersedes = sorted(RevisionId(_text(pen, entry)) for entry in of)
            return pen.propose(_revision(AgreementId(about or fresh), said, supersedes), day=day)
        case "assent" if admin is not None:
            return pen.assent(about, _text(pen, of[0]), day=day, admin=admin, drops=of[1:])
        case "decline":
            return pen.decline(about, RevisionId(_text(pen, of[0])), day=day)
        case "ask_change":
            return pen.ask_change(about, RevisionId(_text(pen, of[0])), day=day, **said)
        case "signal":
            return pen.signal(**said, day=day)
        case "release" if admin is not None:
            return pen.release(of, day=day, admin=admin)
        case "answer":
            return pen.answer(about, day=day, **said)
        case "outcome":
            return pen.outcome(about, day=day, **said)
        case "told":
            return pen.told(about, day=day, **said)
        case "plan_note":
            return pen.plan_note(day=day, **said)
        case "seal":
            return pen.seal(about, day=day, salt=fresh, **said)
        case "reveal":
            return pen.write("reveal", {"salt": fresh, **said}, day=day, about=about)
        case "move":
            return together.move(pen, _thing(pen, about, day), at=None, day=day, **said)
        case "reply":
            return together.reply(pen, _thing(pen, about, day), day=day, **said)
        case "receive":
            return together.receive(pen, _thing(pen, about, day), day=day, **said)
        case "lead":
            return pen.write("lead", {"repair": of[0]}, day=day, about=about)
        case "close":
            return together.close(pen, _thing(pen, about, day), day=day)
        case "note":
            return pen.write("note", {"title": said["title"]}, day=day)
        case "take_back":
            return pen.take_back(about, day=day)
        case name if about is not None and BY_NAME[name].begins:
            return pen.amend(about, said, day=day)
    return pen.write(act.act, said, day=day, about=about)


def _thing(pen: Pen, about: SubjectId, day: Day) -> Thing:
    """Return a thing as it stands at this moment."""
    return pen.book.state(day).things[about]


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
