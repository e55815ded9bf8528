"""The real command, agent and keeper on this machine: opened, asked, killed, locked, and nothing left behind."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_bytes
from typing import Final

import pytest

from tests.contracts.relay_process import environment
from troth import Cost, DeviceKeys, Identity, Signer, Welcome, begin, countersign, found
from troth_app.home import Home
from troth_app.outcome import Code
from troth_client import Vault, create_space
from troth_client.room import SHARED

TROTH: Final = (sys.executable, "-m", "troth_app.main")
PASSPHRASE: Final = "correct horse battery staple"
WAIT_S: Final = 60


class House:
    """One person at one machine."""

    def __init__(self, folder: Path) -> None:
        """Live in a folder."""
        self.folder = folder
        self.environment = {**environment(), "TROTH_HOME": str(folder), "COLUMNS": "80"}
        self.environment.pop("XDG_RUNTIME_DIR", None)
        self.home = Home.find(self.environment)

    def run(self, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command; what is typed comes from a pipe."""
        return subprocess.run(
            [*TROTH, *arguments],
            input=typed,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=WAIT_S,
            check=False,
        )

    def ok(self, *arguments: str, typed: str = "") -> str:
        """Run a command that has to end well; return what it said."""
        done = self.run(*arguments, typed=typed)
        assert done.returncode == Code.OK, done
        return done.stdout

    def make(self) -> None:
        """Make a vault, which is open then."""
        self.ok("init", typed=f"1\n{PASSPHRASE}\n{PASSPHRASE}\n")

    def state(self) -> str:
        """Return how it stands."""
        return str(json.loads(self.ok("status", "--json"))["state"])

    def pids(self, role: str) -> list[int]:
        """Return the processes of this house in a role, by what the system says of them."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                names = (folder / "environ").read_bytes().split(b"\0")
                dead = "State:\tZ" in (folder / "status").read_text()
            except OSError:
                continue
            ours = f"TROTH_HOME={self.folder}".encode() in names
            if ours and not dead and b"troth_app.background" in words and role.encode() in words:
                found.append(int(folder.name))
        return found

    def end(self) -> None:
        """Leave nothing running."""
        for role in ("agent", "keeper"):
            for pid in self.pids(role):
                os.kill(pid, signal.SIGKILL)


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks at processes where Linux lists them"
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house that nobody lives in yet."""
    made = House(tmp_path / "home")
    yield made
    made.end()


def gone(pid: int) -> bool:
    """Whether a process is gone for good, by the one thing that all of its memory hangs on."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def memory_of(pid: int) -> bytes:
    """Return everything that stands in a process's memory."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, permissions, *_ = line.split()
            if permissions.startswith("r") and "[v" not in line:
                start, end = (int(part, 16) for part in place.split("-"))
                memory.seek(start)
                try:
                    found.append(memory.read(end - start))
                except OSError:
                    continue
    return b"".join(found)


def test_a_day(house: House) -> None:
    """First run, init, today, an entry, lock, an entry while locked, unlock, and both are there."""
    assert "troth init" in house.ok()
    house.make()
    assert house.state() == "open"
    assert house.ok().count("\n") == 1
    house.ok("mine", "add", typed="first\n")
    (keeper,) = house.pids("keeper")
    assert "It is locked." in house.ok("lock")
    assert gone(keeper)
    assert house.state() == "locked"
    assert "troth unlock" in house.ok()
    assert house.run("mine", "list").returncode == Code.LOCKED
    house.ok("mine", "add", typed="second\n")
    wrong = house.run("unlock", typed="wrong\n")
    assert (wrong.returncode, wrong.stdout) == (Code.LOCKED, "")
    assert "Nothing is lost" in wrong.stderr
    assert "1 entry" in house.ok("unlock", typed=f"{PASSPHRASE}\n")
    assert json.loads(house.ok("mine", "list", "--json")) == {"entries": ["first", "second"]}
    assert house.home.log.read_bytes() == b""


