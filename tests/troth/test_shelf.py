"""A shelf comes to the same document whatever arrives first, and says of each change once what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import VALUE, Anatomy
from tests.troth.histories import actor, history, spelled
from troth import forks, guard
from troth.document import Document, PoisonedError, UnappliedError
from troth.edits import Edit, Put, Splice, Text
from troth.forks import Author, Known
from troth.guard import Refused
from troth.shelf import Fork, Parcel, Shelf
from troth_wire.ids import DeviceId, PersonId, RecordId

DICE = st.integers(0, 2**32).map(Random)
AUTHORS = {
    actor(number): Author(DeviceId(bytes([number])), PersonId(person))
    for number, person in enumerate((b"a", b"a", b"b"))
} | {actor(9): Author(DeviceId(b"9"), PersonId(b"b"))}


def parcel(writer: int, raw: bytes, record: int = 0) -> Parcel:
    """A change on its way, in a record of its writer."""
    return Parcel(RecordId(record.to_bytes(32, "big")), actor(writer), guard.change_hash(raw), raw)


@given(st.randoms())
def test_the_order_of_arrival_does_not_show(dice: Random) -> None:
    """Changes in any order at all end in the same document, each is settled exactly once, and nothing waits on."""
    made = history(dice)
    parcels = [parcel(writer, raw, number) for number, (writer, raw) in enumerate(made.changes)]
    settled = []
    mixed = Shelf(actor(9))
    for item in dice.sample(parcels, len(parcels)):
        settled += mixed.take(item)
    ordered = Shelf(actor(8))
    for item in parcels:
        assert ordered.take(item) == [(item, None)]
    assert spelled(mixed.view(())) == spelled(ordered.view(()))
    assert mixed.heads() == ordered.heads()
    assert sorted((item.record, reason) for item, reason in settled) == [(item.record, None) for item in parcels]
    assert mixed.waiting == 0


@given(st.randoms())
def test_what_a_probe_is_shown_is_what_is_applied(dice: Random) -> None:
    """`foresee` names exactly the changes that `take` then applies, in that order, and takes none itself."""
    made = history(dice)
    parcels = [parcel(writer, raw) for writer, raw in made.changes]
    dice.shuffle(parcels)
    cut = dice.randint(0, len(parcels))
    shelf = Shelf(actor(9))
    for item in parcels[:cut]:
        shelf.take(item)
    heads, waiting = shelf.heads(), shelf.waiting
    saved, foreseen = shelf.foresee(parcels[cut:], {})
    assert saved == shelf.save()
    assert (shelf.heads(), shelf.waiting) == (heads, waiting)
    applied = [item.raw for arrived in parcels[cut:] for item, reason in shelf.take(arrived) if reason is None]
    assert foreseen == applied


@given(st.randoms())
def test_what_is_put_off_shows_like_what_is_not(dice: Random) -> None:
    """Whatever was put off, and brought in piece by piece or by a look, judging, heads and view are the same."""
    late, prompt = Shelf(actor(9)), Shelf(actor(9))
    parcels = [parcel(writer, raw, number) for number, (writer, raw) in enumerate(history(dice).changes)]
    for item in dice.sample(parcels, len(parcels)):
        late.puts_off = dice.random() < 0.7
        assert late.take(item) == prompt.take(item)
        assert late.heads() == prompt.heads() == prompt._document.heads()
        if dice.random() < 0.2:
            late.bring_in(dice.randint(0, 3))
    assert spelled(late.view(())) == spelled(prompt.view(()))
    assert late.bring_in(0) == 0
    assert late.edit([[Put(("new",), 1)]]) == prompt.edit([[Put(("new",), 1)]])


def test_what_stops_the_library_stops_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that was put off and can not be brought in is never passed over: whoever asks next is told again."""
    shelf = Shelf(actor(9))
    shelf.puts_off = True
    (_, first), (_, second), *_ = history(Random(1), writers=1).changes
    merge = Document.merge

    def stop(document: Document, raw: bytes) -> None:
        if raw == first:
            raise UnappliedError
        merge(document, raw)

    monkeypatch.setattr(Document, "merge", stop)
    for raw in (first, second):
        assert shelf.take(parcel(0, raw))[0][1] is None
    for _ in range(2):
        with pytest.raises(PoisonedError):
            shelf.bring_in(2)
        with pytest.raises(PoisonedError):
            shelf.view(())


