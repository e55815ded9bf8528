"""A checkpoint is a bag of records: it brings all of them, adds nothing to what they prove, and costs little."""

import tracemalloc
import zlib
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import LIFE, SPACE, keys_of, letter, letters, spoil
from troth import checkpoint, record
from troth.chain import Chains
from troth.checkpoint import Part
from troth.crypto import digest
from troth.edits import Put, Splice, Text
from troth.filing import read_saved
from troth.identity import document_id
from troth.inbox import Inbox
from troth.library import Library
from troth.record import Header, Kind, Record, Verified, sign
from troth.testing import World
from troth_wire import codec
from troth_wire.errors import MalformedError, RemoteError, VersionError
from troth_wire.ids import ChangeHash, DeviceId, DocumentId, Incarnation, SpaceId
from troth_wire.limits import RECORD_BYTES_MAX

NOTES = document_id("notes")
CARDS = {keys_of(name)[0].device: keys_of(name)[0].card.everyday for name in ("robin", "sasha")}
FORKED = [*letters(3), letter(prev=letters(1)[0], text=b"another second")]


def written_in(world: World, name: str) -> list[Record]:
    """Every record that a device keeps."""
    return [saved.record for saved in read_saved(world.devices[name].store.load())]


@pytest.fixture(scope="module")
def world() -> World:
    """Two persons and three devices who wrote at the same time, for a while."""
    world = World("robin", "sasha")
    world.add("laptop", by="robin")
    dice = Random(7)
    world.devices["robin"].edit(NOTES, Put(("note",), Text("begun")))
    world.sync()
    for number in range(120):
        name = dice.choice(["robin", "sasha", "laptop"])
        world.devices[name].edit(NOTES, Splice(("note",), -1, 0, f" word {number}"))
        if not number % 7:
            world.sync()
    world.sync()
    return world


def packed(world: World, name: str = "robin") -> tuple[list[Verified], bytes]:
    """What a device keeps, and the bag of it."""
    known = [Verified(one) for one in written_in(world, name)]
    return known, checkpoint.pack(known[0].header.space, known)


def proven(given: Sequence[Record]) -> list[Verified]:
    """Which of some records of Robin and Sasha prove who wrote them."""
    return Chains().settle(given, lambda device: CARDS.get(DeviceId(device)))


def test_a_bag_brings_every_record(world: World) -> None:
    """What comes out of a bag is what went in: the same headers and payloads, and nothing else."""
    known, bag = packed(world)
    found = checkpoint.unpack(bag, known[0].header.space)
    assert {(one.header_bytes, one.payload) for one in found} == {(one.header_bytes, one.payload) for one in known}
    assert len(found) == len(known) > 60


def test_who_opens_a_bag_sees_what_its_maker_sees(world: World) -> None:
    """An engine's parts that know nothing but the genesis come to the same members and the same document."""
    known, bag = packed(world, "sasha")
    genesis = world.devices["sasha"].engine.identity.genesis
    inbox, library = Inbox(genesis), Library(DeviceId(bytes(32)), LIFE)
    judged = inbox.take(checkpoint.unpack(bag, genesis.space))
    for carrier in judged.carriers:
        library.take(*library.unpack(carrier))
    assert inbox.members.cards == world.devices["sasha"].engine.inbox.members.cards
    assert library.view(NOTES, ()) == world.devices["sasha"].view(NOTES)
    assert len(judged.verified) == len(known)
    assert not judged.held


def test_a_bag_costs_little(world: World) -> None:
    """Beside its payload a record takes less than sixty bytes."""
    known, bag = packed(world)
    beside = len(bag) - sum(len(one.payload) for one in known)
    assert beside < 60 * len(known)


@given(st.randoms(use_true_random=False))
def test_the_order_of_records_loses_none(dice: Random) -> None:
    """However records became known, the same come out of the bag, and all of them are proven."""
    mixed = [*FORKED, *letters(4, "sasha")]
    dice.shuffle(mixed)
    found = checkpoint.unpack(checkpoint.pack(SPACE, mixed), SPACE)
    assert {one.id for one in found} == {one.id for one in mixed}
    assert len(proven(found)) == len(mixed)


@given(st.lists(st.tuples(st.sampled_from(["robin", "sasha"]), st.integers(0, 2), st.integers(0, 3)), max_size=12))
def test_lives_and_documents_keep_the_order_in_which_they_became_known(told: list[tuple[str, int, int]]) -> None:
    """Whoever reads a bag ranks the lives and documents of each device as its maker did, so bounds cut alike."""
    tips: dict[tuple[str, int], Record] = {}
    maker, reader = Chains(), Chains()
    for name, life, document in told:
        tips[name, life] = written(name, life, document, after=tips.get((name, life)))
        maker.settle([tips[name, life]], CARDS.get)
    reader.settle(checkpoint.unpack(checkpoint.pack(SPACE, maker.proven), SPACE), CARDS.get)
    for name, life, document in told:
        device, lived = keys_of(name)[0].device, Incarnation(bytes([life]) * 16)
        assert reader.rank(device, lived) == maker.rank(device, lived)
        named = DocumentId(bytes([document]) * 16)
        assert reader.rank_document(device, named) == maker.rank_document(device, named)


