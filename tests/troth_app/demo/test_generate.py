"""The ninety days: the counts hold, the tone holds, and nothing private is in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from troth_app.demo import generate, weaving
from troth_app.demo.line import Act
from troth_app.demo.record import parse, place, read
from troth_couple.kinds import BY_NAME

RECORD = read(generate.NINETY_DAYS)
ACTS = [edit for edit in RECORD.edits if isinstance(edit, Act)]
BY_LINE = {act.n: act for act in ACTS}


def number_of_day(day: date) -> int:
    """Count days from the first, which is 1."""
    return (day - date(2026, 8, 23)).days + 1


def begun(*kinds: str) -> list[Act]:
    """Give the acts that begin a thing of these kinds."""
    return [act for act in ACTS if act.act in kinds and act.about is None]


def later(*kinds: str) -> list[Act]:
    """Give the acts of these kinds that are about an earlier line."""
    return [act for act in ACTS if act.act in kinds and act.about is not None]


def per_person(found: list[Act]) -> dict[str, int]:
    """Count acts by who made them."""
    return dict(Counter(act.by for act in found))


def root(act: Act) -> Act:
    """Give the act that began what an act is about."""
    return act if act.about is None else BY_LINE[act.about]


def strings(value: Any) -> Iterator[str]:
    """Give every string inside a value, names of fields left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)


def spoken(act: Act) -> list[str]:
    """Every string that a line puts into the record."""
    return list(strings(dict(act.says)))


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
    days = [act.day for act in ACTS]
    assert len(ACTS) == len(RECORD.edits)
    assert RECORD.persons == ("Robin", "Sasha")
    assert days == sorted(days)
    assert (days[0], days[-1]) == (date(2026, 8, 23), date(2026, 11, 20))
    assert 500 <= len(ACTS) <= 900


def test_it_can_end_on_any_day() -> None:
    """Told another ninetieth day, the same is said on days that are moved with it, those inside of what is said too."""
    moved = generate.acts(last_day=date(2027, 1, 31))
    apart = date(2027, 1, 31) - date(2026, 11, 20)
    assert [(act.act, act.by, act.day - apart) for act in moved] == [(act.act, act.by, act.day) for act in ACTS]
    for before, after in zip(ACTS, moved, strict=True):
        for name in generate.DATED & before.says.keys():
            dates = [date.fromisoformat(str(act.says[name])) for act in (before, after)]
            assert dates[1] - dates[0] == apart


def test_it_says_first_that_its_people_are_made_up() -> None:
    """The first line is the mark that nobody in it is real."""
    assert set(spoken(ACTS[0])) == {weaving.MARK}


def test_devices_come_and_go() -> None:
    """Both persons write on two devices; Robin's second is gone from day 71, Sasha's comes on day 61."""
    second = {(act.by, number_of_day(act.day)) for act in ACTS if act.on == 2}
    robin = [day for by, day in second if by == "Robin"]
    sasha = [day for by, day in second if by == "Sasha"]
    assert 1 <= min(robin) < max(robin) <= 70
    assert 61 <= min(sasha) < max(sasha) <= 90


# --- the table ---


def test_checkins() -> None:
    """58 and 49, none in the nine quiet days, two days with two, 4 amended, 2 taken back."""
    first, taken = begun("check_in"), [act for act in later("take_back") if root(act).act == "check_in"]
    assert per_person(first) == {"Robin": 58, "Sasha": 49}
    assert not {number_of_day(act.day) for act in first} & set(range(40, 49))
    assert sorted(Counter((act.by, act.day) for act in first).values())[-3:] == [1, 2, 2]
    assert (len(later("check_in")), len(taken)) == (4, 2)


def test_agreements() -> None:
    """8 agreements with 15 revisions; phones are withdrawn on day 33 and proposed anew on day 41."""
    assert len(begun("propose")) == 8
    assert len([act for act in ACTS if act.act == "propose"]) == 15
    assert {act.by for act in ACTS if act.act == "propose"} == {"Robin", "Sasha"}
    (withdrawn,) = later("withdraw")
    assert (withdrawn.by, number_of_day(withdrawn.day)) == ("Sasha", 33)
    again = [act for act in later("propose") if act.about == withdrawn.about]
    assert [number_of_day(act.day) for act in again] == [41]
    (declined,) = later("decline")
    assert (declined.by, root(declined).by) == ("Sasha", "Robin")


def test_two_texts_cross_and_each_lets_the_own_one_go() -> None:
    """On the day after both propose, each says yes to the other's text and drops the yes to the own one."""
    dropping = [act for act in later("assent") if len(act.of) == 2]
    assert {act.by for act in dropping} == {"Robin", "Sasha"}
    for act in dropping:
        text, dropped = (BY_LINE[n] for n in act.of)
        assert (text.act, text.by) == ("propose", weaving.OTHER[act.by])
        assert (dropped.act, dropped.by) == ("assent", act.by)


