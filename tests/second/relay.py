"""The messages of client and relay, proofs, and the running hash of a log.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nacl import bindings, exceptions

from tests.second.conventions import Value, decode, forged, hashed, items, malformed, number, octets, u64, verify

FRAME_BYTES_MAX = 262144
FRAME_ENVELOPES_MAX = 256
ENVELOPE_BYTES_MIN = 554
ENVELOPE_BYTES_MAX = 67626
PASS_BYTES_MAX = 64
RETRY_AFTER_S_MAX = 86400
HOST_BYTES_MAX = 255
FORWARD_BYTES = 20480
REASON_MAX = 16
KIND_MAX = 3
NEUTRAL = b"\x01" + bytes(31)

Reader = Callable[[Value], Value]


def _bytes(low: int, high: int | None = None) -> Reader:
    """Read bytes of a length."""
    return lambda value: octets(value, low, high)


def _number(low: int = 0, high: int = 2**63 - 1) -> Reader:
    """Read a number within bounds."""
    return lambda value: number(value, low, high)


def _or_nil(reader: Reader) -> Reader:
    """Read nil, or what the reader reads."""
    return lambda value: None if value is None else reader(value)


def _list(reader: Reader, low: int) -> Reader:
    """Read a list whose items the reader reads."""
    return lambda value: [reader(item) for item in items(value, low, FRAME_ENVELOPES_MAX)]


MAILBOX = _bytes(32)
ENVELOPES = _list(_bytes(ENVELOPE_BYTES_MIN, ENVELOPE_BYTES_MAX), 1)
VERSION = _number(0, 255)

MESSAGES: dict[int, tuple[str, dict[str, Reader]]] = {
    1: (
        "Hello",
        {"version_min": VERSION, "version_max": VERSION, "envelope_bytes_max": _number(), "challenge": _bytes(32)},
    ),
    2: ("Prove", {"mailbox": MAILBOX, "signature": _bytes(64)}),
    3: (
        "Create",
        {
            "mailbox": MAILBOX,
            "admission": _bytes(0, PASS_BYTES_MAX),
            "kind": _number(0, KIND_MAX),
            "sponsor": _or_nil(MAILBOX),
        },
    ),
    4: ("Follow", {"mailbox": MAILBOX, "lineage": _bytes(16), "after": _number(), "running": _bytes(32)}),
    5: ("Push", {"mailbox": MAILBOX, "envelopes": ENVELOPES}),
    6: ("Head", {"mailbox": MAILBOX, "lineage": _bytes(16), "position": _number(), "running": _bytes(32)}),
    7: ("Deliver", {"mailbox": MAILBOX, "position": _number(1), "envelopes": ENVELOPES}),
    8: ("Stored", {"mailbox": MAILBOX, "position": _number(1), "envelope_ids": _list(_bytes(32), 1)}),
    9: (
        "Refuse",
        {
            "reason": _number(1, REASON_MAX),
            "mailbox": _or_nil(MAILBOX),
            "envelope_ids": _list(_bytes(32), 0),
            "retry_after_s": _number(0, RETRY_AFTER_S_MAX),
        },
    ),
    10: ("Close", {"mailbox": MAILBOX, "successor": _or_nil(MAILBOX), "forward": _bytes(FORWARD_BYTES)}),
    11: (
        "Closed",
        {
            "mailbox": MAILBOX,
            "lineage": _bytes(16),
            "position": _number(),
            "running": _bytes(32),
            "successor": _or_nil(MAILBOX),
            "forward": _bytes(FORWARD_BYTES),
        },
    ),
}


def read_frame(frame: bytes) -> tuple[str, dict[str, Value]]:
    """The message of a frame and its fields, or a refusal."""
    if len(frame) > FRAME_BYTES_MAX:
        raise malformed("a frame that is too large")
    found = decode(frame)
    if not found:
        raise malformed("a frame without a code")
    code = number(found[0])
    if code not in MESSAGES:
        raise malformed("no message has this code")
    name, readers = MESSAGES[code]
    values = items(found[1:], len(readers))
    return name, {field: reader(value) for (field, reader), value in zip(readers.items(), values, strict=True)}


def proof_statement(challenge: bytes, mailbox: bytes, host: str) -> bytes:
    """What the mailbox key signs for a connection."""
    name = host.lower().encode("ascii")
    if len(name) > HOST_BYTES_MAX:
        raise malformed("a host that is too long")
    return b"troth/proof/1\0" + challenge + mailbox + name


def _is_of_low_order(point: bytes) -> bool:
    """Whether eight times a point is the neutral one; what is no point is for the signature to refuse."""
    try:
        for _ in range(3):
            point = bindings.crypto_core_ed25519_add(point, point)
    except exceptions.RuntimeError:
        return False
    return point == NEUTRAL


def check_proof(challenge: bytes, mailbox: bytes, host: str, signature: bytes) -> None:
    """Refuse a proof that does not fit, or for a mailbox of low order."""
    if _is_of_low_order(mailbox):
        raise forged("a mailbox that is nobody's")
    verify(mailbox, proof_statement(challenge, mailbox, host), signature)


def running_hashes(mailbox: bytes, lineage: bytes, ids: Iterable[bytes]) -> list[bytes]:
    """The running hash of a log at each position from 0 on."""
    found = [hashed("troth/log", mailbox + lineage)]
    for position, envelope in enumerate(ids, 1):
        found.append(hashed("troth/log", found[-1] + u64(position) + envelope))
    return found
