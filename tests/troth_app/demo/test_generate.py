"""The ninety days: the counts hold, the tone holds, and nothing private is in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from troth_app.demo import generate
from troth_app.demo.record import Add, Edit, Set, Value, Write, missing, owed, parse, place, read

RECORD = read(generate.NINETY_DAYS)
EDITS = RECORD.edits


def number_of_day(day: date) -> int:
    """Count days from the first, which is 1."""
    return (day - date(2026, 8, 23)).days + 1


def under(*keys: str) -> list[Edit]:
    """Give the edits whose path begins so."""
    return [edit for edit in EDITS if edit.path[: len(keys)] == keys]


def fields(edit: Edit) -> dict[str, Value]:
    """Give the object that an edit puts or appends."""
    assert isinstance(edit, Set | Add)
    assert isinstance(edit.value, dict)
    return edit.value


def per_person(found: list[Edit]) -> dict[str, int]:
    """Count edits by who made them."""
    return dict(Counter(edit.by for edit in found))


def last(kind: str, name: str) -> list[dict[str, Value]]:
    """Give the last object of that name for each id of a kind."""
    ids = {edit.path[1]: edit for edit in under(kind) if edit.path[2:] == (name,)}
    return [fields(edit) for edit in ids.values()]


def strings(value: Value) -> Iterator[str]:
    """Give every string inside a value, names of fields left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)


def names(value: Value) -> Iterator[str]:
    """Give every name of a field inside a value."""
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from names(inner)


def spoken(edit: Edit) -> list[str]:
    """Every string that a line puts into the record."""
    if isinstance(edit, Write):
        return [edit.insert]
    assert isinstance(edit, Set | Add)
    return list(strings(edit.value))


# --- the file ---


def test_the_file_is_what_the_tables_give() -> None:
    """The committed record is, byte for byte, what the generator makes."""
    assert generate.NINETY_DAYS.read_bytes() == generate.ninety_days().encode()
    assert generate.main(["--check"]) == 0


