"""What the pages say of themselves is said somewhere, and a closed door says what is safe and what to do."""

import re
from pathlib import Path
from typing import Final

import pytest

from troth_app.web import telling, wordings
from troth_app.web.telling import ENGLISH

OWN: Final = sorted(ENGLISH.keys() - wordings.ENGLISH.keys())
WEB: Final = Path(telling.__file__).parent
SAID: Final = "".join(path.read_text() for path in (*WEB.glob("*.py"), *WEB.glob("templates/*.html")))
BEGUN: Final = ("web.section.", "web.tool.", "web.private.")
"""Keys whose end is put on where they are said."""
CLOSED: Final = ("used", "stranger", "too_much", "unread", "wrong", "nothing")
"""What a page that opens nothing says: what happened, what is safe, what to do."""


@pytest.mark.parametrize("key", OWN)
def test_every_sentence_is_said(key: str) -> None:
    """None lies about."""
    name = key.removeprefix("web.").partition(".")[0]
    assert SAID.count(f'{key}"') + SAID.count(f"{key}'") > 1 or key.startswith(BEGUN) or name in CLOSED


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_door_says_what_is_safe_and_what_to_do(name: str) -> None:
    """In that order, in one sentence or two each; no word of it says what lies behind the door."""
    said = [ENGLISH[f"web.{name}{end}"] for end in ("", ".safe", ".do")]
    assert all(text.endswith(".") for text in said)
    assert not re.search(r"vault|partner|couple|agreement", " ".join(said).lower())
