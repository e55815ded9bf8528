"""Both see the same, and nobody sees what the other did not do."""

from tests.troth_couple.histories import Life, Move, mirrored
from tests.troth_couple.people import DAY
from tests.troth_couple.plays import Stage
from tests.troth_couple.scenarios import AGREED
from troth_couple.agreements import Shown
from troth_couple.days import Day
from troth_couple.derive import State, derive
from troth_couple.kinds import KINDS
from troth_couple.things import Stage as Step
from troth_couple.views import GROUPS, Card, Group, agreements, cards


def state(script: str) -> State:
    """The state after a play."""
    stage = Stage()
    stage.play(script)
    return derive(stage.values(), stage.couple.roster, DAY)


def test_the_latest_day_comes_first() -> None:
    """Cards are listed by day, and one dated ahead says so."""
    found = cards(state("r says c1\nday 2026-11-20\ns says c2\nday 2026-11-30\nr says c3"), "today")
    assert [card.day for card in found] == ["2026-11-30", "2026-11-21", "2026-11-20"]
    assert [card.ahead for card in found] == [True, False, False]


def test_what_is_taken_back_is_a_stub_and_what_is_past_is_gone() -> None:
    """A card without words stays for what was taken back."""
    (card,) = cards(state("r says c1\nr takes-back c1"), "today")
    assert (card.stage, card.says) == (Step.TAKEN_BACK, ())
    stage = Stage()
    stage.couple.pen("r").plan_note("late", day=DAY, until=DAY)
    assert cards(derive(stage.values(), stage.couple.roster, Day("2026-11-23")), "today") == []


def test_what_is_sealed_says_so() -> None:
    """Whoever shows cards learns of each whether its words are opened by choice."""
    found = state("r discloses slip\nr offers sorrow\nr repairs trip")
    assert {card.sealed for view in ("told", "letters") for card in cards(found, view)} == {True}
    assert [card.sealed for card in cards(found, "repairs")] == [False]


def test_every_kind_of_thing_has_a_view() -> None:
    """Whatever begins a thing is shown somewhere."""
    assert all(kind.views for kind in KINDS.values() if kind.begins)


def test_every_word_has_its_heading() -> None:
    """An agreement stands under one heading, whatever its word."""
    assert GROUPS.keys() == set(Shown)
    listed = agreements(state(AGREED))
    assert [len(listed[group]) for group in Group] == [1, 0, 0, 0]


def test_another_text_for_what_ended_waits_for_an_answer() -> None:
    """Nobody looks for something to answer among what has ended."""
    listed = agreements(state(AGREED + "r withdraws\nmeet\ns proposes r2"))
    assert [len(listed[group]) for group in Group] == [0, 1, 0, 0]


def test_both_see_the_same() -> None:
    """With the persons exchanged, the cards are the same but for whose each is."""
    moves = [Move("r", "check_in", 1), Move("s", "check_in", 2)]
    one, other = Life(moves), Life(moves, swapped=True)
    shown = [cards(derive(life.values(), life.couple.roster, DAY), "today") for life in (one, other)]

    def plain(card: Card) -> tuple[str, str, str]:
        return card.kind, card.day, str(card.says)

    assert {(mirrored(card.author), plain(card)) for card in shown[0]} == {
        (card.author, plain(card)) for card in shown[1]
    }


def test_a_gap_shows_as_nothing() -> None:
    """P60: forty days without a word look like one: the same cards, and nothing between them."""
    one, forty = (state(f"r says c1\nday {day}\nr says c2") for day in ("2026-11-22", "2026-12-31"))
    shown = [[(card.kind, card.author, card.says) for card in cards(found, "today")] for found in (one, forty)]
    assert shown[0] == shown[1]
    assert len(shown[0]) == 2


def test_words_do_not_show_in_a_repr() -> None:
    """What a card says stays out of logs."""
    assert "as c1" not in repr(cards(state("r says c1"), "today"))
