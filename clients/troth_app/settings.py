"""What this device remembers for itself, as rows of the vault's own: a relay, when it locks, own entries.

Nothing of it travels.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from troth import Row
from troth_app.held import HELD_TABLE, Draft, draft_in
from troth_app.limits import ENTRY_BYTES_MAX, IDLE_S, IDLE_S_MAX, IDLE_S_MIN
from troth_wire import codec
from troth_wire.limits import PASS_BYTES_MAX

__all__ = [
    "ALONE_TABLE",
    "RELAY_BYTES_MAX",
    "Relay",
    "Rest",
    "Settings",
    "Signposts",
    "answer_row",
    "compared_row",
    "disputes_row",
    "draft_row",
    "end_row",
    "idle_row",
    "invitations_row",
    "mine_gone",
    "moved_row",
    "names_row",
    "noticed_row",
    "others_row",
    "pages_row",
    "prepared_row",
    "quiet_row",
    "relay_row",
    "rest_row",
    "sealed_row",
    "signposts_row",
    "sync_row",
]

RELAY_TABLE: Final = "relay"
IDLE_TABLE: Final = "idle"
MINE_TABLE: Final = "mine"
OTHERS_TABLE: Final = "others"
SYNC_TABLE: Final = "sync"
SIGNPOSTS_TABLE: Final = "signposts"
MOVED_TABLE: Final = "moved"
DISPUTES_TABLE: Final = "disputes"
RESTS_TABLE: Final = "rests"
COMPARED_TABLE: Final = "compared"
PREPARED_TABLE: Final = "prepared"
INVITATIONS_TABLE: Final = "invitations"
OFF: Final = b"off"
YES: Final = b"yes"
NAMES_TABLE: Final = "names"
ENDS_TABLE: Final = "ends"
QUIET_TABLE: Final = "quiet"
SEALED_TABLE: Final = "sealed"
ANSWERS_TABLE: Final = "answers"
ALONE_TABLE: Final = "alone"
DRAFT_TABLE: Final = "draft"
NOTICED_TABLE: Final = "noticed"
PAGES_TABLE: Final = "look"
SAID_BYTES_MAX: Final = 4_096
RELAY_BYTES_MAX: Final = 512
"""A relay's address: a scheme, a host with its port, a path."""
NAME_BYTES_MAX: Final = 256
"""What somebody is called on this device."""

_ENTRY: Final = codec.fields(codec.natural(), codec.text(ENTRY_BYTES_MAX * 2))
_SEALED: Final = codec.fields(codec.raw(16), codec.text(ENTRY_BYTES_MAX))
_NAMES: Final = codec.fields(codec.text(NAME_BYTES_MAX), codec.text(NAME_BYTES_MAX))
_SIGNPOSTS: Final = codec.fields(codec.raw(32), codec.blob(SAID_BYTES_MAX))
_REST: Final = codec.fields(codec.text(16), codec.flag)
_RELAY: Final = codec.fields(codec.text(RELAY_BYTES_MAX), codec.blob(PASS_BYTES_MAX))


@dataclass(frozen=True, slots=True, repr=False)
class Relay:
    """Where this device syncs.

    Attributes:
        address: As it is dialled.
        admission: The pass that it asks for, or nothing.
    """

    address: str
    admission: bytes = b""


@dataclass(frozen=True, slots=True, repr=False)
class Signposts:
    """Where recovery words look.

    Attributes:
        key: Of the signposts' mailbox.
        said: What the last signpost said, in short.
    """

    key: bytes
    said: bytes


