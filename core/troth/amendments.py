"""How a device writes what changes who belongs: each function returns the payload of one record of kind OPERATION.

Values in, bytes out. The admin key is handed over for one use; what is refused here would count nowhere. A new epoch
needs no admin key, so that any device may begin one at any time.
"""

from collections.abc import Iterable

from troth import crypto
from troth.crypto import Signer
from troth.epochs import Announcement, announce
from troth.keys import Card, DeviceKeys, Entropy, Epoch
from troth.membership import Members
from troth.operations import (
    Ends,
    OperationKind,
    check_proofs,
    operation_statement,
    second_statement,
    words_statement,
)
from troth.record import Tip
from troth_wire import codec
from troth_wire.errors import ForgedError, UsageError
from troth_wire.ids import DeviceId, PersonId
from troth_wire.limits import HEADER_HEADS_MAX, WIRE_VERSION
from troth_wire.said import Said

__all__ = [
    "Second",
    "check_second_for",
    "confirm_device",
    "payload",
    "rekey",
    "revoke_device",
    "rotate",
    "second_for",
    "set_recovery",
    "split",
    "words_proofs",
]


Second = tuple[DeviceId, bytes]
"""A second device of a person, and what it signed to agree to new recovery words."""


def payload(members: Members, author: DeviceId, signer: Signer, kind: OperationKind, *fields: object) -> bytes:
    """Return an operation on the heads that its author knows, signed."""
    body = codec.pack([WIRE_VERSION, kind, members.heads_for(author), *fields])
    return codec.pack([body, signer.sign(operation_statement(members.space, author, body))])


def revoke_device(
    members: Members,
    author: DeviceKeys,
    admin: Signer,
    victim: DeviceId,
    tips: Iterable[Tip],
    epoch: Epoch | None,
    entropy: Entropy,
) -> bytes:
    """Return the payload that removes an own device, for good.

    Args:
        members: As they are known; what the victim signed up to here is not beyond the cut.
        author: An own device, or the recovery words.
        admin: Its admin key.
        victim: The device; it may be the author itself.
        tips: The last record that counts of each of the victim's lives; a life that is missing counts for nothing.
        epoch: A fresh one, for all who remain; None leaves it to whoever rotates next.
        entropy: For the wraps.

    Raises:
        UsageError: If the victim is no device of the author's person.
    """
    person = members.person(author.device)
    if members.person_of.get(victim) != person or victim in members.weak:
        raise UsageError(Said("a device of your own can be removed, and no other"))
    remaining = [card for card in members.recipients if card.device != victim]
    next_epoch = _following(members, epoch, remaining, entropy)
    ends = _ends(members, victim, tips)
    return payload(members, author.device, admin, OperationKind.DEVICE_REVOKE, victim, ends.parts(), next_epoch)


def confirm_device(members: Members, author: DeviceKeys, admin: Signer, device: DeviceId) -> bytes:
    """Return the payload that says of an own device that it is in its person's hands: its commitments count.

    Args:
        members: As they are known.
        author: Another own device, one that is confirmed; or the recovery words, where there is none.
        admin: Its admin key.
        device: The one that is confirmed.

    Raises:
        UsageError: If it is no other active device of the author's person.
    """
    own = members.devices(members.person(author.device))
    if device == author.device or device not in own:
        raise UsageError(Said("another device of your own can be confirmed, and nothing else"))
    return payload(members, author.device, admin, OperationKind.DEVICE_CONFIRM, device)


def rekey(
    members: Members,
    author: DeviceKeys,
    admin: Signer,
    renewed: Card,
    proofs: tuple[bytes, bytes],
    tips: Iterable[Tip],
    epoch: Epoch | None,
    entropy: Entropy,
) -> bytes:
    """Return the payload by which a device gives itself new keys, and with them a new id; the old one is dead.

    Raises:
        ForgedError: If the proofs, by the new keys, are not for this space and person.
        UsageError: If the new keys are known already, or the author belongs to nobody here.
    """
    person = members.person(author.device)
    check_proofs(members.space, person, renewed, proofs)
    _check_fresh(members, renewed)
    remaining = [card for card in members.recipients if card.device != author.device]
    next_epoch = _following(members, epoch, [*remaining, renewed], entropy)
    fields = renewed.parts(), proofs, _ends(members, author.device, tips).parts(), next_epoch
    return payload(members, author.device, admin, OperationKind.DEVICE_REKEY, *fields)


