"""The walls of the house, each a sentence that a test holds to.

Every wall is a function from source to the places that break it, written beside a test that shows it bad
source. A module that is not written yet breaks nothing.
"""

import ast
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "relay", "clients")

# troth_app -> troth_couple, troth_client -> troth -> troth_wire <- troth_relay: what a package may import,
# itself aside. An app that wants a relay starts one as a program.
MAY_IMPORT = {
    "troth_wire": set[str](),
    "troth": {"troth_wire"},
    "troth_couple": {"troth", "troth_wire"},
    "troth_relay": {"troth_wire"},
    "troth_client": {"troth", "troth_wire"},
    "troth_app": {"troth", "troth_client", "troth_couple", "troth_wire"},
    # As everybody's: an app that embeds the engine needs nothing of ours.
    "examples": {"troth", "troth_client", "troth_wire"},
}

# The modules that may own a library, of which each package picks one. What is not here has no owner.
OWNERS = {
    "aiohttp": {"troth_app.web.site", "troth_client.link", "troth_relay.app"},
    "automerge": {"troth.document"},
    "click": {"troth_app.cli", "troth_app.main", "troth_relay.main"},
    "jinja2": {"troth_app.web.pages"},
    "markupsafe": {"troth_app.web.pages"},
    "mnemonic": {"troth_client.wordlist"},
    "msgpack": {"troth_wire.codec"},
    "nacl": {"troth.crypto", "troth_relay.stranger", "troth_wire.proof"},
    "prometheus_client": {"troth_relay.metrics"},
    "segno": {"troth_app.qr"},
    "sqlite3": {"troth_client.database", "troth_relay.store.database"},
}

# What the core may not touch: it takes values and returns values, and entropy and time are arguments.
IMPURE_MODULES = {
    "the clock": {"calendar", "datetime", "sched", "time", "zoneinfo"},
    "entropy": {"random", "secrets", "uuid"},
    "the network": {"http", "select", "selectors", "socket", "socketserver", "ssl", "urllib"},
    "files and the system": {
        "fileinput",
        "glob",
        "io",
        "mmap",
        "os",
        "pathlib",
        "shutil",
        "sqlite3",
        "tempfile",
    },
    "other processes": {"ctypes", "importlib", "multiprocessing", "signal", "subprocess"},
    "other threads": {"asyncio", "concurrent", "queue", "threading"},
    "the terminal": {"getpass", "logging", "warnings"},
}
IMPURE_CALLS = {"__import__", "breakpoint", "eval", "exec", "input", "open", "print"}


def packages() -> dict[str, Path]:
    """Every package there is, by name."""
    folders = [folder for room in ROOMS for folder in sorted(ROOT.glob(f"{room}/*/")) if any(folder.glob("*.py"))]
    return {folder.name: folder for folder in folders}


@cache
def parsed(path: Path) -> ast.Module:
    """The source of a file, parsed once for all walls."""
    return ast.parse(path.read_bytes())


def modules(*rooms: str) -> dict[str, ast.Module]:
    """The parsed source of every module in these rooms, by dotted name.

    A package goes by `name.__init__`, so that a relative import counts from the same place everywhere.
    """
    return {
        ".".join(path.relative_to(package.parent).with_suffix("").parts): parsed(path)
        for package in packages().values()
        if package.parent.name in (rooms or ROOMS)
        for path in sorted(package.rglob("*.py"))
    }