def test_set_up_for_somebody_else(house: House) -> None:
    """R19: it is locked as soon as it is made, and whoever opens it first chooses another passphrase; no file stays."""
    own = "one that nobody else knows"
    assert "It is made, and it is locked." in house.ok("init", typed=f"3\n{PASSPHRASE}\n{PASSPHRASE}\n")
    assert house.state() == "locked"
    assert house.run("unlock", typed=f"{PASSPHRASE}\n").returncode == Code.USAGE
    assert house.state() == "locked"
    assert "It is yours now" in house.ok("unlock", typed=f"{PASSPHRASE}\n{own}\n{own}\n")
    house.ok("lock")
    assert house.run("unlock", typed=f"{PASSPHRASE}\n").returncode == Code.LOCKED
    house.ok("unlock", typed=f"{own}\n")
    assert {path.name for path in house.folder.glob("vault*")} <= {"vault", "vault-wal", "vault-shm", "vault-letterbox"}


def test_a_keeper_that_is_killed_leaves_it_locked(house: House) -> None:
    """SIGKILL of the keeper loses nothing; the agent says locked, and unlocking goes on."""
    house.make()
    house.ok("mine", "add", typed="kept\n")
    (keeper,) = house.pids("keeper")
    os.kill(keeper, signal.SIGKILL)
    while house.state() != "locked":
        pass
    house.ok("unlock", typed=f"{PASSPHRASE}\n")
    assert json.loads(house.ok("mine", "list", "--json")) == {"entries": ["kept"]}


@pytest.mark.parametrize("role", ["keeper", "agent"])
def test_what_was_being_written_outlives_what_it_was_written_to(house: House, role: str) -> None:
    """A kill in the middle of a check-in, whoever it hits, costs a sentence and none of the words."""
    for_two(house)
    house.ok("unlock", typed=f"{PASSPHRASE}\n")
    command = [*TROTH, "checkin"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=house.environment) as writing:
        assert writing.stdin is not None
        assert writing.stdout is not None
        assert writing.stdout.readline() == "Each line may stay empty.\n"
        for pid in house.pids(role):
            os.kill(pid, signal.SIGKILL)
        said = " ".join(writing.communicate("tired\nthe walk\n", timeout=WAIT_S)[1].split())
    assert (writing.returncode, "Nothing was shared." in said) == (Code.HERE, True)
    assert "What you wrote is kept for you alone: `troth mine list`." in said
    house.ok("unlock", typed=f"{PASSPHRASE}\n")
    # Nobody knows how many lines were taken before, or whether who died had kept them and could not say so any more.
    kept = json.loads(house.ok("mine", "list", "--json"))["entries"]
    assert {"tired"} == set(kept) or {"tired\nthe walk"} == set(kept)


def test_an_agent_that_is_killed_takes_its_keeper_along(house: House) -> None:
    """SIGKILL of the agent ends the keeper, and the socket that it left behind is no hindrance."""
    house.make()
    (agent,), (keeper,) = house.pids("agent"), house.pids("keeper")
    os.kill(agent, signal.SIGKILL)
    while not gone(keeper):
        select.select([], [], [], 0)
    assert house.home.socket.exists()
    assert house.state() == "locked"
    house.ok("unlock", typed=f"{PASSPHRASE}\n")
    assert house.state() == "open"


def test_a_vault_has_one_agent(house: House) -> None:
    """A second agent is refused in words, and the first one goes on."""
    house.make()
    agents = house.pids("agent")
    second = [sys.executable, "-m", "troth_app.background", "agent"]
    done = subprocess.run(second, capture_output=True, text=True, env=house.environment, timeout=WAIT_S, check=False)
    assert done.returncode == Code.HERE
    assert "Nothing was changed." in done.stderr
    assert "Traceback" not in done.stderr
    assert house.pids("agent") == agents
    assert house.state() == "open"


def test_for_one_command_nothing_stays(house: House) -> None:
    """Without an agent a command asks for the passphrase itself, and when it is answered nothing is left running."""
    house.make()
    house.end()
    assert socket.gethostname() in house.ok("devices", "list", typed=f"{PASSPHRASE}\n")
    assert house.pids("agent") == house.pids("keeper") == []


