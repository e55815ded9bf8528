"""The benchmarks' three roles keep their contract with the harness, on a small amount of work."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bench import processes, relay
from tests.contracts.relay_process import environment

EDITS = 200


class Participant:
    """One process of the contract."""

    def __init__(self, *arguments: object) -> None:
        """Start it."""
        command = [sys.executable, "-m", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
        )

    def tell(self) -> None:
        """Send a line."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Return its next line."""
        assert self.process.stdout is not None
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        return line

    def end(self) -> None:
        """End it, however it is."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None and not stream.closed:
                stream.close()


@pytest.fixture
def started() -> Iterator[Any]:
    """Give a function that starts participants; all end with the test."""
    with ExitStack() as stack:

        def start(*arguments: object) -> Participant:
            participant = Participant(*arguments)
            stack.callback(participant.end)
            return participant

        yield start


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.mark.skipif(sys.platform != "linux", reason="The benchmarks ask Linux what they use.")
def test_the_three_roles_do_the_work(started: Any, tmp_path: Path) -> None:
    """A writer floods, a reader reads every edit, a fresh device reads all of it, and each reports and ends."""
    port = free_port()
    server = started("bench.server", port, tmp_path)
    assert server.hear()["ready"]
    writer = started("bench.client", port, "writer", EDITS, 0)
    document = writer.hear()["id"]
    reader = started("bench.client", port, "reader", EDITS, document)
    assert reader.hear()["ready"]
    writer.tell()
    read = reader.hear()
    assert 1 <= read["events"] <= EDITS
    assert 0 < read["p50_us"] <= read["p99_us"]
    assert writer.hear()["secs"] > 0
    fresh = started("bench.client", port, "catchup", EDITS, document)
    report = fresh.hear()
    assert report["n"] == EDITS
    assert report["bytes_down"] > EDITS
    server.tell()
    assert server.hear()["cpu_s"] > 0
    for participant in (reader, fresh):
        assert participant.process.wait(20) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="The benchmarks ask Linux what they use.")
def test_nothing_outlives_the_harness(started: Any, tmp_path: Path) -> None:
    """Every role ends when its standard input is closed."""
    port = free_port()
    server = started("bench.server", port, tmp_path)
    server.hear()
    writer = started("bench.client", port, "writer", EDITS, 20)
    reader = started("bench.client", port, "reader", EDITS, writer.hear()["id"])
    reader.hear()
    for participant in (reader, writer, server):
        participant.process.stdin.close()
        assert participant.process.wait(20) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="The benchmarks ask Linux what they use.")
def test_the_relays_part_measures_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a small amount of work every figure is there, and no link is lost."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    found = relay.appends(commits=3) | relay.reading(entries=300)
    with processes.serving() as server:
        found |= asyncio.run(relay.on_their_way(server, carried=20, spread=5))
    with processes.serving() as server:
        found |= asyncio.run(relay.idle(server, links=30, held_s=0.1))
    assert found["idle_links_still_there"] == 30
    assert all(value > 0 for name, value in found.items() if "idle" not in name and "cpu" not in name)
