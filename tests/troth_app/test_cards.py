"""Cards show what was said in whole sentences, cut where a list would grow too long, and count nothing."""

import json

from tests.troth_couple.people import DAY, NAMES, Couple, admin_of, person_of, revision
from tests.troth_couple.plays import Stage
from troth_app.cards import (
    agreement_card,
    bar,
    headline,
    newest_first,
    page,
    preview,
    revision_lines,
    signal_cards,
    thing_card,
    time_of,
)
from troth_app.limits import PAGE_BYTES_MAX
from troth_couple import Level, Reply, Response, Scope, days_after
from troth_couple.entry import SubjectId
from troth_couple.revision import AgreementId
from troth_couple.together import move, reply

ME = person_of("r")
MIRRORED = """{one} says c{one}
{one} amends c{one}
{one} thanks-for tea
{one} requests call-{one}
{one} promises supper-{one}
{one} plans money-{one} 2026-11-25
{one} asks-question where-{one}
{one} repairs trip-{one}
{one} chapters spring-{one}
meet
{other} thanks c{one}
{other} answers money-{one} accept
{other} moves-to money-{one} 2026-11-26
{other} replies where-{one} answered all
{other} closes trip-{one}
meet"""
"""What one does, and the other with it; then the same with the parts exchanged."""


def test_a_page_holds_what_fits() -> None:
    """What does not fit one answer is left out, and a sentence says how to get all of it."""
    cards = [{"title": f"{number}", "lines": ["x" * 10_000]} for number in range(30)]
    made = page(cards, ends=["The end."])
    assert len(json.dumps(made["cards"])) <= PAGE_BYTES_MAX + 100
    assert len(made["cards"]) < 30
    assert made["ends"][0] == "The end."
    assert "export own" in made["ends"][1]
    assert page(cards[:2])["cards"] == cards[:2]


def test_a_preview_is_cut_with_a_mark() -> None:
    """A short text is whole, a long one ends in an ellipsis, and without a bound nothing is cut."""
    assert preview("abc", 3) == "abc"
    assert preview("abcd", 3) == "ab…"
    assert preview("abcd" * 1_000, None) == "abcd" * 1_000


def test_a_thing_is_told_with_what_became_of_it() -> None:
    """What it says, what it said before, answers, thanks, and that it was taken back."""
    couple = Couple()
    pen, other = couple.pen("r"), couple.pen("s")
    asked = pen.write("request", {"ask": "Call when late.", "why": "I worry."}, day=DAY)
    gratitude = pen.write("gratitude", {"text": "the soup"}, day=DAY)
    gone = pen.write("check_in", {"feelings": "angry"}, day=DAY)
    pen.take_back(gone.subject, day=DAY)
    couple.meet()
    other.answer(asked.subject, Reply.COUNTER, day=DAY, text="I write.")
    other.write("thanks", day=DAY, about=gratitude.subject)
    couple.meet()
    things = couple.state().things
    card = thing_card(things[asked.subject], names=NAMES, me=ME)
    assert card["title"] == "Asked by Robin, 2026-11-21"
    assert card["lines"] == ["Call when late.", "Why: I worry.", "Answer: Another way. I write."]
    assert thing_card(things[gratitude.subject], names=NAMES, me=ME)["lines"][-1] == "Sasha: Thank you for telling me."
    assert thing_card(things[gone.subject], names=NAMES, me=ME)["lines"] == ["Taken back."]
    hidden = thing_card(things[asked.subject], names=NAMES, me=person_of("s"), theirs="[theirs]")
    assert hidden["lines"] == ["[theirs]", "Answer: Another way. I write."]


def test_blind_answers_are_shown_once_both_are_open() -> None:
    """Each under whose it is."""
    couple = Couple()
    question = couple.pen("r").write("blind", {"question": "What would help?"}, day=DAY)
    couple.meet()
    for hand in "rs":
        couple.pen(hand).seal(question.subject, f"words of {hand}", salt=bytes(16), day=DAY)
    couple.meet()
    for hand in "rs":
        fields: dict[str, object] = {"salt": bytes(16), "text": f"words of {hand}"}
        couple.pen(hand).write("reveal", fields, day=DAY, about=question.subject)
    couple.meet()
    card = thing_card(couple.state().things[question.subject], names=NAMES, me=ME)
    assert set(card["lines"][1:]) == {"Robin: words of r", "Sasha: words of s"}


def test_signals_are_told_the_most_careful_first() -> None:
    """Whose it is, on which day, about what, and no reason, because there is none."""
    couple = Couple()
    couple.pen("r").signal(Level.SLOW, Scope.TALK, day=DAY)
    couple.pen("s").signal(Level.STOP, Scope.TOUCH, day=DAY)
    cards = signal_cards(couple.state().signals, names=NAMES, me=ME)
    assert [card["level"] for card in cards] == ["stop", "slow"]
    assert cards[0]["lines"] == ["By Sasha, 2026-11-21. About: touch."]
    assert [card["mine"] for card in cards] == [False, True]
    assert [card["title"] for card in cards] == ["Stop. Nothing is needed from you now.", "You asked to go slower."]
    assert bar(couple.state(), ME) == ["Stop. Nothing is needed from you now."]
    assert bar(couple.state(), person_of("s")) == ["You asked to stop."]
    assert bar(Couple().state(), ME) == []


