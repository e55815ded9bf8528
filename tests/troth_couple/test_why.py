"""Whatever is shown can say which acts it rests on, in sentences."""

from tests.troth_couple.people import AGREEMENT, DAY, NAMES, forge
from tests.troth_couple.plays import Stage
from tests.troth_couple.scenarios import AGREED
from troth_couple.derive import Book
from troth_couple.entry import SIGNALS_SUBJECT, SubjectId
from troth_couple.why import sentence, why

SUBJECT = SubjectId(AGREEMENT)


def reasons(script: str, subject: SubjectId = SUBJECT) -> list[str]:
    """The sentences after a play."""
    stage = Stage()
    stage.play(script)
    book = Book(stage.couple.roster)
    book.add(stage.values())
    found = why(book, book.state(stage.today), subject, names=NAMES)
    assert all(reason.act is None or reason.act in book.ledger.known for reason in found)
    return sorted(reason.sentence for reason in found)


def test_in_force_names_the_proposal_and_both_assents() -> None:
    """The text is in force because it was proposed and both agreed to it."""
    assert reasons(AGREED) == [
        "Robin agreed to this text on 2026-11-21.",
        "Robin proposed this text on 2026-11-21.",
        "Sasha agreed to this text on 2026-11-21.",
    ]


def test_no_longer_names_the_withdrawal() -> None:
    """It is not agreed because somebody took it back, in the same plain words for either."""
    assert reasons(AGREED + "s withdraws") == ["Sasha withdrew on 2026-11-21."]


def test_leaving_and_a_hold_have_sentences_of_their_own() -> None:
    """What rests on no entry is said too."""
    assert reasons(AGREED + "left") == ["This space has been left. Each of you keeps your own copy."]
    held = reasons(AGREED + "r withdraws\nr says c\nmeet\nremoved r withdraws")
    assert "An entry by Robin is missing here." in held


def test_signals_and_things() -> None:
    """A signal and a check-in name their author; what is not here names nothing."""
    assert reasons("r signals stop a", SIGNALS_SUBJECT) == ["Robin gave this signal on 2026-11-21."]
    stage = Stage()
    stage.play("s says c")
    book = Book(stage.couple.roster)
    book.add(stage.values())
    (reason,) = why(book, book.state(DAY), stage.acts["s says c"].subject, names=NAMES)
    assert reason.sentence == "Sasha wrote this on 2026-11-21."
    assert why(book, book.state(DAY), SubjectId(bytes(32)), names=NAMES) == []


def test_who_is_unknown_has_no_name() -> None:
    """Without names the sentence stands all the same."""
    assert sentence(forge("end", [], by="r", about=SUBJECT), names={}) == "? ended this on 2026-11-21."
