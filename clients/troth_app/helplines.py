"""Where trained people answer, by region; each number with the day on which somebody called it, or none.

A region is added by somebody who answers for it; no list is complete, and a number that nobody checked says so.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from troth_wire.said import Said

__all__ = ["REGIONS", "Helpline", "is_checked", "unchecked"]

CHECKED_DAYS: Final = 365
"""So long a number counts as checked."""


@dataclass(frozen=True, slots=True)
class Helpline:
    """One number.

    Attributes:
        name: Who answers.
        number: As it is dialled in its region.
        what: What it is for.
        verified_on: The day on which it was checked; None if nobody did.
    """

    name: str
    number: str
    what: str
    verified_on: date | None = None


REGIONS: Final[Mapping[str, Sequence[Helpline]]] = {
    Said("Australia"): (
        Helpline(Said("Emergency"), "000", Said("Police, fire, ambulance.")),
        Helpline("1800RESPECT", "1800 737 732", Said("Sexual assault, family and domestic violence.")),
        Helpline("Lifeline", "13 11 14", Said("Crisis, and thoughts of suicide.")),
        Helpline("MensLine Australia", "1300 789 978", Said("Men, about relationships and family.")),
        Helpline("Beyond Blue", "1300 22 4636", Said("Anxiety, depression, and thoughts of suicide.")),
        Helpline("13YARN", "13 92 76", Said("Aboriginal and Torres Strait Islander people, in crisis.")),
    ),
}


def is_checked(helpline: Helpline, today: date) -> bool:
    """Tell whether somebody checked a number in the last twelve months."""
    return helpline.verified_on is not None and 0 <= (today - helpline.verified_on).days <= CHECKED_DAYS


def unchecked(today: date) -> Iterator[str]:
    """Yield a line for each number that nobody checked in the last twelve months."""
    for region, helplines in REGIONS.items():
        for helpline in helplines:
            if not is_checked(helpline, today):
                when = f"last on {helpline.verified_on}" if helpline.verified_on else "never"
                yield f"{region}, {helpline.name}: {when}"


def main() -> None:
    """Say which numbers somebody has to call before the next release; whatever is found, it ends well."""
    found = list(unchecked(date.today()))
    if found:
        print("Help lines that nobody checked in the last twelve months:", *found, sep="\n  ", file=sys.stderr)


if __name__ == "__main__":
    main()
