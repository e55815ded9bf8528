"""What the record of two says of itself, in the person's language; the core says it in English and looks nothing up."""

from functools import partial
from typing import Final

import troth_couple
from troth_app.language import spoken

__all__ = ["lines", "plain_diff", "say", "sentence", "why"]

say: Final = partial(troth_couple.say, spoken=spoken)
sentence: Final = partial(troth_couple.sentence, spoken=spoken)
lines: Final = partial(troth_couple.lines, spoken=spoken)
plain_diff: Final = partial(troth_couple.plain_diff, spoken=spoken)
why: Final = partial(troth_couple.why, spoken=spoken)
