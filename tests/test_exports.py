"""The public API is what an embeddable package re-exports: nothing more, nothing undocumented."""

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = {"troth": ROOT / "core/troth/__init__.py", "troth_client": ROOT / "clients/troth_client/__init__.py"}


def order(name: str) -> tuple[bool, bool, str]:
    """Where a name stands in `__all__`: constants, then classes, then functions, each by the alphabet."""
    return not (name.isupper() and len(name) > 1), not name[0].isupper(), name


def misplaced(tree: ast.Module) -> list[str]:
    """What an `__init__` holds beside a docstring, imports and `__all__`, and where those two disagree."""
    found: list[str] = []
    imported: list[str] = []
    exported: list[str] = []
    for node in tree.body[ast.get_docstring(tree) is not None :]:
        match node:
            case ast.ImportFrom():
                imported += [alias.asname or alias.name for alias in node.names]
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List()):
                exported += ast.literal_eval(node.value)
            case _:
                found.append(f"line {node.lineno} is no re-export")
    if ast.get_docstring(tree) is None:
        found.append("the package does not say what it is")
    found += [f"{name} is imported and not exported" for name in sorted(set(imported) - set(exported))]
    found += [f"{name} is exported and not imported" for name in sorted(set(exported) - set(imported))]
    if exported != sorted(set(exported), key=order):
        found.append("__all__ is not sorted")
    return found


def undocumented(node: ast.AST) -> Iterator[str]:
    """The names without a docstring in the definition of a public class or function."""
    match node:
        case ast.ClassDef():
            if ast.get_docstring(node) is None:
                yield node.name
            for child in node.body:
                if not getattr(child, "name", "_").startswith("_"):
                    yield from (f"{node.name}.{name}" for name in undocumented(child))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            overloaded = any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)
            if ast.get_docstring(node) is None and not overloaded:
                yield node.name


def definitions(value: object) -> list[ast.AST]:
    """Where a class or function of ours is defined; nothing for a constant or a foreign object."""
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return []
    # The source and not __doc__, because a dataclass without a docstring is given one that says nothing.
    source = sys.modules[value.__module__].__file__
    if source is None or not Path(source).is_relative_to(ROOT):
        return []
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    body = ast.parse(Path(source).read_bytes()).body
    return [node for node in body if isinstance(node, kinds) and node.name == value.__name__]


def spoken(node: ast.AST) -> Iterator[str]:
    """The names that stand in the annotations of a public function, or of a class's public methods and fields."""
    match node:
        case ast.ClassDef():
            for child in node.body:
                yield from spoken(child)
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if not name.startswith("_"):
            yield from _named(annotation)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith("_"):
            of_arguments = (argument.annotation for argument in ast.walk(node.args) if isinstance(argument, ast.arg))
            for annotation in filter(None, (*of_arguments, node.returns)):
                yield from _named(annotation)


def _named(annotation: ast.AST) -> Iterator[str]:
    for part in ast.walk(annotation):
        match part:
            case ast.Name(id=name):
                yield name
            case ast.Constant(value=str(text)):
                yield from _named(ast.parse(text, mode="eval"))


def is_ours(value: object) -> bool:
    """Whether it is a class of these packages; those of the wire are all for everybody."""
    return inspect.isclass(value) and value.__module__.partition(".")[0] in PUBLIC


def exports(module: ModuleType) -> list[str]:
    """The names that a package exports; none before it has its first."""
    return list(getattr(module, "__all__", []))


@pytest.fixture(params=PUBLIC)
def package(request: pytest.FixtureRequest) -> str:
    """Each package that people embed."""
    name = str(request.param)
    if not PUBLIC[name].exists():
        pytest.skip(f"{name} is not written yet")
    return name


def test_a_public_package_only_reexports(package: str) -> None:
    """`__init__` is a docstring, imports and a sorted `__all__` that names exactly what is imported."""
    assert misplaced(ast.parse(PUBLIC[package].read_bytes())) == []


@pytest.mark.parametrize("package", ["troth", "troth_client", "troth_wire"])
def test_type_checkers_see_it(package: str) -> None:
    """What people embed says that it is typed (PEP 561); without that a checker takes all of it for anything."""
    module = importlib.import_module(package)
    assert (Path(str(module.__file__)).parent / "py.typed").exists()