def test_no_word_stands_in_the_agent(house: House) -> None:
    """With the vault open and after the lock, the agent's memory holds no passphrase, no entry, and no key."""
    house.make()
    house.ok("mine", "add", typed="a canary entry\n")
    (agent,), (keeper,) = house.pids("agent"), house.pids("keeper")
    try:
        open_agent, open_keeper = memory_of(agent), memory_of(keeper)
    except PermissionError:
        pytest.skip("this system lets no process read another's memory")
    house.ok("lock")
    assert gone(keeper)
    locked_agent = memory_of(agent)
    secrets = {"entry": b"a canary entry", "passphrase": PASSPHRASE.encode(), **_keys(house)}
    # The search works: it finds in the keeper what it must not find in the agent.
    assert [name for name, secret in secrets.items() if secret in open_keeper] == list(secrets)
    assert b"troth_app.agent" in locked_agent
    for memory in (open_agent, locked_agent):
        assert [name for name, secret in secrets.items() if secret in memory] == []


def _keys(house: House) -> dict[str, bytes]:
    """Return the secret keys that the locked vault holds."""
    with closing(Vault.open(house.home.vault, passphrase=PASSPHRASE)) as vault:
        rows = vault.room(vault.rooms[0]).load()
    identity = Identity.parse(next(row.value for row in rows if row.table == "identity" and row.value))
    keys = identity.keys
    return {"everyday": keys.everyday_seed, "box": keys.box_secret, "epoch": identity.epoch.key}


def test_nobody_elses_words_reach_the_system(house: House) -> None:
    """No passphrase and no entry stands in the arguments or the environment of any process, or in any file."""
    house.make()
    house.ok("mine", "add", typed="a canary entry\n")
    shown = b"".join(
        Path(f"/proc/{pid}/{name}").read_bytes()
        for pid in (*house.pids("agent"), *house.pids("keeper"))
        for name in ("cmdline", "environ")
    )
    kept = b"".join(path.read_bytes() for path in house.folder.rglob("*") if path.is_file())
    for secret in (PASSPHRASE.encode(), b"canary"):
        assert secret not in shown
        assert secret not in kept


def test_a_pipe_without_an_answer(house: House) -> None:
    """A question that nobody answers ends with the code for usage, and nothing was made."""
    done = house.run("init", typed="1\n")
    assert (done.returncode, house.home.vault.exists()) == (Code.USAGE, False)
    assert "Nothing was made." in " ".join(done.stderr.split())


@pytest.mark.parametrize("wrong", [b"", b"no database at all" * 10_000])
def test_a_damaged_vault_is_left_as_it_is(house: House, wrong: bytes) -> None:
    """It costs sentences and never a traceback, and the file is not touched."""
    house.home.prepare()
    house.home.vault.write_bytes(wrong)
    done = house.run("unlock", typed=f"{PASSPHRASE}\n")
    assert done.returncode == Code.HERE
    assert "Traceback" not in done.stderr
    assert house.home.vault.read_bytes() == wrong


def test_a_terminal(house: House) -> None:
    """At a terminal the passphrase is not shown, a wrong one is asked for again, and Ctrl-C says what is safe."""
    house.make()
    house.ok("lock")
    first = _at_a_terminal(house, ["unlock"], [("Passphrase:", "wrong\n"), ("Passphrase:", f"{PASSPHRASE}\n")])
    assert "It is open." in first
    assert PASSPHRASE not in first
    house.ok("lock")
    second = _at_a_terminal(house, ["unlock"], [("Passphrase:", "\x03")])
    assert re.search(r"Stopped\. It is locked, and\s+nothing was changed\.", second)
    assert house.state() == "locked"


def test_locking_takes_away_what_was_shown(house: House) -> None:
    """R33: the screen, and what could be scrolled back to, before the word that it is locked; a file gets no mark."""
    house.make()
    house.environment["TERM"] = "xterm"
    shown = _at_a_terminal(house, ["lock"], [])
    wiped = shown.index("\x1b[2J\x1b[3J")
    assert shown.index("It is locked") > wiped
    house.environment["TERM"] = "dumb"
    assert "\x1b" not in _at_a_terminal(house, ["lock"], []) + house.ok("lock")


