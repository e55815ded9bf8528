"""A play: who does what, one line each, and a stage that carries it out with the real pens.

A line is `device verb words…`, and the line itself is the act's name afterwards. Lines without a device direct the
play: `meet` exchanges entries, and the others change the roster or the day.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import permutations

from tests.troth_couple.evenings import TOGETHER
from tests.troth_couple.living import LIVING
from tests.troth_couple.people import AGREEMENT, DAY, Couple, admin_of, forge, keys_of, person_of, revision
from troth_couple import Book, Cut, Day, EntryId, Level, Outcome, Reply, Roster, Scope, State, Tail, derive
from troth_couple.entry import Entry, SubjectId, entry_id
from troth_couple.revision import AgreementId, Revision
from troth_wire.errors import UsageError
from troth_wire.ids import Incarnation

__all__ = ["Stage", "through"]

SUBJECT = SubjectId(AGREEMENT)
OTHER = AgreementId(b"another, number2")
SALTS = {name: name.encode() * 16 for name in "rs"}


class Stage:
    """Carries out a play and remembers every act by its line."""

    def __init__(self) -> None:
        self.couple = Couple()
        self.today = DAY
        self.acts: dict[str, Entry] = {}
        self.texts: dict[str, Revision] = {}
        self.extra: dict[str, object] = {}
        """What a changed client puts into the document."""

    def play(self, script: str) -> None:
        """Carry out a play, line by line."""
        for line in filter(None, map(str.strip, script.splitlines())):
            first, *rest = line.split()
            if first in DIRECTIONS:
                DIRECTIONS[first](self, *rest)
            else:
                act = VERBS[rest[0]](self, first, *rest[1:])
                if act is not None:
                    self.acts[line] = act

    def values(self) -> dict[str, object]:
        """What stands in the document when everything has come."""
        return {**self.couple.values(), **self.extra}

    def states(self) -> Iterator[State]:
        """The state after several orders of delivery: at once, one by one, device by device, twice."""
        values = self.values()
        yield derive(values, self.couple.roster, self.today)
        orders = [list(values), list(reversed(values)), sorted(values)]
        devices = list(self.couple.books)
        for first in list(permutations(devices))[:6]:
            orders.append([key for name in first for key in self.couple.values(name)] + list(self.extra) * 2)
        for order in orders:
            book = Book(self.couple.roster)
            for key in order:
                book.add({key: values[key]})
            yield book.state(self.today)

    def thing(self, name: str) -> SubjectId:
        """What began under a name."""
        line = next(line for line in self.acts if line.split()[1] in BEGINNINGS and line.split()[2] == name)
        return self.acts[line].subject

    def last(self, hand: str, verb: str, name: str) -> Entry:
        """The last act of a kind by a person about a text or thing."""
        person = person_of(hand)
        found = [act for line, act in self.acts.items() if line.split()[1:3] == [verb, name] and act.person == person]
        return found[-1]


def through(lines: Iterable[str], *, swapped: bool = False) -> Stage:
    """What comes of some lines, perhaps with all parts exchanged; what a pen refuses did not happen."""
    stage = Stage()
    swap = str.maketrans("rs", "sr") if swapped else {}
    for line in lines:
        hands, rest = line.split(" ", 1) if not line.startswith("meet") else (line.removeprefix("meet"), "")
        said = f"{hands.translate(swap)} {rest}" if rest else f"meet{hands.translate(swap)}"
        try:
            stage.play(said)
        except (UsageError, LookupError):
            # Nothing to take back, nothing to disown: the line is not there.
            continue
    return stage


def _propose(stage: Stage, hand: str, name: str, *words: str) -> Entry:
    if name not in stage.texts:
        over = tuple(stage.texts[word].id for word in words if word in stage.texts)
        days = {word.split("=")[0]: Day(word.split("=")[1]) for word in words if "=" in word}
        agreement = OTHER if "elsewhere" in words else AGREEMENT
        stage.texts[name] = revision(name, over=over, agreement=agreement, **days)
    return stage.couple.pen(hand).propose(stage.texts[name], day=stage.today)


def _assent(stage: Stage, hand: str, name: str, *words: str) -> Entry:
    text = stage.texts[name]
    drops = [stage.last(hand, "assents", word).id for word in words if word != "dropping"]
    about = SubjectId(text.agreement)
    return stage.couple.pen(hand).assent(about, text.id, day=stage.today, admin=admin_of(hand), drops=drops)


def _withdraw(stage: Stage, hand: str, *words: str) -> Entry:
    return stage.couple.pen(hand).withdraw(SubjectId(OTHER) if words else SUBJECT, day=stage.today)


def _decline(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).decline(SUBJECT, stage.texts[name].id, day=stage.today)


def _ask(stage: Stage, hand: str, name: str, *words: str) -> Entry:
    text = stage.texts[name].id
    return stage.couple.pen(hand).ask_change(SUBJECT, text, day=stage.today, keeps="keeping" in words)


def _end(stage: Stage, hand: str) -> Entry:
    return stage.couple.pen(hand).write("end", day=stage.today, about=SUBJECT)


def _repudiate(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).repudiate(stage.last(hand, "assents", name).id, day=stage.today)


def _repudiate_other(stage: Stage, hand: str, *line: str) -> Entry:
    fields: dict[str, object] = {"act": stage.acts[" ".join(line)].id}
    return stage.couple.pen(hand).write("repudiate", fields, day=stage.today, about=SUBJECT)


def _signal(stage: Stage, hand: str, level: str, _name: str) -> Entry:
    return stage.couple.pen(hand).signal(Level[level.upper()], Scope.TALK, day=stage.today)


def _release(stage: Stage, hand: str, *line: str) -> Entry:
    signal = stage.acts[" ".join(line)].id
    pen, admin = stage.couple.pen(hand), admin_of(hand)
    if stage.acts[" ".join(line)].person == pen.person:
        return pen.release([signal], day=stage.today, admin=admin)
    return pen.write("release", {"signals": [signal]}, day=stage.today, admin=admin)


def _check_in(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).write("check_in", {"feelings": f"as {name}"}, day=stage.today)


def _gratitude(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).write("gratitude", {"text": f"for {name}"}, day=stage.today)


def _amend(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).amend(stage.thing(name), {"feelings": "anew"}, day=stage.today)


def _take_back(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).take_back(stage.thing(name), day=stage.today)


def _thank(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).write("thanks", day=stage.today, about=stage.thing(name))


def _milestone(stage: Stage, hand: str, name: str, on: str) -> Entry:
    fields: dict[str, object] = {"what": name, "on": on, "ours": True}
    return stage.couple.pen(hand).write("milestone", fields, day=stage.today)


def _shares(stage: Stage, hand: str, name: str) -> Entry:
    thing = stage.thing(name)
    return stage.couple.pen(hand).assent(thing, thing, day=stage.today, admin=admin_of(hand))


def _request(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).write("request", {"ask": name}, day=stage.today)


def _answer(stage: Stage, hand: str, name: str, reply: str) -> Entry:
    return stage.couple.pen(hand).answer(stage.thing(name), Reply[reply.upper()], day=stage.today)


def _promise(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).write("promise", {"what": name}, day=stage.today)


def _outcome(stage: Stage, hand: str, name: str, word: str) -> Entry:
    outcome = Outcome[word.upper().replace("-", "_")]
    return stage.couple.pen(hand).outcome(stage.thing(name), outcome, day=stage.today)


def _outcome_of_the_other(stage: Stage, hand: str, name: str, word: str) -> Entry:
    """Say with one's own keys what became of another's promise, as a changed client might."""
    fields: dict[str, object] = {"outcome": Outcome[word.upper().replace("-", "_")], "text": None}
    return stage.couple.pen(hand).write("outcome", fields, day=stage.today, about=stage.thing(name))


def _told(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).told(stage.thing(name), f"how {name} was", day=stage.today)


def _blind(stage: Stage, hand: str, name: str) -> Entry:
    return stage.couple.pen(hand).write("blind", {"question": name}, day=stage.today)


def _seals(stage: Stage, hand: str, name: str, text: str) -> Entry:
    return stage.couple.pen(hand).seal(stage.thing(name), text, salt=SALTS[hand[0]], day=stage.today)


def _opens(stage: Stage, hand: str, name: str, text: str) -> Entry:
    fields: dict[str, object] = {"salt": SALTS[hand[0]], "text": text}
    return stage.couple.pen(hand).write("reveal", fields, day=stage.today, about=stage.thing(name))


def _forges(stage: Stage, hand: str, claim: str, name: str) -> Entry:
    """Sign an assent with one's own keys and claim that it is another's."""
    text = stage.texts[name].id
    act = forge("assent", [text, []], by=hand, claim=claim, about=SUBJECT, sequence=90, prev=EntryId(bytes(32)))
    stage.extra[act.id.hex()] = act.value
    return act


def _replays(stage: Stage, hand: str, *line: str) -> None:
    """Put another's act under a key that is not its own."""
    act = stage.acts[" ".join(line)]
    stage.extra["0" * 64] = act.value


