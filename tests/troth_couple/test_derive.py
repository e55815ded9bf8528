"""What stands follows from the set of entries, the roster and the day, and from nothing else."""

import ast
import json
import random
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.troth_couple import oracle
from tests.troth_couple.golden import make
from tests.troth_couple.histories import AGREED, SUBJECT, TODAY, Life, Move, lives, mirrored
from tests.troth_couple.living import ROWS
from tests.troth_couple.people import (
    AGREEMENT,
    DAY,
    NAMES,
    SPACE,
    Couple,
    admin_of,
    forge,
    keys_of,
    person_of,
    revision,
)
from tests.troth_couple.plays import Stage
from tests.troth_couple.scenarios import ELSEWHERE, SCENARIOS, Scenario
from tests.troth_couple.scenarios_told import TOLD
from troth import crypto
from troth_couple import Agreement, Book, Day, Roster, Shown, Standing, State, agreements, cards, derive, why
from troth_couple.chains import Gap
from troth_couple.entry import FIRST_CHAPTER, ChapterId, SubjectId, entry_id
from troth_couple.kinds import BY_NAME, KEPT, Weight
from troth_couple.pace import of_both
from troth_couple.roster import EntryId
from troth_couple.turns import turn
from troth_couple.verdict import Reason
from troth_wire import codec
from troth_wire.ids import DeviceId, PersonId, SpaceId

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = sorted((ROOT / "core" / "troth_couple").glob("*.py"))
GOLDEN: Final = sorted((Path(__file__).parent / "golden").glob("*.json"))
WORDS: Final = {
    Shown.REVIEW_DAY: "in force",
    Shown.CHANGE_PROPOSED: "in force",
    Shown.IN_FORCE: "in force",
    Shown.TWO_VERSIONS: "two versions",
    Shown.LAPSED: "lapsed",
    Shown.ON_HOLD: "on hold",
    Shown.ENDED: "ended",
}


def staged(row: Scenario) -> Stage:
    """The play of a row, carried out."""
    stage = Stage()
    stage.play(row.script)
    return stage


@pytest.mark.parametrize("row", [*SCENARIOS, *TOLD, *ROWS], ids=lambda row: f"S{row.number:02}: {row.name}")
def test_scenario(row: Scenario) -> None:
    """What is shown, and the acts that it rests on, are those of the row, in whatever order the entries come."""
    stage = staged(row)
    line = {act.id: line for line, act in stage.acts.items()}
    for state in stage.states():
        agreement = state.agreements.get(AGREEMENT) or Agreement(id=AGREEMENT, shown=Shown.NO_TEXT)
        names = {text.id: name for name, text in stage.texts.items()}
        assert agreement.shown.value == (row.shown or Shown.NO_TEXT.value)
        assert (agreement.in_force and names[agreement.in_force]) == (row.text or None)
        assert {line[act] for act in agreement.because} == set(row.because)
        assert agreement.crossed is row.crossed
        assert (state.signals.level.name if state.signals.level else "") == row.signal
        things = state.things.values()
        assert sorted(f"{NAMES[t.author].lower()} {t.kind} {t.stage.value}" for t in things) == list(row.things)
        assert sorted(held.reason.value for held in state.held.values()) == list(row.held)
        assert sorted(text for thing in things for text in thing.opened.values()) == list(row.opened)
        assert sorted(thing.kind for thing in things if thing.thanks) == list(row.thanked)
        _check_together(row, state, line)


def _check_together(row: Scenario, state: State, line: dict[EntryId, str]) -> None:
    """What the two do together: for which acts it stands so, when it is, what else was said, what is fine for both."""
    things = state.things.values()
    rests = {line.get(act, "an act of its own") for thing in things for act in thing.because}
    assert rests == set(row.rests)
    times = {" ".join(filter(None, (act.said("on"), act.said("at")))) for thing in things for act in thing.at}
    assert times == set(row.times)
    assert {line[act.id] for thing in things for act in thing.suggested} == set(row.suggested)
    assert {line[act.id] for thing in things for acts in thing.beside.values() for act in acts} == set(row.beside)
    assert of_both(state).fine == row.fine
    assert (turn(state).next or b"").decode() == row.next


