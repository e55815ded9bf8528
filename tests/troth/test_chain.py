"""Who wrote a record is proven by its signature or by what came after it, and in whatever order that arrives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import LIFE, SPACE, keys_of, letter, letters, spoil
from troth.chain import Chains
from troth.record import Header, Record, Tip, Verified, sign
from troth_wire.ids import DeviceId, DocumentId, Incarnation, RecordId, SpaceId
from troth_wire.limits import DEVICE_INCARNATIONS_MAX, FILED_RECORD_BYTES_MAX

NAMES = ("robin", "sasha", "stranger")
LATER = Incarnation(b"2" * 16)
ELSEWHERE = SpaceId(b"e" * 32)
CARDS = {keys_of(name)[0].device: keys_of(name)[0].card.everyday for name in NAMES}
KNOWN = {device: key for device, key in CARDS.items() if device != keys_of("stranger")[0].device}


def everyone(device: DeviceId) -> bytes | None:
    """The everyday key of a device, the stranger's included."""
    return CARDS.get(device)


def members(device: DeviceId) -> bytes | None:
    """The everyday key of a device of the space."""
    return KNOWN.get(device)


def ids(written: Sequence[Record]) -> list[RecordId]:
    """The ids of records, in order."""
    return [record.id for record in written]


@dataclass(frozen=True)
class History:
    """Copies of records as they arrive, and where one delivery ends and the next begins."""

    copies: tuple[Record, ...]
    ends: frozenset[int]

    def deliveries(self) -> list[list[Record]]:
        """The copies, cut at the ends."""
        cut: list[list[Record]] = [[]]
        for number, copy in enumerate(self.copies):
            cut[-1].append(copy)
            if number in self.ends:
                cut.append([])
        return cut


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Honest runs, forks, gaps, thieves who name what is not theirs, spoiled copies and repeats, in any order."""
    written: list[Verified] = []
    for number in range(draw(st.integers(1, 8))):
        prev = draw(st.none() | st.sampled_from(written)) if written else None
        honest = prev is not None and draw(st.integers(0, 3)) > 0
        before = prev.header if prev is not None and honest else None
        name = next(
            (known for known in NAMES if before is not None and keys_of(known)[0].device == before.device),
            None,
        ) or draw(st.sampled_from(NAMES))
        written.append(
            letter(
                name,
                prev=prev,
                text=b"%d" % number,
                life=before.incarnation if before else draw(st.sampled_from([LIFE, LATER])),
                space=before.space if before else draw(st.sampled_from([SPACE, SPACE, ELSEWHERE])),
                skip=0 if honest else draw(st.integers(0, 1)),
            )
        )
    copies: list[Record] = []
    for record in written:
        kinds = draw(st.sampled_from(["good", "spoiled", "both", "twice spoiled", "lost"]))
        copies += [record] if kinds in ("good", "both") else []
        copies += [spoil(record)] if "spoiled" in kinds or kinds == "both" else []
        copies += [spoil(record, 7)] if kinds == "twice spoiled" else []
    shuffled = draw(st.permutations(copies))
    ends = draw(st.frozensets(st.integers(0, 12), max_size=8))
    return History(tuple(shuffled), ends)


def proven_by_the_page(copies: Sequence[Record]) -> set[RecordId]:
    """What the rules of specs/record.md prove of all copies together, with no regard to order."""
    stands = {(place(copy.header, 0), copy.id) for copy in copies}
    good = {copy.id for copy in copies if well_signed(copy)}
    while True:
        named = {
            copy.header.prev
            for copy in copies
            if copy.id in good and copy.header.prev and (place(copy.header, -1), copy.header.prev) in stands
        }
        if named <= good:
            return good
        good |= named


def place(header: Header, offset: int) -> tuple[SpaceId, DeviceId, Incarnation, int]:
    """Where in the life of which device a record stands."""
    return header.space, header.device, header.incarnation, header.sequence + offset


def well_signed(copy: Record) -> bool:
    """Whether its signature is the one that its author makes, computed anew."""
    signer = next(keys_of(name)[0].signer for name in NAMES if keys_of(name)[0].device == copy.header.device)
    return signer.sign(b"troth/record/1\x00" + copy.header_bytes) == copy.signature


def settle(
    chains: Chains, deliveries: list[list[Record]], key_of: Callable[[DeviceId], bytes | None]
) -> list[RecordId]:
    """Take in deliveries one by one and return what became proven, in order."""
    return [record.id for delivery in deliveries for record in chains.settle(delivery, key_of)]


@given(histories())
def test_what_is_proven_does_not_depend_on_how_it_arrived(history: History) -> None:
    """Any order, any deliveries, and any mixture of good and spoiled copies prove exactly what the page says, once."""
    chains = Chains()
    proven = settle(chains, history.deliveries(), everyone)
    expected = proven_by_the_page(history.copies)
    assert len(proven) == len(set(proven))
    assert set(proven) == expected
    assert {record.id for record in chains.parked} == set(ids(history.copies)) - expected
    assert all(copy in chains for copy in history.copies)


@given(histories())
def test_who_becomes_known_later_is_proven_alike(history: History) -> None:
    """A stranger's records are parked in every copy, and prove the same once it is known who that is."""
    chains = Chains()
    early = settle(chains, history.deliveries(), members)
    late = settle(chains, [list(chains.parked)], everyone)
    assert set(early) & set(late) == set()
    assert set(early + late) == proven_by_the_page(history.copies)