def _moves(stage: Stage, hand: str, *line: str) -> None:
    """Alter which agreement another's assent is about, and keep its signature."""
    act = stage.acts[" ".join(line)]
    altered = act.value.replace(AGREEMENT, OTHER)
    stage.extra[_key(altered)] = altered


def _key(value: bytes) -> str:
    """The key under which a value belongs."""
    return entry_id(value).hex()


def _forks(stage: Stage, hand: str, name: str) -> Entry:
    """Write one more entry in a place that has one, as a copy of the device would."""
    keys = keys_of(hand)
    tail = stage.couple.book(hand).ledger.tail(keys.device, Incarnation(bytes(16)))
    assert tail is not None
    before = next(act for act in stage.couple.book(hand).ledger.known.values() if act.id == tail.entry)
    act = forge("check_in", [name, *[None] * 5], by=hand, sequence=tail.sequence, prev=before.prev, day=stage.today)
    stage.extra[act.id.hex()] = act.value
    return act


def _meet(stage: Stage, *hands: str) -> None:
    stage.couple.meet(*hands)


def _remove(stage: Stage, *line: str) -> None:
    """Let somebody delete an act from the document; nobody has a journal here."""
    act = stage.acts[" ".join(line)]
    for book in stage.couple.books.values():
        book.ledger.known.pop(act.id, None)


