"""Whatever is wrong with a hop has one sentence, which says what it is and what to do."""

import ssl

import pytest

from troth_relay import hops
from troth_relay.hops import BrokenHopError, Finding, Hop, of_answer, of_tls
from troth_relay.websocket import Answer

SENTENCES = [*hops.CERTIFICATES.values(), *hops.HANDSHAKES.values(), *hops.STATUSES.values(), hops.UPGRADE_LOST]


@pytest.mark.parametrize("said", sorted(set(SENTENCES)))
def test_every_sentence_names_the_cure(said: str) -> None:
    """It is one sentence in two parts, what is broken and what to do about it."""
    trouble, _, cure = said.rstrip(".").partition(": ")
    assert trouble[0].isupper()
    assert cure.split()[0] in {"look", "have", "give", "dial", "name", "start"}
    assert said.count(".") - said.count("nginx.conf.") - said.count("1.1") <= 1 or "nginx" in said


def test_status_without_a_row_is_named() -> None:
    """An answer that nobody thought of is no relay's, and its status is said; a WebSocket is nothing to complain of."""
    assert "status 418" in (of_answer(Answer(418, {}, b"", accepted=False)) or "")
    assert of_answer(Answer(101, {}, b"", accepted=True)) is None
    for answer in (
        Answer(101, {}, b"", accepted=False),
        Answer(101, {"sec-websocket-extensions": "permessage-deflate"}, b"", accepted=True),
    ):
        assert "changes the handshake" in (of_answer(answer) or "")


def test_trouble_of_tls_without_a_row_is_named() -> None:
    """What OpenSSL says otherwise is passed on by its name."""
    error = ssl.SSLError()
    error.reason = "NO_CIPHERS_AVAILABLE"
    assert "NO_CIPHERS_AVAILABLE" in of_tls(error)
    certificate = ssl.SSLCertVerificationError()
    certificate.verify_code, certificate.verify_message = 23, "certificate revoked"
    assert "certificate revoked" in of_tls(certificate)


def test_broken_hop_is_a_finding() -> None:
    """What breaks the way is found at its hop, in its words."""
    assert BrokenHopError(Hop.TCP, "No.").finding == Finding(Hop.TCP, well=False, said="No.")
