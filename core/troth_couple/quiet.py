"""A quiet note beside a clause that may take more from a person than it seems; the same for both, and never more.

It blocks nothing, is written nowhere, and asks for no answer. Each region's list has a person who answers for it.
"""

import re
from collections.abc import Mapping
from typing import Final

from troth_couple.diff import lines
from troth_couple.revision import Revision

__all__ = ["ENGLISH_PHRASES", "notes"]

Phrases = Mapping[str, re.Pattern[str]]

ENGLISH_PHRASES: Final[Phrases] = {
    key: re.compile(pattern, re.IGNORECASE)
    for key, pattern in {
        "quiet.secrets": r"\b(passwords?|passcodes?|pass ?phrases?|pin|log ?ins?|unlock code)\b",
        "quiet.place": r"\b(locations?|gps|whereabouts|track(ing|er)?|find my)\b",
        "quiet.proof": r"\b(photos?|pictures?|selfies?|screenshots?|video|proof)\b",
        "quiet.always": r"\b(any ?time|at all times|always|whenever|on demand|24/7)\b",
        "quiet.contact": r"\b((no|never|not|stop|without) (\w+ ){0,3}(contact|see|seeing|talk|talking|meet|meeting))\b",
    }.items()
}
"""What a note is for, by the key of its sentence."""


def notes(revision: Revision, *, phrases: Phrases = ENGLISH_PHRASES) -> list[str]:
    """Return the keys of the notes for a text; the same whoever asks."""
    text = "\n".join([revision.title, *lines(revision)])
    found = [key for key, phrase in phrases.items() if phrase.search(text)]
    return found + ([] if revision.expires or revision.review_on else ["quiet.no_end"])
