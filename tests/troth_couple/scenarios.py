"""The merge scenarios, each a row: what happens, and what every device shows afterwards, for which acts.

Concurrent unless a `meet` stands between. The numbers are those by which the team speaks of them.
"""

from dataclasses import dataclass

__all__ = ["ELSEWHERE", "SCENARIOS", "Scenario"]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One row."""

    number: int
    name: str
    script: str
    shown: str = ""
    """Where the agreement stands."""
    text: str = ""
    """The text that holds; none if empty."""
    because: tuple[str, ...] = ()
    """The acts that this rests on, by their lines."""
    crossed: bool = False
    signal: str = ""
    things: tuple[str, ...] = ()
    """Whose thing of which kind stands where, sorted."""
    held: tuple[str, ...] = ()
    """Why entries do not count, sorted."""
    opened: tuple[str, ...] = ()
    thanked: tuple[str, ...] = ()
    """The kinds of things that were thanked for."""
    rests: tuple[str, ...] = ()
    """The acts that things stand for as they do, by their lines."""
    times: tuple[str, ...] = ()
    """When windows are."""
    suggested: tuple[str, ...] = ()
    """To when who wishes to move a window."""
    beside: tuple[str, ...] = ()
    """What else was said about things, by their lines."""
    fine: tuple[str, ...] = ()
    """What is fine for both now."""
    next: str = ""
    """The chapter that follows; none if empty."""


AGREED = """
r proposes r1
meet
r assents r1
s assents r1
meet
"""
BASIS = ("r proposes r1", "r assents r1", "s assents r1")
TWO = (
    AGREED
    + """
