"""Notes that both write: composed privately, published once, and made anew on what the other wrote meanwhile.

Nothing that was typed and not published is ever in the shared history.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from troth import Edit, Put, Text
from troth_app.cards import bar, newest_first, page, preview
from troth_app.chapter import Chapter
from troth_app.conversation import Card, Form, Result
from troth_app.handlers.together import (
    ask_text,
    chapter_of,
    composing,
    is_to_go,
    keep_aside,
    names_of,
    pick,
    share,
    state_of,
    today_of,
    write,
)
from troth_app.limits import NOTE_LETTERS_MAX
from troth_app.messages import capital, tell
from troth_app.outcome import RuleError
from troth_app.recounting import say
from troth_app.talk import Talk
from troth_app.wording import listed_as
from troth_client import View
from troth_couple import (
    PARAGRAPH,
    Choice,
    Clash,
    Paragraph,
    Stage,
    State,
    Thing,
    key_of,
    note_path,
    paragraphs,
    publish,
    shown,
)
from troth_wire.errors import UsageError

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["add", "close", "edit", "listed", "show"]

CHOICES: Final = (Choice.MINE, Choice.THEIRS, Choice.BOTH)


class ClashError(Exception):
    """Both changed one place: the writer chooses, and nothing is published meanwhile."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__()
        self.clashes = clashes


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """List the notes that both write."""
    state, names, chapter = await state_of(keeper), names_of(keeper), chapter_of(keeper)
    cards = [
        {
            "title": shown(note.says("title")),
            "lines": [
                tell("card.note", name=names[note.author], day=note.day),
                *([say(key_of(note.stage))] if note.stage is Stage.CLOSED else []),
            ],
            "id": note.id.hex(),
            "kind": "note",
            "letters": len(_text_of(chapter, note)),
        }
        for note in _notes(state)
    ]
    return page(cards, says=[*bar(state, chapter_of(keeper).me), *([] if cards else [tell("note.none")])])


async def show(talk: Talk, keeper: "Keeper") -> Result:
    """Show one note in full, each paragraph with whose words are in it: by name, and nothing else."""
    state, chapter, names = await state_of(keeper), chapter_of(keeper), names_of(keeper)
    note = await _pick(talk, _notes(state))
    parts = [
        {"text": text, "by": capital(listed_as([names[person] for person in paragraph.persons]))}
        for paragraph, text in _as_long_as(paragraphs(chapter.said(note.id)), NOTE_LETTERS_MAX)
    ]
    card = {"title": shown(note.says("title")), "lines": [], "id": note.id.hex(), "kind": "note", "paragraphs": parts}
    return page([card], says=bar(state, chapter.me))


async def add(talk: Talk, keeper: "Keeper") -> None:
    """Begin a note, with its first words."""
    chapter_of(keeper)
    await composing(talk, keeper)
    title = await ask_text(talk, tell("note.title"), form=Form.WORDS)
    text = await ask_text(talk, tell("note.text"))
    day = today_of(keeper)
    await share(
        talk,
        keeper,
        f"{title}\n{text}",
        lambda pen: [pen.write("note", {"title": title}, day=day)],
        lambda made: [Put(note_path(made[0].subject), Text(text))],
    )


async def edit(talk: Talk, keeper: "Keeper") -> None:
    """Add to a note or change a paragraph of it; where the other changed it meanwhile, both are shown."""
    state, chapter = await state_of(keeper), chapter_of(keeper)
    await composing(talk, keeper)
    note = await _pick(talk, [note for note in _notes(state) if note.stage is not Stage.CLOSED])
    base = _text_of(chapter, note)
    typed, mine = await _compose(talk, base)
    if not await is_to_go(talk, keeper, partial(keep_aside, talk, keeper, typed)):
        return
    await talk.safe(tell("safe.maybe"))
    await _publish(talk, chapter, note, base, mine)
    await talk.say(tell("shared"))


async def close(talk: Talk, keeper: "Keeper") -> None:
    """Close a note: it stays to be read, and nobody writes in it any more."""
    state, day = await state_of(keeper), today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    note = await _pick(talk, [note for note in _notes(state) if note.stage is not Stage.CLOSED])
    await write(keeper, lambda pen: [pen.write("close", day=day, about=note.id)])
    await talk.say(say(key_of(Stage.CLOSED)))


async def _compose(talk: Talk, base: str) -> tuple[str, str]:
    """Let a paragraph be added or said anew, privately; return what was typed, and the whole buffer."""
    parts = base.split(PARAGRAPH) if base else []
    items = [preview(shown(" ".join(part.split())), 60) for part in parts]
    at = await talk.choose(tell("note.where"), [*items, tell("note.end")]) if items else 0
    if at < len(parts):
        await talk.show(Card(tell("note.now"), tuple(shown(parts[at]).split("\n"))))
    typed = await ask_text(talk, tell("note.text"))
    return typed, PARAGRAPH.join([*parts[:at], typed, *parts[at + 1 :]])


async def _publish(talk: Talk, chapter: Chapter, note: Thing, base: str, mine: str) -> None:
    """Publish a buffer on what stands at that moment, and again as long as there is something to choose."""
    choices: list[Choice] = []
    while True:
        try:
            await chapter.space.revise(chapter.document, _splices(note, base, mine, choices))
        except ClashError as found:
            choices = [await _choose(talk, clash) for clash in found.clashes]
        except UsageError as error:
            if not choices:
                raise RuleError(str(error)) from None
            # The text went on while the writer was choosing: they look at both again.
            await talk.say(str(error))
            choices = []
        else:
            return


def _splices(note: Thing, base: str, mine: str, choices: Sequence[Choice]) -> Callable[[View], Sequence[Edit]]:
    path = note_path(note.id)

    def splices(view: View) -> Sequence[Edit]:
        try:
            current = view(path)
        except UsageError:
            current = None
        text = str(current) if isinstance(current, Text) else ""
        made = publish(path, base=base, mine=mine, current=text, choices=choices)
        if made.clashes:
            raise ClashError(made.clashes)
        # Who took the text out of the document took no words out of the writer's hands.
        return made.splices if text else [Put(path, Text(made.text))]

    return splices


async def _choose(talk: Talk, clash: Clash) -> Choice:
    await talk.say(tell("note.both"))
    await talk.show(Card(tell("note.theirs"), (shown(clash.theirs).strip() or tell("note.out"),)))
    await talk.show(Card(tell("note.mine"), (shown(clash.mine).strip() or tell("note.out"),)))
    return CHOICES[await talk.choose(tell("note.which"), [tell(f"choice.{choice.value}") for choice in CHOICES])]


def _notes(state: State) -> list[Thing]:
    return newest_first(thing for thing in state.things.values() if thing.kind == "note" and thing.versions)


async def _pick(talk: Talk, notes: Sequence[Thing]) -> Thing:
    if not notes:
        raise RuleError(tell("note.none"))
    return await pick(talk, tell("pick.which"), notes, lambda note: shown(note.says("title")))


def _text_of(chapter: Chapter, note: Thing) -> str:
    """Return the text of a note; none where it was taken out of the document, or is something else."""
    return "".join(text for _, text in chapter.said(note.id))


def _as_long_as(found: Sequence[Paragraph], letters: int) -> Iterator[tuple[Paragraph, str]]:
    """Yield paragraphs as they are shown, until so many letters were."""
    for paragraph in found:
        if letters <= 0:
            return
        text = preview(shown(paragraph.text), letters)
        letters -= len(text)
        yield paragraph, text
