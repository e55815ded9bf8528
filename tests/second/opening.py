"""What is done with a case of each section: it comes to what the case names, or is refused.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.second import (
    checkpoint,
    conventions,
    curve,
    envelope,
    membership,
    pairing,
    record,
    recovery,
    relay,
    vault,
)
from tests.second import epochs as closing
from tests.second.standing import Log
from tests.second.vectors import Case, octets, other, plain, unhexed

Opener = Callable[[Case], None]


# codec.json


def codec_values(case: Case) -> None:
    """A value and its encoding are one."""
    value, encoding = plain(case.raw("value")), case.hex("encoding")
    assert conventions.encode(value) == encoding
    assert _same(conventions.decode(encoding), value)


def _same(found: Any, value: Any) -> bool:
    """Whether two values are equal in type as well."""
    if isinstance(found, list) and isinstance(value, list):
        return len(found) == len(value) and all(map(_same, found, value))
    return type(found) is type(value) and bool(found == value)


def codec_refused(case: Case) -> None:
    """An encoding is decoded."""
    conventions.decode(case.hex("encoding"))


# record.json


def _record(case: Case) -> record.Record:
    """The record of a case."""
    return record.Record(case.hex("signature"), case.hex("header"), case.hex("payload"))


def records(case: Case) -> None:
    """A record gives its fields, id and signature."""
    found = _record(case)
    header = record.judged(found, case.hex("everyday"))
    fields = {key: unhexed(value) for key, value in case.raw("fields").items()}
    assert {"version": 1, **vars(header)} == fields
    assert record.record_id(found.header) == case.hex("record_id")
    seed = case.hex("everyday_seed")
    assert conventions.public_of_seed(seed) == case.hex("everyday")
    assert conventions.signed(seed, record.signed_bytes(found.header)) == found.signature
    assert record.parted(record.joined(found) + b"rest") == (found, b"rest")


def records_refused(case: Case) -> None:
    """A record is judged."""
    record.judged(_record(case), case.hex("everyday"))


# envelope.json


def epochs(case: Case) -> None:
    """An epoch key gives what the case names."""
    found = envelope.epoch_of(case.hex("epoch"))
    assert found == envelope.Epoch(case.hex("mailbox_seed"), case.hex("mailbox"), case.hex("sealing_key"))


def padded(case: Case) -> None:
    """A length is padded."""
    assert envelope.padded_length(case.number("length")) == case.number("padded")


def sealed(case: Case) -> None:
    """An envelope opens, and is sealed again to the same bytes."""
    found, epoch, mailbox = _record(case), case.hex("epoch"), case.hex("mailbox")
    data = case.hex("envelope")
    assert envelope.open_envelope(epoch, mailbox, data) == found
    assert envelope.seal(epoch, mailbox, case.hex("nonce"), found) == data
    assert envelope.envelope_id(data) == case.hex("envelope_id")


def open_refused(case: Case) -> None:
    """An envelope is opened."""
    envelope.open_envelope(case.hex("epoch"), case.hex("mailbox"), case.hex("envelope"))


def wraps(case: Case) -> None:
    """A wrap opens, and is made again to the same bytes."""
    secret, recipient, mailbox, key = (case.hex(name) for name in ("recipient_secret", "recipient", "mailbox", "epoch"))
    data = case.hex("wrap")
    assert conventions.public_of_secret(secret) == recipient
    assert envelope.unwrap_epoch(secret, recipient, mailbox, data) == key
    assert envelope.wrap(case.hex("ephemeral_secret"), recipient, key, mailbox) == data


def wraps_refused(case: Case) -> None:
    """A wrap is opened."""
    envelope.unwrap_epoch(case.hex("recipient_secret"), case.hex("recipient"), case.hex("mailbox"), case.hex("wrap"))


# relay.json


def messages(case: Case) -> None:
    """A frame gives its message."""
    name, fields = relay.read_frame(case.hex("frame"))
    assert name == case.text("message")
    expected = {key: _field(value) for key, value in case.raw("fields").items()}
    assert fields == expected


def _field(value: Any) -> Any:
    """A field of a message: long bytes may stand as parts, which a list of bytes never does."""
    if isinstance(value, list):
        return [octets(item) for item in value]
    return octets(value) if isinstance(value, str) else value


def accepted(case: Case) -> None:
    """A frame is read."""
    assert relay.read_frame(case.hex("frame"))[0] == case.text("message")


def frames_malformed(case: Case) -> None:
    """A frame is read."""
    relay.read_frame(case.hex("frame"))


def proofs(case: Case) -> None:
    """A proof holds, and is signed again to the same bytes."""
    seed, challenge, mailbox = case.hex("seed"), case.hex("challenge"), case.hex("mailbox")
    host, signature = case.text("host"), case.hex("signature")
    relay.check_proof(challenge, mailbox, host, signature)
    assert conventions.public_of_seed(seed) == mailbox
    assert conventions.signed(seed, relay.proof_statement(challenge, mailbox, host)) == signature


def proofs_refused(case: Case) -> None:
    """A proof is checked."""
    relay.check_proof(case.hex("challenge"), case.hex("mailbox"), case.text("host"), case.hex("signature"))


def relay_logs(case: Case) -> None:
    """A log gives its ids and running hashes."""
    ids = [envelope.envelope_id(octets(data)) for data in case.raw("envelopes")]
    assert ids == [octets(data) for data in case.raw("envelope_ids")]
    running = relay.running_hashes(case.hex("mailbox"), case.hex("lineage"), ids)
    assert running == [octets(data) for data in case.raw("running")]


# vault.json


def headers(case: Case) -> None:
    """The passphrase opens a head."""
    found = vault.open_head(case.hex("header"), case.text("passphrase"))
    assert found.head.vault == case.hex("vault")
    assert (found.head.memory_mib, found.head.passes) == (case.number("memory_mib"), case.number("passes"))
    assert (found.stretched, found.key, found.admin) == (case.hex("stretched"), case.hex("key"), case.hex("admin"))


def headers_refused(case: Case) -> None:
    """A head is opened."""
    vault.open_head(case.hex("header"), case.text("passphrase"))


def rows(case: Case) -> None:
    """A row opens, and is sealed again to the same bytes."""
    key, name, place, data = case.hex("vault_key"), case.hex("vault"), case.number("number"), case.hex("sealed")
    row = vault.Row(case.hex("room"), case.text("table"), case.hex("key"), case.hex("value"))
    assert vault.open_row(key, name, place, data) == row
    assert vault.seal_row(key, name, place, data[:24], row) == data


def rows_refused(case: Case) -> None:
    """A row is opened."""
    vault.open_row(case.hex("vault_key"), case.hex("vault"), case.number("number"), case.hex("sealed"))


def seeds(case: Case) -> None:
    """An admin seed opens."""
    found = vault.open_seed(case.hex("admin"), case.hex("vault"), case.hex("room"), case.hex("sealed"))
    assert found == case.hex("seed")
    assert conventions.public_of_seed(found) == case.hex("public")


def seeds_refused(case: Case) -> None:
    """An admin seed is opened."""
    vault.open_seed(case.hex("admin"), case.hex("vault"), case.hex("room"), case.hex("sealed"))


def slots(case: Case) -> None:
    """A slot is read, and made again to the same bytes."""
    data, name = case.hex("slot"), case.hex("vault")
    assert vault.read_slot(data) == (name, case.hex("public"))
    assert vault.write_slot(case.hex("vault_key"), name) == data


def slots_refused(case: Case) -> None:
    """A slot is read."""
    vault.read_slot(case.hex("slot"))


def letters(case: Case) -> None:
    """A letter opens, and is made again to the same bytes."""
    key, name, data = case.hex("vault_key"), case.hex("vault"), case.hex("letter")
    fresh, entry = case.hex("fresh_key"), case.hex("entry")
    assert vault.open_letter(key, name, data) == (fresh, entry)
    public = conventions.public_of_secret(vault.letter_secret(key))
    assert vault.write_letter(public, name, case.hex("ephemeral"), fresh, entry) == data
    assert vault.letter_id(data) == case.hex("id")


def letters_refused(case: Case) -> None:
    """A letter is opened."""
    for key in ("ephemeral", "fresh_key"):
        assert len(case.hex(key)) == 32
    vault.open_letter(case.hex("vault_key"), case.hex("vault"), case.hex("letter"))


# pairing.json


def generators(case: Case) -> None:
    """A secret gives its point."""
    found = curve.generator(case.hex("secret"), case.hex("channel"), case.hex("session"))
    assert found == case.hex("generator")


def shares_refused(case: Case) -> None:
    """A share is taken."""
    curve.agreed(case.hex("scalar"), case.hex("own"), case.hex("share"))


def _ticket(case: Case) -> pairing.Ticket:
    """The ticket of a case."""
    return pairing.Ticket(case.text("host"), case.number("purpose"), case.raw("number"), case.hex("secret"))


def tickets(case: Case) -> None:
    """A ticket gives its mailbox and channel identifier."""
    ticket = _ticket(case)
    assert ticket.seed == case.hex("seed")
    assert ticket.mailbox == case.hex("mailbox")
    assert ticket.channel_identifier == case.hex("ci")


def links(case: Case) -> None:
    """A link is read, and written again to the same text."""
    link = pairing.Link(
        case.text("host"),
        case.number("purpose"),
        bool(case.raw("plain")),
        case.hex("secret"),
        case.hex("commitment")[:16],
    )
    assert pairing.read_link(case.text("text")) == link
    assert pairing.write_link(link) == case.text("text")


def links_typed(case: Case) -> None:
    """A link that was typed in another way is the one that is written."""
    assert pairing.write_link(pairing.read_link(case.text("typed"))) == case.text("text")


def links_refused(case: Case) -> None:
    """A link is read."""
    pairing.read_link(case.text("text"))


def _side(side: Case, number: int, point: bytes) -> tuple[pairing.Share, tuple[bytes, bytes], bytes]:
    """Share and commitment, introduction and nonce, and the scalar of a side."""
    opening = side.hex("introduction"), side.hex("nonce")
    first = pairing.Share(side.hex("share"), side.hex("commitment"))
    scalar = side.hex("scalar")
    pairing.check_opening(first.commitment, number, *opening)
    assert curve.share(scalar, point) == first.share
    return first, opening, scalar


def _meeting(case: Case) -> tuple[pairing.Channel, list[tuple[pairing.Share, tuple[bytes, bytes]]]]:
    """The channel of a meeting, and what each side shows."""
    ticket, host, guest = _ticket(case), case.part("host_side"), case.part("guest_side")
    point = pairing.generator_of(ticket, host.hex("commitment"))
    host_share, host_opening, host_scalar = _side(host, pairing.HOST, point)
    guest_share, guest_opening, guest_scalar = _side(guest, pairing.GUEST, point)
    agreed = curve.agreed(host_scalar, host_share.share, guest_share.share)
    assert curve.agreed(guest_scalar, guest_share.share, host_share.share) == agreed
    channel = pairing.channel_of(ticket, host_share, guest_share, agreed)
    return channel, [(host_share, host_opening), (guest_share, guest_opening)]


def meetings(case: Case) -> None:
    """Both sides come to what the case names."""
    channel, sides = _meeting(case)
    assert channel.session_key == case.hex("session_key")
    assert channel.channel == case.hex("channel")
    assert channel.root == case.hex("root")
    assert [channel.tag(side) for side in (1, 2)] == [octets(tag) for tag in case.raw("tags")]
    assert pairing.words_of(channel.channel, sides[0][1], sides[1][1]) == case.raw("words")
    if case.number("purpose") == pairing.FAR:
        pairing.read_joiner(sides[1][1][0], _ticket(case).mailbox)


def pairing_logs(case: Case) -> None:
    """The records of both sides in order say what the meeting of this name says."""
    meeting = next(found for found in other("pairing", "meetings") if found.raw("name") == case.raw("name"))
    channel, ((host, host_opening), (guest, guest_opening)) = _meeting(meeting)
    data = [octets(part) for part in case.raw("records")]
    found = [pairing.read_record(part) for part in data]
    assert [pairing.write_record(part) for part in found] == data
    assert found[0] == host
    assert found[1] == pairing.Reply(guest.share, guest.commitment, channel.tag(pairing.GUEST))
    assert found[2] == pairing.Confirm(channel.tag(pairing.HOST))
    frames = [part for part in found[3:] if isinstance(part, pairing.Frame)]
    assert len(frames) == len(found) - 3
    assert len(found) <= pairing.RECORDS_MAX
    said = _said(channel, frames, pairing.OFFERING[meeting.number("purpose")])
    assert [pairing.read_opening(message) for message in said[:2]] == [host_opening, guest_opening]
    offers = [pairing.read_offer(message, step) for step, message in enumerate(said[2:])]
    assert offers == [[octets(item) for item in offer] for offer in case.raw("offers")]


def _said(channel: pairing.Channel, frames: list[pairing.Frame], offering: tuple[int, ...]) -> list[bytes]:
    """The messages of both sides, each sealed again to the same frames."""
    readers = {side: pairing.Sender(channel.root, side) for side in (pairing.HOST, pairing.GUEST)}
    writers = {side: pairing.Sender(channel.root, side) for side in (pairing.HOST, pairing.GUEST)}
    said = []
    for side in (pairing.HOST, pairing.GUEST, *offering):
        message, taken = readers[side].read_message(frames)
        assert writers[side].write(message) == frames[:taken]
        frames = frames[taken:]
        said.append(message)
    assert not frames
    return said


def pairing_records_refused(case: Case) -> None:
    """A record is read."""
    pairing.read_record(case.hex("record"))


def frames_refused(case: Case) -> None:
    """The next frame of a side is read."""
    frame = pairing.Frame(case.hex("nonce"), case.hex("sealed"))
    pairing.Sender(case.hex("root"), case.number("side"), case.number("counter")).read(frame)


def messages_refused(case: Case) -> None:
    """A message is read."""
    pairing.read_message(case.hex("message"))


def openings_refused(case: Case) -> None:
    """An opening is checked."""
    pairing.check_opening(case.hex("commitment"), case.number("side"), case.hex("introduction"), case.hex("nonce"))


def _card(case: Case) -> membership.Card:
    """The card of a case, which fits its secrets."""
    card = membership.Card(case.hex("everyday"), case.hex("admin"), case.hex("box"))
    assert conventions.public_of_seed(case.hex("everyday_seed")) == card.everyday
    assert conventions.public_of_seed(case.hex("admin_seed")) == card.admin
    assert conventions.public_of_secret(case.hex("box_secret")) == card.box
    data = case.hex("card")
    assert membership.read_card(conventions.decode(data)) == card
    assert conventions.encode(membership.write_card(card)) == data
    assert membership.device_id(card) == case.hex("device_id")
    return card


def joiners(case: Case) -> None:
    """A partner far away proves its card."""
    introduction, mailbox, card = case.hex("introduction"), case.hex("mailbox"), _card(case)
    assert pairing.read_joiner(introduction, mailbox) == card
    statement = pairing.far_statement(mailbox, case.hex("device_id"))
    signed = [conventions.signed(case.hex(seed), statement) for seed in ("everyday_seed", "admin_seed")]
    assert conventions.encode([membership.write_card(card), [*signed]]) == introduction


def joiners_refused(case: Case) -> None:
    """A partner far away is read."""
    pairing.read_joiner(case.hex("introduction"), case.hex("mailbox"))


def safety_numbers(case: Case) -> None:
    """Two persons give their digits."""
    first, second = (octets(person) for person in case.raw("persons"))
    assert pairing.safety_number((first, second)) == case.text("digits")


# membership.json


def cards(case: Case) -> None:
    """A card gives its device id."""
    _card(case)


def cards_refused(case: Case) -> None:
    """A card is read."""
    membership.read_card(conventions.decode(case.hex("card")))


def geneses(case: Case) -> None:
    """A genesis gives its fields, space id and signatures."""
    data = case.hex("genesis")
    genesis = membership.begun(data)
    assert genesis.salt == case.hex("salt")
    assert genesis.body == case.hex("body")
    assert genesis.space == case.hex("space_id")
    mailbox, epoch = case.hex("mailbox"), case.hex("epoch")
    assert genesis.epoch.mailbox == mailbox
    assert envelope.epoch_of(epoch).mailbox == mailbox
    signatures: list[conventions.Value] = []
    for founder, card, wrap in zip(case.parts("founders"), genesis.founders, genesis.epoch.wraps, strict=True):
        assert _card(founder) == card
        assert wrap == (founder.hex("device_id"), founder.hex("wrap"))
        assert envelope.wrap(founder.hex("ephemeral_secret"), card.box, epoch, mailbox) == wrap[1]
        assert envelope.unwrap_epoch(founder.hex("box_secret"), card.box, mailbox, wrap[1]) == epoch
        statement = membership.genesis_statement(genesis.body)
        signatures.append([conventions.signed(founder.hex(key), statement) for key in ("everyday_seed", "admin_seed")])
    assert [[octets(part) for part in pair] for pair in case.raw("signatures")] == signatures
    assert membership.write_genesis(genesis.body, signatures) == data


def geneses_refused(case: Case) -> None:
    """A device begins with a genesis."""
    membership.begun(case.hex("genesis"))


def _join(case: Case) -> tuple[membership.Card, bytes, tuple[bytes, bytes]]:
    """The card, what its keys sign, and the proofs of a join."""
    card = membership.read_card(conventions.decode(case.hex("card")))
    assert membership.device_id(card) == case.hex("device_id")
    statement = membership.join_statement(case.hex("space"), case.hex("person"), case.hex("device_id"))
    return card, statement, (case.hex("proof_everyday"), case.hex("proof_admin"))


def joins(case: Case) -> None:
    """The proofs of a join hold."""
    card, statement, pair = _join(case)
    membership.check_pair(card, statement, pair)
    for seed, proof in zip(("everyday_seed", "admin_seed"), pair, strict=True):
        assert conventions.signed(case.hex(seed), statement) == proof


def joins_refused(case: Case) -> None:
    """The proofs of a join are checked."""
    membership.check_pair(*_join(case))


def _operation(case: Case) -> membership.Operation:
    """The operation of a case, whose statement, id and signature fit."""
    seed, space, author = case.hex("author_seed"), case.hex("space"), case.hex("author")
    found = membership.read_operation(case.hex("payload"))
    statement = membership.operation_statement(space, author, found.body)
    assert found.body == case.hex("body")
    assert statement == case.hex("statement")
    assert membership.operation_id(space, author, found.body) == case.hex("operation_id")
    assert conventions.signed(seed, statement) == found.signature == case.hex("signature")
    assert conventions.encode([found.body, found.signature]) == case.hex("payload")
    assert list(found.parents) == [octets(parent) for parent in case.raw("parents")]
    return found


def _author_card(case: Case) -> membership.Card:
    """The keys of whoever signs."""
    return membership.read_card(conventions.decode(case.hex("author_card")))


def operations(case: Case) -> None:
    """An adding gives its fields."""
    found = _operation(case)
    keys, person, newcomer = _author_card(case), case.hex("person"), case.part("newcomer")
    assert membership.judged(case.hex("payload"), case.hex("space"), case.hex("author"), keys, person) == found
    card = _card(newcomer)
    assert (found.number, found.card) == (membership.DEVICE_ADD, card)
    assert found.proofs == tuple(octets(proof) for proof in case.raw("proofs"))
    mailbox, epoch, wrap = case.hex("mailbox"), case.hex("epoch"), case.hex("wrap")
    assert found.epoch == membership.Epoch(0, mailbox, ((newcomer.hex("device_id"), wrap),))
    assert envelope.wrap(case.hex("ephemeral_secret"), card.box, epoch, mailbox) == wrap


def kinds(case: Case) -> None:
    """An operation of each kind gives its fields, and its proofs, consent and wraps are good."""
    found = _operation(case)
    assert found.number == case.number("number")
    space, author = case.hex("space"), case.hex("author")
    membership.check_proofs(space, author, found)
    known = {part.hex("device_id"): part for part in other("membership", "cards")}
    if found.second is not None:
        membership.check_second(space, author, found, known[found.second[0]].hex("admin"))
    if found.epoch is not None:
        _wraps_open(found.epoch, known)


def _wraps_open(epoch: membership.Epoch, known: dict[bytes, Case]) -> None:
    """Each wrap for a device whose secret is known holds the key of the epoch's mailbox."""
    keys = set()
    for device, wrap in epoch.wraps:
        if device in known:
            secret, box = known[device].hex("box_secret"), known[device].hex("box")
            keys.add(envelope.unwrap_epoch(secret, box, epoch.mailbox, wrap))
    assert len(keys) == 1


