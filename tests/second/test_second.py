"""A second implementation, written from the pages alone, opens every vector.

It imports nothing of the packages: the standard library, msgpack, PyNaCl, and what stands in this folder.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.second.conventions import RefusedError
from tests.second.opening import OPENERS
from tests.second.vectors import FOLDER, Case, files

HERE = Path(__file__).parent
TESTS = {"pytest"}
FOREIGN = {"msgpack", "nacl"}


def _cases() -> Iterator[Any]:
    """Every case for whose section there is an opener."""
    for file, sections in files().items():
        for section, cases in sections.items():
            for case in cases:
                if (file, section) in OPENERS:
                    yield pytest.param(file, section, case, id=f"{file}-{section}-{case['name']}")


@pytest.mark.parametrize(("file", "section", "content"), list(_cases()))
def test_each_vector_comes_to_what_it_names(file: str, section: str, content: dict[str, Any]) -> None:
    """Each vector comes to the result that it names, is refused at the layer that it names, and is read in full."""
    case = Case(content, file)
    layer = None
    try:
        OPENERS[file, section](case)
    except RefusedError as refusal:
        layer = refusal.layer
    assert layer == case.error
    assert case.unread() == []


def test_no_section_stays_unopened() -> None:
    """Every section of every file of vectors has an opener and a case, and no opener is without its section."""
    found = {(file, section) for file, sections in files().items() for section, cases in sections.items() if cases}
    sections = {(file, section) for file, content in files().items() for section in content}
    assert found == sections == set(OPENERS)
    assert {path.suffix for path in FOLDER.iterdir() if path.is_file()} <= {".json", ".md", ".py"}


def _imports(path: Path) -> Iterator[str]:
    """The modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


@pytest.mark.parametrize("path", sorted(HERE.glob("*.py")), ids=lambda path: path.stem)
def test_nothing_of_the_packages_is_imported(path: Path) -> None:
    """What is here imports the standard library, msgpack, PyNaCl and itself, and nothing else."""
    allowed = FOREIGN | (TESTS if path.stem.startswith("test_") else set())
    for name in _imports(path):
        root = name.partition(".")[0]
        assert root in sys.stdlib_module_names or root in allowed or name.startswith("tests.second")
