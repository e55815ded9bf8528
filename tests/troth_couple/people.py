"""Robin and Sasha, two devices each, and what they write, for the tests of the partners' document."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from troth import Signer
from troth.keys import DeviceKeys
from troth.testing import entropy_of
from troth_couple import Book, Clause, Day, EntryId, Pen, Revision, Roster, Standing, State, derive
from troth_couple import entry as entries
from troth_couple.entry import FIRST_CHAPTER, Entry, SubjectId
from troth_couple.kinds import BY_NAME
from troth_couple.revision import AgreementId, RevisionId
from troth_wire.ids import DeviceId, Incarnation, PersonId, SpaceId

__all__ = ["AGREEMENT", "DAY", "NAMES", "SPACE", "Couple", "admin_of", "forge", "keys_of", "person_of", "revision"]

SPACE = SpaceId(bytes(31) + b"\7")
DAY = Day("2026-11-21")
AGREEMENT = AgreementId(b"agreement number")
DEVICES = ("r", "r2", "s", "s2")
LIFE = Incarnation(bytes(16))


@cache
def _made(name: str) -> tuple[DeviceKeys, bytes]:
    return DeviceKeys.make(entropy_of(f"couple/{name}"))


def keys_of(name: str) -> DeviceKeys:
    """The keys of a device: r and r2 are Robin's, s and s2 Sasha's, all else a stranger's."""
    return _made(name)[0]


@cache
def admin_of(name: str) -> Signer:
    """The admin key of a device, as the passphrase opens it."""
    return Signer(_made(name)[1])


def person_of(name: str) -> PersonId:
    """The person of a device, who is known by the first one."""
    return PersonId(keys_of(name[0]).device)


NAMES: Mapping[PersonId, str] = {person_of("r"): "Robin", person_of("s"): "Sasha"}


def standing(name: str) -> Standing:
    """A confirmed device of the person whose letter its name begins with."""
    card = keys_of(name).card
    return Standing(person_of(name), card.everyday, card.admin)


def revision(
    title: str,
    *,
    over: tuple[RevisionId, ...] = (),
    agreement: AgreementId = AGREEMENT,
    expires: Day | None = None,
    review_on: Day | None = None,
) -> Revision:
    """A text of one clause."""
    clause = Clause(behaviour=f"We keep to {title}.")
    return Revision(
        agreement=agreement,
        sort=1,
        title=title,
        clauses=(clause,),
        supersedes=tuple(sorted(over)),
        expires=expires,
        review_on=review_on,
    )


class Couple:
    """A roster, and a book and a pen for each device; books exchange entries when they meet."""

    def __init__(self, *names: str) -> None:
        self.roster = Roster(SPACE, {keys_of(name).device: standing(name) for name in names or DEVICES})
        self.books: dict[str, Book] = {}

    def book(self, name: str) -> Book:
        """The book of a device."""
        return self.books.setdefault(name, Book(self.roster))

    def pen(self, name: str, *, life: Incarnation = LIFE) -> Pen:
        """The pen of a device."""
        keys = keys_of(name)
        return Pen(self.book(name), keys.device, life, keys.signer)

    def values(self, *names: str) -> dict[str, bytes]:
        """Every entry in the books of some devices, or of all, by key."""
        books = [self.books[name] for name in names or self.books if name in self.books]
        return {act.id.hex(): act.value for book in books for act in book.ledger.known.values()}

    def meet(self, *names: str) -> None:
        """Exchange entries between some devices, or all."""
        chosen = names or DEVICES
        together = self.values(*chosen)
        for name in chosen:
            self.book(name).add(together)

    def state(self, *, today: Day = DAY) -> State:
        """What stands when everything has come."""
        return derive(self.values(), self.roster, today)

    def change(self, name: str, **fields: object) -> None:
        """Change what the roster says of a device, for everybody."""
        devices: dict[DeviceId, Standing] = dict(self.roster.devices)
        device = keys_of(name).device
        devices[device] = replace(devices.get(device, standing(name)), **fields)  # type: ignore[arg-type]
        self.reseat(Roster(SPACE, devices, self.roster.left))

    def reseat(self, roster: Roster) -> None:
        """Let every device read its journal again under another roster."""
        self.roster = roster
        for name, book in list(self.books.items()):
            self.books[name] = Book(roster, journal={act.id: act.value for act in book.ledger.known.values()})


def forge(
    kind: str,
    body: list[object],
    *,
    by: str,
    claim: str = "",
    about: SubjectId | None = None,
    sequence: int = 1,
    prev: EntryId | None = None,
    after: tuple[EntryId, ...] = (),
    signer: Signer | None = None,
    day: Day = DAY,
    life: Incarnation = LIFE,
    space: SpaceId = SPACE,
) -> Entry:
    """An entry as a changed client might write it: with any key, any claim and any place."""
    row = BY_NAME[kind]
    return entries.sign(
        kind=row,
        body=body,
        chapter=FIRST_CHAPTER,
        person=person_of(claim or by),
        device=keys_of(claim or by).device,
        incarnation=life,
        sequence=sequence,
        prev=prev,
        about=about,
        after=after,
        day=day,
        space=space,
        signer=signer or (admin_of(by) if row.weight == 2 else keys_of(by).signer),
    )
