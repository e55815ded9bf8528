"""Writes this device's records: the next place in its chain, what it has seen, and its signature.

Nothing is ever signed twice, and nothing is signed for a place that is taken.
"""

from troth import crypto, guard
from troth import record as records
from troth.cursor import Cursor
from troth.identity import Identity
from troth.inbox import Inbox
from troth.record import Header, Kind, Verified
from troth_wire.ids import ChangeHash, DeviceId, DocumentId, Incarnation, OperationId
from troth_wire.limits import HEADER_TIPS_MAX

__all__ = ["Scribe"]


class Scribe:
    """The one hand that signs with a device's everyday key in one of its lives."""

    def __init__(self, identity: Identity, life: Incarnation, inbox: Inbox, cursor: Cursor) -> None:
        self._identity = identity
        self._life = life
        self._inbox = inbox
        self.cursor = cursor
        """Of the mailbox that is written to, for what a header says of how far it was read."""
        self._heads_said: tuple[OperationId, ...] | None = None

    @property
    def device(self) -> DeviceId:
        """Whose hand it is."""
        return self._identity.device

    def why_uncounted(self, document: DocumentId) -> str | None:
        """Say why nobody would count what is written in a document now; None if it counts."""
        return self._inbox.why_uncounted(self._identity.device, self._life, document)

    def write(
        self,
        kind: Kind,
        payload: bytes,
        *,
        document: DocumentId | None = None,
        changes: tuple[ChangeHash, ...] = (),
    ) -> Verified:
        """Sign a record and take its place in the chain.

        Args:
            kind: What the payload is.
            payload: At most `record.PAYLOAD_BYTES_MAX` bytes.
            document: Whose changes it carries.
            changes: Their hashes, in order.
        """
        device, chains = self._identity.device, self._inbox.chains
        tip = chains.tip(device, self._life)
        heads = self._inbox.members.heads_for(device)
        header = Header(
            kind=kind,
            space=self._identity.space,
            device=device,
            incarnation=self._life,
            sequence=tip.sequence + 1 if tip else 1,
            prev=tip.record if tip else None,
            tips=() if tip else tuple(chains.tips(device)[-HEADER_TIPS_MAX:]),
            heads=heads if tip is None or heads != self._heads_said else (),
            seen=self.cursor.seen,
            document=document,
            changes=changes,
            rules=guard.RULES,
            payload_hash=crypto.digest(b"troth/payload", payload),
        )
        record = records.sign(header, payload, self._identity.keys.signer)
        self._heads_said = heads
        self._inbox.add_own(record)
        return record
