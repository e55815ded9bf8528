"""Sentences for people: English, each remembering what it was made of, so that an app can say it in another language.

A sentence is marked where it is written, by `Said("…")`, `plural("…", "…")` or `in_context("…", "…")`; the catalogue is
made of these marks, and nothing here looks anything up (specs/app.md, Languages).
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["COUNT", "Said", "in_context", "plural"]

COUNT: Final = "count"
"""The name of the number by which a plural is chosen."""
NOTHING: Final[Mapping[str, object]] = {}


class Said(str):
    """A sentence in English; whoever knows nothing of languages takes it for a text like any other.

    Attributes:
        text: As it stands in the source, with names in braces.
        many: The same for any number but one, if it speaks of a number.
        context: What tells it from the same words elsewhere.
        values: What stands in the places of the names; may be said themselves.
    """

    __slots__ = ("context", "many", "text", "values")
    context: str
    many: str
    text: str
    values: Mapping[str, object]

    def __new__(cls, text: str, *, many: str = "", context: str = "", values: Mapping[str, object] = NOTHING) -> "Said":
        """Mark a sentence."""
        made = str.__new__(cls, _filled(text, many, values) if values else text)
        made.text, made.many, made.context, made.values = text, many, context, values
        return made

    @classmethod
    def of(cls, text: str) -> "Said":
        """Return a text that may have been kept as bytes meanwhile, as the sentence that it was."""
        return text if isinstance(text, Said) else cls(text)

    def __str__(self) -> str:
        """Return itself: an error's words are what the error was given."""
        return self

    def format(self, *_: object, **values: object) -> "Said":
        """Return the sentence with what belongs in its places, by name."""
        return Said(self.text, many=self.many, context=self.context, values=values)

    def english(self, values: Mapping[str, object]) -> str:
        """Return it in English with other values, such as some that are in another language."""
        return _filled(self.text, self.many, values)


def _filled(text: str, many: str, values: Mapping[str, object]) -> str:
    return (many if many and values.get(COUNT) != 1 else text).format(**values)


def plural(one: str, many: str) -> Said:
    """Mark a sentence that speaks of a number, which is its value `count`."""
    return Said(one, many=many)


def in_context(context: str, text: str) -> Said:
    """Mark a text of which the words alone do not tell what is meant."""
    return Said(text, context=context)