@given(histories())
def test_forks_are_noted(history: History) -> None:
    """Two proven records with one place in one life are a fork, and nothing else is."""
    chains = Chains()
    proven = set(settle(chains, history.deliveries(), everyone))
    places: dict[tuple[tuple[DeviceId, Incarnation], int], set[RecordId]] = {}
    for copy in history.copies:
        if copy.id in proven:
            place = (copy.header.device, copy.header.incarnation), copy.header.sequence
            places.setdefault(place, set()).add(copy.id)
    assert chains.forks == {place for place, found in places.items() if len(found) > 1}


@given(histories())
def test_the_tip_is_the_highest_proven_record(history: History) -> None:
    """Of each life the last proven record is its tip, and a life without one has none."""
    chains = Chains()
    proven = set(settle(chains, history.deliveries(), everyone))
    for device in CARDS:
        lives: dict[Incarnation, int] = {}
        for copy in history.copies:
            if copy.id in proven and copy.header.device == device:
                life = copy.header.incarnation
                lives[life] = max(copy.header.sequence, lives.get(life, 0))
        assert {tip.incarnation for tip in chains.tips(device)} == set(lives)
        assert {tip.incarnation: tip.sequence for tip in chains.tips(device)} == lives
        assert all(tip.record in proven for tip in chains.tips(device))
        for life in (LIFE, LATER):
            tip = chains.tip(device, life)
            assert (tip.sequence if tip else None) == lives.get(life)


@given(histories(), st.integers(1, 3))
def test_what_is_put_away_is_known_all_the_same(history: History, together: int) -> None:
    """Chains that put away what they know after each delivery answer everything as those do that never did."""
    kept, away = Chains(), Chains()
    for delivery in history.deliveries():
        assert away.settle(delivery, members) == kept.settle(delivery, members)
        away.put_away(together)
        away.deflate(1)
    assert away.proven == kept.proven
    assert [away.find(copy.id) for copy in history.copies] == [kept.find(copy.id) for copy in history.copies]
    assert (away.parked, away.forks) == (kept.parked, kept.forks)
    assert [away.ends(device) for device in CARDS] == [kept.ends(device) for device in CARDS]
    assert [copy in away for copy in history.copies] == [copy in kept for copy in history.copies]


def test_only_small_records_are_put_away() -> None:
    """A large record stays as it is, since to read its neighbours would mean to read it too; so do those left over."""
    first = letters(1)[0]
    large = letter(prev=first, text=bytes(FILED_RECORD_BYTES_MAX))
    last = letter(prev=large)
    chains = Chains()
    chains.settle([first, large, last], members)
    chains.put_away(2)
    assert (chains.find(large.id) is large, chains.find(first.id) is first) == (True, False)
    chains.settle([left := letter(prev=last, text=b"left")], members)
    chains.put_away(2)
    assert chains.find(left.id) is left
    assert set(chains.read_each()) == set(chains.proven) == {first, large, last, left}


