"""Write the golden files: entries of every kind, packed by hand from specs/couple.md; imports none of the packages.

A golden file is written once, when its format is released, and read for ever.
"""

import json
from hashlib import blake2b
from pathlib import Path

import msgpack  # type: ignore[import-untyped]
from nacl.signing import SigningKey

SPACE = bytes(range(32))
DAY = "2026-11-21"
AGREEMENT = bytes(range(16))
PLAIN, CAUTION, COMMITMENT = 0, 1, 2


def digest(label: bytes, message: bytes) -> bytes:
    """H(label, message) of the pages."""
    return blake2b(message, digest_size=32, person=label).digest()


class Hand:
    """One device of one person, who is known by it."""

    def __init__(self, seed: int) -> None:
        self.everyday, self.admin = SigningKey(bytes([seed]) * 32), SigningKey(bytes([seed + 1]) * 32)
        self.device = digest(
            b"troth/device", bytes(self.everyday.verify_key) + bytes(self.admin.verify_key) + bytes(32)
        )
        self.sequence = 0
        self.prev: bytes | None = None

    def write(
        self, kind: int, weight: int, body: list[object], about: bytes | None = None, after: tuple[bytes, ...] = ()
    ) -> bytes:
        """Write the next entry; return its id."""
        self.sequence += 1
        place = [bytes(16), self.device, self.device, bytes(16), self.sequence, self.prev]
        content: bytes = msgpack.packb([1, kind, weight, *place, about, sorted(after), DAY, body], use_bin_type=True)
        key = self.admin if weight == COMMITMENT else self.everyday
        signature = key.sign(b"troth/entry/1\x00" + SPACE + content).signature
        made = digest(b"troth/entry", content)
        ENTRIES[made.hex()] = (signature + content).hex()
        self.prev = made
        return made


ENTRIES: dict[str, str] = {}


