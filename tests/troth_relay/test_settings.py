"""A flag wins over the environment, that over the file, that over the default; everything else is a sentence."""

import re
from pathlib import Path
from typing import Any

import pytest

from troth_relay.settings import TABLE, Choice, Kind, Setting, choose, shown
from troth_wire.errors import StoreError, UsageError

PAGE = Path(__file__).parents[2] / "specs" / "relay.md"
ROW = re.compile(r"^\| `([a-z_]+)` \| (none|`[^`]+`) \| (yes|no) \| (.*) \|$", re.MULTILINE)
PORT = next(setting for setting in TABLE if setting.key == "port")
OTHER: dict[Kind, tuple[Any, str]] = {
    Kind.NUMBER: (7, "7"),
    Kind.TEXT: ("plain", "plain"),
    Kind.LIST: (("a:1", "b:2"), "a:1, b:2"),
}
"""A value of each kind, and how the environment says it."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a file of settings may be."""
    return tmp_path / "relay.toml"


def _port(file: Path | None, *, flag: str | None = None, variable: str | None = None) -> Choice:
    environment = {"HOME": "/", **({"TROTH_RELAY_PORT": variable} if variable else {})}
    return choose(flags={"port": flag}, environment=environment, file=file)["port"]


def test_nearest_wins(file: Path) -> None:
    """Each source wins over all that are further away, and says so."""
    file.write_text("port = 3")
    assert _port(file, flag="1", variable="2") == Choice(1, "flag --port")
    assert _port(file, variable="2") == Choice(2, "environment TROTH_RELAY_PORT")
    assert _port(file) == Choice(3, f"file {file}")
    assert _port(None) == Choice(PORT.default, "default")


def test_environment_may_name_the_file(file: Path) -> None:
    """A file may be named in the environment; the flag's own is read in its stead."""
    file.write_text("port = 3")
    other = file.with_name("other.toml")
    other.write_text("port = 4")
    environment = {"TROTH_RELAY_CONFIG": str(file)}
    assert choose(flags={}, environment=environment, file=None)["port"].value == 3
    assert choose(flags={}, environment=environment, file=other)["port"].value == 4


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.key)
def test_every_setting_can_be_said_in_every_way(file: Path, setting: Setting) -> None:
    """What a flag can say, the environment and the file can say too."""
    value, text = OTHER[setting.kind]
    file.write_text(shown({setting.key: Choice(value, "here")}))
    ways = [
        choose(flags={setting.key: value if isinstance(value, tuple) else text}, environment={}, file=None),
        choose(flags={}, environment={setting.variable: text}, file=None),
        choose(flags={}, environment={}, file=file),
    ]
    assert [way[setting.key].value for way in ways] == [value] * 3


def test_shown_is_a_file_that_says_the_same(file: Path) -> None:
    """What is shown names each origin, and as a file of settings decides everything alike."""
    first = choose(
        flags={"port": "1", "name": ("a:1",), "database": 'odd "name" \\ é\n.db'},
        environment={"TROTH_RELAY_QUOTA_MB": "2"},
        file=None,
    )
    file.write_text(shown(first))
    second = choose(flags={}, environment={}, file=file)
    assert {key: choice.value for key, choice in second.items()} == {key: choice.value for key, choice in first.items()}
    lines = shown(first).splitlines()
    assert len(lines) == len(TABLE)
    assert "port = 1  # flag --port" in lines
    assert "quota_mb = 2  # environment TROTH_RELAY_QUOTA_MB" in lines
    assert "# metrics is not set  # default" in lines


@pytest.mark.parametrize("text", ["x", "", "-1", "1_0", " 1", "1.0", "٣", "9" * 16])
@pytest.mark.parametrize("where", ["flag", "variable"])
def test_no_number_is_refused(text: str, where: str) -> None:
    """Digits are a number, and nothing else is; the sentence names the place and keeps the value to itself."""
    flags, environment = ({"port": text}, {}) if where == "flag" else ({}, {"TROTH_RELAY_PORT": text})
    with pytest.raises(UsageError, match=r"(--port|TROTH_RELAY_PORT) must be a whole number\. Nothing"):
        choose(flags=flags, environment=environment, file=None)