@given(DICE)
def test_what_was_written_down_is_gone_on_from(dice: Random) -> None:
    """A shelf that recalls what another wrote down judges, shows and writes as that one does."""
    made = history(dice).changes
    cut = dice.randint(1, len(made))
    first, second = Shelf(actor(9)), Shelf(actor(9))
    told: list[guard.Portion] = []
    for number, (writer, raw) in enumerate(made[:cut]):
        first.take(parcel(writer, raw, number))
        told += filter(None, [first.write_down(dice.randint(1, 3))])
    told += filter(None, [first.write_down(1)])
    assert first.write_down(1) is None
    past = guard.Past()
    for portion in told:
        past.extend(portion)
    second.recall(past, [raw for _, raw in made[:cut]])
    assert second.write_down(1) is None
    for number, (writer, raw) in enumerate(made[cut:], cut):
        assert first.take(parcel(writer, raw, number)) == second.take(parcel(writer, raw, number))
    assert spelled(second.view(())) == spelled(first.view(()))
    assert second.heads() == first.heads()
    assert second.write_down(1) == first.write_down(1)


def test_in_a_fork_nothing_is_written_down() -> None:
    """What stands may come in another order then, in which nothing goes on from what was written before."""
    shelf = Shelf(actor(9))
    (_, raw), *_ = history(Random(1), writers=1).changes
    shelf.take(parcel(0, raw))
    assert shelf.write_down(1) is not None
    rival, later = Document(actor(0)), Document(actor(1))
    (change,) = rival.edit([[Put(("k",), 1)]]).changes
    shelf.take(parcel(0, change, 1))
    later.merge(raw)
    (more,) = later.edit([[Put(("m",), 1)]]).changes
    shelf.take(parcel(1, more, 2))
    assert shelf.write_down(0) is None


def test_a_change_in_two_records_is_taken_once() -> None:
    """The same change in a second record is settled without a reason, before and after its cause is here."""
    made = history(Random(1), writers=1)
    first, second = (parcel(0, raw) for _, raw in made.changes[:2])
    again = replace(second, record=RecordId(b"2" * 32))
    shelf = Shelf(actor(9))
    assert shelf.take(second) == []
    assert shelf.take(again) == []
    assert shelf.waiting == 2
    assert shelf.take(first) == [(first, None), (second, None), (again, None)]
    assert shelf.take(again) == [(again, None)]
    assert shelf.view(("l",)) is not None


def test_a_refused_change_is_settled_once_with_its_reason() -> None:
    """A change that is refused when its cause arrives is reported then, once, and changes nothing."""
    made = history(Random(1), writers=1)
    first, second = (raw for _, raw in made.changes[:2])
    spoilt = parcel(0, replace(Anatomy.of(second), start_op=99).raw())
    shelf = Shelf(actor(9))
    assert shelf.take(spoilt) == []
    assert shelf.take(parcel(0, first)) == [(parcel(0, first), None), (spoilt, Refused.START)]
    assert shelf.waiting == 0
    assert shelf.take(parcel(0, second)) == [(parcel(0, second), None)], "its place in the sequence is still free"


def test_a_change_that_its_record_does_not_name_is_refused() -> None:
    """A record names its changes by hash; other bytes under that name are refused."""
    raw = history(Random(1), writers=1).changes[0][1]
    other = Anatomy.of(raw).column(VALUE, b"x").raw()
    swapped = replace(parcel(0, raw), raw=other)
    assert Shelf(actor(9)).take(swapped) == [(swapped, Refused.CHECKSUM)]


