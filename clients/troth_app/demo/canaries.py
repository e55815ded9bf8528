"""Looks for what must not be there: every canary, in every shape in which a word may hide in bytes.

A search that finds nothing proves something only if it finds everything where nothing is hidden;
the demo's `--sabotage plaintext` and the tests do that.
"""

import base64
import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from troth_app.demo.acting import NAMED
from troth_app.demo.record import Act, Add, Edit, Set, Write, words

__all__ = ["BYTES_MIN", "HTTP_WORDS", "SHAPES", "chosen", "found_in", "inflated_from", "shapes_of"]

BYTES_MIN: Final = 5
"""A shorter canary may stand in a few million random bytes by chance."""
LETTERS_MIN: Final = 6
"""Words shorter than this are everywhere in the language, and are no canaries."""
WORDS_MAX: Final = 400
SHAPES: Final = ("plain", "UTF-16", "hex", "base64", "deflated")
HTTP_WORDS: Final = b"""GET /v1 HTTP/1.1 101 Switching Protocols Host Upgrade upgrade WebSocket websocket
Connection connection Sec-WebSocket-Version Sec-WebSocket-Key Sec-WebSocket-Accept Sec-WebSocket-Extensions
Sec-WebSocket-Protocol Accept Accept-Encoding Encoding gzip deflate User-Agent Server Python aiohttp Content-Type
Content-Length Cache-Control"""
"""What stands in the head of every WebSocket connection, whoever makes it."""
BASE64_ALIGNMENTS: Final = 3
STEP_BYTES: Final = 64
INFLATED_BYTES_MAX: Final = 4 * 1024 * 1024
_STREAM_STARTS: Final = re.compile(rb"(?=\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08)")


