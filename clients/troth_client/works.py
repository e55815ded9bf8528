"""What callers may have done with the engine beside plain edits: each looks and acts in one turn of the driver."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from troth import Edit, Engine, Group, Path, Rebuild, RefusedEdit, Request, Signer, Step, Value
from troth.amendments import Second
from troth.document import PoisonedError
from troth.edits import check_document
from troth.record import Tip
from troth.recovery import Way, Words
from troth.tidying import tidy
from troth_client.batch import STOPPED
from troth_wire.errors import LocalError, UsageError
from troth_wire.ids import DeviceId, DocumentId
from troth_wire.said import Said

__all__ = [
    "View",
    "admit",
    "agree_to_words",
    "bring_in",
    "confirm",
    "confirm_here",
    "deflate",
    "drop_split",
    "hold_split",
    "invite",
    "pass_time",
    "revise",
    "revoke",
    "send_split",
    "set_recovery",
    "tidy_up",
    "way",
]

CHANGES_AT_ONCE: Final = 16
"""Of what was put off, in one turn: a few milliseconds, in which nobody who waits is heard."""
BLOCKS_AT_ONCE: Final = 2
"""Of a hundred records each, which are deflated in one turn."""

View = Callable[[Path], Value]
"""Returns what stands at a path."""


def revise(
    engine: Engine, *, document: DocumentId, make: Callable[[View], Sequence[Edit]]
) -> tuple[Step, Exception | None]:
    """Edit a document by what stands in it; answer with the error, whosever it is, if nothing was edited."""
    try:
        check_document(document)
        edits = tuple(make(partial(engine.view, document)))
    except PoisonedError:
        return Step(tell=[Rebuild("a view stopped the document library")]), LocalError(STOPPED)
    except Exception as error:
        return Step(), error
    step = engine.edit([Group(0, document, edits)])
    for event in step.tell:
        if isinstance(event, RefusedEdit):
            return step, event.error
        if isinstance(event, Rebuild):
            return step, LocalError(STOPPED)
    return step, None


def bring_in(engine: Engine) -> tuple[Step, bool]:
    """Take some of what was put off at the start into its documents; answer whether all of it is there."""
    try:
        return Step(), engine.library.bring_in(CHANGES_AT_ONCE)
    except PoisonedError as error:
        return Step(tell=[Rebuild(str(error))]), False


def tidy_up(engine: Engine) -> tuple[Step, bool]:
    """Make the next start cheaper, a piece at a time; answer whether nothing is left to do."""
    step = tidy(engine)
    return step, not step.save


def deflate(engine: Engine) -> tuple[Step, bool]:
    """Let some of the records that are hardly asked for take less room; answer whether nothing is left to do."""
    return Step(), engine.inbox.chains.deflate(BLOCKS_AT_ONCE)


def invite(engine: Engine) -> bytes:
    """Return the invitation for another device of this person.

    Raises:
        UsageError: If this device is not known to be a member yet.
    """
    return engine.invite().encode()


def admit(engine: Engine, *, asked: Request, admin: Signer) -> tuple[Step, bytes]:
    """Add another device of this person; answer with its welcome.

    Raises:
        ForgedError: If the request is not for this space and person.
        UsageError: If it can not be added, or this device is not known to be a member yet.
    """
    step, welcome = engine.admit(asked, admin)
    return step, welcome.encode()


def revoke(engine: Engine, *, victim: DeviceId, admin: Signer, tips: Sequence[Tip] | None) -> tuple[Step, None]:
    """Remove another device of this person, for good.

    Raises:
        UsageError: If it is none, or this device is not known to be a member yet.
    """
    return engine.revoke(victim, admin, tips=tips), None


def confirm(engine: Engine, *, device: DeviceId, admin: Signer) -> tuple[Step, None]:
    """Confirm another device of this person.

    Raises:
        UsageError: If it is none, or this device is not confirmed itself.
    """
    return engine.confirm(device, admin), None


def confirm_here(engine: Engine, *, words: Words) -> tuple[Step, None]:
    """Confirm this device with the recovery words.

    Raises:
        ForgedError, UsageError: If these words are not in force, or another device is confirmed.
    """
    return engine.confirm_here(words), None


def hold_split(engine: Engine, *, admin: Signer) -> tuple[Step, None]:
    """Sign the end of the space, and keep it here.

    Raises:
        UsageError: If the space has one person only, was ended already, or this device does not belong to it.
    """
    return engine.hold_split(admin), None


def drop_split(engine: Engine) -> tuple[Step, None]:
    """Take it back."""
    return engine.drop_split(), None


def pass_time(engine: Engine, *, wall_s: int) -> tuple[Step, None]:
    """Show the wall clock."""
    return engine.pass_time(wall_s), None


def send_split(engine: Engine) -> tuple[Step, None]:
    """Send it."""
    return engine.send_split(), None


def agree_to_words(engine: Engine, *, author: DeviceId, words: DeviceId, admin: Signer) -> tuple[Step, Second]:
    """Agree that another own device sets recovery words; answer with which device agrees, and what it signed.

    Raises:
        UsageError: If the author is no other device of this person.
    """
    return Step(), engine.agree_to_words(author, words, admin)


def set_recovery(
    engine: Engine, *, words: Words, admin: Signer, old: Words | None, second: Second | None
) -> tuple[Step, None]:
    """Let recovery words belong to this person.

    Raises:
        ForgedError, UsageError: If it takes the old words, and these are not they.
    """
    return engine.set_recovery(words, admin, old=old, second=second), None


def way(engine: Engine) -> Way:
    """Return how recovery words get into the space.

    Raises:
        UsageError: If nobody reads it any more, or the key is just being changed.
    """
    identity, epoch = engine.identity, engine.passage.epoch
    if epoch is None:
        raise UsageError(Said("the key of this space is being changed; let this device reach the relay first"))
    return Way(identity.genesis, engine.inbox.members.person(identity.device), epoch)