def test_every_scenario_has_its_place() -> None:
    """Each of the sixty is a row, or a test of its own that exists."""
    numbers = [row.number for row in SCENARIOS]
    assert sorted([*numbers, *ELSEWHERE]) == list(range(1, 61))
    for place in ELSEWHERE.values():
        path, _, name = place.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text()
    assert [row.number for row in TOLD] == list(range(61, 61 + len(TOLD)))


@given(lives())
def test_the_oracle_agrees(moves: list[Move]) -> None:
    """A second reading of the rules, written apart, comes to the same word, text and signal."""
    life = Life(moves)
    state = derive(life.values(), life.couple.roster, TODAY)
    acts = oracle.read(life.values(), life.couple.roster)
    agreement = state.agreements.get(AGREEMENT)
    found = (WORDS.get(agreement.shown, "nothing"), agreement.in_force) if agreement else ("nothing", None)
    assert found == oracle.standing(acts, life.couple.roster, AGREEMENT, TODAY)
    assert (state.signals.level or 0) == oracle.signal_level(acts, life.couple.roster)


@given(lives(), st.integers(0, 40))
def test_the_oracle_agrees_on_what_is_left_of_a_record(moves: list[Move], gone: int) -> None:
    """The two readings agree where an entry is missing, whichever it is."""
    life = Life(moves)
    values = life.values()
    if values:
        values.pop(sorted(values)[gone % len(values)])
    agreement = derive(values, life.couple.roster, TODAY).agreements.get(AGREEMENT)
    found = (WORDS.get(agreement.shown, "nothing"), agreement.in_force) if agreement else ("nothing", None)
    assert found == oracle.standing(oracle.read(values, life.couple.roster), life.couple.roster, AGREEMENT, TODAY)


@given(lives())
def test_in_force_has_two_signatures_over_the_same_bytes(moves: list[Move]) -> None:
    """Invariant 1: what is in force both have signed with their admin keys, naming the hash of the same bytes."""
    life = Life(moves)
    agreement = derive(life.values(), life.couple.roster, TODAY).agreements.get(AGREEMENT)
    if agreement is None or agreement.in_force is None:
        return
    assents = agreement.assents[agreement.in_force]
    assert set(assents) == set(life.couple.roster.persons)
    for act in assents.values():
        standing = life.couple.roster.devices[act.device]
        content = act.value[64:]
        crypto.verify(standing.admin, b"troth/entry/1\x00" + SPACE + content, act.value[:64])
        assert act.said("text") == agreement.in_force
    wording = agreement.wordings[agreement.in_force]
    assert crypto.digest(b"troth/revision", wording.revision.encode()) == agreement.in_force


@given(lives(), st.data())
def test_an_act_once_valid_stays_considered(moves: list[Move], data: st.DataObject) -> None:
    """Invariant 3: whatever the document says later, a verified entry keeps counting on the device that has it."""
    life = Life(moves)
    book = Book(life.couple.roster)
    book.add(life.values())
    before = book.state(TODAY)
    junk: object = data.draw(st.sampled_from([b"", b"junk", None, 7, "text", {}, []]))
    spoiled: dict[str, object] = dict.fromkeys(life.values(), junk)
    book.add(spoiled)
    after = book.state(TODAY)
    assert after.agreements == before.agreements
    assert after.signals == before.signals
    assert {act.id.hex(): act.value for act in book.ledger.missing(spoiled)} == life.values()


def full(state: State) -> set[bytes]:
    """The texts to which both assents live."""
    agreement = state.agreements.get(AGREEMENT)
    persons = len(state.persons)
    return {text for text, live in agreement.assents.items() if len(live) == persons} if agreement else set()