def operations_refused(case: Case) -> None:
    """An operation is judged by itself."""
    membership.judged(
        case.hex("payload"), case.hex("space"), case.hex("author"), _author_card(case), case.hex("person")
    )


def membership_logs(case: Case) -> None:
    """A set of operations gives its state, in whichever order it comes."""
    space = case.hex("space")
    genesis = next(
        membership.begun(found.hex("genesis"))
        for found in other("membership", "geneses")
        if found.hex("space_id") == space
    )
    acts = [_signed_act(part, space) for part in case.parts("operations")]
    for order in (acts, acts[::-1]):
        log = Log(genesis)
        log.take(order)
        _stands(log, case)


def _signed_act(part: Case, space: bytes) -> tuple[bytes, bytes, membership.Operation]:
    """The space and the author that a record names, and its operation."""
    named = part.hex("space") if part.has("space") else space
    return named, part.hex("author"), membership.read_operation(part.hex("payload"))


def _stands(log: Log, case: Case) -> None:
    """Compare what stands with what the case names."""
    names = frozenset(log.acts)
    state = log.state(names)
    current = log.current(names)
    assert sorted(state.active) == [octets(device) for device in case.raw("active")]
    assert sorted(state.words.values()) == [octets(words) for words in case.raw("words")]
    assert sorted(state.active - state.confirmed) == [octets(device) for device in case.raw("unconfirmed")]
    voided = dict.fromkeys(state.struck, "STRUCK") | state.voided
    assert {name.hex(): why for name, why in voided.items()} == case.raw("voided")
    assert {name.hex(): why for name, why in log.refused.items()} == case.raw("refused")
    assert state.ended == case.raw("split")
    assert log.highest(names) == case.number("highest")
    assert (None if current is None else current.hex()) == case.raw("current")
    assert {device.hex(): cut.hex() for device, cut in log.cuts(names).items()} == case.raw("cuts")


