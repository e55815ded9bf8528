"""No line of the log says anything about anybody, whoever wrote it and whatever went wrong."""

import io
import json
import logging
from collections.abc import Iterator
from types import TracebackType
from typing import Final

import pytest

from tests.contracts.relay_process import loggers_kept
from troth_relay.logs import LOGGER, Line, write_to

ADDRESS: Final = "192.0.2.7"
MAILBOX: Final = "c0ffee" * 10
FORMS: Final = ("plain", "json")


@pytest.fixture
def loggers() -> Iterator[None]:
    """Put back what a test does to the loggers of this process."""
    with loggers_kept():
        yield


ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def _failure() -> ExcInfo:
    try:
        raise OSError(f"[Errno 104] reset by ('{ADDRESS}', 4711) of {MAILBOX}, 4096 bytes")
    except OSError as error:
        return type(error), error, error.__traceback__


def _line(form: str, logger: str, text: str, *given: object, exc_info: ExcInfo | None = None) -> str:
    return Line(form).format(logging.LogRecord(logger, logging.ERROR, __file__, 1, text, given, exc_info))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("logger", ["aiohttp.server", "asyncio", "py.warnings", "troth_relay_other", "root"])
def test_words_of_others_are_left_out(form: str, logger: str) -> None:
    """Of a library's record only its name is written: its words quote addresses and what was sent."""
    line = _line(form, logger, "Error handling request from %s: %s", ADDRESS, MAILBOX, exc_info=_failure())
    assert logger in line
    for secret in (ADDRESS, MAILBOX, "4711", "4096", "Errno"):
        assert secret not in line


@pytest.mark.parametrize("form", FORMS)
def test_words_of_exceptions_are_left_out(form: str) -> None:
    """Of an exception its type and where it arose are written, also under words of our own."""
    line = _line(form, LOGGER, "The store failed.", exc_info=_failure())
    assert "The store failed. [OSError at test_logs.py:" in line
    assert ADDRESS not in line
    assert MAILBOX not in line


@pytest.mark.parametrize("form", FORMS)
def test_record_is_one_line(form: str) -> None:
    """Whatever stands in a sentence, it can not begin a line of its own."""
    line = _line(form, LOGGER, "The file %s is odd.", "a\nINFO all is well\r\n")
    assert len(line.splitlines()) == 1


@pytest.mark.usefixtures("loggers")
def test_who_goes_away_is_not_noted() -> None:
    """That somebody cut a connection in the middle is no trouble of ours, whichever library met it."""
    stream = io.StringIO()
    write_to(stream, form="plain")
    logging.getLogger("aiohttp.server").error("Error handling request", exc_info=ConnectionResetError("gone"))
    assert not stream.getvalue()
    logging.getLogger("aiohttp.server").error("Error handling request", exc_info=ValueError("odd"))
    logging.getLogger(LOGGER).error("The disk went away.", exc_info=ConnectionResetError("gone"))
    assert len(stream.getvalue().splitlines()) == 2


def test_json_has_three_fields() -> None:
    """A line of JSON has a time, a level and a sentence, and nothing else that could tell somebody apart."""
    record = logging.LogRecord(LOGGER, logging.WARNING, __file__, 1, "The disk is %s.", ("full",), None)
    record.created = 0.0
    expected = {"time": "1970-01-01T00:00:00Z", "level": "warning", "said": "The disk is full."}
    assert json.loads(Line("json").format(record)) == expected
    assert Line("plain").format(record) == "WARNING The disk is full."


@pytest.mark.usefixtures("loggers")
def test_everything_goes_through_it() -> None:
    """Every logger writes to the one stream in the one form; of others, trouble alone."""
    stream = io.StringIO()
    write_to(stream, form="json")
    logging.getLogger(LOGGER).info("It listens.")
    logging.getLogger(LOGGER).debug("connection 1 is gone")
    logging.getLogger("aiohttp.access").info(ADDRESS)
    logging.getLogger("aiohttp.server").error("Error from %s", ADDRESS)
    logging.getLogger("py.warnings").warning("unclosed socket %s", ADDRESS)
    said = [json.loads(line)["said"] for line in stream.getvalue().splitlines()]
    assert said == ["It listens.", "aiohttp.server reports trouble.", "py.warnings reports trouble."]


def test_error_without_a_way_is_written_too() -> None:
    """An exception that was never raised has no place, and is named all the same."""
    assert _line("plain", LOGGER, "Odd.", exc_info=(ValueError, ValueError(MAILBOX), None)).endswith(
        "[ValueError at no place]"
    )
