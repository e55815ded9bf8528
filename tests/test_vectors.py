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

from troth import checkpoint, cpace, crypto, envelope, forward, meeting, record
from troth.authority import Refusal
from troth.collecting import Collecting
from troth.crypto import Signer, box_public
from troth.envelope import padded_length
from troth.epochs import Announcement
from troth.genesis import Genesis
from troth.joining import Invitation, Request, Welcome
from troth.keys import CARD, Card, DeviceKeys, Epoch
from troth.membership import Members
from troth.operations import Operation
from troth.pairing import (
    Affirm,
    Ask,
    Link,
    Need,
    Paired,
    Pairing,
    Purpose,
    Side,
    Ticket,
    Turn,
    introduce_joiner,
    posts,
    read_joiner,
)
from troth.pairing.agreement import Agreement
from troth.pairing.channel import Channel
from troth.pairing.messages import parse as parse_message
from troth.pairing.posts import Frame, Share
from troth.pairing.states import STEPS
from troth.pairing.words import Introduction, words
from troth.ports import Entropy
from troth.record import Header, Kind, Record, Seen, Tip
from troth.recovery import Signpost, Words
from troth.roll import evaluate
from troth.safety import SafetyNumber
from troth.standing import Void
from troth_client import letterbox
from troth_client.header import Header as VaultHead
from troth_client.room import RoomId, open_seed, seal_seed
from troth_client.sealing import Sealer
from troth_wire import codec, log, messages, proof
from troth_wire.errors import ForgedError, MalformedError, RemoteError, VersionError
from troth_wire.ids import DeviceId, EnvelopeId, Incarnation, Lineage, MailboxId, PersonId, SpaceId
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
    assert operation.epoch is not None
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
        assert operation.id not in members.authorised
    else:
        with pytest.raises(ERRORS[case["error"]]):
            operation_of(case)


@each("membership.json", "kinds")
def test_an_operation_of_every_kind_has_its_bytes(case: Case) -> None:
    """The payload is read as the kind of the case, signed by its author over the statement, and known by its id."""
    operation = operation_of(case)
    assert (operation.kind, [parent.hex() for parent in operation.parents]) == (case["number"], case["parents"])
    assert (operation.body, operation.statement) == (raw(case["body"]), raw(case["statement"]))
    assert operation.id == raw(case["operation_id"])
    assert operation.signature == Signer(raw(case["author_seed"])).sign(operation.statement)
    members = evaluate(space_in("membership.json", case["space"]), kinds_before(operation))
    assert (members.refused, members.voided) == ({}, {})
    assert operation.id in members.authorised


def kinds_before(operation: Operation) -> list[Operation]:
    """An operation of a case and the one that it may build on."""
    first = operation_of(sections("membership.json")["kinds"][0])
    return [first, operation] if first.id in operation.parents else [operation]


@each("membership.json", "kinds_refused")
def test_the_form_of_a_kind_is_refused(case: Case) -> None:
    """An operation that breaks the form of its kind can not be read, or waits."""
    with pytest.raises(ERRORS[case["error"]]):
        operation_of(case)


@each("membership.json", "logs")
def test_a_set_of_operations_gives_its_members(case: Case) -> None:
    """The members are those of the case, in either order: who belongs, what is void or refused, epoch, cuts."""
    operations = [operation_of(case | item) for item in case["operations"]]
    for order in (operations, operations[::-1]):
        members_are(case, evaluate(space_in("membership.json", case["space"]), order))


def members_are(case: Case, members: Members) -> None:
    """Compare members with those of a case."""
    current = members.current and members.current.operation.hex()
    assert {
        "active": sorted(device.hex() for device in members.active),
        "words": [device.hex() for device in members.words.values()],
        "unconfirmed": sorted(device.hex() for device in members.active - members.confirmed),
        "voided": {name.hex(): Void(why).name for name, why in members.voided.items()},
        "refused": {name.hex(): Refusal(why).name for name, why in members.refused.items()},
        "split": members.split,
        "highest": members.highest,
        "current": current,
        "cuts": {device.hex(): cut.operation.hex() for device, cut in members.cuts.items()},
    } == {name: value for name, value in case.items() if name not in ("name", "what", "space", "operations")}


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


# recovery.json


