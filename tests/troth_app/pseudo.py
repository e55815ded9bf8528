"""A language that nobody speaks: every sentence of the template in other letters and between marks.

What a person sees in plain letters did not come through the catalogue, unless it is somebody's own word, a command, an
address, or a number. It is made from the template as any language is, so what is marked and not found there shows too.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Formatter
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from troth_app import language

__all__ = ["CODE", "TEMPLATE", "in_pseudo", "plain_words", "speaking"]

CODE: Final = "he"
"""One that is written from right to left, so that this is seen too."""
TEMPLATE: Final = language.LOCALES / "troth.pot"
LETTERS: Final = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ",
)
KEPT: Final = re.compile(r"(`[^`]*`)")
"""What stands between ticks is typed, and the same in every language."""
OURS: Final = re.compile(r"`[^`]*`|troth:\S+|https?://\S+|wss?://\S+|/\S+|\b[0-9a-f]{6,}\b|\b\d\S*")
WORD: Final = re.compile(r"[A-Za-z]{2,}")
TYPED: Final = re.compile(r"\bzz\w*", re.IGNORECASE)
"""How a word begins that a person in a test wrote."""


def in_pseudo(text: str) -> str:
    """Return a sentence in that language, its names in braces kept."""
    return f"⟦{''.join(piece if piece.startswith('`') else _turned(piece) for piece in KEPT.split(text))}⟧"


def _turned(piece: str) -> str:
    made = ""
    for literal, name, _, _ in Formatter().parse(piece):
        made += literal.translate(LETTERS) + (f"{{{name}}}" if name is not None else "")
    return made


@contextmanager
def speaking(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have this process speak that language for as long as the block runs."""
    with TEMPLATE.open("rb") as file:
        template = read_po(file)
    made = Catalog(locale=CODE, fuzzy=False)
    for message in template:
        if isinstance(message.id, tuple):
            one, many = map(in_pseudo, message.id)
            made.add(message.id, (one, *[many] * (made.num_plurals - 1)), context=message.context)
        elif message.id:
            made.add(message.id, in_pseudo(str(message.id)), context=message.context)
    path = folder / "locale" / CODE / "LC_MESSAGES" / "troth.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as out:
        write_mo(out, made)
    monkeypatch.setattr(language, "LOCALES", folder / "locale")
    monkeypatch.setenv("LANGUAGE", CODE)
    language.catalogue.cache_clear()
    try:
        yield
    finally:
        monkeypatch.undo()
        language.catalogue.cache_clear()


def plain_words(text: str, *known: str) -> list[str]:
    """Return the words of a text that are in no language's letters but the source's, somebody's own words apart."""
    rest = TYPED.sub("", OURS.sub("", text))
    for word in known:
        rest = rest.replace(word, "")
    return WORD.findall(rest)
