"""Every sentence that the partners' document says of itself, by keys for the code, each marked for the catalogue.

Sentences are whole, never put together from parts, and can be read aloud by either person without shame.
Whoever says them in another language gives a function that does; here they are English.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from troth_wire.said import Said, in_context

__all__ = ["ENGLISH", "Catalogue", "Spoken", "key_of", "say"]

Catalogue = Mapping[str, Said]
"""Sentences by key."""
Spoken = Callable[[str], str]
"""Returns a sentence in somebody's language."""

ENGLISH: Final[Catalogue] = {
    "shown.ended": Said("This agreement has ended."),
    "shown.on_hold": Said("On hold: the record is not complete here."),
    "shown.two_versions": Said("You both agreed to two versions. Choose one of them, or write a third."),
    "shown.lapsed": Said("The last day of this agreement has passed."),
    "shown.review_day": Said("In force. It is time to look at it again."),
    "shown.change_proposed": Said("In force. A change is proposed."),
    "shown.in_force": Said("In force."),
    "shown.no_longer": Said("This is no longer agreed."),
    "shown.waiting": Said("Proposed, and agreed to by one of you."),
    "shown.proposed": Said("Proposed."),
    "shown.not_agreed": Said("Not agreed. Nothing changes."),
    "shown.no_text": Said("Nothing is proposed here."),
    "shown.crossed": Said("You each accepted the other's version. Choose one of the two."),
    "stage.taken_back": Said("Taken back. Their copy may remain until a new chapter."),
    "stage.closed": Said("Closed."),
    "stage.past": Said("Past."),
    "stage.dropped": Said("Let go. No reason is needed."),
    "stage.elsewhen": Said("Moved to another day. No reason is needed."),
    "stage.done": Said("Done."),
    "stage.keeping": Said("Kept on."),
    "stage.tried": Said("Being tried."),
    "stage.planned": Said("Planned."),
    "stage.ours": Said("Ours."),
    "stage.waiting": Said("For both, once both say so."),
    "stage.declined": Said("Not agreed. Nothing changes."),
    "stage.later": Said("Later."),
    "stage.countered": Said("Another way was offered."),
    "stage.accepted": Said("Agreed."),
    "stage.let_go": Said("Let go."),
    "stage.not_this_time": Said("Not this time."),
    "stage.partly": Said("Kept in part."),
    "stage.kept": Said("Kept."),
    "stage.skipped": Said("Skipped. No reason is needed."),
    "stage.held": Said("Held."),
    "stage.no": Said("Not answered, and no reason is needed."),
    "stage.not_yet": Said("Not yet."),
    "stage.with_help": Said("With help."),
    "stage.answered": Said("Answered."),
    "stage.not_taken": Said("Not taken, and no reason is needed."),
    "stage.not_now": Said("Not now, and no reason is needed."),
    "stage.received": Said("Received."),
    "stage.moved": Said("Moved."),
    "stage.suggested": Said("Suggested."),
    "stage.asked": Said("Asked."),
    "stage.open": Said("Open."),
    "stage.offered": Said("Offered. It asks for nothing."),
    "stage.amended": Said("Changed by its author."),
    "stage.said": Said("Said."),
    "level.slow": Said("Slower, please."),
    "level.pause": Said("Pause. Nothing is needed from you now."),
    "level.stop": Said("Stop. Nothing is needed from you now."),
    "gap.missing": Said("An entry by {name} is missing here."),
    "gap.fork": Said("Two entries by {name} stand in one place: a copy of a device may be in use."),
    "gap.newer": Said("An entry needs a newer version, and may be a caution."),
    "reason.no_entry": Said("This is not an entry. It is kept and not counted."),
    "reason.wrong_key": Said("This stands in another entry's place. It is kept and not counted."),
    "reason.malformed": Said("This is not in the form of an entry. It is kept and not counted."),
    "reason.newer_format": Said("This needs a newer version. It is kept."),
    "reason.newer_kind": Said("This needs a newer version. It is kept."),
    "reason.unknown_device": Said("This comes from a device that does not belong here. It is kept and not counted."),
    "reason.other_person": Said("This claims to be another person's. It is kept and not counted."),
    "reason.forged": Said("The signature does not fit. It is kept and not counted."),
    "reason.other_chapter": Said("This belongs to another chapter. It is kept and not counted."),
    "reason.unconfirmed": Said("This counts once the device that wrote it is confirmed."),
    "reason.beyond_cut": Said("This was written with a device after it was removed. It is kept and not counted."),
    "reason.disowned": Said("Its author says: that was not me. It is kept and not counted."),
    "reason.not_yours": Said("This acts on another person's words. It is kept and not counted."),
    "reason.not_such": Said("This does not fit what it is about. It is kept and not counted."),
    "reason.waits": Said("What this is about is not here yet."),
    "reason.no_effect": Said("This changes nothing."),
    "act.propose": Said("{name} proposed this text on {day}."),
    "act.assent": Said("{name} agreed to this text on {day}."),
    "act.withdraw": Said("{name} withdrew on {day}."),
    "act.decline": Said("{name} did not agree on {day}."),
    "act.ask_change": Said("{name} asked for a change on {day}."),
    "act.end": Said("{name} ended this on {day}."),
    "act.repudiate": Said("{name} said on {day}: that was not me."),
    "act.signal": Said("{name} gave this signal on {day}."),
    "act.release": Said("{name} released a signal on {day}."),
    "act.take_back": Said("{name} took this back on {day}."),
    "act.close": Said("{name} closed this on {day}."),
    "act.retire": Said("{name} let this go on {day}."),
    "act.answer": Said("{name} answered on {day}."),
    "act.thanks": Said("{name} said thank you for telling me on {day}."),
    "act.outcome": Said("{name} said on {day} what became of this."),
    "act.told": Said("{name} said on {day} how it was."),
    "act.reply": Said("{name} answered this on {day}."),
    "act.agenda": Said("{name} noted a point on {day}."),
    "act.move": Said("{name} wished for another time on {day}."),
    "act.hold": Said("{name} said on {day} that it was held."),
    "act.skip": Said("{name} skipped this on {day}."),
    "act.step": Said("{name} noted a step on {day}."),
    "act.reopen": Said("{name} opened this again on {day}."),
    "act.receive": Said("{name} said on {day} how it is for them to receive this."),
    "act.lead": Said("{name} began a repair of this on {day}."),
    "act.keep_or_drop": Said("{name} looked back on this on {day}."),
    "act.came": Said("{name} said on {day} what came of this."),
    "act.seal": Said("{name} sealed an answer on {day}."),
    "act.reveal": Said("{name} opened an answer on {day}."),
    "act.thing": Said("{name} wrote this on {day}."),
    "act.newer": Said("{name} wrote this on {day}. It needs a newer version."),
    "act.left": Said("This space has been left. Each of you keeps your own copy."),
    "act.ahead": Said("Dated later than today here."),
    "diff.title": Said("The title was “{old}” and is “{new}”."),
    # For translators: {new} and {old} are of the list "what an agreement is about".
    "diff.sort": Said("It is filed under {new}, and was under {old}."),
    "diff.added": Said("New: {new}"),
    "diff.removed": Said("Taken out: {old}"),
    "diff.changed": Said("“{old}” becomes “{new}”."),
    "diff.applies": Said("It binds {new}, and did bind {old}."),
    "diff.both": in_context("whom an agreement binds", "both"),
    "diff.review": Said("You look at it again: {new} in place of {old}."),
    "diff.expires": Said("Its last day: {new} in place of {old}."),
    "diff.no_day": in_context("in place of a day", "no fixed day"),
    "diff.same": Said("The words are the same."),
    "part.value": Said("What it stands for: {text}"),
    "part.behaviour": Said("{text}"),
    "part.why": Said("Why: {text}"),
    "part.noticed_by": Said("We would notice by: {text}"),
    "part.exceptions": Said("Except: {text}"),
    # For translators: {tell}, {how} and {detail} have the contexts "who is told", "how it is told" and "in what
    # detail it is told"; {within} is somebody's own words, such as “within a day”.
    "part.item": Said("{behaviour} Told to {tell}, {within}, {how}, {detail}."),
    "quiet.secrets": Said("This names passwords or codes. A secret that one person alone knows keeps both safe."),
    "quiet.place": Said("This is about where somebody is. Watching can take the place of talking."),
    "quiet.proof": Said("This asks for a picture or other proof. Proof can not be asked for without watching."),
    "quiet.always": Said("This holds at any time. A set time can be easier to keep for both."),
    "quiet.contact": Said("This limits contact with other people. Everyone needs somebody to talk to."),
    "quiet.no_end": Said("This has no last day and no day to look at it again."),
}
"""Every sentence by its key; names, days and quoted words go where the braces are."""

_KEYS: Final = {"Shown": "shown", "Stage": "stage", "Level": "level", "Gap": "gap", "Reason": "reason"}


def key_of(word: Enum) -> str:
    """Return the key of the sentence for one of the words that a state uses."""
    return f"{_KEYS[type(word).__name__]}.{word.name.lower()}"


def say(key: str, *, spoken: Spoken = str, **values: str) -> str:
    """Return a sentence with what belongs in its places, which is never looked at again."""
    return spoken(ENGLISH[key].format(**values))
