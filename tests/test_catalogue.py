"""The one catalogue: whatever people read is marked in the source, is in the template, and keeps the house's tone."""

import ast
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from troth_app import language
from troth_app.commands import BY_NAME
from troth_app.language import spoken
from troth_app.main import OF_CLICK
from troth_wire.said import Said

ROOT: Final = Path(__file__).resolve().parents[1]
SCRIPT: Final = ROOT / "scripts" / "catalogue.py"
TOOL: Final = runpy.run_path(str(SCRIPT))
PACKAGES: Final = [ROOT / package for package in TOOL["PACKAGES"]]
APP: Final = ROOT / "clients" / "troth_app"
SILENT: Final = (APP / "demo", APP / "demo_command.py", ROOT / "core" / "troth" / "testing")
"""What the demo tells while it runs is English, as are fakes for tests: neither has anything of anybody's."""
NEVER: Final = (
    *("failed", "failure", "missed", "broke", "broken", "overdue", "still", "only", "should", "finally", "at last"),
    *("proven", "relapse", "addict", "victim", "betrayer", "betrayal", "forgive", "consent", "rejected", "conflict"),
    *("score", "streak", "congratulations", "great", "well done", "proud", "must", "waiting for you", "hasn't"),
    *("he", "she", "him", "his", "her", "hers", "husband", "wife"),
    *("error", "invalid", "illegal", "abort", "delete", "why did you", "sorry"),
)
"""What blames, genders, urges, counts, cheers or frightens."""
MARKS: Final = {"Said", "plural", "in_context"}
SAYS: Final = {"filled", "label_of", "listed_as", "name_of", "quoted", "say", "spoken", "spoken_in", "tell"}
"""Functions that return a text in the person's language."""
FOR_PROGRAMS: Final = (
    "MalformedError",
    "VersionError",
    "ForgedError",
    "AssertionError",
    "ImportError",
    "add_argument",
    "compile",
)
"""Calls whose words no person reads: what bytes from elsewhere are not, and what a program is told."""
LOGGED: Final = re.compile(r"LOG\.\w+|log\.\w+")
SENTENCE: Final = re.compile(r"[A-Z“{(`].*[a-z]{2},? [a-z“].*[.:?]|.*[a-z)]\. [A-Z].*", re.DOTALL)
"""A capital, words and an end; or two sentences."""
WORDS: Final = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}|^[A-Z][a-z]+[.:?]$")
NOT_CALLED: Final = "Help lines that nobody checked in the last twelve months:"
VIM: Final = "set nobackup nowritebackup noswapfile noundofile"
EMACS: Final = "(setq make-backup-files nil auto-save-default nil create-lockfiles nil)"
OTHER_WORDS: Final = {
    "alias.py": {'#!{python}\nfrom troth_app.alias import launch\n\nlaunch("{name}")\n'},
    "home.py": {"Application Support"},
    "pages.py": {'<button class="inline" form="go" name="command" value="{}">{}</button>'},
    "helplines.py": {"Beyond Blue", "MensLine Australia", "last on {}", NOT_CALLED},
    "editor.py": {VIM, EMACS},
    "watch.py": {"nobody asked for anything", "the machine slept"},
    "keeper.py": {"the agent is gone", "there is nothing left to do"},
    "consent.py": {"words asked", "words agreed"},
    "command.py": {
        *("the agent, which has no keys", "the keeper of an open vault", "a keeper that may have no open vault yet"),
        *("given or not", "the path of a file"),
    },
    "evidence.py": {"  read here    lineage {}, position {}", "  of the log   {}", "  by device    {}"},
}
"""Words in the app that are no sentences of it: names, what a log or a file says to whoever runs a relay."""


@pytest.fixture(scope="module")
def template() -> Catalog:
    """The template, as translators get it."""
    with TOOL["TEMPLATE"].open("rb") as file:
        return read_po(file)


def texts(catalogue: Catalog) -> Iterator[str]:
    """Yield every sentence, of plurals both; not what click says, which is not ours to choose."""
    theirs = {text for said in OF_CLICK for text in (said.text, said.many)}
    for message in catalogue:
        yield from (text for text in _ids(message.id) if text and text not in theirs)


def _ids(found: object) -> tuple[str, ...]:
    return tuple(map(str, found)) if isinstance(found, tuple) else (str(found),)


