"""A place is told apart from every other, and is the same however it is named."""

import shutil
from pathlib import Path

from troth_client.place import PLACE_BYTES, place_of


def test_a_place_stays_while_its_file_stays(tmp_path: Path) -> None:
    """Writing to a file, or naming it through a link or another path, changes nothing."""
    file = tmp_path / "vault"
    file.write_bytes(b"one")
    before = place_of(file)
    file.write_bytes(b"two")
    (tmp_path / "link").symlink_to(file)
    (tmp_path / "folder").mkdir()
    assert len(before) == PLACE_BYTES
    assert place_of(file) == place_of(tmp_path / "link") == place_of(tmp_path / "folder" / ".." / "vault") == before


def test_what_was_moved_copied_or_restored_is_elsewhere(tmp_path: Path) -> None:
    """A copy, a renamed file, and a copy in the place of the original are other places."""
    file = tmp_path / "vault"
    file.write_bytes(b"one")
    before = place_of(file)
    copy = Path(shutil.copy(file, tmp_path / "copy"))
    assert place_of(copy) != before
    assert place_of(file.rename(tmp_path / "renamed")) != before
    assert place_of(copy.rename(file)) != before
