"""How pages are written: templates in which every text is escaped; the only importer of jinja2."""

from calendar import monthcalendar
from collections.abc import Mapping
from datetime import date
from typing import Any

import jinja2
from markupsafe import Markup, escape

from troth_app.language import direction, tag
from troth_app.qr import picture
from troth_app.screen import clean
from troth_app.web.labels import PLACES, label_of, split
from troth_app.web.telling import tell

__all__ = ["Pages", "month_of"]


class Pages:
    """Writes pages."""

    def __init__(self) -> None:
        """Load the templates of this package."""
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("troth_app.web"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._templates.filters |= {"said": said, "words": words}
        self._templates.globals |= {"label": label_of, "qr": drawn, "t": tell, "tag": tag, "direction": direction}

    def write(self, name: str, context: Mapping[str, Any]) -> str:
        """Return a page.

        Args:
            name: Of the template, without its end.
            context: What stands in it.
        """
        return self._templates.get_template(f"{name}.html").render(context)


def said(text: str) -> Markup:
    """Return a sentence of the program, in which each command that it names is a button."""
    return Markup("").join(_named(piece, command) for piece, command in split(text))


def _named(piece: str, command: str) -> Markup:
    """Return a piece of a sentence: a button or a link, if it names a command."""
    if not command:
        return escape(clean(piece))
    if command in PLACES:
        return Markup('<a href="{}">{}</a>').format(PLACES[command], piece)
    return Markup('<button class="inline" form="go" name="command" value="{}">{}</button>').format(command, piece)


def words(text: str) -> Markup:
    """Return somebody's own words, their lines kept."""
    return Markup("<br>").join(clean(text).replace("\r\n", "\n").split("\n"))


def drawn(text: str) -> Markup:
    """Return a code for a camera."""
    return Markup(picture(text))  # noqa: S704 - drawn by a library, from squares alone


def month_of(today: date) -> dict[str, Any]:
    """Return a month, for a page that shows nothing else: its name, its weeks from Monday on, and the day."""
    weeks = [[str(day or "") for day in week] for week in monthcalendar(today.year, today.month)]
    return {
        "month": tell("web.month", month=tell(f"web.month.{today.month}"), year=today.year),
        "weeks": weeks,
        "today": str(today.day),
    }