@dataclass(frozen=True, slots=True)
class Rest:
    """What follows of the end of a space for two.

    Attributes:
        since: The day on which this device learned that the other person had ended it; empty if this one did.
        invited: Whether an invitation went out since.
    """

    since: str
    invited: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Everything that this device remembers for itself."""

    relay: Relay | None = None
    idle_s: int = IDLE_S
    mine: Mapping[bytes, tuple[int, str]] = field(default_factory=dict)
    others: Mapping[bytes, bytes] = field(default_factory=dict)
    syncs: bool = True
    """Whether this device dials at all."""
    names: Mapping[bytes, tuple[str, str]] = field(default_factory=dict)
    """By the room of a space for two, what this person and the other one are called here."""
    disputes: Mapping[bytes, int] = field(default_factory=dict)
    """By room, how many disagreements were written down to be shown."""
    ends: Mapping[bytes, str] = field(default_factory=dict)
    """By the room of a space for two that was ended, the day on which this device learned of it."""
    sealed: Mapping[bytes, tuple[bytes, str]] = field(default_factory=dict)
    """By the question, the salt and text of an answer that was sealed here and is not open."""
    answers: Mapping[bytes, str] = field(default_factory=dict)
    """By the question, what this person wrote to it: before it is shared, and for when the question is taken back."""
    alone: Mapping[bytes, bytes] = field(default_factory=dict)
    """What is one's own alone, as `troth_app.alone` reads it."""
    held: Mapping[bytes, Draft] = field(default_factory=dict)
    """By an id of its own, what this person wrote to tell or to offer, and has not shared."""
    noticed: Mapping[bytes, str] = field(default_factory=dict)
    """By the thing, the day on which this device said that there is something to open."""
    quiet_until: str = ""
    """The last day of a quiet time."""
    drafts: Mapping[str, str] = field(default_factory=dict)
    """What was typed into a form of the pages and not sent, by the form."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """How the pages look and behave here: by choice, what was chosen."""
    signposts: Signposts | None = None
    moved: Mapping[bytes, int] = field(default_factory=dict)
    """By the room in which it was read: the last move to another relay that this device has dealt with."""
    rests: Mapping[bytes, Rest] = field(default_factory=dict)
    """By the room of a space for two that was ended."""
    compared: Mapping[bytes, bytes] = field(default_factory=dict)
    """By the room: what recovery words had confirmed when this person last compared the number there, joined."""
    invites: bool = True
    """Whether this device takes invitations to a space for two, and makes them."""
    prepared: bool = False
    """Whether somebody set this vault up for its person, who has not opened it yet."""

    @classmethod
    def parse(cls, rows: Iterable[Row]) -> "Settings":
        """Read the vault's own rows; those of other tables are somebody else's.

        Raises:
            MalformedError: If one is not what it should be.
        """
        settings = cls()
        for row in rows:
            settings = settings.with_(row)
        return settings

    def with_(self, row: Row) -> "Settings":
        """Return the settings with one row put or removed."""
        read = _READERS.get(row.table)
        return self if read is None else read(self, row.key, row.value)

    @property
    def entries(self) -> tuple[str, ...]:
        """What this person wrote down for themselves, in the order in which it came in."""
        return tuple(entry for _, entry in sorted(self.mine.values()))

    def mine_row(self, key: bytes, entry: bytes) -> Row:
        """Return the row that keeps an entry, after those that are here; one that is here keeps its place."""
        last = max((number for number, _ in self.mine.values()), default=-1)
        number = self.mine[key][0] if key in self.mine else last + 1
        return Row(MINE_TABLE, key, codec.pack([number, entry.decode(errors="replace")]))


def relay_row(relay: Relay | None) -> Row:
    """Return the row that remembers where to sync, or that there is no relay."""
    return Row(RELAY_TABLE, b"", None if relay is None else codec.pack([relay.address, relay.admission]))


def idle_row(seconds: int) -> Row:
    """Return the row that remembers after how long without a command the vault closes."""
    return Row(IDLE_TABLE, b"", seconds.to_bytes(4))


def mine_gone(key: bytes) -> Row:
    """Return the row that lets an entry for oneself go."""
    return Row(MINE_TABLE, key, None)


def names_row(room: bytes, own: str, other: str) -> Row:
    """Return the row that remembers what the two persons of a space are called here."""
    return Row(NAMES_TABLE, room, codec.pack([own, other]))


def end_row(room: bytes, day: str) -> Row:
    """Return the row that remembers on which day this device learned that a space for two was ended."""
    return Row(ENDS_TABLE, room, day.encode())


def quiet_row(until: str) -> Row:
    """Return the row that remembers a quiet time, or that there is none."""
    return Row(QUIET_TABLE, b"", until.encode() or None)


def sealed_row(question: bytes, salt: bytes = b"", text: str = "") -> Row:
    """Return the row that keeps a sealed answer until it is opened, or lets it go."""
    return Row(SEALED_TABLE, question, codec.pack([salt, text]) if salt else None)


def answer_row(question: bytes, text: str = "") -> Row:
    """Return the row that keeps what was written to a question, or lets it go."""
    return Row(ANSWERS_TABLE, question, text.encode(errors="replace") or None)


def noticed_row(thing: bytes, day: str) -> Row:
    """Return the row that remembers on which day it was said that there is something to open."""
    return Row(NOTICED_TABLE, thing, day.encode())


def draft_row(form: str, text: str = "") -> Row:
    """Return the row that keeps what is being typed into a form, or lets it go."""
    return Row(DRAFT_TABLE, form.encode(), text.encode(errors="replace") or None)


def pages_row(choice: str, value: str = "") -> Row:
    """Return the row that remembers how the pages are to look or behave, or that nothing was chosen."""
    return Row(PAGES_TABLE, choice.encode(), value.encode() or None)


def others_row(room: bytes, devices: bytes) -> Row:
    """Return the row that remembers which devices of the other person were there when this person last looked."""
    return Row(OTHERS_TABLE, room, devices)


def compared_row(room: bytes, operations: bytes) -> Row:
    """Return the row that remembers what recovery words had confirmed when the number was compared."""
    return Row(COMPARED_TABLE, room, operations)


def prepared_row() -> Row:
    """Return the row that remembers that the passphrase is one that somebody chose for another."""
    return Row(PREPARED_TABLE, b"", YES)


def sync_row(*, syncs: bool) -> Row:
    """Return the row that remembers whether this device dials at all."""
    return Row(SYNC_TABLE, b"", None if syncs else OFF)


def invitations_row(*, invites: bool) -> Row:
    """Return the row that remembers whether this device takes invitations, and makes them."""
    return Row(INVITATIONS_TABLE, b"", None if invites else OFF)


def signposts_row(signposts: Signposts) -> Row:
    """Return the row that remembers where recovery words look."""
    return Row(SIGNPOSTS_TABLE, b"", codec.pack([signposts.key, signposts.said]))


def disputes_row(room: bytes, count: int) -> Row:
    """Return the row that remembers how many disagreements of a space were written down to be shown."""
    return Row(DISPUTES_TABLE, room, count.to_bytes(8))


def moved_row(room: bytes, number: int) -> Row:
    """Return the row that remembers that a move to another relay was dealt with."""
    return Row(MOVED_TABLE, room, number.to_bytes(8))


def rest_row(room: bytes, rest: Rest) -> Row:
    """Return the row that remembers the end of a space for two."""
    return Row(RESTS_TABLE, room, codec.pack([rest.since, rest.invited]))


Reader = Callable[[Settings, bytes, bytes | None], Settings]


def _one(name: str, read: Callable[[bytes | None], Any]) -> Reader:
    """Read a table of one row, which may be gone."""
    return lambda settings, _, value: replace(settings, **{name: read(value)})


def _kept(name: str, read: Callable[[bytes | None], Any]) -> Reader:
    """Read a table of rows by key, none of which is let go."""

    def reader(settings: Settings, key: bytes, value: bytes | None) -> Settings:
        changed: dict[str, Any] = {name: {**getattr(settings, name), key: read(value)}}
        return replace(settings, **changed)

    return reader


def _let_go(name: str, read: Callable[[bytes], Any], by: Callable[[bytes], Any] = bytes) -> Reader:
    """Read a table of rows by key, of which each may be let go."""

    def reader(settings: Settings, key: bytes, value: bytes | None) -> Settings:
        left = {other: kept for other, kept in getattr(settings, name).items() if other != by(key)}
        changed: dict[str, Any] = {name: left if value is None else {**left, by(key): read(value)}}
        return replace(settings, **changed)

    return reader


def _raw(value: bytes | None) -> bytes:
    return value or b""


def _number(value: bytes | None) -> int:
    return int.from_bytes(value or b"")


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _relay(value: bytes | None) -> Relay | None:
    return None if value is None else Relay(*codec.decode(value, _RELAY, bytes_max=RELAY_BYTES_MAX * 2))


def _idle_s(value: bytes | None) -> int:
    return min(max(int.from_bytes(value) if value else IDLE_S, IDLE_S_MIN), IDLE_S_MAX)


def _entry(value: bytes) -> tuple[int, str]:
    number, entry = codec.decode(value, _ENTRY, bytes_max=ENTRY_BYTES_MAX * 2)
    return number, entry


def _names(value: bytes | None) -> tuple[str, str]:
    own, other = ("", "") if value is None else codec.decode(value, _NAMES, bytes_max=NAME_BYTES_MAX * 3)
    return own, other


def _sealed(value: bytes) -> tuple[bytes, str]:
    salt, text = codec.decode(value, _SEALED, bytes_max=ENTRY_BYTES_MAX * 2)
    return salt, text


def _signposts(value: bytes | None) -> Signposts | None:
    return None if value is None else Signposts(*codec.decode(value, _SIGNPOSTS, bytes_max=2 * SAID_BYTES_MAX))


def _rest(value: bytes | None) -> Rest:
    return Rest(*codec.decode(value or b"", _REST, bytes_max=NAME_BYTES_MAX))


_READERS: Final[Mapping[str, Reader]] = {
    RELAY_TABLE: _one("relay", _relay),
    IDLE_TABLE: _one("idle_s", _idle_s),
    MINE_TABLE: _let_go("mine", _entry),
    NAMES_TABLE: _kept("names", _names),
    ENDS_TABLE: _let_go("ends", _text),
    QUIET_TABLE: _one("quiet_until", lambda value: _text(value or b"")),
    SEALED_TABLE: _let_go("sealed", _sealed),
    ANSWERS_TABLE: _let_go("answers", _text),
    ALONE_TABLE: _let_go("alone", bytes),
    HELD_TABLE: _let_go("held", draft_in),
    NOTICED_TABLE: _let_go("noticed", _text),
    DRAFT_TABLE: _let_go("drafts", _text, by=_text),
    PAGES_TABLE: _let_go("pages", _text, by=_text),
    OTHERS_TABLE: _kept("others", _raw),
    SYNC_TABLE: _one("syncs", lambda value: value is None),
    SIGNPOSTS_TABLE: _one("signposts", _signposts),
    MOVED_TABLE: _kept("moved", _number),
    DISPUTES_TABLE: _kept("disputes", _number),
    RESTS_TABLE: _kept("rests", _rest),
    COMPARED_TABLE: _kept("compared", _raw),
    PREPARED_TABLE: _one("prepared", lambda value: value is not None),
    INVITATIONS_TABLE: _one("invites", lambda value: value is None),
}
