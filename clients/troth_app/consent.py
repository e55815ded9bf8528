"""What two own devices write to each other about new recovery words, in the space that is this person's alone.

Whoever holds one of them may write anything there: what is agreed to is checked by who uses it, and shown to a person
before it is given.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from troth import Delete, Put
from troth_app.claims import DEVICES
from troth_wire import codec
from troth_wire.errors import MalformedError
from troth_wire.ids import DeviceId, SpaceId
from troth_wire.limits import SIGNPOST_SPACES_MAX

if TYPE_CHECKING:
    from troth_app.household import Household

__all__ = ["Agreed", "Asked", "agree", "agreed", "ask", "asked", "forget"]

ASKED: Final = "words asked"
AGREED: Final = "words agreed"
"""Keys at the root of the document `devices`."""
BYTES_MAX: Final = 8_192

_SPACES: Final = codec.many(codec.fields(codec.raw(32), codec.raw(32), codec.raw(32)), SIGNPOST_SPACES_MAX)
_ASKED: Final = codec.fields(codec.raw(32), _SPACES)
_SECONDS: Final = codec.many(codec.fields(codec.raw(32), codec.raw(32), codec.raw(64)), SIGNPOST_SPACES_MAX)
_AGREED: Final = codec.fields(codec.raw(32), _SECONDS)


@dataclass(frozen=True)
class Asked:
    """One device asks another to agree to new words.

    Attributes:
        device: Which one asks, by its id in the person's own space.
        spaces: By space: which device it is there, and which words these are.
    """

    device: DeviceId
    spaces: Mapping[SpaceId, tuple[DeviceId, DeviceId]]

    @property
    def text(self) -> str:
        """How it is written down."""
        return codec.pack([self.device, [[space, *both] for space, both in sorted(self.spaces.items())]]).hex()


@dataclass(frozen=True)
class Agreed:
    """Another device agrees.

    Attributes:
        words: Of the words in the person's own space, to which it agrees.
        seconds: By space: which device agrees there, and what it signed.
    """

    words: DeviceId
    seconds: Mapping[SpaceId, tuple[DeviceId, bytes]]

    @property
    def text(self) -> str:
        """How it is written down."""
        return codec.pack([self.words, [[space, *both] for space, both in sorted(self.seconds.items())]]).hex()


async def ask(household: "Household", request: Asked) -> None:
    """Write down what is asked."""
    await household.solo.space.edit(DEVICES, Put((ASKED,), request.text))


def asked(household: "Household") -> Asked | None:
    """Return what is asked, if anything is."""
    found = _read(household, ASKED, _ASKED)
    return None if found is None else Asked(found[0], {space: (author, words) for space, author, words in found[1]})


async def agree(household: "Household", answer: Agreed) -> None:
    """Write down that this device agrees."""
    await household.solo.space.edit(DEVICES, Put((AGREED,), answer.text))


def agreed(household: "Household", words: DeviceId) -> Agreed | None:
    """Return what another device agreed to, if it was to these words."""
    found = _read(household, AGREED, _AGREED)
    if found is None or found[0] != words:
        return None
    return Agreed(found[0], {space: (device, signature) for space, device, signature in found[1]})


async def forget(household: "Household") -> None:
    """Let nothing of it stand any longer."""
    written = household.solo.space.view(DEVICES)
    edits = [Delete((key,)) for key in (ASKED, AGREED) if key in written]
    if edits:
        await household.solo.space.edit(DEVICES, *edits)


def _read(household: "Household", key: str, shape: Any) -> Any:
    with suppress(KeyError, TypeError, ValueError, MalformedError):
        return codec.decode(bytes.fromhex(household.solo.space.view(DEVICES)[key]), shape, bytes_max=BYTES_MAX)
    return None
