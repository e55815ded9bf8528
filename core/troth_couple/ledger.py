"""Every entry that came, judged once: who wrote it, where it stands in its chain, and what it is about.

What is not an entry, or is not its author's, is kept under the key where it stood and named.
A verified entry is never let go: the journal that the caller persists makes its deletion by others powerless.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from troth.crypto import SIGNATURE_BYTES
from troth_couple import entry as entries
from troth_couple.chains import Chain, Gap, Hold
from troth_couple.entry import FIRST_CHAPTER, ChapterId, Entry, SubjectId
from troth_couple.kinds import Weight
from troth_couple.roster import EntryId, Roster, Tail
from troth_couple.verdict import Held, Reason
from troth_wire.errors import ForgedError, MalformedError, VersionError
from troth_wire.ids import DeviceId, Incarnation

__all__ = ["Ledger"]

Life = tuple[DeviceId, Incarnation]


class Ledger:
    """The entries of one chapter; it only grows, and the order in which they come means nothing."""

    def __init__(self, roster: Roster, *, chapter: ChapterId = FIRST_CHAPTER) -> None:
        self.roster = roster
        self.chapter = chapter
        self.known: dict[EntryId, Entry] = {}
        """Every verified entry, readable or not."""
        self.held: dict[str, Held] = {}
        """By the key in the document, what does not count for its form or author."""
        self.unread: dict[str, Held] = {}
        """By key, verified entries that this release can not read."""
        self.fresh: dict[EntryId, bytes] = {}
        """Verified here and not in the journal yet: what the caller persists."""
        # Readable entries by what they are about, but for those that begin it themselves: most are alone.
        self._acts: dict[SubjectId, list[Entry]] = defaultdict(list)
        self._chains: dict[Life, Chain] = {}
        self._newer: dict[EntryId, Entry] = {}
        self._strange: dict[str, Held] = {}
        """What of the journal does not count, whatever stands in the document."""

    def trust(self, journal: Mapping[EntryId, bytes]) -> set[SubjectId]:
        """Take in what was verified on this device before; return what it is about.

        Only the caller's own journal may come here: neither hash nor signature is checked again.
        """
        touched = set()
        same: dict[object, object] = {identity: identity for identity in journal}
        for identity, value in journal.items():
            entry = _read(identity.hex(), value, known=identity, same=same)
            if isinstance(entry, Entry) and entry.chapter != self.chapter:
                # Verified for another chapter, and so nothing of this one's: neither counted nor named.
                continue
            if isinstance(entry, Entry):
                reason = self._stranger(entry)
                entry = entry if reason is None else Held(identity.hex(), reason, entry)
            if isinstance(entry, Held):
                self.held[identity.hex()] = self._strange[identity.hex()] = entry
            elif entry.id not in self.known and (subject := self._keep(entry)) is not None:
                touched.add(subject)
        return touched

    def add(self, found: Mapping[str, object]) -> set[SubjectId]:
        """Take in values of the document by their keys; return what the new ones are about."""
        touched = set()
        for key, value in found.items():
            known = self.at(key)
            if known is not None and known.value == value:
                # The way of nearly all values, when a whole document is read again.
                self.held.pop(key, None)
                continue
            entry = self._judge(key, value)
            if isinstance(entry, Held):
                self.held[key] = entry
            elif entry.id not in self.known:
                self.fresh[entry.id] = entry.value
                subject = self._keep(entry)
                touched |= set() if subject is None else {subject}
            else:
                self.held.pop(key, None)
        return touched

    def drop(self, keys: Iterable[str]) -> None:
        """Forget why what stood at some keys did not count, now that nothing stands there; what is verified stays."""
        for key in list(keys):
            self.held.pop(key, None)
            if key in self._strange:
                self.held[key] = self._strange[key]

    def at(self, key: str) -> Entry | None:
        """Return the verified entry whose place this key is."""
        try:
            entry = self.known.get(EntryId(bytes.fromhex(key)))
        except ValueError:
            return None
        # An id is spelled in one way alone.
        return entry if entry is not None and entry.id.hex() == key else None

    @property
    def subjects(self) -> set[SubjectId]:
        """What there are readable entries about."""
        return {entry.subject for entry in self.known.values() if entry.readable}

    def about(self, subject: SubjectId) -> list[Entry]:
        """Return the readable entries about a subject, and first of all the one that begins it."""
        begun = self.known.get(EntryId(subject))
        acts = self._acts.get(subject, [])
        return [begun, *acts] if begun is not None and begun.readable and begun.subject == subject else [*acts]

    def holds(self) -> tuple[Hold, ...]:
        """Return why commitments are on hold; none, mostly."""
        found = [chain.hold(self.roster.devices[device].cut) for (device, _), chain in self._chains.items()]
        newer = [Hold(Gap.NEWER, entry.person, (entry.id,)) for entry in self._newer.values()]
        formats = [Hold(Gap.NEWER, None, ()) for held in self.held.values() if held.reason is Reason.NEWER_FORMAT]
        every = [hold for hold in found if hold] + newer + formats[:1]
        return tuple(sorted(every, key=lambda hold: (hold.why.value, hold.person or b"", hold.entries)))

    def below(self) -> Mapping[Life, frozenset[EntryId]]:
        """Return for each life of a removed device the entries that its removal takes in."""
        return {
            life: chain.below(cut.tails.get(life[1]))
            for life, chain in self._chains.items()
            if (cut := self.roster.devices[life[0]].cut) is not None
        }

    def tail(self, device: DeviceId, incarnation: Incarnation) -> Tail | None:
        """Return the last entry of one life of a device, which its next one names."""
        chain = self._chains.get((device, incarnation))
        return chain.tail() if chain else None

    def missing(self, found: Mapping[str, object]) -> Iterable[Entry]:
        """Return the verified entries that a document lacks, or holds something else in place of."""
        return (entry for entry in self.known.values() if found.get(entry.id.hex()) != entry.value)

    def _judge(self, key: str, value: object) -> Entry | Held:
        """Return the verified entry in a value, or why it is none."""
        if not isinstance(value, bytes) or len(value) <= SIGNATURE_BYTES:
            return Held(key, Reason.NO_ENTRY)
        if key != entries.entry_id(value).hex():
            return Held(key, Reason.WRONG_KEY)
        entry = _read(key, value)
        if isinstance(entry, Held):
            return entry
        reason = self._stranger(entry) or self._forged(entry)
        return entry if reason is None else Held(key, reason, entry)

    def _stranger(self, entry: Entry) -> Reason | None:
        standing = self.roster.devices.get(entry.device)
        if standing is None:
            return Reason.UNKNOWN_DEVICE
        if standing.person != entry.person:
            return Reason.OTHER_PERSON
        return None if entry.chapter == self.chapter else Reason.OTHER_CHAPTER

    def _forged(self, entry: Entry) -> Reason | None:
        try:
            entries.verify(entry, self.roster.devices[entry.device], self.roster.space)
        except ForgedError:
            return Reason.FORGED
        return None

    def _keep(self, entry: Entry) -> SubjectId | None:
        """Place a verified entry; return what it is about, if this release can tell."""
        key, life = entry.id.hex(), (entry.device, entry.incarnation)
        self.known[entry.id] = entry
        self.held.pop(key, None)
        if life not in self._chains:
            self._chains[life] = Chain(entry.device, entry.incarnation, entry.person)
        self._chains[life].add(entry)
        if entry.readable:
            if EntryId(entry.subject) != entry.id:
                self._acts[entry.subject].append(entry)
            return entry.subject
        if entry.weight == Weight.CAUTION:
            self._newer[entry.id] = entry
        reason = Reason.MALFORMED if entry.flaw else Reason.NEWER_KIND
        self.unread[key] = Held(key, reason, entry, verified=True)
        return None


def _read(
    key: str, value: bytes, *, known: EntryId | None = None, same: dict[object, object] | None = None
) -> Entry | Held:
    try:
        return entries.parse(value, known=known, same=same)
    except MalformedError:
        return Held(key, Reason.MALFORMED)
    except VersionError:
        return Held(key, Reason.NEWER_FORMAT)
