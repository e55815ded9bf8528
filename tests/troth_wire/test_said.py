"""A sentence is its English text to whoever knows no languages, and remembers what it was made of."""

import copy
import json
import pickle

import pytest

from troth_wire.errors import UsageError
from troth_wire.said import Said, in_context, plural

GREETED = Said("{name} is here, with {thing}.")


def test_it_is_a_text() -> None:
    """It equals its words, sorts among them, is found by them, and is written as they are."""
    said = GREETED.format(name="Kim", thing=Said("a cake"))
    assert said == "Kim is here, with a cake."
    assert "Kim is here, with a cake." in {str(said)}
    assert json.dumps([said]) == '["Kim is here, with a cake."]'


def test_it_remembers() -> None:
    """What it was made of is there, also of what stands in it."""
    said = GREETED.format(name="Kim", thing=Said("a cake"))
    assert (said.text, said.context, said.many) == ("{name} is here, with {thing}.", "", "")
    assert said.values == {"name": "Kim", "thing": "a cake"}
    assert isinstance(said.values["thing"], Said)


def test_numbers_and_nouns_agree() -> None:
    """One is one, and everything else is many."""
    things = plural("{count} thing", "{count} things")
    assert [things.format(count=count) for count in (0, 1, 2)] == ["0 things", "1 thing", "2 things"]
    assert things.format(count=2).many == "{count} things"


def test_a_context_is_not_said() -> None:
    """It tells sentences apart, and is seen by nobody."""
    assert in_context("a button", "Open") == "Open"
    assert in_context("a button", "Open").format().context == "a button"


def test_braces_in_a_value_stay() -> None:
    """What belongs in a place is never looked at again; without values nothing is."""
    assert GREETED.format(name="{thing}", thing="{0}") == "{thing} is here, with {0}."
    assert Said("{name} {0}") == "{name} {0}"


def test_an_error_keeps_it() -> None:
    """What an error says is what it was given, with its marks; so it can be said by whoever catches it."""
    said = str(UsageError(GREETED.format(name="Kim", thing="it")))
    assert isinstance(said, Said)
    assert said.text == GREETED


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda said: pickle.loads(pickle.dumps(said))])  # noqa: S301
def test_a_copy_remembers_too(again: object) -> None:
    """However it is copied."""
    said = again(plural("{count} thing", "{count} things").format(count=2))  # type: ignore[operator]
    assert (said, said.text, said.values) == ("2 things", "{count} thing", {"count": 2})


def test_what_was_kept_as_bytes_is_a_sentence_again() -> None:
    """A text without its marks is taken for a whole sentence, and one that has them stays what it is."""
    said = GREETED.format(name="Kim", thing="it")
    assert Said.of(said) is said
    assert (Said.of("it is full").text, Said.of("a {brace}")) == ("it is full", "a {brace}")