@dataclass
class Quarrel:
    """Devices that write what they like into one document, and copies of some that fork their sequences."""

    dice: Random
    parcels: list[Parcel] = field(default_factory=list)

    def write(self, shelf: Shelf, number: int, writer: int) -> None:
        """Let somebody write a word of its own, into a map and a text."""
        edits: list[Edit] = [Put((f"k{number}",), writer)]
        edits.append(Splice(("t",), -1, 0, f"w{number}.") if "t" in shelf.view(()) else Put(("t",), Text("")))
        self.parcels += [parcel(writer, raw, len(self.parcels)) for raw in shelf.edit([edits]).changes]

    def play(self, rounds: int) -> None:
        """Three devices write and hear of some of the rest; copies are taken on the way and write too."""
        shelves = [(writer, Shelf(actor(writer))) for writer in range(3)]
        for number in range(rounds):
            writer, shelf = self.dice.choice(shelves)
            if self.dice.random() < 0.3:
                copy_ = Shelf(actor(writer))
                for item in self.dice.sample(self.parcels, self.dice.randint(0, len(self.parcels))):
                    copy_.take(item)
                copy_.settle(AUTHORS)
                shelves.append((writer, copy_))
            self.write(shelf, number, writer)
            heard = [
                item for item in self.dice.sample(self.parcels, len(self.parcels) // 2) if item.actor != actor(writer)
            ]
            for item in heard:
                shelf.take(item)
            if not any(item.actor == actor(writer) for item in shelf.lost):
                shelf.settle(AUTHORS)


def quarrel(dice: Random, rounds: int) -> list[Parcel]:
    """What came of a quarrel."""
    made = Quarrel(dice)
    made.play(rounds)
    return made.parcels


def read_all(shelf: Shelf, parcels: Iterable[Parcel], dice: Random, *, often: float) -> Shelf:
    """Take everything in, and settle now and then, and in the end."""
    for item in parcels:
        shelf.take(item)
        if dice.random() < often:
            shelf.settle(AUTHORS)
    shelf.settle(AUTHORS)
    return shelf


@given(DICE, st.integers(1, 14))
def test_forks_end_alike_however_they_come(dice: Random, rounds: int) -> None:
    """In any order, settled at any moments or only once: the same document, and the same changes lost."""
    parcels = quarrel(dice, rounds)
    shelves = [
        read_all(Shelf(actor(9)), dice.sample(parcels, len(parcels)), dice, often=often) for often in (0.0, 0.3, 1.0)
    ]
    for shelf in shelves[1:]:
        assert spelled(shelf.view(())) == spelled(shelves[0].view(()))
        assert (shelf.heads(), shelf.lost, shelf.waiting) == (shelves[0].heads(), shelves[0].lost, 0)
    whole = {item.named for item in parcels}
    lost = {change.hash for change in shelves[0].lost}
    assert {change for change in whole if shelves[0].stands(change)} == whole - lost
    saved = Document.load(shelves[0].save(), actor(8))
    assert spelled(saved.view()) == spelled(shelves[0].view(())), "what is built again can be loaded"


@given(DICE, st.integers(1, 14))
def test_words_are_their_writers_after_forks(dice: Random, rounds: int) -> None:
    """Each word of the text is its writer's, as what the same change put beside it says."""
    parcels = quarrel(dice, rounds)
    shelf = read_all(Shelf(actor(9)), dice.sample(parcels, len(parcels)), dice, often=0.3)
    root: Any = shelf.view(())
    for by, text in shelf.typed(("t",)) if "t" in root else ():
        for word in text.split(".")[:-1]:
            assert actor(root[f"k{word.removeprefix('w')}"]) == by


@given(DICE, st.integers(1, 14))
def test_a_probe_is_shown_the_document_that_comes_of_forks(dice: Random, rounds: int) -> None:
    """Applied to the saved document that goes with it, what is foreseen makes exactly what settling makes."""
    parcels = quarrel(dice, rounds)
    dice.shuffle(parcels)
    cut = dice.randint(0, len(parcels))
    shelf = read_all(Shelf(actor(9)), parcels[:cut], dice, often=0.3)
    heads, lost = shelf.heads(), shelf.lost
    saved, foreseen = shelf.foresee(parcels[cut:], AUTHORS)
    assert (shelf.heads(), shelf.lost) == (heads, lost)
    trial = Document.load(saved, actor(8))
    for raw in foreseen:
        trial.merge(raw)
    assert trial.heads() == read_all(shelf, parcels[cut:], dice, often=0.0).heads()


@given(DICE, st.integers(1, 14))
def test_what_fell_is_retraced(dice: Random, rounds: int) -> None:
    """Of everything that fell it can be said what it did: each added its own word, and nobody else's."""
    shelf = read_all(Shelf(actor(9)), quarrel(dice, rounds), dice, often=0.0)
    found = list(shelf.retrace(change.hash for change in shelf.lost))
    assert [retraced.change for retraced in found] == [change.hash for change in shelf.lost]
    for retraced in found:
        assert len(retraced.after.keys() - retraced.before.keys() - {"t"}) == 1


def fork(names: int = 2) -> list[Parcel]:
    """Changes of one place of writer 0, the smallest hash first."""
    raws = [Shelf(actor(0)).edit([[Put(("k",), value)]]).changes[0] for value in range(names)]
    return sorted((parcel(0, raw) for raw in raws), key=lambda item: item.named)


def answer(writer: int, *heard: Parcel) -> Parcel:
    """What a writer makes who has heard of some changes."""
    shelf = Shelf(actor(writer))
    for item in heard:
        shelf.take(item)
    (raw,) = shelf.edit([[Put((f"by {writer}",), True)]]).changes
    return parcel(writer, raw)


def test_of_two_changes_in_one_place_the_set_decides() -> None:
    """The second is kept apart; settled, the smaller hash stands, and once the other is built on, that one does."""
    small, large = fork()
    shelf = Shelf(actor(9))
    assert shelf.take(large) == [(large, None)]
    assert shelf.take(small) == [(small, Fork.TAKEN)]
    assert shelf.stands(large.named), "nothing is decided before everything that came was looked at"
    shelf.settle(AUTHORS)
    assert [change.hash for change in shelf.lost] == [large.named]
    reply = answer(2, large)
    assert shelf.take(reply) == [(reply, Fork.HANGS)]
    assert shelf.settle(AUTHORS) == ()
    assert (shelf.stands(large.named), shelf.stands(reply.named), shelf.stands(small.named)) == (True, True, False)
    assert shelf.waiting == 0


def test_a_refused_rival_takes_nobodys_place() -> None:
    """A smaller hash that the guard refuses decides nothing, also where it was out of reach until the other fell."""
    honest = fork(1)[0]
    spoilt = [parcel(0, replace(Anatomy.of(honest.raw), start_op=number).raw()) for number in range(2, 40)]
    shelf = read_all(Shelf(actor(9)), [*spoilt, honest], Random(1), often=1.0)
    assert shelf.stands(honest.named)
    assert shelf.lost == ()
    small, large = fork()
    anatomy = Anatomy.of(answer(1, small).raw)
    hanging = parcel(1, replace(anatomy, start_op=99).raw())
    late = read_all(Shelf(actor(9)), [large, hanging, small], Random(1), often=0.0)
    assert late.stands(small.named)
    assert not late.stands(hanging.named)


def test_a_change_beyond_a_cut_stands_only_in_anothers_past() -> None:
    """What a removed device wrote beyond its cut is left out, and comes in with what others built on it."""
    change = replace(fork(1)[0], beyond=True)
    reply = answer(2, replace(change, beyond=False))
    shelf = Shelf(actor(9))
    assert shelf.take(change) == [(change, Fork.BEYOND)]
    shelf.settle(AUTHORS)
    assert (shelf.view(()), shelf.waiting, shelf.disowned) == ({}, 0, 1)
    shelf.take(reply)
    shelf.settle(AUTHORS)
    assert shelf.view(()) == {"k": 0, "by 2": True}
    kept = Shelf(actor(9))
    kept.take(change)
    kept.take(replace(change, beyond=False))
    kept.settle(AUTHORS)
    assert kept.view(()) == {"k": 0}, "one record at or below the cut is enough"


def test_without_a_fork_nothing_is_looked_at_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody forks, the rule is never asked; where somebody did, others' ordinary changes do not ask it again."""
    asked: list[int] = []
    settle = forks.settle

    def counted(known: Iterable[Known], *others: Any) -> forks.Outcome:
        asked.append(1)
        return settle(known, *others)

    monkeypatch.setattr(forks, "settle", counted)
    made = history(Random(3))
    read_all(Shelf(actor(9)), [parcel(*change) for change in made.changes], Random(1), often=1.0)
    assert asked == []
    shelf = read_all(Shelf(actor(9)), fork(500)[::-1], Random(1), often=0.0)
    assert len(asked) == 2, "once to see that something else stands, and once while it is built again"
    writer = Shelf(actor(2))
    writer.take(fork(500)[0])
    for number in range(5):
        (raw,) = writer.edit([[Put(("on",), number)]]).changes
        assert shelf.take(parcel(2, raw))[0][1] is None
        shelf.settle(AUTHORS)
    assert len(asked) == 2


def test_own_changes_are_part_of_the_past() -> None:
    """What others build on own changes is accepted, and own changes that come round are taken as known."""
    mine, theirs = Shelf(actor(0)), Shelf(actor(1))
    (raw,) = mine.edit([[Put(("k",), 1)]]).changes
    theirs.take(parcel(0, raw))
    (answer,) = theirs.edit([[Put(("k",), 2)]]).changes
    assert mine.take(parcel(1, answer)) == [(parcel(1, answer), None)]
    assert mine.take(parcel(0, raw)) == [(parcel(0, raw), None)]
    assert mine.view(("k",)) == 2


def test_a_document_that_can_not_go_on_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that the library does not apply is no verdict on the change: the shelf must be discarded."""
    shelf = Shelf(actor(9))

    def pass_over(_: bytes) -> None:
        raise UnappliedError

    monkeypatch.setattr(shelf._document, "merge", pass_over)
    with pytest.raises(UnappliedError):
        shelf.take(parcel(0, history(Random(1), writers=1).changes[0][1]))


def test_nobody_lifts_the_words_of_another_over_a_cut() -> None:
    """A change beyond its author's cut stays so when another's record carries it, or its author's only names it."""
    (raw,) = Document(actor(0)).edit([[Put(("late",), 1)]]).changes
    late = replace(parcel(0, raw), beyond=True)
    for again, verdict in (
        (parcel(2, raw, 1), Refused.ACTOR),
        (replace(parcel(0, raw, 1), raw=raw[:-1]), Refused.CHECKSUM),
    ):
        shelf = Shelf(actor(9))
        assert shelf.take(late) == [(late, Fork.BEYOND)]
        assert shelf.take(again) == [(again, verdict)]
        shelf.settle(AUTHORS)
        assert shelf.heads() == frozenset()
