"""The verdict lets every honest change through, nothing that does harm, and is the same on every device."""

import json
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.troth.anatomy import VALUE, Anatomy
from tests.troth.guard import fuzz
from tests.troth.guard.mutations import ids_in, mutate
from tests.troth.guard.plain import PLAIN, accepted
from tests.troth.guard.recording import called, replayed
from tests.troth.histories import VALUES, History, actor, history
from troth import guard
from troth.document import Document
from troth.edits import Put, Value
from troth.guard import RULES, Accepted, Change, Past, Refused, Verdict, Wait
from troth_wire.ids import ActorId, ChangeHash

RAW: Final = PLAIN.raw()
CORPUS: Final = Path(__file__).with_name("corpus")
FROZEN: Final = {1: "bcbefcaabba62595f675dbe6058d0d7ab48177b90593e1eea06ce0c2321c62b3"}
"""SHA-256 of each recorded corpus. A new version of the rules adds a line and a file, and changes none."""
MUTATIONS_EACH: Final = 60
SEED: Final = 20_261_001


def told(changes: list[tuple[int, bytes]]) -> Past:
    """A past in which these changes were accepted."""
    return fuzz.past_of([(actor(writer), raw) for writer, raw in changes])


@given(st.randoms(), st.integers(1, 4))
def test_every_honest_change_is_accepted(dice: Random, writers: int) -> None:
    """What honest devices write, in conflict or in turn, is accepted once its causes are there."""
    told(history(dice, writers=writers).changes)


@given(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), st.dictionaries(st.sampled_from("abc"), VALUES))
def test_every_value_is_accepted(first: dict[str, Value], second: dict[str, Value]) -> None:
    """Every value that an edit can put, over every other, makes a change that is accepted."""
    made = History.begin(1)
    for values in (first, second):
        made.edit(0, *(Put((key,), value) for key, value in values.items()))
    told(made.changes)


