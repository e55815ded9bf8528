"""Opening the vault, and another passphrase for it.

A wrong passphrase costs nothing and locks nobody out: the stretching is what slows guessing down.
"""

from typing import TYPE_CHECKING, Final

from troth_app.household import Household
from troth_app.language import spoken
from troth_app.limits import PASSPHRASE_BYTES_MAX, PASSPHRASE_LETTERS_MIN
from troth_app.messages import tell
from troth_app.outcome import HereError, RuleError
from troth_app.settings import idle_row
from troth_app.talk import Talk
from troth_wire.errors import DamagedError, PassphraseError
from troth_wire.said import Said, plural

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["lock_after", "new_passphrase", "open_household", "opened", "own", "passphrase", "unlock"]

NO_VAULT: Final = Said("There is no vault here. Nothing was changed. `troth init` makes one.")
OPEN: Final = Said("It is open.")
OPEN_BEFORE: Final = Said("It was open before. Nothing changes.")
NOT_IT: Final = Said("That is not the passphrase. Nothing is lost, and you may try as often as you like.")
NOT_OPENED: Final = Said(
    "That is not the passphrase. Nothing is lost, and you may try as often as you like. It is locked."
)
TWO_DIFFER: Final = Said("The two differ. Nothing was changed. Type it again, twice.")
TOO_SHORT: Final = Said(
    "It is too short to keep anybody out: {letters} letters or more, such as a few words. Type another."
)
TOO_LONG: Final = Said("It is longer than Troth can take. Type a shorter one.")
GIVEN_UP: Final = Said("No passphrase was chosen. Nothing was changed. Begin again when you like.")
CHANGED: Final = Said(
    "From now on the new passphrase opens this vault, and the old one does not. "
    "Backups made before open with the passphrase that they were made under."
)
IDLE_CHOICES: Final = (60, 180, 600, 1_800)
AFTER: Final = Said("After how long without a command?")
MINUTES: Final = plural("{count} minute", "{count} minutes")
AFTER_THIS: Final = plural(
    "It locks after {count} minute without a command from now on, and when this computer sleeps.",
    "It locks after {count} minutes without a command from now on, and when this computer sleeps.",
)
RESCUE: Final = Said("`troth backup rescue FILE` writes what opens of it to a new vault.")
ENTRIES: Final = plural(
    "What was written down while it was locked is here now: {count} entry.",
    "What was written down while it was locked is here now: {count} entries.",
)


async def unlock(talk: Talk, keeper: "Keeper") -> None:
    """Open the vault."""
    if keeper.household is not None:
        await talk.say(OPEN_BEFORE)
        return
    household = await open_household(talk, keeper)
    await talk.say(OPEN)
    if household.inbox_trouble:
        await talk.say(household.inbox_trouble)
    if household.taken_in:
        await talk.say(ENTRIES.format(count=household.taken_in))


async def passphrase(talk: Talk, keeper: "Keeper") -> None:
    """Choose another passphrase; the old one is asked for again."""
    household = opened(keeper)
    await talk.safe(Said("The passphrase is the old one."))
    old = await talk.hidden(Said("Passphrase now:"))
    new = await new_passphrase(talk)
    await talk.safe(Said("The passphrase may be the new one or the old one; one of the two opens the vault."))
    await household.vault.run(lambda vault: vault.change_passphrase(old, new))
    await talk.say(CHANGED)


async def lock_after(talk: Talk, keeper: "Keeper") -> None:
    """Choose after how long without a command the vault closes."""
    household = opened(keeper)
    await talk.safe(Said("Nothing was changed."))
    seconds = IDLE_CHOICES[await talk.choose(AFTER, [MINUTES.format(count=choice // 60) for choice in IDLE_CHOICES])]
    await household.remember(idle_row(seconds))
    keeper.watch.idle_s = household.settings.idle_s
    await talk.say(AFTER_THIS.format(count=seconds // 60))


async def open_household(talk: Talk, keeper: "Keeper") -> Household:
    """Ask for the passphrase until it opens the vault, as often as somebody at a keyboard may be asked.

    Raises:
        HereError: If there is no vault.
        StoreError: By its kind, the passphrase that is not the right one included.
    """
    if not keeper.home.vault.exists():
        raise HereError(NO_VAULT)
    await talk.safe(Said("It is locked, and nothing was changed."))
    for left in reversed(range(talk.tries)):
        typed = await talk.hidden(tell("unlock.passphrase"))
        try:
            household = await talk.wait(Household.open(keeper.home.vault, passphrase=typed, machine=keeper.machine))
        except DamagedError as error:
            raise DamagedError(f"{spoken(error)} {spoken(RESCUE)}") from None
        except PassphraseError:
            if not left:
                raise PassphraseError(NOT_OPENED) from None
            await talk.say(NOT_IT)
            continue
        keeper.admit(household := await own(talk, keeper, household, typed))
        return household
    raise AssertionError("it was asked for at least once")


async def own(talk: Talk, keeper: "Keeper", household: Household, typed: str) -> Household:
    """Return what was opened; where somebody set it up for another, made anew under a passphrase of one's own first."""
    if not household.settings.prepared:
        return household
    from troth_app.handlers.handing_over import take_over  # It stands on this module.

    return await take_over(talk, keeper, household, typed)


async def new_passphrase(talk: Talk, *, known: str = "") -> str:
    """Return a passphrase that was typed twice, and is another one than somebody knows.

    Raises:
        RuleError: If none came of it.
    """
    for _ in range(talk.tries):
        typed = await talk.hidden(Said("New passphrase:"))
        complaint = tell("prepared.same") if known and typed == known else _complaint(typed)
        if complaint is None and await talk.hidden(Said("The same again:")) == typed:
            return typed
        await talk.say(complaint or TWO_DIFFER)
    raise RuleError(GIVEN_UP)


def opened(keeper: "Keeper") -> Household:
    """Return what a command that runs where the vault is open finds open."""
    assert keeper.household is not None, "the keeper opens it first"
    return keeper.household


def _complaint(typed: str) -> str | None:
    if len(typed) < PASSPHRASE_LETTERS_MIN:
        return TOO_SHORT.format(letters=PASSPHRASE_LETTERS_MIN)
    return TOO_LONG if len(typed.encode(errors="replace")) > PASSPHRASE_BYTES_MAX else None