def handed_over(case: Case) -> None:
    """What is handed over holds what the case names beside it."""
    encoding = case.hex("encoding")
    match case.raw("name"):
        case "invitation":
            assert membership.read_invitation(encoding) == (case.hex("space"), case.hex("person"))
        case "request":
            card = membership.read_card(conventions.decode(case.hex("card")))
            first, second = (octets(proof) for proof in case.raw("proofs"))
            assert membership.read_request(encoding) == (card, (first, second))
        case "welcome":
            found = _record(case)
            assert record.joined(found) == case.hex("record")
            assert record.read(found).kind == record.KIND_OPERATION
            assert membership.read_welcome(encoding) == (case.hex("genesis"), case.hex("record"))
        case "welcome_of_founder":
            assert membership.read_welcome(encoding) == (case.hex("genesis"), None)
        case name:
            raise AssertionError(name)


# recovery.json


def words(case: Case) -> None:
    """Words give keys in a space, and the key of the signposts' mailbox."""
    entropy = case.hex("entropy")
    assert recovery.signpost_epoch(entropy) == case.hex("signpost_epoch")
    assert envelope.epoch_of(case.hex("signpost_epoch")).mailbox == case.hex("signpost_mailbox")
    found = recovery.keys_of(entropy, case.hex("space"), case.hex("person"))
    card = membership.read_card(conventions.decode(case.hex("card")))
    secrets = case.hex("everyday_seed"), case.hex("admin_seed"), case.hex("box_secret")
    assert ((found.everyday_seed, found.admin_seed, found.box_secret), found.card) == (secrets, card)
    assert membership.device_id(card) == case.hex("device_id")


