"""The partners' document: ten years of two people, derived at once, one entry more, and a batch from the other."""

import random
from typing import Final

from bench.figures import Figures, median_us, seconds
from troth import Edit, Put, Signer, Splice, Text
from troth.document import Document
from troth.keys import DeviceKeys
from troth.testing import entropy_of
from troth_couple import (
    Book,
    Clause,
    Day,
    EntryId,
    Pen,
    Revision,
    Roster,
    Standing,
    SubjectId,
    days_after,
    derive,
    new_agreement,
    paragraphs,
    publish,
)
from troth_wire.ids import ActorId, Incarnation, PersonId, SpaceId

__all__ = ["BATCH", "NOTES", "START", "life", "measure"]

ENTRIES: Final = 30_000
AGREEMENTS: Final = 40
BATCH: Final = 100
NOTES: Final = 50
CHANGES: Final = 2_000
SENTENCE: Final = "This sentence stands in a note, and so.\n"
START: Final = Day("2016-08-23")


def measure() -> Figures:
    """Return how long the first derivation takes with and without a journal, then one more entry and a batch."""
    pens, admins, roster = _couple()
    values = life(pens, admins)
    today = days_after(START, 4_000)
    journal = {EntryId(bytes.fromhex(key)): value for key, value in values.items()}
    found = {
        "first_with_journal_s": seconds(lambda: derive(values, roster, today, journal=journal)),
        "first_without_journal_s": seconds(lambda: derive(values, roster, today)),
    }
    book = Book(roster, journal=journal)
    book.state(today)
    pen = Pen(book, pens[0].device, Incarnation(bytes(15) + b"\1"), pens[0].signer)

    def one() -> None:
        pen.write("check_in", {"feelings": "calm, a bit tired"}, day=START)
        book.state(today)

    found["one_entry_ms"] = median_us(one, turns=30) / 1e3
    found["batch_ms"] = _batch(pens[1], book, today)
    found["publish_50_notes_ms"] = seconds(_publish) * 1e3
    document = _note()
    found["whose_words_ms"] = median_us(lambda: _whose(document), turns=20) / 1e3
    return found


def _couple() -> tuple[list[Pen], list[Signer], Roster]:
    entropy = entropy_of("bench")
    made = [DeviceKeys.make(entropy) for _ in range(4)]
    devices = {
        keys.device: Standing(PersonId(made[number % 2][0].device), keys.card.everyday, keys.card.admin)
        for number, (keys, _) in enumerate(made)
    }
    roster = Roster(SpaceId(bytes(32)), devices)
    book = Book(roster)
    pens = [Pen(book, keys.device, Incarnation(bytes(16)), keys.signer) for keys, _ in made]
    return pens, [Signer(admin) for _, admin in made], roster


def life(pens: list[Pen], admins: list[Signer]) -> dict[str, bytes]:
    """Return ten years of two people, by key, as these pens write them."""
    draw, entropy = random.Random(1), entropy_of("agreements")
    for number in range(AGREEMENTS):
        agreement = new_agreement(entropy)
        revision = Revision(
            agreement=agreement, sort=1, title=f"Number {number}", clauses=(Clause(behaviour="We talk."),)
        )
        pens[0].propose(revision, day=START)
        for pen, admin in zip(pens[:2], admins[:2], strict=True):
            pen.assent(SubjectId(agreement), revision.id, day=START, admin=admin)
    while len(pens[0].book.ledger.known) < ENTRIES:
        day, pen = days_after(START, draw.randrange(3_650)), draw.choice(pens)
        if draw.random() < 0.6:
            pen.write("check_in", {"feelings": "tired, hopeful", "need": "a quiet evening"}, day=day)
        else:
            pen.write("gratitude", {"text": "You put the phone away first. I noticed."}, day=day)
    return {identity.hex(): value for identity, value in pens[0].book.fresh().items()}


def _batch(writer: Pen, book: Book, today: Day) -> float:
    """Let the other write a hundred entries elsewhere, and take them in at once."""
    pen = Pen(Book(book.ledger.roster), writer.device, Incarnation(bytes(15) + b"\2"), writer.signer)
    for _ in range(BATCH):
        pen.write("gratitude", {"text": "Thank you for the tea."}, day=START)
    values = {identity.hex(): value for identity, value in pen.book.fresh().items()}

    def take() -> None:
        book.add(values)
        book.state(today)

    return seconds(take) * 1e3


def _note() -> Document:
    """Return a page that two changed two thousand times, a sentence at a time."""
    draw, hands = random.Random(2), [Document(ActorId(bytes([number]) * 16)) for number in range(2)]
    edits: list[Edit] = [Put(("n",), Text(SENTENCE * 100))]
    for number in range(CHANGES + 1):
        writer, reader = hands[number % 2], hands[1 - number % 2]
        for raw in writer.edit([edits]).changes:
            reader.merge(raw)
        edits = [Splice(("n",), draw.randrange(100) * len(SENTENCE), len(SENTENCE), SENTENCE)]
    return hands[0]


def _whose(document: Document) -> None:
    paragraphs([(PersonId(actor * 2), text) for actor, text in document.typed(("n",))])


def _publish() -> None:
    base = " ".join(f"This is sentence {number} of a note." for number in range(100))
    for note in range(NOTES):
        mine = base.replace("sentence 7 ", f"sentence seven of {note} ")
        publish(("text",), base=base, mine=mine, current=base.replace("sentence 90 ", "sentence ninety "))