def test_a_changed_file_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` ends with 1 where file and tables differ, or the file is absent; else it is made."""
    file = tmp_path / "ninety_days.jsonl"
    monkeypatch.setattr(generate, "NINETY_DAYS", file)
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    file.write_bytes(file.read_bytes() + b"\n")
    assert generate.main(["--check"]) == 1
    assert "is not what the tables give" in capsys.readouterr().err


def test_it_covers_the_ninety_days() -> None:
    """Days run from the first to the ninetieth, in order, and the two persons are who they are."""
    days = [edit.day for edit in EDITS]
    assert RECORD.persons == ("Robin", "Sasha")
    assert days == sorted(days)
    assert (days[0], days[-1]) == (date(2026, 8, 23), date(2026, 11, 20))
    assert 500 <= len(EDITS) <= 900


def test_it_says_first_that_its_people_are_made_up() -> None:
    """The first line is the mark that nobody in it is real."""
    assert spoken(EDITS[0]) == ["Robin and Sasha are made-up people."]


def test_devices_come_and_go() -> None:
    """Both persons write on two devices; Robin's second is gone from day 71, Sasha's comes on day 61."""
    second = {(edit.by, number_of_day(edit.day)) for edit in EDITS if edit.on == 2}
    robin = [day for by, day in second if by == "Robin"]
    sasha = [day for by, day in second if by == "Sasha"]
    assert 1 <= min(robin) < max(robin) <= 70
    assert 61 <= min(sasha) < max(sasha) <= 90


# --- the table ---


def test_checkins() -> None:
    """58 and 49, none in the nine quiet days, two days with two, 4 amended, 2 taken back."""
    first = {edit.path: edit for edit in reversed(under("checkins"))}
    again = [fields(edit) for edit in under("checkins") if edit is not first[edit.path]]
    assert per_person(list(first.values())) == {"Robin": 58, "Sasha": 49}
    assert not {number_of_day(edit.day) for edit in under("checkins")} & set(range(40, 49))
    assert max(Counter((edit.by, edit.day) for edit in first.values()).values()) == 2
    assert sum(path[1].endswith("-2") for path in first) == 2
    assert sum("amended" in value for value in again) == 4
    assert sum("taken back" in value for value in again) == 2
    assert len(again) == 6


def test_agreements() -> None:
    """8 agreements with 15 revisions; the phones text is withdrawn on day 33 and written anew on day 41."""
    assert len({edit.path[1] for edit in under("agreements")}) == 8
    revisions = {edit.path[1:3] for edit in under("agreements") if edit.path[-1] == "text"}
    assert len(revisions) == 15
    acts = [(edit.path[1], edit.by, number_of_day(edit.day), fields(edit)["act"]) for edit in agreement_acts()]
    assert [act for act in acts if act[3] == "withdraw"] == [("phones-at-night", "Sasha", 33, "withdraw")]
    assert [act[:2] for act in acts if act[3] == "decline"] == [("family-lunch", "Sasha")]
    assert min(number_of_day(edit.day) for edit in under("agreements", "phones-at-night", "r2")) == 41
    assert {edit.by for edit in agreement_acts() if fields(edit)["by"] == edit.by} == {"Robin", "Sasha"}


def agreement_acts() -> list[Edit]:
    """Give what was said to the agreements: proposals, assents and cautions."""
    return [edit for edit in under("agreements") if edit.path[-1] == "said"]


def test_nobody_answers_for_the_other() -> None:
    """Where an object says whose it is, that person wrote it."""
    for edit in EDITS:
        if isinstance(edit, Set | Add) and isinstance(edit.value, dict):
            assert edit.value["by"] == edit.by


@pytest.mark.parametrize(
    ("kind", "robin", "sasha"),
    [("care", 31, 26), ("thanks", 27, 33), ("heads-ups", 22, 17), ("reflections", 7, 8)],
)
def test_what_each_wrote_alone(kind: str, robin: int, sasha: int) -> None:
    """Care, thanks, heads-ups and reflections are as many as the table says."""
    assert per_person(under(kind)) == {"Robin": robin, "Sasha": sasha}


def test_requests() -> None:
    """6 and 9; 8 accepted, 4 changed, 3 declined without a reason."""
    assert Counter(value["by"] for value in last("requests", "ask")) == {"Robin": 6, "Sasha": 9}
    answers = last("requests", "answer")
    assert Counter(value["answer"] for value in answers) == {"accepted": 8, "changed": 4, "declined": 3}
    assert all("text" not in value for value in answers if value["answer"] == "declined")


def test_windows() -> None:
    """11 planned: 8 held, 2 moved, 1 skipped without a word about it."""
    how = {edit.path[1]: edit.value for edit in under("windows") if isinstance(edit, Set) and edit.path[2] == "how"}
    assert Counter(how.values()) == {"held": 8, "moved": 2, "skipped": 1}
    skipped = [day for day, value in how.items() if value == "skipped"]
    assert not [edit for edit in under("windows", skipped[0]) if edit.path[2] == "outcome"]


def test_talks() -> None:
    """6 talks, all closed; one was paused and resumed two days later."""
    assert len(last("talks", "about")) == len(last("talks", "closed")) == 6
    [paused] = [edit for edit in under("talks") if edit.path[2] == "paused"]
    [resumed] = [edit for edit in under("talks") if edit.path[2] == "resumed"]
    assert resumed.day - paused.day == timedelta(days=2)
    assert resumed.path[1] == paused.path[1]


def test_questions() -> None:
    """2 and 9; 7 answered, 2 not yet and by when, 1 with a therapist, 1 taken back."""
    asked = last("questions", "ask")
    assert Counter(value["by"] for value in asked) == {"Robin": 2, "Sasha": 9}
    assert sum("taken back" in value for value in asked) == 1
    answers = last("questions", "answer")
    assert Counter(value["answer"] for value in answers) == {
        "answered": 7,
        "not yet": 2,
        "with a therapist": 1,
    }
    assert all("by day" in value for value in answers if value["answer"] == "not yet")


def test_disclosures_and_letters() -> None:
    """3 and 1 disclosures, each told to support; a letter of each is offered and received."""
    written = last("disclosures", "written")
    assert Counter(value["by"] for value in written) == {"Robin": 3, "Sasha": 1}
    assert all(value["told"] for value in written)
    assert Counter(value["by"] for value in last("letters", "offered")) == {"Robin": 1, "Sasha": 1}
    assert len(last("letters", "received")) == 2


def test_promises() -> None:
    """12 and 5, each spoken of by the one who promised; two with the other's own view."""
    said = last("promises", "said")
    assert Counter(value["by"] for value in said) == {"Robin": 12, "Sasha": 5}
    robin = Counter(value["how"] for value in said if value["by"] == "Robin")
    assert robin == {"kept": 8, "partly": 2, "not this time": 1, "let go": 1}
    assert len(last("promises", "how it was for me")) == 2


def test_boundaries_milestones_and_signals() -> None:
    """2 and 3 boundaries, one retired; 4 and 3 milestones, one both's; 3 and 5 signals, all released."""
    boundaries = {edit.path: fields(edit) for edit in under("boundaries")}
    assert Counter(value["by"] for value in boundaries.values()) == {"Robin": 2, "Sasha": 3}
    assert sum("retired" in value for value in boundaries.values()) == 1
    assert Counter(value["by"] for value in last("milestones", "marked")) == {"Robin": 4, "Sasha": 3}
    assert [value["by"] for value in last("milestones", "assent")] == ["Sasha"]
    for state in ("on", "off"):
        signals = [edit for edit in under("signals") if fields(edit)["state"] == state]
        assert per_person(signals) == {"Robin": 3, "Sasha": 5}
    stops = [edit.day for edit in under("signals") if fields(edit)["signal"] == "stop"]
    assert stops[1] - stops[0] == timedelta(days=2)


def test_notes_are_written_by_both() -> None:
    """At least six notes; in each, both append, and both replace words in some."""
    names_of_notes = {edit.path for edit in under("notes")}
    assert len(names_of_notes) >= 6
    for path in names_of_notes:
        writes = [edit for edit in under(*path) if isinstance(edit, Write)]
        assert {edit.by for edit in writes if not edit.replace} == {"Robin", "Sasha"}
        assert any(edit.replace for edit in writes)
        assert len({edit.day for edit in writes}) >= 5
    assert {edit.by for edit in EDITS if isinstance(edit, Write) and edit.replace} == {"Robin", "Sasha"}


def test_every_replaced_word_was_there() -> None:
    """Made in turn, each `replace` finds its words, and every text has all the words that it owes."""
    so_far: dict[tuple[str, ...], str] = defaultdict(str)
    writes: dict[tuple[str, ...], list[Write]] = defaultdict(list)
    for edit in EDITS:
        if isinstance(edit, Write):
            at, length = place(so_far[edit.path], edit.replace)
            assert length == len(edit.replace), edit.n
            text = so_far[edit.path]
            so_far[edit.path] = text[:at] + edit.insert + text[at + length :]
            writes[edit.path].append(edit)
    for path, text in so_far.items():
        assert not missing(owed(writes[path]), text)


def test_conflicts_are_real() -> None:
    """Both set the same plain key on the same day, more than a few times."""
    people: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for edit in EDITS:
        if isinstance(edit, Set):
            people[(edit.day, *edit.path)].add(edit.by)
    assert sum(len(by) == 2 for by in people.values()) >= 5


# --- the tone ---

BANNED = re.compile(
    r"""\b(failed | missed | broke | broken | overdue | still | only | should\w* (?<!shoulder) (?<!shoulders)
    | finally | at\ last | proven | addict\w* | victim\w* | betray\w* | relaps\w* | streak\w* | scores?
    | percent\w* | why\ did(n't)?\ you | forgive\ me | trust\ level )\b | [!%]""",
    re.IGNORECASE | re.VERBOSE,
)
GENDERED = re.compile(
    r"\b(he|she|him|her|hers|his|himself|herself|husband|wife|man|woman|boy|girl|boyfriend|girlfriend"
    r"|mother|father|mum|dad|brother|sister|son|daughter|uncle|aunt)\b",
    re.IGNORECASE,
)
DEVOUT = re.compile(r"\b(god|pray\w*|church|bless\w*|sin|sins|holy|christmas|easter|ramadan)\b", re.IGNORECASE)


def banned(sentence: str) -> list[str]:
    """Give what a sentence has of words that stand nowhere in the record."""
    return [found.group() for rule in (BANNED, GENDERED, DEVOUT) for found in rule.finditer(sentence)]


@pytest.mark.parametrize(
    "sentence",
    ["I failed.", "You should go", "At  last".replace("  ", " "), "An addict", "100%", "Why did you", "She"],
)
def test_the_rule_finds_what_it_bans(sentence: str) -> None:
    """The rule itself is not blind."""
    assert banned(sentence)
    assert not banned("I read it off your shoulders.")


def test_no_banned_word() -> None:
    """No sentence blames, praises, counts a person, names a gender or takes a faith for granted."""
    found = {edit.n: banned(text) for edit in EDITS for text in (*spoken(edit), *edit.path) if banned(text)}
    assert found == {}


def test_checkins_are_all_different() -> None:
    """No two check-ins share a sentence about a feeling, and no long sentence is a template."""
    feelings = [fields(edit)["feeling"] for edit in under("checkins") if "feeling" in fields(edit)]
    assert len(set(map(str, feelings))) == len(feelings)
    long = Counter(text for edit in EDITS for text in spoken(edit) if len(text) > 24)
    assert max(long.values()) <= 2


# --- what is not in it ---

KINDS = {
    "about", "agreements", "boundaries", "care", "checkins", "disclosures", "heads-ups", "letters",
    "milestones", "notes", "promises", "questions", "reflections", "repairs", "requests", "signals",
    "talks", "thanks", "together", "windows",
}  # fmt: skip
FIELDS = {
    "about", "act", "amended", "answer", "appreciate", "by", "by day", "cap in minutes", "day",
    "detail", "feeling", "healing", "how", "item", "need", "next", "own", "resume by", "retired",
    "signal", "state", "taken back", "text", "told", "until", "what",
}  # fmt: skip


def test_no_private_kind() -> None:
    """Every line is of a kind that two share; what one keeps alone has no path here."""
    assert {edit.path[0] for edit in EDITS} == KINDS


def test_no_field_measures_or_follows_anyone() -> None:
    """The fields are these: none is a score, a percentage, a time of day, a place or a presence."""
    found = {name for edit in EDITS if isinstance(edit, Set | Add) for name in names(edit.value)}
    assert found == FIELDS


def test_no_number_but_a_cap() -> None:
    """The one number that stands in the record is how long a talk may last."""
    for edit in EDITS:
        if isinstance(edit, Set | Add):
            inner = edit.value if isinstance(edit.value, dict) else {"": edit.value}
            assert {name for name, value in inner.items() if not isinstance(value, str)} <= {"cap in minutes"}


def test_no_time_of_day() -> None:
    """No sentence carries a clock."""
    assert not [edit.n for edit in EDITS for text in spoken(edit) if re.search(r"\d:\d\d|\d ?[ap]m\b", text)]


def test_it_parses_line_by_line() -> None:
    """Every beginning of the record is a record: no line leans on a later one."""
    lines = generate.ninety_days().splitlines()
    for end in (1, 2, 50, len(lines) // 2, len(lines)):
        assert len(parse(lines[:end]).edits) == end
