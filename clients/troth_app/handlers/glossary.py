"""A shared vocabulary: each person says what a word means to them, and both meanings stand in columns side by side."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from troth_app.cards import bar, page, preview
from troth_app.conversation import Result
from troth_app.handlers.together import ask_short, ask_text, chapter_of, composing, names_of, share, state_of, today_of
from troth_app.messages import capital, inert, tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import shown
from troth_couple.glossary import Word, own, same, words, words_in
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["listed", "pointed_to", "say_"]


async def say_(talk: Talk, keeper: "Keeper") -> None:
    """Say what a word means to oneself; said before, it is said anew."""
    state, me = await state_of(keeper), chapter_of(keeper).me
    await composing(talk, keeper)
    word = await ask_short(talk, tell("glossary.word"))
    if word is None:
        raise RuleError(tell("text.empty"))
    known = own(state, me, word)
    theirs = _card(next((w for w in words(state) if same(w.word) == same(word)), Word(word, {})), names_of(keeper))
    await talk.say(*map(inert, theirs["lines"]))
    means = await ask_text(talk, tell("glossary.means"))
    fields: dict[str, object] = {"word": known[0].says("word") if known else word, "means": means}
    day = today_of(keeper)
    await share(
        talk,
        keeper,
        f"{word}: {means}",
        lambda pen: [pen.amend(known[0].id, fields, day=day) if known else pen.write("glossary", fields, day=day)],
    )


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show every word, with what it means to each of the two in a column of its own."""
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    cards = [{**_card(word, names), **_columns(word, me)} for word in words(state)]
    other = next((name for person, name in names.items() if person != me), tell("two.other"))
    heads = [tell("glossary.head"), capital(names[me]), capital(other)]
    ends = [tell("glossary.both" if cards else "glossary.none")]
    return page(cards, says=bar(state, me), heads=heads, ends=ends)


def pointed_to(texts: Iterable[str], known: Iterable[Word], names: Mapping[PersonId, str]) -> list[Result]:
    """Return a card for each known word that stands in some lines: what it means to whom."""
    text, here = " · ".join(texts), tuple(known)
    return [
        {**_card(word, names), "title": tell("glossary.here", word=shown(word.word)), "kind": "word"}
        for word in words_in(text, here)
    ]


def _card(word: Word, names: Mapping[PersonId, str]) -> Result:
    """Return a word with a line for each meaning, under whose it is."""
    lines = [
        capital(tell("glossary.theirs", name=names[person], text=preview(shown(text))))
        for person, texts in sorted(word.means.items())
        for text in texts
    ]
    return {"title": shown(word.word), "lines": lines}


def _columns(word: Word, me: PersonId) -> Result:
    """Return the two columns of a word: one's own meaning, and the other person's."""
    mine, theirs = (
        [preview(shown(text)) for person, texts in word.means.items() if (person == me) is own_ for text in texts]
        for own_ in (True, False)
    )
    return {"yours": " / ".join(mine), "theirs": " / ".join(theirs)}
