"""What a browser asks with, and what it gets: values, so that what decides knows no server."""

from dataclasses import dataclass
from typing import Any, Final

__all__ = ["CONFLICT", "NOT_FOUND", "NO_CONTENT", "Context", "Go", "Page", "Reply", "See"]

SEE_OTHER: Final = 303
NO_CONTENT: Final = 204
NOT_FOUND: Final = 404
CONFLICT: Final = 409

Context = dict[str, Any]
"""What stands in a template, by name."""


@dataclass(frozen=True)
class See:
    """Who asks, and from where.

    Attributes:
        path: The address.
        cookie: Of the browser.
        before: The page from which it was asked.
        live: Whether a page that is open asks for itself again, and nobody for a page.
    """

    path: str
    cookie: str
    before: str = "/"
    live: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """The first part of the address, and the rest."""
        first, _, rest = self.path.strip("/").partition("/")
        return first, rest


@dataclass(frozen=True)
class Page:
    """A page to write."""

    name: str
    context: Context
    status: int = 200


@dataclass(frozen=True)
class Go:
    """Another page to go to; or nothing, by its status."""

    to: str = ""
    status: int = SEE_OTHER


Reply = Page | Go
