"""The relay's bounds fit each other and the wire's, and the page says what they are."""

import re
from pathlib import Path
from typing import Final

from troth_relay import limits
from troth_wire.limits import (
    ENVELOPE_BYTES_MAX,
    FRAME_BYTES_MAX,
    FRAME_ENVELOPES_MAX,
    PUSH_BYTES_IN_FLIGHT_MAX,
    RENDEZVOUS_RECORD_BYTES,
    RENDEZVOUS_RECORDS_MAX,
)

PAGE: Final = Path(__file__).parents[2] / "specs" / "relay.md"
ROW: Final = re.compile(r"^\| `([A-Z_]+)` \| ([0-9]+) \|", re.MULTILINE)


def test_page_and_code_agree() -> None:
    """Every bound stands in specs/relay.md with its value, and nothing else does."""
    _, _, section = PAGE.read_text().partition("## Operator's view")
    written = {name: int(value) for name, value in ROW.findall(section)}
    assert written == {
        name: value for name, value in vars(limits).items() if name.isupper() and name != "FRAME_BYTES_MAX"
    }


def test_page_of_the_log_fits_a_frame() -> None:
    """What is read at once fits one frame with all that the codec adds, and the largest envelope fits it."""
    longest_field = 5
    assert limits.PAGE_BYTES_MAX + FRAME_ENVELOPES_MAX * longest_field + 64 <= FRAME_BYTES_MAX
    assert ENVELOPE_BYTES_MAX <= limits.PAGE_BYTES_MAX


def test_a_page_always_fits_an_idle_link() -> None:
    """Whoever waits for nothing has room for a frame, so every reader gets on."""
    assert FRAME_BYTES_MAX <= limits.UNSENT_ENTRY_BYTES_MAX < limits.UNSENT_BYTES_MAX


def test_honest_client_is_not_paused_for_long() -> None:
    """The relay takes in at once what a client may have in flight."""
    assert limits.UNSTORED_BYTES_MAX >= PUSH_BYTES_IN_FLIGHT_MAX


def test_brief_mailboxes_fit_what_the_page_says() -> None:
    """All brief mailboxes of one kind, each of them full, take no more of the disk than is written."""
    one = RENDEZVOUS_RECORDS_MAX * (RENDEZVOUS_RECORD_BYTES + limits.ENTRY_OVERHEAD_BYTES)
    assert limits.BRIEF_MAX * one <= 286_000_000
