"""A device of the demo does what the feeder says, and tells what it replaced."""

import asyncio
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.relay_process import END_S, environment, serving
from tests.troth_app.demo.world import add, put, write
from troth_app.demo import device as device_module
from troth_app.demo.device import Device
from troth_app.demo.line import line_of
from troth_wire.errors import UsageError

WORDS = "correct horse"
NOWHERE = "ws://127.0.0.1:9"
LAYOUT = [("map", ["m"]), ("list", ["l"]), ("text", ["m", "t"])]
WAIT_S = 60


async def alone(path: Path, relay: str = NOWHERE) -> Device:
    """Give the open first device of one person, with a layout."""
    device = Device(str(path), WORDS)
    await device.answer({"do": "alone"})
    await device.answer({"do": "open", "relay": relay})
    await device.answer({"do": "layout", "containers": LAYOUT})
    return device


async def test_edits_are_made_as_lines_say(tmp_path: Path) -> None:
    """A line sets, adds or writes; a set tells the value that stood there; the view shows all of it."""
    async with asyncio.timeout(WAIT_S):
        device = await alone(tmp_path / "vault")
        made = [put(1, "old"), put(2, None), add(3, {"a": [1]}), write(4, "kale, leeks", path=("m", "t"))]
        made.append(write(5, "onions", replace="leeks", path=("m", "t")))
        seen = [await device.answer({"do": "edit", "line": line_of(edit)}) for edit in made]
        assert seen == [{"seen": []}, {"seen": ["old"]}, {"seen": []}, {"seen": []}, {"seen": []}]
        view = {"s": None, "l": [{"a": [1]}], "m": {"t": "kale, onions"}}
        assert (await device.answer({"do": "view", "day": "2026-09-14"}))["view"]["demo"] == view
        status = await device.answer({"do": "status"})
        assert (status["disputed"], status["waiting"] > 0) == (0, True)
        with pytest.raises(UsageError):
            await device.answer({"do": "edit", "line": line_of(add(6, 1, path=("nowhere",)))})
        assert await device.answer({"do": "close"}) == {}


async def test_two_people_found_a_space(tmp_path: Path) -> None:
    """Cards, a draft, a countersignature and joining make one space for both."""
    async with asyncio.timeout(WAIT_S):
        robin, sasha = (Device(str(tmp_path / name), WORDS) for name in ("robin", "sasha"))
        cards = [(await device.answer({"do": "card"}))["card"] for device in (robin, sasha)]
        draft = (await robin.answer({"do": "draft", "cards": cards}))["draft"]
        welcome = (await sasha.answer({"do": "countersign", "draft": draft}))["welcome"]
        opened = []
        for device in (robin, sasha):
            await device.answer({"do": "join", "welcome": welcome})
            opened.append((await device.answer({"do": "open", "relay": NOWHERE}))["device"])
            await device.answer({"do": "close"})
        assert len({len(bytes.fromhex(identity)) for identity in opened}) == 1
        assert opened[0] != opened[1]


async def test_a_second_device_reads_what_the_first_wrote(tmp_path: Path) -> None:
    """Invited, admitted and joined, it reads the log up to where the first says that it goes."""
    with serving(tmp_path / "relay.db") as (_, relay):
        async with asyncio.timeout(WAIT_S):
            first, second = await alone(tmp_path / "first", relay), Device(str(tmp_path / "second"), WORDS)
            invitation = (await first.answer({"do": "invite"}))["invitation"]
            request = (await second.answer({"do": "ask", "invitation": invitation}))["request"]
            welcome = (await first.answer({"do": "admit", "request": request}))["welcome"]
            await second.answer({"do": "join", "welcome": welcome})
            await second.answer({"do": "open", "relay": relay})
            await first.answer({"do": "edit", "line": line_of(add(1, "kale"))})
            read = (await first.answer({"do": "stored"}))["read"]
            await second.answer({"do": "read", "position": read})
            views = [await device.answer({"do": "view", "day": "2026-09-14"}) for device in (first, second)]
            assert views[0] == views[1]
            for device in (first, second):
                await device.answer({"do": "close"})


def served(vault: Path, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a device as a process; give its answers."""
    said = "".join(json.dumps(line) + "\n" for line in lines)
    command = [sys.executable, "-m", "troth_app.demo.device", str(vault)]
    done = subprocess.run(
        command, input=said, capture_output=True, text=True, env=environment(), timeout=END_S, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_process_answers_line_by_line(tmp_path: Path) -> None:
    """What can not be done is answered with a sentence, the next command is answered again, and the end is an end."""
    hello = {"passphrase": WORDS, "sabotage": None}
    answers = served(tmp_path / "vault", hello, {"do": "alone"}, {"do": "alone"}, {"do": "open", "relay": NOWHERE})
    assert answers[0] == {}
    assert "already" in answers[1]["error"]
    assert len(bytes.fromhex(answers[2]["device"])) > 0


def test_no_edit_of_no_kind() -> None:
    """An edit of a kind that there is not is a mistake in the program."""
    edits: Any = getattr(device_module, "_edits")  # noqa: B009
    with pytest.raises(AssertionError):
        edits(io, {})
