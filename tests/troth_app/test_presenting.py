"""Results are shown in the words of the app: the next step, what waits, and nothing about when anybody was there."""

from typing import Any

import pytest

from troth_app import presenting
from troth_app.commands import BY_NAME
from troth_app.conversation import Card, Qr, Result, Table
from troth_app.screen import Look, draw

OPEN: dict[str, Any] = {
    "state": "open",
    "relay": "The relay can be reached.",
    "spaces": [{"name": "Yours alone", "sentences": ["All here."]}],
    "line": "All here.",
    "says": ["Nothing new."],
    "cards": [{"title": "Check-in by you", "lines": ["Feeling: calm"], "id": "00"}],
    "ends": ["All here."],
    "files": [["vault", "/x", "yours alone"]],
    "notes": ["It locks."],
}


def shown(present: str, result: Result) -> str:
    """Return what a result looks like."""
    return "\n".join(draw(sentence, Look()) for sentence in getattr(presenting, present)(result))


@pytest.mark.parametrize("state", ["empty", "locked"])
def test_the_one_next_step(state: str) -> None:
    """What is not open names one command, and it is the right one."""
    step = {"empty": "troth init", "locked": "troth unlock"}[state]
    for present in ("today", "status"):
        assert step in shown(present, {"state": state, "spaces": []})


def test_open() -> None:
    """What is open shows how it stands."""
    assert shown("today", OPEN) == "Nothing new.\nCheck-in by you\n  Feeling: calm\nAll here."
    assert shown("status", OPEN) == "The relay can be reached.\nYours alone\n  All here."
    assert "vault  /x     yours alone" in shown("doctor", OPEN)
    assert shown("doctor", OPEN).endswith("It locks.")


def test_what_is_listed_is_a_table() -> None:
    """One a row under its heads; and where there is nothing, one sentence."""
    row = {"title": "Evenings", "group": "agreed", "stands": "In force."}
    table = shown("rows", {"says": [], "heads": ["Agreement", "Where", "How it stands"], "rows": [row]})
    assert table.splitlines()[1] == "Evenings   agreed  In force."
    assert shown("rows", {"says": ["There is none."], "heads": [], "rows": []}) == "There is none."


def test_locked_the_doctor_looks_too() -> None:
    """Files are shown though nothing is open."""
    assert "/x" in shown("doctor", {"state": "locked", "files": OPEN["files"]})


def test_entries() -> None:
    """Entries are numbered, and none is said to be none."""
    assert shown("mine", {"entries": ["a", "b"]}) == "1\n  a\n2\n  b"
    assert "nothing here" in shown("mine", {"entries": []})


def test_a_relay() -> None:
    """Its address, whether a pass goes with it, and whether it answers; never the pass."""
    assert "no relay" in shown("relay", {"relay": None})
    for has_pass, words in ((True, "A pass goes"), (False, "No pass goes")):
        relay = {
            "relay": "wss://x",
            "pass": has_pass,
            "answer": "It answers.",
            "mailboxes": [["Yours alone", "ab" * 32]],
        }
        assert words in shown("relay", relay)
        # In one line, so that it can be copied.
        assert f"Yours alone\n  {'ab' * 32}\n" in shown("relay", relay)


def test_devices() -> None:
    """Own devices by name and day; of the other person's a number, and whether they changed."""
    own = [{"name": "Laptop", "added": "2026-09-01", "this": True}, {"name": "Phone", "added": "", "this": False}]
    alone = shown("devices", {"own": own, "other": None})
    assert "Laptop" in alone
    assert "this one" in alone
    assert "other person" not in alone
    own[1]["confirmed"] = False
    assert "not confirmed" in shown("devices", {"own": own, "other": None})
    assert "devices confirm" in shown("devices", {"own": own, "other": None})
    assert "confirm" not in alone
    same = shown("devices", {"own": own, "other": {"count": 1, "changed": False}})
    assert same.endswith("The other person has 1 device.")
    assert "changed" in shown("devices", {"own": own, "other": {"count": 2, "changed": True}})


def test_a_safety_number() -> None:
    """Twelve groups in three lines, and a code for a camera."""
    groups = [f"{number:05}" for number in range(12)]
    card, _, code = presenting.safety({"groups": groups, "code": "troth:safety#1"})
    assert card == Card("Safety number", tuple("  ".join(groups[at : at + 4]) for at in (0, 4, 8)))
    assert code == Qr("troth:safety#1")


def test_a_command_without_a_result_shows_none() -> None:
    """What says everything as it goes has nothing to present."""
    assert presenting.presenter(BY_NAME["lock"])({}) == ()
    assert isinstance(presenting.presenter(BY_NAME["devices list"])({"own": [], "other": None})[0], Table)
