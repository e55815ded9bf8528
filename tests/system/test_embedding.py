"""The embedder's guide works as it is written, block by block, and nothing that embedders are shown is private."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.contracts.relay_process import serving
from tests.test_exports import definitions, undocumented

ROOT: Final = Path(__file__).resolve().parents[2]
GUIDE: Final = (ROOT / "clients" / "guide.md").read_text("utf-8")
BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOORS: Final = (
    "troth",
    "troth.pairing",
    "troth.testing",
    "troth_client",
    "troth_client.pairing",
    "troth_client.testing",
)
SHOWN: Final = {
    "README.md": "".join(BLOCK.findall((ROOT / "README.md").read_text("utf-8"))),
    "clients/guide.md": "".join(BLOCK.findall(GUIDE)),
    **{
        str(path.relative_to(ROOT)): path.read_text("utf-8")
        for path in sorted((ROOT / "clients" / "examples").glob("*.py"))
    },
}


def private(source: str) -> Iterator[str]:
    """What a program takes from our packages and no door offers."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if is_ours(name.name) and name.name not in DOORS)
            case ast.ImportFrom(module=str(module), names=names) if is_ours(module):
                yield from (f"{module}.{name.name}" for name in names if not offers(module, name.name))


def is_ours(module: str) -> bool:
    """Whether a module is of these packages; those of the wire are all for everybody."""
    return module.partition(".")[0].startswith("troth") and module.partition(".")[0] != "troth_wire"


def offers(module: str, name: str) -> bool:
    """Whether a door leads to a name: one of its own, or another door in it."""
    return f"{module}.{name}" in DOORS or (module in DOORS and name in importlib.import_module(module).__all__)


async def test_the_guide_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All its blocks, in their order, against a relay that knows nothing."""
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall(GUIDE)
    assert len(blocks) == GUIDE.count("```python")
    with serving(tmp_path / "relay.db") as (_, relay):
        names: dict[str, Any] = {"relay": relay}
        for block in blocks:
            code = compile(block, "guide.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            waited = eval(code, names)  # noqa: S307 - the guide is ours
            if inspect.iscoroutine(waited):
                await waited


@pytest.mark.parametrize("name", SHOWN)
def test_what_embedders_are_shown_takes_nothing_private(name: str) -> None:
    """The README, the guide and the examples import what everybody may, and nothing about couples."""
    assert "import" in SHOWN[name]
    assert list(private(SHOWN[name])) == []
    assert not re.search(r"couple|partner", SHOWN[name], re.IGNORECASE)


@pytest.mark.parametrize(
    "source",
    ["import troth.crypto", "from troth_client.link import Address", "from troth import Secret", "import troth_app"],
)
def test_what_is_private_is_found(source: str) -> None:
    """A module without a door, a name that a door does not offer, and the app are found."""
    assert len(list(private(source))) == 1


@pytest.mark.parametrize("door", DOORS)
def test_behind_every_door_all_is_documented(door: str) -> None:
    """The guide names the door, and whatever it offers has a docstring, methods included."""
    module = importlib.import_module(door)
    assert f"`{door}`" in GUIDE
    found = [
        f"{name}: {place}"
        for name in module.__all__
        for node in definitions(getattr(module, name))
        for place in undocumented(node)
    ]
    assert found == []