@given(st.integers(1, 8), st.integers(0, 9))
def test_a_run_is_proven_by_its_last_signature(length: int, cut: int) -> None:
    """Records whose own signatures are all spoiled but the last are proven together, oldest first."""
    run = letters(length)
    arriving = [*map(spoil, run[:-1]), run[-1]]
    chains = Chains()
    proven = settle(chains, [arriving[:cut], arriving[cut:]], members)
    assert sorted(proven, key=ids(run).index) == ids(run)
    assert Chains().settle(arriving, members) == arriving


def test_a_bad_signature_is_parked_and_proven_later() -> None:
    """A record with a bad signature counts for nothing until the next one names it, before it or after it came."""
    first, second = letters(2)
    chains = Chains()
    assert chains.settle([spoil(first)], members) == []
    assert list(chains.parked) == [spoil(first)]
    assert chains.settle([second], members) == [spoil(first), second]
    assert list(chains.parked) == []
    chains = Chains()
    assert chains.settle([second], members) == [second]
    assert chains.settle([spoil(first)], members) == [spoil(first)]


def test_another_copy_proves_a_spoiled_one() -> None:
    """A good copy is new beside a spoiled one, and a spoiled one after it brings nothing."""
    (written,) = letters(1)
    chains = Chains()
    chains.settle([spoil(written)], members)
    assert spoil(written) in chains
    assert written not in chains
    assert chains.settle([written, spoil(written)], members) == [written]
    assert spoil(written, 9) in chains
    assert chains.settle([spoil(written, 9), written], members) == []


@given(st.integers(2, 8), st.data())
def test_a_gap_parks_nothing_that_is_signed(length: int, data: st.DataObject) -> None:
    """Whatever is missing of a run, every record with its own good signature is proven."""
    run = letters(length)
    here = data.draw(st.lists(st.sampled_from(run), unique_by=lambda record: record.id))
    assert set(ids(Chains().settle(here, members))) == set(ids(here))


def test_naming_a_tip_proves_nothing() -> None:
    """The first record of a new life names the last of an earlier one, and does not vouch for it."""
    (early,) = letters(1)
    tip = Tip(LIFE, 1, early.id)
    later = letter(life=LATER, tips=(tip,))
    chains = Chains()
    assert chains.settle([spoil(early), later], members) == [later]
    assert chains.parked == (spoil(early),)


def test_nobody_proves_what_another_wrote() -> None:
    """A record that names another device's, another life's or another place's record does not vouch for it."""
    first, second = letters(2)
    thieves = [
        letter("sasha", prev=second),
        letter(prev=second, life=LATER),
        letter(prev=second, space=ELSEWHERE),
        letter(prev=second, skip=1),
    ]
    for thief in thieves:
        for arriving in ([spoil(second), thief], [thief, spoil(second)]):
            chains = Chains()
            assert chains.settle(arriving, members) == [thief]
            assert settle(Chains(), [[one] for one in arriving], members) == [thief.id]
            assert chains.parked == (spoil(second),)
    assert Chains().settle([first], members) == [first]


def test_a_stranger_is_parked() -> None:
    """Without the key of its author a record is neither proven nor lost."""
    (written,) = letters(1, "stranger")
    chains = Chains()
    assert chains.settle([written], members) == []
    assert chains.parked == (written,)
    assert chains.settle(chains.parked, everyone) == [written]


def test_proven_records_come_in_the_order_of_the_log() -> None:
    """What is proven at once comes as it arrived, after what had waited."""
    ours, theirs = letters(3), letters(2, "sasha")
    chains = Chains()
    chains.settle([spoil(ours[0])], members)
    arriving = [theirs[0], ours[1], theirs[1], ours[2]]
    assert chains.settle(arriving, members) == [spoil(ours[0]), *arriving]


