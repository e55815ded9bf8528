"""Everything that a person sees comes through the catalogue: in a language that nobody speaks no plain word is left.

Every command is carried out, several times over, by somebody who picks and types whatever is asked; and every page is
looked at. Plain letters are a person's own words, a command, an address or a number, and nothing else.
"""

import asyncio
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from tests.contracts.relay_process import environment
from tests.troth_app.house import PASSPHRASE, a_closed_keeper, home_at, made, open_keeper
from tests.troth_app.pseudo import CODE, in_pseudo, plain_words, speaking
from tests.troth_app.two import TODAY, Two, two
from tests.troth_app.web.desk import desk_for_two, empty_desk
from troth import Put, Text
from troth_app import language
from troth_app.agent import Agent
from troth_app.commands import BY_NAME, COMMANDS, Command, Kind, Where, find
from troth_app.conversation import Answer, Ask, Begin, Card, Choose, Chosen, Done, Form, Frames, Safe, Sentence, frame
from troth_app.helplines import REGIONS
from troth_app.keeper import Keeper
from troth_app.main import MORE, main
from troth_app.presenting import presenter
from troth_app.screen import Look, draw
from troth_app.settings import Relay, names_row, sync_row
from troth_app.sockets import pair
from troth_app.talk import HungUpError, Talk, hold, read_sentence
from troth_app.web import telling
from troth_app.web.labels import LABELS
from troth_app.web.pages import Pages, month_of
from troth_app.web.replies import Go, Page
from troth_client.wordlist import render_words
from troth_couple import Clause, Detail, Helper, Level, Occasion, Place, Scope, note_path
from troth_couple.kinds import KINDS

Turn = Callable[[Keeper], Awaitable[None]]
"""What is so before each command."""

WORDLIST: Final = frozenset(render_words(range(2_048)))
NAMES: Final = ("Laptop", *(line.name for lines in REGIONS.values() for line in lines if line.name != "Emergency"))
"""What is called so in every language."""
SYSTEM: Final = tuple(os.strerror(number) for number in range(1, 40))
"""What the machine says in its own words."""
CLICK: Final = ("OPTIONS", "COMMAND", "ARGS", "FILE", "NAME", "PATH", "TEXT")
"""What click puts into a line of usage, in every language."""
KNOWN: Final = (*NAMES, *SYSTEM)
ASKED_MAX: Final = 40
"""Questions of one command, after which somebody goes away."""
TYPED: Final = ("zzwords zzof zzmine", "2026-10-01", "", "wss://relay.example", "1")
SEEN_MIN: Final = 400
"""Texts that a person who tries everything sees; with much fewer something stopped early."""


@dataclass
class Somebody:
    """A person who answers whatever is asked, and remembers what they saw."""

    pick: int
    passphrase: str = PASSPHRASE
    seen: list[str] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)

    def answer(self, question: Ask | Choose) -> Sentence | None:
        """Type something else each time that the same is asked; pick in one's own way."""
        times = self.asked[question.prompt] = self.asked.get(question.prompt, 0) + 1
        if sum(self.asked.values()) > ASKED_MAX:
            return None
        if isinstance(question, Choose):
            # Whoever picks the last one for ever would never come to an end of some conversations.
            last = len(question.items) - 1
            return Chosen(min(max(self.pick % (last + 1), 0), last) if times < 4 else last)
        if question.form == Form.HIDDEN:
            return Answer(self.passphrase)
        late = sum(self.asked.values()) > ASKED_MAX // 2
        return Answer("" if late else TYPED[(times - 1) % len(TYPED)])

    def see(self, sentence: Sentence, command: Command) -> None:
        """Look at what is shown."""
        match sentence:
            case Ask(prompt):
                self.seen.append(prompt)
            case Choose(prompt, items):
                self.seen += [prompt, *items]
            case Safe(text):
                self.seen.append(text)
            case Done():
                self.seen.append(sentence.text)
                if sentence.result is not None and command.present:
                    self.seen += [draw(one, Look(columns=400)) for one in presenter(command)(sentence.result)]
            case Card(title, lines):
                self.seen += [title, *(line for line in lines if not _is_words(line))]
            case _:
                self.seen.append(draw(sentence, Look(columns=400)))