@each("recovery.json", "words")
def test_words_give_their_keys(case: Case) -> None:
    """Sixteen bytes give the keys of the case in its space, and the mailbox of the signposts."""
    sheet = Words(raw(case["entropy"]))
    assert (sheet.signposts.key, sheet.signposts.mailbox) == (
        raw(case["signpost_epoch"]),
        raw(case["signpost_mailbox"]),
    )
    keys, admin = sheet.keys(SpaceId(raw(case["space"])), PersonId(raw(case["person"])))
    assert keys.card == CARD(decode(raw(case["card"])))
    assert keys.device == raw(case["device_id"])
    assert (keys.everyday_seed, keys.box_secret) == (raw(case["everyday_seed"]), raw(case["box_secret"]))
    assert admin.public == Signer(raw(case["admin_seed"])).public


@each("recovery.json", "signposts")
def test_a_signpost_has_its_bytes(case: Case) -> None:
    """A signpost is read from the bytes of the case, and written to them."""
    epoch = Epoch(raw(case["signpost_epoch"]))
    signpost = Signpost.open_(raw(case["signpost"]), epoch)
    assert (signpost.relay, [way.genesis.encode().hex() for way in signpost.ways]) == (
        case["relay"],
        [way["genesis"] for way in case["ways"]],
    )
    assert [(way.person.hex(), way.epoch.key.hex()) for way in signpost.ways] == [
        (way["person"], way["epoch"]) for way in case["ways"]
    ]
    assert signpost.seal(epoch, raw(case["nonce"])) == raw(case["signpost"])


@each("recovery.json", "signposts_refused")
def test_a_signpost_is_refused(case: Case) -> None:
    """An entry that is no signpost of these words is refused at the layer of the case."""
    with pytest.raises(ERRORS[case["error"]]):
        Signpost.open_(raw(case["signpost"]), Epoch(raw(case["signpost_epoch"])))


@each("recovery.json", "bodies_refused")
def test_what_a_signpost_says_is_refused(case: Case) -> None:
    """What is rightly sealed, and says what none may say, is refused at the layer of the case."""
    epoch, nonce = Epoch(raw(case["signpost_epoch"])), raw(case["nonce"])
    context = b"troth/signpost\x00\x01\x01" + epoch.mailbox
    sealed = crypto.aead_seal(epoch.seal_key, nonce, raw(case["plaintext"]), context)
    with pytest.raises(ERRORS[case["error"]]):
        Signpost.open_(b"\x01\x01" + nonce + sealed, epoch)


# pairing.json


def ticket_in(case: Case) -> Ticket:
    """The ticket of a case."""
    return Ticket(case["host"], Purpose(case["purpose"]), case["number"], raw(case["secret"]))


@each("pairing.json", "generators")
def test_a_secret_gives_its_generator(case: Case) -> None:
    """Secret, channel and session give the point of the case."""
    point = cpace.generator(raw(case["secret"]), channel=raw(case["channel"]), session=raw(case["session"]))
    assert point == raw(case["generator"])


@each("pairing.json", "shares_refused")
def test_a_share_is_refused(case: Case) -> None:
    """A weak, doubly spelled or reflected share gives no key to either side."""
    own, other = (raw(case["own"]), b""), (raw(case["share"]), b"")
    for initiator, responder in ((own, other), (other, own)):
        with pytest.raises(ERRORS[case["error"]]):
            cpace.session_key(raw(case["scalar"]), session=b"", initiator=initiator, responder=responder, mine=own[0])


@each("pairing.json", "tickets")
def test_a_ticket_says_where_to_meet(case: Case) -> None:
    """A ticket has the mailbox and the channel identifier of the case."""
    ticket = ticket_in(case)
    assert (ticket.meeting_seed, ticket.mailbox) == (raw(case["seed"]), raw(case["mailbox"]))
    assert ticket.channel == raw(case["ci"])


@each("pairing.json", "links")
def test_a_link_has_its_text(case: Case) -> None:
    """A link is written and read as in the case."""
    ticket = ticket_in(case | {"number": None})
    link = Link.of(ticket, raw(case["commitment"]), plain=case["plain"])
    assert link.text == case["text"]
    assert Link.parse(case["text"]) == link


@each("pairing.json", "links_typed")
def test_a_typed_link_is_read(case: Case) -> None:
    """A link that was typed in another way is the link of the case, and is written in the one way."""
    assert Link.parse(case["typed"]).text == case["text"]


@each("pairing.json", "links_refused")
def test_a_link_is_refused(case: Case) -> None:
    """A link that was mistyped, or that a later release made, is told apart."""
    with pytest.raises(ERRORS[case["error"]]):
        Link.parse(case["text"])


def drawn(side: Case) -> Entropy:
    """What a side of a case draws: its nonce and its scalar, and then zeros."""
    left = [raw(side["nonce"]), raw(side["scalar"])]
    return lambda length: left.pop(0) if left else bytes(length)


