"""The pages' own laws: nothing inline, nothing from elsewhere, a token in each form, and light to carry."""

import re
from pathlib import Path
from typing import Final

import pytest

import troth_app.web.wordings as wordings

WEB: Final = Path(wordings.__file__).parent
TEMPLATES: Final = sorted((WEB / "templates").glob("*.html"))
STATIC: Final = sorted((WEB / "static").iterdir())
BYTES_MAX: Final = 100_000
ALONE: Final = ("calm.html", "closed.html")

INLINE: Final = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! src=\"/static/)", re.IGNORECASE)
ELSEWHERE: Final = re.compile(r"(?:src|href|action|url)\s*[=(]\s*[\"']?(?:[a-z]+:)?//", re.IGNORECASE)
FORM: Final = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL)
TOKEN: Final = '<input type="hidden" name="csrf" value="{{ page.csrf }}">'


def inline(text: str) -> list[str]:
    """The places of a page that a strict policy would refuse."""
    return INLINE.findall(text)


def tokenless(text: str) -> list[str]:
    """The forms of a page that carry no token."""
    return [form for form in FORM.findall(text) if TOKEN not in form]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_page_is_plain(path: Path) -> None:
    """No page has a script, a style or a handler of its own, or a form that another site could send."""
    text = path.read_text()
    assert inline(text) == []
    assert tokenless(text) == []


@pytest.mark.parametrize("path", [*TEMPLATES, *STATIC], ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    """R54, N20: no page asks another machine for anything."""
    assert ELSEWHERE.findall(path.read_text()) == []


@pytest.mark.parametrize(
    "bad",
    [
        "<p style='x'>",
        "<style>",
        "<a onclick=x>",
        "<script>x</script>",
        '<script src="/other.js">',
        '<a href="javascript:x">',
    ],
)
def test_an_inline_part_is_found(bad: str) -> None:
    """The law can be broken, and is seen to be."""
    assert inline(bad)


def test_a_form_without_its_token_is_found() -> None:
    """The law can be broken, and is seen to be."""
    assert tokenless('<form method="post" action="/go"><button></button></form>')
    assert ELSEWHERE.findall('<img src="//elsewhere/x"> url(https://elsewhere)') != []


def test_the_pages_are_light() -> None:
    """What a browser loads for a page, before the words of two people, stays small."""
    heaviest = max(path.stat().st_size for path in TEMPLATES)
    assert sum(path.stat().st_size for path in STATIC) + 2 * heaviest < BYTES_MAX


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_page_has_one_heading(path: Path) -> None:
    """A page has one h1; what it builds upon has none."""
    is_page = path.name in ALONE or "{% extends" in path.read_text()
    assert path.read_text().count("<h1") == int(is_page)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_title_says_nothing(path: Path) -> None:
    """R28: the title is the neutral name, or a calendar's."""
    for title in re.findall(r"<title>(.*?)</title>", path.read_text()):
        assert title in (
            "{{ page.name }}",
            "{{ t('web.calendar') }}",
            "{{ (page|default({})).name|default(t('web.name')) }}",
        )


@pytest.mark.parametrize("path", STATIC, ids=lambda path: path.name)
def test_what_is_served_to_anybody_is_neutral(path: Path) -> None:
    """R28: script, style and mark do not tell what they are for, and keep nothing in the browser."""
    text = path.read_text().lower()
    for word in ("troth", "partner", "couple", "localstorage", "sessionstorage", "indexeddb", "document.cookie"):
        assert word not in text


def test_words_of_people_make_no_buttons() -> None:
    """N9: what somebody wrote is shown by `words`; `said`, which makes buttons, is for what the program says."""
    parts = (WEB / "templates" / "parts.html").read_text()
    for macro in ("line", "card", "table"):
        body = parts.split(f"{{% macro {macro}(")[1].split("{%- endmacro")[0]
        assert "|said" not in body