def _at_a_terminal(house: House, arguments: list[str], turns: list[tuple[str, str]]) -> str:
    """Run a command at a terminal: wait for each prompt, and type; return everything that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(TROTH[0], [*TROTH, *arguments], house.environment)  # noqa: S606 - our own command
    shown, seen = "", 0
    left = list(turns)
    while True:
        assert select.select([terminal], [], [], WAIT_S)[0], shown
        try:
            received = os.read(terminal, 4_096)
        except OSError:
            received = b""
        if not received:
            break
        shown += received.decode()
        if left and left[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(terminal, left.pop(0)[1].encode())
    os.close(terminal)
    os.waitpid(pid, 0)
    return shown


def for_two(house: House) -> None:
    """Make a vault with a space for two in it, cheaply."""
    house.home.prepare()
    create_space(house.home.vault, passphrase=PASSPHRASE, cost=Cost(64, 1))
    pairs = [DeviceKeys.make(token_bytes) for _ in range(2)]
    genesis = found([keys.card for keys, _ in pairs], token_bytes)
    for keys, seed in pairs:
        genesis = countersign(genesis, keys, Signer(seed))
    rows = begin(Identity.welcomed(pairs[0][0], Welcome(genesis, None)), token_bytes)
    with closing(Vault.open(house.home.vault, passphrase=PASSPHRASE)) as vault:
        vault.add_room(rows, admin=pairs[0][1], passphrase=PASSPHRASE, kind=SHARED)


ABOUT: Final = ("talk", "talk", "touch")


@pytest.mark.parametrize("lasting", [True, False], ids=["an agent that stays", "one that ends"])
def test_a_stop_is_given_whatever_is_typed(house: House, *, lasting: bool) -> None:
    """Nothing on the line refuses it, and whoever is gone before its question is answered has given it as well."""
    for_two(house)
    typed = "" if lasting else f"{PASSPHRASE}\n"
    if lasting:
        house.ok("unlock", typed=f"{PASSPHRASE}\n")
    house.ok("stop", "--about", "touch", typed=typed)
    house.ok("stop", "this", "--is", "too=much", typed=typed)
    asked = house.run("stop", "--about", typed=typed)
    assert "You asked to stop. It is about talk." in " ".join(asked.stdout.split())
    if not lasting:
        house.ok("unlock", typed=f"{PASSPHRASE}\n")
    shown = json.loads(house.ok("today", "--json"))["cards"]
    assert sorted((card["level"], card["scope"]) for card in shown) == [("stop", about) for about in ABOUT]


def ended(house: House) -> list[bool]:
    """Which spaces were ended, as the status says it."""
    return [space["ended"] for space in json.loads(house.ok("status", "--json"))["spaces"]]


def test_killed_while_leaving(house: House) -> None:
    """Whoever left and was killed in the ten seconds after it has left: it is final when the vault is opened next."""
    for_two(house)
    house.ok("unlock", typed=f"{PASSPHRASE}\n")
    leaving = subprocess.Popen(
        [*TROTH, "leave"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=house.environment
    )
    assert leaving.stdin is not None
    assert leaving.stdout is not None
    leaving.stdin.write(f"For two\n{PASSPHRASE}\n")
    leaving.stdin.flush()
    while "You have left" not in leaving.stdout.readline():
        assert leaving.poll() is None
    assert ended(house) == [False, False]
    (keeper,) = house.pids("keeper")
    os.kill(keeper, signal.SIGKILL)
    leaving.communicate(timeout=WAIT_S)
    assert leaving.returncode == Code.HERE
    house.ok("unlock", typed=f"{PASSPHRASE}\n")
    assert ended(house) == [False, True]


def test_offline_by_choice_survives_a_lock(house: House) -> None:
    """A vault that is opened again dials nothing either, and its first line says so."""
    house.make()
    house.ok("relay", "use", typed="ws://127.0.0.1:9\n\n")
    house.ok("sync", "off")
    house.ok("lock")
    house.ok("unlock", typed=f"{PASSPHRASE}\n")
    assert house.ok("status").startswith("Sync is off on this device, as you chose.")
    assert "Sync is off" in house.ok("relay", "show")
    assert house.run("pair", "device").returncode == Code.RULE
    house.ok("sync", "on")
    assert "can not be reached" in house.ok("status")
