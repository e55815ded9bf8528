"""Files to read elsewhere: own words, everything, a selection for a therapist, days for the own calendar; and back in.

Nothing that is taken in makes an act of anybody: only what is one's own alone comes back.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troth_app.alone import text_of
from troth_app.chapter import Chapter
from troth_app.conversation import Card, Form
from troth_app.exporting import PARTS, Export, as_json, as_markdown, calendar, export, initials, joined, named
from troth_app.former import called, former
from troth_app.handlers.alone import alone_of, here, me
from troth_app.handlers.locking import opened
from troth_app.handlers.together import admin_of, ask_line, chapter_of, earlier_of, former_of, keep_aside, state_of
from troth_app.limits import ENTRY_BYTES_MAX, IMPORT_BYTES_MAX
from troth_app.messages import tell
from troth_app.outcome import HereError, RuleError
from troth_app.talk import Talk
from troth_client.files import read, write
from troth_couple import Day, State, shown

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["days", "full", "own", "take_in", "therapist"]

JSON: Final = ".json"


async def own(talk: Talk, keeper: "Keeper") -> None:
    """Write one's own words to a file, and the agreements in full."""
    await talk.safe(tell("export.not"))
    _check_free(talk)
    choice = await talk.choose(tell("export.mine"), [tell("export.without"), tell("export.with")])
    await _write(talk, await _made(keeper, full=False, mine=choice == 1), tell("export.own"))


async def full(talk: Talk, keeper: "Keeper") -> None:
    """Write everything to a file, the other person's words too; it takes the passphrase."""
    chapter_of(keeper)
    await talk.safe(tell("export.not"))
    _check_free(talk)
    await talk.say(tell("export.full"))
    await admin_of(talk, keeper)
    choice = await talk.choose(tell("export.mine"), [tell("export.without"), tell("export.with")])
    await _write(talk, await _made(keeper, full=True, mine=choice == 1), tell("export.full"))


async def therapist(talk: Talk, keeper: "Keeper") -> None:
    """Write a selection to a file: each part is asked for, and left out if nothing else is said."""
    await talk.safe(tell("export.not"))
    _check_free(talk)
    answers = [tell("export.without"), tell("export.with")]
    parts = [part for part in PARTS if await talk.choose(tell("export.part", part=tell(f"part.{part}")), answers) == 1]
    mine = await talk.choose(tell("export.mine"), answers) == 1
    spaces = bool(former(opened(keeper))) and await talk.choose(tell("export.ended"), answers) == 1
    made = await _made(keeper, full=False, mine=mine, parts=parts, ended=spaces)
    await _write(talk, made, tell("export.own"))


async def days(talk: Talk, keeper: "Keeper") -> None:
    """Write the days to remember for the own calendar, under a title that says nothing."""
    state = await here(keeper)
    await talk.safe(tell("export.not"))
    _check_free(talk)
    title = await ask_line(talk, tell("calendar.title"), form=Form.LINE) or tell("calendar.plain")
    ahead = [one for one in alone_of(keeper, "event", "practice") if not one.became]
    days_of = [(one.fields.get("on") or one.fields["look_back"], one.fields.get("alias")) for one in ahead]
    own = [(day, alias) for day, alias in days_of if day]
    made = calendar(state, title=title, me=me(keeper), alone=own)
    if made is None:
        raise RuleError(tell("calendar.none"))
    _save(talk, made)
    await talk.say(tell("export.done"))


async def take_in(talk: Talk, keeper: "Keeper") -> None:
    """Take in what is one's own alone from an export, or a plain text as one entry."""
    await talk.safe(tell("import.not"))
    texts = _own_texts(Path(talk.begin.options["file"]))
    if not texts:
        raise RuleError(tell("import.none"))
    await talk.say(tell("import.what", count=len(texts)))
    if await talk.choose(tell("import.sure"), [tell("import.no"), tell("import.yes")]) == 0:
        await talk.say(tell("import.not"))
        return
    for text in texts:
        await keep_aside(talk, keeper, text)
    await talk.say(tell("import.done"))


async def _made(
    keeper: "Keeper", *, full: bool, mine: bool, parts: Sequence[str] = PARTS, ended: bool = True
) -> Export:
    """Return what is to be written, with spaces that were ended or without; alone, it is what is one's own alone."""
    household = opened(keeper)
    kept = (*household.settings.entries, *map(text_of, alone_of(keeper))) if mine else ()
    if household.chapter is None:
        return Export(Day(keeper.today().isoformat()), "own", (), kept)

    def of(chapter: Chapter, state: State, names: tuple[str, str]) -> Export:
        texts = {thing.id: chapter.said(thing.id) for thing in state.things.values() if thing.kind == "note"}
        short = initials(*names, chapter.me, state.persons)
        return export(state, me=chapter.me, names=short, full=full, parts=parts, texts=texts, mine=kept)

    current = of(chapter_of(keeper), await state_of(keeper), household.names)
    over = [named(of(*one, household.names), "export.earlier") for one in await earlier_of(keeper)]
    for space, chapter, state, _ in await former_of(keeper, former(household) if ended else ()):
        where = called(space, other=space.names[1][:1].upper())
        over.append(named(of(chapter, state, space.names), "space.title", space=where))
    return joined(current, *over)


async def _write(talk: Talk, made: Export, what: str) -> None:
    """Show exactly what is inside, ask once, and write it to a new file."""
    if not made.inside:
        raise RuleError(tell("export.empty"))
    await talk.show(Card(tell("export.inside"), tuple(made.inside)))
    await talk.say(what, tell("export.open"))
    if await talk.choose(tell("export.sure"), [tell("export.no"), tell("export.yes")]) == 0:
        await talk.say(tell("export.not"))
        return
    form = as_json if _path(talk).suffix == JSON else as_markdown
    _save(talk, form(made))
    await talk.say(tell("export.done"))


def _check_free(talk: Talk) -> None:
    """See that nothing lies there before anything is asked; that nothing does is looked at again when it is written."""
    if _path(talk).exists():
        raise RuleError(tell("export.exists"))


def _path(talk: Talk) -> Path:
    return Path(talk.begin.options["file"])


def _save(talk: Talk, content: bytes) -> None:
    try:
        write(_path(talk), content)
    except FileExistsError:
        raise RuleError(tell("export.exists")) from None
    except OSError as error:
        raise HereError(tell("export.folder", why=error.strerror or type(error).__name__)) from None


def _own_texts(path: Path) -> list[str]:
    """Return the entries of one's own alone that a file holds; whatever else it says is passed over."""
    try:
        content = read(path, bytes_max=IMPORT_BYTES_MAX)
    except OSError as error:
        raise HereError(tell("import.unread", why=error.strerror or type(error).__name__)) from None
    if content is None or len(content) > IMPORT_BYTES_MAX:
        raise RuleError(tell("import.long"))
    text = content.decode(errors="replace")
    found = _listed(text) if path.suffix == JSON else [text]
    kept = [shown(entry).strip() for entry in found]
    if any(len(entry.encode()) > ENTRY_BYTES_MAX for entry in kept):
        raise RuleError(tell("import.long"))
    return [entry for entry in kept if entry]


def _listed(text: str) -> list[str]:
    try:
        content = json.loads(text)
    except (RecursionError, ValueError):
        return []
    mine = content.get("mine") if isinstance(content, dict) else None
    return [entry for entry in mine if isinstance(entry, str)] if isinstance(mine, list) else []