def imports(module: str, tree: ast.AST) -> Iterator[str]:
    """The dotted name of everything that a module imports, relative and by-name imports included."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0, module=str(name)):
                yield from (f"{name}.{alias.name}" for alias in node.names)
            case ast.ImportFrom():
                base = [*module.split(".")[: -node.level], *filter(None, [node.module])]
                yield from (".".join([*base, alias.name]) for alias in node.names)
            case ast.Call(func=ast.Name(id=call) | ast.Attribute(attr=call), args=[ast.Constant(value=str(name)), *_]):
                if call in {"__import__", "import_module"}:
                    yield name


def imported_roots(module: str, tree: ast.AST) -> set[str]:
    """The top-level names that a module imports."""
    return {name.partition(".")[0] for name in imports(module, tree)}


def wrong_ways(module: str, tree: ast.AST) -> list[str]:
    """The packages of ours that a module imports against the direction."""
    package = module.partition(".")[0]
    ours = imported_roots(module, tree) & MAY_IMPORT.keys()
    return [f"{module} imports {name}" for name in sorted(ours - MAY_IMPORT[package] - {package})]


def ownerless(module: str, tree: ast.AST) -> list[str]:
    """The libraries that a module imports without owning them."""
    foreign = imported_roots(module, tree) - MAY_IMPORT.keys() - (sys.stdlib_module_names - OWNERS.keys())
    return [f"{module} imports {name}" for name in sorted(foreign) if module not in OWNERS.get(name, set())]


def shared_ownership(trees: dict[str, ast.Module]) -> list[str]:
    """The libraries that two modules of one package import."""
    found = []
    roots = {module: imported_roots(module, tree) for module, tree in trees.items()}
    for library in OWNERS:
        owners = [module for module in trees if library in roots[module]]
        for package in MAY_IMPORT:
            inside = [module for module in owners if module.partition(".")[0] == package]
            found += [f"{library} is imported by {' and '.join(inside)}"] if len(inside) > 1 else []
    return found


def impurities(module: str, tree: ast.AST) -> list[str]:
    """The places where a module does something else than take values and return values."""
    roots = imported_roots(module, tree)
    found = [
        f"{module} imports {name}: {what}" for what, names in IMPURE_MODULES.items() for name in sorted(names & roots)
    ]
    for node in ast.walk(tree):
        match node:
            case ast.AsyncFunctionDef() | ast.AsyncFor() | ast.AsyncWith() | ast.Await():
                found.append(f"{module}:{node.lineno} waits")
            case ast.comprehension(is_async=1):
                found.append(f"{module}:{node.target.lineno} waits")
            case ast.Call(func=ast.Name(id=call)) if call in IMPURE_CALLS:
                found.append(f"{module}:{node.lineno} calls {call}")
    return found


def swallowed(name: str, tree: ast.AST) -> list[str]:
    """The places where an exception disappears: a bare `except`, or a handler that only passes."""
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        if node.type is None or all(_says_nothing(statement) for statement in node.body)
    ]


def _says_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
    return False


def has_code(tree: ast.Module) -> bool:
    """Whether a module holds more than a docstring and imports."""
    return any(not (isinstance(s, ast.Import | ast.ImportFrom) or _says_nothing(s)) for s in tree.body)


def mirror_of(module: str) -> str:
    """The test module of a module: `troth_relay.store.sqlite` has `troth_relay/store/test_sqlite.py`."""
    *folders, name = module.split(".")
    return str(PurePosixPath(*folders, f"test_{name}.py"))


def unmirrored(trees: dict[str, ast.Module], tests: Collection[str]) -> list[str]:
    """The modules without a test module, and the test modules without a module."""
    mirrored = {module: tree for module, tree in trees.items() if not module.endswith(("__init__", "__main__"))}
    wanted = {mirror_of(module) for module, tree in mirrored.items() if has_code(tree)}
    allowed = {mirror_of(module) for module in mirrored}
    return [f"tests/{path} is missing" for path in sorted(wanted - set(tests))] + [
        f"tests/{path} mirrors no module" for path in sorted(set(tests) - allowed)
    ]


def strangers(loaded: Iterable[str]) -> set[str]:
    """The packages that a relay must not load, among the modules it has loaded."""
    return {name.partition(".")[0] for name in loaded} & {"automerge", *MAY_IMPORT} - {
        "troth_relay",
        "troth_wire",
    }


def all_sources() -> Iterator[Path]:
    """Every Python file of the project, tests and scripts included."""
    for folder in sorted(ROOT.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            yield from (path for path in sorted(folder.rglob("*.py")) if "node_modules" not in path.parts)


def test_every_package_has_its_place() -> None:
    """Every package stands in the table of directions."""
    assert packages().keys() <= MAY_IMPORT.keys()


def test_imports_run_one_way() -> None:
    """No package imports one that lies against the direction."""
    assert [place for module, tree in modules().items() for place in wrong_ways(module, tree)] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("troth.engine", "import troth_client.vault"),
        ("troth_app.demo", "from troth_relay import hub"),
        ("troth_relay.hub", "def late():\n    from troth.envelope import open_"),
        ("troth_relay.hub", "from importlib import import_module\nimport_module('troth.keys')"),
        ("troth_wire.ids", "__import__('troth')"),
    ],
)
def test_a_wrong_way_is_found(module: str, source: str) -> None:
    """An import against the direction is found, however it is written."""
    assert len(wrong_ways(module, ast.parse(source))) == 1


def test_a_right_way_is_accepted() -> None:
    """Imports along the direction and inside a package are no violation."""
    assert (
        wrong_ways("troth.engine", ast.parse("import troth_wire.ids\nfrom . import step\nfrom .step import Step")) == []
    )


def test_every_library_has_its_owner() -> None:
    """A library is imported only by a module that may own it, and a library without an owner by none."""
    assert [place for module, tree in modules().items() for place in ownerless(module, tree)] == []


def test_no_two_modules_of_a_package_share_a_library() -> None:
    """In one package, one module wraps a library and its exceptions."""
    assert shared_ownership(modules()) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("troth.guard", "import automerge.core"),
        ("troth.crypto", "import cryptography"),
        ("troth_relay.hub", "from sqlite3 import connect"),
        ("troth_wire.messages", "def late():\n    import msgpack"),
    ],
)
def test_a_library_at_the_wrong_wall_is_found(module: str, source: str) -> None:
    """An import of a library by a module that does not own it is found."""
    assert len(ownerless(module, ast.parse(source))) == 1


def test_an_owner_is_accepted() -> None:
    """An owner may import its library, and everyone the standard library."""
    assert ownerless("troth.crypto", ast.parse("import nacl.bindings\nimport hashlib")) == []


def test_shared_ownership_is_found() -> None:
    """Two modules of one package with the same library are found, two packages with it are not."""
    click = ast.parse("import click")
    assert shared_ownership({"troth_app.cli": click, "troth_app.main": click}) != []
    assert shared_ownership({"troth_app.cli": click, "troth_relay.main": click}) == []


def test_the_core_takes_values_and_returns_values() -> None:
    """Nothing under core/ waits, prints, or reaches for files, sockets, the clock or entropy."""
    assert [place for module, tree in modules("core").items() for place in impurities(module, tree)] == []


@pytest.mark.parametrize(
    "source",
    [
        "import os.path",
        "from time import monotonic",
        "def draw():\n    import secrets",
        "async def follow(): ...",
        "def late(feed):\n    return [x async for x in feed]",
        "print('hello')",
        "with open('vault') as file: ...",
    ],
)
def test_an_impurity_is_found(source: str) -> None:
    """Every way out of pure values is found."""
    assert len(impurities("troth.engine", ast.parse(source))) == 1


def test_a_pure_module_is_accepted() -> None:
    """Names that only resemble a way out are no violation."""
    assert impurities("troth.engine", ast.parse("from . import random\nenvelope.open(x)\nopen_(x)")) == []


def test_the_relay_loads_neither_engine_nor_automerge() -> None:
    """A fresh interpreter that has imported every module of the relay holds no engine and no automerge."""
    relay = [name.removesuffix(".__init__") for name in modules("relay") if not name.endswith(".__main__")]
    if "troth_relay.main" not in relay:
        pytest.skip("troth_relay.main is not written yet")
    program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program, *relay], check=True, capture_output=True, text=True)
    assert "troth_relay.main" in loaded.stdout.split()
    assert strangers(loaded.stdout.split()) == set()


def test_a_stranger_in_the_relay_is_found() -> None:
    """The engine and automerge are recognised among loaded modules, the shared wire is welcome."""
    assert strangers(["sys", "troth_wire.ids", "troth.keys", "automerge._automerge"]) == {
        "troth",
        "automerge",
    }


def test_no_exception_disappears() -> None:
    """No file of the project has a bare `except` or a handler that only passes."""
    found = [place for path in all_sources() for place in swallowed(str(path.relative_to(ROOT)), parsed(path))]
    assert found == []


@pytest.mark.parametrize("handler", ["except:\n    raise", "except OSError:\n    pass", "except OSError: ..."])
def test_a_swallowed_exception_is_found(handler: str) -> None:
    """Every handler that says nothing, and every one that catches it knows not what, is found."""
    assert swallowed("example", ast.parse(f"try:\n    work()\n{handler}")) == ["example:3"]


def test_tests_mirror_the_packages() -> None:
    """Every module with code has its test module, and every test module beside them its module."""
    tests = [
        path.relative_to(ROOT / "tests").as_posix()
        for package in MAY_IMPORT
        for path in sorted((ROOT / "tests" / package).rglob("test_*.py"))
    ]
    assert unmirrored(modules(), tests) == []


def test_a_missing_mirror_is_found() -> None:
    """A module without tests and tests without a module are found; a module that only imports needs none."""
    code, bare = ast.parse('"""Law."""\nLIMIT = 1'), ast.parse('"""Law."""\nfrom . import hub')
    trees = {
        "troth.keys": code,
        "troth.names": bare,
        "troth.__init__": code,
        "troth_relay.store.sqlite": code,
    }
    assert unmirrored(trees, ["troth/test_keys.py", "troth_relay/store/test_sqlite.py"]) == []
    assert unmirrored(trees, ["troth/test_key.py", "troth_relay/test_sqlite.py"]) == [
        "tests/troth/test_keys.py is missing",
        "tests/troth_relay/store/test_sqlite.py is missing",
        "tests/troth/test_key.py mirrors no module",
        "tests/troth_relay/test_sqlite.py mirrors no module",
    ]