def written(name: str, life: int, document: int, *, after: Record | None) -> Record:
    """A record of changes in one of a device's lives and documents."""
    header = Header(
        kind=Kind.CHANGES,
        space=SPACE,
        device=keys_of(name)[0].device,
        incarnation=Incarnation(bytes([life]) * 16),
        sequence=after.header.sequence + 1 if after is not None else 1,
        prev=after.id if after is not None else None,
        document=DocumentId(bytes([document]) * 16),
        changes=(ChangeHash(digest(b"troth/payload", b"x")),),
        payload_hash=digest(b"troth/payload", b"x"),
    )
    return sign(header, b"x", keys_of(name)[0].signer)


def test_both_sides_of_a_fork_travel() -> None:
    """Of two records for one place both come out, and both are proven."""
    found = checkpoint.unpack(checkpoint.pack(SPACE, FORKED), SPACE)
    assert {one.id for one in found} == {one.id for one in FORKED}
    assert len(proven(found)) == len(FORKED)


def test_what_nothing_proves_travels_with_its_own_signature() -> None:
    """A parked record keeps its signature, also where a proven chain leads past it."""
    parked = spoil(letter("sasha"))
    found = checkpoint.unpack(checkpoint.pack(SPACE, letters(2), [parked]), SPACE)
    assert parked in found
    assert len(proven(found)) == 2


def test_a_gap_in_a_chain_travels() -> None:
    """A chain of which a record is missing comes out as it is known."""
    known = letters(5)
    del known[2]
    found = checkpoint.unpack(checkpoint.pack(SPACE, known), SPACE)
    assert {one.id for one in found} == {one.id for one in known}
    assert {one.id for one in proven(found)} == {one.id for one in known}


def test_nobody_puts_words_in_the_mouth_of_another(world: World) -> None:
    """Whoever alters a payload in a bag breaks the chain from there to the signature, and proves nothing by it."""
    known, bag = packed(world)
    genesis = world.devices["robin"].engine.identity.genesis
    forged = bag.replace(b"word", b"wOrd")
    assert forged != bag
    honest = {one.id for one in known}
    try:
        found = checkpoint.unpack(forged, genesis.space)
    except RemoteError:
        return
    assert {one.id for one in Inbox(genesis).take(found).verified} <= honest


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_spoiled_bag_is_refused_or_proves_nothing_new(place: int, mask: int) -> None:
    """Whatever byte of a bag is changed: it is refused as malformed, or what it proves was written."""
    known = [*letters(3), *letters(3, "sasha")]
    bag = bytearray(checkpoint.pack(SPACE, known, [spoil(letter(text=b"parked"))]))
    bag[place % len(bag)] ^= mask
    try:
        found = checkpoint.unpack(bytes(bag), SPACE)
    except RemoteError:
        return
    assert {one.id for one in proven(found)} <= {one.id for one in known} | {letter(text=b"parked").id}


@given(st.binary(max_size=200))
def test_anything_else_is_no_bag(data: bytes) -> None:
    """Bytes that are no bag are refused as such."""
    with pytest.raises(RemoteError):
        checkpoint.unpack(data, SPACE)


@pytest.mark.parametrize(
    "entry",
    [
        [],
        [1, [], [], None, None, 0, "no bytes"],
        [1, 7, [], None, 0, 0, b""],
        [1, [], 7, None, 0, 0, b""],
        [1, [], [], [0], 0, 0, b""],
        [1, [], [], None, 0, 0, b"no changes"],
        [1, [], [], None, 1, 0, b"a name that is not there"],
        [2, [], [b"h" * 32] * 400, None, None, 0, b""],
        [2, [], [], None, None, 0, b"p" * RECORD_BYTES_MAX],
        7,
    ],
)
def test_an_entry_of_another_shape_is_refused(entry: object) -> None:
    """An entry that is none, or makes a record that may not be, is malformed; it never stops who reads it."""
    run = [b"d" * 32, b"i" * 16, 1, None, bytes(64), [entry]]
    with pytest.raises(MalformedError):
        checkpoint.unpack(codec.pack([1, SPACE, [b"d" * 16], [run]]), SPACE)


@pytest.mark.parametrize("names", [[b"b" * 16, b"a" * 16], [b"a" * 16] * 2, [b"a" * 33], [b""], [b"a" * 15]])
def test_names_that_do_not_ascend_are_refused(names: list[bytes]) -> None:
    """Names have a length that names have, each stands once, and in order: there is one bag of some records."""
    with pytest.raises(MalformedError):
        checkpoint.unpack(codec.pack([1, SPACE, names, []]), SPACE)