r proposes r2 r1
s proposes r3 r1
meet
"""
)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(number=1, name="both assent offline", script=AGREED, shown="in force", text="r1", because=BASIS),
    Scenario(
        number=2,
        name="one assents to the old text, the other to an edited one",
        script="r proposes r1\nmeet\nr assents r1\ns proposes r2 r1\ns assents r2",
        shown="waiting",
        because=("r proposes r1", "r assents r1", "s proposes r2 r1", "s assents r2"),
    ),
    Scenario(
        number=3,
        name="a proposal changes nothing in force",
        script=AGREED + "s proposes r2 r1",
        shown="in force, change proposed",
        text="r1",
        because=(*BASIS, "s proposes r2 r1"),
    ),
    Scenario(
        number=4,
        name="both assent to the next text later",
        script=AGREED + "s proposes r2 r1\nmeet\nr assents r2\nmeet\ns assents r2",
        shown="in force",
        text="r2",
        because=("s proposes r2 r1", "r assents r2", "s assents r2"),
    ),
    Scenario(
        number=5,
        name="a withdrawal on one device, an assent on the other that has not seen it",
        script=AGREED + "r withdraws\nr2 assents r1",
        shown="no longer agreed",
        because=("r withdraws",),
    ),
    Scenario(
        number=6,
        name="a withdrawal while the other completes what was assented before",
        script=AGREED + "r proposes r2 r1\nr assents r2\nmeet\nr withdraws\ns assents r2",
        shown="no longer agreed",
        because=("r withdraws",),
    ),
    Scenario(
        number=7,
        name="an assent that has seen the withdrawal",
        script=AGREED + "r withdraws\nmeet\nr2 assents r1",
        shown="in force",
        text="r1",
        because=("r proposes r1", "r2 assents r1", "s assents r1"),
    ),
    Scenario(
        number=8,
        name="two withdrawals, and an assent that saw one",
        script=AGREED + "r withdraws\nr2 withdraws\nr assents r1",
        shown="no longer agreed",
        because=("r2 withdraws",),
    ),
    Scenario(
        number=9,
        name="crossing proposals, each with its own assent",
        script=TWO + "r assents r2\ns assents r3",
        shown="in force, change proposed",
        text="r1",
        because=(*BASIS, "r proposes r2 r1", "s proposes r3 r1", "r assents r2", "s assents r3"),
    ),
    Scenario(
        number=10,
        name="each politely takes the other's version",
        script=TWO + "r assents r2\ns assents r3\nmeet\nr assents r3 dropping r2\ns assents r2 dropping r3",
        shown="in force, change proposed",
        text="r1",
        crossed=True,
        because=(
            *BASIS,
            "r proposes r2 r1",
            "s proposes r3 r1",
            "r assents r3 dropping r2",
            "s assents r2 dropping r3",
        ),
    ),
    Scenario(
        number=11,
        name="both versions fully agreed",
        script=TWO + "r assents r2\nr assents r3\ns assents r2\ns assents r3",
        shown="two versions",
        text="r1",
        because=(
            *BASIS,
            "r proposes r2 r1",
            "s proposes r3 r1",
            "r assents r2",
            "r assents r3",
            "s assents r2",
            "s assents r3",
        ),
    ),
    Scenario(
        number=12,
        name="a third text in place of both versions",
        script=TWO
        + "r assents r2\nr assents r3\ns assents r2\ns assents r3\nmeet\nday 2026-11-22\nr proposes r4 r2 r3\nmeet\n"
        + "r assents r4\ns assents r4",
        shown="in force",
        text="r4",
        because=("r proposes r4 r2 r3", "r assents r4", "s assents r4"),
    ),
    Scenario(
        number=13,
        name="an act that claims to be the other's",
        script="s proposes r1\nmeet\ns assents r1\ns forges-as r r1",
        shown="waiting",
        because=("s proposes r1", "s assents r1"),
        held=("the signature does not fit",),
    ),
    Scenario(
        number=14,
        name="an assent under another key, and moved to another agreement",
        script="r proposes r1\nmeet\nr assents r1\nmeet\ns replays r assents r1\ns moves r assents r1",
        shown="waiting",
        because=("r proposes r1", "r assents r1"),
        held=("stands under a key that is not its hash", "the signature does not fit"),
    ),
    Scenario(
        number=17,
        name="a removed withdrawal with a later act of its author present",
        script=AGREED + "r withdraws\nr says c1\nmeet\nremoved r withdraws",
        shown="on hold",
        because=("r says c1",),
        things=("robin check_in said",),
        rests=("r says c1",),
    ),
    Scenario(
        number=18,
        name="both check in on one day",
        script="r says c1\ns says c2",
        things=("robin check_in said", "sasha check_in said"),
        rests=("r says c1", "s says c2"),
    ),
    Scenario(
        number=19,
        name="one person checks in on two devices",
        script="r says c1\nr2 says c2",
        things=("robin check_in said", "robin check_in said"),
        rests=("r says c1", "r2 says c2"),
    ),
    Scenario(
        number=20,
        name="the release of an old pause, and a new stop",
        script="r signals pause one\nmeet\nr releases r signals pause one\nr2 signals stop two",
        signal="STOP",
    ),
    Scenario(
        number=21,
        name="the other releases my stop",
        script="r signals stop one\nmeet\ns releases r signals stop one",
        signal="STOP",
        held=("acts on what is another person's",),
    ),
    Scenario(number=22, name="slow and pause", script="r signals slow one\ns signals pause two", signal="PAUSE"),
    Scenario(
        number=23,
        name="a withdrawal elsewhere",
        script=AGREED + "s proposes r9 elsewhere\nmeet\nr assents r9\ns assents r9\nmeet\nr withdraws elsewhere",
        shown="in force",
        text="r1",
        because=BASIS,
    ),
    Scenario(
        number=25,
        name="a restored copy that uses numbers again",
        script=AGREED + "r says c1\nr forks copy",
        shown="on hold",
        because=("r says c1", "r forks copy"),
        things=("robin check_in said", "robin check_in said"),
        rests=("r forks copy", "r says c1"),
    ),
    Scenario(
        number=26,
        name="a device that was never added assents",
        script="s proposes r1\nmeet\ns assents r1\nx forges-as x r1",
        shown="waiting",
        because=("s proposes r1", "s assents r1"),
        held=("from a device that does not belong to this space",),
    ),
    Scenario(
        number=28,
        name="a device that is not confirmed withdraws",
        script=AGREED + "new r2\nr2 withdraws",
        shown="no longer agreed",
        because=("r2 withdraws",),
    ),
    Scenario(
        number=29,
        name="a device that is not confirmed assents",
        script="s proposes r1\nmeet\ns assents r1\nnew r2\nr2 assents r1",
        shown="waiting",
        because=("s proposes r1", "s assents r1"),
        held=("a commitment of a device that is not confirmed yet",),
    ),
    Scenario(
        number=30,
        name="a device that only the other vouches for",
        script="s proposes r1\nmeet\ns assents r1\ns forges-as x r1",
        shown="waiting",
        because=("s proposes r1", "s assents r1"),
        held=("from a device that does not belong to this space",),
    ),
    Scenario(
        number=32,
        name="a stolen device assents and withdraws while its owner removes it",
        script=AGREED + "r proposes r2 r1\nmeet\ns assents r2\ncut r2\nr2 assents r2\nr2 withdraws",
        shown="no longer agreed",
        because=("r2 withdraws",),
        held=("written with a device after it was removed",),
    ),
    Scenario(
        number=33,
        name="that was not me",
        script=AGREED + "s proposes r2 r1\nmeet\nr2 assents r2\ns assents r2\nmeet\nr repudiates r2",
        shown="in force, change proposed",
        text="r1",
        because=(*BASIS, "s proposes r2 r1", "s assents r2"),
        held=("its person says: that was not me",),
    ),
    Scenario(
        number=34,
        name="that was not me, of a withdrawal",
        script=AGREED + "r withdraws\nmeet\nr repudiates-act r withdraws",
        shown="no longer agreed",
        because=("r withdraws",),
        held=("there is nothing here that it could act on",),
    ),
    Scenario(
        number=35,
        name="that was not you",
        script=AGREED + "s repudiates-act r assents r1",
        shown="in force",
        text="r1",
        because=BASIS,
        held=("acts on what is another person's",),
    ),
    Scenario(
        number=36,
        name="one leaves while the other assents",
        script=AGREED + "s proposes r2 r1\nmeet\ns assents r2\nleft",
        shown="ended",
    ),
    Scenario(number=37, name="both leave", script=AGREED + "left\nleft", shown="ended"),
    Scenario(
        number=38,
        name="a trial past its last day, with a wrong clock on an act",
        script="r proposes r1 expires=2026-12-05\nmeet\nday 2030-01-01\nr assents r1\nday 2026-11-21\n"
        "s assents r1\nday 2026-12-06",
        shown="lapsed",
        because=("r proposes r1 expires=2026-12-05", "r assents r1", "s assents r1"),
    ),
    Scenario(
        number=39,
        name="a renewal needs both again",
        script="r proposes r1 expires=2026-12-05\nmeet\nr assents r1\ns assents r1\nmeet\nday 2026-12-06\n"
        "r proposes r2 r1 expires=2026-12-20\nmeet\nr assents r2\ns assents r2",
        shown="in force",
        text="r2",
        because=("r proposes r2 r1 expires=2026-12-20", "r assents r2", "s assents r2"),
    ),
    Scenario(
        number=40,
        name="blind answers",
        script="r asks-blindly q\nmeet\nr seals q yes\ns seals q no\nmeet\nr opens q yes\ns opens q no",
        things=("robin blind said",),
        opened=("no", "yes"),
        rests=("r asks-blindly q",),
    ),
    Scenario(
        number=41,
        name="an answer altered after seeing the other's",
        script="r asks-blindly q\nmeet\nr seals q yes\ns seals q no\nmeet\nr opens q yes\nmeet\ns opens q yes",
        things=("robin blind said",),
        rests=("r asks-blindly q",),
    ),
    Scenario(
        number=42,
        name="a text that neither wrote is frozen",
        script="r proposes merged",
        shown="proposed",
        because=("r proposes merged",),
    ),
    Scenario(
        number=45,
        name="taken back while the other says thank you",
        script="r says c1\nmeet\nr takes-back c1\ns thanks c1",
        things=("robin check_in taken back",),
        thanked=("check_in",),
        rests=("r takes-back c1",),
    ),
    Scenario(
        number=46,
        name="amended while the other thanks for the old words",
        script="r says c1\nmeet\nr amends c1\ns thanks c1",
        things=("robin check_in amended",),
        thanked=("check_in",),
        rests=("r amends c1",),
    ),
    Scenario(
        number=47,
        name="one closes a repair while the other opens it again",
        script="r repairs trip\nmeet\nr closes trip\nmeet\ns closes trip\nr reopens trip",
        things=("robin repair open",),
        rests=("r repairs trip", "r reopens trip"),
    ),
    Scenario(
        number=48,
        name="both move one window to different times",
        script="r plans money 2026-11-25 19:00\nmeet\ns answers money accept\nmeet\n"
        "r moves-to money 2026-11-26\ns moves-to money 2026-11-27 20:00",
        things=("robin window agreed",),
        rests=("s answers money accept",),
        times=("2026-11-25 19:00",),
        suggested=("r moves-to money 2026-11-26", "s moves-to money 2026-11-27 20:00"),
    ),
    Scenario(
        number=49,
        name="one skips a window that the other holds",
        script="r plans money 2026-11-25\nmeet\ns answers money accept\ns notes money rent\nmeet\n"
        "r notes money gifts\nr skips money\ns holds money quietly",
        things=("robin window skipped",),
        rests=("r skips money",),
        times=("2026-11-25",),
        beside=("r notes money gifts", "s holds money quietly", "s notes money rent"),
    ),
    Scenario(
        number=50,
        name="a question taken back while it is answered",
        script="r asks-question where\nmeet\nr takes-back where\ns replies where answered there",
        things=("robin question taken back",),
        rests=("r takes-back where",),
    ),
    Scenario(
        number=51,
        name="a promise called kept by its author, and told of by the other",
        script="r promises supper\nmeet\nr calls supper kept\ns tells-of supper\ns calls-theirs supper let-go",
        things=("robin promise kept",),
        held=("acts on what is another person's",),
        rests=("r calls supper kept",),
    ),
    Scenario(
        number=52,
        name="a milestone of both, marked by each on another day",
        script="r marks dinner 2026-11-01\ns marks dinner2 2026-11-02\nmeet\nr shares dinner\ns shares dinner",
        things=("robin milestone ours", "sasha milestone waiting for both"),
        rests=("r shares dinner", "s marks dinner2 2026-11-02", "s shares dinner"),
    ),
    Scenario(
        number=53,
        name="one lets a pace lapse while the other sets theirs",
        script="r paces hands slowly\ns paces talks slowly walks\nmeet\nr lapses\ns paces again slowly",
        things=(
            "robin intimacy_pace taken back",
            "sasha intimacy_pace said",
            "sasha intimacy_pace taken back",
        ),
        rests=("r lapses", "s paces again slowly", "an act of its own"),
    ),
    Scenario(
        number=55,
        name="each opens another chapter",
        script="r chapters spring\ns chapters summer\nr shares spring\ns shares summer",
        things=("robin chapter waiting for both", "sasha chapter waiting for both"),
        rests=("r chapters spring", "r shares spring", "s chapters summer", "s shares summer"),
    ),
    Scenario(
        number=56,
        name="two own devices remove each other",
        script=AGREED
        + "r proposes r2 r1\nmeet\ns assents r2\nmeet\ncut r\ncut r2\nr assents r2\nr2 assents r2\nr2 withdraws",
        shown="no longer agreed",
        because=("r2 withdraws",),
        held=("written with a device after it was removed",) * 2,
    ),
    Scenario(
        number=60,
        name="months of kindness apart",
        script="r thanks-for tea\ns thanks-for calm\nday 2027-02-01\nr2 thanks-for time\ns2 thanks-for care",
        things=("robin gratitude said",) * 2 + ("sasha gratitude said",) * 2,
        rests=("r thanks-for tea", "r2 thanks-for time", "s thanks-for calm", "s2 thanks-for care"),
    ),
)
"""The rows that a play of entries can show."""

ELSEWHERE = {
    15: "tests/troth_couple/test_edits.py::test_scenario_15_bytes_overwritten_after_assent",
    16: "tests/troth_couple/test_edits.py::test_scenario_16_a_deleted_withdrawal_is_restored",
    24: "tests/troth_couple/test_derive.py::test_order_and_repeats_mean_nothing",
    27: "tests/troth_couple/test_edits.py::test_scenario_27_a_second_device_restores_what_a_lost_one_wrote",
    31: "tests/troth_app/test_standing.py::test_a_device_does_not_confirm_itself",
    43: "tests/troth_couple/test_edits.py::test_scenario_43_the_journal_outlives_deletion",
    44: "tests/troth_couple/test_edits.py::test_scenario_44_one_sentence_changed_by_both",
    54: "tests/troth_couple/test_turns.py::test_scenario_54_what_is_written_in_an_old_chapter_stays_there",
    57: "tests/troth_couple/test_derive.py::test_what_a_newer_version_wrote_is_kept",
    58: "tests/troth/guard/test_verdict.py::test_another_actor_is_refused",
    59: "tests/troth_couple/test_edits.py::test_scenario_59_half_delivered",
}
"""Those that need a document, a journal or bytes of their own."""