def signposts(case: Case) -> None:
    """A signpost says what the case names, and is written again to the same bytes."""
    epoch, data = case.hex("signpost_epoch"), case.hex("signpost")
    ways = [recovery.Way(*(part.hex(name) for name in ("genesis", "person", "epoch"))) for part in case.parts("ways")]
    said = recovery.Signpost(case.text("relay"), tuple(ways))
    assert recovery.read(epoch, data) == said
    assert recovery.write(epoch, case.hex("nonce"), said) == data


def signposts_refused(case: Case) -> None:
    """A signpost is read."""
    recovery.read(case.hex("signpost_epoch"), case.hex("signpost"))


def bodies_refused(case: Case) -> None:
    """A signpost is sealed around a plaintext, and read."""
    epoch = case.hex("signpost_epoch")
    recovery.read(epoch, recovery.seal(epoch, case.hex("nonce"), case.hex("plaintext")))


# epochs.json


def _whole(data: bytes) -> record.Record:
    """The record that these bytes are."""
    found, rest = record.parted(data)
    assert not rest
    return found


def forwards(case: Case) -> None:
    """A forward gives its records, and is sealed to the same bytes."""
    key, left = case.hex("epoch"), [octets(one) for one in case.raw("records")]
    found = case.hex("forward")
    assert closing.open_forward(key, found) == [_whole(one) for one in left]
    assert closing.seal_forward(key, case.hex("nonce"), conventions.encode([1, [*left]])) == found


