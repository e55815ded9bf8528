"""Recovery words at a terminal: shown once, asked back, and typed again; the words that are right stay."""

from typing import Final

from troth import Entropy
from troth.recovery import Words
from troth_app.conversation import Card
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_client.wordlist import MistypedError, parse_recovery, render_recovery
from troth_wire.errors import UsageError
from troth_wire.said import Said

__all__ = ["TITLE", "ask_phrase", "show_phrase"]

TITLE: Final = Said("Your recovery words")
WRITE_DOWN: Final = Said(
    "Write the twelve words on paper, with the relay's address, and keep it where you alone find it. "
    "They are not shown again, and not kept on any device."
)
ASK_BACK: Final = Said("Word {place}:")
NOT_IT: Final = Said("That is not word {place}. Look at the paper.")
NOT_WRITTEN: Final = Said(
    "Two of the words were not typed as they were shown. No words were set. Begin again when you like."
)
WORDS_IN_ROW: Final = 4
ASKED_BACK: Final = 2
PHRASE_WORDS: Final = 12


async def show_phrase(talk: Talk, words: Words, entropy: Entropy) -> None:
    """Show twelve words once, and ask for two of them.

    Raises:
        RuleError: If they are not typed as they were shown.
    """
    phrase = render_recovery(words.entropy)
    numbered = [f"{place:>2} {word}" for place, word in enumerate(phrase, 1)]
    rows = [numbered[at : at + WORDS_IN_ROW] for at in range(0, len(numbered), WORDS_IN_ROW)]
    await talk.show(Card(TITLE, tuple("  ".join(f"{word:<12}" for word in row).rstrip() for row in rows)))
    await talk.say(WRITE_DOWN)
    for place in _drawn(entropy):
        await _ask_back(talk, place, phrase[place - 1])


async def _ask_back(talk: Talk, place: int, word: str) -> None:
    for _ in range(talk.tries):
        if (await talk.ask(ASK_BACK.format(place=place))).strip().lower() == word:
            return
        await talk.say(NOT_IT.format(place=place))
    raise RuleError(NOT_WRITTEN)


def _drawn(entropy: Entropy) -> list[int]:
    """Return two places, one in each half, so that they differ."""
    half = PHRASE_WORDS // ASKED_BACK
    return [1 + start * half + entropy(1)[0] % half for start in range(ASKED_BACK)]


async def ask_phrase(talk: Talk, prompt: str) -> Words:
    """Return twelve words that are typed; a word that is not in the list is asked for again, and the others stay.

    Raises:
        RuleError: If they are no recovery words.
    """
    typed = await talk.ask(prompt)
    for left in reversed(range(talk.tries)):
        try:
            return Words(parse_recovery(typed))
        except MistypedError as error:
            if not left:
                raise RuleError(str(error)) from None
            await talk.say(str(error))
            parts = list(error.typed)
            for unknown in error.unknown:
                parts[unknown.position] = await talk.ask(ASK_BACK.format(place=unknown.position + 1))
            typed = " ".join(parts)
        except UsageError as error:
            if not left:
                raise RuleError(str(error)) from None
            await talk.say(str(error))
            typed = await talk.ask(prompt)
    raise AssertionError("it was asked for at least once")
