"""What every command on the record of two shares: how the two are called, and how a line or a day is taken."""

from pathlib import Path

import pytest

from tests.troth_app.house import PASSPHRASE, open_keeper, play
from tests.troth_app.two import TODAY, two
from troth_app.handlers import agreeing, days, together
from troth_app.keeper import Keeper
from troth_app.limits import TRIES_MAX
from troth_app.outcome import Code
from troth_app.talk import Talk
from troth_client import Space
from troth_wire.errors import UsageError


async def test_names_are_this_devices_own(tmp_path: Path) -> None:
    """One calls the other by a name, oneself is always "you", and nothing of it is sent."""
    async with two(tmp_path) as couple:
        before = couple.space.status().waiting
        assert (await play(together.names, couple.keeper, "Robin", " Sasha ")).code == Code.OK
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "calm"}, day=TODAY))
        (card,) = (await play(days.today, couple.keeper)).result["cards"]
        assert card["title"] == "Check-in by Sasha, 2026-09-01"
        assert couple.space.status().waiting == before + 1
        assert (await play(together.names, couple.keeper, "", "x" * 65)).code == Code.RULE
        assert (await play(together.names, couple.keeper, "", "")).code == Code.OK
        assert set(together.names_of(couple.keeper).values()) == {"you", "Sasha"}


async def test_the_key_of_commitments_is_for_the_passphrase_alone(tmp_path: Path) -> None:
    """The right passphrase gives the admin key of this device; others give nothing, and may be typed anew."""
    async with two(tmp_path) as couple:
        found: list[bytes] = []

        async def ask(talk: Talk, keeper: Keeper) -> None:
            found.append((await together.admin_of(talk, keeper)).public)

        assert (await play(ask, couple.keeper, *["another"] * TRIES_MAX)).code == Code.LOCKED
        assert found == []
        assert (await play(ask, couple.keeper, "another", PASSPHRASE)).code == Code.OK
        found.clear()
        assert (await play(ask, couple.keeper, PASSPHRASE)).code == Code.OK
        assert found == [couple.space.members.cards[couple.space.device].admin]


async def test_alone_there_is_no_record_of_two(tmp_path: Path) -> None:
    """What needs the other person ends with the code for it."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(agreeing.listed, keeper)).code == Code.OTHER


async def test_a_piped_text_is_one_line(tmp_path: Path) -> None:
    """Where more questions lie behind it, a text takes one line and leaves the rest."""
    async with two(tmp_path) as couple:
        played = await play(days.thanks, couple.keeper, "the soup", 0, live=False)
        assert played.code == Code.OK
        assert all("Ctrl-D" not in str(sentence) for sentence in played.sentences)


async def test_a_device_that_has_not_read_that_it_belongs_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that joined just now reads and writes nothing yet, and a sentence says what to do."""
    async with two(tmp_path) as couple:
        with monkeypatch.context() as patched:
            patched.setattr(Space, "device", property(lambda _: b"x" * 32))
            played = await play(agreeing.listed, couple.keeper)
        assert played.code == Code.HERE
        assert "has not read yet" in str(played.done)


async def test_a_removed_device_reads_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine says of it is said as a sentence, and what was typed is kept for its writer."""
    async with two(tmp_path) as couple:

        async def refuse(*_: object) -> None:
            raise UsageError("this device was removed; what it holds can be read")

        with monkeypatch.context() as patched:
            patched.setattr(couple.space, "revise", refuse)
            played = await play(days.heads_up, couple.keeper, "late", 0, 0)
        assert played.code == Code.RULE
        assert played.done is not None
        assert played.done.text.startswith("This device was removed; what it holds can be read.")
        assert (await play(agreeing.listed, couple.keeper)).code == Code.OK
