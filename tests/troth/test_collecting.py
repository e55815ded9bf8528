"""A bag is whole once all its parts came, in any order, and parts that lie cost their room for a while."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import LIFE, SPACE, exactly, keys_of, letters, spoil
from troth import checkpoint, collecting
from troth.checkpoint import Part
from troth.collecting import (
    MAKER_BAGS_MAX,
    OPENINGS_MAX,
    PARTS,
    STRANGERS_BAGS_MAX,
    Collecting,
    Whole,
)
from troth.crypto import digest
from troth.record import Header, Kind, Record, Verified, sign, verify
from troth.step import Row
from troth_wire.errors import ForgedError, MalformedError, RemoteError
from troth_wire.ids import DeviceId, Incarnation, MailboxId, RecordId

HERE, THERE = MailboxId(b"h" * 32), MailboxId(b"t" * 32)
ROBIN, SASHA = (keys_of(name)[0] for name in ("robin", "sasha"))
CARDS = {keys.device: keys.card.everyday for keys in (ROBIN, SASHA)}


def part_letter(part: Part | bytes, name: str = "sasha", *, prev: Record | None = None) -> Verified:
    """A record that carries a part, or what somebody says is one, after the one before it."""
    payload = part if isinstance(part, bytes) else part.encode()
    header = Header(
        kind=Kind.CHECKPOINT_PART,
        space=SPACE,
        device=keys_of(name)[0].device,
        incarnation=Incarnation(bytes(16)),
        sequence=prev.header.sequence + 1 if prev else 1,
        prev=prev.id if prev else None,
        payload_hash=digest(b"troth/payload", payload),
    )
    return sign(header, payload, keys_of(name)[0].signer)


def carried(parts: Sequence[Part], name: str = "sasha") -> list[Verified]:
    """The records that carry parts, each after the one before it."""
    found: list[Verified] = []
    for part in parts:
        found.append(part_letter(part, name, prev=found[-1] if found else None))
    return found


def cut(data: bytes, count: int) -> list[Part]:
    """A bag, cut into so many parts."""
    (whole,) = checkpoint.cut(data)
    step = -(-len(whole.piece) // count)
    pieces = [whole.piece[at : at + step] for at in range(0, len(whole.piece), step)]
    return [Part(whole.manifest, whole.size, index, len(pieces), piece) for index, piece in enumerate(pieces)]


def in_parts(data: bytes, count: int, name: str = "sasha") -> list[Verified]:
    """The records that carry a bag, cut into so many parts."""
    return carried(cut(data, count), name)


class Kept:
    """A collecting, and the rows that a store holds of it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.collecting = Collecting()
        self.rows: dict[bytes, bytes] = {}

    def take(self, letter: Record, mailbox: MailboxId = HERE) -> bytes | None:
        """Take in a part, keep what is to be remembered, and open what may be whole."""
        found, rows = self.collecting.take(mailbox, letter, key_of)
        self.keep(rows)
        opened = [bag for whole in found if (bag := self.open_(whole)) is not None]
        return opened[0] if opened else None

    def open_(self, whole: Whole) -> bytes | None:
        """Open what may be a bag, and let it go."""
        try:
            bag = checkpoint.join(whole.parts)
        except MalformedError:
            bag = None
        self.keep(self.collecting.close(whole, failed=bag is None))
        return bag

    def keep(self, rows: Sequence[Row]) -> None:
        """Remember rows as a store does."""
        assert all(row.table == PARTS for row in rows)
        for row in rows:
            if row.value is None:
                self.rows.pop(row.key, None)
            else:
                self.rows[row.key] = row.value

    def restart(self) -> list[Whole]:
        """Begin again with what the store holds, in the order of its keys; return what may be whole."""
        self.collecting = Collecting()
        return self.collecting.restore(dict(sorted(self.rows.items())))


@given(exactly(200), st.integers(1, 8), st.data())
def test_a_bag_is_whole_once_all_its_parts_came(data: bytes, count: int, draw: st.DataObject) -> None:
    """In whatever order parts come, repeated and with restarts between, the last one completes the bag, once."""
    kept, parts = Kept(), in_parts(data, count)
    order = draw.draw(st.permutations(parts))
    for number, one in enumerate(order[:-1]):
        assert kept.take(one) is None
        if draw.draw(st.booleans()):
            kept.restart()
        repeated = order[draw.draw(st.integers(0, number))]
        assert kept.take(repeated) is None
    assert kept.take(order[-1]) == data
    assert kept.rows == {}, "what is whole needs no room"


def test_parts_in_two_mailboxes_are_two_bags() -> None:
    """A log holds a checkpoint only if all of its parts are in it."""
    kept, (one, other) = Kept(), in_parts(bytes(range(200)), 2)
    assert kept.take(one, HERE) is None
    assert kept.take(other, THERE) is None
    assert kept.take(other, HERE) == bytes(range(200))


