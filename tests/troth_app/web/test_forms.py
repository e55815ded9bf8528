"""What a form does: what it names, what it says, and nothing that it does not say; words are never lost by it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_app.handlers.test_handing_over import OWN, handed_over
from tests.troth_app.house import DAY
from tests.troth_app.web.desk import PASSPHRASE, Desk, desk, desk_for_one, desk_for_two, empty_desk
from troth_app.commands import BY_NAME
from troth_app.limits import DRAFT_NAME_LETTERS_MAX
from troth_app.messages import tell
from troth_app.web.forms import FILES, FILLED, FORMS, WHICH
from troth_app.web.labels import LABELS
from troth_app.web.replies import CONFLICT, NO_CONTENT, NOT_FOUND, Go, Page
from troth_app.web.telling import ENGLISH
from troth_couple.limits import TEXT_BYTES_MAX
from troth_wire.errors import FullError


async def things(at: Desk) -> int:
    """How many entries both see."""
    assert at.two is not None
    return len((await at.two.state()).things)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "nothing",
        "pages keep",
        "pages news",
        "unlock\n",
        "LOCK",
        "agree assent:../x",
        "agree show:AB",
        "agree show:" + "a" * 129,
    ],
)
async def test_what_is_on_no_list_is_begun_by_nothing(tmp_path: Path, command: str) -> None:
    """A command that no button has, and a thing that is no id."""
    async with desk_for_two(tmp_path) as at:
        found = await at.post("/go", command=command)
        assert isinstance(found, Page)
        assert found.status == NOT_FOUND
        assert at.host.browser(at.see("/")).steps.open == {}


@given(which=st.text())
def test_what_a_page_names_is_an_id(which: str) -> None:
    """Nothing else reaches a conversation."""
    assert bool(WHICH.fullmatch(which)) == (set(which) <= set("0123456789abcdef") and len(which) <= 128)


async def test_what_is_not_here_any_more_says_so(tmp_path: Path) -> None:
    """An id of something that is gone changes nothing."""
    async with desk_for_two(tmp_path) as at:
        assert at.two is not None
        await at.two.sasha_proposes()
        assert await at.post("/go", command=f"agree assent:{'ab' * 16}") == Go("/")
        assert await at.told() == [tell("pick.gone")]


@pytest.mark.parametrize("path", ["/", "/2", "/nothing", "/in/x", "/static/x"])
async def test_a_form_that_nobody_sends(tmp_path: Path, path: str) -> None:
    """Where no form leads, nothing is done."""
    async with desk_for_two(tmp_path) as at:
        found = await at.post(path)
        assert isinstance(found, Page)
        assert found.status == NOT_FOUND


async def test_a_checkin_is_shared_in_one_form(tmp_path: Path) -> None:
    """Its lines are answered by their questions; its draft is let go; and the next page says what became of it."""
    async with desk_for_two(tmp_path) as at:
        await at.post("/draft", form="checkin", fields='{"feelings": "tired"}')
        before = await things(at)
        assert await at.post("/say", form="checkin", feelings="tired", need="a walk", **{"as": "share"}) == Go("/")
        assert await at.told() == [tell("shared")]
        assert await things(at) == before + 1
        assert await at.host.drafts() == {}
        assert "tired" in str((await at.page("/")).context["shown"])


async def test_what_is_for_oneself_is_not_shared(tmp_path: Path) -> None:
    """The other button keeps it."""
    async with desk_for_two(tmp_path) as at:
        before = await things(at)
        await at.post("/say", form="checkin", feelings="alone with it", **{"as": "mine"})
        assert await things(at) == before
        assert "alone with it" in str(await at.mine())


@pytest.mark.parametrize("how", [{}, {"as": ""}, {"as": "yes"}])
async def test_a_form_that_does_not_say_so_shares_nothing(tmp_path: Path, how: dict[str, str]) -> None:
    """It is asked."""
    async with desk_for_two(tmp_path) as at:
        before = await things(at)
        step = await at.go("/say", form="checkin", feelings="tired", **how)
        assert (await at.page(step)).context["step"]["question"]["prompt"] == tell("ask.share")
        assert await things(at) == before


@pytest.mark.parametrize("name", ["", "lock", "agree propose"])
async def test_a_form_of_another_name_says_nothing(tmp_path: Path, name: str) -> None:
    """The list is short."""
    async with desk_for_two(tmp_path) as at:
        found = await at.post("/say", form=name, text="words", **{"as": "share"})
        assert isinstance(found, Page)
        assert found.status == NOT_FOUND


async def test_a_form_that_locked_meanwhile_keeps_the_words(tmp_path: Path) -> None:
    """They are sealed for their writer alone."""
    async with desk_for_two(tmp_path) as at:
        await at.lock()
        found = await at.post("/say", form="checkin", feelings="tired", need="a walk", **{"as": "share"})
        assert isinstance(found, Page)
        assert (found.name, found.context["again"]) == ("lock", ENGLISH["web.kept_sealed"])
        assert await at.mine() == ["tired\na walk"]


async def test_a_form_that_is_too_long_shows_the_words_again(tmp_path: Path) -> None:
    """And says why; nothing of it is shared."""
    async with desk_for_two(tmp_path) as at:
        long = "x" * (TEXT_BYTES_MAX + 1)
        found = await at.post("/say", form="checkin", feelings=long, **{"as": "share"})
        assert isinstance(found, Page)
        assert (found.name, found.status, found.context["typed"]) == ("late", CONFLICT, long)
        assert found.context["why"].startswith("That is 1 letter longer than a text can be. Nothing was shared.")
        assert await at.mine() == [long]


async def test_an_empty_form_is_said_to_be_one(tmp_path: Path) -> None:
    """There is nothing to give back."""
    async with desk_for_two(tmp_path) as at:
        assert await at.post("/say", form="mine", text="  ") == Go("/4")
        assert await at.told() == ["There was nothing to keep. Nothing changes."]


async def test_an_answer_is_for_the_question_that_was_shown(tmp_path: Path) -> None:
    """One for an earlier question answers none; what was typed into it comes back, but what was sent twice does not."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", command="note add")
        await at.answer(step, answer="Shopping")
        question = (await at.page(step)).context["step"]["question"]
        assert await at.post(step, question="1", answer="Shopping") == Go(step)
        found = await at.post(step, question="1", answer="Other words")
        assert isinstance(found, Page)
        assert found.context["typed"] == "Other words"
        assert await at.post(step, question="1", index="0") == Go(step)
        assert (await at.page(step)).context["step"]["question"] == question


