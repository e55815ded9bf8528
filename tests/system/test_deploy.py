"""What an operator does works as it is written, be it by pip, unit or image; and the page says all there is to see."""

import json
import re
import shlex
import socket
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.contracts.relay_process import RELAY, serving
from tests.system.image import Image, build, packed
from tests.system.proxies import DEPLOY, program
from tests.system.round_trip import cross
from tests.system.unit import calls_allowed, settings
from troth_relay import limits
from troth_relay.link import Link
from troth_relay.settings import PORT, TABLE, choose
from troth_relay.store.statements import STEPS
from troth_wire.limits import FRAME_BYTES_MAX

ROOT: Final = DEPLOY.parents[1]
WAIT_S: Final = 150

UNIT: Final = DEPLOY / "troth-relay.service"
MEMORY_KB_MAX: Final = 80 * 1024
LINK_BYTES: Final = 20 * 1024
"""What a link may cost that says nothing, as the benchmark of the relay measures it."""
EXPOSED: Final = {
    "RootDirectoryOrRootImage": "it runs from where pip put it",
    "PrivateNetwork": "it talks to a proxy on this machine",
    "RestrictAddressFamilies_AF_INET_INET6": "the same",
    "IPAddressDeny": "but for this machine all is denied",
    "RestrictAddressFamilies_AF_UNIX": "it takes orders",
    "DeviceAllow": "a clock, which ProtectClock leaves to be read",
}
"""What systemd could take away and the relay keeps, and why."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with the relay of this environment in place of an installed one."""
    relay = Path(sys.executable).with_name("troth-relay")
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/troth/bin/troth-relay", str(relay)))
    return copy


def test_unit_is_understood(unit: Path) -> None:
    """Systemd knows every setting and finds nothing to warn of."""
    command = [program("systemd-analyze"), "verify", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if unit.name in line]) == (0, [])


def test_unit_is_hardened(unit: Path) -> None:
    """By systemd's own measure nothing of the machine is exposed to the relay but what it needs."""
    command = [program("systemd-analyze"), "security", "--offline=true", "--json=short", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=True)
    exposed = {found["json_field"] for found in json.loads(done.stdout) if found["set"] is False}
    assert exposed <= EXPOSED.keys()


def test_relay_works_under_the_filter_of_the_unit(tmp_path: Path) -> None:
    """With the calls that the unit leaves it, and no memory both written and run, devices meet and the end is clean."""
    calls = calls_allowed(UNIT)
    assert calls.isdisjoint({"mount", "ptrace", "chroot", "reboot", "bpf", "setuid"})
    command = (sys.executable, "-m", "tests.system.confined", ",".join(sorted(calls)), *RELAY)
    with serving(tmp_path / "relay.db", command=command) as (process, address):
        assert re.search(r"^Seccomp:\t2$", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE)
        cross(address)
        process.terminate()
        assert process.wait(WAIT_S) == 0


def test_unit_has_room_for_every_connection() -> None:
    """The unit lets the relay open as many files as it takes connections, and more for itself."""
    (files,) = [int(value) for name, value in settings(UNIT) if name == "LimitNOFILE"]
    assert files >= limits.CONNECTIONS_MAX + 1_000


def test_unit_fits_what_a_relay_is() -> None:
    """It may have the memory that all its bounds come to, and the time that its leave takes, at its own port."""
    said = dict(settings(UNIT))
    bounds = limits.UNREAD_SUM_BYTES_MAX + limits.UNSENT_SUM_BYTES_MAX + limits.UNSTORED_SUM_BYTES_MAX
    pages, links = limits.READS_MAX * FRAME_BYTES_MAX, limits.CONNECTIONS_MAX * LINK_BYTES
    assert said["MemoryMax"] == "1G"
    assert MEMORY_KB_MAX * 1_024 + bounds + pages + links < 2**30
    assert int(said["TimeoutStopSec"]) > 2 * (limits.LEAVE_S_MAX + limits.GOODBYE_S)
    assert said["SocketBindAllow"] == f"tcp:{PORT}"
    # A wrong option (specs/relay.md, Operator's view).
    assert said["RestartPreventExitStatus"] == "2"
    # Nothing of its memory or its files is anybody else's.
    assert (said["LimitCORE"], said["StateDirectoryMode"], said["UMask"]) == ("0", "0700", "0077")


def test_what_is_set_can_be_set() -> None:
    """Every setting that a file names, also where it is commented out, is one of the relay's."""
    named = set(re.findall(r"\bTROTH_RELAY_[A-Z_]+", (DEPLOY / "Containerfile").read_text()))
    assert "TROTH_RELAY_NAME" in named
    assert named <= {setting.variable for setting in TABLE}
    keys = set(re.findall(r"^#?(\w+) = ", (DEPLOY / "troth-relay.toml").read_text(), re.MULTILINE))
    assert {"name", "database"} < keys <= {setting.key for setting in TABLE}


