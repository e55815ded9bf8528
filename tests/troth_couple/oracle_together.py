"""A second, slow and plain reading of what two do together, from raw values alone and from the page alone."""

from typing import Any

from tests.troth_couple.oracle import Act

__all__ = ["chapters", "fine_for_both", "leads", "received", "replies", "settled", "when"]

REPLY, MOVE, TAKE_BACK, CLOSE, REOPEN, ASSENT, WITHDRAW, DECLINE, REPUDIATE = 25, 27, 21, 18, 31, 33, 34, 35, 38
PACE, CHAPTER, RECEIVE, LEAD = 73, 80, 39, 40


def when(acts: list[Act], window: bytes) -> tuple[set[Any], set[bytes]]:
    """The times of a window that stand (one, but for no moves at all), and the moves that were not followed."""
    (root,) = [act for act in acts if act["id"] == window]
    moves = _standing([act for act in acts if act["about"] == window and act["kind"] == MOVE])
    path: list[set[bytes]] = [{root["id"]}]
    used: set[bytes] = set()
    while True:
        wishes = [move for move in moves if move["body"][0] in path[-1]]
        people = {move["person"] for move in wishes}
        free = len(people) == 1 and not people & used and not any(move["after"] for move in wishes)
        if len({(move["body"][1], move["body"][2]) for move in wishes}) != 1 or not (free or len(people) == 2):
            break
        used |= people if len(people) == 1 else set()
        path.append({move["id"] for move in wishes})
    followed = set().union(*path)
    says = [move["body"][1:3] for move in moves if move["id"] in path[-1]] or [root["body"][1:3]]
    return {tuple(time) for time in says}, {move["id"] for move in moves} - followed


def replies(acts: list[Act], question: bytes) -> set[bytes]:
    """What anybody sees of what was said to a question."""
    (root,) = [act for act in acts if act["id"] == question]
    about = [act for act in acts if act["about"] == question]
    if any(act["kind"] == TAKE_BACK and act["person"] == root["person"] for act in about):
        return set()
    theirs = [act for act in about if act["kind"] == REPLY and act["person"] != root["person"]]
    return {act["id"] for act in _standing(theirs)}


def received(acts: list[Act], thing: bytes) -> int | None:
    """The most careful of what the other chose to say of receiving something; None if it is nothing, or taken back."""
    (root,) = [act for act in acts if act["id"] == thing]
    about = [act for act in acts if act["about"] == thing]
    if any(act["kind"] == TAKE_BACK and act["person"] == root["person"] for act in about):
        return None
    theirs = [act for act in about if act["kind"] == RECEIVE and act["person"] != root["person"]]
    return min((act["body"][0] for act in _standing(theirs)), default=None)


def leads(acts: list[Act], thing: bytes) -> set[bytes]:
    """The repairs that the author of something says they began of it."""
    (root,) = [act for act in acts if act["id"] == thing]
    own = [act for act in acts if (act["kind"], act["about"], act["person"]) == (LEAD, thing, root["person"])]
    return {act["body"][0] for act in own}


def settled(acts: list[Act], repair: bytes, persons: tuple[bytes, ...]) -> bool:
    """Whether both persons' last words on a repair, or on what was told, are that it is closed."""
    words = _standing([act for act in acts if act["about"] == repair and act["kind"] in (CLOSE, REOPEN)])
    last = {person: {act["kind"] for act in words if act["person"] == person} for person in persons}
    return all(kinds == {CLOSE} for kinds in last.values())


def fine_for_both(acts: list[Act], persons: tuple[bytes, ...], today: str) -> set[str]:
    """The lines that are fine for everybody; the days of the tests are such that two weeks end at one day."""
    own_takings = {(act["person"], act["about"]) for act in acts if act["kind"] == TAKE_BACK}
    paces = [act for act in acts if act["kind"] == PACE and act["body"][2] >= today]
    now = [act for act in paces if (act["person"], act["id"]) not in own_takings]
    if {act["person"] for act in now} != set(persons):
        return set()
    words = {word for act in now for word in act["body"][0]}
    return {word for word in words if all(word in act["body"][0] and word not in act["body"][1] for act in now)}


def chapters(acts: list[Act], persons: tuple[bytes, ...]) -> tuple[bytes | None, bool]:
    """Which chapter follows, and whether this one is closed."""
    nexts, closed = [], False
    for root in (act for act in acts if act["kind"] == CHAPTER):
        about = [act for act in acts if act["about"] == root["id"]]
        yes = [act for act in about if act["kind"] == ASSENT and act["body"][0] == root["id"]]
        closed |= {act["person"] for act in yes} == set(persons)
        disowned = {(act["person"], act["body"][0]) for act in about if act["kind"] == REPUDIATE}
        alive = {
            act["person"]
            for act in yes
            if (act["person"], act["id"]) not in disowned
            and all(
                no["id"] in act["after"]
                for no in about
                if no["person"] == act["person"] and no["kind"] in (WITHDRAW, DECLINE)
            )
        }
        if alive == set(persons):
            nexts.append(root["body"][0])
    return nexts[0] if len(nexts) == 1 else None, closed


def _standing(acts: list[Act]) -> list[Act]:
    """The acts that no other one of the same person names."""
    named = {(act["person"], earlier) for act in acts for earlier in act["after"]}
    return [act for act in acts if (act["person"], act["id"]) not in named]
