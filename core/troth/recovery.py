"""Twelve words bring a person back in: they are a weak device, and find by themselves where their spaces are.

The core takes the sixteen bytes that words stand for; their spelling is the client's matter. What they may do is judged
where everything else is: `add_device` and `revoke_device` take their keys like any others (specs/recovery.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from troth import crypto
from troth.crypto import NONCE_BYTES, TAG_BYTES, Signer
from troth.genesis import GENESIS_BYTES_MAX, Genesis
from troth.keys import DeviceKeys, Entropy, Epoch
from troth.membership import Members
from troth.operations import Operation
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, RemoteError, UsageError, VersionError
from troth_wire.ids import OperationId, PersonId, SpaceId
from troth_wire.limits import ADDRESS_BYTES_MAX, SIGNPOST_BYTES, SIGNPOST_SPACES_MAX, SIGNPOSTS_READ_MAX
from troth_wire.said import Said

__all__ = ["ENTROPY_BYTES", "Signpost", "Way", "Words", "check_taken", "gather", "undoubted"]

ENTROPY_BYTES: Final = 16
VERSION: Final = 1
LENGTH_BYTES: Final = 2
_PREFIX: Final = bytes([1, 1])
_SEALED_AT: Final = len(_PREFIX) + NONCE_BYTES
SEALED_BYTES: Final = _SEALED_AT + SIGNPOST_BYTES + TAG_BYTES
_KEYS: Final = (b"troth/everyday", b"troth/admin", b"troth/box")


@dataclass(frozen=True, repr=False)
class Words:
    """What twelve words stand for. Whoever has them reads all that the person reads, from everywhere and for good."""

    entropy: bytes

    def __post_init__(self) -> None:
        """Refuse what twelve words can not say."""
        if len(self.entropy) != ENTROPY_BYTES:
            raise UsageError(f"twelve words stand for {ENTROPY_BYTES} bytes")

    @classmethod
    def draw(cls, entropy: Entropy) -> "Words":
        """Draw new words; a person never chooses them, since nothing but chance makes them hard to guess."""
        return cls(entropy(ENTROPY_BYTES))

    @cached_property
    def _root(self) -> bytes:
        return crypto.digest(b"troth/recovery", self.entropy)

    @property
    def signposts(self) -> Epoch:
        """The key of the mailbox in which the signposts lie: a device keeps it to write more, and learns no more."""
        return Epoch(crypto.derive(self._root, b"troth/signpost"))

    def keys(self, space: SpaceId, person: PersonId) -> tuple[DeviceKeys, Signer]:
        """Return the words' keys for a person in a space; they go wherever a device's keys do, and may do less."""
        seed = crypto.derive(self._root, b"troth/weak", space + person)
        derived = (crypto.derive(seed, label) for label in _KEYS)
        keys, admin = DeviceKeys.make(lambda _: next(derived))
        return keys, Signer(admin)


@dataclass(frozen=True)
class Way:
    """How words get into one space."""

    genesis: Genesis
    person: PersonId
    """Whose words they are there."""
    epoch: Epoch = field(repr=False)
    """One that was current when this was written: from its mailbox forwards lead on."""


@dataclass(frozen=True)
class Signpost:
    """What words find at a relay: where the spaces are."""

    relay: str
    """The address as it is dialled."""
    ways: tuple[Way, ...]

    def seal(self, epoch: Epoch, nonce: bytes) -> bytes:
        """Return the entry for the signposts' mailbox; it has the same size whatever it says.

        Args:
            epoch: What `Words.signposts` gives.
            nonce: 24 fresh random bytes.

        Raises:
            UsageError: If the address is too long, or there are more spaces than one signpost holds, or none.
        """
        if len(self.relay.encode()) > ADDRESS_BYTES_MAX or not 1 <= len(self.ways) <= SIGNPOST_SPACES_MAX:
            raise UsageError(f"a signpost names a relay and 1 to {SIGNPOST_SPACES_MAX} spaces")
        ways = [[way.genesis.encode(), way.person, way.epoch.key] for way in self.ways]
        body = codec.pack([VERSION, self.relay, ways])
        plaintext = (len(body).to_bytes(LENGTH_BYTES, "big") + body).ljust(SIGNPOST_BYTES, b"\x00")
        return _PREFIX + nonce + crypto.aead_seal(epoch.seal_key, nonce, plaintext, _context(epoch))

    @classmethod
    def open_(cls, entry: bytes, epoch: Epoch) -> "Signpost":
        """Read an entry of the signposts' mailbox.

        Raises:
            MalformedError: If it has not the size or the form of one.
            VersionError: If it is of a version or algorithm unknown here.
            ForgedError: If it was not sealed under this key, or a genesis in it is not signed by all its founders.
        """
        if len(entry) != SEALED_BYTES:
            raise MalformedError("not the size of a signpost")
        if not entry.startswith(_PREFIX):
            raise VersionError("the signpost was sealed by a newer version")
        nonce, sealed = entry[len(_PREFIX) : _SEALED_AT], entry[_SEALED_AT:]
        plaintext = crypto.aead_open(epoch.seal_key, nonce, sealed, _context(epoch))
        end = LENGTH_BYTES + int.from_bytes(plaintext[:LENGTH_BYTES], "big")
        if end > SIGNPOST_BYTES or any(plaintext[end:]):
            raise MalformedError("a signpost whose length or filling does not hold")
        _, relay, ways = codec.decode(plaintext[LENGTH_BYTES:end], _SHAPE, bytes_max=SIGNPOST_BYTES)
        return cls(relay, ways)


def _context(epoch: Epoch) -> bytes:
    return b"troth/signpost\x00" + _PREFIX + epoch.mailbox


_WAY_FIELDS: Final = codec.fields(codec.blob(GENESIS_BYTES_MAX), codec.raw(32), codec.raw(32))


def _way(item: object) -> Way:
    encoded, person, key = _WAY_FIELDS(item)
    genesis = Genesis.parse(encoded)
    if not genesis.complete:
        raise ForgedError("a genesis that not all its founders signed")
    if person not in genesis.epoch.wraps:
        raise MalformedError("a person that the space does not have")
    return Way(genesis, person, Epoch(key))


_SHAPE: Final = codec.known(
    VERSION,
    then=codec.fields(
        codec.either(VERSION), codec.text(ADDRESS_BYTES_MAX), codec.many(_way, SIGNPOST_SPACES_MAX, minimum=1)
    ),
)


def gather(entries: Sequence[bytes], epoch: Epoch) -> tuple[Signpost, ...]:
    """Return every different signpost that opens, the newest first; the rest is passed over.

    All of them count, since a stolen device may have written the newest: a false one costs an attempt, and hides
    nothing. Of many entries the first one is read, which was written when the words were made, and the last ones.

    Args:
        entries: What lies in the signposts' mailbox, in its order; at least the first and the last of it.
        epoch: What `Words.signposts` gives.
    """
    found: list[Signpost] = []
    for entry in [*reversed(entries[1:][1 - SIGNPOSTS_READ_MAX :]), *entries[:1]]:
        try:
            signpost = Signpost.open_(entry, epoch)
        except RemoteError:
            # Whoever held the key may have left anything there, and it must not stand before what is good.
            continue
        if signpost not in found:
            found.append(signpost)
    return tuple(found)


def check_taken(members: Members, words: DeviceKeys) -> None:
    """Check, once a space was read, that it is one that took these words: nobody could make them agree to another.

    Raises:
        ForgedError: If it never did, so whoever wrote the signpost led elsewhere.
        UsageError: If others took their place since.
    """
    if words.device not in members.weak:
        raise ForgedError(Said("this space never took these words"))
    if words.device not in members.words.values():
        raise UsageError(
            Said("other words took the place of these; what they can read stays readable, and they change nothing")
        )


def undoubted(operations: Iterable[Operation], doubted: Iterable[OperationId]) -> tuple[Operation, ...]:
    """Leave out some operations and all that has one of them in its past.

    Words act on the members that the rest makes: so nothing that a thief signed is among their parents.
    """
    left, gone = list(operations), set(doubted)
    while spread := {item.id for item in left if item.id not in gone and not gone.isdisjoint(item.parents)}:
        gone |= spread
    return tuple(item for item in left if item.id not in gone)
