"""How results look: each function takes what a command found out and returns what to show; it looks nothing up."""

from collections.abc import Callable, Sequence
from typing import Final

from troth_app.commands import Command
from troth_app.conversation import Card, Qr, Result, Say, Sentence, Table
from troth_app.language import spoken, spoken_in
from troth_app.wording import NUMBER, in_rows
from troth_wire.said import Said, in_context, plural

__all__ = [
    "devices",
    "doctor",
    "glossary",
    "mine",
    "note",
    "page",
    "presenter",
    "recovery",
    "relay",
    "rows",
    "safety",
    "status",
    "today",
    "web",
]

Shown = Sequence[Sentence]

WHAT_IT_IS: Final = Said("Troth keeps notes and agreements on your own devices, sealed under your passphrase.")
NEXT_STEPS: Final = {
    "empty": Said("There is no vault here. `troth init` makes one; it takes a minute, and waits on nobody."),
    "locked": Said("It is locked. `troth unlock` opens it."),
}
NUMBERS: Final = Said(
    "These are the numbers of your mailboxes there. Whoever runs the relay finds nothing by name, so a request to give "
    "one more room, to remove it or to keep it out needs its number. It tells them which mailbox is yours, and with "
    "that when it is used and how much is in it; not what."
)
NO_RELAY: Final = Said("There is no relay. What you write stays on this device; `troth relay use` names one.")
COMPARE: Final = Said("Read it to each other, in one room or by voice. If it is the same, nobody stands in between.")
THEIRS: Final = plural("The other person has {count} device.", "The other person has {count} devices.")
CHANGED: Final = Said("Which ones changed since you last looked: compare the safety number if you did not expect that.")
WORDS_GOOD: Final = Said("These words are in force. Put the paper back where it was.")
WORDS_ANEW: Final = Said("These words do not open all of your spaces. `troth recovery make` makes new ones that do.")
PRINTED: Final = Said("This address opens the pages once, within a minute, in a browser on this computer.")
PAGES: Final = Said(
    "The pages open in your browser. If none opens: this address works once, within a minute, on this computer."
)
FILES: Final = (in_context("a column", "What"), in_context("a column", "Where"), in_context("a column", "How it is"))
ITEMS: Final = (in_context("a column", "What waits"), in_context("a column", "Where"), in_context("a column", "Why"))
OTHERS: Final = (in_context("a column", "Your other devices"), in_context("a column", "What is known of them"))
SPACES: Final = (in_context("a column", "Space"), in_context("a column", "These words"))
DEVICES: Final = (in_context("a column", "Your devices"), in_context("a column", "Added on"), "")
CONFIRM: Final = Said(
    "A device that is not confirmed came back by recovery words. What takes care counts from it at once, and what it "
    "agrees to once you confirmed it: `troth devices confirm`. If it is not in your hands, `troth devices revoke`."
)
THIS: Final = in_context("a device", "this one")
UNCONFIRMED: Final = in_context("a device", "not confirmed")
NOTHING_YET: Final = Said("There is nothing here. `troth mine add` writes something down.")


def presenter(command: Command) -> Callable[[Result], Shown]:
    """Return the function that shows a command's result."""
    found: Callable[[Result], Shown] = globals()[command.present] if command.present else _nothing
    return lambda result: spoken_in(found(result))


def today(result: Result) -> Shown:
    """Show what is here today, or the one next step."""
    if result["state"] == "empty":
        return [Say(WHAT_IT_IS), Say(NEXT_STEPS["empty"])]
    if result["state"] == "locked":
        return [Say(NEXT_STEPS["locked"])]
    return page(result)


def page(result: Result) -> Shown:
    """Show cards, with what is said before and after them."""
    cards = [Card(card["title"], tuple(card["lines"])) for card in result.get("cards", ())]
    return [*map(Say, result.get("says", ())), *cards, *map(Say, result.get("ends", ()))]


