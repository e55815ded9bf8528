"""A clean machine in a folder: an interpreter, a shell, Debian's Caddy, the files of this repository, and stand-ins.

`apt-get` has nothing to do, since what it would install is there; pip finds wheels of the locked versions.
`systemctl` starts and stops what the units in the folder name, as the user that they get; no systemd runs.
Everything else is what it is, carried out by root in a chroot.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Final

from tests.system.image import PATH, base, packed, put, shared_libraries
from tests.system.proxies import program

__all__ = ["Machine", "made"]

ROOT: Final = Path(__file__).resolve().parents[2]
WAIT_S: Final = 150
PROGRAMS: Final = ("caddy", "cat", "chmod", "install", "mkdir", "mv", "rm", "sed")
STATE: Final = "/var/lib/troth-relay"
USER: Final = 10_001
SYSTEMCTL: Final = f"""#!/usr/bin/python3 -I
import glob, os, pathlib, signal, subprocess, sys, time
RELAY, CADDY = "troth-relay", "caddy"

def settings(name, path=f"/etc/systemd/system/{{RELAY}}.service"):
    lines = [line for file in (path, *glob.glob(path + ".d/*.conf")) for line in open(file)]
    return [line.partition("=")[2].strip() for line in lines if line.startswith(name + "=")]

def command(unit):
    if unit == CADDY:
        return ["/usr/bin/caddy", "run", "--config", "/etc/caddy/Caddyfile"], dict(os.environ, HOME="/root"), {{}}
    os.makedirs("{STATE}", mode=0o700, exist_ok=True)
    os.chown("{STATE}", {USER}, {USER})
    return settings("ExecStart")[-1].split(), {{}}, dict(user={USER}, group={USER}, extra_groups=[])

def keep(unit):
    line, environment, who = command(unit)
    with open(f"/run/{{unit}}.log", "ab") as log:
        process = subprocess.Popen(line, env=environment, cwd="/", stdout=subprocess.PIPE if unit == RELAY else log,
            stderr=log, start_new_session=True, **who)
    if unit == RELAY:
        assert process.stdout.readline().startswith(b"listening")
    pid = pathlib.Path(f"/run/{{unit}}.pid")
    pid.write_text(str(process.pid))
    process.wait()
    pid.unlink()

def until(true, unit):
    for _ in range(2_000):
        if true():
            return
        time.sleep(0.01)
    sys.exit(f"{{unit}} does not start or end")

def start(unit):
    pid = pathlib.Path(f"/run/{{unit}}.pid")
    with open(f"/run/{{unit}}.log", "ab") as log:
        subprocess.Popen([sys.executable, "-I", __file__, "keep", unit], stdout=log, stderr=log, start_new_session=True)
    until(pid.exists, unit)

def stop(unit):
    pid = pathlib.Path(f"/run/{{unit}}.pid")
    if pid.exists():
        os.kill(int(pid.read_text()), signal.SIGTERM)
        until(lambda: not pid.exists(), unit)

def restart(unit):
    stop(unit)
    start(unit)

def reload(unit):
    program, signalled, to = settings("ExecReload")[-1].split()
    assert (program, to) == ("/bin/kill", "$MAINPID")
    os.kill(int(pathlib.Path(f"/run/{{unit}}.pid").read_text()), getattr(signal, "SIG" + signalled.removeprefix("-")))

act, *rest = sys.argv[1:]
if act != "daemon-reload":
    acts = dict(keep=keep, start=start, stop=stop, restart=restart, reload=reload, enable=start)
    acts[act](rest[-1].removesuffix(".service"))
"""
CURL: Final = """#!/usr/bin/python3 -I
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[-1]).read().decode())
"""
NOTHING: Final = "#!/bin/sh\nexit 0\n"


@dataclass
class Machine:
    """The folder, and what a shell in it has exported so far."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, script: str) -> str:
        """Run a script as root, in the checkout, after the ones before it; return what it said."""
        before = "set -eu\n[ ! -e /root/exported ] || . /root/exported\ncd /root/troth\n"
        whole = f"{before}{script}\nexport -p > /root/exported\n"
        done = subprocess.run(
            [program("chroot"), str(self.root), "/bin/sh", "-c", whole],
            env={"PATH": "/usr/local/sbin:" + PATH, "HOME": "/root"} | self.environment,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}{self.said()}"
        return done.stdout

    def said(self) -> str:
        """Return what the started programs wrote into their logs."""
        return "".join(log.read_text() for log in sorted((self.root / "run").glob("*.log")))

    def end(self) -> None:
        """Stop what was started."""
        for unit in ("caddy", "troth-relay"):
            if (self.root / "run" / f"{unit}.pid").exists():
                self.run(f"systemctl stop {unit}")


def made(folder: Path, *, changes: Mapping[str, Mapping[str, str]]) -> Machine:
    """Make a machine; in the named files of its checkout something stands in the place of something else."""
    root = folder / "root"
    root.mkdir(mode=0o755)
    base(root)
    programs = [Path(program(name)).resolve() for name in PROGRAMS]
    for name, path in zip(PROGRAMS, programs, strict=True):
        for needed in {path, *shared_libraries([path])}:
            put(root, needed)
        if path.name != name:
            (root / "usr/bin" / name).symlink_to(path)
    # The one name that it looks up, and the way to do so.
    for directory in (
        "run",
        "tmp",
        "wheels",
        "etc/caddy",
        "etc/systemd/system",
        "var/lib",
        "var/backups",
        "proc",
        "dev",
    ):
        (root / directory).mkdir(parents=True, exist_ok=True)
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    (root / "dev/null").touch()
    _stand_in(root)
    _check_out(root, changes)
    _pack(root / "wheels")
    return Machine(root, {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels", "PIP_DISABLE_PIP_VERSION_CHECK": "1"})


def _stand_in(root: Path) -> None:
    place = root / "usr/local/sbin"
    place.mkdir(parents=True)
    for name, text in (("apt-get", NOTHING), ("curl", CURL), ("systemctl", SYSTEMCTL)):
        (place / name).write_text(text.replace("/usr/bin/python3", "/usr/local/bin/python"))
        (place / name).chmod(0o755)
    (root / "usr/local/bin/python3").symlink_to("python")


def _check_out(root: Path, changes: Mapping[str, Mapping[str, str]]) -> None:
    shutil.copytree(ROOT / "relay/deploy", root / "root/troth/relay/deploy")
    for name, replaced in changes.items():
        file = root / "root/troth" / name
        text = file.read_text()
        for old, new in replaced.items():
            assert old in text, f"{name} does not hold {old!r}"
            text = text.replace(old, new)
        file.write_text(text)


def _pack(wheels: Path) -> None:
    """Pack the locked versions again, and what this repository is."""
    names = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "relay.txt").read_text(), re.MULTILINE)
    for package in metadata.distributions():
        if package.name.lower().replace("_", "-") in names:
            packed(package, wheels)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "wheel"]
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels)]
    subprocess.run([*pip, *options, str(ROOT)], check=True, capture_output=True, timeout=WAIT_S)