@given(lives(), lives(4))
def test_caution_is_monotone(moves: list[Move], more: list[Move]) -> None:
    """Invariant 4: more entries never make a person's assent live unless that person newly assents to that text."""
    before, life = Life(moves), Life(moves + more)
    earlier = derive(before.values(), before.couple.roster, TODAY)
    later = derive(life.values(), life.couple.roster, TODAY)
    new = {act.id for act in life.made} - {act.id for act in before.made}
    old = earlier.agreements.get(AGREEMENT)
    now = later.agreements.get(AGREEMENT)
    for text, live in now.assents.items() if now else ():
        for person, act in live.items():
            assert act.id in new or person in (old.assents.get(text, {}) if old else {})
    level = earlier.signals.level or 0
    assert (later.signals.level or 0) >= level or any(act.name == "release" and act.id in new for act in life.made)


@given(lives(), st.randoms(use_true_random=False))
def test_order_and_repeats_mean_nothing(moves: list[Move], order: random.Random) -> None:
    """Invariant 5, scenario 24: any order, any split and any repeat give one state."""
    life = Life(moves)
    values = list(life.values().items())
    whole = derive(dict(values), life.couple.roster, TODAY)
    shuffled = values * 2
    order.shuffle(shuffled)
    book = Book(life.couple.roster)
    for key, value in shuffled:
        book.add({key: value})
        if order.random() < 0.3:
            book.state(order.choice([DAY, TODAY]))
    assert book.state(TODAY) == whole
    journal = {entry_id(value): value for _, value in values[::2] if isinstance(value, bytes)}
    assert derive(dict(values[1::2]), life.couple.roster, TODAY, journal=journal) == whole


@given(lives())
def test_what_is_added_is_only_ones_own_to_change(moves: list[Move]) -> None:
    """Invariants 6, 7 and 9: keys are hashes, nothing is altered on the way, and no state holds what nobody wrote."""
    life = Life(moves)
    made = {act.id: act.value for act in life.made}
    state = derive(life.values(), life.couple.roster, TODAY)
    for agreement in state.agreements.values():
        assert {act.id: act.value for act in agreement.acts}.items() <= made.items()
        assert all(wording.revision.id == text for text, wording in agreement.wordings.items())
    assert {version.id for thing in state.things.values() for version in thing.versions} <= made.keys()
    assert all(entry_id(value) == identity for identity, value in made.items())


@given(lives(), st.sampled_from(["0001-01-01", "2026-02-28", "9999-12-31"]))
def test_no_meaning_hangs_on_the_clock_of_an_act(moves: list[Move], day: str) -> None:
    """Invariant 8: the same life with every act dated otherwise comes to the same."""
    one, other = Life(moves), Life(moves, day=Day(day))
    states = [derive(life.values(), life.couple.roster, TODAY) for life in (one, other)]
    assert states[0].signals.level == states[1].signals.level
    shown = [{key: (a.shown, a.in_force, a.open) for key, a in state.agreements.items()} for state in states]
    assert shown[0] == shown[1]


@given(lives(), st.integers(0, 3))
def test_a_frozen_text_starts_without_assent(moves: list[Move], choice: int) -> None:
    """Invariant 10: proposing assents to nothing, for nobody."""
    life = Life(moves)
    new = revision(f"fresh {choice}")
    proposal = forge("propose", [new.encode()], by="r", about=SUBJECT, sequence=1, life=_other_life())
    state = derive({**life.values(), proposal.id.hex(): proposal.value}, life.couple.roster, TODAY)
    assert new.id in state.agreements[AGREEMENT].wordings
    assert new.id not in state.agreements[AGREEMENT].assents


@given(lives())
def test_leaving_is_final(moves: list[Move]) -> None:
    """Invariant 12: once left, every agreement has ended, whatever is added."""
    life = Life(moves)
    state = derive(life.values(), replace(life.couple.roster, left=True), TODAY)
    assert all(a.shown is Shown.ENDED and a.in_force is None for a in state.agreements.values())


