"""A bag is whole once all its parts came, in any order, and parts that lie cost their room for a while."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import LIFE, SPACE, exactly, keys_of, letters, spoil
from troth import checkpoint, collecting
from troth.checkpoint import Part
from troth.collecting import BAGS_MAX, PARTS, Collecting
from troth.crypto import digest
from troth.record import Header, Kind, Record, Verified, sign, verify
from troth.step import Row
from troth_wire.errors import MalformedError, RemoteError
from troth_wire.ids import DeviceId, Incarnation, MailboxId, RecordId

HERE, THERE = MailboxId(b"h" * 32), MailboxId(b"t" * 32)
ROBIN, SASHA = (keys_of(name)[0] for name in ("robin", "sasha"))
CARDS = {keys.device: keys.card.everyday for keys in (ROBIN, SASHA)}


def part_letter(part: Part | bytes) -> Record:
    """A record that carries a part, or what somebody says is one."""
    payload = part if isinstance(part, bytes) else part.encode()
    header = Header(
        kind=Kind.CHECKPOINT_PART,
        space=SPACE,
        device=SASHA.device,
        incarnation=Incarnation(bytes(16)),
        sequence=1,
        payload_hash=digest(b"troth/payload", payload),
    )
    return sign(header, payload, SASHA.signer)


def in_parts(data: bytes, count: int) -> list[Record]:
    """The records that carry a bag, cut into so many parts."""
    (whole,) = checkpoint.cut(data)
    step = -(-len(whole.piece) // count)
    pieces = [whole.piece[at : at + step] for at in range(0, len(whole.piece), step)]
    return [
        part_letter(Part(whole.manifest, whole.size, index, len(pieces), piece)) for index, piece in enumerate(pieces)
    ]


class Kept:
    """A collecting, and the rows that a store holds of it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.collecting = Collecting()
        self.rows: dict[bytes, bytes] = {}

    def take(self, letter: Record, mailbox: MailboxId = HERE) -> bytes | None:
        """Take in a part, keep what is to be remembered, and open what is whole."""
        whole, rows = self.collecting.take(mailbox, letter)
        self.keep(rows)
        if whole is None:
            return None
        self.keep(self.collecting.forget(whole.mailbox, whole.manifest))
        try:
            return checkpoint.join(whole.parts)
        except MalformedError:
            return None

    def keep(self, rows: Sequence[Row]) -> None:
        """Remember rows as a store does."""
        assert all(row.table == PARTS for row in rows)
        for row in rows:
            if row.value is None:
                self.rows.pop(row.key, None)
            else:
                self.rows[row.key] = row.value

    def restart(self) -> None:
        """Begin again with what the store holds."""
        self.collecting = Collecting()
        self.collecting.restore(self.rows)


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


def test_bags_that_are_never_whole_cost_little() -> None:
    """Of bags that lack parts the last few are kept, the oldest goes with its rows, and a good one still comes."""
    kept = Kept()
    for number in range(3 * BAGS_MAX):
        kept.take(part_letter(Part(bytes([number]) * 32, 9, 0, 2, b"a piece")))
        assert len(kept.rows) <= BAGS_MAX
    one, other = in_parts(bytes(range(200)), 2)
    assert kept.take(one) is None
    assert len(kept.rows) == BAGS_MAX
    assert kept.take(other) == bytes(range(200))
    assert len(kept.rows) == BAGS_MAX - 1


def test_a_part_that_lies_spoils_its_bag_and_no_more() -> None:
    """A bag that is not what its parts name is none, its rows go, and the true parts make it whole afterwards."""
    data = bytes(range(200))
    kept, parts = Kept(), in_parts(data, 2)
    true = Part.parse(parts[0].payload)
    assert kept.take(part_letter(Part(true.manifest, true.size, 0, 2, b"a false piece"))) is None
    assert kept.take(parts[1]) is None
    assert kept.rows == {}
    assert [kept.take(one) for one in parts] == [None, data]


FALSE: list[tuple[str, Callable[[Part], Part]]] = [
    ("another size", lambda true: Part(true.manifest, true.size + 1, 0, 2, true.piece)),
    ("another count", lambda true: Part(true.manifest, true.size, 0, 3, true.piece)),
    ("another place", lambda true: Part(true.manifest, true.size, 1, 2, true.piece)),
]


@pytest.mark.parametrize("false", [case[1] for case in FALSE], ids=[case[0] for case in FALSE])
def test_parts_that_contradict_each_other_are_no_bag(false: Callable[[Part], Part]) -> None:
    """Whatever one part says of the others, nothing is raised, and no bag comes out that its name does not fit."""
    data = bytes(range(200))
    kept, parts = Kept(), in_parts(data, 2)
    for one in (part_letter(false(Part.parse(parts[0].payload))), parts[1], parts[0], parts[1], parts[0], parts[1]):
        assert kept.take(one) in (None, data)


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
