"""A file is judged by its first bytes, before anything opens it, in words that say what to do."""

from pathlib import Path

import pytest

from troth_relay.store import file
from troth_wire.errors import DamagedError, NewerError


def test_nothing_yet_is_empty(tmp_path: Path) -> None:
    """A file that is missing, or has no bytes, is to be filled."""
    path = tmp_path / "relay.db"
    assert file.check(path)
    path.touch()
    assert file.check(path)


def test_this_format_is_known(tmp_path: Path) -> None:
    """A header with our mark and a format up to ours is accepted."""
    path = tmp_path / "relay.db"
    path.write_bytes(_header(file.APPLICATION, file.FORMAT))
    assert not file.check(path)


def test_other_marks_and_later_formats_are_refused(tmp_path: Path) -> None:
    """Another program's mark, and a later format of ours, are told apart."""
    path = tmp_path / "relay.db"
    path.write_bytes(_header(0, 0))
    with pytest.raises(DamagedError):
        file.check(path)
    path.write_bytes(_header(file.APPLICATION, file.FORMAT + 1))
    with pytest.raises(NewerError):
        file.check(path)


def test_every_message_says_what_is_safe_and_what_to_do() -> None:
    """What happened, what is safe and what to do: each message has all three, and names the file."""
    path = Path("some/relay.db")
    for error in (file.full(path, "there is no room left"), file.damaged(path), file.busy(path)):
        sentences = str(error).split(". ")
        assert str(path) in sentences[0]
        assert len(sentences) >= 3


def _header(application: int, version: int) -> bytes:
    header = bytearray(file.MAGIC.ljust(file.HEADER_BYTES, b"\0"))
    header[file.FORMAT_AT] = version.to_bytes(4, "big")
    header[file.APPLICATION_AT] = application.to_bytes(4, "big")
    return bytes(header)
