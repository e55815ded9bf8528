"""Batteries for embedders: a space that is saved under a passphrase and synced over a WebSocket, in one call.

The engine itself, its edits and its notices are in `troth`, and its errors in `troth_wire.errors`.
How two devices pair by a code is in `troth_client.pairing`, what an app's own tests need in `troth_client.testing`.
"""

from troth_client.backup import restore
from troth_client.calibration import calibrate
from troth_client.home import VaultHome
from troth_client.joining import card, countersign_genesis, create_space, draft_genesis, join, request_to_join
from troth_client.letterbox import Letter, drop
from troth_client.link import Address, DialTo, Link
from troth_client.machine import Clock, Machine, Stretch, SystemClock
from troth_client.notices import Notices
from troth_client.opening import OpenVault, open_space, open_vault
from troth_client.probe import probe as probe_apart
from troth_client.room import SETTINGS, SHARED, SOLO, About, NewRoom, Room, RoomId
from troth_client.salvage import Salvaged, rescue, salvage
from troth_client.space import Space
from troth_client.vault import Vault
from troth_client.wordlist import parse_code, parse_words, render_code, render_words
from troth_client.works import View

__all__ = [
    "SETTINGS",
    "SHARED",
    "SOLO",
    "About",
    "Address",
    "Clock",
    "DialTo",
    "Letter",
    "Link",
    "Machine",
    "NewRoom",
    "Notices",
    "OpenVault",
    "Room",
    "RoomId",
    "Salvaged",
    "Space",
    "Stretch",
    "SystemClock",
    "Vault",
    "VaultHome",
    "View",
    "calibrate",
    "card",
    "countersign_genesis",
    "create_space",
    "draft_genesis",
    "drop",
    "join",
    "open_space",
    "open_vault",
    "parse_code",
    "parse_words",
    "probe_apart",
    "render_code",
    "render_words",
    "request_to_join",
    "rescue",
    "restore",
    "salvage",
]
