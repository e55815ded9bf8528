"""Sentences come through as they were said, in whatever pieces, and what is none ends the conversation."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_app.conversation import (
    HEAD_BYTES,
    SENTENCES,
    VERSION,
    Answer,
    Ask,
    Begin,
    Card,
    Choose,
    Chosen,
    Done,
    End,
    Form,
    Frames,
    Qr,
    Safe,
    Say,
    Sentence,
    Table,
    frame,
)
from troth_app.limits import BEGIN_BYTES_MAX, CONVERSATION_FRAME_BYTES_MAX
from troth_wire.errors import MalformedError, VersionError

PAGE: Final = Path(__file__).parents[2] / "specs" / "app.md"
EVERY: list[Sentence] = [
    Begin("status", {"file": "/tmp/x"}, True),
    Answer("wörter"),
    Chosen(3),
    End(keep=True),
    Say("a\nb"),
    Table(("a", "b"), (("1", "2"), ("", "4"))),
    Card("title", ("one", "two")),
    Qr("troth:x"),
    Ask("What?", Form.HIDDEN),
    Choose("Which?", ("a", "b")),
    Safe("Nothing was changed."),
    Done(4, {"a": [1, None, {"b": True}]}, "no"),
    Done(),
]


def written(**members: object) -> bytes:
    """Return a frame of whatever JSON."""
    body = json.dumps(members).encode()
    return len(body).to_bytes(HEAD_BYTES) + body


def read(received: bytes) -> Sentence | None:
    """Return the sentence in these bytes."""
    frames = Frames()
    frames.feed(received)
    return frames.next()


def test_every_sentence_is_tried() -> None:
    """The list above holds every kind of sentence."""
    assert {type(sentence) for sentence in EVERY} == set(SENTENCES.values())


def test_the_page_has_every_sentence() -> None:
    """specs/app.md has the same sentences with the same fields, in the same order."""
    rows = re.findall(
        r"^\| `([a-z]+)` \| ((?:`[a-z]+`(?:, )?)+) \| (?:terminal|handler) \|", PAGE.read_text(), re.MULTILINE
    )
    assert {kind: re.findall("[a-z]+", names) for kind, names in rows} == {
        kind: [field.name for field in fields(form)] for kind, form in SENTENCES.items()
    }


@given(st.lists(st.sampled_from(EVERY), max_size=6), st.lists(st.integers(1, 40), min_size=1))
def test_sentences_come_through_in_any_pieces(sentences: list[Sentence], cuts: list[int]) -> None:
    """Cut anywhere, the same sentences come out in the same order, each as soon as it is whole."""
    stream, frames, came = b"".join(map(frame, sentences)), Frames(), []
    while stream:
        size = cuts[len(stream) % len(cuts)]
        piece, stream = stream[:size], stream[size:]
        frames.feed(piece)
        while (sentence := frames.next()) is not None:
            came.append(sentence)
    assert came == sentences


@pytest.mark.parametrize("sentence", EVERY)
def test_reading_what_is_missing_reads_no_further(sentence: Sentence) -> None:
    """Who reads exactly `missing` bytes, again and again, has read one sentence and not a byte of the next."""
    stream = frame(sentence) + frame(Answer("a passphrase"))
    frames, taken = Frames(), 0
    while missing := frames.missing:
        frames.feed(stream[taken : taken + missing])
        taken += missing
    assert frames.next() == sentence
    assert taken == len(frame(sentence))


@pytest.mark.parametrize(
    "bad",
    [
        bytes(HEAD_BYTES),
        (CONVERSATION_FRAME_BYTES_MAX + 1).to_bytes(HEAD_BYTES),
        (1).to_bytes(HEAD_BYTES) + b"{",
        (2).to_bytes(HEAD_BYTES) + b"[]",
        (2).to_bytes(HEAD_BYTES) + b"{}",
        (1).to_bytes(HEAD_BYTES) + b"\xff",
        written(kind="shout", text="a"),
        written(kind="say"),
        written(kind="say", text=1),
        written(kind="say", text="a", loud=True),
        written(kind="chosen", index=True),
        written(kind="choose", prompt="a", items="ab"),
        written(kind="table", columns=["a"], rows=[["b", 1]]),
        written(kind="done", code=0, result=[], text=""),
        written(kind=["say"], text="a"),
        (40_000).to_bytes(HEAD_BYTES) + b"[" * 40_000,
    ],
)
def test_what_is_no_sentence_is_refused(bad: bytes) -> None:
    """Neither another kind nor another field nor another type nor another length is taken, and none is quoted."""
    with pytest.raises(MalformedError) as found:
        read(bad)
    assert found.value.__cause__ is None
    assert "shout" not in str(found.value)


def test_another_version_is_said_to_be_one() -> None:
    """A conversation of another version is told from one that makes no sense, whatever else stands in it."""
    with pytest.raises(VersionError):
        read(written(kind="begin", version=VERSION + 1, mood="new"))


def test_the_first_sentence_is_short() -> None:
    """What an agent reads is bounded more tightly than what a keeper reads."""
    with pytest.raises(MalformedError):
        frame(Begin("status", {"file": "x" * BEGIN_BYTES_MAX}))
    assert frame(Answer("x" * BEGIN_BYTES_MAX))