@pytest.mark.parametrize(
    ("module", "libraries", "extra"),
    [
        ("troth", ["automerge"], "engine"),
        ("troth_client", ["automerge", "aiohttp", "mnemonic"], "client"),
        ("troth_client", ["aiohttp", "mnemonic"], "client"),
        ("troth_relay.main", ["aiohttp", "click", "prometheus_client"], "relay"),
        ("troth_app.main", ["click", "jinja2", "segno"], "app"),
    ],
)
def test_a_missing_library_says_what_to_install(module: str, libraries: list[str], extra: str) -> None:
    """Whoever installed less than a module needs is told the extra that brings it."""
    program = f"import sys; sys.modules |= dict.fromkeys({libraries}); import {module}"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert f'"troth[{extra}]"' in ended.stderr.splitlines()[-1]


def test_every_exported_name_exists(package: str) -> None:
    """Every name in `__all__` can be imported."""
    module = importlib.import_module(package)
    assert [name for name in exports(module) if not hasattr(module, name)] == []


def test_every_exported_name_is_documented(package: str) -> None:
    """Every exported class, each of its public methods, and every exported function has a docstring."""
    module = importlib.import_module(package)
    found = [
        f"{package}.{name}: {place}"
        for name in exports(module)
        for node in definitions(getattr(module, name))
        for place in undocumented(node)
    ]
    assert found == []


def test_what_a_space_speaks_of_is_exported() -> None:
    """Whoever embeds can name the type of whatever the client takes and returns, and of what a status holds."""
    client, engine = (importlib.import_module(name) for name in ("troth_client", "troth"))
    exported = [getattr(module, name) for module in (client, engine) for name in exports(module)]
    entrances = [getattr(client, name) for name in exports(client)] + [engine.Status, engine.Touched]
    entrances.remove(client.Salvaged)  # What it holds is for `rescue` alone.
    named = {
        f"{entrance.__module__}: {name}": vars(sys.modules[entrance.__module__]).get(name)
        for entrance in entrances
        for node in definitions(entrance)
        for name in spoken(node)
    }
    assert client.Space in named.values(), "the entrances are read"
    assert [place for place, value in named.items() if is_ours(value) and value not in exported] == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def derive(key: Key, *, size: int = 1) -> Other: ...", ["Key", "int", "Other"]),
        ('class Key:\n    size: "Size"\n    _own: Own\n    def _hide(self, own: Own): ...', ["Size"]),
    ],
)
def test_what_a_signature_names_is_found(source: str, names: list[str]) -> None:
    """Arguments, answers and fields count, in quotes too; what is private does not."""
    assert list(spoken(ast.parse(source).body[0])) == names


@pytest.mark.parametrize(
    ("source", "violation"),
    [
        ('"""Law."""\nLIMIT = 1\n__all__ = []', "line 2 is no re-export"),
        ('"""Law."""\nimport troth_wire\n__all__ = []', "line 2 is no re-export"),
        ('"""Law."""\nfrom .keys import A, B\n__all__ = ["A"]', "B is imported and not exported"),
        ('"""Law."""\nfrom .keys import A\n__all__ = ["A", "B"]', "B is exported and not imported"),
        ('"""Law."""\nfrom .keys import A, B\n__all__ = ["B", "A"]', "__all__ is not sorted"),
        ('"""Law."""\nfrom .keys import A\n__all__ = ["A", "A"]', "__all__ is not sorted"),
        ('from .keys import A\n__all__ = ["A"]', "the package does not say what it is"),
    ],
)
def test_a_misplaced_line_is_found(source: str, violation: str) -> None:
    """Logic in an `__init__`, and every disagreement with its `__all__`, is found."""
    assert misplaced(ast.parse(source)) == [violation]


def test_sorted_reexports_are_accepted() -> None:
    """Constants come first, then classes, then functions, as the linter sorts them."""
    source = '"""Law."""\nfrom .keys import A_MAX, Key, derive\n__all__ = ["A_MAX", "Key", "derive"]'
    assert misplaced(ast.parse(source)) == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def derive(): ...", ["derive"]),
        ("async def follow(): ...", ["follow"]),
        ("class Key:\n    def derive(self): ...\n    def _hide(self): ...", ["Key", "Key.derive"]),
        ('class Key:\n    """Law."""\n    size: int = 1\n    def __len__(self): ...', []),
        ("@typing.overload\ndef derive(): ...", []),
    ],
)
def test_a_missing_docstring_is_found(source: str, names: list[str]) -> None:
    """A public name without a docstring is found; a private or magic method needs none."""
    assert list(undocumented(ast.parse(source).body[0])) == names