def sources() -> Iterator[Path]:
    """Yield every module that may speak to people."""
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            if not any(path.is_relative_to(silent) for silent in SILENT):
                yield path


def unmarked(source: str, *, strict: bool) -> list[str]:
    """Return the strings of a module that read like a sentence and are not marked.

    Args:
        source: The module.
        strict: Whether any two words are enough, as in the app; elsewhere most strings are for programs.
    """
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = [
        _text(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr) and _counts(node, parents)
    ]
    return [text for text in found if SENTENCE.fullmatch(text) or (strict and WORDS.search(text))]


def _counts(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a string is neither marked, nor a docstring, nor for programs, nor a part of another one."""
    if isinstance(node, ast.Constant) and not isinstance(node.value, str):
        return False
    above: ast.AST | None = parents.get(node)
    if isinstance(above, ast.Expr | ast.JoinedStr | ast.FormattedValue):
        return False
    while above is not None and not isinstance(above, ast.stmt):
        if isinstance(above, ast.Call) and _is_told_to_nobody(above.func):
            return False
        above = parents.get(above)
    return not isinstance(above, ast.Assert) and not _is_type(node, parents)


def _is_told_to_nobody(function: ast.expr) -> bool:
    name = ast.unparse(function)
    return name in MARKS or name.rpartition(".")[2] in FOR_PROGRAMS or LOGGED.fullmatch(name) is not None


def _is_type(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a string stands where a type does."""
    above = parents[node]
    return (isinstance(above, ast.arg | ast.AnnAssign) and above.annotation is node) or (
        isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef) and above.returns is node
    )


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_the_template_is_up_to_date() -> None:
    """What is marked in the source is in the template, and nothing else."""
    done = subprocess.run([sys.executable, SCRIPT, "check"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_whatever_people_read_is_marked(path: Path) -> None:
    """No string that reads like a sentence stands there without its mark; in the app no two words do."""
    in_app = path.is_relative_to(APP)
    known = {*BY_NAME, *OTHER_WORDS.get(path.name, ())} if in_app else set()
    assert [text for text in unmarked(path.read_text(), strict=in_app) if text not in known] == []


def said_at_import(tree: ast.Module) -> list[int]:
    """Return the lines of a module on which something is said in a language before anybody asked."""
    waiting: list[ast.AST] = [tree]
    found = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SAYS:
            found.append(node.lineno)
        inside = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, inside)]
    return found


def test_nothing_is_said_at_import() -> None:
    """A language is looked up where a sentence is said, so that a process may learn late which one it speaks."""
    trees = {path: ast.parse(path.read_text()) for path in sources()}
    assert {path: lines for path, tree in trees.items() if (lines := said_at_import(tree))} == {}
    assert said_at_import(
        ast.parse("X = [tell('a')]\ndef f():\n    return tell('b')\nclass C:\n    y = spoken(Z)")
    ) == [5, 1]


def test_one_module_looks_up() -> None:
    """Every other one marks, or asks it."""
    owners = {path.name for path in sources() if "gettext" in _imports(ast.parse(path.read_text()))}
    assert owners == {"language.py"}