def _is_words(line: str) -> bool:
    """Tell whether a line is words of the list, which are typed on another device as they are."""
    found = re.findall(r"[A-Za-z]+", line)
    return bool(found) and set(found) <= WORDLIST


async def carry_out(command: Command, whom: Any, person: Somebody, *, locked: bool = False, **options: Any) -> None:
    """Carry a command out with a person who answers, until it is done or they go away."""
    terminal, ours = pair()
    for end in (terminal, ours):
        end.setblocking(False)
    handler = find(command.locked if locked else command.handler)

    async def handle(talk: Talk) -> Any:
        return await handler(talk, whom)

    holding = asyncio.ensure_future(hold(Talk(ours, Begin(command.name, options, live=True)), handle))
    try:
        async with asyncio.timeout(60):
            await _answer_all(terminal, command, person)
    finally:
        terminal.close()
        await asyncio.wait({holding})
        ours.close()


async def _answer_all(terminal: Any, command: Command, person: Somebody) -> None:
    frames = Frames()
    with contextlib.suppress(HungUpError):
        while True:
            sentence = await read_sentence(terminal, frames)
            person.see(sentence, command)
            if isinstance(sentence, Done):
                return
            if isinstance(sentence, Ask | Choose):
                answer = person.answer(sentence)
                if answer is None:
                    return
                await asyncio.get_running_loop().sock_sendall(terminal, frame(answer))


def options_of(command: Command, folder: Path) -> dict[str, Any]:
    """Name what a command wants named: a new file, and every flag."""
    named: dict[str, Any] = {}
    for option in command.options:
        if option.kind is Kind.FILE and option.name != "evidence":
            named[option.name] = str(folder / f"zz-{command.name.replace(' ', '-')}")
        elif option.kind is Kind.FLAG:
            named[option.name] = True
    return named


def plain(person: Somebody) -> list[tuple[str, list[str]]]:
    """Return what was seen with plain words in it, and which."""
    found = [(text, plain_words(text, *KNOWN)) for text in person.seen]
    return [(text, words) for text, words in found if words]


