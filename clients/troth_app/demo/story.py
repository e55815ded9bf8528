"""The main job, start to end: two persons, four devices, a relay that can not read, and everything going wrong.

The feeder (this process) gives the edits, writes down what was acknowledged, cuts lines, kills processes, and compares.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from troth import document_id
from troth_app.demo import canaries, witness
from troth_app.demo.findings import Outcome, Sighting
from troth_app.demo.homes import PASSPHRASE
from troth_app.demo.line import line_of
from troth_app.demo.processes import DeviceDiedError, DeviceProcess, RelayProcess, end
from troth_app.demo.proof import differing, lost
from troth_app.demo.reach import Reach
from troth_app.demo.record import Act, Edit, Record
from troth_app.demo.tap import HOST, Tap, frames_in
from troth_app.home import Home
from troth_couple import document_of

__all__ = ["tell"]

MEETING_S: Final = 12.0
"""Time for all to meet again. On the way nothing waits for a timer; what is not here by then does not come."""
MEETING_EDIT_S: Final = 0.02
"""And so much more for each edit, for long files."""
AGAIN_S: Final = 2.0
"""Time for all to meet once they did not: what was missing is missing then as well."""
DEVICES_EACH: Final = 2
DOCUMENTS: Final = {False: bytes(document_id("demo")), True: bytes(document_of())}
"""Where edits go: whatever a file brings, and the partners' document for acts."""
NAMED: Final = {False: "edits", True: "acts"}
EVERYWHERE: Final = ("plaintext", "signatures")

Say = Callable[[str], None]
Homes = Mapping[str, Home]
"""By person."""


@dataclass
class Desk:
    """One device as the feeder sees it: its process, its line, and the edits that it has yet to be given."""

    person: str
    number: int
    process: DeviceProcess
    tap: Tap
    edits: list[Edit]
    sabotage: str | None
    identity: bytes = b""
    soul: bytes = b""
    """The id of the person."""

    @property
    def name(self) -> str:
        """What to call it."""
        return called(self.person, self.number)


def called(person: str, number: int) -> str:
    """Return what to call a device."""
    return f"{person}'s device {number}"


def desks_for(record: Record, folder: Path, sabotage: str | None, homes: Homes | None = None) -> list[Desk]:
    """Return two desks for each person, each with the edits that are made there; nothing runs yet.

    Args:
        record: What is written.
        folder: Where vaults and logs go.
        sabotage: How devices are broken.
        homes: Where the first device of each person keeps its vault, if somebody is to look around there afterwards.
    """
    # One device is broken when it starts again after its death; what all rely on is broken everywhere from the start.
    broken = sabotage if sabotage in EVERYWHERE else None
    places = [(person, number) for person in record.persons for number in range(1, DEVICES_EACH + 1)]
    return [
        Desk(
            person=person,
            number=number,
            process=DeviceProcess(called(person, number), *_vault(person, number, folder / f"device-{at}", homes)),
            tap=Tap(0),
            edits=[edit for edit in record.edits if (edit.by, edit.on) == (person, number)],
            sabotage=broken,
        )
        for at, (person, number) in enumerate(places, start=1)
    ]


def _vault(person: str, number: int, stem: Path, homes: Homes | None) -> tuple[Path, Path, str]:
    """Return where a device keeps its vault and its log, and what opens it."""
    log = stem.with_suffix(".log")
    if homes is None or number != 1:
        return stem.with_suffix(".vault"), log, secrets.token_hex(16)
    return homes[person].vault, log, PASSPHRASE


