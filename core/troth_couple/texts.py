"""What may stand in a text: words in any script, and nothing that makes a screen show other words than were signed.

Refused at the door: control characters and escape sequences, marks that turn the direction of what follows, texts
that are not in the one normal form (NFC). Right-to-left scripts, combining marks and emoji are ordinary words.
"""

import re
from typing import Final
from unicodedata import is_normalized, normalize

from troth_wire.codec import Check
from troth_wire.errors import MalformedError, UsageError
from troth_wire.said import Said

__all__ = ["clean", "shown", "words"]

_HIDDEN: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
_LINE_ENDS: Final = re.compile("\r\n?|\u2028|\u2029|\x85")


def words(bytes_max: int) -> Check:
    """Accept a text of one to so many bytes of UTF-8 that says something and hides nothing."""

    def check(item: object) -> str:
        if type(item) is not str or not item or item.isspace() or _HIDDEN.search(item):
            raise MalformedError("not a text, an empty one, or one with characters that hide something")
        if not item.isascii() and not is_normalized("NFC", item):
            raise MalformedError("a text that is not in normal form")
        if len(item.encode()) > bytes_max:
            raise MalformedError(f"a text of more than {bytes_max} bytes")
        return item

    return check


def clean(text: str) -> str:
    """Return what somebody typed as it may be signed: in normal form, with plain line ends and spaces.

    Raises:
        UsageError: If characters remain that no screen could show truly.
    """
    plain = normalize("NFC", _LINE_ENDS.sub("\n", text).replace("\t", " "))
    if _HIDDEN.search(plain):
        raise UsageError(
            Said("The text holds characters that can not be shown. Nothing was lost. Take them out and try again.")
        )
    return plain


def shown(text: str) -> str:
    """Return a foreign text in which nothing hides: each such character stands as its number in brackets."""
    return _HIDDEN.sub(lambda found: f"[{ord(found[0]):04x}]", text)
