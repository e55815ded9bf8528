"""A suspect change is tried where it can do no harm."""

import io
import subprocess
import sys

import pytest

from troth import Put, document_id
from troth.document import Document
from troth_client import probe as probing
from troth_client.probe import frame, probe, survives, tried, unframe
from troth_wire.errors import LocalError
from troth_wire.ids import ActorId

DOCUMENT = document_id("list")
CANARY = "a word that nobody else may read"


def document(value: str = CANARY) -> tuple[bytes, list[bytes]]:
    """Return a saved document and an honest change on it."""
    written = Document(ActorId(b"a" * 16))
    written.edit([[Put(("before",), 1)]])
    saved = written.save()
    return saved, list(written.edit([[Put(("after",), value)]]).changes)


def spoil(change: bytes) -> bytes:
    """Alter a change's last byte."""
    return change[:-1] + bytes([change[-1] ^ 0xFF])


def test_an_honest_change_passes() -> None:
    """The child applies it, saves the document and reads it back."""
    saved, changes = document()
    assert probe(DOCUMENT, saved, changes)


def test_a_spoiled_change_does_not_pass() -> None:
    """What the library does not apply, or stops at, is told by the child's end."""
    saved, changes = document()
    assert not probe(DOCUMENT, saved, [spoil(changes[0])])
    assert not probe(DOCUMENT, b"no document", changes)


BEGIN = "import sys; from troth_client import probe; sys.stdin.buffer.read(); print(end='\\x06', flush=True);"


@pytest.mark.parametrize(
    ("program", "wait_s"),
    [
        ("import os; os.abort()", 60.0),
        ("sys.exit(1)", 60.0),
        ("probe.limit(); bytearray(probe.MEMORY_BYTES_MAX)", 60.0),
        ("import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, 1))\nwhile True: pass", 60.0),
        ("import threading; threading.Event().wait()", 3.0),
    ],
)
def test_a_child_that_ends_badly_has_judged(program: str, wait_s: float) -> None:
    """Aborting, failing, swelling, running on and hanging all count as not passed, and leave no process."""
    assert not tried([sys.executable, "-c", BEGIN + program], b"x" * 1_000_000, wait_s=wait_s)


@pytest.mark.parametrize(
    ("command", "wait_s"),
    [
        ([sys.executable, "-c", "import sys; sys.stdin.close(); raise SystemExit(0)"], 60.0),
        ([sys.executable, "-c", "import threading; threading.Event().wait()"], 0.2),
        (["/no/such/program"], 60.0),
    ],
)
def test_a_child_that_did_not_begin_has_judged_nothing(command: list[str], wait_s: float) -> None:
    """A machine that can not start a process says so; nothing is held because of that."""
    with pytest.raises(LocalError, match="Nothing was changed"):
        tried(command, b"x" * 1_000_000, wait_s=wait_s)


def test_limits_are_in_force() -> None:
    """The child has an end to its memory and its time, and leaves no core file."""
    program = (
        "import resource as r; from troth_client import probe; probe.limit();"
        "print(*(r.getrlimit(limit)[0] for limit in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_CORE)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == [str(probing.MEMORY_BYTES_MAX), str(probing.CPU_S_MAX), "0"]


def test_what_is_tried_stays_out_of_sight(capfd: pytest.CaptureFixture[str]) -> None:
    """Plaintext is in no argument, and the child prints nothing, whatever happens."""
    saved, changes = document()
    probe(DOCUMENT, saved, changes)
    probe(DOCUMENT, saved, [spoil(changes[0])])
    assert CANARY not in " ".join(probing.COMMAND)
    assert capfd.readouterr() == ("", "")


def test_here_it_is_judged_the_same() -> None:
    """The child's judgement itself: honest changes survive, spoiled ones do not."""
    saved, changes = document()
    assert survives(frame([saved, *changes]))
    assert not survives(frame([saved, spoil(changes[0])]))
    assert not survives(frame([b"no document"]))


def test_frames_come_apart_again() -> None:
    """Byte strings of any length go through one stream."""
    blobs = [b"", b"x", bytes(100_000), b""]
    assert list(unframe(frame(blobs))) == blobs


def test_the_child_ends_by_its_judgement(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that it begins, and then ends with zero only if what it was given survives."""
    saved, changes = document()
    monkeypatch.setattr(probing, "limit", lambda: None)
    for content, code in ((frame([saved, *changes]), 0), (frame([b"no document"]), probing.SPOILED)):
        said = io.BytesIO()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(said))
        with pytest.raises(SystemExit) as ended:
            probing.main()
        assert (ended.value.code, said.getvalue()) == (code, probing.BEGUN)
