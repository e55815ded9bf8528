"""The tree in the module's docstring is the tree of the classes."""

import inspect
import re

from troth_wire import errors
from troth_wire.errors import LocalError, RemoteError, TrothError, UsageError


def drawn() -> dict[str, str]:
    """Read the drawing: each class and the one that it hangs from."""
    found: dict[str, str] = {}
    branch: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        name = re.match(r"[ │├└─]*([A-Z][A-Za-z]+Error)\b", line)
        if name is not None and line.startswith("    "):
            depth = name.start(1) // 4
            branch[depth] = name[1]
            found[name[1]] = branch.get(depth - 1, "Exception")
    return found


def test_the_drawing_is_the_tree() -> None:
    """Every class stands in the drawing below the one that it derives from, and nothing else stands there."""
    classes = {
        name: kind.__base__.__name__
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if kind.__base__ is not None
    }
    assert drawn() == classes


def test_every_class_is_exported() -> None:
    """`__all__` names every class of the tree."""
    assert set(errors.__all__) == set(drawn())


def test_every_error_has_one_side_at_fault() -> None:
    """Each error is the caller's, the other side's or this machine's, and never of two."""
    for name in errors.__all__:
        kind = getattr(errors, name)
        sides = [side for side in (UsageError, RemoteError, LocalError) if issubclass(kind, side)]
        assert len(sides) == (kind is not TrothError), name