async def furnish(couple: Two) -> None:
    """Have something of every kind between the two, by either, in words that show whose they are."""
    await couple.sasha_proposes("zzevenings", clauses=_clauses())
    agreed = await couple.sasha_proposes("zzmornings", clauses=_clauses(), review_on=TODAY, expires="2026-12-01")
    await couple.sasha_assents(agreed)
    await couple.robin_assents(agreed)
    fields: dict[str, dict[str, object]] = {
        "check_in": {"feelings": "zzfine", "need": "zzsleep"},
        "gratitude": {"text": "zzsoup"},
        "milestone": {"what": "zzyear", "on": TODAY, "ours": True},
        "boundary": {"statement": "zzi zzleave", "because": "zzso"},
        "request": {"ask": "zzhelp", "why": "zzso", "good_by": "2026-09-20"},
        "question": {"text": "zzwhy", "detail": Detail.OUTLINE, "place": Place.TALK, "may_wait_until": "2026-09-20"},
        "window": {"topics": "zzmoney", "on": "2026-09-05", "at": "zznine", "length": "zzhour"},
        "repair": {"impact": "zzlate", "support": "zzfriend", "review_on": "2026-10-01"},
        "promise": {"what": "zzdishes", "by": "2026-09-09"},
        "blind": {"question": "zzwhat"},
        "care_act": {"text": "zztea"},
        "care_menu": {"text": "zzwalk"},
        "chapter": {"next": bytes(range(16)), "words": "zzspring"},
        "disclosure": {"item": "zzitem", "what": "zzwhat", "on": TODAY, "feeling": "zzsad", "next_step": "zzcall"},
        "repair_letter": {"did": "zzdid", "damage": "zzhurt", "for_you": "zzyou", "done_since": "zzsince"},
        "glossary": {"word": "zzslow", "means": "zzsoft"},
        "practice": {"what": "zzquiet", "when": "zzdawn", "look_back": "2026-10-01", "ours": True},
        "event": {"title": "zzsea", "sort": Occasion.TOGETHER, "on": "2026-09-05", "at": "zzten", "ours": True},
        "reflection": {"mattered": "zzsun", "learned": "zzrest", "hope": "zzrain"},
        "support_person": {"helps": Helper.GROUP, "name": "zzgroup", "reach": "zzhall", "tells": "zzall"},
    }
    for kind, said in fields.items():
        thing = await couple.sasha(lambda pen, kind=kind, said=said: pen.write(kind, said, day=TODAY))  # type: ignore[misc]
        if kind in ("repair", "disclosure"):
            # Closed by one of two, so that the other's word closes it.
            await couple.sasha(lambda pen, about=thing.subject: pen.write("close", day=TODAY, about=about))  # type: ignore[misc]
    note = await couple.sasha(lambda pen: pen.write("note", {"title": "zzlist"}, day=TODAY))
    await couple.space.edit(couple.chapter.document, Put(note_path(note.subject), Text("zzone\n\nzztwo")))
    await couple.sasha(lambda pen: pen.signal(Level.SLOW, Scope.TOUCH, day=TODAY))
    await couple.sasha(lambda pen: pen.plan_note("zzlater", day=TODAY, until=TODAY))
    couple.chapter.turn()
    there = {thing.kind for thing in (await couple.state()).things.values()}
    assert there | {"intimacy_pace"} >= {kind.name for kind in KINDS.values() if kind.begins} - {"propose"}, there


