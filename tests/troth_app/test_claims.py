"""What a device says of itself is read as it stands, and whatever else stands there is no claim."""

from types import SimpleNamespace
from typing import Any

import pytest

from troth_app.claims import claim, claims_in
from troth_wire.errors import UsageError
from troth_wire.ids import DeviceId

HERE, THERE = DeviceId(b"h" * 32), DeviceId(b"t" * 32)
SPACE = b"s" * 32
KEY = f"at:{HERE.hex()}:{SPACE.hex()}"


class Own:
    """A person's own space, as far as claims need it."""

    def __init__(self, written: dict[str, Any], *, removed: bool = False) -> None:
        """Begin with what is written."""
        self.device, self.written, self.removed, self.edits = HERE, written, removed, 0

    def view(self, _: object) -> dict[str, Any]:
        """Return what is written."""
        return self.written

    async def edit(self, _: object, put: Any) -> None:
        """Write, unless this device was removed."""
        if self.removed:
            raise UsageError("this device was removed")
        self.edits += 1
        self.written[put.path[0]] = put.value


def places(own: Own) -> tuple[Any, Any]:
    """The space for two, and the own one."""
    return SimpleNamespace(space=SimpleNamespace(id=SPACE, device=THERE)), SimpleNamespace(space=own)


async def test_a_claim_is_written_once() -> None:
    """What is written already is not written again; what stands wrong there is put right."""
    own = Own({KEY: "another"})
    for _ in range(2):
        await claim(*places(own))
    assert own.edits == 1
    assert claims_in(*places(own), [HERE]) == {HERE: THERE}


async def test_a_removed_device_claims_nothing() -> None:
    """It may not write any more, and opening its vault goes on."""
    own = Own({}, removed=True)
    await claim(*places(own))
    assert own.written == {}


@pytest.mark.parametrize("written", [{}, {KEY: None}, {KEY: 7}, {KEY: "no hex"}, {KEY: ["list"]}])
def test_what_is_no_claim_is_none(written: dict[str, Any]) -> None:
    """Nothing, another kind of value or a text that is no id is no claim."""
    assert claims_in(*places(Own(written)), [HERE]) == {}
