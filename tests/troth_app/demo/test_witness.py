"""The witness complains of what is lost or forged, of nothing else, and of each thing that is."""

from typing import Any

import pytest

from tests.troth_app.demo.world import act
from troth_app.demo.proof import Ledger
from troth_app.demo.witness import forged, lost

WHOSE = {("Robin", 1): ("robin", "laptop"), ("Robin", 2): ("robin", "phone"), ("Sasha", 1): ("sasha", "tablet")}
PROPOSE, YES = "propose", "assent"


def lived() -> tuple[Ledger, dict[str, Any]]:
    """Give a ledger and what a device shows of it: an agreement of both, thanks, and a note that both wrote."""
    ledger = Ledger()
    ledger.note(act(1, PROPOSE), ["e1", "a"])
    ledger.note(act(2, YES, about=1, of=(1,)), ["e2", "a"])
    ledger.note(act(3, YES, by="Sasha", about=1, of=(1,)), ["e3", "a"])
    ledger.note(act(4, on=2), ["e4", "e4"])
    ledger.note(act(5, "note", says={"title": "Garden", "text": "kale, leeks"}), ["e5", "e5"])
    ledger.note(act(6, "write", by="Sasha", about=5, says={"replace": "leeks", "with": "onions"}), [])
    entries = {
        "e1": said("robin", "laptop", PROPOSE),
        "e2": said("robin", "laptop", YES),
        "e3": said("sasha", "tablet", YES),
        "e4": said("robin", "phone", "gratitude"),
        "e5": said("robin", "laptop", "note"),
    }
    agreed = {"a": {"shown": "in force", "holds": "r", "yes": {"robin": "e2", "sasha": "e3"}}}
    return ledger, {"entries": entries, "strange": [], "notes": {"e5": "kale, onions"}, "agreed": agreed}


def said(by: str, device: str, kind: str, *, counts: bool = True) -> dict[str, Any]:
    """Give an entry as a device shows it."""
    return {"by": by, "device": device, "act": kind, "counts": counts}


def test_a_faithful_view_is_not_complained_of() -> None:
    """What was acknowledged is there and counts, and nothing else does."""
    ledger, shown = lived()
    assert lost(ledger, shown) == forged(ledger, shown, WHOSE) == []


@pytest.mark.parametrize("entry", ["e1", "e2", "e3", "e4", "e5"])
@pytest.mark.parametrize("how", ["gone", "not counting"])
def test_each_lost_entry_is_complained_of(entry: str, how: str) -> None:
    """An entry that is not there, or does not count, gets one complaint that names its line."""
    ledger, shown = lived()
    if how == "gone":
        del shown["entries"][entry]
    else:
        shown["entries"][entry]["counts"] = False
    assert [complaint.partition(",")[0] for complaint in lost(ledger, shown)] == [f"line {entry[1]}"]


def test_words_of_a_note_are_counted() -> None:
    """A word that was written into a note and is not there is missing; one that was replaced is not."""
    ledger, shown = lived()
    shown["notes"]["e5"] = "leeks, onions"
    assert lost(ledger, shown) == ["note e5: 1 of the words"]
    ledger.doubtful.append(act(7, "write", about=5, says={"replace": "kale", "with": "chard"}))
    assert lost(ledger, shown) == []
    assert len(lost(ledger, shown | {"notes": {}})) == 1


def test_an_act_that_could_not_be_written_is_complained_of() -> None:
    """What it leans on has not arrived: that is lost."""
    ledger, shown = lived()
    ledger.note(act(7, "thanks", about=4), None)
    assert lost(ledger, shown) == ["line 7, thanks: what it leans on"]


@pytest.mark.parametrize(
    "entry",
    [said("sasha", "tablet", YES), said("robin", "laptop", "withdraw")],
)
def test_an_entry_of_no_line_is_forged(entry: dict[str, Any]) -> None:
    """What counts and was given to nobody is forged; what does not count is seen through."""
    ledger, shown = lived()
    shown["entries"]["e9"] = entry
    assert forged(ledger, shown, WHOSE) == [f"{entry['act']} e9, which nobody wrote like this"]
    entry["counts"] = False
    assert forged(ledger, shown, WHOSE) == []


@pytest.mark.parametrize(
    "other",
    [said("sasha", "laptop", "gratitude"), said("robin", "laptop", "gratitude"), said("robin", "phone", YES)],
)
def test_an_entry_in_another_name_is_forged(other: dict[str, Any]) -> None:
    """It is by the person and the device that were given the line, and says what the line says."""
    ledger, shown = lived()
    shown["entries"]["e4"] = other
    assert len(forged(ledger, shown, WHOSE)) == 1


def test_an_entry_in_doubt_may_stand_once() -> None:
    """A device that was killed over an act may have written it, once, and nobody else."""
    ledger, shown = lived()
    ledger.doubtful.append(act(7))
    shown["entries"]["e7"] = said("robin", "laptop", "gratitude")
    assert forged(ledger, shown, WHOSE) == []
    shown["entries"]["e8"] = said("robin", "laptop", "gratitude")
    assert len(forged(ledger, shown, WHOSE)) == 1
    shown["entries"]["e8"] = said("sasha", "tablet", "gratitude")
    assert len(forged(ledger, shown, WHOSE)) == 1


@pytest.mark.parametrize("yes", [{"robin": "e2"}, {"robin": "e2", "sasha": "e2"}, {"robin": "e2", "sasha": "e9"}, {}])
def test_an_agreement_without_a_yes_of_both_is_forged(yes: dict[str, str]) -> None:
    """What holds rests on a yes of each person, which that person was given to say."""
    ledger, shown = lived()
    shown["agreed"]["a"]["yes"] = yes
    assert forged(ledger, shown, WHOSE) == ["agreement a holds without a yes of both"]
    shown["agreed"]["a"]["holds"] = None
    assert forged(ledger, shown, WHOSE) == []