@each("pairing.json", "meetings")
def test_two_sides_agree_on_what_the_page_says(case: Case) -> None:
    """Commitments, shares, channel, proofs and words are those of the case, on both sides."""
    ticket = ticket_in(case)
    sides = {side: case[f"{side.name.lower()}_side"] for side in Side}
    said = {side: Introduction(side, raw(of["introduction"]), raw(of["nonce"])) for side, of in sides.items()}
    shares = {side: Share(raw(of["share"]), raw(of["commitment"])) for side, of in sides.items()}
    for side, of in sides.items():
        assert said[side].commitment == raw(of["commitment"])
        agreement = Agreement(ticket, side, raw(of["scalar"]))
        assert agreement.share(shares[Side.HOST].commitment) == raw(of["share"])
        agreed = agreement.agree(host=shares[Side.HOST], guest=shares[Side.GUEST])
        assert agreed.openly == raw(case["channel"])
        for channel in (agreed.channel, Channel.of(raw(case["session_key"]), agreed.openly, side)):
            assert channel.tag() == raw(case["tags"][side - 1])
        assert Channel(raw(case["root"]), side).tag() == agreed.channel.tag()
        assert list(words(agreed.openly, said[Side.HOST], said[Side.GUEST])) == case["words"]


@each("pairing.json", "logs")
def test_a_whole_pairing_has_its_records(case: Case) -> None:
    """Two machines that draw what the case says post its records, one after the other, and come to its offers."""
    (meeting,) = (found for found in sections("pairing.json")["meetings"] if found["name"] == case["name"])
    ticket, host, guest = ticket_in(meeting), meeting["host_side"], meeting["guest_side"]
    near = Pairing.host(ticket, raw(host["introduction"]), drawn(host))
    given = ticket if ticket.number is not None else Link.of(ticket, near.commitment)
    far = Pairing.guest(given, raw(guest["introduction"]), drawn(guest))
    posted = [*near.start().post, *far.start().post]
    for position, one in enumerate(map(raw, case["records"]), 1):
        assert posted[position - 1 : position] == [one]
        for side in (near, far):
            turn = side.receive(one, position=position)
            while turn != Turn():
                posted += turn.post
                turn = led_on(side, turn, meeting, case)
    assert posted == [raw(one) for one in case["records"]]
    for side in (near, far):
        assert isinstance(side.now, Paired)
        assert [[item.hex() for item in offer] for offer in side.now.offers] == case["offers"]
        assert list(side.now.words) == meeting["words"]


def led_on(side: Pairing, turn: Turn, meeting: Case, case: Case) -> Turn:
    """What the person or the program at a side of a case does next."""
    match turn.now:
        case Ask(positions):
            return side.answer([meeting["words"][at] for at in positions])
        case Affirm():
            return side.affirm(True)
        case Need(step):
            names = [name for _, name in STEPS[Purpose(meeting["purpose"])]]
            return side.supply([raw(item) for item in case["offers"][names.index(step)]])
    return Turn()


@each("pairing.json", "records_refused")
def test_a_record_of_a_pairing_is_refused(case: Case) -> None:
    """A record of another size, layout or version can not be read."""
    with pytest.raises(ERRORS[case["error"]]):
        posts.parse(raw(case["record"]))


@each("pairing.json", "frames_refused")
def test_a_frame_of_a_pairing_is_refused(case: Case) -> None:
    """A frame that is not the one of its side that comes next, or whose plaintext breaks a rule, is not taken."""
    assert case["counter"] == 0
    with pytest.raises(ERRORS[case["error"]]):
        Channel(raw(case["root"]), Side(case["side"]).other).open_(Frame(raw(case["nonce"]), raw(case["sealed"])))


@each("pairing.json", "messages_refused")
def test_a_message_of_a_pairing_is_refused(case: Case) -> None:
    """What is no message of the page can not be read."""
    with pytest.raises(ERRORS[case["error"]]):
        parse_message(raw(case["message"]))


@each("pairing.json", "openings_refused")
def test_an_opening_is_refused(case: Case) -> None:
    """What a side was not bound by does not open."""
    with pytest.raises(ERRORS[case["error"]]):
        Introduction(Side(case["side"]), raw(case["introduction"]), raw(case["nonce"])).check(raw(case["commitment"]))


@each("pairing.json", "joiners")
def test_a_joiner_has_its_bytes(case: Case) -> None:
    """A partner far away introduces itself as in the case, and is read so."""
    keys = DeviceKeys(CARD(decode(raw(case["card"]))), raw(case["everyday_seed"]), raw(case["box_secret"]))
    mailbox = MailboxId(raw(case["mailbox"]))
    assert introduce_joiner(mailbox, keys, Signer(raw(case["admin_seed"]))) == raw(case["introduction"])
    assert read_joiner(mailbox, raw(case["introduction"])) == keys.card


