"""How far the word of a device goes that is removed: its person is shown what it wrote, by day, and says what stays.

Everything stays unless they say otherwise, and what will count no more is said before anything is signed.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from troth.record import Tip
from troth_app.conversation import Card
from troth_app.stretches import Stretch
from troth_app.talk import Talk
from troth_wire.said import Said, plural

__all__ = ["how_far"]

WROTE: Final = Said("What {name} wrote in your name")
LINE: Final = Said("{day}: {what}")
THINGS: Final = plural("{count} thing", "{count} things")
YESES: Final = plural("{count} yes", "{count} yeses")
OF_THEM: Final = Said("{things}, {yeses} among them")
HOW_FAR: Final = Said(
    "What of it stays? If somebody else may have written with it, it can stay up to where that began. This is for good."
)
ALL: Final = Said("Everything that has arrived")
NOT_FROM: Final = plural("Not the last {count} thing, from {day} on", "Not the last {count} things, from {day} on")
FEWER: Final = plural(
    "{count} thing of it will count no more, for either of you. What takes care stays: a yes that it took back, a "
    "pause, a stop. In notes that you both write, what it wrote stays where somebody wrote on after it.",
    "{count} things of it will count no more, for either of you. What takes care stays: a yes that it took back, a "
    "pause, a stop. In notes that you both write, what it wrote stays where somebody wrote on after it.",
)
FEWER_BY_WORDS: Final = plural(
    "{count} thing of it will count no more, for either of you, also where it took care: a yes that it took back, a "
    "pause, a stop. In notes that you both write, what it wrote stays where somebody wrote on after it.",
    "{count} things of it will count no more, for either of you, also where it took care: a yes that it took back, a "
    "pause, a stop. In notes that you both write, what it wrote stays where somebody wrote on after it.",
)
SHOWN: Final = 7
"""Stretches that are offered: what somebody else wrote with it is mostly among the last."""


async def how_far(talk: Talk, written: Sequence[Stretch], name: str, *, by_words: bool = False) -> Sequence[Tip] | None:
    """Let the person say how far the word of a device goes in the space for two; None is all that was read of it.

    Args:
        talk: With whom.
        written: What it wrote there.
        name: What the device is called.
        by_words: Whether recovery words remove it: then cautions end as well.
    """
    found = written[-SHOWN:]
    if not found:
        return None
    await talk.show(Card(WROTE.format(name=name), tuple(map(_line, found))))
    lost = list(accumulate(stretch.things for stretch in reversed(found)))
    items = [NOT_FROM.format(count=n, day=one.day) for n, one in zip(lost, reversed(found), strict=True)]
    index = await talk.choose(HOW_FAR, [ALL, *items])
    if index == 0:
        return None
    await talk.say((FEWER_BY_WORDS if by_words else FEWER).format(count=lost[index - 1]))
    return found[-index].before


def _line(stretch: Stretch) -> str:
    what = THINGS.format(count=stretch.things)
    if stretch.yeses:
        what = OF_THEM.format(things=what, yeses=YESES.format(count=stretch.yeses))
    return LINE.format(day=stretch.day, what=what)
