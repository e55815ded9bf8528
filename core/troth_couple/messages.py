"""The one catalogue: every sentence that the partners' document says of itself, in English first.

Sentences are whole, never put together from parts, and can be read aloud by either person without shame.
Another language is another table with the same keys; what it lacks is said in English.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

__all__ = ["ENGLISH", "Catalogue", "key_of", "say"]

Catalogue = Mapping[str, str]
"""Sentences by key, in one language."""

ENGLISH: Final[Catalogue] = {
    "shown.ended": "This agreement has ended.",
    "shown.on_hold": "On hold: the record is not complete here.",
    "shown.two_versions": "You both agreed to two versions. Choose one of them, or write a third.",
    "shown.lapsed": "The last day of this agreement has passed.",
    "shown.review_day": "In force. It is time to look at it again.",
    "shown.change_proposed": "In force. A change is proposed.",
    "shown.in_force": "In force.",
    "shown.no_longer": "This is no longer agreed.",
    "shown.waiting": "Proposed, and agreed to by one of you.",
    "shown.proposed": "Proposed.",
    "shown.not_agreed": "Not agreed. Nothing changes.",
    "shown.no_text": "Nothing is proposed here.",
    "shown.crossed": "You each accepted the other's version. Choose one of the two.",
    "stage.taken_back": "Taken back. Their copy may remain until a new chapter.",
    "stage.closed": "Closed.",
    "stage.past": "Past.",
    "stage.dropped": "Let go. No reason is needed.",
    "stage.elsewhen": "Moved to another day. No reason is needed.",
    "stage.done": "Done.",
    "stage.keeping": "Kept on.",
    "stage.tried": "Being tried.",
    "stage.planned": "Planned.",
    "stage.ours": "Ours.",
    "stage.waiting": "For both, once both say so.",
    "stage.declined": "Not agreed. Nothing changes.",
    "stage.later": "Later.",
    "stage.countered": "Another way was offered.",
    "stage.accepted": "Agreed.",
    "stage.let_go": "Let go.",
    "stage.not_this_time": "Not this time.",
    "stage.partly": "Kept in part.",
    "stage.kept": "Kept.",
    "stage.skipped": "Skipped. No reason is needed.",
    "stage.held": "Held.",
    "stage.no": "Not answered, and no reason is needed.",
    "stage.not_yet": "Not yet.",
    "stage.with_help": "With help.",
    "stage.answered": "Answered.",
    "stage.moved": "Moved.",
    "stage.suggested": "Suggested.",
    "stage.asked": "Asked.",
    "stage.open": "Open.",
    "stage.amended": "Changed by its author.",
    "stage.said": "Said.",
    "level.slow": "Slower, please.",
    "level.pause": "Pause. Nothing is needed from you now.",
    "level.stop": "Stop. Nothing is needed from you now.",
    "gap.missing": "An entry by {name} is missing here.",
    "gap.fork": "Two entries by {name} stand in one place: a copy of a device may be in use.",
    "gap.newer": "An entry needs a newer version, and may be a caution.",
    "reason.no_entry": "This is not an entry. It is kept and not counted.",
    "reason.wrong_key": "This stands in another entry's place. It is kept and not counted.",
    "reason.malformed": "This is not in the form of an entry. It is kept and not counted.",
    "reason.newer_format": "This needs a newer version. It is kept.",
    "reason.newer_kind": "This needs a newer version. It is kept.",
    "reason.unknown_device": "This comes from a device that does not belong here. It is kept and not counted.",
    "reason.other_person": "This claims to be another person's. It is kept and not counted.",
    "reason.forged": "The signature does not fit. It is kept and not counted.",
    "reason.other_chapter": "This belongs to another chapter. It is kept and not counted.",
    "reason.unconfirmed": "This counts once the device that wrote it is confirmed.",
    "reason.beyond_cut": "This was written with a device after it was removed. It is kept and not counted.",
    "reason.disowned": "Its author says: that was not me. It is kept and not counted.",
    "reason.not_yours": "This acts on another person's words. It is kept and not counted.",
    "reason.not_such": "This does not fit what it is about. It is kept and not counted.",
    "reason.waits": "What this is about is not here yet.",
    "reason.no_effect": "This changes nothing.",
    "act.propose": "{name} proposed this text on {day}.",
    "act.assent": "{name} agreed to this text on {day}.",
    "act.withdraw": "{name} withdrew on {day}.",
    "act.decline": "{name} did not agree on {day}.",
    "act.ask_change": "{name} asked for a change on {day}.",
    "act.end": "{name} ended this on {day}.",
    "act.repudiate": "{name} said on {day}: that was not me.",
    "act.signal": "{name} gave this signal on {day}.",
    "act.release": "{name} released a signal on {day}.",
    "act.take_back": "{name} took this back on {day}.",
    "act.close": "{name} closed this on {day}.",
    "act.retire": "{name} let this go on {day}.",
    "act.answer": "{name} answered on {day}.",
    "act.thanks": "{name} said thank you for telling me on {day}.",
    "act.outcome": "{name} said on {day} what became of this.",
    "act.told": "{name} said on {day} how it was.",
    "act.reply": "{name} answered this on {day}.",
    "act.agenda": "{name} noted a point on {day}.",
    "act.move": "{name} wished for another time on {day}.",
    "act.hold": "{name} said on {day} that it was held.",
    "act.skip": "{name} skipped this on {day}.",
    "act.step": "{name} noted a step on {day}.",
    "act.reopen": "{name} opened this again on {day}.",
    "act.keep_or_drop": "{name} looked back on this on {day}.",
    "act.came": "{name} said on {day} what came of this.",
    "act.seal": "{name} sealed an answer on {day}.",
    "act.reveal": "{name} opened an answer on {day}.",
    "act.thing": "{name} wrote this on {day}.",
    "act.newer": "{name} wrote this on {day}. It needs a newer version.",
    "act.left": "This space has been left. Each of you keeps your own copy.",
    "act.ahead": "Dated later than today here.",
    "diff.title": "The title was “{old}” and is “{new}”.",
    "diff.sort": "It is filed under {new}, and was under {old}.",
    "diff.added": "New: {new}",
    "diff.removed": "Taken out: {old}",
    "diff.changed": "“{old}” becomes “{new}”.",
    "diff.applies": "It binds {new}, and did bind {old}.",
    "diff.both": "both",
    "diff.review": "You look at it again: {new} in place of {old}.",
    "diff.expires": "Its last day: {new} in place of {old}.",
    "diff.no_day": "no fixed day",
    "diff.same": "The words are the same.",
    "part.value": "What it stands for: {text}",
    "part.behaviour": "{text}",
    "part.why": "Why: {text}",
    "part.noticed_by": "We would notice by: {text}",
    "part.exceptions": "Except: {text}",
    "part.item": "{behaviour} Told to {tell}, {within}, {how}, {detail}.",
    "quiet.secrets": "This names passwords or codes. A secret that only one person knows keeps both safe.",
    "quiet.place": "This is about where somebody is. Watching can take the place of talking.",
    "quiet.proof": "This asks for a picture or other proof. Proof can not be asked for without watching.",
    "quiet.always": "This holds at any time. A set time can be easier to keep for both.",
    "quiet.contact": "This limits contact with other people. Everyone needs somebody to talk to.",
    "quiet.no_end": "This has no last day and no day to look at it again.",
}
"""Every sentence by its key; names, days and quoted words go where the braces are."""

_KEYS: Final = {"Shown": "shown", "Stage": "stage", "Level": "level", "Gap": "gap", "Reason": "reason"}


def key_of(word: Enum) -> str:
    """Return the key of the sentence for one of the words that a state uses."""
    return f"{_KEYS[type(word).__name__]}.{word.name.lower()}"


def say(key: str, *, catalogue: Catalogue = ENGLISH, **values: str) -> str:
    """Return a sentence with what belongs in its places, which is never looked at again."""
    return catalogue.get(key, ENGLISH[key]).format(**values)
