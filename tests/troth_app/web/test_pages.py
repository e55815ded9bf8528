"""Every text on a page is text: escaped, its lines kept, its control signs shown, and no button in anybody's words."""

import re
from datetime import date
from importlib.resources import files

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_app.conversation import Qr
from troth_app.screen import clean
from troth_app.web import screens
from troth_app.web.pages import Pages, drawn, month_of, said, words
from troth_app.web.visit import Visit

TEXTS = st.text(max_size=60) | st.sampled_from(
    ["<b>", "</p><script>", '" onload="x', "&lt;", "{{ 1 }}", "`troth stop`", "a\r\nb\nc", "\x1b[2J", "\u202eevil"]
)
TAG = re.compile(r"<(?!br>)")
FIELD = re.compile(r"<(?:textarea|input)\b[^>]*>")
UNKEPT = ('type="hidden"', 'type="password"', 'autocomplete="off"')
"""What a browser fills by itself or keeps nowhere: Firefox writes what is typed elsewhere into files of its own."""


@given(text=TEXTS)
def test_words_are_no_markup(text: str) -> None:
    """Nothing of them is a tag but the ends of their lines, and nothing ends an attribute."""
    written = str(words(text))
    assert not TAG.search(written)
    assert not set("\"'>") & set(written.replace("<br>", ""))
    assert written.count("<br>") == clean(text).replace("\r\n", "\n").count("\n")
    assert "<button" not in written


@given(text=TEXTS)
def test_a_sentence_has_buttons_and_no_other_markup(text: str) -> None:
    """What is around a button is escaped like everything else."""
    written = str(said(text))
    without = re.sub(r'<button class="inline" form="go" name="command" value="[a-z -]+">[^<>]*</button>', "", written)
    assert not set("<>\"'") & set(without)


def test_a_sentence_with_a_button() -> None:
    """It begins the command that it names."""
    assert 'value="unlock">Unlock</button>' in said("It is locked. `troth unlock` opens it.")


@given(title=TEXTS, line=TEXTS)
def test_a_page_escapes_what_it_is_given(title: str, line: str) -> None:
    """By itself, also where a template forgets."""
    written = Pages().write("closed", {"title": title, "lines": [line], "onward": ""})
    assert written.count("<p>") == written.count("<h1>") == 1
    assert "<script" not in written


def test_what_is_missing_is_an_error() -> None:
    """A page never shows half of itself."""
    with pytest.raises(jinja2.UndefinedError):
        Pages().write("closed", {"lines": []})


def test_no_browser_keeps_what_is_typed() -> None:
    """Every field says so: else Firefox has the words on the disk in a moment, and shows them again, locked or not."""
    templates = [one for one in (files("troth_app.web") / "templates").iterdir() if one.name.endswith(".html")]
    fields = [field for one in templates for field in FIELD.findall(one.read_text())]
    assert fields
    assert [field for field in fields if not any(said in field for said in UNKEPT)] == []


def test_a_code_is_a_picture() -> None:
    """Drawn from squares, with nothing to run, where a conversation shows one, with its text beside it."""
    text = "troth:" + "x" * 40
    assert "<svg" in drawn(text)
    visit = Visit("pair here")
    visit.take(Qr(text))
    shown = screens.step(visit, 1, title="Begin")
    shown["step"] |= {"draft": "", "back": "/", "file": ""}
    page = {"name": "Notes", "here": "", "csrf": "", "two": False, "bar": [], "calm": "", "told": [], "state": "open"}
    written = Pages().write("step", {"page": page, **shown})
    assert str(drawn(text)) in written
    assert text in written


@given(today=st.dates(date(1970, 1, 1), date(9999, 12, 31)))
def test_a_month_is_a_calendars(today: date) -> None:
    """Weeks of seven days from Monday on, each day of the month once, and today among them."""
    month = month_of(today)
    days = [day for week in month["weeks"] for day in week if day]
    assert all(len(week) == 7 for week in month["weeks"])
    assert days == [str(day) for day in range(1, len(days) + 1)]
    assert month["weeks"][(today.day + today.replace(day=1).weekday() - 1) // 7][today.weekday()] == month["today"]
    assert str(today.year) in month["month"]
