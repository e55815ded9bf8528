"""From one chapter to the next nothing goes by itself; what is left behind is listed for whoever wrote it."""

from collections.abc import Iterable
from itertools import pairwise

import pytest

from tests.troth_couple.people import AGREEMENT, DAY, Couple, admin_of, person_of, revision
from tests.troth_couple.plays import Stage
from tests.troth_couple.scenarios import AGREED
from troth import Put
from troth.testing import World
from troth_couple import Book, Level, Pen, Shown, State, derive, document_of, entries_in, entry_edits, roster_of
from troth_couple.entry import FIRST_CHAPTER, ChapterId, Entry, SubjectId
from troth_couple.turns import Turn, carry, current, turn, unreleased
from troth_couple.verdict import Reason
from troth_wire.ids import Incarnation

SPRING = ChapterId(b"spring..........")
TWO = """r chapters spring
s chapters summer
meet
r shares spring
s shares spring
r2 shares summer
s2 shares summer"""


def shown(state: State) -> Shown:
    """The word for the agreement."""
    return state.agreements[AGREEMENT].shown


def state(script: str) -> State:
    """The state after a play."""
    stage = Stage()
    stage.play(script)
    return derive(stage.values(), stage.couple.roster, stage.today)


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("r chapters spring\nr shares spring", None),
        ("r chapters spring\nmeet\nr shares spring\ns shares spring", SPRING),
        ("r chapters spring\nmeet\nr shares spring\ns shares spring\nmeet\ns withdraws-from spring", None),
        (TWO, None),
    ],
)
def test_one_needs_both(script: str, name: ChapterId | None) -> None:
    """A chapter follows when both say yes to it and to no other; every one that was proposed is listed."""
    found = turn(state(script))
    assert found.next == name
    assert len(found.listed) == script.count("chapters")


def test_chapters_follow_one_another_and_never_go_round() -> None:
    """The last one that both opened is the current one; one that was there before is not opened again."""
    names = [FIRST_CHAPTER, SPRING, ChapterId(b"summer..........")]
    onward = dict(pairwise(names))
    assert current(lambda here: Turn(next=onward.get(here))) == names[-1]
    round_ = {**onward, names[-1]: FIRST_CHAPTER}
    assert current(lambda here: Turn(next=round_.get(here))) == names[-1]


def test_what_may_be_carried() -> None:
    """Own lasting words and what both had agreed to are listed; what passes, was closed or is said anew is not."""
    script = (
        "r says c1\nr thanks-for tea\ns thanks-for calm\nr marks dinner 2026-11-01\nr paces a hands\n"
        "r promises supper\nr takes-back c1\n"
    )
    old = state(AGREED + script + "meet\nr chapters spring\nmeet\nr shares spring\ns shares spring")
    new = state("r thanks-for tea")
    found = carry([old], new, person_of("r"))
    assert sorted(thing.kind for thing in found.things) == ["milestone", "promise"]
    assert [text.title for text in found.agreements] == ["r1"]
    assert [thing.kind for thing in carry([old], new, person_of("s")).things] == ["gratitude"]
    told = state("r discloses slip\nr offers sorrow\nr promises supper")
    assert [thing.kind for thing in carry([told], new, person_of("r")).things] == ["promise"]
    ended = state(AGREED + "s ends\nmeet\nr chapters spring\nmeet\nr shares spring\ns shares spring")
    assert not carry([ended], new, person_of("r")).agreements
    anew = state("s proposes r1")
    assert not carry([old], anew, person_of("r")).agreements


def test_a_new_page_releases_nothing() -> None:
    """The most careful signal of any chapter is on until the person who gave it releases it."""
    old, new = state("r signals stop one"), state("s signals slow two")
    assert unreleased([new, old]).level is Level.STOP
    assert unreleased([new, state("r signals stop one\nmeet\nr releases r signals stop one")]).level is Level.SLOW


