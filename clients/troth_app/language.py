"""The one catalogue at run time: what is marked in the source is said in the language that the environment names.

English is the source itself and needs no file. Another language is a compiled file beside this module; what it lacks,
or says with other names in braces, is said in English, sentence by sentence. The only importer of gettext.
"""

import gettext
import os
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, TypeVar

from troth_wire.said import COUNT, Said

__all__ = ["DOMAIN", "LOCALES", "chosen", "direction", "filled", "lend", "spoken", "spoken_in", "tag"]

DOMAIN: Final = "troth"
LOCALES: Final = Path(__file__).parent / "locale"
"""Where `xx/LC_MESSAGES/troth.mo` lies for each language `xx`."""
VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set names the language, or several, the best first."""
NAME: Final = re.compile(r"[A-Za-z]{2,3}(_[A-Za-z]{2,4})*([.@][A-Za-z0-9@-]+)*")
SOURCE: Final = "en"
LEFTWARDS: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
"""Languages that are written from right to left."""

Shape = TypeVar("Shape")


def chosen(environ: Mapping[str, str]) -> list[str]:
    """Return the languages that an environment asks for before English, the best first."""
    named = next((environ[name] for name in VARIABLES if environ.get(name)), "")
    asked = (one for one in named.split(":") if one)
    return [one for one in takewhile(lambda one: not _is_source(one), asked) if NAME.fullmatch(one)]


def _is_source(name: str) -> bool:
    """Tell whether a name stands for the language of the source, or for none."""
    return re.split(r"[_.@]", name)[0] in {SOURCE, "C", "POSIX"}


@cache
def catalogue() -> gettext.NullTranslations:
    """Return what the environment of this process asks for, as far as it is there; a file that is broken is none."""
    named = chosen(os.environ)
    if not named:
        return gettext.NullTranslations()
    try:
        return gettext.translation(DOMAIN, LOCALES, named)
    except (OSError, ValueError, SyntaxError):
        return gettext.NullTranslations()


def lend() -> None:
    """Let a library that asks gettext for its own words find them in the same catalogue, if there is one."""
    if type(catalogue()) is not gettext.NullTranslations:
        gettext.bindtextdomain(DOMAIN, LOCALES)
        gettext.textdomain(DOMAIN)


def tag() -> str:
    """Return the language in which is spoken, as a page names it."""
    return catalogue().info().get("language", "").replace("_", "-") or SOURCE


def direction() -> str:
    """Return which way it is written."""
    return "rtl" if tag().partition("-")[0] in LEFTWARDS else "ltr"


def spoken(what: object) -> str:
    """Return a marked sentence, or an error's, in the person's language; any other text as it is."""
    said = str(what)
    return filled(said, said.values) if isinstance(said, Said) else said


def filled(said: Said, values: Mapping[str, object]) -> str:
    """Return a marked sentence in the person's language, with what belongs in its places."""
    found = _found(said, values.get(COUNT))
    if not values:
        return found
    given = {name: value if type(value) is str else _value(value) for name, value in values.items()}
    try:
        return found.format(**given)
    except (AttributeError, IndexError, KeyError, ValueError):
        return said.english(given)


def _value(value: object) -> object:
    """Return what stands in a sentence: another one, or an error's, is said too; a number stays one."""
    return spoken(value) if isinstance(value, str | Exception) else value


def spoken_in(shape: Shape) -> Shape:
    """Return the same lists, tables and sentences of a conversation, with every text in the person's language."""
    made: Any = shape
    match shape:
        case str():
            made = spoken(shape)
        case dict():
            made = {name: spoken_in(value) for name, value in shape.items()}
        case list() | tuple():
            made = type(shape)(spoken_in(value) for value in shape)
        case _ if is_dataclass(shape) and not isinstance(shape, type):
            made = replace(shape, **{one.name: spoken_in(getattr(shape, one.name)) for one in fields(shape)})
    return made  # type: ignore[no-any-return]


def _found(said: Said, count: object) -> str:
    """Look a sentence up."""
    found = catalogue()
    if said.many and isinstance(count, int):
        if said.context:
            return found.npgettext(said.context, said.text, said.many, count)
        return found.ngettext(said.text, said.many, count)
    return found.pgettext(said.context, said.text) if said.context else found.gettext(said.text)
