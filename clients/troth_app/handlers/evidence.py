"""Where the relay or a device shows another history, written down in a file that can be shown to anybody.

A signed header proves who said what of a log; what its author wrote besides stays out of the file.
"""

from datetime import date
from pathlib import Path
from textwrap import wrap
from typing import Final

from troth.evidence import EVIDENCE, Dispute
from troth_app.handlers.devices import own_devices
from troth_app.household import Household, Place
from troth_app.language import spoken
from troth_app.outcome import RuleError
from troth_app.wording import name_of
from troth_client import files
from troth_wire.said import Said, plural

__all__ = ["write_down"]

NOTHING: Final = Said(
    "Nothing is kept as evidence: no relay and no device showed another history. No file was written."
)
WRITTEN: Final = plural(
    "{count} disagreement: both sides are in {path}. It holds nothing that anybody wrote, and can be shown to the "
    "operator.",
    "{count} disagreements: both sides are in {path}. It holds nothing that anybody wrote, and can be shown to the "
    "operator.",
)
TAKEN: Final = Said("There is something at {path} already. Nothing was written. Name a new file.")
WRITTEN_ON: Final = Said("Written on {day} by Troth on this device.")
HEAD: Final = Said(
    "Each part below is one disagreement about what a relay keeps. It says what this device read itself, and what "
    "says otherwise. It decides nothing: a relay that was restored, a device that was copied, and somebody who "
    "means harm can all look like this. It holds nothing that anybody wrote."
)
HEAD_COLUMNS: Final = 112
OF_SPACE: Final = Said("{space}: {sentence}")
END_LETTERS: Final = 6
BY_RELAY: Final = Said("The relay shows another log than the one that it showed before.")
BY_OWN: Final = Said("Your device {name} signed that it had read another log than the one that was read here.")
BY_OTHER: Final = Said(
    "A device of the other person signed that it had read another log than the one that was read here."
)
BY_THIS: Final = Said("This device's key signed that it had read another log than the one that was read here.")


async def write_down(household: Household, path: Path, day: date) -> str:
    """Write everything that is kept as evidence to a new file; return what came of it, in a sentence.

    Raises:
        RuleError: If there is something under this name.
        OSError: If it can not be written.
    """
    parts = [part for place in household.places for part in await _parts(household, place)]
    if not parts:
        return NOTHING
    head = "\n".join([spoken(WRITTEN_ON.format(day=day.isoformat())), *wrap(spoken(HEAD), HEAD_COLUMNS)])
    text = "\n\n".join([head, *parts]) + "\n"
    try:
        files.write(path, text.encode())
    except FileExistsError:
        raise RuleError(TAKEN.format(path=path)) from None
    return WRITTEN.format(count=len(parts), path=path)


async def _parts(household: Household, place: Place) -> list[str]:
    rows = await household.vault.run(lambda vault: vault.room(place.room).load())
    found = [Dispute.parse(row.value or b"") for row in rows if row.table == EVIDENCE]
    space = name_of(place.kind, place.label)
    return [
        "\n".join([spoken(OF_SPACE.format(space=space, sentence=_sentence(household, place, one))), *_lines(one)])
        for one in found
    ]


def _sentence(household: Household, place: Place, dispute: Dispute) -> str:
    """Say who shows another history; an own device by its name, where that is known."""
    if dispute.record is None:
        return BY_RELAY
    members, device = place.space.members, dispute.record.header.device
    if device == place.space.device:
        return BY_THIS
    if members.person_of.get(device) != members.person_of.get(place.space.device):
        return BY_OTHER
    names = {own["device"]: own["name"] for own in own_devices(household)}
    return BY_OWN.format(name=names.get(device.hex(), device.hex()[-END_LETTERS:]))


def _lines(dispute: Dispute) -> list[str]:
    here = dispute.here
    lines = [
        f"  read here    lineage {here.lineage.hex()}, position {here.position}",
        f"               {here.running.hex()}",
    ]
    record = dispute.record
    if record is not None and record.header.seen is not None:
        seen = record.header.seen
        lines += [
            f"  signed       lineage {seen.lineage.hex()}, position {seen.position}",
            f"               {seen.running.hex()}",
            f"  of the log   {seen.mailbox.hex()}",
            f"  by device    {record.header.device.hex()}",
            f"  header       {record.header_bytes.hex()}",
            f"  signature    {record.signature.hex()}",
        ]
    return lines