def test_own_records_need_no_proof() -> None:
    """What this device has just signed is known, is its tip, and comes back from the log as nothing new."""
    chains = Chains()
    run = letters(2)
    for written in run:
        chains.add_own(written)
    assert all(written in chains for written in run)
    assert chains.tip(run[0].header.device, LIFE) == Tip(LIFE, 2, run[1].id)
    assert chains.settle(run, members) == []


@given(st.data())
def test_lives_are_ranked_by_the_log(data: st.DataObject) -> None:
    """Which lives came first does not depend on how much of the log arrived at once."""
    runs = [letters(data.draw(st.integers(1, 3)), life=Incarnation(bytes([number]) * 16)) for number in range(6)]
    log: list[Record] = [record for run in runs for record in run]
    cut = data.draw(st.integers(0, len(log)))
    chains = Chains()
    settle(chains, [log[:cut], log[cut:]], members)
    assert [chains.rank(run[0].header.device, run[0].header.incarnation) for run in runs] == list(range(6))


def test_a_cut_follows_the_branch_that_was_here_first() -> None:
    """Where a life branches, its end is that of the branch that came first, however long the other one is."""
    common = letters(2)
    own = letter(prev=common[-1], text=b"own")
    stolen = [letter(prev=common[-1], text=b"stolen")]
    for number in range(3):
        stolen.append(letter(prev=stolen[-1], text=b"more %d" % number))
    together, apart = Chains(), Chains()
    together.settle([*common, own, *stolen], members)
    for record in (*common, own, *stolen):
        apart.settle([record], members)
        apart.put_away(1)
    for chains in (together, apart):
        assert chains.tips(own.header.device) == [Tip(LIFE, 6, stolen[-1].id)]
        assert chains.ends(own.header.device) == [Tip(LIFE, 3, own.id)]


def test_a_cut_names_no_more_lives_than_count() -> None:
    """However many lives somebody begins with a device's key, the removal of the device can name their ends."""
    chains = Chains()
    lives = [Incarnation(number.to_bytes(16, "big")) for number in range(DEVICE_INCARNATIONS_MAX + 3)]
    written = [letter(life=life) for life in lives]
    chains.settle(written, members)
    assert [tip.incarnation for tip in chains.ends(written[0].header.device)] == lives[:DEVICE_INCARNATIONS_MAX]


@given(st.permutations(range(6)), st.sets(st.integers(1, 5)), st.sets(st.integers(0, 5)), st.booleans())
def test_documents_are_ranked_by_the_log_alone(
    order: list[int], cuts: set[int], spoiled: set[int], known_late: bool
) -> None:
    """Whichever records come together, prove themselves or wait for a key, documents have the same ranks."""
    written = list[Verified]()
    for number in range(6):
        plain = letter(prev=written[-1] if written else None, text=b"%d" % number)
        header = replace(plain.header, document=DocumentId(bytes([number]) * 16))
        written.append(sign(header, plain.payload, keys_of("robin")[0].signer))
    log = [spoil(written[number]) if number in spoiled else written[number] for number in order]
    log += [written[-1]]
    singly, portions = Chains(), Chains()
    for record in log:
        singly.settle([record], members)
    for start, stop in pairwise([0, *sorted(cuts), len(log)]):
        portions.settle(log[start:stop], (lambda _: None) if known_late else members)
    portions.settle(portions.parked, members)
    for record in written:
        device, document = record.header.device, record.header.document
        assert document is not None
        assert singly.rank_document(device, document) == portions.rank_document(device, document)


@given(st.permutations(range(3)))
def test_of_several_copies_one_that_proves_itself_is_kept(order: list[int]) -> None:
    """Where a later record proves one of which copies came, the copy that is kept is the one with a good signature."""
    first, second, third = letters(3)
    copies = [spoil(second), second, spoil(second, bit=9)]
    chains = Chains()
    chains.settle([first], members)
    proven = chains.settle([*(copies[number] for number in order), third], members)
    assert [record.signature for record in proven] == [second.signature, third.signature]
