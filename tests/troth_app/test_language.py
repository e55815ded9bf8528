"""What is marked is said in the language of the environment, sentence by sentence, and in English where that lacks."""

import gettext
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tests.contracts.relay_process import environment
from tests.troth_app.pseudo import CODE, in_pseudo, speaking
from troth_app import language
from troth_app.conversation import Card, Choose, Done, Say
from troth_app.language import chosen, direction, lend, spoken, spoken_in, tag
from troth_wire.errors import StoreError
from troth_wire.said import Said, in_context, plural

OPEN: Final = Said("It is open.")


@pytest.fixture(autouse=True)
def forget() -> None:
    """Let every test begin with what its own environment says."""
    language.catalogue.cache_clear()


def german(folder: Path, monkeypatch: pytest.MonkeyPatch, *sentences: tuple[str, str], code: str = "de") -> None:
    """Put a language with a few sentences where languages lie, and let this process ask for it."""
    made = Catalog(locale=code, fuzzy=False)
    for source, said in sentences:
        made.add(source, said)
    made.add(("{count} entry", "{count} entries"), ("{count} Eintrag", "{count} Einträge"))
    made.add("Open", "Öffnen", context="a button")
    put(folder, made, code)
    monkeypatch.setattr(language, "LOCALES", folder)
    monkeypatch.setenv("LANGUAGE", code)


def put(folder: Path, made: Catalog, code: str) -> None:
    """Compile a language."""
    path = folder / code / "LC_MESSAGES" / "troth.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, made)


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, []),
        ({"LANG": "de_DE.UTF-8"}, ["de_DE.UTF-8"]),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr"}, ["fr"]),
        ({"LC_MESSAGES": "fr", "LC_ALL": "it"}, ["it"]),
        ({"LC_ALL": "it", "LANGUAGE": "pt_BR:pt"}, ["pt_BR", "pt"]),
        ({"LANGUAGE": "", "LANG": "C.UTF-8"}, []),
        ({"LANG": "POSIX"}, []),
        ({"LANGUAGE": "en_GB:de"}, []),
        ({"LANGUAGE": "de:en:fr"}, ["de"]),
        ({"LANGUAGE": "../../etc:de"}, ["de"]),
        ({"LANGUAGE": "ca@valencia"}, ["ca@valencia"]),
    ],
)
def test_the_environment_names_the_language(environ: dict[str, str], found: list[str]) -> None:
    """The first variable that is set counts, English ends the list, and what is no name is passed over."""
    assert chosen(environ) == found


def test_english_needs_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where English is asked for, or a language that is not there, the source is what is said."""
    for named in ("en_US.UTF-8", "tlh"):
        monkeypatch.setenv("LANGUAGE", named)
        language.catalogue.cache_clear()
        assert (spoken(OPEN), tag(), direction()) == ("It is open.", "en", "ltr")


def test_a_file_that_lies_there_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiled language in its place is spoken; plurals and contexts are looked up as such."""
    german(tmp_path, monkeypatch, ("It is open.", "Es ist offen."))
    entries = plural("{count} entry", "{count} entries")
    assert spoken(OPEN) == "Es ist offen."
    assert [spoken(entries.format(count=count)) for count in (1, 2)] == ["1 Eintrag", "2 Einträge"]
    assert (spoken(in_context("a button", "Open")), spoken(Said("Open"))) == ("Öffnen", "Open")
    assert (tag(), direction()) == ("de", "ltr")


def test_what_it_lacks_is_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentence by sentence, also inside of one that is there."""
    german(tmp_path, monkeypatch, ("That does not work: {why}.", "Das geht nicht: {why}."))
    assert spoken(Said("That does not work: {why}.").format(why=Said("it is full"))) == "Das geht nicht: it is full."


@pytest.mark.parametrize("said", ["{nmae} ist weg.", "{} ist weg.", "{name ist weg.", "{name.gone} ist weg."])
def test_a_name_in_braces_that_is_not_there_costs_no_more_than_the_sentence(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A translation that can not be filled in is passed over: English is said, and what stands in it stays."""
    german(tmp_path, monkeypatch, ("{name} is gone.", said), ("the other", "wer anders ist"))
    assert spoken(Said("{name} is gone.").format(name=Said("the other"))) == "wer anders ist is gone."


def test_a_broken_file_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no catalogue costs the language, and never the command."""
    path = tmp_path / "de" / "LC_MESSAGES" / "troth.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a catalogue at all")
    monkeypatch.setattr(language, "LOCALES", tmp_path)
    monkeypatch.setenv("LANGUAGE", "de")
    assert spoken(OPEN) == "It is open."


def test_peoples_words_are_nobodys_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody wrote is shown as it is, though the same words stand in the catalogue."""
    german(tmp_path, monkeypatch, ("It is open.", "Es ist offen."), ("{name}: {text}", "{name} sagt: {text}"))
    assert spoken("It is open.") == "It is open."
    assert (
        spoken(Said("{name}: {text}").format(name="Kim", text="It is open. {name}")) == "Kim sagt: It is open. {name}"
    )


def test_what_an_error_was_given_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is quoted by another sentence, and by a library that knows no languages."""
    german(tmp_path, monkeypatch, ("There is no vault {path}.", "Hier ist kein Tresor {path}."))
    error = StoreError(Said("There is no vault {path}.").format(path=Path("v")))
    assert (str(error), spoken(error)) == ("There is no vault v.", "Hier ist kein Tresor v.")
    assert spoken(Said("{why} Again.").format(why=error)) == "Hier ist kein Tresor v. Again."


def test_all_of_a_conversation_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists, tables and cards, with what stands in them, and nothing of a result's names for programs."""
    german(tmp_path, monkeypatch, ("It is open.", "Es ist offen."))
    assert spoken_in([Say(OPEN), Card(OPEN, (OPEN, "words"))]) == [
        Say("Es ist offen."),
        Card("Es ist offen.", ("Es ist offen.", "words")),
    ]
    assert spoken_in(Choose(OPEN, (OPEN,))) == Choose("Es ist offen.", ("Es ist offen.",))
    result = {"line": OPEN, "count": 3, "rows": [[OPEN, None]], OPEN: True}
    said = spoken_in(Done(0, result)).result
    assert said == {"line": "Es ist offen.", "count": 3, "rows": [["Es ist offen.", None]], "It is open.": True}


def test_right_to_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The language says which way it is written."""
    with speaking(tmp_path, monkeypatch):
        assert (spoken(OPEN), tag(), direction()) == (in_pseudo("It is open."), CODE, "rtl")
    assert (spoken(OPEN), tag(), direction()) == ("It is open.", "en", "ltr")


def test_a_library_is_lent_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks gettext for its own words finds them in the same file; in English nothing is lent."""
    monkeypatch.setattr(gettext, "_current_domain", "messages")
    lend()
    assert gettext.textdomain() == "messages"
    german(tmp_path, monkeypatch, ("Usage:", "Aufruf:"))
    language.catalogue.cache_clear()
    lend()
    assert (gettext.textdomain(), gettext.gettext("Usage:")) == ("troth", "Aufruf:")


def test_no_tool_is_loaded() -> None:
    """At run time nothing of Babel is there, and speaking English opens no file."""
    program = "import sys\nimport troth_app.main, troth_app.background\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment()
    ).stdout.split()
    assert "troth_app.language" in loaded
    assert not {name for name in loaded if name.partition(".")[0] in ("babel", "jinja2")}
