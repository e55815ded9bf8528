"""Every act of the record is written as the person whose line it is, with the key that its weight asks for."""

from functools import cache
from typing import Any

import pytest

from tests.troth_app.demo.world import act
from tests.troth_couple.people import Couple, admin_of, person_of
from troth import Put, Text
from troth_app.demo.acting import COMMITMENTS, Made, beginning, entry_of, made_of, published
from troth_app.demo.generate import acts
from troth_app.demo.line import Act
from troth_app.demo.weaving import OTHER
from troth_couple import Book, Day, Pen, Shown, Stage, SubjectId, note_path
from troth_couple.entry import Entry
from troth_couple.roster import EntryId
from troth_wire.errors import UsageError

DEVICES = {("Robin", 1): "r", ("Robin", 2): "r2", ("Sasha", 1): "s", ("Sasha", 2): "s2"}


@cache
def written() -> tuple[Book, dict[int, tuple[Act, Entry]]]:
    """Write the whole record into one book, each line with its own device's pen."""
    couple = Couple()
    book, known, found = Book(couple.roster), dict[int, Made](), dict[int, tuple[Act, Entry]]()
    salts = dict[tuple[str, SubjectId], bytes]()
    for line in acts():
        if line.act == "write":
            continue
        device, fresh = DEVICES[line.by, line.on], line.n.to_bytes(16)
        if line.act in ("seal", "reveal") and line.about is not None:
            fresh = salts.setdefault((line.by, known[line.about].subject), fresh)
        pen = couple.pen(device)
        pen = Pen(book, pen.device, pen.incarnation, pen.signer)
        admin = admin_of(device) if line.act in COMMITMENTS else None
        entry = entry_of(pen, line, known, admin=admin, fresh=fresh)
        known[line.n], found[line.n] = made_of(entry), (line, entry)
    return book, found


def test_every_line_is_an_entry_of_its_person() -> None:
    """Kind, author, device and day of each entry are those of the line."""
    for line, entry in written()[1].values():
        assert (entry.name, entry.person, entry.day) == (line.act, person_of(line.by[0].lower()), line.day.isoformat())
        assert entry.readable


def test_every_entry_counts() -> None:
    """Nothing of the record is held back, on its last day or before, and no device's chain has a gap."""
    book, found = written()
    for day in ("2026-10-01", "2026-11-20"):
        state = book.state(Day(day))
        assert not state.held
        assert not state.holds
    assert len(book.ledger.known) == len(found)


def test_the_story_of_each_agreement() -> None:
    """On the days on which something turns, every agreement stands where the story says that it does."""
    book, _ = written()
    story = {
        "Phones at night": {"2026-09-20": Shown.IN_FORCE, "2026-09-25": Shown.NO_LONGER, "2026-10-05": Shown.IN_FORCE},
        "What we tell, to whom, and how soon": {"2026-09-12": Shown.IN_FORCE},
        "Lunch at my parents'": {"2026-11-20": Shown.NOT_AGREED},
        "Closeness, for now": {"2026-10-01": Shown.REVIEW_DAY, "2026-10-02": Shown.LAPSED},
    }
    titles = {
        found.id: next(iter(found.wordings.values())).revision.title
        for found in book.state(Day("2026-11-20")).agreements.values()
    }
    for title, days in story.items():
        (agreement,) = [identity for identity, named in titles.items() if named == title]
        for day, expected in days.items():
            upto = Book(book.ledger.roster)
            entries = {act.id.hex(): act.value for act in book.ledger.known.values() if act.day <= day}
            upto.add(entries)
            assert upto.state(Day(day)).agreements[agreement].shown is expected, (title, day)


def test_two_versions_stood_side_by_side() -> None:
    """For some days both texts of the plan had both yeses, and neither held."""
    book, _ = written()
    upto = Book(book.ledger.roster)
    upto.add({act.id.hex(): act.value for act in book.ledger.known.values() if act.day <= "2026-09-07"})
    words = [found.shown for found in upto.state(Day("2026-09-07")).agreements.values()]
    assert Shown.TWO_VERSIONS in words


def test_a_commitment_takes_its_key() -> None:
    """Without the key of commitments nothing is agreed, and with it nothing else is said."""
    couple = Couple("r", "s")
    pen = couple.pen("r")
    milestone = act(1, "milestone", says={"what": "A dinner.", "on": "2026-09-14", "ours": True})
    made = made_of(entry_of(pen, milestone, {}))
    yes = act(2, "assent", about=1, of=(1,))
    for wrong in (None, admin_of("s")):
        with pytest.raises(UsageError):
            entry_of(pen, yes, {1: made}, admin=wrong)
    entry_of(pen, yes, {1: made}, admin=admin_of("r"))


def test_a_text_that_is_not_here_is_not_agreed_to() -> None:
    """Nobody says yes to a line whose entry has not arrived."""
    pen = Couple("r", "s").pen("r")
    made = Made(EntryId(bytes(32)), SubjectId(bytes(16)))
    with pytest.raises(UsageError):
        entry_of(pen, act(2, "decline", about=1, of=(1,)), {1: made})


def test_what_is_about_ones_own_thing_amends_it() -> None:
    """A kind that begins a thing, and is about one, says it anew; nobody amends the other's."""
    couple = Couple("r", "s")
    pen = couple.pen("r")
    made = {1: made_of(entry_of(pen, act(1), {}))}
    entry_of(pen, act(2, about=1), made)
    (thing,) = pen.book.state(Day("2026-09-14")).things.values()
    assert (thing.stage, thing.says("text")) == (Stage.AMENDED, "words2")
    couple.meet("r", "s")
    with pytest.raises(UsageError):
        entry_of(couple.pen(OTHER["Robin"][0].lower()), act(3, about=1), made)


def test_words_of_a_note() -> None:
    """A note begins with its first words; later ones replace whole words where they stand, or go to the end."""
    note = act(1, "note", says={"title": "Garden", "text": "Kale, leeks."})
    entry = entry_of(Couple("r", "s").pen("r"), note, {})
    known = {1: made_of(entry)}
    (put,) = beginning(note, entry)
    path = note_path(entry.subject)
    assert put == Put(path, Text("Kale, leeks."))
    assert beginning(act(2), entry) == []
    view: dict[Any, Any] = {(): {path[0]: "Kale, leeks."}}
    replaced = published(act(3, "write", about=1, says={"replace": "leeks", "with": "beans"}), known, view.__getitem__)
    appended = published(act(4, "write", about=1, says={"with": " Peas."}), known, view.__getitem__)
    assert [edit.path for edit in (*replaced, *appended)] == [path] * len([*replaced, *appended])
    assert published(act(5, "write", about=1, says={"with": "Peas."}), known, lambda _: {}) == [
        Put(path, Text("Peas."))
    ]


def test_it_travels_in_hexadecimal() -> None:
    """What came of an act is read as it is sent."""
    made = Made(EntryId(b"e" * 32), SubjectId(b"s" * 16))
    assert Made.of(made.entry.hex(), made.subject.hex()) == made
