"""Sixty digits are the same on every device of both persons, and different for any other two."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.troth.letters import exactly
from troth.safety import SafetyNumber
from troth_wire.errors import MalformedError, UsageError
from troth_wire.ids import PersonId

PERSONS = exactly(32).map(PersonId)
ROBIN, SASHA = PersonId(b"r" * 32), PersonId(b"s" * 32)
OURS = SafetyNumber.of([ROBIN, SASHA])


@given(PERSONS, PERSONS, PERSONS)
def test_the_number_is_of_two_persons(one: PersonId, other: PersonId, stranger: PersonId) -> None:
    """Both compute the same sixty digits, in either order, and with anybody else they differ."""
    assume(len({one, other, stranger}) == 3)
    number = SafetyNumber.of([one, other])
    assert number == SafetyNumber.of([other, one, other])
    assert len(number.digits) == 60
    assert number.digits.isdigit()
    assert number not in (SafetyNumber.of([one, stranger]), SafetyNumber.of([other, stranger]))


def test_it_is_read_in_groups() -> None:
    """Twelve groups of five digits, which join to the number."""
    assert [len(group) for group in OURS.groups] == [5] * 12
    assert "".join(OURS.groups) == OURS.digits


def test_a_number_comes_back() -> None:
    """From the picture, from what is read aloud, and with the leading zeros that it may have."""
    assert SafetyNumber.parse(OURS.text) == OURS
    assert SafetyNumber.parse(f" {' '.join(OURS.groups)}\n") == OURS
    assert SafetyNumber.parse("0" * 60).digits == "0" * 60
    assert OURS.text.startswith("troth:safety#1")


@pytest.mark.parametrize("persons", [[], [ROBIN], [ROBIN, ROBIN], [ROBIN, SASHA, PersonId(bytes(32))]])
def test_it_takes_two(persons: list[PersonId]) -> None:
    """Alone, or for more than two, there is no number."""
    with pytest.raises(UsageError):
        SafetyNumber.of(persons)


@given(st.text(max_size=70))
def test_any_text_is_only_malformed(text: str) -> None:
    """What is not sixty digits is no safety number."""
    with pytest.raises(MalformedError):
        SafetyNumber.parse(text)


def test_other_digits_are_no_digits() -> None:
    """Digits of other scripts do not pass for these."""
    with pytest.raises(MalformedError):
        SafetyNumber.parse("٣" * 60)