class Story:
    """Everything that the demo does, in the order in which it does it."""

    def __init__(
        self, record: Record, folder: Path, sabotage: str | None, say: Say, homes: Homes | None = None
    ) -> None:
        self._record = record
        self._folder = folder
        self._sabotage = sabotage
        self._say = say
        self._relay = RelayProcess(folder)
        self._desks = desks_for(record, folder, sabotage, homes)
        self._reach = Reach(record.edits)
        self._patience = MEETING_S + MEETING_EDIT_S * len(record.edits)
        self._common = canaries.HTTP_WORDS
        """Words that give nothing away: what every connection and the files of an unused relay hold."""
        self.outcome = Outcome(sabotage=sabotage)

    async def run(self) -> Outcome:
        """Tell the whole story."""
        async with self._running():
            await self._found()
            await self._write_together()
            await self._write_apart()
            await self._meet()
            await self._forge()
            await self._look()
            await self._search()
        return self.outcome

    # Beginning

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        """Start relay, lines and devices; whatever happens, nothing is left running."""
        self._say(f"Starting a relay and {_spelled(len(self._desks))} devices, each a process of its own.")
        try:
            for desk in self._desks:
                await desk.tap.start()
            await self._start_relay()
            self._common += b"".join(path.read_bytes() for path in self._relay.files)
            await _all(desk.process.start(desk.sabotage) for desk in self._desks)
            yield
        finally:
            await end([*(desk.process for desk in self._desks), self._relay])
            for desk in self._desks:
                await desk.tap.stop()

    async def _start_relay(self) -> None:
        await self._relay.start([f"{HOST}:{desk.tap.port}" for desk in self._desks])
        for desk in self._desks:
            desk.tap.relay_port = self._relay.port

    async def _found(self) -> None:
        founders = [desk for desk in self._desks if desk.number == 1]
        whose = "two people; each adds" if len(founders) == 2 else "one person, who adds"
        self._say(f"Founding a space for {whose} a second device.")
        if len(founders) == 1:
            await founders[0].process.ask("alone")
        else:
            await self._found_for_two(*founders)
        await _all(self._open(desk) for desk in founders)
        await _all(self._add(founder, self._second(founder)) for founder in founders)
        containers = [(container.kind.value, container.path) for container in self._record.layout]
        if containers:
            await founders[0].process.ask("layout", containers=containers)
        await self._agree()
        for desk in self._desks:
            desk.soul = bytes.fromhex((await desk.process.ask("person"))["person"])

    async def _found_for_two(self, first: Desk, second: Desk) -> None:
        cards = [answer["card"] for answer in await _all(desk.process.ask("card") for desk in (first, second))]
        draft = (await first.process.ask("draft", cards=cards))["draft"]
        welcome = (await second.process.ask("countersign", draft=draft))["welcome"]
        await _all(desk.process.ask("join", welcome=welcome) for desk in (first, second))

    async def _add(self, host: Desk, newcomer: Desk) -> None:
        invitation = (await host.process.ask("invite"))["invitation"]
        request = (await newcomer.process.ask("ask", invitation=invitation))["request"]
        welcome = (await host.process.ask("admit", request=request))["welcome"]
        await newcomer.process.ask("join", welcome=welcome)
        await self._open(newcomer)

    async def _open(self, desk: Desk) -> None:
        opened = await desk.process.ask("open", relay=f"ws://{HOST}:{desk.tap.port}")
        desk.identity = bytes.fromhex(opened["device"])

    def _second(self, founder: Desk) -> Desk:
        return next(desk for desk in self._desks if desk.person == founder.person and desk is not founder)

    # Writing

    async def _write_together(self) -> None:
        third = len(self._record.edits) // 3
        self._say("Writing, with every device connected.")
        await _all(self._write(desk, lambda edit: edit.n <= third) for desk in self._desks)

    async def _write_apart(self) -> None:
        """Two lines are cut; in the middle, a device that has unsent edits is killed, and so is the relay."""
        await self._agree()
        two_thirds = 2 * len(self._record.edits) // 3
        apart = [self._desks[0], self._desks[-1]]
        self._say(f"Cutting the lines of {apart[0].name} and {apart[1].name}.")
        for desk in apart:
            await desk.tap.cut()
        self._reach.cut((desk.person, desk.number) for desk in apart)
        others = [desk for desk in self._desks if desk is not apart[0]]
        await _all([self._suffer(apart[0]), *(self._write(desk, lambda edit: edit.n <= two_thirds) for desk in others)])
        await self._write(apart[0], lambda edit: edit.n <= two_thirds)
        self._say("Mending the lines. All write the rest.")
        for desk in apart:
            desk.tap.mend()
        self._reach.mend()
        await _all(self._write(desk, lambda _: True) for desk in self._desks)

    async def _suffer(self, desk: Desk) -> None:
        """While the others write: a device writes, dies and comes back, and then the relay does."""
        half = len(self._record.edits) // 2
        await self._write(desk, lambda edit: edit.n <= half)
        await self._die_writing(desk)
        self._say("SIGKILL to the relay; it starts again.")
        await self._relay.kill()
        await self._start_relay()

    async def _write(self, desk: Desk, until: Callable[[Edit], bool]) -> None:
        """Give a device its next edits, one after the other, and note what it says of each."""
        for edit in [edit for edit in desk.edits if until(edit)]:
            if await self._reach.can_write(edit):
                desk.edits.remove(edit)
                asked = self._asked(edit)
                answer = await desk.process.ask(**asked) if asked else {"made": None}
                await self._note(edit, answer)

    def _asked(self, edit: Edit) -> dict[str, Any] | None:
        """Return the command that writes an edit; none, where something that it leans on could not be written."""
        if not isinstance(edit, Act):
            return {"do": "edit", "line": line_of(edit)}
        made = self.outcome.ledger.made
        if not edit.leans_on <= made.keys():
            return None
        return {"do": "act", "line": line_of(edit), "known": {n: made[n] for n in edit.leans_on}}

    async def _note(self, edit: Edit, answer: dict[str, Any]) -> None:
        if isinstance(edit, Act):
            self.outcome.ledger.note(edit, answer["made"])
        else:
            self.outcome.ledger.acknowledge(edit, answer["seen"])
        await self._reach.wrote(edit)

    async def _die_writing(self, desk: Desk) -> None:
        """Kill a device with an edit in its hands, which then may stand or not, and start it again."""
        self._say(f"SIGKILL to {desk.name} while it writes; it starts again.")
        # Nothing leans on what may stand or not, nor does it lean on what is out of reach.
        edit = next((edit for edit in desk.edits if self._stands_alone(edit)), None)
        asked = self._asked(edit) if edit else None
        if edit and asked:
            desk.edits.remove(edit)
            await desk.process.give(**asked)
            await desk.process.kill()
            try:
                await self._note(edit, await desk.process.answer())
            except DeviceDiedError:
                self.outcome.ledger.doubtful.append(edit)
        desk.sabotage = self._sabotage
        await self._reopen(desk)

    def _stands_alone(self, edit: Edit) -> bool:
        return edit.n not in self._reach.leaned_on and not (isinstance(edit, Act) and edit.leans_on)

    # Meeting

    async def _meet(self) -> None:
        self._say("Waiting until everything has reached every device.")
        try:
            await asyncio.wait_for(self._agree(), self._patience)
        except TimeoutError:
            self._patience = AGAIN_S
            self._say("Something has not arrived, and nothing more is coming. Comparing what there is.")

    async def _agree(self) -> None:
        """Wait until everything written has reached the relay, and everyone has read all of it."""
        ends = [answer["read"] for answer in await _all(desk.process.ask("stored") for desk in self._desks)]
        await _all(desk.process.ask("read", position=max(ends)) for desk in self._desks)

    async def _forge(self) -> None:
        """Where somebody said no, let the other person's device say yes for them, and take the no away."""
        made = self.outcome.ledger.made
        noes = [edit for edit in self.outcome.ledger.acknowledged if isinstance(edit, Act) and edit.act == "decline"]
        forgers = [desk for desk in self._desks if noes and desk.person != noes[0].by]
        if not forgers:
            return
        self._say(f"A changed program on {forgers[-1].name} says yes for {noes[0].by}, and takes away a no.")
        await forgers[-1].process.ask("forge", denied=made[noes[0].n][0])
        await self._meet()
        await _all(desk.process.ask("tend") for desk in self._desks)
        await self._meet()

    async def _look(self) -> None:
        """Kill every device, open it again from its vault, and compare what it shows with the ledger."""
        self._say("SIGKILL to every device; it opens its vault again, and is compared.")
        await _all(self._reopen(desk) for desk in self._desks)
        day = max(edit.day for edit in self._record.edits).isoformat()
        answers = await _all(desk.process.ask("view", day=day) for desk in self._desks)
        shown = {desk.name: answer["view"] for desk, answer in zip(self._desks, answers, strict=True)}
        self.outcome.differing = differing(shown)
        whose = {(desk.person, desk.number): (desk.soul.hex(), desk.identity.hex()) for desk in self._desks}
        for name, view in shown.items():
            gone = [*lost(self.outcome.ledger, view["demo"]), *witness.lost(self.outcome.ledger, view)]
            self.outcome.lost += [f"{name}: {sentence}" for sentence in gone]
            unsaid = witness.forged(self.outcome.ledger, view, whose)
            self.outcome.forged += [f"{name}: {sentence}" for sentence in unsaid]
        for desk in self._desks:
            if (await desk.process.ask("status"))["disputed"]:
                self.outcome.alarms.append(desk.name)

    async def _reopen(self, desk: Desk) -> None:
        # Killed, because one that still waits for an answer can not be asked to close; that must make no difference.
        await desk.process.kill()
        await desk.process.start(desk.sabotage)
        await self._open(desk)

    # Searching

    async def _search(self) -> None:
        """Look for canaries in the relay's files and in everything that passed."""
        self.outcome.canaries = self._canaries()
        self._say(f"Looking for {len(self.outcome.canaries)} canaries in the relay's files and in what passed.")
        self.outcome.captured = [data for desk in self._desks for data in desk.tap.captured]
        payloads = [frame for data in self.outcome.captured for frame in frames_in(data)]
        passed = b"\n".join([*self.outcome.captured, *payloads])
        (self._folder / "wire.bin").write_bytes(passed)
        files = {path.name: path.read_bytes() for path in self._relay.files}
        self.outcome.stored_bytes = sum(map(len, files.values()))
        haystacks = {**files, "what passed": passed}
        found = await asyncio.to_thread(canaries.found_in, haystacks, self.outcome.canaries)
        self.outcome.sightings = [Sighting(*sighting) for sighting in found]

    def _canaries(self) -> dict[str, bytes]:
        """Return what nobody but the persons may ever see: their words, names and keys, and which devices they have."""
        texts = canaries.chosen(self.outcome.ledger.acknowledged, self._record.persons, self._common)
        devices = {f"the id of {desk.name}": desk.identity for desk in self._desks}
        used = {isinstance(edit, Act) for edit in self._record.edits}
        documents = {f"the id of a document of {NAMED[acts]}": DOCUMENTS[acts] for acts in used}
        return {**texts, **devices, **documents}


def _spelled(number: int) -> str:
    return {2: "two", 4: "four"}.get(number, str(number))


async def _all(waits: Iterable[Coroutine[Any, Any, Any]]) -> Sequence[Any]:
    """Wait for all of them; where one goes wrong, the others end before that is raised."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def tell(record: Record, folder: Path, *, sabotage: str | None, say: Say, homes: Homes | None = None) -> Outcome:
    """Run the demo.

    Args:
        record: What the persons write.
        folder: Empty; everything that the processes keep goes there.
        sabotage: The name of a way to break the devices, or None.
        say: Takes a sentence for each thing that happens.
        homes: Where the first device of each person keeps its vault, if it is to stay.
    """
    return await Story(record, folder, sabotage, say, homes).run()