def test_everybody_speaks_for_themselves() -> None:
    """An amendment, an outcome or a taking back is of one's own, thanks and answers are of the other's."""
    for act in ACTS:
        row = BY_NAME.get(act.act)
        if act.about is None or row is None:
            continue
        if row.begins or act.act in ("take_back", "outcome", "retire"):
            assert act.by == root(act).by
        if act.act in ("thanks", "answer", "told"):
            assert act.by != root(act).by


@pytest.mark.parametrize(
    ("kind", "robin", "sasha"),
    [("care_act", 31, 26), ("gratitude", 27, 33), ("plan_note", 22, 17), ("reflection", 7, 8)],
)
def test_what_each_wrote_alone(kind: str, robin: int, sasha: int) -> None:
    """Care, thanks and heads-ups are as many as the table says."""
    assert per_person(begun(kind)) == {"Robin": robin, "Sasha": sasha}


def test_requests() -> None:
    """6 and 9; 8 accepted, 4 changed, 3 declined without a reason."""
    assert per_person(begun("request")) == {"Robin": 6, "Sasha": 9}
    answers = [act for act in later("answer") if root(act).act == "request"]
    assert Counter(act.says["reply"] for act in answers) == {"accept": 8, "counter": 4, "decline": 3}
    assert all("text" not in act.says for act in answers if act.says["reply"] == "decline")


def test_promises() -> None:
    """12 and 5, each spoken of by the one who promised; two with the other's own view."""
    assert per_person(begun("promise")) == {"Robin": 12, "Sasha": 5}
    robin = Counter(act.says["outcome"] for act in later("outcome") if act.by == "Robin")
    assert robin == {"kept": 8, "partly": 2, "not this time": 1, "let go": 1}
    assert len([act for act in later("told") if root(act).act == "promise"]) == 2


def test_windows() -> None:
    """11 planned, each taken by the other: 8 held, 2 moved, 1 skipped without a word about it."""
    windows = {act.n: [other for other in ACTS if other.about == act.n] for act in begun("window")}
    assert len(windows) == 11
    assert [others[0].act for others in windows.values()] == ["answer"] * 11
    kinds = [{other.act for other in others} for others in windows.values()]
    assert [sum(kind in acts for acts in kinds) for kind in ("hold", "move", "skip")] == [8, 2, 1]
    (skipped,) = later("skip")
    assert not skipped.says


def test_questions() -> None:
    """2 and 9; 7 answered, 2 not yet and by when, 1 with help, 1 taken back."""
    assert per_person(begun("question")) == {"Robin": 2, "Sasha": 9}
    replies = later("reply")
    assert Counter(act.says["response"] for act in replies) == {"answered": 7, "not yet": 2, "with help": 1}
    assert all(("by" in act.says) is (act.says["response"] == "not yet") for act in replies)
    assert len([act for act in later("take_back") if root(act).act == "question"]) == 1


def test_a_repair_and_paces() -> None:
    """Robin's repair has steps and how it was for Sasha, and both close it; each says twice what feels fine."""
    (repair,) = begun("repair")
    acts = [act for act in ACTS if act.about == repair.n]
    assert {act.by for act in acts if act.act == "step"} == {repair.by} == {"Robin"}
    assert {act.by for act in acts if act.act == "close"} == {"Robin", "Sasha"}
    assert [act.by for act in acts if act.act == "told"] == ["Sasha"]
    assert per_person(begun("intimacy_pace")) == {"Robin": 2, "Sasha": 2}


def test_what_is_told_and_letters() -> None:
    """3 and 1 told, of which one leads to the repair and is closed with it; a letter of each, both received."""
    assert per_person(begun("disclosure")) == {"Robin": 3, "Sasha": 1}
    assert per_person(begun("repair_letter")) == {"Robin": 1, "Sasha": 1}
    (lead,) = later("lead")
    (repair,) = begun("repair")
    assert (root(lead).act, lead.of, root(lead).by) == ("disclosure", (repair.n,), repair.by)
    assert {act.by for act in later("close") if act.about == lead.about} == {"Robin", "Sasha"}
    assert all(act.by != root(act).by for act in later("receive"))
    assert Counter(act.says["receiving"] for act in later("receive")) == {"received": 5, "not now": 1}
    assert [root(act).by for act in later("thanks") if root(act).act == "disclosure"] == ["Robin"]


def test_boundaries_milestones_and_signals() -> None:
    """2 and 3 boundaries, one retired; 4 and 3 milestones, one both's; 3 and 5 signals, all released."""
    assert per_person(begun("boundary")) == {"Robin": 2, "Sasha": 3}
    assert len(later("retire")) == 1
    assert per_person(begun("milestone")) == {"Robin": 4, "Sasha": 3}
    (ours,) = [act for act in begun("milestone") if act.says["ours"]]
    assert {act.by for act in later("assent") if act.about == ours.n} == {"Robin", "Sasha"}
    assert per_person(begun("signal")) == per_person(begun("release")) == {"Robin": 3, "Sasha": 5}
    (stop,) = [act for act in begun("signal") if act.says["level"] == "stop"]
    (over,) = [act for act in begun("release") if act.of == (stop.n,)]
    assert over.day - stop.day == timedelta(days=2)


