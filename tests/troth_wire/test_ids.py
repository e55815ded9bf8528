"""Identifiers are bytes with a type of their own."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from troth_wire import ids
from troth_wire.ids import SHORT_CHARACTERS, short


@given(st.binary(min_size=16, max_size=32))
def test_short_is_how_the_hexadecimal_form_begins(identifier: bytes) -> None:
    """A person who sees the short form can find the whole one by it."""
    assert len(short(identifier)) == SHORT_CHARACTERS
    assert identifier.hex().startswith(short(identifier))


def test_every_identifier_says_its_length() -> None:
    """Each type of identifier is bytes and states in its first words how many."""
    source = Path(ids.__file__).read_text()
    declared = re.findall(r'^(\w+) = NewType\("(\w+)", bytes\)\n"""(16|32) (?:random )?bytes', source, re.MULTILINE)
    assert len(declared) == source.count("NewType(")
    assert all(name == given_name for name, given_name, _ in declared)
