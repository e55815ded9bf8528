"""An operation is read once, by its kind's own form; a number that is not known waits, and the rest is refused."""

from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.troth.letters import asked_by, device, epoch_of, keys_of, operation_in, person, space_of
from tests.troth.tales import Tale
from troth.crypto import Signer
from troth.epochs import announce
from troth.operations import FIELDS, Ends, Operation, OperationKind, join_statement, second_statement, words_statement
from troth.record import Tip
from troth.roll import evaluate
from troth.testing import entropy_of
from troth_wire import codec
from troth_wire.errors import MalformedError, RemoteError, VersionError
from troth_wire.ids import DeviceId, Incarnation, MailboxId, OperationId, RecordId
from troth_wire.limits import DEVICE_INCARNATIONS_MAX, EPOCH_RECIPIENTS_MAX, HEADER_HEADS_MAX, OPERATION_BYTES_MAX

COUPLE = space_of("robin", "sasha")
TABLET = "tablet of robin"


def every_kind() -> list[Operation]:
    """One operation of each kind, all by the same device."""
    tale = Tale()
    tale.add(TABLET, "robin")
    tale.words("words 1 of robin", "robin", second=TABLET)
    tale.rotate("robin")
    tale.confirm(TABLET, "robin")
    tale.revoke(TABLET, "robin", tips=[Tip(Incarnation(b"l" * 16), 7, RecordId(b"r" * 32))])
    tale.rekey("robin", "phone of robin")
    tale.split("robin")
    return tale.told


@cache
def payloads() -> dict[OperationKind, bytes]:
    """The payload of one operation of each kind."""
    return {written.kind: codec.pack([written.body, written.signature]) for written in every_kind()}


def test_every_kind_is_read_as_it_was_written() -> None:
    """An operation holds the fields of its kind, and none that another kind has."""
    for operation in every_kind():
        names = ("card", "proofs", "victim", "confirmed", "cut", "epoch")
        held = {name for name in names if getattr(operation, name) is not None}
        assert held == FIELDS[operation.kind].keys() - {"second"}
        assert (operation.second is not None) == (operation.kind == OperationKind.RECOVERY_SET)
    assert {operation.kind for operation in every_kind()} == set(OperationKind)


def test_statements_differ_by_what_they_say() -> None:
    """No signature over one statement is one over another: each has a label, and the same parts come in one order."""
    root = (OperationId(COUPLE.space),)
    said = [
        join_statement(COUPLE.space, person("robin"), device(TABLET)),
        words_statement(COUPLE.space, person("robin"), device(TABLET)),
        second_statement(COUPLE.space, device("robin"), device(TABLET), root),
        every_kind()[0].statement,
    ]
    assert len({text.split(b"\x00", 1)[0] for text in said}) == len(said)


def test_the_largest_operation_fits() -> None:
    """A removal with every list at its longest is within the bound."""
    names = [DeviceId(number.to_bytes(32, "big")) for number in range(EPOCH_RECIPIENTS_MAX)]
    hashes = tuple(OperationId(bytes(name)) for name in names[:HEADER_HEADS_MAX])
    lives = [Incarnation(number.to_bytes(16, "big")) for number in range(DEVICE_INCARNATIONS_MAX)]
    ends = Ends(tuple(Tip(life, 2**63 - 1, RecordId(bytes(32))) for life in lives), hashes)
    epoch = [2**63 - 1, MailboxId(bytes(32)), [[name, bytes(80)] for name in names]]
    body = codec.pack([1, OperationKind.DEVICE_REVOKE, hashes, device(TABLET), ends.parts(), epoch])
    assert len(body) <= OPERATION_BYTES_MAX
    read = operation_in(codec.pack([body, bytes(64)]), by="robin", space=COUPLE.space)
    assert read.cut == ends


@pytest.mark.parametrize("spoil", ["lives", "life twice", "operations", "no wrap"])
def test_what_ascends_must_ascend(spoil: str) -> None:
    """Lives and operations of a cut ascend, each once, and a newcomer is among those who can read."""
    tips = [[bytes([number]) * 16, 1, bytes(32)] for number in (1, 2)]
    operations = [bytes([number]) * 32 for number in (1, 2)]
    tips = {"lives": tips[::-1], "life twice": tips[:1] * 2}.get(spoil, tips)
    cut = [tips, operations[::-1] if spoil == "operations" else operations]
    fields: list[object] = [device(TABLET), cut, None]
    kind = OperationKind.DEVICE_REVOKE
    if spoil == "no wrap":
        asked = asked_by(TABLET, to=COUPLE, joins="robin")
        kind, fields = OperationKind.DEVICE_ADD, [asked.card.parts(), asked.proofs, [0, bytes(32), []]]
    body = codec.pack([1, kind, [COUPLE.space], *fields])
    with pytest.raises(MalformedError):
        operation_in(codec.pack([body, bytes(64)]), by="robin", space=COUPLE.space)


@given(st.lists(st.integers(0, 40), max_size=3), st.data())
def test_an_operation_of_another_number_or_version_waits(rest: list[int], data: st.DataObject) -> None:
    """Another version, or another number under this one, raises VersionError whatever else the body holds."""
    version = st.integers(-(2**63), 2**64 - 1).filter(lambda number: number != 1)
    number = st.integers(-(2**63), 2**64 - 1).filter(lambda number: number not in set(OperationKind))
    body = data.draw(st.sampled_from([[data.draw(version)], [1, data.draw(number)]]))
    with pytest.raises(VersionError):
        operation_in(codec.pack([codec.pack([*body, *rest]), bytes(64)]), by="robin", space=COUPLE.space)


@given(st.sampled_from(OperationKind), st.data())
def test_a_spoiled_operation_is_only_refused(kind: OperationKind, data: st.DataObject) -> None:
    """However a payload is changed, reading it raises nothing but a RemoteError, and what is read does not count."""
    payload = payloads()[kind]
    start = data.draw(st.integers(0, len(payload)))
    end = data.draw(st.integers(start, min(len(payload), start + 40)))
    spoiled = payload[:start] + data.draw(st.binary(max_size=8)) + payload[end:]
    assume(spoiled != payload)
    try:
        operation = operation_in(spoiled, by="robin", space=COUPLE.space)
    except RemoteError:
        return
    tablet = operation_in(payloads()[OperationKind.DEVICE_ADD], by="robin", space=COUPLE.space)
    assert operation.id not in evaluate(COUPLE, [tablet, operation]).authorised


@pytest.mark.parametrize("parents", [[], [b"b" * 32, b"a" * 32], [b"a" * 32] * 2, [b"a" * 31]])
def test_parents_ascend_and_are_not_missing(parents: list[bytes]) -> None:
    """An operation names at least one parent, each once and in order."""
    robin, admin = keys_of("robin")
    asked = asked_by("tablet", to=COUPLE, joins="robin")
    announcement = announce(epoch_of(COUPLE, "robin"), [asked.card], entropy_of("parents"))
    body = codec.pack([1, 1, parents, asked.card.parts(), asked.proofs, announcement.parts()])
    signature = Signer.sign(admin, b"troth/operation/1\x00" + COUPLE.space + robin.device + body)
    with pytest.raises(MalformedError):
        operation_in(codec.pack([body, signature]), by="robin", space=COUPLE.space)
