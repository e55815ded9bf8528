"""What each page shows is what commands found out: laid out, with what can be done, and decided nowhere here."""

import pytest

from troth_app.commands import BY_NAME
from troth_app.conversation import Ask, Card, Choose, Done, Form, Qr, Safe, Say, Sentence, Table
from troth_app.messages import tell
from troth_app.web import screens
from troth_app.web.labels import LABELS
from troth_app.web.visit import Visit


def test_each_thing_has_its_kind() -> None:
    """A template knows what it is given; what is no thing to look at is none."""
    shown: list[Sentence] = [Say("said"), Card("title", ("line",)), Table(("one",), (("cell",),)), Qr("code")]
    assert [thing["kind"] for thing in screens.sentences(shown)] == ["say", "card", "table", "qr"]
    with pytest.raises(AssertionError):
        screens.sentences([Safe("it is")])


CARD = {"title": "A walk", "lines": ["one"], "id": "ab", "kind": "request", "mine": False}


@pytest.mark.parametrize(
    ("card", "acts"),
    [
        (CARD, ["answer", "thanks"]),
        ({**CARD, "kind": "gratitude"}, ["thanks"]),
        ({**CARD, "kind": "promise"}, ["promise tell"]),
        ({**CARD, "kind": "boundary"}, []),
        ({**CARD, "kind": "boundary", "mine": True}, ["boundary retire", "amend", "take-back"]),
        ({**CARD, "mine": True}, ["amend", "take-back"]),
        ({**CARD, "mine": True, "stage": "taken_back"}, []),
        ({**CARD, "kind": "window", "stage": "skipped"}, []),
        ({**CARD, "mine": True, "earlier": True}, []),
        ({**CARD, "kind": "disclosure", "earlier": True}, ["tell read"]),
        ({**CARD, "kind": "disclosure", "mine": True, "earlier": True}, []),
        ({**CARD, "kind": "disclosure"}, ["tell read", "tell later", "tell close", "tell reopen"]),
        (
            {**CARD, "kind": "disclosure", "mine": True},
            ["repair open", "tell close", "tell reopen", "amend", "take-back"],
        ),
        ({**CARD, "kind": "repair_letter"}, ["letter read", "letter receive"]),
        ({**CARD, "kind": "repair_letter", "mine": True}, ["take-back"]),
        ({**CARD, "kind": "told_draft", "mine": True}, ["tell share"]),
        ({**CARD, "kind": "letter_draft", "mine": True}, ["letter offer"]),
        ({"title": "A walk", "lines": ["one"]}, []),
        (
            {**CARD, "kind": "event", "stage": "waiting", "ours": True},
            ["agree assent", "calendar show", "calendar mark"],
        ),
        ({**CARD, "kind": "event", "stage": "planned"}, ["calendar show"]),
        ({**CARD, "kind": "practice", "stage": "tried", "ours": True}, ["practice look"]),
        ({**CARD, "kind": "practice", "stage": "tried"}, []),
        ({**CARD, "kind": "practice", "stage": "dropped", "mine": True}, []),
        (
            {**CARD, "kind": "event", "stage": "alone", "mine": True, "alone": True},
            ["calendar show", "calendar mark", "mine share", "mine change", "mine remove"],
        ),
        (
            {**CARD, "kind": "support_person", "stage": "alone", "mine": True, "alone": True},
            ["mine share", "mine change", "mine remove"],
        ),
    ],
)
def test_what_can_be_done_stands_beside_it(card: dict[str, object], acts: list[str]) -> None:
    """About this one thing; whether it may be done, the handler says."""
    (thing,) = screens.things({"cards": [card]})
    assert [act["command"] for act in thing["acts"]] == [f"{act}:ab" for act in acts]


def test_what_was_found_has_its_sentences_around_it() -> None:
    """Cards stand between what is said before and after them; without a card there is no page."""
    found = screens.found({"says": ["Quiet."], "cards": [CARD], "ends": ["More."]})
    assert [one.get("text") or one["title"] for one in found] == ["Quiet.", "A walk", "More."]
    assert screens.found({"says": ["There is none."], "cards": []}) == []


def test_the_day_begins_with_what_was_typed() -> None:
    """The check-in has its six lines, with what was not sent; alone there is none; signals stand above, once."""
    signal = {"title": "Pause", "lines": [], "kind": "signal"}
    result = {"cards": [signal, CARD], "says": ["hello"], "ends": ["calm", "more"], "line": "calm", "quiet": "until"}
    page = screens.today(result, {"need": "a walk"}, two=True)
    assert [field["name"] for field in page["form"]["fields"]] == list(screens.CHECKIN)
    assert [field["value"] for field in page["form"]["fields"] if field["value"]] == ["a walk"]
    assert page["form"]["fields"][0]["label"] == tell("checkin.feelings")
    assert [thing["title"] for thing in page["shown"]] == ["A walk"]
    assert (page["says"], page["ends"], page["quiet"]) == (["hello"], ["more"], "until")
    alone = screens.today({}, {}, two=False)
    assert (alone["form"], alone["shown"], alone["says"], alone["ends"]) == (None, [], [], [])


