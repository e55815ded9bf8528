"""The words of the doctor: what each hop is, and for all that can be wrong with it one sentence that names the cure."""

import ssl
from dataclasses import dataclass
from enum import Enum
from typing import Final

from troth_relay.websocket import Answer
from troth_wire.errors import LocalError

__all__ = ["BrokenHopError", "Finding", "Hop", "of_answer", "of_tls"]


class Hop(Enum):
    """What stands between a device and a relay, in the order of the way."""

    DNS = "DNS"
    TCP = "TCP"
    TLS = "TLS"
    UPGRADE = "upgrade"
    HELLO = "hello"
    NAME = "name"
    CLOCK = "clock"
    SIZE = "size"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one hop."""

    hop: Hop
    well: bool
    said: str


class BrokenHopError(LocalError):
    """There is no way past this hop."""

    def __init__(self, hop: Hop, said: str) -> None:
        """Say what is broken, and what to do."""
        super().__init__(said)
        self.finding = Finding(hop, well=False, said=said)


CERTIFICATES: Final = {
    9: "The certificate is not valid yet: look at the clock of this machine, and of the one that made it.",
    10: "The certificate has expired: have the proxy renew it, and look at the clock of this machine.",
    62: "The certificate is for other names than the one that was dialled: have one made for this name.",
    64: "The certificate is not for this address: dial the name that it was made for.",
    **dict.fromkeys(
        (2, 18, 19, 20, 21),
        "Nobody whom this machine trusts has signed the certificate: give the proxy the full chain, "
        "and one that clients trust.",
    ),
}
"""OpenSSL's numbers of what is wrong with a certificate."""
HANDSHAKES: Final = {
    "WRONG_VERSION_NUMBER": "What answers there does not speak TLS: dial the port where the proxy has its certificate.",
    "TLSV1_ALERT_INTERNAL_ERROR": "The proxy has no certificate for this name: name it in the proxy's file.",
    "TLSV1_UNRECOGNIZED_NAME": "The proxy has no certificate for this name: name it in the proxy's file.",
}
"""OpenSSL's names of what is wrong with a handshake."""

STATUSES: Final = {
    **dict.fromkeys(
        (301, 302, 307, 308),
        "The proxy sends everybody on to another address: have it pass /v1 to the relay itself.",
    ),
    **dict.fromkeys((401, 403), "Something before the relay lets nobody in: have it ask no questions at /v1."),
    404: "What answers knows no /v1: have the proxy pass that path to the relay, under this name.",
    **dict.fromkeys(
        (502, 503, 504),
        "The proxy reaches no relay: start it, or correct the address and port that the proxy passes to.",
    ),
}
"""What an answer in place of a WebSocket means."""
UPGRADE_LOST: Final = (
    "The Upgrade header does not reach the relay: have the proxy pass it on "
    "(nginx: proxy_http_version 1.1 and both headers, as in relay/deploy/nginx.conf)."
)
TLS_SPOKEN: Final = "TLS is spoken there: dial wss://."
PLAIN: Final = 400
ASKS_FOR_UPGRADE: Final = (PLAIN, 426)


def of_tls(error: ssl.SSLError) -> str:
    """Return the sentence for a handshake that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return CERTIFICATES.get(error.verify_code, f"The certificate does not hold: {error.verify_message}.")
    return HANDSHAKES.get(
        error.reason or "", f"TLS does not come about ({error.reason}): look at the proxy's file and its log."
    )


def of_answer(answer: Answer) -> str | None:
    """Return the sentence for what was answered in place of a WebSocket; None if it is one."""
    if answer.accepted and "sec-websocket-extensions" not in answer.headers:
        return None
    if answer.status == 101:
        return "Something between changes the handshake of the WebSocket: take out whatever inspects or compresses it."
    if answer.status in ASKS_FOR_UPGRADE and b"upgrade" in answer.body.lower():
        return UPGRADE_LOST
    if answer.status == PLAIN and b"https" in answer.body.lower():
        # So say nginx and Caddy.
        return TLS_SPOKEN
    return STATUSES.get(
        answer.status, f"What answers at /v1 is no relay (status {answer.status}): look at where the proxy passes it."
    )
