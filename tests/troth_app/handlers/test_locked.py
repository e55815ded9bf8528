"""Locked, the agent says what can be seen from outside, and nothing else."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.troth_app.house import home_at, play
from troth_app.handlers import locked
from troth_app.home import Home
from troth_app.outcome import Code


@dataclass
class FakeAgent:
    """An agent with a home, and a vault that may be open."""

    home: Home
    was_open: bool = False

    async def lock(self) -> bool:
        """Close it."""
        was_open, self.was_open = self.was_open, False
        return was_open


@pytest.fixture
def agent(tmp_path: Path) -> FakeAgent:
    """An agent of an empty home."""
    home = home_at(tmp_path)
    home.prepare()
    return FakeAgent(home)


async def test_locking_says_what_it_means(agent: FakeAgent) -> None:
    """That nothing is sent and nothing arrives; and locking again changes nothing."""
    agent.was_open = True
    assert "Nothing is sent and nothing arrives" in (await play(locked.lock, agent)).said
    assert "Nothing changes" in (await play(locked.lock, agent)).said


async def test_whether_there_is_a_vault(agent: FakeAgent) -> None:
    """An empty home and a locked one are told apart."""
    for command in (locked.today, locked.status, locked.doctor):
        assert (await play(command, agent)).result["state"] == "empty"
    agent.home.vault.touch()
    for command in (locked.today, locked.status, locked.doctor):
        assert (await play(command, agent)).result["state"] == "locked"


async def test_the_doctor_looks_at_files(agent: FakeAgent) -> None:
    """It says of each whether it is there, and whether others may read it."""
    agent.home.vault.touch(mode=0o644)
    agent.home.vault.chmod(0o644)
    found = {name: how for name, _, how in (await play(locked.doctor, agent)).result["files"]}
    assert found == {"folder": "yours alone", "vault": "others on this machine may read it", "log": "not there"}


async def test_evidence_lies_inside(agent: FakeAgent) -> None:
    """While it is locked none can be written down, and that is said in place of half an answer."""
    played = await play(locked.doctor, agent, options={"evidence": "/nowhere/evidence"})
    assert played.code == Code.LOCKED
