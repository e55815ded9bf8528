"""Entries and texts keep their meaning in real documents, over a real ring: relay, devices, cut links, deletions."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.troth_couple.living import ROWS
from tests.troth_couple.people import DAY, NAMES, revision
from tests.troth_couple.plays import Stage
from tests.troth_couple.scenarios import SCENARIOS, Scenario
from tests.troth_couple.scenarios_told import TOLD
from troth import Delete, Put, Splice
from troth.testing import World
from troth_couple import (
    Book,
    Choice,
    Pen,
    Shown,
    State,
    derive,
    document_of,
    entries_in,
    entry_edits,
    note_edits,
    note_path,
    paragraphs,
    publish,
    roster_of,
    texts_in,
)
from troth_couple.edits import named_entry
from troth_couple.entry import ChapterId, Entry, SubjectId
from troth_couple.revision import AgreementId
from troth_couple.verdict import Reason
from troth_wire.ids import Incarnation

DOCUMENT = document_of()
SUBJECT = SubjectId(b"agreement number")
FIRST = revision("first")


class House:
    """A world whose devices write entries and read states."""

    def __init__(self) -> None:
        self.world = World("r", "s")
        self.world.add("r2", by="r")
        self.world.sync()
        self.roster = roster_of(self.world.devices["s"].engine.inbox.members)
        self.books = {name: Book(self.roster) for name in self.world.devices}

    def pen(self, name: str) -> Pen:
        """The pen of a device, on what it has read."""
        self.read(name)
        keys = self.world.devices[name].keys
        return Pen(self.books[name], keys.device, Incarnation(bytes(16)), keys.signer)

    def keep(self, name: str, *acts: Entry) -> Entry:
        """Put entries into the document of a device."""
        self.world.devices[name].edit(DOCUMENT, *entry_edits(acts))
        return acts[-1]

    def read(self, name: str) -> State:
        """What a device shows, its journal included."""
        self.books[name].add(self.doc(name))
        return self.books[name].state(DAY)

    def doc(self, name: str) -> dict[str, object]:
        """The entries in a device's document."""
        return entries_in(self.world.devices[name].view(DOCUMENT))

    def bare(self, name: str) -> State:
        """What a device without a journal would show."""
        return derive(self.doc(name), self.roster, DAY)

    def assent(self, name: str) -> Entry:
        """Assent to the first text."""
        admin = self.world.devices[name].admin
        return self.keep(name, self.pen(name).assent(SUBJECT, FIRST.id, day=DAY, admin=admin))

    def agree(self) -> None:
        """Bring the first text into force."""
        self.keep("r", self.pen("r").propose(FIRST, day=DAY))
        self.world.sync()
        for name in ("r", "s"):
            self.assent(name)
        self.world.sync()

    def shown(self, name: str) -> Shown:
        """The word for the agreement on a device."""
        return self.read(name).agreements[AgreementId(SUBJECT)].shown


@pytest.fixture
def house() -> House:
    """A house in which the first text is in force."""
    made = House()
    made.agree()
    return made


def orders() -> list[tuple[str, ...]]:
    """Who meets first."""
    return [("r", "s", "r2"), ("s", "r2", "r"), ("r2", "r", "s")]


def _both_assent(house: House) -> None:
    """Scenario 1 again: nobody has seen the other's assent."""


def _withdraw_and_assent(house: House) -> None:
    house.keep("r", house.pen("r").withdraw(SUBJECT, day=DAY))
    house.assent("r2")


def _say_on_all(house: House) -> None:
    for name in ("r", "r2", "s"):
        house.keep(name, house.pen(name).write("check_in", {"feelings": name}, day=DAY))


@pytest.mark.parametrize("order", orders(), ids="-".join)
@pytest.mark.parametrize(
    ("act", "shown", "things"),
    [(_both_assent, Shown.IN_FORCE, 0), (_withdraw_and_assent, Shown.NO_LONGER, 0), (_say_on_all, Shown.IN_FORCE, 3)],
    ids=["S01", "S05", "S18 S19"],
)
def test_delivery_order_means_nothing(
    house: House, act: Callable[[House], None], shown: Shown, things: int, order: tuple[str, ...]
) -> None:
    """Whoever meets first, every device comes to the same state for the same acts."""
    act(house)
    for pair in zip(order, (*order[1:], order[0]), strict=True):
        house.world.sync(*pair)
    house.world.sync()
    states = [house.read(name) for name in house.world.devices]
    assert states[0] == states[1] == states[2]
    assert states[0].agreements[AgreementId(SUBJECT)].shown is shown
    assert len(states[0].things) == things
    assert house.bare("s") == states[0]


