"""The engine: pure, synchronous, typed; it has no sockets, files, clock or randomness of its own.

Values in, values out: every input returns a `Step` of what to save, then send, then tell.
"""

from troth.amendments import Second
from troth.crypto import Cost, Signer, aead_open, aead_seal, derive, stretch
from troth.edits import Delete, Edit, Insert, Path, Put, Splice, Text, Value
from troth.engine import Engine, Group
from troth.genesis import Genesis, countersign, found
from troth.identity import Identity, document_id
from troth.joining import Invitation, Request, Welcome, request
from troth.keys import Card, DeviceKeys, Epoch
from troth.loading import begin, load
from troth.membership import Members
from troth.ports import Entropy, Probe, Store
from troth.record import Record, Tip, Verified
from troth.recovery import Way, Words
from troth.status import Item, Status
from troth.step import (
    CaughtUp,
    Changed,
    Disputed,
    Elsewhere,
    Errand,
    Event,
    Forked,
    HangUp,
    Held,
    Notice,
    Offline,
    Rebuild,
    RefusedEdit,
    RefusedPush,
    Renewed,
    Row,
    Step,
)
from troth.tidying import tidy
from troth.touched import Touched

__all__ = [
    "Card",
    "CaughtUp",
    "Changed",
    "Cost",
    "Delete",
    "DeviceKeys",
    "Disputed",
    "Edit",
    "Elsewhere",
    "Engine",
    "Entropy",
    "Epoch",
    "Errand",
    "Event",
    "Forked",
    "Genesis",
    "Group",
    "HangUp",
    "Held",
    "Identity",
    "Insert",
    "Invitation",
    "Item",
    "Members",
    "Notice",
    "Offline",
    "Path",
    "Probe",
    "Put",
    "Rebuild",
    "Record",
    "RefusedEdit",
    "RefusedPush",
    "Renewed",
    "Request",
    "Row",
    "Second",
    "Signer",
    "Splice",
    "Status",
    "Step",
    "Store",
    "Text",
    "Tip",
    "Touched",
    "Value",
    "Verified",
    "Way",
    "Welcome",
    "Words",
    "aead_open",
    "aead_seal",
    "begin",
    "countersign",
    "derive",
    "document_id",
    "found",
    "load",
    "request",
    "stretch",
    "tidy",
]
