"""The first Python example in the README works as it stands there."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving

ROOT = Path(__file__).resolve().parents[2]
LINES_MAX = 30


def example() -> str:
    """Return the README's first Python block."""
    found = re.search(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    if found is None:
        pytest.skip("the README has no example yet")
    return found[1]


def test_the_example_is_short() -> None:
    """It has at most so many lines, and is not about couples."""
    assert len(example().splitlines()) <= LINES_MAX
    assert not re.search(r"couple|partner", example(), re.IGNORECASE)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a relay that knows nothing, in an empty folder, it ends well and prints the list of both devices."""
    monkeypatch.chdir(tmp_path)
    said = io.StringIO()
    with serving(tmp_path / "relay.db") as (_, relay), contextlib.redirect_stdout(said):
        exec(compile(example(), "README.md", "exec"), {"__name__": "__main__", "relay": relay})  # noqa: S102
    assert "bread" in said.getvalue()
    assert "milk" in said.getvalue()
