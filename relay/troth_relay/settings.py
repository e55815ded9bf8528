"""What an operator may decide, as one table: flag over environment over file over default.

Each value remembers where it came from.
What is not in the table is refused wherever it stands, and a refusal never repeats the value.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from troth_relay import limits
from troth_wire.errors import StoreError, UsageError

__all__ = [
    "CONFIG_VARIABLE",
    "KIBIBYTE",
    "MEBIBYTE",
    "PORT",
    "PREFIX",
    "TABLE",
    "Choice",
    "Kind",
    "Setting",
    "Value",
    "choose",
    "shown",
]

PORT: Final = 8_440
"""Where a relay listens that was told nothing."""
PREFIX: Final = "TROTH_RELAY_"
CONFIG_VARIABLE: Final = PREFIX + "CONFIG"
KIBIBYTE: Final = 1_024
MEBIBYTE: Final = 1_048_576
DIGITS: Final = re.compile(r"[0-9]{1,15}")
NUMBER_END: Final = 10**15
"""No setting has more digits, and the database would not take much longer ones."""

Value = int | str | tuple[str, ...] | None


class Kind(Enum):
    """What a value is, and how it is written."""

    NUMBER = "a whole number"
    TEXT = "text that is not empty"
    LIST = "a text, or a list of them, that is not empty"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to decide; `reloads` says whether SIGHUP takes a new value over."""

    key: str
    kind: Kind
    default: Value
    meaning: str
    reloads: bool = False

    @property
    def flag(self) -> str:
        """How it is written on the command line."""
        return "--" + self.key.replace("_", "-")

    @property
    def variable(self) -> str:
        """How it is written in the environment."""
        return PREFIX + self.key.upper()