@pytest.mark.parametrize("index", ["", "-1", "7", "x", "9" * 5_000])
async def test_a_pick_is_one_of_those_that_were_shown(tmp_path: Path, index: str) -> None:
    """Anything else picks nothing, and the question waits."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/say", form="checkin", feelings="tired")
        assert await at.answer(step, index=index) == Go(step)
        assert (await at.page(step)).context["step"]["question"]["prompt"] == tell("ask.share")


async def test_what_was_taken_once_and_sent_twice_is_not_shown_again(tmp_path: Path) -> None:
    """Nobody is told that it was not taken."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", command="mine add")
        assert await at.post(step, question="1", answer="words") == Go("/")
        assert await at.post(step, question="1", answer="words") == Go("/")
        assert await at.mine() == ["words"]


async def test_an_answer_to_what_is_over_says_why(tmp_path: Path) -> None:
    """What ended while its page was open says how, and gives back what was typed."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", "/5", command="status")
        found = await at.post(step, question="1", answer="words")
        assert isinstance(found, Page)
        assert (found.name, found.context["why"]) == ("late", ENGLISH["web.late.why"])


async def test_stopping_says_what_is_safe(tmp_path: Path) -> None:
    """A conversation is left by its button, to where it began."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", "/4", command="mine add")
        assert await at.post(step, stop="1") == Go("/4")
        assert await at.told() == ["Nothing was kept."]
        assert await at.get(step) == Go("/")


