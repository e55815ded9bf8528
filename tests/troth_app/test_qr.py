"""A code fits a terminal of 24 lines, is saved for its owner alone, and nothing is written over."""

from pathlib import Path

import pytest

from troth_app.limits import COLUMNS, QR_BYTES_MAX
from troth_app.qr import drawn, save
from troth_wire.errors import UsageError

LINES = 24


def test_the_longest_code_fits() -> None:
    """However long a text may be, its code fits beside a prompt."""
    shown = drawn("x" * QR_BYTES_MAX)
    lines = shown.split("\n")
    assert len(lines) <= LINES
    assert all(sum(letter in "▀▄█ " for letter in line) <= COLUMNS for line in lines)


@pytest.mark.parametrize("text", ["x" * (QR_BYTES_MAX + 1), "é" * QR_BYTES_MAX])
def test_a_text_that_is_too_long(text: str, tmp_path: Path) -> None:
    """It is refused, drawn or saved, and no file is left."""
    with pytest.raises(UsageError):
        drawn(text)
    with pytest.raises(UsageError):
        save(text, tmp_path / "code.png")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_its_owners(tmp_path: Path) -> None:
    """It is a picture that nobody else may read, and an older file stays as it is."""
    save("troth:x", tmp_path / "code.png")
    assert (tmp_path / "code.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "code.png").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        save("troth:y", tmp_path / "code.png")
