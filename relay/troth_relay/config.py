"""What the operator decided, checked once and in sentences; a `Config` that exists can be used."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from troth_relay import limits
from troth_relay.admission import Idle, Policy, Rate, cost, pass_hash
from troth_relay.orders import mailbox_named
from troth_relay.settings import KIBIBYTE, MEBIBYTE, Choice
from troth_relay.shares import Network
from troth_wire.errors import StoreError, UsageError
from troth_wire.ids import MailboxId
from troth_wire.limits import FRAME_BYTES_MAX, HOST_BYTES_MAX, PASS_BYTES_MAX

__all__ = ["Config", "at", "configure", "dialled_names", "read_allowed", "read_passes"]

PORT_MAX: Final = 65_535
METRICS: Final = re.compile(r"([a-z0-9.]+|\[[0-9a-f:]+\]):([0-9]{1,5})")
REGISTRATIONS: Final = ("pass", "allow-list", "open")
LOG_FORMATS: Final = ("plain", "json")
OPEN_TO_OTHERS: Final = 0o007
NAME: Final = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\]):([0-9]{1,5})")
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - what listening everywhere means for names
BURST_BYTES_MIN: Final = FRAME_BYTES_MAX + cost([b""] * 256)


@dataclass(frozen=True, slots=True)
class Config:
    """How to serve; port 0 means any free port, and no names the ones that follow from host and port."""

    host: str = "127.0.0.1"
    port: int = 8440
    database: Path = Path("troth-relay.db")
    names: tuple[str, ...] = ()
    quota_bytes: int = limits.QUOTA_BYTES
    rate_bytes_per_s: int = limits.RATE_BYTES_PER_S
    rate_burst_bytes: int = limits.RATE_BURST_BYTES
    followers_max: int = limits.FOLLOWERS_MAX
    trusted_proxies: tuple[str, ...] = ()
    passes: frozenset[bytes] = frozenset()
    allowed: frozenset[MailboxId] | None = None
    registration: str = "open"
    disk_floor_bytes: int = limits.DISK_FLOOR_BYTES
    closed_log_days: int = limits.CLOSED_LOG_DAYS
    dormant_days: int | None = None
    idle_days: int | None = None
    log_format: str = "plain"
    metrics: str | None = None
    proxies: tuple[Network, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        """Refuse what can not be meant.

        Raises:
            UsageError: In a sentence for the operator.
        """
        if not self.host or any(character.isspace() for character in self.host):
            raise _unmeant("--host must be a name or an address to listen at, for example 127.0.0.1.")
        if not 0 <= self.port <= PORT_MAX:
            raise _unmeant(f"--port must be a number from 0 to {PORT_MAX}; 0 takes any free port.")
        if self.quota_bytes < MEBIBYTE:
            raise _unmeant("--quota-mb must be at least 1.")
        if self.rate_bytes_per_s < 1 or self.rate_burst_bytes < BURST_BYTES_MIN:
            raise _unmeant(
                f"A rate must be at least 1 byte a second (--rate-kb-per-s) and {BURST_BYTES_MIN} bytes "
                "at once (--rate-burst-mb): less would keep an honest device out for ever."
            )
        if self.followers_max < limits.FOLLOWERS_MIN:
            raise _unmeant(
                f"--followers must be at least {limits.FOLLOWERS_MIN}: fewer would send devices away that belong there."
            )
        if self.disk_floor_bytes < 0:
            raise _unmeant("--disk-floor-mb must be at least 0, which means no floor.")
        if self.closed_log_days < 1:
            raise _unmeant("--closed-log-days must be at least 1: what nobody had time to read would be lost.")
        self._check_idle()
        if self.registration not in REGISTRATIONS:
            raise _unmeant(f"--registration must be {' or '.join(REGISTRATIONS)}.")
        self._check_registration()
        if self.log_format not in LOG_FORMATS:
            raise _unmeant(f"--log-format must be {' or '.join(LOG_FORMATS)}.")
        object.__setattr__(self, "names", tuple(map(_name, self.names)))
        object.__setattr__(self, "proxies", tuple(map(_network, self.trusted_proxies)))
        self._check_metrics()

    def _check_idle(self) -> None:
        if (self.dormant_days is None) is not (self.idle_days is None):
            raise _unmeant(
                "--dormant-days and --idle-days belong together. "
                "Name both, or neither: then nothing is deleted because nobody uses it."
            )
        if self.dormant_days is None or self.idle_days is None:
            return
        if self.dormant_days < limits.DORMANT_DAYS_MIN:
            raise _unmeant(f"--dormant-days must be at least {limits.DORMANT_DAYS_MIN}: people are away for long.")
        least = max(limits.IDLE_DAYS_MIN, self.dormant_days + limits.DORMANT_DAYS_LEAST)
        if self.idle_days < least:
            raise _unmeant(
                f"--idle-days must be at least {least} with --dormant-days {self.dormant_days}: "
                "whoever is away needs time to be asked, and to come back."
            )

    def _check_registration(self) -> None:
        if self.registration != "pass" and self.passes:
            raise _unmeant(
                f"--registration {self.registration} and --pass-file contradict each other. Leave one of them out."
            )
        if (self.registration == "allow-list") is not (self.allowed is not None):
            raise _unmeant("--registration allow-list and --allow-file belong together. Name both, or neither.")

    def _check_metrics(self) -> None:
        if self.metrics is None:
            return
        host, port = self.metrics_address
        if host not in LOOPBACK:
            raise _unmeant(
                "--metrics must be at localhost, 127.0.0.1 or [::1]: what it says is for the operator alone."
            )
        if port and port == self.port:
            raise _unmeant("--metrics and --port must differ: the one is for the operator alone, the other for all.")

    @property
    def metrics_address(self) -> tuple[str, int]:
        """Where Prometheus may ask; only if that was decided."""
        match = METRICS.fullmatch(self.metrics or "")
        if match is None or int(match[2]) > PORT_MAX:
            raise _unmeant("--metrics must be a host and port of this machine, such as 127.0.0.1:9440.")
        return match[1].strip("[]"), int(match[2])

    @property
    def idle(self) -> Idle | None:
        """When what nobody uses is deleted; None: never."""
        if self.dormant_days is None or self.idle_days is None:
            return None
        return Idle(self.dormant_days, self.idle_days)

    def policy(self) -> Policy:
        """Return what the hub needs to know of it."""
        rate = Rate(per_s=self.rate_bytes_per_s, burst=self.rate_burst_bytes)
        return Policy(
            quota_bytes=self.quota_bytes,
            rate=rate,
            followers_max=self.followers_max,
            closed_log_days=self.closed_log_days,
            idle=self.idle,
            passes=self.passes,
            closed=self.registration == "pass",
            allowed=self.allowed,
        )


def configure(choices: Mapping[str, Choice], *, serving: bool = True) -> Config:
    """Make a configuration of what was decided; to serve reads the file of passes, or of mailboxes.

    Who does not serve lets nobody in, and those files may be the service's alone, or there only while it runs.

    Raises:
        StoreError: If that can not be read.
        UsageError: If something can not be meant.
    """
    decided: dict[str, Any] = {key: choice.value for key, choice in choices.items()}
    pass_file, allow_file = decided["pass_file"], decided["allow_file"]
    passes, allowed = frozenset[bytes](), None if allow_file is None else frozenset[MailboxId]()
    if serving and pass_file is not None:
        passes = read_passes(Path(pass_file))
    if serving and allow_file is not None:
        allowed = read_allowed(Path(allow_file))
    return Config(
        host=decided["host"],
        port=decided["port"],
        database=Path(decided["database"]),
        names=decided["name"],
        quota_bytes=decided["quota_mb"] * MEBIBYTE,
        rate_bytes_per_s=decided["rate_kb_per_s"] * KIBIBYTE,
        rate_burst_bytes=decided["rate_burst_mb"] * MEBIBYTE,
        followers_max=decided["followers"],
        trusted_proxies=decided["trusted_proxies"],
        passes=passes,
        allowed=allowed,
        registration=decided["registration"],
        disk_floor_bytes=decided["disk_floor_mb"] * MEBIBYTE,
        closed_log_days=decided["closed_log_days"],
        dormant_days=decided["dormant_days"],
        idle_days=decided["idle_days"],
        log_format=decided["log_format"],
        metrics=decided["metrics"],
    )


def _unmeant(text: str) -> UsageError:
    return UsageError(f"{text} Nothing was started or changed.")


def _name(text: str) -> str:
    name = text.lower()
    match = NAME.fullmatch(name)
    if match is None or len(name) > HOST_BYTES_MAX or not 0 < int(match[2]) <= PORT_MAX:
        raise _unmeant(f"--name {text!r} must be a host and port as dialled, such as relay.example:443.")
    return name


def _network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError:
        network = None
    if network is None or not network.prefixlen:
        raise _unmeant(
            "--trusted-proxies must be addresses or networks of proxies of your own, such as 127.0.0.1 or 10.1.0.0/16."
        )
    return network


def dialled_names(config: Config, port: int) -> tuple[str, ...]:
    """Return the names under which clients may dial a relay that listens at this port."""
    if config.names:
        return config.names
    host = config.host.lower().strip("[]")
    local = LOOPBACK if host in (*LOOPBACK, *EVERYWHERE) else ()
    hosts = dict.fromkeys((host, *local))
    return tuple(at(host, port) for host in hosts)


def at(host: str, port: int) -> str:
    """Write a host and a port as they stand in an address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def read_passes(path: Path) -> frozenset[bytes]:
    """Read a file of passes, one a line; only their hashes are kept.

    Raises:
        StoreError: If the file can not be read.
        UsageError: If everybody may read it, there is none in it, or one is too long.
    """
    passes = _lines(path, flag="--pass-file", what="passes", then="and give out new passes if others may have read it")
    if not passes:
        raise _unmeant(f"--pass-file {path} must hold passes, one a line.")
    if any(len(line) > PASS_BYTES_MAX for line in passes):
        raise _unmeant(f"Each pass in {path} may have at most {PASS_BYTES_MAX} bytes.")
    return frozenset(map(pass_hash, passes))


