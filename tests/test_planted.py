"""The tests bite: every mistake in tests/planted, put into a copy of the code, makes the named tests fail."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
PLANTED: Final = sorted((ROOT / "tests" / "planted").glob("*.patch"))
COPIED: Final = ("core", "relay", "clients", "scripts", "tests", "specs", "pyproject.toml")
SECONDS_MAX: Final = 240
"""For the catchers of one mistake: there to end a hang, not to measure."""
TOGETHER_S_MAX: Final = 1_500
"""For all catchers in a row."""
WITHOUT: Final = (
    "--assert=plain",
    *(f"-pno:{plugin}" for plugin in ("cacheprovider", "pytest_cov", "xdist", "xdist.looponfail")),
)
"""What the catchers do without, most of a short run would go to: plugins, and assertions that explain themselves."""


def catchers(patch: Path) -> list[str]:
    """Return the tests that a patch says will catch it."""
    found = re.search(r"^Caught by: (.+)$", patch.read_text(), re.MULTILINE)
    assert found, f"{patch.name} names no test that catches it"
    return found[1].split()


def run(copy: Path, tests: list[str], *, seconds_max: int = SECONDS_MAX) -> subprocess.CompletedProcess[str]:
    """Run tests in a copy of the tree, against the copy's code."""
    sources = os.pathsep.join(str(copy / folder) for folder in ("core", "relay", "clients"))
    options = ["-x", "-q", "--no-header", *WITHOUT, "--hypothesis-profile=planted"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environment = os.environ | {"PYTHONPATH": sources, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, timeout=seconds_max, check=False
    )


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree without a planted mistake."""
    copy = tmp_path_factory.mktemp("clean")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
        else:
            shutil.copy(source, copy / name)
    return copy


@pytest.mark.timeout(TOGETHER_S_MAX + 60)
def test_without_a_mistake_the_catchers_pass(clean: Path) -> None:
    """What catches the mistakes passes without them, so a failure below means the mistake and nothing else."""
    tests = sorted({test for patch in PLANTED for test in catchers(patch)})
    result = run(clean, tests, seconds_max=TOGETHER_S_MAX)
    assert result.returncode == 0, result.stdout[-3000:]


def apply(patch: Path, copy: Path, *options: str) -> None:
    """Put a mistake into a copy, or with `--reverse` take it out."""
    command = ["git", "apply", "--whitespace=nowarn", *options, str(patch)]
    applied = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert applied.returncode == 0, f"{patch.name} does not apply any more: {applied.stderr}"


@contextmanager
def planted(patch: Path, copy: Path) -> Iterator[None]:
    """Have a mistake in a copy for a while: the next one begins without it."""
    apply(patch, copy)
    try:
        yield
    finally:
        apply(patch, copy, "--reverse")


@pytest.mark.parametrize("patch", PLANTED, ids=lambda patch: patch.stem)
def test_a_planted_mistake_is_caught(patch: Path, clean: Path) -> None:
    """A mistake in the code makes the tests fail that claim to catch it."""
    with planted(patch, clean):
        result = run(clean, catchers(patch))
    assert result.returncode == 1, f"{patch.name} survived:\n{result.stdout[-2000:]}"
