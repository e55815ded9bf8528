"""The safety rules, by number: each has a test that exists, and those that need the whole program are here."""

import ast
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import pytest

import troth_app
import troth_couple
from tests.troth_app.house import PASSPHRASE, Played, play
from tests.troth_app.two import TODAY, Two, two
from troth.guard import Change, read
from troth.record import Kind, changes_in
from troth_app.conversation import Choose
from troth_app.handlers import (
    agreeing,
    alone,
    blind,
    boundaries,
    caring,
    chapters,
    consenting,
    days,
    glossary,
    letters,
    looking_back,
    mine,
    notes,
    own_words,
    pacing,
    planning,
    practices,
    promises,
    proposing,
    questions,
    quieting,
    repairing,
    requests,
    searching,
    signalling,
    supporting,
    telling,
    windows,
)
from troth_app.messages import ENGLISH
from troth_couple import Clause, Item, Pen, Revision, Roster, Standing, entries_in
from troth_couple.entry import Entry, SubjectId, parse
from troth_couple.kinds import KEPT, KINDS

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "specs" / "safety.md"
TESTS: Final = ROOT / "tests"
COUPLE: Final = Path(troth_couple.__file__).parent
APP: Final = Path(troth_app.__file__).parent
NOTIFIERS: Final = re.compile(
    r"notify-send|osascript|terminal-notifier|\bplyer\b|\bdbus\b|win10toast|\bNotification\(|showNotification|\\a|\\x07"
)
SHARE, MINE, NOTHING = 0, 1, 2
ALONE, SEEN, OURS = range(3)
SIX = ("tired", "", "", "", "", "")
THEIRS: Final[dict[str, dict[str, object]]] = {
    "disclosure": {"what": "I read old messages."},
    "check_in": {"feelings": "calm"},
    "window": {"topics": "Money.", "on": "2026-09-05"},
    "question": {"text": "May I know?", "detail": 1, "place": 1},
    "promise": {"what": "I call."},
    "blind": {"question": "What would help?"},
}
TEXT = (0, 5, "Evenings", "Phones away at nine.", 0, "", 0, "2026-09-15", "", 1)


