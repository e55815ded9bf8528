"""The past of an operation is one integer, and says exactly what can be reached by parents."""

from hypothesis import given
from hypothesis import strategies as st

from tests.troth.drawn_tales import drawn_tales
from tests.troth.letters import person
from tests.troth.tales import Tale
from troth.ancestry import Ancestry, Entry, bits_in
from troth.operations import Operation, OperationKind
from troth_wire.ids import PersonId


def entered(operations: list[Operation], owner: PersonId) -> Ancestry:
    """An ancestry of operations, parents first, whoever they are by."""
    log = Ancestry()
    for number, operation in enumerate({operation.id: operation for operation in operations}.values()):
        log.add(Entry(number, operation, owner, log.past_of(operation)))
    return log


@given(st.sets(st.integers(0, 300)))
def test_a_set_of_bits_gives_its_numbers(numbers: set[int]) -> None:
    """The numbers come back, ascending."""
    assert list(bits_in(sum(1 << number for number in numbers))) == sorted(numbers)


@given(drawn_tales(6))
def test_the_past_is_what_parents_reach(tale: Tale) -> None:
    """An operation's past holds what its parents lead to, and the heads are what no past holds."""
    log = entered(tale.told, person("robin"))
    for entry in log.entries:
        reached = {item.id for item in tale.past([entry.operation])} - {entry.operation.id}
        assert {log.entries[number].operation.id for number in bits_in(entry.past)} == reached
        assert all(entry.follows(log.numbers[name]) for name in reached)
    behind = {name for entry in log.entries for name in entry.operation.parents}
    assert {log.entries[number].operation.id for number in bits_in(log.heads)} == log.numbers.keys() - behind


@given(drawn_tales(6))
def test_an_author_is_forked_if_two_of_its_operations_do_not_know_each_other(tale: Tale) -> None:
    """Those authors are noted who signed two operations, epochs apart, of which neither is in the other's past."""
    log = entered(tale.told, person("robin"))
    chained = [entry for entry in log.entries if entry.operation.kind != OperationKind.EPOCH]
    apart = {
        one.operation.author
        for place, one in enumerate(chained)
        for other in chained[:place]
        if one.operation.author == other.operation.author and not one.follows(other.number)
    }
    assert log.forked == apart