def test_what_was_whole_and_not_opened_is_opened_after_a_restart() -> None:
    """A device that ends between the last part and the opening of a bag finds it again."""
    kept, data = Kept(), bytes(range(200))
    for one in in_parts(data, 3):
        kept.keep(kept.collecting.take(HERE, one, key_of)[1])
    assert [kept.open_(whole) for whole in kept.restart()] == [data]
    assert kept.rows == {}


def test_bags_that_are_never_whole_cost_little() -> None:
    """Of one maker's bags in a log that lack parts the last few are kept; those of another and in another log stay."""
    kept, data = Kept(), bytes(range(200))
    others = [(in_parts(data, 2, "robin"), HERE), (in_parts(data, 2), THERE)]
    for letters_, mailbox in others:
        assert kept.take(letters_[0], mailbox) is None
    for number in range(3 * MAKER_BAGS_MAX):
        kept.take(part_letter(Part(bytes([number]) * 32, 9, 0, 2, b"a piece")))
        assert len(kept.rows) <= 2 + MAKER_BAGS_MAX
    for letters_, mailbox in others:
        assert kept.take(letters_[1], mailbox) == data
    assert len(kept.rows) == MAKER_BAGS_MAX


def test_strangers_share_one_room() -> None:
    """However many makers are not known, no more of their bags are kept, and none pushes out one of a known maker."""
    kept, data = Kept(), bytes(range(200))
    one, other = in_parts(data, 2)
    assert kept.take(one) is None
    for number in range(2 * STRANGERS_BAGS_MAX):
        kept.take(part_letter(Part(bytes(32), 9, 0, 2, b"a piece"), f"stranger {number}"))
    assert len(kept.rows) == 1 + STRANGERS_BAGS_MAX
    assert kept.take(other) == data


