"""What the hands of a play do together: windows, questions, what is told, letters, repairs, paces, chapters to come."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from troth_couple import KINDS, Day, Receiving, Response
from troth_couple import together as acts
from troth_couple.entry import Entry
from troth_couple.things import Thing

if TYPE_CHECKING:
    from tests.troth_couple.plays import Stage

__all__ = ["TOGETHER"]


def _here(stage: "Stage", hand: str, name: str) -> Thing:
    """A thing as a device shows it."""
    return stage.couple.book(hand).state(stage.today).things[stage.thing(name)]


def _plan(stage: "Stage", hand: str, name: str, on: str, at: str | None = None) -> Entry:
    fields: dict[str, object] = {"topics": name, "on": on, "at": at}
    return stage.couple.pen(hand).write("window", fields, day=stage.today)


def _move(stage: "Stage", hand: str, name: str, on: str, at: str | None = None) -> Entry:
    return acts.move(stage.couple.pen(hand), _here(stage, hand, name), on=Day(on), at=at, day=stage.today)


def _agenda(stage: "Stage", hand: str, name: str, text: str) -> Entry:
    return stage.couple.pen(hand).write("agenda", {"text": text}, day=stage.today, about=stage.thing(name))


def _hold(stage: "Stage", hand: str, name: str, text: str | None = None) -> Entry:
    return stage.couple.pen(hand).write("hold", {"text": text}, day=stage.today, about=stage.thing(name))


def _skip(stage: "Stage", hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).write("skip", day=stage.today, about=stage.thing(name))


def _question(stage: "Stage", hand: str, name: str) -> Entry:
    fields: dict[str, object] = {"text": f"{name}?", "detail": 1, "place": 1}
    return stage.couple.pen(hand).write("question", fields, day=stage.today)


def _reply(stage: "Stage", hand: str, name: str, response: str, text: str | None = None) -> Entry:
    how = Response[response.upper().replace("-", "_")]
    return acts.reply(stage.couple.pen(hand), _here(stage, hand, name), how, day=stage.today, text=text)


def _repair(stage: "Stage", hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).write("repair", {"impact": f"of {name}"}, day=stage.today)


def _disclose(stage: "Stage", hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).write("disclosure", {"what": f"of {name}"}, day=stage.today)


def _letter(stage: "Stage", hand: str, name: str) -> Entry:
    fields: dict[str, object] = dict.fromkeys(("did", "damage", "for_you", "done_since"), name)
    return stage.couple.pen(hand).write("repair_letter", fields, day=stage.today)


def _anew(stage: "Stage", hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).amend(stage.thing(name), {"what": f"more of {name}"}, day=stage.today)


def _rewrite(stage: "Stage", hand: str, name: str) -> Entry:
    """Say a thing anew past the pen, as a changed client might."""
    root = next(act for act in stage.acts.values() if act.about is None and act.subject == stage.thing(name))
    fields = {field: root.said(field) for field in KINDS[root.kind].places}
    return stage.couple.pen(hand).write(root.name, fields, day=stage.today, about=root.subject)


def _receive(stage: "Stage", hand: str, name: str, word: str, by: str | None = None) -> Entry:
    how = Receiving[word.upper().replace("-", "_")]
    pen, thing = stage.couple.pen(hand), _here(stage, hand, name)
    return acts.receive(pen, thing, how, day=stage.today, by=Day(by) if by else None)


def _lead(stage: "Stage", hand: str, name: str, repair: str) -> Entry:
    fields: dict[str, object] = {"repair": stage.thing(repair)}
    return stage.couple.pen(hand).write("lead", fields, day=stage.today, about=stage.thing(name))


def _step(stage: "Stage", hand: str, name: str, text: str) -> Entry:
    return stage.couple.pen(hand).write("step", {"text": text}, day=stage.today, about=stage.thing(name))


def _close(stage: "Stage", hand: str, name: str) -> Entry:
    return acts.close(stage.couple.pen(hand), _here(stage, hand, name), day=stage.today)


def _reopen(stage: "Stage", hand: str, name: str) -> Entry:
    return acts.reopen(stage.couple.pen(hand), _here(stage, hand, name), day=stage.today)


def _pace(stage: "Stage", hand: str, _name: str, *words: str) -> Entry:
    pen, put_off = stage.couple.pen(hand), [word.removeprefix("not-") for word in words if word.startswith("not-")]
    fine = [word for word in words if not word.startswith("not-")]
    things = [*stage.couple.book(hand).state(stage.today).things.values()]
    return acts.set_pace(pen, things, fine=fine, not_now=put_off, day=stage.today)[-1]


def _lapse(stage: "Stage", hand: str) -> Entry:
    things = [*stage.couple.book(hand).state(stage.today).things.values()]
    return acts.lapse(stage.couple.pen(hand), things, day=stage.today)[-1]


def _chapter(stage: "Stage", hand: str, name: str) -> Entry:
    fields: dict[str, object] = {"next": name.encode().ljust(16, b".")}
    return stage.couple.pen(hand).write("chapter", fields, day=stage.today)


def _withdraw_from(stage: "Stage", hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).withdraw(stage.thing(name), day=stage.today)


def _disown(stage: "Stage", hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).repudiate(stage.last(hand, "shares", name).id, day=stage.today)


TOGETHER: dict[str, Callable[..., Entry | None]] = {
    "plans": _plan,
    "moves-to": _move,
    "notes": _agenda,
    "holds": _hold,
    "skips": _skip,
    "asks-question": _question,
    "replies": _reply,
    "discloses": _disclose,
    "offers": _letter,
    "tells-anew": _anew,
    "receives": _receive,
    "rewrites": _rewrite,
    "leads-to": _lead,
    "repairs": _repair,
    "steps": _step,
    "closes": _close,
    "reopens": _reopen,
    "paces": _pace,
    "lapses": _lapse,
    "chapters": _chapter,
    "withdraws-from": _withdraw_from,
    "disowns": _disown,
}