def build() -> str:
    """Let two people write one of each, and say by hand what stands afterwards."""
    ENTRIES.clear()
    robin, sasha = Hand(1), Hand(3)
    things = {}

    def thing(hand: Hand, kind: int, name: str, stage: str, body: list[object]) -> bytes:
        made = hand.write(kind, PLAIN, body)
        things[made.hex()] = [name, stage]
        return made

    check_in = thing(robin, 1, "check_in", "said", ["tired, hopeful", None, "a quiet Saturday", None, None, None])
    sasha.write(16, PLAIN, [], check_in)
    taken = thing(sasha, 2, "gratitude", "taken back", ["You put the phone away first."])
    sasha.write(21, CAUTION, [], taken)
    thing(robin, 3, "milestone", "said", ["first boundary said aloud", DAY, False])
    boundary = thing(sasha, 4, "boundary", "closed", ["I will go for a walk when voices rise.", None])
    sasha.write(22, PLAIN, [], boundary)
    request = thing(sasha, 5, "request", "agreed", ["Tell me when a plan changes.", None, None])
    robin.write(17, PLAIN, [4, None], request)
    thing(robin, 6, "plan_note", "said", ["Running late: سأتأخر 🙂", DAY])
    note = thing(robin, 7, "note", "closed", ["Weekends"])
    sasha.write(18, PLAIN, [], note)
    blind = thing(robin, 8, "blind", "said", ["One thing that would help me feel steadier?"])
    salt = bytes(16)
    robin.write(19, PLAIN, [digest(b"troth/answer", salt + b"sleep")], blind)
    robin.write(20, PLAIN, [salt, "sleep"], blind)
    clause = [None, "We check in after supper.", None, None, None]
    item = ["a slip", 1, 3, "within a day", 1, 2]
    revision: bytes = msgpack.packb(
        [1, AGREEMENT, 1, "How we use this", [clause], [item], None, None, None, []], use_bin_type=True
    )
    text = digest(b"troth/revision", revision)
    robin.write(32, PLAIN, [revision], AGREEMENT)
    assents = [hand.write(33, COMMITMENT, [text, []], AGREEMENT) for hand in (robin, sasha)]
    robin.write(36, CAUTION, [text, "Later in the evening?", True], AGREEMENT)
    other = bytes(16)
    robin.write(
        32,
        PLAIN,
        [msgpack.packb([1, other, 6, "Sundays", [clause], [], None, None, None, []], use_bin_type=True)],
        other,
    )
    sasha.write(35, CAUTION, [digest(b"troth/revision", b"another")], other)
    sasha.write(34, CAUTION, [], other)
    ended = b"\xff" * 16
    sasha.write(37, CAUTION, [], ended)
    sasha.write(38, CAUTION, [assents[1]], AGREEMENT)
    signal = robin.write(48, CAUTION, [2, 1])
    robin.write(48, CAUTION, [1, 4])
    robin.write(49, COMMITMENT, [[signal]], None)
    found = {
        "space": SPACE.hex(),
        "today": DAY,
        "roster": {
            h.device.hex(): [h.device.hex(), bytes(h.everyday.verify_key).hex(), bytes(h.admin.verify_key).hex()]
            for h in (robin, sasha)
        },
        "entries": ENTRIES,
        "agreements": {AGREEMENT.hex(): "waiting", other.hex(): "proposed", ended.hex(): "ended"},
        "things": things,
        "signal": "SLOW",
        "held": {assents[1].hex(): "DISOWNED"},
    }
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def build_promises() -> str:
    """Let two people write one of each kind that came after the first release of the format."""
    ENTRIES.clear()
    robin, sasha = Hand(1), Hand(3)
    promise = robin.write(70, PLAIN, ["Supper on Sundays.", DAY])
    robin.write(23, PLAIN, [3, "One Sunday I was away."], promise)
    sasha.write(24, PLAIN, ["I was glad of the others."], promise)
    act = sasha.write(71, PLAIN, ["I brought the tea."])
    wish = sasha.write(72, PLAIN, ["A walk."])
    found = {
        "space": SPACE.hex(),
        "today": DAY,
        "roster": {
            h.device.hex(): [h.device.hex(), bytes(h.everyday.verify_key).hex(), bytes(h.admin.verify_key).hex()]
            for h in (robin, sasha)
        },
        "entries": ENTRIES,
        "agreements": {},
        "things": {
            promise.hex(): ["promise", "kept in part"],
            act.hex(): ["care_act", "said"],
            wish.hex(): ["care_menu", "said"],
        },
        "signal": None,
        "held": {},
    }
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def build_together() -> str:
    """Let two people write one of each kind for what they do together: windows, questions, repairs, paces, chapters."""
    ENTRIES.clear()
    robin, sasha = Hand(1), Hand(3)
    window = robin.write(64, PLAIN, ["Money.", DAY, "19:00", "half an hour"])
    sasha.write(17, PLAIN, [4, None], window)
    sasha.write(26, PLAIN, ["The rent."], window)
    moved = sasha.write(27, PLAIN, [window, "2026-11-22", None], window)
    other = sasha.write(64, PLAIN, ["Plans.", DAY, None, None])
    robin.write(29, PLAIN, [], other)
    sasha.write(28, PLAIN, ["We talked about the summer."], other)
    question = sasha.write(66, PLAIN, ["Where were you?", 2, 1, DAY])
    robin.write(25, PLAIN, [2, "I will say it with my therapist.", "2026-12-01"], question)
    repair = robin.write(68, PLAIN, ["I was late, and you waited.", "my group", "2026-12-24"])
    robin.write(30, PLAIN, ["I set an alarm."], repair)
    sasha.write(24, PLAIN, ["I was worried."], repair)
    robin.write(18, PLAIN, [], repair)
    closed = sasha.write(18, PLAIN, [], repair)
    sasha.write(31, PLAIN, [], repair, (closed,))
    pace = robin.write(73, PLAIN, [["hands", "walks"], ["talks"], "2026-11-30"])
    theirs = sasha.write(73, PLAIN, [["walks", "talks"], [], "2027-11-30"])
    chapter = robin.write(80, PLAIN, [bytes(range(16)), "Spring."])
    robin.write(33, COMMITMENT, [chapter, []], chapter)
    sasha.write(33, COMMITMENT, [chapter, []], chapter)
    found = {
        "space": SPACE.hex(),
        "today": DAY,
        "roster": {
            h.device.hex(): [h.device.hex(), bytes(h.everyday.verify_key).hex(), bytes(h.admin.verify_key).hex()]
            for h in (robin, sasha)
        },
        "entries": ENTRIES,
        "agreements": {},
        "things": {
            window.hex(): ["window", "moved"],
            other.hex(): ["window", "skipped"],
            question.hex(): ["question", "not yet"],
            repair.hex(): ["repair", "open"],
            pace.hex(): ["intimacy_pace", "said"],
            theirs.hex(): ["intimacy_pace", "said"],
            chapter.hex(): ["chapter", "ours"],
        },
        "times": {window.hex(): [moved.hex()], other.hex(): [other.hex()]},
        "fine": ["walks"],
        "next": bytes(range(16)).hex(),
        "signal": None,
        "held": {},
    }
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def build_told() -> str:
    """Let two people tell something and offer a letter, and say what they choose of receiving it."""
    ENTRIES.clear()
    robin, sasha = Hand(1), Hand(3)
    item, what = "Old messages read.", "I read old messages on Tuesday."
    told = sasha.write(67, PLAIN, [item, what, DAY, "my group", "Ashamed, and here.", "I asked for a shorter wait."])
    robin.write(39, PLAIN, [2, "2026-11-23"], told)
    repair = sasha.write(68, PLAIN, ["It was against what we agreed.", None, None])
    sasha.write(40, PLAIN, [repair], told)
    settled = robin.write(67, PLAIN, [None, "خاطرة: a risk, and nothing came of it. 🙂", None, None, None, None])
    sasha.write(16, PLAIN, [], settled)
    robin.write(18, PLAIN, [], settled)
    closed = sasha.write(18, PLAIN, [], settled)
    opened = sasha.write(31, PLAIN, [], settled, (closed,))
    sasha.write(18, PLAIN, [], settled, (closed, opened))
    parts = ["I was late and hid it.", "You waited.", "You may have thought that you do not count.", "I tell you."]
    letters = [robin.write(69, PLAIN, [*parts]) for _ in range(3)]
    sasha.write(39, PLAIN, [3, None], letters[0])
    sasha.write(39, PLAIN, [1, None], letters[1])
    found = {
        "space": SPACE.hex(),
        "today": DAY,
        "roster": {
            h.device.hex(): [h.device.hex(), bytes(h.everyday.verify_key).hex(), bytes(h.admin.verify_key).hex()]
            for h in (robin, sasha)
        },
        "entries": ENTRIES,
        "agreements": {},
        "things": {
            told.hex(): ["disclosure", "not now"],
            repair.hex(): ["repair", "open"],
            settled.hex(): ["disclosure", "closed"],
            letters[0].hex(): ["repair_letter", "received"],
            letters[1].hex(): ["repair_letter", "not taken"],
            letters[2].hex(): ["repair_letter", "offered"],
        },
        "signal": None,
        "held": {},
    }
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def build_living() -> str:
    """Let two people write one of each kind for how they live: words, people who help, practices, days, looks back."""
    ENTRIES.clear()
    robin, sasha = Hand(1), Hand(3)
    word = robin.write(74, PLAIN, ["slow", "No questions for a while."])
    practice = robin.write(75, PLAIN, ["Ten minutes of quiet.", "mornings", "2026-12-21", True])
    for hand in (robin, sasha):
        hand.write(33, COMMITMENT, [practice, []], practice)
        hand.write(58, PLAIN, [2, "It helps." if hand is robin else None], practice)
    let_go = sasha.write(75, PLAIN, ["A book.", None, None, False])
    sasha.write(58, PLAIN, [1, None], let_go)
    moved = sasha.write(76, PLAIN, ["Dr Okafor", "an appointment", 5, "2026-11-30", "10:00", False])
    sasha.write(59, PLAIN, [2], moved)
    supper = robin.write(76, PLAIN, ["Supper by the sea", None, 6, "2026-11-28", None, True])
    back = robin.write(77, PLAIN, ["A quiet Saturday.", None, "Sleep."])
    helper = sasha.write(79, PLAIN, [3, "Thursday group", "the hall by the river", None])
    found = {
        "space": SPACE.hex(),
        "today": DAY,
        "roster": {
            h.device.hex(): [h.device.hex(), bytes(h.everyday.verify_key).hex(), bytes(h.admin.verify_key).hex()]
            for h in (robin, sasha)
        },
        "entries": ENTRIES,
        "agreements": {},
        "things": {
            practice.hex(): ["practice", "keeping"],
            let_go.hex(): ["practice", "dropped"],
            moved.hex(): ["event", "moved to another day"],
            supper.hex(): ["event", "waiting for both"],
            back.hex(): ["reflection", "said"],
            helper.hex(): ["support_person", "said"],
            word.hex(): ["glossary", "said"],
        },
        "signal": None,
        "held": {},
    }
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


FILES = {
    "format1.json": build,
    "format1-promises.json": build_promises,
    "format1-together.json": build_together,
    "format1-told.json": build_told,
    "format1-living.json": build_living,
}


def main() -> None:
    """Write the files."""
    for name, made in FILES.items():
        Path(__file__).with_name(name).write_text(made())


if __name__ == "__main__":
    main()
