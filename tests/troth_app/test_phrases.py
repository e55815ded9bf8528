"""Twelve words are shown once and asked back, and when they are typed, what is right stays."""

from typing import Any

import pytest

from tests.troth_app.house import Played, play
from troth.recovery import Words
from troth.testing import entropy_of
from troth_app.outcome import Code
from troth_app.phrases import TITLE, ask_phrase, show_phrase
from troth_app.talk import Talk
from troth_client.wordlist import render_recovery

PAPER = Words(b"w" * 16)
PHRASE = render_recovery(PAPER.entropy)


async def show(talk: Talk, _: object) -> dict[str, Any]:
    """Show the words."""
    await show_phrase(talk, PAPER, entropy_of("places"))
    return {}


async def type_in(talk: Talk, _: object) -> dict[str, Any]:
    """Ask for them."""
    return {"found": (await ask_phrase(talk, "Words:")).entropy.hex()}


async def asked(played: Played) -> str:
    """The word that is asked for, as it was shown."""
    shown = played.card(TITLE)
    assert shown is not None
    place = int("".join(filter(str.isdigit, played.sentences[-1].prompt)))  # type: ignore[union-attr]
    words = " ".join(shown.lines).split()
    return words[words.index(str(place)) + 1]


async def test_what_was_shown_is_asked_back() -> None:
    """Two of the twelve; one that is typed otherwise is asked for again."""

    async def wrong(_: Played) -> str:
        return "zoo"

    assert (await play(show, None, asked, wrong, asked)).code == Code.OK
    assert (await play(show, None, wrong, wrong, wrong)).code == Code.RULE
    assert (await play(show, None, asked, wrong, live=False)).code == Code.RULE


async def test_two_places_differ() -> None:
    """Whatever is drawn, two different words are asked for, and every one of the twelve may be."""
    from troth_app.phrases import _drawn

    drawn = [_drawn(bytes([byte]).ljust) for byte in range(256)]
    assert all(first != second for first, second in drawn)
    assert {place for pair in drawn for place in pair} == set(range(1, 13))


@pytest.mark.parametrize(
    "typed",
    [
        (" ".join(PHRASE),),
        ("  ".join(PHRASE).upper(),),
        (" ".join(("xxxx", *PHRASE[1:])), PHRASE[0]),
        ("too few", " ".join(PHRASE)),
        (" ".join((PHRASE[1], PHRASE[0], *PHRASE[2:])), " ".join(PHRASE)),
    ],
)
async def test_words_are_typed(typed: tuple[str, ...]) -> None:
    """In any case; what is no word is asked for alone, and what does not belong together as a whole."""
    assert (await play(type_in, None, *typed)).result == {"found": PAPER.entropy.hex()}


@pytest.mark.parametrize("typed", ["nonsense", " ".join(("xxxx", *PHRASE[1:])), " ".join(PHRASE[:11])])
async def test_from_a_file_it_is_asked_once(typed: str) -> None:
    """What is no phrase is refused."""
    assert (await play(type_in, None, typed, live=False)).code == Code.RULE
