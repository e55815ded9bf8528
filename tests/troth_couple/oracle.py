"""A second, slow and plain reading of the rules for agreements and signals, from raw values alone.

It shares nothing with the package but the codec and the signature check: what both get wrong, both got from the page.
"""

from collections import Counter
from typing import Any

from troth import crypto
from troth_couple import Roster
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, VersionError

__all__ = ["read", "signal_level", "standing"]

PROPOSE, ASSENT, WITHDRAW, DECLINE, ASK, END, REPUDIATE, SIGNAL, RELEASE = 32, 33, 34, 35, 36, 37, 38, 48, 49
NAMES = [
    *("format", "kind", "weight", "chapter", "person", "device", "life"),
    *("sequence", "prev", "about", "after", "day", "body"),
]

Act = dict[str, Any]


def read(values: dict[str, object], roster: Roster) -> list[Act]:
    """Every act that is its author's, as a plain dict."""
    acts = []
    for key, value in values.items():
        if not isinstance(value, bytes):
            continue
        content = value[64:]
        try:
            parts = codec.decode(content, lambda item: item, bytes_max=60_000)
            act = dict(zip(NAMES, parts, strict=True))
            device = roster.devices[act["device"]]
            signer = device.admin if act["weight"] == 2 else device.everyday
            crypto.verify(signer, b"troth/entry/1\x00" + roster.space + content, value[:64])
        except (MalformedError, VersionError, ForgedError, KeyError, ValueError, TypeError):
            continue
        act["id"] = crypto.digest(b"troth/entry", content)
        if act["id"].hex() == key and act["person"] == device.person and act["chapter"] == bytes(16):
            acts.append(act)
    return acts


def incomplete(acts: list[Act]) -> bool:
    """Whether any life of any device lacks an entry or has two in one place."""
    lives = {(act["device"], act["life"]) for act in acts}
    for life in lives:
        chain = [act for act in acts if (act["device"], act["life"]) == life]
        ids = {act["id"] for act in chain}
        places = Counter(act["sequence"] for act in chain)
        if set(places.values()) != {1} or sorted(places) != list(range(1, len(chain) + 1)):
            return True
        if any(act["prev"] not in ids for act in chain if act["sequence"] > 1):
            return True
    return False


def standing(acts: list[Act], roster: Roster, agreement: bytes, today: str) -> tuple[str, bytes | None]:
    """The word for an agreement, roughly, and the text that holds."""
    here = [act for act in acts if act["about"] == agreement]
    texts = {}
    for act in here:
        if act["kind"] == PROPOSE:
            data = act["body"][0]
            parts = codec.decode(data, lambda item: item, bytes_max=60_000)
            if parts[1] == agreement:
                texts[crypto.digest(b"troth/revision", data)] = parts
    full = {text for text in texts if all(_lives(text, person, here, roster) for person in roster.persons)}
    if roster.left or any(act["kind"] == END for act in here):
        return "ended", None
    if full and incomplete(acts):
        return "on hold", None
    top = _top(full, texts)
    held = top if len(top) < 2 else _top({text for text in full if all(text in _under(t, texts) for t in top)}, texts)
    chosen = held[0] if len(held) == 1 else None
    past = chosen is not None and texts[chosen][8] is not None and texts[chosen][8] < today
    if len(top) > 1:
        return "two versions", None if past else chosen
    if chosen is None:
        return "nothing", None
    return ("lapsed", None) if past else ("in force", chosen)


def signal_level(acts: list[Act], roster: Roster) -> int:
    """The most careful signal that its own author has not released; 0 for none."""
    disowned = {(act["person"], act["body"][0]) for act in acts if act["kind"] == REPUDIATE}
    levels = [0]
    for act in acts:
        if act["kind"] == SIGNAL:
            released = any(
                other["kind"] == RELEASE
                and other["person"] == act["person"]
                and act["id"] in other["body"][0]
                and roster.devices[other["device"]].confirmed
                and (other["person"], other["id"]) not in disowned
                for other in acts
            )
            levels += [] if released else [act["body"][0]]
    return max(levels)


def _lives(text: bytes, person: bytes, here: list[Act], roster: Roster) -> bool:
    own = [act for act in here if act["person"] == person]
    dropped = {drop for act in own if act["kind"] == ASSENT for drop in act["body"][1]}
    disowned = {act["body"][0] for act in own if act["kind"] == REPUDIATE}
    against = {act["id"] for act in own if act["kind"] == WITHDRAW}
    against |= {act["id"] for act in own if act["kind"] == DECLINE and act["body"][0] == text}
    against |= {act["id"] for act in own if act["kind"] == ASK and act["body"][0] == text and not act["body"][2]}
    return any(
        act["kind"] == ASSENT
        and act["body"][0] == text
        and act["id"] not in dropped | disowned
        and against <= set(act["after"])
        and roster.devices[act["device"]].confirmed
        for act in own
    )


def _under(text: bytes, texts: dict[bytes, Any]) -> set[bytes]:
    found: set[bytes] = set()
    for earlier in texts[text][9] if text in texts else []:
        found |= {earlier} | _under(earlier, texts)
    return found


def _top(full: set[bytes], texts: dict[bytes, Any]) -> list[bytes]:
    return sorted(text for text in full if not any(text in _under(other, texts) for other in full))