@pytest.mark.parametrize("first", ["r", "s"])
@pytest.mark.parametrize("row", [*SCENARIOS, *TOLD, *ROWS], ids=lambda row: f"S{row.number:02}")
def test_a_scenario_over_a_real_ring(row: Scenario, first: str) -> None:
    """What the two persons wrote apart comes to the state of the row on both devices, whoever sends first."""
    stage = Stage()
    stage.play(row.script)
    world = World("r", "s")
    robin = stage.couple.pen("r").person
    mine = {act.id.hex() for act in stage.acts.values() if act.person == robin}
    for key, value in stage.values().items():
        world.devices["r" if key in mine else "s"].edit(DOCUMENT, Put(("entry:" + key,), value))
    world.sync(first)
    world.sync()
    expected = next(stage.states())
    for device in world.devices.values():
        assert derive(entries_in(device.view(DOCUMENT)), stage.couple.roster, stage.today) == expected


def test_scenario_15_bytes_overwritten_after_assent(house: House) -> None:
    """A revision altered after the assent stands under a key that is not its hash, and nothing of it is in force."""
    (proposal,) = (act for act in house.books["r"].ledger.known.values() if act.name == "propose")
    altered = proposal.value.replace(b"We keep to first", b"We keep to worse")
    house.world.devices["s"].edit(DOCUMENT, Put(("entry:" + proposal.id.hex(),), altered))
    house.world.sync()
    state = house.bare("s")
    assert state.held[proposal.id.hex()].reason is Reason.WRONG_KEY
    assert state.agreements[AgreementId(SUBJECT)].in_force is None
    assert house.shown("r") is Shown.IN_FORCE


def _withdrawn_and_deleted(house: House) -> Entry:
    withdrawal = house.keep("r", house.pen("r").withdraw(SUBJECT, day=DAY))
    house.world.sync()
    for name in ("r2", "s"):
        house.read(name)
    house.world.devices["s"].edit(DOCUMENT, Delete(("entry:" + withdrawal.id.hex(),)))
    return withdrawal


def test_scenario_16_a_deleted_withdrawal_is_restored(house: House) -> None:
    """The author's device puts back what the other deleted, and even a device without a journal reads it again."""
    withdrawal = _withdrawn_and_deleted(house)
    assert house.bare("s").agreements[AgreementId(SUBJECT)].shown is Shown.IN_FORCE
    house.world.sync()
    missing = list(house.books["r"].ledger.missing(house.doc("r")))
    assert [act.id for act in missing] == [withdrawal.id]
    house.keep("r", *missing)
    house.world.sync()
    assert house.bare("s").agreements[AgreementId(SUBJECT)].shown is Shown.NO_LONGER


def test_scenario_27_a_second_device_restores_what_a_lost_one_wrote(house: House) -> None:
    """With the phone gone, the laptop that had seen the withdrawal restores it."""
    _withdrawn_and_deleted(house)
    del house.world.devices["r"]
    house.world.sync()
    house.keep("r2", *house.books["r2"].ledger.missing(house.doc("r2")))
    house.world.sync()
    assert house.bare("s").agreements[AgreementId(SUBJECT)].shown is Shown.NO_LONGER


def test_scenario_43_the_journal_outlives_deletion(house: House) -> None:
    """A device that ever verified the withdrawal shows it, though its document has it no more; from the journal too."""
    _withdrawn_and_deleted(house)
    house.world.sync()
    assert house.shown("r2") is Shown.NO_LONGER
    journal = house.books["r2"].fresh()
    again = derive(house.doc("r2"), house.roster, DAY, journal=journal)
    assert again.agreements[AgreementId(SUBJECT)].shown is Shown.NO_LONGER


SENTENCES = "We eat together. We talk on Friday. We sleep early."


def _note(house: House) -> SubjectId:
    note = house.pen("r").write("note", {"title": "Weekends"}, day=DAY)
    house.world.devices["r"].edit(DOCUMENT, *note_edits(note, SENTENCES))
    house.world.sync()
    return note.subject


def _publish(house: House, name: str, note: SubjectId, old: str, new: str) -> None:
    base = str(house.world.devices[name].view(DOCUMENT, note_path(note)))
    made = publish(note_path(note), base=base, mine=base.replace(old, new), current=base)
    house.world.devices[name].edit(DOCUMENT, *made.splices)


