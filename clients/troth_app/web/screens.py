"""What each page shows: what commands found out, laid out for a template. Values in, values out.

A rule that decides something about two people stands in the handlers, and not here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from troth_app.conversation import Ask, Card, Choose, Form, Qr, Result, Say, Sentence, Table
from troth_app.messages import tell
from troth_app.web.labels import label_of
from troth_app.web.telling import ENGLISH
from troth_app.web.telling import tell as say
from troth_app.web.visit import Visit

__all__ = [
    "CHECKIN",
    "Code",
    "agreement",
    "agreements",
    "bar",
    "found",
    "mine",
    "note",
    "notes",
    "question",
    "safety",
    "sentences",
    "step",
    "things",
    "today",
]

Context = dict[str, Any]
Code = Callable[[str], str]
"""Returns how something is called in an address, from its id."""

CHECKIN: Final = ("feelings", "appreciation", "need", "ownership", "recovery", "steadiness")
"""The lines of a check-in, each with a question of its own in the catalogue."""
THANKED: Final = ("check_in", "gratitude", "care", "milestone", "plan_note", "request")
EITHER: Final = {
    "event": ("calendar show", "calendar mark"),
    "practice": ("practice look",),
    "blind": ("blind answer", "blind open"),
    "promise": ("promise tell",),
    "window": ("window agenda", "window move", "window skip", "window hold"),
}
OWN: Final = {
    **EITHER,
    "boundary": ("boundary retire",),
    "disclosure": ("repair open", "tell close", "tell reopen"),
    "repair": ("repair step", "repair close", "repair reopen"),
}
DRAFTS: Final = {"letter_draft": ("letter offer",), "told_draft": ("tell share",)}
"""What can be done about what somebody wrote and holds."""
THEIRS: Final = {
    **EITHER,
    "disclosure": ("tell read", "tell later", "tell close", "tell reopen"),
    "question": ("answer",),
    "repair": ("repair tell",),
    "repair_letter": ("letter read", "letter receive"),
    "request": ("answer",),
    "window": ("window answer", *EITHER["window"]),
}
"""What can be done about a card of a kind, by whose it is."""
ALONE: Final[Mapping[str, Sequence[str]]] = {kind: EITHER[kind] for kind in ("event", "practice")}
"""The same of what is one's own alone, beside what can be done about all of that."""
SAID_OF_OURS: Final = ("calendar mark", "practice look")
"""What either says of what is both persons', and nobody of what is the other's."""
BOTH: Final = ("event", "milestone", "practice")
"""What may wait for both to say yes."""
OPENED: Final = {"disclosure": ("tell read",), "repair_letter": ("letter read",)}
"""What is opened by choice, also where it stands in an earlier chapter."""
FIXED: Final = ("question", "repair_letter")
"""What is taken back and never said anew."""
FADED: Final = ("done", "dropped", "elsewhen", "held", "past", "skipped", "taken_back")
WEIGHTS: Final = {"agree assent": "commitment", "agree withdraw": "caution"}
NOTE_ACTS: Final = ("note edit", "note close")


def sentences(shown: Sequence[Sentence], *, ours: bool = False) -> list[Context]:
    """Return what a handler said, as a template takes it.

    Args:
        shown: What was said.
        ours: Whether all of it is the program's own: then a card may name commands too.
    """
    mark = {"ours": True} if ours else {}
    return [{**_sentence(sentence), **mark} for sentence in shown]


def _sentence(sentence: Sentence) -> Context:
    match sentence:
        case Say(text):
            return {"kind": "say", "text": text}
        case Card(title, lines):
            return {"kind": "card", "title": title, "lines": lines}
        case Table(columns, rows):
            return {"kind": "table", "columns": columns, "rows": rows}
        case Qr(text):
            return {"kind": "qr", "text": text}
    raise AssertionError("not a thing to look at")


def things(result: Result) -> list[Context]:
    """Return the cards of a result, with what can be done about each."""
    return [*map(_card, result.get("cards", ()))]


def _card(card: Result) -> Context:
    return {
        "kind": "card",
        "title": card["title"],
        "lines": card["lines"],
        "mine": bool(card.get("mine")),
        "card_kind": card.get("kind", ""),
        "day": card.get("day", ""),
        "acts": _acts(_acts_of(card), card.get("id", "")),
    }


def _acts(commands: Sequence[str], identity: str) -> list[Context]:
    """Return a button for each command, about one thing."""
    return [
        {"command": f"{command}:{identity}", "label": label_of(command), "weight": WEIGHTS.get(command, "plain")}
        for command in commands
    ]


def _acts_of(card: Result) -> list[str]:
    """Return what can be done about a card; whether it may be done, the handler says."""
    if "id" not in card or card.get("stage") in FADED:
        return []
    kind, mine = card.get("kind", ""), bool(card.get("mine"))
    if card.get("alone"):
        return [*ALONE.get(kind, ()), "mine share", "mine change", "mine remove"]
    if card.get("earlier"):
        return [] if mine else [*OPENED.get(kind, ())]
    if kind in DRAFTS:
        return [*DRAFTS[kind]]
    special = (OWN if mine else THEIRS).get(kind, ())
    if not mine and not card.get("ours"):
        special = tuple(command for command in special if command not in SAID_OF_OURS)
    if card.get("stage") == "waiting" and kind in BOTH:
        special = ("agree assent", *special)
    if mine:
        return [*special, *([] if kind in FIXED else ["amend"]), "take-back"]
    return [*special, *(["thanks"] if kind in THANKED else [])]