def _new(stage: Stage, hand: str) -> None:
    stage.couple.change(hand, confirmed=False)


def _confirm(stage: Stage, hand: str) -> None:
    stage.couple.change(hand, confirmed=True)


def _cut(stage: Stage, hand: str, *words: str) -> None:
    """Remove a device: what is written so far is taken in, what comes later is not."""
    tail = stage.couple.book(hand).ledger.tail(keys_of(hand).device, Incarnation(bytes(16)))
    tails = {Incarnation(bytes(16)): Tail(tail.sequence, tail.entry)} if tail else {}
    stage.couple.change(hand, cut=Cut(tails, final="finally" in words))


def _leave(stage: Stage) -> None:
    stage.couple.reseat(Roster(stage.couple.roster.space, stage.couple.roster.devices, left=True))


def _day(stage: Stage, day: str) -> None:
    stage.today = Day(day)


BEGINNINGS = {
    *("says", "thanks-for", "marks", "requests", "asks-blindly", "promises"),
    *("plans", "asks-question", "repairs", "paces", "chapters", "discloses", "offers"),
    *("means", "tries", "plans-a-day"),
}
VERBS: dict[str, Callable[..., Entry | None]] = {
    "proposes": _propose,
    "assents": _assent,
    "withdraws": _withdraw,
    "declines": _decline,
    "asks": _ask,
    "ends": _end,
    "repudiates": _repudiate,
    "repudiates-act": _repudiate_other,
    "signals": _signal,
    "releases": _release,
    "says": _check_in,
    "thanks-for": _gratitude,
    "amends": _amend,
    "takes-back": _take_back,
    "thanks": _thank,
    "marks": _milestone,
    "shares": _shares,
    "requests": _request,
    "answers": _answer,
    "promises": _promise,
    "calls": _outcome,
    "calls-theirs": _outcome_of_the_other,
    "tells-of": _told,
    "asks-blindly": _blind,
    "seals": _seals,
    "opens": _opens,
    **TOGETHER,
    **LIVING,
    "forges-as": _forges,
    "replays": _replays,
    "moves": _moves,
    "forks": _forks,
}
DIRECTIONS: dict[str, Callable[..., None]] = {
    "meet": _meet,
    "removed": _remove,
    "new": _new,
    "confirmed": _confirm,
    "cut": _cut,
    "left": _leave,
    "day": _day,
}