def _imports(tree: ast.Module) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize(
    "source",
    [
        'X = "Nothing was changed."',
        'raise RuleError(f"{name} is gone.")',
        'def f():\n    return g("What next?", other)',
        'X = {"key": "It is kept, and goes to the other person."}',
        'X = Said("{why} {what}").format(why="Nothing was shared.")',
        'X = "the relay is away. Try again."',
    ],
)
def test_an_unmarked_sentence_is_found(source: str) -> None:
    """Wherever it stands; with what belongs in a marked one's places it is no better."""
    assert len(unmarked(source, strict=False)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring that says something."""',
        'X = Said("Nothing was changed.")',
        'X = plural("{count} is here.", "{count} are here.")',
        'raise MalformedError("Something that bytes are not.")',
        'LOG.info("It is so: %s", x)',
        'assert x, "It was there."',
        'def f(x: "A | None") -> "B | None": ...',
        'X = "agree withdraw"',
    ],
)
def test_what_is_marked_or_said_to_nobody_is_not_found(source: str) -> None:
    """A mark is enough, and what programs tell one another needs none."""
    assert unmarked(source, strict=False) == []


def test_the_tone_holds(template: Catalog) -> None:
    """R6, N22 and the rules of tone, over all that is said: no word of the list, no exclamation, no percentage."""
    never = re.compile(rf"\b({'|'.join(map(re.escape, NEVER))})\b")
    assert [text for text in texts(template) if never.search(text.lower())] == []
    assert [text for text in texts(template) if set("!%") & set(text)] == []


def test_each_is_whole_and_its_places_have_names(template: Catalog) -> None:
    """Nothing hangs over at an end, and what stands in braces has a name, so that it can stand anywhere."""
    assert [text for text in texts(template) if text != text.strip()] == []
    named = [
        (text, field) for text in texts(template) for _, field, _, _ in Formatter().parse(text) if field is not None
    ]
    assert [text for text, field in named if not field.isidentifier()] == []


def test_every_command_that_is_named_is_there(template: Catalog) -> None:
    """What a sentence tells somebody to do, exists."""
    named = {found for text in texts(template) for found in re.findall(r"`troth ([a-z -]+)`", text)}
    assert named - BY_NAME.keys() <= {"demo"}


def test_plurals_speak_of_their_number_alike(template: Catalog) -> None:
    """Both forms have the same places."""
    pairs = [_ids(message.id) for message in template if isinstance(message.id, tuple)]
    assert pairs
    assert [pair for pair in pairs if len({frozenset(TOOL["_names"](text)) for text in pair}) > 1] == []


def test_what_click_says_is_what_it_asks_for() -> None:
    """Its words are in the catalogue as it looks them up; another release may choose others."""
    import click

    folder = Path(click.__file__).parent
    source = "".join(
        (folder / name).read_text() for name in ("core.py", "decorators.py", "exceptions.py", "formatting.py")
    )
    assert [said.text for said in OF_CLICK if f'"{said.text}"' not in source] == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{name} is gone.", "{nmae} ist weg."),
        ("{name} is gone.", "{} ist weg."),
        ("`troth lock` closes it.", "`troth schliessen` schliesst es."),
        ("`troth lock` closes it.", "Schliesst es."),
        (("{count} entry", "{count} entries"), ("{count} Eintrag", "{anzahl} Einträge")),
    ],
)
def test_a_translation_that_can_not_be_said_is_found(
    source: str | tuple[str, ...], said: str | tuple[str, ...]
) -> None:
    """Names in braces and commands between ticks are the source's."""
    catalogue = Catalog(locale="de", fuzzy=False)
    catalogue.add(source, said)
    assert len(list(TOOL["trouble"](catalogue))) == 1


def test_a_translation_may_order_as_it_likes() -> None:
    """Names may stand anywhere, once or more often, and what is not translated yet is no mistake."""
    catalogue = Catalog(locale="de", fuzzy=False)
    catalogue.add("{name}, {day}", "Am {day}: {name}, {name}")
    catalogue.add("{name} is gone.", "")
    assert list(TOOL["trouble"](catalogue)) == []


def test_a_language_is_begun_brought_up_to_date_and_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was translated stays when the template changes, what is compiled is spoken, and a bad one is refused."""
    scope = TOOL["language"].__globals__
    monkeypatch.setitem(scope, "LOCALES", tmp_path)
    path = tmp_path / "de" / "LC_MESSAGES" / "troth.po"
    TOOL["language"]("de")
    begun = path.read_text()
    source, said = "It is locked. `troth unlock` opens it.", "Es ist zu. `troth unlock` öffnet es."
    path.write_text(begun.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{said}"'))
    TOOL["language"]("de")
    assert said in path.read_text()
    TOOL["compile_all"]()
    monkeypatch.setattr(language, "LOCALES", tmp_path)
    monkeypatch.setenv("LANGUAGE", "de")
    language.catalogue.cache_clear()
    try:
        assert (spoken(Said(source)), spoken(Said("It is open."))) == (said, "It is open.")
    finally:
        language.catalogue.cache_clear()
    path.with_suffix(".mo").unlink()
    path.write_text(path.read_text().replace("Es ist zu. `troth unlock`", "Es ist zu. `troth auf`"))
    with pytest.raises(SystemExit, match="a command, and stays as it is"):
        TOOL["compile_all"]()
    assert not path.with_suffix(".mo").exists()