def test_every_rule_has_its_row() -> None:
    """R1 to R54, each with a test that exists, or what it waits for."""
    rows = re.findall(r"^\| R(\d+) \| ([^|]+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 55))
    for number, _, test in rows:
        held = [re.fullmatch(r"`([\w/]+)::(\w+)`", one) for one in test.split(", ")]
        if not re.match(r"(later|browser|never): \w+", test):
            assert all(found and f"def {found[2]}(" in (TESTS / f"{found[1]}.py").read_text() for found in held), number


async def a_day_of_commands(couple: Two) -> None:
    """Let Robin use what writes on most days, and Sasha write a little too."""
    keeper = couple.keeper
    await couple.sasha(lambda pen: pen.write("request", {"ask": "Call when late."}, day=TODAY))
    revision = await couple.sasha_proposes("Mornings")
    await couple.sasha_assents(revision)
    await play(days.checkin, keeper, *SIX, SHARE)
    await play(own_words.amend, keeper, *[""] * 6, SHARE)
    await play(days.heads_up, keeper, "late", 0, SHARE)
    await play(days.milestone, keeper, "a month", "", 1, SHARE)
    await play(boundaries.add, keeper, "I will rest.", "", SHARE)
    await play(requests.ask_for, keeper, "A quiet day.", "", "", SHARE)
    await play(requests.answer, keeper, 0, "")
    await play(notes.add, keeper, "Summer", "We like the sea.", SHARE)
    await play(telling.write, keeper, "I was late.", "", "", "", "", 4)
    await play(letters.write, keeper, "I hid it.", "You waited.", "You may have felt alone.", "I tell you.", 4)
    await play(signalling.pause, keeper)
    await play(signalling.release, keeper, PASSPHRASE)
    await play(proposing.propose, keeper, 0, *TEXT)
    await play(consenting.assent, keeper, 0, 1, PASSPHRASE)
    await play(consenting.assent, keeper, 0, 1, PASSPHRASE)
    await play(consenting.ask_change, keeper, "", 0)
    await play(consenting.not_me, keeper, 0)
    await play(consenting.withdraw, keeper)
    await play(glossary.say_, keeper, "slow", "no questions", SHARE)
    await play(practices.add, keeper, "walks", "", "", OURS, SHARE)
    await play(practices.look, keeper, 0, "")
    await play(planning.plan, keeper, 5, "supper", "", "", "", OURS, SHARE)
    await play(planning.mark, keeper, 0)
    await play(supporting.add, keeper, 4, "Bo", "", "")
    await play(alone.share_, keeper, SHARE)
    await play(looking_back.write_, keeper, "the sea", "", "")
    which = {"which": alone.alone_of(keeper, "reflection")[0].id.hex()}
    await play(alone.share_, keeper, 1, SHARE, options=which)
    await a_day_alone(couple)


async def a_day_alone(couple: Two) -> None:
    """Let Robin use every command that keeps something for Robin alone, and look at all of it."""
    keeper = couple.keeper
    await play(supporting.add, keeper, 3, "Ann", "", "")
    await play(practices.add, keeper, "rest", "", "", ALONE)
    await play(planning.plan, keeper, 4, "a test", "", "", "", ALONE)
    await play(looking_back.write_, keeper, "the sea", "", "")
    await play(alone.change, keeper, 0)
    for handler in (supporting.support, practices.listed, planning.listed, looking_back.year, looking_back.week):
        await play(handler, keeper)


def the(words: str) -> Callable[[Played], Awaitable[int]]:
    """Pick what these words are in."""

    async def pick(played: Played) -> int:
        choice = played.sentences[-1]
        assert isinstance(choice, Choose)
        return next(at for at, item in enumerate(choice.items) if words in item)

    return pick


def written(kind: str, words: dict[str, object]) -> Callable[[Pen], Entry]:
    """What writes a thing."""
    return lambda pen: pen.write(kind, words, day=TODAY)


async def an_evening_of_commands(couple: Two) -> list[Entry]:
    """Let Robin use everything else that writes; return what Sasha wrote, for Robin to say something to."""
    keeper = couple.keeper
    theirs = [await couple.sasha(written(kind, words)) for kind, words in THEIRS.items()]
    question = theirs[-1].subject
    await play(days.thanks, keeper, 0)
    await play(days.thanks, keeper, "the soup", SHARE)
    await play(windows.answer, keeper, 0, "")
    for handler, answers in ((windows.agenda, ("The rent.", SHARE)), (windows.move, ("2026-09-06", "20:00"))):
        await play(handler, keeper, *answers)
    await play(windows.hold, keeper, "We take it slowly.", SHARE)
    await play(windows.plan, keeper, "Plans.", "2026-09-05", "", "", SHARE)
    await play(windows.skip, keeper)
    await play(questions.ask, keeper, "Where were you?", 0, 0, "", SHARE)
    await play(requests.answer, keeper, the("Question"), the("Not yet"), "", "")
    await play(promises.told, keeper, "I was glad.", SHARE)
    await play(promises.add, keeper, "Supper on Sunday.", "", SHARE)
    await play(promises.told, keeper, the("Supper"), 0, "")
    await play(telling.later, keeper, "2026-09-05")
    await play(repairing.open_, keeper, 1, "You waited for me.", "", "", SHARE)
    await play(repairing.step, keeper, "I set an alarm.", SHARE)
    await play(repairing.close, keeper)
    await play(repairing.reopen, keeper)
    await play(caring.wish, keeper, "A walk.", SHARE)
    await play(caring.add, keeper, "I did the dishes.", SHARE)
    await play(pacing.set_, keeper, "a hug", "", "", SHARE)
    await play(pacing.lapse, keeper)
    await play(blind.answer, keeper, "sleep", SHARE)
    theirs.append(await couple.sasha(lambda pen: pen.seal(question, "a walk", salt=bytes(16), day=TODAY)))
    await play(blind.open_, keeper)
    await play(blind.add, keeper, "One limit of mine?", SHARE)
    revision = await couple.sasha_proposes("Nights")
    await play(consenting.decline, keeper)
    theirs += [act for act in couple.chapter.book.ledger.known.values() if act.subject == SubjectId(revision.agreement)]
    await play(boundaries.retire, keeper)
    await play(own_words.take_back, keeper, 0)
    await play(notes.edit, keeper, 1, "And the hills.", SHARE)
    await play(notes.close, keeper)
    await play(chapters.open_, keeper, 1, "", PASSPHRASE)
    await play(chapters.withdraw, keeper)
    return [act for act in theirs if act.person != couple.chapter.me]


async def test_no_command_makes_anothers_act(tmp_path: Path) -> None:
    """R8: whatever Robin types, every entry that it makes is Robin's, and Sasha's are those that Sasha signed.

    There is no kind of entry, but for an end that no command has, that was not among them.
    """
    async with two(tmp_path) as couple:
        await a_day_of_commands(couple)
        signed = await an_evening_of_commands(couple)
        known = couple.chapter.book.ledger.known.values()
        mine_, theirs = ([act for act in known if (act.person == couple.chapter.me) is own] for own in (True, False))
        assert {kind.name for kind in KINDS.values()} - {act.name for act in mine_} == {"end"}
        assert sorted(act.name for act in theirs) == sorted(["assent", "propose", "request", *(a.name for a in signed)])


def test_nobody_has_a_role() -> None:
    """R2: nothing that says whose word counts knows an owner, an admin, a payer, or who began."""
    names = {field.name for form in (Roster, Standing) for field in fields(form)}
    assert names == {"space", "devices", "left", "founders", "person", "everyday", "admin", "confirmed", "cut"}
    words = re.compile(r"\b(owner|payer|creator|superuser|moderator|role)\b")
    found = [path.name for path in COUPLE.glob("*.py") if words.search(_code_of(path))]
    assert found == []


def test_silence_has_no_field() -> None:
    """R9: what both consent to has these fields, and none of them is a day for an answer."""
    assert [field.name for field in fields(Revision)] == [
        *("agreement", "sort", "title", "clauses", "items", "applies_to", "review_on", "expires", "supersedes")
    ]
    assert {field.name for form in (Clause, Item) for field in fields(form)} == {
        *("value", "behaviour", "why", "noticed_by", "exceptions"),
        *("sort", "tell", "within", "how", "detail"),
    }
    assert {field.name for field in next(kind for kind in KINDS.values() if kind.name == "propose").fields} == {
        "revision"
    }


async def test_a_thousand_looks_are_no_act(tmp_path: Path) -> None:
    """R10: silence, reading and looking write nothing, however often."""
    async with two(tmp_path) as couple:
        await couple.sasha_proposes()
        before = couple.space.status().waiting
        for _ in range(1_000):
            couple.chapter.turn()
            await couple.state()
        assert couple.space.status().waiting == before
        (agreement,) = (await couple.state()).agreements.values()
        assert [act.name for act in agreement.acts] == ["propose"]


def test_no_clause_is_read_by_what_decides() -> None:
    """R14: what decides reads no clause, so that no clause can change what anybody may do."""
    readers = {
        path.name for path in COUPLE.glob("*.py") if re.search(r"\.(clauses|items|behaviour)\b(?!\()", _code_of(path))
    }
    # Two that show them, and the one that holds their words.
    assert readers == {"diff.py", "revision.py", "messages.py"}
    found = {path.name for path in APP.rglob("*.py") if re.search(r"\.(clauses|behaviour)\b", _code_of(path))}
    assert found == {"proposing.py"}


def test_nobody_is_seen() -> None:
    """R21: no sentence, no kind and no field is about being there, reading, or writing at this moment."""
    seen = re.compile(
        r"\b(online|offline|last seen|seen|active now|is typing|typing|read by|receipt|presence|location|is away)\b"
    )
    assert [key for key, text in ENGLISH.items() if seen.search(text.lower())] == []
    assert [key for key, text in troth_couple.ENGLISH.items() if seen.search(text.lower())] == []
    names = [*(kind.name for kind in KINDS.values()), *KEPT.values()]
    names += [field.name for kind in KINDS.values() for field in kind.fields]
    assert [name for name in names if seen.search(name.replace("_", " "))] == []


async def test_no_change_of_the_record_tells_the_time(tmp_path: Path) -> None:
    """R22: every change of a day of commands is one that the guard takes, which refuses any that carries a time."""
    async with two(tmp_path) as couple:
        await a_day_of_commands(couple)
        changes = await _changes(couple)
        assert len(changes) > 15
        assert all(isinstance(read(raw), Change) for raw in changes)
        for value in entries_in(couple.space.view(couple.chapter.document)).values():
            assert isinstance(value, bytes)
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", parse(value).day)


async def test_no_unpublished_word_is_in_any_record(tmp_path: Path) -> None:
    """R23: what was typed and kept, thrown away or given up stands in no change of the shared document."""
    async with two(tmp_path) as couple:
        await play(days.checkin, couple.keeper, "canary-kept", *SIX[1:], MINE)
        await play(days.checkin, couple.keeper, "canary-thrown", *SIX[1:], NOTHING)
        await play(days.checkin, couple.keeper, "canary-stopped", *SIX[1:])
        await play(telling.write, couple.keeper, "canary-held", "", "", "", "", 1, "2026-09-02")
        await play(telling.share, couple.keeper, 2, "", "canary-changed", "", "", "", "", 0)
        await play(notes.add, couple.keeper, "Summer", "We like the sea.", SHARE)
        await play(notes.edit, couple.keeper, 1, "canary-note", NOTHING)
        await play(proposing.propose, couple.keeper, 0, 5, "canary-title", "canary-point", 0, "", 0, "", "", 0)
        changes = await _changes(couple)
        assert changes
        assert not any(b"canary" in raw for raw in changes)


async def test_what_is_private_makes_no_traffic(tmp_path: Path) -> None:
    """R24: an entry for oneself, looking, searching and quiet time leave nothing for the relay, in any space."""
    async with two(tmp_path) as couple:
        household = couple.keeper.household
        assert household is not None
        before = [place.space.status().waiting for place in household.places]
        await play(mine.add, couple.keeper, "a dream")
        await play(quieting.until, couple.keeper, "2026-09-08")
        await play(quieting.off, couple.keeper)
        for handler in (days.today, agreeing.listed, notes.listed, boundaries.listed, mine.list_):
            await play(handler, couple.keeper)
        await play(searching.search, couple.keeper, "dream")
        await a_day_alone(couple)
        assert [place.space.status().waiting for place in household.places] == before


def test_nothing_shared_speaks_of_the_private() -> None:
    """R26: no kind and no field names what is one's own alone, or says that there is anything like it."""
    words = re.compile(r"\b(private|mine|solo|secret|hidden|draft)\b")
    names = [*(kind.name for kind in KINDS.values()), *(field.name for kind in KINDS.values() for field in kind.fields)]
    assert [name for name in names if words.search(name.replace("_", " "))] == []


def test_no_keychain_is_used() -> None:
    """R35: no module asks the system to keep a secret."""
    found = [path.name for folder in (APP, APP.parent / "troth_client") for path in folder.rglob("*.py") if _asks(path)]
    assert found == []


def test_nothing_notifies() -> None:
    """R29: nothing that the app brings shows a notice but a page on which that was chosen, and no terminal rings."""
    found = [path.name for path in APP.rglob("*.py") if NOTIFIERS.search(_code_of(path))]
    assert found == []


@pytest.mark.parametrize("source", ["run(['notify-send', 'x'])", "print('\\a')", "import dbus", "Notification('x')"])
def test_a_notice_is_found(source: str) -> None:
    """The rule itself is not blind."""
    assert NOTIFIERS.search(source)


async def test_names_of_files_say_nothing(tmp_path: Path) -> None:
    """R36: after a day of commands the folder holds the same few names, and none of anybody or anything."""
    async with two(tmp_path) as couple:
        before = _names(couple.keeper.home.folder)
        await a_day_of_commands(couple)
        assert _names(couple.keeper.home.folder) == before
        assert all(re.fullmatch(r"vault[a-z.-]*|agent\.lock|log|[0-9a-f]{16}\.sock|[\w-]+", name) for name in before)


async def test_nothing_listens_and_nothing_is_dialled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R54: without a relay no command opens a connection or listens anywhere."""
    async with two(tmp_path) as couple:

        def refuse(*_: Any) -> None:
            raise AssertionError("a connection")

        with monkeypatch.context() as patched:
            for name in ("connect", "bind", "listen"):
                patched.setattr(socket.socket, name, refuse)
            await a_day_of_commands(couple)


async def _changes(couple: Two) -> list[bytes]:
    """Every raw change of the shared document, as it goes to the relay."""
    household = couple.keeper.household
    assert household is not None
    assert household.shared is not None
    mine_ = (record for record in household.shared.space.records if record.header.kind == Kind.CHANGES)
    return [raw for record in mine_ for raw in changes_in(record)]


def _code_of(path: Path) -> str:
    """The source of a module without its docstrings and comments."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]
    return ast.unparse(tree)


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _asks(path: Path) -> bool:
    return bool(re.search(r"\b(import|from) (keyring|secretstorage|dbus)|libsecret|Keychain\b", path.read_text()))


def _names(folder: Path) -> set[str]:
    names: Iterable[str] = (path.name for path in folder.iterdir())
    return set(names)
