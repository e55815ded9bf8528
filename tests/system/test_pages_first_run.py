"""The first-run story in a real browser: two people, two homes, one relay, no terminal."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.contracts.relay_process import serving
from tests.system.browser import PASSPHRASE, Person, chromium, person
from troth_client.link import Address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with chromium() as started:
        yield started


@pytest.fixture
def two(tmp_path: Path, browser: Browser) -> Iterator[tuple[Person, Person]]:
    """Robin and Sasha, each with a vault of their own and the same relay."""
    with ExitStack() as stack:
        _, listening = stack.enter_context(serving(tmp_path / "relay.db"))
        relay = Address.parse(listening).url
        robin, sasha = (stack.enter_context(person(tmp_path / name, browser)) for name in ("robin", "sasha"))
        for who in (robin, sasha):
            who.sees("Is this the right tool?")
            who.begin()
            who.name_relay(relay)
        yield robin, sasha


def pair(robin: Person, sasha: Person) -> None:
    """Begin a space for two in one room, by the pages."""
    robin.go("/")
    robin.click("Invite them")
    robin.type(PASSPHRASE)
    robin.sees("Code")
    code = robin.page.locator("section.card, .card").filter(has_text="Code").first.inner_text().split("\n")[-1].strip()
    sasha.go("/")
    sasha.click("They invited me")
    sasha.choose("Another person")
    sasha.type(code, asked="Code or link")
    sasha.type(PASSPHRASE)
    sasha.sees("Four words")
    shown = sasha.page.locator(".card").filter(has_text="Four words").first.inner_text()
    words = dict(re.findall(r"(\d) ([a-z]+)", shown))
    robin.sees("The other device shows four words")
    asked = re.findall(r"\d", robin.page.locator("label[for=ask]").inner_text())
    robin.type(" ".join(words[place] for place in asked))
    robin.choose("Yes, go on")
    sasha.choose("Yes, it says so")
    sasha.choose("Yes, go on")
    for who in (robin, sasha):
        who.sees("There is a space for two now.")


def test_from_nothing_to_an_agreement_and_out_of_it(two: tuple[Person, Person]) -> None:
    """Two people begin, pair, say how they are, agree on a small text, and one takes the yes back, all by pages."""
    robin, sasha = two
    pair(robin, sasha)
    robin.go("/")
    robin.page.locator("textarea[name=feelings]").fill("Tired, and a bit hopeful.")
    robin.click("Share")
    robin.sees("It is kept, and goes to the other person when your devices sync.")
    sasha.go("/")
    sasha.sees("Tired, and a bit hopeful.")
    answer_blind(robin, sasha)
    robin.go("/2")
    robin.press("agree propose")
    robin.choose("How we use this app")
    for _ in range(3):
        robin.choose("Keep it")
    robin.type("", asked="Point 4")
    robin.choose("Both of us")
    robin.type("", asked="When do you look at it again")
    robin.type("", asked="Its last day")
    robin.sees("We check in when we want to, before nine in the evening.")
    robin.choose("Propose it")
    robin.sees("Nobody has agreed to it, you included")
    for who in (robin, sasha):
        agree(who, "How we use this app")
    robin.go("/2")
    robin.follow("How we use this app")
    robin.sees("This holds: How we use this app")
    robin.click("Withdraw")
    robin.sees("no longer agreed")
    sasha.go("/2")
    sasha.sees("no longer agreed")


def answer_blind(robin: Person, sasha: Person) -> None:
    """Each says one thing that would help, blind; neither sees the other's before both are sealed."""
    robin.go("/")
    robin.press("blind add")
    robin.type("What would help you feel steadier?")
    robin.choose("Share it with the other person")
    robin.sees("It is kept, and goes to the other person")
    for who, words in ((sasha, "A lamp that stays on."), (robin, "A walk before we talk.")):
        ask_blind(who, "blind answer")
        who.type(words)
        who.choose("Share it with the other person")
        who.sees("It is sealed.")
    robin.never_sees("A lamp that stays on.")
    for who in (sasha, robin):
        ask_blind(who, "blind open")
    for who, words in ((sasha, "A walk before we talk."), (robin, "A lamp that stays on.")):
        who.page.reload()
        ask_blind(who, "")
        who.sees(words)


def ask_blind(who: Person, command: str) -> None:
    """Go to the questions that both answer, and begin something there."""
    who.go("/2")
    who.press("blind list")
    who.sees("What would help you feel steadier?")
    if command:
        who.press(command)


def agree(who: Person, title: str) -> None:
    """Read a text to its end, and say yes to it: the page with the yes has "not now" first, and nothing chosen."""
    who.go("/2")
    who.follow(title)
    who.press("agree assent")
    who.sees("Nobody asks why there was no check-in.")
    who.sees("That is the end of the text.")
    who.choose("I agree to exactly this text")
    who.type(PASSPHRASE)
