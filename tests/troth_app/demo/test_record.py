"""The demo's input: what is taken is exact, what is refused is named."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from troth_app.demo import line as line_module
from troth_app.demo import record as record_module
from troth_app.demo.record import (
    Act,
    Add,
    Container,
    Edit,
    Kind,
    Record,
    RecordError,
    Set,
    Value,
    Write,
    line_of,
    missing,
    owed,
    parse,
    place,
    read,
    words,
)

SPEC = (Path(__file__).parents[3] / "specs" / "demo.md").read_text("utf-8")

GOOD: dict[str, Any] = {
    "n": 1,
    "day": "2026-09-14",
    "by": "Robin",
    "on": 1,
    "edit": "add",
    "path": ["notes", "garden"],
    "value": "kale",
}
WRITE: dict[str, Any] = {name: value for name, value in GOOD.items() if name != "value"} | {
    "edit": "write",
    "with": "kale",
}
ACT: dict[str, Any] = {name: GOOD[name] for name in ("n", "day", "by", "on")} | {
    "edit": "act",
    "act": "gratitude",
    "says": {"text": "For the kale."},
}


def text_of(fields: dict[str, Any]) -> str:
    """Give an object as a line, with no check at all."""
    return json.dumps(fields)


def without(name: str) -> str:
    """Give the good line without one field."""
    return text_of({key: value for key, value in GOOD.items() if key != name})


REFUSED: list[tuple[list[str], int, str]] = [
    (["\udcff"], 1, "It is not UTF-8."),
    ([" " * 32_769], 1, "It is longer than 32768 bytes."),
    ([""] * 20_001, 20_001, "A file holds at most 20000 lines."),
    (["{"], 1, "It is not JSON."),
    (["", text_of(GOOD)[:-1]], 2, "It is not JSON."),
    (["\ufeff" + text_of(GOOD)], 1, "It is not JSON."),
    (["[1]"], 1, "It is not a JSON object."),
    (['{"n": 1, "n": 1}'], 1, "A key stands twice in one object."),
    ([text_of(GOOD | {"value": {"": 1}})], 1, "A key of an object is empty."),
    ([text_of(GOOD | {"value": float("nan")})], 1, "A number is not finite."),
    ([text_of(GOOD).replace('"kale"', "1e999")], 1, "A number is not finite."),
    ([text_of(GOOD | {"value": [2**63]})], 1, "A whole number does not fit in 64 bits."),
    ([text_of(GOOD | {"value": -(2**63) - 1})], 1, "A whole number does not fit in 64 bits."),
    ([text_of(GOOD).replace('"kale"', "1" * 9_000)], 1, "A whole number does not fit in 64 bits."),
    ([text_of(GOOD | {"value": "\ud800"})], 1, "A string holds half of a surrogate pair."),
    ([text_of(GOOD | {"value": {"\udfff": 1}})], 1, "A string holds half of a surrogate pair."),
    (
        [text_of(GOOD).replace('"kale"', "[" * 17 + "]" * 17)],
        1,
        "A value is nested deeper than 16 levels.",
    ),
    (["[" * 32_768], 1, "A value is nested deeper than 16 levels."),
    ([text_of(GOOD | {"edit": "delete"})], 1, "`edit` is not `set`, `add`, `write` or `act`."),
    ([text_of(GOOD | {"edit": ["add"]})], 1, "`edit` is not `set`, `add`, `write` or `act`."),
    ([without("edit")], 1, "`edit` is not `set`, `add`, `write` or `act`."),
    ([without("day")], 1, "`day` is not given."),
    ([text_of(GOOD | {"with": ""})], 1, "It holds a field that the format does not know."),
    ([text_of(WRITE | {"replcae": "a"})], 1, "It holds a field that the format does not know."),
    ([text_of(GOOD | {"n": True})], 1, "`n` is not a whole number."),
    ([text_of(GOOD | {"n": 1.0})], 1, "`n` is not a whole number."),
    ([text_of(GOOD), "", text_of(GOOD | {"n": 5})], 3, "`n` is 5, and 2 comes next."),
    ([text_of(GOOD | {"day": "20260914"})], 1, "`day` is not a date such as 2026-08-23."),
    ([text_of(GOOD | {"day": "2026-02-30"})], 1, "`day` is not a date such as 2026-08-23."),
    ([text_of(GOOD | {"day": 1})], 1, "`day` is not a date such as 2026-08-23."),
    ([text_of(GOOD | {"by": ""})], 1, "`by` is not a name of 1 to 64 printable characters."),
    ([text_of(GOOD | {"by": "a\nb"})], 1, "`by` is not a name of 1 to 64 printable characters."),
    (
        [text_of(GOOD | {"n": n, "by": by}) for n, by in enumerate(("Robin", "Sasha", "Noor"), start=1)],
        3,
        "It names a third person.",
    ),
    ([text_of(GOOD | {"on": 3})], 1, "`on` is neither 1 nor 2."),
    ([text_of(GOOD | {"on": True})], 1, "`on` is neither 1 nor 2."),
    ([text_of(GOOD | {"path": []})], 1, "`path` is not a list of 1 to 8 strings that are not empty."),
    ([text_of(GOOD | {"path": [""]})], 1, "`path` is not a list of 1 to 8 strings that are not empty."),
    ([text_of(GOOD | {"path": ["a"] * 9})], 1, "`path` is not a list of 1 to 8 strings that are not empty."),
    ([text_of(GOOD | {"path": "a"})], 1, "`path` is not a list of 1 to 8 strings that are not empty."),
    ([text_of(WRITE | {"with": None})], 1, "`with` is not a string."),
    ([text_of(ACT | {"act": "trust"})], 1, "`act` is none that the partners' document knows."),
    ([text_of(ACT | {"act": ["note"]})], 1, "`act` is none that the partners' document knows."),
    ([text_of(ACT | {"says": "kale"})], 1, "`says` is not an object."),
    ([text_of(ACT | {"of": 1})], 1, "`of` is not a list."),
    ([text_of(ACT | {"about": 1})], 1, "`about` names no earlier line."),
    ([text_of(ACT | {"about": 0})], 1, "`about` names no earlier line."),
    ([text_of(ACT), text_of(ACT | {"n": 2, "of": [1, True]})], 2, "`of` names no earlier line."),
    ([text_of(GOOD), text_of(ACT | {"n": 2, "of": [1]})], 2, "It names a line that is no act."),
    ([text_of(GOOD), text_of(ACT | {"n": 2, "about": 1})], 2, "It names a line that is no act."),
    (
        [text_of(GOOD), text_of(WRITE | {"n": 2})],
        2,
        "It needs a text where line 1 needs a list, 2 keys deep.",
    ),
    ([], 1, "The file ends without an edit."),
]


@pytest.mark.parametrize(("lines", "number", "sentence"), REFUSED)
def test_a_bad_line_is_named(lines: list[str], number: int, sentence: str) -> None:
    """A line that cannot be used is refused with its number and a sentence that the specification gives."""
    with pytest.raises(RecordError) as refused:
        parse(lines)
    assert (refused.value.line, refused.value.sentence) == (number, sentence)
    assert str(refused.value) == f"Line {number}: {sentence}"
    assert f"| {sentence} |" in SPEC


def test_every_sentence_of_the_specification_is_met() -> None:
    """Each refusal that the specification lists is one that the parser makes."""
    table = SPEC.partition("## What is refused")[2].partition("## How it is proven")[0]
    listed = [row.split(" | ")[1].removesuffix(" |") for row in table.splitlines() if row.startswith("| ")]
    assert set(listed[1:]) == {sentence for _, _, sentence in REFUSED}


def test_the_bounds_of_the_specification_are_those_of_the_code() -> None:
    """Each bound in the table has the value that the code has."""
    table = SPEC.partition("| Bound |")[2].partition("\n\n")[0]
    rows = [row.split(" | ") for row in table.splitlines() if row.startswith("| `")]
    found = vars(line_module) | vars(record_module)
    assert len(rows) == 6
    for name, value, _why in rows:
        assert found[name.strip("| `")] == int(value)


def test_the_examples_of_the_specification_are_a_record() -> None:
    """The six lines that the specification shows are taken as one file."""
    lines = [row for row in SPEC.splitlines() if row.startswith('{"n"')]
    assert [type(edit) for edit in parse(lines).edits] == [Set, Add, Write, Write, Act, Act]


def test_the_examples_name_their_containers() -> None:
    """What has to be laid out is listed once each, every container after its map."""
    lines = [row for row in SPEC.splitlines() if row.startswith('{"n"')]
    assert parse(lines).layout == (
        Container(Kind.MAP, ("windows",)),
        Container(Kind.MAP, ("windows", "2026-09-14")),
        Container(Kind.LIST, ("thanks",)),
        Container(Kind.MAP, ("notes",)),
        Container(Kind.TEXT, ("notes", "garden")),
    )


@pytest.mark.parametrize("kind", ["set", "add"])
def test_a_path_that_begins_another_is_a_map(kind: str) -> None:
    """A value or a list cannot stand where another line walks through, whichever comes first."""
    short, long = GOOD | {"edit": kind, "path": ["a"]}, GOOD | {"path": ["a", "b"]}
    for first, second in ((short, long), (long, short)):
        with pytest.raises(RecordError) as refused:
            parse([text_of(first), text_of(second | {"n": 2})])
        assert refused.value.line == 2


def test_a_file_is_read_as_its_bytes_say(tmp_path: Path) -> None:
    """Line ends may be LF or CR LF, the last may be absent, and a separator inside a string is not one."""
    file = tmp_path / "record.jsonl"
    first, second = text_of(GOOD), json.dumps(GOOD | {"n": 2, "value": "a\u2028b"}, ensure_ascii=False)
    file.write_bytes(f"\n{first}\r\n\t\r\n{second}".encode())
    assert read(file).edits == parse([first, second]).edits


@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80", b" " * 32_769, b"[" * 10_000_000])
def test_a_file_of_bad_bytes_is_refused_by_its_line(tmp_path: Path, bad: bytes) -> None:
    """Bytes that are no text, and lines without end, are refused with their number."""
    file = tmp_path / "record.jsonl"
    file.write_bytes(text_of(GOOD).encode() + b"\n" + bad)
    with pytest.raises(RecordError) as refused:
        read(file)
    assert refused.value.line == 2


def test_a_line_may_be_as_long_as_the_bound() -> None:
    """The bound counts bytes and leaves out the line end."""
    room = 32_768 - len(text_of(GOOD | {"value": ""}).encode())
    full = json.dumps(GOOD | {"value": "é" * (room // 2) + "a" * (room % 2)}, ensure_ascii=False)
    assert len(parse([full + "\r\n"]).edits) == 1


# --- what holds for every record ---


def taken_or_refused(lines: list[str]) -> Record | RecordError:
    """Give what the parser makes of the lines; any other exception fails the test."""
    try:
        return parse(lines)
    except RecordError as refused:
        return refused


STRINGS = st.text(st.characters(codec="utf-8"), max_size=8)
KEYS = st.sampled_from(["a", "b", "é", " "])
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | STRINGS
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS | NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STRINGS.filter(bool), inner, max_size=3),
    max_leaves=6,
)
PLACES = {
    Set: [("s",), ("m", "s")],
    Add: [("l",), ("m", "l")],
    Write: [("t",), ("m", "é", "t")],
}


@st.composite
def acts(draw: st.DrawFn, head: dict[str, Any], earlier: list[int]) -> Act:
    """Acts that lean on earlier ones."""
    about = draw(st.none() | st.sampled_from(earlier)) if earlier else None
    of = draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier else []
    says = draw(st.dictionaries(STRINGS.filter(bool), VALUES, max_size=3))
    act = draw(st.sampled_from(["note", "write", "assent"]))
    return Act(**head, path=(act,), act=act, about=about, of=tuple(of), says=says)


@st.composite
def edits(draw: st.DrawFn) -> list[Edit]:
    """Lists of edits that agree on what each path holds."""
    found: list[Edit] = []
    for n in range(1, draw(st.integers(1, 6)) + 1):
        kind = draw(st.sampled_from([Set, Add, Write, Act]))
        head: dict[str, Any] = {
            "n": n,
            "day": draw(st.dates(date(1, 1, 1))),
            "by": draw(st.sampled_from(["Robin", "Sasha"])),
            "on": draw(st.sampled_from([1, 2])),
        }
        if kind is Act:
            found.append(draw(acts(head, [edit.n for edit in found if isinstance(edit, Act)])))
            continue
        head["path"] = draw(st.sampled_from(PLACES[kind]))
        if kind is Write:
            found.append(Write(**head, replace=draw(STRINGS), insert=draw(STRINGS)))
        else:
            found.append((Set if kind is Set else Add)(**head, value=draw(VALUES)))
    return found


@given(edits())
def test_round_trip(found: list[Edit]) -> None:
    """What is written as lines is read as the same edits, to the type of each number."""
    taken = parse([line_of(edit) for edit in found])
    assert repr(taken) == repr(Record(tuple(found)))


@given(edits())
def test_every_container_follows_its_map(found: list[Edit]) -> None:
    """The layout has each path once, parents first, and everything but values."""
    layout = parse([line_of(edit) for edit in found]).layout
    paths = [container.path for container in layout]
    assert len(set(paths)) == len(paths)
    for at, path in enumerate(paths):
        assert path[:-1] == () or Container(Kind.MAP, path[:-1]) in layout[:at]
    kept = {edit.path for edit in found if not isinstance(edit, Set | Act)}
    assert kept == {container.path for container in layout if container.kind is not Kind.MAP}


@given(edits(), st.data())
def test_a_mutated_line_is_refused_by_its_number_or_is_valid(found: list[Edit], data: st.DataObject) -> None:
    """Whatever is done to the last line, it is taken or refused with its number; nothing else is raised."""
    lines = [line_of(edit) for edit in found]
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(lines[-1]))] * 2)))
    spice = st.text(st.sampled_from('{}[]",:\\ \t\r\n0123456789.eE-+NaInfuity\ud800\udfffé\ufeff'), max_size=6)
    lines[-1] = lines[-1][:start] + data.draw(spice | st.text(max_size=6)) + lines[-1][end:]
    match taken_or_refused(lines):
        case RecordError(line=line):
            # A file whose one line became blank is refused where it ends.
            assert line == len(lines) or (line, len(lines)) == (2, 1)
        case Record(edits=taken):
            assert taken[: len(lines) - 1] == tuple(found[:-1])


@given(st.lists(st.text(max_size=40), max_size=4))
@example(['{"n": ' + "[" * 3_000])
@example(["\x00"])
def test_any_text_is_a_record_or_a_record_error(lines: list[str]) -> None:
    """No text raises anything but the one error."""
    match taken_or_refused(lines):
        case RecordError(line=line):
            assert 1 <= line <= len(lines) + 1


# --- words ---


def write(replace: str, insert: str) -> Write:
    """Give a write to the text `t`."""
    return Write(n=1, day=date(2026, 9, 14), by="Robin", on=1, path=("t",), replace=replace, insert=insert)


def written(text: str, edit: Write) -> str:
    """Give a text after a write, as one device makes it."""
    at, length = place(text, edit.replace)
    return text[:at] + edit.insert + text[at + length :]


@pytest.mark.parametrize(
    ("text", "replace", "where"),
    [
        ("kale, leeks", "leeks", (6, 5)),
        ("bleeks leeks1 leeks", "leeks", (14, 5)),
        ("leeks_leeks", "leeks", (0, 5)),
        ("kale", "leeks", (4, 0)),
        ("kale", "", (4, 0)),
        ("aa a", "a", (3, 1)),
        ("thé thé", "th", (7, 0)),
    ],
)
def test_a_whole_word_is_found(text: str, replace: str, where: tuple[int, int]) -> None:
    """The first occurrence between characters that are neither letters nor digits is the place."""
    assert place(text, replace) == where


SENTENCES = st.text(st.sampled_from("ab1é _.\n"), max_size=6)


@given(st.lists(st.builds(write, SENTENCES, SENTENCES), max_size=8))
@example([write("", "a"), write("", "b"), write("ab", "")])
def test_a_text_written_in_turn_owes_nothing(writes: list[Write]) -> None:
    """One device that makes the writes one after another has every owed word."""
    text = ""
    for edit in writes:
        text = written(text, edit)
    assert missing(owed(writes), text) == Counter()


def test_words_are_counted() -> None:
    """A word is a run of letters and digits; each occurrence counts."""
    assert words("Don't. 2 leeks_leeks, é") == Counter({"Don": 1, "t": 1, "2": 1, "leeks": 2, "é": 1})


def test_words_that_stand_side_by_side_are_found() -> None:
    """Two devices that replaced one word leave both new words as one run, and neither is missing."""
    writes = [write("", "a quiet day"), write("quiet", "slow"), write("quiet", "long")]
    assert missing(owed(writes), "a slowlong day") == Counter()


@pytest.mark.parametrize("text", ["a day", "a slow day", "a slow slow day", "a belonging day slow"])
def test_a_word_that_is_lost_is_missing(text: str) -> None:
    """A text without an owed word is found out, unless the word stands inside a run that nobody wrote."""
    writes = [write("", "a belonging day"), write("", " slow"), write("", " long")]
    assert "long" in missing(owed(writes), text)


@given(st.lists(st.sampled_from(["slow", "quiet", "long", "day"]), min_size=1, max_size=6), st.data())
def test_a_word_taken_out_is_missing(found: list[str], data: st.DataObject) -> None:
    """Losing any one word of a text is found out, and named."""
    writes = [write("", f" {word}") for word in found]
    lost = data.draw(st.integers(0, len(found) - 1))
    kept = " ".join(found[:lost] + found[lost + 1 :])
    assert missing(owed(writes), kept) == Counter({found[lost]: 1})
