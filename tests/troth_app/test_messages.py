"""Every sentence of the table is used, every kind has its words, and nobody's own words are taken for a command."""

import re
from pathlib import Path
from typing import Final

import troth_app
from troth_app.messages import ENGLISH, capital, inert, tell
from troth_app.web import telling
from troth_couple.kinds import KINDS

SOURCES: Final = Path(troth_app.__file__).parent
SPOKEN: Final = re.compile(r"[\"']([a-z_]+(?:\.[a-z_0-9]+)+|shared|passphrase|more)[\"']")
MADE: Final = re.compile(
    r"(example|care|outcome|card|field|label|checkin|signal|scope|about|group|propose|choice|part|beside|detail|place|response|receiving|sealed|alone|helps|sort|trial|came|looked|reflection)\.\w+|letter\.(did|damage|for_you|done_since)|(steady|support|example)\.\w+\.\d|(amend|back)\.\w+|pages\.\w+\.(on|off)"
)
"""What is named after a kind, a field or a card, and so stands nowhere whole."""


def test_every_sentence_is_used() -> None:
    """No sentence lies about that nothing says, and none is missing that something says."""
    source = "".join(path.read_text() for path in SOURCES.rglob("*.py") if not path.name.startswith("messages"))
    named = set(SPOKEN.findall(source))
    assert [key for key in ENGLISH if key not in named and not MADE.fullmatch(key)] == []
    spoken = set(re.findall(r'tell\(\s*"([a-z_.0-9]+)"', source))
    assert spoken - ENGLISH.keys() - telling.ENGLISH.keys() == set()


def test_every_kind_has_its_words() -> None:
    """Each kind that begins a thing has a title, and each of its texts a line."""
    for kind in KINDS.values():
        if kind.begins:
            assert f"card.{kind.name}" in ENGLISH
            assert {f"field.{name}" for name in kind.places} <= ENGLISH.keys() | {"field.ours", "field.next"}


def test_quoted_words_are_never_looked_at_again() -> None:
    """Braces in what somebody wrote stay braces."""
    assert tell("field.text", text="{name} {0}") == "{name} {0}"
    assert tell("field.need", text="{text}") == "I need: {text}"


def test_a_name_may_begin_a_sentence() -> None:
    """The first letter is made large, and nothing else."""
    assert capital("you said Yes") == "You said Yes"
    assert capital("") == ""


def test_nobodys_words_are_a_command() -> None:
    """What a person wrote names no command in a sentence of the program, whatever stands between its ticks."""
    said = tell("withdraw.done", title="`troth leave` now")
    assert "`troth" not in said
    assert "troth leave" in said
    assert "`troth mine list`" in tell("text.aside", why="`troth today` shows it.")
    assert inert("`troth stop`") != "`troth stop`"