def forwards_refused(case: Case) -> None:
    """A forward is opened."""
    closing.open_forward(case.hex("epoch"), case.hex("forward"))


def meetings_of_two(case: Case) -> None:
    """A device and the card of another give the key and the mailbox of their meeting."""
    mine, other = (membership.read_card(conventions.decode(case.hex(card))) for card in ("card", "other"))
    assert membership.device_id(mine) == case.hex("device_id")
    assert mine.box == conventions.public_of_secret(case.hex("box_secret"))
    assert membership.device_id(other) == case.hex("other_id")
    key = closing.meeting(
        case.hex("box_secret"), other.box, case.hex("device_id"), case.hex("other_id"), case.hex("space")
    )
    assert key == case.hex("epoch")
    assert closing.meeting_mailbox(key) == case.hex("mailbox")


# checkpoint.json


def bags(case: Case) -> None:
    """A bag gives its records."""
    found = checkpoint.unpack(case.hex("bag"), case.hex("space"))
    assert [record.joined(one).hex() for one in found] == case.raw("records")


def bags_refused(case: Case) -> None:
    """A bag is opened."""
    checkpoint.unpack(case.hex("bag"), case.hex("space"))


def parts(case: Case) -> None:
    """Parts give their bag."""
    found = checkpoint.joined([checkpoint.read_part(octets(part)) for part in case.raw("parts")])
    assert case.error or found == case.hex("bag")


