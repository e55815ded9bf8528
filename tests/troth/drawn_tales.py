"""Tales at random: a few devices of two persons, and recovery words, sign this and that on whatever they know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from tests.troth.letters import device
from tests.troth.tales import Tale, owner
from troth.membership import Members
from troth.operations import Operation

__all__ = ["Deed", "drawn_deeds", "drawn_tales", "known", "mirrored", "tell"]

ROLES: Final = {"robin": "sasha", "sasha": "robin"}
DEVICES: Final = list(ROLES) + [f"{spare} of {who}" for who in ROLES for spare in ("tablet", "phone", "watch")]
WORDS: Final = [f"words {number} of {who}" for who in ROLES for number in (1, 2)]
NAMES: Final = {device(name): name for name in (*DEVICES, *WORDS)}
KINDS: Final = ["add"] * 4 + ["revoke"] * 4 + ["confirm"] * 2 + ["rekey", "words", "words", "rotate", "split"]


@dataclass(frozen=True)
class Deed:
    """What is done, by whom, about whom, on what; None stands for all the heads."""

    kind: str
    by: str
    about: str
    second: str
    known: tuple[int, ...] | None
    how: str


RETURN: Final = [
    Deed("words", "robin", "words 1 of robin", "", None, ""),
    Deed("add", "words 1 of robin", "phone of robin", "", None, ""),
    Deed("revoke", "words 1 of robin", "robin", "", None, ""),
]
"""How a person comes back with words: a device is added, and mostly the lost one is removed."""


def mirrored(name: str) -> str:
    """The device that plays a device's part with the roles exchanged."""
    return name and name.removesuffix(owner(name)) + ROLES[owner(name)]


@st.composite
def _told(draw: st.DrawFn, most: int) -> tuple[Tale, list[Deed]]:
    """A tale in which mostly those sign who may; now and then of somebody who came back with recovery words."""
    tale, deeds = Tale("robin", "sasha"), RETURN[: draw(st.sampled_from([0, 0, 0, 0, 2, 3]))]
    for deed in deeds:
        tell(tale, deed, None)
    for _ in range(draw(st.integers(most // 2, most))):
        deeds.append(draw(_deeds(tale, len(deeds))))
        tell(tale, deeds[-1], known(tale, deeds[-1]))
    return tale, deeds


@st.composite
def _deeds(draw: st.DrawFn, tale: Tale, number: int) -> Deed:
    freely = draw(st.integers(0, 2)) == 0
    good = tale.members().authorised
    counting = [place for place in range(number) if tale.told[place].id in good] or list(range(number))
    places = st.sets(st.sampled_from(counting[-6:]), min_size=1, max_size=2) if number else st.none()
    named = draw(st.none() if not number else places | st.just(()) if freely else st.none() | places)
    at = None if named is None else tuple(sorted(named))
    members = tale.members(None if at is None else [tale.told[place] for place in at])
    kind, wild = draw(st.sampled_from(KINDS)), draw(st.integers(0, 9)) == 0
    by = draw(st.sampled_from([*DEVICES, *WORDS] if wild else _able(members, kind)))
    own = [name for name in NAMES.values() if owner(name) == owner(by)]
    own = [name for name in NAMES.values() if owner(name) == owner(by) and _fits(members, kind, name)]
    about = draw(st.sampled_from([*DEVICES, *WORDS][::-1] if wild or not own else own))
    second = draw(st.sampled_from(["", *(name for name in _able(members, kind) if owner(name) == owner(by))]))
    return Deed(kind, by, about, second, at, draw(st.sampled_from(["", "", "", "low", "odd"])))


def _able(members: Members, kind: str) -> list[str]:
    """The devices that belong, those of one person more often; and recovery words, where these may do it."""
    weak = [NAMES[found] for found in members.words.values()] if kind in ("add", "revoke", "words", "confirm") else []
    devices = [NAMES[found] for found in sorted(members.active)]
    able = sorted(devices) + sorted(weak) * 3
    return able + [name for name in able if owner(name) == "robin"] or ["robin"]


def _fits(members: Members, kind: str, name: str) -> bool:
    """Whether this may be done about it, as far as its name goes."""
    if kind == "confirm":
        return device(name) in members.active
    if kind == "revoke":
        return name not in WORDS and device(name) in members.cards
    return device(name) not in members.cards and (name in WORDS) == (kind == "words")


def drawn_tales(most: int = 10) -> st.SearchStrategy[Tale]:
    """Tales."""
    return _told(most).map(lambda found: found[0])


def drawn_deeds(most: int = 8) -> st.SearchStrategy[tuple[Tale, list[Deed]]]:
    """Tales, each with what was done in it, so that it can be told again in another way."""
    return _told(most)


def known(tale: Tale, deed: Deed) -> list[Operation] | None:
    """What a deed is done on, in a tale that is told in the same order."""
    return None if deed.known is None else [tale.told[place] for place in deed.known]


def tell(
    tale: Tale, deed: Deed, at: list[Operation] | None, role: Callable[[str], str] = lambda name: name
) -> Operation:
    """Write what is done, with the roles as they are played."""
    by, about, odd = role(deed.by), role(deed.about), deed.how == "odd"
    match deed.kind:
        case "add":
            forged, joins = "stranger" if odd and not deed.second else "", owner(by) if deed.how == "low" else ""
            return tale.add(about, by, at=at, person_=joins, proven_by=forged, rotate=bool(deed.second))
        case "revoke":
            return tale.revoke(about, by, at=at, keeps=[] if deed.how == "low" else None, rotate=not odd)
        case "confirm":
            return tale.confirm(about, by, at=at)
        case "rekey":
            return tale.rekey(by, about, at=at)
        case "words":
            return tale.words(about, by, second=role(deed.second), at=at)
        case "rotate":
            return tale.rotate(by, at=at, generation=1 if deed.how == "low" else None, readers=[by] if odd else None)
    return tale.split(by, at=at)
