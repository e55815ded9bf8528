"""A configuration that exists can be used; anything else is a sentence for the operator."""

from pathlib import Path
from typing import Any

import pytest

from troth_relay.admission import Idle, Policy, Rate, admits
from troth_relay.config import BURST_BYTES_MIN, Config, configure, dialled_names, read_allowed, read_passes
from troth_relay.limits import PASS_FILE_BYTES_MAX, RATE_BURST_BYTES
from troth_relay.settings import TABLE, choose
from troth_wire.errors import StoreError, UsageError
from troth_wire.ids import MailboxId


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
        ({"closed_log_days": 0}, "--closed-log-days"),
        ({"followers_max": 63}, "--followers"),
        ({"trusted_proxies": ("proxy.example",)}, "--trusted-proxies"),
        ({"trusted_proxies": ("10.0.0.1/8",)}, "--trusted-proxies"),
        ({"trusted_proxies": ("0.0.0.0/0",)}, "of your own"),
        ({"dormant_days": 90}, "belong together"),
        ({"idle_days": 180}, "belong together"),
        ({"dormant_days": 89, "idle_days": 180}, "--dormant-days"),
        ({"dormant_days": 90, "idle_days": 179}, "at least 180"),
        ({"dormant_days": 300, "idle_days": 359}, "at least 360"),
        ({"rate_bytes_per_s": 0}, "rate"),
        ({"rate_burst_bytes": BURST_BYTES_MIN - 1}, "rate"),
        ({"rate_burst_bytes": 1}, "honest device"),
        ({"disk_floor_bytes": -1}, "--disk-floor-mb"),
        ({"log_format": "xml"}, "--log-format"),
        ({"registration": "closed"}, "--registration"),
        ({"registration": "open", "passes": frozenset([b"h" * 32])}, "contradict"),
        ({"registration": "allow-list", "passes": frozenset([b"h" * 32]), "allowed": frozenset()}, "contradict"),
        ({"registration": "allow-list"}, "belong together"),
        ({"registration": "pass", "allowed": frozenset()}, "belong together"),
        ({"metrics": "9440"}, "--metrics"),
        ({"metrics": "127.0.0.1:70000"}, "--metrics"),
        ({"metrics": "0.0.0.0:9440"}, "operator alone"),
        ({"metrics": "relay.example:9440"}, "operator alone"),
        ({"metrics": "127.0.0.1:8440"}, "must differ"),
        ({"names": ("relay.example",)}, "--name"),
        ({"names": ("relay.example:0",)}, "--name"),
        ({"names": ("relay.example:70000",)}, "--name"),
        ({"names": ("wss://relay.example:443",)}, "--name"),
        ({"names": ("ré.example:443",)}, "--name"),
    ],
)
def test_nonsense_is_refused_by_name(options: dict[str, Any], said: str) -> None:
    """What can not be meant is refused in a sentence that names it, and says what is safe, once."""
    with pytest.raises(UsageError, match=said) as caught:
        Config(**options)
    assert str(caught.value).count("Nothing was started or changed.") == 1


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
    path.chmod(0o600)
    policy = Config(passes=read_passes(path), registration="pass").policy()
    assert admits(policy, b"open sesame")
    assert admits(policy, b"second")
    assert not admits(policy, b"")


@pytest.mark.parametrize("content", [b"", b"\n \n", b"x" * 65, b"pass\n" * (PASS_FILE_BYTES_MAX // 5 + 1)])
def test_unusable_passes_are_refused(tmp_path: Path, content: bytes) -> None:
    """A file without passes does not mean a relay for everybody."""
    path = tmp_path / "passes"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UsageError, match=str(path)):
        read_passes(path)


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o644, 0o666])
def test_passes_of_everybody_are_refused(tmp_path: Path, mode: int) -> None:
    """A file that everybody on this machine may read or write holds no secret; a group, as of a service, may read."""
    path = tmp_path / "passes"
    path.write_text("open sesame\n")
    path.chmod(0o440)
    assert len(read_passes(path)) == 1
    path.chmod(mode)
    with pytest.raises(UsageError, match="chmod 600") as caught:
        read_passes(path)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("metrics", ["127.0.0.1:0", "localhost:9440", "[::1]:9440"])
def test_metrics_are_for_this_machine(metrics: str) -> None:
    """Every name of this machine is a place for metrics."""
    host, port = Config(metrics=metrics).metrics_address
    assert host in {"127.0.0.1", "localhost", "::1"}
    assert port in {0, 9440}