@given(lives())
def test_an_entry_holds_a_day_and_no_minute(moves: list[Move]) -> None:
    """Invariant 14: the content has the thirteen places of the page, one of them a day, and none for a time."""
    for value in Life(moves).values().values():
        assert isinstance(value, bytes)
        parts = codec.decode(value[64:], lambda item: item, bytes_max=60_000)
        assert len(parts) == len(oracle.NAMES)
        assert parts[oracle.NAMES.index("day")] == DAY


@given(lives())
def test_members_are_symmetric(moves: list[Move]) -> None:
    """Invariant 16: with all parts exchanged, everything comes to the same with the persons exchanged."""
    one, other = Life(moves), Life(moves, swapped=True)
    here, there = (derive(life.values(), life.couple.roster, TODAY) for life in (one, other))
    assert here.signals.level == there.signals.level
    mirror = [
        {
            key: (
                a.shown,
                a.in_force,
                a.open,
                a.crossed,
                {text: {swap(person) for person in live} for text, live in a.assents.items()},
            )
            for key, a in state.agreements.items()
        }
        for state, swap in ((here, mirrored), (there, PersonId))
    ]
    assert mirror[0] == mirror[1]


def _newer(weight: Weight, *, kind: int = 65) -> bytes:
    """An entry of a kind that this release does not know."""
    keys = keys_of("s")
    place = [FIRST_CHAPTER, person_of("s"), keys.device, _other_life(), 1, None]
    content = codec.pack([1, kind, int(weight), *place, None, [], DAY, ["anything", [1, [2]], None]])
    signer = admin_of("s") if weight == Weight.COMMITMENT else keys.signer
    return signer.sign(b"troth/entry/1\x00" + SPACE + content) + content


def _other_life() -> Any:
    return bytes(15) + b"\5"


@pytest.mark.parametrize("weight", list(Weight))
def test_what_a_newer_version_wrote_is_kept(weight: Weight) -> None:
    """Invariant 17, scenario 57: an unknown kind is kept and shown as such; an unknown caution holds commitments."""
    life, value = Life(AGREED), _newer(weight)
    book = Book(life.couple.roster)
    book.add({**life.values(), entry_id(value).hex(): value})
    state = book.state(TODAY)
    assert state.held[entry_id(value).hex()].reason is Reason.NEWER_KIND
    assert book.fresh()[entry_id(value)] == value
    assert (state.agreements[AGREEMENT].in_force is None) is (weight is Weight.CAUTION)
    assert all(act.value != value for act in book.ledger.missing({entry_id(value).hex(): value}))


def test_another_format_is_kept_and_holds() -> None:
    """An entry in a format that is not known may be a caution, so commitments wait; a forgery of it changes no word."""
    life = Life(AGREED)
    value = bytes(64) + codec.pack([2, "all the rest differs"])
    state = derive({**life.values(), entry_id(value).hex(): value}, life.couple.roster, TODAY)
    assert state.held[entry_id(value).hex()].reason is Reason.NEWER_FORMAT
    assert [hold.why for hold in state.holds] == [Gap.NEWER]
    assert state.agreements[AGREEMENT].shown is Shown.ON_HOLD


@given(lives())
def test_chapters_never_merge(moves: list[Move]) -> None:
    """Invariant 18: entries of another chapter are held, every one, and count for nothing."""
    life = Life(moves)
    state = derive(life.values(), life.couple.roster, TODAY, chapter=ChapterId(b"another chapter!"))
    assert not state.agreements
    assert not state.things
    assert {held.reason for held in state.held.values()} <= {Reason.OTHER_CHAPTER}
    assert len(state.held) == len(life.values())


@given(lives(), st.integers(0, 40))
def test_a_gap_only_lowers(moves: list[Move], gone: int) -> None:
    """Invariant 19: with an entry missing that a later one of its chain names, nothing new is in force."""
    life = Life(moves)
    values = life.values()
    before = derive(values, life.couple.roster, TODAY).agreements.get(AGREEMENT)
    inner = [act for act in life.made if any(other.prev == act.id for other in life.made)]
    if not inner or before is None:
        return
    values.pop(inner[gone % len(inner)].id.hex())
    after = derive(values, life.couple.roster, TODAY).agreements.get(AGREEMENT)
    assert after is None or after.in_force is None