def chosen(written: Iterable[Edit], persons: Iterable[str], common: bytes) -> dict[str, bytes]:
    """Choose what nobody but the persons may ever see, by a name that may be shown.

    Args:
        written: The edits whose words and keys are to stay unread.
        persons: The persons' names.
        common: Bytes that give nothing away; what stands in them is no canary.
    """
    edits = list(written)
    texts = [text for edit in edits for text in _texts(edit)]
    long_words = sorted({word for text in texts for word in words(text) if len(word) >= LETTERS_MIN})
    paths = [edit.path for edit in edits if not isinstance(edit, Act)]
    keys = {key for path in paths for key in path if sum(map(len, words(key))) >= LETTERS_MIN}
    names = {person for person in persons if words(person) and any(person in text for text in texts)}
    step = -(-len(long_words) // WORDS_MAX) or 1
    named = {text: text.encode() for text in (*long_words[::step], *sorted(keys), *sorted(names))}
    return {text: canary for text, canary in named.items() if len(canary) >= BYTES_MIN and canary not in common}


def shapes_of(canary: bytes) -> dict[str, frozenset[bytes]]:
    """Return the byte strings that give a canary away, by the name of the shape.

    Args:
        canary: A word in UTF-8, or the raw bytes of an identifier; at least `BYTES_MIN` bytes.
    """
    return {
        "plain": frozenset({canary}),
        "UTF-16": frozenset(_wide(canary)),
        "hex": frozenset({canary.hex().encode(), canary.hex().upper().encode()}),
        "base64": frozenset(_base64(canary)),
        "deflated": frozenset(_deflated(canary)),
    }


def found_in(haystacks: Mapping[str, bytes], canaries: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    """Return (canary, shape, haystack) for everything that was found.

    Args:
        haystacks: Bytes by the name of where they come from. Deflated streams in them are searched too.
        canaries: What to look for, by a name that may be shown.
    """
    forms = _by_start(canaries)
    starts = re.compile(_any_of([*forms]), re.DOTALL)
    found: dict[tuple[str, str, str], None] = {}
    for where, data in haystacks.items():
        found |= {(name, shape, where): None for name, shape in _hits(data, starts, forms)}
        for name, shape in _hits(b"\n".join(inflated_from(data)), starts, forms):
            found[name, "deflated" if shape == "plain" else f"deflated {shape}", where] = None
    order = {name: number for number, name in enumerate(canaries)}
    return sorted(found, key=lambda sighting: order[sighting[0]])


def inflated_from(data: bytes) -> Iterator[bytes]:
    """Yield what every deflated stream in some bytes inflates to, as far as it does."""
    for start in _STREAM_STARTS.finditer(data):
        inflated = _inflated(memoryview(data)[start.start() :])
        if inflated:
            yield inflated


def _inflated(data: memoryview) -> bytes:
    """Return what a stream inflates to, up to its end, the bound, or the first byte that does not fit."""
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    found = bytearray()
    at = 0
    while at < len(data) and len(found) < INFLATED_BYTES_MAX and not inflater.eof:
        try:
            found += inflater.decompress(data[at : at + STEP_BYTES])
        except zlib.error:
            break  # Two bytes that look like the start of a stream, and are not; or a stream that was cut.
        at += STEP_BYTES
    return bytes(found)


def _by_start(canaries: Mapping[str, bytes]) -> dict[bytes, list[tuple[bytes, str, str]]]:
    """Return (form, canary, shape) of all that gives a canary away, by its first `BYTES_MIN` bytes."""
    starts: dict[bytes, list[tuple[bytes, str, str]]] = defaultdict(list)
    for name, canary in canaries.items():
        for shape, forms in shapes_of(canary).items():
            for form in forms:
                assert len(form) >= BYTES_MIN, "a canary is longer than chance"
                starts[form[:BYTES_MIN]].append((form, name, shape))
    return starts


def _any_of(starts: Collection[bytes]) -> bytes:
    """Return an expression for any of some strings of one length, as a tree of first bytes.

    There are thousands of forms and megabytes to search; one pass for all of them takes a second, one each a minute.
    """
    branches: dict[int, list[bytes]] = defaultdict(list)
    for start in starts:
        if start:
            branches[start[0]].append(start[1:])
    if not branches:
        return b"" if starts else b"(?!)"
    return b"(?:%s)" % b"|".join(b"\\x%02x%s" % (first, _any_of(rest)) for first, rest in sorted(branches.items()))


def _hits(
    data: bytes, starts: re.Pattern[bytes], forms: Mapping[bytes, list[tuple[bytes, str, str]]]
) -> Iterator[tuple[str, str]]:
    """Yield (canary, shape) for each form that stands in some bytes; forms may overlap."""
    at = -1
    while hit := starts.search(data, at + 1):
        at = hit.start()
        yield from ((name, shape) for form, name, shape in forms[hit[0]] if data.startswith(form, at))


def _wide(canary: bytes) -> Iterator[bytes]:
    """Yield a word in UTF-16; the bytes of an identifier are no word."""
    try:
        text = canary.decode()
    except UnicodeDecodeError:
        return
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")


def _base64(canary: bytes) -> Iterator[bytes]:
    """Yield what stands in base64 wherever the canary begins in its group of three, in both alphabets."""
    for offset in range(BASE64_ALIGNMENTS):
        encoded = base64.b64encode(bytes(offset) + canary)
        # Characters at both ends depend on what stands beside the canary.
        certain = encoded[-(-offset * 8 // 6) : (offset + len(canary)) * 8 // 6]
        yield certain
        yield certain.translate(bytes.maketrans(b"+/", b"-_"))


def _deflated(canary: bytes) -> Iterator[bytes]:
    for level in (1, 6, 9):
        squeezer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        yield squeezer.compress(canary) + squeezer.flush()


def _texts(edit: Edit) -> Iterable[str]:
    match edit:
        case Write(insert=insert):
            yield insert
        case Set(value=value) | Add(value=value):
            yield from _strings(value)
        case Act(act=act, says=says) if act != "seal":
            # What was sealed stands on its device alone until it is opened; what has a number has no words.
            yield from (text for name, value in says.items() if name not in NAMED for text in _strings(value))


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