def test_blind_answers_open_once_both_are_sealed() -> None:
    """Whoever opens an answer names both seals; one answer is sealed and waits."""
    assert (len(begun("blind")), len(later("seal")), len(later("reveal"))) == (3, 6, 5)
    for act in later("reveal"):
        seals = [BY_LINE[n] for n in act.of]
        assert {seal.by for seal in seals} == {"Robin", "Sasha"}
        assert [seal.says for seal in seals if seal.by == act.by] == [act.says]
        assert {seal.on for seal in seals} == {act.on} == {1}


def test_notes_are_written_by_both() -> None:
    """At least six notes; in each, both append, and both replace words in some."""
    notes = [act for act in begun("note") if later("write") and any(other.about == act.n for other in later("write"))]
    assert len(notes) >= 6
    for note in notes:
        writes = [act for act in later("write") if act.about == note.n]
        assert {note.by, *(act.by for act in writes if "replace" not in act.says)} == {"Robin", "Sasha"}
        assert any("replace" in act.says for act in writes)
        assert len({act.day for act in writes}) >= 5
    assert {act.by for act in later("write") if "replace" in act.says} == {"Robin", "Sasha"}


def test_every_replaced_word_was_there() -> None:
    """Written in turn, each `replace` finds its words."""
    texts = {act.n: str(act.says["text"]) for act in begun("note")}
    for act in later("write"):
        assert act.about is not None
        text, old = texts[act.about], str(act.says.get("replace", ""))
        at, length = place(text, old)
        assert length == len(old), act.n
        texts[act.about] = text[:at] + str(act.says["with"]) + text[at + length :]


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
    found = {act.n: banned(text) for act in ACTS for text in spoken(act) if banned(text)}
    assert found == {}


def test_no_banned_word_in_what_is_kept_alone() -> None:
    """What nobody else reads is written in the same tone."""
    texts = [text for person in RECORD.persons for _, text in generate.alone(person)]
    assert [text for text in texts if banned(text)] == []


def test_checkins_are_all_different() -> None:
    """No two check-ins share a sentence about a feeling, and no long sentence is a template."""
    feelings = [str(act.says["feelings"]) for act in ACTS if act.act == "check_in" and "feelings" in act.says]
    assert len(set(feelings)) == len(feelings)
    long = Counter(
        text for act in ACTS if act.act not in ("reveal", "propose") for text in spoken(act) if len(text) > 24
    )
    assert max(long.values()) <= 2


# --- what is not in it ---

ACTS_OF_IT = {
    "agenda", "answer", "ask_change", "assent", "blind", "boundary", "care_act", "care_menu", "check_in", "close",
    "decline", "disclosure", "gratitude", "hold", "intimacy_pace", "lead", "milestone", "move", "note", "outcome",
    "plan_note", "promise", "propose", "question", "receive", "reflection", "release", "repair", "repair_letter",
    "reply", "request", "retire", "reveal", "seal", "signal", "skip", "step", "take_back", "thanks", "told", "window",
    "withdraw", "write",
}  # fmt: skip


LIVING = ("glossary", "support_person", "practice", "keep_or_drop", "event", "came")
"""What each keeps for themselves first, or says once; it is not in these ninety days."""


def test_it_shows_nearly_all_that_two_can_do() -> None:
    """Every act of two people is in it, but those that end or disown an agreement, or open a repair or a chapter."""
    assert {act.act for act in ACTS} == ACTS_OF_IT
    assert BY_NAME.keys() - ACTS_OF_IT == {"end", "repudiate", "reopen", "chapter", *LIVING}


def test_what_is_kept_alone_is_not_in_it() -> None:
    """Nothing that a person keeps alone stands in the record of two; each has some, in the order of days."""
    shared = {text for act in ACTS for text in spoken(act)}
    for person in RECORD.persons:
        kept = generate.alone(person)
        assert len(kept) >= 10
        assert list(kept) == sorted(kept)
        assert not {text for _, text in kept} & shared


def test_no_number_measures_anyone() -> None:
    """The numbers that stand in the record say which sort of agreement or item it is, and nothing of a person."""

    def numbers(value: Any, name: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from numbers(inner, key)
        elif isinstance(value, list):
            for inner in value:
                yield from numbers(inner, name)
        elif type(value) in (int, float):
            yield name

    assert {name for act in ACTS for name in numbers(dict(act.says))} == {"sort", "tell", "how", "detail"}


def test_no_time_of_day() -> None:
    """No sentence carries a clock."""
    assert not [act.n for act in ACTS for text in spoken(act) if re.search(r"\d:\d\d|\d ?[ap]m\b", text)]


def test_it_parses_line_by_line() -> None:
    """Every beginning of the record is a record: no line leans on a later one."""
    lines = generate.ninety_days().splitlines()
    for end in (1, 2, 50, len(lines) // 2, len(lines)):
        assert len(parse(lines[:end]).edits) == end