def _reachable(value: object, seen: set[int]) -> list[object]:
    if id(value) in seen or isinstance(value, str | bytes):
        return []
    seen.add(id(value))
    parts: list[object] = []
    if is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        parts = list(value)
    return [value, *(found for part in parts for found in _reachable(part, seen))]


def test_nothing_is_counted() -> None:
    """Invariant 20: no number is part of a state or a card but places, sizes of steps and what was typed."""
    life = Life([*AGREED, *[Move("r", "check_in", 1)] * 3, Move("s", "signal", 2)])
    state = derive(life.values(), life.couple.roster, TODAY)
    shown = [replace(a, acts=(), wordings={}, assents={}) for a in state.agreements.values()]
    found = _reachable([shown, cards(state, "today"), state.holds], set())
    assert [item for item in found if isinstance(item, int | float) and not isinstance(item, bool)] == []


BANNED_IN_SOURCES: Final = (
    *("score", "percent", "streak", "ratio", "rank", "leaderboard", "badge", "points", "trust_level", "latitude"),
    *("location", "geo", "seen_at", "last_seen", "online", "typing", "receipt", "penalty", "fine_", "addict", "victim"),
    *("betray", "proof_photo", "screenshot", "consent_to_sex", "admin_role", "owner", "deadline", "analytics"),
)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_what_is_never_built_has_no_name_here(source: Path) -> None:
    """No function, class, field, argument or variable is named for what must never exist."""
    tree = ast.parse(source.read_bytes())
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert [name for name in names for banned in BANNED_IN_SOURCES if banned in name.lower().split("_")] == []


@given(lives())
def test_after_names_own_acts_alone(moves: list[Move]) -> None:
    """Invariant 21: no act tells which entries of the other had been read."""
    life = Life(moves)
    author = {act.id: act.person for act in life.made}
    assert all(author[named] == act.person for act in life.made for named in act.after)


@given(lives())
def test_looking_writes_nothing(moves: list[Move]) -> None:
    """Invariant 22: deriving, viewing and asking why leave the book as it was."""
    life = Life(moves)
    book = life.couple.book("r")
    state = book.state(TODAY)
    before = dict(book.fresh())
    for _ in range(3):
        again = book.state(TODAY)
        cards(again, "today")
        agreements(again)
        why(book, again, SUBJECT, names=NAMES)
    assert again == state
    assert not book.fresh()
    assert len(before) <= len(book.ledger.known)


AGREED_AND_WITHDRAWN: Final = [
    Move(hand, verb, 0)
    for hand, verb in (
        ("r", "propose"),
        ("r", "meet"),
        ("r", "assent"),
        ("s", "assent"),
        ("s", "meet"),
        ("s", "withdraw"),
    )
]


@given(lives())
@example(AGREED_AND_WITHDRAWN)
def test_every_state_names_its_acts(moves: list[Move]) -> None:
    """Invariant 23: whatever is shown rests on acts that are here, and each has a sentence."""
    life = Life(moves)
    book = Book(life.couple.roster)
    book.add(life.values())
    state = book.state(TODAY)
    for key, agreement in state.agreements.items():
        assert agreement.because
        assert set(agreement.because) <= book.ledger.known.keys()
        assert len(why(book, state, SubjectId(key), names=NAMES)) >= len(agreement.because)
    assert all(thing.because for thing in state.things.values())
    assert bool(state.signals.because) is (state.signals.level is not None)


HOSTILE: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.binary(max_size=200),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.integers()),
)


@given(st.dictionaries(st.text(max_size=70), HOSTILE), lives(3))
def test_nothing_raises_and_everything_is_named(junk: dict[str, object], moves: list[Move]) -> None:
    """Whatever stands in the document, each value counts or is held under its key, with a reason."""
    life = Life(moves)
    state = derive({**junk, **life.values()}, life.couple.roster, TODAY)
    assert set(junk) - set(life.values()) <= set(state.held)