def test_unit_and_commands_go_by_one_file() -> None:
    """What the unit starts with is a file that any command can be given too; nothing is said beside it."""
    said = settings(UNIT)
    (start,) = [value for name, value in said if name == "ExecStart"]
    file = start.partition(" serve --config ")[2]
    text = (DEPLOY / "troth-relay.toml").read_text()
    assert f"Copy to {file}," in text
    assert f"TROTH_RELAY_CONFIG={file}\n" in text
    assert not [value for name, value in said if name.startswith("Environment")]
    decided = choose(flags={}, environment={}, file=DEPLOY / "troth-relay.toml")
    assert decided["name"].value == ("relay.example:443",)
    (folder,) = [value for name, value in said if name == "StateDirectory"]
    assert decided["database"].value == f"/var/lib/{folder}/troth-relay.db"


def at(port: int) -> dict[str, str]:
    """Return the settings of a relay that only this machine reaches."""
    return {"TROTH_RELAY_HOST": "127.0.0.1", "TROTH_RELAY_PORT": str(port), "TROTH_RELAY_REGISTRATION": "open"}


@contextmanager
def started(command: list[str], variables: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start a relay with these variables and no others, but at a free port of this machine alone."""
    process = subprocess.Popen(command, env=variables | at(0), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on ws://127.0.0.1:"), line
        yield process, int(line.rpartition(":")[2].removesuffix("/v1\n"))
    finally:
        process.kill()
        process.communicate(timeout=WAIT_S)


def serves_in_little_memory(process: subprocess.Popen[str], port: int) -> None:
    """Let two devices meet, and look at the most memory that the relay ever had."""
    cross(f"ws://127.0.0.1:{port}")
    status = Path(f"/proc/{process.pid}/status").read_text()
    (peak_kb,) = re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    assert int(peak_kb) < MEMORY_KB_MAX


def install(folder: Path) -> Path:
    """Install `troth[relay]` in an empty environment, from wheels packed here in place of an index."""
    wheels = folder / "wheels"
    wheels.mkdir()
    names = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "relay.txt").read_text(), re.MULTILINE)
    for package in metadata.distributions():
        if package.name.lower().replace("_", "-") in names:
            packed(package, wheels)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build_here = [
        *pip,
        "wheel",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(wheels),
        str(ROOT),
    ]
    subprocess.run(build_here, check=True, capture_output=True, timeout=WAIT_S)
    venv.create(folder / "venv", symlinks=True)
    into = [*pip, "--python", str(folder / "venv" / "bin" / "python"), "install"]
    wanted = ["--no-index", "--find-links", str(wheels), "troth[relay]"]
    subprocess.run([*into, *wanted], check=True, capture_output=True, timeout=WAIT_S)
    return folder / "venv" / "bin" / "troth-relay"


@pytest.fixture
def installed() -> Iterator[Path]:
    """The command of an installed relay, whose environment goes with the test."""
    with TemporaryDirectory() as folder:
        yield install(Path(folder))


def test_installed_relay_works_at_once(installed: Path, tmp_path: Path) -> None:
    """After `pip install "troth[relay]"` alone, `troth-relay serve` serves: one process, one file, little memory."""
    database = tmp_path / "relay.db"
    with started([str(installed), "serve", "--database", str(database)], {}) as (process, port):
        serves_in_little_memory(process, port)
        assert not Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        process.terminate()
        assert process.wait(WAIT_S) == 0
    assert sorted(path.name for path in tmp_path.glob("relay.db*")) == ["relay.db", "relay.db.lock"]
    # Nor does it bring the library with which an envelope's content could be read.
    assert not list(installed.parents[1].rglob("automerge*"))


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The image, made once; its thousands of files go with the last test."""
    with TemporaryDirectory() as folder:
        yield build(DEPLOY / "Containerfile", repository=ROOT, folder=Path(folder))


def is_well(image: Image, port: int) -> bool:
    """Ask as the image's HEALTHCHECK does, at another port."""
    command, variables = image.command(*image.health), image.environment | at(port)
    done = subprocess.run(command, env=variables, capture_output=True, timeout=WAIT_S, check=False)
    return done.returncode == 0


def unchanging(image: Image) -> dict[Path, tuple[int, int]]:
    """Return everything of the image outside its volume, with size and time of change."""
    kept = image.root / image.volume.lstrip("/")
    paths = [path for path in image.root.rglob("*") if kept not in (path, *path.parents)]
    return {path: (path.lstat().st_size, path.lstat().st_mtime_ns) for path in paths}


def test_image_serves_and_writes_its_volume_alone(image: Image) -> None:
    """Its relay serves two devices in little memory, is well while it runs, ends cleanly, and needs one folder."""
    before = unchanging(image)
    with started(image.command(*image.entrypoint, *image.arguments), image.environment) as (process, port):
        serves_in_little_memory(process, port)
        assert is_well(image, port)
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.terminate()
        assert process.wait(WAIT_S) == 0
    assert not is_well(image, port)
    assert re.findall(r"^[UG]id:\t(\d+)\t", status, re.MULTILINE) == image.user.split(":")
    assert unchanging(image) == before
    volume = image.root / image.volume.lstrip("/")
    assert sorted(path.name for path in volume.iterdir()) == ["troth-relay.db", "troth-relay.db.lock"]


def test_image_can_not_change_itself(image: Image) -> None:
    """Its user is not root, and owns nothing but the volume; nothing else is open to everybody."""
    user = int(image.user.partition(":")[0])
    assert user > 0
    kept = image.root / image.volume.lstrip("/")
    for path in image.root.rglob("*"):
        if kept not in (path, *path.parents) and not path.is_symlink():
            assert path.stat().st_uid != user
            assert not path.stat().st_mode & 0o002


def test_image_could_not_open_an_envelope(image: Image) -> None:
    """Neither the engine nor the library of documents is in it."""
    inside = {path.name for path in (image.root / "opt/troth").iterdir()}
    assert inside >= {"troth_relay", "troth_wire", "aiohttp", "nacl"}
    assert inside.isdisjoint({"troth", "troth_client", "troth_app", "automerge"})


def test_image_is_run_as_it_says(image: Image) -> None:
    """The command at its head makes all but the volume read-only, and names the volume and port that there are."""
    said = " ".join(line.strip("# \\") for line in (DEPLOY / "Containerfile").read_text().splitlines()[:6])
    for needed in ("--read-only", "--cap-drop all", f":{image.volume} ", f"127.0.0.1:{image.port}:{image.port} "):
        assert needed in said
    assert image.environment["TROTH_RELAY_PORT"] == str(image.port)
    assert image.environment["TROTH_RELAY_DATABASE"].startswith(image.volume + "/")


def test_image_is_asked_as_it_says(image: Image) -> None:
    """While it runs the commands at its head print the pass of the first start, and make another one."""
    asked = re.findall(r"^#   podman exec troth-relay (.+)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    closed = image.command(*image.entrypoint, *image.arguments, "--registration", "pass")
    with started(closed, image.environment):
        said = [
            subprocess.run(
                image.command(*shlex.split(command)),
                env=image.environment,
                capture_output=True,
                text=True,
                timeout=WAIT_S,
                check=True,
            ).stdout
            for command in asked
        ]
    assert len(said) == len(set(said)) == 2
    assert all(re.fullmatch(r"\S{20,}\n", each) for each in said)


VIEW: Final = (ROOT / "specs" / "operator-view.md").read_text()


def test_page_names_all_that_is_kept_and_known() -> None:
    """Every column of the database and every field of a connection stands in specs/operator-view.md, and no other."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(";\n".join(STEPS))
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE TABLE%'")]
    tables.remove("sqlite_sequence")
    columns = {f"{table}.{row[1]}" for table in tables for row in connection.execute(f"PRAGMA table_info('{table}')")}
    connection.close()
    known = {f"Link.{field.name}" for field in fields(Link)}
    assert set(re.findall(rf"`((?:{'|'.join(tables)}|Link)\.\w+)`", VIEW)) == columns | known


def test_page_is_held_by_tests_that_exist() -> None:
    """Every test that the page leans on is there."""
    named = re.findall(r"`(test_\w+\.py)::(\w+)`", VIEW)
    assert len(named) > 20
    for file, test in named:
        found = [path for path in (ROOT / "tests").rglob(file) if re.search(rf"def {test}\(", path.read_text())]
        assert len(found) == 1, f"{file}::{test}"


def test_log_names_nobody(tmp_path: Path) -> None:
    """Neither devices that meet nor a stranger who sends nonsense leave an address or a number in the log."""
    with serving(tmp_path / "relay.db", "--log-format", "json") as (process, address):
        cross(address)
        for nonsense in (b"GET /%zz?canary HTTP/9\r\n\r\n", b"GET /v1 HTTP/1.1\r\nHost: x\r\nno header canary\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), WAIT_S) as link:
                link.sendall(nonsense)
                assert b" 400 " in link.recv(4096)
        process.terminate()
        _, log = process.communicate(timeout=WAIT_S)
    with closing(sqlite3.connect(tmp_path / "relay.db")) as database:
        names = [mailbox.hex()[:8] for (mailbox,) in database.execute("SELECT id FROM mailbox")]
    assert names
    assert all(json.loads(line) for line in log.splitlines())
    assert not re.search("|".join([r"127\.0\.0\.1|canary", *names]), log), log
