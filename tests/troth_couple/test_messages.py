"""Every word of a state has its sentence, and every sentence is used; how they sound, tests/test_catalogue.py says."""

from pathlib import Path
from typing import Final

from troth_couple.agreements import Shown
from troth_couple.chains import Gap
from troth_couple.kinds import KINDS, Level
from troth_couple.messages import ENGLISH, key_of, say
from troth_couple.things import Stage
from troth_couple.verdict import Reason
from troth_wire.said import Said

SOURCES: Final = Path(__file__).resolve().parents[2] / "core" / "troth_couple"


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
    """Braces in what somebody wrote stay braces."""
    assert say("diff.added", new="{old} {0}") == "New: {old} {0}"


def test_whoever_speaks_another_language_says_it_in_that() -> None:
    """A sentence is handed over whole, with its marks; the core looks nothing up."""
    given: list[str] = []

    def spoken(said: str) -> str:
        given.append(said)
        return "Neu: x"

    assert say("diff.added", spoken=spoken, new="x") == "Neu: x"
    assert [(said, isinstance(said, Said) and said.text) for said in given] == [("New: x", "New: {new}")]
