"""A pass can be read aloud, is kept as a hash, and every wrong term is a sentence that names its option."""

import re
from pathlib import Path

import pytest

from troth_relay import issue, limits
from troth_relay.admission import pass_hash
from troth_relay.store import Pass
from troth_wire.errors import StoreError, UsageError
from troth_wire.limits import PASS_BYTES_MAX


def test_pass_is_drawn_whole() -> None:
    """Every random bit is in the pass, it fits a frame, and two are two."""
    secret = issue.draw(lambda count: bytes(range(count)))
    assert re.fullmatch(r"([a-z2-7]{4}-){5}[a-z2-7]{4}", secret)
    assert len(secret) <= PASS_BYTES_MAX
    assert secret != issue.draw(lambda count: bytes(count))
    drawn = iter([(1 << bit).to_bytes(15, "big") for bit in range(120)])
    assert len({issue.draw(lambda _: next(drawn)) for _ in range(120)}) == 120


@pytest.mark.parametrize(("text", "seconds"), [("1h", 3_600), ("7d", limits.PASS_LIFE_S), ("2w", 1_209_600)])
def test_lives_are_read(text: str, seconds: int) -> None:
    """A life is a number of hours, days or weeks."""
    assert issue.life_s(text) == seconds


@pytest.mark.parametrize(("text", "size"), [("1K", 1_024), ("200M", 200 * 2**20), ("3G", 3 * 2**30)])
def test_sizes_are_read(text: str, size: int) -> None:
    """A size is a number of kibibytes, mebibytes or gibibytes."""
    assert issue.size(text) == size


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "7 d", "7D", "1.5d", "7dd", "3651d"])
def test_no_life_is_refused(text: str) -> None:
    """What is no time, or ten years and more, is refused by name."""
    with pytest.raises(UsageError, match=r"--ttl .*No pass was made"):
        issue.life_s(text)


@pytest.mark.parametrize("text", ["", "200", "M", "0M", "1m", "1T"])
def test_no_size_is_refused(text: str) -> None:
    """What is no size is refused by name."""
    with pytest.raises(UsageError, match=r"--quota .*No pass was made"):
        issue.size(text)


def test_terms_keep_a_hash_and_an_hour() -> None:
    """The relay keeps neither the pass nor the second in which it was made."""
    terms = issue.terms("open sesame", uses=5, life_s=3_600, quota_bytes=7, now_s=10)
    assert terms == Pass(pass_hash(b"open sesame"), 5, 7_200, 7)


@pytest.mark.parametrize("uses", [0, -1, limits.PASS_USES_MAX + 1])
def test_uses_are_bounded(uses: int) -> None:
    """A pass opens one mailbox at least, and not without end."""
    with pytest.raises(UsageError, match="--uses"):
        issue.terms("x", uses=uses, life_s=1, quota_bytes=None, now_s=0)


def test_written_pass_is_its_owners(tmp_path: Path) -> None:
    """A pass is written into a new file that only its owner may read, and over no other."""
    path = tmp_path / "pass"
    issue.write("open sesame", path)
    assert path.read_text() == "open sesame\n"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StoreError, match="Move that file away") as caught:
        issue.write("open barley", path)
    assert "barley" not in str(caught.value)
    assert path.read_text() == "open sesame\n"
