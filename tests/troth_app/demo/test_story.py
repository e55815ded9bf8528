"""The story gives every edit to one desk, tells what it does, and leaves nothing running, however it ends."""

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_app.demo.world import ALONE, add, children
from troth_app.demo.findings import Outcome, Sighting
from troth_app.demo.processes import DeviceDiedError
from troth_app.demo.record import Record, parse
from troth_app.demo.story import called, desks_for, tell

WAIT_S = 120
PLACES = st.lists(st.tuples(st.sampled_from(["Robin", "../Sasha"]), st.sampled_from([1, 2])), min_size=1, max_size=10)


@given(PLACES, st.sampled_from([None, "cursor", "outbox", "plaintext", "signatures"]))
def test_every_edit_goes_to_one_desk(places: list[tuple[str, int]], sabotage: str | None) -> None:
    """Each person has two desks, each edit lies on that of its device; what all rely on is broken from the start."""
    edits = tuple(add(n, n, by=by, on=on) for n, (by, on) in enumerate(places, start=1))
    desks = desks_for(Record(edits), Path("folder"), sabotage)
    assert len(desks) == 2 * len({by for by, _ in places}) == len({desk.name for desk in desks})
    for desk in desks:
        assert desk.edits == [edit for edit in edits if (edit.by, edit.on) == (desk.person, desk.number)]
        assert desk.sabotage == (sabotage if sabotage in ("plaintext", "signatures") else None)
        assert desk.name == desk.process.name == called(desk.person, desk.number)


def test_a_device_has_a_name() -> None:
    """It is called by its person and its number."""
    assert called("Robin", 1) == "Robin's device 1"


@pytest.mark.parametrize(
    "broken",
    [
        Outcome(differing=["Robin's device 1"]),
        Outcome(lost=["Robin's device 1: title"]),
        Outcome(forged=["Robin's device 1: assent"]),
        Outcome(sightings=[Sighting("garden", "plain", "relay.db")]),
        Outcome(alarms=["Robin's device 1"]),
    ],
)
def test_each_proof_counts(broken: Outcome) -> None:
    """Only if nothing speaks against it has all of it held."""
    assert Outcome().held
    assert not broken.held


async def told(folder: Path, sentences: list[str], sabotage: str | None = None) -> Outcome:
    """Tell the story of one person."""
    async with asyncio.timeout(WAIT_S):
        return await tell(parse(ALONE), folder, sabotage=sabotage, say=sentences.append)


async def test_the_story_of_one_person(tmp_path: Path) -> None:
    """Every edit is acknowledged or in doubt, everything holds, what passed is kept, and nothing is left running."""
    before, sentences = children(os.getpid()), list[str]()
    outcome = await told(tmp_path, sentences)
    assert outcome.held
    assert len(outcome.ledger.acknowledged) + len(outcome.ledger.doubtful) == len(ALONE)
    assert {
        "Garden",
        "marigold",
        "the id of Robin's device 2",
        "the id of a document of edits",
    } <= outcome.canaries.keys()
    assert all(b"".join(outcome.captured).count(part) for part in (b"HTTP/1.1 101", b"GET /"))
    assert (tmp_path / "wire.bin").stat().st_size > sum(map(len, outcome.captured))
    assert sentences[0] == "Starting a relay and two devices, each a process of its own."
    assert sum(sentence.startswith("SIGKILL") for sentence in sentences) == 3
    assert children(os.getpid()) == before


async def test_without_encryption_everything_is_found(tmp_path: Path) -> None:
    """The search that finds nothing in a sealed run finds every canary in one that is not, and there alone."""
    outcome = await told(tmp_path, [], "plaintext")
    assert {sighting.canary for sighting in outcome.sightings} == outcome.canaries.keys()
    assert {sighting.where for sighting in outcome.sightings} >= {"what passed", "relay.db-wal"}
    assert (outcome.differing, outcome.lost, outcome.alarms) == ([], [], [])


@pytest.mark.parametrize("moment", ["Founding", "Writing", "SIGKILL to the relay", "Waiting"])
async def test_a_story_that_is_cancelled_leaves_nothing_running(tmp_path: Path, moment: str) -> None:
    """Whenever it is cancelled, every process that it started has ended when it has."""
    before, started = children(os.getpid()), set[int]()

    def say(sentence: str) -> None:
        if sentence.startswith(moment):
            started.update(children(os.getpid()) - before)
            story.cancel()

    story = asyncio.ensure_future(tell(parse(ALONE), tmp_path, sabotage=None, say=say))
    async with asyncio.timeout(WAIT_S):
        with pytest.raises(asyncio.CancelledError):
            await story
    assert len(started) >= 3
    assert children(os.getpid()) == before


async def test_a_relay_that_does_not_start_ends_the_story(tmp_path: Path) -> None:
    """The error says why, and nothing is left running."""
    before = children(os.getpid())
    (tmp_path / "relay.db").mkdir()
    with pytest.raises(DeviceDiedError, match="The relay did not start"):
        await told(tmp_path, [])
    assert children(os.getpid()) == before