async def test_a_draft_of_an_answer_goes_when_it_is_taken(tmp_path: Path) -> None:
    """Until then the page shows it again."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", command="mine add")
        shown = (await at.page(step)).context["step"]
        kept = await at.post("/draft", form=shown["draft"], fields='{"answer": "half a"}')
        assert kept == Go(status=NO_CONTENT)
        assert (await at.page(step)).context["step"]["question"]["value"] == "half a"
        await at.answer(step, answer="half a sentence")
        assert await at.host.drafts() == {}


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("mine", ""),
        ("mine", "{"),
        ("mine", "[]"),
        ("", '{"a": "b"}'),
        ("x" * (DRAFT_NAME_LETTERS_MAX + 1), '{"a": "b"}'),
    ],
)
async def test_a_draft_that_is_none(tmp_path: Path, form: str, fields: str) -> None:
    """Whoever sent it is told that it is not kept."""
    async with desk_for_two(tmp_path) as at:
        assert await at.post("/draft", form=form, fields=fields) == Go(status=CONFLICT)


async def test_a_draft_with_odd_letters_is_kept(tmp_path: Path) -> None:
    """Half of a letter too, which a browser can send."""
    async with desk_for_two(tmp_path) as at:
        fields = json.dumps({"text": "half \ud800 letter", "number": 1})
        assert await at.post("/draft", form="mine", fields=fields) == Go(status=NO_CONTENT)
        assert (await at.host.drafts())["mine"]["number"] == "1"


async def test_the_door_opens_with_the_passphrase(tmp_path: Path) -> None:
    """And leads to where one wanted to go, if that is here."""
    async with desk_for_one(tmp_path) as at:
        found = await at.post("/unlock", passphrase="wrong", back="/4")
        assert isinstance(found, Page)
        assert (found.name, found.context["back"]) == ("lock", "/4")
        assert "not the passphrase" in found.context["again"]
        assert "wrong" not in str(found.context)
        assert await at.post("/unlock", passphrase=PASSPHRASE, back="/4") == Go("/4")
        assert (await at.page("/4")).name == "mine"


async def test_the_first_unlock_asks_for_ones_own(tmp_path: Path) -> None:
    """R19: a vault that was set up for its person leads to that question, and to nothing else before."""
    async with desk(await handed_over(tmp_path)) as at:
        step = await at.go("/unlock", passphrase=PASSPHRASE, back="/4")
        shown = (await at.page(step)).context["step"]
        assert tell("prepared.why") in str(shown["shown"])
        assert shown["question"]["form"] == "hidden"
        assert (await at.page("/4")).name == "lock"
        await at.answer(step, answer=OWN)
        assert (await at.page("/4")).name == "lock"
        assert await at.answer(step, answer=OWN) == Go("/4")
        assert (await at.page("/4")).name == "mine"


@pytest.mark.parametrize(
    "back", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "x", "/unlock"]
)
async def test_the_door_leads_nowhere_else(tmp_path: Path, back: str) -> None:
    """Whatever the form says."""
    async with desk_for_one(tmp_path) as at:
        assert await at.post("/unlock", passphrase=PASSPHRASE, back=back) == Go("/")


async def test_an_empty_home_has_no_door(tmp_path: Path) -> None:
    """What one is told is how to begin."""
    async with empty_desk(tmp_path) as at:
        found = await at.post("/unlock", passphrase=PASSPHRASE)
        assert isinstance(found, Page)
        assert found.name == "welcome"


@pytest.mark.parametrize(("path", "to"), [("/lock", "/"), ("/exit", "/calm")])
async def test_it_is_locked_before_it_is_answered(tmp_path: Path, path: str, to: str) -> None:
    """Leaving locks too, and leads to a page that says nothing."""
    async with desk_for_two(tmp_path) as at:
        assert await at.post(path) == Go(to)
        assert not at.agent.is_open
        assert (await at.page("/")).name == "lock"


async def test_somebody_who_reads_is_use(tmp_path: Path) -> None:
    """The idle time begins anew, and nothing else happens."""
    async with desk_for_two(tmp_path) as at:
        watch = at.inside.keeper.watch
        at.inside.clocks.go(watch.idle_s - 1)
        assert await at.post("/here") == Go(status=NO_CONTENT)
        at.inside.clocks.go(1)
        assert watch.look() is None


async def test_a_question_that_nobody_answers_is_no_use(tmp_path: Path) -> None:
    """A page that asks does not hold the vault open; what was typed before it locked is given back."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", command="note add")
        await at.answer(step, answer="Shopping")
        at.inside.clocks.go(at.inside.keeper.watch.idle_s)
        assert at.inside.keeper.watch.look() is not None
        await at.lock()
        found = await at.get(step)
        assert isinstance(found, Page)
        assert found.name == "lock"
        assert await at.mine() == ["Shopping"]


