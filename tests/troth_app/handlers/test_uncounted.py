"""What does not count is shown with its reason, and nobody is named for what nobody proved to be theirs."""

from pathlib import Path

from tests.troth_app.house import PASSPHRASE, play
from tests.troth_app.two import TODAY, two
from tests.troth_couple.people import forge
from troth import Put
from troth_app.handlers import agreeing, consenting, days, uncounted
from troth_couple import FIRST_CHAPTER, Level, Scope, entry_edits
from troth_couple.entry import SubjectId, sign
from troth_couple.kinds import BY_NAME
from troth_couple.roster import EntryId
from troth_wire.ids import Incarnation, PersonId

YES = 1


async def test_nothing_is_said_calmly(tmp_path: Path) -> None:
    """Where everything counts, one sentence says so."""
    async with two(tmp_path) as couple:
        assert (await play(uncounted.listed, couple.keeper)).result["says"] == ["Everything that came here counts."]


async def test_a_forged_act_is_reported(tmp_path: Path) -> None:
    """Scenario 13: who claims to be another is kept, does not count, and is shown without a name."""
    async with two(tmp_path) as couple:
        revision = await couple.sasha_proposes()
        act = forge("assent", [revision.id, []], by="x", about=SubjectId(revision.agreement))
        await couple.space.edit(couple.chapter.document, Put((f"entry:{act.id.hex()}",), act.value))
        couple.chapter.turn()
        (card,) = (await play(uncounted.listed, couple.keeper)).result["cards"]
        assert card["title"] == "Something that nobody proved to be theirs"
        assert "does not belong here" in card["lines"][0]


async def test_what_was_disowned_names_its_author(tmp_path: Path) -> None:
    """Whose it is, is proven, and why it does not count is said."""
    async with two(tmp_path) as couple:
        await couple.sasha_proposes()
        await play(consenting.assent, couple.keeper, YES, PASSPHRASE)
        await play(consenting.not_me, couple.keeper)
        (card,) = (await play(uncounted.listed, couple.keeper)).result["cards"]
        assert card["title"] == "You agreed to this text on 2026-09-01."
        assert "that was not me" in card["lines"][0]


async def test_a_gap_is_said(tmp_path: Path) -> None:
    """What is missing, and whose it is; what came after the gap counts all the same where it is careful."""
    async with two(tmp_path) as couple:
        late = sign(
            kind=BY_NAME["signal"],
            body=[int(Level.STOP), int(Scope.TALK)],
            chapter=FIRST_CHAPTER,
            person=PersonId(couple.keys.device),
            device=couple.keys.device,
            incarnation=Incarnation(bytes(16)),
            sequence=2,
            prev=EntryId(bytes(32)),
            about=None,
            after=(),
            day=TODAY,
            space=couple.space.id,
            signer=couple.keys.signer,
        )
        await couple.space.edit(couple.chapter.document, *entry_edits([late]))
        couple.chapter.turn()
        says = (await play(uncounted.listed, couple.keeper)).result["says"]
        assert says == ["An entry by the other person is missing here."]
        assert (await couple.state()).signals.level is Level.STOP


async def test_signals_stand_above_whatever_is_read(tmp_path: Path) -> None:
    """The bar: a list of agreements shows it too, and a day hints at what needs a newer version."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.signal(Level.PAUSE, Scope.TALK, day=TODAY))
        says = (await play(agreeing.listed, couple.keeper)).result["says"]
        assert says[0] == "Pause. Nothing is needed from you now."
        assert (await play(days.today, couple.keeper)).result["cards"]
