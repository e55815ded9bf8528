"""What lost devices signed about who belongs, and whether their person did: the rest is undone by recovery words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from troth.operations import Operation, OperationKind
from troth.restoring import Restorer
from troth_app.conversation import Card
from troth_app.talk import Talk
from troth_wire.ids import DeviceId
from troth_wire.said import Said, plural

__all__ = ["SHOWN", "in_doubt"]

TITLE: Final = Said("What your lost devices changed in “{space}”")
ALL_MINE: Final = Said("Was that you? What somebody else did with them can be undone, with all that follows from it.")
YES: Final = Said("All of it was me")
NOT_FROM: Final = Said("Not from here on: {what}")
NONE: Final = Said("None of it, not since there are these words")
UNDONE: Final = plural(
    "{count} thing will be undone: whoever was let in by that is out, whoever was removed is back, and a space that "
    "was ended goes on.",
    "{count} things will be undone: whoever was let in by that is out, whoever was removed is back, and a space that "
    "was ended goes on.",
)
UNKNOWN: Final = Said("a device that ends in {end}")
WORDS: Final = {
    OperationKind.DEVICE_ADD: Said("{who} let {whom} in"),
    OperationKind.DEVICE_REVOKE: Said("{who} removed {whom}"),
    OperationKind.DEVICE_REKEY: Said("{who} took new keys, as {whom}"),
    OperationKind.RECOVERY_SET: Said("{who} set recovery words"),
    OperationKind.SPLIT: Said("{who} ended the space"),
    OperationKind.DEVICE_CONFIRM: Said("{who} confirmed {whom}"),
}
END_LETTERS: Final = 6
SHOWN: Final = 7
"""Of what was signed, the last: what somebody else did with a device is mostly among it."""


async def in_doubt(
    talk: Talk, restorer: Restorer, lost: Iterable[DeviceId], names: Mapping[DeviceId, str], space: str
) -> Sequence[Operation]:
    """Return what the person says that they did not sign: one thing, and all that lost devices signed after it.

    Args:
        talk: With whom.
        restorer: The words, in one space.
        lost: Which devices are not in the person's hands.
        names: What devices are called there.
        space: What the space is called.
    """
    signed = restorer.signed_by(lost)
    if not signed:
        return ()
    lines = [_line(operation, names) for operation in signed[-SHOWN:]]
    await talk.show(Card(TITLE.format(space=space), tuple(lines)))
    more = [NONE] if len(signed) > SHOWN else []
    index = await talk.choose(ALL_MINE, [YES, *(NOT_FROM.format(what=line) for line in reversed(lines)), *more])
    if index == 0:
        return ()
    count = len(signed) if index > len(lines) else index
    await talk.say(UNDONE.format(count=count))
    return signed[-count:]


def _line(operation: Operation, names: Mapping[DeviceId, str]) -> str:
    about = operation.victim or operation.confirmed or (operation.card and operation.card.device)
    whom = _name(about, names) if about else ""
    return WORDS[operation.kind].format(who=_name(operation.author, names), whom=whom)


def _name(device: DeviceId, names: Mapping[DeviceId, str]) -> str:
    return names.get(device) or UNKNOWN.format(end=device.hex()[-END_LETTERS:])
