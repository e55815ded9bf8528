"""What the engine needs from outside; each port has a public fake in `troth.testing`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from troth.keys import Entropy
from troth.step import Row
from troth_wire.ids import DocumentId

__all__ = ["Entropy", "Probe", "Store"]

Probe = Callable[[DocumentId, bytes, Sequence[bytes]], bool]
"""Tries changes on a saved document where it can do no harm; false if that process died, hung or spoiled it.

Takes the document's id, its saved form, and raw changes in causal order.
"""


class Store(Protocol):
    """Keeps rows by (table, key); what `commit` returned from survives a crash, whole or not at all."""

    def load(self) -> Iterable[Row]:
        """Return every row, in order of table and key.

        Raises:
            StoreError: If they can not be read.
        """
        ...

    def commit(self, rows: Sequence[Row]) -> None:
        """Put and remove rows, durably, all or none.

        Raises:
            StoreError: If nothing was changed.
        """
        ...
