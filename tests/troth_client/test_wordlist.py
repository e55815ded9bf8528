"""What is said can be typed; what was mistyped is told by name, and the rest is kept."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_client.wordlist import (
    MistypedError,
    parse_code,
    parse_recovery,
    parse_words,
    render_code,
    render_recovery,
    render_words,
)
from troth_wire.errors import UsageError

PUBLIC_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "bip39_vectors.json"
WORDS = st.integers(0, 2_047)


@given(st.integers(1, 9_999), st.tuples(WORDS, WORDS, WORDS))
def test_a_code_comes_back(number: int, words: tuple[int, int, int]) -> None:
    """A code is read as it was said: in capitals, with blanks for hyphens, and by the first four letters."""
    said = render_code(number, words)
    assert parse_code(said) == (number, words)
    assert parse_code(f"  {said.upper().replace('-', '  ')}\n") == (number, words)
    assert parse_code("-".join(part[:4] for part in said.split("-"))) == (number, words)


@given(st.lists(WORDS, max_size=12))
def test_words_come_back(numbers: list[int]) -> None:
    """Words are read as they were shown, however they are kept apart."""
    for apart in (" ", "-", ", "):
        assert parse_words(apart.join(render_words(numbers))) == tuple(numbers)


def test_the_list_is_the_english_one_of_the_public_vectors() -> None:
    """2048 different words, and the ones of the public vectors are among them."""
    every = render_words(range(2_048))
    assert (len(set(every)), every[0], every[-1]) == (2_048, "abandon", "zoo")
    assert list(every) == sorted(every)
    if not PUBLIC_VECTORS.exists():
        pytest.skip("the public vectors are not beside the repository")
    for case in json.loads(PUBLIC_VECTORS.read_text())["english"]:
        entropy, said = bytes.fromhex(case[0]), case[1]
        bits = "".join(f"{number:011b}" for number in parse_words(said))
        assert bits.startswith(f"{int.from_bytes(entropy, 'big'):0{len(entropy) * 8}b}")


@pytest.mark.parametrize(
    ("mistyped", "meant"), [("giutar", "guitar"), ("lemmon", "lemon"), ("crain", "crane"), ("gitar", "guitar")]
)
def test_a_mistyped_word_is_told_by_name(mistyped: str, meant: str) -> None:
    """The message says which word it is and what may have been meant; what was typed is kept whole."""
    with pytest.raises(MistypedError) as told:
        parse_code(f"7-{mistyped}-crane-lemon")
    (unknown,) = told.value.unknown
    assert (unknown.position, unknown.typed) == (0, mistyped)
    assert meant in unknown.nearest
    assert told.value.typed == ("7", mistyped, "crane", "lemon")
    assert mistyped in str(told.value)
    assert "crane" not in str(told.value).replace(" or crane", "").replace("perhaps crane", "")


def test_every_mistyped_word_is_told_at_once() -> None:
    """Two mistakes are told together, and a word like none in the list without a guess."""
    with pytest.raises(MistypedError) as told:
        parse_words("qxqxq lemon lemmon")
    assert [(word.position, word.typed) for word in told.value.unknown] == [(0, "qxqxq"), (2, "lemmon")]
    assert told.value.unknown[0].nearest == ()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "guitar-crane-lemon",
        "0-guitar-crane-lemon",
        "10000-guitar-crane-lemon",
        "7",
        "7-guitar-crane",
        "7-guitar-crane-lemon-zoo",
        "\N{ARABIC-INDIC DIGIT SEVEN}-guitar-crane-lemon",
        "7" * 5_000,
        f"000000007{'0' * 5_000}-guitar-crane-lemon",
    ],
)
def test_another_shape_is_no_code(typed: str) -> None:
    """A code is a number in its range and three words."""
    with pytest.raises(UsageError, match="A code"):
        parse_code(typed)


@given(st.text(max_size=60))
def test_any_text_is_only_refused(typed: str) -> None:
    """Whatever is typed raises nothing but UsageError."""
    for parse in (parse_code, parse_words):
        try:
            read = parse(typed)
        except UsageError:
            continue
        assert all(0 <= number < 2_048 for number in read if isinstance(number, int)) or parse is parse_code


@given(st.binary(min_size=16, max_size=16))
def test_recovery_words_come_back(entropy: bytes) -> None:
    """Sixteen bytes are twelve words, which are read again in capitals, apart by anything, and by four letters."""
    words = render_recovery(entropy)
    assert len(words) == 12
    assert set(words) <= set(render_words(range(2_048)))
    for typed in (" ".join(words), ", ".join(words).upper(), "-".join(word[:4] for word in words)):
        assert parse_recovery(typed) == entropy


def test_recovery_words_are_those_of_the_public_vectors() -> None:
    """What the public vectors say of twelve words holds, in both directions."""
    if not PUBLIC_VECTORS.exists():
        pytest.skip("the public vectors are not beside the repository")
    cases = [case for case in json.loads(PUBLIC_VECTORS.read_text())["english"] if len(case[0]) == 32]
    assert cases
    for entropy, phrase, *_ in cases:
        assert " ".join(render_recovery(bytes.fromhex(entropy))) == phrase
        assert parse_recovery(phrase) == bytes.fromhex(entropy)


def test_recovery_words_that_do_not_belong_together_are_told() -> None:
    """Eleven words, two that changed places, and a word that is none are refused, each with a reason of its own."""
    words = list(render_recovery(bytes(15) + b"\x07"))
    with pytest.raises(UsageError, match="these are 11"):
        parse_recovery(" ".join(words[1:]))
    words[0], words[-1] = words[-1], words[0]
    with pytest.raises(UsageError, match="changed places") as caught:
        parse_recovery(" ".join(words))
    assert words[0] not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(MistypedError, match="lemmon"):
        parse_recovery(" ".join([*words[1:], "lemmon"]))
