"""Two devices meet at a relay that neither trusts, and end with a key, four words and what they joined by.

Values in, values out (specs/pairing.md): `Pairing.host` or `.guest`, `start`, then `receive` for every record of the
log; each returns a `Turn`: records to post, and what to do now.
"""

from troth.pairing.ends import End
from troth.pairing.joiner import introduce_joiner, read_joiner
from troth.pairing.machine import Pairing, resumable
from troth.pairing.ticket import Link, Purpose, Ticket
from troth.pairing.turn import Affirm, Ask, Ended, Need, Paired, Show, Turn, Wait
from troth.pairing.words import Side

__all__ = [
    "Affirm",
    "Ask",
    "End",
    "Ended",
    "Link",
    "Need",
    "Paired",
    "Pairing",
    "Purpose",
    "Show",
    "Side",
    "Ticket",
    "Turn",
    "Wait",
    "introduce_joiner",
    "read_joiner",
    "resumable",
]
