"""What a word means to each of two stands side by side; neither is changed, hidden or outdone by the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_couple.people import DAY, NAMES, Couple, person_of
from troth_couple.glossary import Word, own, same, words, words_in
from troth_couple.kinds import BY_NAME

ROBIN, SASHA = person_of("r"), person_of("s")


def couple(*said: tuple[str, str, str]) -> Couple:
    """Two people who said what words mean: by whom, the word, and what it means."""
    made = Couple()
    for hand, word, means in said:
        made.pen(hand).write("glossary", {"word": word, "means": means}, day=DAY)
    return made


def test_each_meaning_under_whose_it_is() -> None:
    """One word in two spellings is one row; the meanings stay what each person wrote."""
    made = couple(("r", "Slow  down", "no questions"), ("s", "slow down", "one at a time"), ("s", "calm", "the sea"))
    assert [dict(word.means) for word in words(made.state())] == [
        {SASHA: ("the sea",)},
        {ROBIN: ("no questions",), SASHA: ("one at a time",)},
    ]


def test_taken_back_it_is_gone_and_the_others_stays() -> None:
    """Taking one's own meaning back leaves the other person's."""
    made = couple(("r", "slow", "no questions"), ("s", "slow", "one at a time"))
    (mine,) = own(made.state(), ROBIN, "SLOW")
    made.pen("r").take_back(mine.id, day=DAY)
    assert [dict(word.means) for word in words(made.state())] == [{SASHA: ("one at a time",)}]
    assert own(made.state(), ROBIN, "slow") == ()


def test_two_devices_that_said_it_at_once_are_both_heard() -> None:
    """Nothing that somebody said is dropped for being second."""
    made = couple(("r", "slow", "no questions"), ("r2", "slow", "a break"))
    (word,) = words(made.state())
    assert set(word.means[ROBIN]) == {"no questions", "a break"}


def test_nobody_agrees_to_a_meaning() -> None:
    """The one act on a word is its author's taking back."""
    assert {kind.name for kind in BY_NAME.values() if "glossary" in kind.about} == {"take_back"}
    assert not BY_NAME["glossary"].by_both


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hands, slowly", ()),
        ("SLOW, then", ("slow",)),
        ("لا أسئلة بطيء", ("بطيء",)),
        ("a 🙂 b", ()),
        ("🙂", ("🙂",)),
        ("", ()),
    ],
)
def test_a_line_points_to_the_words_that_stand_whole_in_it(text: str, found: tuple[str, ...]) -> None:
    """In any script, whatever the case; a part of a word is another word."""
    known = [Word(word, {}) for word in ("slow", "بطيء", "🙂")]
    assert tuple(word.word for word in words_in(text, known)) == found


@given(st.text(min_size=1).filter(str.strip), st.text())
def test_a_word_is_found_in_itself(word: str, other: str) -> None:
    """Comparing is the same whichever way round, and every word points to itself."""
    assert words_in(word, [Word(word, {})])
    assert same(same(word)) == same(word)
    assert (same(word) == same(other)) is (same(other) == same(word))


def test_members_are_symmetric() -> None:
    """R1: with the two exchanged, so are their columns, and nothing else."""
    here = words(couple(("r", "slow", "x"), ("s", "slow", "y")).state())
    there = words(couple(("s", "slow", "x"), ("r", "slow", "y")).state())
    swap = {ROBIN: SASHA, SASHA: ROBIN}
    assert [{swap[person]: said for person, said in word.means.items()} for word in here] == [
        dict(word.means) for word in there
    ]
    assert set(NAMES) == set(swap)