def read_allowed(path: Path) -> frozenset[MailboxId]:
    """Read a file of mailboxes that may be opened, one a line; there may be none in it.

    Raises:
        StoreError: If the file can not be read.
        UsageError: If everybody may read it, or a line is no mailbox.
    """
    then = "for it tells which mailboxes were asked for"
    return frozenset(_mailbox(line, path) for line in _lines(path, flag="--allow-file", what="mailboxes", then=then))


def _mailbox(line: bytes, path: Path) -> MailboxId:
    try:
        return mailbox_named(line.decode())
    except (UnicodeDecodeError, UsageError):
        raise _unmeant(f"Each line of {path} must be a mailbox, by its 64 hexadecimal digits.") from None


def _lines(path: Path, *, flag: str, what: str, then: str) -> list[bytes]:
    """Read the lines that are not empty of a file that is the relay's own."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(limits.PASS_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise StoreError(
            f"The file of {what} {path} can not be read: {error.strerror}. "
            f"Nothing was started or changed. Correct {flag}, or give the relay the right to read it."
        ) from error
    if os.name == "posix" and mode & OPEN_TO_OTHERS:
        raise _unmeant(
            f"{flag} {path} can be read or written by everybody on this machine. "
            f"Make it the relay's own (chmod 600), {then}."
        )
    if len(content) > limits.PASS_FILE_BYTES_MAX:
        raise _unmeant(f"{flag} {path} must hold {what}, one a line, at most a mebibyte in all.")
    return [line.strip() for line in content.splitlines() if line.strip()]
