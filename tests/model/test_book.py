"""What the model says of a set of operations is what the engine says of the same ones."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.book import GENESIS, NONE, Bits, Book, members_of
from tests.model.moves import moves
from tests.model.rotation import Model
from tests.model.scope import Rules
from tests.model.test_rotation import SCOPES
from tests.troth.letters import device
from tests.troth.tales import Tale, owner
from troth.membership import Members
from troth.operations import Operation

TABLET, PHONE, WATCH, WORDS = "tablet of robin", "phone of robin", "watch of robin", "words 1 of robin"
NAMES = {
    "thief": ("robin", TABLET, "sasha"),
    "newcomer": ("robin", TABLET, "sasha", "phone of sasha"),
    "new keys": ("robin", TABLET, WATCH, PHONE),
    "words": ("robin", TABLET, "sasha", "", WORDS, PHONE),
    "parting": ("robin", TABLET, "sasha"),
}
"""The model's devices by number: whatever it begins with and is no founder was added, or set, before."""


class Translation:
    """The operations of a book, signed as the engine reads them."""

    def __init__(self, book: Book, names: tuple[str, ...]) -> None:
        self._book, self._names = book, names
        here = [names[number] for number in members_of(book.founders)]
        self.tale = Tale(*(name for name in here if " of " not in name))
        for name in here:
            if " of " in name:
                self.tale.add(name, owner(name))
        if book.words:
            self.tale.words(WORDS, "robin", second=TABLET)
        self.signed = {GENESIS: self.tale.rotate("robin")}
        self.begun = list(self.tale.told)
        self.floor = self.tale.members().highest
        for number in range(1, len(book.operations)):
            self.signed[number] = self._sign(number)

    def _ends(self, among: Bits) -> list[Operation]:
        """Those of some operations that none of the others has in its past."""
        numbers = members_of(among)
        passed = [n for n in numbers if any(self._book.operations[other].past >> n & 1 for other in numbers)]
        return [self.signed[number] for number in numbers if number not in passed]

    def _sign(self, number: int) -> Operation:
        at, tale, names = self._book.operations[number], self.tale, self._names
        by, past = names[at.author], self._ends(at.past)
        match at.kind:
            case "add":
                return tale.add(names[at.subject], by, at=past, rotate=at.shared == NONE)
            case "revoke":
                return tale.revoke(names[at.subject], by, at=past, keeps=self._ends(at.cut), rotate=bool(at.recipients))
            case "rekey":
                return tale.rekey(by, names[at.subject], at=past)
            case "split":
                return tale.split(by, at=past)
        return tale.rotate(by, at=past, label=f"epoch {number}")

    def members(self, known: Bits) -> Members:
        """The members that some operations give, after those with which the model begins."""
        told, self.tale.told = self.tale.told, [*self.begun, *(self.signed[n] for n in members_of(known) if n)]
        members = self.tale.members()
        self.tale.told = told
        return members


@settings(max_examples=25)
@given(st.sampled_from(sorted(NAMES)), st.integers(0, 2**32))
def test_the_model_judges_as_the_engine_does(name: str, seed: int) -> None:
    """Who is active, the highest generation, whether an epoch is current and the end are the same for every actor."""
    model, drawn = Model(SCOPES[name], Rules()), random.Random(seed)
    world = model.start()
    for _ in range(14):
        _, world = drawn.choice([*moves(model, world)] or [("", world)])
    names = NAMES[name]
    translation = Translation(model.book, names)
    for known in {*world.known} - {0}:
        state, members = model.book.state(known), translation.members(known)
        assert {device(names[one]) for one in members_of(state.active)} == members.active
        assert (state.top + translation.floor, state.ended) == (members.highest, members.split)
        assert (state.current == NONE) == (members.current is None)
        refused = {number for number, signed in translation.signed.items() if signed.id in members.refused}
        assert refused == {number for number in members_of(known) if not model.book.counts(number)}
