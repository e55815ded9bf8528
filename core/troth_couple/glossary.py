"""A shared vocabulary: what a word means to each of two people, side by side; neither meaning stands over the other.

Nothing here says whose meaning is right, and nobody agrees to one.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from troth_couple.derive import State
from troth_couple.things import Thing
from troth_wire.ids import PersonId

__all__ = ["Word", "own", "same", "words", "words_in"]

KIND: Final = "glossary"
_PARTS: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, and what each person says that it means to them."""

    word: str
    """As it was written first."""
    means: Mapping[PersonId, tuple[str, ...]]
    """By person; several where two devices said it at once."""


def words(state: State) -> tuple[Word, ...]:
    """Return every word that somebody said the meaning of, in the order of the alphabet as far as code points go."""
    found: dict[str, list[Thing]] = {}
    for thing in _said(state):
        found.setdefault(same(thing.says("word")), []).append(thing)
    return tuple(_word(found[key]) for key in sorted(found))


def words_in(text: str, known: Iterable[Word]) -> tuple[Word, ...]:
    """Return those of some words that stand whole in a text."""
    return tuple(word for word in known if f" {_spaced(word.word)} " in f" {_spaced(text)} ")


def own(state: State, person: PersonId, word: str) -> tuple[Thing, ...]:
    """Return what one person said that a word means."""
    return tuple(t for t in _said(state) if t.author == person and same(t.says("word")) == same(word))


def same(word: str) -> str:
    """Return a word as it is compared: letter case and spaces make no other word."""
    return unicodedata.normalize("NFC", " ".join(word.split()).casefold())


def _said(state: State) -> list[Thing]:
    said = (thing for thing in state.things.values() if thing.kind == KIND and thing.versions)
    return sorted(said, key=lambda thing: (thing.day, thing.id))


def _word(things: list[Thing]) -> Word:
    means: dict[PersonId, list[str]] = {}
    for thing in things:
        means.setdefault(thing.author, []).extend(version.said("means") for version in thing.versions)
    return Word(things[0].says("word"), {person: tuple(said) for person, said in means.items()})


def _spaced(text: str) -> str:
    """Return a text as its words, one space between them; of what has no letters, such as a picture, the whole."""
    return " ".join(_PARTS.findall(same(text))) or same(text)
