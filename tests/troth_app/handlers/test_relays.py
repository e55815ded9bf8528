"""A relay is named by typing its address; what it sees is said before, and whether it answers after."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.house import open_keeper, play
from troth_app.handlers import relays
from troth_app.knocking import Knock
from troth_app.outcome import Code
from troth_wire.limits import PASS_BYTES_MAX


async def test_a_relay_that_answers(tmp_path: Path) -> None:
    """It is used at once, and everything reaches it; its pass is not shown."""
    with serving(tmp_path / "relay.db") as (_, address):
        async with open_keeper(tmp_path) as keeper:
            played = await play(relays.use, keeper, "nonsense", address, "a secret pass")
            assert played.code == Code.OK
            assert played.said.startswith("A relay carries")
            assert Knock.ANSWERED.value in played.said
            assert keeper.household is not None
            await keeper.household.solo.space.stored()
            shown = (await play(relays.show, keeper)).result
            assert (shown["pass"], shown["answer"]) == (True, Knock.ANSWERED.value)
            assert "secret" not in str(shown)
            assert shown["mailboxes"] == [["Yours alone", keeper.household.solo.space.mailbox.hex()]]


async def test_number_is_the_one_that_the_operator_needs(tmp_path: Path) -> None:
    """With the number that is shown, whoever runs the relay finds the mailbox, and nothing of what is in it."""
    with serving(tmp_path / "relay.db") as (_, address):
        async with open_keeper(tmp_path) as keeper:
            await play(relays.use, keeper, address, "")
            assert keeper.household is not None
            await keeper.household.solo.space.stored()
            ((_, number),) = (await play(relays.show, keeper)).result["mailboxes"]
            told = subprocess.run(
                [sys.executable, "-m", "troth_relay", "mailbox", "show", number, "--database", tmp_path / "relay.db"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
    assert f"mailbox {number}" in told
    assert "kind log" in told


async def test_a_relay_that_is_not_there_is_kept(tmp_path: Path) -> None:
    """It may come later: it is remembered, and that it does not answer is said."""
    async with open_keeper(tmp_path) as keeper:
        played = await play(relays.use, keeper, "ws://127.0.0.1:9", "")
        assert played.code == Code.OK
        assert Knock.SILENT.value in played.said
        assert (await play(relays.show, keeper)).result["pass"] is False


async def test_going_without(tmp_path: Path) -> None:
    """No address means no relay."""
    async with open_keeper(tmp_path, relay="ws://127.0.0.1:9/v1") as keeper:
        assert (await play(relays.use, keeper, "")).code == Code.OK
        assert (await play(relays.show, keeper)).result == {"relay": None}


@pytest.mark.parametrize(
    "typed", [("https://x",), ("wss://" + "x" * 600,), ("ws://127.0.0.1:9", "x" * (PASS_BYTES_MAX + 1))]
)
async def test_what_can_not_be_a_relay_changes_nothing(tmp_path: Path, typed: tuple[str, ...]) -> None:
    """Neither another kind of address nor one that is too long nor a pass that is too long is remembered."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(relays.use, keeper, *typed, live=False)).code == Code.RULE
        assert (await play(relays.show, keeper)).result == {"relay": None}