async def test_words_are_looked_for(tmp_path: Path) -> None:
    """What is found stands once on a page that came of no form, and what was asked in no address."""
    async with desk_for_two(tmp_path) as at:
        await at.post("/say", form="mine", text="the sea and the wind")
        assert await at.post("/7", words="wind") == Go("/7")
        assert (await at.page("/7", live=True)).context["asked"] == ""
        found = await at.page("/7")
        assert (found.name, found.context["asked"]) == ("search", "wind")
        assert "the sea and the wind" in str(found.context["shown"])
        again = await at.page("/7")
        assert (again.context["asked"], again.context["shown"]) == ("", [])
        await at.lock()
        assert await at.post("/7", words="wind") == Go("/7")
        found = await at.page("/7")
        assert (found.name, found.context["back"]) == ("lock", "/7")


@pytest.mark.parametrize("command", FILES)
async def test_a_file_is_asked_for_by_a_command_that_takes_one(command: str) -> None:
    """Each is a button's, and names the file by an option of its own."""
    assert command in LABELS
    assert "file" in {option.name for option in BY_NAME[command].options}


def test_every_form_that_fills_names_questions_that_there_are() -> None:
    """By their words in the catalogue."""
    for command, fields, _ in FILLED.values():
        assert command in BY_NAME
        assert all(tell(key) for key in fields.values())
    assert not set(FORMS) & {"in", "static", "calm", "news", "file"}


async def test_midnight_passes_while_a_page_is_open(tmp_path: Path) -> None:
    """What is sent after midnight is of the new day, from a page of the day before."""
    async with desk_for_two(tmp_path) as at:
        await at.page("/")
        after = DAY + timedelta(days=1)
        at.inside.keeper.today = lambda: after
        assert await at.post("/say", form="checkin", feelings="still up", **{"as": "share"}) == Go("/")
        (card,) = [card for card in (await at.page("/")).context["shown"] if "still up" in str(card)]
        assert card["day"] == after.isoformat()


async def test_a_full_disk_costs_no_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can not be saved is shown again with what is safe, or is kept for its writer; nobody is told otherwise."""
    async with desk_for_two(tmp_path) as at:
        assert at.two is not None
        before = await things(at)

        async def full(*_: object) -> None:
            raise FullError("There is no room left. Nothing was changed.")

        monkeypatch.setattr(at.two.chapter, "write", full)
        found = await at.post("/say", form="checkin", feelings="heavy", need="rest", **{"as": "share"})
        monkeypatch.undo()
        shown = found.context["typed"] if isinstance(found, Page) else "\n".join(await at.mine())
        assert "heavy" in shown
        assert "rest" in shown
        assert await things(at) == before
