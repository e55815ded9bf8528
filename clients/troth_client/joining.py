"""How a device comes into a space: values of bytes that people carry between devices, and keys that stay in vaults.

One person alone: `create_space`.
Two persons: each makes a `card`; one drafts the genesis from both with `draft_genesis`; the other signs it with
`countersign_genesis`; both `join`.
Another device of the same person: `Space.invite`, `request_to_join`, `Space.admit`, `join`.

What is carried holds no secret in the clear, and must come over a channel that both ends trust (specs/membership.md).
Each function takes the time that the passphrase costs, about a second: do not call it in an event loop.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

from troth import (
    Card,
    Cost,
    DeviceKeys,
    Genesis,
    Identity,
    Invitation,
    Row,
    Signer,
    Welcome,
    begin,
    countersign,
    found,
    request,
)
from troth.keys import CARD
from troth_client.machine import COST, MACHINE, Machine
from troth_client.room import SETTINGS, About, Room, kind_of
from troth_client.vault import Vault
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError
from troth_wire.ids import SpaceId
from troth_wire.said import Said

__all__ = [
    "A_REQUEST",
    "brought",
    "card",
    "check_joined",
    "countersign_genesis",
    "create_space",
    "draft_genesis",
    "join",
    "request_to_join",
]

JOINING: Final = "joining"
IDENTITY: Final = "identity"
A_CARD: Final = Said("What was brought here is no card, or not all of it. Nothing was changed. Bring it over anew.")
A_DRAFT: Final = Said("What was brought here is no draft, or not all of it. Nothing was changed. Bring it over anew.")
AN_INVITATION: Final = Said(
    "What was brought here is no invitation, or not all of it. Nothing was changed. Bring it over anew."
)
A_REQUEST: Final = Said(
    "What was brought here is no request, or not all of it. Nothing was changed. Bring it over anew."
)
A_WELCOME: Final = Said(
    "What was brought here is no welcome, or not all of it. Nothing was changed. Bring it over anew."
)
FOUNDERS: Final = 2
CARD_BYTES_MAX: Final = 256
NEWCOMER_BYTES_MAX: Final = 512

AnyPath = str | os.PathLike[str]
Read = TypeVar("Read")

_SECRET: Final = codec.raw(32)
_NEWCOMER: Final = codec.fields(CARD, _SECRET, _SECRET, codec.maybe(codec.raw(32)))


@dataclass(frozen=True, repr=False)
class Newcomer:
    """A device that is in no space yet: its keys, and the space that it agreed to."""

    keys: DeviceKeys
    space: SpaceId | None = None

    def row(self) -> Row:
        """Return the row that remembers it."""
        keys = self.keys
        parts = [keys.card.parts(), keys.everyday_seed, keys.box_secret, self.space]
        return Row(JOINING, b"", codec.pack(parts))

    @classmethod
    def parse(cls, data: bytes) -> "Newcomer":
        """Read what `row` wrote.

        Raises:
            MalformedError: If it was not written by it.
        """
        public, everyday, box, space = codec.decode(data, _NEWCOMER, bytes_max=NEWCOMER_BYTES_MAX)
        return cls(DeviceKeys(public, everyday, box), space)


def create_space(
    path: AnyPath, *, passphrase: str, settings: Sequence[Row] = (), cost: Cost = COST, machine: Machine = MACHINE
) -> None:
    """Make a space for one person, in a new vault.

    Args:
        path: The vault; there must be no file yet.
        passphrase: What opens it from now on.
        settings: What the vault's own room holds from the beginning.
        cost: How hard the passphrase is to guess.
        machine: For tests.

    Raises:
        UsageError: If there is a file, or the passphrase is empty.
        StoreError: If the vault can not be written.
    """
    keys, admin = DeviceKeys.make(machine.entropy)
    genesis = countersign(found([keys.card], machine.entropy), keys, Signer(admin))
    rows = begin(Identity.welcomed(keys, Welcome(genesis, None)), machine.entropy)
    Vault.create(
        path,
        passphrase=passphrase,
        admin=admin,
        rows=rows,
        kind=kind_of(genesis),
        settings=settings,
        cost=cost,
        machine=machine,
    ).close()


def card(path: AnyPath, *, passphrase: str, cost: Cost = COST, machine: Machine = MACHINE) -> bytes:
    """Return the card of a device that will found a space for two; makes its vault, or opens it again.

    Raises:
        UsageError: If the vault is in a space already.
        StoreError: If the vault can not be opened or written.
    """
    with _made(path, passphrase, cost, machine) as (_, _, newcomer):
        return codec.pack(newcomer.keys.card.parts())


def draft_genesis(path: AnyPath, *, passphrase: str, cards: Sequence[bytes], machine: Machine = MACHINE) -> bytes:
    """Return the genesis of a space for two, signed by this device; the other one countersigns it.

    Args:
        path: This device's vault.
        passphrase: What opens it.
        cards: The cards of both devices.
        machine: For tests.

    Raises:
        UsageError: If these are not two cards, this device's among them.
        MalformedError: If one is no card.
        StoreError: If the vault can not be opened or written.
    """
    founders = {brought(data, _card, A_CARD) for data in cards}
    if len(founders) != FOUNDERS:
        raise UsageError(Said("a space for two is founded by two devices"))
    with _opened(path, passphrase, machine) as (_, room, newcomer):
        genesis = countersign(found(founders, machine.entropy), newcomer.keys, room.admin(passphrase))
        room.commit([replace(newcomer, space=genesis.space).row()])
        return genesis.encode()


def countersign_genesis(path: AnyPath, *, passphrase: str, draft: bytes, machine: Machine = MACHINE) -> bytes:
    """Return the welcome to a space for two, now signed by both, with which both devices join.

    Raises:
        UsageError: If this device does not found the space.
        MalformedError, ForgedError: If the draft does not hold, or the other device has not signed it.
        StoreError: If the vault can not be opened or written.
    """
    drafted = brought(draft, Genesis.parse, A_DRAFT)
    with _opened(path, passphrase, machine) as (_, room, newcomer):
        genesis = countersign(drafted, newcomer.keys, room.admin(passphrase))
        if not genesis.complete:
            raise ForgedError("the other founder has not signed this draft")
        room.commit([replace(newcomer, space=genesis.space).row()])
        return Welcome(genesis, None).encode()


def request_to_join(
    path: AnyPath, *, passphrase: str, invitation: bytes, cost: Cost = COST, machine: Machine = MACHINE
) -> bytes:
    """Answer an invitation on a new device of the same person; makes its vault, or opens it again.

    Raises:
        UsageError: If the vault is in a space already.
        MalformedError: If it is no invitation.
        StoreError: If the vault can not be opened or written.
    """
    invited = brought(invitation, Invitation.parse, AN_INVITATION)
    with _made(path, passphrase, cost, machine) as (_, room, newcomer):
        asked = request(invited, newcomer.keys, room.admin(passphrase))
        room.commit([replace(newcomer, space=invited.space).row()])
        return asked.encode()


def join(path: AnyPath, *, passphrase: str, welcome: bytes, machine: Machine = MACHINE) -> None:
    """Take up this device's place in the space that it asked to join, or helped to found.

    Raises:
        UsageError: If it has agreed to no space, or is in one already.
        MalformedError, ForgedError: If this is not the welcome to that space, for this device.
        StoreError: If the vault can not be opened or written.
    """
    welcomed = brought(welcome, Welcome.parse, A_WELCOME)
    with _opened(path, passphrase, machine) as (vault, room, newcomer):
        if newcomer.space is None:
            raise UsageError(Said("this device has neither asked to join a space nor signed the genesis of one"))
        identity = Identity.welcomed(newcomer.keys, welcomed, expected=newcomer.space)
        joined = [*begin(identity, machine.entropy, welcomed), Row(JOINING, b"", None)]
        vault.commit({room.id: joined, SETTINGS: [About(kind_of(identity.genesis)).row(room.id)]})


def brought(data: bytes, read: Callable[[bytes], Read], otherwise: Said) -> Read:
    """Read what people carried from another device, and say in their words if that is not what it should be.

    Raises:
        MalformedError: With `otherwise`, if it is not whole or something else.
        RemoteError: What else reading raises.
    """
    try:
        return read(data)
    except MalformedError:
        raise MalformedError(otherwise) from None


def _card(data: bytes) -> Card:
    found: Card = codec.decode(data, CARD, bytes_max=CARD_BYTES_MAX)
    return found


def check_joined(rows: Iterable[Row]) -> None:
    """Refuse the rows of a vault that is in no space yet.

    Raises:
        UsageError: If it holds none.
    """
    if not any(row.table == IDENTITY for row in rows):
        raise UsageError(Said("this vault is in no space yet; join one with it first"))


@contextmanager
def _made(path: AnyPath, passphrase: str, cost: Cost, machine: Machine) -> Iterator[tuple[Vault, Room, Newcomer]]:
    """Make a newcomer's vault if there is none, and open it for the length of a block."""
    file = Path(path)
    if not file.exists() or not file.stat().st_size:
        keys, admin = DeviceKeys.make(machine.entropy)
        rows = [Newcomer(keys).row()]
        Vault.create(path, passphrase=passphrase, admin=admin, rows=rows, cost=cost, machine=machine).close()
    with _opened(path, passphrase, machine) as opened:
        yield opened


@contextmanager
def _opened(path: AnyPath, passphrase: str, machine: Machine) -> Iterator[tuple[Vault, Room, Newcomer]]:
    with closing(Vault.open(path, passphrase=passphrase, machine=machine)) as vault:
        for room in map(vault.room, vault.rooms):
            kept = [row.value for row in room.load() if row.table == JOINING]
            if kept:
                yield vault, room, Newcomer.parse(kept[0] or b"")
                return
        raise UsageError(Said("this vault is in a space already"))