def words_proofs(members: Members, person: PersonId, words: DeviceKeys, admin: Signer) -> tuple[bytes, bytes]:
    """Return the proofs by which recovery words agree to be this person's."""
    said = words_statement(members.space, person, words.device)
    return words.signer.sign(said), admin.sign(said)


def second_for(members: Members, author: DeviceId, words: DeviceId, admin: Signer) -> bytes:
    """Return a second device's consent to new recovery words, which holds only on the heads the author has now."""
    return admin.sign(second_statement(members.space, author, words, members.heads_for(author)))


def check_second_for(members: Members, author: DeviceId, words: DeviceId, second: Second) -> None:
    """Check a second device's consent before anything is built on it.

    Raises:
        ForgedError: If it is no other device of the author's person, or agreed to something else, or at another time.
    """
    device, signature = second
    if device not in members.devices(members.person(author)) - {author}:
        raise ForgedError("only another device of the same person can agree")
    statement = second_statement(members.space, author, words, members.heads_for(author))
    crypto.verify(members.cards[device].admin, statement, signature)


def set_recovery(
    members: Members,
    author: DeviceKeys,
    admin: Signer,
    words: Card,
    proofs: tuple[bytes, bytes],
    second: Second | None,
    epoch: Epoch | None,
    entropy: Entropy,
) -> bytes:
    """Return the payload that puts new recovery words in the place of the old ones, if there are any.

    Args:
        members: As they are known.
        author: The old words; or a device, with a second one unless it is the only one and there were never words.
        admin: The author's admin key.
        words: The card of the new words.
        proofs: What `words_proofs` gave.
        second: Which other own device agrees, and what `second_for` gave there.
        epoch: A fresh one, for all who may read then; None leaves it to whoever rotates next.
        entropy: For the wraps.

    Raises:
        ForgedError: If the proofs are not for this space and person.
        UsageError: If the words are known already, or the author belongs to nobody here.
    """
    person = members.person(author.device)
    check_proofs(members.space, person, words, proofs, statement=words_statement)
    _check_fresh(members, words)
    remaining = [card for card in members.recipients if card.device != members.words.get(person)]
    next_epoch = _following(members, epoch, [*remaining, words], entropy)
    fields = words.parts(), proofs, second, next_epoch
    return payload(members, author.device, admin, OperationKind.RECOVERY_SET, *fields)


def rotate(members: Members, author: DeviceKeys, epoch: Epoch, entropy: Entropy) -> bytes:
    """Return the payload that begins a new epoch for all who belong, signed with the everyday key."""
    announced = _following(members, epoch, members.recipients, entropy)
    return payload(members, author.device, author.signer, OperationKind.EPOCH, announced)


def split(members: Members, author: DeviceKeys, admin: Signer) -> bytes:
    """Return the payload that ends the space: for both, for good, and without taking anything from either.

    Raises:
        UsageError: If the space has one person only.
    """
    if len(set(members.person_of.values())) == 1:
        raise UsageError(Said("a space of one person has nobody to part from"))
    return payload(members, author.device, admin, OperationKind.SPLIT)


def _check_fresh(members: Members, card: Card) -> None:
    if card.device in members.cards:
        raise UsageError(Said("these keys are known already; draw new ones"))


def _ends(members: Members, victim: DeviceId, tips: Iterable[Tip]) -> Ends:
    ascending = tuple(sorted(tips, key=lambda tip: tip.incarnation))
    return Ends(ascending, tuple(sorted(members.last.get(victim, ())[:HEADER_HEADS_MAX])))


def _following(members: Members, epoch: Epoch | None, cards: Iterable[Card], entropy: Entropy) -> list[object] | None:
    if epoch is None:
        return None
    announcement: Announcement = announce(epoch, cards, entropy, generation=members.highest + 1)
    return announcement.parts()
