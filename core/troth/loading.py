"""Makes an engine from the rows of its store: documents are built again from records, and nothing else is believed.

What was being applied when the process died is suspect: it is tried in a probe first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from troth import engine as ring
from troth.beacon import BEACON, Beacon
from troth.collecting import PARTS, Collecting
from troth.crossing import BAGGED, REOFFER, TARGET, Crossing
from troth.cursor import LINEAGE, SLOTS, Cursor
from troth.cuts import reach
from troth.document import PoisonedError
from troth.engine import Engine, Group
from troth.evidence import EVIDENCE, Evidence
from troth.filing import KEY_BYTES, PAGES, RECORDS, Saved, read_saved, row_of
from troth.follower import Follower
from troth.holding import HELD, Holding
from troth.identity import Identity
from troth.inbox import Inbox
from troth.joining import Welcome
from troth.journal import read_edits
from troth.keyring import Keyring
from troth.keys import Epoch
from troth.leaving import LEAVING, Leaving
from troth.library import Library, Reaches, in_order
from troth.line import Line
from troth.listening import Listener
from troth.meeting import LENT, Meetings
from troth.mending import ORIGINS, RENEWED, Mending
from troth.outbox import EDITS, OUTBOX, Outbox
from troth.passage import HOST, SETTLED, Passage
from troth.ports import Entropy, Probe
from troth.recalling import JUDGED, recall
from troth.record import Kind, Verified
from troth.scribe import Scribe
from troth.shelf import Parcel
from troth.step import Held, Rebuild, RefusedEdit, Row, Step
from troth.tail import TAIL, Tail
from troth.unsettled import REMAKE, UNFIT, UNMADE, Unsettled
from troth.writer import Writer
from troth_wire import codec
from troth_wire.errors import DamagedError, MalformedError, RemoteError
from troth_wire.ids import ChangeHash, DeviceId, DocumentId, EnvelopeId, Incarnation, Lineage, MailboxId, RecordId
from troth_wire.limits import RECORD_BYTES_MAX
from troth_wire.said import Said

__all__ = ["begin", "load"]

NOT_WHOLE: Final = Said(
    "The vault was read, but what it holds does not fit together ({kind}). "
    "Nothing was changed. Keep the file, and restore a backup beside it."
)

SUSPECT_HELD: Final = "it stopped the document library"
ROW_BYTES_MAX: Final = 64 * 1024 * 1024

Tables = Mapping[str, Mapping[bytes, bytes]]

_REMAKE_ROW: Final = codec.fields(codec.maybe(codec.raw(16)), codec.blob(ROW_BYTES_MAX), codec.maybe(codec.raw(32)))
_HELD_ROW: Final = codec.fields(codec.text(1024), codec.natural(), codec.blob(RECORD_BYTES_MAX * 2))
_FUSE_ROW: Final = codec.many(codec.raw(32), 2**31)


def begin(identity: Identity, entropy: Entropy, welcome: Welcome | None = None) -> list[Row]:
    """Return the rows with which a store begins to hold a space.

    Args:
        identity: Who the device is there.
        entropy: For its life.
        welcome: Of a device that was added: it keeps the record of that, so that nobody else can withhold it.
    """
    rows = [Row(ring.IDENTITY, b"", identity.encode()), Row(ring.LIFE, b"", entropy(16))]
    if welcome is None or welcome.record is None:
        return rows
    return [*rows, row_of(Saved((1).to_bytes(KEY_BYTES, "big"), False, 0, welcome.record))]


def load(
    rows: Iterable[Row],
    *,
    entropy: Entropy,
    probe: Probe,
    moved: bool = False,
    admission: bytes = b"",
    quiet: bool = False,
    puts_off: bool = False,
) -> tuple[Engine, Step]:
    """Make an engine from what its store holds.

    Args:
        rows: Every row of the store.
        entropy: Fresh random bytes.
        probe: Tries what was being applied when the process died.
        moved: Whether the store was restored, copied or moved, so that another life begins.
        admission: The pass for a relay that asks for one.
        quiet: Whether it reads, and does nothing else.
        puts_off: Whether documents are built when somebody looks at them, or by `Library.bring_in`. The library's
            panics show then; load again without this, and what stops it is found out.

    Returns:
        The engine, and a step to carry out before any other.

    Raises:
        DamagedError: If the rows do not make sense.
    """
    tables: dict[str, dict[bytes, bytes]] = defaultdict(dict)
    for row in rows:
        tables[row.table][row.key] = row.value or b""
    step = Step()
    if moved:
        step.save.append(_live_anew(tables, entropy))
    # What is made anew, and what was being applied, looks at documents here, where a panic is found out.
    puts_off = puts_off and not (tables[REMAKE] or tables[ring.FUSE])
    try:
        loaded = _load(tables, entropy, probe, admission, step, puts_off=puts_off)
        if loaded.library.is_life_lost:
            # It stopped before it could note that this life's changes lost a fork (`Engine.merge`).
            step = Step(save=[_live_anew(tables, entropy)])
            loaded = _load(tables, entropy, probe, admission, step, puts_off=puts_off)
        loaded.passage.quiet = quiet
        _remake(loaded, tables, step)
    except (PoisonedError, RemoteError, KeyError) as error:
        raise DamagedError(NOT_WHOLE.format(kind=type(error).__name__)) from None
    if not loaded.inbox.members.cuts:
        # Where a device was removed, who looks first at anything asks which of its records count.
        loaded.inbox.chains.put_away()
    return loaded, step


def _live_anew(tables: dict[str, dict[bytes, bytes]], entropy: Entropy) -> Row:
    tables[ring.LIFE][b""] = entropy(16)
    return Row(ring.LIFE, b"", tables[ring.LIFE][b""])


def _load(tables: Tables, entropy: Entropy, probe: Probe, admission: bytes, step: Step, *, puts_off: bool) -> Engine:
    try:
        return _build(tables, entropy, probe, admission, step, suspect_all=False, puts_off=puts_off)
    except PoisonedError:
        # Something that was taken in long ago stops the library now; find out which, where it can do no harm.
        return _build(tables, entropy, probe, admission, step, suspect_all=True, puts_off=False)


def _build(
    tables: Tables,
    entropy: Entropy,
    probe: Probe,
    admission: bytes,
    step: Step,
    *,
    suspect_all: bool,
    puts_off: bool,
) -> Engine:
    loaded = _empty(tables, entropy, admission)
    kept = read_saved(Row(table, *row) for table in (RECORDS, PAGES) for row in tables[table].items())
    own = {saved.record.id for saved in kept if saved.own}
    loaded.writer.remembered |= own
    loaded.writer.filed |= {saved.record.id: saved.key for saved in kept}
    loaded.writer.alone |= {saved.record.id: saved.key for saved in kept if saved.key in tables[RECORDS]}
    last = max([*(saved.key for saved in kept[-1:]), *tables[REMAKE]], default=b"")
    loaded.writer.arrivals = int.from_bytes(last, "big")
    judged = loaded.inbox.take(saved.record for saved in kept)
    loaded.library = Library(loaded.identity.device, loaded.life, _reaches(loaded, kept))
    loaded.library.puts_off = puts_off
    proven = {record.id for record in judged.verified}
    for verified in judged.verified:
        loaded.sightings.note(verified)
    for _, mine, position, record in kept:
        if record.id not in proven:
            loaded.await_proof(record.id, loaded.crossing.mailbox, position)
        elif not mine and record.header.device == loaded.identity.device:
            loaded.elsewhere.add(record.id)
            loaded.mending.elsewhere.update(record.header.changes)
    for _, why in judged.held:
        loaded.holding.hold(why, Step())
    loaded.mending.elsewhere.difference_update(
        change for saved in kept if saved.own for change in saved.record.header.changes
    )
    for identity, row in tables[HELD].items():
        why, _, envelope = codec.decode(row, _HELD_ROW, bytes_max=ROW_BYTES_MAX)
        loaded.holding.count(EnvelopeId(identity), why, envelope)
    _queue(loaded, tables, kept, step)
    step.tell += map(loaded.listener.opening, loaded.listener.collecting.restore(tables[PARTS]))
    carriers = [*judged.carriers, *judged.beyond]
    _apply(loaded, carriers, tables, probe, step, suspects=None if suspect_all else own)
    loaded.library.puts_off = False
    return loaded


def _empty(tables: Tables, entropy: Entropy, admission: bytes) -> Engine:
    identity = Identity.parse(tables[ring.IDENTITY][b""])
    life = Incarnation(codec.raw(16)(tables[ring.LIFE][b""]))
    inbox, unsettled, keyring = (
        Inbox(identity.genesis, identity.keys.card),
        Unsettled(Outbox()),
        Keyring(identity.keys, identity.epoch),
    )
    first = identity.epoch.mailbox
    epoch = Epoch(codec.raw(32)(tables[TARGET].get(b"", identity.epoch.key)))
    keyring.add(epoch)
    cursors = _cursors(tables, {first, epoch.mailbox})
    writer = Writer(epoch, entropy, Scribe(identity, life, inbox, cursors[epoch.mailbox]), unsettled)
    crossing = Crossing(identity.device, unsettled, epoch.mailbox, bagged=set(map(MailboxId, tables[BAGGED])))
    line = Line(Follower(epoch, cursors[epoch.mailbox]))
    holding, evidence, collecting = Holding(), Evidence(len(tables[EVIDENCE])), Collecting()
    lent = {DeviceId(device): Epoch(codec.raw(32)(key), meets=True) for device, key in tables[LENT].items()}
    meetings = Meetings(identity, inbox, entropy, lent)
    passage = Passage(
        identity, inbox, keyring, line, writer, crossing, entropy, meetings, admission=admission, cursors=cursors
    )
    passage.tail = Tail.parse(epoch.mailbox, tables[TAIL].get(epoch.mailbox))
    passage.host = tables[HOST].get(b"")
    passage.settled |= set(map(MailboxId, tables[SETTLED]))
    return Engine(
        identity=identity,
        life=life,
        entropy=entropy,
        inbox=inbox,
        library=Library(identity.device, life),
        writer=writer,
        unsettled=unsettled,
        crossing=crossing,
        passage=passage,
        listener=Listener(identity, passage, unsettled, holding, evidence, collecting),
        holding=holding,
        evidence=evidence,
        leaving=Leaving(tables[LEAVING].get(b"")),
        mending=_mending(tables),
        beacon=Beacon.restore(tables[BEACON].get(b"")),
    )


def _cursors(tables: Tables, also: Iterable[MailboxId]) -> dict[MailboxId, Cursor]:
    """Make the cursors of all logs that were read, and of these."""
    slots: dict[MailboxId, dict[bytes, bytes]] = defaultdict(dict)
    for key, row in tables[SLOTS].items():
        slots[MailboxId(key[:32])][key] = row
    cursors = {}
    for mailbox in {*also, *map(MailboxId, tables[LINEAGE])}:
        cursors[mailbox] = Cursor(mailbox)
        lineage = tables[LINEAGE].get(mailbox)
        if lineage is not None:
            cursors[mailbox].restore(Lineage(codec.raw(16)(lineage)), slots[mailbox])
    return cursors


def _mending(tables: Tables) -> Mending:
    origins = {ChangeHash(change): ChangeHash(codec.raw(32)(origin)) for change, origin in tables[ORIGINS].items()}
    return Mending(set(map(ChangeHash, tables[RENEWED])), origins)


def _reaches(loaded: Engine, kept: Iterable[Saved]) -> Reaches:
    before = {saved.record.id: saved.record.header.prev for saved in kept} if loaded.inbox.members.cuts else {}
    return {device: reach(cut, before) for device, cut in loaded.inbox.members.cuts.items()}


def _queue(loaded: Engine, tables: Tables, kept: Iterable[Saved], step: Step) -> None:
    """Take up what waits for the relay, and what this device has to offer again if the relay lost its log."""
    waiting = {saved.key: saved.record for saved in kept if saved.key in tables[OUTBOX]}
    for key, envelope in sorted(tables[OUTBOX].items()):
        record = Verified(waiting[key])
        loaded.unsettled.add(record, key, envelope, tables[EDITS].get(key, b""))
    loaded.passage.resume(tables[REOFFER].get(loaded.crossing.mailbox), step)


def _apply(
    loaded: Engine,
    carriers: Sequence[Verified],
    tables: Tables,
    probe: Probe,
    step: Step,
    *,
    suspects: set[RecordId] | None,
) -> None:
    """Build the documents; `suspects` None means that every foreign record is one."""
    noted = Step()
    blown = set(tables[ring.BLOWN])
    fuse = tables[ring.FUSE].get(b"")
    fused = set(codec.decode(fuse, _FUSE_ROW, bytes_max=ROW_BYTES_MAX)) if fuse is not None else set()
    # What may stop the library is tried by itself, and nothing in which it stands is taken up whole.
    tried = blown | fused
    sound = [] if suspects is None else [record for record in carriers if record.id not in tried]
    settled, let_go = recall(loaded.library, tables[JUDGED], sound)
    step.save += let_go
    doubtful = []
    for record in in_order(record for record in carriers if record.id not in settled):
        if record.id in blown:
            loaded.holding.hold(SUSPECT_HELD, noted)
        elif record.id not in loaded.writer.remembered and (suspects is None or record.id in fused):
            doubtful.append(record)
        else:
            loaded.apply(record, noted)
    _sift(loaded, doubtful, probe, step)
    loaded.settle(noted)
    if fuse is not None:
        step.save.append(Row(ring.FUSE, b"", None))


def _sift(loaded: Engine, doubtful: Sequence[Verified], probe: Probe, step: Step) -> None:
    """Apply what the probe survives and hold what it does not, in as few trials as halving takes."""
    if not doubtful or _try(loaded, doubtful, probe):
        return
    if len(doubtful) > 1:
        half = len(doubtful) // 2
        _sift(loaded, doubtful[:half], probe, step)
        _sift(loaded, doubtful[half:], probe, step)
        return
    loaded.holding.hold(SUSPECT_HELD, step)
    step.save.append(Row(ring.BLOWN, doubtful[0].id, b""))


def _try(loaded: Engine, doubtful: Sequence[Verified], probe: Probe) -> bool:
    """Apply records that the probe survives; false, and nothing is applied, if it does not."""
    found: dict[DocumentId, list[Parcel]] = defaultdict(list)
    for record in doubtful:
        try:
            document, parcels = loaded.library.unpack(record)
        except MalformedError:
            continue
        found[document] += parcels
    for document, parcels in found.items():
        # What the guard refuses or what still waits does not reach the library, so it is no matter for the probe.
        saved, changes = loaded.library.foresee(document, parcels, loaded.inbox.members.person_of)
        if changes and not probe(document, saved, changes):
            return False
    for record in doubtful:
        loaded.apply(record, Step())
    return True


def _remake(loaded: Engine, tables: Tables, step: Step) -> None:
    """Make anew what an earlier life wrote and never sent."""
    cuts = loaded.inbox.members.cuts
    for key, row in sorted(tables[REMAKE].items()):
        document, what, origin = codec.decode(row, _REMAKE_ROW, bytes_max=ROW_BYTES_MAX)
        step.save.append(Row(REMAKE, key, None))
        if document is None:
            loaded.writer.write(Kind.OPERATION, what, step)
        elif origin is not None and loaded.mending.stands(loaded.library, document, origin):
            # What it was made for stands again, and nobody has seen this.
            step.save += loaded.mending.forget(origin)
        else:
            made = _edit(loaded, document, what, origin)
            if any(isinstance(event, RefusedEdit) for event in made.tell):
                made.tell = [Held(UNFIT)]
                made.save.append(Row(UNMADE, key, row))
            step += made
    if loaded.inbox.members.cuts != cuts:
        # The documents were built before a removal was made anew, so they hold what it cuts off.
        step.tell.append(Rebuild("what counts of a removed device's records is settled now"))


def _edit(loaded: Engine, document: DocumentId, what: bytes, origin: ChangeHash | None) -> Step:
    """Make edits anew, in the place of a change if they were made for one."""
    waiting = loaded.unsettled.unshown
    made = loaded.edit([Group(0, document, read_edits(what))])
    if any(isinstance(event, Rebuild) for event in made.tell):
        raise PoisonedError("what was not sent could not be made anew")
    if origin is not None:
        made.save += loaded.mending.trace(origin, loaded.unsettled.unshown - waiting)
    return made