def test_an_agreement_is_known_by_the_text_that_matters() -> None:
    """The one that holds, else one that is open, else the last that was proposed."""
    couple = Couple()
    first, second = revision("first"), revision("second")
    about = SubjectId(first.agreement)
    couple.pen("r").propose(first, day=DAY)
    couple.meet()
    for hand in "rs":
        couple.pen(hand).assent(about, first.id, day=DAY, admin=admin_of(hand))
    couple.pen("s").propose(second, day=days_after(DAY, 1))
    couple.meet()
    key = AgreementId(first.agreement)
    assert headline(couple.state().agreements[key]) == first
    head, held, proposed = agreement_card(couple.state().agreements[key], names=NAMES)
    assert head["lines"] == ["In force. A change is proposed."]
    assert held["agreed_by"] == ["Robin", "Sasha"] or sorted(held["agreed_by"]) == ["Robin", "Sasha"]
    assert proposed["title"] == "Proposed: second"
    couple.pen("s").withdraw(about, day=DAY)
    couple.pen("r").decline(about, second.id, day=DAY)
    couple.meet()
    assert headline(couple.state().agreements[key]) == first
    couple = Couple()
    couple.pen("r").write("end", day=DAY, about=about)
    found = couple.state().agreements[key]
    assert headline(found) is None
    assert agreement_card(found, names=NAMES)[0]["title"] == "without a text"


def test_both_see_the_same_but_for_whose_it_is() -> None:
    """R3: the cards of one are those of the other with sides swapped, whatever it is, and whoever began it."""
    stage = Stage()
    for one, other in ("rs", "sr"):
        stage.play(MIRRORED.format(one=one, other=other))
    for state in stage.states():
        things = state.things.values()
        assert {thing.kind for thing in things} > {"check_in", "request", "promise", "window", "question", "repair"}
        for thing in things:
            mine, theirs = (thing_card(thing, names=NAMES, me=person_of(hand)) for hand in "rs")
            assert (mine["mine"], theirs["mine"]) == (thing.author == person_of("r"), thing.author == person_of("s"))
            assert {**mine, "mine": theirs["mine"]} == theirs


def test_the_latest_day_comes_first() -> None:
    """And things of one day stand in one order on every device."""
    couple = Couple()
    for days in (0, 2, 1):
        couple.pen("r").write("check_in", {"feelings": f"{days}"}, day=days_after(DAY, days))
    couple.pen("r").write("check_in", {"feelings": "later that day"}, day=days_after(DAY, 2))
    ordered = newest_first(couple.state().things.values())
    assert [thing.says("feelings") for thing in ordered] == ["later that day", "2", "1", "0"]


def test_a_text_says_all_that_is_agreed() -> None:
    """Its points, whom it binds, and both days."""
    lines = revision_lines(revision("rest", review_on=DAY, expires=days_after(DAY, 7)), names=NAMES)
    assert lines == [
        "About: communication.",
        "1. We keep to rest.",
        "It binds both of you.",
        "You look at it again on 2026-11-21.",
        "Its last day is 2026-11-28.",
        "Either of you can withdraw at any time.",
    ]


def test_a_window_says_when_it_is_and_who_wishes_for_what() -> None:
    """What was planned, when it is now, wishes that wait, points before notes, and both persons' alike."""
    couple = Couple()
    pen, other = couple.pen("r"), couple.pen("s")
    window = pen.write("window", {"topics": "Money.", "on": "2026-11-25", "at": "19:00"}, day=DAY)
    couple.meet()
    other.write("hold", {"text": "We talked."}, day=DAY, about=window.subject)
    pen.write("agenda", {"text": "The rent."}, day=DAY, about=window.subject)
    move(pen, couple.book("r").state(DAY).things[window.subject], on=days_after(DAY, 5), at=None, day=DAY)
    move(other, couple.book("s").state(DAY).things[window.subject], on=days_after(DAY, 6), at="20:00", day=DAY)
    thing = couple.state().things[window.subject]
    lines = thing_card(thing, names=NAMES, me=ME)["lines"]
    assert lines[:3] == ["Money.", "On 2026-11-25", "At 19:00"]
    assert sorted(lines[3:5]) == ["Robin would like 2026-11-26 instead.", "Sasha would like 2026-11-27 20:00 instead."]
    assert lines[5:] == ["Held.", "Robin would like to look at: The rent.", "Sasha noted: We talked."]
    assert time_of(thing.at[0]) == "2026-11-25 19:00"


def test_what_is_chosen_from_a_list_is_said_in_words() -> None:
    """A question says how much is asked and where, and what was said to it; their words are hidden where asked."""
    couple = Couple()
    question = couple.pen("r").write("question", {"text": "Where?", "detail": 3, "place": 2}, day=DAY)
    couple.meet()
    thing = couple.book("s").state(DAY).things[question.subject]
    reply(couple.pen("s"), thing, Response.NOT_YET, day=DAY, text="Soon.", by=days_after(DAY, 3))
    thing = couple.state().things[question.subject]
    told = "Sasha: Not yet. Soon. By 2026-11-24"
    expected = ["Where?", "Asked for: as much as you can", "Where: in a talk", told]
    assert thing_card(thing, names=NAMES, me=ME)["lines"] == expected
    assert "Soon." not in str(thing_card(thing, names=NAMES, me=ME, theirs="[their words]"))