def _clauses() -> tuple[Clause, ...]:
    clause = Clause(behaviour="zzphones", value="zzrest", why="zzso", noticed_by="zzsleep", exceptions="zznever")
    return (clause, Clause(behaviour="zzalways zzpassword"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait long for a relay that is not there."""
    for name in ("recovery", "seconding", "moving", "joining", "restoring"):
        monkeypatch.setattr(f"troth_app.handlers.{name}.KNOCK_S", 0.05)
    monkeypatch.setattr("troth_app.knocking.KNOCK_S", 0.05)


async def _alone(_: Keeper) -> None:
    """Change nothing."""


async def _named(keeper: Keeper) -> None:
    assert keeper.household is not None
    assert keeper.household.shared is not None
    await keeper.household.remember(names_row(keeper.household.shared.room, "zzRobin", "zzSasha"))


async def _away(keeper: Keeper) -> None:
    assert keeper.household is not None
    await keeper.household.remember(sync_row(syncs=True))
    await keeper.household.use(Relay("ws://127.0.0.1:9"))


async def _offline(keeper: Keeper) -> None:
    assert keeper.household is not None
    await keeper.household.remember(sync_row(syncs=False))


TURNS: Final = (_alone, _named, _away, _offline)
PICKS: Final = (0, 1, -1)


@pytest.mark.parametrize("pick", PICKS)
@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.__name__[1:])
async def test_every_command_of_two(
    turn: Turn, pick: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    """With a space for two: without a relay, with names, with a relay that does not answer, and with sync off."""
    person = Somebody(pick)
    with speaking(tmp_path, monkeypatch):
        async with two(tmp_path) as couple:
            await furnish(couple)
            await _try_all(couple.keeper, turn, person, tmp_path)
            # Last, since nothing is shared afterwards; taken back, since it is final after a while otherwise.
            person.pick = 0
            await carry_out(BY_NAME["leave"], couple.keeper, person)
    assert plain(person) == []
    assert len(person.seen) > SEEN_MIN


@pytest.mark.parametrize("pick", PICKS)
@pytest.mark.parametrize("turn", [_alone, _away], ids=["alone", "away"])
async def test_every_command_of_one(
    turn: Turn, pick: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    """Without a space for two, where most of them say so."""
    person = Somebody(pick)
    with speaking(tmp_path, monkeypatch):
        async with open_keeper(tmp_path) as keeper:
            await _try_all(keeper, turn, person, tmp_path)
    assert plain(person) == []


async def _try_all(keeper: Keeper, turn: Turn, person: Somebody, folder: Path) -> None:
    for command in COMMANDS:
        if command.where is not Where.AGENT and command.name != "leave":
            # Before each: the one before may have named another relay, or none.
            await turn(keeper)
            person.asked.clear()
            await carry_out(command, keeper, person, **options_of(command, folder))


@pytest.mark.parametrize("pick", [0, 1])
@pytest.mark.parametrize("there", [False, True], ids=["empty", "locked"])
async def test_every_beginning(
    pick: int, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    """Before there is a vault, and before it is open; a wrong passphrase too."""
    person = Somebody(pick)
    with speaking(tmp_path, monkeypatch):
        for number, command in enumerate(command for command in COMMANDS if command.where is Where.BEGIN):
            folder = tmp_path / f"zz{number}"
            home = made(folder) if there else home_at(folder)
            home.prepare()
            for typed in ("wrong wrong", PASSPHRASE):
                person.asked.clear()
                person.passphrase = typed
                async with a_closed_keeper(home) as keeper:
                    await carry_out(command, keeper, person, **options_of(command, folder))
    assert plain(person) == []


@pytest.mark.parametrize("there", [False, True], ids=["empty", "locked"])
async def test_what_the_agent_says(there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without keys: what is next, where help is, how to come to rest, what is seen of the files, and the lock."""
    person = Somebody(0)

    async def start() -> Any:
        raise AssertionError("nobody starts a keeper for this")

    with speaking(tmp_path, monkeypatch):
        home = made(tmp_path) if there else home_at(tmp_path)
        agent = Agent(home, start, lasting=False)
        for command in COMMANDS:
            for options in ({}, {"evidence": "zz"}):
                if command.where is Where.AGENT or command.locked:
                    await carry_out(command, agent, person, locked=command.where is not Where.AGENT, **options)
    assert plain(person) == []


def test_all_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What every command, every group and every option says of itself, and what click says of a slip."""
    words = [[], *([word] for word in MORE), *(command.name.split() for command in COMMANDS)]
    words += [[word] for word in {command.name.partition(" ")[0] for command in COMMANDS}]
    slips = (["zzz"], ["agree", "zzz"], ["today", "--zzz"], ["today", "zzz", "zzzz"], ["backup", "make"], ["agree"])
    commands = "|".join(sorted({part for command in COMMANDS for part in command.name.split()} | MORE.keys(), key=len))
    with speaking(tmp_path, monkeypatch):
        for asked in [*([*word, "--help"] for word in words), *slips]:
            shown = CliRunner().invoke(main, asked, prog_name="troth").output
            rest = re.sub(rf"(?m)--?[a-z-]+|\[.*?\]|troth( [a-z-]+)*|^ +({commands})( ({commands}))?\b", "", shown)
            assert (asked, plain_words(rest, *CLICK)) == (asked, [])


class Read(HTMLParser):
    """Collects what a page shows or says to whoever does not see it."""

    SAID: Final = ("aria-label", "title", "alt", "placeholder", "data-label")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.html: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what stands in attributes."""
        self.html = self.html or dict(attrs)
        self.texts += [value for name, value in attrs if name in self.SAID and value]

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.texts.append(data)


def read(name: str, context: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Write a page; return what is plain in it, and its language."""
    page = Read()
    page.feed(Pages().write(name, context))
    assert (page.html["lang"], page.html["dir"]) == (CODE, "rtl")
    found = [(text.strip(), plain_words(text, *KNOWN)) for text in page.texts]
    return [(text, words) for text, words in found if words]


async def test_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every address, with one agreement and one note; what is found by words; and the lock."""
    with speaking(tmp_path, monkeypatch):
        async with desk_for_two(tmp_path) as at:
            assert at.two is not None
            await furnish(at.two)
            listed = await at.page("/2")
            places = ["/", *(f"/{number}" for number in "23456789")]
            places += [row["href"] for group in listed.context["groups"] for row in group["rows"]]
            places += [card["href"] for card in (await at.page("/3")).context["cards"]]
            for place in places:
                page = await at.page(place)
                assert (place, read(page.name, page.context)) == (place, [])
            await at.post("/7", words="zz")
            found = await at.page("/7")
            assert read(found.name, found.context) == []
            await at.lock()
            for place in ("/", "/6", "/8"):
                page = await at.page(place)
                assert (place, read(page.name, page.context)) == (place, [])
            wrong = await at.post("/unlock", passphrase="wrong")
            assert isinstance(wrong, Page)
            assert read(wrong.name, wrong.context) == []


@pytest.mark.parametrize("initial", sorted({command[0] for command in LABELS}))
async def test_every_button(initial: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What each one leads to: a question, cards, or the page on which something is said."""
    buttons = [command for command in LABELS if command[0] == initial and command not in ("lock", "init", "unlock")]
    with speaking(tmp_path, monkeypatch):
        async with desk_for_two(tmp_path) as at:
            assert at.two is not None
            await furnish(at.two)
            for command in buttons:
                reply = await at.post("/go", command=command)
                page = await at.page(reply.to) if isinstance(reply, Go) else reply
                assert (command, read(page.name, page.context)) == (command, [])


async def test_pages_that_open_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one, the one that says nothing, and each that says why nothing is opened."""
    with speaking(tmp_path, monkeypatch):
        async with empty_desk(tmp_path) as at:
            page = await at.page("/")
            assert read(page.name, page.context) == []
        assert read("calm", month_of(date(2026, 5, 3))) == []
        for key in ("used", "stranger", "too_much", "unread", "wrong", "nothing"):
            lines = [telling.tell(f"web.{key}.safe"), telling.tell(f"web.{key}.do")]
            assert read("closed", {"title": telling.tell(f"web.{key}"), "lines": lines, "onward": "/"}) == []


class House:
    """A copy of the app with a language dropped in, and a home of its own: its processes are real ones."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "site"
        shutil.copytree(
            Path(language.__file__).parent, self.site / "troth_app", ignore=shutil.ignore_patterns("locale")
        )
        shutil.copytree(folder / "locale", self.site / "troth_app" / "locale")
        # A short one: a path that is broken in the middle would look like words.
        home = tempfile.mkdtemp(prefix="zz")
        self.environ = environment() | {"PYTHONPATH": str(self.site), "LANGUAGE": CODE, "TROTH_HOME": home}
        self.environ["XDG_RUNTIME_DIR"] = ""

    def run(self, *words: str, typed: str = "") -> str:
        """Run a command; return all that it shows."""
        command = [sys.executable, "-m", "troth_app.main", *words]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, env=self.environ, timeout=120)
        return done.stdout + done.stderr


def test_a_file_that_is_dropped_in_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command, the agent and the keeper speak it, each a process of its own, with nothing but the environment."""
    with speaking(tmp_path, monkeypatch):
        house = House(tmp_path)
        shown = [house.run("today")]
        shown.append(house.run("init", typed=f"1\n{PASSPHRASE}\n{PASSPHRASE}\n"))
        try:
            shown += [house.run("mine", "add", typed="zzwords"), house.run("mine", "list"), house.run("status")]
            shown += [house.run("checkin"), house.run("doctor"), house.run("lock"), house.run("status")]
        finally:
            house.run("lock")
            shutil.rmtree(house.environ["TROTH_HOME"])
    assert [(text, words) for text in shown if (words := plain_words(text, *KNOWN, socket.gethostname()))] == []
    assert in_pseudo("It is made, and it is open.") in shown[1].replace("\n", " ")
    assert "zzwords" in shown[3]
    assert in_pseudo("It is locked. Nothing is sent and nothing arrives until you unlock.") in shown[7].replace(
        "\n", " "
    )