@each("pairing.json", "joiners_refused")
def test_a_joiner_is_refused(case: Case) -> None:
    """A partner who does not prove all keys for this invitation is refused."""
    with pytest.raises(ERRORS[case["error"]]):
        read_joiner(MailboxId(raw(case["mailbox"])), raw(case["introduction"]))


@each("pairing.json", "safety_numbers")
def test_a_safety_number_has_its_digits(case: Case) -> None:
    """Two persons have the digits of the case."""
    assert SafetyNumber.of(PersonId(raw(person)) for person in case["persons"]).digits == case["digits"]


# vault.json


@each("vault.json", "headers")
def test_a_head_opens_with_its_passphrase(case: Case) -> None:
    """The passphrase is stretched to the key of the case, and opens both secrets of the head."""
    head = VaultHead.parse(raw(case["header"]))
    assert head.encode() == raw(case["header"])
    assert (head.vault.hex(), head.cost) == (case["vault"], crypto.Cost(case["memory_mib"], case["passes"]))
    assert head.stretched(case["passphrase"], crypto.stretch) == raw(case["stretched"])
    found = head.secrets(case["passphrase"], stretch=crypto.stretch)
    assert (found.key, found.admin) == (raw(case["key"]), raw(case["admin"]))


@each("vault.json", "headers_refused")
def test_a_head_is_refused(case: Case) -> None:
    """A head that was altered can not be read, and one that was exchanged in part does not open."""
    with pytest.raises(ERRORS[case["error"]]):
        VaultHead.parse(raw(case["header"])).secrets(case["passphrase"], stretch=crypto.stretch)


def sealer(case: Case, sealed: bytes) -> Sealer:
    """The sealer of the vault of a case, which draws the nonce of its row."""
    return Sealer(raw(case["vault_key"]), raw(case["vault"]), lambda size: sealed[:size])


@each("vault.json", "rows")
def test_a_row_is_sealed(case: Case) -> None:
    """The row is sealed to the bytes of the case, and opened from them again."""
    sealed = raw(case["sealed"])
    content = (raw(case["room"]), case["table"], raw(case["key"]), raw(case["value"]))
    assert sealer(case, sealed).seal(case["number"], content) == sealed
    assert sealer(case, sealed).open_(case["number"], sealed) == content


@each("vault.json", "rows_refused")
def test_a_row_is_refused(case: Case) -> None:
    """A row that is not what it claims to be, where it claims to be, does not open."""
    with pytest.raises(ERRORS[case["error"]]):
        sealer(case, b"").open_(case["number"], raw(case["sealed"]))


@each("vault.json", "seeds")
def test_a_seed_is_sealed(case: Case) -> None:
    """The seed is sealed to the bytes of the case, and gives the admin key again."""
    place = (raw(case["admin"]), raw(case["vault"]), RoomId(raw(case["room"])))
    assert seal_seed(*place, raw(case["seed"]), raw(case["sealed"])[:24]) == raw(case["sealed"])
    assert Signer(open_seed(*place, raw(case["sealed"]))).public == raw(case["public"])


@each("vault.json", "seeds_refused")
def test_a_seed_is_refused(case: Case) -> None:
    """A seed opens with its vault's admin secret, for its room, and not else."""
    with pytest.raises(ERRORS[case["error"]]):
        open_seed(raw(case["admin"]), raw(case["vault"]), RoomId(raw(case["room"])), raw(case["sealed"]))


@each("vault.json", "slots")
def test_a_slot_has_its_bytes(case: Case) -> None:
    """The vault key gives the public key of the letterbox, and the slot names it."""
    public = box_public(crypto.derive(raw(case["vault_key"]), b"troth/letter"))
    assert public == raw(case["public"])
    assert letterbox.encode_slot(raw(case["vault"]), public) == raw(case["slot"])
    assert letterbox.parse_slot(raw(case["slot"])) == (raw(case["vault"]), public)


@each("vault.json", "slots_refused")
def test_a_slot_is_refused(case: Case) -> None:
    """A slot that was altered says nothing."""
    with pytest.raises(ERRORS[case["error"]]):
        letterbox.parse_slot(raw(case["slot"]))