class Chapters:
    """Two real engines, and the documents of two chapters on each."""

    def __init__(self) -> None:
        self.world = World("r", "s")
        self.roster = roster_of(self.world.devices["s"].engine.inbox.members)

    def write(self, name: str, kind: str, chapter: ChapterId = FIRST_CHAPTER, **fields: object) -> Entry:
        """Write a thing into a chapter."""
        return self.put(name, self.pen(name, chapter).write(kind, fields, day=DAY))

    def pen(self, name: str, chapter: ChapterId = FIRST_CHAPTER) -> Pen:
        """A pen of a device on a chapter."""
        book = Book(self.roster, chapter=chapter)
        book.add(entries_in(self.world.devices[name].view(document_of(chapter))))
        keys = self.world.devices[name].keys
        return Pen(book, keys.device, Incarnation(bytes(16)), keys.signer)

    def put(self, name: str, act: Entry) -> Entry:
        """Put an entry into its chapter's document."""
        self.world.devices[name].edit(document_of(act.chapter), *entry_edits([act]))
        return act

    def share(self, name: str, thing: Entry) -> None:
        """Say yes to a chapter to come."""
        admin = self.world.devices[name].admin
        self.put(name, self.pen(name).assent(thing.subject, thing.id, day=DAY, admin=admin))

    def state(self, name: str, chapter: ChapterId = FIRST_CHAPTER) -> State:
        """What a device shows of a chapter."""
        return derive(
            entries_in(self.world.devices[name].view(document_of(chapter))), self.roster, DAY, chapter=chapter
        )

    def everywhere(self, chapter: ChapterId) -> Iterable[State]:
        """What every device shows of a chapter."""
        return [self.state(name, chapter) for name in self.world.devices]


@pytest.mark.parametrize("first", ["r", "s"])
def test_scenario_54_what_is_written_in_an_old_chapter_stays_there(first: str) -> None:
    """What one wrote offline in the old chapter is in the old document of both, listed for them, and in no other."""
    two = Chapters()
    chapter = two.write("r", "chapter", next=SPRING)
    two.world.sync()
    for name in ("r", "s"):
        two.share(name, chapter)
    two.world.sync()
    two.world.devices["s"].cut()
    two.write("r", "gratitude", SPRING, text="for a new page")
    late = two.write("s", "gratitude", text="written apart")
    two.world.devices["s"].connect()
    two.world.sync(first)
    two.world.sync()
    for old, new in zip(two.everywhere(FIRST_CHAPTER), two.everywhere(SPRING), strict=True):
        assert turn(old).next == SPRING
        assert old.things[late.subject].versions == (late,)
        assert [thing.says("text") for thing in new.things.values()] == ["for a new page"]
        sasha = old.things[late.subject].author
        assert [thing.id for thing in carry([old], new, sasha).things] == [late.subject]
        assert not carry([old], new, chapter.person).things
    copy = {"entry:" + late.id.hex(): late.value}
    two.world.devices["s"].edit(document_of(SPRING), *(Put((key,), value) for key, value in copy.items()))
    two.world.sync()
    for new in two.everywhere(SPRING):
        assert late.subject not in new.things
        assert new.held[late.id.hex()].reason is Reason.OTHER_CHAPTER


@pytest.mark.parametrize("first", ["r", "s"])
def test_an_old_yes_agrees_to_nothing_in_a_new_chapter(first: str) -> None:
    """The same text has the same hash in the next chapter; yet both assents to it are asked for anew."""
    two = Chapters()
    text = revision("first")
    two.put("r", two.pen("r").propose(text, day=DAY))
    two.world.sync()
    for name in ("r", "s"):
        admin = two.world.devices[name].admin
        act = two.pen(name).assent(SubjectId(AGREEMENT), text.id, day=DAY, admin=admin)
        two.put(name, act)
        two.world.devices[name].edit(document_of(SPRING), Put(("entry:" + act.id.hex(),), act.value))
    two.put(first, two.pen(first, SPRING).propose(text, day=DAY))
    two.world.sync()
    assert [shown(state) for state in two.everywhere(FIRST_CHAPTER)] == [Shown.IN_FORCE] * 2
    assert [shown(state) for state in two.everywhere(SPRING)] == [Shown.PROPOSED] * 2


def test_only_a_device_that_is_confirmed_opens_one() -> None:
    """A yes to a chapter is a commitment: it takes the admin key."""
    couple = Couple()
    act = couple.pen("r").write("chapter", {"next": SPRING}, day=DAY)
    assert couple.pen("r").assent(act.subject, act.id, day=DAY, admin=admin_of("r")).weight == 2
