"""Every bound of the partners' document has a name, a unit and a reason; the same table stands in specs/couple.md."""

from typing import Final

ENTRY_BYTES_MAX: Final = 49_152
"""Signature and content of one entry: one byte value of a document."""
ENTRY_AFTER_MAX: Final = 64
"""Own earlier acts that one entry names: who took a consent back so often starts a new agreement."""
TEXT_BYTES_MAX: Final = 16_384
"""One text in an entry: some three thousand words, so that a page stays readable."""
LINE_BYTES_MAX: Final = 512
"""A title, a name or another single line."""
CLAUSES_MAX: Final = 64
"""Clauses of one revision, and items of one plan: more than two people can keep in mind."""
SUPERSEDES_MAX: Final = 16
"""Revisions that one revision stands in place of: two versions and their like."""
DROPS_MAX: Final = 16
"""Own assents that one assent lets go of."""
RELEASES_MAX: Final = 64
"""Signals that one release names."""
PROPOSALS_PER_DAY_MAX: Final = 2
"""Proposals of one person to one agreement in a day: a proposal is no nudge."""
PLAN_NOTE_DAYS_MAX: Final = 2
"""Days for which a changed plan is shown: afterwards it would be a log."""
PACE_WORDS_MAX: Final = 16
"""Lines of what feels fine, and of what does not now: a few words, and no list of acts."""
PACE_DAYS_MAX: Final = 14
"""Days for which a pace stands: what felt fine two weeks ago is asked anew."""
UNIT_CHARACTERS_MAX: Final = 4_000
"""Characters of one sentence when a text is compared: a longer one is cut, so that comparing stays quick."""
AGAIN_MAX: Final = 256
"""Keys that are looked at again at a start; where there are more, everything is read."""
