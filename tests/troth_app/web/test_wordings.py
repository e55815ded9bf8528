"""Every sentence is said by a page, and no page says anything else."""

import re
from pathlib import Path
from typing import Final

import troth_app.web.wordings as wordings
from troth_app.web.telling import ENGLISH as TOLD
from troth_app.web.wordings import ENGLISH

TEMPLATES: Final = Path(wordings.__file__).with_name("templates")
SPOKEN: Final = re.compile(r"\bt\('([a-z_.]+)'(?: ~ (\w+))?\)")
PAGES: Final = "".join(path.read_text() for path in sorted(TEMPLATES.glob("*.html")))


def test_every_sentence_is_there_and_is_said() -> None:
    """A page never asks for a sentence that is missing, and none lies about."""
    said = SPOKEN.findall(PAGES)
    whole = {key for key, part in said if not part}
    begun = tuple(key for key, part in said if part)
    assert whole - TOLD.keys() == set()
    assert [key for key in ENGLISH if key not in whole and not key.startswith(begun)] == []


def test_no_page_speaks_by_itself() -> None:
    """Every fixed word of a page comes from the catalogue, so that another language is another table."""
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|\bdata-[a-z]+", " ", PAGES, flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{2,}", bare) == []