def letters_of_bags(case: Case) -> None:
    """Letters give the bag that they carry."""
    found = checkpoint.carried([_whole(octets(one)) for one in case.raw("letters")], case.hex("everyday"))
    assert case.error or found == case.hex("bag")


OPENERS: dict[tuple[str, str], Opener] = {
    ("codec", "values"): codec_values,
    ("codec", "refused"): codec_refused,
    ("epochs", "forwards"): forwards,
    ("epochs", "forwards_refused"): forwards_refused,
    ("epochs", "meetings"): meetings_of_two,
    ("checkpoint", "bags"): bags,
    ("checkpoint", "bags_refused"): bags_refused,
    ("checkpoint", "parts"): parts,
    ("checkpoint", "parts_refused"): parts,
    ("checkpoint", "letters"): letters_of_bags,
    ("checkpoint", "letters_refused"): letters_of_bags,
    ("envelope", "epochs"): epochs,
    ("envelope", "padded"): padded,
    ("envelope", "sealed"): sealed,
    ("envelope", "open_refused"): open_refused,
    ("envelope", "wraps"): wraps,
    ("envelope", "wraps_refused"): wraps_refused,
    ("membership", "cards"): cards,
    ("membership", "cards_refused"): cards_refused,
    ("membership", "geneses"): geneses,
    ("membership", "geneses_refused"): geneses_refused,
    ("membership", "joins"): joins,
    ("membership", "joins_refused"): joins_refused,
    ("membership", "operations"): operations,
    ("membership", "operations_refused"): operations_refused,
    ("membership", "kinds"): kinds,
    ("membership", "kinds_refused"): operations_refused,
    ("membership", "logs"): membership_logs,
    ("membership", "pairing"): handed_over,
    ("pairing", "generators"): generators,
    ("pairing", "shares_refused"): shares_refused,
    ("pairing", "tickets"): tickets,
    ("pairing", "links"): links,
    ("pairing", "links_typed"): links_typed,
    ("pairing", "links_refused"): links_refused,
    ("pairing", "meetings"): meetings,
    ("pairing", "logs"): pairing_logs,
    ("pairing", "records_refused"): pairing_records_refused,
    ("pairing", "frames_refused"): frames_refused,
    ("pairing", "messages_refused"): messages_refused,
    ("pairing", "openings_refused"): openings_refused,
    ("pairing", "joiners"): joiners,
    ("pairing", "joiners_refused"): joiners_refused,
    ("pairing", "safety_numbers"): safety_numbers,
    ("record", "records"): records,
    ("record", "refused"): records_refused,
    ("recovery", "words"): words,
    ("recovery", "signposts"): signposts,
    ("recovery", "signposts_refused"): signposts_refused,
    ("recovery", "bodies_refused"): bodies_refused,
    ("relay", "messages"): messages,
    ("relay", "accepted"): accepted,
    ("relay", "malformed"): frames_malformed,
    ("relay", "proofs"): proofs,
    ("relay", "proofs_refused"): proofs_refused,
    ("relay", "logs"): relay_logs,
    ("vault", "headers"): headers,
    ("vault", "headers_refused"): headers_refused,
    ("vault", "rows"): rows,
    ("vault", "rows_refused"): rows_refused,
    ("vault", "seeds"): seeds,
    ("vault", "seeds_refused"): seeds_refused,
    ("vault", "slots"): slots,
    ("vault", "slots_refused"): slots_refused,
    ("vault", "letters"): letters,
    ("vault", "letters_refused"): letters_refused,
}
