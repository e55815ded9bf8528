"""What a turn says can be printed without telling what only two devices may know."""

from tests.troth.pairing.meeting import pair
from troth.pairing import Paired, Purpose, Turn


def test_a_turn_keeps_what_was_handed_over_out_of_sight() -> None:
    """Neither records, introductions, items nor words of a finished pairing show in a repr."""
    now = pair(Purpose.FAR, coded=False).host.pairing.now
    assert isinstance(now, Paired)
    shown = repr(Turn((b"a record",), now))
    assert not any(secret in shown for secret in ("record", "genesis", "draft", str(now.words[0]) + ","))