def test_scenario_44_one_sentence_changed_by_both(house: House) -> None:
    """Two who change one sentence at once leave both sentences whole; elsewhere each change simply stands."""
    note = _note(house)
    _publish(house, "r", note, "Friday", "Saturday")
    _publish(house, "r", note, "sleep early", "sleep well")
    _publish(house, "s", note, "on Friday", "never on Fridays")
    _publish(house, "s", note, "eat together", "cook together")
    house.world.sync()
    texts = {str(device.view(DOCUMENT, note_path(note))) for device in house.world.devices.values()}
    (text,) = texts
    sentences = set(re.findall(r"[^.]+\.", text.replace(". ", ".")))
    expected = {"We cook together.", "We talk on Saturday.", "We talk never on Fridays.", "We sleep well."}
    assert sentences == expected
    assert texts_in(house.world.devices["s"].view(DOCUMENT)) == {note.hex(): text}
    robin, sasha = (house.roster.devices[house.world.devices[name].keys.device].person for name in "rs")
    for device in house.world.devices.values():
        (part,) = paragraphs(device.engine.said(DOCUMENT, note_path(note)))
        said = {sentence.strip(): person for person, run in part.runs for sentence in re.findall(r"[^.]+\.", run)}
        assert said == {
            "We cook together.": sasha,
            "We talk on Saturday.": robin,
            "We talk never on Fridays.": sasha,
            "We sleep well.": robin,
        }


def test_what_the_other_published_since_is_shown_before_the_choice(house: House) -> None:
    """A private buffer begun before the other published meets their sentence, and the writer chooses."""
    note = _note(house)
    _publish(house, "r", note, "Friday", "Saturday")
    house.world.sync()
    device = house.world.devices["s"]
    current = str(device.view(DOCUMENT, note_path(note)))
    mine = SENTENCES.replace("Friday", "Sunday")
    found = publish(note_path(note), base=SENTENCES, mine=mine, current=current)
    assert [(clash.mine, clash.theirs) for clash in found.clashes] == [(" We talk on Sunday.", " We talk on Saturday.")]
    assert not found.splices
    chosen = publish(note_path(note), base=SENTENCES, mine=mine, current=current, choices=[Choice.BOTH])
    device.edit(DOCUMENT, *chosen.splices)
    assert str(device.view(DOCUMENT, note_path(note))) == chosen.text
    assert "Saturday. We talk on Sunday." in chosen.text


@settings(max_examples=12)
@given(st.integers(1, 40))
def test_scenario_59_half_delivered(limit: int) -> None:
    """Wherever the link is cut, a device shows what a whole delivery of less would show, and never more agreed."""
    house = House()
    house.agree()
    house.keep("r", house.pen("r").withdraw(SUBJECT, day=DAY))
    prefixes = [derive({}, house.roster, DAY).agreements]
    world, other = house.world, house.world.devices["s"]
    other.cut()
    acts = list(house.books["r"].ledger.known.values())
    for count in range(len(acts) + 1):
        values = {act.id.hex(): act.value for act in acts[:count]} | house.doc("s")
        prefixes.append(derive(values, house.roster, DAY).agreements)
    world.sync("r")
    other.connect()
    other.pump(limit)
    assert house.bare("s").agreements in prefixes
    other.cut()
    world.sync()
    assert house.bare("s") == house.bare("r")


def test_places_are_flat_and_belong_to_one_entry_each(house: House) -> None:
    """Entries and texts stand at the root under the hash of an entry; nothing else is read as one."""
    view = house.world.devices["r"].view(DOCUMENT)
    assert set(view) == {"entry:" + key for key in entries_in(view)}
    assert entries_in("no map") == {}
    assert texts_in({"text:00": "x", "other": 1}) == {"00": "x"}
    assert document_of() != document_of(ChapterId(b"another chapter!"))
    assert len(NAMES) == 2
    assert Splice(note_path(SUBJECT), 0).path == ("text:" + SUBJECT.hex(),)


def test_a_key_names_an_entry_or_nothing() -> None:
    """Whoever reads what a change puts finds the entries in it, and takes nothing else for one."""
    assert named_entry("entry:" + "ab" * 32) == bytes([0xAB]) * 32
    for other in ("entry:" + "AB" * 32, "entry:ab", "text:" + "ab" * 32, "x", 7, None):
        assert named_entry(other) is None