@given(lives(6), st.integers(0, 10_000), st.integers(0, 7), st.booleans())
def test_a_spoiled_entry_is_named(moves: list[Move], place: int, bit: int, rekeyed: bool) -> None:
    """An entry with one bit turned counts for nothing and is held, under its old key or the key of its new hash."""
    life = Life([*AGREED, *moves])
    values = life.values()
    key = sorted(values)[place % len(values)]
    value = values.pop(key)
    assert isinstance(value, bytes)
    at = place % len(value)
    spoiled = value[:at] + bytes([value[at] ^ 1 << bit]) + value[at + 1 :]
    where = entry_id(spoiled).hex() if rekeyed else key
    state = derive({**values, where: spoiled}, life.couple.roster, TODAY)
    assert where in state.held
    assert where not in {act.id.hex() for a in state.agreements.values() for act in a.acts}


@given(st.sampled_from(sorted(BY_NAME)), st.lists(HOSTILE, max_size=4), st.sampled_from([None, 16, 32]))
def test_a_signed_entry_with_missing_fields_is_named(name: str, body: list[object], about: int | None) -> None:
    """A member's changed client can sign anything: what does not have its kind's form is kept, named, and no gap."""
    kind, keys = BY_NAME[name], keys_of("s")
    place = [FIRST_CHAPTER, person_of("s"), keys.device, _other_life(), 1, None]
    plain = [item for item in body if item is None or isinstance(item, bool | str | bytes)]
    subject = None if about is None else bytes(about)
    content = codec.pack([1, kind.number, int(kind.weight), *place, subject, [], DAY, plain])
    signer = admin_of("s") if kind.weight == Weight.COMMITMENT else keys.signer
    value = signer.sign(b"troth/entry/1\x00" + SPACE + content) + content
    state = derive({entry_id(value).hex(): value}, Couple().roster, TODAY)
    counted = bool(state.things or state.agreements or state.signals.active)
    assert counted or state.held[entry_id(value).hex()].verified
    assert not [hold for hold in state.holds if hold.why is Gap.MISSING]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_released_format_is_read_for_ever(path: Path) -> None:
    """A golden file of an earlier release gives the state that it gave then."""
    found = json.loads(path.read_text())
    devices = {
        DeviceId(bytes.fromhex(device)): Standing(*(bytes.fromhex(part) for part in parts))  # type: ignore[arg-type]
        for device, parts in found["roster"].items()
    }
    roster = Roster(SpaceId(bytes.fromhex(found["space"])), devices)
    values = {key: bytes.fromhex(value) for key, value in found["entries"].items()}
    state = derive(values, roster, Day(found["today"]))
    assert {key.hex(): a.shown.value for key, a in state.agreements.items()} == found["agreements"]
    assert {key.hex(): [t.kind, t.stage.value] for key, t in state.things.items()} == found["things"]
    assert (state.signals.level and state.signals.level.name) == found["signal"]
    assert {key: held.reason.name for key, held in state.held.items()} == found["held"]
    times = {key.hex(): [act.id.hex() for act in thing.at] for key, thing in state.things.items() if thing.at}
    assert times == found.get("times", {})
    assert list(of_both(state).fine) == found.get("fine", [])
    assert (turn(state).next or b"").hex() == found.get("next", "")


@pytest.mark.parametrize("name", make.FILES)
def test_a_golden_file_is_packed_from_the_page(name: str) -> None:
    """A second implementation, which imports none of the packages, packs the same bytes again."""
    assert make.FILES[name]() == (Path(make.__file__).with_name(name)).read_text()


def test_there_is_a_golden_file_with_every_kind() -> None:
    """The golden files hold an entry of every kind that this release knows."""
    kinds = {
        codec.decode(bytes.fromhex(value)[64:], lambda item: item, bytes_max=60_000)[1]
        for path in GOLDEN
        for value in json.loads(path.read_text())["entries"].values()
    }
    assert kinds == {kind.number for kind in BY_NAME.values()}
    assert kinds.isdisjoint(KEPT)