TABLE: Final = (
    Setting("host", Kind.TEXT, "127.0.0.1", "Address to listen at."),
    Setting("port", Kind.NUMBER, PORT, "Port to listen at; 0 takes any free one."),
    Setting("database", Kind.TEXT, "troth-relay.db", "The file that keeps everything; made if it is missing."),
    Setting("name", Kind.LIST, (), "HOST:PORT as clients dial it; repeatable."),
    Setting(
        "registration",
        Kind.TEXT,
        "pass",
        "Who may open a mailbox: pass (who has one), allow-list (what is on it) or open (everybody).",
        reloads=True,
    ),
    Setting("pass_file", Kind.TEXT, None, "Passes besides, one a line, that open any number.", reloads=True),
    Setting("allow_file", Kind.TEXT, None, "The list of mailboxes that may be opened, one a line.", reloads=True),
    Setting(
        "quota_mb", Kind.NUMBER, limits.QUOTA_BYTES // MEBIBYTE, "Room of one line of logs, in mebibytes.", reloads=True
    ),
    Setting(
        "rate_kb_per_s",
        Kind.NUMBER,
        limits.RATE_BYTES_PER_S // KIBIBYTE,
        "What one line of logs may take lastingly, in kibibytes a second.",
        reloads=True,
    ),
    Setting(
        "rate_burst_mb",
        Kind.NUMBER,
        limits.RATE_BURST_BYTES // MEBIBYTE,
        "What one line of logs may take at once, in mebibytes.",
        reloads=True,
    ),
    Setting(
        "followers",
        Kind.NUMBER,
        limits.FOLLOWERS_MAX,
        "How many connections may follow the logs of one line at a time.",
        reloads=True,
    ),
    Setting(
        "trusted_proxies",
        Kind.LIST,
        (),
        "Addresses or networks of proxies that are believed when they say where a link comes from; repeatable.",
    ),
    Setting(
        "disk_floor_mb",
        Kind.NUMBER,
        limits.DISK_FLOOR_BYTES // MEBIBYTE,
        "Free disk, in mebibytes, below which nothing new is stored; reading goes on.",
        reloads=True,
    ),
    Setting(
        "closed_log_days",
        Kind.NUMBER,
        limits.CLOSED_LOG_DAYS,
        "How many days the entries of a closed log are kept.",
        reloads=True,
    ),
    Setting(
        "dormant_days",
        Kind.NUMBER,
        None,
        "After how many days of service without use a line is counted as dormant; with idle_days, or not at all.",
        reloads=True,
    ),
    Setting(
        "idle_days",
        Kind.NUMBER,
        None,
        "After how many days of service without use a line is deleted; never without it.",
        reloads=True,
    ),
    Setting("log_format", Kind.TEXT, "plain", "How log lines are written: plain or json."),
    Setting("metrics", Kind.TEXT, None, "HOST:PORT on this machine alone where Prometheus may ask; none without it."),
)
BY_KEY: Final = {setting.key: setting for setting in TABLE}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value, and where it came from."""

    value: Value
    origin: str


def _read_file(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(limits.CONFIG_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise StoreError(
            f"The file of settings {path} can not be read: {error.strerror}. Nothing was started or changed. "
            "Correct --config, or give the relay the right to read it."
        ) from error
    if len(content) > limits.CONFIG_FILE_BYTES_MAX:
        raise _misused(f"The file of settings {path} is longer than {limits.CONFIG_FILE_BYTES_MAX} bytes.")
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # Not the parser's own words: they may quote a line.
        raise _misused(f"The file of settings {path} is no TOML in UTF-8: write lines such as port = 8440.") from None


def choose(
    *, flags: Mapping[str, str | tuple[str, ...] | None], environment: Mapping[str, str], file: Path | None
) -> dict[str, Choice]:
    """Decide every setting.

    Args:
        flags: By key; None or nothing is a flag that was not given.
        environment: All of it; only what begins with the prefix counts.
        file: A file of settings; without it, the one that the environment names.

    Raises:
        StoreError: If the file can not be read.
        UsageError: In a sentence that names the place.
    """
    named = environment.get(CONFIG_VARIABLE)
    if named is not None and not named.strip():
        # Without its settings a relay would serve another database, as if everybody's were gone.
        raise _misused(f"{CONFIG_VARIABLE} must be {Kind.TEXT.value}.")
    file = file or (Path(named) if named else None)
    variables = {name: text for name, text in environment.items() if name.startswith(PREFIX)}
    written = _read_file(file) if file is not None else {}
    _refuse_strangers(variables.keys() - {CONFIG_VARIABLE}, {setting.variable for setting in TABLE}, "The environment")
    _refuse_strangers(written.keys(), BY_KEY.keys(), f"The file of settings {file}")
    return {setting.key: _choose(setting, flags.get(setting.key), variables, written, file) for setting in TABLE}


def _refuse_strangers(found: Iterable[str], known: Iterable[str], place: str) -> None:
    strangers = sorted(set(found) - set(known))
    if strangers:
        raise _misused(f"{place} sets {', '.join(strangers)}, which this relay does not know.")


def _choose(
    setting: Setting,
    flag: str | tuple[str, ...] | None,
    variables: Mapping[str, str],
    written: Mapping[str, object],
    file: Path | None,
) -> Choice:
    if flag is not None and flag != ():
        return Choice(_parse(setting, flag, place=setting.flag), f"flag {setting.flag}")
    if setting.variable in variables:
        text = variables[setting.variable]
        return Choice(_parse(setting, text, place=setting.variable), f"environment {setting.variable}")
    if setting.key in written:
        place = f"{setting.key} in {file}"
        return Choice(_take(setting, written[setting.key], place=place), f"file {file}")
    return Choice(setting.default, "default")


def _parse(setting: Setting, given: str | tuple[str, ...], *, place: str) -> Value:
    """Read what was written as text, on the command line or in the environment."""
    if setting.kind is Kind.NUMBER and isinstance(given, str):
        # Digits alone: int() would take signs, blanks and underscores too.
        if not DIGITS.fullmatch(given):
            raise _wrong(setting, place)
        return int(given)
    return _take(setting, list(given) if isinstance(given, tuple) else given, place=place)


def _take(setting: Setting, given: object, *, place: str) -> Value:
    match setting.kind, given:
        case Kind.NUMBER, int() if not isinstance(given, bool) and abs(given) < NUMBER_END:
            return given
        case Kind.TEXT, str() if given.strip():
            return given
        case Kind.LIST, str():
            return _take(setting, [part.strip() for part in given.split(",")], place=place)
        case Kind.LIST, list() if given and all(isinstance(item, str) and item.strip() for item in given):
            return tuple(given)
    raise _wrong(setting, place)


def _wrong(setting: Setting, place: str) -> UsageError:
    return _misused(f"{place} must be {setting.kind.value}.")


def _misused(text: str) -> UsageError:
    return UsageError(f"{text} Nothing was started or changed; correct it and try again.")


def shown(choices: Mapping[str, Choice]) -> str:
    """Return what was decided as a file of settings that says the same, with the origin of each value."""
    lines = []
    for key, choice in choices.items():
        line = f"# {key} is not set" if choice.value in (None, ()) else f"{key} = {_written(choice.value)}"
        lines.append(f"{line}  # {choice.origin}\n")
    return "".join(lines)


def _written(value: Value) -> str:
    # A text of JSON in ASCII is one of TOML too.
    return json.dumps(list(value) if isinstance(value, tuple) else value)