def test_agreements_stand_under_how_they_are() -> None:
    """In the order in which they were found, under an address that says nothing; none has nothing to say."""
    rows = [{"group": group, "title": group, "stands": "", "sort": "", "id": group} for group in ("in force", "ended")]
    page = screens.agreements({"rows": [*rows, rows[0]], "says": ["two"]}, lambda _: "c0de")
    assert [(group["title"], len(group["rows"])) for group in page["groups"]] == [("in force", 2), ("ended", 1)]
    assert page["groups"][0]["rows"][0]["href"] == "/2/c0de"
    assert page["says"] == ["two"]
    assert screens.agreements({"rows": [], "says": ["none"]}, str) == {"groups": [], "says": []}


def test_taking_a_yes_back_stands_first() -> None:
    """One press from the text, before everything else that can be said to it."""
    head = {"title": "Evenings", "lines": ["in force"], "id": "ab"}
    text = {"title": "Text", "lines": ["one"], "agreed_by": ["Robin"]}
    page = screens.agreement({"cards": [head, text], "acts": ["agree withdraw", "agree ask-change"]})
    assert page["acts"][0] == {"command": "agree withdraw:ab", "label": LABELS["agree withdraw"], "weight": "caution"}
    assert [act["command"] for act in page["acts"]] == ["agree withdraw:ab", "agree ask-change:ab"]
    assert page["texts"] == [{"title": "Text", "lines": ["one"], "agreed_by": ["Robin"]}]


def test_notes_are_listed_and_read() -> None:
    """Under an address that says nothing; their paragraphs are kept apart."""
    card = {"title": "Shopping", "lines": ["Milk", "", "", "Bread"], "id": "ab"}
    assert screens.notes({"cards": [card]}, lambda _: "c0de")["cards"][0]["href"] == "/3/c0de"
    assert screens.notes({}, str) == {"cards": []}
    page = screens.note({"cards": [card]})
    assert [part["text"].strip() for part in page["paragraphs"]] == ["Milk", "Bread"]
    assert screens.note({"cards": [{**card, "paragraphs": [{"text": "one"}]}]})["paragraphs"] == [{"text": "one"}]


def test_what_is_mine_has_the_newest_first() -> None:
    """With what was typed and not sent."""
    assert screens.mine({"entries": ["old", "new"]}, {"text": "half"}) == {
        "entries": ["new", "old"],
        "shown": [],
        "value": "half",
    }
    assert screens.mine({}, {})["value"] == ""


def test_signals_stand_on_every_page() -> None:
    """Whose, and which."""
    card = {"title": "Pause", "lines": ["until nine"], "mine": True, "level": "pause", "id": "ab"}
    assert screens.bar({"signals": [card]}) == [{name: card[name] for name in ("title", "lines", "mine", "level")}]


def test_every_way_out_stands_under_safety() -> None:
    """Each act there is a command with a label; what was found out stands in its section."""
    page = screens.safety({"relay": [Say("There is none.")]}, two=True)
    shown = {section["key"]: section for section in page["sections"]}
    assert shown["relay"]["shown"] == [{"kind": "say", "text": "There is none."}]
    assert shown["devices"]["shown"] == []
    acts = [act["command"] for section in page["sections"] for act in section["acts"]]
    assert set(acts) <= set(LABELS) & set(BY_NAME)
    assert {"leave", "devices revoke", "export own", "backup make", "passphrase", "lock-after"} <= set(acts)
    alone = {section["key"] for section in screens.safety({}, two=False)["sections"]}
    assert set(shown) ^ alone == {"two", "begin"}
    assert all(section["title"] for section in page["sections"])


def test_a_page_of_a_conversation() -> None:
    """What is asked, what is safe if one stops, and what is hidden never shown again."""
    visit = Visit("mine add")
    waiting = screens.step(visit, 3, title="Write")["step"]
    assert (waiting["waiting"], waiting["question"], waiting["stop"]) == (True, None, True)
    visit.take(Safe("Nothing was kept."))
    visit.take(Ask("Words:", Form.TEXT))
    asked = screens.step(visit, 3, title="Write", value="half")["step"]
    assert (asked["safe"], asked["question"]["value"], asked["question"]["number"]) == ("Nothing was kept.", "half", 1)
    visit.take(Ask("Passphrase:", Form.HIDDEN))
    assert screens.step(visit, 3, title="Write", value="half")["step"]["question"]["value"] == ""
    visit.take(Choose("Share it?", ("Yes", "No")))
    assert screens.step(visit, 3, title="Write")["step"]["question"]["items"] == ("Yes", "No")
    visit.take(Done(4, None, "That is not here any more."))
    done = screens.step(visit, 3, title="Write")["step"]
    assert (done["done"], done["stop"]) == ({"code": 4, "text": "That is not here any more."}, False)
