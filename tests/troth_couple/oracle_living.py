"""A second, slow and plain reading of words, practices and planned days, from raw values and from the page alone."""

from tests.troth_couple.oracle import Act, incomplete

__all__ = ["meanings", "where"]

TAKE_BACK, ASSENT, WITHDRAW, DECLINE, REPUDIATE = 21, 33, 34, 35, 38
GLOSSARY, PRACTICE, EVENT = 74, 75, 76
BECAME = {PRACTICE: 58, EVENT: 59}
OURS = {PRACTICE: 3, EVENT: 5}
WORDS = {(PRACTICE, 1): "dropped", (PRACTICE, 2): "keeping"}
WORDS |= {(EVENT, 1): "dropped", (EVENT, 2): "moved to another day", (EVENT, 3): "done"}
FIRST = {PRACTICE: "tried", EVENT: "planned"}


def meanings(acts: list[Act]) -> set[tuple[bytes, str, str]]:
    """Who says that which word means what."""
    found = set()
    for root in (act for act in acts if act["kind"] == GLOSSARY and act["about"] is None):
        if not _taken_back(acts, root):
            found |= {(root["person"], said["body"][0].casefold(), said["body"][1]) for said in _said(acts, root)}
    return found


def where(acts: list[Act], thing: bytes, persons: tuple[bytes, ...], today: str) -> str:
    """Where a practice or a planned day stands."""
    (root,) = [act for act in acts if act["id"] == thing]
    kind, flag = root["kind"], OURS[root["kind"]]
    said = _said(acts, root)
    both = any(version["body"][flag] for version in said)
    author_alone = not (both and root["body"][flag])
    words = [act for act in acts if act["kind"] == BECAME[kind] and act["about"] == thing]
    words = [act for act in _standing(words) if act["person"] == root["person"] or not author_alone]
    agreed = not incomplete(acts) and len(said) == 1 and all(_yes(acts, thing, said[0], who) for who in persons)
    if _taken_back(acts, root):
        return "taken back"
    least = min((act["body"][0] for act in words), default=0)
    if least and (least < (2 if kind == PRACTICE else 3)):
        return WORDS[kind, least]
    speakers = {act["person"] for act in words}
    if least and (not both or (agreed and (kind == EVENT or speakers == set(persons)))):
        return WORDS[kind, least]
    if kind == EVENT and all(version["body"][3] < today for version in said):
        return "past"
    if both:
        return "ours" if agreed else "waiting for both"
    return FIRST[kind]


def _yes(acts: list[Act], thing: bytes, version: Act, person: bytes) -> bool:
    """Whether a person's yes to what it says now lives."""
    own = [act for act in acts if act["about"] == thing and act["person"] == person]
    dropped = {drop for act in own if act["kind"] == ASSENT for drop in act["body"][1]}
    gone = dropped | {act["body"][0] for act in own if act["kind"] == REPUDIATE}
    against = {a["id"] for a in own if a["kind"] == WITHDRAW or (a["kind"], a["body"]) == (DECLINE, (version["id"],))}
    yes = [act for act in own if act["kind"] == ASSENT and act["body"][0] == version["id"]]
    return any(act["id"] not in gone and against <= set(act["after"]) for act in yes)


def _said(acts: list[Act], root: Act) -> list[Act]:
    """What a thing says now: its beginning, or what its author said anew and did not replace."""
    anew = [a for a in acts if (a["about"], a["kind"], a["person"]) == (root["id"], root["kind"], root["person"])]
    return _standing(anew) if anew else [root]


def _taken_back(acts: list[Act], root: Act) -> bool:
    return any(a["kind"] == TAKE_BACK and a["about"] == root["id"] and a["person"] == root["person"] for a in acts)


def _standing(acts: list[Act]) -> list[Act]:
    """The acts that no other one of the same person names."""
    named = {(act["person"], earlier) for act in acts for earlier in act["after"]}
    return [act for act in acts if (act["person"], act["id"]) not in named]
