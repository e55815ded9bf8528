"""The catalogue of sentences: its template from the marks in the source, and what languages are made of it.

    catalogue.py write            write the template anew
    catalogue.py check            see that it is what the source says, and that every language holds to it
    catalogue.py language CODE    begin a language, or bring one up to date
    catalogue.py compile          compile every language, for the app to read

The only user of Babel, which is there for development alone.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[1]
LOCALES: Final = ROOT / "clients" / "troth_app" / "locale"
TEMPLATE: Final = LOCALES / "troth.pot"
PACKAGES: Final = ("core/troth_wire", "core/troth", "core/troth_couple", "clients/troth_client", "clients/troth_app")
"""Whose sentences people of the app read; the relay's are for who runs it, and stay English."""
MARKS: Final = {"Said": None, "plural": (1, 2), "in_context": ((1, "c"), 2)}
COMMENT: Final = "For translators:"
METHODS: Final = [("demo/**", "ignore"), ("**.py", "python")]
CHURN: Final = re.compile(r'^"(POT-|PO-|Generated-By|Last-Translator|Language-Team).*"\n', re.MULTILINE)
"""What says when and by whom a file was made would make every template another one."""
COMMAND: Final = re.compile(r"`[a-z][^`]*`")
VERSION: Final = ""
BUGS: Final = "see .github/CONTRIBUTING.md"
COLUMNS: Final = 100
HEAD: Final = """\
# Every sentence that the app says to people. Made from the source by `make catalogue`; not to be edited by hand.
# How to add a language: see README.md beside this file.
#"""


def template() -> Catalog:
    """Return everything that is marked in the source."""
    catalogue = Catalog(project="Troth", version=VERSION, msgid_bugs_address=BUGS, header_comment=HEAD, fuzzy=False)
    for package in PACKAGES:
        found = extract_from_dir(ROOT / package, METHODS, keywords=MARKS, comment_tags=[COMMENT])
        for file, _, message, comments, context in found:
            catalogue.add(message, None, [(f"{package}/{file}", 0)], auto_comments=comments, context=context)
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as a file: where a sentence stands is named without a line, which would change too often."""
    out = io.BytesIO()
    write_po(out, catalogue, width=COLUMNS, include_lineno=False, sort_output=False)
    return CHURN.sub("", out.getvalue().decode()).encode()


def languages() -> Iterator[Path]:
    """Yield the file of every language that there is."""
    yield from sorted(LOCALES.glob("*/LC_MESSAGES/troth.po"))


def read(path: Path) -> Catalog:
    """Read a language; `locale/xx` says which."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name, abort_invalid=True)


def trouble(catalogue: Catalog) -> Iterator[str]:
    """Yield what a language says that the app could not."""
    for message in catalogue:
        if message.id and message.string and not message.fuzzy:
            yield from _trouble(message)


def _trouble(message: Message) -> Iterator[str]:
    sources = message.id if isinstance(message.id, tuple) else (message.id,)
    said = message.string if isinstance(message.string, tuple) else (message.string,)
    for text in filter(None, said):
        if not _names(text) <= set().union(*map(_names, sources)):
            yield f"{sources[0]!r}: a name in braces that is not there"
        elif not any(set(COMMAND.findall(text)) == set(COMMAND.findall(source)) for source in sources):
            yield f"{sources[0]!r}: what stands between ticks is a command, and stays as it is"


def _names(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def write() -> None:
    """Write the template."""
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(template()))


def check() -> None:
    """See that the template is up to date, and that every language can be said."""
    if not TEMPLATE.exists() or TEMPLATE.read_bytes() != written(template()):
        sys.exit("The catalogue's template is out of date: run make catalogue.")
    found = [f"{path.relative_to(LOCALES)}: {what}" for path in languages() for what in trouble(read(path))]
    if found:
        sys.exit("\n".join(found))


def language(code: str) -> None:
    """Begin a language, or bring it up to date with the template."""
    path = LOCALES / code / "LC_MESSAGES" / "troth.po"
    catalogue = (
        read(path)
        if path.exists()
        else Catalog(locale=code, project="Troth", version=VERSION, msgid_bugs_address=BUGS, fuzzy=False)
    )
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.header_comment = "# Translated for Troth."
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(catalogue))
    print(f"{path.relative_to(LOCALES)} is up to date. `make languages` compiles it.")


def compile_all() -> None:
    """Compile every language that can be said."""
    check()
    for path in languages():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, read(path))


def main(command: str, *arguments: str) -> None:
    """Do what is asked."""
    {"write": write, "check": check, "language": language, "compile": compile_all}[command](*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
