"""The search finds a canary in whatever shape it hides, and nothing where nothing is."""

import base64
import gzip
import zlib
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.troth_app.demo.world import add, put, write
from troth_app.demo.canaries import BYTES_MIN, HTTP_WORDS, SHAPES, WORDS_MAX, chosen, found_in, inflated_from, shapes_of

NOISE = st.binary(max_size=200)
WORDS = st.text(st.characters(categories=["L", "Nd"]), min_size=6, max_size=20)


def raw_deflated(canary: bytes) -> bytes:
    """Deflate without a header."""
    squeezer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return squeezer.compress(canary) + squeezer.flush()


PLANTED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("plain", bytes),
    "UTF-16, little end first": ("UTF-16", lambda canary: canary.decode().encode("utf-16-le")),
    "UTF-16, big end first": ("UTF-16", lambda canary: canary.decode().encode("utf-16-be")),
    "hex": ("hex", lambda canary: canary.hex().encode()),
    "HEX": ("hex", lambda canary: canary.hex().upper().encode()),
    "base64": ("base64", base64.b64encode),
    "base64 for addresses": ("base64", base64.urlsafe_b64encode),
    "deflated": ("deflated", raw_deflated),
}
INSIDE: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "base64 for addresses": base64.urlsafe_b64encode,
    "zlib": zlib.compress,
    "zlib, fast": lambda text: zlib.compress(text, 1),
    "zlib, small": lambda text: zlib.compress(text, 9),
    "gzip": gzip.compress,
}


@pytest.mark.parametrize("how", PLANTED)
@given(before=NOISE, after=NOISE, word=WORDS)
@example(before=b"", after=b"", word="leeks?")
@example(before=b"\x78\x9c", after=b"", word="garden")
def test_a_canary_is_found_at_any_offset(how: str, before: bytes, after: bytes, word: str) -> None:
    """Whatever stands before and behind it, a planted canary is found, in the shape in which it was planted."""
    shape, plant = PLANTED[how]
    haystack = before + plant(word.encode()) + after
    assert ("it", shape, "here") in found_in({"here": haystack}, {"it": word.encode()})


@pytest.mark.parametrize("how", INSIDE)
@given(around=st.tuples(NOISE, NOISE), inside=st.tuples(NOISE, NOISE), word=WORDS)
@example(around=(b"\x78\x9c", b"\x78\x01"), inside=(b"", b""), word="garden")
def test_a_canary_inside_a_longer_text_is_found(
    how: str, around: tuple[bytes, bytes], inside: tuple[bytes, bytes], word: str
) -> None:
    """A canary in the middle of what was squeezed or spelled out is found, wherever that stands."""
    haystack = around[0] + INSIDE[how](inside[0] + word.encode() + inside[1]) + around[1]
    assert found_in({"here": haystack}, {"it": word.encode()}) != []


@given(st.binary(min_size=16, max_size=32), st.sampled_from(["plain", "hex", "HEX", "base64", "deflated"]), NOISE)
def test_an_identifier_is_found(identifier: bytes, how: str, noise: bytes) -> None:
    """Bytes that are no text are found too."""
    shape, plant = PLANTED[how]
    assert ("id", shape, "here") in found_in({"here": noise + plant(identifier)}, {"id": identifier})


@given(st.integers(0, 2**32), WORDS)
def test_random_bytes_hold_no_canary(seed: int, word: str) -> None:
    """What was sealed holds nothing."""
    noise = Random(seed).randbytes(20_000)
    assert found_in({"noise": noise}, {"it": word.encode()}) == []


@given(WORDS)
def test_every_shape_is_long_enough_to_mean_something(word: str) -> None:
    """No shape of a canary is so short that chance writes it, and none is empty."""
    shapes = shapes_of(word.encode())
    assert tuple(shapes) == SHAPES
    assert min(len(form) for forms in shapes.values() for form in forms) >= BYTES_MIN


def test_each_place_is_named() -> None:
    """What is found is told with its shape and every place where it stands, and nothing else is."""
    places = {"one": b"..kale-kale", "two": zlib.compress(b"some kale-kale"), "three": b"leeks"}
    assert found_in(places, {"it": b"kale-kale", "other": b"onions"}) == [
        ("it", "plain", "one"),
        ("it", "deflated", "two"),
    ]


@given(st.binary(max_size=500), st.integers(0, 600))
def test_a_stream_that_was_cut_gives_what_it_has(text: bytes, cut: int) -> None:
    """A deflated stream gives its beginning, wherever it breaks off; nothing is raised."""
    found = list(inflated_from(zlib.compress(text)[:cut]))
    assert all(text.startswith(part) for part in found[:1])


def test_a_stream_that_is_damaged_gives_what_came_before() -> None:
    """Bytes that do not belong to it cost the end of a stream, not its beginning."""
    text = b"garden " + bytes(range(256)) * 40
    squeezed = zlib.compress(text, 0)
    assert any(part.startswith(b"garden") for part in inflated_from(squeezed[:5000] + b"\xff" * 9000))


def test_what_is_chosen() -> None:
    """Long words, keys and names that stand in the text are canaries; short ones, and what HTTP says, are not."""
    edits = [
        put(1, {"kind": ["Another garden", 7, None]}, path=("windows", "2026-09-14", "at")),
        add(2, "For Robin, with kale"),
        write(3, "Upgrade the shed", replace="replaced"),
    ]
    found = chosen(edits, ["Robin", "Sasha", "Al"], HTTP_WORDS)
    assert set(found) == {"Another", "garden", "windows", "2026-09-14", "Robin"}
    assert all(canary == name.encode() for name, canary in found.items())


def test_what_chance_could_write_is_not_chosen() -> None:
    """A short name, or a key without letters, would be found in sealed bytes, so it is no canary."""
    edits = [put(1, "Al \0\0\0\0\0\0\0", path=("\0\0\0\0\0\0\0\0", "------"))]
    assert chosen(edits, ["Al", "\u2003 \u2003"], HTTP_WORDS) == {}


def test_so_many_words_are_chosen_and_no_more() -> None:
    """Of a long text, words are taken evenly, up to a bound."""
    found = chosen([write(1, " ".join(f"word{n:05}" for n in range(2 * WORDS_MAX + 1)))], [], b"")
    assert WORDS_MAX // 2 < len(found) <= WORDS_MAX
    assert "word00000" in found