def note(result: Result) -> Shown:
    """Show a note, each paragraph under whose words are in it, where no text of anybody's can stand."""
    (card,) = result["cards"]
    parts = [Card(part["by"], tuple(part["text"].split("\n"))) for part in card["paragraphs"]]
    return [*map(Say, result.get("says", ())), Card(card["title"], ()), *parts]


def glossary(result: Result) -> Shown:
    """Show words with what each means to whom, one column for each of the two."""
    rows = [(card["title"], card["yours"], card["theirs"]) for card in result["cards"]]
    return [*map(Say, result["says"]), *_table(tuple(result["heads"]), rows), *map(Say, result["ends"])]


def rows(result: Result) -> Shown:
    """Show what is listed, one a row."""
    listed = [(row["title"], row["group"], row["stands"]) for row in result["rows"]]
    return [*map(Say, result["says"]), *_table(tuple(result["heads"]), listed)]


def status(result: Result) -> Shown:
    """Show whether everything is where it should be."""
    if result["state"] != "open":
        return [Say(NEXT_STEPS[result["state"]])]
    return [Say(result["relay"]), *(Card(space["name"], tuple(space["sentences"])) for space in result["spaces"])]


def doctor(result: Result) -> Shown:
    """Show every file, the relay and every space."""
    files = Table(FILES, tuple(tuple(row) for row in result["files"]))
    items = _table(ITEMS, result.get("items", ()))
    own = _table(OTHERS, result.get("own", ()))
    return [*status(result), *items, *own, files, *(Say(note) for note in result.get("notes", ()))]


def _table(heads: tuple[str, ...], rows: Sequence[Sequence[str]]) -> Shown:
    """Show a table, unless nothing stands in it."""
    return [Table(heads, tuple(tuple(row) for row in rows))] if rows else []


def mine(result: Result) -> Shown:
    """Show what was written down."""
    entries = [Card(f"{number}", tuple(entry.split("\n"))) for number, entry in enumerate(result["entries"], 1)]
    cards = [Card(card["title"], tuple(card["lines"])) for card in result.get("cards", ())]
    found: list[Sentence] = [*entries, *cards] if entries or cards else [Say(NOTHING_YET)]
    return [*found, *map(Say, result.get("ends", ()))]


def relay(result: Result) -> Shown:
    """Show which relay it is."""
    if result["relay"] is None:
        return [Say(NO_RELAY)]
    return [
        Card(result["relay"], (Said("A pass goes with it.") if result["pass"] else Said("No pass goes with it."),)),
        Say(result["answer"]),
        *(Card(name, (number,)) for name, number in result["mailboxes"]),
        Say(NUMBERS),
    ]


def recovery(result: Result) -> Shown:
    """Show which spaces the words open."""
    table = Table(SPACES, tuple(tuple(row) for row in result["spaces"]))
    return [table, Say(WORDS_GOOD if result["in_force"] else WORDS_ANEW)]


def web(result: Result) -> Shown:
    """Show the address of the pages; a browser is opened by whoever was asked to."""
    return [Say(PRINTED if result.get("printed") else PAGES), Card(result["address"], ())]


def devices(result: Result) -> Shown:
    """Show the own devices, and how many the other person has."""
    rows = tuple((own["name"], own["added"], _which(own)) for own in result["own"])
    hint = [] if all(own.get("confirmed", True) for own in result["own"]) else [Say(CONFIRM)]
    return [Table(DEVICES, rows), *hint, *_others(result["other"])]


def _which(own: Result) -> str:
    marks = [*([THIS] if own["this"] else []), *([] if own.get("confirmed", True) else [UNCONFIRMED])]
    return ", ".join(map(spoken, marks))


def safety(result: Result) -> Shown:
    """Show sixty digits, four groups a line, and the same for a camera."""
    return [Card(NUMBER, in_rows(result["groups"])), Say(COMPARE), Qr(result["code"])]


def _others(other: Result | None) -> Shown:
    if other is None:
        return []
    said = [THEIRS.format(count=other["count"]), *([CHANGED] if other["changed"] else [])]
    return [Say(" ".join(map(spoken, said)))]


def _nothing(_: Result) -> Shown:
    return ()