@pytest.mark.parametrize("name", ["sasha", "a stranger"])
def test_parts_are_kept_up_to_so_many_bytes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes one bag without end fills a room of one size, and a later bag still comes."""
    monkeypatch.setattr(collecting, "PARTS_BYTES_MAX", 1000)
    kept, data = Kept(), bytes(range(200))
    for number in range(40):
        kept.take(part_letter(Part(bytes(32), 9, 0, 40, b"%d" % number * 50), name))
        assert sum(len(row) for row in kept.rows.values()) < 8000
    assert [kept.take(one) for one in in_parts(data, 3, name)][-1] == data


def test_a_part_that_its_maker_did_not_sign_is_refused() -> None:
    """Where the maker is known, a part in its name that it did not sign is no part, and leaves nothing."""
    kept, data = Kept(), bytes(range(200))
    one, other = in_parts(data, 2)
    with pytest.raises(ForgedError):
        kept.take(spoil(one))
    assert kept.rows == {}
    assert [kept.take(one), kept.take(other)] == [None, data]


@pytest.mark.parametrize("number", range(4))
def test_nobody_spoils_a_bag_in_the_name_of_a_maker_that_is_not_known(number: int) -> None:
    """Forged parts between the true ones of a stranger stand beside them, and the bag is whole all the same."""
    kept, data = Kept(), bytes(range(200))
    true = cut(data, 4)
    carriers = carried(true, "a stranger")
    forged = [
        part_letter(replace(part, piece=b"false"), "a stranger", prev=before)
        for part, before in zip(true, [None, *carriers], strict=False)
    ]
    order: list[Record] = list(carriers)
    order[number:number] = map(spoil, forged)
    assert [bag for one in order if (bag := kept.take(one)) is not None] == [data]


def test_a_bag_that_fails_again_and_again_is_let_go() -> None:
    """Last parts that are none cost a few openings, and then their room is free."""
    kept, data = Kept(), bytes(range(200))
    first, last = cut(data, 2)
    before = part_letter(first)
    kept.take(before)
    for number in range(OPENINGS_MAX):
        assert kept.rows
        assert kept.take(part_letter(replace(last, piece=b"%d" % number), prev=before)) is None
    assert kept.rows == {}


def test_a_part_that_lies_spoils_no_true_one() -> None:
    """Whatever one maker says in one place, what it says after the true parts is whole."""
    data = bytes(range(200))
    kept, true = Kept(), cut(data, 2)
    assert [kept.take(one) for one in carried([replace(true[0], piece=b"a false piece"), true[1]])] == [None, None]
    assert [kept.take(one) for one in carried(true)] == [None, data]
    assert kept.rows == {}


FALSE: list[tuple[str, Callable[[Part], Part]]] = [
    ("another size", lambda true: replace(true, size=true.size + 1)),
    ("another count", lambda true: replace(true, count=3)),
    ("another place", lambda true: replace(true, index=1 - true.index)),
]


@pytest.mark.parametrize("false", [case[1] for case in FALSE], ids=[case[0] for case in FALSE])
def test_parts_that_contradict_each_other_are_no_bag(false: Callable[[Part], Part]) -> None:
    """Whatever one part says of the others, nothing is raised, and no bag comes out that its name does not fit."""
    kept, true = Kept(), cut(bytes(range(200)), 2)
    for row in ([false(true[0]), true[1]], [true[0], false(true[1])], [true[0], false(true[0]), true[1]]):
        assert all(kept.take(one) is None for one in carried(row))


@given(st.binary(max_size=100))
def test_what_is_no_part_is_only_refused(junk: bytes) -> None:
    """A record that says it carries a part and does not raises nothing but a RemoteError, and leaves nothing."""
    kept = Kept()
    with pytest.raises(RemoteError):
        kept.take(part_letter(junk))
    assert kept.rows == {}


def test_a_part_beyond_the_last_one_is_malformed() -> None:
    """No part has an index that its count does not allow, so no bag of no parts waits for ever."""
    with pytest.raises(MalformedError):
        Kept().take(part_letter(Part(bytes(32), 9, 2, 2, b"")))
    with pytest.raises(MalformedError):
        Kept().take(part_letter(Part(bytes(32), 9, 0, 0, b"")))


def test_the_records_of_a_bag_carry_it() -> None:
    """What carries a bag is signed by its maker, in a life that has the name of the bag, and comes to be it again."""
    bag = checkpoint.pack(SPACE, letters(5))
    carriers = collecting.letters(bag, ROBIN, SPACE)
    kept = Kept()
    assert [kept.take(verify(one, ROBIN.card.everyday)) for one in carriers][-1] == bag
    (life,) = {one.header.incarnation for one in carriers}
    assert life == Part.parse(carriers[0].payload).manifest[:16]
    assert collecting.letters(bag, ROBIN, SPACE) == carriers, "the same bag is carried by the same records"


def key_of(device: DeviceId) -> bytes | None:
    """The everyday keys that are known."""
    return CARDS.get(device)


def run(count: int, name: str = "robin", *, after: Record | None = None, text: bytes = b"") -> list[Verified]:
    """Records of a device, each after the one before it, which follow from themselves so that a bag has runs."""
    written: list[Verified] = []
    for number in range(count):
        prev = written[-1] if written else after
        payload = b"%d %s" % (number, text)
        header = Header(
            kind=9,
            space=SPACE,
            device=keys_of(name)[0].device,
            incarnation=LIFE,
            sequence=prev.header.sequence + 1 if prev else 1,
            prev=prev.id if prev else None,
            payload_hash=digest(b"troth/payload", payload),
        )
        written.append(sign(header, payload, keys_of(name)[0].signer))
    return written


def unpacked(*written: Verified) -> list[Record]:
    """What comes out of a bag of records."""
    return checkpoint.unpack(checkpoint.pack(SPACE, written), SPACE)


def shown(bag: Sequence[Record]) -> list[RecordId]:
    """What a bag shows to have arrived."""
    return sorted(collecting.shown(bag, key_of))


def ids(*written: Record) -> list[RecordId]:
    """The ids of some records."""
    return sorted(record.id for record in written)


def test_a_bag_shows_what_it_proves() -> None:
    """Every record of a run is shown by the signature at its end, and each branch of a fork by its own."""
    first = run(4)
    known = [*first, *run(2, after=first[1], text=b"a branch"), *run(2, "sasha")]
    assert any(record.signature == bytes(64) for record in unpacked(*known)), "a run leaves signatures out"
    assert shown(unpacked(*known)) == ids(*known)


def test_a_bag_shows_nothing_that_nobody_signed() -> None:
    """A run whose end is not signed shows none of its records: whoever reads it would have to park them all."""
    good, bad = run(3), run(3, "sasha")
    for bag in ([*unpacked(*good), *unpacked(*bad)], [*unpacked(*bad), *unpacked(*good)]):
        spoiled = [spoil(record) if record.id == bad[-1].id else record for record in bag]
        # The first one begins a life, so it keeps its own signature and stands by itself.
        assert shown(spoiled) == ids(*good, bad[0])


def test_a_bag_shows_nothing_of_strangers() -> None:
    """What a device signed whose card is not known here is not shown to have arrived."""
    assert shown(unpacked(*run(2, "stranger"))) == []


def test_a_record_vouches_for_no_branch_beside_it() -> None:
    """The end of a run proves what leads to it, and not what another branch has in the same place."""
    trunk = run(3)
    forged = [spoil(record) for record in run(2, after=trunk[0], text=b"forged")]
    assert shown([*forged, *trunk]) == ids(*trunk)
    assert shown([*trunk, *forged]) == ids(*trunk)
