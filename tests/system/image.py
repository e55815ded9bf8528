"""A Containerfile carried out step by step in a folder that programs take for the root of everything.

No network and no program for images is needed.
In place of the image it begins with stand this machine's interpreter and the libraries that it loads.
In place of the package index stand the packages of this environment, packed again as wheels of the locked versions.
Everything else is done as it is written there, by root in a chroot.
"""

import base64
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest

from tests.system.proxies import program

__all__ = ["PATH", "Image", "base", "build", "packed", "put", "shared_libraries", "steps"]

LOCKED: Final = re.compile(r"^([a-z0-9._-]+)==(\S+)((?: ;[^\\]*)?) \\\n((?:    --hash=\S+(?: \\)?\n)+)", re.MULTILINE)
PROGRAMS: Final = ("/bin/sh", "cat", "install")
"""What the steps, and who runs what came of them, call beside Python."""
LEFT_OUT: Final = shutil.ignore_patterns("site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter")
STEP_S: Final = 120
WHEELS: Final = "/wheels"
PATH: Final = "/usr/local/bin:/usr/bin:/bin"


def steps(text: str) -> list[tuple[str, str]]:
    """Return the steps of a Containerfile, each a word and what follows it."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in whole.splitlines())]


@dataclass
class Image:
    """What the steps made."""

    root: Path
    context: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH, "HOME": "/root"})
    user: str = "0:0"
    volume: str = ""
    port: int = 0
    entrypoint: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    health: tuple[str, ...] = ()

    def command(self, *arguments: str) -> list[str]:
        """Return how to run something in it as its user, in the very process that is started."""
        return [program("chroot"), f"--userspec={self.user}", "--groups=", str(self.root), *arguments]

    def take(self, word: str, rest: str) -> None:
        """Carry one step out; a word that is not known here is an error."""
        getattr(self, f"_{word.lower()}")(rest)

    def _from(self, rest: str) -> None:
        assert re.fullmatch(r"docker\.io/library/python:3\.\d+-slim", rest), rest
        base(self.root)

    def _env(self, rest: str) -> None:
        self.environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))

    def _copy(self, rest: str) -> None:
        source, target = rest.split()
        place = self.root / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if (self.context / source).is_dir():
            shutil.copytree(self.context / source, place)
        else:
            shutil.copyfile(self.context / source, place)

    def _run(self, rest: str) -> None:
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS}
        done = subprocess.run(
            self.command("/bin/sh", "-c", rest),
            env=self.environment | offline,
            capture_output=True,
            text=True,
            timeout=STEP_S,
            check=False,
        )
        assert done.returncode == 0, f"{rest}\n{done.stdout}{done.stderr}"

    def _user(self, rest: str) -> None:
        self.user = rest

    def _volume(self, rest: str) -> None:
        self.volume = rest

    def _expose(self, rest: str) -> None:
        self.port = int(rest)

    def _entrypoint(self, rest: str) -> None:
        self.entrypoint = tuple(json.loads(rest))

    def _cmd(self, rest: str) -> None:
        self.arguments = tuple(json.loads(rest))

    def _healthcheck(self, rest: str) -> None:
        self.health = tuple(json.loads(rest.partition("CMD ")[2]))


def build(file: Path, *, repository: Path, folder: Path) -> Image:
    """Carry out all steps of a file."""
    if os.geteuid() != 0:
        pytest.skip("missing program: chroot, which only root may use")
    image = Image(folder / "root", folder / "context")
    image.root.mkdir(mode=0o755)
    _context(image, steps(file.read_text()), repository)
    for word, rest in steps(file.read_text()):
        image.take(word, rest)
    # They were there for the building alone.
    for stand_in in (WHEELS, "/tmp"):
        shutil.rmtree(image.root / stand_in.lstrip("/"))
    return image


def _context(image: Image, found: Iterable[tuple[str, str]], repository: Path) -> None:
    """Gather what the steps copy; of the lock file the hashes are those of the wheels packed here."""
    (image.root / WHEELS.lstrip("/")).mkdir()
    (image.root / "tmp").mkdir()
    for source in (rest.split()[0] for word, rest in found if word == "COPY"):
        place = image.context / source
        place.parent.mkdir(parents=True, exist_ok=True)
        if (repository / source).is_dir():
            shutil.copytree(repository / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place.write_text("".join(_locked((repository / source).read_text(), image.root / WHEELS.lstrip("/"))))


def _locked(text: str, wheels: Path) -> Iterator[str]:
    for match in LOCKED.finditer(text):
        name, version, marker, hashes = match.groups()
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            # Its marker says that this interpreter does not need it; pip says so if not.
            assert marker, f"{name} is not installed here"
            yield f"{name}=={version}{marker} \\\n{hashes}"
            continue
        assert package.version == version, f"{name} {package.version} is installed, and {version} is locked"
        wheel = packed(package, wheels)
        yield f"{name}=={version}{marker} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def packed(package: metadata.Distribution, folder: Path) -> Path:
    """Pack an installed package as the wheel that it came from."""
    (tag, *_) = re.findall(r"^Tag: (\S+)", package.read_text("WHEEL") or "", re.MULTILINE)
    wheel = folder / f"{package.name.replace('-', '_')}-{package.version}-{tag}.whl"
    rows: list[str] = []
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in package.files or []:
            if ".." in path.parts or path.suffix == ".pyc":
                continue
            if path.name == "RECORD":
                record = str(path)
                continue
            content = path.read_binary()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(content)}\n")
            archive.writestr(str(path), content)
        archive.writestr(record, "".join([*rows, f"{record},,\n"]))
    return wheel


def base(root: Path) -> None:
    """Copy this machine's interpreter, with pip, and what the steps call beside it."""
    python = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}").resolve()
    library = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(library, root / library.relative_to("/"), ignore=LEFT_OUT, dirs_exist_ok=True)
    where = subprocess.run(
        [python, "-I", "-c", "import site; print(site.getsitepackages()[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    pip = metadata.distribution("pip").locate_file("pip")
    shutil.copytree(str(pip), root / where.stdout.strip().lstrip("/") / "pip")
    called = [python, *(Path(program(name)) for name in PROGRAMS)]
    installed = Path(str(pip)).parent
    for path in {*called, *shared_libraries([*called, *library.rglob("*.so"), *installed.rglob("*.so")])}:
        put(root, path)
    (root / "usr/local/bin").mkdir(parents=True, exist_ok=True)
    (root / "usr/local/bin/python").symlink_to(python)


def put(root: Path, path: Path) -> None:
    """Copy a file of this machine to the same place."""
    place = root / path.relative_to("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        shutil.copy2(path, place)


def shared_libraries(programs: Iterable[Path]) -> set[Path]:
    """Return the shared libraries that programs load, the loader among them."""
    said = subprocess.run([program("ldd"), *map(str, programs)], capture_output=True, text=True, check=False)
    return {Path(found) for found in re.findall(r"(?:=> |^\s+)(/\S+) \(0x", said.stdout, re.MULTILINE)}