def test_a_bag_holds_so_many_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of more small records than a reader has room for is refused when one too many has been read."""
    monkeypatch.setattr(checkpoint, "CHECKPOINT_RECORDS_MAX", 10)
    for count, more in ((10, 0), (11, 10_000)):
        entries = [[9, [], [], None, None, 0, b""]] * (count + more)
        bag = codec.pack([1, SPACE, [], [[b"d" * 32, b"i" * 16, 1, None, bytes(64), entries]]])
        if not more:
            assert len(checkpoint.unpack(bag, SPACE)) == 10
            continue
        tracemalloc.start()
        with pytest.raises(MalformedError, match="too many records"):
            checkpoint.unpack(bag, SPACE)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8 * len(bag), "and nothing more of it is read"


def test_every_operation_keeps_its_signature() -> None:
    """A run that goes on after an operation would leave its signature out: it is refused, and never packed."""
    operation, other = [2, [], [], None, None, 0, b"operation"], [9, [], [], None, None, 0, b"other"]
    for entries in ([operation, other], [other, operation, other], [operation, operation]):
        run = [b"d" * 32, b"i" * 16, 1, None, bytes(64), entries]
        with pytest.raises(MalformedError, match="lacks its signature"):
            checkpoint.unpack(codec.pack([1, SPACE, [], [run]]), SPACE)
    run = [b"d" * 32, b"i" * 16, 1, None, bytes(64), [other, operation]]
    assert len(checkpoint.unpack(codec.pack([1, SPACE, [], [run]]), SPACE)) == 2


def test_a_bag_belongs_to_one_space_and_version() -> None:
    """The bag of another space, of a later version, or with bytes after a record, is refused."""
    bag = checkpoint.pack(SPACE, letters(2))
    with pytest.raises(MalformedError, match="another space"):
        checkpoint.unpack(bag, SpaceId(b"e" * 32))
    with pytest.raises(VersionError):
        checkpoint.unpack(codec.pack([2, SPACE, [], []]), SPACE)
    with pytest.raises(MalformedError, match="bytes after"):
        checkpoint.unpack(codec.pack([1, SPACE, [], [letter().encode() + b"x"]]), SPACE)


@given(st.randoms(use_true_random=False))
def test_parts_make_the_bag_in_any_order(dice: Random) -> None:
    """The parts of a large bag fit records, and make it again in any order, also with repeats."""
    bag = Random(3).randbytes(200_000)
    parts = checkpoint.cut(bag)
    assert len(parts) > 3
    mixed = [Part.parse(part.encode()) for part in [*parts, dice.choice(parts)]]
    dice.shuffle(mixed)
    assert checkpoint.join(mixed) == bag
    assert max(len(part.encode()) for part in parts) <= record.PAYLOAD_BYTES_MAX


def test_parts_that_do_not_fit_are_refused() -> None:
    """Missing parts, parts of two bags, and parts that hold another bag than they name, are refused."""
    one, two = checkpoint.cut(Random(1).randbytes(150_000)), checkpoint.cut(Random(2).randbytes(150_000))
    swapped = [
        Part(part.manifest, part.size, part.index, part.count, other.piece)
        for part, other in zip(one, two, strict=True)
    ]
    for parts, why in (
        ([], "no part"),
        (one[1:], "missing"),
        ([*one[1:], two[0]], "more than one"),
        (swapped, "that its parts name"),
    ):
        with pytest.raises(MalformedError, match=why):
            checkpoint.join(parts)
    with pytest.raises(MalformedError, match="beyond"):
        Part.parse(Part(bytes(32), 1, 1, 1, b"").encode())


@pytest.mark.parametrize("size", [10, 10**6])
def test_a_bag_never_inflates_further_than_it_says(size: int) -> None:
    """A piece that inflates to more or less than its parts name is refused, after as many bytes as they name."""
    with pytest.raises(MalformedError, match="length"):
        checkpoint.join([Part(bytes(32), size, 0, 1, zlib.compress(bytes(1000)))])


def test_pieces_that_are_not_compressed_are_refused() -> None:
    """Bytes that nothing compressed are no bag."""
    with pytest.raises(MalformedError, match="compressed"):
        checkpoint.join([Part(bytes(32), 5, 0, 1, b"plain")])


def test_another_life_is_another_chain() -> None:
    """Chains of two lives of a device, the second naming the first, both come out whole."""
    known = [*letters(3), *letters(3, life=Incarnation(b"2" * 16))]
    found = checkpoint.unpack(checkpoint.pack(SPACE, known), SPACE)
    assert {one.id for one in proven(found)} == {one.id for one in known}
