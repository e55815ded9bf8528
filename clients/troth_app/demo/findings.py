"""What came of the demo: what differed, what was lost, and what was seen where nothing readable should be."""

from dataclasses import dataclass, field

from troth_app.demo.proof import Ledger

__all__ = ["Outcome", "Sighting"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A canary that was found where nothing readable should be."""

    canary: str
    shape: str
    where: str


@dataclass
class Outcome:
    """What came of it; empty lists mean that everything held.

    Attributes:
        differing: Devices that show something else than most.
        lost: Sentences about acknowledged edits that are missing.
        forged: Sentences about what a device believes and nobody said.
        sightings: Canaries that were found at the relay.
        alarms: Devices that suspect a relay that did nothing wrong.
        canaries: What was looked for, by a name that may be shown.
        captured: What passed between devices and relay, one item for each direction of each connection.
        stored_bytes: The relay's files.
        ledger: What was acknowledged.
        sabotage: How the devices were broken on purpose, or None.
    """

    ledger: Ledger = field(default_factory=Ledger)
    differing: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    canaries: dict[str, bytes] = field(default_factory=dict)
    captured: list[bytes] = field(default_factory=list)
    stored_bytes: int = 0
    sabotage: str | None = None

    @property
    def held(self) -> bool:
        """Whether all of it held."""
        return not (self.differing or self.lost or self.forged or self.sightings or self.alarms)
