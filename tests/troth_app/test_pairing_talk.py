"""What a pairing says and asks: everything shown before it happens, words asked for again until they are words."""

from pathlib import Path
from typing import Any

import pytest

from tests.troth_app.house import Played, play
from troth.pairing import Purpose, Side, Ticket
from troth_app.conversation import Qr, Result
from troth_app.pairing_talk import AHEAD, CODE, MATCHED, WORDS, PairingTalk
from troth_app.talk import Talk
from troth_client.pairing import Ahead
from troth_client.wordlist import parse_code, parse_words


async def talked(what: str, *given: Any, answers: tuple[Any, ...] = (), picture: Path | None = None) -> Played:
    """Let a pairing say or ask one thing."""

    async def handler(talk: Talk, _: None) -> Result:
        return {"found": await getattr(PairingTalk(talk, picture=picture), what)(*given)}

    return await play(handler, None, *answers)


async def test_a_code_can_be_typed() -> None:
    """What is shown is what the other device takes."""
    ticket = Ticket.of_code("relay.example:443", Purpose.DEVICE, 7, (0, 1, 2_047))
    card = (await talked("show_code", ticket)).card(CODE)
    assert card is not None
    assert parse_code(card.lines[0]) == (7, (0, 1, 2_047))


async def test_a_link_is_picture_and_text(tmp_path: Path) -> None:
    """Both say the same; the picture is saved if that was asked for."""
    played = await talked("show_link", "troth:pair#x", picture=tmp_path / "code.png")
    assert Qr("troth:pair#x") in played.sentences
    assert "troth:pair#x" in played.said
    assert (tmp_path / "code.png").exists()


async def test_words_are_shown_with_their_places() -> None:
    """So that two of them can be found."""
    card = (await talked("show_words", (0, 1, 2, 3))).card(WORDS)
    assert card is not None
    assert card.lines[0].split()[::2] == ["1", "2", "3", "4"]


async def test_words_are_asked_for_until_they_are_two() -> None:
    """What is no word of the list, and what is not two, costs nothing."""
    played = await talked("ask_words", (1, 3), answers=("xyzzy zoo", "zoo", "zoo zone zero", "zoo zone"))
    assert played.result["found"] == list(parse_words("zoo zone"))
    assert "Words 2 and 4" in str(played.sentences[0])


@pytest.mark.parametrize(("picked", "matched"), [(0, True), (1, False)])
async def test_whether_they_match(picked: int, matched: bool) -> None:
    """Not being sure is no."""
    assert (await talked("ask_match", (0, 1, 2, 3), answers=(picked,))).result == {"found": matched}


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("side", Side)
async def test_everything_is_shown_before_it_happens(purpose: Purpose, side: Side) -> None:
    """For every purpose and side there are words, and picking no is no."""
    played = await talked("confirm", Ahead(purpose, side, 2), answers=(1,))
    card = played.card(AHEAD)
    assert card is not None
    assert not any("{" in line for line in card.lines)
    assert played.result == {"found": False}
    assert (await talked("confirm", Ahead(purpose, side, 1), answers=(0,))).result == {"found": True}


async def test_whoever_typed_the_words_is_told_that_they_match() -> None:
    """The other device asks for it: a question that nobody here answers would be answered with no."""

    async def handler(talk: Talk, _: None) -> Result:
        said = PairingTalk(talk)
        await said.ask_words((1, 3))
        return {"found": await said.confirm(Ahead(Purpose.JOIN, Side.HOST, 1))}

    assert (await play(handler, None, "zoo zone", 0)).said == MATCHED
    assert MATCHED not in (await talked("confirm", Ahead(Purpose.JOIN, Side.GUEST, 1), answers=(0,))).said


def test_two_persons_are_told_the_same() -> None:
    """Neither side of a space for two is told anything else than the other."""
    from troth_app.pairing_talk import _AHEAD

    for purpose in (Purpose.JOIN, Purpose.FAR):
        assert _AHEAD[purpose, Side.HOST] == _AHEAD[purpose, Side.GUEST]
