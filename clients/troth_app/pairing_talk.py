"""What a pairing says and asks, in words for the person at this terminal; a `troth_client.pairing.Talk`.

What will happen is shown before it happens, and going on is picked by its own words; nothing goes on by itself.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from troth.pairing import Purpose, Side, Ticket
from troth_app import qr
from troth_app.conversation import Card, Qr
from troth_app.talk import Talk
from troth_client.pairing import Ahead
from troth_client.wordlist import MistypedError, parse_words, render_code, render_words
from troth_wire.said import Said, plural

__all__ = ["WORDS", "PairingTalk", "in_order"]

CODE: Final = Said("Code")
TYPE_CODE: Final = Said(
    "On the other device, run `troth join` and type this code. It can be tried once, and is good for ten minutes."
)
SHOW_CODE: Final = Said(
    "On the other device, run `troth join` and give it this. It can be used once, within two minutes."
)
SAVED: Final = Said("The picture is in {path}. Remove it afterwards.")
WORDS: Final = Said("Four words")
READ_WORDS: Final = Said("The other device asks for two of these. Type them there, or read them out.")
TWO_WORDS: Final = Said("The other device shows four words. Words {first} and {second}, with a space between:")
NOT_TWO: Final = Said("Two words are asked for.")
MATCHED: Final = Said(
    "The words match. Go on here first; then the other device asks whether this one says so: answer yes there."
)
MATCH: Final = Said("Does the other device say that the words match?")
YES_MATCH: Final = Said("Yes, it says so")
NO_MATCH: Final = Said("No, or I am not sure")
AHEAD: Final = Said("What happens next")
GO_ON: Final = Said("Go on?")
YES: Final = Said("Yes, go on")
NO: Final = Said("No, leave everything as it is")

_FOR_TWO: Final = (
    Said("You and the other person make a space for two. It begins empty."),
    Said("Nothing that you wrote before moves there by itself."),
    Said("Each of you can leave at any time, and keeps a copy."),
)
_AHEAD: Final = {
    (Purpose.DEVICE, Side.HOST): (
        plural(
            "The other device becomes one of yours, in {count} space.",
            "The other device becomes one of yours, in {count} spaces.",
        ),
        Said("It can read and write everything there."),
        Said("Let it be a device that you alone use."),
    ),
    (Purpose.DEVICE, Side.GUEST): (
        plural(
            "This device becomes one of yours, in {count} space.",
            "This device becomes one of yours, in {count} spaces.",
        ),
        Said("It can read and write everything there."),
    ),
    (Purpose.JOIN, Side.HOST): _FOR_TWO,
    (Purpose.JOIN, Side.GUEST): _FOR_TWO,
    (Purpose.FAR, Side.HOST): _FOR_TWO,
    (Purpose.FAR, Side.GUEST): _FOR_TWO,
}


class PairingTalk:
    """Speaks with the person at one side."""

    def __init__(self, talk: Talk, *, picture: Path | None = None) -> None:
        """Take the conversation.

        Args:
            talk: The conversation.
            picture: Where to save a code for a camera, besides showing it.
        """
        self._talk = talk
        self._picture = picture
        self._typed = False

    async def show_code(self, ticket: Ticket) -> None:
        """Show a code for the other device."""
        assert ticket.number is not None, "it is a code"
        await self._talk.show(Card(CODE, (render_code(ticket.number, ticket.words),)))
        await self._talk.say(TYPE_CODE)

    async def show_link(self, text: str) -> None:
        """Show a link for the other device, as picture and text."""
        await self._talk.say(SHOW_CODE)
        await self._talk.show(Qr(text))
        await self._talk.say(text)
        if self._picture is not None:
            qr.save(text, self._picture)
            await self._talk.say(SAVED.format(path=self._picture))

    async def show_words(self, words: tuple[int, ...]) -> None:
        """Show four words, of which the person types two into the other device."""
        await self._talk.show(Card(WORDS, (in_order(words),)))
        await self._talk.say(READ_WORDS)

    async def ask_words(self, positions: tuple[int, int]) -> tuple[int, int]:
        """Ask for two of the words that the other device shows; ask again for what is no word."""
        prompt = TWO_WORDS.format(first=positions[0] + 1, second=positions[1] + 1)
        while True:
            try:
                typed = parse_words(await self._talk.ask(prompt))
            except MistypedError as error:
                await self._talk.say(str(error))
                continue
            if len(typed) == len(positions):
                self._typed = True
                return typed[0], typed[1]
            await self._talk.say(NOT_TWO)

    async def ask_match(self, words: tuple[int, ...]) -> bool:
        """Ask whether the other device says that the words match."""
        del words
        return await self._talk.choose(MATCH, [YES_MATCH, NO_MATCH]) == 0

    async def confirm(self, ahead: Ahead) -> bool:
        """Say what will happen, and return whether it may; words that differ end a pairing before it comes to this."""
        if self._typed:
            await self._talk.say(MATCHED)
        lines = tuple(line.format(count=ahead.spaces) for line in _AHEAD[ahead.purpose, ahead.side])
        await self._talk.show(Card(AHEAD, lines))
        return await self._talk.choose(GO_ON, [YES, NO]) == 0


def in_order(words: Sequence[int]) -> str:
    """Return words with their places, so that one of them can be asked for."""
    return "   ".join(f"{place} {word}" for place, word in enumerate(render_words(words), 1))