@pytest.mark.parametrize(
    "line",
    [
        "port = '1'",
        "port = true",
        "port = 1.0",
        "host = 1",
        "host = ''",
        "name = []",
        "name = [1]",
        "name = ''",
        "database = ' '",
        "name = ' '",
        "name = ['a:1', '']",
    ],
)
def test_wrong_kind_in_the_file_is_refused(file: Path, line: str) -> None:
    """A value of another kind than its setting's is refused with key and file."""
    file.write_text(line)
    with pytest.raises(UsageError, match=line.split()[0]) as caught:
        choose(flags={}, environment={}, file=file)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize("key", [setting.key for setting in TABLE])
@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_variable_is_refused(key: str, blank: str) -> None:
    """A variable that is empty, or nothing but blanks, decides nothing: whoever set it meant something."""
    variable = f"TROTH_RELAY_{key.upper()}"
    with pytest.raises(UsageError, match=variable):
        choose(flags={}, environment={variable: blank}, file=None)


@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_name_of_the_file_is_refused(blank: str) -> None:
    """Where the file of settings has no name no other settings are served in place of it."""
    with pytest.raises(UsageError, match="TROTH_RELAY_CONFIG"):
        choose(flags={}, environment={"TROTH_RELAY_CONFIG": blank}, file=None)


@pytest.mark.parametrize("number", ["1" + "0" * 15, "-1" + "0" * 15, "9" * 40])
def test_endless_number_is_refused(file: Path, number: str) -> None:
    """A number that no database takes is refused, not met by the relay each time that it sweeps."""
    file.write_text(f"idle_days = {number}")
    with pytest.raises(UsageError, match="idle_days"):
        choose(flags={}, environment={}, file=file)


def test_what_is_not_known_is_refused_by_name(file: Path) -> None:
    """A key that is not in the table refuses to start, in file and environment; its value is not repeated."""
    file.write_text("passes = 'open sesame'\n[relay]\nport = 1\n")
    with pytest.raises(UsageError, match="passes, relay") as caught:
        choose(flags={}, environment={}, file=file)
    assert "sesame" not in str(caught.value)
    with pytest.raises(UsageError, match="TROTH_RELAY_PASS,") as caught:
        choose(flags={}, environment={"TROTH_RELAY_PASS": "open sesame"}, file=None)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("content", [b"port: 1", b"port = 1\nport = 2", b"\xff", b"secret = 'open sesame"])
def test_what_is_no_toml_is_refused(file: Path, content: bytes) -> None:
    """A file that can not be read as TOML is named, and no line of it is repeated."""
    file.write_bytes(content)
    with pytest.raises(UsageError, match="no TOML") as caught:
        choose(flags={}, environment={}, file=file)
    assert "sesame" not in str(caught.value)


def test_file_is_bounded_and_must_be_there(file: Path) -> None:
    """A file that is too long or missing is a sentence."""
    with pytest.raises(StoreError, match="can not be read"):
        choose(flags={}, environment={}, file=file)
    file.write_bytes(b"#" * 65_537)
    with pytest.raises(UsageError, match="longer than 65536"):
        choose(flags={}, environment={}, file=file)


def test_page_and_code_agree() -> None:
    """The table of settings on the page is the table in the code (specs/relay.md, Settings)."""
    assert ROW.findall(PAGE.read_text()) == [
        (setting.key, _default(setting), "yes" if setting.reloads else "no", setting.meaning) for setting in TABLE
    ]


def _default(setting: Setting) -> str:
    return "none" if setting.default in (None, ()) else f"`{setting.default}`"
