"""Every sentence is calm, whole and used; nothing blames, counts, praises or urges."""

import re
from pathlib import Path
from typing import Final

import pytest

from troth_couple.agreements import Shown
from troth_couple.chains import Gap
from troth_couple.kinds import KINDS, Level
from troth_couple.messages import ENGLISH, key_of, say
from troth_couple.things import Stage
from troth_couple.verdict import Reason

SOURCES: Final = Path(__file__).resolve().parents[2] / "core" / "troth_couple"
NEVER: Final = (
    *("failed", "missed", "broke", "broken", "overdue", "still", "only", "should", "finally", "at last", "proven"),
    *("relapse", "addict", "victim", "betrayer", "betrayal", "forgive", "consent", "rejected", "streak", "conflict"),
    *(
        "he",
        "she",
        "him",
        "his",
        "her",
        "hers",
        "husband",
        "wife",
        "must",
        "waiting for you",
        "hasn't",
        "congratulations",
    ),
    *("great", "well done", "proud", "error", "delete", "why did you", "sorry"),
)


@pytest.mark.parametrize("key", ENGLISH)
def test_the_tone_holds(key: str) -> None:
    """No word that blames, genders, urges or cheers, and no exclamation."""
    text = ENGLISH[key]
    allowed = {"quiet.secrets": {"only"}}.get(key, set())
    found = [word for word in NEVER if word not in allowed and re.search(rf"\b{re.escape(word)}\b", text.lower())]
    assert found == []
    assert "!" not in text
    assert "%" not in text


def test_every_word_of_a_state_has_a_sentence() -> None:
    """Whatever a state can say has words."""
    words = [key_of(word) for words in (Shown, Stage, Level, Gap, Reason) for word in words]
    acts = [f"act.{kind.name}" for kind in KINDS.values() if not kind.begins]
    assert {*words, *acts} <= ENGLISH.keys()


def test_every_sentence_is_used() -> None:
    """No sentence lies about that nothing says."""
    source = "".join(path.read_text() for path in SOURCES.glob("*.py") if path.name != "messages.py")
    words = {key_of(word) for words in (Shown, Stage, Level, Gap, Reason) for word in words}
    words |= {f"act.{kind.name}" for kind in KINDS.values()}
    spare = [key for key in ENGLISH if key not in words and f'"{key}"' not in source and not key.startswith("part.")]
    # The app says these two.
    assert spare == ["shown.crossed", "act.ahead"]


def test_quoted_words_are_never_looked_at_again() -> None:
    """Braces in what somebody wrote stay braces; another language falls back to English."""
    assert say("diff.added", new="{old} {0}") == "New: {old} {0}"
    assert say("diff.added", catalogue={}, new="x") == "New: x"
    assert say("diff.added", catalogue={"diff.added": "Neu: {new}"}, new="x") == "Neu: x"
