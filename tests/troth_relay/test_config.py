"""A configuration that exists can be used; anything else is a sentence for the operator."""

from pathlib import Path
from typing import Any

import pytest

from troth_relay.admission import admits
from troth_relay.config import BURST_BYTES_MIN, Config, dialled_names, read_passes
from troth_relay.limits import PASS_FILE_BYTES_MAX, RATE_BURST_BYTES
from troth_wire.errors import StoreError, UsageError


def test_defaults_can_be_used() -> None:
    """Without any option the relay listens on this machine alone."""
    assert Config().host == "127.0.0.1"
    assert RATE_BURST_BYTES >= BURST_BYTES_MIN


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"host": ""}, "--host"),
        ({"host": "two words"}, "--host"),
        ({"port": -1}, "--port"),
        ({"port": 65_536}, "--port"),
        ({"quota_bytes": 0}, "--quota-mb"),
        ({"rate_bytes_per_s": 0}, "rate"),
        ({"rate_burst_bytes": BURST_BYTES_MIN - 1}, "rate"),
        ({"names": ("relay.example",)}, "--name"),
        ({"names": ("relay.example:0",)}, "--name"),
        ({"names": ("relay.example:70000",)}, "--name"),
        ({"names": ("wss://relay.example:443",)}, "--name"),
        ({"names": ("ré.example:443",)}, "--name"),
    ],
)
def test_nonsense_is_refused_by_name(options: dict[str, Any], said: str) -> None:
    """What can not be meant is refused in a sentence that names it."""
    with pytest.raises(UsageError, match=said):
        Config(**options)


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("127.0.0.1", {"127.0.0.1:99", "localhost:99", "[::1]:99"}),
        ("localhost", {"127.0.0.1:99", "localhost:99", "[::1]:99"}),
        ("::1", {"127.0.0.1:99", "localhost:99", "[::1]:99"}),
        ("::", {"[::]:99", "127.0.0.1:99", "localhost:99", "[::1]:99"}),
        ("Relay.Example", {"relay.example:99"}),
        ("2001:db8::1", {"[2001:db8::1]:99"}),
    ],
)
def test_names_follow_from_the_host(host: str, names: set[str]) -> None:
    """Unless told otherwise, clients dial the host listened at; this machine has three names."""
    assert set(dialled_names(Config(host=host), 99)) == names


def test_given_names_are_the_only_ones() -> None:
    """Where names are given no other counts, or a proof made for this machine's own name would be good here."""
    config = Config(names=("Relay.Example:443", "[2001:db8::1]:443"))
    assert dialled_names(config, 99) == ("relay.example:443", "[2001:db8::1]:443")


def test_passes_are_lines(tmp_path: Path) -> None:
    """Each line that is not empty is a pass, without the blanks around it."""
    path = tmp_path / "passes"
    path.write_text("\nopen sesame \r\n\nsecond\n")
    policy = Config(passes=read_passes(path)).policy()
    assert admits(policy, b"open sesame")
    assert admits(policy, b"second")
    assert not admits(policy, b"")


@pytest.mark.parametrize("content", [b"", b"\n \n", b"x" * 65, b"pass\n" * (PASS_FILE_BYTES_MAX // 5 + 1)])
def test_unusable_passes_are_refused(tmp_path: Path, content: bytes) -> None:
    """A file without passes does not mean a relay for everybody."""
    path = tmp_path / "passes"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=str(path)):
        read_passes(path)


def test_missing_passes_are_named(tmp_path: Path) -> None:
    """A file that can not be read is named."""
    with pytest.raises(StoreError, match="passes"):
        read_passes(tmp_path / "passes")
