"""The texts that were proposed for one agreement, and which of them stands in place of which."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from troth_couple.entry import Entry
from troth_couple.ground import Ground
from troth_couple.revision import AgreementId, Revision, RevisionId, revision_id
from troth_couple.roster import EntryId
from troth_couple.verdict import Reason
from troth_wire.errors import MalformedError, VersionError
from troth_wire.ids import PersonId

__all__ = ["Wording", "before", "reading", "top", "wordings"]

Before = Mapping[RevisionId, frozenset[RevisionId]]
"""For each text, all that it stands in place of."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One revision, and the entries that propose it."""

    revision: Revision
    proposals: tuple[Entry, ...]

    @property
    def by(self) -> frozenset[PersonId]:
        """Whoever proposed exactly this."""
        return frozenset(entry.person for entry in self.proposals)


def wordings(
    subject: AgreementId, entries: Sequence[Entry], ground: Ground
) -> tuple[Mapping[RevisionId, Wording], Mapping[EntryId, Reason]]:
    """Return every text proposed for an agreement, and why other proposals do not count."""
    found: dict[RevisionId, tuple[Revision, list[Entry]]] = {}
    idle: dict[EntryId, Reason] = {}
    for act in sorted((act for act in entries if act.name == "propose"), key=lambda act: act.id):
        revision = reading(act.said("revision"))
        if isinstance(revision, Reason):
            idle[act.id] = revision
        elif reason := ground.judge(act) or (Reason.NOT_SUCH if revision.agreement != subject else None):
            idle[act.id] = reason
        else:
            found.setdefault(revision_id(act.said("revision")), (revision, []))[1].append(act)
    return {text: Wording(revision, tuple(acts)) for text, (revision, acts) in found.items()}, idle


def before(texts: Iterable[RevisionId], known: Mapping[RevisionId, Wording]) -> Before:
    """Return for each of some texts all that it stands in place of, directly or through others."""
    return {text: _before(text, known) for text in texts}


def top(texts: frozenset[RevisionId], earlier: Before) -> tuple[RevisionId, ...]:
    """Return the texts that no other of them stands in place of."""
    passed = frozenset[RevisionId]().union(*(earlier[text] for text in texts))
    return tuple(sorted(texts - passed))


def reading(data: bytes) -> Revision | Reason:
    """Return the revision in some bytes, or why there is none."""
    try:
        return Revision.parse(data)
    except MalformedError:
        return Reason.MALFORMED
    except VersionError:
        return Reason.NEWER_KIND


def _before(text: RevisionId, known: Mapping[RevisionId, Wording]) -> frozenset[RevisionId]:
    found: set[RevisionId] = set()
    ahead = [text]
    while ahead:
        wording = known.get(ahead.pop())
        fresh = set(wording.revision.supersedes) - found if wording else set()
        found |= fresh
        ahead += fresh
    return frozenset(found)
