"""Every bound has a name, a unit and a reason, and the page says the same."""

import ast
import re
from pathlib import Path
from typing import Final

from troth_couple import limits
from troth_wire.limits import EDIT_VALUE_BYTES_MAX

PAGE: Final = Path(__file__).resolve().parents[2] / "specs" / "couple.md"


def bounds() -> dict[str, tuple[int, str]]:
    """Every bound with its value and reason, in order."""
    body = ast.parse(Path(limits.__file__).read_bytes()).body
    found = {}
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            reason = ast.literal_eval(after.value) if isinstance(after, ast.Expr) else ""
            found[statement.target.id] = (getattr(limits, statement.target.id), reason)
    return found


def test_the_page_says_the_same() -> None:
    """Name, value and reason of every bound are those of the page, in one order."""
    rows = re.findall(r"^\| `([A-Z_]+_MAX)` \| (\d+) \| [^|]+ \| ([^|]+) \|$", PAGE.read_text(), re.MULTILINE)
    assert [(name, int(value), reason) for name, value, reason in rows] == [
        (name, value, reason) for name, (value, reason) in bounds().items()
    ]


def test_an_entry_fits_a_value_of_a_document() -> None:
    """The longest entry is one value that a document takes."""
    assert limits.ENTRY_BYTES_MAX <= EDIT_VALUE_BYTES_MAX
