"""What every test stands on: how long the property tests search, and what a skip is worth.

Under TROTH_STRICT=1 a test may not be skipped because a program is missing from the machine: a check
that silently did not run looks just like one that passed.
"""

import os
import signal
import unittest
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

STRICT = os.environ.get("TROTH_STRICT") == "1"
MISSING_PROGRAM = "missing program:"

# Time is a fact about the machine, never a property of the code: no deadline, no complaint about slowness.
# Where nobody watches, the examples are the same on every run.
settings.register_profile(
    "fast",
    deadline=None,
    derandomize=STRICT or "CI" in os.environ,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("slow", settings.get_profile("fast"), max_examples=2_000)
# For tests/test_planted.py: that a mistake is found is all it wants to know, not the shortest story of it.
settings.register_profile(
    "planted", settings.get_profile("fast"), phases=[Phase.explicit, Phase.generate], max_examples=150, database=None
)
# `--hypothesis-profile=slow` is read after this line, and so wins.
settings.load_profile("fast")

# A shell has what it starts in the background ignore Ctrl-C, and so would every program that a test starts and stops.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count no lines while state machines run: it takes four times as long, and the tests beside them count those."""
    for item in items:
        if isinstance(item, pytest.Function) and item.cls and issubclass(item.cls, unittest.TestCase):
            item.add_marker("no_cover")


def _refuse_missing_program(report: pytest.CollectReport | pytest.TestReport) -> None:
    """Turn a skip that says "missing program: ..." into a failure that says the same."""
    if not STRICT or not report.skipped or not isinstance(report.longrepr, tuple):
        return
    path, line, reason = report.longrepr
    reason = reason.removeprefix("Skipped: ")
    if reason.startswith(MISSING_PROGRAM):
        report.outcome = "failed"
        report.longrepr = f"{path}:{line}: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge the skip of one test."""
    report = yield
    _refuse_missing_program(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge the skip of a whole module."""
    report = yield
    _refuse_missing_program(report)
    return report
