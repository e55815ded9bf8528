"""Batteries for embedders: a space that is saved under a passphrase and synced over a WebSocket, in one call.

The engine itself, its edits and its notices are in `troth`.
"""

from troth_client.joining import card, countersign_genesis, create_space, draft_genesis, join, request_to_join
from troth_client.machine import Clock, Machine, Stretch, SystemClock
from troth_client.notices import Notices
from troth_client.space import Space, open_space
from troth_client.vault import Vault
from troth_client.works import View

__all__ = [
    "Clock",
    "Machine",
    "Notices",
    "Space",
    "Stretch",
    "SystemClock",
    "Vault",
    "View",
    "card",
    "countersign_genesis",
    "create_space",
    "draft_genesis",
    "join",
    "open_space",
    "request_to_join",
]
