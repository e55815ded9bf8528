"""Codes for a camera, in a terminal and as a file; the only importer of segno."""

import io
from pathlib import Path
from typing import Final

import segno

from troth_app.limits import QR_BYTES_MAX
from troth_wire.errors import UsageError
from troth_wire.said import Said

__all__ = ["drawn", "picture", "save"]

TOO_LONG: Final = Said("a code holds at most {bytes} bytes")
BORDER: Final = 1
SCALE: Final = 8
"""Pixels for each of its squares."""


def drawn(text: str) -> str:
    """Return a code in half blocks; what is drawn are its light squares.

    Raises:
        UsageError: If the text is longer than a terminal has room for.
    """
    out = io.StringIO()
    _made(text).terminal(out=out, border=BORDER, compact=True)
    return out.getvalue().rstrip("\n")


def picture(text: str) -> str:
    """Return a code as a drawing that stands in a page.

    Raises:
        UsageError: If the text is too long.
    """
    return _made(text).svg_inline(border=BORDER, scale=SCALE, omitsize=True)


def save(text: str, path: Path) -> None:
    """Write a code to a new picture file, for its owner to read.

    Raises:
        UsageError: If the text is too long.
        OSError: If the file is there already, or can not be written.
    """
    picture = io.BytesIO()
    _made(text).save(picture, kind="png", border=BORDER, scale=SCALE)
    with path.open("xb") as file:
        path.chmod(0o600)
        file.write(picture.getvalue())


def _made(text: str) -> segno.QRCode:
    if len(text.encode()) > QR_BYTES_MAX:
        raise UsageError(TOO_LONG.format(bytes=QR_BYTES_MAX))
    return segno.make_qr(text, error="l")