@given(st.randoms())
def test_a_change_before_its_cause_waits(dice: Random) -> None:
    """A change of which a cause is missing waits, and the verdict names exactly what is missing."""
    made = history(dice)
    writer, raw = made.changes[-1]
    known = made.changes[: len(made.changes) // 2]
    present = {guard.change_hash(change) for _, change in known}
    verdict = guard.judge(raw, past=told(known), actor=actor(writer))
    missing = set(Anatomy.of(raw).dependencies) - present
    if missing:
        assert verdict == Wait(frozenset(map(ChangeHash, missing)))
    else:
        assert isinstance(verdict, Accepted)


def shuffled(changes: list[tuple[ActorId, bytes]], dice: Random) -> list[tuple[ActorId, bytes]]:
    """The same changes in another order that puts causes before effects."""
    left, done, found = list(changes), set[bytes](), []
    while left:
        ready = [item for item in left if set(Anatomy.of(item[1]).dependencies) <= done]
        item = dice.choice(ready)
        left.remove(item)
        done.add(guard.change_hash(item[1]))
        found.append(item)
    return found


def behind(change: Change, changes: list[tuple[ActorId, bytes]]) -> list[tuple[ActorId, bytes]]:
    """Those of some changes that are in the causal past of one."""
    wanted, found = set[bytes](change.dependencies), []
    for item in reversed(changes):
        if guard.change_hash(item[1]) in wanted:
            wanted |= set(Anatomy.of(item[1]).dependencies)
            found.append(item)
    return found[::-1]


@given(st.randoms())
def test_the_verdict_is_the_same_whatever_else_is_there(dice: Random) -> None:
    """Spoilt or not, a change gets one verdict: from its causal past alone, and from all there is, in any order."""
    changes = [(actor(writer), raw) for writer, raw in history(dice).changes]
    place = dice.randrange(len(changes))
    writer, raw = changes[place]
    ids, hashes = ids_in([raw for _, raw in changes]), [guard.change_hash(raw) for _, raw in changes]
    all_there = fuzz.past_of(shuffled(changes, dice))
    for _ in range(5):
        spoilt = mutate(raw, dice, ids, hashes)
        change = guard.read(spoilt)
        if isinstance(change, Refused):
            continue
        alone = fuzz.past_of(behind(change, changes))
        verdicts = [guard.judge(spoilt, past=past, actor=writer) for past in (alone, all_there)]
        assert called(verdicts[0]) == called(verdicts[1])


def judged(anatomy: Anatomy, past: Past) -> Verdict:
    """The verdict on a change by actor 0."""
    return guard.judge(anatomy.raw(), past=past, actor=actor(0))


def test_another_actor_is_refused() -> None:
    """A change under any other actor than its author's is refused, whatever else is right with it."""
    assert guard.judge(RAW, past=Past(), actor=actor(1)) is Refused.ACTOR


def test_a_sequence_that_does_not_follow_is_refused() -> None:
    """A gap in an author's sequence, or a place that its own past has taken, is refused."""
    past = Past()
    accepted(past, RAW)
    after = replace(PLAIN, dependencies=(guard.change_hash(RAW),), start_op=2)
    assert [called(judged(replace(after, sequence=number), past)) for number in (1, 2, 3, 2**40)] == [
        "SEQUENCE",
        "Accepted",
        "SEQUENCE",
        "SEQUENCE",
    ]
    assert judged(replace(PLAIN, sequence=2), Past()) is Refused.SEQUENCE


def test_the_author_s_last_change_is_in_the_past() -> None:
    """A change that does not build on the one before it in its author's sequence is refused, though that is here."""
    past = Past()
    accepted(past, RAW)
    assert judged(replace(PLAIN, sequence=2), past) is Refused.SEQUENCE


def test_who_forks_is_no_matter_of_the_verdict() -> None:
    """Two changes for one place are judged alike, whichever is here: the verdict does not know the order of arrival."""
    past = Past()
    accepted(past, RAW)
    fork = PLAIN.column(VALUE, b"\x02")
    assert isinstance(judged(fork, past), Accepted)
    case: fuzz.Case = ([(actor(0), RAW)], (actor(0), fork.raw()), [])
    assert list(fuzz.apply([case], guarded=True)) == ["harmless"], "the shelf holds it"


def test_a_change_waits_until_its_place_is_sure() -> None:
    """What came through the library's own queue unjudged, with a place that is taken, waits here for its causes."""
    past = Past()
    accepted(past, RAW)
    unknown = ChangeHash(bytes(32))
    assert judged(replace(PLAIN, dependencies=(unknown,), start_op=2), past) == Wait(frozenset({unknown}))


@pytest.mark.parametrize("start_op", [1, 3, 2**30])
def test_a_first_operation_that_does_not_follow_is_refused(start_op: int) -> None:
    """The first operation has the number after the largest of all causes: no other wins conflicts by its number."""
    past = Past()
    accepted(past, RAW)
    after = replace(PLAIN, dependencies=(guard.change_hash(RAW),), actor=actor(1), start_op=start_op)
    assert guard.judge(after.raw(), past=past, actor=actor(1)) is Refused.START
    assert isinstance(guard.judge(replace(after, start_op=2).raw(), past=past, actor=actor(1)), Accepted)


@given(st.randoms())
def test_nothing_raises_from_the_guard(dice: Random) -> None:
    """However an honest change is spoilt, the guard gives a verdict, and the same one each time."""
    made = history(dice, rounds=1)
    writer, raw = dice.choice(made.changes)
    past = told(made.changes)
    ids, hashes = ids_in([raw for _, raw in made.changes]), [guard.change_hash(raw) for _, raw in made.changes]
    for _ in range(MUTATIONS_EACH):
        spoilt = mutate(raw, dice, ids, hashes)
        verdict = guard.judge(spoilt, past=past, actor=actor(writer))
        assert isinstance(verdict, (Accepted, Refused, Wait))
        assert guard.judge(spoilt, past=past, actor=actor(writer)) == verdict


@pytest.mark.timeout(7_200)
def test_what_is_accepted_does_no_harm() -> None:
    """No spoilt change that the guard accepts stops, hangs or fills the library, or makes `load(save())` differ.

    A few thousand by default, more than 100 000 with `--hypothesis-profile=slow`; `-rP` shows the tally.
    """
    tally, harmful = fuzz.run(MUTATIONS_EACH * settings().max_examples, SEED)
    print(*(f"{times:8} {what}" for what, times in sorted(tally.items())), sep="\n")
    assert [(what, raw.hex()) for (_, (_, raw), _), what in harmful] == []
    assert tally["harmless"] == tally["verdict Accepted"] > MUTATIONS_EACH


def test_without_the_guard_there_would_be_harm() -> None:
    """The same process under test finds harm where the library is given everything: it would notice."""
    tally, _ = fuzz.run(200, SEED, guarded=False)
    assert tally["panic"]
    assert tally["can not be loaded"]


def test_a_process_that_ends_is_noticed() -> None:
    """A process that ends before it has said what a change does is told by where its lines stop."""
    case: fuzz.Case = ([], (actor(0), RAW), [])
    assert list(fuzz.apply([case, case], guarded=True)) == ["harmless", "harmless"]
    assert next(fuzz.apply([([], (actor(1), RAW), [])], guarded=True)).startswith("the process ended with 1")


@pytest.mark.parametrize("rules", range(1, RULES + 1))
def test_recorded_verdicts_stand(rules: int) -> None:
    """Every verdict that was recorded under a version of the rules is given again, and the record is untouched."""
    recorded = (CORPUS / f"rules-{rules}.json").read_bytes()
    assert sha256(recorded).hexdigest() == FROZEN[rules]
    corpus = json.loads(recorded)
    assert corpus["rules"] == rules
    verdicts = Counter[str]()
    for case, verdict in replayed(corpus):
        assert verdict == case["verdict"], case["change"]
        verdicts[verdict] += 1
    # What is too large is too large for a file that is kept, too.
    assert verdicts.keys() == {"Accepted", "Wait", *(reason.name for reason in Refused)} - {"SIZE"}


def test_no_corpus_is_left_out() -> None:
    """Every file of recorded verdicts belongs to a version of the rules that is still known."""
    assert sorted(path.name for path in CORPUS.iterdir()) == [f"rules-{rules}.json" for rules in sorted(FROZEN)]


def test_a_device_accepts_what_it_makes() -> None:
    """A change that a document makes is weighed without being read again, and accepted."""
    made = Document(actor(0)).edit([[Put(("k",), 1)]])
    (change,) = made.read
    assert isinstance(guard.weigh(change, past=Past(), actor=actor(0)), Accepted)
    assert guard.read(made.changes[0]) == change
