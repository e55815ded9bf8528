"""`troth demo`, the real thing: its proofs hold, each sabotage is noticed, and nothing is left behind."""

import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from tests.contracts.relay_process import environment
from tests.troth_app.demo.world import ALONE, children
from troth_app.demo.homes import PASSPHRASE
from troth_app.household import Household
from troth_couple import Day

DEMO = (sys.executable, "-m", "troth_app.main", "demo")
RUN_S = 240
WIDTH = 80
PROOFS = ("document", "acknowledged", "forged", "suspect", "canaries")
TOGETHER = (
    *ALONE,
    '{"n": 7, "day": "2026-09-16", "by": "Sasha", "on": 1, "edit": "add", "path": ["seeds"], "value": "calendula"}',
    "",
    '{"n": 8, "day": "2026-09-16", "by": "Sasha", "on": 2, "edit": "set", "path": ["title"], "value": "Two gardens"}',
    '{"n": 9, "day": "2026-09-16", "by": "Robin", "on": 1, "edit": "set", "path": ["title"], "value": "A shed"}',
    '{"n": 10, "day": "2026-09-17", "by": "Sasha", "on": 1, "edit": "write", "path": ["beds"], "with": " Done."}',
    '{"n": 11, "day": "2026-09-17", "by": "Robin", "on": 1, "edit": "act", "act": "gratitude", "says": {"text": "x"}}',
    '{"n": 12, "day": "2026-09-18", "by": "Sasha", "on": 2, "edit": "act", "act": "thanks", "about": 11}',
)


def demo(*options: str, wide: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end; it says nothing that is wider than a terminal but for a path, and shows no traceback."""
    done = subprocess.run(
        [*DEMO, *options], capture_output=True, text=True, env=environment(), timeout=RUN_S, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert wide or all(len(line) <= WIDTH for line in done.stdout.splitlines())
    return done


def failed(summary: str) -> set[str]:
    """Give the proofs that did not hold, each by a word of its sentence; every proof stands in the summary."""
    verdicts = re.findall(r"^  (yes|NO ) +(.*)$", summary, re.MULTILINE)
    named = [(next(word for word in PROOFS if word in said.lower()), verdict) for verdict, said in verdicts]
    assert [word for word, _ in named] == list(PROOFS)
    return {word for word, verdict in named if verdict != "yes"}


def file_of(folder: Path, lines: Sequence[str]) -> str:
    """Write a file of edits."""
    (folder / "edits.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(folder / "edits.jsonl")


def test_all_of_it_holds() -> None:
    """With nothing broken, every proof of the ninety days holds; the summary says so, and it ends with 0."""
    done = demo()
    assert (done.returncode, done.stderr) == (0, "")
    assert failed(done.stdout) == set()
    assert done.stdout.endswith("\nAll of it held.\n")
    assert re.search(r"None of [1-9]\d\d canaries", done.stdout)
    assert re.search(r"^Who wrote what +Robin +Sasha$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("sabotage", ["cursor", "outbox"])
def test_what_is_lost_is_noticed(sabotage: str) -> None:
    """A device that skips what arrives, or forgets what waits, shows another document, and edits are missing."""
    done = demo("--sabotage", sabotage)
    assert (done.returncode, done.stderr) == (1, "")
    assert failed(done.stdout) == {"document", "acknowledged"}
    assert f"the proofs noticed the sabotage ({sabotage})" in done.stdout


def test_what_is_not_encrypted_is_noticed() -> None:
    """With encryption off, the search that found nothing finds every canary, and nothing else has changed."""
    done = demo("--sabotage", "plaintext")
    assert (done.returncode, done.stderr) == (1, "")
    assert failed(done.stdout) == {"canaries"}
    found = re.search(r"(\d+) of (\d+) canaries were found", done.stdout)
    assert found is not None
    assert found[1] == found[2]


def test_a_forged_yes_is_noticed() -> None:
    """With signatures unchecked, devices believe a yes that nobody gave; the proof of that notices, and no other."""
    done = demo("--sabotage", "signatures")
    assert (done.returncode, done.stderr) == (1, "")
    assert failed(done.stdout) == {"forged"}
    assert "holds without a yes of both" in done.stdout


def test_two_people_with_a_file_of_their_own(tmp_path: Path) -> None:
    """A file of edits for two is all it needs; what went to disk and over the wire is kept where it was asked to be."""
    done = demo("--input", file_of(tmp_path, TOGETHER), "--keep", str(tmp_path / "kept"))
    assert (done.returncode, done.stderr, failed(done.stdout)) == (0, "", set())
    kept = {path.name for path in (tmp_path / "kept").iterdir()}
    assert {"device-4.vault", "device-1.log", "relay.db", "relay.log", "wire.bin"} <= kept
    again = demo("--keep", str(tmp_path / "kept"))
    assert (again.returncode, again.stdout) == (2, "")


def test_one_person_with_a_file_of_their_own(tmp_path: Path) -> None:
    """A file of one person is told with two devices."""
    done = demo("--input", file_of(tmp_path, ALONE))
    assert (done.returncode, done.stderr, failed(done.stdout)) == (0, "", set())
    assert "Starting a relay and two devices" in done.stdout


def test_a_file_that_can_not_be_used(tmp_path: Path) -> None:
    """A line that can not be used is named by its number, before anything is started."""
    done = demo("--input", file_of(tmp_path, [*ALONE, "", '{"n": 7}']))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Line 8: " in done.stderr


async def test_both_homes_stay_to_look_around_in(tmp_path: Path) -> None:
    """Everything holds; then both vaults open with the passphrase that was printed, and show the same agreements."""
    done = demo("--open", "--keep", str(tmp_path / "kept"), wide=True)
    assert (done.returncode, done.stderr, failed(done.stdout)) == (0, "", set())
    shown = []
    for person in ("robin", "sasha"):
        household = await Household.open(tmp_path / "kept" / person / "vault", passphrase=PASSPHRASE)
        assert household.chapter is not None
        state = await household.chapter.look(Day(date.today().isoformat()))
        shown.append(sorted((found.id, found.shown) for found in state.agreements.values()))
        assert len(household.settings.entries) >= 10
        await household.close()
    assert shown[0] == shown[1]
    assert len(shown[0]) == 8


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_nothing_behind(number: signal.Signals) -> None:
    """Told to stop in the middle, it says one sentence, and every process that it started is gone."""
    with subprocess.Popen(
        DEMO, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        try:
            assert process.stdout is not None
            assert any("Cutting" in line for line in process.stdout)
            started = children(process.pid)
            process.send_signal(number)
            _, said = process.communicate(timeout=RUN_S)
        finally:
            process.kill()
    assert (process.returncode, said) == (130, "Stopped. Nothing that was started here is running.\n")
    assert len(started) == 5
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]
