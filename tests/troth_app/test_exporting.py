"""An export is a copy to read: whose words are in it is said, marks stay words, and no minute or signature is in it."""

import json
import re

from tests.troth_couple.people import DAY, NAMES, Couple, admin_of, person_of, revision
from troth_app.exporting import Export, as_json, as_markdown, calendar, export, initials
from troth_couple import days_after
from troth_couple.entry import SubjectId
from troth_couple.together import move

ME = person_of("r")


def couple_with(text: str) -> Couple:
    """A couple of which one wrote something."""
    couple = Couple()
    couple.pen("s").write("check_in", {"feelings": text, "need": text}, day=DAY)
    couple.meet()
    return couple


def test_marks_are_words() -> None:
    """Nobody's words become a link, a heading or markup of another kind."""
    couple = couple_with("# big [link](x) <b>*bold*</b>")
    text = as_markdown(export(couple.state(), me=ME, names=NAMES, full=True)).decode()
    assert "Feeling: \\# big \\[link\\](x) \\<b\\>\\*bold\\*\\</b\\>  " in text


def test_replaced_words_say_nothing() -> None:
    """R41: not even how many lines there were, or which of them stayed empty."""
    couple = couple_with("secret")
    made = export(couple.state(), me=ME, names=NAMES, full=False)
    (section,) = [section for section in made.sections if section["items"]]
    assert section["items"][0]["lines"] == ["[their words]"]
    assert b"secret" not in as_json(made) + as_markdown(made)


def test_both_forms_say_the_same() -> None:
    """The same sections in the same order, and the same list of what is inside."""
    couple = couple_with("calm")
    made = export(couple.state(), me=ME, names=NAMES, full=True, mine=["a dream"])
    content = json.loads(as_json(made))
    assert content["inside"] == made.inside == ["Check-ins", "Yours alone"]
    text = as_markdown(made).decode()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["What is inside", "Check-ins", "Yours alone"]
    assert "a dream" in text


def test_an_empty_export_says_so() -> None:
    """Nothing is inside, in words."""
    assert "Nothing is inside." in as_markdown(Export(DAY, "own", ())).decode()


def test_an_agreement_stands_with_what_was_said_and_when() -> None:
    """By day, without a minute."""
    couple = Couple()
    couple.pen("r").propose(revision("first"), day=DAY)
    text = as_markdown(export(couple.state(), me=ME, names=NAMES, full=False)).decode()
    assert "Robin proposed this text on 2026-11-21." in text
    assert not re.search(r"\d\d:\d\d", text)


def test_a_wish_stands_with_what_was_said() -> None:
    """Everybody's own words are in their own export, and those of the other in a full one alone."""
    couple = Couple()
    text = revision("first")
    couple.pen("r").propose(text, day=DAY)
    couple.meet()
    couple.pen("s").ask_change(SubjectId(text.agreement), text.id, day=DAY, wish="at ten", keeps=False)
    couple.meet()
    said = "Sasha asked for a change on 2026-11-21."
    for me, full, words in ((ME, False, "[their words]"), (ME, True, "at ten"), (person_of("s"), False, "at ten")):
        made = export(couple.state(), me=me, names=NAMES, full=full)
        assert f"{said} “{words}”" in json.loads(as_json(made))["sections"][0]["items"][-1]["lines"]


def test_days_are_whole_days_under_one_title() -> None:
    """Both days of what holds, none that has passed, folded and escaped as calendars want it."""
    couple = Couple()
    text = revision("first", review_on=days_after(DAY, 7), expires=days_after(DAY, 14))
    couple.pen("r").propose(text, day=DAY)
    couple.meet()
    for hand in "rs":
        couple.pen(hand).assent(SubjectId(text.agreement), text.id, day=DAY, admin=admin_of(hand))
    made = calendar(couple.state(), title="A; b, c " + "ü" * 80)
    assert made is not None
    lines = made.decode().split("\r\n")
    assert [line for line in lines if line.startswith("DTSTART")] == [
        "DTSTART;VALUE=DATE:20261128",
        "DTSTART;VALUE=DATE:20261205",
    ]
    assert max(len(line.encode()) for line in lines) <= 75
    assert b"troth" not in made.lower()
    assert "SUMMARY:A\\; b\\, c " in made.decode()
    assert calendar(couple.state(today=days_after(DAY, 40)), title="x") is None


def test_windows_are_days_to_remember() -> None:
    """A window is on the day to which it was moved; one that was skipped is on none."""
    couple = Couple()
    fields: list[dict[str, object]] = [{"topics": day, "on": day} for day in ("2026-11-25", "2026-11-26")]
    moved, skipped = (couple.pen("r").write("window", said, day=DAY) for said in fields)
    move(couple.pen("r"), couple.state().things[moved.subject], on=days_after(DAY, 7), at=None, day=DAY)
    couple.pen("r").write("skip", day=DAY, about=skipped.subject)
    made = calendar(couple.state(), title="x")
    assert made is not None
    assert re.findall(r"DTSTART;VALUE=DATE:(\d+)", made.decode()) == ["20261128"]


def test_planned_days_are_called_by_their_alias() -> None:
    """Mine and ours by alias or the plain title, never by what it is; none that waits, is over, or is theirs."""
    couple = Couple()
    for hand, title, alias, on, ours in (
        ("r", "canary 1", "walk", "2026-11-25", False),
        ("r", "canary 2", None, "2026-11-25", False),
        ("r", "canary 3", "waits", "2026-11-26", True),
        ("s", "canary 4", "theirs", "2026-11-27", False),
        ("r", "canary 5", "over", "2026-11-20", False),
    ):
        fields: dict[str, object] = {"title": title, "alias": alias, "sort": 5, "on": on, "ours": ours}
        couple.pen(hand).write("event", fields, day=DAY)
    tried: dict[str, object] = {"what": "canary 6", "look_back": "2026-12-21", "ours": False}
    for hand in "rs":
        couple.pen(hand).write("practice", tried, day=DAY)
    alone = [(days_after(DAY, 1), "test; mine"), (days_after(DAY, 2), None)]
    made = calendar(couple.state(), title="Day", me=ME, alone=alone)
    assert made is not None
    assert re.findall(r"VALUE=DATE:(\d+)\r\nSUMMARY:(.*)\r", made.decode()) == [
        ("20261122", "test\\; mine"),
        ("20261123", "Day"),
        ("20261125", "Day"),
        ("20261125", "walk"),
        ("20261221", "Day"),
    ]
    names = re.findall(r"UID:(.*)\r", made.decode())
    assert len(set(names)) == len(names)


def test_what_felt_fine_is_in_no_export() -> None:
    """N13: not in one's own words and not in everything; nor is a chapter to come, which is no words at all."""
    couple = Couple()
    for hand in "rs":
        fields: dict[str, object] = {"fine": ["canary"], "not_now": [], "until": days_after(DAY, 3)}
        couple.pen(hand).write("intimacy_pace", fields, day=DAY)
    couple.pen("r").write("chapter", {"next": bytes(16)}, day=DAY)
    for full in (True, False):
        made = export(couple.state(), me=ME, names=NAMES, full=full)
        assert b"canary" not in as_json(made)
        assert made.inside == []


def test_names_are_initials() -> None:
    """Of two with one initial, two letters each; of nobody's name, plain words."""
    persons = tuple(NAMES)
    assert set(initials("Robin", "Sasha", ME, persons).values()) == {"R.", "S."}
    assert set(initials("Robin", "Rene", ME, persons).values()) == {"Ro", "Re"}
    assert initials("", "", ME, persons)[ME] == "the author"
