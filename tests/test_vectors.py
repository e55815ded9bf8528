"""The packages answer to the vectors, which were made from the pages alone."""

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from nacl.signing import SigningKey

from troth import crypto, envelope, record
from troth.crypto import Signer, box_public
from troth.envelope import padded_length
from troth.epochs import Announcement
from troth.joining import Invitation, Request, Welcome
from troth.keys import CARD, Card, DeviceKeys, Epoch
from troth.membership import Genesis, Operation, evaluate
from troth.record import Header, Kind, Record, Seen, Tip
from troth_wire import codec, log, messages, proof
from troth_wire.errors import ForgedError, MalformedError, RemoteError, VersionError
from troth_wire.ids import DeviceId, EnvelopeId, Incarnation, Lineage, MailboxId, SpaceId
from troth_wire.messages import FORMS

VECTORS: Final = Path(__file__).resolve().parents[1] / "specs" / "vectors"
GENERATOR: Final = VECTORS / "generate.py"
ERRORS: Final[dict[str, type[RemoteError]]] = {
    "malformed": MalformedError,
    "version": VersionError,
    "forged": ForgedError,
}
CONSUMED: Final[set[tuple[str, str]]] = set()

Case = dict[str, Any]


@cache
def sections(file: str) -> dict[str, list[Case]]:
    """The sections of a file."""
    found: dict[str, list[Case]] = json.loads((VECTORS / file).read_text())
    return found


def each(file: str, section: str) -> pytest.MarkDecorator:
    """Run a test for every case of a section, under the case's name."""
    CONSUMED.add((file, section))
    found = sections(file)[section]
    return pytest.mark.parametrize("case", found, ids=[case["name"] for case in found])


def raw(value: Any) -> bytes:
    """The bytes of a case: hex digits, or pairs of them and how many times they stand there."""
    if isinstance(value, str):
        return bytes.fromhex(value)
    return b"".join(bytes.fromhex(part) * times for part, times in value)


def plain(value: Any) -> Any:
    """A value of codec.json, with its bytes as bytes."""
    if isinstance(value, dict):
        return raw(value["hex"])
    return [plain(item) for item in value] if isinstance(value, list) else value


def decode(encoding: bytes) -> list[Any]:
    """Decode a list of anything."""
    items: list[Any] = codec.decode(encoding, as_list, bytes_max=len(encoding))
    return items


def as_list(item: object) -> list[Any]:
    """Accept any list."""
    if not isinstance(item, list):
        raise MalformedError("not a list")
    return item


