"""An entry has one form, one id and one signer; what is not understood keeps its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple.people import DAY, SPACE, forge, keys_of, standing
from troth_couple.entry import SIGNALS_SUBJECT, SubjectId, entry_id, parse, verify
from troth_couple.roster import EntryId
from troth_wire.errors import ForgedError, MalformedError, UsageError
from troth_wire.ids import SpaceId

CHECK_IN = forge("check_in", ["tired", None, None, None, None, None], by="r")
ASSENT = forge("assent", [bytes(32), []], by="r", about=SubjectId(bytes(16)))


def test_an_entry_comes_back_as_it_was() -> None:
    """Parsing a value gives the entry, whether or not it was read before."""
    assert parse(CHECK_IN.value) == CHECK_IN
    same: dict[object, object] = {}
    twice = [parse(CHECK_IN.value, known=CHECK_IN.id, same=same) for _ in range(2)]
    assert twice == [CHECK_IN, CHECK_IN]
    assert twice[0].person is twice[1].person, "what many entries say is kept once"
    assert CHECK_IN.id == entry_id(CHECK_IN.value)
    assert CHECK_IN.said("feelings") == "tired"
    assert CHECK_IN.day == DAY


def test_a_subject_is_what_an_entry_is_about() -> None:
    """A beginning is about itself, an act about what it names, a signal about the signals."""
    assert CHECK_IN.subject == SubjectId(CHECK_IN.id)
    assert ASSENT.subject == bytes(16)
    assert forge("signal", [1, 1], by="r").subject == SIGNALS_SUBJECT


def test_a_commitment_is_signed_with_the_admin_key_and_nothing_else_is() -> None:
    """Each kind counts under the one key that its weight asks for."""
    verify(CHECK_IN, standing("r"), SPACE)
    verify(ASSENT, standing("r"), SPACE)
    everyday = forge("assent", [bytes(32), []], by="r", about=SubjectId(bytes(16)), signer=keys_of("r").signer)
    for act, whose, space in [(everyday, "r", SPACE), (CHECK_IN, "s", SPACE), (ASSENT, "r", SpaceId(bytes(32)))]:
        with pytest.raises(ForgedError):
            verify(act, standing(whose), space)


@given(st.binary(max_size=400))
def test_junk_is_no_entry(junk: bytes) -> None:
    """Bytes that nobody wrote as an entry are refused, and nothing else happens."""
    with pytest.raises(MalformedError):
        parse(junk)


@pytest.mark.parametrize(
    ("sequence", "prev", "after"),
    [
        (1, EntryId(bytes(32)), ()),
        (2, None, ()),
        (1, None, (EntryId(b"\1" * 32), EntryId(bytes(32)))),
        (1, None, (EntryId(bytes(32)),) * 2),
    ],
)
def test_an_inner_rule_that_does_not_hold(sequence: int, prev: EntryId | None, after: tuple[EntryId, ...]) -> None:
    """A first entry has no past, a later one has, and named acts ascend."""
    with pytest.raises(UsageError):
        forge("check_in", [None] * 6, by="r", sequence=sequence, prev=prev, after=after)


@pytest.mark.parametrize(
    ("kind", "body", "about"),
    [
        ("check_in", ["x"], None),
        ("check_in", [None] * 6, SubjectId(bytes(16))),
        ("withdraw", [], None),
        ("signal", [1, 1], SubjectId(bytes(32))),
        ("propose", [b""], SubjectId(bytes(32))),
        ("check_in", ["a\x1b[2J", *[None] * 5], None),
        ("check_in", ["x" * 20_000, *[None] * 5], None),
    ],
)
def test_what_its_kind_does_not_allow_can_not_be_written(
    kind: str, body: list[object], about: SubjectId | None
) -> None:
    """Fields, lengths and what it is about are those of the kind's row."""
    with pytest.raises(UsageError):
        forge(kind, body, by="r", about=about)


def test_words_do_not_show_in_a_repr() -> None:
    """What somebody said stays out of logs."""
    assert "tired" not in repr(CHECK_IN)
