"""What is put into the archive comes out as it went in, whatever was read before and however much of it is deflated."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import letters, spoil
from troth.archive import Archive
from troth.record import Verified


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.randoms())
def test_what_is_put_is_read(sizes: list[int], dice: Random) -> None:
    """Records in blocks of any size, deflated or not, come back in any order, each copy with its own signature."""
    archive, put = Archive(), dict[int, Verified]()
    run = iter(letters(sum(sizes)))
    for size in sizes:
        batch = [Verified(spoil(next(run), dice.randrange(9))) for _ in range(size)]
        put |= zip(archive.put(batch), batch, strict=True)
        archive.deflate(dice.randrange(2))
    for number in dice.choices(sorted(put), k=20):
        found = archive.read(number)
        assert (found, found.id, found.header) == (put[number], put[number].id, put[number].header)


def test_it_is_deflated_piece_by_piece() -> None:
    """So many blocks at a time, until all are; what comes later is deflated later."""
    archive = Archive()
    assert archive.deflate(1)
    for record in letters(3):
        archive.put([record])
    assert [archive.deflate(2), archive.deflate(2), archive.deflate(2)] == [False, True, True]
    archive.put(letters(1))
    assert archive.deflate(1)