def test_the_generator_would_write_the_same() -> None:
    """The files are what the generator makes, byte for byte."""
    result = subprocess.run([sys.executable, GENERATOR, "--check"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_generator_knows_nothing_of_the_packages() -> None:
    """The generator imports none of ours, so that no mistake of theirs makes its own proof."""
    tree = ast.parse(GENERATOR.read_bytes())
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "argparse" in names
    assert [name for name in names if name.startswith("troth") or name == ""] == []


def test_every_section_is_consumed() -> None:
    """No section of any file stands there without a test that takes it, and every file stands in the list."""
    files = sorted(path.name for path in VECTORS.glob("*.json"))
    assert {(file, section) for file in files for section in sections(file)} == CONSUMED
    listed = re.findall(r"^\| `(\w+\.json)` \|", (VECTORS / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == files


def test_every_case_has_its_form() -> None:
    """A case has a name of its own and a sentence, and what is refused names the layer that refuses."""
    for file, section in CONSUMED:
        found = sections(file)[section]
        assert len({case["name"] for case in found}) == len(found)
        assert all(case["what"].endswith(".") for case in found)
        assert {case["error"] for case in found if "error" in case} <= set(ERRORS)
        assert len({"error" in case for case in found}) == 1


# codec.json


@each("codec.json", "values")
def test_a_value_has_its_encoding(case: Case) -> None:
    """The value packs to the encoding, and the encoding decodes to the value."""
    value = plain(case["value"])
    assert codec.pack(value) == raw(case["encoding"])
    assert decode(raw(case["encoding"])) == value


@each("codec.json", "refused")
def test_an_encoding_is_refused(case: Case) -> None:
    """What is not the one encoding of a list is malformed."""
    with pytest.raises(ERRORS[case["error"]]):
        decode(raw(case["encoding"]))


# relay.json

BY_NAME: Final = {form.__name__: form for form in FORMS}


def spoken(value: Any) -> Any:
    """A field of a message as it was written down."""
    if isinstance(value, tuple):
        return [spoken(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value


@each("relay.json", "messages")
def test_a_message_has_its_frame(case: Case) -> None:
    """The frame is the message that the case names, field by field, and the message makes the frame."""
    message = messages.parse(raw(case["frame"]))
    assert type(message) is BY_NAME[case["message"]]
    assert {field: spoken(getattr(message, field)) for field in case["fields"]} == case["fields"]
    assert messages.encode(message) == raw(case["frame"])


@each("relay.json", "accepted")
def test_a_frame_at_its_bound_is_read(case: Case) -> None:
    """A frame that reaches a bound and does not pass it is a message."""
    message = messages.parse(raw(case["frame"]))
    assert type(message) is BY_NAME[case["message"]]
    assert messages.encode(message) == raw(case["frame"])


@each("relay.json", "malformed")
def test_a_frame_is_refused(case: Case) -> None:
    """A frame that breaks one rule is malformed."""
    with pytest.raises(ERRORS[case["error"]]):
        messages.parse(raw(case["frame"]))


def check_proof(case: Case) -> None:
    """Judge a proof as a relay does."""
    proof.verify(
        raw(case["signature"]),
        host=case["host"],
        challenge=raw(case["challenge"]),
        mailbox=MailboxId(raw(case["mailbox"])),
    )


@each("relay.json", "proofs")
def test_a_proof_holds(case: Case) -> None:
    """The seed is the mailbox's, signs the statement to the same signature, and the proof holds."""
    key, mailbox = SigningKey(raw(case["seed"])), MailboxId(raw(case["mailbox"]))
    statement = proof.statement(host=case["host"], challenge=raw(case["challenge"]), mailbox=mailbox)
    assert key.verify_key.encode() == mailbox
    assert key.sign(statement).signature == raw(case["signature"])
    check_proof(case)


@each("relay.json", "proofs_refused")
def test_a_proof_is_refused(case: Case) -> None:
    """A proof that differs in what it binds does not hold."""
    with pytest.raises(ERRORS[case["error"]]):
        check_proof(case)


@each("relay.json", "logs")
def test_a_log_has_its_running_hashes(case: Case) -> None:
    """The running hash at every position is the one that the page defines."""
    running = [log.origin(MailboxId(raw(case["mailbox"])), Lineage(raw(case["lineage"])))]
    for position, sealed in enumerate(case["envelopes"], 1):
        assert log.envelope_id(raw(sealed)).hex() == case["envelope_ids"][position - 1]
        running.append(log.advance(running[-1], position, EnvelopeId(raw(case["envelope_ids"][position - 1]))))
    assert [at.hex() for at in running] == case["running"]


# record.json


def content(case: Case) -> bytes:
    """The bytes of a record, its lengths in front."""
    header, payload = raw(case["header"]), raw(case["payload"])
    return len(header).to_bytes(2, "big") + len(payload).to_bytes(4, "big") + raw(case["signature"]) + header + payload


def header_of(stated: Case) -> Header:
    """The header that a case states field by field."""

    def known(value: Any) -> Any:
        if isinstance(value, list):
            return tuple(known(item) for item in value)
        return raw(value) if isinstance(value, str) else value

    values = {field: known(value) for field, value in stated.items() if field != "version"}
    values["tips"] = tuple(Tip(*tip) for tip in values["tips"])
    values["seen"] = values["seen"] and Seen(*values["seen"])
    return Header(**values)


@each("record.json", "records")
def test_a_record_has_its_bytes(case: Case) -> None:
    """The header that the case states has the bytes, the id and the signature of the case, and is read from them."""
    header, payload = header_of(case["fields"]), raw(case["payload"])
    written = record.sign(header, payload, Signer(raw(case["everyday_seed"])))
    assert written.header_bytes == raw(case["header"])
    assert written.signature == raw(case["signature"])
    assert written.id == raw(case["record_id"])
    read, length = record.parse(content(case))
    assert (read, length) == (written, len(content(case)))
    assert record.verify(read, raw(case["everyday"])) == written
    if header.kind == Kind.CHANGES:
        assert len(record.changes_in(read)) == len(header.changes)


@each("record.json", "refused")
def test_a_record_is_refused(case: Case) -> None:
    """A record that breaks one rule is refused by the layer that the case names, and by none before it."""
    with pytest.raises(ERRORS[case["error"]]):
        judge_record(case)


def judge_record(case: Case) -> None:
    """Read a record whole, and then look who wrote it."""
    read, _ = record.parse(content(case))
    if read.header.kind == Kind.CHANGES:
        record.changes_in(read)
    record.verify(read, raw(case["everyday"]))


# envelope.json


@each("envelope.json", "epochs")
def test_an_epoch_derives_its_keys(case: Case) -> None:
    """The epoch key gives the seed and the id of its mailbox, and the sealing key."""
    epoch = Epoch(raw(case["epoch"]))
    assert epoch.mailbox == raw(case["mailbox"]) == Signer(raw(case["mailbox_seed"])).public
    assert epoch.seal_key == raw(case["sealing_key"])


@each("envelope.json", "padded")
def test_a_length_is_padded(case: Case) -> None:
    """A content of this length is filled to the length of the case."""
    assert padded_length(case["length"]) == case["padded"]


@each("envelope.json", "sealed")
def test_a_record_is_sealed(case: Case) -> None:
    """The record is sealed to the bytes of the case, known by their id, and opened from them again."""
    letter, _ = record.parse(content(case))
    epoch = Epoch(raw(case["epoch"]))
    assert epoch.mailbox == raw(case["mailbox"])
    assert envelope.seal(letter, epoch, raw(case["nonce"])) == raw(case["envelope"])
    assert log.envelope_id(raw(case["envelope"])) == raw(case["envelope_id"])
    assert envelope.open_(raw(case["envelope"]), epoch) == letter


@each("envelope.json", "open_refused")
def test_an_envelope_is_refused(case: Case) -> None:
    """An envelope that breaks one rule does not open."""
    epoch = Epoch(raw(case["epoch"]))
    assert epoch.mailbox == raw(case["mailbox"])
    with pytest.raises(ERRORS[case["error"]]):
        envelope.open_(raw(case["envelope"]), epoch)


@each("envelope.json", "wraps")
def test_an_epoch_key_is_wrapped(case: Case) -> None:
    """The key is wrapped to the bytes of the case, and opened by its recipient."""
    recipient, mailbox, key = raw(case["recipient"]), raw(case["mailbox"]), raw(case["epoch"])
    assert box_public(raw(case["recipient_secret"])) == recipient
    wrapped = crypto.wrap(recipient, key, ephemeral=raw(case["ephemeral_secret"]), context=mailbox)
    assert wrapped == raw(case["wrap"])
    assert crypto.unwrap(raw(case["recipient_secret"]), wrapped, context=mailbox) == key


@each("envelope.json", "wraps_refused")
def test_a_wrap_is_refused(case: Case) -> None:
    """A wrap that is not for this device and this mailbox gives no epoch."""
    box = raw(case["recipient_secret"])
    card = Card(bytes(32), bytes(32), box_public(box))
    announced = Announcement(0, MailboxId(raw(case["mailbox"])), {card.device: raw(case["wrap"])})
    with pytest.raises(ERRORS[case["error"]]):
        announced.open_(DeviceKeys(card, bytes(32), box))


# membership.json


@each("membership.json", "cards")
def test_a_card_names_its_device(case: Case) -> None:
    """The secrets give the card, and the card the device id."""
    card = CARD(decode(raw(case["card"])))
    public = [Signer(raw(case[seed])).public for seed in ("everyday_seed", "admin_seed")]
    assert card.parts() == [*public, box_public(raw(case["box_secret"]))]
    assert card.parts() == [raw(case[key]) for key in ("everyday", "admin", "box")]
    assert card.device == raw(case["device_id"])


@each("membership.json", "cards_refused")
def test_a_card_is_refused(case: Case) -> None:
    """A card with a weak key, or of another form, is malformed."""
    with pytest.raises(ERRORS[case["error"]]):
        CARD(decode(raw(case["card"])))


@each("membership.json", "geneses")
def test_a_genesis_begins_a_space(case: Case) -> None:
    """The genesis is read, names its space, and every founder opens the epoch."""
    genesis = Genesis.parse(raw(case["genesis"]))
    assert (genesis.body, genesis.space) == (raw(case["body"]), raw(case["space_id"]))
    assert genesis.encode() == raw(case["genesis"])
    assert [[part.hex() for part in pair or ()] for pair in genesis.signatures] == case["signatures"]
    for founder, card in zip(case["founders"], genesis.founders, strict=True):
        assert card.device == raw(founder["device_id"])
        wrapped = genesis.epoch.wraps[card.device]
        key = crypto.unwrap(raw(founder["box_secret"]), wrapped, context=genesis.epoch.mailbox)
        assert key == raw(case["epoch"])
    begin(raw(case["genesis"]))


@each("membership.json", "geneses_refused")
def test_a_genesis_is_refused(case: Case) -> None:
    """A genesis that breaks one rule can not be read, or is not complete, so that nobody begins on it."""
    with pytest.raises(ERRORS[case["error"]]):
        begin(raw(case["genesis"]))


def begin(genesis: bytes) -> None:
    """Read a genesis, and begin on it as its founder."""
    founder = sections("membership.json")["cards"][0]
    keys = DeviceKeys(CARD(decode(raw(founder["card"]))), raw(founder["everyday_seed"]), raw(founder["box_secret"]))
    Welcome(Genesis.parse(genesis), None).epoch(keys)


def space_in(file: str, space: str) -> Genesis:
    """The genesis of the space that a case is about."""
    found = [case for case in sections(file)["geneses"] if case["space_id"] == space]
    return Genesis.parse(raw(found[0]["genesis"]))


def check_join(case: Case) -> None:
    """Judge a newcomer's proofs."""
    card = CARD(decode(raw(case["card"])))
    assert card.device == raw(case["device_id"])
    statement = b"troth/join/1\x00" + raw(case["space"]) + raw(case["person"]) + card.device
    crypto.verify(card.everyday, statement, raw(case["proof_everyday"]))
    crypto.verify(card.admin, statement, raw(case["proof_admin"]))


@each("membership.json", "joins")
def test_a_join_proof_holds(case: Case) -> None:
    """Both keys of the newcomer prove that it holds them and means this space and person."""
    check_join(case)


@each("membership.json", "joins_refused")
def test_a_join_proof_is_refused(case: Case) -> None:
    """A proof for another space, another person or by another key does not hold."""
    with pytest.raises(ERRORS[case["error"]]):
        check_join(case)


def operation_of(case: Case) -> Operation:
    """The operation of a case, as if it was read from its author's record."""
    payload = raw(case["payload"])
    header = Header(
        kind=Kind.OPERATION,
        space=SpaceId(raw(case["space"])),
        device=DeviceId(raw(case["author"])),
        incarnation=Incarnation(bytes(16)),
        sequence=1,
        payload_hash=crypto.digest(b"troth/payload", payload),
    )
    return Operation.of(Record(header, bytes(64), header.encode(), payload))


@each("membership.json", "operations")
def test_an_operation_adds_its_device(case: Case) -> None:
    """The operation has the id of the case, counts in its space, and gives the epoch to the newcomer."""
    operation = operation_of(case)
    assert operation.id == raw(case["operation_id"])
    assert (operation.body, operation.signature) == (raw(case["body"]), raw(case["signature"]))
    newcomer = DeviceId(raw(case["newcomer"]["device_id"]))
    members = evaluate(space_in("membership.json", case["space"]), [operation])
    assert members.heads == (operation.id,)
    assert members.person_of[newcomer] == raw(case["person"])
    key = crypto.unwrap(
        raw(case["newcomer"]["box_secret"]), operation.epoch.wraps[newcomer], context=raw(case["mailbox"])
    )
    assert key == raw(case["epoch"])


@each("membership.json", "operations_refused")
def test_an_operation_is_refused(case: Case) -> None:
    """An operation that breaks one rule can not be read, waits, or does not count."""
    if case["error"] == "forged":
        operation = operation_of(case)
        members = evaluate(space_in("membership.json", case["space"]), [operation])
        assert operation.id not in members.counting
    else:
        with pytest.raises(ERRORS[case["error"]]):
            operation_of(case)


@each("membership.json", "pairing")
def test_what_is_handed_over_has_its_bytes(case: Case) -> None:
    """What is handed over when a device joins is read from the encoding, and written to it."""
    encoding = raw(case["encoding"])
    match case["name"]:
        case "invitation":
            invitation = Invitation.parse(encoding)
            assert (invitation.space, invitation.person) == (raw(case["space"]), raw(case["person"]))
            assert invitation.encode() == encoding
        case "request":
            asked = Request.parse(encoding)
            assert (asked.card, [part.hex() for part in asked.proofs]) == (
                CARD(decode(raw(case["card"]))),
                case["proofs"],
            )
            assert asked.encode() == encoding
        case _:
            welcome = Welcome.parse(encoding)
            assert welcome.genesis == Genesis.parse(raw(case["genesis"]))
            assert (welcome.record.encode() if welcome.record else None) == (
                raw(case["record"]) if "record" in case else None
            )
            assert welcome.encode() == encoding
