"""Every command, declared once: what it is called, where it runs, who carries it out, and how its answer is shown.

Importing this costs nothing: handlers are named, not imported. No option takes a secret or anything that was written;
those are asked for (a terminal) or read from stdin, one line for each question.
"""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, Final

from troth_app.command import DEVICE, HEADINGS, PRIVATE, TODAY, TOGETHER, Command, Kind, Option, Where
from troth_app.commands_for_pages import FOR_PAGES
from troth_app.commands_for_two import FOR_TWO
from troth_wire.said import Said

__all__ = ["BARE", "BY_NAME", "COMMANDS", "HEADINGS", "Command", "Kind", "Option", "Where", "find"]


COMMANDS: Final = (
    Command(
        "today",
        TODAY,
        Said("Show what is here today. So does `troth` alone."),
        "days:today",
        locked="locked:today",
        present="today",
    ),
    Command(
        "mine add",
        PRIVATE,
        Said("Write something down for yourself, also while locked."),
        "mine:add",
        Where.BEGIN,
        more=Said("What you write is sealed at once. It waits on this device until you unlock, and goes to nobody."),
    ),
    Command(
        "mine list",
        PRIVATE,
        Said("Show what you wrote down for yourself."),
        "mine:list_",
        present="mine",
    ),
    Command(
        "pair here",
        TOGETHER,
        Said("Make a space for two with a person in this room."),
        "pairing:here",
        more=Said(
            "The other person runs `troth join` on their own device. You compare words before anything is joined."
        ),
    ),
    Command(
        "pair far",
        TOGETHER,
        Said("Invite a person who is far away, or go on with it."),
        "pairing:far",
        more=Said("You send a link. Nothing can be agreed in the new space until you have compared words."),
    ),
    Command(
        "pair device",
        DEVICE,
        Said("Let another device of yours in."),
        "pairing:device",
        more=Said("The other device runs `troth join`. It shows a code to type there, or a picture for a camera."),
        options=(
            Option("qr", Said("Show a picture for a camera in place of a code to type.")),
            Option("picture", Said("Save the picture to a new file too."), Kind.FILE),
        ),
    ),
    Command(
        "join",
        TOGETHER,
        Said("Be the other end of `pair`: on a new device, or with a person."),
        "joining:join",
        Where.BEGIN,
        more=Said("What the other device shows is asked for."),
        lasting=True,
    ),
    Command(
        "compare",
        TOGETHER,
        Said("Compare the words of a space that was made far apart."),
        "safety:compare",
        more=Said("Until then nothing can be agreed in it."),
    ),
    Command(
        "safety-number",
        TOGETHER,
        Said("Show the sixty digits that you and the other person compare."),
        "safety:number",
        more=Said("Compare them in one room, or by voice. If they are the same, nobody stands between your devices."),
        present="safety",
    ),
    Command(
        "init",
        DEVICE,
        Said("Begin: make a vault on this device."),
        "spaces:init",
        Where.BEGIN,
        lasting=True,
    ),
    Command(
        "unlock",
        DEVICE,
        Said("Open the vault with your passphrase."),
        "locking:unlock",
        Where.BEGIN,
        more=Said("It closes again by itself after a while without a command, and when this computer sleeps."),
        lasting=True,
    ),
    Command(
        "lock",
        DEVICE,
        Said("Close the vault now."),
        "locked:lock",
        Where.AGENT,
        more=Said("Nothing is deleted. While it is closed nothing is sent and nothing arrives."),
    ),
    Command(
        "lock-after",
        DEVICE,
        Said("Choose when it locks by itself."),
        "locking:lock_after",
    ),
    Command(
        "passphrase",
        DEVICE,
        Said("Choose another passphrase."),
        "locking:passphrase",
    ),
    Command(
        "relay use",
        DEVICE,
        Said("Name the relay through which your devices sync, or none."),
        "relays:use",
        more=Said("The address and the pass are asked for."),
    ),
    Command(
        "relay show",
        DEVICE,
        Said("Show which relay it is, whether it answers, and the numbers of your mailboxes."),
        "relays:show",
        present="relay",
    ),
    Command(
        "devices list",
        DEVICE,
        Said("Show your devices."),
        "devices:list_",
        more=Said("Of the other person's devices there is a number, and whether it changed."),
        present="devices",
    ),
    Command(
        "devices rename",
        DEVICE,
        Said("Give one of your devices another name."),
        "devices:rename",
    ),
    Command(
        "devices confirm",
        DEVICE,
        Said("Confirm a device of yours that came back by recovery words."),
        "confirming:confirm",
        more=Said("Until then it agrees to nothing for you. It takes your passphrase on another device, or the words."),
    ),
    Command(
        "devices revoke",
        DEVICE,
        Said("Remove one of your devices, for good."),
        "removing:revoke",
        more=Said(
            "It is picked from the list, and takes your passphrase. You can remove no device of the other person."
        ),
    ),
    Command(
        "backup make",
        DEVICE,
        Said("Copy the vault to a new file."),
        "backups:make",
        options=(Option("file", Said("Where to."), Kind.FILE, argument=True),),
    ),
    Command(
        "backup restore",
        DEVICE,
        Said("Make a vault of a backup, where there is none."),
        "backups:restore",
        Where.BEGIN,
        options=(Option("file", Said("The backup."), Kind.FILE, argument=True),),
        lasting=True,
    ),
    Command(
        "backup rescue",
        DEVICE,
        Said("Make a new vault of what opens in a damaged one."),
        "backups:rescue",
        Where.BEGIN,
        more=Said(
            "The damaged vault is read and not changed. Put the new one in its place, or look at it with TROTH_HOME."
        ),
        options=(Option("file", Said("Where the new vault goes."), Kind.FILE, argument=True),),
    ),
    Command(
        "leave",
        TOGETHER,
        Said("Leave the space for two."),
        "leaving:leave",
        more=Said(
            "It shows first what the other person will see and what stays here. For ten seconds it can be taken back."
        ),
    ),
    Command(
        "invitations off",
        TOGETHER,
        Said("Take no invitation to a space for two, and make none."),
        "inviting:off",
        more=Said("It is for this device and for everybody, since an invitation names nobody. Nobody is told of it."),
    ),
    Command(
        "invitations on",
        TOGETHER,
        Said("Take invitations again."),
        "inviting:on",
        more=Said("It takes your passphrase."),
    ),
    Command(
        "recovery make",
        DEVICE,
        Said("Make twelve words that bring you back when every device is lost."),
        "recovery:make",
        more=Said("They are shown once. Whoever has them reads everything of yours, and nothing shows it."),
    ),
    Command(
        "recovery agree",
        DEVICE,
        Said("Agree to words that another device of yours makes now."),
        "seconding:words",
        more=Said("One device alone makes no words where you have several."),
    ),
    Command(
        "recovery test",
        DEVICE,
        Said("Try your twelve words, and see which spaces they open."),
        "recovery:test",
        present="recovery",
    ),
    Command(
        "recovery use",
        DEVICE,
        Said("Come back with twelve words, on a device without a vault."),
        "restoring:use",
        Where.BEGIN,
        more=Said("It lets this device in, and removes those of your devices that you name."),
        lasting=True,
    ),
    Command(
        "relay move",
        DEVICE,
        Said("Move to another relay; your other devices follow."),
        "moving:move",
        more=Said("The other person is shown the new address, and decides. The address and the pass are asked for."),
    ),
    Command(
        "relay follow",
        TOGETHER,
        Said("Follow the other person to the relay to which they moved."),
        "moving:follow",
        more=Said("You are shown which one it is, and asked. Nothing follows by itself."),
    ),
    Command(
        "sync on",
        DEVICE,
        Said("Let this device reach the relay again."),
        "syncing:on",
    ),
    Command(
        "sync off",
        DEVICE,
        Said("Let this device reach out to nobody."),
        "syncing:off",
        more=Said(
            "It stays so until you turn it on. You can write meanwhile, and the other devices are told nothing of it."
        ),
    ),
    Command(
        "status",
        DEVICE,
        Said("Say what has reached the relay, and what waits and why."),
        "status:status",
        locked="locked:status",
        present="status",
    ),
    Command(
        "doctor",
        DEVICE,
        Said("Look closer: this device, its files, its relay."),
        "status:doctor",
        options=(
            Option(
                "evidence",
                Said("Write down in a new file where the relay or a device shows another history."),
                Kind.FILE,
            ),
        ),
        locked="locked:doctor",
        present="doctor",
    ),
    Command(
        "web",
        DEVICE,
        Said("Open the pages in your browser."),
        "locked:web",
        Where.AGENT,
        more=Said("They come from this computer alone. The address works once, within a minute."),
        options=(Option("print", Said("Print the address, and open no browser.")),),
        lasting=True,
        present="web",
    ),
    *FOR_TWO,
)
BY_NAME: Final = {command.name: command for command in (*COMMANDS, *FOR_PAGES)}
BARE: Final = BY_NAME["today"]
"""What `troth` without a command does."""


def find(handler: str) -> Callable[..., Awaitable[Any]]:
    """Return the function that `module:function` names."""
    module, _, name = handler.partition(":")
    found: Callable[..., Awaitable[Any]] = getattr(import_module(f"troth_app.handlers.{module}"), name)
    return found
