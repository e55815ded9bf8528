"""Words whose keeper is gone are said to another one, and it is told apart whether they are kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.troth_app.house import home_at
from tests.troth_app.test_terminal import Handler, handled
from troth_app import rescuing
from troth_app.calling import BUSY, Line
from troth_app.conversation import Answer, Ask, Begin, Done, Form, Safe, Say, Sentence
from troth_app.home import Home
from troth_app.limits import RESCUE_WAIT_S
from troth_app.outcome import Code, HereError
from troth_app.rescuing import keep

KEPT: list[Sentence] = [Safe("Nothing was kept."), Ask("Write:", Form.TEXT), Say("It is kept."), Done()]
BUSY_NOW: list[Sentence] = [Done(Code.HERE, {"busy": True}, BUSY)]


@pytest.mark.parametrize(
    ("turns", "kept"),
    [
        ([KEPT], True),
        ([BUSY_NOW, KEPT], True),
        ([[Safe("Nothing was kept.")], KEPT], True),
        ([BUSY_NOW], False),
        ([[Ask("Write:", Form.TEXT), Done(Code.HERE, None, "No space.")]], False),
        ([[Safe("Nothing was kept.")]], False),
        ([], False),
    ],
)
def test_kept_or_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, turns: list[list[Sentence]], kept: bool) -> None:
    """Once it was said to be, by one that was free, and in no other case."""
    handlers: list[Handler] = []

    def call(_: Home, *, lasting: bool, wait_s: float) -> Iterator[Line]:
        assert (lasting, wait_s) == (False, RESCUE_WAIT_S)
        for sentences in turns:
            with handled(*sentences) as (near, handler):
                handlers.append(handler)
                yield Line(near)

    monkeypatch.setattr(rescuing, "call", call)
    assert keep(home_at(tmp_path), "tired") is kept
    if kept:
        assert handlers[-1].heard == [Begin("mine add", {}, True), Answer("tired")]


def test_where_nothing_can_be_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is not kept, and that goes wrong no further."""

    def call(_: Home, *, lasting: bool, wait_s: float) -> Iterator[Line]:
        raise HereError("No folder.")

    monkeypatch.setattr(rescuing, "call", call)
    assert keep(home_at(tmp_path), "tired") is False