def bar(frame: Result) -> list[Context]:
    """Return the signals that are on, the most careful first."""
    return [
        {"title": card["title"], "lines": card["lines"], "mine": card["mine"], "level": card["level"]}
        for card in frame["signals"]
    ]


def today(result: Result, drafts: Mapping[str, str], *, two: bool) -> Context:
    """Return the first page: what each said, and the form for a check-in."""
    signals = sum(card.get("kind") == "signal" for card in result.get("cards", ()))
    fields = [{"name": name, "label": tell(f"checkin.{name}"), "value": drafts.get(name, "")} for name in CHECKIN]
    line = result.get("line", "")
    return {
        "says": result.get("says", []),
        "shown": things(result)[signals:],
        "ends": [said for said in result.get("ends", ()) if said != line],
        "quiet": result.get("quiet", ""),
        "form": {"fields": fields} if two else None,
    }


def agreements(result: Result, code: Code) -> Context:
    """Return every agreement under how it stands."""
    groups: dict[str, list[Context]] = {}
    for row in result.get("rows", ()):
        place = {"title": row["title"], "stands": row["stands"], "sort": row["sort"], "href": f"/2/{code(row['id'])}"}
        groups.setdefault(row["group"], []).append(place)
    return {
        "groups": [{"title": title, "rows": rows} for title, rows in groups.items()],
        "says": result["says"] if groups else [],
    }


def agreement(result: Result) -> Context:
    """Return one agreement in full, and what can be said to it; taking a yes back stands first."""
    head, *texts = result["cards"]
    return {
        "head": {"title": head["title"], "lines": head["lines"]},
        "texts": [{"title": text["title"], "lines": text["lines"], "agreed_by": text["agreed_by"]} for text in texts],
        "acts": _acts(result["acts"], head["id"]),
    }


def notes(result: Result, code: Code) -> Context:
    """Return the notes that both write."""
    cards = [
        {"title": card["title"], "lines": card["lines"], "href": f"/3/{code(card['id'])}"}
        for card in result.get("cards", ())
    ]
    return {"cards": cards}


def note(result: Result) -> Context:
    """Return one note in full."""
    (card,) = result["cards"]
    text = "\n".join(card["lines"])
    paragraphs = card.get("paragraphs") or [{"text": part} for part in text.split("\n\n") if part.strip()]
    return {"title": card["title"], "paragraphs": paragraphs, "acts": _acts(NOTE_ACTS, card["id"])}


def mine(result: Result, drafts: Mapping[str, str]) -> Context:
    """Return what is this person's alone."""
    return {
        "entries": list(reversed(result.get("entries", ()))),
        "shown": things(result),
        "value": drafts.get("text", ""),
    }


INVITATIONS: Final = ("invitations off", "invitations on")
SECTIONS: Final = (
    ("devices", ("pair device", "devices rename", "devices confirm", "devices revoke")),
    ("two", ("safety-number", "compare", "names", "leave", *INVITATIONS)),
    ("begin", ("pair here", "pair far", "join", *INVITATIONS)),
    ("relay", ("relay use", "relay move", "relay follow", "sync on", "sync off", "doctor")),
    ("recovery", ("recovery make", "recovery agree", "recovery test")),
    ("copies", ("export own", "export therapist", "export calendar", "export full", "backup make")),
    ("quiet", ("quiet until", "quiet off", "lock-after", "passphrase", "pages choose")),
    ("kept", ("space read", "uncounted", "agree not-me")),
)
"""What stands on the page of safety and data: a section, and the commands that begin there."""


def safety(shown: Mapping[str, Sequence[Sentence]], *, two: bool) -> Context:
    """Return the page of safety and data.

    Args:
        shown: By section, what a reading command found out.
        two: Whether there is a space for two.
    """
    return {
        "sections": [
            {
                "key": key,
                "title": say(f"web.section.{key}"),
                "text": say(text) if (text := f"web.section.{key}.text") in ENGLISH else "",
                "shown": sentences(shown.get(key, ())),
                "acts": [{"command": command, "label": label_of(command)} for command in commands],
            }
            for key, commands in SECTIONS
            if key != ("begin" if two else "two")
        ]
    }


def found(result: Result) -> list[Context]:
    """Return a page of cards, with what is said before and after them; nothing, where there are no cards."""
    cards = things(result)
    said = [[{"kind": "say", "text": text} for text in result.get(key, ())] for key in ("says", "ends")]
    return [*said[0], *cards, *said[1]] if cards else []


def step(visit: Visit, number: int, *, title: str, value: str = "", cards: Sequence[Context] = ()) -> Context:
    """Return a page of a conversation: what was said, what was found, and what is asked."""
    return {
        "step": {
            "number": number,
            "title": title,
            "shown": [*sentences(visit.shown), *cards],
            "question": question(visit, value=value),
            "waiting": visit.question is None and visit.done is None,
            "done": None if visit.done is None else {"code": visit.done.code, "text": visit.done.text},
            "safe": visit.safe,
            "stop": visit.done is None,
        }
    }


def question(visit: Visit, *, value: str) -> Context | None:
    """Return what is asked, or nothing."""
    match visit.question:
        case Ask(prompt, form):
            return {
                "number": visit.number,
                "kind": "ask",
                "prompt": prompt,
                "form": form,
                "value": "" if form == Form.HIDDEN else value,
            }
        case Choose(prompt, items):
            return {"number": visit.number, "kind": "choose", "prompt": prompt, "items": items, "careful": True}
    return None
