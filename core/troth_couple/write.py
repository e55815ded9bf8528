"""Writing entries: each act knows what it has to name, so that nobody signs less than they mean.

A pen belongs to one life of one device of one person, and takes no key of anybody else's.
A commitment needs the admin key, which the passphrase opens for this one use; nothing assents to two texts at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from troth.crypto import Signer
from troth.keys import Entropy
from troth_couple import blind
from troth_couple import entry as entries
from troth_couple.consent import applies, reduces
from troth_couple.days import Day, days_after
from troth_couple.derive import Book
from troth_couple.entry import SIGNALS_SUBJECT, Entry, SubjectId
from troth_couple.kinds import BY_NAME, KINDS, Level, Outcome, Reply, Scope, Weight
from troth_couple.limits import ENTRY_AFTER_MAX, PLAN_NOTE_DAYS_MAX, PROPOSALS_PER_DAY_MAX
from troth_couple.revision import AgreementId, Revision, RevisionId
from troth_couple.roster import EntryId
from troth_couple.texts import clean
from troth_couple.wordings import reading
from troth_wire.errors import UsageError
from troth_wire.ids import DeviceId, Incarnation, PersonId
from troth_wire.said import Said

__all__ = ["Pen", "new_agreement"]


def new_agreement(entropy: Entropy) -> AgreementId:
    """Return the name of an agreement that is still to be proposed."""
    return AgreementId(entropy(16))


@dataclass(frozen=True)
class Pen:
    """Writes as one device, into one book; every entry is taken into the book at once."""

    book: Book
    device: DeviceId
    incarnation: Incarnation
    signer: Signer

    @property
    def person(self) -> PersonId:
        """Who writes.

        Raises:
            UsageError: If the device does not belong to the space.
        """
        standing = self.book.ledger.roster.devices.get(self.device)
        if standing is None or standing.everyday != self.signer.public:
            raise UsageError(Said("this device does not belong to this space, or writes with another's key"))
        return standing.person

    def write(
        self,
        name: str,
        fields: dict[str, object] | None = None,
        *,
        day: Day,
        about: SubjectId | None = None,
        after: Iterable[EntryId] = (),
        admin: Signer | None = None,
    ) -> Entry:
        """Write an entry of any kind.

        Raises:
            UsageError: If the fields are not those of the kind, or the key is not the one that it asks for.
        """
        if name not in BY_NAME:
            raise UsageError(f"there is no kind {name}")
        kind, said = BY_NAME[name], fields or {}
        if unknown := set(said) - set(kind.places):
            raise UsageError(f"{name} has no field {', '.join(sorted(unknown))}")
        if (kind.weight == Weight.COMMITMENT) is (admin is None):
            raise UsageError(Said("A commitment needs the passphrase, and nothing else does. Nothing was changed."))
        person, tail = self.person, self.book.ledger.tail(self.device, self.incarnation)
        self._check_key(admin)
        entry = entries.sign(
            kind=kind,
            body=[_plain(said.get(field)) for field in kind.places],
            chapter=self.book.ledger.chapter,
            person=person,
            device=self.device,
            incarnation=self.incarnation,
            sequence=tail.sequence + 1 if tail else 1,
            prev=tail.entry if tail else None,
            about=about,
            after=sorted(set(after)),
            day=day,
            space=self.book.ledger.roster.space,
            signer=admin or self.signer,
        )
        self.book.add({entry.id.hex(): entry.value})
        return entry

    def amend(self, thing: SubjectId, fields: dict[str, object], *, day: Day) -> Entry:
        """Say an own thing anew; what it said before is shown as amended.

        Raises:
            UsageError: If it is another's, or of a kind that is never said anew.
        """
        root = self._own(thing)
        if root.row and root.row.fixed:
            raise UsageError(Said("This is not said anew: the other may have answered it. Nothing was changed."))
        versions = [act.id for act in self._about(thing) if act.kind == root.kind and act is not root]
        return self.write(root.name, fields, day=day, about=thing, after=versions[-ENTRY_AFTER_MAX:])

    def take_back(self, thing: SubjectId, *, day: Day) -> Entry:
        """Take an own thing back; a copy may remain with the other until a new chapter."""
        self._own(thing)
        return self.write("take_back", day=day, about=thing)

    def plan_note(self, text: str, *, day: Day, until: Day) -> Entry:
        """Tell that a plan changed; it is shown for a short while and then no more."""
        last = days_after(day, PLAN_NOTE_DAYS_MAX)
        return self.write("plan_note", {"text": text, "until": min(until, last)}, day=day)

    def answer(self, request: SubjectId, reply: Reply, *, day: Day, text: str | None = None) -> Entry:
        """Answer the other's request, in place of own earlier answers; no reason is needed."""
        earlier = [act.id for act in self.mine(request) if act.name == "answer"]
        fields: dict[str, object] = {"reply": reply, "text": text}
        return self.write("answer", fields, day=day, about=request, after=earlier[-ENTRY_AFTER_MAX:])

    def outcome(self, promise: SubjectId, outcome: Outcome, *, day: Day, text: str | None = None) -> Entry:
        """Say what became of an own promise, in place of what one said of it before."""
        self._own(promise)
        earlier = [act.id for act in self.mine(promise) if act.name == "outcome"]
        fields: dict[str, object] = {"outcome": outcome, "text": text}
        return self.write("outcome", fields, day=day, about=promise, after=earlier[-ENTRY_AFTER_MAX:])

    def told(self, promise: SubjectId, text: str, *, day: Day) -> Entry:
        """Say how the other's promise was for oneself; it stands beside what they say, and changes nothing."""
        earlier = [act.id for act in self.mine(promise) if act.name == "told"]
        return self.write("told", {"text": text}, day=day, about=promise, after=earlier[-ENTRY_AFTER_MAX:])

    def seal(self, question: SubjectId, text: str, *, salt: bytes, day: Day) -> Entry:
        """Commit to an answer that nobody can read yet; the text stays with its author until `reveal`."""
        return self.write("seal", {"hash": blind.seal(salt, clean(text))}, day=day, about=question)

    def propose(self, revision: Revision, *, day: Day) -> Entry:
        """Propose one exact text; it starts without anybody's assent, the proposer's included.

        Raises:
            UsageError: If this person has proposed often enough to this agreement today.
        """
        about = SubjectId(revision.agreement)
        today = [act for act in self.mine(about) if act.name == "propose" and act.day == day]
        if len(today) >= PROPOSALS_PER_DAY_MAX:
            raise UsageError(
                Said("Two proposals in a day are enough for one agreement. Nothing was lost. Go on tomorrow.")
            )
        return self.write("propose", {"revision": revision.encode()}, day=day, about=about)

    def assent(
        self,
        about: SubjectId,
        text: bytes,
        *,
        day: Day,
        admin: Signer,
        drops: Sequence[EntryId] = (),
    ) -> Entry:
        """Say yes to one exact text; names every own reduction that this decides anew.

        Args:
            about: The agreement, or the thing that is to be both persons'.
            text: The revision's id, or the id of the version of the thing.
            day: The author's day.
            admin: Opened with the passphrase for this one act.
            drops: Own earlier assents that this one lets go of.

        Raises:
            UsageError: If the text is not here, or there is too much to decide anew.
        """
        reductions = [act.id for act in self.mine(about) if reduces(act) and applies(act, text)]
        if len(reductions) > ENTRY_AFTER_MAX:
            raise UsageError(Said("This was taken back too often to be agreed again. Start a new agreement instead."))
        if not any(_proposes(act, text) for act in self._about(about)):
            raise UsageError(Said("This text is not here, so nobody can have read it. Nothing was changed."))
        if set(drops) - {act.id for act in self.mine(about) if act.name == "assent"}:
            raise UsageError(Said("An assent is let go of by whoever gave it. Nothing was changed."))
        fields: dict[str, object] = {"text": text, "drops": sorted(drops)}
        return self.write("assent", fields, day=day, about=about, after=reductions, admin=admin)

    def withdraw(self, about: SubjectId, *, day: Day) -> Entry:
        """Take back every own assent to an agreement: at once, on any device, without a reason."""
        return self.write("withdraw", day=day, about=about)

    def decline(self, about: SubjectId, text: RevisionId, *, day: Day) -> Entry:
        """Say no to one text; nothing else changes."""
        return self.write("decline", {"text": text}, day=day, about=about)

    def ask_change(
        self, about: SubjectId, text: RevisionId, *, day: Day, wish: str | None = None, keeps: bool = True
    ) -> Entry:
        """Ask for another text; `keeps` says whether an own assent to this one stands meanwhile."""
        return self.write("ask_change", {"text": text, "wish": wish, "keeps": keeps}, day=day, about=about)

    def repudiate(self, act: EntryId, *, day: Day) -> Entry:
        """Say "that was not me" of an own commitment; it can only make the state more careful.

        Raises:
            UsageError: If it is no commitment of this person.
        """
        found = self.book.ledger.known.get(act)
        if found is None or found.person != self.person or found.weight != Weight.COMMITMENT:
            raise UsageError(
                Said("This is said of an own assent or release, and of nothing else. Nothing was changed.")
            )
        return self.write("repudiate", {"act": act}, day=day, about=found.about)

    def signal(self, level: Level, scope: Scope, *, day: Day) -> Entry:
        """Give a signal: one step, no reason."""
        return self.write("signal", {"level": level, "scope": scope}, day=day)

    def release(self, signals: Sequence[EntryId], *, day: Day, admin: Signer) -> Entry:
        """Release own signals by name.

        Raises:
            UsageError: If one of them is not an own signal.
        """
        own = {act.id for act in self.mine(SIGNALS_SUBJECT) if act.name == "signal"}
        if not signals or not own.issuperset(signals):
            raise UsageError(Said("A signal is released by whoever gave it. Nothing was changed."))
        return self.write("release", {"signals": sorted(set(signals))}, day=day, admin=admin)

    def _check_key(self, admin: Signer | None) -> None:
        standing = self.book.ledger.roster.devices[self.device]
        if admin is not None and admin.public != standing.admin:
            raise UsageError(Said("this is not the admin key of this device"))

    def _about(self, subject: SubjectId) -> list[Entry]:
        return sorted(self.book.ledger.about(subject), key=lambda act: (act.day, act.sequence, act.id))

    def mine(self, subject: SubjectId) -> list[Entry]:
        """Return what this person wrote about a subject, by day."""
        return [act for act in self._about(subject) if act.person == self.person]

    def _own(self, thing: SubjectId) -> Entry:
        root = self.book.ledger.known.get(EntryId(thing))
        if root is None or root.person != self.person or not (root.row and root.row.begins):
            raise UsageError(Said("This is changed by its author alone. Nothing was changed."))
        return root


def _plain(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, IntEnum) else value


def _proposes(act: Entry, text: bytes) -> bool:
    if act.name == "propose":
        revision = reading(act.said("revision"))
        return isinstance(revision, Revision) and SubjectId(revision.agreement) == act.about and revision.id == text
    return KINDS[act.kind].by_both and act.id == text