def test_decisions_become_a_configuration(tmp_path: Path) -> None:
    """Every setting arrives in its place, in bytes, and nothing decided is the defaults."""
    passes = tmp_path / "passes"
    passes.write_text("open sesame\n")
    passes.chmod(0o600)
    assert configure(choose(flags={}, environment={}, file=None)) == Config(registration="pass")
    flags: dict[str, str | tuple[str, ...] | None] = {
        "host": "::1",
        "port": "1",
        "database": "x.db",
        "name": ("Relay.example:443",),
        "registration": "pass",
        "pass_file": str(passes),
        "allow_file": None,
        "quota_mb": "2",
        "rate_kb_per_s": "3",
        "rate_burst_mb": "4",
        "followers": "64",
        "trusted_proxies": ("10.0.0.1", "2001:db8::/64"),
        "disk_floor_mb": "5",
        "closed_log_days": "6",
        "dormant_days": "90",
        "idle_days": "180",
        "log_format": "json",
        "metrics": "[::1]:2",
    }
    assert flags.keys() == {setting.key for setting in TABLE}
    assert configure(choose(flags=flags, environment={}, file=None)) == Config(
        host="::1",
        port=1,
        database=Path("x.db"),
        names=("relay.example:443",),
        quota_bytes=2 * 2**20,
        rate_bytes_per_s=3 * 2**10,
        rate_burst_bytes=4 * 2**20,
        passes=read_passes(passes),
        registration="pass",
        followers_max=64,
        trusted_proxies=("10.0.0.1", "2001:db8::/64"),
        disk_floor_bytes=5 * 2**20,
        closed_log_days=6,
        dormant_days=90,
        idle_days=180,
        log_format="json",
        metrics="[::1]:2",
    )


@pytest.mark.parametrize("registration", ["pass", "open", "allow-list"])
def test_everything_that_is_decided_is_gone_by(registration: str) -> None:
    """Each limit reaches whoever goes by it, and none stays what it is by default."""
    passes, allowed = frozenset({b"h" * 32}), frozenset({MailboxId(b"a" * 32)})
    config = Config(
        quota_bytes=2**20,
        rate_bytes_per_s=2,
        rate_burst_bytes=BURST_BYTES_MIN,
        followers_max=64,
        closed_log_days=6,
        dormant_days=90,
        idle_days=180,
        registration=registration,
        passes=passes if registration == "pass" else frozenset(),
        allowed=allowed if registration == "allow-list" else None,
    )
    assert config.policy() == Policy(
        quota_bytes=2**20,
        rate=Rate(per_s=2, burst=BURST_BYTES_MIN),
        followers_max=64,
        closed_log_days=6,
        idle=Idle(90, 180),
        closed=registration == "pass",
        passes=passes if registration == "pass" else frozenset(),
        allowed=allowed if registration == "allow-list" else None,
    )


def test_list_holds_mailboxes(tmp_path: Path) -> None:
    """Each line that is not empty is a mailbox; an empty list lets in nobody, which is not everybody."""
    path = tmp_path / "allowed"
    path.write_text("\n" + "ab" * 32 + " \r\n\n" + "CD" * 32 + "\n")
    path.chmod(0o600)
    flags: dict[str, str | tuple[str, ...] | None] = {"registration": "allow-list", "allow_file": str(path)}
    policy = configure(choose(flags=flags, environment={}, file=None)).policy()
    assert policy.allowed == frozenset({MailboxId(b"\xab" * 32), MailboxId(b"\xcd" * 32)})
    assert not policy.closed
    path.write_text("\n")
    assert read_allowed(path) == frozenset()


@pytest.mark.parametrize("line", ["ab" * 31, "zz" * 32, "ab" * 32 + " Sasha", "é" * 64])
def test_line_that_is_no_mailbox_is_refused(tmp_path: Path, line: str) -> None:
    """A list with a mistake in it is not used, and the line is not repeated."""
    path = tmp_path / "allowed"
    path.write_text(line)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="64 hexadecimal digits") as caught:
        read_allowed(path)
    assert line not in str(caught.value)
    path.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        read_allowed(path)


def test_missing_passes_are_named(tmp_path: Path) -> None:
    """A file that can not be read is named."""
    with pytest.raises(StoreError, match="passes"):
        read_passes(tmp_path / "passes")
