"""What the pages ask of a keeper beside the commands that a person gives; none of it is on the command line."""

from typing import Final

from troth_app.command import Command
from troth_wire.said import Said

__all__ = ["FOR_PAGES", "GLANCE", "PAUSES"]

PAUSES: Final = "pauses"
"""An option of every conversation that a page begins: while it asks, nobody may be there, so that is no use."""
GLANCE: Final = "glance"
"""An option of what a page reads by itself: nobody asked for it, so it is no use."""

FOR_PAGES: Final = (
    Command("pages frame", "", Said("What every page shows: signals, the calm line."), "pages:frame"),
    Command("pages here", "", Said("Say that somebody is reading."), "pages:here"),
    Command("pages drafts", "", Said("What was typed and not sent."), "pages:drafts"),
    Command("pages keep", "", Said("Keep what is being typed."), "pages:keep"),
    Command("pages choose", "", Said("Choose how the pages look and behave."), "pages:choose"),
    Command("pages news", "", Said("Say when something is new."), "pages:news", listens=True),
)