@each("vault.json", "letters")
def test_a_letter_is_sealed(case: Case) -> None:
    """The entry is sealed to the bytes of the case, known by their id, and opened from them again."""
    secret, vault = crypto.derive(raw(case["vault_key"]), b"troth/letter"), raw(case["vault"])
    keys = {"ephemeral": raw(case["ephemeral"]), "key": raw(case["fresh_key"])}
    assert letterbox.seal_letter(raw(case["entry"]), vault, box_public(secret), **keys) == raw(case["letter"])
    assert letterbox.open_letter(raw(case["letter"]), secret, vault) == raw(case["entry"])
    assert crypto.digest(b"troth/letter", raw(case["letter"])) == raw(case["id"])


@each("vault.json", "letters_refused")
def test_a_letter_is_refused(case: Case) -> None:
    """A letter that is not to this vault does not open."""
    secret = crypto.derive(raw(case["vault_key"]), b"troth/letter")
    with pytest.raises(ERRORS[case["error"]]):
        letterbox.open_letter(raw(case["letter"]), secret, raw(case["vault"]))


# epochs.json


def whole(data: bytes) -> Record:
    """The record that these bytes are."""
    found, length = record.parse(data)
    assert length == len(data)
    return found


@each("epochs.json", "forwards")
def test_a_forward_has_its_bytes(case: Case) -> None:
    """The records are sealed to the forward of the case, and come out of it."""
    epoch, left = Epoch(raw(case["epoch"])), [whole(raw(one)) for one in case["records"]]
    assert forward.seal(left, epoch, raw(case["nonce"])) == raw(case["forward"])
    assert forward.open_(raw(case["forward"]), epoch) == left
    if left:
        assert all(Operation.of(letter) for letter in left)


@each("epochs.json", "forwards_refused")
def test_a_forward_is_refused(case: Case) -> None:
    """A forward that breaks one rule does not open."""
    with pytest.raises(ERRORS[case["error"]]):
        forward.open_(raw(case["forward"]), Epoch(raw(case["epoch"])))


@each("epochs.json", "meetings")
def test_two_devices_have_one_meeting(case: Case) -> None:
    """A device's secret and the card of another give the key of their meeting."""
    other, box = CARD(decode(raw(case["other"]))), raw(case["box_secret"])
    assert other.device == raw(case["other_id"])
    mine = DeviceKeys(CARD(decode(raw(case["card"]))), bytes(32), box)
    assert (mine.device, mine.card.box) == (raw(case["device_id"]), box_public(box))
    met = meeting.between(mine, other, SpaceId(raw(case["space"])))
    assert (met.key, met.mailbox) == (raw(case["epoch"]), raw(case["mailbox"]))


# checkpoint.json


@each("checkpoint.json", "bags")
def test_a_bag_holds_its_records(case: Case) -> None:
    """The bag gives the records of the case, in its order, and those in runs without the signatures that follow."""
    found = checkpoint.unpack(raw(case["bag"]), SpaceId(raw(case["space"])))
    assert [letter.encode() for letter in found] == [raw(one) for one in case["records"]]


@each("checkpoint.json", "bags_refused")
def test_a_bag_is_refused(case: Case) -> None:
    """A bag that breaks one rule gives nothing."""
    with pytest.raises(ERRORS[case["error"]]):
        checkpoint.unpack(raw(case["bag"]), SpaceId(raw(case["space"])))


def joined(case: Case) -> bytes:
    """The bag of the parts of a case."""
    return checkpoint.join([checkpoint.Part.parse(raw(part)) for part in case["parts"]])


@each("checkpoint.json", "parts")
def test_parts_make_their_bag(case: Case) -> None:
    """The parts give the bag of the case."""
    assert joined(case) == raw(case["bag"])


@each("checkpoint.json", "parts_refused")
def test_parts_are_refused(case: Case) -> None:
    """Parts of which one breaks a rule, or that do not fit together, give no bag."""
    with pytest.raises(ERRORS[case["error"]]):
        joined(case)


def carried(case: Case) -> list[bytes]:
    """The bags that the letters of a case carry, whose maker is known."""
    taken = Collecting()
    found = []
    for one in case["letters"]:
        found += taken.take(MailboxId(bytes(32)), whole(raw(one)), lambda _: raw(case["everyday"]))[0]
    return [checkpoint.join(bag.parts) for bag in found]


@each("checkpoint.json", "letters")
def test_letters_carry_their_bag(case: Case) -> None:
    """The letters carry the bag of the case, once."""
    assert carried(case) == [raw(case["bag"])]


@each("checkpoint.json", "letters_refused")
def test_a_letter_of_a_bag_is_refused(case: Case) -> None:
    """A letter that its maker did not sign is none."""
    with pytest.raises(ERRORS[case["error"]]):
        carried(case)
